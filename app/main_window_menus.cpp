// SPDX-License-Identifier: GPL-3.0-or-later
// Commands and menus of the window.
#include "app/dock.h"
#include "app/help_window.h"
#include "app/main_window.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/filter_trail.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/message_bar.h"

#include <QActionGroup>
#include <QApplication>
#include <QMenu>
#include <QMenuBar>
#include <QVBoxLayout>

namespace annscope {
namespace {

QString id(const char* text) {
    return QString::fromLatin1(text);
}

} // namespace

void MainWindow::createCommands() {
    const auto hasData = [this] { return m_session->current() != nullptr; };
    m_commands->add({id("file.open"),
                     tr("&Open…"),
                     tr("Open vectors from a file"),
                     id("open"),
                     {QKeySequence::Open},
                     {},
                     [this] { chooseFile(); }});
    m_commands->add({id("file.openWith"),
                     tr("Open &with choices…"),
                     tr("Base, queries and truth from up to three files; another metric"),
                     {},
                     {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O)},
                     {},
                     [this] { showOpenPanel(); }});
    m_commands->add({id("file.sample"),
                     tr("Open the &sample"),
                     tr("200 points and 20,000 vectors, generated"),
                     {},
                     {},
                     {},
                     [this] { openSample(); }});
    m_commands->add({id("file.compress"),
                     tr("Co&mpress data set…"),
                     tr("Fewer vectors that stand for all of the current data set, written to a file"),
                     {},
                     {},
                     hasData,
                     [this] { showCompressDialog(); }});
    m_commands->add({id("file.close"),
                     tr("&Close data set"),
                     tr("Closes the current data set and its indexes"),
                     {},
                     {QKeySequence::Close},
                     hasData,
                     [this] { closeCurrent(); }});
    m_commands->add({id("file.quit"), tr("&Quit"), {}, {}, {QKeySequence(Qt::CTRL | Qt::Key_Q)}, {}, [this] {
                         close();
                     }});
    m_commands->add({id("run.build"),
                     tr("&Build"),
                     tr("Builds what the Build panel says, then sweeps it"),
                     id("build"),
                     {QKeySequence(Qt::CTRL | Qt::Key_B)},
                     {},
                     [this] { buildNow(); }});
    m_commands->add({id("run.sweep"),
                     tr("&Sweep"),
                     tr("Measures recall and speed of the selected index over its search parameters"),
                     id("sweep"),
                     {QKeySequence(Qt::CTRL | Qt::Key_R)},
                     [this] { return selectedIndex() != nullptr; },
                     [this] { sweepSelected(); }});
    m_commands->add({id("run.cancel"),
                     tr("&Cancel the running job"),
                     {},
                     {},
                     {QKeySequence(Qt::CTRL | Qt::Key_Period)},
                     [this] { return !m_jobs->active().empty(); },
                     [this] {
                         for (const ui::JobStatus& job : m_jobs->active())
                             if (job.lane != ui::Lane::Interactive)
                                 return m_jobs->cancel(job.id);
                     }});
    constexpr int kShifted = Qt::CTRL | Qt::SHIFT;
    const std::pair<const char*, int> views[] = {
        {"curve", Qt::CTRL | Qt::Key_1},   {"graph", Qt::CTRL | Qt::Key_2},
        {"cells", Qt::CTRL | Qt::Key_3},   {"runs", Qt::CTRL | Qt::Key_4},
        {"search", Qt::CTRL | Qt::Key_5},  {"data", Qt::CTRL | Qt::Key_6},
        {"build", Qt::CTRL | Qt::Key_7},   {"export", Qt::CTRL | Qt::Key_8},
        {"jobs", Qt::CTRL | Qt::Key_9},    {"lab", Qt::CTRL | Qt::Key_0},
        {"health", Qt::CTRL | Qt::Key_H},  {"hops", Qt::CTRL | Qt::Key_J},
        {"alpha", kShifted | Qt::Key_A},   {"map", Qt::CTRL | Qt::Key_M},
        {"compare", kShifted | Qt::Key_C}, {"queries", kShifted | Qt::Key_Q},
        {"loss", Qt::CTRL | Qt::Key_L},    {"path", kShifted | Qt::Key_P},
    };
    for (const auto& [name, key] : views)
        m_commands->add(
            {QStringLiteral("go.") + id(name), {}, {}, {}, {QKeySequence(key)}, {}, [this, name = name] {
                 dock(name)->bringUp();
             }});
    m_commands->add({id("run.export"),
                     tr("&Export"),
                     tr("The selected configuration for another system"),
                     id("export"),
                     {QKeySequence(Qt::CTRL | Qt::Key_E)},
                     {},
                     [this] {
                         dock("export")->bringUp();
                         m_export->focusText();
                     }});
    m_commands->add({id("view.layout"), tr("Restore default &layout"), {}, {}, {}, {}, [this] {
                         restoreDefaultLayout();
                     }});
    m_commands->add({id("help.help"),
                     tr("&Help"),
                     tr("A walk through the program, and its keys"),
                     id("help"),
                     {QKeySequence(Qt::Key_F1)},
                     {},
                     [this] { showHelp(); }});
}

