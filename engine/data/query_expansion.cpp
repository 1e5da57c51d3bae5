// SPDX-License-Identifier: Apache-2.0
#include "data/query_expansion.h"

#include "core/parallel.h"
#include "data/ground_truth.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace annscope {
namespace {

constexpr std::size_t kScaleRows = 65536; // rows that the scale of L2 is measured on
constexpr std::size_t kBlockRows = 64;

Metric neighbours_by(Metric metric) noexcept {
    return metric == Metric::L2 ? Metric::L2 : Metric::Cosine;
}

/// Mean squared distance from the mean, of rows taken evenly.
double spread(const VectorSet& rows) {
    const std::size_t step = (rows.size() + kScaleRows - 1) / kScaleRows, dim = rows.dim();
    std::vector<float> row(dim);
    std::vector<double> sum(dim);
    double squares = 0, count = 0;
    for (std::size_t i = 0; i < rows.size(); i += step) {
        rows.copy_row(i, row.data());
        for (std::size_t j = 0; j < dim; ++j) {
            const double x = row[j];
            sum[j] += x;
            squares += x * x;
        }
        count += 1;
    }
    double mean_squared = 0;
    for (const double s : sum)
        mean_squared += s / count * (s / count);
    return std::max(0.0, squares / count - mean_squared);
}

class Expander {
public:
    Expander(const VectorSet& base, Metric metric, const ExpansionOptions& options, const Control& control)
        : m_base(base), m_metric(metric), m_options(options), m_control(control),
          m_scale(metric == Metric::L2 ? 2 * spread(base) : 0) {}

    /// own: the rows are those of the base, so each is its own nearest neighbour.
    Result<VectorSet> expand(const VectorSet& rows, const GroundTruth& neighbours, bool own) const {
        const std::size_t dim = rows.dim();
        ANNSCOPE_TRY(check_memory(rows.size() * dim * sizeof(float), "The expanded vectors"));
        m_control.begin("Expanding", rows.size());
        AlignedBuffer<float> out(rows.size() * dim);
        ANNSCOPE_TRY(
            parallel_for(rows.size(), kBlockRows, m_control, [&](std::size_t begin, std::size_t end, int) {
                std::vector<float> row(dim);
                std::vector<double> sum(dim);
                for (std::size_t i = begin; i < end; ++i)
                    expand_row(rows, i, neighbours, own, row, sum, out.data() + i * dim);
                m_control.advance(end - begin);
            }));
        return VectorSet::adopt(std::move(out), rows.size(), dim);
    }

private:
    double weight(float distance) const noexcept {
        const double sim = m_metric != Metric::L2 ? -static_cast<double>(distance)
                           : m_scale > 0          ? 1 - static_cast<double>(distance) / m_scale
                                                  : 1;
        return sim > 0 ? std::pow(std::min(sim, 1.0), m_options.alpha) : 0;
    }

    void expand_row(const VectorSet& rows, std::size_t i, const GroundTruth& neighbours, bool own,
                    std::vector<float>& row, std::vector<double>& sum, float* out) const {
        const std::size_t dim = rows.dim();
        const bool unit = m_metric != Metric::L2;
        rows.copy_row(i, row.data());
        double squared = 0;
        for (const float x : row)
            squared += static_cast<double>(x) * static_cast<double>(x);
        if (unit)
            normalize(row.data(), dim);
        sum.assign(row.begin(), row.end());
        const auto ids = neighbours.ids_of(i);
        const auto distances = neighbours.distances_of(i);
        double weights = 1;
        std::size_t taken = 0;
        for (std::size_t k = 0; k < ids.size() && taken < m_options.n; ++k) {
            if (ids[k] == kNoId || (own && ids[k] == static_cast<Id>(i)))
                continue;
            ++taken;
            const double w = weight(distances[k]);
            if (w == 0)
                continue;
            m_base.copy_row(static_cast<std::size_t>(ids[k]), row.data());
            if (unit)
                normalize(row.data(), dim);
            for (std::size_t j = 0; j < dim; ++j)
                sum[j] += w * static_cast<double>(row[j]);
            weights += w;
        }
        for (std::size_t j = 0; j < dim; ++j)
            out[j] = static_cast<float>(unit ? sum[j] : sum[j] / weights);
        if (!unit)
            return;
        normalize(out, dim);
        const auto length = static_cast<float>(m_metric == Metric::InnerProduct ? std::sqrt(squared) : 1.0);
        for (std::size_t j = 0; j < dim; ++j)
            out[j] *= length;
    }

