// SPDX-License-Identifier: Apache-2.0
#include "graph/quantized_graph.h"

#include "core/parallel.h"
#include "core/random.h"
#include "quant/fastscan.h"
#include "simd/rabitq.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kLine = 64, kLanes = QuantizedLayout::kLanes;
constexpr std::size_t kBlockFactors = 2 * kLanes; ///< floats

std::size_t whole_lines(std::size_t bytes) noexcept {
    return (bytes + kLine - 1) / kLine * kLine;
}

/// Row i, and zeros up to what is rotated.
void copy_padded(const VectorSet& vectors, std::size_t i, std::vector<float>& out) {
    vectors.copy_row(i, out.data());
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(vectors.dim()), out.end(), 0.f);
}

/// Their mean: queries are rotated about it.
std::vector<float> centre_of(const VectorSet& vectors, std::size_t code_dim) {
    constexpr std::size_t kSample = 1 << 14;
    const std::size_t count = std::min(vectors.size(), kSample);
    std::vector<double> sum(code_dim);
    std::vector<float> row(code_dim);
    for (std::size_t i = 0; i < count; ++i) {
        copy_padded(vectors, i * vectors.size() / count, row);
        for (std::size_t j = 0; j < code_dim; ++j)
            sum[j] += static_cast<double>(row[j]);
    }
    for (std::size_t j = 0; j < code_dim; ++j)
        row[j] = static_cast<float>(sum[j] / static_cast<double>(count));
    return row;
}

/// Writes the codes of some nodes about one centroid.
class NeighborCoder {
public:
    NeighborCoder(const RabitqQuantizer& quantizer, const float* rotated, const std::vector<float>& beside)
        : m_quantizer(quantizer), m_layout(quantizer.padded() / 4), m_rotated(rotated), m_beside(beside),
          m_signs(quantizer.sign_bytes()) {}

    /// centroid: rotated about the centre; its inner product with the centre. Behind the last of ids there is
    /// no code as far as lanes, a multiple of 32.
    void write(std::span<const std::uint32_t> ids, const float* centroid, float beside, std::size_t lanes,
               std::uint8_t* codes, float* factors) {
        for (std::size_t i = 0; i < lanes; ++i) {
            RabitqFactors own{std::numeric_limits<float>::infinity(), 0, 0};
            if (i < ids.size()) {
                own = m_quantizer.encode_rotated(m_rotated + ids[i] * m_quantizer.padded(), centroid,
                                                 m_beside[ids[i]] - beside, m_signs.data());
                m_layout.store(codes, i, m_signs.data());
            }
            float* at = factors + i / kLanes * kBlockFactors + i % kLanes;
            at[0] = own.add;
            at[kLanes] = own.scale;
        }
    }

private:
    const RabitqQuantizer& m_quantizer;
    FastScanLayout m_layout;
    const float* m_rotated;
    const std::vector<float>& m_beside;
    std::vector<std::uint8_t> m_signs;
};

} // namespace

std::size_t QuantizedLayout::code_dim(std::size_t dim) noexcept {
    return std::max(dim, kLeastBits);
}

QuantizedLayout::QuantizedLayout(std::size_t dim, ElementType type, std::size_t degree)
    : code_bytes(RandomRotation::padded_dim(code_dim(dim)) / 8 * kLanes) {
    const std::size_t groups = degree / kLanes;
    codes = whole_lines(dim * element_size(type));
    factors = codes + groups * code_bytes;
    ids = factors + groups * kBlockFactors * sizeof(float);
    bytes = ids + degree * sizeof(std::uint32_t);
}

std::size_t QuantizedGraph::starts_of(std::size_t n) noexcept {
    const auto root = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(n))));
    return std::min(n, (root + kLanes - 1) / kLanes * kLanes);
}

std::span<const std::uint32_t> QuantizedGraph::neighbors(std::size_t node) const noexcept {
    const auto* ids = reinterpret_cast<const std::uint32_t*>(block(node) + m_layout.ids);
    return {ids, static_cast<std::size_t>(std::find(ids, ids + m_degree, kNoNode) - ids)};
}

