// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/format.h"
#include "graph/nn_descent.h"
#include "index_fixture.h"
#include "simd/pair_tiles.h"
#include "test_data.h"

#include <QTest>

#include <cmath>
#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

/// Distances as NodeSpace defines them, in double, by looking at all.
class Oracle {
public:
    explicit Oracle(const NodeSpace& space) : m_space(space), m_dim(space.vectors().dim() + 1) {
        const VectorSet& rows = space.vectors();
        std::vector<float> row(rows.dim());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows.copy_row(i, row.data());
            m_values.insert(m_values.end(), row.begin(), row.end());
            m_values.push_back(space.lifts().empty() ? 0 : double{space.lifts()[i]});
        }
    }
    double distance(std::size_t a, std::size_t b) const {
        double sum = 0;
        for (std::size_t j = 0; j < m_dim; ++j)
            sum += (m_values[a * m_dim + j] - m_values[b * m_dim + j]) *
                   (m_values[a * m_dim + j] - m_values[b * m_dim + j]);
        return sum;
    }
    /// Mean share of the neighbours that are no farther than the true k-th, over count nodes.
    double recall(const KnnGraph& graph, std::size_t count) const {
        std::size_t found = 0;
        for (std::size_t c = 0; c < count; ++c) {
            const std::size_t node = c * m_space.size() / count;
            std::vector<double> all;
            for (std::size_t i = 0; i < m_space.size(); ++i)
                if (i != node)
                    all.push_back(distance(node, i));
            std::ranges::nth_element(all, all.begin() + static_cast<std::ptrdiff_t>(graph.k() - 1));
            const double kth = all[graph.k() - 1] * (1 + 1e-5);
            for (std::size_t i = 0; i < graph.k(); ++i)
                found += distance(node, graph.edge(node, i).id) <= kth;
        }
        return static_cast<double>(found) / static_cast<double>(count * graph.k());
    }

private:
    const NodeSpace& m_space;
    std::size_t m_dim;
    std::vector<double> m_values;
};

Result<KnnGraph> built(const NodeSpace& space, std::size_t k, int threads = 2, std::size_t rounds = 10) {
    KnnGraphOptions options;
    options.k = k;
    options.rounds = rounds;
    Control control;
    control.threads = threads;
    return build_knn_graph(space, options, control);
}

void isa_rows() {
    QTest::addColumn<int>("isa");
    for (const simd::Isa isa : {simd::Isa::Scalar, simd::Isa::Avx2, simd::Isa::Avx512})
        QTest::newRow(simd::name(isa)) << static_cast<int>(isa);
}

} // namespace

class tst_nn_descent : public QObject {
    Q_OBJECT
private slots:
    void tiles_match_pairs_data() { isa_rows(); }
    void tiles_match_pairs();
    void finds_the_neighbors_data();
    void finds_the_neighbors();
    void rounds_find_more();
    void real_vectors_data();
    void real_vectors();
    void same_for_any_threads_data() { finds_the_neighbors_data(); }
    void same_for_any_threads();
    void tiny_sets_data();
    void tiny_sets();
    void copies_data();
    void copies();
    void cancel_in_every_phase_data();
    void cancel_in_every_phase();
    void refuses_what_does_not_fit();
};

/// All row lengths up to some lines, all places in a tile, and the largest values.
void tst_nn_descent::tiles_match_pairs() {
    QFETCH(int, isa);
    if (!simd::supported(static_cast<simd::Isa>(isa)))
        QSKIP("this processor lacks the instruction set");
    const simd::PairTileKernels& kernels = simd::pair_tile_kernels(static_cast<simd::Isa>(isa));
    constexpr std::size_t kA = 8, kB = 12;
    Random random(3);
    for (const std::size_t lines : {1, 2, 3, 7, 1024}) {
        const bool extreme = lines == 1024; // 65,536 differences of 255: beyond 2^31
        const std::size_t d = lines * 64, floats = lines * 16;
        std::vector<std::uint8_t> bytes((kA + kB) * d);
        std::vector<float> values((kA + kB) * floats);
        for (std::size_t i = 0; i < bytes.size(); ++i)
            bytes[i] = extreme ? (i / d % 2 ? 255 : 0) : static_cast<std::uint8_t>(random());
        for (float& v : values)
            v = static_cast<float>(random.normal());
        std::vector<std::uint32_t> a_terms(kA + kB), b_terms(kA + kB);
        for (std::size_t i = 0; i < kA + kB; ++i)
            kernels.terms_u8(bytes.data() + i * d, d, &a_terms[i], &b_terms[i]);
        float of_bytes[kA][kB + 1], of_floats[kA][kB + 1], back[kB][kA];
        kernels.l2_u8(bytes.data(), a_terms.data(), kA, bytes.data() + kA * d, b_terms.data() + kA, kB, d,
                      of_bytes[0], kB + 1);
        kernels.l2_f32(values.data(), kA, values.data() + kA * floats, kB, floats, of_floats[0], kB + 1);
        kernels.l2_f32(values.data() + kA * floats, kB, values.data(), kA, floats, back[0], kA);
        for (std::size_t i = 0; i < kA; ++i)
            for (std::size_t j = 0; j < kB; ++j) {
                std::int64_t whole = 0;
                double real = 0;
                for (std::size_t at = 0; at < d; ++at) {
                    const int difference = int{bytes[i * d + at]} - int{bytes[(kA + j) * d + at]};
                    whole += difference * difference;
                }
                for (std::size_t at = 0; at < floats; ++at)
                    real += std::pow(double{values[i * floats + at]} - values[(kA + j) * floats + at], 2);
                QCOMPARE(of_bytes[i][j], static_cast<float>(whole));
                QVERIFY(std::abs(of_floats[i][j] - real) <= 1e-6 * real);
                QCOMPARE(of_floats[i][j], back[j][i]);
            }
    }
}

