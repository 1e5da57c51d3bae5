// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/vamana_builder.h"
#include "index/index_spec.h"

namespace annscope {

// Parameters that the kinds of one-layer graphs share.

inline constexpr ParamInfo kLbuildParam{
    "Lbuild",
    1,
    10000,
    100,
    true,
    true,
    "Width of the searches that find a node's neighbours; more: a better graph, a slower build."};
inline constexpr ParamInfo kAlphaParam{
    "alpha",
    1,
    4,
    1.2,
    false,
    false,
    "How much nearer a detour must be before an edge is dropped, in squared distance; more: longer and more "
    "edges, fewer hops."};
inline constexpr ParamInfo kLsearchParam{
    "Lsearch",
    1,
    10000,
    50,
    true,
    true,
    "Width of the search list, k where it is smaller; more: better recall, slower."};

inline VamanaOptions vamana_options(std::size_t degree, const BuildContext& context) {
    return {degree, static_cast<std::size_t>(value_or_default(context.build, kLbuildParam)),
            static_cast<float>(value_or_default(context.build, kAlphaParam)), context.seed};
}

} // namespace annscope
