// SPDX-License-Identifier: Apache-2.0
#include "tune/judge.h"

#include "core/parallel.h"
#include "data/recall.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class Judge {
public:
    Judge(const VectorSet& base, const GroundTruth& truth, Metric metric, std::size_t k)
        : m_base(base), m_truth(truth), m_metric(metric), m_k(k), m_exact(k), m_row(base.dim()) {}

    float recall(const float* query, std::size_t index, std::span<const Id> ids) {
        const auto true_ids =
            m_truth.ids_of(index).first(m_truth.of_originals ? m_truth.k : std::min(m_k, m_truth.k));
        const auto true_distances = m_truth.distances_of(index);
        for (std::size_t i = 0; i < m_k; ++i) {
            const Id id = ids[i];
            const bool missing = id < 0 || static_cast<std::size_t>(id) >= m_base.size() ||
                                 std::find(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i), id) !=
                                     ids.begin() + static_cast<std::ptrdiff_t>(i);
            const auto known = std::ranges::find(true_ids, id);
            m_exact[i] = missing ? kInfinity
                         : known != true_ids.end()
                             ? true_distances[static_cast<std::size_t>(known - true_ids.begin())]
                         : m_truth.of_originals ? kInfinity
                                                : distance(query, static_cast<std::size_t>(id));
        }
        return static_cast<float>(recall_at_k(m_exact, true_distances, m_k));
    }

private:
    float distance(const float* query, std::size_t row) {
        const simd::DistanceKernels<float, float>& kernels = simd::kernels().f32;
        m_base.copy_row(row, m_row.data());
        const std::size_t dim = m_base.dim();
        switch (m_metric) {
        case Metric::L2:
            return kernels.l2(query, m_row.data(), dim);
        case Metric::InnerProduct:
            return -kernels.ip(query, m_row.data(), dim);
        case Metric::Cosine:
            break;
        }
        const float norms =
            std::sqrt(kernels.ip(query, query, dim) * kernels.ip(m_row.data(), m_row.data(), dim));
        return norms > kNormEpsilon ? -kernels.ip(query, m_row.data(), dim) / norms : 0.0f;
    }

    const VectorSet& m_base;
    const GroundTruth& m_truth;
    const Metric m_metric;
    const std::size_t m_k;
    std::vector<float> m_exact, m_row;
};

} // namespace

Result<std::vector<float>> judge(const VectorSet& base, VectorView queries, const GroundTruth& truth,
                                 Metric metric, std::span<const Id> ids, std::size_t k,
                                 const Control& control) {
    std::vector<float> recalls(queries.rows());
    ANNSCOPE_TRY(parallel_for(queries.rows(), 64, control, [&](std::size_t begin, std::size_t end, int) {
        Judge one(base, truth, metric, k);
        for (std::size_t i = begin; i < end; ++i)
            recalls[i] = one.recall(queries.row(i), i, ids.subspan(i * k, k));
    }));
    return recalls;
}

} // namespace annscope