void QuantizedGraph::set_parts(Parts parts, ElementType type) {
    m_parts = std::move(parts);
    m_vectors =
        VectorSet(nullptr, m_parts.blocks.data(), type, m_n, m_dim, m_layout.bytes / element_size(type));
    m_quantizer.set_centre({m_parts.centre.data(), m_parts.centre.size()});
}

QuantizedGraph QuantizedGraph::restore(Parts parts, std::size_t n, std::size_t dim, ElementType type,
                                       std::size_t degree, Metric metric, std::uint64_t seed) {
    QuantizedGraph graph;
    graph.m_n = n;
    graph.m_dim = dim;
    graph.m_degree = degree;
    graph.m_metric = metric;
    graph.m_layout = QuantizedLayout(dim, type, degree);
    graph.m_quantizer = RabitqQuantizer(QuantizedLayout::code_dim(dim), 1, metric, seed);
    graph.set_parts(std::move(parts), type);
    return graph;
}

/// All rows about the centre, rotated; beside: their inner products with the centre.
Result<AlignedBuffer<float>> QuantizedGraph::rotated(const VectorSet& vectors, std::vector<float>& beside,
                                                     const Control& control) const {
    const std::size_t n = vectors.size(), wide = m_quantizer.padded(), d = m_quantizer.dim();
    AlignedBuffer<float> out(n * wide);
    beside.resize(n);
    ANNSCOPE_TRY(parallel_for(n, 256, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(d);
        const std::vector<float>& centre = m_quantizer.centre();
        for (std::size_t i = begin; i < end; ++i) {
            copy_padded(vectors, i, row);
            for (std::size_t j = 0; j < d; ++j)
                row[j] -= centre[j];
            beside[i] = simd::kernels().f32.ip(row.data(), centre.data(), d);
            m_quantizer.rotation().apply(row.data(), out.data() + i * wide);
        }
        control.advance(end - begin);
    }));
    return out;
}

Result<QuantizedGraph> QuantizedGraph::create(const VectorSet& vectors, const Adjacency& graph,
                                              std::uint32_t entry, std::span<const std::uint32_t> live,
                                              std::size_t degree, Metric metric, std::uint64_t seed,
                                              const Control& control) {
    const std::size_t n = vectors.size(), dim = vectors.dim();
    const QuantizedLayout layout(dim, vectors.type(), degree);
    const std::size_t wide = RandomRotation::padded_dim(QuantizedLayout::code_dim(dim));
    ANNSCOPE_TRY(check_memory(n * (layout.bytes + wide * sizeof(float)), "Coding the graph's neighbours"));
    const std::vector<float> centre = centre_of(vectors, QuantizedLayout::code_dim(dim));
    const std::size_t starts = starts_of(n), start_blocks = (starts + kLanes - 1) / kLanes;
    Parts empty{AlignedBuffer<std::byte>(n * layout.bytes), AlignedBuffer<float>(centre.size()),
                AlignedBuffer<std::uint32_t>(start_blocks * kLanes),
                AlignedBuffer<std::uint8_t>(start_blocks * layout.code_bytes),
                AlignedBuffer<float>(start_blocks * kBlockFactors)};
    std::ranges::copy(centre, empty.centre.begin());
    QuantizedGraph result = restore(std::move(empty), n, dim, vectors.type(), degree, metric, seed);

    control.begin("Rotating vectors", n);
    std::vector<float> beside;
    ANNSCOPE_ASSIGN(const AlignedBuffer<float> rotated, result.rotated(vectors, beside, control));
    control.begin("Coding neighbours", n);
    result.code_starts(rotated.data(), beside, entry, live, seed);
    ANNSCOPE_TRY(result.code_neighbors(vectors, graph, rotated.data(), beside, control));
    return result;
}

