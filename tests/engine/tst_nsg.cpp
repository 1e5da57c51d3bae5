// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/nsg_builder.h"
#include "index_fixture.h"

#include <QTest>

#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

/// FNV-1a over the entry and all rows.
std::uint64_t hash_of(const LayeredGraph& graph) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; };
    mix(graph.entry);
    for (const std::uint32_t id : graph.base.ids())
        mix(id);
    return hash;
}

std::size_t reachable(const LayeredGraph& graph) {
    std::vector<std::uint32_t> queue{graph.entry};
    std::set<std::uint32_t> met(queue.begin(), queue.end());
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t next : graph.base.neighbors(queue[at]))
            if (met.insert(next).second)
                queue.push_back(next);
    return met.size();
}

/// Rows hold valid ids, no node twice, not the node itself, and no more than R.
void check_rows(const LayeredGraph& graph, std::size_t max_degree) {
    for (std::size_t i = 0; i < graph.base.size(); ++i) {
        const auto row = graph.base.neighbors(i);
        QVERIFY(row.size() <= max_degree);
        const std::set<std::uint32_t> distinct(row.begin(), row.end());
        QCOMPARE(distinct.size(), row.size());
        QVERIFY(!distinct.contains(static_cast<std::uint32_t>(i)));
        QVERIFY(distinct.empty() || *distinct.rbegin() < graph.base.size());
    }
}

Result<LayeredGraph> built(const VectorSet& rows, Metric metric, const NsgOptions& options, int threads = 2) {
    Control control;
    control.threads = threads;
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(rows, metric, control));
    return build_nsg(space, options, control);
}

NsgOptions options_of(std::size_t degree, std::size_t width = 64, std::size_t neighbors = 64) {
    NsgOptions options;
    options.max_degree = degree;
    options.search_width = width;
    options.neighbors = neighbors;
    return options;
}

double recall_at(const VectorSet& base, const VectorSet& queries, const ParamSet& params,
                 std::uint64_t* distances = nullptr) {
    const auto index = build("NSG16", base, Metric::L2, params, 2);
    const auto answer = search(**index, queries, 10, {{"Lsearch", 20}});
    if (distances)
        *distances = answer->stats.distances;
    return recall_of(*answer, base, queries, Metric::L2, 10);
}

} // namespace

class tst_nsg : public QObject {
    Q_OBJECT
private slots:
    void recall_floor_data();
    void recall_floor();
    void same_for_any_threads_data() { recall_floor_data(); }
    void same_for_any_threads();
    void links_point_apart();
    void starts_from_the_middle();
    void more_work_finds_more_data();
    void more_work_finds_more();
    void parameters_arrive_data();
    void parameters_arrive();
    void copies_stay_connected_data();
    void copies_stay_connected();
    void far_groups_stay_connected();
    void tiny_sets_data();
    void tiny_sets();
    void cancel_in_every_phase_data();
    void cancel_in_every_phase();
    void bad_degrees_are_refused_data();
    void bad_degrees_are_refused();
    void memory_is_told_before();
};

void tst_nsg::recall_floor_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("metric");
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%s %s", name(type).data(), name(metric).data())
                << static_cast<int>(type) << static_cast<int>(metric);
}

void tst_nsg::recall_floor() {
    QFETCH(int, type);
    QFETCH(int, metric);
    const auto m = static_cast<Metric>(metric);
    const VectorSet base = random_set(static_cast<ElementType>(type), 1500, 24, 1);
    const VectorSet queries = random_set(static_cast<ElementType>(type), 60, 24, 2).to_float();
    const auto index = build("NSG32", base, m, {}, 2);
    QVERIFY(index.ok());
    const auto answer = search(**index, queries, 10, {{"Lsearch", 60}});
    QVERIFY(answer.ok());
    const double recall = recall_of(*answer, base, queries, m, 10);
    QVERIFY2(recall >= 0.97, qPrintable(QString::number(recall)));
    QVERIFY(answer->stats.distances < 60 * 1000); // a walk, not a scan
}

void tst_nsg::same_for_any_threads() {
    QFETCH(int, type);
    QFETCH(int, metric);
    const VectorSet rows = random_set(static_cast<ElementType>(type), 900, 16, 5);
    std::set<std::uint64_t> hashes;
    for (const int threads : {1, 2, 4}) {
        const auto graph = built(rows, static_cast<Metric>(metric), options_of(16, 20, 30), threads);
        QVERIFY(graph.ok());
        check_rows(*graph, 16);
        hashes.insert(hash_of(*graph));
    }
    QCOMPARE(hashes.size(), std::size_t{1});
}

