// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index_spec.h"
#include "quant/kmeans.h"

#include <array>
#include <utility>

namespace annscope {

/// Groups a cell; see ivf/cell_groups.h.
inline constexpr ParamInfo kGroupsParam{
    "groups",
    0,
    256,
    0,
    true,
    true,
    "Groups inside each cell, towards as many neighbouring centroids; 0: none. More: smaller residuals and "
    "finer pruning of what a query scans, but 16 bytes each and slower to build. About a tenth of a cell's "
    "vectors is good; the paper has 64."};
/// Build parameters that all inverted files share: how the cells are learned. See coarse_kmeans.
inline constexpr std::array kCoarseBuildParams{
    ParamInfo{
        "niter", 1, 1000, 10, true, true,
        "Iterations of k-means over the training sample (mini-batches: passes, at most). More: cells that "
        "fit a little better, longer training."},
    ParamInfo{
        "init", 0, 2, 0, true, false,
        "Where the centroids start: 0 random vectors; 1 k-means++, vectors far apart one by one, slow for "
        "many cells; 2 k-means||, nearly as good in a few rounds."},
    ParamInfo{
        "sample_share", 0.001, 1, 1, false, true,
        "Share of the vectors that train the cells, but 39 a cell at least and 256 at most. 0.025 (1/40) "
        "is usual for many vectors: training in a fraction of the time, cells 1 to 4 % looser."},
    ParamInfo{
        "minibatch", 0, 1, 0, true, false,
        "1: centroids move after each batch of 4,096 vectors or more and training ends when a pass gains "
        "little. About half the time of Lloyd's iterations, cells about 1 % looser."},
    ParamInfo{
        "balance", 0, 100, 0, false, false,
        "Largest cell to aim at, in mean sizes, 1 or more; 0: as it comes. Nearer to 1: more even cells, "
        "fewer vectors scanned at the same nprobe; not together with minibatch."},
    ParamInfo{"two_level", 0, 2, 2, true, false,
              "Training in groups of cells, in time proportional to sqrt(nlist) instead of nlist, for nearly "
              "the same cells: 0 never, 1 always, 2 beyond 16,384 cells."},
    kGroupsParam,
};

/// k-means as these parameters ask for it: rows are of unit length for cosine.
KmeansOptions coarse_kmeans(std::size_t k, const BuildContext& context);
/// Multiply-adds of that for n vectors of dim dimensions.
double coarse_kmeans_work(std::size_t k, const ParamSet& build, double n, double dim) noexcept;

/// The search parameter that all inverted files share; an index narrows its range to its cells.
inline constexpr ParamInfo kNprobeParam{
    "nprobe",
    1,
    1u << 24,
    8,
    true,
    true,
    "Cells visited per query, nearest first. More: better recall, slower; all cells: exact."};
inline constexpr std::array kCellsSearchParams{kNprobeParam};

/// The search parameter of what was built with groups. Default grids leave it where the paper has it.
inline constexpr ParamInfo kGroupShareParam{
    "group_share",
    0.01,
    1,
    0.5,
    false,
    true,
    "Share of the groups in the visited cells that are scanned, nearest first. More: better recall at the "
    "same nprobe, slower; 1: all.",
    false};

/// Whether vectors that are kept whole may be kept as bytes.
inline constexpr ParamInfo kNarrowParam{
    "narrow",
    0,
    1,
    1,
    true,
    false,
    "1: vectors of whole numbers in a byte's range are kept as bytes. The same answers from a quarter of the "
    "memory."};

/// The same and one more.
template<std::size_t N>
constexpr std::array<ParamInfo, N + 1> with_param(const std::array<ParamInfo, N>& params,
                                                  const ParamInfo& more) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
        return std::array<ParamInfo, N + 1>{params[I]..., more};
    }
    (std::make_index_sequence<N>());
}

} // namespace annscope
