// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"
#include "core/error.h"
#include "core/matrix_view.h"

#include <cstdint>

namespace annscope {

/// The rotation after which a product quantiser of M parts of 8 bits loses least: codes and rotation are
/// improved in turn, the rotation as the orthogonal Procrustes solution from an SVD. The settings are those
/// of Faiss: 50 rounds (fewer where the last ones won nothing), k-means of 40 iterations in the first and 4
/// in the others, at most 65,536 rows (more are sampled). The start is the paper's parametric solution, from
/// which the result is better than from Faiss's random rotation: the d_out principal components, dealt out.
/// Returns d_out x dim, row major, with orthonormal rows: y = matrix x. Phases: "Principal axes", "Training
/// the rotation". The same for any number of threads. Errors: InvalidArgument (M does not divide d_out; d_out
/// > dim; fewer rows than 256), Cancelled, OutOfMemory. Source: Ge et al., CVPR 2013, both solutions.
Result<AlignedBuffer<float>> train_opq(VectorView rows, std::size_t M, std::size_t d_out, std::uint64_t seed,
                                       const Control& control);

} // namespace annscope
