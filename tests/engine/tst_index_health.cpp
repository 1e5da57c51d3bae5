// SPDX-License-Identifier: GPL-3.0-or-later
// What an index's health says against searches and walks done by hand; copies of indexes.
#include "damaged_graph.h"
#include "data/ground_truth.h"
#include "graph/connect.h"
#include "index/clone.h"
#include "index/serialize.h"
#include "index_fixture.h"
#include "tune/hops_at_recall.h"
#include "tune/index_health.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

Workload workload(std::size_t rows, std::size_t dim, Metric metric = Metric::L2, std::size_t queries = 80) {
    Workload work;
    work.base = random_set(ElementType::F32, rows, dim, 1);
    work.queries = random_set(ElementType::F32, queries, dim, 2);
    work.metric = metric;
    work.truth = *exact_neighbours(work.base, work.queries, metric, 10, {});
    return work;
}

/// The whole graph, but for nodes that nobody links to.
class Holes final : public Index, public GraphView {
public:
    Holes(VectorSet base, std::uint32_t every) : m_base(std::move(base)) {
        const auto n = static_cast<std::uint32_t>(m_base.size());
        for (std::uint32_t i = 0; i < n; ++i) {
            m_rows.emplace_back();
            for (std::uint32_t j = 0; j < n; ++j)
                if (j != i && j % every != every - 1)
                    m_rows.back().push_back(j);
        }
    }
    IndexInfo info() const override {
        IndexInfo info;
        info.spec = "Holes";
        info.dim = m_base.dim();
        info.size = m_base.size();
        info.trained = true;
        return info;
    }
    std::span<const ParamInfo> search_params() const noexcept override { return {}; }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }
    const GraphView* graph() const noexcept override { return this; }
    std::size_t size() const noexcept override { return m_rows.size(); }
    std::size_t max_degree() const noexcept override { return m_rows.size(); }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
        if (on_step)
            on_step();
        return m_rows[node];
    }
    std::uint32_t entry_point() const noexcept override { return 0; }
    std::function<void()> on_step; ///< at every look at a row, and every search

protected:
    /// Everything that can be reached, in two hops.
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams&, SearchOutput out,
                                   PathTrace*) const override {
        if (on_step)
            on_step();
        std::vector<std::pair<double, Id>> found{{oracle_distance(m_base, 0, query, Metric::L2), 0}};
        for (const std::uint32_t id : m_rows[0])
            found.emplace_back(oracle_distance(m_base, id, query, Metric::L2), id);
        std::ranges::sort(found);
        for (std::size_t i = 0; i < k; ++i) {
            out.ids[i] = found[i].second;
            out.distances[i] = static_cast<float>(found[i].first);
        }
        SearchStats stats;
        stats.hops = 2;
        stats.distances = found.size();
        return stats;
    }

private:
    VectorSet m_base;
    std::vector<std::vector<std::uint32_t>> m_rows;
};

std::unique_ptr<Index> built(std::string_view factory, const Workload& work, ParamSet params = {}) {
    auto index = build(factory, work.base, work.metric, std::move(params));
    return index ? std::move(*index) : nullptr;
}

} // namespace

class IndexHealthTest : public QObject {
    Q_OBJECT

private slots:
    void of_a_built_graph_data();
    void of_a_built_graph();
    void tells_what_can_never_be_found();
    void without_queries_or_truth();
    void wrong_data_is_refused();
    void every_graph_kind_can_be_examined_data();
    void every_graph_kind_can_be_examined();
    void cancels();
    void least_width_data();
    void least_width();
    void hops_of_what_is_out_of_reach();
    void bad_targets_are_refused();
    void families_data();
    void families();
    void copies_answer_alike_data();
    void copies_answer_alike();
    void copying_is_cancelled();
    void nothing_to_repair_is_said();
    void connects_even_full_graphs_data();
    void connects_even_full_graphs();
    void repairs_what_was_cut_data();
    void repairs_what_was_cut();
    void removed_vectors_do_not_count();
    void levels_of_a_hierarchy();
};

