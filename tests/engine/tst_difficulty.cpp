// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/ground_truth.h"
#include "tune/difficulty.h"

#include "test_data.h"

#include <QTest>

#include <cmath>
#include <numbers>
#include <numeric>

using namespace annscope;

namespace {

using Rows = std::vector<std::vector<float>>;

VectorSet vectors(const Rows& rows) {
    AlignedBuffer<float> buffer(rows.size() * rows.at(0).size());
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(rows[i], buffer.data() + i * rows[0].size());
    return VectorSet::adopt(std::move(buffer), rows.size(), rows[0].size());
}

Rows cloud(std::size_t count, std::size_t dim, std::uint64_t seed, double shift = 0) {
    Random random(seed);
    Rows rows(count, std::vector<float>(dim));
    for (auto& row : rows)
        for (float& value : row)
            value = static_cast<float>(random.normal() + shift);
    return rows;
}

Dataset dataset(const Rows& base, const Rows& queries, Metric metric = Metric::L2, std::size_t k = 20) {
    Dataset data;
    data.name = "cloud";
    data.base = vectors(base);
    data.queries = vectors(queries);
    data.metric = metric;
    data.truth = exact_neighbours(data.base, data.queries, metric, std::min(k, base.size()), {}).value();
    return data;
}

/// Points spread evenly over a torus of so many dimensions (no border), turned into a space of 2 x dim.
Rows torus(std::size_t count, std::size_t dim, std::uint64_t seed) {
    Random random(seed);
    Rows rows(count);
    for (auto& row : rows)
        for (std::size_t j = 0; j < dim; ++j) {
            const double angle = 2 * std::numbers::pi * random.uniform();
            row.push_back(static_cast<float>(std::cos(angle)));
            row.push_back(static_cast<float>(std::sin(angle)));
        }
    return rows;
}

using Point = std::vector<double>;

/// The points between which distances are taken, in float64 and as the header says.
Point placed(const std::vector<float>& row, Metric metric, double longest, bool query) {
    Point point(row.begin(), row.end());
    double squared = 0;
    for (const double v : point)
        squared += v * v;
    if (metric == Metric::Cosine)
        for (double& v : point)
            v /= std::sqrt(squared);
    if (metric == Metric::InnerProduct) {
        for (double& v : point)
            v *= query ? longest / std::sqrt(squared) : 1;
        point.push_back(query ? 0 : std::sqrt(std::max(0.0, longest * longest - squared)));
    }
    return point;
}

double apart(const Point& a, const Point& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += (a[i] - b[i]) * (a[i] - b[i]);
    return std::sqrt(sum);
}

bool close(double a, double b, double tolerance = 2e-4) {
    return a == b || std::abs(a - b) <= tolerance * std::abs(b) || (std::isnan(a) && std::isnan(b));
}

QueryDifficulty measured(const Dataset& data, const DifficultyOptions& options = {}) {
    auto result = query_difficulty(data, options, {});
    return result ? *result : QueryDifficulty();
}

} // namespace

class DifficultyTest : public QObject {
    Q_OBJECT
private slots:
    void agreesWithBruteForce_data();
    void agreesWithBruteForce();
    void knownDimension_data();
    void knownDimension();
    void dimensionOfDistances();
    void contrastFallsWithTheDimension();
    void queriesFromElsewhereAreMarked_data();
    void queriesFromElsewhereAreMarked();
    void equalVectors();
    void oneVector();
    void oneNeighbour();
    void zeroVectors();
    void elementTypes();
    void anyNumberOfThreads();
    void errorsAreSentences_data();
    void errorsAreSentences();
    void cancel();
    void ordersAndGroups();
    void fashionMnist();
};

void DifficultyTest::agreesWithBruteForce_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("dim");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const int dim : {2, 17, 300})
            QTest::addRow("%s %d", std::string(name(metric)).c_str(), dim) << int(metric) << dim;
}

