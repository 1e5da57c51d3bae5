// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"

namespace annscope {

enum class Expand : std::uint8_t { Queries, Base, Both };

struct ExpansionOptions {
    std::size_t n = 10; ///< neighbours that are mixed in, at most base.size() - 1
    double alpha = 3;   ///< 0: all weigh the same; the more, the less the farther ones do
    Expand what = Expand::Queries;
    friend bool operator==(const ExpansionOptions&, const ExpansionOptions&) = default;
};

/// "queries" "base" "both"
std::string_view name(Expand what) noexcept;

/// Alpha query expansion (Radenovic, Tolias and Chum, TPAMI 2019) and, for the base, database-side
/// augmentation (Arandjelovic and Zisserman, CVPR 2012): v' = v + sum of sim^alpha x over the n exact nearest
/// base vectors x of v, itself left out. For both, the base goes first and queries are expanded from the new
/// one.
///   cosine  of unit vectors; sim is the cosine, 0 where negative; v' has unit length.
///   ip      the same of unit vectors, neighbours by cosine; v' has v's length, which ranks the answers.
///   L2      the mean with these weights (v's is 1), as lengths matter; sim = 1 - distance^2 / (2 r^2), 0
///   where
///           negative, r^2 the mean squared distance of the base from its mean: the cosine, where that is
///           defined.
/// What is expanded becomes float32. The truth stays that of the original vectors, and answers are judged by
/// it (GroundTruth::of_originals). Phases: "Exact neighbours", "Expanding". Cost: (queries or base) x base x
/// dim multiply-adds; none for queries where the truth has n neighbours. Errors: InvalidArgument,
/// OutOfMemory, Cancelled.
Result<Dataset> expanded(const Dataset& dataset, const ExpansionOptions& options, const Control& control);

} // namespace annscope
