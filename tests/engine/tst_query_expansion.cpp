// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "data/format.h"
#include "data/ground_truth.h"
#include "data/query_expansion.h"
#include "tune/judge.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace annscope;
using namespace annscope::test;

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())

namespace {

constexpr std::size_t kRows = 300, kDim = 9, kQueries = 40;

using Row = std::vector<double>;

Row row_of(const VectorSet& set, std::size_t i) {
    std::vector<float> row(set.dim());
    set.copy_row(i, row.data());
    return {row.begin(), row.end()};
}

double dot(const Row& a, const Row& b) {
    double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j)
        sum += a[j] * b[j];
    return sum;
}

Row unit(Row v) {
    const double length = std::sqrt(dot(v, v));
    for (double& x : v)
        x /= length;
    return v;
}

/// The definition in float64. skip: the row of the base that v is, or kRows.
Row expanded_by_definition(const Row& v, const VectorSet& base, Metric metric,
                           const ExpansionOptions& options, std::size_t skip) {
    std::vector<std::pair<double, std::size_t>> order; // similarity, falling
    Row mean(base.dim());
    double spread = 0;
    for (std::size_t i = 0; i < base.size(); ++i)
        for (std::size_t j = 0; j < mean.size(); ++j)
            mean[j] += row_of(base, i)[j] / static_cast<double>(base.size());
    for (std::size_t i = 0; i < base.size(); ++i)
        for (std::size_t j = 0; j < mean.size(); ++j)
            spread += std::pow(row_of(base, i)[j] - mean[j], 2) / static_cast<double>(base.size());
    for (std::size_t i = 0; i < base.size(); ++i) {
        if (i == skip)
            continue;
        const Row x = row_of(base, i);
        double sim = 0, l2 = 0;
        for (std::size_t j = 0; j < x.size(); ++j)
            l2 += (x[j] - v[j]) * (x[j] - v[j]);
        sim = metric == Metric::L2 ? 1 - l2 / (2 * spread) : dot(unit(x), unit(v));
        order.emplace_back(-sim, i);
    }
    std::sort(order.begin(), order.end());
    Row sum = metric == Metric::L2 ? v : unit(v);
    double weights = 1;
    for (std::size_t k = 0; k < options.n; ++k) {
        const double sim = -order[k].first;
        const double w = sim > 0 ? std::pow(sim, options.alpha) : 0;
        const Row x = row_of(base, order[k].second);
        const Row mixed = metric == Metric::L2 ? x : unit(x);
        for (std::size_t j = 0; j < sum.size(); ++j)
            sum[j] += w * mixed[j];
        weights += w;
    }
    if (metric == Metric::L2) {
        for (double& x : sum)
            x /= weights;
        return sum;
    }
    sum = unit(sum);
    if (metric == Metric::InnerProduct)
        for (double& x : sum)
            x *= std::sqrt(dot(v, v));
    return sum;
}

double farthest(const VectorSet& got, std::size_t i, const Row& expected) {
    const Row row = row_of(got, i);
    double most = 0, scale = std::sqrt(dot(expected, expected));
    for (std::size_t j = 0; j < row.size(); ++j)
        most = std::max(most, std::abs(row[j] - expected[j]) / scale);
    return most;
}

Dataset dataset_of(Metric metric, ElementType type = ElementType::F32, std::size_t k = 20) {
    Dataset dataset;
    dataset.name = "sample";
    dataset.metric = metric;
    dataset.base = random_set(type, kRows, kDim, 1);
    dataset.queries = random_set(type, kQueries, kDim, 2);
    if (k > 0)
        dataset.truth = *exact_neighbours(dataset.base, dataset.queries, metric, k, {});
    return dataset;
}

bool same_rows(const VectorSet& a, const VectorSet& b) {
    for (std::size_t i = 0; i < a.size(); ++i)
        if (row_of(a, i) != row_of(b, i))
            return false;
    return a.size() == b.size();
}

} // namespace

class TestQueryExpansion : public QObject {
    Q_OBJECT

private slots:
    void isItsDefinition_data();
    void isItsDefinition();
    void truthServesWhereItCan();
    void alphaWeighs();
    void leavesTheOriginalAsItWas();
    void duplicatesAndZeros();
    void sameForAnyThreads();
    void errors_data();
    void errors();
    void cancelled();
    void judgedByIds();
    void fileKeepsWhoseTruthItIs_data();
    void fileKeepsWhoseTruthItIs();
};

void TestQueryExpansion::isItsDefinition_data() {
    QTest::addColumn<int>("metric_number");
    QTest::addColumn<int>("type_number");
    QTest::addColumn<int>("what_number");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const ElementType type : {ElementType::F32, ElementType::U8})
            for (const Expand what : {Expand::Queries, Expand::Base, Expand::Both})
                QTest::addRow("%s %s %s", name(metric).data(), name(type).data(), name(what).data())
                    << static_cast<int>(metric) << static_cast<int>(type) << static_cast<int>(what);
}

