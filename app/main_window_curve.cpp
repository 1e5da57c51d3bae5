// SPDX-License-Identifier: GPL-3.0-or-later
// The curve, the runs and their comparison: one recall line, one set of filters.
#include "app/dock.h"
#include "app/main_window.h"
#include "ui/panels/compare_panel.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/message_bar.h"
#include "ui/panels/runs_panel.h"

namespace annscope {

void MainWindow::connectCurve() {
    ui::ParetoChart* chart = m_curve->chart();
    connect(m_header, &ui::HeaderBar::targetRecallChanged, chart, &ui::ParetoChart::setTargetRecall);
    connect(chart, &ui::ParetoChart::targetRecallChanged, m_header, &ui::HeaderBar::setTargetRecall);
    m_header->setTargetRecall(m_settings.targetRecall);
    chart->setTargetRecall(m_header->targetRecall());
    m_runs->setFilters(m_session->filters());

    connect(m_runs, &ui::RunsPanel::compareRequested, this, [this](const QList<qint64>& runs) {
        m_compare->set()->set(runs);
        dock("compare")->bringUp();
        if (runs.size() > ui::CompareSet::kMost)
            m_messages->showMessage(
                ui::MessageBar::Kind::Info,
                tr("The first %1 of %2 runs are compared.").arg(ui::CompareSet::kMost).arg(runs.size()));
    });
    connect(chart, &ui::ParetoChart::compareRequested, this, [this](qint64 run) {
        if (m_compare->set()->isFull())
            return m_messages->showMessage(
                ui::MessageBar::Kind::Info,
                tr("The comparison holds %1 runs; take one out first, by a right click on its column.")
                    .arg(ui::CompareSet::kMost));
        m_compare->set()->add(run);
        if (m_compare->set()->runs().size() > 1)
            return dock("compare")->bringUp();
        m_messages->showMessage(ui::MessageBar::Kind::Info,
                                tr("%1 is in the comparison; add another run to set it against.")
                                    .arg(ui::configurationText(*m_session->runs()->run(run))));
    });
    connect(chart, &ui::ParetoChart::recallScaleChanged, m_compare, &ui::ComparePanel::setRecallScale);
    connect(m_compare, &ui::ComparePanel::emptyTriggered, this, [this] { dock("runs")->bringUp(); });
    connect(m_compare, &ui::ComparePanel::failed, this, [this](const QString& sentence) {
        m_messages->showMessage(ui::MessageBar::Kind::Error, sentence);
    });
}

} // namespace annscope
