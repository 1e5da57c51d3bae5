// SPDX-License-Identifier: Apache-2.0
#include "simd/subspace_tables.h"

#include <algorithm>
#include <limits>

namespace annscope::simd {
namespace {

constexpr std::size_t kPanel = SubspaceKernels::kPanel, kGroup = SubspaceKernels::kGroup;

void pack(const float* rows, std::size_t stride, std::size_t n, std::size_t dim, const float* centre,
          float* panel) noexcept {
    for (std::size_t j = 0; j < dim; ++j)
        for (std::size_t i = 0; i < kPanel; ++i)
            panel[j * kPanel + i] = i < n ? rows[i * stride + j] - centre[j] : 0.0f;
}

void nearest(const float* panel, std::size_t lanes, std::size_t dim, const float* centroids,
             const float* half_norms, std::size_t k, std::uint32_t* index, float* score) noexcept {
    std::fill_n(index, kPanel, 0u);
    std::fill_n(score, kPanel, std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < lanes; ++i)
        for (std::size_t g = 0; g < SubspaceKernels::groups(k); ++g) {
            float sum[kGroup];
            std::copy_n(half_norms + g * kGroup, kGroup, sum);
            for (std::size_t j = 0; j < dim; ++j)
                for (std::size_t c = 0; c < kGroup; ++c)
                    sum[c] -= panel[j * kPanel + i] * centroids[(g * dim + j) * kGroup + c];
            for (std::size_t c = 0; c < kGroup; ++c)
                if (sum[c] < score[i]) {
                    score[i] = sum[c];
                    index[i] = static_cast<std::uint32_t>(g * kGroup + c);
                }
        }
}

/// One part's entries, of which term(query, centre, centroid) is a dimension's share.
template<class Term>
void part_table(const float* query, const float* centre, const float* centroids, std::size_t dim,
                std::size_t k, float* out, Term term) noexcept {
    for (std::size_t g = 0; g < SubspaceKernels::groups(k); ++g) {
        float sum[kGroup] = {};
        for (std::size_t j = 0; j < dim; ++j)
            for (std::size_t c = 0; c < kGroup; ++c)
                sum[c] += term(query[j], centre[j], centroids[(g * dim + j) * kGroup + c]);
        std::copy_n(sum, std::min(kGroup, k - g * kGroup), out + g * kGroup);
    }
}

void l2_tables(const float* query, const float* centre, const float* centroids, std::size_t parts,
               std::size_t dim, std::size_t k, float* out) noexcept {
    for (std::size_t m = 0; m < parts; ++m)
        part_table(query + m * dim, centre + m * dim,
                   centroids + m * SubspaceKernels::groups(k) * kGroup * dim, dim, k, out + m * k,
                   [](float q, float mean, float c) { return (q - mean - c) * (q - mean - c); });
}

void ip_tables(const float* query, const float* centre, const float* centroids, std::size_t parts,
               std::size_t dim, std::size_t k, float* out) noexcept {
    for (std::size_t m = 0; m < parts; ++m)
        part_table(query + m * dim, centre + m * dim,
                   centroids + m * SubspaceKernels::groups(k) * kGroup * dim, dim, k, out + m * k,
                   [](float q, float mean, float c) { return q * (mean + c); });
}

} // namespace

const SubspaceKernels& scalar_subspace() noexcept {
    static constexpr SubspaceKernels table{Isa::Scalar, pack, nearest, l2_tables, ip_tables};
    return table;
}

} // namespace annscope::simd
