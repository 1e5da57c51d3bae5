// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/step_text.h"

#include "ui/common/format.h"

#include <QCoreApplication>

#include <cmath>

namespace annscope::ui {

namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("StepText", text);
}

QString count(std::size_t n) {
    return formatCount(n);
}

QString idText(Id id) {
    return formatCount(static_cast<qulonglong>(id));
}

} // namespace

QString distanceText(Metric metric, double distance) {
    return std::isfinite(distance) ? formatNumber(shownDistance(metric, distance)) : QStringLiteral("–");
}

QString stepText(const PathModel& path, std::size_t s) {
    const PathStep& step = path.steps[s];
    const QString at = distanceText(path.metric, step.distance);
    QString what;
    switch (step.kind) {
    case PathStep::Kind::Start:
        what = tr("start: entry point %1 at %2").arg(idText(step.id), at);
        break;
    case PathStep::Kind::Expand:
        what = tr("hop %1 of %2: expanded node %3 at %4")
                   .arg(step.hop)
                   .arg(path.steps.back().hop)
                   .arg(idText(step.id), at);
        break;
    case PathStep::Kind::Probe:
        what = tr("cell %1 of %2: scanned cell %3, centroid at %4")
                   .arg(step.hop)
                   .arg(path.steps.back().hop)
                   .arg(idText(step.id), at);
        break;
    }
    const std::size_t list = path.listAt(s).size();
    return tr("%1; considered %2, kept %3; list %4 of %5, best %6")
        .arg(what, count(step.end - step.first), count(step.kept), count(list), count(path.listSize),
             distanceText(path.metric, step.best));
}

QString hopsText(bool ivf, int hops) {
    if (ivf)
        return hops == 1 ? tr("1 cell scanned") : tr("%1 cells scanned").arg(hops);
    return hops == 1 ? tr("1 hop") : tr("%1 hops").arg(hops);
}

QString outcomeText(const PathModel& path) {
    const std::size_t k = path.truth.size(), missed = path.missed();
    QString text = missed == 0
                       ? tr("found all %1 true neighbours").arg(k)
                       : tr("found %1 of %2 true neighbours, missed %3").arg(k - missed).arg(k).arg(missed);
    const int hops = path.steps.empty() ? 0 : path.steps.back().hop;
    return tr("%1; %2, %3 distances")
        .arg(text, hopsText(path.ivf(), hops),
             formatCount(std::max<std::size_t>(path.stats.distances, path.considered.size())));
}

QString lossText(const TrueNeighbour& neighbour) {
    switch (neighbour.loss) {
    case Loss::None:
        return tr("found");
    case Loss::NotReached:
        return tr("missed: no expanded node has an edge to it");
    case Loss::NotProbed:
        return neighbour.cellRank > 0 ? tr("missed: its cell %1 was not scanned; nprobe ≥ %2 finds it")
                                            .arg(idText(neighbour.cell))
                                            .arg(neighbour.cellRank)
                                      : tr("missed: its cell was not scanned");
    case Loss::NotKept:
        return tr("missed: it was considered, but left the list");
    }
    return {};
}

} // namespace annscope::ui