void MainWindow::createMenus() {
    QList<QAction*> headerActions{command("file.open"), command("run.build"), command("run.sweep"),
                                  command("run.export")};
    m_header = new ui::HeaderBar(m_jobs, headerActions, this);
    m_header->setK(m_settings.k);

    auto* bar = new QMenuBar(this);
    QMenu* file = bar->addMenu(tr("&File"));
    file->addAction(command("file.open"));
    file->addAction(command("file.openWith"));
    m_recentMenu = file->addMenu(tr("Open &recent"));
    fillRecentMenu();
    file->addAction(command("file.sample"));
    file->addSeparator();
    file->addAction(command("file.compress"));
    file->addAction(command("file.close"));
    file->addSeparator();
    file->addAction(command("file.quit"));

    QMenu* edit = bar->addMenu(tr("&Edit"));
    QAction* undo = m_session->undo()->createUndoAction(this, tr("&Undo"));
    undo->setShortcut(QKeySequence::Undo);
    undo->setIcon(ui::icon(id("undo")));
    QAction* redo = m_session->undo()->createRedoAction(this, tr("&Redo"));
    redo->setShortcut(QKeySequence::Redo);
    redo->setIcon(ui::icon(id("redo")));
    edit->addActions({undo, redo});
    addActions({undo, redo});

    QMenu* run = bar->addMenu(tr("&Run"));
    run->addAction(command("run.build"));
    run->addAction(command("run.sweep"));
    createMeasureMenu(run);
    run->addSeparator();
    run->addAction(command("run.export"));
    run->addAction(command("run.cancel"));

    QMenu* view = bar->addMenu(tr("&View"));
    view->setObjectName(id("viewMenu"));
    connect(view, &QMenu::aboutToShow, this, [this, view] {
        if (!view->property("filled").toBool()) {
            QAction* first = view->actions().isEmpty() ? nullptr : view->actions().first();
            for (Dock* each : m_docks)
                view->insertAction(first, each->toggleViewAction());
            QMenu* go = new QMenu(tr("&Go to"), view);
            for (const Dock* each : m_docks)
                go->addAction(command(qPrintable(QStringLiteral("go.") + each->objectName())));
            view->insertMenu(first, go);
            view->setProperty("filled", true);
        }
    });
    view->addSeparator();
    createThemeMenu(view);
    view->addAction(command("view.layout"));

    QMenu* help = bar->addMenu(tr("&Help"));
    help->addAction(command("help.help"));

    auto* top = new QWidget(this);
    auto* layout = new QVBoxLayout(top);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(bar);
    layout->addWidget(m_header);
    layout->addWidget(m_messages);
    layout->addWidget(m_trail);
    setMenuWidget(top);
}

void MainWindow::createThemeMenu(QMenu* view) {
    QMenu* menu = view->addMenu(tr("&Theme"));
    auto* group = new QActionGroup(menu);
    const std::pair<ui::Theme, QString> themes[] = {{ui::Theme::System, tr("As the &desktop")},
                                                    {ui::Theme::Light, tr("&Light")},
                                                    {ui::Theme::Dark, tr("D&ark")}};
    for (const auto& [theme, text] : themes) {
        QAction* action = menu->addAction(text);
        action->setCheckable(true);
        action->setChecked(theme == ui::theme());
        group->addAction(action);
        connect(action, &QAction::triggered, this, [theme = theme] { ui::applyTheme(*qApp, theme); });
    }
}

void MainWindow::createMeasureMenu(QMenu* run) {
    QMenu* menu = run->addMenu(tr("&Measure with"));
    auto* group = new QActionGroup(menu);
    for (const int count : {100, 1000, 10000, 0}) {
        QAction* action =
            menu->addAction(count ? tr("%1 queries").arg(ui::formatCount(static_cast<qulonglong>(count)))
                                  : tr("All queries"));
        action->setCheckable(true);
        action->setChecked(count == m_workflow->measureQueries());
        group->addAction(action);
        connect(action, &QAction::triggered, this, [this, count] { m_workflow->setMeasureQueries(count); });
    }
}

void MainWindow::fillRecentMenu() {
    m_recentMenu->clear();
    for (const QString& path : m_settings.recentFiles) {
        QAction* action =
            m_recentMenu->addAction(QString(path).replace(QLatin1Char('&'), QLatin1String("&&")));
        connect(action, &QAction::triggered, this, [this, path] { openPaths({path}); });
    }
    if (!m_settings.recentFiles.isEmpty()) {
        m_recentMenu->addSeparator();
        connect(m_recentMenu->addAction(tr("&Forget these")), &QAction::triggered, this, [this] {
            m_settings.recentFiles.clear();
            fillRecentMenu();
        });
    }
    m_recentMenu->setEnabled(!m_settings.recentFiles.isEmpty());
}

void MainWindow::closeCurrent() {
    const DatasetPtr current = m_session->current();
    if (!current)
        return;
    m_session->closeDataset(current);
    m_messages->showWithAction(ui::MessageBar::Kind::Info,
                               tr("%1 was closed.").arg(QString::fromStdString(current->name)), tr("Undo"),
                               [this] { m_session->undo()->undo(); });
}

/// Builds, or shows where to say what: the panel tells by its line why it cannot.
void MainWindow::buildNow() {
    m_example = false;
    if (m_build->canBuild())
        return m_build->build();
    dock("build")->bringUp();
    m_build->focusLine();
}

void MainWindow::showHelp() {
    if (!m_help)
        m_help = new HelpWindow(this);
    m_help->show();
    m_help->raise();
    m_help->activateWindow();
}

} // namespace annscope