void IndexHealthTest::of_a_built_graph_data() {
    QTest::addColumn<int>("metric");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        QTest::addRow("%s", name(metric).data()) << int(metric);
}

void IndexHealthTest::of_a_built_graph() {
    QFETCH(int, metric);
    const Workload work = workload(1200, 12, static_cast<Metric>(metric));
    const auto index = built("Vamana16", work, {{"Lbuild", 40}});
    QVERIFY(index);
    HealthOptions options;
    options.params = {{"Lsearch", 30}};
    const auto health = examine_index(*index, work, options, {});
    QVERIFY2(health.ok(), health.ok() ? "" : health.error().message.c_str());
    QCOMPARE(health->graph.nodes, work.base.size());
    QCOMPARE(health->max_degree, std::size_t(16));
    QVERIFY(health->graph.unreachable.empty() && health->unreachable_ids.empty());
    QCOMPARE(health->lengths.sorted.size(), health->graph.edges);
    QCOMPARE(health->levels.size(), std::size_t(1));
    // Hops and distances are those that search tells of all queries at once.
    const auto answer = search(*index, work.queries, 10, options.params, 2);
    QVERIFY(answer.ok());
    const auto sum = [](const std::vector<std::uint32_t>& v) {
        return std::accumulate(v.begin(), v.end(), 0ull);
    };
    QCOMPARE(sum(health->work.hops), answer->stats.hops);
    QCOMPARE(sum(health->work.distances), answer->stats.distances);
    QVERIFY(health->work.judged);
    QVERIFY(std::abs(health->work.recall - recall_of(*answer, work.base, work.queries, work.metric, 10)) <
            1e-6);
    QCOMPARE(health->work.hidden, std::uint64_t(0));
    QCOMPARE(health->work.highest_recall(), 1.0);
}

void IndexHealthTest::tells_what_can_never_be_found() {
    const Workload work = workload(240, 5);
    const Holes index(work.base, 8);
    const auto health = examine_index(index, work, {}, {});
    QVERIFY(health.ok());
    QCOMPARE(health->unreachable_ids.size(), std::size_t(30));
    QCOMPARE(health->unreachable_ids.front(), Id(7));
    QCOMPARE(health->graph.without_in_edges(), std::size_t(30));
    QCOMPARE(health->graph.components.count, std::size_t(31));
    QCOMPARE(health->graph.components.largest(), std::size_t(210));
    // A search of all that can be reached misses just the hidden ones.
    std::uint64_t hidden = 0;
    for (const Id id : work.truth.ids)
        hidden += id % 8 == 7;
    QVERIFY(hidden > 20);
    QCOMPARE(health->work.hidden, hidden);
    QCOMPARE(health->work.wanted, std::uint64_t(work.truth.ids.size()));
    QVERIFY(std::abs(health->work.recall - health->work.highest_recall()) < 1e-6);
    QCOMPARE(health->work.mean_hops(), 2.0);
    QCOMPARE(health->work.mean_distances(), 210.0);
}

void IndexHealthTest::without_queries_or_truth() {
    Workload work = workload(200, 4);
    const auto index = built("Vamana8", work);
    work.truth = {};
    const auto unjudged = examine_index(*index, work, {}, {});
    QVERIFY(unjudged.ok());
    QVERIFY(!unjudged->work.judged);
    QCOMPARE(unjudged->work.hops.size(), work.queries.size());
    work.queries = {};
    const auto silent = examine_index(*index, work, {}, {});
    QVERIFY(silent.ok());
    QVERIFY(silent->work.hops.empty());
    QCOMPARE(silent->work.mean_hops(), 0.0);
}

