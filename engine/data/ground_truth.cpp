// SPDX-License-Identifier: Apache-2.0
#include "data/ground_truth.h"

#include "core/parallel.h"
#include "data/candidates.h"

#include <algorithm>
#include <atomic>
#include <cblas.h>
#include <cmath>
#include <memory>
#include <mutex>
#include <string>

namespace annscope {
namespace {

constexpr double kUnit = 0x1p-24;                  // float32's unit roundoff
constexpr std::size_t kGroupQueries = 16384;       // bounds the memory of the candidates
constexpr std::size_t kChunkValues = 8u << 20;     // base values converted at a time: 32 MiB
constexpr std::size_t kTile = 1024;                // rows and queries of one product, at most
constexpr double kTileWork = 1024.0 * 1024 * 1024; // multiply-adds: about 10 ms, so that cancel is quick
constexpr double kLargestNorm = 1e36;              // squared; beyond it float32 products may overflow

Status check_arguments(const VectorSet& base, std::size_t query_dim, std::size_t k) {
    if (base.dim() != query_dim)
        return Error{ErrorCode::DimensionMismatch, "The queries have " + format_count(query_dim) +
                                                       " dimensions, but the base vectors have " +
                                                       format_count(base.dim()) + "."};
    if (base.empty() || base.dim() == 0)
        return Error{ErrorCode::InvalidArgument, "Exact neighbours need at least one base vector."};
    if (base.size() > 0xffffffffu)
        return Error{ErrorCode::Unsupported,
                     "Exact neighbours are computed for at most 4,294,967,295 vectors."};
    if (k == 0 || k > base.size())
        return Error{ErrorCode::InvalidArgument,
                     "The number of exact neighbours must be between 1 and " + format_count(base.size()) +
                         ", the number of vectors; it is " + format_count(k) + "."};
    return {};
}

/// Rows as the products need them: float32, L2 around a centre (the nearer the origin, the smaller the
/// rounding), cosine of unit length.
class RowConverter {
public:
    RowConverter(const VectorSet& base, Metric metric) : m_metric(metric) {
        if (metric != Metric::L2)
            return;
        constexpr std::size_t kSample = 1024;
        const std::size_t step = std::max<std::size_t>(1, base.size() / kSample);
        std::vector<double> sum(base.dim());
        std::vector<float> row(base.dim());
        std::size_t count = 0;
        for (std::size_t i = 0; i < base.size(); i += step, ++count) {
            base.copy_row(i, row.data());
            for (std::size_t j = 0; j < row.size(); ++j)
                sum[j] += row[j];
        }
        for (const double s : sum)
            m_centre.push_back(static_cast<float>(s / static_cast<double>(count)));
    }

    /// Returns the squared norm of what it wrote.
    double convert(const VectorSet& vectors, std::size_t i, float* out) const {
        vectors.copy_row(i, out);
        if (m_metric == Metric::Cosine)
            normalize(out, vectors.dim());
        for (std::size_t j = 0; j < m_centre.size(); ++j)
            out[j] -= m_centre[j];
        return squared_norm({out, vectors.dim()});
    }

private:
    Metric m_metric;
    std::vector<float> m_centre; // L2 only
};

/// Bounds of the rounding error of a product of d terms: at most gamma_d |q| |x| in any order of summation
/// (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1), which for L2, where it counts
/// twice, is at most gamma_d (|q|^2 + |x|^2). The converted vectors' own rounding adds a few units.
class ErrorModel {
public:
    ErrorModel(Metric metric, std::size_t dim)
        : m_metric(metric), m_relative((1.1 * static_cast<double>(dim) + 16) * kUnit),
          m_absolute(static_cast<double>(dim + 16) * 0x1p-126) {}

