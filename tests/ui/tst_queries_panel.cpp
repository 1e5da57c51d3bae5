// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/recall.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/difficulty_groups.h"
#include "ui/models/queries_model.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/queries_panel.h"
#include "ui/panels/queries_table.h"
#include "ui/views/query_histogram.h"

#include "fake_runs.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <cmath>
#include <numeric>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr int kPatience = 30000;
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
constexpr float kEndless = std::numeric_limits<float>::infinity();

/// 50 queries, of which query q found q * factor % 11 of 10 neighbours; only the first measured of them.
Run measuredRun(const BuiltIndexPtr& index, double nprobe, std::size_t measured = 50,
                std::size_t factor = 1) {
    Run run = test::fakeRun(index, nprobe, 0.5, 1000);
    run.point.recall_per_query.clear();
    for (std::size_t q = 0; q < measured; ++q)
        run.point.recall_per_query.push_back(float(q * factor % 11) / 10.0f);
    const RecallSummary summary = summarize_recall(run.point.recall_per_query);
    run.point.recall = summary.mean;
    run.point.recall_p5 = summary.p5;
    run.point.queries = measured;
    return run;
}

QRect cell(const QTableView* table, int row, int column) {
    return table->visualRect(table->model()->index(row, column));
}

} // namespace

class QueriesPanelTest : public QObject {
    Q_OBJECT
private slots:
    void init();
    void cleanup();
    void emptyStateTeaches();
    void worksWithoutARun();
    void waitsUntilItIsSeen();
    void binsOfRecall();
    void binsOfDifficulty_data();
    void binsOfDifficulty();
    void brushByMouse();
    void clickTakesOneBinAndGivesItBack();
    void keyboardMovesTheBrush();
    void undoTakesTheBrushBack();
    void otherFiltersArePaleBehind();
    void filterOfAnotherRunIsNoBrush();
    void difficultyIsBrushed();
    void outsideButton();
    void groupsCompareAndFilter();
    void tableSelects();
    void tableSortsAndCopies();
    void unknownValuesComeLast();
    void partlyMeasuredRuns();
    void pinnedAndHoveredRunsAreLines();
    void otherDataSet();
    void modelsKeepTheRules();

private:
    qint64 addRun(double nprobe, std::size_t measured = 50, std::size_t factor = 1) {
        return m_runs->append(measuredRun(m_index, nprobe, measured, factor));
    }
    void open() {
        m_panel->setData(m_dataset, 10);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->study()->known(), kPatience);
    }
    QPoint inBin(const QueryHistogram* histogram, int bin) const {
        const QRectF bar = histogram->barOf(bin);
        return QPointF(bar.center().x(), bar.bottom() - 3).toPoint();
    }
    void drag(QueryHistogram* histogram, int from, int to) {
        QTest::mousePress(histogram, Qt::LeftButton, {}, inBin(histogram, from));
        const int step = from < to ? 1 : -1;
        for (int bin = from + step; bin != to + step; bin += step)
            QTest::mouseMove(histogram, inBin(histogram, bin));
        QTest::mouseRelease(histogram, Qt::LeftButton, {}, inBin(histogram, to));
    }
    QString text(const char* source) const {
        const Filter* filter = m_filters->find(QLatin1String(source));
        return filter ? filter->text : QString();
    }

    DatasetPtr m_dataset;
    BuiltIndexPtr m_index;
    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<RunsModel> m_runs;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<FilterStack> m_filters;
    std::unique_ptr<QueriesPanel> m_panel;
};

void QueriesPanelTest::init() {
    applyTheme(*qApp, Theme::Light);
    m_dataset = test::fakeDataset();
    m_index = test::fakeIndex(1, QStringLiteral("IVF64,Flat"), 0, m_dataset);
    m_undo = std::make_unique<QUndoStack>();
    m_jobs = std::make_unique<JobRunner>();
    m_runs = std::make_unique<RunsModel>(m_undo.get());
    m_selection = std::make_unique<Selection>();
    m_filters = std::make_unique<FilterStack>(m_undo.get());
    m_panel = std::make_unique<QueriesPanel>(m_jobs.get(), m_runs.get(), m_selection.get(), m_filters.get());
    m_panel->resize(1000, 600);
    m_panel->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
}

