// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "quant/rotation.h"
#include "simd/hadamard.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

namespace {

std::vector<float> normals(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> x(n);
    for (float& v : x)
        v = static_cast<float>(random.normal());
    return x;
}

double dot(const float* a, const float* b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

} // namespace

class TestRotation : public QObject {
    Q_OBJECT

private slots:
    void kernels_data() {
        QTest::addColumn<int>("isa");
        for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
            QTest::newRow(name(isa)) << static_cast<int>(isa);
    }
    /// Entry (i, j) of the matrix is the parity of the bits that i and j share, in double.
    void kernels() {
        QFETCH(int, isa);
        if (!supported(static_cast<Isa>(isa)))
            QSKIP("this processor lacks the instruction set");
        const HadamardKernels& table = hadamard_kernels(static_cast<Isa>(isa));
        const HadamardKernels& scalar = hadamard_scalar();
        QCOMPARE(static_cast<int>(table.isa), isa);
        for (std::size_t n = 16; n <= 4096; n *= 2)
            for (std::size_t shift = 0; shift < 3; ++shift) {
                const std::vector<float> in = normals(n + shift, n + shift);
                std::vector<float> x = in, same = in;
                table.transform(x.data() + shift, n);
                scalar.transform(same.data() + shift, n);
                QVERIFY2(x == same, qPrintable(QStringLiteral("n = %1: not the scalar bits").arg(n)));
                for (std::size_t i = 0; i < n; i += n / 16) {
                    double expected = 0;
                    for (std::size_t j = 0; j < n; ++j)
                        expected += (std::popcount(i & j) % 2 ? -1 : 1) * static_cast<double>(in[shift + j]);
                    QVERIFY(std::abs(static_cast<double>(x[shift + i]) - expected) < 1e-4 * std::sqrt(n));
                }
            }
        for (std::size_t half = 8; half <= 200; half += 8) {
            std::vector<float> x = normals(2 * half + 1, half), same = x;
            const std::vector<float> factors = normals(2 * half + 1, half + 1);
            table.fold(x.data() + 1, half);
            scalar.fold(same.data() + 1, half);
            QVERIFY(x == same);
            table.scale(x.data() + 1, factors.data() + 1, 2 * half - 3);
            scalar.scale(same.data() + 1, factors.data() + 1, 2 * half - 3);
            QVERIFY(x == same);
        }
    }

    void isOrthonormal_data() {
        QTest::addColumn<int>("dim");
        for (const int dim : {1, 2, 15, 16, 17, 25, 32, 48, 100, 128, 200, 784, 960, 1024, 1536, 3072})
            QTest::addRow("%d", dim) << dim;
    }
    void isOrthonormal() {
        QFETCH(int, dim);
        const auto d = static_cast<std::size_t>(dim);
        const RandomRotation rotation(d, 5), again(d, 5), other(d, 6);
        const std::size_t padded = rotation.padded();
        QVERIFY(padded >= d && padded < d + RandomRotation::kMultiple);
        const std::vector<float> a = normals(d, 1), b = normals(d, 2);
        std::vector<float> ra(padded), rb(padded), same(padded), different(padded);
        rotation.apply(a.data(), ra.data());
        rotation.apply(b.data(), rb.data());
        again.apply(a.data(), same.data());
        other.apply(a.data(), different.data());
        QVERIFY(ra == same);
        QVERIFY(ra != different);
        const double norm = std::sqrt(dot(a.data(), a.data(), d) * dot(b.data(), b.data(), d));
        QVERIFY(std::abs(dot(ra.data(), rb.data(), padded) - dot(a.data(), b.data(), d)) < 2e-6 * norm);
        QVERIFY(std::abs(dot(ra.data(), ra.data(), padded) / dot(a.data(), a.data(), d) - 1) < 2e-6);
        rotation.invert(ra.data());
        for (std::size_t i = 0; i < padded; ++i)
            QVERIFY(std::abs(ra[i] - (i < d ? a[i] : 0.f)) < 1e-5f);
    }

    void spreadsAnAxis_data() {
        QTest::addColumn<int>("dim");
        QTest::addColumn<int>("axis");
        for (const int dim : {40, 64, 100, 300})
            for (const int axis : {0, dim / 3, dim / 2, dim - 1})
                QTest::addRow("%d of %d", axis, dim) << dim << axis;
    }
    /// Over many seeds, every entry of a rotated axis has mean 0 and about its share of the length: no
    /// direction is favoured, whichever of the transforms covers it.
    void spreadsAnAxis() {
        QFETCH(int, dim);
        QFETCH(int, axis);
        constexpr std::size_t kSeeds = 4000;
        const auto d = static_cast<std::size_t>(dim);
        std::vector<float> in(d), out(RandomRotation::padded_dim(d));
        in[static_cast<std::size_t>(axis)] = 1;
        std::vector<double> sum(out.size()), squares(out.size());
        for (std::size_t seed = 0; seed < kSeeds; ++seed) {
            RandomRotation(d, seed).apply(in.data(), out.data());
            for (std::size_t i = 0; i < out.size(); ++i) {
                sum[i] += static_cast<double>(out[i]);
                squares[i] += static_cast<double>(out[i]) * static_cast<double>(out[i]);
            }
        }
        const double variance = 1.0 / static_cast<double>(out.size());
        for (std::size_t i = 0; i < out.size(); ++i) {
            QVERIFY(std::abs(sum[i] / kSeeds) < 6 * std::sqrt(variance / kSeeds));
            const double share = squares[i] / kSeeds / variance;
            QVERIFY2(share > 0.5 && share < 2, qPrintable(QString::number(share)));
        }
    }
};

QTEST_GUILESS_MAIN(TestRotation)
#include "tst_rotation.moc"
