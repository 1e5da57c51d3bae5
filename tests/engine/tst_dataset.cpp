// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/dataset.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "engine/dataset_fixture.h"
#include "spec/builder.h"
#include "spec/parser.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

class TestDataset : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void oneFile();
    void threeFiles();
    void otherQueriesDropTheFilesTruth();
    void largeFilesAreCheckedBeforeTheyAreUsed();
    void truthIsComputedAndCached();
    void maxRowsAndQueries();
    void metricOverridesTheFile();
    void wrongMetricIsNamed();
    void truthOfOtherVectorsInTheFile();
    void badCombinations_data();
    void badCombinations();
    void notFinite();
    void zeroVectorsUnderCosine();
    void cancels();

private:
    fs::path file(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }
    QStringList cacheFiles() const {
        return QDir(m_folder->filePath("cache/annscope/truth")).entryList({"*.truth"}, QDir::Files);
    }

    Dataset m_set; // 2,000 x 12, 60 queries, with truth
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestDataset::initTestCase() {
    m_set = clusters(2000, 12, 60);
    m_set.truth = exact_neighbours(m_set.base, m_set.queries, Metric::L2, 20, {}).value();
}

void TestDataset::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
    qputenv("XDG_CACHE_HOME", m_folder->filePath("cache").toLocal8Bit());
    QVERIFY(write_hdf5(file("all.hdf5"), m_set, {}));
    QVERIFY(write_fvecs(file("base.fvecs"), m_set.base, {}));
    QVERIFY(write_fvecs(file("query.fvecs"), m_set.queries, {}));
    QVERIFY(write_npy_ids(file("truth.npy"), m_set.truth.ids, m_set.truth.queries, m_set.truth.k));
}

void TestDataset::oneFile() {
    OpenOptions options;
    options.base = file("all.hdf5");
    OPEN(opened, options);
    QCOMPARE(opened.name, std::string("all"));
    QCOMPARE(opened.source, options.base.string());
    QCOMPARE(rows_of(opened.base), rows_of(m_set.base));
    QCOMPARE(rows_of(opened.queries), rows_of(m_set.queries));
    QCOMPARE(opened.metric, Metric::L2);
    QVERIFY(opened.metric_from_file);
    QCOMPARE(opened.queries_from, QueriesFrom::File);
    QCOMPARE(opened.truth_from, TruthFrom::File);
    QCOMPARE(opened.truth.ids, m_set.truth.ids);
    QCOMPARE(opened.truth.distances, m_set.truth.distances); // squared, unlike the file's
    QVERIFY2(opened.warnings.empty(), qPrintable(all_warnings(opened)));
}

void TestDataset::threeFiles() {
    OpenOptions options;
    options.base = file("base.fvecs");
    options.queries = file("query.fvecs");
    options.truth = file("truth.npy");
    OPEN(opened, options);
    QVERIFY(opened.base.mapped());
    QVERIFY(!opened.metric_from_file);
    QCOMPARE(rows_of(opened.base), rows_of(m_set.base));
    QCOMPARE(opened.truth_from, TruthFrom::File);
    QCOMPARE(opened.truth.ids, m_set.truth.ids);
    QCOMPARE(opened.truth.distances, m_set.truth.distances);
    QVERIFY2(opened.warnings.empty(), qPrintable(all_warnings(opened)));
}

void TestDataset::otherQueriesDropTheFilesTruth() {
    OpenOptions options;
    options.base = file("all.hdf5");
    options.queries = file("base.fvecs");
    options.max_queries = 50;
    options.truth_k = 5;
    OPEN(opened, options);
    QCOMPARE(opened.queries.size(), std::size_t{50});
    QCOMPARE(opened.truth_from, TruthFrom::Computed);
    QCOMPARE(opened.truth.k, std::size_t{5});
    for (std::size_t q = 0; q < 50; ++q)
        QCOMPARE(opened.truth.ids_of(q)[0], static_cast<Id>(q)); // each finds itself
}

void TestDataset::truthIsComputedAndCached() {
    const Dataset large = clusters(4000, 30, 200);
    QVERIFY(write_fvecs(file("base.fvecs"), large.base, {}));
    QVERIFY(write_fvecs(file("query.fvecs"), large.queries, {}));
    OpenOptions options;
    options.base = file("base.fvecs");
    options.queries = file("query.fvecs");
    options.truth_k = 17;
    options.use_cache = false;
    OPEN(uncached, options);
    QCOMPARE(uncached.truth_from, TruthFrom::Computed);
    QCOMPARE(cacheFiles().size(), 0);

    options.use_cache = true;
    OPEN(computed, options);
    QCOMPARE(computed.truth_from, TruthFrom::Computed);
    QCOMPARE(computed.truth.ids, exact_neighbours(large.base, large.queries, Metric::L2, 17, {})->ids);
    QCOMPARE(cacheFiles().size(), 1);

    OPEN(cached, options);
    QCOMPARE(cached.truth_from, TruthFrom::Cache);
    QCOMPARE(cached.truth.ids, computed.truth.ids);
    QCOMPARE(cached.truth.distances, computed.truth.distances);

    options.metric = Metric::InnerProduct;
    OPEN(other, options);
    QCOMPARE(other.truth_from, TruthFrom::Computed);
    QCOMPARE(cacheFiles().size(), 2);
}

