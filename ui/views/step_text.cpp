// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/step_text.h"

#include "ui/common/format.h"

#include <QCoreApplication>

#include <algorithm>
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

QString visitText(const PathModel& path, std::size_t s) {
    const PathStep& step = path.steps[s];
    switch (step.kind) {
    case PathStep::Kind::Start:
        return path.topLevel() == 0 ? tr("enter at %1").arg(idText(step.id))
                                    : tr("enter %1 at %2").arg(levelText(step.level), idText(step.id));
    case PathStep::Kind::Expand:
        return tr("node %1").arg(idText(step.id));
    case PathStep::Kind::Probe:
        return tr("cell %1").arg(idText(step.id));
    case PathStep::Kind::Scan:
        return tr("from %1 on").arg(idText(step.id));
    case PathStep::Kind::Rerank:
        return tr("re-rank");
    }
    return {};
}

QString levelText(int level) {
    return level > 0 ? tr("level %1").arg(level) : tr("base");
}

namespace {

QString startText(const PathModel& path, const PathStep& step, const QString& at) {
    if (path.topLevel() == 0)
        return tr("start: entry point %1 at %2").arg(idText(step.id), at);
    if (step.level == path.topLevel())
        return tr("%1, the top: enters at node %2 at %3").arg(levelText(step.level), idText(step.id), at);
    return tr("down to %1: goes on from node %2 at %3").arg(levelText(step.level), idText(step.id), at);
}

QString whatText(const PathModel& path, const PathStep& step) {
    const QString at = distanceText(path.metric, step.distance), id = idText(step.id);
    switch (step.kind) {
    case PathStep::Kind::Start:
        return startText(path, step, at);
    case PathStep::Kind::Expand:
        return path.topLevel() == 0
                   ? tr("hop %1 of %2: expanded node %3 at %4").arg(step.hop).arg(path.hops()).arg(id, at)
                   : tr("hop %1 of %2, %3: expanded node %4 at %5")
                         .arg(step.hop)
                         .arg(path.hops())
                         .arg(levelText(step.level), id, at);
    case PathStep::Kind::Probe:
        return tr("cell %1 of %2: scanned cell %3, centroid at %4")
            .arg(step.hop)
            .arg(path.hops())
            .arg(id, at);
    case PathStep::Kind::Scan:
        return tr("part %1 of %2: compared the vectors from %3 on, the nearest at %4")
            .arg(step.hop)
            .arg(path.hops())
            .arg(id, at);
    case PathStep::Kind::Rerank:
        break;
    }
    return {};
}

} // namespace

QString stepText(const PathModel& path, std::size_t s) {
    const PathStep& step = path.steps[s];
    const QString best = distanceText(path.metric, step.best);
    if (step.kind == PathStep::Kind::Rerank)
        return tr("re-ranked %1 candidates by exact distances: kept %2, best %3")
            .arg(count(step.end - step.first), count(step.kept), best);
    return tr("%1; considered %2, kept %3; list %4 of %5, best %6")
        .arg(whatText(path, step), count(step.end - step.first), count(step.kept), count(step.listed),
             count(step.level > 0 ? 1 : path.listSize), best);
}

QString hopsText(const PathModel& path) {
    const int hops = path.hops();
    if (path.scans())
        return tr("all vectors compared");
    if (path.ivf())
        return hops == 1 ? tr("1 cell scanned") : tr("%1 cells scanned").arg(hops);
    return hops == 1 ? tr("1 hop") : tr("%1 hops").arg(hops);
}

std::size_t distancesOf(const PathModel& path) noexcept {
    return std::max<std::size_t>(path.stats.distances, path.searched().size());
}

QString outcomeText(const PathModel& path) {
    const std::size_t k = path.truth.size(), missed = path.missed();
    QString text = missed == 0
                       ? tr("found all %1 true neighbours").arg(k)
                       : tr("found %1 of %2 true neighbours, missed %3").arg(k - missed).arg(k).arg(missed);
    return tr("%1; %2, %3 distances").arg(text, hopsText(path), formatCount(distancesOf(path)));
}

QString shortOutcomeText(const PathModel& path) {
    const std::size_t k = path.truth.size();
    return tr("found %1 of %2, %3, %4 distances")
        .arg(k - path.missed())
        .arg(k)
        .arg(hopsText(path), formatCount(distancesOf(path)));
}

/// Why a vector that was met is not in the answer.
QString notKeptText(const PathModel& path, const TrueNeighbour& neighbour) {
    const TraceLife& life = neighbour.life;
    const auto hopOf = [&path](int step) { return path.steps[static_cast<std::size_t>(step)].hop; };
    const QString met = distanceText(path.metric, life.distance);
    if (life.entered < 0)
        return tr("missed: met at hop %1 at %2, too far for the list").arg(hopOf(life.met)).arg(met);
    if (life.left >= 0 && path.steps[static_cast<std::size_t>(life.left)].kind == PathStep::Kind::Rerank)
        return tr("missed: ranked below the answer in the end");
    if (life.left >= 0)
        return tr("missed: entered at hop %1 at %2, pushed out at hop %3")
            .arg(hopOf(life.entered))
            .arg(met)
            .arg(hopOf(life.left));
    return tr("missed: it stayed in the list, behind the answer");
}

QString reasonText(const TrueNeighbour& neighbour) {
    switch (neighbour.loss) {
    case Loss::None:
        break;
    case Loss::NotReached:
        return tr("never met");
    case Loss::NotProbed:
        return neighbour.cellRank > 0 ? tr("cell not probed, rank %1").arg(neighbour.cellRank)
                                      : tr("cell not probed");
    case Loss::NotKept:
        return tr("met, not kept");
    }
    return {};
}

QString lossText(const PathModel& path, const TrueNeighbour& neighbour) {
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
        return notKeptText(path, neighbour);
    }
    return {};
}

} // namespace annscope::ui