/// The rule: of two links of a node that came out of a pruning, neither is nearer to the other than the node
/// is. Reverse links are added where there is room, so only full rows are sure to obey it throughout; and the
/// few links that connect what could not be reached are exempt.
void tst_nsg::links_point_apart() {
    const VectorSet rows = random_set(ElementType::F32, 3000, 8, 5);
    const auto graph = built(rows, Metric::L2, options_of(32));
    QVERIFY(graph.ok());
    std::size_t pairs = 0, apart = 0, links = 0;
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
        const auto row = graph->base.neighbors(i);
        links += row.size();
        const auto distance = [&](std::uint32_t a, std::uint32_t b) {
            return oracle_distance(rows, a, rows.view<float>().row(b), Metric::L2);
        };
        for (const std::uint32_t a : row)
            for (const std::uint32_t b : row)
                if (a < b) {
                    ++pairs;
                    apart += distance(a, b) >= std::max(distance(i, a), distance(i, b)) * (1 - 1e-5);
                }
    }
    QVERIFY2(apart * 100 >= pairs * 75, qPrintable(QString("%1 of %2").arg(apart).arg(pairs)));
    QVERIFY(links < 14 * rows.size()); // sparse: that is what the rule is for
}

void tst_nsg::starts_from_the_middle() {
    const VectorSet rows = random_set(ElementType::F32, 2000, 8, 5);
    const auto graph = built(rows, Metric::L2, options_of(16));
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    QCOMPARE(graph->entry, *space->medoid({}));
    QVERIFY(graph->upper.empty());
}

void tst_nsg::more_work_finds_more_data() {
    QTest::addColumn<QString>("less");
    QTest::addColumn<QString>("more");
    QTest::newRow("GK") << "GK=4"
                        << "GK=64";
    QTest::newRow("Lbuild") << "Lbuild=1,GK=16"
                            << "Lbuild=200,GK=16";
}

void tst_nsg::more_work_finds_more() {
    QFETCH(QString, less);
    QFETCH(QString, more);
    const VectorSet base = random_set(ElementType::F32, 4000, 24, 1);
    const VectorSet queries = random_set(ElementType::F32, 200, 24, 2);
    const double low = recall_at(base, queries, *parse_params(less.toStdString()));
    const double high = recall_at(base, queries, *parse_params(more.toStdString()));
    QVERIFY2(high > low, qPrintable(QString("%1 %2").arg(low).arg(high)));
}

void tst_nsg::parameters_arrive_data() {
    QTest::addColumn<QString>("params");
    for (const char* params : {"GK=20", "Lbuild=20", "nndescent_iter=0"})
        QTest::newRow(params) << params;
}

void tst_nsg::parameters_arrive() {
    QFETCH(QString, params);
    const VectorSet base = random_set(ElementType::F32, 2000, 24, 1);
    const auto plain = build("NSG16", base, Metric::L2, {}, 2);
    const auto other = build("NSG16", base, Metric::L2, *parse_params(params.toStdString()), 2);
    QVERIFY(plain.ok() && other.ok());
    bool same = true;
    for (std::size_t i = 0; i < base.size(); ++i)
        same = same && std::ranges::equal((*plain)->graph()->neighbors(i), (*other)->graph()->neighbors(i));
    QVERIFY(!same);
}

void tst_nsg::copies_stay_connected_data() {
    QTest::addColumn<int>("copies"); // of each point; 0: half of all are one point
    QTest::addColumn<int>("metric");
    for (const int copies : {2, 30, 200, 0})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%d %s", copies, name(metric).data()) << copies << static_cast<int>(metric);
}

void tst_nsg::copies_stay_connected() {
    QFETCH(int, copies);
    QFETCH(int, metric);
    const auto m = static_cast<Metric>(metric);
    const VectorSet distinct = random_set(ElementType::F32, 1200, 8, 3);
    std::vector<std::uint32_t> from(1200);
    for (std::uint32_t i = 0; i < 1200; ++i)
        from[i] = copies > 0 ? i / static_cast<std::uint32_t>(copies) : (i % 2 == 0 ? 0 : i);
    const VectorSet base = VectorSet::adopt(distinct.gather(from), 1200, 8);
    const VectorSet stored = m == Metric::Cosine ? normalized(base).vectors : base;
    const auto graph = built(stored, m, options_of(16));
    QVERIFY(graph.ok());
    check_rows(*graph, 16);
    QCOMPARE(reachable(*graph), std::size_t{1200});
    const auto index = build("NSG16", base, m);
    const VectorSet queries = random_set(ElementType::F32, 40, 8, 4);
    const auto answer = search(**index, queries, 10, {{"Lsearch", 250}});
    QVERIFY(answer.ok());
    const double recall = recall_of(*answer, base, queries, m, 10);
    QVERIFY2(recall >= 0.9, qPrintable(QString::number(recall)));
}

