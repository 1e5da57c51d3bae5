// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runs_model.h"

#include "ui/models/run_text.h"
#include "ui/models/runs_commands.h"

#include <QFont>
#include <QGuiApplication>
#include <QPalette>
#include <QUndoStack>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr int kAlignNumber = int(Qt::AlignRight | Qt::AlignVCenter);
constexpr int kAlignText = int(Qt::AlignLeft | Qt::AlignVCenter);

} // namespace

RunsModel::RunsModel(QUndoStack* undo, QObject* parent) : QAbstractTableModel(parent), m_undo(undo) {}
RunsModel::~RunsModel() = default;

int RunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_runs.size());
}

int RunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Run& run = m_runs[std::size_t(index.row())];
    const auto column = Column(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return runText(run, column);
    case Qt::ToolTipRole:
        return runTooltip(run, column);
    case Qt::TextAlignmentRole:
        return isTextColumn(column) ? kAlignText : kAlignNumber;
    case Qt::DecorationRole:
        return column == Config ? QVariant(runDecoration(run)) : QVariant();
    case Qt::ForegroundRole:
        return run.hidden ? QVariant(QGuiApplication::palette().brush(QPalette::PlaceholderText))
                          : QVariant();
    case Qt::FontRole:
        if (onFront(run.id) && (column == Recall || column == Qps)) {
            QFont font = QGuiApplication::font();
            font.setWeight(QFont::DemiBold);
            return font;
        }
        return {};
    case SortRole:
        return runValue(run, column);
    case IdRole:
        return run.id;
    case PinnedRole:
        return run.pinned;
    case HiddenRole:
        return run.hidden;
    case FrontRole:
        return onFront(run.id);
    case OverallFrontRole:
        return onOverallFront(run.id);
    default:
        return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return QAbstractTableModel::headerData(section, orientation, role);
    const auto column = Column(section);
    switch (role) {
    case Qt::DisplayRole:
        return columnTitle(column);
    case Qt::ToolTipRole:
        return columnHelp(column);
    case Qt::TextAlignmentRole:
        return isTextColumn(column) ? kAlignText : kAlignNumber;
    default:
        return QAbstractTableModel::headerData(section, orientation, role);
    }
}

const Run* RunsModel::run(qint64 id) const {
    const int row = rowOf(id);
    return row < 0 ? nullptr : &m_runs[std::size_t(row)];
}

qint64 RunsModel::idAt(int row) const {
    return row >= 0 && row < int(m_runs.size()) ? m_runs[std::size_t(row)].id : -1;
}

QList<qint64> RunsModel::appendBatch(std::vector<Run> runs) {
    QList<qint64> ids;
    if (runs.empty())
        return ids;
    const int first = int(m_runs.size());
    beginInsertRows({}, first, first + int(runs.size()) - 1);
    for (Run& run : runs) {
        run.id = m_nextId++;
        run.live = false;
        if (run.facts.size == 0)
            run.facts = factsOf(run.index);
        ids << run.id;
        m_rows.insert(run.id, int(m_runs.size()));
        addToFronts(run);
        m_runs.push_back(std::move(run));
    }
    endInsertRows();
    announceFronts();
    return ids;
}

qint64 RunsModel::append(Run run) {
    std::vector<Run> one;
    one.push_back(std::move(run));
    return appendBatch(std::move(one)).constFirst();
}

void RunsModel::setPinned(const QList<qint64>& ids, bool pinned) {
    flagWithUndo(ids, Flag::Pinned, pinned);
}

void RunsModel::setHidden(const QList<qint64>& ids, bool hidden) {
    flagWithUndo(ids, Flag::Hidden, hidden);
}

void RunsModel::flagWithUndo(const QList<qint64>& ids, Flag flag, bool value) {
    QList<qint64> changed;
    for (const qint64 id : ids) {
        const Run* found = run(id);
        if (found && (flag == Flag::Pinned ? found->pinned : found->hidden) != value)
            changed << id;
    }
    if (!changed.isEmpty())
        m_undo->push(new FlagRunsCommand(this, changed, flag, value));
}

