// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/ground_truth.h"
#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/panels/health_panel.h"
#include "ui/views/distribution_chart.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <numeric>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// A graph over points in the plane; every cut-th node (0: none) has no edge that leads to it.
BuiltIndexPtr graphOf(std::size_t n, std::uint32_t cut, qint64 id = 1) {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(n, 4);
    test::joinAtRandom(*index, 6, 1, 9);
    for (std::uint32_t i = 0; i < n; ++i) // a ring through all, so that nothing else is lost
        if (const auto next = std::uint32_t((i + 1) % n); std::ranges::count(index->edges[i], next) == 0)
            index->edges[i].push_back(next);
    for (std::uint32_t i = 0; i < n && cut > 0; ++i) // past those that are cut out
        if (const auto next = std::uint32_t((i + 2) % n); std::ranges::count(index->edges[i], next) == 0)
            index->edges[i].push_back(next);
    for (auto& row : index->edges)
        std::erase_if(row, [cut](std::uint32_t to) { return cut > 0 && to > 0 && to % cut == 0; });
    auto data = std::make_shared<Dataset>();
    data->name = "fake";
    data->base = index->base;
    data->queries = test::bandOfPoints(60, 5);
    data->truth = exact_neighbours(data->base, data->queries, Metric::L2, 10, {}).value();
    auto built = std::make_shared<BuiltIndex>();
    built->id = id;
    built->title = QStringLiteral("Vamana8");
    built->index = std::move(index);
    built->dataset = std::move(data);
    return built;
}

HealthPtr healthOf(const BuiltIndexPtr& built) {
    return std::make_shared<const IndexHealth>(
        examine_index(*built->index, workload_of(*built->dataset), {}, {}).value());
}

struct Window {
    JobRunner jobs;
    HealthPanel panel{&jobs};
    explicit Window(QSize size = {1000, 640}) {
        panel.resize(size);
        panel.show();
    }
};

} // namespace

class HealthPanelTest : public QObject {
    Q_OBJECT
private slots:
    void init() { applyTheme(*qApp, Theme::Light); }
    void emptyStateTeaches();
    void healthyGraphSaysSo();
    void repairIsOfferedWhereItHelps();
    void beforeAndAfterSideBySide();
    void examinesNothingBehindAnotherTab();
    void onlySearchesAreNewForOtherParameters();
    void cancelledExaminationCanBeAskedForAgain();
    void modelKeepsTheRules();
    void tableIsCopied();
    void distributionsOfCounts_data();
    void distributionsOfCounts();
    void distributionsOfValues();
    void hoverTellsABin();
    void pictures_data();
    void pictures();
};

void HealthPanelTest::emptyStateTeaches() {
    Window w;
    QSignalSpy suggested(&w.panel, &HealthPanel::buildSuggested);
    auto* button = w.panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(suggested.count(), 1);
    QCOMPARE(suggested[0][0].toString(), QStringLiteral("Vamana32"));
    auto index = std::make_shared<test::FakeIndex>(); // cells only
    index->base = test::bandOfPoints(20, 1);
    w.panel.setIndex(test::built(index));
    QVERIFY(button->isVisible());
    QVERIFY(!w.panel.ready());
}

void HealthPanelTest::healthyGraphSaysSo() {
    Window w;
    w.panel.setIndex(graphOf(500, 0));
    QTRY_VERIFY(w.panel.ready());
    QVERIFY2(w.panel.findings().contains(QStringLiteral("All 500 nodes can be reached")),
             qPrintable(w.panel.findings()));
    QVERIFY(!w.panel.repairButton()->isVisible());
    QCOMPARE(w.panel.chart(HealthPanel::OutDegree)->distribution().total, std::uint64_t(500));
    QCOMPARE(w.panel.chart(HealthPanel::InDegree)->distribution().total, std::uint64_t(500));
    QCOMPARE(w.panel.chart(HealthPanel::Hops)->distribution().total, std::uint64_t(60));
    QCOMPARE(w.panel.chart(HealthPanel::EdgeLength)->distribution().total,
             w.panel.model()->health()->graph.edges);
}

void HealthPanelTest::repairIsOfferedWhereItHelps() {
    Window w;
    const BuiltIndexPtr broken = graphOf(500, 10);
    w.panel.setIndex(broken);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY2(w.panel.findings().contains(
                 QStringLiteral("49 nodes (9.80 %) cannot be reached from the entry: they can "
                                "never be found.")),
             qPrintable(w.panel.findings()));
    QVERIFY(w.panel.findings().contains(QStringLiteral("Repair connects them")));
    QSignalSpy wanted(&w.panel, &HealthPanel::repairRequested);
    QVERIFY(w.panel.repairButton()->isVisible());
    QTest::mouseClick(w.panel.repairButton(), Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted[0][0].value<BuiltIndexPtr>(), broken);
    const int row = w.panel.model()->rowOf(QStringLiteral("unreachable"));
    QVERIFY(row >= 0);
    QCOMPARE(w.panel.model()->index(row, HealthModel::Value).data().toString(),
             QStringLiteral("49 (9.80 %)"));
}

