// SPDX-License-Identifier: GPL-3.0-or-later
// The controls of the map and what they say of themselves.
#include "ui/common/flow_layout.h"
#include "ui/common/icons.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/query_spin.h"
#include "ui/views/empty_state.h"
#include "ui/views/map_canvas.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QSpinBox>
#include <QStackedWidget>
#include <QToolButton>

namespace annscope::ui {

void MapPanel::fillColors() {
    const std::pair<MapColor, QString> colors[] = {{MapColor::Plain, tr("one colour")},
                                                   {MapColor::Density, tr("density")},
                                                   {MapColor::Cell, tr("cell")},
                                                   {MapColor::Label, tr("label")},
                                                   {MapColor::Recall, tr("recall of the queries")},
                                                   {MapColor::Probed, tr("visited order")},
                                                   {MapColor::Distance, tr("distance to the query")}};
    for (const auto& [color, text] : colors)
        m_color->addItem(text, static_cast<int>(color));
    m_color->setCurrentIndex(m_color->findData(static_cast<int>(MapColor::Probed)));
    m_color->setToolTip(tr("By what the points are coloured. Cells: of the selected index. Recall: of the "
                           "selected run.\nVisited order: the cells or hops in which the selected query's "
                           "search met the vectors.\nClick the legend and only that part stands out."));
}

QWidget* MapPanel::buildBar() {
    m_method->setObjectName(QStringLiteral("mapMethod"));
    m_method->setAccessibleName(tr("Projection"));
    m_method->addItem(tr("PCA"), static_cast<int>(MapOptions::Method::Pca));
    m_method->addItem(tr("UMAP"), static_cast<int>(MapOptions::Method::Umap));
    m_method->setToolTip(
        tr("How the vectors are laid out in the plane.\nPCA: the two axes of largest variance; "
           "quick, and far stays far.\nUMAP: neighbours stay neighbours, clusters come "
           "apart;\ndistances between clusters say little. Takes seconds to minutes."));
    m_neighbours->setObjectName(QStringLiteral("mapNeighbours"));
    m_neighbours->setAccessibleName(tr("Neighbours of UMAP"));
    m_neighbours->setRange(2, 200);
    m_neighbours->setValue(15);
    m_neighbours->setSuffix(tr(" neighbours"));
    m_neighbours->setToolTip(
        tr("UMAP: neighbours that each vector is kept near to, 2..200.\nFewer: fine local "
           "structure. More: the broad one, and slower."));
    m_neighbours->hide();
    m_color->setObjectName(QStringLiteral("mapColor"));
    m_color->setAccessibleName(tr("Colour by"));
    fillColors();
    m_queriesBox->setObjectName(QStringLiteral("mapQueries"));
    m_queriesBox->setChecked(true);
    m_queriesBox->setToolTip(tr("Show the queries as crosses. Click one to see its search.\nShift and a drag "
                                "take those inside a loop, with Ctrl inside a rectangle."));
    m_missesBox->setObjectName(QStringLiteral("mapMisses"));
    m_missesBox->setToolTip(
        tr("Ring the vectors that searches of the selected index miss, larger the more "
           "queries miss them.\nNeeds the Loss view's report; counts the queries that pass "
           "the filters."));
    m_fit->setIcon(icon(QStringLiteral("fit")));
    m_fit->setAutoRaise(true);
    m_fit->setAccessibleName(tr("Fit to window"));
    m_fit->setToolTip(tr("Show the whole map (0, or double click)"));
    m_zoom->setObjectName(QStringLiteral("mapZoom"));
    m_zoom->setIcon(icon(QStringLiteral("search")));
    m_zoom->setAutoRaise(true);
    m_zoom->setAccessibleName(tr("Zoom to the query"));
    m_zoom->setToolTip(tr("Zoom to the query and its true neighbours (Z)"));
    auto* bar = new QWidget(this);
    auto* flow = new FlowLayout(bar, 8);
    flow->setContentsMargins(0, 0, 0, 0);
    const int height = m_method->sizeHint().height(); // one line of different widgets stands on one base
    for (QWidget* widget : std::initializer_list<QWidget*>{m_query, m_method, m_neighbours, m_color,
                                                           m_queriesBox, m_missesBox, m_zoom, m_fit}) {
        widget->setFixedHeight(height);
        flow->addWidget(widget);
    }
    return bar;
}

QWidget* MapPanel::buildProgress() {
    m_working->setObjectName(QStringLiteral("mapWorking"));
    m_phase->setForegroundRole(QPalette::PlaceholderText);
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_progress->setFixedHeight(6);
    m_cancel->setObjectName(QStringLiteral("mapCancel"));
    m_cancel->setIcon(icon(QStringLiteral("close")));
    m_cancel->setAutoRaise(true);
    m_cancel->setAccessibleName(tr("Stop laying out"));
    m_cancel->setToolTip(tr("Stop laying out; the map that was there comes back"));
    auto* layout = new QHBoxLayout(m_working);
    layout->setContentsMargins(8, 0, 4, 0);
    layout->setSpacing(8);
    layout->addWidget(m_phase);
    layout->addWidget(m_progress, 1);
    layout->addWidget(m_cancel);
    m_working->hide();
    return m_working;
}

void MapPanel::buildLayout() {
    m_summary->setObjectName(QStringLiteral("mapSummary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_outcome->setObjectName(QStringLiteral("mapOutcome"));
    auto* texts = new QVBoxLayout;
    texts->setContentsMargins(8, 0, 8, 4);
    texts->setSpacing(2);
    texts->addWidget(m_summary);
    texts->addWidget(m_outcome);
    auto* page = new QWidget(this);
    auto* pageLayout = new QVBoxLayout(page);
    pageLayout->setContentsMargins(0, 0, 0, 0);
    pageLayout->setSpacing(2);
    auto* bar = new QVBoxLayout;
    bar->setContentsMargins(8, 4, 8, 2);
    bar->addWidget(buildBar());
    pageLayout->addLayout(bar);
    pageLayout->addLayout(texts);
    pageLayout->addWidget(m_canvas, 1);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_stack, 1);
    layout->addWidget(buildProgress());
}

} // namespace annscope::ui
