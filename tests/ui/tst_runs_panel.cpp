// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "ui/common/theme.h"
#include "ui/models/runs_model.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/runs_panel.h"
#include "ui/views/empty_state.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QUndoStack>

#include <memory>

using namespace annscope;
using namespace annscope::ui;

class TestRunsPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<RunsModel>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_panel = std::make_unique<RunsPanel>(m_model.get(), m_selection.get(), m_undo.get());
        m_panel->resize(1000, 400);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
        m_ids = m_model->appendBatch(test::fakeCurves(test::fakeDataset(400)));
    }
    void cleanup() { m_panel.reset(); }

    void emptyViewOffersTheSweep() {
        QUndoStack undo;
        RunsModel model(&undo);
        RunsPanel panel(&model, m_selection.get(), &undo);
        panel.show();
        QSignalSpy wanted(&panel, &RunsPanel::emptyTriggered);
        auto* button = panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        model.append(test::fakeRun(m_model->run(m_ids[0])->index, 1, 0.5, 10));
        QVERIFY(!button->isVisible());
        QVERIFY(panel.table()->isVisible());
    }

    void clickOnARowSelectsTheRunEverywhere() {
        clickRow(4);
        QCOMPARE(m_selection->run(), m_ids[4]);
        QCOMPARE(m_selection->index(), qint64(1));
        QTest::keyClick(table(), Qt::Key_Down);
        QCOMPARE(m_selection->run(), m_ids[5]);
    }

    void followsTheSharedSelection() {
        m_selection->setRun(m_ids[40]);
        QCOMPARE(m_panel->selectedRuns(), QList<qint64>{m_ids[40]});
        QVERIFY(table()->viewport()->rect().contains(cellAt(40).center()));
        m_selection->setRun(-1);
        QVERIFY(m_panel->selectedRuns().isEmpty());
    }

    void hoverGoesBothWays() {
        QTest::mouseMove(table()->viewport(), cellAt(2).center());
        QTRY_COMPARE(m_selection->hoveredRun(), m_ids[2]);
        const QColor before = pixelOf(5);
        m_selection->setHoveredRun(m_ids[5]);
        QVERIFY(pixelOf(5) != before);
    }

    void sortsByAClickOnTheHeader() {
        auto* header = table()->horizontalHeader();
        const QPoint qps(header->sectionViewportPosition(RunsModel::Qps) + 10, 8);
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, qps);
        const auto values = [&] {
            QList<double> list;
            for (int row = 0; row < m_panel->filter()->rowCount(); ++row)
                list << m_panel->filter()->index(row, RunsModel::Qps).data(RunsModel::SortRole).toDouble();
            return list;
        };
        const auto first = values();
        QVERIFY(std::is_sorted(first.begin(), first.end()) || std::is_sorted(first.rbegin(), first.rend()));
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, qps);
        const auto second = values();
        QCOMPARE(second.front(), first.back());
    }

    void filtersByTyping() {
        QTest::keyClicks(m_panel->filterField(), QStringLiteral("vamana recall>0.95"));
        const int shown = m_panel->filter()->rowCount();
        QVERIFY(shown > 0 && shown < 15);
        QCOMPARE(m_panel->csv().count(u'\n'), shown + 1);
        QTest::keyClicks(m_panel->filterField(), QStringLiteral(" recall>x"));
        QVERIFY(!m_panel->filter()->error().isEmpty());
        QTest::keyClick(m_panel->filterField(), Qt::Key_Escape);
        QCOMPARE(m_panel->filter()->rowCount(), 45);
    }

    void deletesAndBringsBack() {
        clickRow(3);
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, Qt::ShiftModifier, cellAt(6).center());
        QCOMPARE(m_panel->selectedRuns(), (QList<qint64>{m_ids[3], m_ids[4], m_ids[5], m_ids[6]}));
        QTest::keyClick(table(), Qt::Key_Delete);
        QCOMPARE(m_model->rowCount(), 41);
        QCOMPARE(m_model->run(m_ids[4]), nullptr);
        QVERIFY(m_selection->run() == -1 || m_model->run(m_selection->run()));
        QTest::keyClick(table(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(m_model->rowCount(), 45);
        QCOMPARE(m_model->rowOf(m_ids[4]), 4);
        QTest::keyClick(table(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(m_model->rowCount(), 41);
    }

    void pinsAndHides() {
        clickRow(7);
        QTest::keyClick(table(), Qt::Key_P);
        QVERIFY(m_model->run(m_ids[7])->pinned);
        QCOMPARE(m_panel->filter()->index(0, 0).data(RunsModel::IdRole).toLongLong(), m_ids[7]);
        QTest::keyClick(table(), Qt::Key_P);
        QVERIFY(!m_model->run(m_ids[7])->pinned);
        QTest::keyClick(table(), Qt::Key_H);
        QVERIFY(m_model->run(m_ids[7])->hidden);
        QTest::keyClick(table(), Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(!m_model->run(m_ids[7])->hidden);
    }

    void copiesRowsAsTsv() {
        clickRow(1);
        QTest::keyClick(table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n');
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith(QStringLiteral("config\tsearch\trecall\tp5\tqps")));
        const Run& run = *m_model->run(m_ids[1]);
        const QStringList fields = lines[1].split(u'\t');
        QCOMPARE(fields[0], QStringLiteral("IVF1024,Flat"));
        QCOMPARE(fields[4].toDouble(), QString::number(run.point.qps, 'g', 9).toDouble());
    }

    void rowsArriveWhileOneIsSelected() {
        clickRow(2);
        m_model->append(test::fakeRun(m_model->run(m_ids[0])->index, 3, 0.5, 10));
        QCOMPARE(m_selection->run(), m_ids[2]);
        QCOMPARE(m_panel->selectedRuns(), QList<qint64>{m_ids[2]});
    }

    void curvePanelSwitchesTheAxis() {
        CurvePanel panel(m_model.get(), m_selection.get());
        panel.resize(800, 500);
        panel.show();
        QVERIFY(panel.chart()->isVisible());
        for (auto* button : panel.findChildren<QAbstractButton*>())
            if (button->text() == QStringLiteral("logit"))
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(panel.chart()->recallScale(), RecallScale::Logit);
        m_model->remove(m_ids);
        QVERIFY(!panel.chart()->isVisible());
        QSignalSpy wanted(&panel, &CurvePanel::emptyTriggered);
        QTest::mouseClick(panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton")), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        LiveEstimate live; // sliders work before anything was swept
        live.point.qps = 100;
        panel.chart()->setLive(live);
        QVERIFY(panel.chart()->isVisible());
        panel.chart()->setLive(std::nullopt);
        QVERIFY(!panel.chart()->isVisible());
        m_undo->undo();
        QVERIFY(panel.chart()->isVisible());
        m_model->setHidden(m_ids, true);
        QVERIFY(panel.chart()->isVisible());
    }

private:
    QTableView* table() const { return m_panel->table(); }
    QRect cellAt(int row) const {
        return table()->visualRect(m_panel->filter()->index(row, RunsModel::Config));
    }
    void clickRow(int row) {
        QTest::mouseClick(table()->viewport(), Qt::LeftButton, {}, cellAt(row).center());
        table()->setFocus();
    }
    QColor pixelOf(int row) const {
        return table()->viewport()->grab().toImage().pixelColor(cellAt(row).right() - 3,
                                                                cellAt(row).top() + 3);
    }

    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<RunsPanel> m_panel;
    QList<qint64> m_ids;
};

QTEST_MAIN(TestRunsPanel)
#include "tst_runs_panel.moc"
