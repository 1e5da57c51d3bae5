// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/kernels.h"

namespace annscope::simd {

// Each is defined in the file of its ISA; dispatch.cpp is the only caller.
const Kernels& scalar_kernels() noexcept;
const Kernels& avx2_kernels() noexcept;
const Kernels& avx512_kernels() noexcept;

} // namespace annscope::simd
