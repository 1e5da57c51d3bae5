// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "graph/data_map.h"
#include "graph/fuzzy_graph.h"
#include "graph/trustworthiness.h"
#include "graph/umap_layout.h"
#include "test_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <thread>

using namespace annscope;

namespace {

VectorSet rows_of(const std::vector<std::vector<float>>& rows) {
    const std::size_t dim = rows.empty() ? 0 : rows[0].size();
    AlignedBuffer<float> values(rows.size() * dim);
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::ranges::copy(rows[i], values.data() + i * dim);
    return VectorSet::adopt(std::move(values), rows.size(), dim);
}

/// Clusters of equal size around far corners; row i belongs to cluster i % clusters.
VectorSet clusters(std::size_t n, std::size_t dim, std::size_t count, double distance = 20) {
    Random random(5);
    std::vector<std::vector<float>> rows(n, std::vector<float>(dim));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            rows[i][j] = static_cast<float>(random.normal() + (j == i % count ? distance : 0.0) +
                                            (j == 0 ? 0.5 : 0.0));
    return rows_of(rows);
}

/// A strip that is rolled up: nearest neighbours lie along it, PCA lays the turns over each other.
VectorSet roll(std::size_t n) {
    Random random(6);
    std::vector<std::vector<float>> rows;
    for (std::size_t i = 0; i < n; ++i) {
        const double t = 1.5 * std::numbers::pi * (1 + 2 * random.uniform());
        rows.push_back({static_cast<float>(t * std::cos(t)), static_cast<float>(12 * random.uniform()),
                        static_cast<float>(t * std::sin(t))});
    }
    return rows_of(rows);
}

Dataset data_of(VectorSet base, Metric metric = Metric::L2, VectorSet queries = {}) {
    Dataset dataset;
    dataset.base = std::move(base);
    dataset.queries = std::move(queries);
    dataset.metric = metric;
    return dataset;
}

MapOptions quick(std::size_t epochs = 100) {
    MapOptions options;
    options.epochs = epochs;
    return options;
}

Control threads(int count) {
    Control control;
    control.threads = count;
    return control;
}

bool all_finite(const std::vector<float>& values) {
    return std::ranges::all_of(values, [](float v) { return std::isfinite(v); });
}

double squared(const float* a, const float* b, std::size_t dim) {
    double sum = 0;
    for (std::size_t j = 0; j < dim; ++j)
        sum += (double{a[j]} - b[j]) * (double{a[j]} - b[j]);
    return sum;
}

/// The definition, over all rows: each set of k neighbours that the plane allows counts by its share.
double trust_by_definition(const VectorSet& data, const std::vector<float>& xy, std::size_t k) {
    const std::size_t n = data.size();
    const auto rows = data.view<float>();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<std::pair<double, std::size_t>> plane;
        for (std::size_t j = 0; j < n; ++j)
            if (j != i)
                plane.emplace_back(squared(xy.data() + 2 * i, xy.data() + 2 * j, 2), j);
        std::ranges::sort(plane);
        const double last = plane[k - 1].first;
        double nearer = 0, ties = 0;
        for (const auto& [d, j] : plane) {
            nearer += d < last;
            ties += d == last;
        }
        for (const auto& [d, j] : plane) {
            if (d > last)
                continue;
            std::size_t rank = 1;
            for (std::size_t other = 0; other < n; ++other)
                rank += other != i && squared(rows.row(i), rows.row(other), data.dim()) <
                                          squared(rows.row(i), rows.row(j), data.dim());
            const double beyond = rank > k ? static_cast<double>(rank - k) : 0;
            sum += d < last ? beyond : beyond * (static_cast<double>(k) - nearer) / ties;
        }
    }
    const double m = static_cast<double>(n), kk = static_cast<double>(k);
    return 1 - 2 * sum / (m * kk * (2 * m - 3 * kk - 1));
}

} // namespace

