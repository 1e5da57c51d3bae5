// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/session.h"
#include "app/settings.h"
#include "app/workflow.h"
#include "ui/actions/command.h"
#include "ui/jobs/job_runner.h"

#include <QImage>
#include <QMainWindow>

#include <optional>
#include <utility>
#include <vector>

class QMenu;

namespace annscope {

class Dock;
struct Labels;

namespace ui {
class AlphaLab;
class BuildPanel;
class CellsPanel;
class ComparePanel;
class CompressDialog;
class CurvePanel;
class DataPanel;
class ExportPanel;
class FilterTrail;
class GraphPanel;
class HeaderBar;
class HealthPanel;
class HopsPanel;
class ItemStore;
class JobsPanel;
class LabPanel;
class LiveMeasure;
class LossPanel;
class MapPanel;
class MessageBar;
class OpenPanel;
class PathPanel;
class QueriesPanel;
class RunsPanel;
class SearchPanel;
class StepState;
} // namespace ui

/// The window: creates panels and docks, and connects their signals with the session and the workflow.
class MainWindow : public QMainWindow {
    Q_OBJECT
public:
    /// remember: settings are written when the window closes.
    explicit MainWindow(const Settings& settings, bool remember = true, QWidget* parent = nullptr);
    ~MainWindow() override;

    Session* session() noexcept { return m_session; }
    Workflow* workflow() noexcept { return m_workflow; }
    ui::JobRunner* jobs() noexcept { return m_jobs; }
    ui::MessageBar* messages() noexcept { return m_messages; }
    ui::DataPanel* dataPanel() noexcept { return m_data; }
    ui::ItemStore* items() noexcept { return m_items; }
    ui::HeaderBar* header() noexcept { return m_header; }
    ui::ComparePanel* comparison() noexcept { return m_compare; }
    ui::CurvePanel* curve() noexcept { return m_curve; }
    ui::RunsPanel* runsPanel() noexcept { return m_runs; }
    ui::HealthPanel* health() noexcept { return m_health; }
    ui::HopsPanel* hops() noexcept { return m_hops; }
    ui::MapPanel* map() noexcept { return m_map; }
    ui::QueriesPanel* queries() noexcept { return m_queries; }
    ui::LossPanel* loss() noexcept { return m_loss; }
    ui::LabPanel* laboratory() noexcept { return m_lab; }
    ui::AlphaLab* alphaLaboratory() noexcept { return m_alpha; }
    QAction* command(const char* id) const { return (*m_commands)[id]; }

    /// As if dropped on the window.
    void openPaths(const QStringList& paths);
    void open(const OpenOptions& options);
    void openSample(const QStringList& configurations = {});
    /// The start of the program: vectors (none: the sample), then these indexes.
    void start(const std::optional<OpenOptions>& vectors, const QStringList& configurations);
    /// Selects a good run and a query, so that every view has something to show (for pictures).
    void showExample();
    /// The dock with that id in front, so that it has its size.
    void bringUp(const char* view);
    /// "curve", "graph", "cells", "cell-sizes", "map", "recall", "difficulty" or "alpha" with title, axes and
    /// units; null where it has nothing to show. scale: pixels per pixel of the window.
    QImage picture(const char* view, double scale);
    void restoreDefaultLayout();
    /// What would be written now.
    Settings currentSettings() const;

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    // main_window.cpp
    void createPanels();
    void createDocks();
    void connectSession();
    void connectPanels();
    void connectCurve(); // main_window_curve.cpp
    Dock* addDock(const QString& id, const QString& title, QWidget* content);
    Dock* dock(const char* id) const;
    void showExpansion();
    void showCurrent();
    void chooseFile();
    void showOpenPanel();
    void showCompressDialog();
    void compressed(const DatasetPtr& dataset, const CompressOptions& options, const CompressFiles& files,
                    double lost);
    void updateTitle();
    void sweepSelected();
    BuiltIndexPtr selectedIndex() const;
    // main_window_items.cpp
    void createItems();
    void showLabels();
    // main_window_views.cpp
    void createViews();
    void connectViews();
    void buildLine(const QString& line);
    void suggestBuild(const QString& factory);
    void showExport();
    void startFromEmpty();
    void updateEmptyTexts();
    void showIndexes();
    void showHops();
    void sharePlayers();
    void tellRepair(const BuiltIndexPtr& original, const BuiltIndexPtr& repaired);
    BuiltIndexPtr indexWith(bool (*has)(const Index&), const BuiltIndexPtr& shown) const;
    void showSearch(const SearchParams& params, std::size_t k);
    // main_window_map.cpp
    void createMap();
    void showMap();
    // main_window_queries.cpp
    void createQueries();
    void showQueries();
    // main_window_loss.cpp
    void createLoss();
    void showLoss();
    // main_window_menus.cpp
    void createCommands();
    void createMenus();
    void createThemeMenu(QMenu* view);
    void createMeasureMenu(QMenu* run);
    void fillRecentMenu();
    void closeCurrent();
    void buildNow();
    void showHelp();

    Settings m_settings;
    const bool m_remember;
    ui::JobRunner* m_jobs;
    Session* m_session;
    Workflow* m_workflow;
    ui::CommandSet* m_commands;
    ui::HeaderBar* m_header = nullptr;
    ui::MessageBar* m_messages = nullptr;
    ui::FilterTrail* m_trail = nullptr;
    ui::DataPanel* m_data = nullptr;
    ui::ItemStore* m_items = nullptr;
    std::shared_ptr<const Labels> m_labels; ///< that the map has
    ui::JobsPanel* m_jobsPanel = nullptr;
    ui::CurvePanel* m_curve = nullptr;
    ui::ComparePanel* m_compare = nullptr;
    ui::RunsPanel* m_runs = nullptr;
    ui::SearchPanel* m_search = nullptr;
    ui::GraphPanel* m_graph = nullptr;
    ui::CellsPanel* m_cells = nullptr;
    ui::PathPanel* m_path = nullptr;
    ui::StepState* m_steps = nullptr; ///< of the path that is played
    ui::HealthPanel* m_health = nullptr;
    ui::HopsPanel* m_hops = nullptr;
    ui::MapPanel* m_map = nullptr;
    ui::QueriesPanel* m_queries = nullptr;
    ui::LossPanel* m_loss = nullptr;
    ui::LabPanel* m_lab = nullptr;
    ui::AlphaLab* m_alpha = nullptr;
    ui::BuildPanel* m_build = nullptr;
    ui::ExportPanel* m_export = nullptr;
    ui::LiveMeasure* m_live = nullptr;
    ui::OpenPanel* m_openPanel = nullptr;
    ui::CompressDialog* m_compress = nullptr;
    QMenu* m_recentMenu = nullptr;
    QWidget* m_help = nullptr;
    BuiltIndexPtr m_graphIndex, m_cellsIndex; ///< shown in those views
    bool m_pathInFront = false;               ///< its player is in view: the pictures need none
    bool m_example = false; ///< the sample is shown as it came: graph and cells keep its points in the plane
    std::vector<Dock*> m_docks;
};

} // namespace annscope
