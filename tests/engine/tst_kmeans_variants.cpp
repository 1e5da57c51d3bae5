// SPDX-License-Identifier: GPL-3.0-or-later
// Sampled, mini-batch, two-level and balanced k-means against Lloyd's algorithm.
#include "index_fixture.h"

#include "quant/kmeans.h"

#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

enum Way {
    Plain,
    Sampled,
    PlusPlus,
    Parallel,
    Batches,
    TwoLevels,
    Balanced,
    BatchesParallel,
    TwoLevelsBalanced
};

struct Row {
    const char* name;
    Way way;
    double most; ///< times the objective of plain Lloyd
};
constexpr Row kWays[]{
    {"sampled", Sampled, 1.10},
    {"k-means++", PlusPlus, 1.03},
    {"k-means||", Parallel, 1.03},
    {"mini-batch", Batches, 1.05},
    {"two levels", TwoLevels, 1.05},
    {"balanced", Balanced, 1.10},
    {"mini-batch, k-means||", BatchesParallel, 1.05},
    {"two levels, balanced", TwoLevelsBalanced, 1.15},
};

KmeansOptions options_of(Way way, std::size_t k, int niter = 10) {
    KmeansOptions options;
    options.k = k;
    options.niter = niter;
    options.two_level = TwoLevel::Never;
    if (way == Sampled)
        options.sample_share = 0.25;
    if (way == PlusPlus)
        options.start = KmeansStart::PlusPlus;
    if (way == Parallel || way == BatchesParallel)
        options.start = KmeansStart::Parallel;
    options.minibatch = way == Batches || way == BatchesParallel;
    if (options.minibatch)
        options.batch_size = 512;
    if (way == TwoLevels || way == TwoLevelsBalanced)
        options.two_level = TwoLevel::Always;
    if (way == Balanced || way == TwoLevelsBalanced)
        options.balance = 1.5;
    return options;
}

void add_ways() {
    QTest::addColumn<int>("way");
    QTest::addColumn<double>("most");
    for (const Row& row : kWays)
        QTest::addRow("%s", row.name) << static_cast<int>(row.way) << row.most;
}

VectorView view_of(const KmeansResult& result, std::size_t k, std::size_t dim) {
    return {result.centroids.data(), k, dim};
}

double objective_of(const VectorSet& points, VectorView centroids) {
    std::vector<std::uint32_t> cells(points.size());
    return assign_nearest(points, centroids, AssignBy::L2, cells, {}).value();
}

std::vector<std::size_t> sizes_of(const VectorSet& points, VectorView centroids) {
    std::vector<std::uint32_t> cells(points.size());
    (void)assign_nearest(points, centroids, AssignBy::L2, cells, {}).ok();
    std::vector<std::size_t> sizes(centroids.rows());
    for (const std::uint32_t cell : cells)
        ++sizes[cell];
    return sizes;
}

/// Half of the points lie in one narrow heap.
VectorSet uneven_points(std::size_t n, std::size_t dim) {
    std::vector<float> values(n * dim);
    Random random(4);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            values[i * dim + j] = static_cast<float>((i % 2 == 0 ? 0.3 : 3.0) * random.normal());
    return floats(values, n, dim);
}

} // namespace

class TestKmeansVariants : public QObject {
    Q_OBJECT

private slots:
    void objectiveIsNearLloyds_data() { add_ways(); }
    void objectiveIsNearLloyds();
    void sameForAnyThreads_data() { add_ways(); }
    void sameForAnyThreads();
    void unitPointsAreNotChanged_data() { add_ways(); }
    void unitPointsAreNotChanged();
    void asManyCentroidsAsPoints_data() { add_ways(); }
    void asManyCentroidsAsPoints();
    void equalPoints_data() { add_ways(); }
    void equalPoints();
    void anyElementType_data() { add_ways(); }
    void anyElementType();
    void sphericalCentroidsAreUnit_data() { add_ways(); }
    void sphericalCentroidsAreUnit();
    void cancelInEachPhase_data() { add_ways(); }
    void cancelInEachPhase();
    void trainingSize();
    void twoLevelsFindEveryIsland();
    void twoLevelsBeginBeyondTheLimit();
    void balanceLimitsCells();
    void minibatchIsSculleys();
    void minibatchRevivesDeadCentroids();
    void extrasOfAssignment_data();
    void extrasOfAssignment();
    void errors();
};

