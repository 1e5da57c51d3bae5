// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/dataset.h"
#include "engine/dataset_fixture.h"
#include "test_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace annscope;
using namespace annscope::test;

class TestRealDatasets : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void realFiles_data();
    void realFiles();
    void realFormats_data();
    void realFormats();

private:
    QTemporaryDir m_cache;
};

void TestRealDatasets::initTestCase() {
    QVERIFY(m_cache.isValid());
    qputenv("XDG_CACHE_HOME", m_cache.path().toLocal8Bit());
}

void TestRealDatasets::realFiles_data() {
    QTest::addColumn<QString>("name");
    for (const char* name :
         {"fashion-mnist-784-euclidean", "glove-twitter-12k-25-angular", "letter-16-euclidean",
          "sift-5k-128-euclidean", "us-zips-2-euclidean", "world-cities-2-euclidean"})
        QTest::newRow(name) << QString(name);
}

void TestRealDatasets::realFiles() {
    QFETCH(QString, name);
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    OpenOptions options;
    options.base = folder / (name + ".hdf5").toStdString();
    OPEN(opened, options);
    QCOMPARE(QString::fromStdString(opened.name), name);
    QCOMPARE(opened.metric, name.contains("angular") ? Metric::Cosine : Metric::L2);
    QCOMPARE(opened.truth_from, TruthFrom::File);
    QVERIFY2(opened.warnings.empty(), qPrintable(all_warnings(opened)));
    for (std::size_t q = 0; q < opened.truth.queries; ++q)
        QVERIFY(std::ranges::is_sorted(opened.truth.distances_of(q)));
}

void TestRealDatasets::realFormats_data() {
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("queries");
    QTest::addColumn<QString>("truth");
    QTest::newRow("fvecs") << "base.fvecs"
                           << "query.fvecs"
                           << "groundtruth.ivecs";
    QTest::newRow("bvecs") << "base.bvecs"
                           << "query.bvecs"
                           << "groundtruth.ivecs";
    QTest::newRow("fbin") << "base.fbin"
                          << "query.fbin"
                          << "groundtruth.bin";
    QTest::newRow("u8bin") << "base.u8bin"
                           << "query.u8bin"
                           << "groundtruth.bin";
    QTest::newRow("i8bin") << "base.i8bin"
                           << "query.i8bin"
                           << "groundtruth.bin";
    QTest::newRow("folder of npy") << "npy_folder"
                                   << "query.fbin"
                                   << "";
}

void TestRealDatasets::realFormats() {
    QFETCH(QString, base);
    QFETCH(QString, queries);
    QFETCH(QString, truth);
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    OpenOptions original;
    original.base = folder / "sift-5k-128-euclidean.hdf5";
    OPEN(expected, original);
    OpenOptions options;
    options.base = folder / "formats" / base.toStdString();
    options.queries = folder / "formats" / queries.toStdString();
    if (!truth.isEmpty())
        options.truth = folder / "formats" / truth.toStdString();
    OPEN(opened, options);
    QCOMPARE(opened.truth_from, truth.isEmpty() ? TruthFrom::Computed : TruthFrom::File);
    QCOMPARE(opened.truth.distances, expected.truth.distances);
    QCOMPARE(opened.truth.ids, expected.truth.ids);
    QVERIFY2(opened.warnings.empty(), qPrintable(all_warnings(opened)));
}

QTEST_GUILESS_MAIN(TestRealDatasets)
#include "tst_real_datasets.moc"
