// SPDX-License-Identifier: GPL-3.0-or-later
// What is done with the selected or shown runs: copies, files, filters.
#include "ui/common/format.h"
#include "ui/models/filter_stack.h"
#include "ui/models/run_text.h"
#include "ui/panels/runs_panel.h"
#include "ui/views/chart_export.h"

#include <QHeaderView>
#include <QTableView>

#include <algorithm>

namespace annscope::ui {

QList<qint64> RunsPanel::selectedRuns() const {
    QModelIndexList rows = m_table->selectionModel()->selectedRows();
    std::ranges::sort(rows, {}, &QModelIndex::row);
    QList<qint64> ids;
    for (const QModelIndex& row : rows)
        ids << row.data(RunsModel::IdRole).toLongLong();
    return ids;
}

QString RunsPanel::tsv() const {
    const QHeaderView* header = m_table->horizontalHeader();
    QList<RunsModel::Column> columns;
    for (int visual = 0; visual < header->count(); ++visual)
        if (const int column = header->logicalIndex(visual); !header->isSectionHidden(column))
            columns << RunsModel::Column(column);
    QList<qint64> ids = selectedRuns();
    if (ids.isEmpty())
        for (int row = 0; row < m_filter->rowCount(); ++row)
            ids << m_filter->index(row, 0).data(RunsModel::IdRole).toLongLong();
    QStringList heading;
    for (const auto column : columns)
        heading << columnKey(column);
    QString text = heading.join(u'\t') + u'\n';
    for (const qint64 id : std::as_const(ids)) {
        QStringList fields;
        for (const auto column : columns) {
            const QVariant value = runValue(*m_model->run(id), column);
            fields << (isTextColumn(column) ? value.toString() : QString::number(value.toDouble(), 'g', 9));
        }
        text += fields.join(u'\t') + u'\n';
    }
    return text;
}

QString RunsPanel::csv() const {
    std::vector<const Run*> runs;
    for (int row = 0; row < m_filter->rowCount(); ++row)
        runs.push_back(m_model->run(m_filter->index(row, 0).data(RunsModel::IdRole).toLongLong()));
    return csvOf(runs);
}

void RunsPanel::saveCsv() {
    const QString path =
        askSavePath(this, tr("Save CSV"), QStringLiteral("annscope runs"), QStringLiteral("csv"));
    if (path.isEmpty())
        return;
    if (const auto problem = saveText(csv(), path))
        emit failed(*problem);
}

void RunsPanel::showOnlySelected() {
    const QList<qint64> ids = selectedRuns();
    if (!m_filters || ids.isEmpty())
        return;
    Filter filter;
    filter.source = QStringLiteral("runs");
    filter.text = ids.size() == 1 ? configurationText(*m_model->run(ids.first()))
                                  : tr("%1 runs").arg(formatCount(qulonglong(ids.size())));
    filter.runs.emplace(ids.begin(), ids.end());
    std::ranges::sort(*filter.runs);
    m_filters->set(std::move(filter));
}

} // namespace annscope::ui
