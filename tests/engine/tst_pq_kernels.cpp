// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "quant/product_quantizer.h"
#include "quant/subspace_kmeans.h"
#include "simd/pq_scan.h"
#include "simd/subspace.h"

#include <QTest>

#include <cmath>
#include <memory>
#include <vector>

using namespace annscope;
using namespace annscope::simd;

namespace {

constexpr Isa kIsas[] = {Isa::Scalar, Isa::Avx2, Isa::Avx512};

std::vector<float> normals(std::size_t count, std::uint64_t seed, float offset = 0) {
    std::vector<float> values(count);
    Random random(seed);
    for (float& v : values)
        v = offset + static_cast<float>(random.normal());
    return values;
}

/// k centroids of `parts` parts, plainly and as the kernels take them.
struct Codebook {
    std::size_t parts, k, dim;
    std::vector<float> plain, centres;
    SubspaceCodebook grouped;

    Codebook(std::size_t p, std::size_t centroids, std::size_t d, std::uint64_t seed)
        : parts(p), k(centroids), dim(d), plain(normals(p * centroids * d, seed, 3)),
          centres(normals(p * d, seed + 1, 3)), grouped(p, centroids, d) {
        for (std::size_t m = 0; m < parts; ++m)
            grouped.set(m, plain.data() + m * k * dim, centres.data() + m * dim);
    }
    const float* centroid(std::size_t m, std::size_t c) const { return plain.data() + (m * k + c) * dim; }
};

double squared(const float* a, const float* b, std::size_t dim) {
    double sum = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const double difference = static_cast<double>(a[j]) - static_cast<double>(b[j]);
        sum += difference * difference;
    }
    return sum;
}

double product(const float* a, const float* b, std::size_t dim) {
    double sum = 0;
    for (std::size_t j = 0; j < dim; ++j)
        sum += static_cast<double>(a[j]) * static_cast<double>(b[j]);
    return sum;
}

} // namespace

class TestPqKernels : public QObject {
    Q_OBJECT

private:
    static void isas() {
        QTest::addColumn<int>("isa_number");
        for (const Isa isa : kIsas)
            if (supported(isa))
                QTest::addRow("%s", name(isa)) << static_cast<int>(isa);
    }

private slots:
    void nearestIsThatOfBruteForce_data() { isas(); }
    void nearestIsThatOfBruteForce();
    void equalCentroidsGiveTheFirst_data() { isas(); }
    void equalCentroidsGiveTheFirst();
    void rowsOfNoNumbersGiveTheFirst_data() { isas(); }
    void rowsOfNoNumbersGiveTheFirst();
    void tablesAreDistances_data() { isas(); }
    void tablesAreDistances();
    void sumsAreThoseOfTheNumbers_data() { isas(); }
    void sumsAreThoseOfTheNumbers();
};

void TestPqKernels::nearestIsThatOfBruteForce() {
    QFETCH(int, isa_number);
    const SubspaceKernels& kernels = subspace_kernels_for(static_cast<Isa>(isa_number));
    QCOMPARE(static_cast<int>(kernels.isa), isa_number);
    constexpr std::size_t kPanel = SubspaceKernels::kPanel;
    for (const std::size_t dim : {1u, 2u, 3u, 4u, 7u, 16u, 33u, 130u})
        for (const std::size_t k : {2u, 4u, 8u, 16u, 32u, 256u})
            for (const std::size_t n : {1u, 15u, 16u, 17u, 33u, 64u}) {
                const Codebook book(1, k, dim, dim * 100 + k);
                const std::size_t stride = dim + 3;
                const std::vector<float> rows = normals(n * stride + 1, n, 3);
                AlignedBuffer<float> panel(kPanel * dim);
                std::vector<std::uint32_t> index(kPanel, 12345);
                std::vector<float> score(kPanel);
                kernels.pack(rows.data() + 1, stride, n, dim, book.centres.data(), panel.data());
                kernels.nearest(panel.data(), n, dim, book.grouped.centroids(0), book.grouped.half_norms(0),
                                k, index.data(), score.data());
                for (std::size_t i = 0; i < n; ++i) {
                    const float* row = rows.data() + 1 + i * stride;
                    double least = squared(row, book.centroid(0, 0), dim);
                    for (std::size_t c = 1; c < k; ++c)
                        least = std::min(least, squared(row, book.centroid(0, c), dim));
                    QVERIFY(index[i] < k);
                    const double got = squared(row, book.centroid(0, index[i]), dim);
                    QVERIFY2(got <= least + 1e-5 * (1 + least),
                             qPrintable(QString("%1 %2").arg(got).arg(least)));
                    const double norm = squared(row, book.centres.data(), dim);
                    const double told = 2 * static_cast<double>(score[i]) + norm;
                    QVERIFY(std::abs(told - got) <= 1e-5 * (1 + norm + got));
                }
            }
}

void TestPqKernels::equalCentroidsGiveTheFirst() {
    QFETCH(int, isa_number);
    const SubspaceKernels& kernels = subspace_kernels_for(static_cast<Isa>(isa_number));
    // 64 centroids of which each value is there four times; the nearest of a row is its first copy.
    SubspaceCodebook book(1, 64, 2);
    std::vector<float> centroids(64 * 2), rows(64 * 2);
    const float centre[2] = {0.5f, -0.5f};
    for (std::size_t c = 0; c < 64; ++c)
        for (std::size_t j = 0; j < 2; ++j) {
            centroids[c * 2 + j] = static_cast<float>(c % 16 * 10 + j);
            rows[c * 2 + j] = centroids[c * 2 + j] + 0.25f;
        }
    book.set(0, centroids.data(), centre);
    AlignedBuffer<float> panel(64 * 2);
    std::vector<std::uint32_t> index(64);
    std::vector<float> score(64);
    kernels.pack(rows.data(), 2, 64, 2, centre, panel.data());
    kernels.nearest(panel.data(), 64, 2, book.centroids(0), book.half_norms(0), 64, index.data(),
                    score.data());
    for (std::size_t i = 0; i < 64; ++i)
        QCOMPARE(index[i], static_cast<std::uint32_t>(i % 16));
}

