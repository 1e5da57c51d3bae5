// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace annscope {

/// XXH64 with seed 0, fed in pieces. Finds accidents, not attacks. Cost: about 10 GB/s.
/// Source: Y. Collet, the xxHash fast digest algorithm, specification 0.1.1.
class Checksum {
public:
    void update(const void* data, std::size_t bytes) noexcept {
        const auto* at = static_cast<const std::byte*>(data);
        m_total += bytes;
        if (m_held > 0) {
            const std::size_t taken = std::min(bytes, kStripe - m_held);
            if (taken > 0)
                std::memcpy(m_pending.data() + m_held, at, taken);
            m_held += taken;
            at += taken;
            bytes -= taken;
            if (m_held < kStripe)
                return;
            stripe(m_pending.data());
            m_held = 0;
        }
        for (; bytes >= kStripe; at += kStripe, bytes -= kStripe)
            stripe(at);
        if (bytes > 0)
            std::memcpy(m_pending.data(), at, bytes);
        m_held = bytes;
    }

    std::uint64_t digest() const noexcept {
        std::uint64_t h = kPrime5;
        if (m_total >= kStripe) {
            h = std::rotl(m_lanes[0], 1) + std::rotl(m_lanes[1], 7) + std::rotl(m_lanes[2], 12) +
                std::rotl(m_lanes[3], 18);
            for (const std::uint64_t lane : m_lanes)
                h = (h ^ round(0, lane)) * kPrime1 + kPrime4;
        }
        h += m_total;
        const std::byte* at = m_pending.data();
        const std::byte* end = at + m_held;
        for (; end - at >= 8; at += 8)
            h = std::rotl(h ^ round(0, read<std::uint64_t>(at)), 27) * kPrime1 + kPrime4;
        if (end - at >= 4) {
            h = std::rotl(h ^ (read<std::uint32_t>(at) * kPrime1), 23) * kPrime2 + kPrime3;
            at += 4;
        }
        for (; at < end; ++at)
            h = std::rotl(h ^ (std::to_integer<std::uint64_t>(*at) * kPrime5), 11) * kPrime1;
        h = (h ^ (h >> 33)) * kPrime2;
        h = (h ^ (h >> 29)) * kPrime3;
        return h ^ (h >> 32);
    }

private:
    static constexpr std::size_t kStripe = 32;
    static constexpr std::uint64_t kPrime1 = 0x9e3779b185ebca87u, kPrime2 = 0xc2b2ae3d27d4eb4fu,
                                   kPrime3 = 0x165667b19e3779f9u, kPrime4 = 0x85ebca77c2b2ae63u,
                                   kPrime5 = 0x27d4eb2f165667c5u;

    template<class T>
    static T read(const std::byte* at) noexcept {
        T value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    static std::uint64_t round(std::uint64_t lane, std::uint64_t input) noexcept {
        return std::rotl(lane + input * kPrime2, 31) * kPrime1;
    }
    void stripe(const std::byte* at) noexcept {
        for (std::size_t i = 0; i < 4; ++i)
            m_lanes[i] = round(m_lanes[i], read<std::uint64_t>(at + 8 * i));
    }

    std::array<std::uint64_t, 4> m_lanes{kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
    std::array<std::byte, kStripe> m_pending{};
    std::size_t m_held = 0;
    std::uint64_t m_total = 0;
};

} // namespace annscope
