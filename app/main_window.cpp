// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main_window.h"

#include "app/dock.h"
#include "spec/parser.h"
#include "ui/common/format.h"
#include "ui/models/dropped_files.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/compare_panel.h"
#include "ui/panels/compress_dialog.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/data_panel.h"
#include "ui/panels/expansion_box.h"
#include "ui/panels/export_panel.h"
#include "ui/panels/filter_trail.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/health_panel.h"
#include "ui/panels/hops_panel.h"
#include "ui/panels/jobs_panel.h"
#include "ui/panels/lab_panel.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/open_panel.h"
#include "ui/panels/path_panel.h"
#include "ui/panels/queries_panel.h"
#include "ui/panels/runs_panel.h"
#include "ui/panels/search_panel.h"
#include "ui/views/pareto_chart.h"

#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace annscope {
namespace {

constexpr int kLayoutVersion =
    5; ///< one more whenever a dock comes or goes: an older layout would not place it
/// Beside the curve, from left to right.
constexpr std::array kViews{"queries", "loss", "map",    "graph", "cells",
                            "compare", "lab",  "health", "hops",  "alpha"};

} // namespace

MainWindow::MainWindow(const Settings& settings, bool remember, QWidget* parent)
    : QMainWindow(parent), m_settings(settings), m_remember(remember), m_jobs(new ui::JobRunner(this)),
      m_session(new Session(this)), m_workflow(new Workflow(m_session, m_jobs, this)),
      m_commands(new ui::CommandSet(this)) {
    setObjectName(QStringLiteral("MainWindow"));
    setAcceptDrops(true);
    setDockNestingEnabled(true);
    setDockOptions(dockOptions() | QMainWindow::GroupedDragging);
    setTabPosition(Qt::AllDockWidgetAreas, QTabWidget::North);
    setContextMenuPolicy(Qt::NoContextMenu);
    setMinimumSize(800, 560);
    resize(1280, 800);

    m_workflow->setK(settings.k);
    m_workflow->setMeasureQueries(settings.measureQueries);
    createPanels();
    createCommands();
    createMenus();
    createDocks();
    connectSession();
    connectPanels();
    if (!settings.geometry.isEmpty())
        restoreGeometry(settings.geometry);
    if (settings.layout.isEmpty() || !restoreState(settings.layout, kLayoutVersion))
        restoreDefaultLayout();
    showCurrent();
}

MainWindow::~MainWindow() {
    // Jobs end before what they report to goes away, and panels stop theirs when they are hidden.
    hide();
    delete m_jobs;
}

void MainWindow::createPanels() {
    m_messages = new ui::MessageBar(this);
    m_trail = new ui::FilterTrail(m_session->filters(), m_session->selection(), this);
    m_data = new ui::DataPanel(m_jobs, this);
    m_jobsPanel = new ui::JobsPanel(m_jobs, this);
    createViews();
    createItems();
}

Dock* MainWindow::addDock(const QString& id, const QString& title, QWidget* content) {
    auto* dock = new Dock(id, title, content, this);
    m_docks.push_back(dock);
    command(qPrintable(QStringLiteral("go.") + id))->setText(title);
    return dock;
}

Dock* MainWindow::dock(const char* id) const {
    const auto found = std::ranges::find_if(
        m_docks, [id](const Dock* dock) { return dock->objectName() == QLatin1String(id); });
    return found == m_docks.end() ? nullptr : *found;
}

