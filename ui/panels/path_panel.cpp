// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/path_panel.h"

#include "ui/common/elided_label.h"
#include "ui/panels/query_spin.h"
#include "ui/views/empty_state.h"
#include "ui/views/path_player.h"

#include <QBoxLayout>

namespace annscope::ui {

PathPanel::PathPanel(JobRunner* jobs, Selection* selection, QWidget* parent)
    : QueryPanel(QStringLiteral("path"), QStringLiteral("Vamana32"), jobs, selection, parent) {
    setAccessibleName(tr("Path"));
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(queryBar());
    layout->addWidget(m_player, 1);
    layout->addStretch(0); // the player is small while there is no query
    m_summary->hide();
    setPage(page);
    showEmpty();
}

void PathPanel::describeEmpty(EmptyState& empty) const {
    empty.setContent(tr("No path yet"),
                     tr("Build an index to play how it searches: node after node, cell after cell, with the "
                        "candidate list of each step and what it found so far."),
                     tr("Build Vamana32"));
}

void PathPanel::pathsChanged() {
    const bool queries = !m_built->dataset->queries.empty();
    m_outcome->setText(m_paths[0].path ? outcomeOfPaths()
                       : queries       ? tr("Choose a query to see how %1 searches it.").arg(m_built->title)
                                       : tr("The data set has no queries to follow."));
    m_player->setPictureText(tr("Distance to the query over the steps"), pathSubtitle());
}

} // namespace annscope::ui
