// SPDX-License-Identifier: Apache-2.0
#include "graph/build_recording.h"

#include <algorithm>
#include <list>

namespace annscope {

Adjacency BuildRecording::graph_at(std::size_t frame) const {
    std::vector<std::vector<std::uint32_t>> rows(m_nodes);
    visit(frame, [&](const EdgeLife& life) { rows[life.from].push_back(life.to); });
    std::size_t widest = 1;
    for (auto& row : rows) {
        std::ranges::sort(row);
        widest = std::max(widest, row.size());
    }
    Adjacency graph(m_nodes, widest);
    for (std::size_t i = 0; i < m_nodes; ++i)
        graph.assign(i, rows[i]);
    return graph;
}

/// Compares all rows with what they were after the batch before.
class BuildRecorder final : public InsertObserver {
public:
    explicit BuildRecorder(std::size_t n) : m_recording(n), m_rows(n) {
        m_recording.m_frames.push_back({1, 1, 0, 0, 0, 0, 1});
        m_recording.m_order.push_back(0); // the entry, known at the end
    }

    void inserted(int pass, std::span<const std::uint32_t> batch, const DraftGraph& draft) override {
        auto& order = m_recording.m_order;
        const BuildFrame& before = m_recording.m_frames.back();
        BuildFrame frame{pass,
                         batch.size() + (before.pass == pass ? before.inserted : 0),
                         before.edges,
                         0,
                         0,
                         order.size(),
                         0};
        order.insert(order.end(), batch.begin(), batch.end());
        frame.end = order.size();
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            update(i, draft.ids(i), frame);
        m_recording.m_frames.push_back(frame);
    }

    BuildRecording finish(const Adjacency& graph, std::uint32_t entry) {
        auto& order = m_recording.m_order;
        order.front() = entry;
        BuildFrame frame{0,           graph.size(), m_recording.m_frames.back().edges, 0, 0, order.size(),
                         order.size()};
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            update(i, graph.neighbors(i), frame);
        m_recording.m_frames.push_back(frame);
        return std::move(m_recording);
    }

private:
    struct Row {
        std::vector<std::uint32_t> ids, lives; // lives: places in the recording, by place of the id
    };

    void update(std::size_t node, std::span<const std::uint32_t> ids, BuildFrame& frame) {
        Row& row = m_rows[node];
        if (std::ranges::equal(row.ids, ids))
            return;
        const auto now = static_cast<std::uint32_t>(m_recording.m_frames.size());
        auto& lives = m_recording.m_lives;
        m_next.ids.assign(ids.begin(), ids.end());
        m_next.lives.clear();
        for (const std::uint32_t id : ids) {
            const auto known = std::ranges::find(row.ids, id);
            if (known != row.ids.end()) {
                m_next.lives.push_back(row.lives[static_cast<std::size_t>(known - row.ids.begin())]);
                continue;
            }
            m_next.lives.push_back(static_cast<std::uint32_t>(lives.size()));
            lives.push_back({static_cast<std::uint32_t>(node), id, now});
            ++frame.added;
        }
        for (std::size_t i = 0; i < row.ids.size(); ++i)
            if (std::ranges::find(ids, row.ids[i]) == ids.end()) {
                lives[row.lives[i]].died = now;
                ++frame.removed;
            }
        frame.edges = frame.edges + ids.size() - row.ids.size();
        std::swap(row, m_next);
    }

    BuildRecording m_recording;
    std::vector<Row> m_rows;
    Row m_next;
};

namespace {

/// Listens to the prunings of one node. They come from several threads, but never two at a time, and with
/// the end of a parallel loop between those of two batches.
class NodeWatcher final : public InsertObserver {
public:
    NodeWatcher(std::uint32_t node, float alpha) : m_node(node), m_alpha(alpha) {}

    void inserted(int pass, std::span<const std::uint32_t>, const DraftGraph&) override {
        name_pass(pass);
        ++m_frame;
    }
    PruneTrace* pruning(std::uint32_t node, PruneReason reason) override {
        if (node != m_node)
            return nullptr;
        m_prunings.push_back({reason, 0, m_frame, 1, {}});
        return &m_prunings.back().trace;
    }
    std::vector<NodePruning> finish() {
        name_pass(0);
        return {std::make_move_iterator(m_prunings.begin()), std::make_move_iterator(m_prunings.end())};
    }

private:
    /// A batch's pass is told after it.
    void name_pass(int pass) {
        for (; m_named < m_prunings.size(); ++m_named) {
            const auto at = std::next(m_prunings.begin(), static_cast<std::ptrdiff_t>(m_named));
            at->pass = pass;
            at->alpha = pass == 1 ? 1 : m_alpha;
        }
    }

    const std::uint32_t m_node;
    const float m_alpha;
    std::size_t m_frame = 1, m_named = 0;
    std::list<NodePruning> m_prunings; // the builder holds a pointer to the last
};

} // namespace

Result<RecordedBuild> record_vamana(const NodeSpace& space, const VamanaOptions& options,
                                    const Control& control) {
    BuildRecorder recorder(space.size());
    ANNSCOPE_ASSIGN(LayeredGraph graph, build_vamana(space, options, control, &recorder));
    BuildRecording recording = recorder.finish(graph.base, graph.entry);
    return RecordedBuild{std::move(graph), std::move(recording)};
}

Result<std::vector<NodePruning>> trace_prunings(const NodeSpace& space, const VamanaOptions& options,
                                                std::uint32_t node, const Control& control) {
    NodeWatcher watcher(node, options.alpha);
    ANNSCOPE_TRY(build_vamana(space, options, control, &watcher));
    return watcher.finish();
}

} // namespace annscope
