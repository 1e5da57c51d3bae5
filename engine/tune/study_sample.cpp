// SPDX-License-Identifier: Apache-2.0
#include "tune/study_sample.h"

#include "core/parallel.h"
#include "core/random.h"
#include "data/exact_query.h"
#include "data/format.h"
#include "data/ground_truth.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace annscope {
namespace {

using Rows = std::vector<std::uint32_t>;

/// count different rows of n in random order, without a permutation of all of a large set.
Rows draw_rows(std::size_t n, std::size_t count, std::uint64_t seed) {
    constexpr std::size_t kPermute = 1u << 20;
    if (n <= kPermute || count * 4 >= n)
        return random_sample(n, std::min(count, n), seed);
    Random random(seed);
    std::unordered_set<std::uint32_t> seen;
    Rows rows;
    while (rows.size() < count)
        if (const auto row = static_cast<std::uint32_t>(random.below(n)); seen.insert(row).second)
            rows.push_back(row);
    return rows;
}

VectorSet gathered(const VectorSet& vectors, const Rows& rows) {
    return VectorSet::adopt(vectors.gather(rows), rows.size(), vectors.dim());
}

Result<std::vector<Id>> true_ids(const Dataset& dataset, const Rows& queries, const VectorSet& vectors,
                                 std::size_t k, const Control& control) {
    std::vector<Id> ids;
    ids.reserve(queries.size() * k);
    const GroundTruth& known = dataset.truth;
    if (known.queries == dataset.queries.size() && known.k >= k) {
        for (const std::uint32_t query : queries)
            for (std::size_t j = 0; j < k; ++j)
                ids.push_back(known.ids_of(query)[j]);
        return ids;
    }
    ANNSCOPE_ASSIGN(GroundTruth found, exact_neighbours(dataset.base, vectors, dataset.metric, k, control));
    return std::move(found.ids);
}

/// The rows of the data set that make the sample, ascending: the true neighbours and the drawn ones.
Rows choose_rows(const std::vector<Id>& ids, const Rows& drawn, std::size_t n, StudySample& sample) {
    std::unordered_set<std::uint32_t> neighbours;
    for (const Id id : ids)
        if (id >= 0 && static_cast<std::size_t>(id) < n)
            neighbours.insert(static_cast<std::uint32_t>(id));
    Rows rows(neighbours.begin(), neighbours.end());
    for (const std::uint32_t row : drawn)
        if (!neighbours.contains(row))
            rows.push_back(row);
    std::ranges::sort(rows);
    const std::size_t others = rows.size() - neighbours.size();
    const auto weight =
        others == 0
            ? 1.0F
            : static_cast<float>(static_cast<double>(n - neighbours.size()) / static_cast<double>(others));
    sample.weights.assign(rows.size(), 1.0F);
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (!neighbours.contains(rows[i])) {
            sample.weights[i] = weight;
            sample.others.push_back(static_cast<std::uint32_t>(i));
        }
    for (const Id id : ids) {
        const auto place = std::ranges::lower_bound(rows, static_cast<std::uint32_t>(id));
        const bool there = id >= 0 && static_cast<std::size_t>(id) < n;
        sample.truth.push_back(there ? static_cast<std::uint32_t>(place - rows.begin()) : StudySample::kNone);
    }
    return rows;
}

void draw_pairs(StudySample& sample, std::size_t pairs) {
    Random random(sample.seed + 2);
    sample.random.resize(sample.queries.size() * pairs);
    for (std::uint32_t& row : sample.random)
        row = sample.drawn_row(random.below(sample.drawn()));
}

Status measure_pairs(StudySample& sample, const Control& control) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    sample.truth_distances.resize(sample.truth.size(), kInfinity);
    sample.random_distances.resize(sample.random.size());
    const std::size_t k = sample.k, pairs = sample.random_pairs();
    return parallel_for(sample.queries.size(), 4, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t q = begin; q < end; ++q) {
            const ExactQuery query(sample.queries.view<float>()[q], sample.metric);
            for (std::size_t i = q * k; i < (q + 1) * k; ++i)
                if (sample.truth[i] != StudySample::kNone)
                    sample.truth_distances[i] =
                        static_cast<float>(query.distance(sample.base, sample.truth[i]));
            for (std::size_t i = q * pairs; i < (q + 1) * pairs; ++i)
                sample.random_distances[i] =
                    static_cast<float>(query.distance(sample.base, sample.random[i]));
        }
    });
}

/// The rows to learn from: those after the studied ones in the same random order, and from its beginning
/// where it ends.
Rows training_rows(const Rows& order, std::size_t studied, std::size_t count) {
    Rows rows;
    for (std::size_t i = 0; i < count; ++i)
        rows.push_back(order[(studied + i) % order.size()]);
    std::ranges::sort(rows); // a mapped file is read forwards
    return rows;
}

} // namespace

Result<StudySample> draw_sample(const Dataset& dataset, const StudyOptions& options, const Control& control) {
    const std::size_t n = dataset.base.size(), dim = dataset.base.dim();
    if (n == 0 || dataset.queries.empty() || options.k == 0 || options.queries == 0)
        return Error{ErrorCode::InvalidArgument, n == 0 ? "There are no vectors to study a code on."
                                                 : dataset.queries.empty() || options.queries == 0
                                                     ? "There are no queries to study a code with."
                                                     : "k must be at least 1."};
    StudySample sample;
    sample.k = std::min(options.k, n);
    sample.total = n;
    sample.metric = dataset.metric;
    sample.type = sample.lossless = dataset.base.type();
    if (sample.type == ElementType::F32 && !dataset.base.mapped())
        sample.lossless = lossless_type(dataset.base);
    sample.seed = options.seed;
    const std::size_t studied = std::min(options.rows, n),
                      learned = options.train_rows == 0 ? n : std::min(options.train_rows, n);
    ANNSCOPE_TRY(check_memory((studied + learned + options.queries * sample.k) * dim * sizeof(float),
                              "The sample for the study"));
    Rows asked = draw_rows(dataset.queries.size(), options.queries, options.seed + 1);
    std::ranges::sort(asked);
    sample.queries = gathered(dataset.queries, asked);
    ANNSCOPE_ASSIGN(const std::vector<Id> ids, true_ids(dataset, asked, sample.queries, sample.k, control));
    control.begin("Sampling", 1);
    const Rows order = draw_rows(n, std::min(n, studied + learned), options.seed);
    const Rows drawn(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(studied));
    const Rows rows = choose_rows(ids, drawn, n, sample);
    sample.base = rows.size() == n ? dataset.base.to_float() : gathered(dataset.base, rows);
    sample.training =
        learned == n ? dataset.base : gathered(dataset.base, training_rows(order, studied, learned));
    draw_pairs(sample, options.random_pairs);
    ANNSCOPE_TRY(measure_pairs(sample, control));
    control.advance();
    return sample;
}

} // namespace annscope
