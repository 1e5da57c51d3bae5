// SPDX-License-Identifier: Apache-2.0
#include "tune/difficulty.h"

#include "core/parallel.h"
#include "core/random.h"
#include "data/exact_query.h"
#include "data/ground_truth.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace annscope {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kFewestReferences = 250;       // a 99th percentile of fewer says little
constexpr std::size_t kMostSampleValues = 16u << 20; // 64 MiB of float32
constexpr std::size_t kChunkValues = 32u << 10;      // 128 KiB: stays in the second-level cache
/// Squared distances below these shares of the squared length are computed anew in float64, and taken as
/// zero, where they come from a difference of products: float32 holds no more.
constexpr double kInexact = 1e-3, kZero = 1e-12;

/// Distances of one query as QueryDifficulty defines them.
class DistanceRule {
public:
    DistanceRule(const VectorSet& base, Metric metric, double longest, std::span<const float> query)
        : m_base(base), m_metric(metric), m_longest(longest), m_query(query), m_exact(query, metric) {
        m_norm = std::sqrt(m_exact.squared_norm());
    }

    /// stored: as the program keeps distances (see Metric), in float32; row: whose it is.
    double of(double stored, Id row) const {
        if (!std::isfinite(stored))
            return kInfinity;
        if (m_metric == Metric::L2)
            return std::sqrt(std::max(stored, 0.0));
        double squared = from_product(stored);
        if (squared < kInexact * scale() && row >= 0 && static_cast<std::size_t>(row) < m_base.size())
            squared = from_product(m_exact.distance(m_base, static_cast<std::size_t>(row)));
        return squared <= kZero * scale() ? 0 : std::sqrt(squared);
    }
    /// Without that care, for means.
    double roughly(double stored) const {
        return std::sqrt(std::max(m_metric == Metric::L2 ? stored : from_product(stored), 0.0));
    }

private:
    double scale() const { return m_metric == Metric::Cosine ? 1 : m_longest * m_longest; }
    double from_product(double stored) const {
        if (m_metric == Metric::Cosine)
            return 2 + 2 * stored;
        const double along = m_norm > 0 ? stored / m_norm : 0; // minus the length along the query
        return 2 * m_longest * (m_longest + along);
    }

    const VectorSet& m_base;
    Metric m_metric;
    double m_longest, m_norm = 0;
    std::span<const float> m_query;
    ExactQuery m_exact;
};

Status check(const Dataset& dataset, const DifficultyOptions& options) {
    const auto invalid = [](std::string message) {
        return Error{ErrorCode::InvalidArgument, std::move(message)};
    };
    if (dataset.base.empty() || dataset.dim() == 0)
        return invalid("The difficulty of queries needs base vectors; there are none.");
    if (dataset.queries.empty())
        return invalid("The difficulty of queries needs queries; " + dataset.name + " has none.");
    if (dataset.queries.dim() != dataset.dim())
        return Error{ErrorCode::DimensionMismatch, "The queries have " + format_count(dataset.queries.dim()) +
                                                       " dimensions, but the base vectors have " +
                                                       format_count(dataset.dim()) + "."};
    if (dataset.truth.empty() || dataset.truth.k == 0)
        return invalid("The difficulty of queries needs their true neighbours; " + dataset.name +
                       " has none. Let them be computed when it is opened.");
    if (dataset.truth.of_originals)
        return invalid("The true neighbours are of the vectors before they were expanded, so that their "
                       "distances say nothing here.");
    if (options.k == 0 || options.k > dataset.truth.k)
        return invalid("k is " + format_count(options.k) + "; the true neighbours allow 1 to " +
                       format_count(dataset.truth.k) + ".");
    return {};
}

/// The length of the longest base vector; what the inner product needs.
Result<double> longest_vector(const VectorSet& base, const Control& control) {
    constexpr std::size_t kBlock = 256;
    std::vector<double> largest((base.size() + kBlock - 1) / kBlock);
    ANNSCOPE_TRY(parallel_for(largest.size(), 1, control, [&](std::size_t block, std::size_t, int) {
        std::vector<float> row(base.dim());
        for (std::size_t i = block * kBlock; i < std::min(base.size(), (block + 1) * kBlock); ++i) {
            base.copy_row(i, row.data());
            largest[block] = std::max(largest[block], squared_norm(row));
        }
    }));
    return std::sqrt(*std::ranges::max_element(largest));
}

/// The work on all queries.
class Measurement {
public:
    Measurement(const Dataset& dataset, const DifficultyOptions& options, const Control& control)
        : m_data(dataset), m_options(options), m_control(control),
          m_queries(std::min(dataset.queries.size(), dataset.truth.queries)) {}

