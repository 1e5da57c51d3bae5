// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "graph/build_recording.h"
#include "graph/search_effort.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace annscope;

namespace {

VectorSet plane(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    AlignedBuffer<float> data(n * 2);
    for (float& v : data)
        v = static_cast<float>(random.normal());
    return VectorSet::adopt(std::move(data), n, 2);
}

/// One thread: the graphs are the same for any number, and the first test asks for more.
Control alone() {
    Control control;
    control.threads = 1;
    return control;
}

VamanaOptions options(std::size_t degree, float alpha) {
    VamanaOptions o;
    o.max_degree = degree;
    o.search_width = 40;
    o.alpha = alpha;
    return o;
}

std::vector<std::uint32_t> sorted(std::span<const std::uint32_t> row) {
    std::vector<std::uint32_t> out(row.begin(), row.end());
    std::ranges::sort(out);
    return out;
}

/// Keeps each moment of a build in full: what the recording must give back.
class Snapshots : public InsertObserver {
public:
    struct Moment {
        int pass;
        std::vector<std::uint32_t> batch;
        std::vector<std::vector<std::uint32_t>> rows;
    };
    explicit Snapshots(std::size_t n) : m_n(n) {}
    void inserted(int pass, std::span<const std::uint32_t> batch, const DraftGraph& draft) override {
        Moment moment{pass, {batch.begin(), batch.end()}, {}};
        for (std::size_t i = 0; i < m_n; ++i)
            moment.rows.push_back(sorted(draft.ids(i)));
        moments.push_back(std::move(moment));
    }
    std::vector<Moment> moments;

private:
    std::size_t m_n;
};

} // namespace

class BuildRecordingTest : public QObject {
    Q_OBJECT
private slots:
    void every_moment_comes_back_data();
    void every_moment_comes_back();
    void counts_of_frames_add_up();
    void one_and_two_nodes();
    void prunings_explain_the_rows_data();
    void prunings_explain_the_rows();
    void cancel_ends_it();
    void effort_is_that_of_the_smallest_width();
    void effort_on_a_broken_graph_is_not_reached();
};

void BuildRecordingTest::every_moment_comes_back_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("degree");
    QTest::addColumn<float>("alpha");
    QTest::addColumn<int>("threads");
    QTest::newRow("small") << 40 << 8 << 1.2f << 1;
    QTest::newRow("rows overflow") << 600 << 4 << 1.2f << 2;
    QTest::newRow("alpha 1") << 600 << 12 << 1.0f << 1;
}

void BuildRecordingTest::every_moment_comes_back() {
    QFETCH(int, n);
    QFETCH(int, degree);
    QFETCH(float, alpha);
    QFETCH(int, threads);
    const auto space = NodeSpace::create(plane(static_cast<std::size_t>(n), 3), Metric::L2, {});
    const VamanaOptions o = options(static_cast<std::size_t>(degree), alpha);
    Control control;
    control.threads = threads;
    const auto recorded = record_vamana(*space, o, control);
    QVERIFY(recorded);
    const BuildRecording& recording = recorded->recording;
    Snapshots truth(static_cast<std::size_t>(n));
    const auto plain = build_vamana(*space, o, alone(), &truth);

    QCOMPARE(recording.frames(), truth.moments.size() + 2);
    QCOMPARE(recording.batch(0).size(), std::size_t(1));
    QCOMPARE(recording.batch(0)[0], plain->entry);
    for (std::size_t f = 0; f < recording.frames(); ++f) {
        const Adjacency graph = recording.graph_at(f);
        const bool middle = f > 0 && f + 1 < recording.frames();
        if (middle) {
            const auto& moment = truth.moments[f - 1];
            QCOMPARE(recording.frame(f).pass, moment.pass);
            QCOMPARE(sorted(recording.batch(f)), sorted(moment.batch));
        }
        for (std::size_t i = 0; i < graph.size(); ++i) {
            const auto row = sorted(graph.neighbors(i));
            if (f == 0)
                QVERIFY(row.empty());
            else
                QCOMPARE(row, middle ? truth.moments[f - 1].rows[i] : sorted(plain->base.neighbors(i)));
        }
    }
    for (std::size_t i = 0; i < plain->base.size(); ++i)
        QCOMPARE(sorted(recorded->graph.base.neighbors(i)), sorted(plain->base.neighbors(i)));
}

void BuildRecordingTest::counts_of_frames_add_up() {
    const auto space = NodeSpace::create(plane(500, 9), Metric::L2, {});
    const auto recorded = record_vamana(*space, options(6, 1.2f), alone());
    const BuildRecording& recording = recorded->recording;
    std::size_t passes[3] = {};
    for (std::size_t f = 0; f < recording.frames(); ++f) {
        const BuildFrame& frame = recording.frame(f);
        std::size_t alive = 0, born = 0, died = 0;
        recording.visit(f, [&](const EdgeLife&) { ++alive; });
        for (const EdgeLife& life : recording.lives()) {
            born += life.born == f;
            died += life.died == f;
            QVERIFY(life.born < life.died);
        }
        QCOMPARE(frame.edges, alive);
        QCOMPARE(frame.added, born);
        QCOMPARE(frame.removed, died);
        passes[frame.pass] += recording.batch(f).size();
        if (frame.pass > 0)
            QCOMPARE(frame.inserted, passes[frame.pass]);
    }
    QCOMPARE(passes[1], std::size_t(500));
    QCOMPARE(passes[2], std::size_t(500));
    QVERIFY(std::ranges::is_sorted(recording.lives(), {}, &EdgeLife::born));
    QVERIFY(recording.lives().size() > recording.frame(recording.frames() - 1).edges); // some died
}