    /// The factor of the products.
    float alpha() const noexcept { return m_metric == Metric::L2 ? -2.0f : -1.0f; }
    /// What a row adds to its lower bound, times the query's weight.
    float row_term(double squared) const noexcept {
        switch (m_metric) {
        case Metric::L2:
            return static_cast<float>((1 - m_relative) * squared);
        case Metric::InnerProduct:
            return static_cast<float>(std::sqrt(squared));
        case Metric::Cosine:
            break;
        }
        return 0.0f;
    }
    /// For L2 bounds are of the distance less the query's squared norm.
    Margin margin(double squared) const noexcept {
        const double norm = std::sqrt(squared);
        switch (m_metric) {
        case Metric::L2:
            return {1.0f, 2 * m_relative / (1 - m_relative), 2 * (m_relative * squared + m_absolute),
                    m_relative * squared + m_absolute - squared};
        case Metric::InnerProduct:
            return {static_cast<float>(-m_relative * norm), 2 * m_relative * norm, 2 * m_absolute,
                    m_absolute};
        case Metric::Cosine:
            break;
        }
        return {0.0f, 0.0, 2 * m_relative, m_relative};
    }

private:
    Metric m_metric;
    double m_relative, m_absolute;
};

/// The search of one group of queries: base chunks are converted once and multiplied with all the group's
/// queries, tile by tile; each tile's products go to the candidates of its queries while they are in cache.
class GroupSearch {
public:
    GroupSearch(const VectorSet& base, const VectorSet& queries, Metric metric, std::size_t k,
                const Control& control)
        : m_base(base), m_queries(queries), m_metric(metric), m_k(k), m_control(control), m_dim(base.dim()),
          m_model(metric, base.dim()), m_converter(base, metric) {
        const auto threads = static_cast<std::size_t>(effective_threads(control));
        const std::size_t share = (std::min(queries.size(), kGroupQueries) + threads - 1) / threads;
        m_tile_queries = std::clamp<std::size_t>((share + 15) / 16 * 16, 16, kTile);
        const auto rows = static_cast<std::size_t>(kTileWork / static_cast<double>(m_tile_queries * m_dim));
        m_tile_rows = std::clamp<std::size_t>(rows / 32 * 32, 32, kTile);
        m_chunk_rows =
            std::clamp<std::size_t>(kChunkValues / m_dim, m_tile_rows, std::max(base.size(), m_tile_rows));
        m_row_terms.resize(base.size());
        m_products.resize(threads);
    }

    Status run(std::size_t first, std::size_t count, GroundTruth& truth) {
        m_first = first;
        m_count = count;
        ANNSCOPE_TRY(prepare_queries());
        for (std::size_t begin = 0; begin < m_base.size(); begin += m_chunk_rows) {
            const std::size_t rows = std::min(m_chunk_rows, m_base.size() - begin);
            ANNSCOPE_TRY(convert_chunk(begin, rows));
            ANNSCOPE_TRY(multiply_chunk(begin, rows));
        }
        return parallel_for(m_count, 4, m_control, [&](std::size_t from, std::size_t to, int) {
            for (std::size_t q = from; q < to; ++q) {
                const std::size_t at = (m_first + q) * m_k;
                m_candidates[q].finish({truth.ids.data() + at, m_k}, {truth.distances.data() + at, m_k});
            }
        });
    }

private:
    Status prepare_queries() {
        m_raw = AlignedBuffer<float>(m_count * m_dim);
        m_converted = AlignedBuffer<float>(m_count * m_dim);
        m_candidates.clear();
        m_candidates.reserve(m_count);
        m_products_may_overflow = false;
        for (std::size_t q = 0; q < m_count; ++q) {
            if (q % 256 == 0 && m_control.cancel_requested())
                return cancelled();
            float* raw = m_raw.data() + q * m_dim;
            m_queries.copy_row(m_first + q, raw);
            const double squared =
                m_converter.convert(m_queries, m_first + q, m_converted.data() + q * m_dim);
            m_products_may_overflow |= !(squared < kLargestNorm);
            m_candidates.emplace_back(m_base, m_row_terms, ExactQuery({raw, m_dim}, m_metric),
                                      m_model.margin(squared), m_k);
        }
        m_locks = std::make_unique<std::mutex[]>((m_count + m_tile_queries - 1) / m_tile_queries);
        return {};
    }

    Status convert_chunk(std::size_t begin, std::size_t rows) {
        if (m_chunk.size() == 0)
            m_chunk = AlignedBuffer<float>(std::min(m_chunk_rows, m_base.size()) * m_dim);
        std::atomic<bool> large{m_products_may_overflow};
        ANNSCOPE_TRY(parallel_for(rows, 64, m_control, [&](std::size_t from, std::size_t to, int) {
            for (std::size_t i = from; i < to; ++i) {
                const double squared = m_converter.convert(m_base, begin + i, m_chunk.data() + i * m_dim);
                m_row_terms[begin + i] = m_model.row_term(squared);
                if (!(squared < kLargestNorm))
                    large.store(true, std::memory_order_relaxed);
            }
        }));
        m_chunk_is_large = large;
        return {};
    }

    Status multiply_chunk(std::size_t begin, std::size_t rows) {
        const std::size_t across = (m_count + m_tile_queries - 1) / m_tile_queries;
        const std::size_t down = (rows + m_tile_rows - 1) / m_tile_rows;
        return parallel_for(across * down, 1, m_control, [&](std::size_t tile, std::size_t, int thread) {
            const std::size_t q0 = tile % across * m_tile_queries, r0 = tile / across * m_tile_rows;
            const std::size_t queries = std::min(m_tile_queries, m_count - q0);
            const std::size_t here = std::min(m_tile_rows, rows - r0);
            multiply_tile({q0, queries, r0, here}, begin, thread);
            m_control.advance(queries * here);
        });
    }

