// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/matrix_view.h"
#include "core/topk.h"
#include "core/trace.h"
#include "simd/kernels.h"

#include <array>
#include <cstdint>

namespace annscope {

/// Distances from q to all rows, the nearest of which go to best: a block of rows at a time into a small
/// buffer, then one comparison a row with the k-th distance. ids: the rows' ids, or null where row i has id
/// first_id + i. Cost: rows x dim.
template<class Trace, class Q, class X>
requires SearchTrace<Trace>
void scan_rows(const Q* q, const MatrixView<X>& rows, const simd::DistanceKernels<Q, X>& kernels,
               Metric metric, const std::uint32_t* ids, Id first_id, TopK& best, Trace& trace) {
    constexpr std::size_t kBlock = 128;
    std::array<float, kBlock> distances;
    for (std::size_t begin = 0; begin < rows.rows(); begin += kBlock) {
        const std::size_t count = std::min(kBlock, rows.rows() - begin);
        const X* block = rows.row(begin);
        if (metric == Metric::L2) {
            kernels.l2_rows(q, block, rows.stride(), count, rows.cols(), distances.data());
        } else {
            kernels.ip_rows(q, block, rows.stride(), count, rows.cols(), distances.data());
            for (std::size_t i = 0; i < count; ++i)
                distances[i] = -distances[i];
        }
        float bound = best.bound();
        for (std::size_t i = 0; i < count; ++i) {
            if (!Trace::kEnabled && distances[i] > bound)
                continue;
            const Id id = ids ? Id{ids[begin + i]} : first_id + static_cast<Id>(begin + i);
            const bool kept = best.push(distances[i], id);
            trace.consider(id, distances[i], kept);
            bound = best.bound();
        }
    }
}

} // namespace annscope
