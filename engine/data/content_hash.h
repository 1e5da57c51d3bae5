// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"

#include <cstdint>
#include <string>

namespace annscope {

/// 128 bits that tell contents apart; not against someone who wants two to be alike.
struct ContentHash {
    std::uint64_t high = 0x243f6a8885a308d3u, low = 0x13198a2e03707344u; // digits of pi

    void add(const void* data, std::size_t bytes) noexcept;
    void add(std::uint64_t word) noexcept;
    std::string hex() const; ///< 32 digits
    friend bool operator==(const ContentHash&, const ContentHash&) = default;
};

/// Of type, shape and values; the layout in memory does not matter. In parallel. Errors: Cancelled.
Result<ContentHash> hash_of(const VectorSet& vectors, const Control& control);

} // namespace annscope
