// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/recall.h"

#include <QTest>

#include <limits>

using namespace annscope;

namespace {
constexpr float kInf = std::numeric_limits<float>::infinity();
}

class TestRecall : public QObject {
    Q_OBJECT
private slots:
    void recallAtK_data();
    void recallAtK();
    void summary();
    void summaryOfNothing();
};

void TestRecall::recallAtK_data() {
    using Floats = std::vector<float>;
    QTest::addColumn<Floats>("exact");
    QTest::addColumn<Floats>("truth");
    QTest::addColumn<int>("k");
    QTest::addColumn<double>("expected");

    QTest::newRow("all found") << Floats{1, 2, 3} << Floats{1, 2, 3, 4} << 3 << 1.0;
    QTest::newRow("one missed") << Floats{1, 2, 4} << Floats{1, 2, 3, 4} << 3 << 2.0 / 3;
    QTest::newRow("order of the answer does not count") << Floats{3, 1, 2} << Floats{1, 2, 3} << 3 << 1.0;
    QTest::newRow("another vector at the same distance counts")
        << Floats{1, 2, 2} << Floats{1, 2, 2, 2} << 3 << 1.0;
    QTest::newRow("rounding counts") << Floats{1, 2, 3.00001f} << Floats{1, 2, 3} << 3 << 1.0;
    QTest::newRow("more than rounding does not") << Floats{1, 2, 3.0001f} << Floats{1, 2, 3} << 3 << 2.0 / 3;
    QTest::newRow("missing ids") << Floats{1, kInf, kInf} << Floats{1, 2, 3} << 3 << 1.0 / 3;
    QTest::newRow("short answer") << Floats{1} << Floats{1, 2} << 2 << 0.5;
    QTest::newRow("negative distances") << Floats{-9, -8, -6.9f} << Floats{-9, -8, -7} << 3 << 2.0 / 3;
    QTest::newRow("negative distances, rounding")
        << Floats{-9, -8, -6.99999f} << Floats{-9, -8, -7} << 3 << 1.0;
    QTest::newRow("zero distances") << Floats{0, 0, 1e-20f} << Floats{0, 0, 0} << 3 << 2.0 / 3;
    QTest::newRow("only the first k count") << Floats{1, 5, 2} << Floats{1, 2, 3} << 2 << 0.5;
    QTest::newRow("fewer rows than k") << Floats{1, 2, kInf} << Floats{1, 2, kInf} << 3 << 1.0;
    QTest::newRow("NaN is a miss") << Floats{1, std::numeric_limits<float>::quiet_NaN()} << Floats{1, 2} << 2
                                   << 0.5;
}

void TestRecall::recallAtK() {
    QFETCH(std::vector<float>, exact);
    QFETCH(std::vector<float>, truth);
    QFETCH(int, k);
    QTEST(recall_at_k(exact, truth, static_cast<std::size_t>(k)), "expected");
}

void TestRecall::summary() {
    std::vector<float> recalls(40, 1.0f);
    recalls[7] = 0.0f;
    recalls[31] = 0.5f;
    const RecallSummary result = summarize_recall(recalls);
    QCOMPARE(result.mean, 38.5 / 40);
    QCOMPARE(result.p5, 0.5); // the second smallest of 40
    QCOMPARE(result.per_query, recalls);

    QCOMPARE(summarize_recall(std::vector<float>(41, 0.25f)).p5, 0.25);
    QCOMPARE(summarize_recall({0.75f}).p5, 0.75);
}

void TestRecall::summaryOfNothing() {
    const RecallSummary result = summarize_recall({});
    QCOMPARE(result.mean, 0.0);
    QVERIFY(result.per_query.empty());
}

QTEST_GUILESS_MAIN(TestRecall)
#include "tst_recall.moc"