void HealthPanelTest::beforeAndAfterSideBySide() {
    Window w;
    w.panel.setIndex(graphOf(500, 10, 1));
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.model()->columnCount(), 2);
    w.panel.setRepairOf(2, 1);
    w.panel.setIndex(graphOf(500, 0, 2));
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.model()->columnCount(), 3);
    const int row = w.panel.model()->rowOf(QStringLiteral("unreachable"));
    QCOMPARE(w.panel.model()->index(row, HealthModel::Value).data(HealthModel::RawRole).toDouble(), 0.0);
    QCOMPARE(w.panel.model()->index(row, HealthModel::Before).data(HealthModel::RawRole).toDouble(), 49.0);
    QVERIFY2(w.panel.findings().contains(QStringLiteral("The repair connected 49 nodes")),
             qPrintable(w.panel.findings()));
    QVERIFY(!w.panel.repairButton()->isVisible());
    w.panel.setIndex(graphOf(400, 0, 3));
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.model()->columnCount(), 2);
}

void HealthPanelTest::examinesNothingBehindAnotherTab() {
    Window w;
    w.panel.setInFront(false);
    w.panel.setIndex(graphOf(300, 0));
    QTest::qWait(150);
    QVERIFY(!w.panel.ready() && w.jobs.active().empty());
    w.panel.setInFront(true);
    QTRY_VERIFY(w.panel.ready());
}

void HealthPanelTest::onlySearchesAreNewForOtherParameters() {
    Window w;
    w.panel.setIndex(graphOf(500, 0));
    QTRY_VERIFY(w.panel.ready());
    const HealthPtr narrow = w.panel.model()->health();
    w.panel.setSearchParams({{"Lsearch", 120}}, 5);
    QTRY_VERIFY(w.panel.model()->health() != narrow);
    const HealthPtr wide = w.panel.model()->health();
    QVERIFY(wide->work.mean_hops() > narrow->work.mean_hops());
    QCOMPARE(wide->work.k, std::size_t(5));
    QCOMPARE(wide->graph.reciprocal, narrow->graph.reciprocal);
    QCOMPARE(wide->lengths.sorted, narrow->lengths.sorted);
    QVERIFY(w.panel.findings().contains(QStringLiteral("Lsearch=120")));
}

void HealthPanelTest::cancelledExaminationCanBeAskedForAgain() {
    Window w;
    w.panel.setIndex(graphOf(500, 0));
    w.jobs.cancelAll();
    auto* button = w.panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QTRY_VERIFY(button->isVisible() || w.panel.ready());
    if (w.panel.ready())
        QSKIP("It was done before it could be cancelled.");
    QVERIFY(button->text().contains(QStringLiteral("Examine")));
    QTest::mouseClick(button, Qt::LeftButton);
    QTRY_VERIFY(w.panel.ready());
}

void HealthPanelTest::modelKeepsTheRules() {
    HealthModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const HealthPtr broken = healthOf(graphOf(300, 7)), whole = healthOf(graphOf(300, 0));
    model.setHealth(broken, nullptr);
    QVERIFY(model.rowCount() > 10);
    for (int row = 0; row < model.rowCount(); ++row) {
        QVERIFY(!model.index(row, HealthModel::Quantity).data().toString().isEmpty());
        QVERIFY(!model.index(row, HealthModel::Value).data().toString().isEmpty());
        QVERIFY(model.index(row, HealthModel::Value).data(Qt::ToolTipRole).toString().size() > 10);
    }
    model.setHealth(whole, broken);
    QCOMPARE(model.columnCount(), 3);
    model.setHealth(nullptr, broken);
    QCOMPARE(model.rowCount(), 0);
}

void HealthPanelTest::tableIsCopied() {
    HealthModel model;
    model.setHealth(healthOf(graphOf(300, 0)), healthOf(graphOf(300, 7)));
    const QString csv = model.csv();
    QVERIFY(csv.startsWith(QStringLiteral("quantity,repaired,before\n")));
    QVERIFY2(csv.contains(QStringLiteral("\nunreachable,0,42\n")), qPrintable(csv));
    QVERIFY(model.markdown().contains(QStringLiteral("| Unreachable nodes | 0 | 42 (14.0 %) |")));
}

void HealthPanelTest::distributionsOfCounts_data() {
    QTest::addColumn<QList<int>>("values"); // value, count, value, count ...
    QTest::addColumn<double>("median");
    QTest::addColumn<bool>("overflow");
    QTest::newRow("one value") << QList<int>{5, 100} << 5.0 << false;
    QTest::newRow("two values") << QList<int>{2, 1, 4, 3} << 4.0 << false;
    QTest::newRow("a hub") << QList<int>{3, 500, 4, 500, 5000, 1} << 4.0 << true;
    QTest::newRow("many values") << QList<int>{0, 10, 500, 10, 1000, 10} << 500.0 << false;
    QTest::newRow("none") << QList<int>{} << 0.0 << false;
}

