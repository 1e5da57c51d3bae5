// SPDX-License-Identifier: Apache-2.0
#include "quant/assign.h"

#include "core/parallel.h"
#include "simd/kernels.h"

#include <cblas.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

namespace annscope {
namespace {

// 1024 x 512 products are 2 MiB: small enough to be searched from the cache, and large enough that BLAS's
// packing of both factors is a small part of its work. Of ten shapes tried, this and larger ones were
// fastest.
constexpr std::size_t kBlockRows = 1024, kBlockCentroids = 512;

int blas_int(std::size_t n) noexcept {
    return static_cast<int>(n);
}

/// What one thread needs for one block; allocated once.
struct Scratch {
    AlignedBuffer<float> rows, products;
    std::vector<float> best;
};

class Assigner {
public:
    Assigner(const VectorSet& rows, VectorView centroids, AssignBy by, std::span<std::uint32_t> cells,
             const AssignExtras& extras)
        : m_rows(rows), m_centroids(centroids), m_by(by), m_cells(cells), m_extras(extras),
          m_offsets(centroids.rows()) {
        if (by == AssignBy::L2)
            for (std::size_t j = 0; j < centroids.rows(); ++j)
                m_offsets[j] = simd::kernels().norm_f32(centroids.row(j), centroids.cols());
        for (std::size_t j = 0; j < extras.penalties.size(); ++j)
            m_offsets[j] += extras.penalties[j];
    }

    /// The sum of the block's squared distances or inner products. Stops early when cancelled.
    double block(std::size_t begin, std::size_t count, Scratch& scratch, const Control& control) const {
        const MatrixView<float> rows = as_float(begin, count, scratch);
        const std::size_t width = std::min(kBlockCentroids, m_centroids.rows());
        if (scratch.products.size() == 0)
            scratch.products = AlignedBuffer<float>(kBlockRows * width);
        scratch.best.assign(count, std::numeric_limits<float>::infinity());
        for (std::size_t first = 0; first < m_centroids.rows(); first += width) {
            if (control.cancel_requested())
                return 0;
            nearest_among(rows, begin, first, std::min(width, m_centroids.rows() - first), scratch);
        }
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            float best = scratch.best[i];
            if (!m_extras.penalties.empty())
                best -= m_extras.penalties[m_cells[begin + i]];
            const float told = m_by == AssignBy::L2
                                   ? std::max(0.0f, simd::kernels().norm_f32(rows.row(i), rows.cols()) + best)
                                   : -0.5f * best;
            if (!m_extras.distances.empty())
                m_extras.distances[begin + i] = told;
            sum += told;
        }
        return sum;
    }

private:
    MatrixView<float> as_float(std::size_t begin, std::size_t count, Scratch& scratch) const {
        if (m_rows.type() == ElementType::F32)
            return m_rows.view<float>().rows(begin, count);
        if (scratch.rows.size() == 0)
            scratch.rows = AlignedBuffer<float>(kBlockRows * m_rows.dim());
        for (std::size_t i = 0; i < count; ++i)
            m_rows.copy_row(begin + i, scratch.rows.data() + i * m_rows.dim());
        return {scratch.rows.data(), count, m_rows.dim()};
    }

    void nearest_among(MatrixView<float> rows, std::size_t begin, std::size_t first, std::size_t width,
                       Scratch& scratch) const {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, blas_int(rows.rows()), blas_int(width),
                    blas_int(rows.cols()), 1.0f, rows.data(), blas_int(rows.stride()), m_centroids.row(first),
                    blas_int(m_centroids.stride()), 0.0f, scratch.products.data(), blas_int(width));
        for (std::size_t i = 0; i < rows.rows(); ++i) {
            float low = 0;
            const std::size_t at = simd::kernels().argmin_l2(scratch.products.data() + i * width,
                                                             m_offsets.data() + first, width, &low);
            if (low < scratch.best[i]) {
                scratch.best[i] = low;
                m_cells[begin + i] = static_cast<std::uint32_t>(first + at);
            }
        }
    }

    const VectorSet& m_rows;
    const VectorView m_centroids;
    const AssignBy m_by;
    const std::span<std::uint32_t> m_cells;
    const AssignExtras& m_extras;
    std::vector<float> m_offsets; ///< squared lengths (zero for the inner product) and penalties
};

} // namespace

Result<double> assign_nearest(const VectorSet& rows, VectorView centroids, AssignBy by,
                              std::span<std::uint32_t> cells, const Control& control,
                              const AssignExtras& extras) {
    assert(cells.size() == rows.size() && rows.dim() == centroids.cols() && !centroids.empty());
    assert(extras.penalties.empty() || extras.penalties.size() == centroids.rows());
    assert(extras.distances.empty() || extras.distances.size() == rows.size());
    use_single_threaded_blas();
    const Assigner assigner(rows, centroids, by, cells, extras);
    std::fill(cells.begin(), cells.end(), 0); // what a row of NaN keeps
    std::vector<Scratch> scratch(static_cast<std::size_t>(effective_threads(control)));
    std::vector<double> sums((rows.size() + kBlockRows - 1) / kBlockRows);
    ANNSCOPE_TRY(
        parallel_for(rows.size(), kBlockRows, control, [&](std::size_t begin, std::size_t end, int thread) {
            sums[begin / kBlockRows] =
                assigner.block(begin, end - begin, scratch[static_cast<std::size_t>(thread)], control);
            control.advance(end - begin);
        }));
    return std::accumulate(sums.begin(), sums.end(), 0.0);
}

} // namespace annscope
