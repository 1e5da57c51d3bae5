// SPDX-License-Identifier: GPL-3.0-or-later
// The window driven as a person drives it, offscreen.
#include "app/dock.h"
#include "app/main_window.h"
#include "spec/parser.h"
#include "test_data.h"
#include "ui/panels/data_panel.h"
#include "ui/panels/expansion_box.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/open_panel.h"
#include "ui/panels/search_panel.h"
#include "ui/views/query_explainer.h"

#include <QApplication>
#include <QCheckBox>
#include <QDropEvent>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>
#include <QToolButton>

#include <atomic>
#include <memory>

using namespace annscope;

namespace {

/// A file of points in the plane.
QString writeCsv(const QTemporaryDir& folder, const QString& name, int rows) {
    QFile file(folder.filePath(name));
    if (!file.open(QIODevice::WriteOnly))
        return {};
    QTextStream out(&file);
    for (int i = 0; i < rows; ++i)
        out << (i * 37 % 101) << ',' << (i * 53 % 97) << '\n';
    return file.fileName();
}

void drop(QWidget& window, const QStringList& paths) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& path : paths)
        urls << QUrl::fromLocalFile(path);
    data.setUrls(urls);
    const QPoint at = window.rect().center();
    QDragEnterEvent enter(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(at, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&window, &event);
    QVERIFY(event.isAccepted());
}

Settings withoutMemory() {
    Settings settings;
    settings.measureQueries = 20;
    return settings;
}

} // namespace

class TestMainWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void dropOpensAndShows();
    void badFileLeavesTheSession_data();
    void badFileLeavesTheSession();
    void metricOpensAnew();
    void expansionShowsInTheNextSweep();
    void expansionSwitchedOffAndOnAtOnce();
    void pathIsThatOfTheSearchPanel();
    void closeAndUndo();
    void cancelFromTheHeader();
    void closingTheWindowWhileAJobRuns();
    void layoutIsRestored();
    void openPanelTakesThreeFiles();
    void everyCommandHasTextAndSettingsAreKept();

private:
    QTemporaryDir m_folder;
};

void TestMainWindow::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
    QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
    QCoreApplication::setApplicationName(QStringLiteral("tst_main_window"));
    QSettings().clear();
    ui::applyTheme(*qApp, ui::Theme::Light);
}

void TestMainWindow::dropOpensAndShows() {
    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    const QString summary = window.dataPanel()->summary();
    QVERIFY2(summary.contains(QStringLiteral("points")), qPrintable(summary));
    QVERIFY2(summary.contains(QStringLiteral("270 × 2")), qPrintable(summary)); // a tenth was held out
    QVERIFY2(summary.contains(QStringLiteral("held out")), qPrintable(summary));
    QVERIFY2(summary.contains(QStringLiteral("computed")), qPrintable(summary));
    QTRY_VERIFY(window.dataPanel()->summary().contains(QStringLiteral("mean")));
    QVERIFY(window.windowTitle().startsWith(QStringLiteral("points")));
    QVERIFY(!window.messages()->isVisible());
}

void TestMainWindow::badFileLeavesTheSession_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QByteArray() << QStringLiteral("empty.fvecs");
    QTest::newRow("truncated") << QByteArray("\x02\0\0\0\0\0\x80\x3f", 8) << QStringLiteral("cut.fvecs");
    QTest::newRow("text") << QByteArray("this,is\nnot,numbers\n") << QStringLiteral("words.csv");
    QTest::newRow("unknown") << QByteArray("PK\x03\x04 whatever") << QStringLiteral("a.zip");
}

void TestMainWindow::badFileLeavesTheSession() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, name);
    QFile file(m_folder.filePath(name));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
    file.close();

    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    const DatasetPtr before = window.session()->current();
    drop(window, {file.fileName()});
    QTRY_VERIFY(window.messages()->isVisible());
    QVERIFY(window.messages()->kind() == ui::MessageBar::Kind::Error);
    QVERIFY2(window.messages()->sentence().contains(name), qPrintable(window.messages()->sentence()));
    QVERIFY2(window.messages()->detail().contains(name), qPrintable(window.messages()->detail()));
    QCOMPARE(window.session()->datasets(), std::vector{before});
    QCOMPARE(window.session()->current(), before);
    window.messages()->setFocus();
    QTest::keyClick(window.messages(), Qt::Key_Escape);
    QVERIFY(!window.messages()->isVisible());
}

void TestMainWindow::metricOpensAnew() {
    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    emit window.dataPanel()->metricRequested(Metric::Cosine);
    QTRY_COMPARE(window.session()->datasets().size(), 2u);
    QVERIFY(window.session()->current()->metric == Metric::Cosine);
    QVERIFY(window.dataPanel()->summary().contains(QStringLiteral("cosine")));
}

