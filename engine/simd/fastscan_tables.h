// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "simd/fastscan.h"

namespace annscope::simd {

// Each is defined in the file of its ISA; fastscan.cpp is the only caller.
const FastScanKernels& fastscan_scalar() noexcept;
const FastScanKernels& fastscan_avx2() noexcept;
const FastScanKernels& fastscan_avx512() noexcept;

} // namespace annscope::simd
