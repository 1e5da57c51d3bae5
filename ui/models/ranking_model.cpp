// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/ranking_model.h"

#include "ui/common/format.h"
#include "ui/models/filter_stack.h"
#include "ui/models/run_text.h"
#include "ui/models/runs_model.h"

#include <QFont>

#include <algorithm>
#include <cmath>
#include <map>

namespace annscope::ui {
namespace {

/// A copy is kept for each point of a front, and nothing here needs 10,000 numbers of each.
OperatingPoint withoutQueries(const OperatingPoint& point) {
    OperatingPoint copy;
    copy.params = point.params;
    copy.k = point.k;
    copy.recall = point.recall;
    copy.recall_p5 = point.recall_p5;
    copy.qps = point.qps;
    copy.qps_spread = point.qps_spread;
    copy.latency = point.latency;
    copy.stats = point.stats;
    copy.queries = point.queries;
    copy.threads = point.threads;
    copy.repeats = point.repeats;
    return copy;
}

bool isWhole(const BuiltIndexPtr& index, const std::string& param) {
    if (!index || !index->index)
        return true;
    for (const ParamInfo& info : index->index->search_params())
        if (info.name == param)
            return info.integer;
    return true;
}

} // namespace

RankingModel::RankingModel(RunsModel* runs, FilterStack* filters, QObject* parent)
    : QAbstractTableModel(parent), m_runs(runs), m_filters(filters) {
    connect(runs, &RunsModel::frontsChanged, this, &RankingModel::rebuild);
    connect(runs, &RunsModel::dataChanged, this,
            [this](const QModelIndex&, const QModelIndex&, const QList<int>& roles) {
                if (roles.isEmpty())
                    rebuild();
            });
    if (filters)
        connect(filters, &FilterStack::changed, this, &RankingModel::rebuild);
    rebuild();
}

void RankingModel::setDataset(DatasetPtr dataset) {
    if (m_dataset == dataset)
        return;
    m_dataset = std::move(dataset);
    rebuild();
}

void RankingModel::setRecall(double recall) {
    if (m_recall == recall)
        return;
    m_recall = recall;
    for (Row& row : m_rows)
        place(row);
    findBest();
    if (!m_rows.empty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

/// Series of which a run is shown and passes the filters; their fronts are whole, as the lines of the curve.
void RankingModel::rebuild() {
    beginResetModel();
    m_rows.clear();
    std::map<SeriesKey, const Run*> examples;
    for (const Run& run : m_runs->runs())
        if (!run.hidden && run.index && (!m_dataset || run.index->dataset == m_dataset) &&
            (!m_filters || m_filters->passesRun(run.id)))
            examples.try_emplace(seriesOf(run), &run);
    std::map<std::size_t, int> ks;
    std::map<int, int> threads;
    for (const auto& [key, run] : examples) {
        ++ks[key.k];
        ++threads[key.threads];
    }
    m_k = ks.size() == 1 ? ks.begin()->first : 0;
    for (const auto& [key, run] : examples) {
        Row row{key, run->index, run->facts, run->index->title, {}, {}, {}, {}, {}, {}, 0};
        QStringList details;
        if (ks.size() > 1)
            details << QStringLiteral("k=%1").arg(key.k);
        if (threads.size() > 1)
            details << (key.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(key.threads));
        row.detail = details.join(QStringLiteral(", "));
        for (const qint64 id : m_runs->front(key)) {
            row.order.push_back(row.points.size());
            row.runs.push_back(id);
            row.points.push_back(withoutQueries(m_runs->run(id)->point));
        }
        place(row);
        m_rows.push_back(std::move(row));
    }
    findBest();
    endResetModel();
}

void RankingModel::place(Row& row) const {
    row.at = m_recall > 0 ? point_at_recall(row.points, row.order, m_recall) : PointAtRecall();
    row.needs.clear();
    row.needed = 0;
    if (!row.at.reached)
        return;
    const SearchParams& high = row.points[row.at.high].params;
    if (!high.values().empty())
        row.needed = high.values().front().second;
    row.needs = QString::fromStdString(to_string(high)).replace(u',', QStringLiteral(", "));
    if (!row.at.interpolated)
        return;
    const auto between = param_between(row.points[row.at.low].params, high, row.at.share);
    if (!between)
        return;
    // At least that much is needed, so whole numbers go up.
    const double value = isWhole(row.index, between->first)
                             ? std::ceil(between->second - 1e-9)
                             : QString::number(between->second, 'g', 3).toDouble();
    SearchParams needed = high;
    needed.set(between->first, value);
    row.needed = value;
    row.needs =
        QStringLiteral("~ ") + QString::fromStdString(to_string(needed)).replace(u',', QStringLiteral(", "));
}

void RankingModel::findBest() {
    for (const Column column : {Qps, P50, P99, Memory, Build}) {
        double best = std::numeric_limits<double>::quiet_NaN();
        std::size_t known = 0;
        for (const Row& row : m_rows) {
            const double value = number(row, column);
            if (!row.at.reached || !(value > 0))
                continue;
            ++known;
            if (std::isnan(best) || (column == Qps ? value > best : value < best))
                best = value;
        }
        m_best[column] = known > 1 ? best : std::numeric_limits<double>::quiet_NaN();
    }
}

double RankingModel::number(const Row& row, Column column) const {
    switch (column) {
    case Needs:
        return row.needed;
    case Qps:
        return row.at.qps;
    case P50:
        return row.at.latency.p50;
    case P99:
        return row.at.latency.p99;
    case Memory:
        return double(row.facts.bytes);
    case Build:
        return row.facts.trainSeconds + row.facts.addSeconds;
    default:
        return 0;
    }
}

QString RankingModel::text(const Row& row, Column column) const {
    if (column == Name)
        return row.detail.isEmpty() ? row.name : row.name + QStringLiteral("  ·  ") + row.detail;
    const double value = number(row, column);
    const QString tilde = row.at.interpolated ? QStringLiteral("~ ") : QString();
    if (column == Memory)
        return value > 0 ? formatBytes(row.facts.bytes) : QStringLiteral("–");
    if (column == Build)
        return value > 0 ? formatSeconds(value) : QStringLiteral("–");
    if (!row.at.reached)
        return column == Needs ? (m_recall > 0 ? tr("not reached") : QString()) : QStringLiteral("–");
    if (column == Needs)
        return row.needs;
    return value > 0 ? tilde + (column == Qps ? formatQps(value) : formatMicros(value)) : QStringLiteral("–");
}

QString RankingModel::tooltip(const Row& row, Column column) const {
    if (column == Name)
        return row.name;
    if (column == Memory)
        return tr("%1 bytes for %2 vectors").arg(formatCount(row.facts.bytes), formatCount(row.facts.size));
    if (column == Build)
        return tr("Train %1, add %2")
            .arg(formatSeconds(row.facts.trainSeconds), formatSeconds(row.facts.addSeconds));
    if (m_recall <= 0)
        return {};
    if (row.points.empty())
        return tr("No run was measured");
    const auto said = [](const OperatingPoint& point) {
        return tr("%1: recall %2, %3, p99 %4")
            .arg(QString::fromStdString(to_string(point.params)).replace(u',', QStringLiteral(", ")),
                 formatRecall(point.recall), formatQpsWithUnit(point.qps), formatMicros(point.latency.p99));
    };
    if (!row.at.reached)
        return tr("The most accurate run has less recall.\n%1").arg(said(row.points.back()));
    const OperatingPoint& high = row.points[row.at.high];
    const QString how = measuredBy(high);
    if (row.at.interpolated)
        return tr("Between two measured runs, log-linear in recall:\n%1\n%2\n%3")
            .arg(said(row.points[row.at.low]), said(high), how);
    if (row.at.at_least)
        return tr("Measured; even the fastest run has more recall than asked for:\n%1\n%2")
            .arg(said(high), how);
    return tr("Measured:\n%1\n%2").arg(said(high), how);
}

int RankingModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int RankingModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant RankingModel::data(const QModelIndex& at, int role) const {
    if (!at.isValid() || at.row() >= rowCount())
        return {};
    const Row& row = m_rows[std::size_t(at.row())];
    const auto column = Column(at.column());
    const bool best = row.at.reached && column >= Qps && number(row, column) == m_best[column];
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        return tooltip(row, column) + (best ? u'\n' + tr("Best of those that reach the recall") : QString());
    case Qt::DecorationRole:
        return column == Name ? QVariant(seriesDecoration(row.index)) : QVariant();
    case Qt::TextAlignmentRole:
        return int(Qt::AlignVCenter | (column >= Qps ? Qt::AlignRight : Qt::AlignLeft));
    case Qt::FontRole: {
        QFont font;
        font.setBold(best);
        return font;
    }
    case SortRole:
        if (column == Name)
            return row.name;
        return row.at.reached ? QVariant(number(row, column)) : QVariant();
    case RunRole:
        return row.at.reached ? row.runs[row.at.high] : qint64(-1);
    case IndexRole:
        return row.key.index;
    case BestRole:
        return best;
    default:
        return {};
    }
}

QVariant RankingModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    const std::array<std::pair<QString, QString>, ColumnCount> texts{
        {{tr("index"), tr("Factory string and build parameters")},
         {tr("needs"), tr("Search parameters that reach the recall; ~: between two measured runs")},
         {tr("QPS"), tr("Queries per second at that recall")},
         {tr("p50"), tr("Half of the queries take at most this long at that recall")},
         {tr("p99"), tr("99 % of the queries take at most this long at that recall")},
         {tr("memory"), tr("Bytes of the whole index")},
         {tr("build"), tr("Time of training and adding")}}};
    if (role == Qt::DisplayRole)
        return texts[std::size_t(section)].first;
    if (role == Qt::ToolTipRole)
        return tr("%1. Bold: best of those that reach the recall. Click: sorts.")
            .arg(texts[std::size_t(section)].second);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (section >= Qps ? Qt::AlignRight : Qt::AlignLeft));
    return {};
}

int RankingModel::rowOfRun(qint64 id) const {
    const Run* run = m_runs->run(id);
    if (!run)
        return -1;
    const auto found = std::ranges::find(m_rows, seriesOf(*run), &Row::key);
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

bool RankingModel::anyInterpolated() const {
    return std::ranges::any_of(m_rows, [](const Row& row) { return row.at.interpolated; });
}

} // namespace annscope::ui