void TestQueryExpansion::isItsDefinition() {
    QFETCH(int, metric_number);
    QFETCH(int, type_number);
    QFETCH(int, what_number);
    const auto metric = static_cast<Metric>(metric_number);
    const ExpansionOptions options{4, 2.5, static_cast<Expand>(what_number)};
    const Dataset dataset = dataset_of(metric, static_cast<ElementType>(type_number));
    const auto result = expanded(dataset, options, {});
    REQUIRE_OK(result);
    if (options.what == Expand::Queries)
        QVERIFY(same_rows(result->base, dataset.base));
    else
        for (std::size_t i = 0; i < kRows; i += 7)
            QVERIFY(farthest(result->base, i,
                             expanded_by_definition(row_of(dataset.base, i), dataset.base, metric, options,
                                                    i)) < 1e-5);
    if (options.what == Expand::Base)
        QVERIFY(same_rows(result->queries, dataset.queries));
    else
        for (std::size_t i = 0; i < kQueries; ++i)
            QVERIFY(farthest(result->queries, i,
                             expanded_by_definition(row_of(dataset.queries, i), result->base, metric, options,
                                                    kRows)) < 1e-5);
}

/// The same answer with and without a truth that has enough neighbours.
void TestQueryExpansion::truthServesWhereItCan() {
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const auto with = expanded(dataset_of(metric), {5, 3, Expand::Queries}, {});
        const auto without = expanded(dataset_of(metric, ElementType::F32, 0), {5, 3, Expand::Queries}, {});
        const auto too_few = expanded(dataset_of(metric, ElementType::F32, 4), {5, 3, Expand::Queries}, {});
        REQUIRE_OK(with);
        REQUIRE_OK(without);
        REQUIRE_OK(too_few);
        for (std::size_t i = 0; i < kQueries; ++i) {
            QVERIFY(farthest(without->queries, i, row_of(with->queries, i)) < 1e-6);
            QVERIFY(farthest(too_few->queries, i, row_of(with->queries, i)) < 1e-6);
        }
        QVERIFY(without->truth.empty() && !without->truth.of_originals);
    }
}

void TestQueryExpansion::alphaWeighs() {
    const Dataset dataset = dataset_of(Metric::Cosine);
    const auto moved = [&](double alpha) { // how far the queries went, in all
        const auto result = expanded(dataset, {5, alpha, Expand::Queries}, {});
        double sum = 0;
        for (std::size_t i = 0; i < kQueries; ++i)
            sum += 1 - dot(unit(row_of(dataset.queries, i)), row_of(result->queries, i));
        return sum;
    };
    QVERIFY(moved(0) > moved(3));
    QVERIFY(moved(3) > moved(30));
    QVERIFY(moved(30) > 0);
}

void TestQueryExpansion::leavesTheOriginalAsItWas() {
    const Dataset dataset = dataset_of(Metric::L2), copy = dataset_of(Metric::L2);
    const auto result = expanded(dataset, {5, 3, Expand::Both}, {});
    REQUIRE_OK(result);
    QVERIFY(same_rows(dataset.base, copy.base) && same_rows(dataset.queries, copy.queries));
    QVERIFY(!dataset.truth.of_originals);
    QVERIFY(result->truth.of_originals);
    QVERIFY(result->truth.ids == dataset.truth.ids);
    QVERIFY(result->truth.distances == dataset.truth.distances);
    QCOMPARE(result->warnings.size(), dataset.warnings.size() + 1);
    QVERIFY(!same_rows(result->base, dataset.base) && !same_rows(result->queries, dataset.queries));
}

void TestQueryExpansion::duplicatesAndZeros() {
    AlignedBuffer<float> rows(12 * 3); // ten times the same, and two zeros
    for (std::size_t i = 0; i < 10; ++i)
        rows[i * 3 + 1] = 2;
    Dataset dataset;
    dataset.base = VectorSet::adopt(std::move(rows), 12, 3);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        dataset.metric = metric;
        const auto result = expanded(dataset, {3, 2, Expand::Base}, {});
        REQUIRE_OK(result);
        for (std::size_t i = 0; i < 10; ++i) {
            const Row row = row_of(result->base, i);
            QVERIFY(std::abs(row[1] - (metric == Metric::Cosine ? 1 : 2)) < 1e-6 && row[0] == 0 &&
                    row[2] == 0);
        }
        for (const double x : row_of(result->base, 11))
            QVERIFY(std::isfinite(x) && (metric == Metric::L2 || x == 0));
    }
}

void TestQueryExpansion::sameForAnyThreads() {
    const Dataset dataset = dataset_of(Metric::L2);
    Control one, four;
    one.threads = 1;
    four.threads = 4;
    const auto a = expanded(dataset, {5, 3, Expand::Both}, one),
               b = expanded(dataset, {5, 3, Expand::Both}, four);
    REQUIRE_OK(a);
    REQUIRE_OK(b);
    QVERIFY(same_rows(a->base, b->base) && same_rows(a->queries, b->queries));
}

