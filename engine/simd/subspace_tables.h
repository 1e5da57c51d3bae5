// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/subspace.h"

namespace annscope::simd {

// Each is defined in the file of its ISA; subspace.cpp is the only caller.
const SubspaceKernels& scalar_subspace() noexcept;
const SubspaceKernels& avx2_subspace() noexcept;
const SubspaceKernels& avx512_subspace() noexcept;

} // namespace annscope::simd
