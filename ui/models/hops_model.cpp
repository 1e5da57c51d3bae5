// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/hops_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QColor>
#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace annscope::ui {
namespace {

struct ColumnInfo {
    const char *title, *help;
};

constexpr std::array<ColumnInfo, HopsModel::ColumnCount> kColumns{{
    {QT_TRANSLATE_NOOP("Hops", "configuration"),
     QT_TRANSLATE_NOOP("Hops", "FACTORY|BUILD. Double click: take it to the Build panel")},
    {QT_TRANSLATE_NOOP("Hops", "max degree"),
     QT_TRANSLATE_NOOP("Hops",
                       "Edges that the index allows out of a node: R of Vamana and NSG, 2 M of HNSW")},
    {QT_TRANSLATE_NOOP("Hops", "mean"), QT_TRANSLATE_NOOP("Hops", "Edges out of a node in the mean")},
    {QT_TRANSLATE_NOOP("Hops", "hops"),
     QT_TRANSLATE_NOOP("Hops", "Nodes that a query expands in the mean, where it just reaches the recall")},
    {QT_TRANSLATE_NOOP("Hops", "distances"),
     QT_TRANSLATE_NOOP("Hops", "Vectors or codes that a query is compared with in the mean, there")},
    {QT_TRANSLATE_NOOP("Hops", "width"),
     QT_TRANSLATE_NOOP("Hops", "The least search width (Lsearch, efSearch) that reaches the recall")},
    {QT_TRANSLATE_NOOP("Hops", "recall"), QT_TRANSLATE_NOOP("Hops", "Recall@k of that width")},
    {QT_TRANSLATE_NOOP("Hops", "build"), QT_TRANSLATE_NOOP("Hops", "Time to build the index")},
}};

QString translated(const char* text) {
    return QCoreApplication::translate("Hops", text);
}

} // namespace

HopsModel::HopsModel(QObject* parent) : QAbstractTableModel(parent) {}

void HopsModel::setConfigurations(const QStringList& lines) {
    beginResetModel();
    std::vector<Row> rows;
    for (const QString& line : lines) {
        if (std::ranges::find(rows, line, &Row::config) != rows.end())
            continue;
        Row* old = find(line);
        rows.push_back(old && old->entry ? std::move(*old) : Row{line, {}, {}});
        rows.back().config = line;
    }
    m_rows = std::move(rows);
    endResetModel();
}

