// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "quant/fastscan.h"
#include "simd/fastscan.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

namespace {

/// Codes of M 4-bit numbers and tables whose sums fit 16 bits.
struct Case {
    std::size_t M, n;
    FastScanLayout layout;
    std::vector<std::uint8_t> numbers; ///< n x M
    AlignedBuffer<std::uint8_t> blocks;

    Case(std::size_t m, std::size_t count, std::uint64_t seed, std::size_t misalignment = 0)
        : M(m), n(count), layout(m), numbers(m * count), blocks(layout.bytes(count) + misalignment) {
        Random random(seed);
        for (std::uint8_t& number : numbers)
            number = static_cast<std::uint8_t>(random() % 16);
        std::vector<std::uint8_t> code(layout.code_size());
        for (std::size_t i = 0; i < n; ++i) {
            std::fill(code.begin(), code.end(), std::uint8_t{0});
            for (std::size_t s = 0; s < M; ++s)
                code[s / 2] = static_cast<std::uint8_t>(code[s / 2] | numbers[i * M + s] << (s % 2 * 4));
            layout.store(blocks.data() + misalignment, i, code.data());
        }
    }
    std::size_t block_count() const { return (n + kFastScanBlock - 1) / kFastScanBlock; }
    AlignedBuffer<std::uint8_t> tables(std::uint64_t seed) const {
        AlignedBuffer<std::uint8_t> out(layout.table_bytes());
        Random random(seed);
        const std::size_t most = std::min<std::size_t>(255, 65535 / M);
        for (std::size_t i = 0; i < M * kFastScanCentroids; ++i)
            out[i] = static_cast<std::uint8_t>(random() % 4 == 0 ? most : random() % (most + 1));
        return out;
    }
    std::uint32_t sum(const AlignedBuffer<std::uint8_t>& table, std::size_t i) const {
        std::uint32_t total = 0;
        for (std::size_t s = 0; s < M; ++s)
            total += table[s * kFastScanCentroids + numbers[i * M + s]];
        return total;
    }
};

QString check_scan(const FastScanKernels& kernels, const Case& codes, std::size_t n_probes,
                   std::size_t misalignment) {
    const std::size_t count = codes.block_count();
    std::array<AlignedBuffer<std::uint8_t>, kFastScanBatch> tables;
    std::array<std::vector<std::uint16_t>, kFastScanBatch> sums;
    std::array<std::vector<std::uint32_t>, kFastScanBatch> masks;
    std::array<FastScanProbe, kFastScanBatch> probes;
    for (std::size_t p = 0; p < n_probes; ++p) {
        tables[p] = codes.tables(100 + p);
        sums[p].assign(count * kFastScanBlock + 1, 0xabcd);
        masks[p].assign(count + 1, 0xabcd);
        const std::uint32_t threshold = p == 0 ? codes.sum(tables[p], codes.n / 2) : p == 1 ? 0 : 65535;
        probes[p] = {tables[p].data(), threshold, sums[p].data(), p == 2 ? nullptr : masks[p].data()};
    }
    kernels.scan({codes.blocks.data() + misalignment, count, codes.layout.pairs()}, probes.data(), n_probes);
    for (std::size_t p = 0; p < n_probes; ++p) {
        for (std::size_t i = 0; i < codes.n; ++i) {
            const std::uint32_t expected = codes.sum(tables[p], i);
            const bool within = masks[p][i / kFastScanBlock] >> i % kFastScanBlock & 1;
            if (sums[p][i] != expected || (p != 2 && within != (expected <= probes[p].threshold)))
                return QStringLiteral("M=%1 probe=%2 i=%3: %4 (%5)")
                    .arg(codes.M)
                    .arg(p)
                    .arg(i)
                    .arg(sums[p][i])
                    .arg(expected);
        }
        if (sums[p].back() != 0xabcd || masks[p].back() != 0xabcd)
            return QStringLiteral("M=%1: written beyond the end").arg(codes.M);
    }
    return {};
}

void isa_rows() {
    QTest::addColumn<int>("isa");
    for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
        QTest::newRow(name(isa)) << static_cast<int>(isa);
}

} // namespace