void MainWindow::createDocks() {
    constexpr int kNarrowestSide = 240; // what the side panels need at 1024x700
    m_data->setMinimumWidth(kNarrowestSide);
    m_build->setMinimumWidth(kNarrowestSide);
    m_search->setMinimumWidth(kNarrowestSide);
    addDock(QStringLiteral("data"), tr("Data"), m_data);
    addDock(QStringLiteral("build"), tr("Build"), m_build);
    addDock(QStringLiteral("curve"), tr("Curve"), m_curve);
    connect(addDock(QStringLiteral("compare"), tr("Compare"), m_compare), &QDockWidget::visibilityChanged,
            m_compare, &ui::ComparePanel::setInFront);
    addDock(QStringLiteral("graph"), tr("Graph"), m_graph);
    addDock(QStringLiteral("cells"), tr("Cells"), m_cells);
    connect(addDock(QStringLiteral("loss"), tr("Loss"), m_loss), &QDockWidget::visibilityChanged, m_loss,
            &ui::LossPanel::setInFront);
    connect(addDock(QStringLiteral("map"), tr("Map"), m_map), &QDockWidget::visibilityChanged, m_map,
            &ui::MapPanel::setInFront);
    connect(addDock(QStringLiteral("queries"), tr("Queries"), m_queries), &QDockWidget::visibilityChanged,
            m_queries, &ui::QueriesPanel::setInFront);
    connect(addDock(QStringLiteral("lab"), tr("Laboratory"), m_lab), &QDockWidget::visibilityChanged, m_lab,
            &ui::LabPanel::setInFront);
    connect(addDock(QStringLiteral("health"), tr("Health"), m_health), &QDockWidget::visibilityChanged,
            m_health, &ui::HealthPanel::setInFront);
    addDock(QStringLiteral("hops"), tr("Hops"), m_hops);
    addDock(QStringLiteral("alpha"), tr("Alpha"), m_alpha);
    addDock(QStringLiteral("runs"), tr("Runs"), m_runs);
    connect(addDock(QStringLiteral("path"), tr("Path"), m_path), &QDockWidget::visibilityChanged, this,
            [this](bool inFront) {
                m_pathInFront = inFront;
                sharePlayers();
            });
    addDock(QStringLiteral("jobs"), tr("Jobs"), m_jobsPanel);
    addDock(QStringLiteral("search"), tr("Search"), m_search);
    addDock(QStringLiteral("export"), tr("Export"), m_export);
}

/// Left: what goes in; centre: the views above the runs; right: the selected configuration.
void MainWindow::restoreDefaultLayout() {
    for (Dock* each : m_docks) {
        each->setFloating(false);
        removeDockWidget(each);
    }
    addDockWidget(Qt::LeftDockWidgetArea, dock("data"));
    splitDockWidget(dock("data"), dock("curve"), Qt::Horizontal);
    splitDockWidget(dock("curve"), dock("search"), Qt::Horizontal);
    splitDockWidget(dock("data"), dock("build"), Qt::Vertical);
    splitDockWidget(dock("curve"), dock("runs"), Qt::Vertical);
    splitDockWidget(dock("search"), dock("export"), Qt::Vertical);
    const char* before = "curve";
    for (const char* view : kViews) {
        tabifyDockWidget(dock(before), dock(view));
        before = view;
    }
    tabifyDockWidget(dock("runs"), dock("path"));
    tabifyDockWidget(dock("path"), dock("jobs"));
    for (Dock* each : m_docks)
        each->show();
    dock("curve")->raise();
    dock("runs")->raise();
    constexpr int kLeft = 288, kRight = 280;
    resizeDocks({dock("data"), dock("curve"), dock("search")}, {kLeft, width() - kLeft - kRight, kRight},
                Qt::Horizontal);
    resizeDocks({dock("data"), dock("build")}, {height() * 38 / 100, height() * 52 / 100}, Qt::Vertical);
    resizeDocks({dock("curve"), dock("runs")}, {height() * 58 / 100, height() * 32 / 100}, Qt::Vertical);
}