void RunsModel::remove(const QList<qint64>& ids) {
    QList<qint64> known;
    for (const qint64 id : ids)
        if (m_rows.contains(id) && !known.contains(id))
            known << id;
    if (!known.isEmpty())
        m_undo->push(new RemoveRunsCommand(this, known));
}

std::vector<std::pair<int, Run>> RunsModel::take(const QList<qint64>& ids) {
    std::vector<std::pair<int, Run>> taken;
    for (const qint64 id : ids)
        if (const int row = rowOf(id); row >= 0)
            taken.emplace_back(row, m_runs[std::size_t(row)]);
    std::ranges::sort(taken, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [row, run] : taken)
        m_rows.remove(run.id);
    for (auto end = taken.rbegin(); end != taken.rend();) {
        auto begin = end;
        while (std::next(begin) != taken.rend() && std::next(begin)->first == begin->first - 1)
            ++begin;
        beginRemoveRows({}, begin->first, end->first);
        m_runs.erase(m_runs.begin() + begin->first, m_runs.begin() + end->first + 1);
        reindexFrom(begin->first);
        endRemoveRows();
        end = std::next(begin);
    }
    rebuildFronts();
    return taken;
}

void RunsModel::restore(const std::vector<std::pair<int, Run>>& removed) {
    for (const auto& [wanted, run] : removed) {
        const int row = std::min(wanted, int(m_runs.size()));
        beginInsertRows({}, row, row);
        m_runs.insert(m_runs.begin() + row, run);
        reindexFrom(row);
        endInsertRows();
    }
    rebuildFronts();
}

void RunsModel::setFlag(const QList<qint64>& ids, Flag flag, bool value) {
    for (const qint64 id : ids) {
        const int row = rowOf(id);
        if (row < 0)
            continue;
        Run& changed = m_runs[std::size_t(row)];
        (flag == Flag::Pinned ? changed.pinned : changed.hidden) = value;
        emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
    }
    if (flag == Flag::Hidden)
        rebuildFronts();
}

void RunsModel::reindexFrom(int row) {
    for (auto i = std::size_t(row); i < m_runs.size(); ++i)
        m_rows[m_runs[i].id] = int(i);
}

RunsModel::OverallKey RunsModel::overallOf(const Run& run) {
    return {run.index ? run.index->dataset.get() : nullptr, run.point.k, run.point.threads};
}

void RunsModel::addToFronts(const Run& run) {
    if (run.hidden)
        return;
    const auto add = [&](ParetoFront& front, QSet<qint64>& members) {
        const auto change = front.add(run.id, run.point.recall, run.point.qps);
        if (change.entered)
            members.insert(run.id);
        for (const qint64 id : change.left) {
            members.remove(id);
            m_demoted << id;
        }
    };
    add(m_fronts[seriesOf(run)], m_onFront);
    add(m_overall[overallOf(run)], m_onOverall);
}

void RunsModel::rebuildFronts() {
    const QSet<qint64> before = m_onFront;
    m_fronts.clear();
    m_overall.clear();
    m_onFront.clear();
    m_onOverall.clear();
    for (const Run& run : m_runs)
        addToFronts(run);
    m_demoted = (m_onFront - before).unite(before - m_onFront);
    announceFronts();
}

void RunsModel::announceFronts() {
    for (const qint64 id : std::as_const(m_demoted))
        if (const int row = rowOf(id); row >= 0)
            emit dataChanged(index(row, 0), index(row, ColumnCount - 1),
                             {Qt::FontRole, FrontRole, OverallFrontRole});
    m_demoted.clear();
    emit frontsChanged();
}

QList<qint64> RunsModel::front(const SeriesKey& series) const {
    QList<qint64> ids;
    if (const auto found = m_fronts.find(series); found != m_fronts.end())
        for (const auto& [recall, entry] : found->second.entries())
            ids << entry.id;
    return ids;
}

} // namespace annscope::ui
