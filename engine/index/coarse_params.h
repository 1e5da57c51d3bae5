// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/params.h"

#include <array>
#include <utility>

namespace annscope {

/// Build parameters that all inverted files share: how the cells are learned.
inline constexpr std::array kCoarseBuildParams{
    ParamInfo{"niter", 1, 1000, 10, true, true,
              "Iterations of k-means over the training sample. More: cells that fit a little better, longer "
              "training."},
    ParamInfo{"kmeanspp", 0, 1, 0, true, false,
              "1: start from points chosen far apart (k-means++) instead of random ones. Longer start, "
              "sometimes better cells."},
};

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