void BuildRecordingTest::one_and_two_nodes() {
    for (const std::size_t n : {1, 2}) {
        const auto space = NodeSpace::create(plane(n, 1), Metric::L2, {});
        const auto recorded = record_vamana(*space, options(4, 1.2f), alone());
        QVERIFY(recorded);
        QCOMPARE(recorded->recording.nodes(), n);
        QCOMPARE(recorded->recording.frame(recorded->recording.frames() - 1).edges, n == 1 ? 0u : 2u);
    }
}

void BuildRecordingTest::prunings_explain_the_rows_data() {
    QTest::addColumn<int>("degree");
    QTest::addColumn<float>("alpha");
    QTest::newRow("wide rows, alpha 1") << 20 << 1.0f;
    QTest::newRow("wide rows, alpha 1.4") << 20 << 1.4f;
    QTest::newRow("rows overflow") << 4 << 1.2f;
}

/// After each of its prunings a node's row is what the pruning kept and, if that was its insertion, what
/// nodes of the same batch added.
void BuildRecordingTest::prunings_explain_the_rows() {
    QFETCH(int, degree);
    QFETCH(float, alpha);
    const VectorSet points = plane(400, 4);
    const auto space = NodeSpace::create(points, Metric::L2, {});
    const VamanaOptions o = options(static_cast<std::size_t>(degree), alpha);
    const auto recorded = record_vamana(*space, o, alone());
    const BuildRecording& recording = recorded->recording;
    std::size_t reasons[3] = {};
    for (std::uint32_t node = 0; node < 400; node += 7) {
        const auto prunings = trace_prunings(*space, o, node, alone());
        QVERIFY(prunings);
        for (std::size_t p = 0; p < prunings->size(); ++p) {
            const NodePruning& pruning = (*prunings)[p];
            ++reasons[static_cast<std::size_t>(pruning.reason)];
            QCOMPARE(recording.frame(pruning.frame).pass, pruning.pass);
            QCOMPARE(pruning.alpha, pruning.pass == 1 ? 1.0f : alpha);
            QCOMPARE(pruning.pass == 0, pruning.reason == PruneReason::Trimmed);
            const auto batch = recording.batch(pruning.frame);
            if (pruning.reason == PruneReason::Inserted)
                QVERIFY(std::ranges::find(batch, node) != batch.end());
            for (const PruneStep& step : pruning.trace.steps)
                if (step.verdict == PruneVerdict::RuledOut)
                    QVERIFY(pruning.alpha * step.between <= step.node.distance);
            if (p + 1 < prunings->size() && (*prunings)[p + 1].frame == pruning.frame)
                continue; // the row was full in the same batch
            std::set<std::uint32_t> kept, row;
            for (const PruneStep& step : pruning.trace.steps)
                if (step.verdict == PruneVerdict::Kept)
                    kept.insert(step.node.id);
            const Adjacency after = recording.graph_at(pruning.frame);
            for (const std::uint32_t id : after.neighbors(node))
                if (pruning.reason != PruneReason::Trimmed || kept.contains(id)) // connecting may add one
                    row.insert(id);
            QVERIFY(std::ranges::includes(row, kept));
            for (const std::uint32_t id : row)
                QVERIFY(kept.contains(id) || std::ranges::find(batch, id) != batch.end());
        }
    }
    QCOMPARE(reasons[0], std::size_t(2 * 58)); // once in each pass
    if (degree == 4)
        QVERIFY(reasons[1] > 0 && reasons[2] > 0);
}

void BuildRecordingTest::cancel_ends_it() {
    const auto space = NodeSpace::create(plane(2000, 5), Metric::L2, {});
    std::stop_source stop;
    stop.request_stop();
    Control control;
    control.stop = stop.get_token();
    const auto recorded = record_vamana(*space, options(16, 1.2f), control);
    QVERIFY(!recorded);
    QCOMPARE(recorded.error().code, ErrorCode::Cancelled);
    QVERIFY(!trace_prunings(*space, options(16, 1.2f), 3, control));
}

void BuildRecordingTest::effort_is_that_of_the_smallest_width() {
    const VectorSet base = plane(800, 6), queries = plane(100, 7);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    const auto graph = build_vamana(*space, options(8, 1.2f), alone());
    EffortOptions wanted;
    wanted.k = 5;
    wanted.recall = 0.97;
    const auto effort = effort_at_recall(graph->base, graph->entry, base, queries, wanted, {});
    QVERIFY(effort && effort->reached);
    QVERIFY(effort->recall >= 0.97 && effort->width >= 5);
    QVERIFY(effort->hops >= 5 && effort->distances > effort->hops);
    if (effort->width > 5) {
        wanted.max_width = effort->width - 1;
        const auto narrow = effort_at_recall(graph->base, graph->entry, base, queries, wanted, {});
        QVERIFY(!narrow->reached && narrow->recall < 0.97);
    }
}

void BuildRecordingTest::effort_on_a_broken_graph_is_not_reached() {
    const VectorSet base = plane(50, 6);
    Adjacency graph(50, 2); // no edges at all: only the entry is ever found
    EffortOptions wanted;
    wanted.max_width = 5;
    const auto effort = effort_at_recall(graph, 3, base, base, wanted, {});
    QVERIFY(effort && !effort->reached);
    QCOMPARE(effort->recall, 1.0 / 50);
    QCOMPARE(effort->hops, 1.0);
    QCOMPARE(effort->distances, 1.0);
}

QTEST_GUILESS_MAIN(BuildRecordingTest)
#include "tst_build_recording.moc"
