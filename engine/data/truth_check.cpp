// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.h"
#include "data/exact_query.h"
#include "data/ground_truth.h"
#include "data/recall.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace annscope {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kFits = 0.995; // files whose truth was computed in float32 miss a few near ties

std::string_view title(Metric metric) noexcept {
    switch (metric) {
    case Metric::L2:
        return "L2";
    case Metric::InnerProduct:
        return "inner product";
    case Metric::Cosine:
        return "cosine";
    }
    return "?";
}

std::string percent(double share) {
    char text[16];
    std::snprintf(text, sizeof text, share > 0.995 && share < 1 ? "%.2f %%" : "%.1f %%", 100 * share);
    return text;
}

std::string count_of(std::size_t n, std::size_t total) {
    return format_count(n) + " of " + format_count(total);
}

/// What can be said about the ids without looking at a vector.
Status check_ids(const GroundTruth& truth, std::size_t rows, std::vector<std::string>& findings,
                 const Control& control) {
    std::size_t outside = 0, missing = 0, repeated = 0;
    Id smallest = std::numeric_limits<Id>::max(), largest = kNoId;
    std::vector<Id> sorted;
    for (std::size_t q = 0; q < truth.queries; ++q) {
        if (q % 256 == 0 && control.cancel_requested())
            return cancelled();
        const auto ids = truth.ids_of(q);
        for (const Id id : ids) {
            missing += id == kNoId ? 1 : 0;
            outside += id != kNoId && (id < 0 || id >= static_cast<Id>(rows)) ? 1 : 0;
            smallest = std::min(smallest, id);
            largest = std::max(largest, id);
        }
        sorted.assign(ids.begin(), ids.end());
        std::erase(sorted, kNoId);
        std::ranges::sort(sorted);
        repeated += std::ranges::adjacent_find(sorted) != sorted.end() ? 1 : 0;
    }
    if (outside > 0)
        findings.push_back(count_of(outside, truth.ids.size()) +
                           " row numbers in the truth are outside the base, which has " + format_count(rows) +
                           " rows" +
                           (smallest == 1 && largest == static_cast<Id>(rows)
                                ? "; they seem to be counted from 1, not from 0."
                                : "; the truth seems to belong to other vectors."));
    if (repeated > 0)
        findings.push_back("The truth lists the same row twice for " + count_of(repeated, truth.queries) +
                           " queries.");
    if (missing > 0)
        findings.push_back("The truth lists fewer than " + format_count(truth.k) +
                           " neighbours for some queries (" + count_of(missing, truth.ids.size()) +
                           " entries are empty).");
    return {};
}

/// A few queries with what the file says about them.
struct Sample {
    VectorSet queries;
    std::vector<std::size_t> rows; ///< of the truth
};

Sample draw(const Dataset& dataset, std::size_t count) {
    Sample sample;
    const std::size_t available = std::min(dataset.queries.size(), dataset.truth.queries);
    count = std::min(count, available);
    const std::size_t dim = dataset.queries.dim();
    AlignedBuffer<float> floats(count * dim);
    for (std::size_t i = 0; i < count; ++i) {
        sample.rows.push_back(i * available / count);
        dataset.queries.copy_row(sample.rows.back(), floats.data() + i * dim);
    }
    sample.queries = VectorSet::adopt(std::move(floats), count, dim);
    return sample;
}

/// Exact distances of the listed rows, in the order of the list; infinite for rows that do not exist.
std::vector<float> listed_distances(const Dataset& dataset, const Sample& sample, std::size_t i,
                                    Metric metric) {
    const ExactQuery exact(sample.queries.view<float>()[i], metric);
    std::vector<float> distances;
    for (const Id id : dataset.truth.ids_of(sample.rows[i]))
        distances.push_back(
            id >= 0 && id < static_cast<Id>(dataset.base.size())
                ? static_cast<float>(exact.distance(dataset.base, static_cast<std::size_t>(id)))
                : kInfinity);
    return distances;
}

struct Fit {
    double share = 0;          ///< of the listed neighbours, those that are among the nearest
    std::size_t unordered = 0; ///< queries whose list does not ascend
};

Result<Fit> fit_of(const Dataset& dataset, const Sample& sample, Metric metric, const Control& control) {
    const std::size_t k = std::min(dataset.truth.k, dataset.base.size());
    ANNSCOPE_ASSIGN(const auto exact, exact_neighbours(dataset.base, sample.queries, metric, k, control));
    Fit fit;
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
        auto listed = listed_distances(dataset, sample, i, metric);
        const bool ascends = std::ranges::is_sorted(listed, [](float a, float b) {
            return a < b - 1e-4f * std::abs(b) - std::numeric_limits<float>::min();
        });
        fit.unordered += ascends ? 0 : 1;
        fit.share += recall_at_k(listed, exact.distances_of(i), k);
    }
    fit.share /= static_cast<double>(sample.rows.size());
    return fit;
}