void QueriesPanelTest::cleanup() {
    m_panel.reset();
    m_jobs.reset();
    m_filters.reset();
    m_runs.reset();
}

void QueriesPanelTest::emptyStateTeaches() {
    QSignalSpy wanted(m_panel.get(), &QueriesPanel::emptyTriggered);
    auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(wanted.count(), 1);
    auto bare = std::make_shared<Dataset>(*m_dataset);
    bare->truth = {};
    m_panel->setData(bare, 10);
    QVERIFY(!m_panel->table()->isVisible() && !button->isVisible());
    open();
    QVERIFY(m_panel->table()->isVisible());
}

void QueriesPanelTest::worksWithoutARun() {
    open();
    QVERIFY(!m_panel->recallHistogram()->content().bins);
    QVERIFY(m_panel->recallHistogram()->content().placeholder.contains(QStringLiteral("Select a run")));
    QVERIFY(m_panel->difficultyHistogram()->content().bins);
    QCOMPARE(m_panel->model()->rowCount(), 50);
    QVERIFY(std::isnan(m_panel->model()->value(3, QueriesModel::Recall)));
    QVERIFY(m_panel->model()->value(3, QueriesModel::Contrast) > 1);
    QCOMPARE(m_panel->groups()->model()->rowCount(), 4); // no recall
    // The hardest at the top.
    const auto at = [&](int row) {
        return m_panel->model()->index(row, QueriesModel::Contrast).data(QueriesModel::RawRole).toDouble();
    };
    QVERIFY(at(0) < at(49));
    for (const DifficultyMeasure measure : kDifficultyMeasures)
        QVERIFY(!m_panel->measureButton(measure)->toolTip().isEmpty());
}

void QueriesPanelTest::waitsUntilItIsSeen() {
    m_panel->setInFront(false);
    m_panel->setData(m_dataset, 10);
    QVERIFY(!m_panel->study()->busy());
    m_panel->setInFront(true);
    QVERIFY(m_panel->study()->busy());
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->study()->known(), kPatience);
    m_panel->setData(m_dataset, 5);
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->study()->known(), kPatience);
    m_panel->setData(m_dataset, 10); // kept
    QVERIFY(m_panel->study()->known() && !m_panel->study()->busy());
    QCOMPARE(m_panel->study()->known()->difficulty.k, std::size_t(10));
}

void QueriesPanelTest::binsOfRecall() {
    const std::vector<float> recall{0, 0.1f, 0.5f, 0.5f, 0.9f, 1, 1, 1};
    const QueryBins bins = QueryBins::ofRecall(recall, 10);
    QCOMPARE(bins.size(), 11);
    QCOMPARE(bins.countsOf(nullptr), (std::vector<std::uint32_t>{1, 1, 0, 0, 0, 2, 0, 0, 0, 1, 3}));
    QCOMPARE(bins.rangeText({0, 5}), QStringLiteral("recall@10 < 0.6"));
    QCOMPARE(bins.rangeText({8, 10}), QStringLiteral("recall@10 ≥ 0.8"));
    QCOMPARE(bins.rangeText({5, 5}), QStringLiteral("recall@10 = 0.5"));
    QCOMPARE(bins.rangeText({0, 0}), QStringLiteral("recall@10 = 0.0"));
    QCOMPARE(bins.rangeText({2, 5}), QStringLiteral("recall@10 0.2 to 0.5"));
    QCOMPARE(bins.rowsIn({1, 5}), (QueryRows{1, 2, 3}));
    QCOMPARE(*bins.rangeOf({1, 2, 3}), BinRange(1, 5));
    QVERIFY(!bins.rangeOf({1, 2}));
    QVERIFY(!bins.rangeOf({9}));
    QVERIFY(!bins.rangeOf({}));
    QCOMPARE(QueryBins::ofRecall(recall, 1).size(), 2);
    QCOMPARE(QueryBins::ofRecall(recall, 1000).size(), 101);
    // Every value of every k finds its own bin.
    for (const std::size_t k : {1u, 3u, 7u, 10u, 64u, 100u}) {
        std::vector<float> all;
        for (std::size_t i = 0; i <= k; ++i)
            all.push_back(static_cast<float>(double(i) / double(k)));
        const QueryBins each = QueryBins::ofRecall(all, k);
        for (std::size_t i = 0; i <= k; ++i)
            QCOMPARE(each.binOf(qint64(i)), int(i));
    }
    QVERIFY(QueryBins::ofRecall({}, 10).empty());
}

