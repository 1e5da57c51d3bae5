// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/connect.h"
#include "graph/vamana_builder.h"
#include "index/serialize.h"
#include "index_fixture.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>
#include <numeric>
#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

/// FNV-1a over the entry and all rows.
std::uint64_t hash_of(const GraphView& graph) {
    std::uint64_t hash = 0xcbf29ce484222325u;
    const auto mix = [&](std::uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; };
    mix(graph.entry_point());
    for (std::size_t i = 0; i < graph.size(); ++i) {
        mix(graph.neighbors(i).size());
        for (const std::uint32_t id : graph.neighbors(i))
            mix(id);
    }
    return hash;
}

std::size_t reachable(const GraphView& graph) {
    std::vector<std::uint32_t> queue{graph.entry_point()};
    std::set<std::uint32_t> met(queue.begin(), queue.end());
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t next : graph.neighbors(queue[at]))
            if (met.insert(next).second)
                queue.push_back(next);
    return met.size();
}

/// Rows hold valid ids, no node twice, not the node itself, and no more than R.
void check_rows(const GraphView& graph) {
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const auto row = graph.neighbors(i);
        QVERIFY(row.size() <= graph.max_degree());
        const std::set<std::uint32_t> distinct(row.begin(), row.end());
        QCOMPARE(distinct.size(), row.size());
        QVERIFY(!distinct.contains(static_cast<std::uint32_t>(i)));
        QVERIFY(distinct.empty() || *distinct.rbegin() < graph.size());
    }
}

std::unique_ptr<Index> built(std::string_view factory, const VectorSet& base, Metric metric,
                             ParamSet params = {}, int threads = 1) {
    auto index = build(factory, base, metric, std::move(params), threads);
    return index ? std::move(*index) : nullptr;
}

} // namespace

class VamanaTest : public QObject {
    Q_OBJECT

private slots:
    void recall_floor_data();
    void recall_floor();
    void same_graph_for_any_threads_data() { recall_floor_data(); }
    void same_graph_for_any_threads();
    void finds_every_vector();
    void copies_stay_connected_data();
    void copies_stay_connected();
    void tiny_sets_data();
    void tiny_sets();
    void wider_search_finds_more();
    void narrow_changes_no_answer();
    void shares_the_given_vectors();
    void cancel_in_every_phase_data();
    void cancel_in_every_phase();
    void bad_degrees_are_refused();
    void connects_what_is_cut_off();
    void damaged_rows_are_refused();
};

void VamanaTest::recall_floor_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("metric");
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%s %s", name(type).data(), name(metric).data())
                << static_cast<int>(type) << static_cast<int>(metric);
}

void VamanaTest::recall_floor() {
    QFETCH(int, type);
    QFETCH(int, metric);
    const auto m = static_cast<Metric>(metric);
    const VectorSet base = random_set(static_cast<ElementType>(type), 1500, 24, 1);
    const VectorSet queries = random_set(static_cast<ElementType>(type), 60, 24, 2).to_float();
    const auto index = built("Vamana32", base, m, {{"Lbuild", 60}}, 2);
    QVERIFY(index);
    check_rows(*index->graph());
    QCOMPARE(reachable(*index->graph()), base.size());
    const auto answer = search(*index, queries, 10, {{"Lsearch", 60}});
    QVERIFY(answer.ok());
    const double recall = recall_of(*answer, base, queries, m, 10);
    QVERIFY2(recall >= 0.97, qPrintable(QString::number(recall)));
    QVERIFY(answer->stats.distances < 60 * 1200); // a walk, not a scan
}

void VamanaTest::same_graph_for_any_threads() {
    QFETCH(int, type);
    QFETCH(int, metric);
    const VectorSet base = random_set(static_cast<ElementType>(type), 700, 16, 5);
    std::set<std::uint64_t> hashes;
    for (const int threads : {1, 2, 4}) {
        const auto index = built("Vamana16", base, static_cast<Metric>(metric), {{"Lbuild", 20}}, threads);
        QVERIFY(index);
        hashes.insert(hash_of(*index->graph()));
    }
    QCOMPARE(hashes.size(), std::size_t{1});
}

