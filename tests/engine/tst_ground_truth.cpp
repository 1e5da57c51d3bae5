// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "test_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>

using namespace annscope;

namespace {

enum class Pattern { Random, Ties, Offset, Duplicates, Outlier, Tiny, Huge, ZeroRows };

Control threads(int count) {
    Control control;
    control.threads = count;
    return control;
}

/// Values that every element type holds exactly, except for the patterns of f32 alone.
VectorSet make(Pattern pattern, ElementType type, std::size_t n, std::size_t dim, std::uint64_t seed) {
    AlignedBuffer<float> floats(n * dim);
    Random random(seed);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j) {
            float& v = floats[i * dim + j];
            v = type == ElementType::F32 ? static_cast<float>(random.normal())
                                         : static_cast<float>(random.below(100));
            if (type == ElementType::I8)
                v -= 50;
            if (pattern == Pattern::Ties)
                v = static_cast<float>(random.below(2));
            else if (pattern == Pattern::Offset)
                v += 20000;
            else if (pattern == Pattern::Duplicates)
                v = static_cast<float>(j % 3 + i % 2);
            else if (pattern == Pattern::Outlier && i % 50 == 3)
                v *= 1e9f;
            else if (pattern == Pattern::Tiny)
                v *= 1e-25f;
            else if (pattern == Pattern::Huge && i % 2)
                v *= 2e18f;
            else if (pattern == Pattern::ZeroRows && i % 4 == 1)
                v = 0;
        }
    const auto floats_set = VectorSet::adopt(std::move(floats), n, dim);
    if (type == ElementType::U8 || type == ElementType::I8)
        return narrowed(floats_set, type);
    if (type == ElementType::F32)
        return floats_set;
    AlignedBuffer<Half> halves(n * dim);
    for (std::size_t i = 0; i < n * dim; ++i)
        halves[i] = float_to_half(floats_set.view<float>().data()[i]);
    return VectorSet::adopt(std::move(halves), n, dim);
}

double oracle_distance(const VectorSet& base, std::size_t row, const VectorSet& queries, std::size_t query,
                       Metric metric) {
    std::vector<float> x(base.dim()), q(base.dim());
    base.copy_row(row, x.data());
    queries.copy_row(query, q.data());
    double l2 = 0, product = 0, xx = 0, qq = 0;
    for (std::size_t j = 0; j < x.size(); ++j) {
        const double a = x[j], b = q[j];
        l2 += (a - b) * (a - b);
        product += a * b;
        xx += a * a;
        qq += b * b;
    }
    if (metric == Metric::L2)
        return l2;
    if (metric == Metric::InnerProduct)
        return -product;
    return std::sqrt(xx) < kNormEpsilon || std::sqrt(qq) < kNormEpsilon
               ? 0.0
               : -product / std::sqrt(xx) / std::sqrt(qq);
}

/// True when truth is right for each query; ids must be the oracle's where distances are exact in float64.
bool is_exact(const VectorSet& base, const VectorSet& queries, Metric metric, const GroundTruth& truth,
              bool same_ids, QString& why) {
    for (std::size_t q = 0; q < queries.size(); ++q) {
        std::vector<std::pair<double, Id>> all;
        for (std::size_t i = 0; i < base.size(); ++i)
            all.emplace_back(oracle_distance(base, i, queries, q, metric), static_cast<Id>(i));
        auto by_row = all;
        std::sort(all.begin(), all.end());
        std::set<Id> seen;
        for (std::size_t i = 0; i < truth.k; ++i) {
            const Id id = truth.ids_of(q)[i];
            why = QString("query %1, place %2: id %3, expected %4").arg(q).arg(i).arg(id).arg(all[i].second);
            if (id < 0 || id >= static_cast<Id>(base.size()) || !seen.insert(id).second)
                return false;
            if (same_ids && id != all[i].second)
                return false;
            const double actual = by_row[static_cast<std::size_t>(id)].first, expected = all[i].first;
            if (std::abs(actual - expected) > 1e-12 * std::abs(expected))
                return false;
            why += QString(", distance %1, expected %2")
                       .arg(static_cast<double>(truth.distances_of(q)[i]))
                       .arg(expected);
            if (std::abs(truth.distances_of(q)[i] - expected) > 1e-7 * std::abs(expected) + 1e-45)
                return false;
        }
    }
    return true;
}

Dataset clusters(std::size_t n, std::size_t dim, std::size_t queries) {
    ClusterOptions options;
    options.n = n;
    options.dim = dim;
    options.queries = queries;
    return std::move(generate_clusters(options, {})).value();
}

} // namespace

Q_DECLARE_METATYPE(annscope::Metric)
Q_DECLARE_METATYPE(annscope::ElementType)

class TestGroundTruth : public QObject {
    Q_OBJECT
private slots:
    void matchesBruteForce_data();
    void matchesBruteForce();
    void severalTiles_data();
    void severalTiles();
    void stridedRows();
    void oneQuery_data();
    void oneQuery();
    void sameForAnyThreads();
    void badArguments();
    void cancels();
    void cancelsOneQuery();
    void realTruth_data();
    void realTruth();
};

