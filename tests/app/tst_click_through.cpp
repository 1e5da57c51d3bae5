// SPDX-License-Identifier: GPL-3.0-or-later
// What the program is for, from a file to an exported configuration, by clicks and keys on the widgets that a
// person uses. On fashion-mnist where it is there, else on generated clusters. Under X where the test's
// environment has it (tests/CMakeLists.txt), else offscreen. ANNSCOPE_SHOTS=FOLDER keeps a picture of each
// step in light and dark.
#include "app/dock.h"
#include "app/main_window.h"
#include "data/dataset.h"
#include "heartbeat.h"
#include "test_data.h"
#include "ui/common/factory_edit.h"
#include "ui/models/loss_misses_model.h"
#include "ui/models/queries_model.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/queries_panel.h"
#include "ui/panels/queries_table.h"
#include "ui/panels/ranking_view.h"
#include "ui/panels/runs_panel.h"
#include "ui/panels/search_panel.h"
#include "ui/views/pareto_chart.h"
#include "ui/views/query_explainer.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QHeaderView>
#include <QLineEdit>
#include <QMimeData>
#include <QMouseEvent>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>

using namespace annscope;

namespace {

constexpr int kLongestMs = 240'000;

} // namespace

class TestClickThrough : public QObject {
    Q_OBJECT

private:
    void shot(const char* name);
    void drop(const QString& path);
    void build(const QString& line);
    template<class Panel>
    Panel* panel(const char* dock) {
        auto* found = m_window->findChild<Panel*>();
        m_window->command(qPrintable(QStringLiteral("go.") + QLatin1String(dock)))->trigger();
        return found;
    }

    QTemporaryDir m_folder;
    QString m_data;
    Id m_missed = kNoId; ///< a true neighbour of the worst query
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<test::Heartbeat> m_heart;

private slots:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void opensVectors();
    void buildsTwoIndexesAndSweeps();
    void dragsTheRecallLine();
    void picksTheWorstQuery();
    void readsWhyItMissed();
    void appliesTheRemedyAndSeesItFound();
    void looksAtTheMap();
    void exportsTheConfiguration();
    void wasNeverLate();
};

void TestClickThrough::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
    QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
    QCoreApplication::setApplicationName(QStringLiteral("tst_click_through"));
    QSettings().clear();
    ui::applyTheme(*qApp, ui::Theme::Light);
    const auto real = test::data_folder() / "fashion-mnist-784-euclidean.hdf5";
    if (!test::data_folder().empty() && exists(real)) {
        m_data = QString::fromStdString(real.string());
    } else {
        m_data = m_folder.filePath(QStringLiteral("clusters.hdf5"));
        QCOMPARE(QProcess::execute(QStringLiteral(ANNSCOPE_CLI),
                                   {QStringLiteral("generate"), QStringLiteral("clusters"),
                                    QStringLiteral("--n"), QStringLiteral("20000"), QStringLiteral("--dim"),
                                    QStringLiteral("784"), QStringLiteral("--queries"),
                                    QStringLiteral("1000"), QStringLiteral("-o"), m_data}),
                 0);
    }
    m_window = std::make_unique<MainWindow>(Settings{}, false);
    m_window->resize(1280, 800);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    m_heart = std::make_unique<test::Heartbeat>();
}

/// A picture of the whole window in both themes.
void TestClickThrough::shot(const char* name) {
    const QString folder = qEnvironmentVariable("ANNSCOPE_SHOTS");
    if (folder.isEmpty())
        return;
    m_heart->pause();
    QDir().mkpath(folder);
    for (const auto& [theme, suffix] :
         {std::pair(ui::Theme::Dark, "dark"), std::pair(ui::Theme::Light, "light")}) {
        ui::applyTheme(*qApp, theme);
        QTest::qWait(300); // canvases draw beside the GUI thread
        const QString path =
            QStringLiteral("%1/%2-%3.png").arg(folder, QLatin1String(name), QLatin1String(suffix));
        QVERIFY2(m_window->grab().save(path), qPrintable(path));
    }
    m_heart->resume();
}

void TestClickThrough::drop(const QString& path) {
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    const QPoint at = m_window->rect().center();
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(m_window.get(), &event);
}

