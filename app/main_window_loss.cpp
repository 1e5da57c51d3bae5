// SPDX-License-Identifier: GPL-3.0-or-later
// Why neighbours were missed, and what links it to the other views.
#include "app/dock.h"
#include "app/main_window.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/search_panel.h"

namespace annscope {

void MainWindow::createLoss() {
    m_loss = new ui::LossPanel(m_jobs, m_session->selection(), m_session->filters(), this);
    connect(m_loss, &ui::LossPanel::applyRequested, this,
            [this](const SearchParams& params) { m_search->setParams(params); });
    connect(m_loss, &ui::LossPanel::buildRequested, this, [this](const QString& line) {
        m_build->setConfigurationLine(line);
        dock("build")->bringUp();
    });
    connect(m_loss, &ui::LossPanel::buildSuggested, this, &MainWindow::suggestBuild);
    connect(m_loss, &ui::LossPanel::repairRequested, m_workflow, &Workflow::repair);
    connect(m_loss, &ui::LossPanel::reportChanged, m_map, &ui::MapPanel::setLoss);
}

void MainWindow::showLoss() {
    m_loss->setMostQueries(static_cast<std::size_t>(m_workflow->measureQueries()));
    m_loss->setIndex(selectedIndex());
}

} // namespace annscope
