// SPDX-License-Identifier: GPL-3.0-or-later
// Adding to a graph that is built, and removing from it: FreshDiskANN's rules on every kind.
#include "index_fixture.h"

#include "index/serialize.h"
#include "index/storage.h"

#include <QTemporaryDir>
#include <QTest>

#include <numeric>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kDim = 16, kNeighbors = 10;

std::size_t reachable(const GraphView& graph) {
    std::vector<bool> met(graph.size());
    std::vector<std::uint32_t> queue{graph.entry_point()};
    met[queue.front()] = true;
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t next : graph.neighbors(queue[at]))
            if (!met[next]) {
                met[next] = true;
                queue.push_back(next);
            }
    return queue.size();
}

/// Every level's ranks name nodes of the level below, and no link leads to a removed node.
void check_levels(const GraphView& graph) {
    std::set<std::uint32_t> below;
    for (std::uint32_t node = 0; node < graph.size(); ++node) {
        if (graph.id(node) != kNoId)
            below.insert(node);
        for (const std::uint32_t to : graph.neighbors(node))
            QVERIFY(to < graph.size() && graph.id(to) != kNoId && to != node);
        if (graph.id(node) == kNoId)
            QVERIFY(graph.neighbors(node).empty());
    }
    for (std::size_t level = 1; level < graph.levels(); ++level) {
        const auto nodes = graph.level_nodes(level);
        const std::set<std::uint32_t> own(nodes.begin(), nodes.end());
        QCOMPARE(own.size(), nodes.size());
        QVERIFY(std::ranges::includes(below, own));
        for (std::size_t rank = 0; rank < nodes.size(); ++rank)
            for (const std::uint32_t to : graph.level_links(level, rank))
                QVERIFY(to < nodes.size() && to != rank);
        below = own;
    }
}

/// Recall among the rows that are left, by their ids.
double recall_left(const Index& index, const VectorSet& base, const std::vector<bool>& gone,
                   const VectorSet& queries, Metric metric) {
    const auto answer = search(index, queries, kNeighbors, thorough(index));
    if (!answer)
        return -1;
    std::size_t found = 0;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        std::vector<std::pair<double, Id>> all;
        for (std::size_t i = 0; i < base.size(); ++i)
            if (!gone[i])
                all.emplace_back(oracle_distance(base, i, queries.view<float>().row(q), metric), Id(i));
        std::ranges::sort(all);
        const double kth = all[kNeighbors - 1].first + 1e-5 * std::abs(all[kNeighbors - 1].first) + 1e-9;
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            const Id id = answer->ids[q * kNeighbors + i];
            if (id == kNoId || gone[static_cast<std::size_t>(id)])
                return -2;
            found += oracle_distance(base, static_cast<std::size_t>(id), queries.view<float>().row(q),
                                     metric) <= kth;
        }
    }
    return static_cast<double>(found) / static_cast<double>(queries.size() * kNeighbors);
}

} // namespace