class TestDataMap : public QObject {
    Q_OBJECT
private slots:
    void curveIsThatOfTheAuthors_data();
    void curveIsThatOfTheAuthors();
    void membershipsAddUp_data();
    void membershipsAddUp();
    void unionIsSymmetric();
    void trustIsTheDefinition_data();
    void trustIsTheDefinition();
    void trustOfFewRows();
    void clustersStayApart_data();
    void clustersStayApart();
    void unrollsWhatPcaFlattens();
    void sameForAnyThreads_data() { clustersStayApart_data(); }
    void sameForAnyThreads();
    void seedDecides();
    void queriesLieAmongTheirNeighbours_data() { clustersStayApart_data(); }
    void queriesLieAmongTheirNeighbours();
    void truthServesQueries();
    void samples();
    void previews();
    void oddSets_data();
    void oddSets();
    void refusesWhatMakesNoSense_data();
    void refusesWhatMakesNoSense();
    void cancelsInEveryPhase_data();
    void cancelsInEveryPhase();
    void realData();
};

/// What scipy's curve_fit finds in umap-learn 0.5 for these arguments.
void TestDataMap::curveIsThatOfTheAuthors_data() {
    QTest::addColumn<double>("minDist");
    QTest::addColumn<double>("spread");
    QTest::addColumn<double>("a");
    QTest::addColumn<double>("b");
    QTest::newRow("default") << 0.1 << 1.0 << 1.576943 << 0.895061;
    QTest::newRow("loose") << 0.5 << 1.0 << 0.583030 << 1.334167;
}

void TestDataMap::curveIsThatOfTheAuthors() {
    QFETCH(double, minDist);
    QFETCH(double, spread);
    QFETCH(double, a);
    QFETCH(double, b);
    const UmapCurve curve = fit_umap_curve(minDist, spread);
    QVERIFY2(std::abs(curve.a - a) < 1e-3, qPrintable(QString::number(curve.a)));
    QVERIFY2(std::abs(curve.b - b) < 1e-3, qPrintable(QString::number(curve.b)));
}

void TestDataMap::membershipsAddUp_data() {
    QTest::addColumn<QList<float>>("distances");
    QTest::addColumn<bool>("reachable"); // the sum can be log2(k)
    QTest::newRow("rising") << QList<float>{1, 1.1f, 1.5f, 2, 2.2f, 3, 4, 4, 5} << true;
    QTest::newRow("one at zero") << QList<float>{0, 1, 1.5f, 2, 2.2f, 3, 4, 4, 5} << true;
    QTest::newRow("tiny") << QList<float>{1e-6f, 2e-6f, 3e-6f, 4e-6f, 5e-6f, 6e-6f, 7e-6f, 8e-6f, 9e-6f}
                          << true;
    QTest::newRow("all the same") << QList<float>{2, 2, 2, 2, 2, 2, 2, 2, 2} << false;
    QTest::newRow("all zero") << QList<float>{0, 0, 0, 0, 0, 0, 0, 0, 0} << false;
}

void TestDataMap::membershipsAddUp() {
    QFETCH(QList<float>, distances);
    QFETCH(bool, reachable);
    const std::vector<float> d(distances.begin(), distances.end());
    const SmoothDistance smooth = smooth_distance(d, d.size() + 1, true, 1);
    const auto nearest = std::ranges::find_if(d, [](float v) { return v > 0; });
    QCOMPARE(smooth.rho, nearest == d.end() ? 0.0f : *nearest);
    double sum = 0;
    for (const float v : d) {
        const float w = smooth.membership(v);
        QVERIFY(w >= 0 && w <= 1);
        sum += w;
    }
    const double target = std::log2(static_cast<double>(d.size() + 1));
    if (reachable)
        QVERIFY2(std::abs(sum - target) < 1e-3, qPrintable(QString::number(sum)));
    else
        QCOMPARE(sum, static_cast<double>(d.size()));
}

