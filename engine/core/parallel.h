// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"

#include <cstddef>
#include <functional>

namespace annscope {

/// Cores this process may use, at least 1.
int hardware_threads() noexcept;
/// threads of a Control: 0 means all cores.
int effective_threads(const Control& control) noexcept;

/// Runs body(begin, end, thread) over [0, n) in blocks of at most grain, handed out dynamically to the
/// threads; thread is 0..effective_threads-1. Stops handing out blocks when cancelled or when a body threw;
/// the first exception is rethrown here after the region (one that left an OpenMP region would abort the
/// program). Returns: Cancelled, or success. Nested calls run on the calling thread.
Status parallel_for(std::size_t n, std::size_t grain, const Control& control,
                    const std::function<void(std::size_t begin, std::size_t end, int thread)>& body);

/// Runs OpenBLAS on one thread in this process; parallelism is ours, per block.
void use_single_threaded_blas() noexcept;

} // namespace annscope
