// SPDX-License-Identifier: GPL-3.0-or-later
#include "curve_window.h"

#include "ui/common/format.h"
#include "ui/panels/runs_panel.h"

#include <QAction>
#include <QClipboard>
#include <QHeaderView>
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>

#include <algorithm>
#include <cmath>
#include <map>

using namespace annscope;
using namespace annscope::ui;

class TestRanking : public QObject, private test::CurveWindow {
    Q_OBJECT
private slots:
    void init() { open(); }
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

private:
    static QAction* action(const QWidget* widget, const QString& text) {
        for (QAction* each : widget->actions())
            if (each->text() == text)
                return each;
        return nullptr;
    }
};

QTEST_MAIN(TestRanking)
#include "tst_ranking.moc"