/// The same index gets a curve of its own with expanded queries; off, the next sweep is the plain one again.
void TestMainWindow::expansionShowsInTheNextSweep() {
    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    Workflow* workflow = window.workflow();
    const DatasetPtr dataset = window.session()->current();
    QSignalSpy swept(workflow, &Workflow::swept);
    const auto configuration = parse_configuration("IVF4,Flat");
    QVERIFY(configuration.ok());
    workflow->build(*configuration, dataset);
    QTRY_COMPARE(swept.size(), 1);
    QCOMPARE(window.session()->indexes().size(), 1u);

    ui::ExpansionBox* box = window.dataPanel()->expansion();
    QVERIFY(box->toggle()->isEnabled());
    box->toggle()->click();
    QTRY_VERIFY(box->state() == ui::ExpansionBox::State::On);
    QVERIFY(window.session()->current() == dataset);
    const BuiltIndexPtr plain = window.session()->indexes()[0];
    workflow->sweep(plain);
    QTRY_COMPARE(swept.size(), 2);
    QCOMPARE(window.session()->indexes().size(), 2u);
    const BuiltIndexPtr expanded = window.session()->indexes()[1];
    QVERIFY(expanded->index == plain->index && expanded->dataset == dataset && expanded->expanded);
    QVERIFY(expanded->title.startsWith(plain->title) &&
            expanded->title.contains(QStringLiteral("QE(10, α 3)")));
    const auto best = [&](const BuiltIndexPtr& of) {
        double most = -1;
        for (const ui::Run& run : window.session()->runs()->runs())
            if (run.index == of)
                most = std::max(most, run.point.recall);
        return most;
    };
    QVERIFY(best(plain) > 0.999);
    QVERIFY(best(expanded) > 0 && best(expanded) < best(plain));
    workflow->sweep(plain); // again: the same one
    QTRY_COMPARE(swept.size(), 3);
    QCOMPARE(window.session()->indexes().size(), 2u);

    workflow->expansions()->switchOn(dataset, {5, 1, Expand::Base});
    QTRY_VERIFY(box->state() == ui::ExpansionBox::State::On);
    workflow->build(*configuration, dataset);
    QTRY_COMPARE(swept.size(), 4);
    QCOMPARE(window.session()->indexes().size(), 3u);
    QVERIFY(window.session()->indexes()[2]->title.contains(QStringLiteral("DBA(5, α 1)")));

    box->toggle()->click();
    QVERIFY(box->state() == ui::ExpansionBox::State::Off);
    QVERIFY(!workflow->expansions()->of(dataset));
    workflow->sweep(plain);
    QTRY_COMPARE(swept.size(), 5);
    QCOMPARE(window.session()->indexes().size(), 3u);
}