void TestGroundTruth::matchesBruteForce_data() {
    QTest::addColumn<Metric>("metric");
    QTest::addColumn<ElementType>("type");
    QTest::addColumn<int>("dim");
    QTest::addColumn<Pattern>("pattern");
    QTest::addColumn<int>("k");
    const std::pair<Pattern, const char*> patterns[] = {
        {Pattern::Random, "random"},   {Pattern::Ties, "ties"},       {Pattern::Offset, "offset"},
        {Pattern::Duplicates, "dups"}, {Pattern::Outlier, "outlier"}, {Pattern::Tiny, "tiny"},
        {Pattern::Huge, "huge"},       {Pattern::ZeroRows, "zeros"}};
    const auto row = [](Metric metric, ElementType type, int dim, std::pair<Pattern, const char*> pattern,
                        int k) {
        QTest::addRow("%s %s d%d %s k%d", name(metric).data(), name(type).data(), dim, pattern.second, k)
            << metric << type << dim << pattern.first << k;
    };
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
            for (const int dim : {1, 2, 7, 33, 130})
                row(metric, type, dim, patterns[static_cast<std::size_t>(dim) % 2], dim == 7 ? 64 : 10);
        for (const auto& pattern : patterns)
            for (const int dim : {2, 19})
                row(metric, ElementType::F32, dim, pattern, 10);
        row(metric, ElementType::U8, 16, patterns[1], 100);
        row(metric, ElementType::F32, 5, patterns[0], 701); // all rows
        row(metric, ElementType::F32, 5, patterns[3], 701);
        row(metric, ElementType::F32, 5, patterns[0], 1);
        row(metric, ElementType::I8, 9, patterns[7], 200);
    }
}

void TestGroundTruth::matchesBruteForce() {
    QFETCH(Metric, metric);
    QFETCH(ElementType, type);
    QFETCH(int, dim);
    QFETCH(Pattern, pattern);
    QFETCH(int, k);
    const VectorSet base = make(pattern, type, 701, static_cast<std::size_t>(dim), 1);
    const VectorSet queries = make(pattern, type, 37, static_cast<std::size_t>(dim), 2);
    const auto truth = exact_neighbours(base, queries, metric, static_cast<std::size_t>(k), threads(2));
    QVERIFY2(truth, truth ? "" : truth.error().message.c_str());
    QString why;
    // The order of summation decides about near ties of cosines and of products that are not whole numbers.
    const bool exact = metric == Metric::L2 || (metric == Metric::InnerProduct && type != ElementType::F32);
    const bool whole = pattern != Pattern::Huge && pattern != Pattern::Tiny;
    QVERIFY2(is_exact(base, queries, metric, *truth, exact && whole, why), qPrintable(why));
}

void TestGroundTruth::severalTiles_data() {
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("queries");
    QTest::newRow("tiles of rows and queries") << 2900 << 3 << 1100;
    QTest::newRow("chunks of the base") << 2100 << 4100 << 9;
    QTest::newRow("groups of queries") << 60 << 2 << 16500;
}

void TestGroundTruth::severalTiles() {
    QFETCH(int, n);
    QFETCH(int, dim);
    QFETCH(int, queries);
    const auto d = static_cast<std::size_t>(dim);
    const VectorSet base = make(Pattern::Random, ElementType::F32, static_cast<std::size_t>(n), d, 3);
    const VectorSet asked = make(Pattern::Random, ElementType::F32, static_cast<std::size_t>(queries), d, 4);
    const auto truth = exact_neighbours(base, asked, Metric::L2, 5, threads(2));
    QVERIFY(truth);
    QString why;
    QVERIFY2(is_exact(base, asked, Metric::L2, *truth, true, why), qPrintable(why));
}

void TestGroundTruth::stridedRows() { // as in a mapped fvecs file, where each row has a header
    const VectorSet dense = make(Pattern::Random, ElementType::F32, 300, 6, 5);
    AlignedBuffer<float> wide(300 * 7);
    for (std::size_t i = 0; i < 300; ++i) {
        wide[i * 7] = 1e30f;
        dense.copy_row(i, wide.data() + i * 7 + 1);
    }
    const VectorSet strided(nullptr, wide.data() + 1, ElementType::F32, 300, 6, 7);
    const VectorSet queries = dense.slice(100, 20);
    const auto expected = exact_neighbours(dense, queries, Metric::L2, 9, {});
    const auto actual = exact_neighbours(strided, strided.slice(100, 20), Metric::L2, 9, {});
    QVERIFY(expected && actual);
    QCOMPARE(actual->ids, expected->ids);
    QCOMPARE(actual->ids_of(3)[0], Id{103});
}

void TestGroundTruth::oneQuery_data() {
    QTest::addColumn<Metric>("metric");
    QTest::addColumn<ElementType>("type");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
            QTest::addRow("%s %s", name(metric).data(), name(type).data()) << metric << type;
}