void MainWindow::connectSession() {
    connect(m_session, &Session::datasetsChanged, this, &MainWindow::showCurrent);
    connect(m_session, &Session::currentChanged, this, &MainWindow::showCurrent);
    connect(m_session, &Session::indexesChanged, this, &MainWindow::showIndexes);
    connect(m_session->selection(), &ui::Selection::indexChanged, this, [this](qint64 index) {
        m_example = m_example && index < 0;
        showIndexes();
    });
    connect(m_workflow, &Workflow::built, this, [this](const BuiltIndexPtr& index) {
        if (!m_example) // what was just asked for is what is shown
            m_session->selection()->setIndex(index->id);
    });
    connect(m_jobs, &ui::JobRunner::jobAdded, m_commands, &ui::CommandSet::refresh);
    connect(m_jobs, &ui::JobRunner::jobEnded, m_commands, &ui::CommandSet::refresh);

    connect(m_workflow, &Workflow::failed, this, [this](const QString& what, const Error& error) {
        m_messages->showError(what, error);
        m_data->showMetricOf(m_session->current());
    });
    connect(m_workflow, &Workflow::compressed, this, &MainWindow::compressed);
    connect(m_workflow, &Workflow::cancelled, this, [this] { m_data->showMetricOf(m_session->current()); });
    connect(m_workflow, &Workflow::opened, this, [this](const DatasetPtr& dataset) {
        m_messages->dismiss();
        if (const auto options = m_session->openedWith(dataset)) {
            m_settings.addRecent(QString::fromStdString(options->base.string()));
            fillRecentMenu();
        }
    });
}

void MainWindow::connectPanels() {
    connect(m_header, &ui::HeaderBar::kChanged, this, [this](int k) {
        m_workflow->setK(k);
        m_search->setK(static_cast<std::size_t>(k));
        m_lab->setData(m_session->current(), static_cast<std::size_t>(k));
        m_health->setK(static_cast<std::size_t>(k));
        showHops();
        showQueries();
    });
    connectCurve();
    connectViews();
    connect(m_data, &ui::DataPanel::openRequested, this, &MainWindow::chooseFile);
    connect(m_data, &ui::DataPanel::sampleRequested, m_workflow, [this] { openSample(); });
    connect(m_data, &ui::DataPanel::currentRequested, m_session, &Session::setCurrent);
    connect(m_data, &ui::DataPanel::closeRequested, command("file.close"), &QAction::trigger);
    connect(m_data, &ui::DataPanel::metricRequested, this,
            [this](Metric metric) { m_workflow->reopen(m_session->current(), metric); });
    connect(m_data->expansion(), &ui::ExpansionBox::requested, m_workflow->expansions(),
            [this](const ExpansionOptions& options) {
                m_workflow->expansions()->switchOn(m_session->current(), options);
            });
    connect(m_data->expansion(), &ui::ExpansionBox::switchedOff, m_workflow->expansions(),
            [this] { m_workflow->expansions()->switchOff(m_session->current()); });
    connect(m_workflow->expansions(), &Expansions::changed, this, &MainWindow::showExpansion);
}

void MainWindow::showExpansion() {
    const DatasetPtr current = m_session->current();
    if (!current)
        return;
    const auto entry = m_workflow->expansions()->of(current);
    using State = ui::ExpansionBox::State;
    m_data->expansion()->showState(!entry            ? State::Off
                                   : entry->expanded ? State::On
                                                     : State::Working,
                                   entry ? std::optional(entry->options) : std::nullopt,
                                   !current->queries.empty() && !current->truth.empty(),
                                   current->base.size() - 1);
}

/// The current data set everywhere.
void MainWindow::showCurrent() {
    const DatasetPtr current = m_session->current();
    m_data->setDatasets(m_session->datasets(), current);
    showExpansion();
    m_header->setLargestK(current ? static_cast<int>(current->truth.k) : 0);
    m_trail->setDataset(current);
    m_curve->setDataset(current);
    m_build->setDataset(current);
    if (m_compress)
        m_compress->setDataset(current, m_settings.folder);
    m_lab->setData(current, static_cast<std::size_t>(m_header->k()));
    m_alpha->setData(current);
    showLabels();
    showIndexes();
    updateTitle();
}

void MainWindow::updateTitle() {
    const DatasetPtr current = m_session->current();
    setWindowTitle(current ? tr("%1 - Annscope").arg(QString::fromStdString(current->name)) : tr("Annscope"));
}

