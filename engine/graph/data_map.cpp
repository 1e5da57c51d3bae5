// SPDX-License-Identifier: Apache-2.0
#include "graph/data_map.h"

#include "core/parallel.h"
#include "core/random.h"
#include "core/timer.h"
#include "data/ground_truth.h"
#include "data/projection.h"
#include "graph/trustworthiness.h"
#include "graph/umap_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace annscope {
namespace {

constexpr std::size_t kProjectionSample = 20000; // rows that the axes are found from
constexpr double kExtent = 10;                   // of the first layout, to each side
constexpr double kNoise = 1e-4;                  // that sets equal rows apart
constexpr double kFrameSeconds = 0.08;

Status check(const Dataset& dataset, const MapOptions& options) {
    const auto wrong = [](std::string text) { return Error{ErrorCode::InvalidArgument, std::move(text)}; };
    if (dataset.base.empty() || dataset.dim() == 0)
        return wrong("A map needs at least one vector.");
    if (options.method == MapOptions::Method::Pca)
        return {};
    if (options.n_neighbors < 2 || options.n_neighbors > 200)
        return wrong("n_neighbors is " + format_count(options.n_neighbors) + "; a map needs 2 to 200.");
    if (!(options.spread > 0 && options.spread <= 100))
        return wrong("spread must be above 0 and at most 100.");
    if (!(options.min_dist >= 0 && options.min_dist <= options.spread))
        return wrong("min_dist must be from 0 to spread.");
    if (options.epochs > 100000)
        return wrong("epochs is " + format_count(options.epochs) + "; at most 100,000 make sense.");
    return {};
}

// What NodeSpace's squared L2 stands for
float euclidean(float squared) {
    return std::sqrt(squared);
}
float one_minus_cosine(float squared) {
    return squared / 2;
}

class Mapper {
public:
    Mapper(const Dataset& dataset, const MapOptions& options, const Control& control, MapPreview* preview)
        : m_dataset(dataset), m_options(options), m_control(control), m_preview(preview) {}

    Result<MapLayout> run() {
        ANNSCOPE_TRY(choose_rows());
        ANNSCOPE_ASSIGN(m_space, NodeSpace::create(m_vectors, m_dataset.metric, m_control));
        ANNSCOPE_ASSIGN(const Projection projection,
                        fit_projection(m_vectors, kProjectionSample, m_options.seed, m_control));
        ANNSCOPE_ASSIGN(m_layout.xy, projected(projection, m_vectors));
        m_layout.variance_share = projection.variance_share;
        if (m_options.method == MapOptions::Method::Umap) {
            ANNSCOPE_TRY(lay_out());
        } else if (m_options.queries && !m_dataset.queries.empty()) {
            ANNSCOPE_ASSIGN(m_layout.query_xy, projected(projection, prepared(m_dataset.queries)));
        }
        if (m_options.trustworthiness_rows > 0) {
            ANNSCOPE_ASSIGN(const Trustworthiness trust,
                            trustworthiness(m_space, m_layout.xy, m_options.trustworthiness_k,
                                            m_options.trustworthiness_rows, m_options.seed, m_control));
            m_layout.trustworthiness = trust.value;
            m_layout.trustworthiness_k = trust.k;
            m_layout.trustworthiness_rows = trust.rows;
        }
        m_layout.options = m_options;
        return std::move(m_layout);
    }

private:
    VectorSet prepared(const VectorSet& vectors) const {
        return m_dataset.metric == Metric::Cosine ? normalized(vectors).vectors : vectors;
    }

    Status choose_rows() {
        const std::size_t n = m_dataset.base.size();
        const bool all = m_options.sample == 0 || m_options.sample >= n;
        const std::size_t count = all ? n : m_options.sample;
        ANNSCOPE_TRY(check_memory((all ? 0 : count * m_dataset.dim() * element_size(m_dataset.base.type())) +
                                      (m_dataset.metric == Metric::Cosine ? count * m_dataset.dim() * 4 : 0) +
                                      n * sizeof(std::uint32_t) + count * 32,
                                  "The rows of the map"));
        if (all) {
            m_layout.rows.resize(n);
            std::iota(m_layout.rows.begin(), m_layout.rows.end(), 0u);
            m_vectors = prepared(m_dataset.base);
        } else {
            m_layout.rows = random_sample(n, count, m_options.seed);
            std::ranges::sort(m_layout.rows);
            m_vectors = prepared(m_dataset.base.select(m_layout.rows));
        }
        return {};
    }

    Result<std::vector<float>> projected(const Projection& projection, const VectorSet& vectors) const {
        std::vector<float> xy(2 * vectors.size());
        ANNSCOPE_TRY(parallel_for(vectors.size(), 256, m_control, [&](std::size_t b, std::size_t e, int) {
            std::vector<float> row(vectors.dim());
            for (std::size_t i = b; i < e; ++i) {
                vectors.copy_row(i, row.data());
                const auto point = projection.apply(row);
                std::copy_n(point.data(), 2, xy.data() + 2 * i);
            }
        }));
        return xy;
    }

    /// The PCA layout as a start: it keeps the broad order of the data as well as eigenvectors of the graph
    /// do (Kobak and Linderman, Nature Biotechnology 2021), takes graphs that fall into parts, and lets the
    /// two maps of a data set lie the same way round.
    void make_start() {
        float extent = 0;
        for (const float v : m_layout.xy)
            extent = std::max(extent, std::abs(v));
        const double scale = extent > 0 ? kExtent / static_cast<double>(extent) : 0;
        Random random(m_options.seed);
        for (float& v : m_layout.xy)
            v = static_cast<float>(scale * static_cast<double>(v) + kNoise * random.normal());
    }

