// SPDX-License-Identifier: GPL-3.0-or-later
// The map of the data and what links it to the other views.
#include "app/main_window.h"
#include "ui/panels/map_panel.h"

namespace annscope {

void MainWindow::createMap() {
    m_map = new ui::MapPanel(m_jobs, m_session->runs(), m_session->selection(), m_session->filters(), this);
    connect(m_map, &ui::MapPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
}

void MainWindow::showMap() {
    m_map->setData(m_session->current());
    m_map->setIndex(selectedIndex());
}

} // namespace annscope