void TestClickThrough::opensVectors() {
    drop(m_data);
    QTRY_COMPARE_WITH_TIMEOUT(m_window->session()->datasets().size(), 1u, kLongestMs);
    QVERIFY(m_window->session()->current()->truth.k >= 10);
    shot("1-opened");
}

void TestClickThrough::build(const QString& line) {
    auto* panel = m_window->findChild<ui::BuildPanel*>();
    panel->line()->setFocus();
    QTest::keyClick(panel->line(), Qt::Key_A, Qt::ControlModifier);
    QTest::keyClicks(panel->line(), line);
    QTest::keyClick(panel->line(), Qt::Key_Escape); // the list of completions
    QCOMPARE(panel->configurationLine(), line);
    QTest::mouseClick(panel->buildButton(), Qt::LeftButton);
}

void TestClickThrough::buildsTwoIndexesAndSweeps() {
    QSignalSpy swept(m_window->workflow(), &Workflow::swept);
    build(QStringLiteral("IVF256,PQ98x4fs"));
    build(QStringLiteral("HNSW16"));
    QTest::qWait(500);
    shot("2-building");
    QTRY_COMPARE_WITH_TIMEOUT(swept.size(), 2, kLongestMs);
    QVERIFY(m_window->session()->runs()->rowCount() > 8);
    shot("3-swept");
}

/// To 0.98; the ranking beside the curve says who is there, and a click on its first row selects the run.
void TestClickThrough::dragsTheRecallLine() {
    auto* panel = this->panel<ui::CurvePanel>("curve");
    ui::ParetoChart* chart = panel->chart();
    const ui::CurveMapping& mapping = chart->mapping();
    const auto pixel = [&](double recall) {
        return QPointF(mapping.toPixel({chart->content().axis.toAxis(recall), 0}).x(), mapping.plot.top() + 8)
            .toPoint();
    };
    const QPoint from = pixel(chart->targetRecall()), to = pixel(0.98);
    QTest::mouseMove(chart->viewport(), from);
    QTest::mousePress(chart->viewport(), Qt::LeftButton, {}, from);
    for (int i = 1; i <= 10; ++i) {
        const QPointF at = from + QPointF(to - from) * i / 10;
        QMouseEvent move(QEvent::MouseMove, at, chart->viewport()->mapToGlobal(at), Qt::NoButton,
                         Qt::LeftButton, {});
        QApplication::sendEvent(chart->viewport(), &move);
        QTest::qWait(20);
    }
    QTest::mouseRelease(chart->viewport(), Qt::LeftButton, {}, to);
    QVERIFY(std::abs(chart->targetRecall() - 0.98) < 0.003);
    QCOMPARE(m_window->header()->targetRecall(), chart->targetRecall());

    const QTableView* ranking = panel->ranking()->table();
    QTest::mouseClick(ranking->viewport(), Qt::LeftButton, {},
                      ranking->visualRect(ranking->model()->index(0, 0)).center());
    const ui::Run* run = m_window->session()->runs()->run(m_window->session()->selection()->run());
    QVERIFY(run);
    QCOMPARE(run->index->title, QStringLiteral("HNSW16"));
    QVERIFY(run->point.recall >= chart->targetRecall());
    shot("4-recall-line");
}

/// The first in the table when it is sorted by recall.
void TestClickThrough::picksTheWorstQuery() {
    auto* panel = this->panel<ui::QueriesPanel>("queries");
    QTRY_VERIFY_WITH_TIMEOUT(panel->table()->model()->rowCount() > 100, kLongestMs);
    QTRY_VERIFY_WITH_TIMEOUT(panel->model()->difficulty(), kLongestMs);
    QHeaderView* header = panel->table()->horizontalHeader();
    const auto clickHeader = [&] {
        QTest::mouseClick(
            header->viewport(), Qt::LeftButton, {},
            {header->sectionViewportPosition(ui::QueriesModel::Recall) + 20, header->height() / 2});
    };
    clickHeader();
    const auto recall = [&] {
        return panel->model()->value(std::uint32_t(panel->model()->queryAt(0)), ui::QueriesModel::Recall);
    };
    if (recall() > 0.9)
        clickHeader();
    QVERIFY(recall() <= 0.9);
    QTest::mouseClick(panel->table()->viewport(), Qt::LeftButton, {},
                      panel->table()->visualRect(panel->model()->index(0, 0)).center());
    QCOMPARE(m_window->session()->selection()->query(), panel->model()->queryAt(0));
    shot("5-worst-query");
}