    Status lay_out() {
        const std::size_t n = m_layout.rows.size();
        make_start();
        if (n < 2)
            return place_queries(0);
        KnnGraphOptions knn;
        knn.k = m_options.n_neighbors - 1;
        knn.seed = m_options.seed;
        ANNSCOPE_ASSIGN(KnnGraph graph, build_knn_graph(m_space, knn, m_control));
        ANNSCOPE_ASSIGN(const FuzzyGraph fuzzy,
                        fuzzy_union(graph, m_options.n_neighbors, to_distance(), m_control));
        graph = {};
        UmapLayoutOptions layout;
        layout.curve = fit_umap_curve(m_options.min_dist, m_options.spread);
        layout.epochs = m_options.epochs > 0 ? m_options.epochs : n <= 10000 ? 500 : 200;
        layout.seed = m_options.seed;
        const auto shared_rows =
            m_preview ? std::make_shared<const std::vector<std::uint32_t>>(m_layout.rows) : nullptr;
        Timer since;
        const auto show = [&](std::size_t done) {
            if (!m_preview || (done < layout.epochs && since.seconds() < kFrameSeconds))
                return;
            m_preview->publish(std::make_shared<const MapPreview::Frame>(
                MapPreview::Frame{shared_rows, m_layout.xy, done, layout.epochs}));
            since = Timer();
        };
        show(0);
        ANNSCOPE_TRY(optimise_layout(fuzzy, layout, m_control, show, m_layout.xy));
        return place_queries(fuzzy.mean_distance);
    }

    float (*to_distance() const)(float) {
        return m_dataset.metric == Metric::Cosine ? one_minus_cosine : euclidean;
    }

    Status place_queries(float mean_distance) {
        const std::size_t n = m_layout.rows.size();
        if (!m_options.queries || m_dataset.queries.empty())
            return {};
        NewPoints points;
        points.count = m_dataset.queries.size();
        points.width = std::min(m_options.n_neighbors, n);
        GroundTruth found;
        if (!truth_serves(points.width)) {
            ANNSCOPE_ASSIGN(found, exact_neighbours(m_vectors, prepared(m_dataset.queries), m_dataset.metric,
                                                    points.width, m_control));
        }
        const GroundTruth& nearest = found.empty() ? m_dataset.truth : found;
        points.ids.resize(points.count * points.width);
        points.weights.resize(points.ids.size());
        ANNSCOPE_TRY(parallel_for(points.count, 64, m_control, [&](std::size_t b, std::size_t e, int) {
            for (std::size_t i = b; i < e; ++i)
                weigh(i, nearest, mean_distance, points);
        }));
        UmapLayoutOptions layout;
        layout.curve = fit_umap_curve(m_options.min_dist, m_options.spread);
        layout.epochs = n <= 10000 ? 100 : 30;
        layout.rate = 0.25;
        layout.seed = m_options.seed + 1;
        ANNSCOPE_ASSIGN(m_layout.query_xy, place_points(points, m_layout.xy, layout, m_control));
        return {};
    }

    /// The truth of a file names the same neighbours at no cost where the map holds all rows.
    bool truth_serves(std::size_t width) const {
        const GroundTruth& truth = m_dataset.truth;
        return !truth.of_originals && truth.k >= width && truth.queries == m_dataset.queries.size() &&
               truth.distances.size() == truth.ids.size() && m_layout.rows.size() == m_dataset.base.size();
    }

    void weigh(std::size_t query, const GroundTruth& nearest, float mean_distance, NewPoints& points) const {
        const auto ids = nearest.ids_of(query).first(points.width);
        const auto raw = nearest.distances_of(query);
        std::vector<float> distances;
        const float lift = m_dataset.metric == Metric::InnerProduct ? lifted_length(query) : 0;
        for (std::size_t i = 0; i < points.width && ids[i] >= 0; ++i)
            distances.push_back(distance_of(raw[i], lift));
        const SmoothDistance smooth = smooth_distance(distances, m_options.n_neighbors, false, mean_distance);
        for (std::size_t i = 0; i < distances.size(); ++i) {
            points.ids[query * points.width + i] = static_cast<std::uint32_t>(ids[i]);
            points.weights[query * points.width + i] = smooth.membership(distances[i]);
        }
    }

    float distance_of(float raw, float lift) const {
        switch (m_dataset.metric) {
        case Metric::Cosine:
            return std::max(0.0f, 1 + raw);
        case Metric::InnerProduct:
            return std::sqrt(std::max(0.0f, lift + 2 * raw));
        case Metric::L2:
            break;
        }
        return std::sqrt(std::max(0.0f, raw));
    }

    /// Squared lengths of a query and of any lifted row, added.
    float lifted_length(std::size_t query) const {
        const auto squared = [](const VectorSet& set, std::size_t row) {
            std::vector<float> values(set.dim());
            set.copy_row(row, values.data());
            return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
        };
        const double lift = m_space.lifts().empty() ? 0 : double{m_space.lifts()[0]};
        return static_cast<float>(squared(m_dataset.queries, query) + squared(m_vectors, 0) + lift * lift);
    }

    const Dataset& m_dataset;
    const MapOptions& m_options;
    const Control& m_control;
    MapPreview* m_preview;
    VectorSet m_vectors; // of the map, of unit length for cosine
    NodeSpace m_space;
    MapLayout m_layout;
};

} // namespace

Result<MapLayout> project_map(const Dataset& dataset, const MapOptions& options, const Control& control,
                              MapPreview* preview) {
    ANNSCOPE_TRY(check(dataset, options));
    return Mapper(dataset, options, control, preview).run();
}

} // namespace annscope