    Result<QueryDifficulty> run() {
        if (m_data.metric == Metric::InnerProduct) {
            ANNSCOPE_ASSIGN(m_longest, longest_vector(m_data.base, m_control));
        }
        draw_sample();
        prepare_result();
        m_control.begin("Query difficulty", m_queries);
        constexpr std::size_t kGrain = 16;
        ANNSCOPE_TRY(parallel_for(m_queries, kGrain, m_control, [&](std::size_t begin, std::size_t end, int) {
            measure(begin, end);
            m_control.advance(end - begin);
        }));
        ANNSCOPE_TRY(compare_with_base());
        return std::move(m_result);
    }

private:
    void draw_sample() {
        const std::size_t most = std::max<std::size_t>(16, kMostSampleValues / m_data.dim());
        auto rows =
            random_sample(m_data.base.size(), std::min(m_options.contrast_rows, most), m_options.seed);
        std::ranges::sort(rows);
        m_sample = m_data.base.gather(rows);
        m_sample_rows = rows.size();
        if (m_data.metric == Metric::Cosine)
            for (std::size_t i = 0; i < m_sample_rows; ++i)
                normalize(m_sample.data() + i * m_data.dim(), m_data.dim());
    }

    void prepare_result() {
        m_result.metric = m_data.metric;
        m_result.k = m_options.k;
        m_result.neighbours = std::min(std::max<std::size_t>(m_options.neighbours, 1), m_data.truth.k);
        m_result.contrast_rows = m_sample_rows;
        for (auto* values : {&m_result.contrast, &m_result.dimension, &m_result.distance})
            values->assign(m_queries, static_cast<float>(kNaN));
        m_result.outside.assign(m_queries, 0);
    }

    /// Sums of the distances to the sample, a piece of it at a time for all the queries of the block.
    void measure(std::size_t begin, std::size_t end) {
        const std::size_t dim = m_data.dim(), count = end - begin;
        const std::size_t piece = std::max<std::size_t>(1, kChunkValues / dim);
        std::vector<float> queries(count * dim), unit(count * dim), stored(piece);
        std::vector<DistanceRule> rules;
        for (std::size_t i = 0; i < count; ++i) {
            float* query = queries.data() + i * dim;
            m_data.queries.copy_row(begin + i, query);
            rules.emplace_back(m_data.base, m_data.metric, m_longest, std::span(query, dim));
            std::copy_n(query, dim, unit.data() + i * dim);
            if (m_data.metric == Metric::Cosine)
                normalize(unit.data() + i * dim, dim);
        }
        const auto& kernels = simd::distance_kernels<float, float>();
        const bool l2 = m_data.metric == Metric::L2;
        const auto rows_kernel = l2 ? kernels.l2_rows : kernels.ip_rows;
        std::vector<double> sums(count);
        for (std::size_t first = 0; first < m_sample_rows; first += piece) {
            const std::size_t rows = std::min(piece, m_sample_rows - first);
            if (m_control.cancel_requested())
                return;
            for (std::size_t i = 0; i < count; ++i) {
                rows_kernel(unit.data() + i * dim, m_sample.data() + first * dim, dim, rows, dim,
                            stored.data());
                for (std::size_t r = 0; r < rows; ++r) {
                    const double value = static_cast<double>(stored[r]);
                    sums[i] += rules[i].roughly(l2 ? value : -value);
                }
            }
        }
        for (std::size_t i = 0; i < count; ++i)
            finish(begin + i, rules[i], sums[i] / static_cast<double>(m_sample_rows));
    }

    void finish(std::size_t query, const DistanceRule& rule, double mean) {
        const auto ids = m_data.truth.ids_of(query);
        const auto stored = m_data.truth.distances_of(query);
        std::vector<double> distances(std::max(m_result.neighbours, m_result.k));
        for (std::size_t i = 0; i < distances.size(); ++i)
            distances[i] = rule.of(static_cast<double>(stored[i]), ids[i]);
        m_result.dimension[query] =
            static_cast<float>(local_dimension(std::span(distances).first(m_result.neighbours)));
        m_result.distance[query] = static_cast<float>(std::isfinite(distances[0]) ? distances[0] : kNaN);
        const double kth = distances[m_result.k - 1];
        if (std::isfinite(kth) && std::isfinite(mean))
            m_result.contrast[query] = static_cast<float>(kth > 0 ? mean / kth : mean > 0 ? kInfinity : 1.0);
    }