class TestGraphChanges : public QObject {
    Q_OBJECT

private:
    static void rows() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<int>("metric_number");
        QTest::addColumn<double>("floor");
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            for (const auto& [factory, floor] :
                 std::vector<std::pair<const char*, double>>{{"HNSW8", 0.98},
                                                             {"NSG16", 0.98},
                                                             {"Vamana16", 0.98},
                                                             {"HNSW8,SQ8", 0.9},
                                                             {"Vamana16,SQ8", 0.9},
                                                             {"Vamana32,RaBitQfs", 0.9},
                                                             {"HNSW8|reorder=2", 0.98},
                                                             {"Vamana16|reorder=1", 0.98},
                                                             {"HNSW8,SQ8|reorder=1", 0.9}})
                QTest::addRow("%s %s", factory, std::string(name(metric)).c_str())
                    << QByteArray(factory)
                    << static_cast<int>(metric)
                    // Points without near neighbours by inner product: a small graph is not exact.
                    << (metric == Metric::InnerProduct ? floor - 0.15 : floor);
    }
    void fetch() {
        QFETCH(QByteArray, factory);
        QFETCH(int, metric_number);
        QFETCH(double, floor);
        m_factory = factory.toStdString();
        m_metric = static_cast<Metric>(metric_number);
        m_floor = floor;
        m_base = random_set(ElementType::F32, 900, kDim, 1);
        m_queries = random_set(ElementType::F32, 40, kDim, 2);
        m_gone.assign(m_base.size(), false);
    }
    /// The first 600 rows, then in two steps the others.
    std::unique_ptr<Index> grown(int threads = 1) {
        auto index = build(m_factory, m_base.slice(0, 600), m_metric, {}, threads);
        Control control;
        control.threads = threads;
        if (!index || !(*index)->add(m_base.slice(600, 1), control) ||
            !(*index)->add(m_base.slice(601, 299), control))
            return nullptr;
        return std::move(*index);
    }
    std::vector<Id> some() {
        std::vector<Id> ids;
        for (Id id = 0; id < 900; id += id % 4 == 0 ? 1 : 3) {
            ids.push_back(id);
            m_gone[static_cast<std::size_t>(id)] = true;
        }
        return ids;
    }
    std::string m_factory;
    Metric m_metric = Metric::L2;
    double m_floor = 0;
    VectorSet m_base, m_queries;
    std::vector<bool> m_gone;

