// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "simd/kernels.h"

#include <QProcess>
#include <QTest>

#include <cmath>
#include <cstdio>
#include <type_traits>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

namespace {

template<class T>
T random_value(Random& random) {
    if constexpr (std::is_same_v<T, float>)
        return static_cast<float>(random.normal());
    else if constexpr (std::is_same_v<T, Half>)
        return float_to_half(static_cast<float>(random.normal()));
    else
        return static_cast<T>(random());
}

double widen(Half h) {
    return half_to_float(h);
}
template<class T>
double widen(T v) {
    return static_cast<double>(v);
}

struct Reference {
    double l2 = 0, ip = 0, magnitude = 0;
};
template<class Q, class X>
Reference reference(const Q* q, const X* x, std::size_t d) {
    Reference r;
    for (std::size_t i = 0; i < d; ++i) {
        const double a = widen(q[i]), b = widen(x[i]);
        r.l2 += (a - b) * (a - b);
        r.ip += a * b;
        r.magnitude += std::abs(a * b);
    }
    return r;
}

bool close(double value, double expected, double magnitude) {
    return std::abs(value - expected) <= 1e-6 * magnitude + 1e-12;
}

/// Every dimension 1..257 at four misalignments: pairs, rows and gathered rows against float64. Returns what
/// is wrong.
template<class Q, class X>
QString check(const DistanceKernels<Q, X>& kernels) {
    Random random(7);
    constexpr std::size_t kRows = 11, kMax = 257;
    const std::uint32_t ids[kRows] = {3, 0, 10, 7, 7, 1, 9, 2, 5, 4, 6};
    for (std::size_t d = 1; d <= kMax; ++d) {
        const std::size_t shift = d % 4, stride = d + d % 3;
        std::vector<Q> q(d + shift);
        std::vector<X> x(kRows * stride + shift);
        for (Q& v : q)
            v = random_value<Q>(random);
        for (X& v : x)
            v = random_value<X>(random);
        const Q* query = q.data() + shift;
        const X* base = x.data() + shift;
        float l2_rows[kRows], ip_rows[kRows], l2_gather[kRows], ip_gather[kRows];
        kernels.l2_rows(query, base, stride, kRows, d, l2_rows);
        kernels.ip_rows(query, base, stride, kRows, d, ip_rows);
        kernels.l2_gather(query, base, stride, ids, kRows, d, l2_gather);
        kernels.ip_gather(query, base, stride, ids, kRows, d, ip_gather);
        for (std::size_t i = 0; i < kRows; ++i) {
            const X* row = base + i * stride;
            const Reference expected = reference(query, row, d);
            const float l2 = kernels.l2(query, row, d), ip = kernels.ip(query, row, d);
            if (!close(l2, expected.l2, expected.l2) || !close(ip, expected.ip, expected.magnitude))
                return QStringLiteral("d=%1 row=%2: l2 %3 (%4), ip %5 (%6)")
                    .arg(d)
                    .arg(i)
                    .arg(l2)
                    .arg(expected.l2)
                    .arg(ip)
                    .arg(expected.ip);
            if (std::is_integral_v<Q> &&
                (l2 != static_cast<float>(expected.l2) || ip != static_cast<float>(expected.ip)))
                return QStringLiteral("d=%1 row=%2: whole numbers must be exact").arg(d).arg(i);
            if (l2 != l2_rows[i] || ip != ip_rows[i])
                return QStringLiteral("d=%1 row=%2: rows differ from pairs").arg(d).arg(i);
        }
        for (std::size_t i = 0; i < kRows; ++i)
            if (l2_gather[i] != l2_rows[ids[i]] || ip_gather[i] != ip_rows[ids[i]])
                return QStringLiteral("d=%1 row=%2: gathered rows differ").arg(d).arg(i);
    }
    return {};
}

void isa_rows() {
    QTest::addColumn<int>("isa");
    for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
        QTest::newRow(name(isa)) << static_cast<int>(isa);
}

} // namespace

#define FETCH_TABLE()                                                                                        \
    QFETCH(int, isa);                                                                                        \
    if (!supported(static_cast<Isa>(isa)))                                                                   \
        QSKIP("this processor lacks the instruction set");                                                   \
    const Kernels& table = kernels_for(static_cast<Isa>(isa))