void QueriesPanelTest::binsOfDifficulty_data() {
    QTest::addColumn<QList<float>>("values");
    QTest::addColumn<int>("undefined");
    QTest::addColumn<bool>("overflow");
    QList<float> spread, tail;
    for (int i = 0; i < 1000; ++i) {
        spread << 5 + float(i) * 0.013f;
        tail << (i < 997 ? 1 + float(i) * 0.001f : 1000.0f);
    }
    QTest::newRow("spread") << spread << 0 << false;
    QTest::newRow("few far beyond") << tail << 0 << true;
    QList<float> wide{0, 0};
    for (int i = 0; i < 1000; ++i)
        wide << float(std::pow(10, double(i) * 0.003));
    QTest::newRow("wide") << wide << 0 << false;
    QTest::newRow("equal") << QList<float>(20, 3.25f) << 0 << false;
    QTest::newRow("large and equal") << QList<float>{1e9f, 1e9f} << 0 << false;
    QTest::newRow("zeros") << QList<float>(5, 0.0f) << 0 << false;
    QTest::newRow("endless") << QList<float>{1, 2, kEndless, kNone} << 1 << true;
    QTest::newRow("nothing but endless") << QList<float>{kEndless, kEndless} << 0 << true;
    QTest::newRow("not defined") << QList<float>{kNone, kNone} << 2 << false;
    QTest::newRow("one") << QList<float>{7} << 0 << false;
}

void QueriesPanelTest::binsOfDifficulty() {
    QFETCH(QList<float>, values);
    QFETCH(int, undefined);
    QFETCH(bool, overflow);
    QueryDifficulty difficulty;
    difficulty.dimension.assign(values.begin(), values.end());
    const QueryBins bins = QueryBins::ofDifficulty(difficulty, DifficultyMeasure::LocalDimension);
    QVERIFY(bins.size() >= 1 && bins.size() <= 120);
    QCOMPARE(int(bins.undefined()), undefined);
    QCOMPARE(bins.overflow(), overflow);
    const auto counts = bins.countsOf(nullptr);
    QCOMPARE(std::size_t(std::accumulate(counts.begin(), counts.end(), 0u)), bins.total());
    for (int row = 0; row < int(values.size()); ++row) {
        const int bin = bins.binOf(row);
        const double value = double(values[row]);
        QCOMPARE(bin < 0, std::isnan(value));
        if (bin < 0 || bin == bins.size() - 1)
            continue;
        if (value == 0) { // has no logarithm
            QCOMPARE(bin, 0);
            continue;
        }
        QVERIFY(value >= bins.valueAt(bins.edge(bin)) - 1e-5 * std::abs(value) &&
                value <= bins.valueAt(bins.edge(bin + 1)) + 1e-5 * std::abs(value));
    }
}

void QueriesPanelTest::brushByMouse() {
    m_selection->setRun(addRun(4));
    open();
    QueryHistogram* histogram = m_panel->recallHistogram();
    QCOMPARE(histogram->content().bins->size(), 11);
    drag(histogram, 0, 5);
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 < 0.6"));
    QueryRows expected;
    for (std::uint32_t q = 0; q < 50; ++q)
        if (q % 11 <= 5)
            expected.push_back(q);
    QCOMPARE(*m_filters->queries(m_dataset), expected);
    QCOMPARE(m_panel->model()->rowCount(), int(expected.size()));
    QCOMPARE(*histogram->brush(), BinRange(0, 5));
    QCOMPARE(m_undo->count(), 1);
    QVERIFY(m_panel->findChild<QLabel*>(QStringLiteral("queriesCount"))
                ->text()
                .startsWith(QStringLiteral("30 of 50 queries pass the filters, mean recall 0.")));
    drag(histogram, 9, 7);
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 0.7 to 0.9"));
    QCOMPARE(m_undo->count(), 2);
}

