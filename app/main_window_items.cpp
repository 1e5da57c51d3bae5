// SPDX-License-Identifier: GPL-3.0-or-later
// What the rows stand for: cards wherever a row or a query is, labels for the map.
#include "app/main_window.h"
#include "ui/models/item_store.h"
#include "ui/models/loss_misses_model.h"
#include "ui/models/loss_queries_model.h"
#include "ui/models/queries_model.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/data_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/item_box.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/queries_panel.h"
#include "ui/panels/queries_table.h"
#include "ui/views/candidate_model.h"
#include "ui/views/item_card.h"
#include "ui/views/map_canvas.h"

#include <QAbstractProxyModel>
#include <QTableView>

#include <algorithm>

namespace annscope {
namespace {

const QAbstractItemModel* sourceOf(const QAbstractItemModel* model) {
    while (const auto* proxy = qobject_cast<const QAbstractProxyModel*>(model))
        model = proxy->sourceModel();
    return model;
}

ui::MapLabelsPtr mapLabels(const Labels& labels) {
    auto result = std::make_shared<ui::MapLabels>();
    result->name = QString::fromStdString(labels.description);
    result->base = labels.base;
    for (const std::string& name : labels.names)
        result->names.push_back(QString::fromStdString(name));
    return result;
}

} // namespace

void MainWindow::createItems() {
    m_items = new ui::ItemStore(m_jobs, this);
    m_data->items()->setStore(m_items);
    connect(m_items, &ui::ItemStore::changed, this, &MainWindow::showLabels);
    const auto cardsOver = [this](QWidget* panel, const BuiltIndexPtr& index) {
        for (auto* table : panel->findChildren<QTableView*>())
            if (qobject_cast<const ui::CandidateModel*>(sourceOf(table->model())))
                new ui::ItemCardForTable(table, [&index](const QModelIndex& cell) {
                    ui::ItemCard::Content content;
                    if (index)
                        content.key = {index->dataset, cell.data(ui::CandidateModel::IdRole).toLongLong(),
                                       false};
                    return content;
                });
    };
    cardsOver(m_graph, m_graphIndex);
    cardsOver(m_cells, m_cellsIndex);
    // Over the column that names it: over the others the table's own tooltips tell of the reason.
    const auto missed = [this](QAbstractItemView* table, int column, int role, bool query) {
        new ui::ItemCardForTable(table, [this, column, role, query](const QModelIndex& cell) {
            const BuiltIndexPtr built = m_loss->study()->subject().built;
            const qint64 row = cell.column() == column ? cell.data(role).toLongLong() : -1;
            return ui::ItemCard::Content{{built ? built->dataset : nullptr, row, query}, {}, {}};
        });
    };
    missed(m_loss->misses(), ui::LossMissesModel::Vector, ui::LossMissesModel::SortRole, false);
    missed(m_loss->queries(), ui::LossQueriesModel::Query, ui::LossQueriesModel::SortRole, true);
    new ui::ItemCardForTable(m_queries->table(), [this](const QModelIndex& cell) {
        const qint64 row = cell.data(ui::QueriesModel::RowRole).toLongLong();
        return ui::ItemCard::Content{{m_session->current(), row, true}, {}, {}};
    });
    auto* over = new ui::ItemCardOver(m_map->canvas());
    const auto point = [this, over] {
        const ui::MapCanvas* canvas = m_map->canvas();
        const bool query = canvas->hoveredQuery() >= 0;
        over->point(
            {{m_session->current(), query ? canvas->hoveredQuery() : canvas->hoveredRow(), query}, {}, {}});
    };
    connect(m_map->canvas(), &ui::MapCanvas::queryHovered, over, point);
    connect(m_map->canvas(), &ui::MapCanvas::rowHovered, over, point);
    for (auto* card : findChildren<ui::ItemCard*>())
        card->setStore(m_items);
}

void MainWindow::showLabels() {
    const auto labels = m_items->labels(m_session->current());
    if (labels == m_labels)
        return;
    m_labels = labels;
    m_map->setLabels(labels ? mapLabels(*labels) : nullptr);
}

} // namespace annscope
