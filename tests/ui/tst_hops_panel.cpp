// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/ground_truth.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/common/theme.h"
#include "ui/jobs/hops_study.h"
#include "ui/jobs/job_runner.h"
#include "ui/panels/hops_panel.h"
#include "ui/views/hops_chart.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <cmath>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr int kPatience = 30000;

DatasetPtr dataset(std::size_t rows = 1200, std::size_t dim = 12) {
    const auto points = [dim](std::size_t count, std::uint64_t seed) {
        AlignedBuffer<float> buffer(count * dim);
        Random random(seed);
        for (std::size_t i = 0; i < count * dim; ++i)
            buffer[i] = static_cast<float>(random.normal());
        return VectorSet::adopt(std::move(buffer), count, dim);
    };
    auto data = std::make_shared<Dataset>();
    data->name = "cloud";
    data->base = points(rows, 1);
    data->queries = points(60, 2);
    data->truth = exact_neighbours(data->base, data->queries, Metric::L2, 10, {}).value();
    return data;
}

/// An entry made by hand that reaches all targets.
HopsEntry entry(const char* config, const char* family, std::size_t degree, double hops) {
    HopsEntry made;
    made.config = config;
    made.family = family;
    made.max_degree = degree;
    made.mean_degree = double(degree) * 0.8;
    made.build_seconds = 1.5;
    for (const double target : kHopsTargets)
        made.targets.push_back({target, true, false, 20, target + 0.001, hops * target, hops * target * 10});
    return made;
}

void type(QPlainTextEdit* edit, const QString& text) {
    edit->setFocus();
    edit->selectAll();
    QTest::keyClick(edit, Qt::Key_Delete);
    for (const QChar c : text)
        c == u'\n' ? QTest::keyClick(edit, Qt::Key_Return) : QTest::keyClick(edit, c.toLatin1());
}

} // namespace

class HopsPanelTest : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_jobs = std::make_unique<JobRunner>();
        m_panel = std::make_unique<HopsPanel>(m_jobs.get());
        m_panel->resize(1000, 640);
        m_panel->show();
    }
    void cleanup() {
        m_panel.reset();
        m_jobs.reset();
    }
    void emptyStateTeaches();
    void comparesWhatIsTyped();
    void openIndexesAreUsed();
    void wrongLinesAreToldWhileTyping_data();
    void wrongLinesAreToldWhileTyping();
    void resultsAreKeptForEachDataSet();
    void cancelKeepsWhatIsThere();
    void targetsAndCosts();
    void whatCannotBeBuiltSaysWhy();
    void rowsGoToBuild();
    void modelKeepsTheRules();
    void chartTellsItsPoints();
    void sentenceComparesFamilies();

private:
    void open(const DatasetPtr& data) { m_panel->setData(data, 10, 0); }
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<HopsPanel> m_panel;
};

void HopsPanelTest::emptyStateTeaches() {
    QSignalSpy wanted(m_panel.get(), &HopsPanel::emptyTriggered);
    auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    open(dataset());
    QVERIFY(!button->isVisible());
    QVERIFY(HopsPanel::defaultLines().contains(QStringLiteral("Vamana32")));
    QCOMPARE(m_panel->model()->rowCount(), int(HopsPanel::defaultLines().size()));
    QVERIFY(m_panel->compareButton()->isEnabled());
}

void HopsPanelTest::comparesWhatIsTyped() {
    open(dataset());
    type(m_panel->list(), QStringLiteral("Vamana8\nVamana16\nVamana16|alpha=1\n"));
    QCOMPARE(m_panel->model()->rowCount(), 3);
    QCOMPARE(m_panel->model()->known(), 0);
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QVERIFY(m_panel->compareButton()->text().contains(QStringLiteral("Cancel")));
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->model()->known() == 3 && !m_panel->study()->busy(), kPatience);
    QVERIFY(m_panel->compareButton()->text().contains(QStringLiteral("Compare")));
    // A point for each, where the recall is reached.
    for (int row = 0; row < 3; ++row) {
        const HopsAtRecall* found = m_panel->model()->at(row);
        QVERIFY(found && found->target == 0.95);
        QCOMPARE(m_panel->chart()->pointOf(m_panel->model()->config(row).toStdString()).isNull(),
                 !found->reached);
    }
    const HopsAtRecall small = *m_panel->model()->at(0), large = *m_panel->model()->at(1);
    QVERIFY(small.reached && large.reached);
    QVERIFY(large.hops < small.hops); // more edges, fewer hops
    QVERIFY(!m_panel->sentence().isEmpty());
    // Asked again it knows all.
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QVERIFY(!m_panel->study()->busy());
}