void TestClickThrough::readsWhyItMissed() {
    auto* panel = this->panel<ui::LossPanel>("loss");
    QTRY_VERIFY_WITH_TIMEOUT(!panel->sentence().isEmpty() && panel->misses()->model()->rowCount() > 0,
                             kLongestMs);
    QTRY_VERIFY_WITH_TIMEOUT(panel->applyMissButton()->isVisible() && panel->applyMissButton()->isEnabled(),
                             kLongestMs);
    const auto* misses = panel->misses()->model();
    const QString reason = misses->index(0, ui::LossMissesModel::Reason).data().toString();
    QVERIFY2(!reason.isEmpty(), qPrintable(panel->sentence()));
    for (const Miss& miss : panel->study()->report()->misses)
        if (miss.query == m_window->session()->selection()->query() && miss.reason != LossReason::Tie) {
            m_missed = miss.id;
            break;
        }
    QVERIFY(m_missed != kNoId);
    shot("6-why-missed");
}

void TestClickThrough::appliesTheRemedyAndSeesItFound() {
    auto* panel = m_window->findChild<ui::LossPanel*>();
    const qint64 query = m_window->session()->selection()->query();
    const auto* search = m_window->findChild<ui::SearchPanel*>();
    const SearchParams before = search->params();
    QTest::mouseClick(panel->applyMissButton(), Qt::LeftButton);
    QTRY_VERIFY(!(search->params() == before));
    const auto misses = [&] {
        const auto& report = panel->study()->report();
        return !report || !(report->params == search->params())
                   ? -1
                   : int(std::ranges::count_if(report->misses, [&](const Miss& miss) {
                         return miss.query == query && miss.reason != LossReason::Tie;
                     }));
    };
    QTRY_COMPARE_WITH_TIMEOUT(misses(), 0, kLongestMs);
    shot("7-remedy-applied");

    // And in the path of the query.
    const auto* graph = this->panel<ui::GraphPanel>("graph");
    QTRY_VERIFY_WITH_TIMEOUT(
        graph->explainer()->path() && graph->explainer()->path()->params == search->params(), kLongestMs);
    const auto& answers = graph->explainer()->path()->answers;
    QVERIFY(std::ranges::find(answers, m_missed, &ui::Answer::id) != answers.end());
    shot("8-found");
}

void TestClickThrough::looksAtTheMap() {
    auto* panel = this->panel<ui::MapPanel>("map");
    QTRY_VERIFY_WITH_TIMEOUT(panel->ready(), kLongestMs);
    shot("9-map");
}

void TestClickThrough::exportsTheConfiguration() {
    m_window->command("run.export")->trigger();
    auto* panel = m_window->findChild<ui::ExportPanel*>();
    QTest::mouseClick(panel->copyButton(), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), panel->text());
    // The remedy, not the run that was measured first.
    const auto* search = m_window->findChild<ui::SearchPanel*>();
    const QString width = QStringLiteral("efSearch=%1").arg(search->params().get("efSearch", 0));
    QVERIFY2(panel->text().contains(width), qPrintable(width + panel->text()));
    shot("10-exported");
}

/// In all of that the window answered within 50 ms.
void TestClickThrough::wasNeverLate() {
    m_heart->pause();
    const qint64 work = m_heart->mostOwnWork();
    const std::vector<qint64> gaps = m_heart->ownGaps();
    const qint64 largest = gaps.empty() ? 0 : gaps.back();
    qInfo("%zu beats, %zu of them with others at work; largest gap of the rest %lld ms, largest own work "
          "%lld ms",
          m_heart->beats.size(), m_heart->beats.size() - gaps.size(), static_cast<long long>(largest),
          static_cast<long long>(work));
    QVERIFY2(work <= test::kLargestGapMs, qPrintable(QString::number(work)));
    QVERIFY2(largest <= test::kLargestGapMs, qPrintable(QString::number(largest)));
}

QTEST_MAIN(TestClickThrough)
#include "tst_click_through.moc"
