// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/prune_trace.h"
#include "graph/vamana_builder.h"

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace annscope {

/// A directed edge of a graph that grows: it is there in frames born <= f < died.
struct EdgeLife {
    static constexpr std::uint32_t kForever = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t from = 0, to = 0;
    std::uint32_t born = 0, died = kForever;

    bool alive(std::size_t frame) const noexcept { return born <= frame && frame < died; }
};

/// A moment of a build: after the entry alone (frame 0), after each batch, and at the end.
struct BuildFrame {
    int pass = 0;                       ///< 1, 2; 0: the end, trimmed to R and connected
    std::size_t inserted = 0;           ///< nodes that this pass has inserted
    std::size_t edges = 0;              ///< all that are there
    std::size_t added = 0, removed = 0; ///< edges against the frame before
    std::size_t first = 0, end = 0;     ///< its part of BuildRecording::order
};

/// All moments of a build, compactly: every edge is told once for each time it was there, with the frames of
/// its life, so that any moment is one pass over them. Memory: 16 bytes a life; a Vamana build has about 2 to
/// 4 lives per edge of the final graph.
class BuildRecording {
public:
    /// Nothing recorded yet of a graph with n nodes.
    explicit BuildRecording(std::size_t n = 0) : m_nodes(n) {}

    std::size_t nodes() const noexcept { return m_nodes; }
    std::size_t frames() const noexcept { return m_frames.size(); }
    const BuildFrame& frame(std::size_t i) const noexcept { return m_frames[i]; }
    /// The nodes that the frame's batch inserted: the entry in frame 0, none at the end.
    std::span<const std::uint32_t> batch(std::size_t i) const noexcept {
        return {m_order.data() + m_frames[i].first, m_frames[i].end - m_frames[i].first};
    }
    /// By birth.
    std::span<const EdgeLife> lives() const noexcept { return m_lives; }
    /// f(life) for every edge that is there in the frame.
    template<class F>
    void visit(std::size_t frame, F&& f) const {
        for (const EdgeLife& life : m_lives) {
            if (life.born > frame)
                break;
            if (frame < life.died)
                f(life);
        }
    }
    /// The graph as it was, rows ascending by node number. Throws std::bad_alloc.
    Adjacency graph_at(std::size_t frame) const;

private:
    friend class BuildRecorder;
    std::size_t m_nodes;
    std::vector<BuildFrame> m_frames;
    std::vector<std::uint32_t> m_order;
    std::vector<EdgeLife> m_lives;
};

struct RecordedBuild {
    LayeredGraph graph;
    BuildRecording recording;
};

/// build_vamana, remembering every batch; for small sets, as each batch looks at all rows. Cost beside the
/// build: frames x edges. The same graph as build_vamana's. Errors: those of build_vamana.
Result<RecordedBuild> record_vamana(const NodeSpace& space, const VamanaOptions& options,
                                    const Control& control);

/// One time that the row of a node was pruned.
struct NodePruning {
    PruneReason reason = PruneReason::Inserted;
    int pass = 0;          ///< 1, 2; 0: trimming at the end
    std::size_t frame = 0; ///< of the recording, after which the row is as the pruning left it
    float alpha = 1;
    PruneTrace trace;
};

/// All prunings of one node's row, in the order in which they happened: found by building once more. Errors:
/// those of build_vamana.
Result<std::vector<NodePruning>> trace_prunings(const NodeSpace& space, const VamanaOptions& options,
                                                std::uint32_t node, const Control& control);

} // namespace annscope