void TestKmeansVariants::objectiveIsNearLloyds() {
    QFETCH(int, way);
    QFETCH(double, most);
    const VectorSet points = random_set(ElementType::F32, 12000, 16, 3);
    const auto plain = kmeans(points, options_of(Plain, 64), {});
    const auto other = kmeans(points, options_of(static_cast<Way>(way), 64), {});
    QVERIFY(plain.ok() && other.ok());
    const double ratio =
        objective_of(points, view_of(*other, 64, 16)) / objective_of(points, view_of(*plain, 64, 16));
    QVERIFY2(ratio <= most, qPrintable(QString::number(ratio)));
}

void TestKmeansVariants::sameForAnyThreads() {
    QFETCH(int, way);
    const VectorSet points = random_set(ElementType::F32, 9000, 9, 3);
    Control one, five;
    one.threads = 1;
    five.threads = 5;
    const KmeansOptions options = options_of(static_cast<Way>(way), 70, 4);
    const auto a = kmeans(points, options, one), b = kmeans(points, options, five);
    QVERIFY(a.ok() && b.ok());
    QVERIFY(std::ranges::equal(a->centroids, b->centroids));
    QCOMPARE(a->objective, b->objective);
    KmeansOptions other = options;
    other.seed = 5;
    QVERIFY(!std::ranges::equal(a->centroids, kmeans(points, other, one)->centroids));
}

void TestKmeansVariants::unitPointsAreNotChanged() {
    // Scaling the points first or on the way is the same.
    QFETCH(int, way);
    const VectorSet points = random_set(ElementType::U8, 3000, 9, 3);
    KmeansOptions options = options_of(static_cast<Way>(way), 40, 4);
    options.spherical = true;
    const auto before = kmeans(normalized(points).vectors, options, {});
    options.unit_points = true;
    const auto within = kmeans(points, options, {});
    QVERIFY(before.ok() && within.ok());
    QVERIFY(std::ranges::equal(before->centroids, within->centroids));
}

void TestKmeansVariants::asManyCentroidsAsPoints() {
    QFETCH(int, way);
    const VectorSet points = random_set(ElementType::F32, 60, 4, 3);
    for (const std::size_t k : {60u, 59u, 57u}) {
        const auto result = kmeans(points, options_of(static_cast<Way>(way), k), {});
        QVERIFY(result.ok());
        QCOMPARE(result->centroids.size(), k * 4);
        for (const float v : result->centroids)
            QVERIFY(std::isfinite(v));
        // Most points have a centroid of their own: some 48 of squared distance is usual without.
        const double each = objective_of(points, view_of(*result, k, 4)) / 60;
        QVERIFY2(each < 40, qPrintable(QString::number(each)));
    }
}

void TestKmeansVariants::equalPoints() {
    QFETCH(int, way);
    std::vector<float> values(400 * 3, 7.0f);
    const auto same = kmeans(floats(values, 400, 3), options_of(static_cast<Way>(way), 30), {});
    QVERIFY(same.ok());
    for (const float v : same->centroids)
        QVERIFY(std::abs(v - 7) < 0.1f);
    for (std::size_t i = 0; i < 12; ++i)
        values[i * 3] = static_cast<float>(100 * (i + 1)); // 13 distinct points for 30 centroids
    const auto few = kmeans(floats(values, 400, 3), options_of(static_cast<Way>(way), 30), {});
    QVERIFY(few.ok());
    for (const float v : few->centroids)
        QVERIFY(std::isfinite(v));
}