void HopsModel::clear() {
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

HopsModel::Row* HopsModel::find(const QString& config) {
    const auto found = std::ranges::find(m_rows, config, &Row::config);
    return found == m_rows.end() ? nullptr : &*found;
}

void HopsModel::changed(const Row& row) {
    const int at = int(&row - m_rows.data());
    emit dataChanged(index(at, 0), index(at, ColumnCount - 1));
}

void HopsModel::setEntry(const HopsEntry& entry) {
    const QString config = QString::fromStdString(entry.config);
    Row* row = find(config);
    if (!row) {
        beginInsertRows({}, rowCount(), rowCount());
        m_rows.push_back({config, entry, {}});
        endInsertRows();
        return;
    }
    row->entry = entry;
    row->problem.clear();
    changed(*row);
}

void HopsModel::setProblem(const QString& config, const QString& sentence) {
    if (Row* row = find(config)) {
        row->problem = sentence;
        changed(*row);
    }
}

void HopsModel::setTarget(double recall) {
    m_target = recall;
    if (!m_rows.empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

bool HopsModel::isKnown(const QString& config) const {
    return std::ranges::any_of(m_rows, [&](const Row& row) { return row.config == config && row.entry; });
}

int HopsModel::known() const {
    return int(std::ranges::count_if(m_rows, [](const Row& row) { return row.entry.has_value(); }));
}

std::vector<HopsEntry> HopsModel::entries() const {
    std::vector<HopsEntry> all;
    for (const Row& row : m_rows)
        if (row.entry)
            all.push_back(*row.entry);
    return all;
}

const HopsAtRecall* HopsModel::of(const Row& row) const {
    if (!row.entry)
        return nullptr;
    const auto found = std::ranges::find(row.entry->targets, m_target, &HopsAtRecall::target);
    return found == row.entry->targets.end() ? nullptr : &*found;
}

const HopsAtRecall* HopsModel::at(int row) const {
    return of(m_rows[std::size_t(row)]);
}

int HopsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int HopsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

/// Invalid: not known (yet). What does not reach the recall has no cost there.
QVariant HopsModel::value(const Row& row, Column column) const {
    if (column == Config)
        return row.config;
    const HopsAtRecall* found = of(row);
    if (!found)
        return {};
    switch (column) {
    case MaxDegree:
        return double(row.entry->max_degree);
    case MeanDegree:
        return row.entry->mean_degree;
    case Hops:
        return found->reached ? QVariant(found->hops) : QVariant();
    case Distances:
        return found->reached ? QVariant(found->distances) : QVariant();
    case Width:
        return found->width;
    case Recall:
        return found->recall;
    default:
        return row.entry->build_seconds;
    }
}

QString HopsModel::text(const Row& row, Column column) const {
    const QVariant raw = value(row, column);
    if (column == Config)
        return raw.toString();
    const HopsAtRecall* found = of(row);
    if (!found)
        return row.problem.isEmpty() ? QStringLiteral("…") : QStringLiteral("–");
    if (!raw.isValid())
        return tr("not reached");
    const double number = raw.toDouble();
    switch (column) {
    case MaxDegree:
    case Width:
        return formatCount(qulonglong(number));
    case Hops:
    case Distances:
        return (found->at_least ? QStringLiteral("≤ ") : QString()) + formatMean(number);
    case Recall:
        return formatRecall(number);
    case Build:
        return formatSeconds(number);
    default:
        return formatMean(number);
    }
}

QString HopsModel::help(const Row& row, Column column) const {
    if (!row.problem.isEmpty())
        return row.problem;
    const QString about = translated(kColumns[std::size_t(column)].help);
    const HopsAtRecall* found = of(row);
    if (!found)
        return column == Config ? about : tr("%1. Not measured yet.").arg(about);
    if (found->at_least && (column == Hops || column == Distances))
        return tr("%1. The narrowest search, as wide as k, has a recall of %2 already.")
            .arg(about, formatRecall(found->recall));
    if (!found->reached && column != Config)
        return tr("%1. The widest search, of %2, has a recall of %3.")
            .arg(about, formatCount(qulonglong(found->width)), formatRecall(found->recall));
    return about;
}

QVariant HopsModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const auto column = Column(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        return help(row, column);
    case SortRole: // what is not known sorts last in ascending order
        return value(row, column).isValid() ? value(row, column)
                                            : QVariant(std::numeric_limits<double>::infinity());
    case Qt::TextAlignmentRole:
        return int((column == Config ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (!row.problem.isEmpty() && column == Config)
            return ui::palette().fault;
        return of(row) && of(row)->reached ? QVariant()
               : column == Config          ? QVariant()
                                           : QVariant(ui::palette().secondary);
    default:
        return {};
    }
}

QVariant HopsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole)
        return translated(kColumns[std::size_t(section)].title);
    if (role == Qt::ToolTipRole)
        return translated(kColumns[std::size_t(section)].help);
    if (role == Qt::TextAlignmentRole)
        return int((section == Config ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return {};
}

QString HopsModel::csv(const std::vector<int>& rows) const {
    QString out = QStringLiteral(
        "config,max_degree,mean_degree,build_seconds,target,reached,recall,width,hops,distances\n");
    const auto number = [](double v) { return QString::number(v, 'g', 9); };
    for (const int at : rows) {
        const Row& row = m_rows[std::size_t(at)];
        if (!row.entry)
            continue;
        for (const HopsAtRecall& one : row.entry->targets) // factory strings hold commas
            out += QStringLiteral("\"%1\",").arg(row.config) +
                   QStringList{number(double(row.entry->max_degree)),
                               number(row.entry->mean_degree),
                               number(row.entry->build_seconds),
                               number(one.target),
                               QString::number(one.reached ? 1 : 0),
                               number(one.recall),
                               number(one.width),
                               number(one.hops),
                               number(one.distances)}
                       .join(u',') +
                   u'\n';
    }
    return out;
}

QString HopsModel::markdown(const std::vector<int>& rows) const {
    QString out = QStringLiteral("|"), rule = QStringLiteral("|");
    for (int column = 0; column < ColumnCount; ++column) {
        const QString title = headerData(column, Qt::Horizontal).toString();
        out += QStringLiteral(" %1 |").arg(
            column == Hops ? tr("hops at recall %1").arg(formatParameter(m_target)) : title);
        rule += column == Config ? QStringLiteral("---|") : QStringLiteral("---:|");
    }
    out += u'\n' + rule + u'\n';
    for (const int row : rows) {
        out += u'|';
        for (int column = 0; column < ColumnCount; ++column)
            // A bar in a configuration would end the cell.
            out += QStringLiteral(" %1 |").arg(
                text(m_rows[std::size_t(row)], Column(column)).replace(u'|', QLatin1String("\\|")));
        out += u'\n';
    }
    return out;
}

QString hopsSentence(const HopsModel& model) {
    const auto all = model.entries();
    std::map<std::string, double> best; // by family
    double least = HUGE_VAL;
    std::string winner, config;
    for (int row = 0; row < model.rowCount(); ++row) {
        const HopsAtRecall* found = model.at(row);
        if (!found || !found->reached)
            continue;
        const auto entry = std::ranges::find(all, model.config(row).toStdString(), &HopsEntry::config);
        auto& own = best.try_emplace(entry->family, HUGE_VAL).first->second;
        own = std::min(own, found->hops);
        if (found->hops < least) {
            least = found->hops;
            winner = entry->family;
            config = entry->config;
        }
    }
    if (best.empty())
        return {};
    QString text =
        translated("Fewest hops at recall %1: %2 with %3 a query.")
            .arg(formatParameter(model.target()), QString::fromStdString(config), formatMean(least));
    QStringList others;
    for (const auto& [family, hops] : best)
        if (family != winner)
            others << translated("%1 %2 ×").arg(QString::fromStdString(family), formatNumber(hops / least));
    if (!others.isEmpty())
        text += QLatin1Char(' ') +
                translated("The best of the others need more: %1.").arg(others.join(QLatin1String(", ")));
    return text;
}

} // namespace annscope::ui
