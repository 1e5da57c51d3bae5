// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "ivf/flat_coarse.h"

#include <QTest>

#include <algorithm>

using namespace annscope;
using namespace annscope::test;

class TestIvfFlat : public QObject {
    Q_OBJECT

private slots:
    void cellsHoldEachVectorOnceInItsNearestCell_data();
    void cellsHoldEachVectorOnceInItsNearestCell();
    void probesAreTheNearestCellsInOrder_data();
    void probesAreTheNearestCellsInOrder();
    void coarseQuantizerRanksAsBruteForce_data();
    void coarseQuantizerRanksAsBruteForce();
    void sketchKeepsTheNearest_data();
    void sketchKeepsTheNearest();
    void recallGrowsWithNprobe();
    void secondAddIsAsOneAdd_data();
    void secondAddIsAsOneAdd();
    void narrowKeepsTheAnswers();
    void paramsAreThoseOfTheIndex();
    void badCellCounts();
    void trainingWithVectorsInsideIsRefused();
};

namespace {

constexpr std::size_t kDim = 10;

void metrics() {
    QTest::addColumn<int>("metric");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        QTest::addRow("%s", name(metric).data()) << static_cast<int>(metric);
}

/// The rows as the index compares them.
VectorSet compared(const VectorSet& set, Metric metric) {
    return metric == Metric::Cosine ? normalized(set).vectors : set.to_float();
}

} // namespace

void TestIvfFlat::cellsHoldEachVectorOnceInItsNearestCell_data() {
    metrics();
}

void TestIvfFlat::cellsHoldEachVectorOnceInItsNearestCell() {
    QFETCH(int, metric);
    const auto by = static_cast<Metric>(metric);
    const VectorSet base = random_set(ElementType::F32, 1500, kDim, 1);
    const auto index = build("IVF30,Flat", base, by);
    QVERIFY(index.ok());
    const CellsView* cells = (*index)->cells();
    QVERIFY(cells);
    QCOMPARE(cells->nlist(), std::size_t{30});
    QCOMPARE(cells->centroids().rows(), std::size_t{30});
    const VectorSet rows = compared(base, by);
    const Metric rank = by == Metric::L2 ? Metric::L2 : Metric::InnerProduct;
    std::vector<int> seen(base.size());
    for (std::size_t cell = 0; cell < 30; ++cell) {
        const auto ids = cells->ids(cell);
        QVERIFY(std::ranges::is_sorted(ids));
        for (const std::uint32_t id : ids) {
            ++seen[id];
            const double here = oracle_distance(rows, id, cells->centroids().row(cell), rank);
            for (std::size_t other = 0; other < 30; ++other)
                QVERIFY(here <= oracle_distance(rows, id, cells->centroids().row(other), rank) +
                                    1e-5 * (1 + std::abs(here)));
        }
    }
    QVERIFY(std::ranges::all_of(seen, [](int count) { return count == 1; }));
}

void TestIvfFlat::probesAreTheNearestCellsInOrder_data() {
    metrics();
}

void TestIvfFlat::probesAreTheNearestCellsInOrder() {
    QFETCH(int, metric);
    const auto by = static_cast<Metric>(metric);
    const VectorSet base = random_set(ElementType::I8, 1500, kDim, 1);
    const auto index = build("IVF30,Flat", base, by);
    QVERIFY(index.ok());
    const VectorSet queries = random_set(ElementType::F32, 5, kDim, 2);
    for (std::size_t q = 0; q < queries.size(); ++q) {
        Answer answer = Answer::sized(10);
        PathTrace trace;
        const auto stats =
            (*index)->explain(queries.view<float>()[q], 10, {{"nprobe", 7}}, answer.output(), trace);
        QVERIFY(stats.ok());
        QCOMPARE(stats->lists, std::uint64_t{7});
        std::vector<Neighbor> probes;
        std::size_t considered = 0, expected = 0;
        for (const TraceEvent& event : trace.events) {
            if (event.kind == TraceEvent::Kind::ProbeCell) {
                probes.push_back({event.distance, event.id});
                expected += (*index)->cells()->ids(static_cast<std::size_t>(event.id)).size();
            }
            considered += event.kind == TraceEvent::Kind::Consider ? 1 : 0;
        }
        QCOMPARE(probes.size(), std::size_t{7});
        QVERIFY(std::is_sorted(probes.begin(), probes.end()));
        QCOMPARE(considered, expected);
        QCOMPARE(stats->codes, std::uint64_t{expected});
    }
}