    const VectorSet& m_base;
    Metric m_metric;
    const ExpansionOptions& m_options;
    const Control& m_control;
    double m_scale; ///< L2: 2 r^2
};

Status check(const Dataset& dataset, const ExpansionOptions& options) {
    const bool queries = options.what != Expand::Base;
    const std::size_t most = dataset.base.size() - (queries && !dataset.base.empty() ? 0 : 1);
    if (dataset.base.empty() || options.n == 0 || options.n > most)
        return Error{ErrorCode::InvalidArgument, "The number of neighbours to expand from is 1 to " +
                                                     format_count(dataset.base.empty() ? 0 : most) +
                                                     " here, not " + format_count(options.n) + "."};
    if (!(options.alpha >= 0) || !std::isfinite(options.alpha))
        return Error{ErrorCode::InvalidArgument, "alpha is a number of at least 0."};
    if (queries && dataset.queries.empty())
        return Error{ErrorCode::InvalidArgument, "There are no queries to expand; expand the base."};
    return {};
}

bool truth_serves(const Dataset& dataset, std::size_t n) {
    const GroundTruth& truth = dataset.truth;
    return !truth.of_originals && truth.k >= n && truth.queries == dataset.queries.size() &&
           truth.distances.size() == truth.ids.size() && dataset.metric != Metric::InnerProduct;
}

std::string sentence(const ExpansionOptions& options) {
    char alpha[32];
    std::snprintf(alpha, sizeof alpha, "%g", options.alpha);
    return std::string(options.what == Expand::Queries ? "The queries are"
                       : options.what == Expand::Base  ? "The base vectors are"
                                                       : "Base vectors and queries are") +
           " expanded by their " + std::to_string(options.n) + " nearest base vectors with alpha " + alpha +
           "; the truth is that of the original vectors.";
}

} // namespace

std::string_view name(Expand what) noexcept {
    return what == Expand::Queries ? "queries" : what == Expand::Base ? "base" : "both";
}

Result<Dataset> expanded(const Dataset& dataset, const ExpansionOptions& options, const Control& control) {
    ANNSCOPE_TRY(check(dataset, options));
    try {
        Dataset result = dataset;
        const Metric by = neighbours_by(dataset.metric);
        if (options.what != Expand::Queries) {
            ANNSCOPE_ASSIGN(const GroundTruth neighbours,
                            exact_neighbours(dataset.base, dataset.base, by, options.n + 1, control));
            const Expander expander(dataset.base, dataset.metric, options, control);
            ANNSCOPE_ASSIGN(result.base, expander.expand(dataset.base, neighbours, true));
        }
        if (options.what != Expand::Base) {
            GroundTruth found;
            const bool known = options.what == Expand::Queries && truth_serves(dataset, options.n);
            if (!known) {
                ANNSCOPE_ASSIGN(found,
                                exact_neighbours(result.base, dataset.queries, by, options.n, control));
            }
            const Expander expander(result.base, dataset.metric, options, control);
            ANNSCOPE_ASSIGN(result.queries,
                            expander.expand(dataset.queries, known ? dataset.truth : found, false));
        }
        result.truth.of_originals = !result.truth.empty();
        result.warnings.push_back(sentence(options));
        return result;
    } catch (...) {
        return current_exception_error();
    }
}

} // namespace annscope