void VamanaTest::finds_every_vector() {
    const VectorSet base = random_set(ElementType::F32, 3000, 2, 9);
    const auto index = built("Vamana16", base, Metric::L2);
    QVERIFY(index);
    const auto answer = search(*index, base, 1, {{"Lsearch", 20}});
    QVERIFY(answer.ok());
    const auto exact = std::ranges::count(answer->distances, 0.0f);
    QVERIFY2(exact >= 2995, qPrintable(QString::number(exact)));
}

void VamanaTest::copies_stay_connected_data() {
    QTest::addColumn<int>("copies"); // of each point; 0: half of all are one point
    QTest::addColumn<int>("metric");
    for (const int copies : {2, 30, 200, 0})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%d %s", copies, name(metric).data()) << copies << static_cast<int>(metric);
}

void VamanaTest::copies_stay_connected() {
    QFETCH(int, copies);
    QFETCH(int, metric);
    const auto m = static_cast<Metric>(metric);
    const VectorSet distinct = random_set(ElementType::F32, 1200, 8, 3);
    std::vector<std::uint32_t> rows(1200);
    for (std::uint32_t i = 0; i < 1200; ++i)
        rows[i] = copies > 0 ? i / static_cast<std::uint32_t>(copies) : (i % 2 == 0 ? 0 : i);
    const VectorSet base = VectorSet::adopt(distinct.gather(rows), 1200, 8);
    const auto index = built("Vamana16", base, m, {{"Lbuild", 40}});
    QVERIFY(index);
    check_rows(*index->graph());
    QCOMPARE(reachable(*index->graph()), std::size_t{1200});
    const VectorSet queries = random_set(ElementType::F32, 40, 8, 4);
    const auto answer = search(*index, queries, 10, {{"Lsearch", 250}});
    QVERIFY(answer.ok());
    const double recall = recall_of(*answer, base, queries, m, 10);
    QVERIFY2(recall >= 0.9, qPrintable(QString::number(recall)));
}

void VamanaTest::tiny_sets_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    for (const int n : {1, 2, 3, 16, 17, 33})
        for (const int dim : {1, 2, 65})
            QTest::addRow("%d x %d", n, dim) << n << dim;
}

void VamanaTest::tiny_sets() {
    QFETCH(int, n);
    QFETCH(int, dim);
    const auto rows = static_cast<std::size_t>(n);
    const VectorSet base = random_set(ElementType::F32, rows, static_cast<std::size_t>(dim), 8);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const auto index = built("Vamana16", base, metric);
        QVERIFY(index);
        check_rows(*index->graph());
        QCOMPARE(reachable(*index->graph()), rows);
        const auto answer = search(*index, base, rows, {}); // k above Lsearch's default is allowed
        QVERIFY(answer.ok());
        QCOMPARE(recall_of(*answer, base, base, metric, rows), 1.0);
    }
}

void VamanaTest::wider_search_finds_more() {
    const VectorSet base = random_set(ElementType::F32, 3000, 24, 1);
    const VectorSet queries = random_set(ElementType::F32, 60, 24, 2);
    const auto index = built("Vamana16", base, Metric::L2, {{"Lbuild", 30}});
    QVERIFY(index);
    double recall = 0;
    std::uint64_t distances = 0;
    for (const double width : {10.0, 40.0, 160.0}) {
        const auto answer = search(*index, queries, 10, {{"Lsearch", width}});
        QVERIFY(answer.ok());
        const double now = recall_of(*answer, base, queries, Metric::L2, 10);
        QVERIFY(now >= recall && answer->stats.distances > distances);
        recall = now;
        distances = answer->stats.distances;
    }
    QVERIFY2(recall > 0.99, qPrintable(QString::number(recall)));
    const auto less_than_k = search(*index, queries, 10, {{"Lsearch", 1}});
    const auto equal_to_k = search(*index, queries, 10, {{"Lsearch", 10}});
    QVERIFY(less_than_k.ok() && equal_to_k.ok());
    QVERIFY(*less_than_k == *equal_to_k);
}

