// SPDX-License-Identifier: Apache-2.0
#include "graph/node_space.h"

#include "core/parallel.h"
#include "graph/candidate.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kBlock = 512; // rows that are handled between two looks at the stop token

template<class Visitor>
decltype(auto) with_view(const VectorSet& set, Visitor&& visitor) {
    switch (set.type()) {
    case ElementType::F16:
        return visitor(set.view<Half>());
    case ElementType::U8:
        return visitor(set.view<std::uint8_t>());
    case ElementType::I8:
        return visitor(set.view<std::int8_t>());
    case ElementType::F32:
        break;
    }
    return visitor(set.view<float>());
}

double squared_norm(const std::vector<float>& x) {
    double sum = 0;
    for (const float v : x)
        sum += static_cast<double>(v) * v;
    return sum;
}

/// Squared lengths of all rows. They are added up in float64: the lifts are small differences of them.
Status squared_norms(const VectorSet& vectors, const Control& control, std::vector<float>& out) {
    out.resize(vectors.size());
    return parallel_for(vectors.size(), kBlock, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(vectors.dim());
        for (std::size_t i = begin; i < end; ++i) {
            vectors.copy_row(i, row.data());
            out[i] = static_cast<float>(squared_norm(row));
        }
    });
}

/// The mean of all rows, the same for any number of threads: partial sums of fixed blocks are added in order.
Result<std::vector<float>> mean_of(const VectorSet& vectors, const std::vector<float>& lifts,
                                   const Control& control) {
    const std::size_t n = vectors.size(), dim = vectors.dim();
    constexpr std::size_t kParts = 64;
    const std::size_t per_part = (n + kParts - 1) / kParts;
    std::vector<std::vector<double>> sums(kParts, std::vector<double>(dim + 1));
    ANNSCOPE_TRY(parallel_for(kParts, 1, control, [&](std::size_t first, std::size_t last, int) {
        std::vector<float> row(dim);
        for (std::size_t part = first; part < last; ++part)
            for (std::size_t i = part * per_part; i < std::min(n, (part + 1) * per_part); ++i) {
                if (i % kBlock == 0 && control.cancel_requested())
                    return;
                vectors.copy_row(i, row.data());
                for (std::size_t j = 0; j < dim; ++j)
                    sums[part][j] += row[j];
                sums[part][dim] += lifts.empty() ? 0.0f : lifts[i];
            }
    }));
    std::vector<float> mean(dim + 1);
    for (std::size_t j = 0; j <= dim; ++j) {
        double sum = 0;
        for (const auto& part : sums)
            sum += part[j];
        mean[j] = static_cast<float>(sum / static_cast<double>(n));
    }
    return mean;
}

} // namespace

Result<NodeSpace> NodeSpace::create(const VectorSet& vectors, Metric metric, const Control& control,
                                    std::shared_ptr<const RowSketch> sketch) {
    NodeSpace space;
    space.m_vectors = vectors;
    space.m_sketch = std::move(sketch);
    if (metric != Metric::InnerProduct || vectors.empty())
        return space;
    ANNSCOPE_TRY(squared_norms(vectors, control, space.m_lifts));
    space.m_length = *std::ranges::max_element(space.m_lifts);
    for (float& lift : space.m_lifts)
        lift = std::sqrt(space.m_length - lift);
    return space;
}

NodeSpace NodeSpace::subset(std::span<const std::uint32_t> nodes) const {
    NodeSpace space;
    space.m_vectors = m_vectors.select(nodes);
    space.m_length = m_length;
    if (!m_lifts.empty())
        for (const std::uint32_t node : nodes)
            space.m_lifts.push_back(m_lifts[node]);
    return space;
}

Scorer NodeSpace::from(std::uint32_t node, std::vector<float>& scratch) const {
    using namespace simd;
    const auto make = [&]<class Q, class X>(const Q* query, const MatrixView<X>& view) {
        const auto& kernels = distance_kernels<Q, X>();
        return m_lifts.empty()
                   ? Scorer(query, view, kernels, Metric::L2)
                   : Scorer::lifted(query, view, kernels, m_lifts.data(), m_lifts[node], m_length);
    };
    return with_view(m_vectors, [&]<class X>(const MatrixView<X>& view) {
        if constexpr (std::is_same_v<X, Half>) {
            scratch.resize(view.cols());
            simd::kernels().half_to_float(view.row(node), scratch.data(), view.cols());
            return make(static_cast<const float*>(scratch.data()), view);
        } else {
            return make(view.row(node), view);
        }
    });
}

Scorer NodeSpace::walk_from(std::uint32_t node, Walk& scratch) const {
    if (!m_sketch)
        return from(node, scratch.values);
    scratch.query.resize(m_vectors.dim());
    m_vectors.copy_row(node, scratch.query.data());
    if (m_lifts.empty())
        return scratch.sketch.prepare(*m_sketch, scratch.query.data(), Metric::L2);
    return scratch.sketch.prepare_lifted(*m_sketch, scratch.query.data(), m_lifts.data(), m_lifts[node],
                                         m_length);
}

Result<std::uint32_t> NodeSpace::medoid(const Control& control) const {
    ANNSCOPE_ASSIGN(const std::vector<float> mean, mean_of(m_vectors, m_lifts, control));
    std::vector<Candidate> best((size() + kBlock - 1) / kBlock);
    ANNSCOPE_TRY(parallel_for(size(), kBlock, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> distances(end - begin);
        with_view(m_vectors, [&]<class X>(const MatrixView<X>& view) {
            const auto& kernels = simd::distance_kernels<float, X>();
            const auto rows = m_lifts.empty() ? kernels.l2_rows : kernels.ip_rows;
            rows(mean.data(), view.row(begin), view.stride(), end - begin, view.cols(), distances.data());
        });
        Candidate nearest{std::numeric_limits<float>::infinity(), static_cast<std::uint32_t>(begin)};
        for (std::size_t i = begin; i < end; ++i) {
            float d = distances[i - begin];
            if (!m_lifts.empty())
                d = -(d + mean.back() * m_lifts[i]); // up to a constant, as all are equally long
            nearest = std::min(nearest, Candidate{d, static_cast<std::uint32_t>(i)});
        }
        best[begin / kBlock] = nearest;
    }));
    return std::min_element(best.begin(), best.end())->id;
}

} // namespace annscope
