// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/topk.h"

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// The k nearest by estimates whose error is bounded. Where a refinement keeps only `final` of them, those
/// that the bounds rule out are left away: whose lower bound exceeds the final-th smallest upper bound. A
/// reservoir that is cut down when it is full, so that a push costs next to nothing; the result does not
/// depend on the order of pushes.
class BoundedCandidates {
public:
    /// prompt: keep the limit up to date with every push, for codes that are dear to look at.
    void begin(std::size_t k, std::size_t final, bool prompt = false);

    /// What a lower bound must not exceed to be of use. Falls, perhaps a few pushes late.
    float limit() const noexcept { return m_limit; }

    /// reach: how far the truth may be from the estimate. Returns whether it was taken in, for now.
    bool push(float estimate, float reach, std::uint32_t id) {
        const std::uint64_t key = order(estimate) << 32 | id;
        if (key >= m_bound || estimate - reach > m_limit)
            return false;
        insert({key, reach});
        return true;
    }
    /// Ascending by estimate, then by id; the rest as no neighbour.
    void finish(std::span<Neighbor> out);

private:
    struct Candidate {
        std::uint64_t key; ///< the estimate in the order of integers, then the id
        float reach;
    };
    static std::uint64_t order(float f) noexcept {
        const auto bits = std::bit_cast<std::uint32_t>(f + 0.f); // one zero
        return bits >> 31 ? ~bits : bits | 0x80000000u;
    }
    static float estimate_of(std::uint64_t key) noexcept {
        const auto bits = static_cast<std::uint32_t>(key >> 32);
        return std::bit_cast<float>(bits >> 31 ? bits & 0x7fffffffu : ~bits);
    }
    void insert(Candidate candidate);
    void note_upper(float upper);
    void cut();
    void drop_by_bound();
    void keep_nearest();

    std::size_t m_k = 0, m_final = 0, m_capacity = 0;
    std::uint64_t m_bound = 0; ///< keys from here on are of no use; not lowered while bounds decide
    float m_limit = 0;
    std::vector<Candidate> m_candidates;
    std::vector<float> m_uppers; ///< the final smallest upper bounds, a heap
};

} // namespace annscope