void IndexHealthTest::wrong_data_is_refused() {
    const Workload work = workload(200, 4);
    const auto index = built("Vamana8", work);
    QCOMPARE(examine_index(*index, workload(199, 4), {}, {}).error().code, ErrorCode::DimensionMismatch);
    QCOMPARE(examine_index(*index, workload(200, 5), {}, {}).error().code, ErrorCode::DimensionMismatch);
    const auto cells = built("IVF4,Flat", work);
    const auto error = examine_index(*cells, work, {}, {}).error();
    QCOMPARE(error.code, ErrorCode::Unsupported);
    QVERIFY(error.message.find("IVF4,Flat has no graph") != std::string::npos);
    HealthOptions unknown;
    unknown.params = {{"nprobe", 4}};
    QCOMPARE(examine_index(*index, work, unknown, {}).error().code, ErrorCode::InvalidArgument);
}

void IndexHealthTest::every_graph_kind_can_be_examined_data() {
    QTest::addColumn<QString>("factory");
    const Workload work = workload(300, 8);
    for (const Kind* kind : kinds()) {
        const auto try_one = [&](std::string_view factory) {
            const auto index = built(factory, work);
            if (index && index->graph())
                QTest::newRow(std::string(factory).c_str())
                    << QString::fromUtf8(factory.data(), qsizetype(factory.size()));
        };
        try_one(kind->example);
        for (const std::string_view more : kind->more_examples)
            try_one(more);
    }
    QTest::addRow("inside a transform") << QStringLiteral("PCA6,Vamana8");
    QTest::addRow("inside a refinement") << QStringLiteral("Vamana8,RFlat");
}

void IndexHealthTest::every_graph_kind_can_be_examined() {
    QFETCH(QString, factory);
    const Workload work = workload(300, 8);
    const auto index = built(factory.toStdString(), work);
    QVERIFY(index && index->graph());
    const auto health = examine_index(*index, work, {}, {});
    QVERIFY2(health.ok(), health.ok() ? "" : health.error().message.c_str());
    QCOMPARE(health->graph.nodes, work.base.size());
    QVERIFY(health->graph.edges > 0);
    QVERIFY(health->work.mean_hops() > 0);
    QVERIFY(health->work.mean_distances() > health->work.mean_hops());
    const std::vector<double> targets{0.8};
    const auto hops = hops_at_recall(*index, work, targets, {}, {}, {});
    QVERIFY2(hops.ok(), hops.ok() ? "" : hops.error().message.c_str());
    const HopsAtRecall& found = hops->front(); // coarse codes alone may not come so far
    QVERIFY(found.reached ? found.recall > 0.799 : found.width == 300);
    QVERIFY(found.hops > 0 && found.distances > 0);
}

void IndexHealthTest::cancels() {
    const Workload work = workload(700, 8);
    Holes index(work.base, 8);
    for (const char* phase : {"Reaching nodes", "Measuring edges", "Searching"}) {
        Progress progress;
        std::stop_source stop;
        index.on_step = [&] {
            if (std::string_view(progress.phase.load()) == phase)
                stop.request_stop();
        };
        const auto health = examine_index(index, work, {}, {stop.get_token(), &progress, 1});
        QVERIFY2(!health.ok() && health.error().code == ErrorCode::Cancelled, phase);
    }
    const auto graph = built("Vamana8", work, {{"Lbuild", 10}});
    std::stop_source stop;
    stop.request_stop();
    const std::vector<double> targets{0.9};
    const auto hops = hops_at_recall(*graph, work, targets, {}, {}, {stop.get_token(), nullptr, 1});
    QCOMPARE(hops.error().code, ErrorCode::Cancelled);
}

void IndexHealthTest::least_width_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<int>("metric");
    for (const QString& factory : {QStringLiteral("Vamana6"), QStringLiteral("Vamana12")})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::newRow(qPrintable(factory + u' ' + QString::fromLatin1(name(metric).data())))
                << factory << int(metric);
}

