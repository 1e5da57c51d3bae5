// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/node_space.h"

#include <cstdint>
#include <span>

namespace annscope {

struct Trustworthiness {
    double value = 0;     ///< 0..1; 1: the k nearest in the plane are the k nearest in the data
    std::size_t k = 0;    ///< what was asked for, but below half the rows; 0: too few rows to say
    std::size_t rows = 0; ///< that it is averaged over
};

/// How far the neighbourhoods that a layout shows are those of the data: rows that intrude into the k nearest
/// of a row in the plane cost their rank in the data beyond k. xy: 2 a row of space. Averaged over `sample`
/// rows drawn by seed, each against all rows. Of equals neither is preferred: in the data equal distances
/// share the best rank, and where the k-th place in the plane is shared, each of its holders counts by its
/// part. Cost: sample x rows distances; memory: 100 bytes a row and thread. Phase: "Trustworthiness".
/// Errors: DimensionMismatch, OutOfMemory, Cancelled. Source: Venna and Kaski, ICANN 2001.
Result<Trustworthiness> trustworthiness(const NodeSpace& space, std::span<const float> xy, std::size_t k,
                                        std::size_t sample, std::uint64_t seed, const Control& control);

} // namespace annscope
