// SPDX-License-Identifier: GPL-3.0-or-later
// The recall line, the brush and the comparison in the whole window, on real builds and sweeps.
#include "app/dock.h"
#include "app/main_window.h"
#include "ui/models/compare_model.h"
#include "ui/panels/compare_pair.h"
#include "ui/panels/compare_panel.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/ranking_view.h"
#include "ui/panels/runs_panel.h"

#include <QApplication>
#include <QFile>
#include <QMouseEvent>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>
#include <QUndoStack>

#include <memory>
#include <random>

using namespace annscope;

class TestLinkedCurve : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
        QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
        QCoreApplication::setApplicationName(QStringLiteral("tst_linked_curve"));
        QSettings().clear();
        ui::applyTheme(*qApp, ui::Theme::Light);
        QFile file(m_folder.filePath(QStringLiteral("cloud.csv")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QTextStream out(&file);
        std::mt19937 random(11);
        std::normal_distribution<float> normal;
        for (int i = 0; i < 3000; ++i)
            for (int j = 0; j < 16; ++j)
                out << normal(random) << (j < 15 ? ',' : '\n');
        file.close();
        Settings settings;
        settings.measureQueries = 200;
        m_window = std::make_unique<MainWindow>(settings, false);
        m_window->resize(1500, 950);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
        QSignalSpy swept(m_window->workflow(), &Workflow::swept);
        OpenOptions options;
        options.base = file.fileName().toStdString();
        m_window->start(options, {QStringLiteral("IVF64,Flat"), QStringLiteral("HNSW8")});
        QTRY_COMPARE_WITH_TIMEOUT(swept.size(), 2, 60'000);
        m_window->bringUp("curve");
    }
    void cleanupTestCase() { m_window.reset(); }

    void theLineIsThatOfTheHeader() {
        ui::ParetoChart* chart = m_window->curve()->chart();
        m_window->header()->setTargetRecall(0.9);
        QCOMPARE(chart->targetRecall(), 0.9);
        const QRectF plot = chart->mapping().plot;
        const double x = chart->mapping().toPixel({chart->content().axis.toAxis(0.9), 0}).x();
        QPoint from(qRound(x), int(plot.bottom()) - 2);
        for (int y = int(plot.bottom()) - 2; y > plot.top(); y -= 4)
            if (ui::nearestPoint(chart->content(), chart->mapping(), {x, double(y)}, 20) == ui::kNoPoint)
                from.setY(y);
        QTest::mousePress(chart->viewport(), Qt::LeftButton, {}, from);
        for (const int step : {10, 30, 60}) {
            const QPointF at = from - QPoint(step, 0);
            QMouseEvent move(QEvent::MouseMove, at, chart->viewport()->mapToGlobal(at), Qt::NoButton,
                             Qt::LeftButton, {});
            QApplication::sendEvent(chart->viewport(), &move);
        }
        QTest::mouseRelease(chart->viewport(), Qt::LeftButton, {}, from - QPoint(60, 0));
        QVERIFY(chart->targetRecall() < 0.9);
        QCOMPARE(m_window->header()->targetRecall(), chart->targetRecall());
        QCOMPARE(m_window->curve()->ranking()->model()->recall(), chart->targetRecall());
        QCOMPARE(m_window->currentSettings().targetRecall, chart->targetRecall());
    }

    void theRankingSelects() {
        QTableView* table = m_window->curve()->ranking()->table();
        QCOMPARE(table->model()->rowCount(), 2);
        for (int row = 1; row >= 0; --row) {
            const QModelIndex at = table->model()->index(row, 0);
            QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(at).center());
            QCOMPARE(m_window->session()->selection()->index(),
                     at.data(ui::RankingModel::IndexRole).toLongLong());
            QCOMPARE(m_window->session()->selection()->run(),
                     at.data(ui::RankingModel::RunRole).toLongLong());
        }
    }

    void runsOfTwoIndexesAreCompared() {
        ui::RunsPanel* runs = m_window->runsPanel();
        QTableView* table = runs->table();
        const int last = runs->filter()->rowCount() - 1;
        table->scrollToTop();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(runs->filter()->index(0, 0)).center());
        table->scrollToBottom();
        QTest::mouseClick(table->viewport(), Qt::LeftButton, Qt::ControlModifier,
                          table->visualRect(runs->filter()->index(last, 0)).center());
        QCOMPARE(runs->selectedRuns().size(), 2);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_C);
        ui::ComparePanel* compare = m_window->comparison();
        QTRY_VERIFY_WITH_TIMEOUT(compare->isVisible() && compare->ready(), 20'000);
        QCOMPARE(compare->model()->columnCount(), 2);
        const auto& pair = compare->pairs()[0]->pair();
        QVERIFY(pair && pair->queries == 200);
        QVERIFY(!pair->wins.empty());
        QTest::mouseClick(compare->pairs()[0]->winsButton(), Qt::LeftButton);
        const auto rows = m_window->session()->filters()->queries(m_window->session()->current());
        QVERIFY(rows && !rows->empty());
        m_window->session()->undo()->undo();
        QVERIFY(m_window->session()->filters()->empty());
        m_window->session()->undo()->undo(); // the comparison itself
        QVERIFY(compare->set()->runs().isEmpty());
        m_window->session()->undo()->redo();
        QCOMPARE(compare->set()->runs().size(), 2);
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestLinkedCurve)
#include "tst_linked_curve.moc"
