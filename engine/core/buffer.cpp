// SPDX-License-Identifier: Apache-2.0
#include "core/buffer.h"

#include <cstdint>
#include <cstring>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace annscope {

void* allocate_zeroed(std::size_t bytes) {
    constexpr std::size_t kLine = 64, kHugePage = std::size_t{2} << 20, kLarge = 4 * kHugePage;
    const std::size_t alignment = bytes >= kLarge ? kHugePage : kLine;
    if (bytes > SIZE_MAX - alignment)
        throw std::bad_alloc();
    const std::size_t rounded = (bytes + kLine - 1) / kLine * kLine;
    void* data = nullptr;
    if (posix_memalign(&data, alignment, rounded) != 0)
        throw std::bad_alloc();
#ifdef __linux__
    // Only a hint, before the first touch: without huge pages everything works, slower.
    if (alignment == kHugePage)
        madvise(data, rounded / kHugePage * kHugePage, MADV_HUGEPAGE);
#endif
    std::memset(data, 0, rounded);
    return data;
}

} // namespace annscope