/// Groups so far apart that no vector has a near neighbour outside its own: only growing the tree joins them.
void tst_nsg::far_groups_stay_connected() {
    const VectorSet near = random_set(ElementType::F32, 2000, 4, 3);
    std::vector<float> values(near.view<float>().row(0), near.view<float>().row(0) + 2000 * 4);
    for (std::size_t i = 0; i < 2000; ++i)
        values[4 * i] += static_cast<float>(i % 5) * 1e4f;
    const auto graph = built(floats(values, 2000, 4), Metric::L2, options_of(16, 20, 20));
    QVERIFY(graph.ok());
    QCOMPARE(reachable(*graph), std::size_t{2000});
}

void tst_nsg::tiny_sets_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    for (const int n : {1, 2, 3, 17, 33, 513})
        for (const int dim : {1, 2, 65})
            QTest::addRow("%d x %d", n, dim) << n << dim;
}

void tst_nsg::tiny_sets() {
    QFETCH(int, n);
    QFETCH(int, dim);
    const auto count = static_cast<std::size_t>(n);
    const VectorSet base = random_set(ElementType::F32, count, static_cast<std::size_t>(dim), 8);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const VectorSet stored = metric == Metric::Cosine ? normalized(base).vectors : base;
        const auto graph = built(stored, metric, options_of(16));
        QVERIFY(graph.ok());
        check_rows(*graph, 16);
        QCOMPARE(reachable(*graph), count);
        const auto index = build("NSG16", base, metric);
        QVERIFY(index.ok());
        const auto answer = search(**index, base.slice(0, std::min<std::size_t>(count, 40)), count, {});
        QVERIFY(answer.ok());
        QCOMPARE(recall_of(*answer, base, base.slice(0, std::min<std::size_t>(count, 40)), metric, count),
                 1.0);
    }
}

void tst_nsg::cancel_in_every_phase_data() {
    QTest::addColumn<QByteArray>("phase");
    for (const char* phase : {"Grouping near vectors", "Neighbours of neighbours", "Finding the medoid",
                              "Pruning neighbours", "Searching neighbours", "Linking back", "Connecting"})
        QTest::newRow(phase) << QByteArray(phase);
}

/// Stops the build as soon as it is seen in the phase. The watching thread may get no time while the phase
/// lasts; then the build ends well, and another try is made.
void tst_nsg::cancel_in_every_phase() {
    QFETCH(QByteArray, phase);
    const VectorSet base = random_set(ElementType::F32, 3000, 16, 1);
    const bool brief = phase == "Finding the medoid" || phase == "Connecting"; // a few milliseconds each
    for (int attempt = 0; attempt < (brief ? 3 : 20); ++attempt) {
        auto index = build_index(configuration("NSG16").spec, {16, Metric::L2, {}, 1});
        QVERIFY(index.ok());
        std::stop_source stop;
        Progress progress;
        const Control control{stop.get_token(), &progress, 2};
        std::jthread watcher([&](const std::stop_token& over) {
            while (!over.stop_requested() && phase != progress.phase.load())
                std::this_thread::sleep_for(std::chrono::microseconds(50));
            stop.request_stop();
        });
        const Status status = (*index)->add(base, control);
        watcher.request_stop();
        watcher.join();
        if (status) {
            QCOMPARE((*index)->info().size, base.size());
            continue;
        }
        QVERIFY(status.error().code == ErrorCode::Cancelled);
        QVERIFY(progress.done.load() <= progress.total.load() || progress.total.load() == 0);
        QCOMPARE((*index)->info().size, std::size_t{0});
        QVERIFY((*index)->add(base, {}).ok()); // and it can still be built
        QCOMPARE((*index)->info().size, base.size());
        return;
    }
    QVERIFY2(brief, "no build was cancelled");
}

void tst_nsg::bad_degrees_are_refused_data() {
    QTest::addColumn<quint64>("degree");
    for (const quint64 degree : {0, 1, 1025})
        QTest::addRow("%llu", degree) << degree;
}

void tst_nsg::bad_degrees_are_refused() {
    QFETCH(quint64, degree);
    IndexSpec spec;
    spec.root.name = "NSG";
    spec.root.numbers = {degree};
    const auto index = build_index(spec, {8, Metric::L2, {}, 1});
    QVERIFY(!index.ok());
    QCOMPARE(index.error().code, ErrorCode::InvalidArgument);
    QVERIFY(index.error().message.find("R of NSG") != std::string::npos);
}

void tst_nsg::memory_is_told_before() {
    const auto value = std::make_shared<float>(1.0f);
    const VectorSet rows(value, value.get(), ElementType::F32, std::size_t{1} << 31, 1, 1);
    const auto graph = built(rows, Metric::L2, {});
    QVERIFY(!graph.ok());
    QCOMPARE(graph.error().code, ErrorCode::OutOfMemory);
}

QTEST_GUILESS_MAIN(tst_nsg)
#include "tst_nsg.moc"
