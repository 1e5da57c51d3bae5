// SPDX-License-Identifier: GPL-3.0-or-later
// What makes a graph an HNSW graph; that it answers well is tst_conformance's.
#include "graph/hnsw_builder.h"
#include "index_fixture.h"

#include <QTest>

#include <cmath>
#include <map>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

std::vector<std::vector<std::uint32_t>> rows_of(const LayeredGraph& graph) {
    std::vector<std::vector<std::uint32_t>> rows;
    for (std::size_t i = 0; i < graph.base.size(); ++i)
        rows.emplace_back(graph.base.neighbors(i).begin(), graph.base.neighbors(i).end());
    for (const UpperLayer& layer : graph.upper) {
        rows.push_back(layer.nodes);
        for (std::size_t i = 0; i < layer.size(); ++i)
            rows.emplace_back(layer.links.neighbors(i).begin(), layer.links.neighbors(i).end());
    }
    return rows;
}

} // namespace

class TestHnsw : public QObject {
    Q_OBJECT

private slots:
    void layerSizes_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("M");
        QTest::addColumn<QString>("sizes");
        QTest::newRow("a million") << 1000000 << 16 << "62500 3906 244 15";
        QTest::newRow("a hundred") << 100 << 4 << "25 6";
        QTest::newRow("too few for a layer") << 31 << 16 << "";
        QTest::newRow("one layer of two") << 32 << 16 << "2";
        QTest::newRow("none") << 0 << 16 << "";
        QTest::newRow("smallest M") << 20 << 2 << "10 5 2";
    }
    void layerSizes() {
        QFETCH(int, n);
        QFETCH(int, M);
        QFETCH(QString, sizes);
        QStringList found;
        for (const std::size_t size :
             hnsw_layer_sizes(static_cast<std::size_t>(n), static_cast<std::size_t>(M)))
            found << QString::number(size);
        QCOMPARE(found.join(QLatin1Char(' ')), sizes);
    }

    void layersAreNested_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("M");
        for (const int n : {1, 2, 5, 40, 300, 3000})
            for (const int M : {2, 4, 16})
                QTest::addRow("%d M %d", n, M) << n << M;
    }
    void layersAreNested() {
        QFETCH(int, n);
        QFETCH(int, M);
        const VectorSet base = random_set(ElementType::F32, static_cast<std::size_t>(n), 8, 1);
        const auto space = NodeSpace::create(base, Metric::L2, {});
        const HnswOptions options{static_cast<std::size_t>(M), 40, 7};
        const auto graph = build_hnsw(*space, options, {});
        QVERIFY(graph.ok());
        const std::vector<std::size_t> sizes = hnsw_layer_sizes(base.size(), options.M);
        QCOMPARE(graph->upper.size(), sizes.size());
        QCOMPARE(graph->base.max_degree(), 2 * options.M);
        for (std::size_t l = 0; l < sizes.size(); ++l) {
            const UpperLayer& layer = graph->upper[l];
            QCOMPARE(layer.size(), sizes[l]);
            QCOMPARE(layer.links.max_degree(), options.M);
            for (std::size_t rank = 0; rank < layer.size(); ++rank) {
                QCOMPARE(layer.nodes[rank],
                         l == 0 ? layer.below[rank] : graph->upper[l - 1].nodes[layer.below[rank]]);
                const auto links = layer.links.neighbors(rank);
                QCOMPARE(std::set(links.begin(), links.end()).size(), links.size());
                for (const std::uint32_t to : links)
                    QVERIFY(to < layer.size() && to != rank);
            }
        }
    }

    /// The heuristic: of two neighbours none is nearer to the other than to the node, but for links that
    /// others added since.
    void linksSpreadOut() {
        const VectorSet base = random_set(ElementType::F32, 2000, 8, 1);
        const auto space = NodeSpace::create(base, Metric::L2, {});
        const auto graph = build_hnsw(*space, {8, 100, 7}, {});
        QVERIFY(graph.ok());
        std::size_t degrees = 0, occluded = 0;
        for (std::size_t i = 0; i < base.size(); ++i) {
            const auto links = graph->base.neighbors(i);
            degrees += links.size();
            for (const std::uint32_t c : links)
                for (const std::uint32_t k : links) {
                    const float* x = base.view<float>().row(i);
                    const double of_k = oracle_distance(base, k, x, Metric::L2),
                                 of_c = oracle_distance(base, c, x, Metric::L2);
                    occluded +=
                        of_k < of_c && oracle_distance(base, k, base.view<float>().row(c), Metric::L2) < of_c;
                }
        }
        const double mean = static_cast<double>(degrees) / 2000;
        QVERIFY2(mean > 5 && mean < 16, qPrintable(QString::number(mean)));
        // Nearest neighbours alone, 16 of them, occlude each other about 30 times a node.
        QVERIFY2(occluded < 2000 * 12, qPrintable(QString::number(static_cast<double>(occluded) / 2000)));
    }

    void anyThreadsGiveOneGraph() {
        const VectorSet base = random_set(ElementType::F32, 3000, 64, 1); // with a sketch in the index
        std::vector<std::vector<std::vector<std::uint32_t>>> graphs;
        for (const int threads : {1, 2, 5}) {
            Control control;
            control.threads = threads;
            const auto sketch =
                std::make_shared<const RowSketch>(std::move(RowSketch::create(base, control).value()));
            const auto space = NodeSpace::create(base, Metric::L2, control, sketch);
            graphs.push_back(rows_of(*build_hnsw(*space, {8, 60, 7}, control)));
        }
        QVERIFY(graphs[0] == graphs[1]);
        QVERIFY(graphs[0] == graphs[2]);
    }

    void explainDescendsThroughTheLayers() {
        const VectorSet base = random_set(ElementType::F32, 3000, 8, 1),
                        queries = random_set(ElementType::F32, 20, 8, 2);
        const auto index = build("HNSW4", base, Metric::L2);
        QVERIFY(index.ok());
        const GraphView& graph = *(*index)->graph();
        QVERIFY(graph.levels() >= 5);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            PathTrace trace;
            Answer answer = Answer::sized(5);
            QVERIFY((*index)->explain({queries.view<float>().row(q), 8}, 5, {}, answer.output(), trace).ok());
            auto level = static_cast<Id>(graph.levels());
            std::set<Id> here;
            std::map<Id, float> best;
            QCOMPARE(int(trace.events.front().kind), int(TraceEvent::Kind::EnterLevel));
            for (const TraceEvent& event : trace.events) {
                if (event.kind == TraceEvent::Kind::EnterLevel) {
                    QCOMPARE(event.id, level - 1); // from the top, each once
                    level = event.id;
                    const auto nodes = graph.level_nodes(static_cast<std::size_t>(level));
                    here = std::set<Id>(nodes.begin(), nodes.end());
                    continue;
                }
                if (level > 0)
                    QVERIFY(here.contains(event.id));
                const double exact = oracle_distance(base, static_cast<std::size_t>(event.id),
                                                     queries.view<float>().row(q), Metric::L2);
                QVERIFY(std::abs(static_cast<double>(event.distance) - exact) <= 1e-4 * (1 + exact));
                if (event.kind == TraceEvent::Kind::Expand && !best.contains(level))
                    best[level] = event.distance;
            }
            QCOMPARE(level, Id{0});
            for (Id l = 1; l < static_cast<Id>(graph.levels());
                 ++l) // each layer starts where the one above ended
                QVERIFY(best[l - 1] <= best[l]);
        }
    }

    /// A search that descends looks at fewer vectors than one that walks from afar in the base.
    void wideSearchIsExact() {
        const VectorSet base = random_set(ElementType::F32, 2000, 12, 1),
                        queries = random_set(ElementType::F32, 50, 12, 2);
        const auto index = build("HNSW16", base, Metric::L2);
        SearchParams params;
        params.set("efSearch", 400);
        const double recall = recall_of(*search(**index, queries, 10, params), base, queries, Metric::L2, 10);
        QVERIFY2(recall >= 0.999, qPrintable(QString::number(recall)));
    }

    void badNumbersAreRefused() {
        for (const std::uint64_t M : {0, 1, 513}) {
            IndexSpec spec;
            spec.root.name = "HNSW";
            spec.root.numbers = {M};
            const auto index = build_index(spec, {8, Metric::L2, {}, 1});
            QVERIFY(!index.ok());
            QVERIFY(index.error().code == ErrorCode::InvalidArgument);
            QVERIFY(index.error().message.find("from 2 to 512") != std::string::npos);
        }
    }
};

QTEST_GUILESS_MAIN(TestHnsw)
#include "tst_hnsw.moc"