void tst_nn_descent::finds_the_neighbors_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("k");
    QTest::addColumn<double>("floor");
    const auto row = [](ElementType type, Metric metric, int dim, int k, double floor) {
        QTest::addRow("%s %s %d k=%d", name(type).data(), name(metric).data(), dim, k)
            << static_cast<int>(type) << static_cast<int>(metric) << dim << k << floor;
    };
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct})
            row(type, metric, 12, 20, 0.98);
    row(ElementType::F32, Metric::L2, 2, 16, 0.99);
    row(ElementType::F32, Metric::L2, 65, 64, 0.9); // nearly no structure: the hard end
    row(ElementType::F32, Metric::L2, 12, 1, 0.95);
    row(ElementType::U8, Metric::L2, 33, 100, 0.95);
}

void tst_nn_descent::finds_the_neighbors() {
    QFETCH(int, type);
    QFETCH(int, metric);
    QFETCH(int, dim);
    QFETCH(int, k);
    QFETCH(double, floor);
    const VectorSet rows = random_set(static_cast<ElementType>(type), 4000, static_cast<std::size_t>(dim), 5);
    const auto space = NodeSpace::create(rows, static_cast<Metric>(metric), {});
    QVERIFY(space.ok());
    const auto graph = built(*space, static_cast<std::size_t>(k));
    QVERIFY(graph.ok());
    QCOMPARE(graph->size(), rows.size());
    QCOMPARE(graph->k(), static_cast<std::size_t>(k));
    const Oracle oracle(*space);
    double last_scale = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        std::set<std::uint32_t> distinct{static_cast<std::uint32_t>(i)};
        for (std::size_t j = 0; j < graph->k(); ++j) {
            const Candidate edge = graph->edge(i, j);
            QVERIFY(edge.id < rows.size());
            QVERIFY(distinct.insert(edge.id).second); // neither itself nor twice
            QVERIFY(j == 0 || graph->edge(i, j - 1) < edge);
            const double expected = oracle.distance(i, edge.id);
            last_scale = std::max(last_scale, expected);
            QVERIFY(std::abs(edge.distance - expected) <= 1e-5 * last_scale);
        }
    }
    const double recall = oracle.recall(*graph, 100);
    QVERIFY2(recall >= floor, qPrintable(QString::number(recall)));
}

void tst_nn_descent::rounds_find_more() {
    const VectorSet rows = random_set(ElementType::F32, 4000, 24, 5);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    const Oracle oracle(*space);
    const auto grouped = built(*space, 32, 2, 0), once = built(*space, 32, 2, 1), all = built(*space, 32);
    const double recalls[] = {oracle.recall(*grouped, 100), oracle.recall(*once, 100),
                              oracle.recall(*all, 100)};
    QVERIFY2(recalls[0] < recalls[1] && recalls[1] < recalls[2] && recalls[2] > 0.97,
             qPrintable(QString("%1 %2 %3").arg(recalls[0]).arg(recalls[1]).arg(recalls[2])));
}

void tst_nn_descent::real_vectors_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("metric");
    QTest::addColumn<double>("floor");
    QTest::newRow("sift") << "sift-5k-128-euclidean.hdf5" << static_cast<int>(Metric::L2) << 0.97;
    QTest::newRow("glove") << "glove-twitter-12k-25-angular.hdf5" << static_cast<int>(Metric::Cosine) << 0.97;
    QTest::newRow("letter") << "letter-16-euclidean.hdf5" << static_cast<int>(Metric::L2) << 0.97;
    QTest::newRow("cities") << "world-cities-2-euclidean.hdf5" << static_cast<int>(Metric::L2) << 0.99;
}

