// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_differences.h"

#include "ui/common/format.h"
#include "ui/views/step_text.h"

#include <QFont>

#include <algorithm>

namespace annscope::ui {

namespace {

bool answers(const PathModel& path, Id id) {
    return std::ranges::any_of(path.answers, [id](const Answer& a) { return a.id == id; });
}

/// True neighbours in the answer of one path that the other's lacks.
QString onlyIn(const PathModel& one, const PathModel& other) {
    QStringList ids;
    for (const TrueNeighbour& t : one.truth)
        if (answers(one, t.id) && !answers(other, t.id))
            ids << formatCount(static_cast<qulonglong>(t.id));
    return ids.isEmpty() ? QStringLiteral("–") : ids.join(QStringLiteral("  "));
}

std::size_t hopsAbove(const PathModel& path) {
    return static_cast<std::size_t>(std::ranges::count_if(path.steps, [](const PathStep& step) {
        return step.level > 0 && step.kind == PathStep::Kind::Expand;
    }));
}

/// Distances computed when the answer was as good as it became.
std::size_t comparedUntilFound(const PathModel& path) {
    const auto best = std::ranges::max_element(path.found);
    return best == path.found.end() ? 0
                                    : path.comparedAt(static_cast<std::size_t>(best - path.found.begin()));
}

/// The hop by which the path had met the last of the true neighbours that it answers.
std::size_t lastMet(const PathModel& path) {
    int hop = 0;
    for (const TrueNeighbour& t : path.truth)
        if (t.life.met >= 0 && answers(path, t.id))
            hop = std::max(hop, path.steps[static_cast<std::size_t>(t.life.met)].hop);
    return static_cast<std::size_t>(hop);
}

} // namespace

void PathDifferences::addCount(const QString& what, const QString& tip, std::size_t first, std::size_t second,
                               bool lessIsBetter) {
    Row row{what, tip, {formatCount(first), formatCount(second)}};
    if (lessIsBetter && first != second)
        row.better = first < second ? 0 : 1;
    m_rows.push_back(row);
}

void PathDifferences::fill(const PathPair& paths) {
    const PathModel &a = *paths[0].path, &b = *paths[1].path;
    Row recall{tr("recall@%1").arg(a.k),
               tr("Share of the true neighbours in the answer to this one query."),
               {formatRecall(a.recall), formatRecall(b.recall)}};
    if (a.recall != b.recall)
        recall.better = a.recall > b.recall ? 0 : 1;
    m_rows.push_back(recall);
    m_rows.push_back(
        {tr("only here"), tr("True neighbours that only this path found."), {onlyIn(a, b), onlyIn(b, a)}});
    const bool alike = sameKindOfSteps(a, b);
    if (alike && !a.scans())
        addCount(a.ivf() ? tr("cells") : tr("hops"),
                 a.ivf() ? tr("Cells that were scanned.") : tr("Nodes whose neighbours were read."),
                 static_cast<std::size_t>(a.hops()), static_cast<std::size_t>(b.hops()), true);
    if (a.topLevel() > 0 || b.topLevel() > 0)
        addCount(tr("above the base"), tr("Hops on the upper levels."), hopsAbove(a), hopsAbove(b), false);
    addCount(tr("distances"), tr("Vectors compared with the query, estimates included."), distancesOf(a),
             distancesOf(b), true);
    addCount(tr("needed"),
             tr("Distances computed until the answer was as good as it became; the rest only proves that "
                "nothing nearer is left."),
             comparedUntilFound(a), comparedUntilFound(b), true);
    if (alike && !a.scans())
        addCount(a.ivf() ? tr("all met by cell") : tr("all met by hop"),
                 tr("The step that met the last of the true neighbours in the answer."), lastMet(a),
                 lastMet(b), true);
    addCount(tr("list"), tr("Candidates that the list holds."), a.listSize, b.listSize, false);
}

void PathDifferences::show(const PathPair& paths) {
    beginResetModel();
    m_rows.clear();
    m_names = {paths[0].name, paths[1].name};
    if (isPair(paths))
        fill(paths);
    endResetModel();
}

int PathDifferences::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int PathDifferences::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PathDifferences::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const auto which = static_cast<std::size_t>(index.column() - First);
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == What ? row.what : row.values[which];
    case Qt::ToolTipRole:
        return index.column() == What ? row.tip : QString(row.what + QLatin1Char('\n') + row.values[which]);
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(
            Qt::Alignment((index.column() == What ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    case Qt::FontRole:
        if (index.column() != What && row.better == static_cast<int>(which)) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case Qt::ForegroundRole:
        return index.column() == What ? QVariant(palette().secondary) : QVariant();
    default:
        return {};
    }
}

QVariant PathDifferences::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(
            Qt::Alignment((section == What ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter));
    if (section == What)
        return role == Qt::DisplayRole ? QVariant(QString()) : QVariant();
    const auto which = static_cast<std::size_t>(section - First);
    if (role == Qt::ForegroundRole)
        return pathTextColor(which);
    return role == Qt::DisplayRole || role == Qt::ToolTipRole ? QVariant(m_names[which]) : QVariant();
}

} // namespace annscope::ui