void QueriesPanelTest::clickTakesOneBinAndGivesItBack() {
    m_selection->setRun(addRun(4));
    open();
    QueryHistogram* histogram = m_panel->recallHistogram();
    QTest::mouseClick(histogram, Qt::LeftButton, {}, inBin(histogram, 3));
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 = 0.3"));
    QTest::mouseClick(histogram, Qt::LeftButton, Qt::ShiftModifier, inBin(histogram, 6));
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 0.3 to 0.6"));
    QTest::mouseClick(histogram, Qt::LeftButton, {}, inBin(histogram, 4));
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 = 0.4"));
    QTest::mouseClick(histogram, Qt::LeftButton, {}, inBin(histogram, 4));
    QVERIFY(m_filters->empty());
    QVERIFY(!histogram->brush());
}

void QueriesPanelTest::keyboardMovesTheBrush() {
    m_selection->setRun(addRun(4));
    open();
    QueryHistogram* histogram = m_panel->recallHistogram();
    histogram->setFocus();
    QTest::keyClick(histogram, Qt::Key_Right);
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 = 0.0"));
    QTest::keyClick(histogram, Qt::Key_Right, Qt::ShiftModifier);
    QTest::keyClick(histogram, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 < 0.3"));
    QTest::keyClick(histogram, Qt::Key_Right);
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 0.1 to 0.3"));
    QTest::keyClick(histogram, Qt::Key_Escape);
    QVERIFY(m_filters->empty());
}

void QueriesPanelTest::undoTakesTheBrushBack() {
    m_selection->setRun(addRun(4));
    open();
    QueryHistogram* histogram = m_panel->recallHistogram();
    drag(histogram, 0, 2);
    drag(histogram, 6, 8);
    m_undo->undo();
    QCOMPARE(text("histogram"), QStringLiteral("recall@10 < 0.3"));
    QCOMPARE(*histogram->brush(), BinRange(0, 2));
    m_undo->undo();
    QVERIFY(m_filters->empty() && !histogram->brush());
    QCOMPARE(m_panel->model()->rowCount(), 50);
    m_undo->redo();
    m_undo->redo();
    QCOMPARE(*histogram->brush(), BinRange(6, 8));
}

void QueriesPanelTest::otherFiltersArePaleBehind() {
    m_selection->setRun(addRun(4));
    open();
    Filter cells;
    cells.source = QStringLiteral("cells");
    cells.text = QStringLiteral("cell 17");
    cells.dataset = m_dataset;
    cells.queries = std::make_shared<const QueryRows>(QueryRows{0, 1, 2, 11});
    m_filters->set(cells);
    const auto passing = [&] { return m_panel->recallHistogram()->content().passing; };
    QCOMPARE(passing(), (std::vector<std::uint32_t>{2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
    drag(m_panel->recallHistogram(), 1, 10); // its own brush takes nothing from its bars
    QCOMPARE(passing(), (std::vector<std::uint32_t>{2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0}));
    QCOMPARE(m_panel->model()->rowCount(), 2);
    const auto difficult = m_panel->difficultyHistogram()->content().passing;
    QCOMPARE(std::accumulate(difficult.begin(), difficult.end(), 0u), 2u);
    m_filters->clear();
    QVERIFY(passing().empty());
}

void QueriesPanelTest::filterOfAnotherRunIsNoBrush() {
    const qint64 first = addRun(4), second = addRun(8, 50, 3);
    m_selection->setRun(first);
    open();
    drag(m_panel->recallHistogram(), 0, 2);
    m_selection->setRun(second);
    QVERIFY(!m_panel->recallHistogram()->brush());
    QCOMPARE(std::accumulate(m_panel->recallHistogram()->content().passing.begin(),
                             m_panel->recallHistogram()->content().passing.end(), 0u),
             std::uint32_t(m_filters->queries(m_dataset)->size()));
    m_selection->setRun(first);
    QCOMPARE(*m_panel->recallHistogram()->brush(), BinRange(0, 2));
}

void QueriesPanelTest::difficultyIsBrushed() {
    open();
    QTest::mouseClick(m_panel->measureButton(DifficultyMeasure::LocalDimension), Qt::LeftButton);
    QueryHistogram* histogram = m_panel->difficultyHistogram();
    const int last = histogram->content().bins->size() - 1;
    drag(histogram, last, last / 2);
    QVERIFY2(text("difficulty").startsWith(QStringLiteral("LID ≥ ")), qPrintable(text("difficulty")));
    const double from = text("difficulty").mid(6).toDouble();
    const auto& dimension = m_panel->study()->known()->difficulty.dimension;
    QueryRows expected;
    for (std::uint32_t q = 0; q < 50; ++q)
        if (double(dimension[q]) >= from)
            expected.push_back(q);
    QCOMPARE(*m_filters->queries(m_dataset), expected);
    QCOMPARE(m_panel->model()->sortedBy(), int(QueriesModel::Dimension));
    // Under another measure it is not a brush, but still there.
    QTest::mouseClick(m_panel->measureButton(DifficultyMeasure::Distance), Qt::LeftButton);
    QCOMPARE(*m_filters->queries(m_dataset), expected);
    QCOMPARE(m_panel->model()->rowCount(), int(expected.size()));
}

void QueriesPanelTest::outsideButton() {
    auto data = std::make_shared<Dataset>(*m_dataset);
    AlignedBuffer<float> queries(50 * 4);
    for (std::size_t i = 0; i < 200; ++i)
        queries[i] = m_dataset->queries.view<float>().row(i / 4)[i % 4] + (i < 12 ? 50.0f : 0.0f);
    data->queries = VectorSet::adopt(std::move(queries), 50, 4);
    for (std::size_t i = 0; i < 30; ++i)
        data->truth.distances[i] = 10000; // of the three that were moved away
    m_dataset = data;
    m_index = test::fakeIndex(1, QStringLiteral("IVF64,Flat"), 0, m_dataset);
    open();
    QToolButton* button = m_panel->outsideButton();
    QCOMPARE(button->text(), QStringLiteral("3 out of distribution"));
    QVERIFY(button->toolTip().contains(QStringLiteral("99th percentile")));
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(text("difficulty"), QStringLiteral("out of distribution"));
    QCOMPARE(*m_filters->queries(m_dataset), (QueryRows{0, 1, 2}));
    QVERIFY(button->isChecked());
    QCOMPARE(m_panel->model()->index(0, QueriesModel::Outside).data().toString(), QStringLiteral("OOD"));
    m_undo->undo();
    QVERIFY(!button->isChecked());
    m_undo->redo();
    QVERIFY(button->isChecked());
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(m_filters->empty() && !button->isChecked());
}

void QueriesPanelTest::groupsCompareAndFilter() {
    const qint64 id = addRun(4), other = addRun(8, 50, 3);
    m_selection->setRun(id);
    open();
    QAbstractItemModel* groups = m_panel->groups()->model();
    QCOMPARE(groups->rowCount(), 5);
    m_runs->setPinned({other}, true);
    QCOMPARE(groups->rowCount(), 6);
    QVERIFY(groups->index(1, 0).data().toString().contains(QStringLiteral("nprobe=8")));
    const double all = groups->index(0, DifficultyGroups::All).data(DifficultyGroups::RawRole).toDouble();
    QVERIFY(std::abs(all - m_runs->run(id)->point.recall) < 1e-6);
    const auto& difficulty = m_panel->study()->known()->difficulty;
    const auto hardest =
        std::uint32_t(std::ranges::min_element(difficulty.contrast) - difficulty.contrast.begin());
    QCOMPARE(float(groups->index(0, DifficultyGroups::Hardest).data(DifficultyGroups::RawRole).toDouble()),
             m_runs->run(id)->point.recall_per_query[hardest]);
    QTest::mouseClick(m_panel->groups()->viewport(), Qt::LeftButton, {},
                      cell(m_panel->groups(), 2, DifficultyGroups::Hardest).center());
    QCOMPARE(text("difficulty"), QStringLiteral("hardest 1 % by contrast"));
    QCOMPARE(*m_filters->queries(m_dataset), QueryRows{hardest}); // 1 % of 50
    const QHeaderView* header = m_panel->groups()->horizontalHeader();
    const auto clickHeader = [&](int column) {
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          {header->sectionViewportPosition(column) + 12, header->height() / 2});
    };
    clickHeader(DifficultyGroups::Easiest);
    QCOMPARE(text("difficulty"), QStringLiteral("easiest 1 % by contrast"));
    clickHeader(DifficultyGroups::All);
    QVERIFY(m_filters->empty());
}

void QueriesPanelTest::tableSelects() {
    m_selection->setRun(addRun(4));
    open();
    QueriesTable* table = m_panel->table();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, cell(table, 2, 1).center());
    const qint64 third = m_panel->model()->queryAt(2);
    QCOMPARE(m_selection->query(), third);
    QTest::keyClick(table, Qt::Key_Down);
    QCOMPARE(m_selection->query(), m_panel->model()->queryAt(3));
    QTest::mouseMove(table->viewport(), cell(table, 1, 1).center());
    QTRY_COMPARE(m_selection->hoveredQuery(), m_panel->model()->queryAt(1));
    m_selection->setQuery(17); // from elsewhere
    QCOMPARE(m_panel->model()->queryAt(table->currentIndex().row()), 17);
    // Another order and a filter leave the selected query selected.
    table->rankBy(DifficultyMeasure::Distance);
    QCOMPARE(m_selection->query(), 17);
    QCOMPARE(m_panel->model()->queryAt(table->currentIndex().row()), 17);
    drag(m_panel->recallHistogram(), 0, 2); // 17 % 11 = 6 does not pass
    QCOMPARE(m_selection->query(), 17);
    QVERIFY(table->selectionModel()->selectedRows().isEmpty());
    m_undo->undo();
    QCOMPARE(m_panel->model()->queryAt(table->currentIndex().row()), 17);
    QTest::keyClick(table, Qt::Key_Escape);
    QCOMPARE(m_selection->query(), -1);
}

void QueriesPanelTest::tableSortsAndCopies() {
    m_selection->setRun(addRun(4));
    open();
    QueriesTable* table = m_panel->table();
    const QHeaderView* header = table->horizontalHeader();
    QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                      {header->sectionViewportPosition(QueriesModel::Recall) + 12, header->height() / 2});
    QCOMPARE(m_panel->model()->sortedBy(), int(QueriesModel::Recall));
    const QueriesModel* model = m_panel->model();
    for (int row = 1; row < model->rowCount(); ++row) {
        const double before = model->value(std::uint32_t(model->queryAt(row - 1)), QueriesModel::Recall);
        const double here = model->value(std::uint32_t(model->queryAt(row)), QueriesModel::Recall);
        if (header->sortIndicatorOrder() == Qt::AscendingOrder)
            QVERIFY(before <= here);
        else
            QVERIFY(before >= here);
    }
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, cell(table, 0, 1).center());
    QTest::mouseClick(table->viewport(), Qt::LeftButton, Qt::ShiftModifier, cell(table, 2, 1).center());
    QTest::keyClick(table, Qt::Key_C, Qt::ControlModifier);
    const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    QCOMPARE(lines[0].split(u'\t').size(), int(QueriesModel::ColumnCount));
    QCOMPARE(lines[1].split(u'\t')[0].toLongLong(), model->queryAt(0));
    QCOMPARE(model->text(u',').split(u'\n', Qt::SkipEmptyParts).size(), 51);
}

