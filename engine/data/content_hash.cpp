// SPDX-License-Identifier: Apache-2.0
#include "data/content_hash.h"

#include "core/parallel.h"

#include <bit>
#include <cstdio>
#include <cstring>
#include <vector>

namespace annscope {

void ContentHash::add(std::uint64_t word) noexcept {
    high = (std::rotl(high, 29) ^ word) * 0x9e3779b97f4a7c15u;
    low = (std::rotl(low, 31) + word) * 0xc2b2ae3d27d4eb4fu;
    high ^= high >> 32;
    low ^= low >> 29;
}

void ContentHash::add(const void* data, std::size_t bytes) noexcept {
    const auto* at = static_cast<const std::byte*>(data);
    std::uint64_t word = 0;
    for (; bytes >= sizeof word; at += sizeof word, bytes -= sizeof word) {
        std::memcpy(&word, at, sizeof word);
        add(word);
    }
    if (bytes > 0) {
        word = std::uint64_t(bytes) << 56;
        std::memcpy(&word, at, bytes);
        add(word);
    }
}

std::string ContentHash::hex() const {
    char text[33];
    std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(high),
                  static_cast<unsigned long long>(low));
    return text;
}

Result<ContentHash> hash_of(const VectorSet& vectors, const Control& control) {
    const std::size_t row_bytes = vectors.dim() * element_size(vectors.type());
    const std::size_t grain = row_bytes == 0 ? 1 : (1u << 20) / row_bytes + 1; // part of the definition
    std::vector<ContentHash> blocks((vectors.size() + grain - 1) / grain);
    ANNSCOPE_TRY(parallel_for(vectors.size(), grain, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            blocks[begin / grain].add(vectors.row(i), row_bytes);
    }));
    ContentHash whole;
    whole.add(static_cast<std::uint64_t>(vectors.type()));
    whole.add(vectors.size());
    whole.add(vectors.dim());
    for (const ContentHash& block : blocks) {
        whole.add(block.high);
        whole.add(block.low);
    }
    return whole;
}

} // namespace annscope