class tst_kernels : public QObject {
    Q_OBJECT
private slots:
    void distances_data() { isa_rows(); }
    void distances() {
        FETCH_TABLE();
        QCOMPARE(check(table.f32), QString());
        QCOMPARE(check(table.f16), QString());
        QCOMPARE(check(table.u8), QString());
        QCOMPARE(check(table.i8), QString());
        QCOMPARE(check(table.u8_u8), QString());
        QCOMPARE(check(table.i8_i8), QString());
    }

    /// The extremes of bytes at the largest dimension that is promised to be exact.
    void bytes_do_not_overflow_data() { isa_rows(); }
    void bytes_do_not_overflow() {
        FETCH_TABLE();
        constexpr std::size_t kDim = 65536;
        const std::vector<std::uint8_t> zeros(kDim, 0), full(kDim, 255);
        QCOMPARE(table.u8_u8.l2(zeros.data(), full.data(), kDim), 65536.0f * 65025.0f);
        QCOMPARE(table.u8_u8.ip(full.data(), full.data(), kDim), 65536.0f * 65025.0f);
        const std::vector<std::int8_t> low(kDim, -128), high(kDim, 127);
        QCOMPARE(table.i8_i8.l2(low.data(), high.data(), kDim), 65536.0f * 65025.0f);
        QCOMPARE(table.i8_i8.ip(low.data(), low.data(), kDim), 65536.0f * 16384.0f);
        QCOMPARE(table.i8_i8.ip(low.data(), high.data(), kDim), -65536.0f * 16256.0f);
    }

    void argmin_takes_the_first_of_equals_data() { isa_rows(); }
    void argmin_takes_the_first_of_equals() {
        FETCH_TABLE();
        Random random(3);
        for (std::size_t n = 1; n < 100; ++n) {
            std::vector<float> products(n), norms(n);
            for (std::size_t j = 0; j < n; ++j) {
                products[j] = static_cast<float>(random.below(4));
                norms[j] = static_cast<float>(random.below(4));
            }
            std::size_t expected = 0;
            for (std::size_t j = 1; j < n; ++j)
                if (norms[j] - 2 * products[j] < norms[expected] - 2 * products[expected])
                    expected = j;
            float best = 0;
            QCOMPARE(table.argmin_l2(products.data(), norms.data(), n, &best), expected);
            QCOMPARE(best, norms[expected] - 2 * products[expected]);
        }
    }

    void halves_data() { isa_rows(); }
    void halves() {
        FETCH_TABLE();
        std::vector<Half> in;
        for (std::uint32_t bits = 0; bits < 0x7c00; ++bits) // all finite halves of both signs
            for (const std::uint32_t sign : {0u, 0x8000u})
                in.push_back({static_cast<std::uint16_t>(bits | sign)});
        std::vector<float> out(in.size());
        table.half_to_float(in.data(), out.data(), in.size());
        for (std::size_t i = 0; i < in.size(); ++i) {
            QCOMPARE(out[i], half_to_float(in[i]));
            QCOMPARE(float_to_half(out[i]).bits, in[i].bits);
        }
    }

    /// A forced instruction set is the one that runs: another process says which table it got.
    void forced_isa_runs_data() { isa_rows(); }
    void forced_isa_runs() {
        FETCH_TABLE();
        const QString forced = QString::fromLatin1(name(table.isa));
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("ANNSCOPE_SIMD"), forced);
        environment.insert(QStringLiteral("TST_KERNELS_PRINT"), QStringLiteral("1"));
        process.setProcessEnvironment(environment);
        process.start(QCoreApplication::applicationFilePath(), QStringList());
        QVERIFY(process.waitForFinished());
        QCOMPARE(QString::fromLatin1(process.readAllStandardOutput()), forced);
    }
};

int main(int argc, char** argv) {
    if (qEnvironmentVariableIsSet("TST_KERNELS_PRINT")) {
        std::fputs(name(kernels().isa), stdout);
        return 0;
    }
    QCoreApplication application(argc, argv);
    tst_kernels test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_kernels.moc"
