// SPDX-License-Identifier: Apache-2.0
#include "quant/product_quantizer.h"

#include "core/parallel.h"
#include "core/random.h"
#include "quant/training_effort.h"
#include "simd/kernels.h"
#include "simd/pq_scan.h"
#include "simd/subspace.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <string>
#include <vector>

namespace annscope {
namespace {

constexpr std::size_t kPanel = simd::SubspaceKernels::kPanel;
/// Rows a thread takes at a time.
constexpr std::size_t kRows = 4 * kPanel;

/// The divisors of dim around M, in words: "12 or 16".
std::string divisors_near(std::size_t dim, std::size_t M) {
    std::size_t below = std::min(M, dim), above = std::min(M + 1, dim);
    while (dim % below != 0)
        --below;
    while (dim % above != 0)
        ++above;
    return below == above || M > dim ? std::to_string(below)
                                     : std::to_string(below) + " or " + std::to_string(above);
}

Error too_few_rows(std::size_t rows, std::size_t M, std::size_t nbits) {
    std::string message = "There are " + format_count(rows) + " training vectors for the " +
                          format_count(std::size_t{1} << nbits) + " centroids of each part of PQ" +
                          std::to_string(M) + "x" + std::to_string(nbits) +
                          "; there must be at least as many.";
    const int most = static_cast<int>(std::bit_width(rows)) - 1;
    if (most >= 1) {
        const std::size_t bits = static_cast<std::size_t>(most);
        message += " Choose " + std::to_string(bits) + " bits or fewer: PQ" + std::to_string(M) + "x" +
                   std::to_string(bits) + ", with more parts where a code may keep its bytes.";
    }
    return {ErrorCode::InvalidArgument, message};
}

} // namespace

Result<ProductQuantizer> ProductQuantizer::create(std::size_t dim, std::size_t M, std::size_t nbits) {
    if (dim == 0 || M == 0)
        return Error{ErrorCode::InvalidArgument,
                     "A product quantiser needs at least one part and dimension."};
    if (nbits < 1 || nbits > kMaxBits)
        return Error{ErrorCode::InvalidArgument, "A part of a product quantiser is given " +
                                                     std::to_string(nbits) +
                                                     " bits; there must be 1 to 16 of them."};
    if (dim % M != 0)
        return Error{ErrorCode::InvalidArgument,
                     "The " + std::to_string(dim) + " dimensions cannot be cut into " + std::to_string(M) +
                         " equal parts; choose a number that divides them, such as " + divisors_near(dim, M) +
                         "."};
    ProductQuantizer pq;
    pq.m_dim = dim;
    pq.m_M = M;
    pq.m_nbits = nbits;
    return pq;
}

Result<ProductQuantizer> ProductQuantizer::from_centroids(std::size_t dim, std::size_t M, std::size_t nbits,
                                                          std::span<const float> centroids) {
    ANNSCOPE_ASSIGN(ProductQuantizer pq, create(dim, M, nbits));
    if (centroids.size() / pq.ksub() != dim || centroids.size() % pq.ksub() != 0)
        return Error{ErrorCode::CorruptFile, "The codebook has " + format_count(centroids.size()) +
                                                 " values; " + std::to_string(dim) + " x " +
                                                 format_count(pq.ksub()) + " were expected."};
    if (!std::ranges::all_of(centroids, [](float v) { return std::isfinite(v); }))
        return Error{ErrorCode::CorruptFile, "The codebook holds values that are not finite numbers."};
    AlignedBuffer<float> copy(centroids.size());
    std::ranges::copy(centroids, copy.data());
    pq.set_centroids(std::move(copy));
    return pq;
}

void ProductQuantizer::set_centroids(AlignedBuffer<float> centroids) {
    m_codebook = SubspaceCodebook(m_M, ksub(), dsub());
    std::vector<double> sum(dsub());
    std::vector<float> centre(dsub());
    for (std::size_t m = 0; m < m_M; ++m) {
        const float* part = centroids.data() + m * ksub() * dsub();
        std::ranges::fill(sum, 0.0);
        for (std::size_t c = 0; c < ksub(); ++c)
            for (std::size_t j = 0; j < dsub(); ++j)
                sum[j] += static_cast<double>(part[c * dsub() + j]);
        for (std::size_t j = 0; j < dsub(); ++j)
            centre[j] = static_cast<float>(sum[j] / static_cast<double>(ksub()));
        m_codebook.set(m, part, centre.data());
    }
    m_centroids = std::move(centroids);
}

std::uint64_t ProductQuantizer::search_memory() const noexcept {
    return SubspaceCodebook::bytes(m_M, ksub(), dsub());
}

Status ProductQuantizer::train(VectorView rows, const PqTraining& options, const Control& control) {
    if (rows.cols() != m_dim)
        return Error{ErrorCode::DimensionMismatch,
                     "The training vectors have " + std::to_string(rows.cols()) +
                         " dimensions; the product quantiser has " + std::to_string(m_dim) + "."};
    if (options.niter < 1 || options.max_points_per_centroid < 1)
        return Error{ErrorCode::InvalidArgument,
                     "Training a product quantiser needs at least one iteration and one row per centroid."};
    if (rows.rows() < ksub())
        return too_few_rows(rows.rows(), m_M, m_nbits);
    std::vector<std::uint32_t> sample;
    const std::size_t most = ksub() * options.max_points_per_centroid;
    if (rows.rows() > most) {
        sample = random_sample(rows.rows(), most, options.seed);
        std::ranges::sort(sample);
    }
    SubspaceKmeans kmeans{m_M, ksub(), options.niter, options.seed, false};
    if (training_effort() == TrainingEffort::Rough) {
        constexpr int kRough = 4, kRoughLarge = 1;
        const bool large = m_nbits > 9;
        kmeans.niter = std::min(kmeans.niter, large ? kRoughLarge : kRough);
        kmeans.random_start = large;
    }
    control.begin("Training the code",
                  subspace_kmeans_steps(sample.empty() ? rows.rows() : sample.size(), kmeans));
    ANNSCOPE_TRY(check_memory(std::uint64_t{3} * m_dim * ksub() * sizeof(float), "the codebook"));
    AlignedBuffer<float> centroids(m_dim * ksub());
    ANNSCOPE_TRY(subspace_kmeans(rows, sample, kmeans, centroids.data(), control));
    set_centroids(std::move(centroids));
    return {};
}

void ProductQuantizer::encode_block(VectorView rows, std::uint8_t* codes) const {
    assert(trained() && rows.cols() == m_dim);
    const auto& kernels = simd::subspace_kernels();
    AlignedBuffer<float> panel(kPanel * dsub());
    std::vector<std::uint32_t> numbers(m_nbits == 8 ? 0 : kPanel * m_M);
    for (std::size_t first = 0; first < rows.rows(); first += kPanel) {
        const std::size_t n = std::min(kPanel, rows.rows() - first);
        std::uint8_t* out = codes + first * code_size();
        for (std::size_t m = 0; m < m_M; ++m) {
            std::uint32_t index[kPanel];
            kernels.pack(rows.row(first) + m * dsub(), rows.stride(), n, dsub(), m_codebook.centre(m),
                         panel.data());
            m_codebook.nearest(m, panel.data(), n, index);
            for (std::size_t i = 0; i < n; ++i)
                if (m_nbits == 8)
                    out[i * m_M + m] = static_cast<std::uint8_t>(index[i]);
                else
                    numbers[i * m_M + m] = index[i];
        }
        if (m_nbits != 8)
            for (std::size_t i = 0; i < n; ++i)
                pack_code(numbers.data() + i * m_M, m_M, m_nbits, out + i * code_size());
    }
}

Status ProductQuantizer::encode(VectorView rows, std::span<std::uint8_t> codes,
                                const Control& control) const {
    assert(codes.size() >= rows.rows() * code_size());
    return parallel_for(rows.rows(), kRows, control, [&](std::size_t begin, std::size_t end, int) {
        encode_block(rows.rows(begin, end - begin), codes.data() + begin * code_size());
        control.advance(end - begin);
    });
}

void ProductQuantizer::decode(const std::uint8_t* code, float* out) const noexcept {
    for (std::size_t m = 0; m < m_M; ++m)
        std::copy_n(centroids(m).row(code_number(code, m, m_nbits)), dsub(), out + m * dsub());
}

Result<double> ProductQuantizer::distortion(VectorView rows, const Control& control) const {
    std::vector<double> sums((rows.rows() + kRows - 1) / kRows);
    ANNSCOPE_TRY(parallel_for(rows.rows(), kRows, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<std::uint8_t> codes((end - begin) * code_size());
        std::vector<float> decoded(m_dim);
        encode_block(rows.rows(begin, end - begin), codes.data());
        for (std::size_t i = begin; i < end; ++i) {
            decode(codes.data() + (i - begin) * code_size(), decoded.data());
            sums[begin / kRows] +=
                static_cast<double>(simd::kernels().f32.l2(rows.row(i), decoded.data(), m_dim));
        }
        control.advance(end - begin);
    }));
    double sum = 0;
    for (const double block : sums)
        sum += block;
    return rows.empty() ? 0.0 : sum / static_cast<double>(rows.rows());
}

