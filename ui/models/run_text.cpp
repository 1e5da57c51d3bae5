// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run_text.h"

#include "tune/report.h"
#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QGuiApplication>
#include <QPainter>

#include <array>

namespace annscope::ui {
namespace {

struct ColumnInfo {
    const char* title;
    const char* key;
    const char* help;
};

constexpr std::array<ColumnInfo, RunsModel::ColumnCount> kColumns{{
    {QT_TRANSLATE_NOOP("Runs", "config"), "config",
     QT_TRANSLATE_NOOP("Runs", "Factory string and build parameters of the index")},
    {QT_TRANSLATE_NOOP("Runs", "search"), "search",
     QT_TRANSLATE_NOOP("Runs", "Search parameters of this run")},
    {QT_TRANSLATE_NOOP("Runs", "recall"), "recall",
     QT_TRANSLATE_NOOP("Runs", "Recall@k: share of the true k nearest neighbours that were found, mean over "
                               "the queries. Bold: on the Pareto front of its index")},
    {QT_TRANSLATE_NOOP("Runs", "p5"), "p5",
     QT_TRANSLATE_NOOP("Runs", "Recall of the worst twentieth: 5 % of the queries have this recall or less")},
    {QT_TRANSLATE_NOOP("Runs", "QPS"), "qps",
     QT_TRANSLATE_NOOP("Runs", "Queries per second. Bold: on the Pareto front of its index")},
    {QT_TRANSLATE_NOOP("Runs", "mean"), "mean", QT_TRANSLATE_NOOP("Runs", "Mean time of a query")},
    {QT_TRANSLATE_NOOP("Runs", "p50"), "p50",
     QT_TRANSLATE_NOOP("Runs", "Half of the queries take at most this long")},
    {QT_TRANSLATE_NOOP("Runs", "p95"), "p95",
     QT_TRANSLATE_NOOP("Runs", "95 % of the queries take at most this long")},
    {QT_TRANSLATE_NOOP("Runs", "p99"), "p99",
     QT_TRANSLATE_NOOP("Runs", "99 % of the queries take at most this long")},
    {QT_TRANSLATE_NOOP("Runs", "distances"), "distances",
     QT_TRANSLATE_NOOP("Runs", "Full-precision distances computed per query, mean")},
    {QT_TRANSLATE_NOOP("Runs", "hops"), "hops",
     QT_TRANSLATE_NOOP("Runs", "Graph nodes expanded per query, mean")},
    {QT_TRANSLATE_NOOP("Runs", "lists"), "lists",
     QT_TRANSLATE_NOOP("Runs", "Inverted lists scanned per query, mean")},
    {QT_TRANSLATE_NOOP("Runs", "codes"), "codes",
     QT_TRANSLATE_NOOP("Runs", "Stored vectors scanned in lists per query, mean")},
    {QT_TRANSLATE_NOOP("Runs", "memory"), "bytes", QT_TRANSLATE_NOOP("Runs", "Bytes of the whole index")},
    {QT_TRANSLATE_NOOP("Runs", "threads"), "threads",
     QT_TRANSLATE_NOOP("Runs", "Threads that searched; latencies are those of single queries")},
    {QT_TRANSLATE_NOOP("Runs", "k"), "k", QT_TRANSLATE_NOOP("Runs", "Neighbours asked for")},
    {QT_TRANSLATE_NOOP("Runs", "train"), "train", QT_TRANSLATE_NOOP("Runs", "Time of training the index")},
    {QT_TRANSLATE_NOOP("Runs", "add"), "add",
     QT_TRANSLATE_NOOP("Runs", "Time of adding the vectors to the index")},
    {QT_TRANSLATE_NOOP("Runs", "data"), "data", QT_TRANSLATE_NOOP("Runs", "The vectors that were searched")},
    {QT_TRANSLATE_NOOP("Runs", "measured"), "measured",
     QT_TRANSLATE_NOOP("Runs", "When this run was measured")},
}};

QString tr(const char* text) {
    return QCoreApplication::translate("Runs", text);
}

double perQuery(std::uint64_t sum, const OperatingPoint& point) {
    return point.queries == 0 ? 0.0 : double(sum) / double(point.queries);
}

QDateTime measuredAt(const Run& run) {
    using namespace std::chrono;
    return QDateTime::fromMSecsSinceEpoch(duration_cast<milliseconds>(run.time.time_since_epoch()).count());
}

QString dataName(const Run& run) {
    return run.index && run.index->dataset ? QString::fromStdString(run.index->dataset->name) : QString();
}

} // namespace

QString columnTitle(RunsModel::Column column) {
    return tr(kColumns[column].title);
}

QString columnHelp(RunsModel::Column column) {
    return tr(kColumns[column].help) + u'.';
}

QString columnKey(RunsModel::Column column) {
    return QString::fromLatin1(kColumns[column].key);
}

bool isTextColumn(RunsModel::Column column) {
    return column == RunsModel::Config || column == RunsModel::Params || column == RunsModel::Data ||
           column == RunsModel::Measured;
}

QVariant runValue(const Run& run, RunsModel::Column column) {
    const OperatingPoint& point = run.point;
    switch (column) {
    case RunsModel::Config:
        return run.index ? run.index->title : QString();
    case RunsModel::Params:
        return paramsText(run);
    case RunsModel::Recall:
        return point.recall;
    case RunsModel::P5:
        return point.recall_p5;
    case RunsModel::Qps:
        return point.qps;
    case RunsModel::Mean:
        return point.latency.mean;
    case RunsModel::P50:
        return point.latency.p50;
    case RunsModel::P95:
        return point.latency.p95;
    case RunsModel::P99:
        return point.latency.p99;
    case RunsModel::Distances:
        return perQuery(point.stats.distances, point);
    case RunsModel::Hops:
        return perQuery(point.stats.hops, point);
    case RunsModel::Lists:
        return perQuery(point.stats.lists, point);
    case RunsModel::Codes:
        return perQuery(point.stats.codes, point);
    case RunsModel::Bytes:
        return double(run.facts.bytes);
    case RunsModel::Threads:
        return double(point.threads);
    case RunsModel::K:
        return double(point.k);
    case RunsModel::Train:
        return run.facts.trainSeconds;
    case RunsModel::Add:
        return run.facts.addSeconds;
    case RunsModel::Data:
        return dataName(run);
    case RunsModel::Measured:
        return measuredAt(run).toString(Qt::ISODateWithMs);
    case RunsModel::ColumnCount:
        break;
    }
    return {};
}

QString runText(const Run& run, RunsModel::Column column) {
    const QVariant value = runValue(run, column);
    switch (column) {
    case RunsModel::Recall:
    case RunsModel::P5:
        return formatRecall(value.toDouble());
    case RunsModel::Qps:
        return formatQps(value.toDouble());
    case RunsModel::Mean:
    case RunsModel::P50:
    case RunsModel::P95:
    case RunsModel::P99:
        return formatMicros(value.toDouble());
    case RunsModel::Distances:
    case RunsModel::Hops:
    case RunsModel::Lists:
    case RunsModel::Codes:
        return value.toDouble() > 0 ? formatMean(value.toDouble()) : QStringLiteral("–");
    case RunsModel::Bytes:
        return formatBytes(run.facts.bytes);
    case RunsModel::Threads:
    case RunsModel::K:
        return formatCount(value.toULongLong());
    case RunsModel::Train:
    case RunsModel::Add:
        return value.toDouble() > 0 ? formatSeconds(value.toDouble()) : QStringLiteral("–");
    case RunsModel::Measured:
        return numberLocale().toString(measuredAt(run), QLocale::ShortFormat);
    default:
        return value.toString();
    }
}

QString measuredBy(const OperatingPoint& point) {
    QStringList parts;
    parts << (point.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(point.threads));
    parts << (point.queries == 1 ? tr("1 query") : tr("%1 queries").arg(formatCount(point.queries)));
    if (point.repeats > 1)
        parts << tr("median of %1").arg(point.repeats);
    if (point.qps_spread > 0)
        parts << tr("spread ±%1").arg(formatPercent(point.qps_spread, point.qps_spread < 0.0095 ? 1 : 0));
    return parts.join(QStringLiteral(", "));
}

QString runTooltip(const Run& run, RunsModel::Column column) {
    const OperatingPoint& point = run.point;
    const QString what = columnHelp(column);
    switch (column) {
    case RunsModel::Config:
    case RunsModel::Params:
        return configurationText(run) + (run.pinned ? u'\n' + tr("Pinned") : QString()) +
               (run.hidden ? u'\n' + tr("Hidden on the curve") : QString());
    case RunsModel::Recall: {
        QString text = tr("Recall@%1 %2").arg(point.k).arg(formatRecall(point.recall));
        if (const double margin = recallMargin(point); margin > 0)
            text += tr(" ± %1 (95 %)").arg(formatNumber(margin));
        return text + u'\n' + tr("%1 queries, ties count as found").arg(formatCount(point.queries));
    }
    case RunsModel::P5:
        return tr("5 % of the %1 queries have recall %2 or less")
            .arg(formatCount(point.queries), formatRecall(point.recall_p5));
    case RunsModel::Qps:
        return formatQpsWithUnit(point.qps) + u'\n' + measuredBy(point);
    case RunsModel::Mean:
    case RunsModel::P50:
    case RunsModel::P95:
    case RunsModel::P99:
        return what + u'\n' + runText(run, column) + QStringLiteral(" · ") + measuredBy(point);
    case RunsModel::Distances:
    case RunsModel::Hops:
    case RunsModel::Lists:
    case RunsModel::Codes:
        return what + u'\n' + tr("%1 queries").arg(formatCount(point.queries));
    case RunsModel::Bytes:
        return tr("%1 bytes for %2 vectors of %3 dimensions")
            .arg(formatCount(run.facts.bytes), formatCount(run.facts.size), formatCount(run.facts.dim));
    default:
        return what;
    }
}

QPixmap runDecoration(const Run& run) {
    constexpr int kSize = 16;
    const qreal ratio = qGuiApp->devicePixelRatio();
    QPixmap pixmap(QSize(kSize, kSize) * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    const SeriesStyle style = seriesStyle(run.index ? run.index->series : 0);
    const QPointF centre(kSize / 2.0, kSize / 2.0);
    drawMarker(painter, centre, style.marker, withAlpha(style.color, run.hidden ? 0.35 : 1.0), 8);
    if (run.pinned) {
        painter.setPen(QPen(palette().text, 1.25));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(centre, 7, 7);
    }
    return pixmap;
}

QPixmap seriesDecoration(const BuiltIndexPtr& index) {
    Run run;
    run.index = index;
    return runDecoration(run);
}

QString csvOf(const std::vector<const Run*>& runs) {
    std::string csv = csv_header() + '\n';
    for (const Run* run : runs) {
        const IndexInfo info = run->index && run->index->index ? run->index->index->info() : IndexInfo();
        csv += csv_row({configurationText(*run).toStdString(), run->point, info}) + '\n';
    }
    return QString::fromStdString(csv);
}

} // namespace annscope::ui
