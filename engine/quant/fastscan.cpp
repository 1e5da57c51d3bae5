// SPDX-License-Identifier: Apache-2.0
#include "quant/fastscan.h"

#include <algorithm>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kHalf = simd::kFastScanBlock / 2;

/// Where vector v < 32 of a block has its code among the 16 bytes of a sub-quantiser.
constexpr std::size_t byte_of(std::size_t v) noexcept {
    return v % kHalf < 8 ? v % kHalf * 2 : v % kHalf * 2 - (kHalf - 1);
}

template<class T>
void fit(AlignedBuffer<T>& buffer, std::size_t size) {
    if (buffer.size() != size)
        buffer = AlignedBuffer<T>(size);
}

} // namespace

void FastScanLayout::store(std::uint8_t* blocks, std::size_t position,
                           const std::uint8_t* code) const noexcept {
    const std::size_t vector = position % simd::kFastScanBlock, shift = vector < kHalf ? 0 : 4;
    std::uint8_t* at = blocks + position / simd::kFastScanBlock * block_size() + byte_of(vector);
    const auto put = [shift](std::uint8_t& byte, unsigned number) {
        byte = static_cast<std::uint8_t>((byte & ~(15u << shift)) | number << shift);
    };
    for (std::size_t j = 0; j < pairs(); ++j, at += simd::kFastScanBlock) {
        put(at[0], code[j] & 15u);
        put(at[kHalf], 2 * j + 1 < m_M ? code[j] >> 4 : 0u);
    }
}

void FastScanLayout::fetch(const std::uint8_t* blocks, std::size_t position,
                           std::uint8_t* code) const noexcept {
    const std::size_t vector = position % simd::kFastScanBlock, shift = vector < kHalf ? 0 : 4;
    const std::uint8_t* at = blocks + position / simd::kFastScanBlock * block_size() + byte_of(vector);
    for (std::size_t j = 0; j < pairs(); ++j, at += simd::kFastScanBlock) {
        const unsigned low = at[0] >> shift & 15u, high = at[kHalf] >> shift & 15u;
        code[j] = static_cast<std::uint8_t>(low | high << 4);
    }
}

FastScanCodebook::FastScanCodebook(std::span<const float> centroids, std::size_t M, std::size_t dsub)
    : m_M(M), m_dsub(dsub), m_groups((M + simd::kFastScanLanes - 1) / simd::kFastScanLanes),
      m_centroids(m_groups * simd::kFastScanLanes * kFastScanCentroids * dsub) {
    constexpr std::size_t kLanes = simd::kFastScanLanes;
    for (std::size_t g = 0; g < m_groups; ++g)
        for (std::size_t l = 0; l < kLanes; ++l) {
            const std::size_t s = g * kLanes + simd::fastscan_lane(l);
            for (std::size_t c = 0; s < M && c < kFastScanCentroids; ++c)
                for (std::size_t j = 0; j < dsub; ++j)
                    m_centroids[((g * kFastScanCentroids + c) * dsub + j) * kLanes + l] =
                        centroids[(s * kFastScanCentroids + c) * dsub + j];
        }
}

void FastScanCodebook::l2_tables(const float* query, Scratch& scratch, FastScanTables& out) const {
    make(simd::fastscan_kernels().l2_tables, query, scratch, out);
}

void FastScanCodebook::ip_tables(const float* query, Scratch& scratch, FastScanTables& out) const {
    make(simd::fastscan_kernels().ip_tables, query, scratch, out);
}

void FastScanCodebook::make(Kernel kernel, const float* query, Scratch& scratch, FastScanTables& out) const {
    const std::size_t lanes = m_groups * simd::kFastScanLanes;
    fit(scratch.query, lanes * m_dsub);
    fit(scratch.tables, lanes * kFastScanCentroids);
    fit(scratch.minima, lanes);
    fit(out.bytes, lanes * kFastScanCentroids);
    std::copy_n(query, dim(), scratch.query.data());
    const simd::FastScanRange range = kernel(scratch.query.data(), m_centroids.data(), m_groups, m_dsub,
                                             scratch.tables.data(), scratch.minima.data());
    // Each table's largest entry is rounded up by half at most.
    const float room =
        static_cast<float>(std::numeric_limits<std::uint16_t>::max()) - static_cast<float>(m_M);
    float factor = 0;
    if (range.largest_span > 0)
        factor = std::min(255 / range.largest_span, room / range.sum_of_spans);
    out.bias = range.sum_of_minima;
    out.scale = factor > 0 ? 1 / factor : 0;
    simd::fastscan_kernels().round_tables(scratch.tables.data(), scratch.minima.data(), m_groups, factor,
                                          out.bytes.data());
}

void FastScanTopK::begin(std::size_t k) {
    m_k = k;
    m_capacity = k <= kHeapMax ? k : 2 * k;
    m_bound = k == 0 ? 0 : std::numeric_limits<std::uint64_t>::max();
    m_threshold = std::numeric_limits<std::uint16_t>::max();
    m_keys.clear();
    m_keys.reserve(m_capacity);
}

void FastScanTopK::insert(std::uint64_t key) {
    if (m_k > kHeapMax) {
        m_keys.push_back(key);
        if (m_keys.size() == m_capacity)
            cut();
        return;
    }
    if (m_keys.size() == m_k) {
        std::pop_heap(m_keys.begin(), m_keys.end());
        m_keys.back() = key;
    } else {
        m_keys.push_back(key);
    }
    std::push_heap(m_keys.begin(), m_keys.end());
    if (m_keys.size() == m_k) {
        m_bound = m_keys.front();
        m_threshold = static_cast<std::uint32_t>(m_bound >> 32);
    }
}

void FastScanTopK::cut() {
    std::nth_element(m_keys.begin(), m_keys.begin() + static_cast<std::ptrdiff_t>(m_k) - 1, m_keys.end());
    m_keys.resize(m_k);
    m_bound = m_keys.back();
    m_threshold = static_cast<std::uint32_t>(m_bound >> 32);
}

void FastScanTopK::finish(const FastScanTables& tables, std::span<Neighbor> out) {
    if (m_keys.size() > m_k)
        cut();
    std::sort(m_keys.begin(), m_keys.end());
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = {};
        if (i < m_keys.size())
            out[i] = {tables.distance(static_cast<std::uint16_t>(m_keys[i] >> 32)),
                      static_cast<Id>(m_keys[i] & 0xffffffffu)};
    }
    // Different sums may round to one distance.
    std::sort(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(out.size(), m_keys.size())));
}

} // namespace annscope
