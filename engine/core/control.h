// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"

#include <atomic>
#include <cstdint>
#include <stop_token>

namespace annscope {

/// The worker writes relaxed atomics, anyone polls them; there is no callback in hot code.
struct Progress {
    std::atomic<std::uint64_t> done{0};
    std::atomic<std::uint64_t> total{0}; ///< 0: unknown
    std::atomic<const char*> phase{""};  ///< always a string literal

    /// Starts a phase of total steps.
    void begin(const char* name, std::uint64_t steps) noexcept {
        phase.store(name, std::memory_order_relaxed);
        done.store(0, std::memory_order_relaxed);
        total.store(steps, std::memory_order_relaxed);
    }
    void advance(std::uint64_t steps) noexcept { done.fetch_add(steps, std::memory_order_relaxed); }
};

/// What a long-running function gets from its caller. Check cancelled per block of about 1 ms of work.
struct Control {
    std::stop_token stop;
    Progress* progress = nullptr;
    int threads = 0; ///< 0: all cores

    bool cancel_requested() const noexcept { return stop.stop_requested(); }
    void begin(const char* phase, std::uint64_t steps) const noexcept {
        if (progress)
            progress->begin(phase, steps);
    }
    void advance(std::uint64_t steps = 1) const noexcept {
        if (progress)
            progress->advance(steps);
    }
};

} // namespace annscope
