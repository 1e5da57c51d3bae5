// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/alpha_build.h"

#include "core/random.h"
#include "graph/beam_search.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr std::uint64_t kQuerySeed = 7;

VectorSet asVectors(const std::vector<Point2>& points) {
    AlignedBuffer<float> values(points.size() * 2);
    for (std::size_t i = 0; i < points.size(); ++i) {
        values[2 * i] = points[i][0];
        values[2 * i + 1] = points[i][1];
    }
    return VectorSet::adopt(std::move(values), points.size(), 2);
}

/// Points that are shifted by about the distance of neighbours.
VectorSet nearbyQueries(const std::vector<Point2>& points) {
    const Box box = bounds_of(points);
    const double spacing = std::sqrt(std::max(box.width() * box.height(), 1e-12) / double(points.size()));
    Random random(kQuerySeed);
    std::vector<Point2> queries;
    for (std::size_t i = 0; i < kEffortQueries; ++i) {
        Point2 p = points[random.below(points.size())];
        for (float& x : p)
            x += static_cast<float>(spacing * random.normal());
        queries.push_back(p);
    }
    return asVectors(queries);
}

float lengthOf(const std::vector<Point2>& points, const EdgeLife& edge) {
    const Point2 a = points[edge.from], b = points[edge.to];
    return std::hypot(b[0] - a[0], b[1] - a[1]);
}

/// Of the nodes that are in the graph already; those of the first pass come one batch after the other.
std::vector<bool> presentAt(const BuildRecording& recording, std::size_t frame) {
    const bool all = recording.frame(frame).pass != 1;
    std::vector<bool> present(recording.nodes(), all);
    for (std::size_t f = 0; !all && f <= frame; ++f)
        for (const std::uint32_t node : recording.batch(f))
            present[node] = true;
    return present;
}

std::size_t countReached(const Adjacency& graph, std::uint32_t entry) {
    std::vector<bool> reached(graph.size(), false);
    std::vector<std::uint32_t> queue{entry};
    reached[entry] = true;
    for (std::size_t at = 0; at < queue.size(); ++at)
        for (const std::uint32_t next : graph.neighbors(queue[at]))
            if (!reached[next]) {
                reached[next] = true;
                queue.push_back(next);
            }
    return queue.size();
}

std::vector<AlphaMoment> momentsOf(const AlphaBuild& build) {
    const BuildRecording& recording = build.build.recording;
    std::vector<double> change(build.frames() + 1, 0.0);
    for (const EdgeLife& life : recording.lives()) {
        const double length = lengthOf(build.points, life);
        change[life.born] += length;
        change[std::min<std::size_t>(life.died, build.frames())] -= length;
    }
    std::vector<AlphaMoment> moments(build.frames());
    double total = 0;
    for (std::size_t f = 0; f < build.frames(); ++f) {
        total += change[f];
        const BuildFrame& frame = recording.frame(f);
        const std::size_t nodes = frame.pass == 1 ? frame.inserted : build.points.size();
        moments[f] = {double(frame.edges) / double(nodes), frame.edges > 0 ? total / double(frame.edges) : 0,
                      nodes - countReached(recording.graph_at(f), build.entry())};
    }
    return moments;
}

Result<AlphaBuildPtr> buildSide(const AlphaWish& wish, const AlphaSettings& settings,
                                const Control& control) {
    auto side = std::make_shared<AlphaBuild>();
    side->settings = settings;
    side->generation = wish.generation;
    side->points = wish.points;
    side->vectors = asVectors(wish.points);
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(side->vectors, Metric::L2, control));
    ANNSCOPE_ASSIGN(side->build, record_vamana(space, settings.options(), control));
    side->moments = momentsOf(*side);
    EffortOptions effort;
    effort.k = kEffortK;
    effort.recall = kEffortRecall;
    ANNSCOPE_ASSIGN(side->effort, effort_at_recall(side->build.graph.base, side->entry(), side->vectors,
                                                   nearbyQueries(wish.points), effort, control));
    return AlphaBuildPtr(std::move(side));
}