#define FETCH_KERNELS()                                                                                      \
    QFETCH(int, isa);                                                                                        \
    if (!supported(static_cast<Isa>(isa)))                                                                   \
        QSKIP("this processor lacks the instruction set");                                                   \
    const FastScanKernels& kernels = fastscan_kernels(static_cast<Isa>(isa))

class tst_fastscan : public QObject {
    Q_OBJECT
private slots:
    void sums_data() { isa_rows(); }
    void sums() {
        FETCH_KERNELS();
        for (const std::size_t M : {1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 31, 64, 98, 196, 257, 384, 1000})
            for (const std::size_t misalignment : {0, 1, 33}) {
                const Case codes(M, M < 100 ? 200 : 65, M + misalignment, misalignment);
                for (std::size_t n_probes = 0; n_probes <= kFastScanBatch; ++n_probes)
                    QCOMPARE(check_scan(kernels, codes, n_probes, misalignment), QString());
            }
    }

    /// formats.md 2.3: byte i < 16 of a pair has vector perm[i] low and perm[i] + 16 high.
    void layout_is_that_of_faiss() {
        constexpr std::array perm{0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15};
        const Case codes(6, 64, 3);
        for (std::size_t b = 0; b < 2; ++b)
            for (std::size_t s = 0; s < 6; ++s)
                for (std::size_t i = 0; i < 16; ++i) {
                    const std::size_t at = b * 3 * 32 + s * 16 + i,
                                      low = b * 32 + static_cast<std::size_t>(perm[i]);
                    QCOMPARE(int(codes.blocks[at]),
                             codes.numbers[low * 6 + s] | codes.numbers[(low + 16) * 6 + s] << 4);
                }
    }

    void codes_come_back_and_neighbours_stay() {
        for (const std::size_t M : {1, 2, 7, 196}) {
            Case codes(M, 70, M);
            std::vector<std::uint8_t> code(codes.layout.code_size(), 0xff), got(code.size());
            codes.layout.store(codes.blocks.data(), 40, code.data());
            for (std::size_t i = 0; i < codes.n; ++i) {
                codes.layout.fetch(codes.blocks.data(), i, got.data());
                for (std::size_t s = 0; s < M; ++s)
                    QCOMPARE(got[s / 2] >> s % 2 * 4 & 15, i == 40 ? 15 : int(codes.numbers[i * M + s]));
                if (M % 2 == 1)
                    QCOMPARE(got.back() >> 4, 0);
            }
        }
    }

    void tables_data() { isa_rows(); }
    void tables() {
        FETCH_KERNELS();
        Random random(11);
        for (const std::size_t M : {1, 15, 16, 17, 196})
            for (const std::size_t dsub : {1, 2, 3, 4, 5, 8, 11}) {
                const std::size_t groups = (M + 15) / 16, lanes = groups * 16;
                AlignedBuffer<float> query(lanes * dsub), centroids(lanes * 16 * dsub);
                for (std::size_t i = 0; i < M * dsub; ++i)
                    query[i] = static_cast<float>(random.normal());
                std::vector<float> plain(M * 16 * dsub);
                for (float& x : plain)
                    x = static_cast<float>(random.normal());
                for (std::size_t s = 0; s < M; ++s)
                    for (std::size_t c = 0; c < 16; ++c)
                        for (std::size_t j = 0; j < dsub; ++j)
                            centroids[((s / 16 * 16 + c) * dsub + j) * 16 + fastscan_lane(s % 16)] =
                                plain[(s * 16 + c) * dsub + j];
                for (const bool l2 : {true, false}) {
                    AlignedBuffer<float> out(lanes * 16), minima(lanes);
                    const FastScanRange range = (l2 ? kernels.l2_tables : kernels.ip_tables)(
                        query.data(), centroids.data(), groups, dsub, out.data(), minima.data());
                    const float factor = 255 / range.largest_span;
                    AlignedBuffer<std::uint8_t> bytes(lanes * 16);
                    kernels.round_tables(out.data(), minima.data(), groups, factor, bytes.data());
                    double minimum_sum = 0, span_sum = 0, largest = 0;
                    for (std::size_t s = 0; s < M; ++s) {
                        std::array<double, 16> exact{};
                        for (std::size_t c = 0; c < 16; ++c)
                            for (std::size_t j = 0; j < dsub; ++j) {
                                const double q = query[s * dsub + j], x = plain[(s * 16 + c) * dsub + j];
                                exact[c] += l2 ? (q - x) * (q - x) : -q * x;
                            }
                        const auto [low, high] = std::minmax_element(exact.begin(), exact.end());
                        minimum_sum += *low;
                        span_sum += *high - *low;
                        largest = std::max(largest, *high - *low);
                        for (std::size_t c = 0; c < 16; ++c) {
                            const float entry = out[(s / 16 * 16 + c) * 16 + fastscan_lane(s % 16)];
                            QVERIFY(std::abs(entry - exact[c]) <= 1e-5 * (1 + std::abs(exact[c])));
                            QVERIFY(std::abs(bytes[s * 16 + c] - (exact[c] - *low) * factor) <= 0.501);
                        }
                    }
                    QVERIFY(std::abs(range.sum_of_minima - minimum_sum) <= 1e-4 * double(M));
                    QVERIFY(std::abs(range.sum_of_spans - span_sum) <= 1e-5 * span_sum);
                    QVERIFY(std::abs(range.largest_span - largest) <= 1e-5 * largest);
                }
            }
    }

