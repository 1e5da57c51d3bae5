// SPDX-License-Identifier: Apache-2.0
#include "ivf/centroid_sketch.h"

#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace annscope {
namespace {

constexpr std::size_t kWorthwhileBytes = std::size_t{512} << 10; // of float32 centroids
constexpr std::size_t kMaxDim = 65536;
constexpr float kUnitTolerance = 1e-5f; // how far squared lengths of unit vectors are from 1
constexpr float kRounding = 1e-5f;      // relative; of float32 sums of squares, generously

/// The k-th smallest value, 1 <= k <= values.size().
float kth_smallest(std::span<const float> values, std::size_t k) {
    if (k * 8 > values.size()) {
        std::vector<float> copy(values.begin(), values.end());
        const auto at = copy.begin() + static_cast<std::ptrdiff_t>(k - 1);
        std::nth_element(copy.begin(), at, copy.end());
        return *at;
    }
    std::vector<float> heap(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(k));
    std::make_heap(heap.begin(), heap.end());
    for (const float value : values.subspan(k))
        if (value < heap.front()) {
            std::pop_heap(heap.begin(), heap.end());
            heap.back() = value;
            std::push_heap(heap.begin(), heap.end());
        }
    return heap.front();
}

} // namespace

bool CentroidSketch::useful(std::size_t nlist, std::size_t dim) noexcept {
    return dim <= kMaxDim && nlist * dim * sizeof(float) >= kWorthwhileBytes && nlist >= 64;
}

std::size_t CentroidSketch::bytes(std::size_t nlist, std::size_t dim) noexcept {
    return useful(nlist, dim) ? nlist * dim : 0;
}

CentroidSketch::CentroidSketch(VectorView centroids)
    : m_nlist(centroids.rows()), m_dim(centroids.cols()), m_codes(centroids.rows() * centroids.cols()) {
    const auto [low, high] = std::minmax_element(centroids.data(), centroids.data() + m_nlist * m_dim);
    m_low = *low;
    m_step = std::max((*high - *low) / 255, 1e-30f);
    m_unit = true;
    for (std::size_t i = 0; i < m_nlist; ++i) {
        m_error = std::max(m_error, to_grid(centroids.row(i), m_codes.data() + i * m_dim));
        const float norm = simd::kernels().norm_f32(centroids.row(i), m_dim);
        m_unit = m_unit && std::abs(norm - 1) <= kUnitTolerance;
    }
}

/// Rounds a vector to the grid and returns how far that moved it.
float CentroidSketch::to_grid(const float* v, std::uint8_t* codes) const noexcept {
    const float scale = 1 / m_step;
    float moved = 0;
    for (std::size_t j = 0; j < m_dim; ++j) {
        const float position = std::min(std::max((v[j] - m_low) * scale, 0.0f), 255.0f);
        codes[j] = static_cast<std::uint8_t>(position + 0.5f);
        const float difference = v[j] - (m_low + m_step * static_cast<float>(codes[j]));
        moved += difference * difference;
    }
    return std::sqrt(moved) * (1 + 100 * kRounding);
}

bool CentroidSketch::candidates(const float* query, std::size_t nprobe,
                                std::vector<std::uint32_t>& out) const {
    out.clear();
    std::vector<std::uint8_t> codes(m_dim);
    const float error = to_grid(query, codes.data()) + m_error;
    std::vector<float> squares(m_nlist);
    simd::kernels().u8_u8.l2_rows(codes.data(), m_codes.data(), m_dim, m_nlist, m_dim, squares.data());
    // The nprobe-th nearest is at most at reach; whoever rounding moved by error may be as near as that.
    // Where the rank is that of inner products, lengths that are not quite 1 move squares by twice the
    // tolerance.
    const float reach = m_step * std::sqrt(kth_smallest(squares, nprobe)) + error;
    const float slack = m_unit ? 2 * kUnitTolerance : 0.0f;
    const float limit = std::sqrt(reach * reach * (1 + kRounding) + slack) + error;
    const float square_limit = limit / m_step * (limit / m_step) * (1 + kRounding);
    if (!std::isfinite(square_limit))
        return false;
    const std::size_t most = std::max(4 * nprobe, m_nlist / 4);
    for (std::size_t i = 0; i < m_nlist; ++i)
        if (squares[i] <= square_limit) {
            if (out.size() == most) {
                out.clear();
                return false;
            }
            out.push_back(static_cast<std::uint32_t>(i));
        }
    return true;
}

} // namespace annscope