void QueriesPanelTest::unknownValuesComeLast() {
    auto difficulty = std::make_shared<QueryDifficulty>();
    difficulty->contrast = {2, kNone, kEndless, 1};
    difficulty->dimension = difficulty->distance = difficulty->contrast;
    difficulty->outside.assign(4, 0);
    QueriesModel model;
    model.setQueries(5);
    model.setDifficulty(difficulty);
    const auto order = [&] {
        std::vector<qint64> rows;
        for (int row = 0; row < model.rowCount(); ++row)
            rows.push_back(model.queryAt(row));
        return rows;
    };
    model.sort(QueriesModel::Contrast, Qt::AscendingOrder);
    QCOMPARE(order(), (std::vector<qint64>{3, 0, 2, 1, 4}));
    model.sort(QueriesModel::Contrast, Qt::DescendingOrder);
    QCOMPARE(order(), (std::vector<qint64>{2, 0, 3, 1, 4}));
    QCOMPARE(model.index(0, QueriesModel::Contrast).data().toString(), QStringLiteral("∞"));
    QCOMPARE(model.index(4, QueriesModel::Contrast).data().toString(), QStringLiteral("–"));
    QCOMPARE(model.rowOf(2), 0);
    QCOMPARE(model.rowOf(77), -1);
    model.setPassing(std::make_shared<const QueryRows>(QueryRows{1, 3, 99}));
    QCOMPARE(order(), (std::vector<qint64>{3, 1}));
}

