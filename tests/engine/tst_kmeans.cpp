// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "quant/kmeans.h"

#include <QElapsedTimer>
#include <QTest>

#include <algorithm>
#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

KmeansOptions options_of(std::size_t k, int niter = 10) {
    KmeansOptions options;
    options.k = k;
    options.niter = niter;
    return options;
}

std::uint32_t nearest_oracle(const VectorSet& points, std::size_t row, VectorView centroids, AssignBy by) {
    std::uint32_t best = 0;
    double low = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < centroids.rows(); ++j) {
        const double d = oracle_distance(points, row, centroids.row(j),
                                         by == AssignBy::L2 ? Metric::L2 : Metric::InnerProduct);
        if (d < low) {
            low = d;
            best = static_cast<std::uint32_t>(j);
        }
    }
    return best;
}

} // namespace

class TestKmeans : public QObject {
    Q_OBJECT

private slots:
    void assignmentIsThatOfBruteForce_data();
    void assignmentIsThatOfBruteForce();
    void equalCentroidsGiveTheFirst();
    void eachIterationIsLloyds();
    void objectiveFalls_data();
    void objectiveFalls();
    void sameForAnyThreads_data();
    void sameForAnyThreads();
    void seedMatters();
    void findsSeparatedClusters();
    void sphericalCentroidsAreUnit();
    void emptyClustersAreSplit();
    void asManyCentroidsAsPoints();
    void samplesLargeSets();
    void redoKeepsTheBest();
    void warnsOfFewPoints();
    void errors();
    void cancelAnswersQuickly();
};

void TestKmeans::assignmentIsThatOfBruteForce_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("k");
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("by");
    int type = 0;
    for (const int n : {1, 7, 1023, 1025, 1100})
        for (const int dim : {1, 3, 33})
            for (const int k : {1, 5, 600})
                for (const int by : {0, 1}) {
                    QTest::addRow("%d x %d, %d, %d, %d", n, dim, k, by, type) << n << dim << k << type << by;
                    type = (type + 1) % 4;
                }
}

void TestKmeans::assignmentIsThatOfBruteForce() {
    QFETCH(int, n);
    QFETCH(int, dim);
    QFETCH(int, k);
    QFETCH(int, type);
    QFETCH(int, by);
    const auto rows = static_cast<std::size_t>(n), cols = static_cast<std::size_t>(dim),
               cells = static_cast<std::size_t>(k);
    const VectorSet points = random_set(static_cast<ElementType>(type), rows, cols, 11);
    const VectorSet centroids = random_set(static_cast<ElementType>(type), cells, cols, 12).to_float();
    std::vector<std::uint32_t> got(rows, 12345);
    const auto sum = assign_nearest(points, centroids.view<float>(), static_cast<AssignBy>(by), got, {});
    QVERIFY(sum.ok());
    double expected_sum = 0, magnitude = 1;
    for (std::size_t i = 0; i < rows; ++i) {
        const Metric metric = by == 0 ? Metric::L2 : Metric::InnerProduct;
        const std::uint32_t best =
            nearest_oracle(points, i, centroids.view<float>(), static_cast<AssignBy>(by));
        const double expected = oracle_distance(points, i, centroids.view<float>().row(best), metric);
        QVERIFY(got[i] < cells);
        const double reached = oracle_distance(points, i, centroids.view<float>().row(got[i]), metric);
        const double scale = std::abs(expected) + 2e4 * static_cast<double>(cols);
        QVERIFY2(reached <= expected + 1e-6 * scale, qPrintable(QString("%1 %2").arg(reached).arg(expected)));
        expected_sum += by == 0 ? reached : -reached;
        magnitude += scale;
    }
    QVERIFY(std::abs(*sum - expected_sum) <= 1e-6 * magnitude);
}

void TestKmeans::equalCentroidsGiveTheFirst() {
    const VectorSet points = floats({5, 5, 1, 1}, 2, 2);
    std::vector<float> centroids(700 * 2, 3.0f); // more than a block of equal centroids
    std::vector<std::uint32_t> cells(2);
    QVERIFY(assign_nearest(points, {centroids.data(), 700, 2}, AssignBy::L2, cells, {}).ok());
    QCOMPARE(cells, (std::vector<std::uint32_t>{0, 0}));
}

