// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/graph_scene.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr std::size_t kProjectionSample = 20000;
constexpr std::uint64_t kProjectionSeed = 1234;
/// Above this many multiply-adds the lengths of edges are measured on the picture.
constexpr double kMaxLengthWork = 4e8;

/// Length of an edge in the space of the data; rows are converted once each.
class EdgeLengths {
public:
    EdgeLengths(const VectorSet& base, std::size_t node)
        : m_base(base), m_from(base.dim()), m_to(base.dim()) {
        base.copy_row(node, m_from.data());
    }
    void setFrom(std::size_t node) { m_base.copy_row(node, m_from.data()); }
    float to(std::size_t node) {
        m_base.copy_row(node, m_to.data());
        float sum = 0;
        for (std::size_t i = 0; i < m_to.size(); ++i)
            sum += (m_to[i] - m_from[i]) * (m_to[i] - m_from[i]);
        return std::sqrt(sum);
    }

private:
    const VectorSet& m_base;
    std::vector<float> m_from, m_to;
};

/// The rows of the nodes of a level, kNoRow where a node has no vector in the data set.
constexpr std::uint32_t kNoRow = 0xFFFFFFFFu;

std::uint32_t rowOf(const GraphView& graph, std::size_t node, std::size_t rows) {
    const Id id = graph.id(node);
    return id >= 0 && static_cast<std::size_t>(id) < rows ? static_cast<std::uint32_t>(id) : kNoRow;
}

std::size_t sizeOf(const GraphView& graph, std::size_t level) {
    return level == 0 ? graph.size() : graph.level_nodes(level).size();
}

/// The row of each node of a level by its rank.
std::vector<std::uint32_t> rowsOf(const GraphView& graph, std::size_t level, std::size_t rows) {
    std::vector<std::uint32_t> all(sizeOf(graph, level));
    for (std::size_t rank = 0; rank < all.size(); ++rank)
        all[rank] = rowOf(graph, level == 0 ? rank : graph.level_nodes(level)[rank], rows);
    return all;
}

std::span<const std::uint32_t> linksOf(const GraphView& graph, std::size_t level, std::size_t rank) {
    return level == 0 ? graph.neighbors(rank) : graph.level_links(level, rank);
}

/// Fills one level and returns the lengths of its edges.
Result<std::vector<float>> readLevel(GraphScene& scene, std::size_t l, const Control& control) {
    const GraphView& graph = scene.graph();
    const VectorSet& base = scene.built->dataset->base;
    GraphLevel& level = scene.levels[l];
    const std::vector<std::uint32_t> rows = rowsOf(graph, l, base.size());
    std::vector<float> lengths;
    EdgeLengths exact(base, 0);
    for (std::size_t rank = 0; rank < rows.size(); ++rank) {
        if (rank % 128 == 0 && control.cancel_requested())
            return cancelled();
        control.advance();
        if (rows[rank] == kNoRow)
            continue;
        ++level.nodes;
        level.rows.push_back(rows[rank]);
        if (!scene.pictureLengths)
            exact.setFrom(rows[rank]);
        const Point2 a = scene.points.base[rows[rank]];
        std::size_t degree = 0;
        for (const std::uint32_t link : linksOf(graph, l, rank)) {
            const std::uint32_t to = rows[link];
            if (to == kNoRow)
                continue;
            const Point2 b = scene.points.base[to];
            level.edges.push_back({rows[rank], to});
            lengths.push_back(scene.pictureLengths ? std::hypot(b[0] - a[0], b[1] - a[1]) : exact.to(to));
            ++degree;
        }
        level.maxDegree = std::max(level.maxDegree, degree);
    }
    return lengths;
}

Result<std::vector<std::vector<float>>> readLevels(GraphScene& scene, const Control& control) {
    const GraphView& graph = scene.graph();
    const std::size_t levels = std::max<std::size_t>(graph.levels(), 1), dim = scene.built->dataset->dim();
    std::size_t edges = 0, nodes = 0;
    for (std::size_t l = 0; l < levels; ++l) {
        nodes += sizeOf(graph, l);
        for (std::size_t rank = 0; rank < sizeOf(graph, l); ++rank)
            edges += linksOf(graph, l, rank).size();
    }
    ANNSCOPE_TRY(
        check_memory(edges * (2 * sizeof(GraphLevel::Edge) + sizeof(float)), "the picture of the graph"));
    scene.pictureLengths =
        scene.points.projected() && static_cast<double>(edges) * static_cast<double>(dim) > kMaxLengthWork;
    control.begin("Graph picture", nodes);
    scene.levels.resize(levels);
    std::vector<std::vector<float>> lengths(levels);
    for (std::size_t l = 0; l < levels; ++l) {
        ANNSCOPE_ASSIGN(lengths[l], readLevel(scene, l, control));
    }
    return lengths;
}

