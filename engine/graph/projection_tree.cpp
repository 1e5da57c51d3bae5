// SPDX-License-Identifier: Apache-2.0
#include "graph/projection_tree.h"

#include "core/parallel.h"
#include "core/random.h"

#include <algorithm>

namespace annscope {
namespace {

constexpr std::size_t kBlock = 512;

/// How much nearer each row is to the one than to the other.
class Comparison {
public:
    Comparison(const NodeSpace& space, std::uint32_t one, std::uint32_t other)
        : m_one(space.from(one, m_one_values)), m_other(space.from(other, m_other_values)) {}
    Comparison(const Comparison&) = delete;
    Comparison& operator=(const Comparison&) = delete;

    void operator()(std::span<Candidate> items) const noexcept {
        std::uint32_t ids[kBlock] = {};
        float near[kBlock], far[kBlock];
        for (std::size_t i = 0; i < items.size(); ++i)
            ids[i] = items[i].id;
        m_one(ids, items.size(), near);
        m_other(ids, items.size(), far);
        for (std::size_t i = 0; i < items.size(); ++i)
            items[i].distance = near[i] - far[i];
    }

private:
    std::vector<float> m_one_values, m_other_values;
    Scorer m_one, m_other;
};

} // namespace

Result<ProjectionTree> ProjectionTree::create(const NodeSpace& space, std::size_t leaf, std::uint64_t seed,
                                              const Control& control) {
    ProjectionTree tree;
    const std::size_t n = space.size();
    tree.m_items.resize(n);
    for (std::size_t i = 0; i < n; ++i)
        tree.m_items[i] = {0, static_cast<std::uint32_t>(i)};
    tree.m_ends.assign(1, n);
    Random random(seed);
    for (std::size_t largest = n; largest > leaf; largest = (largest + 1) / 2)
        ANNSCOPE_TRY(tree.split_level(space, random(), control));
    return tree;
}

Status ProjectionTree::split_level(const NodeSpace& space, std::uint64_t seed, const Control& control) {
    struct Piece { // of a group, small enough for one comparison
        std::size_t group, begin, end;
    };
    std::vector<Piece> pieces;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pivots;
    Random random(seed);
    for (std::size_t g = 0; g < m_ends.size(); ++g) {
        const std::size_t begin = g == 0 ? 0 : m_ends[g - 1], size = m_ends[g] - begin;
        pivots.emplace_back(m_items[begin + random.below(size)].id, m_items[begin + random.below(size)].id);
        for (std::size_t at = begin; at < m_ends[g]; at += kBlock)
            pieces.push_back({g, at, std::min(at + kBlock, m_ends[g])});
    }
    ANNSCOPE_TRY(parallel_for(pieces.size(), 1, control, [&](std::size_t p, std::size_t, int) {
        const Piece& piece = pieces[p];
        const auto [one, other] = pivots[piece.group];
        Comparison(space, one, other)({m_items.data() + piece.begin, piece.end - piece.begin});
    }));
    std::vector<std::size_t> ends(2 * m_ends.size());
    ANNSCOPE_TRY(parallel_for(m_ends.size(), 1, control, [&](std::size_t g, std::size_t, int) {
        const std::size_t begin = g == 0 ? 0 : m_ends[g - 1];
        const std::size_t middle = begin + (m_ends[g] - begin + 1) / 2;
        const auto at = [&](std::size_t i) { return m_items.begin() + static_cast<std::ptrdiff_t>(i); };
        std::nth_element(at(begin), at(middle), at(m_ends[g]));
        ends[2 * g] = middle;
        ends[2 * g + 1] = m_ends[g];
    }));
    m_ends = std::move(ends);
    return {};
}

} // namespace annscope
