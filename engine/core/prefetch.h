// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace annscope {

/// Asks for all cache lines of [data, data + bytes), data at the start of one, into the second-level cache. A
/// loop of __builtin_prefetch has no effect that GCC 12 knows of, and may be removed as a whole.
inline void prefetch_lines(const void* data, std::size_t bytes) noexcept {
    const char* at = static_cast<const char*>(data);
    for (const char* end = at + bytes; at < end; at += 64) {
#if defined(__x86_64__)
        asm volatile("prefetcht1 %0" : : "m"(*at));
#else
        __builtin_prefetch(at, 0, 2);
#endif
    }
}

} // namespace annscope
