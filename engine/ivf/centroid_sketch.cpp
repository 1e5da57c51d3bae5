// SPDX-License-Identifier: Apache-2.0
#include "ivf/centroid_sketch.h"

#include "simd/byte_dot.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace annscope {
namespace {

constexpr std::size_t kWorthwhileBytes = std::size_t{512} << 10; // of float32 centroids
constexpr std::size_t kMaxDim = 65536;
constexpr float kUnitTolerance = 1e-5f; // how far squared lengths of unit vectors are from 1
constexpr float kRounding = 1e-5f;      // relative; of float32 sums of squares, generously

constexpr float kSumRounding = 2e-6f; // of a squared distance put together from larger terms

std::size_t stride_of(std::size_t dim) noexcept {
    return (dim + 63) / 64 * 64; // whole cache lines: a load of two is half as fast
}

constexpr std::size_t kLanes = 16;

std::span<const float> block_of(std::span<const float> values, std::size_t block) noexcept {
    return values.subspan(block * kLanes, std::min(kLanes, values.size() - block * kLanes));
}

/// The least value of each block of kLanes, without branches.
std::vector<float> least_of_blocks(std::span<const float> values) {
    std::vector<float> least((values.size() + kLanes - 1) / kLanes);
    for (std::size_t block = 0; block < values.size() / kLanes; ++block) {
        const float* v = values.data() + block * kLanes;
        float low[4] = {v[0], v[1], v[2], v[3]};
        for (std::size_t i = 4; i < kLanes; i += 4)
            for (std::size_t l = 0; l < 4; ++l)
                low[l] = std::min(low[l], v[i + l]);
        least[block] = std::min(std::min(low[0], low[1]), std::min(low[2], low[3]));
    }
    if (values.size() % kLanes != 0)
        least.back() = *std::ranges::min_element(block_of(values, least.size() - 1));
    return least;
}

/// The k-th smallest value, 1 <= k <= values.size().
/// least: of each block of kLanes values, the last one perhaps shorter. The k-th smallest of them is not
/// below the k-th smallest value, so that few values have to be looked at one by one.
float kth_smallest(std::span<const float> values, std::span<const float> least, std::size_t k) {
    std::vector<float> some;
    const auto nth = [](std::vector<float>& of, std::size_t rank) {
        const auto at = of.begin() + static_cast<std::ptrdiff_t>(rank - 1);
        std::nth_element(of.begin(), at, of.end());
        return *at;
    };
    if (k > least.size() * 3 / 4) {
        some.assign(values.begin(), values.end());
        return nth(some, k);
    }
    some.assign(least.begin(), least.end());
    const float bound = nth(some, k);
    some.clear();
    for (std::size_t block = 0; block < least.size(); ++block)
        if (least[block] <= bound)
            for (const float value : block_of(values, block))
                if (value <= bound)
                    some.push_back(value);
    return nth(some, k);
}

} // namespace

/// Vectors of signed bytes that add up to the query, and what they leave.
struct CentroidSketch::Query {
    std::vector<std::int8_t> coarse, fine; ///< fine is empty where nothing is left
    std::vector<std::int32_t> coarse_products, fine_products;
    float coarse_step = 0, fine_step = 0;
    float offset = 0;   ///< of the query's own grid from the middle
    float constant = 0; ///< the part of the squared distances that no centroid changes
    float norm = 0;     ///< squared length around the middle
    float noise = 0;    ///< what rounding of sums may do to a squared distance
    float error = 0;    ///< how far the query was moved
};

bool CentroidSketch::useful(std::size_t nlist, std::size_t dim) noexcept {
    return dim <= kMaxDim && nlist * dim * sizeof(float) >= kWorthwhileBytes && nlist >= 64;
}

std::size_t CentroidSketch::bytes(std::size_t nlist, std::size_t dim) noexcept {
    return useful(nlist, dim) ? nlist * (stride_of(dim) + 2 * sizeof(float)) : 0;
}

CentroidSketch::CentroidSketch(VectorView centroids)
    : m_nlist(centroids.rows()), m_dim(centroids.cols()), m_stride(stride_of(m_dim)),
      m_codes(m_nlist * m_stride), m_norms(m_nlist), m_sums(m_nlist) {
    const auto [low, high] = std::minmax_element(centroids.data(), centroids.data() + m_nlist * m_dim);
    m_low = *low;
    m_step = std::max((*high - *low) / 255, 1e-30f);
    m_middle = m_low + 127.5f * m_step;
    m_unit = true;
    for (std::size_t i = 0; i < m_nlist; ++i) {
        const float* centroid = centroids.row(i);
        std::uint8_t* codes = m_codes.data() + i * m_stride;
        double moved = 0, norm = 0, sum = 0;
        for (std::size_t j = 0; j < m_dim; ++j) {
            codes[j] =
                static_cast<std::uint8_t>(std::clamp((centroid[j] - m_low) / m_step, 0.0f, 255.0f) + 0.5f);
            const double rounded = static_cast<double>(m_low) + static_cast<double>(m_step) * codes[j];
            moved += (centroid[j] - rounded) * (centroid[j] - rounded);
            norm += (rounded - m_middle) * (rounded - m_middle);
            sum += rounded - m_middle;
        }
        m_error = std::max(m_error, static_cast<float>(std::sqrt(moved)) * (1 + 100 * kRounding));
        m_norms[i] = static_cast<float>(norm);
        m_sums[i] = static_cast<float>(sum);
        m_max_norm = std::max(m_max_norm, m_norms[i]);
        m_unit = m_unit && std::abs(simd::kernels().norm_f32(centroid, m_dim) - 1) <= kUnitTolerance;
    }
}