void DifficultyTest::agreesWithBruteForce() {
    QFETCH(int, metric);
    QFETCH(int, dim);
    const auto kind = static_cast<Metric>(metric);
    const Rows base = cloud(400, std::size_t(dim), 1, 0.3), queries = cloud(37, std::size_t(dim), 2, 0.4);
    const QueryDifficulty result = measured(dataset(base, queries, kind), {.k = 7, .neighbours = 15});
    QCOMPARE(result.size(), queries.size());
    QCOMPARE(result.contrast_rows, base.size());
    QCOMPARE(result.reference_rows, base.size());

    double longest = 0;
    for (const auto& row : base)
        longest = std::max(longest, std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0)));
    std::vector<Point> points;
    for (const auto& row : base)
        points.push_back(placed(row, kind, longest, false));
    const auto distances = [&](const std::vector<float>& row, std::size_t without) {
        std::vector<double> all;
        const Point from = placed(row, kind, longest, true);
        for (std::size_t i = 0; i < points.size(); ++i)
            if (i != without)
                all.push_back(apart(from, points[i]));
        std::ranges::sort(all);
        return all;
    };
    std::vector<double> own;
    for (std::size_t i = 0; i < base.size(); ++i)
        own.push_back(distances(base[i], i)[0]);
    std::ranges::sort(own);
    QVERIFY(close(result.typical, own[199]));
    QVERIFY(close(result.limit, own[395])); // 99 % of 400: the 396th
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const auto all = distances(queries[q], base.size());
        QVERIFY(close(result.distance[q], all[0]));
        const double mean = std::accumulate(all.begin(), all.end(), 0.0) / double(all.size());
        QVERIFY(close(result.contrast[q], mean / all[6]));
        double sum = 0;
        for (std::size_t i = 0; i < 14; ++i)
            sum += std::log(all[14] / all[i]);
        QVERIFY2(close(result.dimension[q], 14 / sum, 2e-3), // logarithms of ratios near 1
                 qPrintable(QStringLiteral("%1 against %2").arg(result.dimension[q]).arg(14 / sum)));
        QCOMPARE(result.outside[q] != 0, all[0] > own[395]);
    }
}

void DifficultyTest::knownDimension_data() {
    QTest::addColumn<int>("dim");
    for (const int dim : {1, 2, 4, 6})
        QTest::addRow("%d", dim) << dim;
}

void DifficultyTest::knownDimension() {
    QFETCH(int, dim);
    const Dataset data =
        dataset(torus(20000, std::size_t(dim), 3), torus(200, std::size_t(dim), 4), Metric::L2, 100);
    const QueryDifficulty result = measured(data, {.reference_rows = 1});
    const double mean =
        std::accumulate(result.dimension.begin(), result.dimension.end(), 0.0) / double(result.size());
    // A torus in twice as many dimensions is not flat at the scale of 100 neighbours of 20,000.
    QVERIFY2(std::abs(mean - dim) < 0.15 * dim, qPrintable(QString::number(mean)));
}

void DifficultyTest::dimensionOfDistances() {
    for (const double dim : {1.0, 3.0, 12.0}) {
        std::vector<double> distances;
        for (int i = 1; i <= 1000; ++i)
            distances.push_back(std::pow(i / 1000.0, 1 / dim)); // a ball filled evenly
        QVERIFY(close(local_dimension(distances), dim, 0.01));
        distances.insert(distances.begin(), 5, 0.0);
        distances.push_back(std::numeric_limits<double>::infinity());
        QVERIFY(close(local_dimension(distances), dim, 0.01));
    }
    QVERIFY(std::isnan(local_dimension({})));
    QVERIFY(std::isnan(local_dimension(std::vector<double>{0, 0, 2})));
    QCOMPARE(local_dimension(std::vector<double>{2, 2, 2}), std::numeric_limits<double>::infinity());
    QVERIFY(close(local_dimension(std::vector<double>{1, std::numbers::e}), 1));
}

void DifficultyTest::contrastFallsWithTheDimension() {
    double before = std::numeric_limits<double>::infinity();
    for (const std::size_t dim : {2u, 8u, 64u}) {
        const QueryDifficulty result = measured(dataset(cloud(2000, dim, 5), cloud(50, dim, 6)));
        const double mean =
            std::accumulate(result.contrast.begin(), result.contrast.end(), 0.0) / double(result.size());
        QVERIFY(mean > 1 && mean < before);
        before = mean;
    }
}

void DifficultyTest::queriesFromElsewhereAreMarked_data() {
    QTest::addColumn<int>("metric");
    for (const Metric metric : {Metric::L2, Metric::Cosine, Metric::InnerProduct})
        QTest::addRow("%s", std::string(name(metric)).c_str()) << int(metric);
}

void DifficultyTest::queriesFromElsewhereAreMarked() {
    QFETCH(int, metric);
    constexpr std::size_t kDim = 8;
    Rows base = cloud(3000, kDim, 7), queries = cloud(300, kDim, 8);
    for (Rows* rows : {&base, &queries})
        for (auto& row : *rows)
            for (std::size_t j = 0; j < kDim; ++j)
                row[j] = row[j] * 0.3f + (j < 4 ? 1.0f : 0.0f);
    for (std::size_t q = 200; q < 300; ++q) // the last third looks the other way
        std::ranges::reverse(queries[q]);
    const QueryDifficulty result = measured(dataset(base, queries, static_cast<Metric>(metric)));
    const auto marked = [&](std::size_t from, std::size_t to) {
        return std::count(result.outside.begin() + std::ptrdiff_t(from),
                          result.outside.begin() + std::ptrdiff_t(to), 1);
    };
    QVERIFY2(marked(0, 200) <= 10, qPrintable(QString::number(marked(0, 200))));
    QVERIFY2(marked(200, 300) >= 95, qPrintable(QString::number(marked(200, 300))));
    QVERIFY(result.typical < result.limit);
}