void TestIvfFlat::coarseQuantizerRanksAsBruteForce_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("nlist");
    QTest::addColumn<int>("dim");
    QTest::addColumn<double>("offset");
    QTest::addColumn<double>("scale");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const auto& [nlist, dim] : {std::pair{1, 3}, {20, 5}, {257, 64}, {1000, 33}, {600, 200}})
            // Queries far from all centroids, and of other lengths, must be ranked as well.
            for (const auto& [offset, scale] :
                 {std::pair{0.0, 1.0}, {500.0, 1.0}, {0.0, 1e-3}, {-3.0, 1e4}, {0.0, 0.0}})
                QTest::addRow("%s %d x %d, %g, %g", name(metric).data(), nlist, dim, offset, scale)
                    << static_cast<int>(metric) << nlist << dim << offset << scale;
}

void TestIvfFlat::coarseQuantizerRanksAsBruteForce() {
    QFETCH(int, metric);
    QFETCH(int, nlist);
    QFETCH(int, dim);
    QFETCH(double, offset);
    QFETCH(double, scale);
    const auto by = static_cast<Metric>(metric);
    const auto cells = static_cast<std::size_t>(nlist), cols = static_cast<std::size_t>(dim);
    VectorSet centroids = random_set(ElementType::F32, cells, cols, 4);
    if (by != Metric::L2)
        centroids = normalized(centroids).vectors;
    AlignedBuffer<float> copy(cells * cols);
    std::copy_n(centroids.view<float>().data(), copy.size(), copy.data());
    const FlatCoarse coarse(std::move(copy), cells, cols, by);
    Random random(9);
    std::vector<float> query(cols);
    for (int round = 0; round < 10; ++round) {
        const VectorSet points = random_set(ElementType::F32, 1, cols, random());
        for (std::size_t j = 0; j < cols; ++j)
            query[j] =
                static_cast<float>(offset + scale * static_cast<double>(points.view<float>().row(0)[j]));
        if (by == Metric::Cosine)
            normalize(query.data(), cols);
        const Metric rank = by == Metric::L2 ? Metric::L2 : Metric::InnerProduct;
        std::vector<double> all(cells);
        double largest = 1e-30; // of what is added up
        for (const float v : query)
            largest += by == Metric::L2 ? 0.0 : std::abs(static_cast<double>(v));
        for (std::size_t j = 0; j < cells; ++j) {
            all[j] = oracle_distance(centroids, j, query.data(), rank);
            largest = std::max(largest, std::abs(all[j]));
        }
        std::vector<double> sorted = all;
        std::ranges::sort(sorted);
        for (const std::size_t nprobe : {std::size_t{1}, cells / 20, cells / 3, cells}) {
            std::vector<Neighbor> probes(std::max<std::size_t>(1, nprobe));
            coarse.probe(query.data(), probes);
            QVERIFY(std::is_sorted(probes.begin(), probes.end()));
            std::vector<bool> seen(cells);
            for (std::size_t i = 0; i < probes.size(); ++i) {
                const auto cell = static_cast<std::size_t>(probes[i].id);
                QVERIFY(cell < cells && !seen[cell]);
                seen[cell] = true;
                QVERIFY(std::abs(all[cell] - sorted[i]) <= 2e-6 * largest);
                QVERIFY(std::abs(static_cast<double>(probes[i].distance) - all[cell]) <= 2e-6 * largest);
            }
        }
    }
}