void IndexHealthTest::least_width() {
    QFETCH(QString, factory);
    QFETCH(int, metric);
    const Workload work = workload(1500, 16, static_cast<Metric>(metric));
    const auto index = built(factory.toStdString(), work, {{"Lbuild", 16}});
    QVERIFY(index);
    const std::vector<double> targets{0.99, 0.5, 0.9, 0.97};
    const auto found = hops_at_recall(*index, work, targets, {}, {}, {});
    QVERIFY(found.ok());
    QCOMPARE(found->size(), targets.size());
    const auto at = [&](double width) {
        const auto answer = search(*index, work.queries, 10, {{"Lsearch", width}});
        return std::tuple(recall_of(*answer, work.base, work.queries, work.metric, 10),
                          double(answer->stats.hops) / 80, double(answer->stats.distances) / 80);
    };
    for (std::size_t i = 0; i < targets.size(); ++i) {
        const HopsAtRecall& one = (*found)[i];
        QCOMPARE(one.target, targets[i]);
        QCOMPARE(one.reached, one.recall >= one.target - 1e-6);
        if (!one.reached)
            continue;
        const auto [recall, hops, distances] = at(one.width);
        QVERIFY(std::abs(one.recall - recall) < 1e-6 && recall >= one.target - 1e-9);
        if (one.width == 10) {
            QVERIFY(one.at_least || std::abs(recall - one.target) < 1e-6);
            QCOMPARE(one.hops, hops);
            continue;
        }
        const auto [less, fewer, nearer] = at(one.width - 1);
        QVERIFY(less < one.target);
        const double share = (one.target - less) / (recall - less);
        QVERIFY(std::abs(one.hops - (fewer + share * (hops - fewer))) < 1e-3);
        QVERIFY(std::abs(one.distances - (nearer + share * (distances - nearer))) < 1e-2);
    }
}

void IndexHealthTest::hops_of_what_is_out_of_reach() {
    const Workload work = workload(1500, 16);
    const auto index = built("Vamana4", work, {{"Lbuild", 4}});
    HopsOptions narrow;
    narrow.widest = 10;
    const std::vector<double> targets{1.0, 0.01};
    const auto found = hops_at_recall(*index, work, targets, {}, narrow, {});
    QVERIFY(found.ok());
    QVERIFY(!(*found)[0].reached && (*found)[0].width == 10 && (*found)[0].recall < 1);
    QVERIFY((*found)[1].reached && (*found)[1].at_least && (*found)[1].hops > 0);
}

void IndexHealthTest::bad_targets_are_refused() {
    Workload work = workload(200, 4);
    const auto index = built("Vamana8", work);
    for (const double target : {0.0, -1.0, 1.01, std::nan("")}) {
        const std::vector<double> targets{target};
        QCOMPARE(hops_at_recall(*index, work, targets, {}, {}, {}).error().code, ErrorCode::InvalidArgument);
    }
    const std::vector<double> targets{0.9};
    HopsOptions many;
    many.k = 11; // the truth has 10
    QCOMPARE(hops_at_recall(*index, work, targets, {}, many, {}).error().code, ErrorCode::InvalidArgument);
    const auto cells = built("IVF4,Flat", work);
    QCOMPARE(hops_at_recall(*cells, work, targets, {}, {}, {}).error().code, ErrorCode::Unsupported);
    work.queries = {};
    QCOMPARE(hops_at_recall(*index, work, targets, {}, {}, {}).error().code, ErrorCode::InvalidArgument);
}

void IndexHealthTest::families_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("family");
    const auto row = [](const char* line, const char* family) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(family);
    };
    row("Vamana32", "Vamana");
    row("Vamana64|alpha=1.4|Lsearch=20", "Vamana alpha=1.4");
    row("HNSW16|efConstruction=200", "HNSW efConstruction=200");
    row("NSG32", "NSG");
    row("PCA16,Vamana32", "PCA16,Vamana");
    row("Vamana32,RFlat", "Vamana,RFlat");
    row("IVF64,Flat", "IVF64,Flat");
}

void IndexHealthTest::families() {
    QFETCH(QString, line);
    QFETCH(QString, family);
    const auto parsed = parse_configuration(line.toStdString());
    QVERIFY(parsed.ok());
    QCOMPARE(QString::fromStdString(hops_family(*parsed)), family);
}