void HealthPanelTest::distributionsOfCounts() {
    QFETCH(QList<int>, values);
    QFETCH(double, median);
    QFETCH(bool, overflow);
    std::vector<std::uint64_t> counts;
    std::uint64_t total = 0;
    double sum = 0;
    for (qsizetype i = 0; i + 1 < values.size(); i += 2) {
        counts.resize(std::max(counts.size(), std::size_t(values[i]) + 1), 0);
        counts[std::size_t(values[i])] = std::uint64_t(values[i + 1]);
        total += std::uint64_t(values[i + 1]);
        sum += double(values[i]) * values[i + 1];
    }
    const Distribution d = distributionOfCounts(counts);
    QCOMPARE(d.total, total);
    QCOMPARE(std::accumulate(d.bins.begin(), d.bins.end(), std::uint64_t(0)), total);
    QVERIFY(d.bins.size() <= 48);
    if (total > 0)
        QCOMPARE(d.mean, sum / double(total));
    QCOMPARE(d.median, median);
    QCOMPARE(d.overflow, overflow);
    // Every value is in the bin whose edges hold it.
    for (std::size_t bin = 0; bin < d.bins.size(); ++bin) {
        std::uint64_t inside = 0;
        const bool last = bin + 1 == d.bins.size();
        for (std::size_t v = 0; v < counts.size(); ++v)
            if (double(v) > d.edge(bin) && (double(v) < d.edge(bin + 1) || (last && d.overflow)))
                inside += counts[v];
        QCOMPARE(d.bins[bin], inside);
    }
}

void HealthPanelTest::distributionsOfValues() {
    std::vector<float> even(1000), wide(1000), tail(1000);
    for (std::size_t i = 0; i < 1000; ++i) {
        even[i] = float(i) / 100;
        wide[i] = std::pow(10.0f, float(i) / 200);
        tail[i] = i < 998 ? float(i) / 1000 : 500;
    }
    const Distribution a = distributionOfValues(even), b = distributionOfValues(wide),
                       c = distributionOfValues(tail);
    QVERIFY(!a.logarithmic && !a.overflow && b.logarithmic && c.overflow);
    for (const Distribution& d : {a, b, c})
        QCOMPARE(std::accumulate(d.bins.begin(), d.bins.end(), std::uint64_t(0)), std::uint64_t(1000));
    QVERIFY(*std::ranges::min_element(a.bins) >= 20 && *std::ranges::max_element(a.bins) <= 22);
    QVERIFY(*std::ranges::max_element(b.bins) <= 24); // even on the logarithmic axis
    QVERIFY(c.edge(c.bins.size()) < 2);
    QVERIFY(distributionOfValues({}).bins.empty());
    const std::vector<float> same(5, 2.0f), zeros(5, 0.0f);
    QCOMPARE(distributionOfValues(same).total, std::uint64_t(5));
    QCOMPARE(distributionOfValues(zeros).largest(), std::uint64_t(5));
}

void HealthPanelTest::hoverTellsABin() {
    DistributionChart chart;
    chart.resize(400, 240);
    std::vector<std::uint64_t> counts{0, 10, 30, 20};
    Distribution d = distributionOfCounts(counts);
    d.title = QStringLiteral("In-degree");
    d.counted = QStringLiteral("nodes");
    chart.setDistribution(d);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    QVERIFY(chart.barOf(1).height() > chart.barOf(0).height());
    QCOMPARE(chart.distribution().binText(1), QStringLiteral("In-degree 2: 30 nodes (50.0 %)"));
    QVERIFY(chart.distribution().summary().contains(QStringLiteral("median 2")));
    QVERIFY(chart.distribution().csv().contains(QStringLiteral("\n2,2,30\n")));
    const QImage before = chart.grab().toImage();
    QTest::mouseMove(&chart, chart.barOf(1).center().toPoint());
    QTRY_VERIFY(chart.grab().toImage() != before);
}

void HealthPanelTest::pictures_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("factory");
    QTest::addColumn<bool>("dark");
    QTest::newRow("sample light") << QString() << QStringLiteral("Vamana12") << false;
    QTest::newRow("zips dark") << QStringLiteral("us-zips-2-euclidean.hdf5") << QStringLiteral("Vamana16")
                               << true;
    QTest::newRow("zips hnsw") << QStringLiteral("us-zips-2-euclidean.hdf5") << QStringLiteral("HNSW8")
                               << false;
}

void HealthPanelTest::pictures() {
    if (test::pictureFolder().isEmpty())
        QSKIP("ANNSCOPE_PICTURES names no folder.");
    QFETCH(QString, file);
    QFETCH(QString, factory);
    QFETCH(bool, dark);
    applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
    const BuiltIndexPtr built = test::builtOf(file, factory);
    if (!built)
        QSKIP("No data.");
    Window w({1040, 600});
    w.panel.setIndex(built);
    QTRY_VERIFY_WITH_TIMEOUT(w.panel.ready(), 30000);
    QVERIFY(w.panel.grab().save(
        QDir(test::pictureFolder())
            .filePath(QStringLiteral("health-%1-%2.png")
                          .arg(factory, dark ? QStringLiteral("dark") : QStringLiteral("light")))));
}

QTEST_MAIN(HealthPanelTest)
#include "tst_health_panel.moc"