void TestIvfFlat::sketchKeepsTheNearest_data() {
    QTest::addColumn<int>("dim");
    QTest::addColumn<double>("scale"); // of the coordinates: the grid must fit any
    for (const int dim : {8, 100, 256})
        for (const double scale : {1e-12, 1e-3, 1.0, 1e6})
            QTest::addRow("%d, %g", dim, scale) << dim << scale;
}

void TestIvfFlat::sketchKeepsTheNearest() {
    QFETCH(int, dim);
    QFETCH(double, scale);
    constexpr std::size_t kCells = 700, kProbes = 9;
    const auto cols = static_cast<std::size_t>(dim);
    const auto scaled = [&](std::size_t rows, std::uint64_t seed) {
        const VectorSet set = random_set(ElementType::F32, rows, cols, seed);
        std::vector<float> values(set.view<float>().data(), set.view<float>().data() + rows * cols);
        for (float& v : values)
            v *= static_cast<float>(scale);
        return floats(values, rows, cols);
    };
    const VectorSet centroids = scaled(kCells, 4), queries = scaled(20, 5);
    const CentroidSketch sketch(centroids.view<float>());
    std::size_t left = 0;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        // A pair of queries shares a pass: the second must get what it gets alone.
        const float* const pair[] = {queries.view<float>().row((q + 1) % queries.size()), query};
        std::vector<std::uint32_t> both[2], alone[1];
        sketch.candidates(pair, kProbes, both);
        sketch.candidates(std::span(pair).subspan(1), kProbes, alone);
        const std::vector<std::uint32_t>& candidates = both[1];
        QVERIFY(!candidates.empty() && candidates == alone[0]);
        QVERIFY(std::ranges::is_sorted(candidates));
        left += candidates.size();
        const double reach = oracle_kth(centroids, query, Metric::L2, kProbes);
        for (std::size_t cell = 0; cell < kCells; ++cell)
            if (oracle_distance(centroids, cell, query, Metric::L2) <= reach)
                QVERIFY(std::ranges::binary_search(candidates, static_cast<std::uint32_t>(cell)));
    }
    QVERIFY2(left < queries.size() * 8 * kProbes, qPrintable(QString::number(left))); // most are ruled out
}

void TestIvfFlat::recallGrowsWithNprobe() {
    const VectorSet base = random_set(ElementType::F32, 2000, kDim, 1);
    const VectorSet queries = random_set(ElementType::F32, 50, kDim, 2);
    const auto index = build("IVF64,Flat", base, Metric::L2);
    QVERIFY(index.ok());
    double before = 0;
    for (const double nprobe : {1, 2, 4, 8, 16, 32, 64}) {
        const auto answer = search(**index, queries, 10, {{"nprobe", nprobe}});
        QVERIFY(answer.ok());
        const double recall = recall_of(*answer, base, queries, Metric::L2, 10);
        QVERIFY(recall >= before);
        before = recall;
    }
    QCOMPARE(before, 1.0);
}

void TestIvfFlat::secondAddIsAsOneAdd_data() {
    QTest::addColumn<int>("first");
    QTest::addColumn<int>("second");
    for (int first = 0; first < 4; ++first)
        for (int second = 0; second < 4; ++second)
            QTest::addRow("%s then %s", name(static_cast<ElementType>(first)).data(),
                          name(static_cast<ElementType>(second)).data())
                << first << second;
}

