// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "simd/byte_dot.h"

#include <QTest>

#include <cmath>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

class TestByteDot : public QObject {
    Q_OBJECT
    static void isas() {
        QTest::addColumn<int>("isa");
        for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
            if (supported(isa))
                QTest::addRow("%s", name(isa)) << static_cast<int>(isa);
    }

private slots:
    void productsAreExact_data() { isas(); }
    void productsAreExact();
    void splitAddsUp_data() { isas(); }
    void splitAddsUp();
    void rangeAndWholeNumbers_data() { isas(); }
    void rangeAndWholeNumbers();
};

void TestByteDot::productsAreExact() {
    QFETCH(int, isa);
    const ByteDotKernels& kernels = byte_dot_kernels(static_cast<Isa>(isa));
    Random random(1);
    const auto levels = static_cast<std::uint64_t>(kernels.highest - kernels.lowest + 1);
    std::vector<std::size_t> dims{784, 65536};
    for (std::size_t d = 1; d <= 200; d += d < 70 ? 1 : 13)
        dims.push_back(d);
    for (const std::size_t d : dims)
        for (const std::size_t n : {1u, 3u, 4u, 9u}) {
            const std::size_t stride = d + random.below(3), shift = random.below(4);
            // Extremes at the ends, where a register that saturates would show.
            std::vector<std::uint8_t> rows(n * stride + shift, 255);
            std::vector<std::vector<std::int8_t>> vectors(4, std::vector<std::int8_t>(d + shift));
            for (std::size_t i = 0; i < rows.size(); i += 1 + random.below(3))
                rows[i] = static_cast<std::uint8_t>(random.below(256));
            for (auto& vector : vectors)
                for (std::int8_t& v : vector)
                    v = static_cast<std::int8_t>(random.below(3) == 0
                                                     ? static_cast<std::int64_t>(random.below(levels)) +
                                                           kernels.lowest
                                                     : std::int64_t{kernels.highest});
            for (std::size_t count = 1; count <= 4; ++count) {
                std::vector<std::vector<std::int32_t>> out(count, std::vector<std::int32_t>(n + 1, 77));
                const std::int8_t* from[4];
                std::int32_t* into[4];
                for (std::size_t v = 0; v < count; ++v) {
                    from[v] = vectors[v].data() + shift;
                    into[v] = out[v].data();
                }
                kernels.dots(from, count, rows.data() + shift, stride, n, d, into);
                for (std::size_t v = 0; v < count; ++v) {
                    for (std::size_t i = 0; i < n; ++i) {
                        std::int64_t expected = 0;
                        for (std::size_t j = 0; j < d; ++j)
                            expected += from[v][j] * rows[shift + i * stride + j];
                        QCOMPARE(std::int64_t{out[v][i]}, expected);
                    }
                    QCOMPARE(out[v][n], 77); // nothing is written beyond
                }
                if (count != 2)
                    continue;
                std::vector<std::uint32_t> ids(n);
                for (std::uint32_t& id : ids)
                    id = static_cast<std::uint32_t>(random.below(n));
                const auto in_order = out;
                for (const bool wanted : {false, true}) {
                    std::vector<std::int32_t> squares(n + 1, 77);
                    kernels.gather(from, rows.data() + shift, stride, ids.data(), n, d, into,
                                   wanted ? squares.data() : nullptr);
                    for (std::size_t i = 0; i < n; ++i) {
                        std::int64_t expected = 0;
                        for (std::size_t j = 0; j < d; ++j) {
                            const std::int64_t c = rows[shift + ids[i] * stride + j];
                            expected += c * (c - 255);
                        }
                        QCOMPARE(std::int64_t{squares[i]}, wanted ? expected : 77);
                        QCOMPARE(out[0][i], in_order[0][ids[i]]);
                        QCOMPARE(out[1][i], in_order[1][ids[i]]);
                    }
                    QCOMPARE(squares[n], 77);
                    QCOMPARE(out[1][n], 77);
                }
            }
        }
}

void TestByteDot::splitAddsUp() {
    QFETCH(int, isa);
    const ByteDotKernels& kernels = byte_dot_kernels(static_cast<Isa>(isa));
    Random random(2);
    for (std::size_t d = 1; d <= 130; ++d) {
        std::vector<float> v(d);
        for (float& x : v)
            x = static_cast<float>(3 * random.normal() + 1);
        const float zero = 1.25f, coarse = 0.125f, fine = 0.001f;
        std::vector<std::int8_t> first(d + 1, 99), second(d + 1, 99);
        const ByteSplit one = kernels.split(v.data(), d, zero, coarse, fine, first.data(), nullptr);
        QCOMPARE(int{second[0]}, 99);
        const std::vector<std::int8_t> alone = first;
        const ByteSplit two = kernels.split(v.data(), d, zero, coarse, fine, first.data(), second.data());
        QVERIFY(alone == first);
        QCOMPARE(int{first[d]}, 99);
        QCOMPARE(int{second[d]}, 99);
        double sum = 0, square = 0, left_one = 0, left_two = 0;
        for (std::size_t j = 0; j < d; ++j) {
            const double value = static_cast<double>(v[j]) - 1.25, c = first[j] * 0.125,
                         f = second[j] * 0.001;
            const double clipped = std::min(std::max(std::nearbyint(value / 0.125), double(kernels.lowest)),
                                            double(kernels.highest));
            QVERIFY(std::abs(first[j] - clipped) <= 1);
            QVERIFY(std::abs(value - c) <= 0.0626 || first[j] == kernels.highest ||
                    first[j] == kernels.lowest);
            sum += c + f;
            square += (c + f) * (c + f);
            left_one += (value - c) * (value - c);
            left_two += (value - c - f) * (value - c - f);
        }
        QVERIFY(std::abs(two.sum - sum) < 1e-4 * (1 + std::abs(sum) + static_cast<double>(d)));
        QVERIFY(std::abs(two.square - square) < 1e-4 * (1 + square));
        QVERIFY(std::abs(one.left_square - left_one) < 1e-3 * (1e-3 + left_one));
        QVERIFY(std::abs(two.left_square - left_two) < 1e-3 * (1e-3 + left_two));
    }
}

void TestByteDot::rangeAndWholeNumbers() {
    QFETCH(int, isa);
    const ByteDotKernels& kernels = byte_dot_kernels(static_cast<Isa>(isa));
    Random random(3);
    for (std::size_t d = 1; d <= 70; ++d) {
        std::vector<float> v(d);
        for (float& x : v)
            x = static_cast<float>(static_cast<int>(random.below(512)) - 256);
        float low, high;
        QVERIFY(kernels.range(v.data(), d, &low, &high));
        QCOMPARE(low, *std::min_element(v.begin(), v.end()));
        QCOMPARE(high, *std::max_element(v.begin(), v.end()));
        // Wherever it stands, one that is none is found.
        for (const float other : {0.5f, -0.001f, 1e20f, std::nanf(""), HUGE_VALF}) {
            std::vector<float> odd = v;
            odd[random.below(d)] = other;
            QVERIFY(!kernels.range(odd.data(), d, &low, &high));
        }
    }
}

QTEST_GUILESS_MAIN(TestByteDot)
#include "tst_byte_dot.moc"