void QuantizedGraph::code_starts(const float* rotated, const std::vector<float>& beside, std::uint32_t entry,
                                 std::span<const std::uint32_t> live, std::uint64_t seed) {
    std::vector<std::uint32_t> sample =
        random_sample(live.size(), std::min(starts_of(m_n), live.size()), seed);
    for (std::uint32_t& node : sample)
        node = live[node];
    const auto known = std::ranges::find(sample, entry);
    if (known != sample.end())
        std::iter_swap(sample.begin(), known);
    else
        sample.front() = entry;
    std::ranges::fill(m_parts.starts, kNoNode);
    std::ranges::copy(sample, m_parts.starts.begin());
    const std::vector<float> centre(m_quantizer.padded());
    NeighborCoder(m_quantizer, rotated, beside)
        .write(sample, centre.data(), 0, m_parts.starts.size(), m_parts.start_codes.data(),
               m_parts.start_factors.data());
}

Status QuantizedGraph::code_neighbors(const VectorSet& vectors, const Adjacency& graph, const float* rotated,
                                      const std::vector<float>& beside, const Control& control) {
    const std::size_t row_bytes = m_dim * element_size(vectors.type());
    return parallel_for(m_n, 64, control, [&](std::size_t begin, std::size_t end, int) {
        NeighborCoder coder(m_quantizer, rotated, beside);
        for (std::size_t node = begin; node < end; ++node) {
            std::byte* const at = m_parts.blocks.data() + node * m_layout.bytes;
            const auto neighbors = graph.neighbors(node);
            std::memcpy(at, vectors.row(node), row_bytes);
            coder.write(neighbors, rotated + node * m_quantizer.padded(), beside[node], m_degree,
                        reinterpret_cast<std::uint8_t*>(at + m_layout.codes),
                        reinterpret_cast<float*>(at + m_layout.factors));
            auto* ids = reinterpret_cast<std::uint32_t*>(at + m_layout.ids);
            std::fill(std::ranges::copy(neighbors, ids).out, ids + m_degree, kNoNode);
        }
        control.advance(end - begin);
    });
}

void QuantizedGraph::prepare(const float* query, std::size_t k, std::size_t width, Scratch& scratch) const {
    const float* whole = query;
    if (m_dim < m_quantizer.dim()) {
        scratch.padded.assign(m_quantizer.dim(), 0.f);
        std::copy_n(query, m_dim, scratch.padded.begin());
        whole = scratch.padded.data();
    }
    scratch.query.prepare(m_quantizer, whole);
    scratch.visited.begin(m_n);
    scratch.expanded.begin(m_n);
    scratch.list.begin(width);
    scratch.found.begin(k);
    const std::size_t lanes = std::max(m_parts.starts.size(), m_degree);
    if (scratch.sums.size() < lanes) {
        scratch.sums = AlignedBuffer<std::uint16_t>(lanes);
        scratch.estimates = AlignedBuffer<float>(lanes);
        scratch.ids = AlignedBuffer<std::uint32_t>(lanes);
    }
}

float QuantizedGraph::offset_of_centre(const float* query) const noexcept {
    const auto& kernels = simd::kernels().f32;
    return m_metric == Metric::L2 ? kernels.l2(query, m_parts.centre.data(), m_dim)
                                  : -kernels.ip(query, m_parts.centre.data(), m_dim);
}

std::size_t QuantizedGraph::estimate(const NeighborBlocks& neighbors, float offset, float limit,
                                     Scratch& scratch) const noexcept {
    const simd::FastScanProbe probe{scratch.query.tables(), 0, scratch.sums.data(), nullptr};
    simd::fastscan_kernels().scan({neighbors.codes, neighbors.count, m_layout.code_bytes / kLanes}, &probe,
                                  1);
    simd::RabitqNeighbors block{scratch.sums.data(),  neighbors.factors,      neighbors.ids,
                                scratch.query.step(), scratch.query.lowest(), offset};
    std::size_t count = 0;
    for (std::size_t i = 0; i < neighbors.count; ++i) {
        count += simd::rabitq_kernels().nearer(block, limit, scratch.estimates.data() + count,
                                               scratch.ids.data() + count);
        block.sums += kLanes;
        block.factors += kBlockFactors;
        block.ids += kLanes;
    }
    return count;
}

} // namespace annscope