    /// Which queries are farther from the base than its own vectors are from each other.
    Status compare_with_base() {
        const std::size_t n = m_data.base.size();
        if (n < 2)
            return {};
        const double affordable =
            m_options.reference_work / (static_cast<double>(n) * static_cast<double>(m_data.dim()));
        const auto wanted = std::max(kFewestReferences,
                                     static_cast<std::size_t>(std::min(affordable, static_cast<double>(n))));
        auto rows = random_sample(n, std::min(m_options.reference_rows, wanted), m_options.seed + 1);
        std::ranges::sort(rows);
        const VectorSet picked = m_data.base.select(rows);
        ANNSCOPE_ASSIGN(const GroundTruth nearest,
                        exact_neighbours(m_data.base, picked, m_data.metric, 2, m_control));
        std::vector<double> own(rows.size());
        std::vector<float> query(m_data.dim());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const std::size_t other = nearest.ids_of(i)[0] == static_cast<Id>(rows[i]) ? 1 : 0;
            picked.copy_row(i, query.data());
            own[i] = DistanceRule(m_data.base, m_data.metric, m_longest, query)
                         .of(static_cast<double>(nearest.distances_of(i)[other]), nearest.ids_of(i)[other]);
        }
        std::ranges::sort(own);
        const auto at = [&](double percentile) { // nearest rank
            const double rank = std::ceil(percentile / 100 * static_cast<double>(own.size()));
            return static_cast<float>(own[static_cast<std::size_t>(std::max(rank, 1.0)) - 1]);
        };
        m_result.reference_rows = own.size();
        m_result.typical = at(50);
        m_result.limit = at(std::clamp(m_options.reference_percentile, 0.0, 100.0));
        for (std::size_t q = 0; q < m_queries; ++q)
            m_result.outside[q] = m_result.distance[q] > m_result.limit;
        return {};
    }

    const Dataset& m_data;
    const DifficultyOptions& m_options;
    const Control& m_control;
    std::size_t m_queries;
    double m_longest = 0;
    AlignedBuffer<float> m_sample;
    std::size_t m_sample_rows = 0;
    QueryDifficulty m_result;
};

/// Mean of the finite ones; NaN without any.
class FiniteMean {
public:
    void add(double value) noexcept {
        if (std::isfinite(value)) {
            m_sum += value;
            ++m_count;
        }
    }
    double mean() const noexcept { return m_count > 0 ? m_sum / static_cast<double>(m_count) : kNaN; }
    std::size_t count() const noexcept { return m_count; }

private:
    double m_sum = 0;
    std::size_t m_count = 0;
};

} // namespace

std::string_view name(DifficultyMeasure measure) noexcept {
    switch (measure) {
    case DifficultyMeasure::RelativeContrast:
        return "relative contrast";
    case DifficultyMeasure::LocalDimension:
        return "local intrinsic dimension";
    case DifficultyMeasure::Distance:
        break;
    }
    return "distance to the data";
}

double local_dimension(std::span<const double> distances) noexcept {
    const auto first = std::ranges::find_if(distances, [](double d) { return d > 0; });
    const auto last = std::find_if(first, distances.end(), [](double d) { return !std::isfinite(d); });
    const auto count = last - first;
    if (count < 2)
        return kNaN;
    const double farthest = *(last - 1);
    double sum = 0;
    for (auto d = first; d != last - 1; ++d)
        sum += std::log(farthest / *d);
    return sum > 0 ? static_cast<double>(count - 1) / sum : kInfinity;
}

Result<QueryDifficulty> query_difficulty(const Dataset& dataset, const DifficultyOptions& options,
                                         const Control& control) {
    ANNSCOPE_TRY(check(dataset, options));
    DifficultyOptions sane = options;
    sane.contrast_rows = std::max<std::size_t>(options.contrast_rows, 1);
    sane.reference_rows = std::max<std::size_t>(options.reference_rows, 1);
    return Measurement(dataset, sane, control).run();
}

std::vector<std::uint32_t> by_difficulty(const QueryDifficulty& difficulty, DifficultyMeasure measure) {
    const std::span<const float> values = difficulty.values(measure);
    std::vector<std::uint32_t> rows(values.size());
    std::iota(rows.begin(), rows.end(), 0u);
    const bool larger = larger_is_harder(measure);
    std::ranges::stable_sort(rows, [&](std::uint32_t a, std::uint32_t b) {
        if (std::isnan(values[a]) || std::isnan(values[b]))
            return !std::isnan(values[a]) && std::isnan(values[b]);
        return larger ? values[a] > values[b] : values[a] < values[b];
    });
    return rows;
}

std::size_t group_size(std::size_t queries, double share) noexcept {
    const auto wanted = static_cast<std::size_t>(std::ceil(static_cast<double>(queries) * share - 1e-9));
    return std::min(queries, std::max<std::size_t>(wanted, 1));
}

DifficultyGroup summarize(const QueryDifficulty& difficulty, std::span<const std::uint32_t> rows,
                          std::span<const float> recall) {
    FiniteMean found, contrast, dimension, distance, outside;
    for (const std::uint32_t row : rows) {
        if (row < recall.size())
            found.add(static_cast<double>(recall[row]));
        contrast.add(static_cast<double>(difficulty.contrast[row]));
        dimension.add(static_cast<double>(difficulty.dimension[row]));
        distance.add(static_cast<double>(difficulty.distance[row]));
        outside.add(difficulty.outside[row]);
    }
    DifficultyGroup group;
    group.queries = rows.size();
    group.measured = found.count();
    group.recall = found.mean();
    group.contrast = contrast.mean();
    group.dimension = dimension.mean();
    group.distance = distance.mean();
    group.outside = outside.mean();
    return group;
}

} // namespace annscope