void QueriesPanelTest::partlyMeasuredRuns() {
    m_selection->setRun(addRun(4, 20));
    open();
    const QueryHistogram::Content& content = m_panel->recallHistogram()->content();
    QCOMPARE(content.bins->total(), std::size_t(20));
    QVERIFY2(content.summary.contains(QStringLiteral("first 20 of 50 queries")), qPrintable(content.summary));
    drag(m_panel->recallHistogram(), 0, 10);
    QCOMPARE(m_filters->queries(m_dataset)->size(), std::size_t(20));
    QVERIFY(std::isnan(m_panel->model()->value(30, QueriesModel::Recall)));
}

void QueriesPanelTest::pinnedAndHoveredRunsAreLines() {
    const qint64 id = addRun(4), half = addRun(8, 25, 3), third = addRun(16);
    m_selection->setRun(id);
    open();
    const auto& outlines = m_panel->recallHistogram()->content().outlines;
    QVERIFY(outlines.empty());
    m_runs->setPinned({half, id}, true);
    QCOMPARE(outlines.size(), std::size_t(1));
    QVERIFY(outlines[0].text.contains(QStringLiteral("nprobe=8")));
    // As if of as many queries.
    QVERIFY(std::abs(std::accumulate(outlines[0].counts.begin(), outlines[0].counts.end(), 0.0) - 50) < 1e-9);
    m_selection->setHoveredRun(third);
    QCOMPARE(outlines.size(), std::size_t(2));
    m_selection->setHoveredRun(id);
    QCOMPARE(outlines.size(), std::size_t(1));
    m_runs->remove({half});
    QVERIFY(outlines.empty());
}

