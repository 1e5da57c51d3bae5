// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/ground_truth.h"
#include "engine/dataset_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::test;

namespace {

Control threads(int count) {
    Control control;
    control.threads = count;
    return control;
}

Dataset with_truth(Metric truth_metric, Metric metric) {
    Dataset dataset = clusters(2000, 12, 50);
    dataset.truth = exact_neighbours(dataset.base, dataset.queries, truth_metric, 10, {}).value();
    dataset.metric = metric;
    return dataset;
}

} // namespace

Q_DECLARE_METATYPE(annscope::Metric)

class TestTruthCheck : public QObject {
    Q_OBJECT
private slots:
    void checkAcceptsTheTruth_data();
    void checkAcceptsTheTruth();
    void checkNamesTheMetricThatFits_data();
    void checkNamesTheMetricThatFits();
    void checkFindsWrongIds();
    void recomputesDistances();
    void recomputeRejectsForeignIds();
    void cancels();
};

void TestTruthCheck::checkAcceptsTheTruth_data() {
    QTest::addColumn<Metric>("metric");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        QTest::newRow(name(metric).data()) << metric;
}

void TestTruthCheck::checkAcceptsTheTruth() {
    QFETCH(Metric, metric);
    const auto findings = check_truth(with_truth(metric, metric), 32, {});
    QVERIFY(findings);
    QVERIFY2(findings->empty(), findings->empty() ? "" : findings->front().c_str());
}

void TestTruthCheck::checkNamesTheMetricThatFits_data() {
    QTest::addColumn<Metric>("is");
    QTest::addColumn<Metric>("said");
    QTest::addColumn<QString>("expected");
    QTest::newRow("ip as l2") << Metric::InnerProduct << Metric::L2 << "fit inner product, not L2";
    QTest::newRow("l2 as ip") << Metric::L2 << Metric::InnerProduct << "fit L2, not inner product";
    QTest::newRow("cosine as l2") << Metric::Cosine << Metric::L2 << "fit cosine, not L2";
    QTest::newRow("l2 as cosine") << Metric::L2 << Metric::Cosine << "fit L2, not cosine";
}

void TestTruthCheck::checkNamesTheMetricThatFits() {
    QFETCH(Metric, is);
    QFETCH(Metric, said);
    QFETCH(QString, expected);
    const auto findings = check_truth(with_truth(is, said), 32, {});
    QVERIFY(findings);
    QCOMPARE(findings->size(), std::size_t{1});
    QVERIFY2(QString::fromStdString(findings->front()).contains(expected), findings->front().c_str());
}

void TestTruthCheck::checkFindsWrongIds() {
    const auto first = [](const Dataset& dataset) {
        const auto findings = check_truth(dataset, 32, {});
        return findings && !findings->empty() ? QString::fromStdString(findings->front()) : QString();
    };
    const Dataset right = with_truth(Metric::L2, Metric::L2);

    Dataset dataset = right;
    dataset.truth.ids[17] = 2000;
    QVERIFY2(first(dataset).contains("1 of 500 row numbers in the truth are outside the base"),
             qPrintable(first(dataset)));

    dataset = right;
    dataset.truth.ids[13] = 0; // so that 1-based ids begin at 1
    for (Id& id : dataset.truth.ids)
        ++id;
    dataset.truth.ids[14] = 2000;
    QVERIFY2(first(dataset).contains("counted from 1"), qPrintable(first(dataset)));

    dataset = right;
    dataset.truth.ids[1] = dataset.truth.ids[0];
    QVERIFY2(first(dataset).contains("same row twice for 1 of 50 queries"), qPrintable(first(dataset)));

    dataset = right;
    dataset.truth.ids[9] = kNoId;
    QVERIFY2(first(dataset).contains("fewer than 10"), qPrintable(first(dataset)));

    dataset = right;
    std::swap(dataset.truth.ids[0], dataset.truth.ids[9]);
    QVERIFY2(first(dataset).contains("1 of 32 checked queries by distance"), qPrintable(first(dataset)));

    dataset = right;
    std::ranges::rotate(dataset.truth.ids, dataset.truth.ids.begin() + 10); // the next query's neighbours
    QVERIFY2(first(dataset).contains("does not fit these vectors"), qPrintable(first(dataset)));

    dataset = right;
    dataset.queries = right.queries.slice(0, 49);
    QVERIFY2(first(dataset).contains("for 50 queries, but there are 49"), qPrintable(first(dataset)));
}

void TestTruthCheck::recomputesDistances() {
    const Dataset dataset = with_truth(Metric::InnerProduct, Metric::InnerProduct);
    GroundTruth truth = dataset.truth;
    for (float& d : truth.distances)
        d = 7; // a file's convention
    std::swap(truth.ids[0], truth.ids[3]);
    QVERIFY(
        recompute_truth_distances(dataset.base, dataset.queries, Metric::InnerProduct, truth, threads(2)));
    QCOMPARE(truth.ids, dataset.truth.ids);
    QCOMPARE(truth.distances, dataset.truth.distances);

    truth.ids[5] = kNoId;
    QVERIFY(
        recompute_truth_distances(dataset.base, dataset.queries, Metric::InnerProduct, truth, threads(2)));
    QCOMPARE(truth.ids[9], kNoId);
    QVERIFY(std::isinf(truth.distances[9]));
    QCOMPARE(truth.ids[5], dataset.truth.ids[6]);
}

void TestTruthCheck::recomputeRejectsForeignIds() {
    Dataset dataset = with_truth(Metric::L2, Metric::L2);
    for (const Id id : {Id{2000}, Id{-2}}) {
        GroundTruth truth = dataset.truth;
        truth.ids[77] = id;
        const auto status = recompute_truth_distances(dataset.base, dataset.queries, Metric::L2, truth, {});
        QCOMPARE(status.error().code, ErrorCode::InvalidArgument);
    }
    QCOMPARE(
        recompute_truth_distances(dataset.base, dataset.queries.slice(0, 3), Metric::L2, dataset.truth, {})
            .error()
            .code,
        ErrorCode::DimensionMismatch);
}

void TestTruthCheck::cancels() {
    std::stop_source stop;
    stop.request_stop();
    const Control control{stop.get_token(), nullptr, 1};
    Dataset dataset = with_truth(Metric::L2, Metric::L2);
    QCOMPARE(check_truth(dataset, 10, control).error().code, ErrorCode::Cancelled);
    QCOMPARE(recompute_truth_distances(dataset.base, dataset.queries, Metric::L2, dataset.truth, control)
                 .error()
                 .code,
             ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestTruthCheck)
#include "tst_truth_check.moc"