void TestKmeansVariants::anyElementType() {
    QFETCH(int, way);
    for (const ElementType type : {ElementType::F16, ElementType::U8, ElementType::I8}) {
        const VectorSet points = random_set(type, 2500, 7, 3);
        const KmeansOptions options = options_of(static_cast<Way>(way), 40, 4);
        const auto narrow = kmeans(points, options, {}), wide = kmeans(points.to_float(), options, {});
        QVERIFY(narrow.ok() && wide.ok());
        QVERIFY(std::ranges::equal(narrow->centroids, wide->centroids));
    }
}

void TestKmeansVariants::sphericalCentroidsAreUnit() {
    QFETCH(int, way);
    KmeansOptions options = options_of(static_cast<Way>(way), 50, 5);
    options.spherical = true;
    const VectorSet points = random_set(ElementType::F32, 4000, 10, 3);
    const auto result = kmeans(points, options, {});
    QVERIFY(result.ok());
    for (std::size_t cell = 0; cell < 50; ++cell) {
        double norm = 0;
        for (std::size_t j = 0; j < 10; ++j)
            norm += std::pow(static_cast<double>(result->centroids[cell * 10 + j]), 2);
        QVERIFY(std::abs(norm - 1) < 1e-5);
    }
    std::vector<std::uint32_t> cells(points.size());
    const KmeansOptions plain_options = [&] {
        KmeansOptions o = options_of(Plain, 50, 5);
        o.spherical = true;
        return o;
    }();
    const auto plain = kmeans(points, plain_options, {});
    const double got =
        assign_nearest(points, view_of(*result, 50, 10), AssignBy::InnerProduct, cells, {}).value();
    const double expected =
        assign_nearest(points, view_of(*plain, 50, 10), AssignBy::InnerProduct, cells, {}).value();
    QVERIFY2(got >= 0.98 * expected, qPrintable(QString::number(got / expected)));
}