void TestIvfFlat::secondAddIsAsOneAdd() {
    QFETCH(int, first);
    QFETCH(int, second);
    const VectorSet parts[] = {random_set(static_cast<ElementType>(first), 500, kDim, 1),
                               random_set(static_cast<ElementType>(second), 300, kDim, 3)};
    std::vector<float> joined;
    for (const VectorSet& part : parts)
        for (std::size_t i = 0; i < part.size(); ++i) {
            joined.resize(joined.size() + kDim);
            part.copy_row(i, joined.data() + joined.size() - kDim);
        }
    const VectorSet all = floats(joined, 800, kDim);
    const VectorSet queries = random_set(ElementType::F32, 20, kDim, 2);
    for (const Metric metric : {Metric::L2, Metric::Cosine}) {
        const auto once = build_index(configuration("IVF16,Flat").spec, {kDim, metric, {{"narrow", 0}}, 1});
        const auto twice = build_index(configuration("IVF16,Flat").spec, {kDim, metric, {}, 1});
        QVERIFY(once.ok() && twice.ok());
        QVERIFY((*once)->train(all, {}).ok() && (*twice)->train(all, {}).ok());
        QVERIFY((*once)->add(all, {}).ok());
        for (const VectorSet& part : parts)
            QVERIFY((*twice)->add(part, {}).ok());
        QCOMPARE((*twice)->info().size, std::size_t{800});
        const auto a = search(**once, queries, 30, {{"nprobe", 5}}),
                   b = search(**twice, queries, 30, {{"nprobe", 5}});
        QVERIFY(a.ok() && b.ok());
        QCOMPARE(a->ids, b->ids);
        for (std::size_t cell = 0; cell < 16; ++cell)
            QVERIFY(std::ranges::equal((*once)->cells()->ids(cell), (*twice)->cells()->ids(cell)));
    }
}

void TestIvfFlat::narrowKeepsTheAnswers() {
    for (const ElementType type : {ElementType::U8, ElementType::I8}) {
        const VectorSet base = random_set(type, 900, 40, 1).to_float();
        const VectorSet queries = random_set(type, 30, 40, 2).to_float();
        for (const Metric metric : {Metric::L2, Metric::InnerProduct}) {
            const auto narrow = build("IVF16,Flat", base, metric);
            const auto wide = build("IVF16,Flat", base, metric, {{"narrow", 0}});
            QVERIFY(narrow.ok() && wide.ok());
            QCOMPARE(static_cast<int>((*narrow)->info().storage), static_cast<int>(type));
            QCOMPARE(static_cast<int>((*wide)->info().storage), static_cast<int>(ElementType::F32));
            const auto a = search(**narrow, queries, 10, {}), b = search(**wide, queries, 10, {});
            QVERIFY(a.ok() && b.ok());
            QVERIFY(*a == *b);
        }
    }
}

void TestIvfFlat::paramsAreThoseOfTheIndex() {
    const auto index = build("IVF5,Flat", random_set(ElementType::F32, 300, kDim, 1), Metric::L2);
    QVERIFY(index.ok());
    const auto params = (*index)->search_params();
    QCOMPARE(params.size(), std::size_t{1});
    QCOMPARE(params[0].max, 5.0);
    QCOMPARE(params[0].def, 5.0);
    const auto beyond = search(**index, random_set(ElementType::F32, 1, kDim, 2), 1, {{"nprobe", 6}});
    QVERIFY(!beyond.ok());
    QVERIFY(beyond.error().message.find("1 to 5") != std::string::npos);
}

void TestIvfFlat::badCellCounts() {
    SpecNode root{"IVF", {0}, "", {SpecNode{"Flat", {}, "", {}, 5}}, 3};
    for (const std::uint64_t nlist : {std::uint64_t{0}, std::uint64_t{1} << 40}) {
        root.numbers = {nlist};
        const auto index = build_index({root}, {kDim, Metric::L2, {}, 1});
        QVERIFY(!index.ok());
        QCOMPARE(static_cast<int>(index.error().code), static_cast<int>(ErrorCode::InvalidArgument));
        QCOMPARE(index.error().column, 3);
    }
    const auto few = build("IVF100,Flat", random_set(ElementType::F32, 99, kDim, 1), Metric::L2);
    QVERIFY(!few.ok());
    QVERIFY(few.error().message.find("99") != std::string::npos);
}

void TestIvfFlat::trainingWithVectorsInsideIsRefused() {
    const VectorSet base = random_set(ElementType::F32, 300, kDim, 1);
    const auto index = build("IVF5,Flat", base, Metric::L2);
    QVERIFY(index.ok());
    QVERIFY(!(*index)->train(base, {}).ok());
    QVERIFY((*index)->info().trained);
}

QTEST_GUILESS_MAIN(TestIvfFlat)
#include "tst_ivf_flat.moc"