Result<std::string> explain_misfit(const Dataset& dataset, const Sample& sample, double share,
                                   const Control& control) {
    Metric best = dataset.metric;
    double best_share = share;
    for (const Metric other : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        if (other == dataset.metric)
            continue;
        ANNSCOPE_ASSIGN(const Fit fit, fit_of(dataset, sample, other, control));
        if (fit.share > best_share) {
            best = other;
            best_share = fit.share;
        }
    }
    const std::string checked =
        " of the neighbours of " + format_count(sample.rows.size()) + " checked queries";
    const std::string own(title(dataset.metric));
    if (best_share >= kFits)
        return "The neighbours in the truth fit " + std::string(title(best)) + ", not " + own + ": by " +
               std::string(title(best)) + " " + percent(best_share) + checked +
               " are among the nearest, by " + own + " " + percent(share) + ".";
    return "The truth does not fit these vectors: by " + own + " only " + percent(share) + checked +
           " are among the nearest. It may belong to other vectors or to another metric.";
}

} // namespace

Result<std::vector<std::string>> check_truth(const Dataset& dataset, std::size_t sample_size,
                                             const Control& control) {
    std::vector<std::string> findings;
    const GroundTruth& truth = dataset.truth;
    if (truth.empty() || truth.k == 0 || dataset.base.empty() || sample_size == 0)
        return findings;
    if (truth.queries != dataset.queries.size())
        findings.push_back("The truth is for " + format_count(truth.queries) + " queries, but there are " +
                           format_count(dataset.queries.size()) + ".");
    if (truth.k > dataset.base.size())
        findings.push_back("The truth lists " + format_count(truth.k) +
                           " neighbours a query, but the base has only " + format_count(dataset.base.size()) +
                           " rows.");
    ANNSCOPE_TRY(check_ids(truth, dataset.base.size(), findings, control));
    const Sample sample = draw(dataset, sample_size);
    if (sample.rows.empty())
        return findings;
    control.begin("Checking", 0);
    const Control quiet{control.stop, nullptr, control.threads};
    ANNSCOPE_ASSIGN(const Fit fit, fit_of(dataset, sample, dataset.metric, quiet));
    if (fit.share < kFits) {
        ANNSCOPE_ASSIGN(auto sentence, explain_misfit(dataset, sample, fit.share, quiet));
        findings.push_back(std::move(sentence));
    } else if (fit.unordered > 0) {
        findings.push_back("The truth does not list the neighbours of " +
                           count_of(fit.unordered, sample.rows.size()) + " checked queries by distance.");
    }
    return findings;
}

Status recompute_truth_distances(const VectorSet& base, const VectorSet& queries, Metric metric,
                                 GroundTruth& truth, const Control& control) {
    if (truth.queries != queries.size() || base.dim() != queries.dim())
        return Error{ErrorCode::DimensionMismatch,
                     "The truth is for " + format_count(truth.queries) + " queries, but there are " +
                         format_count(queries.size()) + "; base and queries have " +
                         format_count(base.dim()) + " and " + format_count(queries.dim()) + " dimensions."};
    const auto outside = std::ranges::find_if(
        truth.ids, [&](Id id) { return id != kNoId && (id < 0 || id >= static_cast<Id>(base.size())); });
    if (outside != truth.ids.end())
        return Error{ErrorCode::InvalidArgument, "The truth names row " + std::to_string(*outside) +
                                                     ", but the base has rows 0 to " +
                                                     format_count(base.size() - 1) + "."};
    truth.distances.assign(truth.ids.size(), kInfinity);
    return parallel_for(truth.queries, 8, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> query(base.dim());
        std::vector<std::pair<double, Id>> row(truth.k);
        for (std::size_t q = begin; q < end; ++q) {
            queries.copy_row(q, query.data());
            const ExactQuery exact(query, metric);
            for (std::size_t i = 0; i < truth.k; ++i) {
                const Id id = truth.ids[q * truth.k + i];
                row[i] = id == kNoId ? std::pair{std::numeric_limits<double>::infinity(),
                                                 std::numeric_limits<Id>::max()}
                                     : std::pair{exact.distance(base, static_cast<std::size_t>(id)), id};
            }
            std::ranges::sort(row);
            for (std::size_t i = 0; i < truth.k; ++i) {
                const bool present = row[i].second != std::numeric_limits<Id>::max();
                truth.ids[q * truth.k + i] = present ? row[i].second : kNoId;
                truth.distances[q * truth.k + i] = static_cast<float>(row[i].first);
            }
        }
    });
}

} // namespace annscope
