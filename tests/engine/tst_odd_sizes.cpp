// SPDX-License-Identifier: GPL-3.0-or-later
// Sizes that do not fit: dimensions that parts do not divide, fewer vectors than centroids, one of
// everything. Each is an error that says what to choose instead, or an index that works.
#include "index_fixture.h"

#include <QTest>

#include <set>

using namespace annscope;
using namespace annscope::test;

class tst_odd_sizes : public QObject {
    Q_OBJECT
private slots:
    void refused_data();
    void refused();
    void work_data();
    void work();
};

void tst_odd_sizes::refused_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    QTest::addColumn<QString>("says");   ///< what is wrong
    QTest::addColumn<QString>("advice"); ///< what to choose instead
    const auto row = [](const char* factory, int n, int dim, const char* says, const char* advice) {
        QTest::addRow("%s, %d x %d", factory, n, dim) << factory << n << dim << says << advice;
    };
    const char* parts = "30 dimensions cannot be cut into 16 equal parts";
    for (const char* code : {"PQ16", "PQ16x4", "PQ16x12", "PQ16x4fs", "IVF4,PQ16", "IVF4,PQ16x4fs",
                             "IVF4,PQ16x4fsr", "PQ16,RFlat", "IVF4,PQ16x4fs,RFlat", "SQ8,Refine(PQ16)",
                             "IDMap,PQ16", "L2norm,PQ16", "RR30,IVF4,PQ16", "IVF4(IVF2,Flat),PQ16"})
        row(code, 300, 30, parts, "15 or 30");
    row("PQ5", 300, 12, "12 dimensions cannot be cut into 5", "4 or 6");
    row("PQ40", 300, 12, "12 dimensions cannot be cut into 40", "12");
    row("PQ5", 300, 13, "13 dimensions cannot be cut into 5", "1 or 13");
    row("PCA20,PQ16", 300, 30, "20 dimensions cannot be cut into 16", "10 or 20");
    row("OPQ16,PQ16", 300, 30, "OPQ16 cuts 30 dimensions into 16", "OPQ16_32");
    row("OPQ16,IVF4,PQ16", 300, 30, "OPQ16 cuts 30 dimensions into 16", "OPQ16_32");
    row("OPQ7_14,PQ4", 300, 30, "14 dimensions cannot be cut into 4", "2 or 7");
    row("PCA64,Flat", 300, 30, "64 dimensions from 30", "at most 30");

    const char* few = "200 training vectors for the 256 centroids";
    for (const char* code : {"PQ4", "IVF4,PQ4", "PQ4,RFlat", "RR8,PQ4", "SQ8,Refine(PQ4)"})
        row(code, 200, 8, few, "PQ4x7");
    for (const char* code : {"PQ4x4", "PQ4x4fs", "IVF4,PQ4x4", "IVF4,PQ4x4fs", "IVF4,PQ4x4fsr"})
        row(code, 15, 8, "15 training vectors for the 16 centroids", "PQ4x3");
    row("PQ4x12", 4095, 8, "4,095 training vectors for the 4,096 centroids", "PQ4x11");
    row("OPQ4,PQ4", 200, 8, "OPQ learns from at least 256 vectors", "RR or PCA");
    row("OPQ4,PQ4x4fs", 200, 8, "OPQ learns from at least 256 vectors", "RR or PCA");
    for (const char* code : {"IVF100,Flat", "IVF100,SQ8", "IVF100,PQ4", "IVF100,PQ4x4fs", "IVF100,RaBitQ",
                             "IVF100,RaBitQfs", "IVF100,SQ4,RFlat", "RR8,IVF100,PQ4x4"})
        row(code, 50, 8, "50 vectors for 100 centroids", "Choose at most 50");
}

