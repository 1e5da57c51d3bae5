// SPDX-License-Identifier: GPL-3.0-or-later
// Graphs that other libraries built of the same rows, searched by our search: ours must be as good.
#include "faiss_python.h"
#include "graph/beam_search.h"
#include "graph/descend.h"
#include "graph/hnsw_builder.h"
#include "graph/nsg_builder.h"
#include "graph/vamana_builder.h"
#include "index_fixture.h"
#include "peer_graphs.h"

#include <QTest>

#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr const char* kFile = "sift-5k-128-euclidean.hdf5";
constexpr std::size_t kNeighbors = 10;
// Of recall; 100 queries tell it to about 0.01. At equal width, where ours computes up to a tenth fewer
// distances, and at equal distances.
constexpr double kAtWidth = 0.03, kAtDistances = 0.02;
constexpr std::size_t kWidths[] = {10, 16, 24, 40, 64};

struct Walk {
    std::vector<Candidate> found; ///< kNeighbors a query
    double recall = 0, distances = 0;
};

std::size_t reachable(const LayeredGraph& graph) {
    std::vector<std::uint32_t> queue{graph.entry};
    std::set<std::uint32_t> met(queue.begin(), queue.end());
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t next : graph.base.neighbors(queue[at]))
            if (met.insert(next).second)
                queue.push_back(next);
    return met.size();
}

double mean_degree(const LayeredGraph& graph) {
    std::size_t links = 0;
    for (std::size_t i = 0; i < graph.base.size(); ++i)
        links += graph.base.neighbors(i).size();
    return static_cast<double>(links) / static_cast<double>(graph.base.size());
}

/// Between two points of a curve; outside, that of its nearer end.
double recall_at(const std::vector<Walk>& curve, double distances) {
    const auto after = std::ranges::find_if(curve, [&](const Walk& w) { return w.distances > distances; });
    if (after == curve.begin())
        return after->recall * distances / after->distances;
    if (after == curve.end())
        return curve.back().recall;
    const Walk &low = *(after - 1), &high = *after;
    return low.recall +
           (high.recall - low.recall) * (distances - low.distances) / (high.distances - low.distances);
}

using Reader = std::optional<LayeredGraph> (*)(FaissFile);
using Builder = Result<LayeredGraph> (*)(const NodeSpace&);

struct Peer {
    const char* name;
    const char* path;
    Reader read;
    Builder build;
};

const Peer kPeers[] = {
    {"faiss HNSW16", "faiss-1.7.3/hnsw.index", read_faiss_hnsw,
     [](const NodeSpace& space) {
         HnswOptions options;
         options.M = 16;
         options.search_width = 40; // Faiss's default
         return build_hnsw(space, options, {});
     }},
    {"faiss NSG16", "faiss-1.7.3/nsg.index", read_faiss_nsg,
     [](const NodeSpace& space) {
         NsgOptions options;
         options.max_degree = 16;
         options.search_width = 48; // R + 32, Faiss's default
         return build_nsg(space, options, {});
     }},
    {"hnswlib M=16 ef=200", "hnswlib-0.8/hnsw_M16_ef200.bin", read_hnswlib,
     [](const NodeSpace& space) {
         HnswOptions options;
         options.M = 16;
         options.search_width = 200;
         return build_hnsw(space, options, {});
     }},
    {"DiskANN R=32 L=50 alpha=1.2", "diskann-cpp/vamana_R32_L50_a1.2.index", read_diskann,
     [](const NodeSpace& space) {
         VamanaOptions options;
         options.max_degree = 32;
         options.search_width = 50;
         options.alpha = 1.2f;
         return build_vamana(space, options, {});
     }},
};

} // namespace

class tst_peer_graphs : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void files_are_read_data() { rows(); }
    void files_are_read();
    void damaged_files_are_refused_data() { rows(); }
    void damaged_files_are_refused();
    void ours_is_as_good_data() { rows(); }
    void ours_is_as_good();
    void answers_as_faiss_hnsw();
    void answers_as_faiss_nsg();