    /// |distance - float ADC| <= M * scale / 2, and no sum leaves 16 bits, however many sub-quantisers.
    void distances_are_within_the_rounding() {
        Random random(5);
        for (const std::size_t M : {1, 7, 64, 196, 600, 3000}) {
            const std::size_t dsub = M < 100 ? 3 : 1;
            std::vector<float> centroids(M * 16 * dsub), query(M * dsub);
            // Every sub-quantiser as wide as the widest: the sums are the largest that there can be.
            for (std::size_t i = 0; i < centroids.size(); ++i)
                centroids[i] = i / dsub % 16 == 0   ? 0
                               : i / dsub % 16 == 1 ? 9
                                                    : static_cast<float>(random.normal());
            const FastScanCodebook codebook(centroids, M, dsub);
            FastScanCodebook::Scratch scratch;
            FastScanTables tables;
            for (const bool l2 : {true, false}) {
                for (float& x : query)
                    x = l2 ? 0.0F : 1.0F;
                l2 ? codebook.l2_tables(query.data(), scratch, tables)
                   : codebook.ip_tables(query.data(), scratch, tables);
                for (int trial = 0; trial < 50; ++trial) {
                    double exact = 0;
                    std::uint32_t sum = 0;
                    for (std::size_t s = 0; s < M; ++s) {
                        const std::size_t c = trial < 2 ? static_cast<std::size_t>(trial) : random() % 16;
                        sum += tables.bytes[s * 16 + c];
                        for (std::size_t j = 0; j < dsub; ++j) {
                            const double x = centroids[(s * 16 + c) * dsub + j], q = query[s * dsub + j];
                            exact += l2 ? (q - x) * (q - x) : -q * x;
                        }
                    }
                    QVERIFY(sum <= 65535);
                    const double error = std::abs(tables.distance(static_cast<std::uint16_t>(sum)) - exact);
                    QVERIFY2(error <= 0.5001 * double(M) * double(tables.scale) + 1e-5 * std::abs(exact),
                             qPrintable(QString::number(error)));
                }
            }
        }
    }

    void equal_centroids_make_a_scale_of_zero() {
        const std::vector<float> centroids(4 * 16, 1.5F);
        const FastScanCodebook codebook(centroids, 4, 1);
        FastScanCodebook::Scratch scratch;
        FastScanTables tables;
        const std::vector<float> query(4, 0.5F);
        codebook.l2_tables(query.data(), scratch, tables);
        QCOMPARE(tables.scale, 0.0F);
        QCOMPARE(tables.distance(0), 4.0F);
        QVERIFY(std::all_of(tables.bytes.begin(), tables.bytes.end(), [](std::uint8_t b) { return b == 0; }));
    }