void HopsPanelTest::openIndexesAreUsed() {
    const DatasetPtr data = dataset();
    auto open = std::make_shared<BuiltIndex>();
    open->id = 7;
    open->configuration = parse_configuration("Vamana12").value();
    open->index = build_and_fill(open->configuration, data->base, data->metric, 1234, {}).value();
    open->dataset = data;
    m_panel->setIndexes({open});
    this->open(data);
    type(m_panel->list(), QStringLiteral("Vamana12"));
    QSignalSpy ended(m_jobs.get(), &JobRunner::jobEnded);
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->model()->known(), 1, kPatience);
    QCOMPARE(open.use_count() >= 1, true);
    const HopsEntry made = m_panel->model()->entries().front();
    QCOMPARE(made.build_seconds, open->index->info().train_seconds + open->index->info().add_seconds);
}

void HopsPanelTest::wrongLinesAreToldWhileTyping_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("part");
    QTest::newRow("not a factory") << QStringLiteral("Vamana8\nVamanna16") << QStringLiteral("Line 2:");
    QTest::newRow("not a graph") << QStringLiteral("IVF16,Flat") << QStringLiteral("search width");
    QTest::newRow("bad parameter") << QStringLiteral("Vamana8|alpha=") << QStringLiteral("Line 1:");
    QTest::newRow("nothing") << QString() << QString();
}

void HopsPanelTest::wrongLinesAreToldWhileTyping() {
    QFETCH(QString, text);
    QFETCH(QString, part);
    open(dataset());
    type(m_panel->list(), text);
    QVERIFY2(m_panel->message().contains(part), qPrintable(m_panel->message()));
    QVERIFY(!m_panel->compareButton()->isEnabled());
    type(m_panel->list(), QStringLiteral("Vamana8"));
    QVERIFY(m_panel->message().isEmpty());
    QVERIFY(m_panel->compareButton()->isEnabled());
}

void HopsPanelTest::resultsAreKeptForEachDataSet() {
    const DatasetPtr first = dataset(), second = dataset(600, 6);
    open(first);
    type(m_panel->list(), QStringLiteral("Vamana8"));
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->model()->known(), 1, kPatience);
    const double hops = m_panel->model()->at(0)->hops;
    open(second);
    QCOMPARE(m_panel->model()->known(), 0);
    QCOMPARE(m_panel->model()->rowCount(), 1);
    open(first);
    QCOMPARE(m_panel->model()->known(), 1);
    QCOMPARE(m_panel->model()->at(0)->hops, hops);
    m_panel->setData(first, 5, 0);
    QCOMPARE(m_panel->model()->known(), 0);
}

void HopsPanelTest::cancelKeepsWhatIsThere() {
    open(dataset(3000));
    type(m_panel->list(), QStringLiteral("Vamana4|Lbuild=4\nVamana64|Lbuild=500"));
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(m_panel->model()->known(), 1, kPatience);
    QVERIFY(m_panel->study()->busy());
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QVERIFY(!m_panel->study()->busy());
    QTRY_VERIFY(m_jobs->active().empty());
    QCOMPARE(m_panel->model()->known(), 1);
    // From the Jobs dock, too.
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QVERIFY(m_panel->study()->busy());
    m_jobs->cancelAll();
    QTRY_VERIFY(!m_panel->study()->busy());
    QCOMPARE(m_panel->model()->known(), 1);
}

void HopsPanelTest::targetsAndCosts() {
    open(dataset());
    type(m_panel->list(), QStringLiteral("Vamana8\nVamana16"));
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->model()->known() == 2 && !m_panel->study()->busy(), kPatience);
    const double less = m_panel->model()->at(0)->hops;
    QTest::mouseClick(m_panel->targetButton(0.98), Qt::LeftButton);
    QCOMPARE(m_panel->model()->target(), 0.98);
    QVERIFY(m_panel->model()->at(0)->hops > less);
    QVERIFY(m_panel->sentence().contains(QStringLiteral("0.98")));
    QTest::mouseClick(m_panel->distancesButton(), Qt::LeftButton);
    QVERIFY(m_panel->chart()->picture().title.contains(QStringLiteral("Distances")));
}

void HopsPanelTest::whatCannotBeBuiltSaysWhy() {
    open(dataset());
    type(m_panel->list(), QStringLiteral("Vamana1\nVamana8"));
    QTest::mouseClick(m_panel->compareButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->model()->known() == 1 && !m_panel->study()->busy(), kPatience);
    QVERIFY(m_panel->model()
                ->index(0, HopsModel::Config)
                .data(Qt::ToolTipRole)
                .toString()
                .contains(QStringLiteral("it must be from 2")));
    QVERIFY(m_panel->model()->isKnown(QStringLiteral("Vamana8"))); // the rest goes on
}

