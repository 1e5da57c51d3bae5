// SPDX-License-Identifier: GPL-3.0-or-later
#include "curve_window.h"

#include "ui/jobs/job_runner.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/runs_panel.h"
#include "ui/views/recall_handle.h"

#include <QElapsedTimer>
#include <QMenu>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::ui;

class TestCurveGestures : public QObject, private test::CurveWindow {
    Q_OBJECT
private slots:
    void init() { open(); }
    void cleanup() { m_panel.reset(); }

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
        for (const CurveSeries& series : chart()->content().series)
            QCOMPARE(series.passes, std::ranges::any_of(inside, [&](qint64 id) {
                         return seriesOf(*m_model->run(id)) == series.key;
                     }));
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
};

QTEST_MAIN(TestCurveGestures)
#include "tst_curve_gestures.moc"