/// The 1st and 99.9th percentile of the edges of both sides.
void measureScale(AlphaPair& pair) {
    std::vector<float> lengths;
    for (const AlphaBuildPtr& side : pair.sides)
        side->build.recording.visit(side->last(), [&](const EdgeLife& edge) {
            if (const float length = lengthOf(side->points, edge); length > 0)
                lengths.push_back(length);
        });
    if (lengths.empty())
        lengths.push_back(1);
    std::ranges::sort(lengths);
    const auto at = [&](double share) {
        return double(lengths[static_cast<std::size_t>(share * double(lengths.size() - 1))]);
    };
    pair.shortest = at(0.01);
    pair.longest = std::max(at(0.999), pair.shortest * 1.0001);
}

/// Remembers who was expanded, and who found whom.
struct HopTrace : NullTrace {
    AlphaPath& path;
    std::vector<std::uint32_t> parents; ///< by node
    HopTrace(AlphaPath& out, std::size_t n) : path(out), parents(n, kNoNode) {}
    void expand(Id id, float d) {
        const auto node = static_cast<std::uint32_t>(id);
        path.hops.push_back({node, parents[node], std::sqrt(d)});
    }
    void consider(Id id, float, bool) {
        const auto node = static_cast<std::uint32_t>(id);
        path.considered.push_back(node);
        parents[node] = path.hops.empty() ? kNoNode : path.hops.back().node;
    }
};

} // namespace

VamanaOptions AlphaSettings::options() const {
    VamanaOptions options;
    options.max_degree = static_cast<std::size_t>(degree);
    options.search_width = static_cast<std::size_t>(width);
    options.alpha = static_cast<float>(alpha);
    return options;
}

Result<AlphaPairPtr> buildAlphaPair(const AlphaWish& wish, const AlphaPairPtr& before,
                                    const Control& control) {
    auto pair = std::make_shared<AlphaPair>();
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaBuildPtr known = before ? before->sides[s] : nullptr;
        if (known && known->settings == wish.settings[s] && known->generation == wish.generation &&
            known->points == wish.points) {
            pair->sides[s] = known;
            continue;
        }
        ANNSCOPE_ASSIGN(pair->sides[s], buildSide(wish, wish.settings[s], control));
    }
    measureScale(*pair);
    return AlphaPairPtr(std::move(pair));
}

AlphaPathPtr findAlphaPath(const AlphaBuild& build, std::size_t frame, Point2 query, std::size_t width) {
    auto path = std::make_shared<AlphaPath>();
    path->query = query;
    path->frame = frame;
    path->width = width;
    const std::size_t n = build.points.size();
    const Scorer scorer(query.data(), build.vectors.view<float>(), simd::distance_kernels<float, float>(),
                        Metric::L2);
    const Adjacency moment = frame == build.last() ? Adjacency() : build.build.recording.graph_at(frame);
    const GraphRows rows = frame == build.last() ? build.build.graph.base.rows() : moment.rows();
    SearchScratch scratch;
    HopTrace trace(*path, n);
    beam_search(rows, n, scorer, build.entry(), std::max<std::size_t>(width, 1), scratch, trace);
    path->found = scratch.list[0].id;
    path->foundDistance = std::sqrt(scratch.list[0].distance);
    const std::vector<bool> present = presentAt(build.build.recording, frame);
    for (std::uint32_t i = 0; i < n; ++i) {
        const float d = std::sqrt(scorer(i));
        if (present[i] && (path->nearest == kNoNode || d < path->nearestDistance)) {
            path->nearest = i;
            path->nearestDistance = d;
        }
    }
    return path;
}

std::size_t AlphaPrunings::best() const noexcept {
    for (std::size_t i = list.size(); i > 0; --i)
        if (list[i - 1].reason == PruneReason::Inserted)
            return i - 1;
    return 0;
}

Result<AlphaPruningsPtr> traceAlphaPrunings(const AlphaBuildPtr& build, std::uint32_t node,
                                            const Control& control) {
    auto prunings = std::make_shared<AlphaPrunings>();
    prunings->build = build;
    prunings->node = node;
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(build->vectors, Metric::L2, control));
    ANNSCOPE_ASSIGN(prunings->list, trace_prunings(space, build->settings.options(), node, control));
    return AlphaPruningsPtr(std::move(prunings));
}

} // namespace annscope::ui
