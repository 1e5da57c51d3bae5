// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/filter_stack.h"
#include "ui/models/runs_model.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/ranking_view.h"
#include "ui/panels/runs_panel.h"
#include "ui/views/recall_handle.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QElapsedTimer>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <cmath>
#include <map>
#include <memory>

using namespace annscope;
using namespace annscope::ui;

class TestRanking : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<RunsModel>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_filters = std::make_unique<FilterStack>(m_undo.get());
        m_data = test::fakeDataset(400);
        m_ids = m_model->appendBatch(test::fakeCurves(m_data));
        m_panel = std::make_unique<CurvePanel>(m_model.get(), m_selection.get(), m_filters.get());
        m_panel->resize(900, 620);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
        chart()->setTargetRecall(0.95);
    }
    void cleanup() { m_panel.reset(); }

    void theOrderIsThatOfBruteForce_data() {
        QTest::addColumn<double>("recall");
        for (const double recall : {0.3, 0.6, 0.75, 0.9, 0.95, 0.99, 0.9987, 0.99995, 1.0})
            QTest::addRow("%g", recall) << recall;
    }
    void theOrderIsThatOfBruteForce() {
        QFETCH(double, recall);
        chart()->setTargetRecall(recall);
        recall = chart()->targetRecall();
        std::map<qint64, std::vector<OperatingPoint>> points;
        for (const Run& run : m_model->runs())
            points[run.index->id].push_back(run.point);
        std::vector<std::pair<double, qint64>> expected;
        for (const auto& [index, all] : points)
            expected.emplace_back(-qps_at_recall(all, recall), index);
        std::ranges::sort(expected);
        QCOMPARE(table()->model()->rowCount(), 3);
        for (int row = 0; row < 3; ++row) {
            const QModelIndex at = table()->model()->index(row, RankingModel::Qps);
            const double qps = -expected[std::size_t(row)].first;
            QCOMPARE(at.data(RankingModel::SortRole).isValid(), qps > 0);
            if (qps > 0) {
                QCOMPARE(at.data(RankingModel::IndexRole).toLongLong(), expected[std::size_t(row)].second);
                QVERIFY(std::abs(at.data(RankingModel::SortRole).toDouble() - qps) <= 1e-9 * qps);
                QCOMPARE(at.data(RankingModel::BestRole).toBool(), row == 0 && expected[1].first < 0);
            }
        }
        // The other way round those that do not reach it are last as well.
        table()->sortByColumn(RankingModel::Qps, Qt::AscendingOrder);
        bool missed = false;
        for (int row = 0; row < 3; ++row) {
            const bool reached =
                table()->model()->index(row, 0).data(RankingModel::RunRole).toLongLong() >= 0;
            QVERIFY(!(missed && reached));
            missed = missed || !reached;
        }
    }

    void saysWhatIsNeededAndHowItKnows() {
        const QModelIndex first = table()->model()->index(0, RankingModel::Needs);
        QVERIFY2(first.data().toString().startsWith(QStringLiteral("~ nprobe=")),
                 qPrintable(first.data().toString()));
        QVERIFY(first.data(Qt::ToolTipRole).toString().contains(QStringLiteral("Between two measured runs")));
        QVERIFY(ranking()->heading().contains(QStringLiteral("recall@10 ≥ 0.95")));
        const Run& run = *m_model->run(first.data(RankingModel::RunRole).toLongLong());
        QVERIFY(run.point.recall >= 0.95);
        ranking()->setRecall(run.point.recall);
        const int row = ranking()->model()->rowOfRun(run.id);
        const auto* model = ranking()->model();
        QCOMPARE(model->index(row, RankingModel::Qps).data().toString(), formatQps(run.point.qps));
        QCOMPARE(model->index(row, RankingModel::Needs).data().toString(), paramsText(run));
        chart()->setTargetRecall(1.0); // only one of them finds everything
        int reached = 0;
        for (int i = 0; i < 3; ++i)
            reached +=
                model->index(i, RankingModel::Needs).data().toString() != QStringLiteral("not reached");
        QCOMPARE(reached, 1);
    }

    void sortsByEveryColumn() {
        for (int column = 0; column < RankingModel::ColumnCount; ++column) {
            auto* header = table()->horizontalHeader();
            const QPoint at(header->sectionViewportPosition(column) + 8, 8);
            QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
            QCOMPARE(header->sortIndicatorSection(), column);
            std::vector<double> values;
            for (int row = 0; row < 3; ++row)
                values.push_back(
                    table()->model()->index(row, column).data(RankingModel::SortRole).toDouble());
            if (column >= RankingModel::Needs) {
                std::vector<double> back(values.rbegin(), values.rend());
                QVERIFY(std::ranges::is_sorted(values) || std::ranges::is_sorted(back));
            }
        }
    }

    void aDragOfTheLineRanksAnew() {
        QSignalSpy moved(chart(), &ParetoChart::targetRecallChanged);
        const QRectF plot = chart()->mapping().plot;
        QTest::mouseMove(view(), linePoint());
        QCOMPARE(view()->cursor().shape(), Qt::SizeHorCursor);
        QVERIFY(chart()->scenery().targetHot);
        const QImage before = chart()->grab().toImage();
        const ViewRange range = chart()->mapping().view;
        drag(linePoint(), QPoint(int(plot.left() + plot.width() * 0.6), linePoint().y()));
        QVERIFY(moved.count() >= 2);
        QVERIFY(chart()->targetRecall() < 0.95);
        const double wanted = chart()->content().axis.fromAxis(range.x0 + 0.6 * range.width());
        QVERIFY(std::abs(chart()->targetRecall() - wanted) < 0.003);
        QCOMPARE(ranking()->model()->recall(), chart()->targetRecall());
        QCOMPARE(chart()->mapping().view, range); // no zoom
        QVERIFY(chart()->grab().toImage() != before);
        // Beyond the plot it stops at its edge.
        drag(linePoint(), QPoint(view()->width() + 50, linePoint().y()));
        QCOMPARE(chart()->targetRecall(), 1.0);
    }

    void escapeTakesADragBack() {
        const QPoint from = linePoint();
        QTest::mousePress(view(), Qt::LeftButton, {}, from);
        moveTo(from - QPoint(60, 0));
        QVERIFY(chart()->targetRecall() < 0.95);
        QTest::keyClick(chart(), Qt::Key_Escape);
        QCOMPARE(chart()->targetRecall(), 0.95);
        moveTo(from - QPoint(90, 0));
        QCOMPARE(chart()->targetRecall(), 0.95);
        QTest::mouseRelease(view(), Qt::LeftButton, {}, from);
    }

    void aPointUnderTheLineIsStillClicked() {
        const qint64 run = m_ids[0];
        chart()->setTargetRecall(m_model->run(run)->point.recall);
        QTest::mouseClick(view(), Qt::LeftButton, {}, chart()->pixelOf(run)->toPoint());
        QCOMPARE(m_selection->run(), run);
        QCOMPARE(chart()->targetRecall(), m_model->run(run)->point.recall);
    }

    void keysMoveTheLine_data() {
        QTest::addColumn<Qt::Key>("key");
        QTest::addColumn<bool>("shift");
        QTest::addColumn<double>("expected");
        QTest::newRow("right") << Qt::Key_Right << false << 0.951;
        QTest::newRow("left") << Qt::Key_Left << false << 0.949;
        QTest::newRow("up") << Qt::Key_Up << false << 0.951;
        QTest::newRow("shift right") << Qt::Key_Right << true << 0.96;
        QTest::newRow("shift left") << Qt::Key_Left << true << 0.94;
        QTest::newRow("page down") << Qt::Key_PageDown << false << 0.94;
        QTest::newRow("end") << Qt::Key_End << false << 1.0;
    }
    void keysMoveTheLine() {
        QFETCH(Qt::Key, key);
        QFETCH(bool, shift);
        QFETCH(double, expected);
        RecallHandle* handle = chart()->recallHandle();
        QVERIFY(handle->isVisible());
        handle->setFocus();
        QVERIFY(chart()->scenery().targetHot);
        QTest::keyClick(handle, key, shift ? Qt::ShiftModifier : Qt::NoModifier);
        QVERIFY2(std::abs(chart()->targetRecall() - expected) < 1e-9,
                 qPrintable(QString::number(chart()->targetRecall())));
    }

    void theHandleIsDraggedToo() {
        RecallHandle* handle = chart()->recallHandle();
        const QPoint middle = handle->rect().center();
        QTest::mousePress(handle, Qt::LeftButton, {}, middle);
        const QPointF to = middle - QPoint(40, 0);
        QMouseEvent move(QEvent::MouseMove, to, handle->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(handle, &move);
        QTest::mouseRelease(handle, Qt::LeftButton, {}, middle);
        QVERIFY(chart()->targetRecall() < 0.95);
    }

    void noLineWithoutATarget() {
        chart()->setTargetRecall(0);
        QVERIFY(!chart()->recallHandle()->isVisible());
        QVERIFY(ranking()->heading().contains(QStringLiteral("Set a recall")));
        QMenu* menu = nullptr;
        QTest::mouseMove(view(), chart()->mapping().plot.center().toPoint());
        menu = chart()->createMenu(-1);
        bool found = false;
        for (QAction* action : menu->actions())
            if (action->text() == QStringLiteral("Recall line here")) {
                action->trigger();
                found = true;
            }
        delete menu;
        QVERIFY(found);
        QVERIFY(chart()->targetRecall() > 0);
        QVERIFY(chart()->recallHandle()->isVisible());
    }

    void theHeaderAndTheLineAreOne() {
        JobRunner jobs;
        HeaderBar header(&jobs, {});
        connect(&header, &HeaderBar::targetRecallChanged, chart(), &ParetoChart::setTargetRecall);
        connect(chart(), &ParetoChart::targetRecallChanged, &header, &HeaderBar::setTargetRecall);
        header.setTargetRecall(0.9);
        QCOMPARE(chart()->targetRecall(), 0.9);
        for (const double recall : {0.123, 0.9999, 0.5001, 0.97}) {
            chart()->setTargetRecall(recall);
            QCOMPARE(header.targetRecall(), recall);
            QCOMPARE(chart()->targetRecall(), recall);
        }
    }

    void aClickSelectsTheRunAboveTheLine() {
        for (int row = 0; row < 3; ++row) {
            const QModelIndex at = table()->model()->index(row, RankingModel::Name);
            const qint64 run = at.data(RankingModel::RunRole).toLongLong();
            QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, table()->visualRect(at).center());
            QCOMPARE(m_selection->run(), run);
            QCOMPARE(m_selection->index(), m_model->run(run)->index->id);
            QVERIFY(m_model->run(run)->point.recall >= 0.95);
            QTest::mouseMove(table()->viewport(), table()->visualRect(at).center());
            QTRY_COMPARE(m_selection->hoveredRun(), run);
        }
        m_selection->setRun(m_ids[40]); // elsewhere
        QCOMPARE(table()->currentIndex().data(RankingModel::IndexRole).toLongLong(), qint64(3));
        const qint64 before = m_selection->run();
        chart()->setTargetRecall(0.99); // moving the line selects nothing
        QCOMPARE(m_selection->run(), before);
    }

    void hoverOfARunMarksItsRow() {
        const QRect cell = table()->visualRect(table()->model()->index(1, RankingModel::Memory));
        const auto color = [&] {
            return table()->viewport()->grab().toImage().pixelColor(cell.right() - 3, cell.top() + 3);
        };
        const QColor before = color();
        m_selection->setHoveredRun(table()->model()->index(1, 0).data(RankingModel::RunRole).toLongLong());
        QVERIFY(color() != before);
    }

    void foldsAwayWhereThereIsNoRoom() {
        QVERIFY(ranking()->isVisible());
        m_panel->resize(380, 620);
        QVERIFY(!ranking()->isVisible());
        m_panel->resize(900, 300);
        QVERIFY(!ranking()->isVisible());
        m_panel->resize(1300, 500);
        QVERIFY(ranking()->isVisible());
        QVERIFY(ranking()->x() > chart()->width() / 2); // beside it
        m_panel->findChild<QToolButton*>(QStringLiteral("curveRanking"))->click();
        QVERIFY(!ranking()->isVisible());
    }

    void copiesTheRanking() {
        table()->setFocus();
        QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n');
        QCOMPARE(lines.size(), 5);
        QCOMPARE(lines[0], QStringLiteral("index\tneeds\tQPS\tp50\tp99\tmemory\tbuild"));
        QVERIFY(lines[1].split(u'\t')[2].toDouble() > 1000);
    }

    void aRectangleWithShiftFiltersTheRuns_data() {
        QTest::addColumn<bool>("mode");
        QTest::newRow("shift") << false;
        QTest::newRow("select mode") << true;
    }
    void aRectangleWithShiftFiltersTheRuns() {
        QFETCH(bool, mode);
        RunsPanel runs(m_model.get(), m_selection.get(), m_undo.get());
        runs.setFilters(m_filters.get());
        if (mode)
            m_panel->findChild<QToolButton*>(QStringLiteral("curveSelect"))->click();
        const QRectF plot = chart()->mapping().plot;
        const QRect box(QPoint(int(plot.left() + plot.width() / 2), int(plot.top() + 4)),
                        QPoint(int(plot.right() - 4), int(plot.center().y())));
        QList<qint64> inside;
        for (const qint64 id : m_ids)
            if (QRectF(box.topLeft(), box.bottomRight()).contains(*chart()->pixelOf(id)))
                inside << id;
        QVERIFY(inside.size() > 2 && inside.size() < 40);
        const ViewRange view = chart()->mapping().view;
        drag(box.topLeft(), box.bottomRight(), mode ? Qt::NoModifier : Qt::ShiftModifier);
        QCOMPARE(chart()->mapping().view, view);
        QCOMPARE(m_filters->filters().size(), std::size_t(1));
        QCOMPARE(m_filters->filters()[0].source, QStringLiteral("curve"));
        QVERIFY2(m_filters->filters()[0].text.startsWith(QStringLiteral("recall 0.")) &&
                     m_filters->filters()[0].text.endsWith(QStringLiteral("QPS")),
                 qPrintable(m_filters->filters()[0].text));
        for (const qint64 id : m_ids) {
            QCOMPARE(m_filters->passesRun(id), inside.contains(id));
            const auto point = std::ranges::find(chart()->content().points, id, &CurvePoint::run);
            QCOMPARE(point->dimmed, !inside.contains(id));
        }
        QCOMPARE(runs.filter()->rowCount(), int(inside.size()));
        QCOMPARE(chart()->scenery().filterNote, QStringLiteral("%1 of 45 runs").arg(inside.size()));
        QVERIFY(!chart()->scenery().brush.isNull());
        m_undo->undo();
        QVERIFY(m_filters->empty());
        QVERIFY(chart()->scenery().brush.isNull());
        QCOMPARE(runs.filter()->rowCount(), 45);
        m_undo->redo();
        QVERIFY(!chart()->scenery().brush.isNull());
        QCOMPARE(runs.filter()->rowCount(), int(inside.size()));
    }

    void aRectangleWithoutRunsIsNoFilter() {
        const QRectF plot = chart()->mapping().plot;
        const QPoint corner = plot.bottomLeft().toPoint() + QPoint(4, -30);
        drag(corner, corner + QPoint(20, 20), Qt::ShiftModifier);
        QVERIFY(m_filters->empty());
        QCOMPARE(m_undo->count(), 0);
    }

    void onlyTheseRuns() {
        RunsPanel runs(m_model.get(), m_selection.get(), m_undo.get());
        runs.setFilters(m_filters.get());
        runs.resize(900, 500);
        runs.show();
        QTableView* rows = runs.table();
        const auto click = [&](int row, Qt::KeyboardModifiers modifiers) {
            QTest::mouseClick(rows->viewport(), Qt::LeftButton, modifiers,
                              rows->visualRect(runs.filter()->index(row, 0)).center());
        };
        click(2, {});
        click(5, Qt::ControlModifier);
        QSignalSpy compared(&runs, &RunsPanel::compareRequested);
        action(rows, QStringLiteral("Compare"))->trigger();
        QCOMPARE(compared.count(), 1);
        QCOMPARE(compared[0][0].value<QList<qint64>>(), (QList<qint64>{m_ids[2], m_ids[5]}));
        action(rows, QStringLiteral("Only these"))->trigger();
        QCOMPARE(m_filters->filters().size(), std::size_t(1));
        QCOMPARE(m_filters->filters()[0].source, QStringLiteral("runs"));
        QCOMPARE(m_filters->filters()[0].text, QStringLiteral("2 runs"));
        QCOMPARE(runs.filter()->rowCount(), 2);
        QTest::keyClicks(runs.filterField(), QStringLiteral("vamana")); // both must hold
        QCOMPARE(runs.filter()->rowCount(), 0);
        QVERIFY(rows->isVisible()); // it is no empty table, it is a narrow one
        runs.filterField()->clear();
        QCOMPARE(ranking()->model()->rowCount(), 1); // the series of other indexes are gone
        m_undo->undo();
        QCOMPARE(runs.filter()->rowCount(), 45);
        QCOMPARE(ranking()->model()->rowCount(), 3);
    }

    void tenThousandRunsStayQuick() {
        m_panel->resize(1400, 800);
        tellFrames();
        std::vector<Run> many;
        QRandomGenerator random(7);
        for (int s = 0; s < 5; ++s) {
            const auto index =
                test::fakeIndex(20 + s, QStringLiteral("IVF%1,Flat").arg(64 << s), 3 + s, m_data);
            for (int i = 0; i < 2000; ++i) {
                many.push_back(test::fakeRun(index, 1, random.generateDouble(),
                                             std::pow(10, 2 + 2 * random.generateDouble())));
                many.back().point.recall_per_query.clear();
            }
        }
        m_model->appendBatch(std::move(many));
        tellFrames();
        QCOMPARE(chart()->content().points.size(), std::size_t(10'045));
    }

private:
    ParetoChart* chart() const { return m_panel->chart(); }
    QWidget* view() const { return m_panel->chart()->viewport(); }
    RankingView* ranking() const { return m_panel->ranking(); }
    QTableView* table() const { return m_panel->ranking()->table(); }
    /// On the line, away from points.
    QPoint linePoint() const {
        const CurveMapping& mapping = chart()->mapping();
        const double x = mapping.toPixel({chart()->content().axis.toAxis(chart()->targetRecall()), 0}).x();
        for (double y = mapping.plot.bottom() - 30; y > mapping.plot.top(); y -= 5)
            if (nearestPoint(chart()->content(), mapping, {x, y}, 20) == kNoPoint)
                return QPointF(x, y).toPoint();
        return QPointF(x, mapping.plot.center().y()).toPoint();
    }
    void moveTo(QPointF at, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {}) {
        QMouseEvent move(QEvent::MouseMove, at, view()->mapToGlobal(at), Qt::NoButton, button, modifiers);
        QApplication::sendEvent(view(), &move);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(view(), Qt::LeftButton, modifiers, from);
        for (const double share : {0.3, 0.7, 1.0})
            moveTo(from + QPointF(to - from) * share, Qt::LeftButton, modifiers);
        QTest::mouseRelease(view(), Qt::LeftButton, modifiers, to);
    }
    /// Milliseconds until a change of the mouse is on the screen; told, not judged.
    void tellFrames() {
        const auto measured = [&](auto step) {
            std::vector<double> times;
            for (int i = 0; i < 25; ++i) {
                QElapsedTimer timer;
                timer.start();
                step(i);
                QCoreApplication::processEvents();
                times.push_back(double(timer.nsecsElapsed()) / 1e6);
            }
            std::ranges::nth_element(times, times.begin() + 12);
            return times[12];
        };
        const QPoint centre = chart()->mapping().plot.center().toPoint();
        const double hover = measured([&](int i) { moveTo(centre + QPoint(i * 5, i * 3), Qt::NoButton); });
        const double line = measured([&](int i) { chart()->setTargetRecall(0.5 + 0.01 * i); });
        QTest::mousePress(view(), Qt::MiddleButton, {}, centre);
        const double pan = measured([&](int i) { moveTo(centre + QPoint(i * 4, i * 2), Qt::MiddleButton); });
        QTest::mouseRelease(view(), Qt::MiddleButton, {}, centre);
        qInfo("%d runs, ms a frame (median of 25): hover %.1f, recall line %.1f, pan %.1f",
              m_model->rowCount(), hover, line, pan);
    }
    static QAction* action(const QWidget* widget, const QString& text) {
        for (QAction* each : widget->actions())
            if (each->text() == text)
                return each;
        return nullptr;
    }

    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<FilterStack> m_filters;
    std::unique_ptr<CurvePanel> m_panel;
    DatasetPtr m_data;
    QList<qint64> m_ids;
};

QTEST_MAIN(TestRanking)
#include "tst_ranking.moc"