void HopsPanelTest::rowsGoToBuild() {
    open(dataset());
    type(m_panel->list(), QStringLiteral("Vamana8\nVamana16"));
    QSignalSpy taken(m_panel.get(), &HopsPanel::buildRequested);
    QTableView* table = m_panel->table();
    const QPoint at = table->visualRect(table->model()->index(1, 0)).center();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, at);
    QTest::mouseDClick(table->viewport(), Qt::LeftButton, {}, at);
    QCOMPARE(taken.count(), 1);
    QCOMPARE(taken[0][0].toString(), QStringLiteral("Vamana16"));
}

void HopsPanelTest::modelKeepsTheRules() {
    HopsModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setConfigurations({QStringLiteral("A8"), QStringLiteral("B8"), QStringLiteral("A8")});
    QCOMPARE(model.rowCount(), 2);
    model.setEntry(entry("A8", "A", 8, 30));
    model.setEntry(entry("C8", "C", 8, 40)); // not in the list: a row of its own
    QCOMPARE(model.rowCount(), 3);
    model.setProblem(QStringLiteral("B8"), QStringLiteral("No."));
    QCOMPARE(model.index(1, HopsModel::Config).data(Qt::ToolTipRole).toString(), QStringLiteral("No."));
    HopsEntry weak = entry("D8", "D", 8, 90);
    for (HopsAtRecall& one : weak.targets)
        one.reached = one.target < 0.96;
    weak.targets[0].at_least = true;
    model.setEntry(weak);
    model.setTarget(0.99);
    QCOMPARE(model.index(3, HopsModel::Hops).data().toString(), QStringLiteral("not reached"));
    QVERIFY(std::isinf(model.index(3, HopsModel::Hops).data(HopsModel::SortRole).toDouble()));
    model.setTarget(0.90);
    QVERIFY(model.index(3, HopsModel::Hops).data().toString().startsWith(QStringLiteral("≤")));
    QCOMPARE(model.index(0, HopsModel::Hops).data(HopsModel::SortRole).toDouble(), 27.0);
    const QString csv = model.csv({0, 1, 2, 3});
    QCOMPARE(csv.count(u'\n'), 1 + 3 * 4); // B8 has no numbers
    QVERIFY(csv.contains(QStringLiteral("\"A8\",8,6.4,1.5,0.9,1,0.901,20,27,270\n")));
    QVERIFY(model.markdown({0}).contains(QStringLiteral("hops at recall 0.9")));
    model.setConfigurations({QStringLiteral("A8")});
    QVERIFY(model.isKnown(QStringLiteral("A8")));
    model.clear();
    QCOMPARE(model.rowCount(), 0);
}

void HopsPanelTest::chartTellsItsPoints() {
    m_panel->hide(); // the pointer would be over it
    HopsChart chart;
    chart.resize(640, 360);
    chart.setEntries({entry("A8", "A", 8, 40), entry("A32", "A", 32, 20), entry("B16", "B", 16, 30)});
    chart.setTarget(0.95);
    chart.show();
    QVERIFY(QTest::qWaitForWindowExposed(&chart));
    const QPointF a8 = chart.pointOf("A8"), a32 = chart.pointOf("A32"), b16 = chart.pointOf("B16");
    QVERIFY(a8.x() < b16.x() && b16.x() < a32.x()); // by degree
    QVERIFY(a8.y() < b16.y() && b16.y() < a32.y()); // fewer hops lie lower
    QVERIFY(chart.pointOf("none").isNull());
    // Sent, because windows that earlier tests left may lie over the pointer.
    QMouseEvent move(QEvent::MouseMove, b16, chart.mapToGlobal(b16), Qt::NoButton, Qt::NoButton,
                     Qt::NoModifier);
    QCoreApplication::sendEvent(&chart, &move);
    QVERIFY2(chart.hoveredText().startsWith(QStringLiteral("B16: 28.5 hops")),
             qPrintable(chart.hoveredText()));
    QSignalSpy clicked(&chart, &HopsChart::configClicked);
    QTest::mouseClick(&chart, Qt::LeftButton, {}, a32.toPoint());
    QCOMPARE(clicked.count(), 1);
    QCOMPARE(clicked[0][0].toString(), QStringLiteral("A32"));
    QVERIFY(!pictureImage(withTitles(chart.picture()), 1).isNull());
}

void HopsPanelTest::sentenceComparesFamilies() {
    HopsModel model;
    QVERIFY(hopsSentence(model).isEmpty());
    model.setEntry(entry("A8", "A", 8, 40));
    model.setEntry(entry("A32", "A", 32, 20));
    model.setEntry(entry("B16", "B", 16, 30));
    const QString told = hopsSentence(model);
    QVERIFY2(told.contains(QStringLiteral("A32 with 19")), qPrintable(told));
    QVERIFY2(told.contains(QStringLiteral("B 1.5")), qPrintable(told));
}

QTEST_MAIN(HopsPanelTest)
#include "tst_hops_panel.moc"
