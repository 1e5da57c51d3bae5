// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "data/format.h"
#include "quant/compress.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <numeric>
#include <thread>

using namespace annscope;
using namespace annscope::test;

class TestCompress : public QObject {
    Q_OBJECT

private slots:
    void assignmentWeightsAndDistortion_data();
    void assignmentWeightsAndDistortion();
    void sameForAnyThreads();
    void everyVectorItsOwn();
    void filesCanBeRead_data();
    void filesCanBeRead();
    void errors();
    void cancelLeavesNothing();
};

void TestCompress::assignmentWeightsAndDistortion_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("type");
    for (const int metric : {0, 1, 2})
        for (const int type : {0, 1, 2, 3})
            QTest::addRow("%d %d", metric, type) << metric << type;
}

void TestCompress::assignmentWeightsAndDistortion() {
    QFETCH(int, metric);
    QFETCH(int, type);
    const auto by = static_cast<Metric>(metric);
    const VectorSet vectors = random_set(static_cast<ElementType>(type), 5000, 7, 3);
    CompressOptions options;
    options.n = 60;
    const auto made = compress_vectors(vectors, by, options, {});
    QVERIFY(made.ok());
    QCOMPARE(made->centroids.size(), std::size_t{60});
    QCOMPARE(made->assignment.size(), std::size_t{5000});
    QCOMPARE(std::accumulate(made->weights.begin(), made->weights.end(), 0u), 5000u);
    const VectorSet rows = by == Metric::Cosine ? normalized(vectors).vectors : vectors.to_float();
    std::vector<std::uint32_t> weights(60);
    std::vector<double> mean(7);
    double lost = 0, variance = 0;
    for (std::size_t i = 0; i < 5000; ++i) {
        ++weights[made->assignment[i]];
        lost += oracle_distance(rows, i, made->centroids.view<float>().row(made->assignment[i]), Metric::L2);
        for (std::size_t j = 0; j < 7; ++j)
            mean[j] += static_cast<double>(rows.view<float>().row(i)[j]) / 5000;
    }
    const std::vector<float> centre(mean.begin(), mean.end());
    for (std::size_t i = 0; i < 5000; ++i)
        variance += oracle_distance(rows, i, centre.data(), Metric::L2);
    QCOMPARE(weights, made->weights);
    QVERIFY(std::abs(made->distortion - lost / 5000) <= 1e-3 * made->distortion + 1e-5);
    QVERIFY(std::abs(made->variance - variance / 5000) <= 1e-3 * made->variance + 1e-5);
    QVERIFY(made->distortion < 0.5 * made->variance);
}

void TestCompress::sameForAnyThreads() {
    const VectorSet vectors = random_set(ElementType::F32, 6000, 5, 3);
    CompressOptions options;
    options.n = 100;
    Control one, four;
    one.threads = 1;
    four.threads = 4;
    const auto a = compress_vectors(vectors, Metric::L2, options, one),
               b = compress_vectors(vectors, Metric::L2, options, four);
    QVERIFY(a.ok() && b.ok());
    QCOMPARE(a->assignment, b->assignment);
    QVERIFY(std::equal(a->centroids.view<float>().row(0), a->centroids.view<float>().row(0) + 500,
                       b->centroids.view<float>().row(0)));
    QCOMPARE(a->distortion, b->distortion);
}

void TestCompress::everyVectorItsOwn() {
    CompressOptions options;
    options.n = 40;
    const auto made = compress_vectors(random_set(ElementType::F32, 40, 3, 1), Metric::L2, options, {});
    QVERIFY(made.ok());
    QVERIFY2(made->distortion < 0.2 * made->variance, qPrintable(QString::number(made->distortion)));
}

void TestCompress::filesCanBeRead_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"x.hdf5", "x.h5", "x.fvecs", "x.npy"})
        QTest::newRow(name) << QString::fromUtf8(name);
}

void TestCompress::filesCanBeRead() {
    QFETCH(QString, name);
    const QTemporaryDir folder;
    Dataset dataset;
    dataset.base = random_set(ElementType::U8, 900, 4, 1);
    dataset.queries = random_set(ElementType::F32, 30, 4, 2);
    dataset.metric = Metric::Cosine;
    CompressOptions options;
    options.n = 50;
    const auto path = [&](const QString& file) { return folder.filePath(file).toStdString(); };
    const auto made = compress_to_files(dataset, options, {path(name), path("a.npy"), path("w.npy")}, {});
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().message.c_str());
    const auto read = read_file(path(name), FileRole::Vectors, {});
    QVERIFY2(read.ok(), read.ok() ? "" : read.error().message.c_str());
    QCOMPARE(read->base.size(), std::size_t{50});
    for (std::size_t i = 0; i < 50; ++i) // rows of fvecs are apart
        QVERIFY(std::ranges::equal(read->base.view<float>()[i], made->centroids.view<float>()[i]));
    if (name.startsWith("x.h")) {
        QCOMPARE(read->queries.size(), std::size_t{30});
        QVERIFY(read->metric == Metric::Cosine);
    }
    QCOMPARE(QFileInfo(folder.filePath("a.npy")).size() % 64, (900 * 8) % 64);
    QVERIFY(QFileInfo(folder.filePath("w.npy")).size() > 50 * 8);
}

void TestCompress::errors() {
    Dataset dataset;
    dataset.base = random_set(ElementType::F32, 90, 4, 1);
    CompressOptions options;
    for (const std::size_t n : {0u, 91u}) {
        options.n = n;
        const auto made = compress_vectors(dataset.base, Metric::L2, options, {});
        QVERIFY(!made.ok() && made.error().code == ErrorCode::InvalidArgument);
        QVERIFY(made.error().message.find("1 to 90") != std::string::npos);
    }
    options.n = 9;
    const QTemporaryDir folder;
    const auto path = [&](const char* file) { return folder.filePath(file).toStdString(); };
    QVERIFY(!compress_to_files(dataset, options, {path("x.txt"), "", ""}, {}).ok());
    QVERIFY(!compress_to_files(dataset, options, {path("x.npy"), path("a.csv"), ""}, {}).ok());
    QVERIFY(!compress_to_files(dataset, options, {"/no/such/folder/x.npy", path("a.npy"), path("w.npy")}, {})
                 .ok());
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList());
}

void TestCompress::cancelLeavesNothing() {
    Dataset dataset;
    dataset.base = random_set(ElementType::F32, 20000, 24, 1);
    CompressOptions options;
    options.n = 2000;
    options.passes = 1000;
    const QTemporaryDir folder;
    const auto path = [&](const char* file) { return folder.filePath(file).toStdString(); };
    std::stop_source stop;
    std::jthread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        stop.request_stop();
    });
    const auto made = compress_to_files(dataset, options, {path("x.npy"), path("a.npy"), path("w.npy")},
                                        {stop.get_token(), nullptr, 2});
    QVERIFY(!made.ok() && made.error().code == ErrorCode::Cancelled);
    QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList());
}

QTEST_GUILESS_MAIN(TestCompress)
#include "tst_compress.moc"