private:
    static void rows() {
        QTest::addColumn<int>("peer");
        for (std::size_t i = 0; i < std::size(kPeers); ++i)
            QTest::newRow(kPeers[i].name) << static_cast<int>(i);
    }
    static FaissFile file_of(const Peer& peer) { return FaissFile(data_folder() / peer.path); }
    Walk walk(const LayeredGraph& graph, std::size_t width) const;

    VectorSet m_base, m_queries;
    std::vector<double> m_kth;
};

void tst_peer_graphs::initTestCase() {
    const auto path = data_folder() / kFile;
    if (data_folder().empty() || !std::filesystem::exists(path) || !std::filesystem::exists(faiss_folder()))
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto file = read_file(path, FileRole::Vectors, {});
    QVERIFY(file.ok());
    m_base = file->base.to_float();
    m_queries = file->queries.to_float();
    for (std::size_t q = 0; q < m_queries.size(); ++q)
        m_kth.push_back(oracle_kth(m_base, m_queries.view<float>().row(q), Metric::L2, kNeighbors));
}

Walk tst_peer_graphs::walk(const LayeredGraph& graph, std::size_t width) const {
    Walk out;
    SearchScratch scratch;
    NullTrace nothing;
    for (std::size_t q = 0; q < m_queries.size(); ++q) {
        const Scorer scorer(m_queries.view<float>().row(q), m_base.view<float>(),
                            simd::distance_kernels<float, float>(), Metric::L2);
        SearchCounts counts;
        std::uint32_t start = graph.entry;
        if (!graph.upper.empty())
            start = graph.upper.front().below[descend(graph.upper, scorer, scratch, counts, nothing)];
        counts.distances +=
            beam_search(graph.base.rows(), m_base.size(), scorer, start, width, scratch, nothing).distances;
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            out.found.push_back(scratch.list[i]);
            out.recall += scratch.list[i].distance <= m_kth[q] * (1 + 1e-5);
        }
        out.distances += static_cast<double>(counts.distances);
    }
    out.recall /= static_cast<double>(out.found.size());
    out.distances /= static_cast<double>(m_queries.size());
    return out;
}

void tst_peer_graphs::files_are_read() {
    QFETCH(int, peer);
    const auto graph = kPeers[peer].read(file_of(kPeers[peer]));
    QVERIFY(graph.has_value());
    QCOMPARE(graph->base.size(), m_base.size());
    QVERIFY(mean_degree(*graph) > 5);
}

void tst_peer_graphs::damaged_files_are_refused() {
    QFETCH(int, peer);
    QFile in(QString::fromStdString((data_folder() / kPeers[peer].path).string()));
    QVERIFY(in.open(QIODevice::ReadOnly));
    const QByteArray whole = in.readAll();
    for (qsizetype i = 0; i < 40; ++i) {
        const QByteArray part = whole.left(i < 20 ? i * 13 : i * (whole.size() - 2) / 39);
        // A list of rows may end between two of them: then nodes are missing.
        const auto graph = kPeers[peer].read(FaissFile(part));
        QVERIFY(!graph || graph->base.size() < m_base.size());
    }
}

void tst_peer_graphs::ours_is_as_good() {
    QFETCH(int, peer);
    const auto theirs = kPeers[peer].read(file_of(kPeers[peer]));
    QVERIFY(theirs.has_value());
    const auto space = NodeSpace::create(m_base, Metric::L2, {});
    const auto ours = kPeers[peer].build(*space);
    QVERIFY(ours.ok());
    qInfo("%s: degree %.1f, ours %.1f; reached from the entry %zu, ours %zu", kPeers[peer].name,
          mean_degree(*theirs), mean_degree(*ours), reachable(*theirs), reachable(*ours));
    QCOMPARE(reachable(*ours), m_base.size());
    QVERIFY(ours->base.max_degree() <= theirs->base.max_degree() || ours->base.max_degree() <= 32);
    std::vector<Walk> their_walks;
    for (const std::size_t width : kWidths)
        their_walks.push_back(walk(*theirs, width));
    for (std::size_t w = 0; w < std::size(kWidths); ++w) {
        const Walk our_walk = walk(*ours, kWidths[w]);
        qInfo("  width %zu: recall %.4f, ours %.4f; distances %.0f, ours %.0f", kWidths[w],
              their_walks[w].recall, our_walk.recall, their_walks[w].distances, our_walk.distances);
        QVERIFY(our_walk.recall >= their_walks[w].recall - kAtWidth);
        QVERIFY(our_walk.recall >= recall_at(their_walks, our_walk.distances) - kAtDistances);
    }
}