void TestKmeans::eachIterationIsLloyds() {
    // One more iteration from the result of i iterations must give the result of i + 1: means of the cells.
    const VectorSet points = random_set(ElementType::F32, 900, 6, 3);
    const auto before = kmeans(points, options_of(20, 4), {}), after = kmeans(points, options_of(20, 5), {});
    QVERIFY(before.ok() && after.ok());
    QCOMPARE(before->splits, std::size_t{0}); // else the step is more than a mean
    QCOMPARE(after->splits, std::size_t{0});
    const VectorView centroids(before->centroids.data(), 20, 6);
    std::vector<double> sums(20 * 6);
    std::vector<int> counts(20);
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::uint32_t cell = nearest_oracle(points, i, centroids, AssignBy::L2);
        ++counts[cell];
        for (std::size_t j = 0; j < 6; ++j)
            sums[cell * 6 + j] += static_cast<double>(points.view<float>().row(i)[j]);
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const double mean = sums[i] / counts[i / 6];
        QVERIFY(std::abs(mean - static_cast<double>(after->centroids[i])) < 1e-3);
    }
}

void TestKmeans::objectiveFalls_data() {
    QTest::addColumn<int>("start");
    QTest::addRow("random") << static_cast<int>(KmeansStart::Random);
    QTest::addRow("k-means++") << static_cast<int>(KmeansStart::PlusPlus);
    QTest::addRow("k-means||") << static_cast<int>(KmeansStart::Parallel);
}

void TestKmeans::objectiveFalls() {
    QFETCH(int, start);
    KmeansOptions options = options_of(30, 15);
    options.start = static_cast<KmeansStart>(start);
    const VectorSet points = random_set(ElementType::F32, 3000, 8, 3);
    const auto result = kmeans(points, options, {});
    QVERIFY(result.ok());
    QCOMPARE(result->objective.size(), std::size_t{15});
    for (std::size_t i = 1; i < result->objective.size(); ++i)
        QVERIFY(result->objective[i] <= result->objective[i - 1] * (1 + 1e-6));
    QVERIFY(result->objective.back() < result->objective.front());
}

void TestKmeans::sameForAnyThreads_data() {
    QTest::addColumn<int>("start");
    QTest::addColumn<bool>("spherical");
    for (const int start : {0, 1, 2})
        for (const bool spherical : {false, true})
            QTest::addRow("%d %d", start, spherical) << start << spherical;
}

void TestKmeans::sameForAnyThreads() {
    QFETCH(int, start);
    QFETCH(bool, spherical);
    KmeansOptions options = options_of(40);
    options.start = static_cast<KmeansStart>(start);
    options.spherical = spherical;
    const VectorSet points = random_set(ElementType::F32, 4000, 17, 3);
    Control one, four;
    one.threads = 1;
    four.threads = 4;
    const auto a = kmeans(points, options, one), b = kmeans(points, options, four);
    QVERIFY(a.ok() && b.ok());
    QVERIFY(std::ranges::equal(a->centroids, b->centroids));
    QCOMPARE(a->objective, b->objective);
}

void TestKmeans::seedMatters() {
    const VectorSet points = random_set(ElementType::F32, 900, 6, 3);
    KmeansOptions options = options_of(20, 2);
    const auto a = kmeans(points, options, {});
    options.seed = 99;
    const auto b = kmeans(points, options, {});
    QVERIFY(a.ok() && b.ok() && !std::ranges::equal(a->centroids, b->centroids));
}

void TestKmeans::findsSeparatedClusters() {
    std::vector<float> values;
    Random random(1);
    for (int i = 0; i < 600; ++i) {
        values.push_back(static_cast<float>(1000 * (i % 3) + random.uniform()));
        values.push_back(static_cast<float>(random.uniform()));
    }
    KmeansOptions options = options_of(3, 20);
    options.start = KmeansStart::PlusPlus;
    const auto result = kmeans(floats(values, 600, 2), options, {});
    QVERIFY(result.ok());
    std::set<int> centres;
    for (std::size_t j = 0; j < 3; ++j)
        centres.insert(static_cast<int>(std::lround(result->centroids[j * 2] / 1000)));
    QCOMPARE(centres, (std::set<int>{0, 1, 2}));
}