void tst_odd_sizes::refused() {
    QFETCH(QString, factory);
    QFETCH(int, n);
    QFETCH(int, dim);
    QFETCH(QString, says);
    QFETCH(QString, advice);
    const VectorSet base =
        random_set(ElementType::F32, static_cast<std::size_t>(n), static_cast<std::size_t>(dim), 5);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const auto index = build(factory.toStdString(), base, metric);
        QVERIFY(!index.ok());
        const QString message = QString::fromStdString(index.error().message);
        if (index.error().code == ErrorCode::Unsupported)
            QSKIP(qPrintable(message.left(60)));
        QCOMPARE(name(index.error().code), name(ErrorCode::InvalidArgument));
        QVERIFY2(message.contains(says), qPrintable(message));
        QVERIFY2(message.mid(message.indexOf(says)).contains(advice), qPrintable(message));
        QVERIFY2(message.endsWith('.') && message[0].isUpper(), qPrintable(message));
    }
}

void tst_odd_sizes::work_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<int>("n");
    QTest::addColumn<int>("dim");
    const auto row = [](const char* factory, int n, int dim) {
        QTest::addRow("%s, %d x %d", factory, n, dim) << factory << n << dim;
    };
    for (const char* code : {"Flat", "SQ8", "SQ6", "SQ4", "SQfp16", "SQbf16", "RaBitQ", "RaBitQ4",
                             "IVF1,Flat", "IVF1,SQ4", "IVF1,SQ6", "IVF1,RaBitQ", "IVF1,RaBitQfs", "SQ4,RFlat",
                             "IVF1,SQ4,Refine(SQ8)", "RaBitQ,RFlat", "Vamana8", "IDMap,SQ6"})
        for (const auto& [n, dim] : {std::pair{1, 1}, {1, 7}, {2, 3}, {33, 1}, {31, 67}})
            row(code, n, dim);
    for (const char* code :
         {"PQ1x4", "PQ1x4fs", "IVF1,PQ1x4", "IVF16,PQ1x4", "IVF16,PQ1x4fs", "IVF3,PQ1x4fsr", "PQ1x4,RFlat",
          "IVF2,PQ1x4fs,RFlat", "PQ1x1", "PQ1x3", "L2norm,PQ1x4"})
        for (const auto& [n, dim] : {std::pair{16, 1}, {17, 5}, {33, 13}})
            row(code, n, dim);
    row("PQ13x4fs", 65, 13); // an odd number of parts
    row("IVF5,PQ13x4fs", 65, 13);
    row("IVF5,PQ13x4fsr", 65, 13);
    row("IVF5,PQ3x5", 65, 21); // 15 bits
    row("PQ7x11", 2049, 7);
    row("OPQ16_32,PQ16", 300, 30);
    row("Pad32,PQ16", 300, 30);
    row("RR32,PQ16x4fs", 300, 30);
    row("PCA7,SQ6", 20, 30); // fewer vectors than dimensions
}

/// More neighbours asked for than there are vectors: each once, nearest first, the rest none.
void tst_odd_sizes::work() {
    QFETCH(QString, factory);
    QFETCH(int, n);
    QFETCH(int, dim);
    const auto rows = static_cast<std::size_t>(n), d = static_cast<std::size_t>(dim), k = rows + 3;
    const VectorSet base = random_set(ElementType::F32, rows, d, 5);
    const VectorSet queries = random_set(ElementType::F32, 3, d, 6);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const auto index = build(factory.toStdString(), base, metric);
        if (!index && index.error().code == ErrorCode::Unsupported)
            QSKIP(index.error().message.substr(0, 60).c_str());
        QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
        const auto found = search(**index, queries, k, thorough(**index));
        QVERIFY2(found.ok(), found.ok() ? "" : found.error().message.c_str());
        for (std::size_t q = 0; q < queries.size(); ++q) {
            std::set<Id> seen;
            for (std::size_t i = 0; i < k; ++i) {
                const Id id = found->ids[q * k + i];
                if (i >= rows) {
                    QCOMPARE(id, kNoId);
                    continue;
                }
                QVERIFY(id >= 0 && id < static_cast<Id>(rows) && seen.insert(id).second);
                QVERIFY(std::isfinite(found->distances[q * k + i]));
                QVERIFY(i == 0 || found->distances[q * k + i - 1] <= found->distances[q * k + i]);
            }
        }
    }
}

QTEST_GUILESS_MAIN(tst_odd_sizes)
#include "tst_odd_sizes.moc"