void VamanaTest::narrow_changes_no_answer() {
    const VectorSet base = random_set(ElementType::U8, 1500, 20, 1).to_float();
    const VectorSet queries = random_set(ElementType::U8, 30, 20, 2).to_float();
    const auto bytes = built("Vamana16", base, Metric::L2, {{"narrow", 1}});
    const auto floats = built("Vamana16", base, Metric::L2, {{"narrow", 0}});
    QVERIFY(bytes && floats);
    QCOMPARE(static_cast<int>(bytes->info().storage), static_cast<int>(ElementType::U8));
    QCOMPARE(static_cast<int>(floats->info().storage), static_cast<int>(ElementType::F32));
    QCOMPARE(hash_of(*bytes->graph()), hash_of(*floats->graph()));
    const auto a = search(*bytes, queries, 10, {}), b = search(*floats, queries, 10, {});
    QVERIFY(a.ok() && b.ok());
    QVERIFY(*a == *b);
}

void VamanaTest::shares_the_given_vectors() {
    const VectorSet base = random_set(ElementType::F32, 500, 16, 1);
    const auto owner = std::make_shared<int>(0);
    const VectorSet watched(owner, base.row(0), ElementType::F32, 500, 16, 16);
    const auto uses = owner.use_count();
    const auto index = built("Vamana16", watched, Metric::L2);
    QVERIFY(index);
    QVERIFY(owner.use_count() > uses);
}

void VamanaTest::cancel_in_every_phase_data() {
    QTest::addColumn<QByteArray>("phase");
    for (const char* phase :
         {"Preparing vectors", "Finding the medoid", "Pass 1 of 2", "Pass 2 of 2", "Trimming", "Connecting"})
        QTest::newRow(*phase ? phase : "before it starts") << QByteArray(phase);
}

/// Stops the build as soon as it is seen in the phase. The watching thread may get no time while the phase
/// lasts; then the build ends well, and another try is made.
void VamanaTest::cancel_in_every_phase() {
    QFETCH(QByteArray, phase);
    const VectorSet base = random_set(ElementType::F32, 2000, 16, 1);
    const bool brief = phase == "Trimming" || phase == "Connecting"; // a few milliseconds each
    for (int attempt = 0; attempt < (brief ? 3 : 20); ++attempt) {
        auto index =
            build_index(configuration("Vamana16").spec, {16, Metric::InnerProduct, {{"Lbuild", 30}}, 1});
        QVERIFY(index.ok());
        std::stop_source stop;
        Progress progress;
        const Control control{stop.get_token(), &progress, 2};
        std::jthread watcher([&](std::stop_token over) {
            while (!over.stop_requested() && phase != progress.phase.load())
                std::this_thread::sleep_for(std::chrono::microseconds(50));
            stop.request_stop();
        });
        if (phase.isEmpty())
            stop.request_stop();
        const Status status = (*index)->add(base, control);
        watcher.request_stop();
        watcher.join();
        if (status) {
            QCOMPARE((*index)->info().size, base.size());
            continue;
        }
        QVERIFY(status.error().code == ErrorCode::Cancelled);
        QCOMPARE((*index)->info().size, std::size_t{0});
        const auto nothing = search(**index, base.slice(0, 1), 3, {});
        QVERIFY(nothing.ok());
        QCOMPARE(nothing->ids[0], kNoId);
        QVERIFY((*index)->add(base, {}).ok()); // and it can still be built
        QCOMPARE(reachable(*(*index)->graph()), base.size());
        return;
    }
    QVERIFY2(brief, "no build was cancelled");
}

void VamanaTest::bad_degrees_are_refused() {
    for (const std::uint64_t degree : {0, 1, 1025}) {
        IndexSpec spec;
        spec.root.name = "Vamana";
        spec.root.numbers = {degree};
        const auto index = build_index(spec, {8, Metric::L2, {}, 1});
        QVERIFY(!index.ok());
        QVERIFY(index.error().code == ErrorCode::InvalidArgument);
    }
}

