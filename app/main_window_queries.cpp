// SPDX-License-Identifier: GPL-3.0-or-later
// The queries by recall and difficulty in the window.
#include "app/main_window.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/queries_panel.h"

namespace annscope {

void MainWindow::createQueries() {
    m_queries =
        new ui::QueriesPanel(m_jobs, m_session->runs(), m_session->selection(), m_session->filters(), this);
    connect(m_queries, &ui::QueriesPanel::emptyTriggered, this, &MainWindow::startFromEmpty);
    connect(m_queries, &ui::QueriesPanel::failed, this, [this](const QString& sentence) {
        m_messages->showMessage(ui::MessageBar::Kind::Error, sentence);
    });
}

void MainWindow::showQueries() {
    m_queries->setData(m_session->current(), static_cast<std::size_t>(m_header->k()));
}

} // namespace annscope