void tst_nn_descent::real_vectors() {
    QFETCH(QString, file);
    QFETCH(int, metric);
    QFETCH(double, floor);
    const auto path = data_folder() / file.toStdString();
    if (data_folder().empty() || !std::filesystem::exists(path))
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto read = read_file(path, FileRole::Vectors, {});
    QVERIFY(read.ok());
    VectorSet rows = read->base.to_float();
    if (static_cast<Metric>(metric) == Metric::Cosine)
        rows = normalized(rows).vectors;
    const auto space = NodeSpace::create(rows, static_cast<Metric>(metric), {});
    const auto graph = built(*space, 64);
    QVERIFY(graph.ok());
    const double recall = Oracle(*space).recall(*graph, 100);
    QVERIFY2(recall >= floor, qPrintable(QString::number(recall)));
}

void tst_nn_descent::same_for_any_threads() {
    QFETCH(int, type);
    QFETCH(int, metric);
    QFETCH(int, dim);
    QFETCH(int, k);
    const VectorSet rows = random_set(static_cast<ElementType>(type), 1500, static_cast<std::size_t>(dim), 5);
    const auto space = NodeSpace::create(rows, static_cast<Metric>(metric), {});
    const auto one = built(*space, static_cast<std::size_t>(k), 1);
    QVERIFY(one.ok());
    for (const int threads : {2, 5}) {
        const auto other = built(*space, static_cast<std::size_t>(k), threads);
        QVERIFY(other.ok());
        for (std::size_t i = 0; i < rows.size(); ++i)
            for (std::size_t j = 0; j < one->k(); ++j)
                QCOMPARE(other->edge(i, j), one->edge(i, j));
    }
}

void tst_nn_descent::tiny_sets_data() {
    QTest::addColumn<int>("n");
    for (const int n : {0, 1, 2, 3, 4, 5, 64, 65, 66, 400, 512, 513, 600})
        QTest::addRow("%d", n) << n;
}

void tst_nn_descent::tiny_sets() {
    QFETCH(int, n);
    const auto count = static_cast<std::size_t>(n);
    const VectorSet rows = random_set(ElementType::F32, count, 5, 8);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    QVERIFY(space.ok());
    const auto graph = built(*space, 64);
    QVERIFY(graph.ok());
    QCOMPARE(graph->size(), count);
    QCOMPARE(graph->k(), count == 0 ? 0 : std::min<std::size_t>(64, count - 1));
    if (graph->k() > 0)
        QVERIFY(Oracle(*space).recall(*graph, count) >= (n <= 512 ? 1.0 : 0.98));
}

void tst_nn_descent::copies_data() {
    QTest::addColumn<int>("copies"); // of each point; 0: all are one point
    for (const int copies : {2, 30, 200, 0})
        QTest::addRow("%d", copies) << copies;
}

void tst_nn_descent::copies() {
    QFETCH(int, copies);
    const VectorSet distinct = random_set(ElementType::F32, 2000, 8, 3);
    std::vector<std::uint32_t> from(2000);
    for (std::uint32_t i = 0; i < 2000; ++i)
        from[i] = copies > 0 ? i / static_cast<std::uint32_t>(copies) : 0;
    const VectorSet rows = VectorSet::adopt(distinct.gather(from), 2000, 8);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    const auto graph = built(*space, 32);
    QVERIFY(graph.ok());
    const double recall = Oracle(*space).recall(*graph, 200);
    QVERIFY2(recall >= 0.98, qPrintable(QString::number(recall)));
}

void tst_nn_descent::cancel_in_every_phase_data() {
    QTest::addColumn<QByteArray>("phase");
    for (const char* phase : {"", "Grouping near vectors", "Neighbours of neighbours"})
        QTest::addRow("%s", *phase ? phase : "before") << QByteArray(phase);
}

void tst_nn_descent::cancel_in_every_phase() {
    QFETCH(QByteArray, phase);
    const VectorSet rows = random_set(ElementType::F32, 20000, 32, 5);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    std::stop_source source;
    Progress progress;
    const Control control{source.get_token(), &progress, 2};
    if (phase.isEmpty())
        source.request_stop();
    std::jthread watcher([&](const std::stop_token& done) {
        while (!done.stop_requested()) {
            if (phase == progress.phase.load() && progress.done.load() > 0)
                source.request_stop();
            std::this_thread::yield();
        }
    });
    const auto graph = build_knn_graph(*space, {}, control);
    QVERIFY(!graph.ok());
    QCOMPARE(graph.error().code, ErrorCode::Cancelled);
    QVERIFY(progress.done.load() <= progress.total.load());
}

/// Nothing is read before it is known that the lists fit.
void tst_nn_descent::refuses_what_does_not_fit() {
    const auto value = std::make_shared<float>(1.0f);
    const VectorSet rows(value, value.get(), ElementType::F32, std::size_t{1} << 31, 1, 1);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    const auto graph = build_knn_graph(*space, {}, {});
    QVERIFY(!graph.ok());
    QCOMPARE(graph.error().code, ErrorCode::OutOfMemory);
}

QTEST_GUILESS_MAIN(tst_nn_descent)
#include "tst_nn_descent.moc"
