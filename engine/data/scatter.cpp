// SPDX-License-Identifier: Apache-2.0
#include "data/scatter.h"

#include "core/parallel.h"

#include <algorithm>
#include <cblas.h>

namespace annscope {
namespace {

constexpr std::size_t kBlockRows = 256, kStripe = 64, kCentreRows = 1024;

/// A column's sum adds the rows in their order, whichever thread does it.
Status centre(AlignedBuffer<float>& rows, std::size_t n, std::size_t dim, std::vector<float>& mean,
              const Control& control) {
    std::vector<double> sum(dim);
    ANNSCOPE_TRY(parallel_for(dim, kStripe, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = begin; j < end; ++j)
                sum[j] += rows[i * dim + j];
    }));
    for (std::size_t j = 0; j < dim; ++j)
        mean[j] = static_cast<float>(sum[j] / static_cast<double>(n));
    return parallel_for(n, kCentreRows, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            for (std::size_t j = 0; j < dim; ++j)
                rows[i * dim + j] -= mean[j];
    });
}

} // namespace

Result<Scatter> scatter_of(AlignedBuffer<float>& rows, std::size_t n, std::size_t dim, bool centred,
                           const Control& control) {
    const auto blas = [](std::size_t i) { return static_cast<blasint>(i); };
    use_single_threaded_blas();
    Scatter scatter{std::vector<float>(dim), std::vector<double>(dim * dim), 0};
    if (n > 0 && centred)
        ANNSCOPE_TRY(centre(rows, n, dim, scatter.mean, control));
    double* sum = scatter.sum.data();
    // Each stripe of columns is summed by one thread in the order of the rows; only what is below the
    // diagonal.
    ANNSCOPE_TRY(parallel_for(dim, kStripe, control, [&](std::size_t begin, std::size_t end, int) {
        const std::size_t width = end - begin, height = dim - begin;
        std::vector<float> block(height * width);
        for (std::size_t first = 0; first < n && !control.cancel_requested(); first += kBlockRows) {
            const float* at = rows.data() + first * dim + begin;
            cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, blas(height), blas(width),
                        blas(std::min(kBlockRows, n - first)), 1.0f, at, blas(dim), at, blas(dim), 0.0f,
                        block.data(), blas(width));
            for (std::size_t i = 0; i < height; ++i)
                for (std::size_t j = 0; j < width; ++j)
                    sum[(begin + i) * dim + begin + j] += static_cast<double>(block[i * width + j]);
        }
        control.advance(width);
    }));
    for (std::size_t i = 0; i < dim; ++i) {
        for (std::size_t j = i + 1; j < dim; ++j)
            sum[i * dim + j] = sum[j * dim + i];
        scatter.trace += sum[i * dim + i];
    }
    return scatter;
}

} // namespace annscope
