// SPDX-License-Identifier: GPL-3.0-or-later
// What the program is for, from a file to an exported configuration, by clicks and keys on the widgets that a
// person uses. On fashion-mnist where it is there, else on generated clusters. Under X where the test's
// environment has it (tests/CMakeLists.txt), else offscreen. ANNSCOPE_SHOTS=FOLDER keeps a picture of each
// step in light and dark.
#include "app/dock.h"
#include "app/main_window.h"
#include "data/dataset.h"
#include "test_data.h"
#include "ui/common/factory_edit.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/runs_panel.h"
#include "ui/panels/search_panel.h"
#include "ui/views/pareto_chart.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QLineEdit>
#include <QMimeData>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

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
    std::unique_ptr<MainWindow> m_window;

private slots:
    void initTestCase();
    void cleanupTestCase() { m_window.reset(); }
    void opensVectors();
    void buildsTwoIndexesAndSweeps();
    void exportsTheConfiguration();
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
    m_window->resize(1600, 1000);
    m_window->show();
    QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
}

/// A picture of the whole window in both themes.
void TestClickThrough::shot(const char* name) {
    const QString folder = qEnvironmentVariable("ANNSCOPE_SHOTS");
    if (folder.isEmpty())
        return;
    QDir().mkpath(folder);
    for (const auto& [theme, suffix] :
         {std::pair(ui::Theme::Dark, "dark"), std::pair(ui::Theme::Light, "light")}) {
        ui::applyTheme(*qApp, theme);
        QTest::qWait(300); // canvases draw beside the GUI thread
        const QString path =
            QStringLiteral("%1/%2-%3.png").arg(folder, QLatin1String(name), QLatin1String(suffix));
        QVERIFY2(m_window->grab().save(path), qPrintable(path));
    }
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

void TestClickThrough::exportsTheConfiguration() {
    m_window->command("run.export")->trigger();
    auto* panel = m_window->findChild<ui::ExportPanel*>();
    QTest::mouseClick(panel->copyButton(), Qt::LeftButton);
    QCOMPARE(QApplication::clipboard()->text(), panel->text());
    QVERIFY(!panel->text().isEmpty());
    shot("9-exported");
}

QTEST_MAIN(TestClickThrough)
#include "tst_click_through.moc"