void TestGroundTruth::oneQuery() {
    QFETCH(Metric, metric);
    QFETCH(ElementType, type);
    const VectorSet base = make(Pattern::Ties, type, 900, 10, 6);
    const VectorSet queries = make(Pattern::Random, type, 5, 10, 7).to_float();
    const auto all = exact_neighbours(base, queries, metric, 20, {});
    QVERIFY(all);
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const auto one = exact_neighbours_of(base, queries.view<float>()[q], metric, 20, threads(2));
        QVERIFY(one);
        QVERIFY(std::ranges::equal(one->ids, all->ids_of(q)));
        QVERIFY(std::ranges::equal(one->distances, all->distances_of(q)));
    }
}

void TestGroundTruth::sameForAnyThreads() {
    const Dataset dataset = clusters(3000, 20, 700);
    const auto one = exact_neighbours(dataset.base, dataset.queries, Metric::Cosine, 50, threads(1));
    for (const int count : {2, 5}) {
        const auto many = exact_neighbours(dataset.base, dataset.queries, Metric::Cosine, 50, threads(count));
        QVERIFY(one && many);
        QCOMPARE(many->ids, one->ids);
        QCOMPARE(many->distances, one->distances);
    }
}

void TestGroundTruth::badArguments() {
    const VectorSet base = make(Pattern::Random, ElementType::F32, 20, 4, 1);
    const VectorSet other = make(Pattern::Random, ElementType::F32, 20, 5, 1);
    QCOMPARE(exact_neighbours(base, other, Metric::L2, 3, {}).error().code, ErrorCode::DimensionMismatch);
    QCOMPARE(exact_neighbours(base, base, Metric::L2, 21, {}).error().code, ErrorCode::InvalidArgument);
    QCOMPARE(exact_neighbours(base, base, Metric::L2, 0, {}).error().code, ErrorCode::InvalidArgument);
    QVERIFY(!exact_neighbours({}, {}, Metric::L2, 1, {}));
    QVERIFY(!exact_neighbours_of(base, other.view<float>()[0], Metric::L2, 1, {}));
    const auto none = exact_neighbours(base, base.slice(0, 0), Metric::L2, 3, {});
    QVERIFY(none && none->empty());
}

void TestGroundTruth::cancels() {
    const VectorSet base = make(Pattern::Random, ElementType::F32, 4000, 300, 1);
    const VectorSet queries = base.slice(0, 3000);
    std::stop_source stop;
    Progress progress;
    std::jthread canceller([&] {
        while (progress.done.load() == 0)
            std::this_thread::yield();
        stop.request_stop();
    });
    const auto truth = exact_neighbours(base, queries, Metric::L2, 10, {stop.get_token(), &progress, 1});
    QVERIFY(!truth);
    QCOMPARE(truth.error().code, ErrorCode::Cancelled);
    QCOMPARE(std::string(progress.phase.load()), std::string("Exact neighbours"));
    QVERIFY(progress.done.load() < progress.total.load());
}

void TestGroundTruth::cancelsOneQuery() {
    const VectorSet base = make(Pattern::Random, ElementType::F32, 400, 3, 1);
    std::stop_source stop;
    stop.request_stop();
    const Control control{stop.get_token(), nullptr, 1};
    QCOMPARE(exact_neighbours_of(base, base.view<float>()[0], Metric::L2, 3, control).error().code,
             ErrorCode::Cancelled);
}

void TestGroundTruth::realTruth_data() {
    QTest::addColumn<QString>("file");
    for (const char* file :
         {"fashion-mnist-784-euclidean", "glove-twitter-12k-25-angular", "letter-16-euclidean",
          "sift-5k-128-euclidean", "us-zips-2-euclidean", "world-cities-2-euclidean"})
        QTest::newRow(file) << QString(file);
}

void TestGroundTruth::realTruth() {
    QFETCH(QString, file);
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto contents = read_file(folder / (file + ".hdf5").toStdString(), FileRole::Vectors, {});
    QVERIFY2(contents, contents ? "" : contents.error().message.c_str());
    const Metric metric = file.contains("angular") ? Metric::Cosine : Metric::L2;
    const VectorSet queries = contents->queries.slice(0, 50);
    const auto truth = exact_neighbours(contents->base, queries, metric, contents->truth.k, {});
    QVERIFY(truth);
    for (std::size_t q = 0; q < 50; ++q) {
        // The file's truth was computed in float64 with equal distances by row number, so most ids must be
        // the same; where float64 rounded otherwise, the distances must be.
        const auto ours = truth->ids_of(q), theirs = contents->truth.ids_of(q);
        for (std::size_t i = 0; i < ours.size(); ++i)
            if (ours[i] != theirs[i])
                QVERIFY(std::abs(oracle_distance(contents->base, static_cast<std::size_t>(ours[i]), queries,
                                                 q, metric) -
                                 oracle_distance(contents->base, static_cast<std::size_t>(theirs[i]), queries,
                                                 q, metric)) < 1e-12);
    }
}

QTEST_GUILESS_MAIN(TestGroundTruth)
#include "tst_ground_truth.moc"