void TestDataset::maxRowsAndQueries() {
    OpenOptions options;
    options.base = file("all.hdf5");
    options.max_queries = 10;
    OPEN(fewer, options);
    QCOMPARE(fewer.queries.size(), std::size_t{10});
    QCOMPARE(fewer.truth.queries, std::size_t{10});
    QCOMPARE(fewer.truth_from, TruthFrom::File);
    QVERIFY(std::ranges::equal(fewer.truth.ids_of(9), m_set.truth.ids_of(9)));

    options.max_rows = 300;
    OPEN(cut, options);
    QCOMPARE(cut.base.size(), std::size_t{300});
    QCOMPARE(cut.truth_from, TruthFrom::Computed);
    QCOMPARE(cut.truth.k, std::size_t{100});
    QVERIFY2(all_warnings(cut).contains("The first 300 of 2,000 vectors"), qPrintable(all_warnings(cut)));
    QCOMPARE(
        cut.truth.ids,
        exact_neighbours(m_set.base.slice(0, 300), m_set.queries.slice(0, 10), Metric::L2, 100, {})->ids);

    options.max_rows = 2000;
    OPEN(all, options);
    QCOMPARE(all.truth_from, TruthFrom::File);
}

void TestDataset::metricOverridesTheFile() {
    OpenOptions options;
    options.base = file("all.hdf5");
    options.metric = Metric::InnerProduct;
    options.truth_k = 20;
    OPEN(opened, options);
    QCOMPARE(opened.metric, Metric::InnerProduct);
    QVERIFY(!opened.metric_from_file);
    QCOMPARE(opened.truth_from, TruthFrom::Computed);
    QCOMPARE(opened.truth.ids,
             exact_neighbours(m_set.base, m_set.queries, Metric::InnerProduct, 20, {})->ids);
    QVERIFY2(all_warnings(opened).contains("The file says L2, but inner product was chosen"),
             qPrintable(all_warnings(opened)));
}

void TestDataset::wrongMetricIsNamed() {
    OpenOptions options;
    options.base = file("base.fvecs");
    options.queries = file("query.fvecs");
    options.truth = file("truth.npy");
    options.metric = Metric::InnerProduct;
    OPEN(opened, options);
    QCOMPARE(opened.truth_from, TruthFrom::File);
    QVERIFY2(all_warnings(opened).contains("fit L2, not inner product"), qPrintable(all_warnings(opened)));
}

void TestDataset::truthOfOtherVectorsInTheFile() {
    Dataset set = m_set;
    set.truth.ids[100] = 2500;
    QVERIFY(write_hdf5(file("other.hdf5"), set, {}));
    OpenOptions options;
    options.base = file("other.hdf5");
    options.truth_k = 20;
    OPEN(opened, options);
    QCOMPARE(opened.truth_from, TruthFrom::Computed);
    QCOMPARE(opened.truth.ids, m_set.truth.ids);
    QVERIFY2(all_warnings(opened).contains("outside the base"), qPrintable(all_warnings(opened)));
    QVERIFY(all_warnings(opened).contains("not used"));

    options.compute_truth = false;
    OPEN(without, options);
    QVERIFY(without.truth.empty());
    QCOMPARE(without.truth_from, TruthFrom::None);
}

void TestDataset::badCombinations_data() {
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("queries");
    QTest::addColumn<QString>("truth");
    QTest::addColumn<QString>("expected");
    QTest::newRow("no base") << ""
                             << ""
                             << ""
                             << "No file of base vectors";
    QTest::newRow("missing base") << "none.fvecs"
                                  << ""
                                  << ""
                                  << "none.fvecs";
    QTest::newRow("missing queries") << "base.fvecs"
                                     << "none.fvecs"
                                     << ""
                                     << "none.fvecs";
    QTest::newRow("missing truth") << "base.fvecs"
                                   << "query.fvecs"
                                   << "none.npy"
                                   << "none.npy";
    QTest::newRow("other dimension") << "base.fvecs"
                                     << "narrow.fvecs"
                                     << ""
                                     << "the queries have 3 dimensions";
    QTest::newRow("truth of fewer queries") << "base.fvecs"
                                            << "query.fvecs"
                                            << "short.npy"
                                            << "the truth is for 59 queries, but there are 60";
    QTest::newRow("truth outside the base") << "base.fvecs"
                                            << "query.fvecs"
                                            << "outside.npy"
                                            << "outside the base";
    QTest::newRow("truth without queries") << "base.fvecs"
                                           << ""
                                           << "truth.npy"
                                           << "needs the queries";
    QTest::newRow("vectors as truth") << "base.fvecs"
                                      << "query.fvecs"
                                      << "query.fvecs"
                                      << "query.fvecs";
}