void CentroidSketch::prepare(const float* query, Query& out) const {
    const auto& kernels = simd::byte_dot_kernels();
    const auto lowest = static_cast<float>(kernels.lowest), highest = static_cast<float>(kernels.highest);
    float low, high;
    const bool whole = kernels.range(query, m_dim, &low, &high) && high - low <= highest - lowest;
    const float zero = whole ? low - lowest : (low + high) / 2; // what code 0 stands for
    const float half = std::max((high - low) / 2, 1e-30f);
    out.coarse_step = whole ? 1 : half / highest;
    out.fine_step = out.coarse_step / 2 / highest;
    out.coarse.resize(m_dim);
    out.fine.resize(whole ? 0 : m_dim);
    const simd::ByteSplit split = kernels.split(query, m_dim, zero, out.coarse_step, out.fine_step,
                                                out.coarse.data(), whole ? nullptr : out.fine.data());
    out.offset = zero - m_middle;
    const double offset = out.offset;
    out.norm = static_cast<float>(split.square + 2 * offset * split.sum +
                                  offset * offset * static_cast<double>(m_dim));
    out.constant = out.norm - 2 * (m_low - m_middle) * split.sum;
    out.error = whole ? 0.0f : std::sqrt(split.left_square) * (1 + 100 * kRounding) + kRounding * half;
    // What sums of float32 may be off by.
    out.noise =
        kSumRounding * (split.square + static_cast<float>(offset * offset * static_cast<double>(m_dim)) +
                        std::abs(out.constant));
}

void CentroidSketch::candidates(std::span<const float* const> queries, std::size_t nprobe,
                                std::span<std::vector<std::uint32_t>> out) const {
    constexpr std::size_t kTogether = 4;
    Query prepared[kTogether];
    const std::int8_t* vectors[kTogether];
    std::int32_t* into[kTogether];
    for (std::size_t first = 0; first < queries.size();) {
        std::size_t count = 0, taken = 0;
        while (taken < kTogether && first + taken < queries.size()) {
            Query& query = prepared[taken];
            prepare(queries[first + taken], query);
            const std::size_t needed = query.fine.empty() ? 1 : 2;
            if (count + needed > kTogether)
                break;
            query.coarse_products.resize(m_nlist);
            query.fine_products.resize(query.fine.empty() ? 0 : m_nlist);
            vectors[count] = query.coarse.data();
            into[count++] = query.coarse_products.data();
            if (needed == 2) {
                vectors[count] = query.fine.data();
                into[count++] = query.fine_products.data();
            }
            ++taken;
        }
        simd::byte_dot_kernels().dots(vectors, count, m_codes.data(), m_stride, m_nlist, m_dim, into);
        for (std::size_t i = 0; i < taken; ++i)
            select(prepared[i], nprobe, out[first + i]);
        first += taken;
    }
}

void CentroidSketch::select(const Query& query, std::size_t nprobe, std::vector<std::uint32_t>& out) const {
    out.clear();
    std::vector<float> squares(m_nlist);
    const float per_coarse = 2 * m_step * query.coarse_step, per_fine = 2 * m_step * query.fine_step;
    for (std::size_t i = 0; i < m_nlist; ++i)
        squares[i] = query.constant + m_norms[i] - 2 * query.offset * m_sums[i] -
                     per_coarse * static_cast<float>(query.coarse_products[i]);
    for (std::size_t i = 0; i < query.fine_products.size(); ++i)
        squares[i] -= per_fine * static_cast<float>(query.fine_products[i]);
    const std::vector<float> least = least_of_blocks(squares);
    // The nprobe-th nearest is at most at reach; whoever rounding moved by error may be as near as that.
    // Where the rank is that of inner products, lengths that are not quite 1 move squares by twice the
    // tolerance.
    const float noise = query.noise + kSumRounding * m_max_norm;
    const float error = query.error + m_error;
    const float reach = std::sqrt(std::max(kth_smallest(squares, least, nprobe), 0.0f) + noise) + error;
    const float slack = m_unit ? 2 * kUnitTolerance : 0.0f;
    const float limit = std::sqrt(reach * reach * (1 + kRounding) + slack) + error;
    const float square_limit = limit * limit * (1 + kRounding) + noise;
    if (!std::isfinite(square_limit))
        return;
    const std::size_t most = std::max(4 * nprobe, m_nlist / 4);
    for (std::size_t block = 0; block < least.size(); ++block) {
        if (least[block] > square_limit)
            continue;
        const std::span<const float> values = block_of(squares, block);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (values[i] <= square_limit)
                out.push_back(static_cast<std::uint32_t>(block * kLanes + i));
        if (out.size() > most)
            return out.clear();
    }
}

} // namespace annscope