/// The answer of the cancelled job is not taken for that of the one asked for after it.
void TestMainWindow::expansionSwitchedOffAndOnAtOnce() {
    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    ui::ExpansionBox* box = window.dataPanel()->expansion();
    for (int i = 0; i < 3; ++i)
        QTest::mouseClick(box->toggle(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QVERIFY(box->toggle()->isChecked());
    QVERIFY(box->state() != ui::ExpansionBox::State::Off);
    QTRY_VERIFY(box->state() == ui::ExpansionBox::State::On);
    QTRY_VERIFY(window.jobs()->active().empty());
    QVERIFY(box->state() == ui::ExpansionBox::State::On);
    QVERIFY(!window.messages()->isVisible());
}

void TestMainWindow::pathIsThatOfTheSearchPanel() {
    Settings settings = withoutMemory();
    settings.k = 5;
    MainWindow window(settings, false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    window.workflow()->build(*parse_configuration("HNSW8"), window.session()->current(), false);
    QTRY_COMPARE(window.session()->indexes().size(), 1u);
    window.session()->selection()->setQuery(2);
    window.bringUp("graph");
    const auto* panel = window.findChild<ui::GraphPanel*>();
    QTRY_VERIFY(panel->explainer()->path());
    QCOMPARE(panel->explainer()->path()->k, 5u); // no run is selected, no slider was moved
    const auto* search = window.findChild<ui::SearchPanel*>();
    QVERIFY(panel->explainer()->path()->params == search->params());
}

void TestMainWindow::closeAndUndo() {
    MainWindow window(withoutMemory(), false);
    window.show();
    drop(window, {writeCsv(m_folder, QStringLiteral("points.csv"), 300)});
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    window.command("file.close")->trigger();
    QVERIFY(window.session()->datasets().empty());
    QVERIFY(!window.command("file.close")->isEnabled());
    QVERIFY(window.messages()->isVisible()); // offers the way back
    auto* undo = window.messages()->findChild<QPushButton*>();
    QVERIFY(undo && undo->isVisible());
    QTest::mouseClick(undo, Qt::LeftButton);
    QCOMPARE(window.session()->datasets().size(), 1u);
    QVERIFY(window.command("file.close")->isEnabled());
}

void TestMainWindow::cancelFromTheHeader() {
    MainWindow window(withoutMemory(), false);
    window.show();
    QVERIFY(!window.header()->cancelButton()->isVisible());
    bool ended = false;
    const auto seen = std::make_shared<std::atomic<bool>>(false); // the header was read before the end
    window.jobs()->submit<int>(
        ui::Lane::Build, QStringLiteral("Build Endless"),
        [seen](const Control& control) -> Result<int> {
            control.begin("Training", 100);
            control.advance(62);
            while (!control.cancel_requested())
                QThread::msleep(1);
            for (int ms = 0; !*seen && ms < 1000; ++ms)
                QThread::msleep(1);
            return cancelled();
        },
        this, [&](Result<int>) { ended = true; });
    QTRY_VERIFY(window.header()->jobText().contains(QStringLiteral("Training · 62 %")));
    QVERIFY(window.header()->cancelButton()->isVisible());
    QTest::mouseClick(window.header()->cancelButton(), Qt::LeftButton);
    QVERIFY(window.header()->jobText().contains(QStringLiteral("cancelling")));
    *seen = true;
    QTRY_VERIFY(ended);
    QTRY_VERIFY(!window.header()->cancelButton()->isVisible());
}

void TestMainWindow::closingTheWindowWhileAJobRuns() {
    std::atomic<bool> running = false, stopped = false;
    {
        MainWindow window(withoutMemory(), false);
        window.show();
        window.jobs()->submit<int>(
            ui::Lane::Build, QStringLiteral("Endless"),
            [&](const Control& control) -> Result<int> {
                running = true;
                while (!control.cancel_requested())
                    QThread::msleep(1);
                stopped = true;
                return cancelled();
            },
            &window, [](Result<int>) { QFAIL("nobody is there to be told"); });
        QTRY_VERIFY(running);
        QVERIFY(window.close());
        QVERIFY(!window.isVisible());
    }
    QVERIFY(stopped); // the thread has ended with the window
}

void TestMainWindow::layoutIsRestored() {
    MainWindow window(withoutMemory(), false);
    window.show();
    const auto docks = window.findChildren<Dock*>();
    QVERIFY(docks.size() >= 2);
    for (Dock* dock : docks) {
        QVERIFY(dock->features().testFlag(QDockWidget::DockWidgetMovable));
        QVERIFY(dock->features().testFlag(QDockWidget::DockWidgetClosable));
        dock->close();
        QVERIFY(dock->isHidden());
    }
    docks.first()->setFloating(true);
    window.command("view.layout")->trigger();
    for (const Dock* dock : docks) {
        QVERIFY(!dock->isHidden());
        QVERIFY(!dock->isFloating());
    }
}

void TestMainWindow::openPanelTakesThreeFiles() {
    MainWindow window(withoutMemory(), false);
    window.show();
    window.command("file.openWith")->trigger();
    auto* panel = window.findChild<ui::OpenPanel*>();
    QVERIFY(panel && panel->isVisible() && !panel->isModal());
    QVERIFY(!panel->openButton()->isEnabled());
    panel->baseField()->setText(writeCsv(m_folder, QStringLiteral("base.csv"), 200));
    panel->queriesField()->setText(writeCsv(m_folder, QStringLiteral("queries.csv"), 10));
    QVERIFY(panel->openButton()->isEnabled());
    QTest::mouseClick(panel->openButton(), Qt::LeftButton);
    QTRY_COMPARE(window.session()->datasets().size(), 1u);
    const DatasetPtr data = window.session()->current();
    QCOMPARE(data->base.size(), 200u);
    QCOMPARE(data->queries.size(), 10u);
    QVERIFY(data->queries_from == QueriesFrom::File);
}

void TestMainWindow::everyCommandHasTextAndSettingsAreKept() {
    {
        MainWindow window(Settings{}, true);
        window.show();
        for (const QAction* action : window.actions())
            QVERIFY2(!action->text().isEmpty(), qPrintable(action->objectName()));
        QCOMPARE(window.command("file.open")->shortcut(), QKeySequence(Qt::CTRL | Qt::Key_O));
        window.header()->setK(25);
        drop(window, {writeCsv(m_folder, QStringLiteral("recent.csv"), 100)});
        QTRY_COMPARE(window.session()->datasets().size(), 1u);
        window.close();
    }
    const Settings settings = loadSettings();
    QCOMPARE(settings.k, 25);
    QCOMPARE(settings.recentFiles.first(), m_folder.filePath(QStringLiteral("recent.csv")));
    QVERIFY(!settings.layout.isEmpty());
}

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
