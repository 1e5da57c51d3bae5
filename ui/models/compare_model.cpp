// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/compare_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/models/run_text.h"

#include <QFont>

#include <algorithm>

namespace annscope::ui {

void CompareModel::setContent(std::vector<CompareLine> lines, const std::vector<const Run*>& runs) {
    beginResetModel();
    m_lines = std::move(lines);
    m_heads.clear();
    for (std::size_t i = 0; i < runs.size(); ++i)
        m_heads.push_back({compareLetter(i) + QStringLiteral("  ") +
                               (runs[i]->index ? runs[i]->index->title.section(u'|', 0, 0) : QString()) +
                               u'\n' + paramsText(*runs[i]),
                           configurationText(*runs[i]) + u'\n' + measuredBy(runs[i]->point),
                           seriesDecoration(runs[i]->index)});
    chooseLines();
    endResetModel();
}

void CompareModel::setOnlyDiffering(bool only) {
    if (m_only == only)
        return;
    beginResetModel();
    m_only = only;
    chooseLines();
    endResetModel();
}

void CompareModel::chooseLines() {
    m_shown.clear();
    for (std::size_t i = 0; i < m_lines.size(); ++i)
        if (!m_only || m_lines[i].differs)
            m_shown.push_back(i);
}

std::vector<int> CompareModel::dataRows() const {
    std::vector<int> rows;
    for (std::size_t row = 0; row < m_shown.size(); ++row)
        if (!m_lines[m_shown[row]].heading)
            rows.push_back(int(row));
    return rows;
}

int CompareModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_shown.size());
}

int CompareModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_heads.size());
}

/// "1.48 × A": how many times the first run's number.
QString CompareModel::ratioText(const CompareLine& line, std::size_t run) const {
    const QVariant &own = line.cells[run].value, &first = line.cells.front().value;
    if (run == 0 || line.better == CompareLine::Better::Neither || !own.isValid() || !first.isValid() ||
        first.toDouble() <= 0 || own == first)
        return {};
    return tr("%1 × A").arg(formatNumber(own.toDouble() / first.toDouble()));
}

QVariant CompareModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const CompareLine& line = m_lines[m_shown[std::size_t(index.row())]];
    if (role == HeadingRole)
        return line.heading;
    if (role == DiffersRole)
        return line.differs;
    const auto run = std::size_t(index.column());
    const CompareCell& cell = line.cells[run];
    switch (role) {
    case Qt::DisplayRole:
        return cell.text;
    case Qt::FontRole: {
        QFont font;
        font.setBold(cell.best);
        return font;
    }
    case Qt::ToolTipRole: {
        QStringList texts;
        for (const QString& text : {cell.tooltip, ratioText(line, run)})
            if (!text.isEmpty())
                texts << text;
        return texts.join(u'\n');
    }
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter |
                   (cell.value.userType() == QMetaType::QString ? Qt::AlignLeft : Qt::AlignRight));
    case ValueRole:
        return cell.value;
    case BestRole:
        return cell.best;
    case OddPartsRole: {
        if (!line.differs || cell.value.userType() != QMetaType::QString)
            return {};
        QStringList odd;
        for (const QString& part : cell.text.split(u','))
            if (!std::ranges::all_of(line.cells, [&](const CompareCell& other) {
                    return other.text.split(u',').contains(part);
                }))
                odd << part;
        return odd;
    }
    default:
        return {};
    }
}

QVariant CompareModel::headerData(int section, Qt::Orientation orientation, int role) const {
    return orientation == Qt::Horizontal ? runHead(section, role) : lineHead(section, role);
}

QVariant CompareModel::lineHead(int row, int role) const {
    if (row < 0 || row >= rowCount())
        return {};
    const CompareLine& line = m_lines[m_shown[std::size_t(row)]];
    switch (role) {
    case Qt::DisplayRole:
        return line.label;
    case Qt::ToolTipRole:
        return line.help;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | Qt::AlignLeft);
    case Qt::FontRole: {
        QFont font;
        font.setBold(line.heading);
        return font;
    }
    default:
        return {};
    }
}

QVariant CompareModel::runHead(int column, int role) const {
    if (column < 0 || column >= columnCount())
        return {};
    const Head& head = m_heads[std::size_t(column)];
    switch (role) {
    case Qt::DisplayRole:
        return head.text;
    case Qt::ToolTipRole:
        return head.tooltip + u'\n' + tr("Right click: make it the first, or take it out.");
    case Qt::DecorationRole:
        return head.mark;
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | Qt::AlignLeft);
    default:
        return {};
    }
}

Qt::ItemFlags CompareModel::flags(const QModelIndex& index) const {
    const bool heading = index.isValid() && m_lines[m_shown[std::size_t(index.row())]].heading;
    return heading ? Qt::ItemIsEnabled : QAbstractTableModel::flags(index);
}

} // namespace annscope::ui