void DifficultyTest::equalVectors() {
    // Base of one vector only: no contrast, no dimension, nothing is outside.
    const Rows same(30, std::vector<float>{1, 2, 3});
    const Rows queries{{1, 2, 3}, {1, 2, 4}};
    for (const Metric metric : {Metric::L2, Metric::Cosine}) {
        const QueryDifficulty result = measured(dataset(same, queries, metric));
        QCOMPARE(result.distance[0], 0.0f);
        QCOMPARE(result.contrast[0], 1.0f);
        QVERIFY(std::isnan(result.dimension[0]));
        QVERIFY(close(result.contrast[1], 1));
        QCOMPARE(result.dimension[1], std::numeric_limits<float>::infinity());
        QCOMPARE(result.typical, 0.0f);
        QCOMPARE(result.outside, (std::vector<std::uint8_t>{0, 1}));
    }
    // As many equal vectors as neighbours, among others.
    Rows base = cloud(200, 3, 9);
    base.insert(base.end(), 12, std::vector<float>{5, 5, 5});
    const QueryDifficulty result = measured(dataset(base, {{5, 5, 5}}));
    QCOMPARE(result.contrast[0], std::numeric_limits<float>::infinity());
    QVERIFY(std::isfinite(result.dimension[0])); // of the 20 neighbours 8 are apart
}

void DifficultyTest::oneVector() {
    const QueryDifficulty result = measured(dataset({{1, 0}}, {{1, 1}}), {.k = 1});
    QCOMPARE(result.contrast[0], 1.0f);
    QCOMPARE(result.distance[0], 1.0f);
    QVERIFY(std::isnan(result.dimension[0]));
    QVERIFY(std::isnan(result.limit) && std::isnan(result.typical));
    QCOMPARE(result.outside[0], 0);
}

void DifficultyTest::oneNeighbour() {
    const QueryDifficulty result =
        measured(dataset(cloud(300, 4, 1), cloud(5, 4, 2), Metric::L2, 1), {.k = 1});
    for (std::size_t q = 0; q < 5; ++q) {
        QVERIFY(result.contrast[q] > 1);
        QVERIFY(std::isnan(result.dimension[q]));
    }
}

void DifficultyTest::zeroVectors() {
    Rows base = cloud(100, 6, 3);
    base[4] = base[50] = std::vector<float>(6);
    const Rows queries{std::vector<float>(6), cloud(1, 6, 4)[0]};
    for (const Metric metric : {Metric::Cosine, Metric::InnerProduct, Metric::L2}) {
        const QueryDifficulty result = measured(dataset(base, queries, metric));
        for (std::size_t q = 0; q < 2; ++q)
            QVERIFY(!std::isnan(result.contrast[q]) && std::isfinite(result.distance[q]));
    }
    // All products are zero: everything is equally far.
    const QueryDifficulty result = measured(dataset(base, queries, Metric::InnerProduct));
    QVERIFY(close(result.contrast[0], 1));
    const QueryDifficulty none = measured(
        dataset(Rows(20, std::vector<float>(3)), {{0, 0, 0}, {1, 0, 0}}, Metric::InnerProduct, 5), {.k = 5});
    QCOMPARE(none.contrast, (std::vector<float>{1, 1}));
    QCOMPARE(none.distance, (std::vector<float>{0, 0}));
}

void DifficultyTest::elementTypes() {
    Random random(11);
    const auto bytes = [&](std::size_t count) {
        Rows rows(count, std::vector<float>(9));
        for (auto& row : rows)
            for (float& value : row)
                value = static_cast<float>(random.below(100));
        return rows;
    };
    Dataset data = dataset(bytes(600), bytes(40));
    const QueryDifficulty floats = measured(data);
    data.base = narrowed(data.base, ElementType::U8);
    data.queries = narrowed(data.queries, ElementType::I8);
    const QueryDifficulty narrow = measured(data);
    QCOMPARE(narrow.contrast, floats.contrast);
    QCOMPARE(narrow.dimension, floats.dimension);
    QCOMPARE(narrow.distance, floats.distance);
    QCOMPARE(narrow.outside, floats.outside);
    QCOMPARE(narrow.limit, floats.limit);
}

void DifficultyTest::anyNumberOfThreads() {
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const Dataset data = dataset(cloud(3000, 40, 12), cloud(333, 40, 13), metric);
        Control one, four;
        one.threads = 1;
        four.threads = 4;
        const auto a = query_difficulty(data, {}, one), b = query_difficulty(data, {}, four);
        QVERIFY(a && b);
        QCOMPARE(a->contrast, b->contrast);
        QCOMPARE(a->dimension, b->dimension);
        QCOMPARE(a->distance, b->distance);
        QCOMPARE(a->outside, b->outside);
        QCOMPARE(a->limit, b->limit);
    }
}