void VamanaTest::connects_what_is_cut_off() {
    const VectorSet base = random_set(ElementType::F32, 60, 4, 2);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    Adjacency graph(60, 3); // 0 .. 29 in a line; 30 .. 39 a ring of its own; the rest alone
    for (std::uint32_t i = 0; i < 40; ++i)
        graph.assign(i, std::vector<std::uint32_t>{i < 29 ? i + 1 : i < 30 ? 0 : i < 39 ? i + 1 : 30});
    std::vector<std::uint32_t> nodes(60);
    std::iota(nodes.begin(), nodes.end(), 0u);
    QVERIFY(connect_unreachable(*space, 0, 5, nodes, graph, {}).ok());
    struct View : GraphView {
        const Adjacency& graph;
        explicit View(const Adjacency& g) : graph(g) {}
        std::size_t size() const noexcept override { return graph.size(); }
        std::size_t max_degree() const noexcept override { return graph.max_degree(); }
        std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
            return graph.neighbors(node);
        }
        std::uint32_t entry_point() const noexcept override { return 0; }
    } const view(graph);
    check_rows(view);
    QCOMPARE(reachable(view), std::size_t{60});
}

/// Rows that a file with a right checksum could hold, and no search must ever walk.
void VamanaTest::damaged_rows_are_refused() {
    class Sections final : public ArchiveReader, public ArchiveWriter {
    public:
        IndexInfo info;
        IndexOrigin from;
        std::map<std::string, std::vector<std::byte>, std::less<>> bytes;
        std::vector<std::byte>* open = nullptr;
        const IndexInfo& header() const override { return info; }
        const SpecNode& spec() const override { return from.spec; }
        const BuildContext& context() const override { return from.context; }
        Result<std::span<const std::byte>> section(std::string_view tag) override {
            const auto found = bytes.find(tag);
            if (found == bytes.end())
                return corrupt(tag, "missing");
            return std::span<const std::byte>(found->second);
        }
        Status begin(std::string_view tag, std::uint64_t) override {
            open = &bytes[std::string(tag)];
            return {};
        }
        Status append(const void* data, std::size_t n) override {
            const auto* first = static_cast<const std::byte*>(data);
            open->insert(open->end(), first, first + n);
            return {};
        }
    } sections;
    const VectorSet base = random_set(ElementType::F32, 50, 4, 1);
    const auto index = built("Vamana3", base, Metric::L2);
    QVERIFY(index);
    QVERIFY(index->save(sections).ok());
    sections.info = index->info();
    sections.from = index->origin();
    const Kind& kind = *find_kind("Vamana");
    QVERIFY(kind.load(sections).ok());

    const auto with = [&](std::string tag, std::size_t place, std::uint32_t value) {
        Sections damaged = sections;
        std::memcpy(damaged.bytes[tag].data() + place * sizeof value, &value, sizeof value);
        const auto loaded = kind.load(damaged);
        return !loaded.ok() && loaded.error().code == ErrorCode::CorruptFile;
    };
    QVERIFY(with("entry", 0, 50));
    QVERIFY(with("graph", 16 * 7, 50));      // an id beyond the nodes
    QVERIFY(with("graph", 16 * 7 + 3, 1));   // a fourth neighbour where three are allowed
    QVERIFY(with("graph", 16 * 7, kNoNode)); // a gap
    QVERIFY(with("vectors", 0, 99));         // an unknown element type
    for (const char* tag : {"entry", "graph", "vectors"}) {
        Sections shorter = sections;
        shorter.bytes[tag].pop_back();
        QVERIFY(!kind.load(shorter).ok());
        shorter.bytes.erase(tag);
        QVERIFY(!kind.load(shorter).ok());
    }
    Sections wide = sections;
    wide.from.spec.numbers = {std::uint64_t{1} << 40};
    QVERIFY(!kind.load(wide).ok());
}

QTEST_GUILESS_MAIN(VamanaTest)
#include "tst_vamana.moc"