private slots:
    void addedVectorsAreFound_data() { rows(); }
    void addedVectorsAreFound() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        QCOMPARE(index->info().size, m_base.size());
        check_levels(*index->graph());
        QCOMPARE(reachable(*index->graph()), m_base.size());
        const double recall = recall_left(*index, m_base, m_gone, m_queries, m_metric);
        QVERIFY2(recall >= m_floor, qPrintable(QString::number(recall)));
    }

    void sizeIsWhatOneBuildHas_data() { rows(); }
    void sizeIsWhatOneBuildHas() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        const auto whole = build(m_factory, m_base, m_metric);
        QVERIFY(whole.ok());
        QCOMPARE(index->info().bytes(), (*whole)->info().bytes());
    }

    void removedVectorsAreNeverFound_data() { rows(); }
    void removedVectorsAreNeverFound() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        const std::vector<Id> ids = some();
        QVERIFY(ids.size() > 300);
        QVERIFY(index->remove(ids, {}).ok());
        QCOMPARE(index->info().size, m_base.size() - ids.size());
        check_levels(*index->graph());
        QCOMPARE(reachable(*index->graph()), m_base.size() - ids.size());
        const double recall = recall_left(*index, m_base, m_gone, m_queries, m_metric);
        QVERIFY2(recall >= m_floor, qPrintable(QString::number(recall)));
        std::vector<float> row(kDim);
        QVERIFY(!index->reconstruct(ids.front(), row).ok());
        QVERIFY(!index->remove(std::span(ids).first(1), {}).ok()); // it is not there any more
    }

    void placesAreUsedAgain_data() { rows(); }
    void placesAreUsedAgain() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        const std::vector<Id> ids = some();
        QVERIFY(index->remove(ids, {}).ok());
        const std::size_t nodes = index->graph()->size();
        const VectorSet more = random_set(ElementType::F32, ids.size(), kDim, 3);
        QVERIFY(index->add(more, {}).ok());
        QCOMPARE(index->graph()->size(), nodes); // as many as were removed
        check_levels(*index->graph());
        const VectorSet parts[] = {m_base, more};
        const auto all = concatenated(parts, {});
        m_gone.resize(all->size(), false);
        const double recall = recall_left(*index, *all, m_gone, m_queries, m_metric);
        QVERIFY2(recall >= m_floor, qPrintable(QString::number(recall)));
        // A new id, not that of the vector whose place it took.
        std::vector<float> row(kDim);
        QVERIFY(index->reconstruct(Id(m_base.size()), row).ok());
    }

    void savedAndLoadedItIsTheSame_data() { rows(); }
    void savedAndLoadedItIsTheSame() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        QVERIFY(index->remove(some(), {}).ok());
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("i")).toStdString();
        const Status saved = save_index(*index, path, {});
        QVERIFY2(saved.ok(), saved ? "" : saved.error().message.c_str());
        const auto loaded = load_index(path, {});
        QVERIFY2(loaded.ok(), loaded ? "" : loaded.error().message.c_str());
        QVERIFY(*search(**loaded, m_queries, kNeighbors, {}) == *search(*index, m_queries, kNeighbors, {}));
        QCOMPARE((*loaded)->info().bytes(), index->info().bytes());
        const VectorSet more = random_set(ElementType::F32, 50, kDim, 3);
        QVERIFY((*loaded)->add(more, {}).ok());
        QVERIFY(index->add(more, {}).ok());
        QVERIFY(*search(**loaded, m_queries, kNeighbors, {}) == *search(*index, m_queries, kNeighbors, {}));
    }

    void anyThreadsAgree_data() { rows(); }
    void anyThreadsAgree() {
        fetch();
        const std::vector<Id> ids = some();
        std::vector<Answer> answers;
        for (const int threads : {1, 3}) {
            const auto index = grown(threads);
            QVERIFY(index);
            Control control;
            control.threads = threads;
            QVERIFY(index->remove(ids, control).ok());
            answers.push_back(*search(*index, m_queries, kNeighbors, {}));
        }
        QVERIFY(answers[0] == answers[1]);
    }

    void allCanGo_data() { rows(); }
    void allCanGo() {
        fetch();
        const auto index = grown();
        QVERIFY(index);
        std::vector<Id> ids(m_base.size());
        std::iota(ids.begin(), ids.end(), Id{0});
        QVERIFY(index->remove(ids, {}).ok());
        QCOMPARE(index->info().size, std::size_t{0});
        QCOMPARE(search(*index, m_queries, 3, {})->ids[0], kNoId);
        QVERIFY(index->add(m_base.slice(0, 100), {}).ok());
        QCOMPARE(search(*index, m_base.slice(5, 1), 1, {})->ids[0], Id{905});
    }

    void emptiedItStillGivesNewIdsOnly_data() { rows(); }
    void emptiedItStillGivesNewIdsOnly() {
        fetch();
        const auto index = build(m_factory, m_base.slice(0, 100), m_metric);
        QVERIFY(index.ok());
        std::vector<Id> ids(100);
        std::iota(ids.begin(), ids.end(), Id{0});
        QVERIFY((*index)->remove(ids, {}).ok());
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath(QStringLiteral("i")).toStdString();
        QVERIFY(save_index(**index, path, {}).ok());
        const auto loaded = load_index(path, {});
        QVERIFY2(loaded.ok(), loaded ? "" : loaded.error().message.c_str());
        QVERIFY((*loaded)->add(m_base.slice(0, 50), {}).ok());
        std::vector<float> row(kDim);
        QVERIFY(!(*loaded)->reconstruct(0, row).ok());
        QVERIFY((*loaded)->reconstruct(100, row).ok());
    }

    void reorderedItAnswersTheSame_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<int>("metric_number");
        QTest::addColumn<int>("dim");
        for (const char* factory : {"HNSW8", "Vamana16", "HNSW8,SQ8", "Vamana16,PQ8x4"})
            for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
                for (const int dim : {16, 64}) // of 64, walks read a sketch
                    QTest::addRow("%s %s %d", factory, std::string(name(metric)).c_str(), dim)
                        << QByteArray(factory) << static_cast<int>(metric) << dim;
    }
    void reorderedItAnswersTheSame() {
        QFETCH(QByteArray, factory);
        QFETCH(int, metric_number);
        QFETCH(int, dim);
        const auto metric = static_cast<Metric>(metric_number);
        const VectorSet base = random_set(ElementType::F32, 700, static_cast<std::size_t>(dim), 1);
        const VectorSet queries = random_set(ElementType::F32, 40, static_cast<std::size_t>(dim), 2);
        const auto plain = build(factory.toStdString(), base, metric);
        QVERIFY(plain.ok());
        const auto expected = search(**plain, queries, kNeighbors, {});
        std::vector<float> row(base.dim()), other(base.dim());
        for (const double order : {1, 2}) {
            const auto index = build(factory.toStdString(), base, metric, {{"reorder", order}});
            QVERIFY(index.ok());
            const auto answer = search(**index, queries, kNeighbors, {});
            QVERIFY(answer->distances == expected->distances);
            if (!factory.contains("PQ")) // its codes are shared by many vectors
                QVERIFY(answer->ids == expected->ids);
            QCOMPARE(answer->stats.hops, expected->stats.hops);
            QCOMPARE((*index)->info().bytes(), (*plain)->info().bytes() + 4 * base.size());
            const GraphView &graph = *(*index)->graph(), &before = *(*plain)->graph();
            std::size_t moved = 0;
            for (std::uint32_t node = 0; node < graph.size(); ++node) {
                const Id id = graph.id(node);
                moved += id != Id{node};
                QVERIFY((*index)->reconstruct(id, row).ok());
                QVERIFY((*plain)->reconstruct(id, other).ok());
                QVERIFY(row == other);
                std::vector<std::uint32_t> links;
                for (const std::uint32_t to : graph.neighbors(node))
                    links.push_back(static_cast<std::uint32_t>(graph.id(to)));
                QVERIFY(std::ranges::equal(links, before.neighbors(static_cast<std::size_t>(id))));
            }
            QVERIFY(moved > base.size() / 2);
            QCOMPARE(graph.id(graph.entry_point()), before.id(before.entry_point()));
        }
    }

    void reorderedAgainAfterAllHaveGone() {
        const VectorSet base = random_set(ElementType::F32, 200, kDim, 1);
        const auto index = build("HNSW8|reorder=2", base, Metric::L2);
        QVERIFY(index.ok());
        std::vector<Id> ids(base.size());
        std::iota(ids.begin(), ids.end(), Id{0});
        QVERIFY((*index)->remove(ids, {}).ok());
        QVERIFY((*index)->add(base, {}).ok());
        const auto answer = search(**index, base, 1, thorough(**index));
        for (std::size_t i = 0; i < base.size(); ++i)
            QCOMPARE(answer->ids[i], Id(200 + i));
    }

    void mistakesChangeNothing() {
        m_base = random_set(ElementType::F32, 100, kDim, 1);
        const auto index = build("HNSW8", m_base, Metric::L2);
        QVERIFY(index.ok());
        const auto before = search(**index, m_base, 3, {});
        for (const std::vector<Id>& ids : {std::vector<Id>{5, 100}, {-1}, {kNoId, 3}}) {
            const Status status = (*index)->remove(ids, {});
            QVERIFY(!status.ok());
            QVERIFY(status.error().code == ErrorCode::InvalidArgument);
        }
        QVERIFY((*index)->remove({}, {}).ok());
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        QVERIFY(!(*index)->remove(std::vector<Id>{5}, control).ok());
        QVERIFY(!(*index)->add(m_base, control).ok());
        QVERIFY(*search(**index, m_base, 3, {}) == *before);
    }

    void bytesWidenWhereFloatsCome() {
        const VectorSet bytes = random_set(ElementType::U8, 300, kDim, 1);
        const auto index = build("Vamana16", bytes.to_float(), Metric::L2);
        QVERIFY(index.ok());
        QVERIFY((*index)->info().storage == ElementType::U8);
        const VectorSet floats = random_set(ElementType::F32, 50, kDim, 2);
        QVERIFY((*index)->add(floats, {}).ok());
        QVERIFY((*index)->info().storage == ElementType::F32);
        const auto answer = search(**index, floats, 1, {});
        for (std::size_t i = 0; i < floats.size(); ++i)
            QCOMPARE(answer->ids[i], Id(300 + i));
    }
};

QTEST_GUILESS_MAIN(TestGraphChanges)
#include "tst_graph_changes.moc"
