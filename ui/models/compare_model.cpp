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
    const QStringList names = compareNames(runs);
    for (std::size_t i = 0; i < runs.size(); ++i)
        m_heads.push_back({compareLetter(i) + QStringLiteral("  ") + names[qsizetype(i)],
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
    return parent.isValid() ? 0 : 1 + int(m_heads.size());
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
    if (role == Qt::FontRole) {
        QFont font;
        font.setBold(line.heading ||
                     (index.column() > 0 && line.cells[std::size_t(index.column() - 1)].best));
        return font;
    }
    if (index.column() == 0) {
        if (role == Qt::DisplayRole)
            return line.label;
        if (role == Qt::ToolTipRole)
            return line.help;
        if (role == Qt::ForegroundRole)
            return line.heading ? palette().text : palette().secondary;
        return {};
    }
    const auto run = std::size_t(index.column() - 1);
    const CompareCell& cell = line.cells[run];
    switch (role) {
    case Qt::DisplayRole:
        return cell.text;
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
    if (orientation != Qt::Horizontal || section < 1 || section > int(m_heads.size()))
        return {};
    const Head& head = m_heads[std::size_t(section - 1)];
    if (role == Qt::DisplayRole)
        return head.text;
    if (role == Qt::ToolTipRole)
        return head.tooltip + u'\n' + tr("Right click: make it the first, or take it out.");
    if (role == Qt::DecorationRole)
        return head.mark;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | Qt::AlignLeft);
    return {};
}

Qt::ItemFlags CompareModel::flags(const QModelIndex& index) const {
    const bool heading = index.isValid() && m_lines[m_shown[std::size_t(index.row())]].heading;
    return heading ? Qt::ItemIsEnabled : QAbstractTableModel::flags(index);
}

} // namespace annscope::ui