    struct Tile {
        std::size_t first_query, queries, first_row, rows; // rows counted within the chunk
    };
    void multiply_tile(const Tile& tile, std::size_t chunk, int thread) {
        const auto [q0, queries, r0, rows] = tile;
        AlignedBuffer<float>& products = m_products[static_cast<std::size_t>(thread)];
        if (!m_chunk_is_large) {
            if (products.size() < queries * rows)
                products = AlignedBuffer<float>(queries * rows);
            const auto d = static_cast<blasint>(m_dim), n = static_cast<blasint>(rows);
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(queries), n, d,
                        m_model.alpha(), m_converted.data() + q0 * m_dim, d, m_chunk.data() + r0 * m_dim, d,
                        0.0f, products.data(), n);
        }
        const std::lock_guard lock(m_locks[q0 / m_tile_queries]);
        for (std::size_t q = 0; q < queries; ++q) {
            if (m_control.cancel_requested())
                return;
            if (m_chunk_is_large)
                m_candidates[q0 + q].scan_unknown(chunk + r0, rows);
            else
                m_candidates[q0 + q].scan(products.data() + q * rows, chunk + r0, rows);
        }
    }

    const VectorSet& m_base;
    const VectorSet& m_queries;
    Metric m_metric;
    std::size_t m_k;
    const Control& m_control;
    std::size_t m_dim;
    ErrorModel m_model;
    RowConverter m_converter;
    std::size_t m_tile_queries = 0, m_tile_rows = 0, m_chunk_rows = 0;
    std::vector<float> m_row_terms;

    std::size_t m_first = 0, m_count = 0;
    AlignedBuffer<float> m_raw, m_converted, m_chunk;
    std::vector<AlignedBuffer<float>> m_products; // one a thread
    std::vector<Candidates> m_candidates;
    std::unique_ptr<std::mutex[]> m_locks; // one a tile of queries
    bool m_products_may_overflow = false, m_chunk_is_large = false;
};

} // namespace

Result<GroundTruth> exact_neighbours(const VectorSet& base, const VectorSet& queries, Metric metric,
                                     std::size_t k, const Control& control) {
    ANNSCOPE_TRY(check_arguments(base, queries.dim(), k));
    const std::uint64_t group = std::min(queries.size(), kGroupQueries);
    ANNSCOPE_TRY(check_memory(queries.size() * k * 12 + base.size() * 4 +
                                  group * (base.dim() * 8 + (2 * k + 96) * 8 + 256) + kChunkValues * 4,
                              "The search for exact neighbours"));
    control.begin("Exact neighbours", static_cast<std::uint64_t>(base.size()) * queries.size());
    use_single_threaded_blas();
    GroundTruth truth{queries.size(), k, std::vector<Id>(queries.size() * k),
                      std::vector<float>(queries.size() * k)};
    GroupSearch search(base, queries, metric, k, control);
    for (std::size_t first = 0; first < queries.size(); first += kGroupQueries)
        ANNSCOPE_TRY(search.run(first, std::min(kGroupQueries, queries.size() - first), truth));
    return truth;
}

Result<GroundTruth> exact_neighbours_of(const VectorSet& base, std::span<const float> query, Metric metric,
                                        std::size_t k, const Control& control) {
    ANNSCOPE_TRY(check_arguments(base, query.size(), k));
    const std::size_t grain = std::max<std::size_t>(1, (1u << 18) / base.dim());
    control.begin("Exact neighbours", base.size());
    const ExactQuery exact(query, metric);
    struct Found {
        double distance;
        std::uint32_t row;
    };
    std::vector<Found> found(base.size());
    ANNSCOPE_TRY(parallel_for(base.size(), grain, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            found[i] = {exact.distance(base, i), static_cast<std::uint32_t>(i)};
        control.advance(end - begin);
    }));
    const auto nearer = [](const Found& a, const Found& b) {
        return a.distance < b.distance || (a.distance == b.distance && a.row < b.row);
    };
    const auto kth = found.begin() + static_cast<std::ptrdiff_t>(k);
    std::nth_element(found.begin(), kth - 1, found.end(), nearer);
    std::sort(found.begin(), kth, nearer);
    GroundTruth truth{1, k, std::vector<Id>(k), std::vector<float>(k)};
    for (std::size_t i = 0; i < k; ++i) {
        truth.ids[i] = static_cast<Id>(found[i].row);
        truth.distances[i] = static_cast<float>(found[i].distance);
    }
    return truth;
}

} // namespace annscope