void IndexHealthTest::copies_answer_alike_data() {
    QTest::addColumn<QString>("factory");
    for (const Kind* kind : kinds())
        QTest::newRow(std::string(kind->name).c_str())
            << QString::fromUtf8(kind->example.data(), qsizetype(kind->example.size()));
}

void IndexHealthTest::copies_answer_alike() {
    QFETCH(QString, factory);
    const Workload work = workload(400, 12);
    const auto index = built(factory.toStdString(), work);
    if (!index)
        QSKIP("Not built on this data.");
    const auto copy = clone_index(*index, {});
    QVERIFY2(copy.ok(), copy.ok() ? "" : copy.error().message.c_str());
    QCOMPARE((*copy)->info().spec, index->info().spec);
    QCOMPARE((*copy)->origin().kind, index->origin().kind);
    QCOMPARE((*copy)->info().bytes(), index->info().bytes());
    const auto a = search(*index, work.queries, 10, thorough(*index));
    const auto b = search(**copy, work.queries, 10, thorough(**copy));
    QVERIFY(a.ok() && b.ok() && *a == *b);
}

void IndexHealthTest::copying_is_cancelled() {
    const Workload work = workload(400, 12);
    const auto index = built("Vamana8", work);
    std::stop_source stop;
    stop.request_stop();
    QCOMPARE(clone_index(*index, {stop.get_token(), nullptr, 1}).error().code, ErrorCode::Cancelled);
    QCOMPARE(clone_index(Holes(work.base, 8), {}).error().code, ErrorCode::InvalidArgument);
}

void IndexHealthTest::nothing_to_repair_is_said() {
    const Workload work = workload(100, 4);
    const auto flat = built("Flat", work);
    const Status status = flat->repair_graph({});
    QCOMPARE(status.error().code, ErrorCode::Unsupported);
    QVERIFY(status.error().message.find("Flat has no graph") != std::string::npos);
}

void IndexHealthTest::connects_even_full_graphs_data() {
    QTest::addColumn<int>("nodes");
    QTest::addColumn<int>("degree");
    QTest::addColumn<int>("group");
    for (const int degree : {1, 2, 3, 5})
        for (const int group : {6, 10, 60})
            QTest::addRow("degree %d, groups of %d", degree, group) << 120 << degree << group;
}

/// Groups without any edge between them, all rows full.
void IndexHealthTest::connects_even_full_graphs() {
    QFETCH(int, nodes);
    QFETCH(int, degree);
    QFETCH(int, group);
    const auto n = std::uint32_t(nodes), d = std::uint32_t(degree), g = std::uint32_t(group);
    const VectorSet base = random_set(ElementType::F32, n, 3, 9);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    Adjacency graph(n, d);
    std::vector<std::uint32_t> all(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        all[i] = i;
        std::vector<std::uint32_t> row;
        for (std::uint32_t j = 1; j <= d; ++j)
            row.push_back(i / g * g + (i + j) % g);
        graph.assign(i, row);
    }
    const GraphLinks links{n, [&](std::uint32_t node) { return graph.neighbors(node); }};
    const std::vector entry{g / 2};
    QCOMPARE(unreachable_nodes(links, entry, {})->size(), std::size_t(n - g));
    QVERIFY(connect_unreachable(*space, entry[0], 8, all, graph, {}).ok());
    QCOMPARE(unreachable_nodes(links, entry, {})->size(), std::size_t(0));
    for (std::uint32_t i = 0; i < n; ++i) {
        const auto row = graph.neighbors(i);
        const std::set<std::uint32_t> distinct(row.begin(), row.end());
        QVERIFY(distinct.size() == d && row.size() == d && !distinct.contains(i) && *distinct.rbegin() < n);
    }
}