void TestDataMap::unionIsSymmetric() {
    const VectorSet rows = clusters(700, 6, 3);
    const auto space = NodeSpace::create(rows, Metric::L2, {});
    KnnGraphOptions options;
    options.k = 9;
    const auto graph = build_knn_graph(*space, options, {});
    const auto fuzzy = fuzzy_union(*graph, 10, [](float d) { return std::sqrt(d); }, {});
    QVERIFY(fuzzy.ok());
    QCOMPARE(fuzzy->size(), rows.size());
    const auto weight = [&](std::size_t from, std::uint32_t to) {
        const auto begin = fuzzy->ids.begin() + static_cast<std::ptrdiff_t>(fuzzy->starts[from]);
        const auto end = fuzzy->ids.begin() + static_cast<std::ptrdiff_t>(fuzzy->starts[from + 1]);
        const auto found = std::lower_bound(begin, end, to);
        return found == end || *found != to
                   ? -1.0f
                   : fuzzy->weights[static_cast<std::size_t>(found - fuzzy->ids.begin())];
    };
    for (std::size_t i = 0; i < fuzzy->size(); ++i) {
        std::vector<float> d;
        for (std::size_t j = 0; j < graph->k(); ++j)
            d.push_back(std::sqrt(graph->edge(i, j).distance));
        QCOMPARE(weight(i, graph->edge(i, 0).id), 1.0f); // the nearest is a neighbour for certain
        for (std::size_t j = 0; j < graph->k(); ++j)
            QVERIFY(weight(i, graph->edge(i, j).id) >=
                    smooth_distance(d, 10, true, 1).membership(d[j]) - 1e-6f);
        for (std::size_t at = fuzzy->starts[i]; at < fuzzy->starts[i + 1]; ++at) {
            QVERIFY(at == fuzzy->starts[i] || fuzzy->ids[at - 1] < fuzzy->ids[at]);
            QCOMPARE(weight(fuzzy->ids[at], static_cast<std::uint32_t>(i)), fuzzy->weights[at]);
            QVERIFY(fuzzy->weights[at] <= 1);
        }
    }
}

void TestDataMap::trustIsTheDefinition_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("k");
    QTest::addColumn<int>("places"); // that a coordinate may take in the plane; 0: any
    QTest::addColumn<int>("levels"); // that a value may take in the data
    QTest::newRow("any places") << 61 << 5 << 0 << 1000;
    QTest::newRow("k = 1") << 61 << 1 << 0 << 1000;
    QTest::newRow("largest k") << 61 << 30 << 0 << 1000;
    QTest::newRow("places shared") << 80 << 7 << 4 << 1000;
    QTest::newRow("one place") << 80 << 7 << 1 << 1000;
    QTest::newRow("equal rows") << 90 << 6 << 0 << 2;
    QTest::newRow("both") << 90 << 6 << 3 << 2;
    QTest::newRow("many at one place") << 300 << 12 << 2 << 1000;
    QTest::newRow("3 rows") << 3 << 1 << 0 << 1000;
}

/// Values are small integers: distances are exact in float32 and in the oracle.
void TestDataMap::trustIsTheDefinition() {
    QFETCH(int, n);
    QFETCH(int, k);
    QFETCH(int, places);
    QFETCH(int, levels);
    Random random(9);
    std::vector<std::vector<float>> rows(static_cast<std::size_t>(n), std::vector<float>(3));
    for (auto& row : rows)
        for (float& v : row)
            v = static_cast<float>(random.below(static_cast<std::uint64_t>(levels)));
    std::vector<float> xy(2 * rows.size());
    for (float& v : xy)
        v = static_cast<float>(random.below(places > 0 ? static_cast<std::uint64_t>(places) : 1u << 20));
    const VectorSet data = rows_of(rows);
    const auto space = NodeSpace::create(data, Metric::L2, {});
    const auto measured =
        trustworthiness(*space, xy, static_cast<std::size_t>(k), rows.size(), 1, threads(2));
    QVERIFY(measured.ok());
    QCOMPARE(measured->k, static_cast<std::size_t>(k));
    QCOMPARE(measured->rows, rows.size());
    const double expected = trust_by_definition(data, xy, static_cast<std::size_t>(k));
    QVERIFY2(std::abs(measured->value - expected) < 1e-12,
             qPrintable(QString("%1, not %2").arg(measured->value).arg(expected)));
    QVERIFY(measured->value >= -1e-12 && measured->value <= 1);
    std::vector<float> as_data;
    for (const auto& row : rows)
        as_data.insert(as_data.end(), {row[0], row[1]});
    std::vector<std::vector<float>> flat;
    for (const auto& row : rows)
        flat.push_back({row[0], row[1]});
    const VectorSet plane = rows_of(flat);
    const auto flat_space = NodeSpace::create(plane, Metric::L2, {});
    QCOMPARE(trustworthiness(*flat_space, as_data, static_cast<std::size_t>(k), 20, 1, {})->value, 1.0);
}