/// What Sweep and the views are about: the selected index, else the newest one of the current data.
BuiltIndexPtr MainWindow::selectedIndex() const {
    if (const BuiltIndexPtr selected = m_session->index(m_session->selection()->index()))
        return selected;
    const auto own = m_session->indexesOf(m_session->current());
    return own.empty() ? nullptr : own.back();
}

void MainWindow::sweepSelected() {
    if (const BuiltIndexPtr index = selectedIndex())
        m_workflow->sweep(index);
}

void MainWindow::chooseFile() {
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open vectors"), m_settings.folder, ui::vectorFileFilter());
    if (!path.isEmpty())
        openPaths({path});
}

void MainWindow::showOpenPanel() {
    if (!m_openPanel) {
        m_openPanel = new ui::OpenPanel(this);
        connect(m_openPanel, &ui::OpenPanel::openRequested, this, &MainWindow::open);
    }
    m_openPanel->show();
    m_openPanel->raise();
    m_openPanel->activateWindow();
}

void MainWindow::showCompressDialog() {
    if (!m_compress) {
        m_compress = new ui::CompressDialog(this);
        connect(m_compress, &ui::CompressDialog::compressRequested, m_workflow, &Workflow::compress);
    }
    m_compress->setDataset(m_session->current(), m_settings.folder);
    m_compress->show();
    m_compress->raise();
    m_compress->activateWindow();
}

void MainWindow::compressed(const DatasetPtr& dataset, const CompressOptions& options,
                            const CompressFiles& files, double lost) {
    OpenOptions open;
    open.base = files.centroids;
    open.metric = dataset->metric;
    m_messages->showWithAction(ui::MessageBar::Kind::Info,
                               tr("%1: %2 centroids stand for %3 vectors; %4 of the variance is lost.")
                                   .arg(QString::fromStdString(files.centroids.filename().string()),
                                        ui::formatCount(options.n), ui::formatCount(dataset->base.size()),
                                        ui::formatPercent(lost)),
                               tr("Open"), [this, open] { this->open(open); });
}

void MainWindow::openPaths(const QStringList& paths) {
    for (const OpenOptions& options : ui::datasetsOf(paths))
        open(options);
}

void MainWindow::openSample(const QStringList& configurations) {
    m_example = m_session->datasets().empty();
    m_workflow->openSample(configurations);
}

void MainWindow::open(const OpenOptions& options) {
    m_example = false;
    m_settings.folder = QFileInfo(QString::fromStdString(options.base.string())).absolutePath();
    m_workflow->open(options);
}

void MainWindow::start(const std::optional<OpenOptions>& vectors, const QStringList& configurations) {
    if (!vectors)
        return openSample(configurations);
    if (!configurations.isEmpty())
        connect(
            m_workflow, &Workflow::opened, this,
            [this, configurations](const DatasetPtr& dataset) {
                for (const QString& line : configurations)
                    if (const auto configuration = parse_configuration(line.toStdString()))
                        m_workflow->build(*configuration, dataset);
            },
            Qt::SingleShotConnection);
    open(*vectors);
}

Settings MainWindow::currentSettings() const {
    Settings settings = m_settings;
    settings.geometry = saveGeometry();
    settings.layout = saveState(kLayoutVersion);
    settings.theme = ui::theme();
    settings.configuration = m_build->configurationLine();
    settings.history = m_build->history();
    settings.k = m_header->k();
    settings.targetRecall = m_header->targetRecall();
    settings.measureQueries = m_workflow->measureQueries();
    return settings;
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (m_remember)
        saveSettings(currentSettings());
    m_jobs->cancelAll(); // the destructor waits for what still runs, after the window is gone from the screen
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    const auto urls = event->mimeData()->urls();
    if (std::ranges::any_of(urls, &QUrl::isLocalFile))
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile())
            paths << url.toLocalFile();
    if (paths.isEmpty())
        return;
    event->acceptProposedAction();
    openPaths(paths);
}

} // namespace annscope