void TestQueryExpansion::errors_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<int>("what_number");
    QTest::addColumn<bool>("with_queries");
    QTest::newRow("no neighbours") << 0 << 3.0 << 0 << true;
    QTest::newRow("more than the base") << 301 << 3.0 << 0 << true;
    QTest::newRow("as many as the base, of itself") << 300 << 3.0 << 1 << true;
    QTest::newRow("negative alpha") << 5 << -1.0 << 0 << true;
    QTest::newRow("alpha is no number") << 5 << std::nan("") << 0 << true;
    QTest::newRow("no queries") << 5 << 3.0 << 2 << false;
}

void TestQueryExpansion::errors() {
    QFETCH(int, n);
    QFETCH(double, alpha);
    QFETCH(int, what_number);
    QFETCH(bool, with_queries);
    Dataset dataset = dataset_of(Metric::L2);
    if (!with_queries)
        dataset.queries = {};
    const auto result =
        expanded(dataset, {static_cast<std::size_t>(n), alpha, static_cast<Expand>(what_number)}, {});
    QVERIFY(!result.ok());
    QVERIFY(result.error().code == ErrorCode::InvalidArgument && result.error().message.size() > 10);
    QVERIFY(!expanded(Dataset{}, {}, {}).ok());
}

void TestQueryExpansion::cancelled() {
    std::stop_source stop;
    stop.request_stop();
    Control control;
    control.stop = stop.get_token();
    for (const Expand what : {Expand::Queries, Expand::Base, Expand::Both}) {
        const auto result = expanded(dataset_of(Metric::L2), {5, 3, what}, control);
        QVERIFY(!result.ok() && result.error().code == ErrorCode::Cancelled);
    }
}

/// Expanded vectors are nearer to each other than the originals were: distances between them must not make an
/// answer right that is not.
void TestQueryExpansion::judgedByIds() {
    const std::size_t k = 5;
    const auto result = expanded(dataset_of(Metric::L2), {10, 0, Expand::Both}, {});
    REQUIRE_OK(result);
    const auto found = exact_neighbours(result->base, result->queries, Metric::L2, k, {});
    REQUIRE_OK(found);
    const auto recalls =
        judge(result->base, result->queries.view<float>(), result->truth, Metric::L2, found->ids, k, {});
    REQUIRE_OK(recalls);
    double got = 0, expected = 0;
    for (std::size_t q = 0; q < kQueries; ++q) {
        got += static_cast<double>((*recalls)[q]) / kQueries;
        const auto truth = result->truth.ids_of(q).first(k);
        for (const Id id : found->ids_of(q))
            expected += std::ranges::find(truth, id) != truth.end() ? 1.0 / (k * kQueries) : 0;
    }
    QVERIFY2(std::abs(got - expected) < 1e-6, qPrintable(QStringLiteral("%1 %2").arg(got).arg(expected)));
    QVERIFY(expected < 0.9);
    auto as_own = result->truth;
    as_own.of_originals = false;
    const auto wrong =
        judge(result->base, result->queries.view<float>(), as_own, Metric::L2, found->ids, k, {});
    REQUIRE_OK(wrong);
    QVERIFY(*wrong != *recalls);
}

void TestQueryExpansion::fileKeepsWhoseTruthItIs_data() {
    QTest::addColumn<int>("metric_number");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        QTest::newRow(name(metric).data()) << static_cast<int>(metric);
}

void TestQueryExpansion::fileKeepsWhoseTruthItIs() {
    QFETCH(int, metric_number);
    const auto result = expanded(dataset_of(static_cast<Metric>(metric_number)), {5, 3, Expand::Both}, {});
    REQUIRE_OK(result);
    const QTemporaryDir folder;
    OpenOptions options;
    options.base = folder.filePath("expanded.hdf5").toStdString();
    QVERIFY(write_hdf5(options.base, *result, {}).ok());
    const auto opened = open_dataset(options, {});
    REQUIRE_OK(opened);
    QVERIFY(opened->truth.of_originals);
    QVERIFY(opened->truth.ids == result->truth.ids);
    for (std::size_t i = 0; i < result->truth.distances.size(); ++i)
        QVERIFY(std::abs(opened->truth.distances[i] - result->truth.distances[i]) <=
                1e-5f * (1 + std::abs(result->truth.distances[i])));
    QCOMPARE(opened->warnings.size(), std::size_t{1});
    QVERIFY(opened->warnings[0].find("before their expansion") != std::string::npos);
    // Of its own vectors it would be computed anew.
    options.max_rows = 200;
    const auto cut = open_dataset(options, {});
    REQUIRE_OK(cut);
    QVERIFY(!cut->truth.of_originals);
}

QTEST_GUILESS_MAIN(TestQueryExpansion)
#include "tst_query_expansion.moc"