void IndexHealthTest::repairs_what_was_cut_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<int>("metric");
    for (const char* factory : {"Vamana8", "Vamana12,SQ8", "HNSW6", "PCA6,Vamana8", "HNSW8,SQ8,RFlat"})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::newRow((factory + (' ' + std::string(name(metric)))).c_str())
                << QString::fromLatin1(factory) << int(metric);
}

void IndexHealthTest::repairs_what_was_cut() {
    QFETCH(QString, factory);
    QFETCH(int, metric);
    const Workload work = workload(900, 8, static_cast<Metric>(metric));
    const auto whole = built(factory.toStdString(), work);
    QVERIFY(whole);
    QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("cut")).toStdString();
    QVERIFY(save_damaged(*whole, path, 11).ok());
    const auto index = load_index(path, {});
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    const std::size_t cut = nodes_to_cut(*whole->graph(), 11).size();
    QVERIFY(cut > 50);
    const auto before = examine_index(**index, work, {}, {});
    QVERIFY(before.ok());
    QCOMPARE(before->graph.unreachable.size(), cut);
    QVERIFY(before->work.hidden > 0);
    // A copy is repaired, the index that people look at stays as it is.
    const auto copy = clone_index(**index, {});
    QVERIFY2(copy.ok(), copy.ok() ? "" : copy.error().message.c_str());
    const Status repaired = (*copy)->repair_graph({});
    QVERIFY2(repaired.ok(), repaired.ok() ? "" : repaired.error().message.c_str());
    const auto after = examine_index(**copy, work, {}, {});
    QVERIFY(after.ok());
    QCOMPARE(after->graph.unreachable.size(), std::size_t(0));
    QCOMPARE(after->work.hidden, std::uint64_t(0));
    QVERIFY(after->work.recall > before->work.recall);
    QVERIFY(after->graph.out_degrees.size() <= after->max_degree + 1);
    QCOMPARE(examine_index(**index, work, {}, {})->graph.unreachable.size(), cut);
}

void IndexHealthTest::removed_vectors_do_not_count() {
    const Workload work = workload(600, 8);
    const auto index = built("Vamana12", work);
    std::vector<Id> gone;
    for (Id id = 0; id < 600; id += 3)
        gone.push_back(id);
    QVERIFY(index->remove(gone, {}).ok());
    const auto health = examine_index(*index, work, {}, {});
    QVERIFY2(health.ok(), health.ok() ? "" : health.error().message.c_str());
    QCOMPARE(health->graph.nodes, std::size_t(400));
    QVERIFY(health->graph.unreachable.empty());
    QCOMPARE(health->graph.components.of_size(1), std::size_t(0));
    std::uint64_t counted = 0;
    for (const std::uint64_t nodes : health->graph.in_degrees)
        counted += nodes;
    QCOMPARE(counted, std::uint64_t(400));
}

void IndexHealthTest::levels_of_a_hierarchy() {
    const Workload work = workload(2000, 8);
    const auto index = built("HNSW4", work);
    const auto health = examine_index(*index, work, {}, {});
    QVERIFY2(health.ok(), health.ok() ? "" : health.error().message.c_str());
    const GraphView& view = *index->graph();
    QVERIFY(view.levels() > 2);
    QCOMPARE(health->levels.size(), view.levels());
    QCOMPARE(health->max_degree, std::size_t(8));
    QCOMPARE(health->levels[0].nodes, work.base.size());
    QCOMPARE(health->levels[0].edges, health->graph.edges);
    for (std::size_t level = 1; level < view.levels(); ++level) {
        QCOMPARE(health->levels[level].nodes, view.level_nodes(level).size());
        QVERIFY(health->levels[level].nodes < health->levels[level - 1].nodes);
        std::uint64_t edges = 0;
        for (std::size_t rank = 0; rank < view.level_nodes(level).size(); ++rank)
            edges += view.level_links(level, rank).size();
        QCOMPARE(health->levels[level].edges, edges);
    }
}

QTEST_GUILESS_MAIN(IndexHealthTest)
#include "tst_index_health.moc"