void TestKmeansVariants::cancelInEachPhase() {
    // Minutes of work if nobody stopped it; stopped in each phase that it comes to.
    QFETCH(int, way);
    const VectorSet points = random_set(ElementType::F32, 20000, 24, 3);
    KmeansOptions options = options_of(static_cast<Way>(way), 400, 100000);
    const std::size_t phases = way == Sampled || way == Balanced || way == Batches ? 1 : 2;
    const bool two_levels = way == TwoLevels || way == TwoLevelsBalanced;
    std::set<std::string> stopped_in;
    for (int round = 0; round < static_cast<int>(phases); ++round) {
        if (round > 0 && two_levels)
            options.niter = 300; // so that it gets beyond the groups
        Progress progress;
        std::stop_source stop;
        Control control{stop.get_token(), &progress, 2};
        std::jthread canceller([&](const std::stop_token& end) {
            // Waits for a phase that has not been stopped yet.
            for (int i = 0; i < 10000 && !end.stop_requested(); ++i) {
                const std::string phase = progress.phase.load();
                if (!phase.empty() && !stopped_in.contains(phase) && progress.done.load() > 0) {
                    stopped_in.insert(phase);
                    break;
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            stop.request_stop();
        });
        const auto result = kmeans(points, options, control);
        QVERIFY(!result.ok() && result.error().code == ErrorCode::Cancelled);
    }
    QCOMPARE(stopped_in.size(), phases);
}

void TestKmeansVariants::trainingSize() {
    KmeansOptions options;
    options.k = 10;
    const auto size = [&](double share, std::size_t n) {
        options.sample_share = share;
        return training_size(n, options);
    };
    QCOMPARE(size(1, 1000), std::size_t{1000});
    QCOMPARE(size(1, 1000000), std::size_t{2560});   // 256 a centroid, at most
    QCOMPARE(size(0.5, 1000), std::size_t{500});     // the share
    QCOMPARE(size(0.025, 1000), std::size_t{390});   // 39 a centroid, at least
    QCOMPARE(size(0.025, 200), std::size_t{200});    // or all there are
    QCOMPARE(size(0.025, 60000), std::size_t{1500}); // 1/40
    QCOMPARE(size(0.025, 1000000), std::size_t{2560});
    options.k = std::size_t{1} << 62;
    QCOMPARE(training_size(std::size_t{1} << 63, options), std::size_t{1} << 63); // no overflow

    options.k = 10;
    options.niter = 3;
    options.sample_share = 0.5;
    Progress progress;
    const auto result = kmeans(random_set(ElementType::F32, 1000, 3, 1), options, {{}, &progress, 0});
    QVERIFY(result.ok());
    QCOMPARE(progress.total.load(), std::uint64_t{3 * 500});
    QCOMPARE(progress.done.load(), std::uint64_t{3 * 500});
}

void TestKmeansVariants::twoLevelsFindEveryIsland() {
    // 100 islands far apart, 100 centroids: none may be forgotten at the border of two groups.
    std::vector<float> values;
    Random random(1);
    for (int i = 0; i < 5000; ++i) {
        values.push_back(static_cast<float>(100 * (i % 10) + random.uniform()));
        values.push_back(static_cast<float>(100 * (i / 10 % 10) + random.uniform()));
    }
    const VectorSet points = floats(values, 5000, 2);
    KmeansOptions options = options_of(TwoLevels, 100, 20);
    options.start = KmeansStart::PlusPlus;
    const auto result = kmeans(points, options, {});
    QVERIFY(result.ok());
    const double each = objective_of(points, view_of(*result, 100, 2)) / 5000;
    // 1/6 where all are found; an island without a centroid costs 1/100 of 100^2.
    QVERIFY2(each < 60, qPrintable(QString::number(each)));
}

void TestKmeansVariants::twoLevelsBeginBeyondTheLimit() {
    const VectorSet points = random_set(ElementType::F32, 20000, 2, 3);
    const auto phase_at_the_end = [&](std::size_t k) {
        KmeansOptions options;
        options.k = k;
        options.niter = 1;
        Progress progress;
        return kmeans(points, options, {{}, &progress, 0}).ok() ? std::string(progress.phase.load())
                                                                : "error";
    };
    QCOMPARE(phase_at_the_end(kTwoLevelFrom), std::string("Training centroids"));
    QCOMPARE(phase_at_the_end(kTwoLevelFrom + 1), std::string("Refining centroids"));
}

void TestKmeansVariants::balanceLimitsCells() {
    const VectorSet points = uneven_points(10000, 8);
    const auto largest = [&](double balance) {
        KmeansOptions options = options_of(Plain, 50, 15);
        options.balance = balance;
        const auto result = kmeans(points, options, {});
        return std::ranges::max(sizes_of(points, view_of(*result, 50, 8)));
    };
    const std::size_t plain = largest(0), balanced = largest(1.5); // 200 on average, 300 is the limit
    QVERIFY2(plain > 800, qPrintable(QString::number(plain)));
    QVERIFY2(balanced < 500, qPrintable(QString::number(balanced)));
}

void TestKmeansVariants::minibatchIsSculleys() {
    // One batch of one pass over two centroids: every centroid goes to the mean of its start, as half a point
    // at most, and of its points; with no points seen before, to the mean of the points alone.
    const VectorSet points = floats({0, 1, 2, 103, 104, 105}, 6, 1);
    KmeansOptions options = options_of(Batches, 2, 1);
    options.batch_size = 6;
    options.start = KmeansStart::PlusPlus;
    const auto result = kmeans(points, options, {});
    QVERIFY(result.ok());
    std::set<float> centroids(result->centroids.begin(), result->centroids.end());
    QVERIFY(std::abs(*centroids.begin() - 1) < 1e-4f && std::abs(*centroids.rbegin() - 104) < 1e-3f);
}

void TestKmeansVariants::minibatchRevivesDeadCentroids() {
    // Random starts out of 980 equal points and 20 others: most centroids start dead.
    std::vector<float> values(1000, 0.0f);
    for (std::size_t i = 0; i < 20; ++i)
        values[i * 50] = static_cast<float>(1000 * (i + 1));
    const VectorSet points = floats(values, 1000, 1);
    KmeansOptions options = options_of(Batches, 21, 40);
    options.batch_size = 1000;
    const auto result = kmeans(points, options, {});
    QVERIFY(result.ok());
    QVERIFY(result->splits > 0);
    QVERIFY2(objective_of(points, view_of(*result, 21, 1)) < 1e6,
             qPrintable(QString::number(objective_of(points, view_of(*result, 21, 1)))));
}

void TestKmeansVariants::extrasOfAssignment_data() {
    QTest::addColumn<int>("by");
    QTest::addRow("L2") << static_cast<int>(AssignBy::L2);
    QTest::addRow("product") << static_cast<int>(AssignBy::InnerProduct);
}

void TestKmeansVariants::extrasOfAssignment() {
    QFETCH(int, by);
    const Metric metric = static_cast<AssignBy>(by) == AssignBy::L2 ? Metric::L2 : Metric::InnerProduct;
    const VectorSet points = random_set(ElementType::F32, 1500, 6, 1),
                    centres = random_set(ElementType::F32, 700, 6, 2);
    std::vector<float> penalties(700), distances(1500);
    Random random(3);
    for (float& penalty : penalties)
        penalty = static_cast<float>(500 * random.uniform());
    std::vector<std::uint32_t> cells(1500);
    const auto sum = assign_nearest(points, centres.view<float>(), static_cast<AssignBy>(by), cells, {},
                                    {.penalties = penalties, .distances = distances});
    QVERIFY(sum.ok());
    double expected_sum = 0;
    for (std::size_t i = 0; i < 1500; ++i) {
        const auto cost = [&](std::size_t j) {
            const double d = oracle_distance(points, i, centres.view<float>().row(j), metric);
            return (metric == Metric::L2 ? d : 2 * d) + static_cast<double>(penalties[j]);
        };
        double low = cost(0);
        for (std::size_t j = 1; j < 700; ++j)
            low = std::min(low, cost(j));
        QVERIFY(std::abs(cost(cells[i]) - low) < 0.05);
        const double told = oracle_distance(points, i, centres.view<float>().row(cells[i]), metric);
        const double expected = metric == Metric::L2 ? told : -told;
        QVERIFY(std::abs(static_cast<double>(distances[i]) - expected) < 0.05);
        expected_sum += expected;
    }
    QVERIFY(std::abs(*sum - expected_sum) < 1e-4 * std::abs(expected_sum) + 20);
}

void TestKmeansVariants::errors() {
    const VectorSet points = random_set(ElementType::F32, 90, 3, 3);
    const auto message = [&](auto change) {
        KmeansOptions options = options_of(Plain, 9);
        change(options);
        const auto result = kmeans(points, options, {});
        return result.ok() ? std::string() : result.error().message;
    };
    QVERIFY(message([](KmeansOptions& o) { o.sample_share = 0; }).find("share") != std::string::npos);
    QVERIFY(message([](KmeansOptions& o) { o.sample_share = 1.5; }).find("share") != std::string::npos);
    QVERIFY(message([](KmeansOptions& o) { o.sample_share = std::nan(""); }).find("share") !=
            std::string::npos);
    QVERIFY(message([](KmeansOptions& o) { o.balance = 0.5; }).find("balance") != std::string::npos);
    QVERIFY(message([](KmeansOptions& o) {
                o.balance = 2;
                o.minibatch = true;
            }).find("mini-batches") != std::string::npos);
    QVERIFY(message([](KmeansOptions& o) {
                o.two_level = TwoLevel::Always;
                o.k = 100;
            }).find("90 vectors for 100 centroids") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestKmeansVariants)
#include "tst_kmeans_variants.moc"