void QueriesPanelTest::otherDataSet() {
    m_selection->setRun(addRun(4));
    open();
    drag(m_panel->recallHistogram(), 0, 2);
    const DatasetPtr other = test::fakeDataset(4000);
    m_panel->setData(other, 10);
    QTRY_VERIFY_WITH_TIMEOUT(m_panel->study()->known(), kPatience);
    QCOMPARE(m_panel->model()->rowCount(), 100);          // the filter is of the first
    QVERIFY(!m_panel->recallHistogram()->content().bins); // and so is the run
    m_panel->setData(m_dataset, 10);
    QVERIFY(m_panel->study()->known());
    QCOMPARE(*m_panel->recallHistogram()->brush(), BinRange(0, 2));
    m_panel->setData(nullptr, 10);
    QVERIFY(!m_panel->table()->isVisible());
}

void QueriesPanelTest::modelsKeepTheRules() {
    const QAbstractItemModelTester queries(m_panel->model(),
                                           QAbstractItemModelTester::FailureReportingMode::QtTest);
    const QAbstractItemModelTester groups(m_panel->groups()->model(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    const qint64 id = addRun(4);
    m_selection->setRun(id);
    open();
    m_panel->model()->sort(QueriesModel::Distance, Qt::DescendingOrder);
    drag(m_panel->recallHistogram(), 0, 2);
    m_filters->clear();
    m_runs->remove({id});
    m_selection->setRun(-1);
    m_panel->setData(nullptr, 10);
    QCOMPARE(m_panel->model()->rowCount(), 0);
}

QTEST_MAIN(QueriesPanelTest)
#include "tst_queries_panel.moc"