void DifficultyTest::errorsAreSentences_data() {
    QTest::addColumn<int>("fault");
    QTest::addColumn<QString>("says");
    QTest::newRow("no base") << 0 << "needs base vectors";
    QTest::newRow("no queries") << 1 << "cloud has none";
    QTest::newRow("no truth") << 2 << "needs their true neighbours";
    QTest::newRow("k 0") << 3 << "k is 0; the true neighbours allow 1 to 20";
    QTest::newRow("k too large") << 4 << "k is 21; the true neighbours allow 1 to 20";
    QTest::newRow("dimensions") << 5 << "The queries have 3 dimensions";
    QTest::newRow("expanded") << 6 << "before they were expanded";
}

void DifficultyTest::errorsAreSentences() {
    QFETCH(int, fault);
    QFETCH(QString, says);
    Dataset data = dataset(cloud(100, 4, 1), cloud(10, 4, 2));
    DifficultyOptions options;
    switch (fault) {
    case 0:
        data.base = {};
        break;
    case 1:
        data.queries = {};
        break;
    case 2:
        data.truth = {};
        break;
    case 3:
        options.k = 0;
        break;
    case 4:
        options.k = 21;
        break;
    case 5:
        data.queries = vectors(cloud(10, 3, 1));
        break;
    default:
        data.truth.of_originals = true;
    }
    const auto result = query_difficulty(data, options, {});
    QVERIFY(!result);
    QVERIFY2(result.error().message.find(says.toStdString()) != std::string::npos,
             result.error().message.c_str());
}

void DifficultyTest::cancel() {
    const Dataset data = dataset(cloud(2000, 16, 1), cloud(500, 16, 2));
    std::stop_source stop;
    stop.request_stop();
    Progress progress;
    const auto result = query_difficulty(data, {}, {stop.get_token(), &progress, 2});
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::Cancelled);
    QVERIFY(query_difficulty(data, {}, {{}, &progress, 2}));
    QVERIFY(progress.done == progress.total && progress.total > 0);
}

void DifficultyTest::ordersAndGroups() {
    constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
    constexpr float kEndless = std::numeric_limits<float>::infinity();
    QueryDifficulty d;
    d.contrast = {2, kNone, 1.5f, kEndless, 2};
    d.dimension = {5, 9, kNone, kEndless, 7};
    d.distance = {1, 2, 3, 4, 5};
    d.outside = {0, 0, 0, 1, 1};
    using Order = std::vector<std::uint32_t>;
    QCOMPARE(by_difficulty(d, DifficultyMeasure::RelativeContrast), (Order{2, 0, 4, 3, 1}));
    QCOMPARE(by_difficulty(d, DifficultyMeasure::LocalDimension), (Order{3, 1, 4, 0, 2}));
    QCOMPARE(by_difficulty(d, DifficultyMeasure::Distance), (Order{4, 3, 2, 1, 0}));
    QCOMPARE(group_size(10000, 0.01), std::size_t(100));
    QCOMPARE(group_size(10, 0.01), std::size_t(1));
    QCOMPARE(group_size(101, 0.01), std::size_t(2));
    QCOMPARE(group_size(0, 0.01), std::size_t(0));

    const DifficultyGroup group = summarize(d, Order{0, 1, 3}, std::vector<float>{0.5f, 1.0f, 0.0f});
    QCOMPARE(group.queries, std::size_t(3));
    QCOMPARE(group.measured, std::size_t(2));
    QCOMPARE(group.recall, 0.75);
    QCOMPARE(group.contrast, 2.0);
    QCOMPARE(group.dimension, 7.0);
    QVERIFY(close(group.distance, 7 / 3.0));
    QVERIFY(close(group.outside, 1 / 3.0));
    QVERIFY(std::isnan(summarize(d, Order{4}, {}).recall));
}

void DifficultyTest::fashionMnist() {
    const auto file = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    if (!std::filesystem::exists(file))
        QSKIP("no real data here, set ANNSCOPE_DATA");
    OpenOptions options;
    options.base = file;
    options.max_queries = 500;
    const auto data = open_dataset(options, {});
    QVERIFY(data);
    const QueryDifficulty result = measured(*data);
    const double marked = summarize(result, by_difficulty(result, DifficultyMeasure::Distance), {}).outside;
    QVERIFY2(marked < 0.04, qPrintable(QString::number(marked))); // test pictures are like the others
    QVERIFY(result.limit > 1.2f * result.typical);
}

QTEST_GUILESS_MAIN(DifficultyTest)
#include "tst_difficulty.moc"