void ProductQuantizer::l2_table(const float* query, float* table) const noexcept {
    simd::subspace_kernels().l2_tables(query, m_codebook.centre(0), m_codebook.centroids(0), m_M, dsub(),
                                       ksub(), table);
}

void ProductQuantizer::ip_table(const float* query, float* table) const noexcept {
    simd::subspace_kernels().ip_tables(query, m_codebook.centre(0), m_codebook.centroids(0), m_M, dsub(),
                                       ksub(), table);
}

float ProductQuantizer::lookup(const float* table, const std::uint8_t* code) const noexcept {
    float sum = 0;
    lookup(table, code, 1, &sum);
    return sum;
}

void ProductQuantizer::lookup(const float* table, const std::uint8_t* codes, std::size_t n,
                              float* out) const noexcept {
    simd::pq_scan_kernels().sums(table, codes, n, m_M, m_nbits, out);
}

float ProductQuantizer::symmetric_l2(const std::uint8_t* a, const std::uint8_t* b) const noexcept {
    float sum = 0;
    for (std::size_t m = 0; m < m_M; ++m)
        sum += simd::kernels().f32.l2(centroids(m).row(code_number(a, m, m_nbits)),
                                      centroids(m).row(code_number(b, m, m_nbits)), dsub());
    return sum;
}

void pack_code(const std::uint32_t* numbers, std::size_t M, std::size_t nbits, std::uint8_t* code) noexcept {
    std::uint64_t window = 0;
    std::size_t held = 0;
    for (std::size_t m = 0; m < M; ++m) {
        window |= static_cast<std::uint64_t>(numbers[m]) << held;
        for (held += nbits; held >= 8; held -= 8, window >>= 8)
            *code++ = static_cast<std::uint8_t>(window);
    }
    if (held > 0)
        *code = static_cast<std::uint8_t>(window);
}

} // namespace annscope