/// Faiss's search of HNSW is the same algorithm where its queue is not bounded: the same ids but for ties. By
/// default it is: then its list loses nodes that ours keeps, and it finds less.
void tst_peer_graphs::answers_as_faiss_hnsw() {
    const auto graph = read_faiss_hnsw(file_of(kPeers[0]));
    QVERIFY(graph.has_value());
    const Walk found = walk(*graph, 16); // its default efSearch
    const FaissAnswer bounded = faiss_answer("hnsw");
    QCOMPARE(bounded.ids.size(), found.found.size());
    double their_recall = 0;
    for (std::size_t i = 0; i < found.found.size(); ++i)
        their_recall += bounded.distances[i] <= m_kth[i / kNeighbors] * (1 + 1e-5);
    QVERIFY(found.recall >= their_recall / static_cast<double>(found.found.size()));

    const auto text = run_python(QStringLiteral("import faiss, h5py\n"
                                                "index = faiss.read_index('%1')\n"
                                                "index.hnsw.search_bounded_queue = False\n"
                                                "queries = h5py.File('%2')['test'][:]\n"
                                                "print(*index.search(queries, 10)[1].ravel())\n")
                                     .arg(QString::fromStdString((data_folder() / kPeers[0].path).string()),
                                          QString::fromStdString((data_folder() / kFile).string())));
    if (!text)
        QSKIP("no Faiss in Python here");
    const auto ids = text->trimmed().split(' ');
    QCOMPARE(static_cast<std::size_t>(ids.size()), found.found.size());
    std::size_t same = 0;
    for (std::size_t i = 0; i < found.found.size(); ++i)
        same += found.found[i].id == ids[static_cast<qsizetype>(i)].toUInt();
    qInfo("%zu of %zu ids at the same rank", same, found.found.size());
    QVERIFY(same * 100 >= found.found.size() * 99);
}

/// Its NSG search starts from the entry's neighbours and random nodes instead of the entry, which
/// leads to the same answers nearly always.
void tst_peer_graphs::answers_as_faiss_nsg() {
    const auto graph = read_faiss_nsg(file_of(kPeers[1]));
    QVERIFY(graph.has_value());
    const Walk found = walk(*graph, 16); // its default search_L
    const FaissAnswer answer = faiss_answer("nsg");
    QCOMPARE(answer.ids.size(), found.found.size());
    std::size_t same = 0;
    double their_recall = 0;
    for (std::size_t i = 0; i < found.found.size(); ++i) {
        const std::size_t q = i / kNeighbors;
        their_recall += answer.distances[i] <= m_kth[q] * (1 + 1e-5);
        const auto ids = std::span(answer.ids).subspan(q * kNeighbors, kNeighbors);
        same += std::ranges::find(ids, static_cast<std::int64_t>(found.found[i].id)) != ids.end();
    }
    their_recall /= static_cast<double>(found.found.size());
    qInfo("recall %.4f, Faiss's own %.4f; %zu of %zu ids are the same", found.recall, their_recall, same,
          found.found.size());
    QVERIFY(found.recall >= their_recall - 0.01);
    QVERIFY(same * 100 >= found.found.size() * 99);
}

QTEST_GUILESS_MAIN(tst_peer_graphs)
#include "tst_peer_graphs.moc"