void TestDataMap::trustOfFewRows() {
    const VectorSet two = clusters(2, 4, 2);
    const auto space = NodeSpace::create(two, Metric::L2, {});
    const std::vector<float> xy{0, 0, 1, 1};
    QCOMPARE(trustworthiness(*space, xy, 12, 10, 1, {})->k, std::size_t{0});
    const VectorSet ten = clusters(10, 4, 2);
    const auto of_ten = NodeSpace::create(ten, Metric::L2, {});
    QCOMPARE(trustworthiness(*of_ten, std::vector<float>(20), 12, 10, 1, {})->k, std::size_t{4});
    QCOMPARE(trustworthiness(*of_ten, xy, 3, 10, 1, {}).error().code, ErrorCode::DimensionMismatch);
}

void TestDataMap::clustersStayApart_data() {
    QTest::addColumn<int>("metric");
    for (const Metric metric : {Metric::L2, Metric::Cosine, Metric::InnerProduct})
        QTest::newRow(name(metric).data()) << static_cast<int>(metric);
}

void TestDataMap::clustersStayApart() {
    QFETCH(int, metric);
    constexpr std::size_t kClusters = 6, kRows = 900;
    const Dataset dataset = data_of(clusters(kRows, 24, kClusters), static_cast<Metric>(metric));
    const auto map = project_map(dataset, quick(), {});
    QVERIFY(map.ok());
    QCOMPARE(map->xy.size(), 2 * kRows);
    QVERIFY(all_finite(map->xy));
    std::size_t same = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
        std::size_t nearest = i;
        double least = std::numeric_limits<double>::infinity();
        for (std::size_t j = 0; j < kRows; ++j)
            if (const double d = squared(map->xy.data() + 2 * i, map->xy.data() + 2 * j, 2);
                j != i && d < least) {
                least = d;
                nearest = j;
            }
        same += nearest % kClusters == i % kClusters;
    }
    QVERIFY2(same >= kRows * 99 / 100, qPrintable(QString::number(same)));
}

void TestDataMap::unrollsWhatPcaFlattens() {
    const Dataset dataset = data_of(roll(1500));
    MapOptions options = quick(200);
    options.trustworthiness_rows = 1500;
    const auto umap = project_map(dataset, options, {});
    options.method = MapOptions::Method::Pca;
    const auto pca = project_map(dataset, options, {});
    QVERIFY(umap.ok() && pca.ok());
    QVERIFY(pca->variance_share > 0.5 && pca->variance_share < 1);
    QVERIFY2(umap->trustworthiness > 0.985 && 1 - pca->trustworthiness > 4 * (1 - umap->trustworthiness),
             qPrintable(QString("%1 %2").arg(umap->trustworthiness).arg(pca->trustworthiness)));
}

void TestDataMap::sameForAnyThreads() {
    QFETCH(int, metric);
    const Dataset dataset =
        data_of(clusters(7000, 10, 4, 5), static_cast<Metric>(metric), clusters(50, 10, 4, 5));
    const auto one = project_map(dataset, quick(30), threads(1)),
               three = project_map(dataset, quick(30), threads(3));
    QVERIFY(one.ok() && three.ok());
    QCOMPARE(one->xy, three->xy);
    QCOMPARE(one->query_xy, three->query_xy);
    QCOMPARE(one->trustworthiness, three->trustworthiness);
}

void TestDataMap::seedDecides() {
    const Dataset dataset = data_of(clusters(600, 10, 4, 5));
    MapOptions options = quick(20);
    const auto first = project_map(dataset, options, {}), again = project_map(dataset, options, {});
    options.seed = 99;
    const auto other = project_map(dataset, options, {});
    QCOMPARE(first->xy, again->xy);
    QVERIFY(first->xy != other->xy);
}

