// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/robust_prune.h"

#include <concepts>
#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// What RobustPrune tells about its choices. One algorithm serves building (NullPruneTrace, compiled away)
/// and explaining (PruneTrace). Places count through the candidates as begin was told of them.
template<class T>
concept PruneTraceLike = requires(T t, std::span<const PruneCandidate> sorted, std::size_t place,
                                  std::size_t by, float between) {
    { T::kEnabled } -> std::convertible_to<bool>;
    t.begin(sorted);
    t.drop_copy(place);
    t.keep(place);
    t.rule_out(place, by, between);
};

struct NullPruneTrace {
    static constexpr bool kEnabled = false;
    void begin(std::span<const PruneCandidate>) noexcept {}
    void drop_copy(std::size_t) noexcept {}
    void keep(std::size_t) noexcept {}
    void rule_out(std::size_t, std::size_t, float) noexcept {}
};

enum class PruneVerdict : std::uint8_t {
    Kept,
    RuledOut,  ///< alpha * d(by, candidate) <= d(node, candidate)
    NoRoom,    ///< nobody ruled it out, but R nearer ones were kept
    ExcessCopy ///< at distance zero, when half of the row was copies already
};

/// One candidate of a pruning and what became of it.
struct PruneStep {
    Candidate node;
    PruneVerdict verdict = PruneVerdict::NoRoom;
    bool settled = false;       ///< see PruneCandidate
    std::uint32_t by = kNobody; ///< the kept node that ruled it out
    float between = 0;          ///< squared distance of by and the candidate

    static constexpr std::uint32_t kNobody = 0xffffffffu;
};

/// Remembers what became of each candidate, from the nearest on.
class PruneTrace {
public:
    static constexpr bool kEnabled = true;
    void begin(std::span<const PruneCandidate> sorted) {
        steps.clear();
        for (const PruneCandidate& c : sorted)
            steps.push_back({c.node, PruneVerdict::NoRoom, c.settled});
    }
    void drop_copy(std::size_t place) noexcept { steps[place].verdict = PruneVerdict::ExcessCopy; }
    void keep(std::size_t place) noexcept { steps[place].verdict = PruneVerdict::Kept; }
    void rule_out(std::size_t place, std::size_t by, float between) noexcept {
        steps[place].verdict = PruneVerdict::RuledOut;
        steps[place].by = steps[by].node.id;
        steps[place].between = between;
    }

    std::vector<PruneStep> steps;
};

static_assert(PruneTraceLike<NullPruneTrace> && PruneTraceLike<PruneTrace>);

} // namespace annscope
