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

Result<std::vector<float>> measureEdges(GraphScene& scene, const Control& control) {
    const GraphView& graph = scene.graph();
    const VectorSet& base = scene.built->dataset->base;
    std::size_t count = 0;
    for (std::size_t i = 0; i < graph.size(); ++i) {
        const std::size_t degree = graph.neighbors(i).size();
        count += degree;
        scene.maxDegree = std::max(scene.maxDegree, degree);
    }
    scene.meanDegree = graph.size() == 0 ? 0 : static_cast<double>(count) / static_cast<double>(graph.size());
    ANNSCOPE_TRY(
        check_memory(count * (2 * sizeof(GraphScene::Edge) + sizeof(float)), "the picture of the graph"));
    scene.pictureLengths = scene.points.projected() &&
                           static_cast<double>(count) * static_cast<double>(base.dim()) > kMaxLengthWork;

    std::vector<float> lengths;
    lengths.reserve(count);
    scene.edges.reserve(count);
    EdgeLengths exact(base, 0);
    control.begin("Graph picture", graph.size());
    for (std::size_t i = 0; i < graph.size(); ++i) {
        if (i % 128 == 0 && control.cancel_requested())
            return cancelled();
        if (!scene.pictureLengths)
            exact.setFrom(i);
        const Point2 a = scene.points.base[i];
        for (const std::uint32_t to : graph.neighbors(i)) {
            const Point2 b = scene.points.base[to];
            scene.edges.push_back({static_cast<std::uint32_t>(i), to});
            lengths.push_back(scene.pictureLengths ? std::hypot(b[0] - a[0], b[1] - a[1]) : exact.to(to));
        }
        control.advance();
    }
    return lengths;
}

/// Sorts the edges into shades by the logarithm of their length; the ends are the 1st and 99.9th percentile.
void shadeEdges(GraphScene& scene, const std::vector<float>& lengths) {
    if (lengths.empty())
        return;
    std::vector<float> sample;
    const std::size_t stride = std::max<std::size_t>(lengths.size() / 100000, 1);
    for (std::size_t i = 0; i < lengths.size(); i += stride)
        if (lengths[i] > 0)
            sample.push_back(lengths[i]);
    std::sort(sample.begin(), sample.end());
    if (sample.empty())
        sample.push_back(1);
    const auto at = [&](double q) {
        return static_cast<double>(
            sample[static_cast<std::size_t>(q * static_cast<double>(sample.size() - 1))]);
    };
    scene.shortest = at(0.01);
    scene.longest = std::max(at(0.999), scene.shortest * 1.0001);

    const double low = std::log(scene.shortest), range = std::log(scene.longest) - low;
    const auto shade = [&](float length) {
        const double t = length > 0 ? std::clamp((std::log(length) - low) / range, 0.0, 1.0) : 0.0;
        return static_cast<std::size_t>((1 - t) * (GraphScene::kShades - 1) + 0.5);
    };
    std::vector<std::uint8_t> shades(lengths.size());
    scene.shadeStart.fill(0);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        shades[i] = static_cast<std::uint8_t>(shade(lengths[i]));
        ++scene.shadeStart[shades[i] + 1u];
    }
    for (std::size_t s = 1; s < scene.shadeStart.size(); ++s)
        scene.shadeStart[s] += scene.shadeStart[s - 1];
    auto next = scene.shadeStart;
    std::vector<GraphScene::Edge> sorted(scene.edges.size());
    for (std::size_t i = 0; i < shades.size(); ++i)
        sorted[next[shades[i]]++] = scene.edges[i];
    scene.edges = std::move(sorted);
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
    ANNSCOPE_ASSIGN(const std::vector<float> lengths, measureEdges(*scene, control));
    shadeEdges(*scene, lengths);
    scene->nodeGrid = SpatialGrid(scene->points.base);
    scene->queryGrid = SpatialGrid(scene->points.queries);
    scene->entry = scene->graph().entry_point();
    return GraphScenePtr(std::move(scene));
}

} // namespace annscope::ui