void TestKmeans::sphericalCentroidsAreUnit() {
    KmeansOptions options = options_of(25);
    options.spherical = true;
    for (const bool unit : {false, true}) {
        options.unit_points = unit;
        const auto result = kmeans(random_set(ElementType::I8, 1500, 10, 3), options, {});
        QVERIFY(result.ok());
        for (std::size_t cell = 0; cell < 25; ++cell) {
            double norm = 0;
            for (std::size_t j = 0; j < 10; ++j)
                norm +=
                    static_cast<double>(result->centroids[cell * 10 + j] * result->centroids[cell * 10 + j]);
            QVERIFY(std::abs(norm - 1) < 1e-5);
        }
        QVERIFY(result->objective.back() >= result->objective.front()); // a similarity: it rises
    }
}

void TestKmeans::emptyClustersAreSplit() {
    // 300 equal points and a few others: random starts coincide, all but one of them stay empty.
    std::vector<float> values(300 * 2, 7.0f);
    for (std::size_t i = 0; i < 5; ++i)
        values[i * 2] = static_cast<float>(100 * (i + 1));
    const auto result = kmeans(floats(values, 300, 2), options_of(16), {});
    QVERIFY(result.ok());
    QVERIFY(result->splits > 0);
    std::set<std::pair<float, float>> distinct;
    for (std::size_t j = 0; j < 16; ++j) {
        QVERIFY(std::isfinite(result->centroids[j * 2]));
        distinct.emplace(result->centroids[j * 2], result->centroids[j * 2 + 1]);
    }
    QVERIFY(distinct.size() > 5);
}

void TestKmeans::asManyCentroidsAsPoints() {
    const VectorSet points = random_set(ElementType::F32, 50, 4, 3);
    const auto result = kmeans(points, options_of(50), {});
    QVERIFY(result.ok());
    QVERIFY(result->objective.back() < 1e-2);
    const auto equal = kmeans(floats(std::vector<float>(40, 3.0f), 20, 2), options_of(20), {});
    QVERIFY(equal.ok()); // splitting among single points ends
}

void TestKmeans::samplesLargeSets() {
    KmeansOptions options = options_of(4, 5);
    options.max_points_per_centroid = 50;
    const VectorSet points = random_set(ElementType::U8, 5000, 5, 3);
    Progress progress;
    Control control;
    control.progress = &progress;
    const auto result = kmeans(points, options, control);
    QVERIFY(result.ok());
    QCOMPARE(progress.total.load(), std::uint64_t{5 * 200});
    QCOMPARE(progress.done.load(), std::uint64_t{5 * 200});
    QCOMPARE(std::string(progress.phase.load()), std::string("Training centroids"));
}

void TestKmeans::redoKeepsTheBest() {
    const VectorSet points = random_set(ElementType::F32, 500, 3, 3);
    KmeansOptions options = options_of(12, 3);
    const auto once = kmeans(points, options, {});
    options.nredo = 5;
    const auto best = kmeans(points, options, {});
    QVERIFY(once.ok() && best.ok());
    QVERIFY(best->objective.back() <= once->objective.back());
}

void TestKmeans::warnsOfFewPoints() {
    const VectorSet points = random_set(ElementType::F32, 390, 3, 3);
    const auto enough = kmeans(points, options_of(10, 1), {}), few = kmeans(points, options_of(11, 1), {});
    QVERIFY(enough.ok() && few.ok());
    QVERIFY(enough->warnings.empty());
    QCOMPARE(few->warnings.size(), std::size_t{1});
}

void TestKmeans::errors() {
    const VectorSet points = random_set(ElementType::F32, 9, 3, 3);
    const auto few = kmeans(points, options_of(10), {});
    QVERIFY(!few.ok() && few.error().code == ErrorCode::InvalidArgument);
    QVERIFY(few.error().message.find("9 vectors for 10 centroids") != std::string::npos);
    QVERIFY(!kmeans(points, options_of(0), {}).ok());
    QVERIFY(!kmeans(points, options_of(3, 0), {}).ok());
}

void TestKmeans::cancelAnswersQuickly() {
    // Minutes of work; the answer must come long before its end.
    const VectorSet points = random_set(ElementType::F32, 20000, 64, 3);
    for (const KmeansStart start : {KmeansStart::Random, KmeansStart::PlusPlus, KmeansStart::Parallel}) {
        std::stop_source stop;
        Control control;
        control.stop = stop.get_token();
        control.threads = 2;
        KmeansOptions options = options_of(2000, 100000);
        options.start = start;
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
            stop.request_stop();
        });
        const auto result = kmeans(points, options, control);
        QVERIFY(!result.ok() && result.error().code == ErrorCode::Cancelled);
    }
}

QTEST_GUILESS_MAIN(TestKmeans)
#include "tst_kmeans.moc"