void TestDataset::badCombinations() {
    QFETCH(QString, base);
    QFETCH(QString, queries);
    QFETCH(QString, truth);
    QFETCH(QString, expected);
    AlignedBuffer<float> narrow(20 * 3);
    QVERIFY(write_fvecs(file("narrow.fvecs"), VectorSet::adopt(std::move(narrow), 20, 3), {}));
    QVERIFY(write_npy_ids(file("short.npy"), std::span(m_set.truth.ids).first(59 * 20), 59, 20));
    auto ids = m_set.truth.ids;
    ids[7] = -3;
    QVERIFY(write_npy_ids(file("outside.npy"), ids, 60, 20));
    OpenOptions options;
    const auto set = [this](fs::path& path, const QString& name) {
        if (!name.isEmpty())
            path = file(name.toUtf8().constData());
    };
    set(options.base, base);
    set(options.queries, queries);
    set(options.truth, truth);
    const auto opened = open_dataset(options, {});
    QVERIFY(!opened);
    QVERIFY2(QString::fromStdString(opened.error().message).contains(expected),
             opened.error().message.c_str());
}

void TestDataset::notFinite() {
    QVERIFY(write_fvecs(file("nan.fvecs"), with_value(m_set.base, 17, 3, NAN), {}));
    QVERIFY(write_fvecs(file("inf.fvecs"), with_value(m_set.queries, 5, 0, INFINITY), {}));
    OpenOptions options;
    options.base = file("nan.fvecs");
    const auto base = open_dataset(options, {});
    QVERIFY(!base);
    QVERIFY2(base.error().message.find("nan.fvecs: row 17, column 3") != std::string::npos,
             base.error().message.c_str());
    options.base = file("base.fvecs");
    options.queries = file("inf.fvecs");
    const auto queries = open_dataset(options, {});
    QVERIFY(!queries);
    QVERIFY2(queries.error().message.find("inf.fvecs: row 5, column 0") != std::string::npos,
             queries.error().message.c_str());
}

void TestDataset::zeroVectorsUnderCosine() {
    VectorSet base = m_set.base;
    for (std::size_t j = 0; j < 12; ++j)
        base = with_value(base, 3, j, 0);
    QVERIFY(write_fvecs(file("zero.fvecs"), base, {}));
    OpenOptions options;
    options.base = file("zero.fvecs");
    options.queries = file("query.fvecs");
    options.metric = Metric::Cosine;
    OPEN(cosine, options);
    QVERIFY2(all_warnings(cosine).contains("1 of the 2,000 vectors have length zero"),
             qPrintable(all_warnings(cosine)));
    options.metric = Metric::L2;
    OPEN(l2, options);
    QVERIFY(l2.warnings.empty());
}

void TestDataset::cancels() {
    OpenOptions options;
    options.base = file("base.fvecs");
    std::stop_source stop;
    stop.request_stop();
    const auto at_once = open_dataset(options, {stop.get_token(), nullptr, 1});
    QVERIFY(!at_once);
    QCOMPARE(at_once.error().code, ErrorCode::Cancelled);
    QCOMPARE(cacheFiles().size(), 0);
}

/// Opening must not read 80 MB, but a NaN in there must not reach an index or a truth either.
void TestDataset::largeFilesAreCheckedBeforeTheyAreUsed() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("large.fbin"));
    constexpr std::uint32_t kRows = 20000, kDim = 1000;
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    const std::uint32_t shape[] = {kRows, kDim};
    file.write(reinterpret_cast<const char*>(shape), sizeof shape);
    QVERIFY(file.resize(8 + qint64{kRows} * kDim * 4));
    const float nan = std::nanf("");
    OpenOptions options;
    const auto held_out = random_sample(kRows, options.hold_out, options.seed); // are checked at opening
    for (std::uint32_t row = 777; row < 18000; row += 6000) {
        while (std::ranges::find(held_out, row) != held_out.end())
            ++row;
        file.seek(8 + (qint64{row} * kDim + 67) * 4);
        file.write(reinterpret_cast<const char*>(&nan), sizeof nan);
    }
    file.close();

    options.base = path.toStdString();
    options.compute_truth = false;
    const auto opened = open_dataset(options, {});
    QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().message.c_str());
    const auto built = build_and_fill(*parse_configuration("Flat"), opened->base, Metric::L2, 1, {});
    QVERIFY(!built.ok());
    QCOMPARE(built.error().code, ErrorCode::CorruptFile);
    options.compute_truth = true;
    options.use_cache = false;
    const auto judged = open_dataset(options, {});
    QVERIFY(!judged.ok());
    QCOMPARE(judged.error().code, ErrorCode::CorruptFile);
    QVERIFY(judged.error().message.find("large.fbin") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestDataset)
#include "tst_dataset.moc"
