// SPDX-License-Identifier: GPL-3.0-or-later
// What the window shows, as pictures.
#include "app/dock.h"
#include "app/main_window.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/queries_panel.h"
#include "ui/views/cell_chart.h"
#include "ui/views/graph_canvas.h"
#include "ui/views/pareto_chart.h"
#include "ui/views/picture_export.h"
#include "ui/views/polar_view.h"
#include "ui/views/query_histogram.h"
#include "ui/views/voronoi_view.h"

#include <string_view>
#include <utility>

namespace annscope {

/// The fastest run with a recall of 0.95, else the best one.
void MainWindow::showExample() {
    const DatasetPtr current = m_session->current();
    const ui::Run* best = nullptr;
    for (const ui::Run& run : m_session->runs()->runs()) {
        if (!run.index || run.index->dataset != current)
            continue;
        const auto rank = [](const ui::Run& r) {
            return r.point.recall >= 0.95 ? std::pair(1.0, r.point.qps) : std::pair(0.0, r.point.recall);
        };
        if (!best || rank(run) > rank(*best))
            best = &run;
    }
    if (best)
        m_session->selection()->setRun(best->id);
    if (current && !current->queries.empty())
        m_session->selection()->setQuery(0);
}

void MainWindow::bringUp(const char* view) {
    dock(std::string_view(view) == "cell-sizes" ? "cells" : view)->bringUp();
}

QImage MainWindow::picture(const char* view, double scale) {
    const std::string_view name = view;
    if (name == "curve")
        return ui::pictureImage(m_curve->chart()->picture(), scale);
    if (name == "graph" && m_graphIndex)
        return ui::pictureImage(ui::withTitles(m_graph->canvas()->picture()), scale);
    if (name == "cells" && m_cellsIndex)
        return ui::pictureImage(ui::withTitles(m_cells->map()->isVisible() ? m_cells->map()->picture()
                                                                           : m_cells->polar()->picture()),
                                scale);
    if (name == "cell-sizes" && m_cellsIndex)
        return ui::pictureImage(ui::withTitles(m_cells->chart()->picture()), scale);
    if (name == "map" && m_map->ready())
        return ui::pictureImage(ui::withTitles(m_map->picture()), scale);
    if (name == "recall" && m_queries->recallHistogram()->content().bins)
        return ui::pictureImage(ui::withTitles(m_queries->recallHistogram()->picture()), scale);
    if (name == "difficulty" && m_queries->difficultyHistogram()->content().bins)
        return ui::pictureImage(ui::withTitles(m_queries->difficultyHistogram()->picture()), scale);
    if (name == "alpha" && m_alpha->pair())
        return ui::pictureImage(ui::withTitles(m_alpha->picture()), scale);
    return {};
}

} // namespace annscope