    void top_k_is_that_of_a_sort_data() {
        QTest::addColumn<int>("k");
        for (const int k : {1, 2, 10, 31, 32, 33, 64, 100, 999, 1000, 1001, 5000})
            QTest::newRow(qPrintable(QString::number(k))) << k;
    }
    void top_k_is_that_of_a_sort() {
        QFETCH(int, k);
        Random random(9);
        FastScanTables tables;
        tables.bias = -3;
        tables.scale = 0.25F;
        for (const std::uint32_t range : {1u, 7u, 300u, 65536u}) {
            // In runs that begin and end anywhere, with ids in no order, as lists come.
            constexpr std::size_t kCount = 9000;
            std::vector<std::uint32_t> ids = random_sample(kCount, kCount, range);
            std::vector<std::uint16_t> sums(kCount + kFastScanBlock);
            for (std::uint16_t& sum : sums)
                sum = static_cast<std::uint16_t>(random() % range + (range < 65536 ? 65536 - range : 0));
            std::vector<std::pair<std::uint16_t, std::uint32_t>> all(kCount);
            for (std::size_t i = 0; i < kCount; ++i)
                all[i] = {sums[i], ids[i]};
            std::sort(all.begin(), all.end());
            std::vector<Neighbor> got(static_cast<std::size_t>(k));
            FastScanTopK best;
            FastScanTopK::Scratch scratch;
            for (int run = 0; run < 2; ++run) { // the second on used buffers
                best.begin(got.size(), scratch);
                for (std::size_t at = 0; at < kCount;) {
                    const std::size_t start = at / kFastScanBlock * kFastScanBlock;
                    const std::size_t stop =
                        std::min({kCount, start + FastScanTopK::kRun, at + 1 + random() % 700});
                    best.make_room();
                    std::array<std::uint32_t, FastScanTopK::kRun / kFastScanBlock> masks{};
                    for (std::size_t i = start; i < (stop + 31) / 32 * 32; ++i)
                        masks[(i - start) / 32] |= std::uint32_t{sums[i] <= best.threshold()}
                                                   << (i - start) % 32;
                    add_sums(sums.data() + start, masks.data(), at - start, stop - start, ids.data() + at, 0,
                             best);
                    at = stop;
                }
                best.finish(tables, got);
                for (std::size_t i = 0; i < got.size(); ++i)
                    QCOMPARE(got[i], i < all.size() ? (Neighbor{tables.distance(all[i].first), all[i].second})
                                                    : Neighbor{});
            }
        }
    }

    void sums_that_round_to_one_distance_are_ordered_by_id() {
        FastScanTables tables;
        tables.bias = 1e9F;
        tables.scale = 1e-3F;
        FastScanTopK best;
        FastScanTopK::Scratch scratch;
        best.begin(3, scratch);
        best.push(1, 9);
        best.push(2, 4);
        best.push(3, 7);
        best.push(4, 1);
        std::array<Neighbor, 4> got;
        best.finish(tables, got);
        QCOMPARE(got[0].id, Id{4}); // the three least sums
        QCOMPARE(got[1].id, Id{7});
        QCOMPARE(got[2].id, Id{9});
        QCOMPARE(got[3].id, kNoId);
    }

    void within_data() { isa_rows(); }
    void within() {
        FETCH_KERNELS();
        Random random(3);
        AlignedBuffer<std::uint16_t> sums(96);
        for (std::uint16_t& sum : sums)
            sum = static_cast<std::uint16_t>(random() % 2 ? random() : random() % 4 * 0x5555);
        for (const std::uint32_t threshold :
             {0u, 1u, 0x5555u, 0x8000u, 0xaaaau, 0xfffeu, 0xffffu, 0x10000u}) {
            std::array<std::uint32_t, 3> masks{};
            const std::size_t count = kernels.within(sums.data(), 3, threshold, masks.data());
            std::size_t expected = 0;
            for (std::size_t i = 0; i < 96; ++i) {
                QCOMPARE((masks[i / 32] >> i % 32 & 1) != 0, sums[i] <= threshold);
                expected += sums[i] <= threshold ? 1 : 0;
            }
            QCOMPARE(count, expected);
            QCOMPARE(kernels.within(sums.data(), 3, threshold, nullptr), expected);
        }
    }
};

QTEST_GUILESS_MAIN(tst_fastscan)
#include "tst_fastscan.moc"
