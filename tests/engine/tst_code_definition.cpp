// SPDX-License-Identifier: GPL-3.0-or-later
// Codes are what their definition says: written anew here from the formulas, in double where they allow it.
#include "core/random.h"
#include "core/types.h"
#include "quant/product_quantizer.h"
#include "quant/scalar_quantizer.h"

#include <QTest>

#include <bit>
#include <cmath>
#include <vector>

using namespace annscope;

namespace {

/// Rows around a few centres, one constant column among them.
std::vector<float> rows_of(std::size_t n, std::size_t d, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> centres(20 * d), rows(n * d);
    for (float& v : centres)
        v = static_cast<float>(10 * random.normal());
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t centre = random.below(20);
        for (std::size_t j = 0; j < d; ++j)
            rows[i * d + j] = j == 2 ? 1.5f : centres[centre * d + j] + static_cast<float>(random.normal());
    }
    return rows;
}

/// Bits at .. at + count of a code, least significant first.
std::uint32_t bits_of(const std::uint8_t* code, std::size_t at, std::size_t count) {
    std::uint32_t number = 0;
    for (std::size_t b = 0; b < count; ++b)
        number |= static_cast<std::uint32_t>(code[(at + b) / 8] >> ((at + b) % 8) & 1) << b;
    return number;
}

double half_value(std::uint32_t bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    const double size =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    return bits >> 15 ? -size : size;
}
double bfloat_value(std::uint32_t bits) {
    return static_cast<double>(std::bit_cast<float>(bits << 16));
}

} // namespace

class tst_code_definition : public QObject {
    Q_OBJECT
private slots:
    void scalar_data();
    void scalar();
    void product_data();
    void product();
};

void tst_code_definition::scalar_data() {
    QTest::addColumn<QString>("type");
    QTest::addColumn<int>("bits");
    for (const auto& [type, bits] :
         {std::pair{"SQ8", 8}, std::pair{"SQ6", 6}, std::pair{"SQ4", 4}, std::pair{"SQfp16", 16},
          std::pair{"SQbf16", 16}, std::pair{"SQ8_direct", 8}, std::pair{"SQ8_direct_signed", 8}})
        QTest::newRow(type) << QString::fromLatin1(type) << bits;
}

/// formats.md 2.2: t = clip((x - vmin) / vdiff, 0, 1), code int((2^b - 1) t), which stands for
/// vmin + vdiff (code + 0.5) / (2^b - 1).
void tst_code_definition::scalar() {
    QFETCH(QString, type);
    QFETCH(int, bits);
    const auto sq = parse_sq_type(type.toStdString());
    QVERIFY(sq.has_value());
    for (const std::size_t d : {1u, 3u, 16u, 37u, 130u}) {
        const std::size_t n = 300, trained = 200, width = static_cast<std::size_t>(bits);
        std::vector<float> rows = rows_of(n, d, d); // those beyond 200 leave the ranges
        const bool direct = *sq == SqType::Direct || *sq == SqType::DirectSigned;
        if (direct)
            for (float& v : rows)
                v = std::clamp(std::round(v), -100.0f, 100.0f) + (*sq == SqType::Direct ? 100.0f : 0.0f);
        ScalarQuantizer quantizer(*sq, d);
        QVERIFY(quantizer.train({rows.data(), trained, d}, {}).ok());
        QCOMPARE(quantizer.code_size(), (d * width + 7) / 8);
        const bool learns = !direct && bits != 16;
        QCOMPARE(quantizer.ranges().size(), learns ? 2 * d : 0);
        std::vector<std::uint8_t> code(quantizer.code_size());
        std::vector<float> back(d);
        double error = 0, expected_error = 0;
        for (std::size_t i = 0; i < n; ++i) {
            quantizer.encode(rows.data() + i * d, code.data());
            quantizer.decode(code.data(), back.data());
            for (std::size_t j = 0; j < d; ++j) {
                const float x = rows[i * d + j];
                const std::uint32_t number = bits_of(code.data(), j * width, width);
                double expected = 0;
                if (learns) {
                    float low = rows[j], high = rows[j];
                    for (std::size_t r = 0; r < trained; ++r) {
                        low = std::min(low, rows[r * d + j]);
                        high = std::max(high, rows[r * d + j]);
                    }
                    QCOMPARE(quantizer.ranges()[j], low);
                    QCOMPARE(quantizer.ranges()[d + j], high - low);
                    const float steps = static_cast<float>((1u << bits) - 1), width_j = high - low;
                    const float t = width_j != 0 ? std::clamp((x - low) / width_j, 0.0f, 1.0f) : 0.0f;
                    QCOMPARE(number, static_cast<std::uint32_t>(steps * t));
                    expected =
                        low + static_cast<double>(width_j) * (number + 0.5) / static_cast<double>(steps);
                } else if (direct) {
                    expected = static_cast<double>(number) - (*sq == SqType::DirectSigned ? 128 : 0);
                    QCOMPARE(expected, static_cast<double>(x));
                } else { // the nearest of the numbers of 16 bits
                    const auto value = *sq == SqType::Half ? half_value : bfloat_value;
                    expected = value(number);
                    for (const std::uint32_t other : {number - 1, number + 1})
                        QVERIFY(std::abs(expected - x) <= std::abs(value(other & 0xffff) - x));
                }
                const double scale = std::abs(expected) + (learns ? quantizer.ranges()[d + j] : 0.0f);
                QVERIFY(std::abs(back[j] - expected) <= 2e-7 * scale);
                error += std::pow(static_cast<double>(back[j]) - x, 2);
                expected_error += std::pow(expected - x, 2);
            }
            const std::size_t used = d * width; // what is left of the last byte is zero
            QCOMPARE(bits_of(code.data(), used, code.size() * 8 - used), 0u);
        }
        QVERIFY(std::abs(error - expected_error) <= 1e-5 * expected_error);
    }
}