/// Half of the queries or more lie nearer to their true neighbours than a tenth of the map.
void TestDataMap::queriesLieAmongTheirNeighbours() {
    QFETCH(int, metric);
    constexpr std::size_t kQueries = 60, kNear = 5;
    VectorSet base = clusters(900, 12, 5, 12);
    const VectorSet queries = base.slice(0, kQueries);
    const Dataset dataset = data_of(std::move(base), static_cast<Metric>(metric), queries);
    const auto map = project_map(dataset, quick(50), {});
    QVERIFY(map.ok());
    QCOMPARE(map->query_xy.size(), 2 * kQueries);
    const auto truth = exact_neighbours(dataset.base, queries, dataset.metric, kNear, {});
    double extent = 0;
    for (const float v : map->xy)
        extent = std::max(extent, std::abs(double{v}));
    std::size_t near = 0;
    for (std::size_t i = 0; i < kQueries; ++i)
        for (const Id id : truth->ids_of(i))
            near +=
                squared(map->query_xy.data() + 2 * i, map->xy.data() + 2 * id, 2) < 0.01 * extent * extent;
    QVERIFY2(2 * near >= kQueries * kNear, qPrintable(QString::number(near)));
}

void TestDataMap::truthServesQueries() {
    Dataset dataset = data_of(clusters(900, 8, 3), Metric::L2, clusters(40, 8, 3));
    const auto searched = project_map(dataset, quick(20), {});
    dataset.truth = *exact_neighbours(dataset.base, dataset.queries, dataset.metric, 20, {});
    const auto looked_up = project_map(dataset, quick(20), {});
    QCOMPARE(searched->query_xy, looked_up->query_xy);
    std::ranges::fill(dataset.truth.ids, Id{7}); // that the truth is used shows when it is wrong
    QVERIFY(project_map(dataset, quick(20), {})->query_xy != searched->query_xy);
    dataset.truth.of_originals = true;
    QCOMPARE(project_map(dataset, quick(20), {})->query_xy, searched->query_xy);
}

void TestDataMap::samples() {
    const Dataset dataset = data_of(clusters(2000, 8, 3), Metric::L2, clusters(10, 8, 3));
    for (const auto method : {MapOptions::Method::Pca, MapOptions::Method::Umap}) {
        MapOptions options = quick(20);
        options.method = method;
        options.sample = 500;
        const auto map = project_map(dataset, options, {});
        QVERIFY(map.ok());
        QCOMPARE(map->size(), std::size_t{500});
        QVERIFY(map->sampled(dataset));
        QVERIFY(std::ranges::is_sorted(map->rows) && map->rows.back() < 2000);
        QVERIFY(std::ranges::adjacent_find(map->rows) == map->rows.end());
        QCOMPARE(map->xy.size(), std::size_t{1000});
        QCOMPARE(map->query_xy.size(), std::size_t{20});
    }
}

void TestDataMap::previews() {
    const Dataset dataset = data_of(clusters(800, 8, 3));
    MapPreview preview;
    QVERIFY(!preview.latest());
    const auto map = project_map(dataset, quick(40), {}, &preview);
    const auto last = preview.latest();
    QVERIFY(last);
    QCOMPARE(last->epoch, std::size_t{40});
    QCOMPARE(last->epochs, std::size_t{40});
    QCOMPARE(last->xy, map->xy);
    QCOMPARE(*last->rows, map->rows);
}

void TestDataMap::oddSets_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("distinct"); // rows; 0: all
    for (const int n : {1, 2, 3, 4, 10, 15, 16})
        QTest::addRow("%d rows", n) << n << 5 << 0;
    QTest::newRow("one value a row") << 300 << 1 << 0;
    QTest::newRow("in the plane") << 300 << 2 << 0;
    QTest::newRow("constant") << 300 << 5 << 1;
    QTest::newRow("constant, beyond one block") << 1500 << 5 << 1;
    QTest::newRow("three rows, repeated") << 300 << 5 << 3;
    QTest::newRow("each row many times") << 1200 << 5 << 40;
}

void TestDataMap::oddSets() {
    QFETCH(int, n);
    QFETCH(int, dim);
    QFETCH(int, distinct);
    Random random(3);
    std::vector<std::vector<float>> rows(static_cast<std::size_t>(n),
                                         std::vector<float>(static_cast<std::size_t>(dim)));
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (distinct > 0 && i >= static_cast<std::size_t>(distinct))
            rows[i] = rows[i % static_cast<std::size_t>(distinct)];
        else
            for (float& v : rows[i])
                v = static_cast<float>(random.normal());
    for (const Metric metric : {Metric::L2, Metric::Cosine, Metric::InnerProduct})
        for (const auto method : {MapOptions::Method::Pca, MapOptions::Method::Umap}) {
            MapOptions options = quick(30);
            options.method = method;
            const Dataset dataset = data_of(rows_of(rows), metric, rows_of({rows.begin(), rows.begin() + 1}));
            const auto map = project_map(dataset, options, {});
            QVERIFY2(map.ok(), map.ok() ? "" : map.error().message.c_str());
            QCOMPARE(map->xy.size(), 2 * rows.size());
            QCOMPARE(map->query_xy.size(), std::size_t{2});
            QVERIFY(all_finite(map->xy) && all_finite(map->query_xy));
            QVERIFY(map->trustworthiness >= 0 && map->trustworthiness <= 1);
            QCOMPARE(map->trustworthiness_k > 0, n >= 3);
        }
}