void TestPqKernels::rowsOfNoNumbersGiveTheFirst() {
    QFETCH(int, isa_number);
    const SubspaceKernels& kernels = subspace_kernels_for(static_cast<Isa>(isa_number));
    const Codebook book(1, 16, 3, 5);
    const std::vector<float> rows(20 * 3, std::nanf(""));
    AlignedBuffer<float> panel(64 * 3);
    std::vector<std::uint32_t> index(64, 99);
    std::vector<float> score(64);
    kernels.pack(rows.data(), 3, 20, 3, book.centres.data(), panel.data());
    kernels.nearest(panel.data(), 20, 3, book.grouped.centroids(0), book.grouped.half_norms(0), 16,
                    index.data(), score.data());
    for (std::size_t i = 0; i < 20; ++i)
        QCOMPARE(index[i], 0u);
}

void TestPqKernels::tablesAreDistances() {
    QFETCH(int, isa_number);
    const SubspaceKernels& kernels = subspace_kernels_for(static_cast<Isa>(isa_number));
    for (const std::size_t dim : {1u, 2u, 3u, 4u, 9u, 31u})
        for (const std::size_t k : {2u, 4u, 16u, 32u, 256u})
            for (const std::size_t parts : {1u, 3u, 8u}) {
                const Codebook book(parts, k, dim, dim + k);
                const std::vector<float> query = normals(parts * dim + 1, 3, 3);
                std::vector<float> l2(parts * k + 2, -7), ip(parts * k + 2, -7); // one each side stays
                const float* q = query.data() + 1;
                kernels.l2_tables(q, book.grouped.centre(0), book.grouped.centroids(0), parts, dim, k,
                                  l2.data() + 1);
                kernels.ip_tables(q, book.grouped.centre(0), book.grouped.centroids(0), parts, dim, k,
                                  ip.data() + 1);
                for (std::size_t m = 0; m < parts; ++m)
                    for (std::size_t c = 0; c < k; ++c) {
                        const float* x = book.centroid(m, c);
                        const double distance = squared(q + m * dim, x, dim),
                                     inner = product(q + m * dim, x, dim);
                        const auto got_l2 = static_cast<double>(l2[1 + m * k + c]),
                                   got_ip = static_cast<double>(ip[1 + m * k + c]);
                        QVERIFY(std::abs(got_l2 - distance) <= 1e-5 * (1 + distance));
                        const double scale =
                            std::sqrt(product(q + m * dim, q + m * dim, dim) * product(x, x, dim));
                        QVERIFY(std::abs(got_ip - inner) <= 1e-5 * (1 + scale));
                    }
                QCOMPARE(l2.front(), -7.0f);
                QCOMPARE(l2.back(), -7.0f);
                QCOMPARE(ip.front(), -7.0f);
                QCOMPARE(ip.back(), -7.0f);
            }
}

void TestPqKernels::sumsAreThoseOfTheNumbers() {
    QFETCH(int, isa_number);
    const PqScanKernels& kernels = pq_scan_kernels_for(static_cast<Isa>(isa_number));
    QCOMPARE(static_cast<int>(kernels.isa), isa_number);
    Random random(9);
    for (std::size_t nbits = 1; nbits <= 16; ++nbits)
        for (const std::size_t M : {1u, 2u, 3u, 7u, 8u, 15u, 16u, 17u, 24u, 33u}) {
            const std::size_t k = std::size_t{1} << nbits, code_size = (M * nbits + 7) / 8;
            std::vector<float> table(M * k);
            for (float& entry : table)
                entry = static_cast<float>(random.uniform() - 0.5);
            for (const std::size_t n : {0u, 1u, 3u, 4u, 7u, 9u}) {
                // Of its own, exactly as large as the codes are: a read beyond is caught by the sanitizer.
                const auto codes = std::make_unique<std::uint8_t[]>(n * code_size + 1);
                std::uint8_t* first = codes.get() + 1;
                std::vector<std::uint32_t> numbers(n * M);
                for (std::uint32_t& number : numbers)
                    number = static_cast<std::uint32_t>(random.below(k));
                for (std::size_t i = 0; i < n; ++i)
                    pack_code(numbers.data() + i * M, M, nbits, first + i * code_size);
                std::vector<float> out(n + 1, -7);
                kernels.sums(table.data(), first, n, M, nbits, out.data());
                for (std::size_t i = 0; i < n; ++i) {
                    double expected = 0, scale = 1;
                    for (std::size_t m = 0; m < M; ++m) {
                        QCOMPARE(code_number(first + i * code_size, m, nbits), numbers[i * M + m]);
                        expected += static_cast<double>(table[m * k + numbers[i * M + m]]);
                        scale += std::abs(static_cast<double>(table[m * k + numbers[i * M + m]]));
                    }
                    QVERIFY(std::abs(static_cast<double>(out[i]) - expected) <= 1e-6 * scale);
                    float alone = 0;
                    kernels.sums(table.data(), first + i * code_size, 1, M, nbits, &alone);
                    QCOMPARE(alone, out[i]);
                }
                QCOMPARE(out.back(), -7.0f);
            }
        }
}

QTEST_GUILESS_MAIN(TestPqKernels)
#include "tst_pq_kernels.moc"