void tst_code_definition::product_data() {
    QTest::addColumn<int>("bits");
    for (int bits = 4; bits <= 12; ++bits)
        QTest::addRow("%d bits", bits) << bits;
}

/// Each part is the number of its nearest centroid, least significant bit first; it stands for that.
void tst_code_definition::product() {
    QFETCH(int, bits);
    const auto nbits = static_cast<std::size_t>(bits);
    for (const auto& [d, M] : {std::pair<std::size_t, std::size_t>{6, 1}, {15, 5}, {24, 3}, {16, 16}}) {
        const std::size_t n = (std::size_t{1} << nbits) + 100, dsub = d / M, ksub = std::size_t{1} << nbits;
        const std::vector<float> rows = rows_of(n, d, d + nbits);
        auto made = ProductQuantizer::create(d, M, nbits);
        QVERIFY(made.ok());
        ProductQuantizer& pq = *made;
        PqTraining training;
        training.niter = 3;
        QVERIFY(pq.train({rows.data(), n, d}, training, {}).ok());
        QCOMPARE(pq.code_size(), (M * nbits + 7) / 8);
        QCOMPARE(pq.centroids().size(), M * ksub * dsub);
        std::vector<std::uint8_t> codes(n * pq.code_size());
        QVERIFY(pq.encode({rows.data(), n, d}, codes, {}).ok());
        std::vector<float> back(d);
        double error = 0, of_named = 0, of_nearest = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint8_t* code = codes.data() + i * pq.code_size();
            pq.decode(code, back.data());
            for (std::size_t j = 0; j < d; ++j)
                error += std::pow(static_cast<double>(rows[i * d + j]) - back[j], 2);
            QCOMPARE(bits_of(code, M * nbits, pq.code_size() * 8 - M * nbits), 0u);
            for (std::size_t m = 0; m < M; ++m) {
                const std::uint32_t number = bits_of(code, m * nbits, nbits);
                QCOMPARE(number, code_number(code, m, nbits));
                const float* part = rows.data() + i * d + m * dsub;
                const float* named = pq.centroids().data() + (m * ksub + number) * dsub;
                QVERIFY(
                    std::equal(named, named + dsub, back.begin() + static_cast<std::ptrdiff_t>(m * dsub)));
                if (i % 7) // all centroids of some rows
                    continue;
                const auto distance = [&](const float* centroid) {
                    double sum = 0;
                    for (std::size_t j = 0; j < dsub; ++j)
                        sum += std::pow(static_cast<double>(part[j]) - centroid[j], 2);
                    return sum;
                };
                double nearest = distance(named);
                of_named += nearest;
                for (std::size_t c = 0; c < ksub; ++c)
                    nearest = std::min(nearest, distance(pq.centroids().data() + (m * ksub + c) * dsub));
                of_nearest += nearest;
            }
        }
        // Rounding may take another one that is as near.
        QVERIFY2(
            of_named <= 1.001 * of_nearest,
            qPrintable(QString("%1 parts of %2: %3 for %4").arg(M).arg(dsub).arg(of_named).arg(of_nearest)));
        const auto distortion = pq.distortion({rows.data(), n, d}, {});
        QVERIFY(distortion.ok());
        const double mean = error / static_cast<double>(n);
        QVERIFY2(std::abs(*distortion - mean) <= 1e-5 * mean + 1e-9,
                 qPrintable(QString("%1 against %2").arg(*distortion).arg(mean)));
    }
}

QTEST_GUILESS_MAIN(tst_code_definition)
#include "tst_code_definition.moc"