/// The ends of the scale: the 1st and 99.9th percentile of each level's lengths, the widest of all levels.
void measureScale(GraphScene& scene, const std::vector<std::vector<float>>& lengths) {
    scene.shortest = scene.longest = 0;
    for (const std::vector<float>& level : lengths) {
        std::vector<float> sample;
        const std::size_t stride = std::max<std::size_t>(level.size() / 100000, 1);
        for (std::size_t i = 0; i < level.size(); i += stride)
            if (level[i] > 0)
                sample.push_back(level[i]);
        if (sample.empty())
            continue;
        std::sort(sample.begin(), sample.end());
        const auto at = [&](double q) {
            return static_cast<double>(
                sample[static_cast<std::size_t>(q * static_cast<double>(sample.size() - 1))]);
        };
        scene.shortest = scene.shortest > 0 ? std::min(scene.shortest, at(0.01)) : at(0.01);
        scene.longest = std::max(scene.longest, at(0.999));
    }
    scene.shortest = scene.shortest > 0 ? scene.shortest : 1;
    scene.longest = std::max(scene.longest, scene.shortest * 1.0001);
}

/// Sorts the edges of a level into shades by the logarithm of their length.
void shadeEdges(const GraphScene& scene, const std::vector<float>& lengths, GraphLevel& level) {
    const double low = std::log(scene.shortest), range = std::log(scene.longest) - low;
    const auto shade = [&](float length) {
        const double t = length > 0 ? std::clamp((std::log(length) - low) / range, 0.0, 1.0) : 0.0;
        return static_cast<std::size_t>((1 - t) * (GraphLevel::kShades - 1) + 0.5);
    };
    std::vector<std::uint8_t> shades(lengths.size());
    level.shadeStart.fill(0);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        shades[i] = static_cast<std::uint8_t>(shade(lengths[i]));
        ++level.shadeStart[shades[i] + 1u];
    }
    for (std::size_t s = 1; s < level.shadeStart.size(); ++s)
        level.shadeStart[s] += level.shadeStart[s - 1];
    auto next = level.shadeStart;
    std::vector<GraphLevel::Edge> sorted(level.edges.size());
    for (std::size_t i = 0; i < shades.size(); ++i)
        sorted[next[shades[i]]++] = level.edges[i];
    level.edges = std::move(sorted);
}

/// The nodes' grid; a base that holds every row in its place needs no list of rows.
void placeNodes(const GraphScene& scene, GraphLevel& level) {
    bool all = level.rows.size() == scene.points.base.size();
    for (std::size_t i = 0; all && i < level.rows.size(); ++i)
        all = level.rows[i] == i;
    if (all) {
        level.rows = {};
        level.grid = SpatialGrid(scene.points.base);
        return;
    }
    std::vector<Point2> places;
    places.reserve(level.rows.size());
    for (const std::uint32_t row : level.rows)
        places.push_back(scene.points.base[row]);
    level.grid = SpatialGrid(places);
}

std::vector<Point2> rowsAsPoints(const VectorSet& vectors) {
    std::vector<Point2> points(vectors.size(), Point2{0, 0});
    std::vector<float> row(std::max<std::size_t>(vectors.dim(), 2), 0.0f);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        vectors.copy_row(i, row.data());
        points[i] = {row[0], row[1]};
    }
    return points;
}

} // namespace

Point2 PlanePoints::place(std::span<const float> v) const noexcept {
    if (projected())
        return projection.apply(v);
    return {v.empty() ? 0.0f : v[0], v.size() > 1 ? v[1] : 0.0f};
}

Result<PlanePoints> placePoints(const Dataset& dataset, const Control& control) {
    PlanePoints points;
    points.dim = dataset.dim();
    const bool queries = dataset.queries.dim() == dataset.dim();
    if (points.projected()) {
        ANNSCOPE_ASSIGN(points.projection,
                        fit_projection(dataset.base, kProjectionSample, kProjectionSeed, control));
        points.base = points.projection.apply(dataset.base);
        if (queries)
            points.queries = points.projection.apply(dataset.queries);
    } else {
        points.projection.identity = true;
        points.projection.variance_share = 1;
        points.base = rowsAsPoints(dataset.base);
        if (queries)
            points.queries = rowsAsPoints(dataset.queries);
    }
    points.bounds = bounds_of(points.base);
    return points;
}

Result<GraphScenePtr> buildGraphScene(const BuiltIndexPtr& built, const Control& control) {
    auto scene = std::make_shared<GraphScene>();
    scene->built = built;
    ANNSCOPE_ASSIGN(scene->points, placePoints(*built->dataset, control));
    ANNSCOPE_ASSIGN(const std::vector<std::vector<float>> lengths, readLevels(*scene, control));
    measureScale(*scene, lengths);
    for (std::size_t l = 0; l < scene->levels.size(); ++l) {
        shadeEdges(*scene, lengths[l], scene->levels[l]);
        placeNodes(*scene, scene->levels[l]);
    }
    scene->queryGrid = SpatialGrid(scene->points.queries);
    const std::uint32_t entry =
        rowOf(scene->graph(), scene->graph().entry_point(), scene->points.base.size());
    scene->entry = entry == kNoRow ? 0 : entry;
    return GraphScenePtr(std::move(scene));
}

int GraphScene::topLevelOf(std::uint32_t row) const noexcept {
    for (std::size_t l = levels.size(); l-- > 1;)
        if (std::find(levels[l].rows.begin(), levels[l].rows.end(), row) != levels[l].rows.end())
            return static_cast<int>(l);
    return 0;
}

} // namespace annscope::ui
