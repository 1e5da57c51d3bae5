// SPDX-License-Identifier: GPL-3.0-or-later
#include "graph/node_space.h"
#include "graph/row_sketch.h"
#include "index_fixture.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace annscope;
using namespace annscope::test;

namespace {

/// Rows that lie in few directions, away from the origin, with some far outside.
VectorSet odd_rows(std::size_t rows, std::size_t dim, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> values(rows * dim);
    for (std::size_t i = 0; i < rows; ++i) {
        const double along = random.normal(), scale = i % 97 == 0 ? 30 : 1;
        for (std::size_t j = 0; j < dim; ++j)
            values[i * dim + j] = static_cast<float>(
                scale * (along * std::sin(static_cast<double>(j)) + 0.05 * random.normal()) +
                (j % 3 == 0 ? 5 : 0));
    }
    return floats(values, rows, dim);
}

} // namespace

class TestRowSketch : public QObject {
    Q_OBJECT

private slots:
    void leastIsABound_data() {
        QTest::addColumn<int>("dim");
        QTest::addColumn<int>("metric_number");
        for (const int dim : {1, 48, 64, 100, 128, 300})
            for (const Metric metric : {Metric::L2, Metric::InnerProduct})
                QTest::addRow("%d %s", dim, std::string(name(metric)).c_str())
                    << dim << static_cast<int>(metric);
    }
    void leastIsABound() {
        QFETCH(int, dim);
        QFETCH(int, metric_number);
        const auto metric = static_cast<Metric>(metric_number);
        const std::size_t n = 700, d = static_cast<std::size_t>(dim);
        const VectorSet rows = odd_rows(n, d, 1), queries = odd_rows(30, d, 2);
        const auto sketch = RowSketch::create(rows, {});
        QVERIFY(sketch.ok());
        std::vector<std::uint32_t> ids(n);
        std::iota(ids.begin(), ids.end(), 0u);
        std::vector<float> distances(n);
        SketchQuery query;
        double tightest = 1e30;
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const float* values = queries.view<float>().row(q);
            const Scorer scorer = query.prepare(*sketch, values, metric);
            scorer(ids.data(), n, distances.data());
            for (std::size_t i = 0; i < n; ++i) {
                const double exact = oracle_distance(rows, i, values, metric),
                             least = query.least(distances[i]);
                QVERIFY2(least <= exact, qPrintable(QStringLiteral("%1 > %2").arg(least).arg(exact)));
                const double length =
                    std::sqrt(oracle_distance(rows, i, std::vector<float>(d).data(), Metric::L2)) + 1;
                tightest = std::min(tightest, (exact - least) / (length * length + std::abs(exact)));
                QVERIFY(scorer(ids[i]) == distances[i]); // alone as among others
            }
        }
        QVERIFY2(tightest < 0.05, qPrintable(QString::number(tightest))); // and it says something
    }

    void liftedDistances() {
        const VectorSet rows = random_set(ElementType::F32, 500, 64, 1);
        const auto sketch = std::make_shared<const RowSketch>(std::move(RowSketch::create(rows, {}).value()));
        const auto space = NodeSpace::create(rows, Metric::InnerProduct, {}, sketch);
        QVERIFY(space.ok());
        std::vector<std::uint32_t> ids(500);
        std::iota(ids.begin(), ids.end(), 0u);
        std::vector<float> exact(500), rounded(500), values;
        NodeSpace::Walk walk;
        for (const std::uint32_t node : {0u, 7u, 499u}) {
            space->from(node, values)(ids.data(), 500, exact.data());
            space->walk_from(node, walk)(ids.data(), 500, rounded.data());
            const float longest = *std::ranges::max_element(exact);
            for (std::size_t i = 0; i < 500; ++i)
                QVERIFY(std::abs(exact[i] - rounded[i]) <= 0.02f * longest);
        }
    }

    void outliersAreNoticed_data() {
        QTest::addColumn<bool>("outlier");
        QTest::newRow("even") << false;
        QTest::newRow("one value far out") << true;
    }
    void outliersAreNoticed() {
        QFETCH(bool, outlier);
        AlignedBuffer<float> values = random_set(ElementType::F32, 1000, 64, 1).gather([] {
            std::vector<std::uint32_t> all(1000);
            std::iota(all.begin(), all.end(), 0u);
            return all;
        }());
        if (outlier)
            values[500] = 1e6f;
        const VectorSet rows = VectorSet::adopt(std::move(values), 1000, 64);
        const auto sketch = RowSketch::create(rows, {});
        QVERIFY(sketch.ok());
        QCOMPARE(sketch->precise(rows), !outlier);
        const auto index = build("HNSW16", rows, Metric::L2);
        QVERIFY(index.ok());
        const auto memory = (*index)->info().memory;
        QCOMPARE(std::ranges::find(memory, "sketch", &MemoryPart::name) == memory.end(), outlier);
        const auto answer = search(**index, rows, 1, {}); // each finds itself, the one far out as well
        std::size_t found = 0;
        for (std::size_t i = 0; i < rows.size(); ++i)
            found += answer->ids[i] == Id(i);
        QVERIFY2(found >= 998, qPrintable(QString::number(found)));
    }

    void walksFindTheSame_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<int>("metric_number");
        for (const char* factory : {"HNSW8", "Vamana16"})
            for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
                QTest::addRow("%s %s", factory, std::string(name(metric)).c_str())
                    << QByteArray(factory) << static_cast<int>(metric);
    }
    void walksFindTheSame() {
        QFETCH(QByteArray, factory);
        QFETCH(int, metric_number);
        const auto metric = static_cast<Metric>(metric_number);
        const VectorSet base = random_set(ElementType::F32, 1500, 64, 1),
                        queries = random_set(ElementType::F32, 60, 64, 2);
        ParamSet without;
        without.set("sketch", 0);
        const auto plain = build(factory.toStdString(), base, metric, without),
                   sketched = build(factory.toStdString(), base, metric);
        QVERIFY(plain.ok() && sketched.ok());
        QVERIFY((*sketched)->info().bytes() > (*plain)->info().bytes());
        const auto one = search(**plain, queries, 10, {}), other = search(**sketched, queries, 10, {});
        const double without_sketch = recall_of(*one, base, queries, metric, 10),
                     with_sketch = recall_of(*other, base, queries, metric, 10);
        QVERIFY2(with_sketch >= without_sketch - 0.02,
                 qPrintable(QStringLiteral("%1 %2").arg(with_sketch).arg(without_sketch)));
        QVERIFY(other->stats.codes > 0 && 3 * other->stats.distances < one->stats.distances);
        for (std::size_t q = 0; q < queries.size(); ++q) // distances are those of the vectors in full
            for (std::size_t i = 0; i < 10; ++i) {
                const double exact = oracle_distance(base, static_cast<std::size_t>(other->ids[q * 10 + i]),
                                                     queries.view<float>().row(q), metric);
                QVERIFY(std::abs(static_cast<double>(other->distances[q * 10 + i]) - exact) <=
                        1e-4 * (1 + std::abs(exact)));
            }
    }
};

QTEST_GUILESS_MAIN(TestRowSketch)
#include "tst_row_sketch.moc"
