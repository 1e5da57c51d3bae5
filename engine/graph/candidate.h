// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace annscope {

/// A node and its distance to what is searched for.
struct Candidate {
    float distance;
    std::uint32_t id;

    /// Nearer first, equal distances by id, so that nothing depends on the order of work.
    friend bool operator<(const Candidate& a, const Candidate& b) noexcept {
        return a.distance < b.distance || (a.distance == b.distance && a.id < b.id);
    }
    friend bool operator==(const Candidate&, const Candidate&) = default;
};

} // namespace annscope