void TestDataMap::refusesWhatMakesNoSense_data() {
    QTest::addColumn<int>("neighbours");
    QTest::addColumn<double>("minDist");
    QTest::addColumn<double>("spread");
    QTest::newRow("1 neighbour") << 1 << 0.1 << 1.0;
    QTest::newRow("too many neighbours") << 201 << 0.1 << 1.0;
    QTest::newRow("negative distance") << 15 << -0.1 << 1.0;
    QTest::newRow("distance beyond spread") << 15 << 2.0 << 1.0;
    QTest::newRow("no spread") << 15 << 0.0 << 0.0;
    QTest::newRow("not a number") << 15 << std::nan("") << 1.0;
}

void TestDataMap::refusesWhatMakesNoSense() {
    QFETCH(int, neighbours);
    QFETCH(double, minDist);
    QFETCH(double, spread);
    MapOptions options;
    options.n_neighbors = static_cast<std::size_t>(neighbours);
    options.min_dist = minDist;
    options.spread = spread;
    const auto map = project_map(data_of(clusters(50, 4, 2)), options, {});
    QVERIFY(!map.ok());
    QCOMPARE(map.error().code, ErrorCode::InvalidArgument);
    QVERIFY(!project_map(Dataset(), MapOptions(), {}).ok());
}

void TestDataMap::cancelsInEveryPhase_data() {
    QTest::addColumn<QString>("phase");
    for (const char* phase : {"", "Projection", "Grouping near vectors", "Neighbours of neighbours",
                              "Laying out", "Exact neighbours", "Placing queries", "Trustworthiness"})
        QTest::newRow(phase) << phase;
}

/// Another thread waits for the phase and stops it; where the phase went by too fast, the map is done.
void TestDataMap::cancelsInEveryPhase() {
    QFETCH(QString, phase);
    const Dataset dataset = data_of(clusters(7000, 16, 3), Metric::L2, clusters(400, 16, 3));
    std::stop_source stop;
    Progress progress;
    std::atomic<bool> over{false}, seen{false};
    if (phase.isEmpty())
        stop.request_stop();
    std::jthread watcher([&] {
        while (!over)
            if (phase == QLatin1String(progress.phase.load())) {
                seen = true;
                stop.request_stop();
                return;
            }
    });
    const auto map = project_map(dataset, quick(3), Control{stop.get_token(), &progress, 2});
    over = true;
    QVERIFY(map.ok() || seen || phase.isEmpty());
    if (!map.ok())
        QCOMPARE(map.error().code, ErrorCode::Cancelled);
    if (phase.isEmpty() || phase == QLatin1String("Laying out") || phase == QLatin1String("Trustworthiness"))
        QVERIFY(!map.ok());
}

void TestDataMap::realData() {
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    auto contents = read_file(folder / "fashion-mnist-784-euclidean.hdf5", FileRole::Vectors, {});
    QVERIFY(contents.ok());
    MapOptions options;
    options.sample = 2000;
    options.epochs = 150;
    const Dataset dataset = data_of(std::move(contents->base));
    const auto umap = project_map(dataset, options, {});
    options.method = MapOptions::Method::Pca;
    const auto pca = project_map(dataset, options, {});
    QVERIFY(umap.ok() && pca.ok());
    QVERIFY2(umap->trustworthiness > 0.96 && pca->trustworthiness < 0.93,
             qPrintable(QString("%1 %2").arg(umap->trustworthiness).arg(pca->trustworthiness)));
}

QTEST_GUILESS_MAIN(TestDataMap)
#include "tst_data_map.moc"
