// SPDX-License-Identifier: Apache-2.0
#include "tune/code_study.h"

#include "core/parallel.h"
#include "core/timer.h"
#include "index/nested.h"
#include "tune/code_order.h"
#include "tune/formula.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool is_graph(const SpecNode& node) noexcept {
    return node.name == "Vamana" || node.name == "DiskANN" || node.name == "HNSW" || node.name == "NSG";
}

/// Those of the parameters that a part of the tree declares.
ParamSet build_of(const ParamSet& build, const SpecNode& part) {
    const std::vector<ParamInfo> declared = build_params(part);
    ParamSet own;
    for (const auto& [name, value] : build.values())
        if (std::ranges::find(declared, name, &ParamInfo::name) != declared.end())
            own.set(name, value);
    return own;
}

Result<std::unique_ptr<Index>> built(const SpecNode& node, const ParamSet& build, const StudySample& sample,
                                     const Control& control) {
    const BuildContext context{sample.base.dim(), sample.metric, build_of(build, node), sample.seed};
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, create_inner(node, context));
    if (index->graph())
        return Error{ErrorCode::Unsupported,
                     print(node) + " keeps whole vectors in a graph; there is no code to study."};
    ANNSCOPE_TRY(index->train(sample.training, control));
    ANNSCOPE_TRY(index->add(sample.base, control));
    return index;
}

/// Rows on which the distortion is taken: of the random ones as many as needed for three digits.
Status measure_distortion(const Index& index, const StudySample& sample, CodeStudy& study,
                          const Control& control) {
    constexpr std::size_t kRows = 2048;
    const std::size_t dim = sample.base.dim(), count = std::min(sample.drawn(), kRows);
    const auto row_of = [&](std::size_t i) { return sample.drawn_row(i * sample.drawn() / count); };
    VectorSet rows = sample.base;
    if (sample.metric == Metric::Cosine)
        rows = normalized(rows).vectors;
    std::vector<double> mean(dim), row_errors(count);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            mean[j] += static_cast<double>(rows.view<float>().row(row_of(i))[j]) / static_cast<double>(count);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t j = 0; j < dim; ++j) {
            const double off = static_cast<double>(rows.view<float>().row(row_of(i))[j]) - mean[j];
            study.variance += off * off / static_cast<double>(count);
        }
    std::vector<float> out(dim);
    if (const Status can = index.reconstruct(static_cast<Id>(row_of(0)), out); !can) {
        study.no_distortion = can.error().message;
        return {};
    }
    ANNSCOPE_TRY(parallel_for(count, 32, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> decoded(dim);
        for (std::size_t i = begin; i < end; ++i) {
            if (!index.reconstruct(static_cast<Id>(row_of(i)), decoded))
                row_errors[i] = kInfinity;
            for (std::size_t j = 0; j < dim; ++j) {
                const double off = static_cast<double>(decoded[j]) -
                                   static_cast<double>(rows.view<float>().row(row_of(i))[j]);
                row_errors[i] += off * off;
            }
        }
    }));
    double sum = 0;
    for (const double error : row_errors)
        sum += error;
    study.distortion = sum / static_cast<double>(count);
    return {};
}

void add_pairs(const StudySample& sample, const CodeOrder& order, std::size_t query, CodeStudy& study) {
    const std::size_t k = sample.k, pairs = sample.random_pairs();
    const auto add = [&](std::vector<DistancePair>& out, std::size_t at, std::uint32_t row, float exact) {
        const float approximate = row == StudySample::kNone ? NAN : order.distance_of(row);
        out[at] = {exact, approximate};
    };
    for (std::size_t i = query * k; i < (query + 1) * k; ++i)
        add(study.neighbours, i, sample.truth[i], sample.truth_distances[i]);
    for (std::size_t i = query * pairs; i < (query + 1) * pairs; ++i)
        add(study.random, i, sample.random[i], sample.random_distances[i]);
}

std::vector<CodeStudy::Cut> summarize_cuts(const std::vector<float>& distances, std::size_t queries) {
    std::vector<CodeStudy::Cut> cuts;
    std::vector<float> column(queries);
    for (std::size_t f = 0; f < CodeStudy::kCutFactors; ++f) {
        for (std::size_t q = 0; q < queries; ++q)
            column[q] = distances[q * CodeStudy::kCutFactors + f];
        std::ranges::sort(column);
        const auto at = [&](std::size_t tenths) {
            return static_cast<double>(column[(queries - 1) * tenths / 10]);
        };
        if (!std::isfinite(at(9)))
            break;
        cuts.push_back({at(1), at(5), at(9)});
    }
    return cuts;
}

Status compare(const Index& code, const Index* refiner, const StudySample& sample, CodeStudy& study,
               const Control& control) {
    const std::size_t queries = sample.queries.size();
    study.ranks.resize(queries * sample.k);
    study.neighbours.resize(sample.truth.size());
    study.random.resize(sample.random.size());
    std::vector<float> cuts(queries * CodeStudy::kCutFactors);
    std::vector<Status> failures(static_cast<std::size_t>(effective_threads(control)));
    control.begin("Comparing distances", queries);
    ANNSCOPE_TRY(parallel_for(queries, 1, control, [&](std::size_t begin, std::size_t end, int thread) {
        for (std::size_t q = begin; q < end; ++q) {
            CodeOrder order(sample), refined(sample);
            Status status = order.search(code, q);
            if (status && refiner)
                status = refined.search(*refiner, q);
            if (!status) {
                failures[static_cast<std::size_t>(thread)] = std::move(status);
                return;
            }
            order.rank_neighbours(q, refiner ? &refined : nullptr,
                                  {study.ranks.data() + q * sample.k, sample.k});
            order.cut({cuts.data() + q * CodeStudy::kCutFactors, CodeStudy::kCutFactors});
            add_pairs(sample, order, q, study);
            control.advance();
        }
    }));
    for (const Status& failure : failures)
        ANNSCOPE_TRY(failure);
    study.cuts = summarize_cuts(cuts, queries);
    return {};
}

/// How whole vectors would be held.
ElementType stored_as(const SpecNode& root, const ParamSet& build, const StudySample& sample) {
    if (sample.metric == Metric::Cosine)
        return ElementType::F32;
    const std::vector<ParamInfo> declared = build_params(root);
    const auto narrow = std::ranges::find(declared, "narrow", &ParamInfo::name);
    return narrow != declared.end() && value_or_default(build, *narrow) != 0 ? sample.lossless : sample.type;
}

std::uint64_t bytes_of(const std::vector<MemoryPart>& parts, bool ids) {
    std::uint64_t sum = 0;
    for (const MemoryPart& part : parts)
        if ((part.name == "ids") == ids)
            sum += part.bytes;
    return sum;
}

} // namespace

CodeUnderStudy code_under_study(const SpecNode& root) noexcept {
    CodeUnderStudy study{&root};
    for (;;) {
        const SpecNode& node = *study.code;
        const bool refines = node.name == "RFlat" || node.name == "Refine" || node.name == "RefinePanorama";
        if (node.children.empty() || !(refines || is_graph(node) || node.name.starts_with("IDMap")))
            return study;
        if (refines && !study.refined) {
            study.refined = true;
            const bool coded = node.children.size() > 1 && node.children[1].name != "Flat";
            study.refiner = coded ? &node.children[1] : nullptr;
        }
        study.code = &node.children[0];
    }
}

std::uint64_t most_centroids(const SpecNode& root) noexcept {
    std::uint64_t most = 0;
    if (root.name == "IVF" && !root.numbers.empty())
        most = root.numbers[0];
    if ((root.name == "PQ" || root.name == "IMI") && root.numbers.size() > 1)
        most = std::uint64_t{1} << std::min<std::uint64_t>(root.numbers[1], 24);
    for (const SpecNode& child : root.children)
        most = std::max(most, most_centroids(child));
    return most;
}

std::size_t training_rows_for(const SpecNode& root, std::size_t wanted, TrainingEffort effort) noexcept {
    const std::uint64_t each = effort == TrainingEffort::Rough ? 1 : 4;
    return std::max<std::size_t>(wanted, std::min<std::uint64_t>(most_centroids(root), 1u << 28) * each);
}

double study_work(const SpecNode& root) noexcept {
    constexpr double kRotation = 8192; // OPQ learns its rotation about as long as so many centroids
    const bool rotated = root.name == "PreTransform" &&
                         std::ranges::find(root.children, "OPQ", &SpecNode::name) != root.children.end();
    return static_cast<double>(most_centroids(root)) + (rotated ? kRotation : 0);
}

VectorBytes bytes_per_vector(const SpecNode& root, const SizeQuestion& question) {
    const Kind* kind = find_kind(root);
    if (!kind)
        return {};
    constexpr std::size_t kMany = std::size_t{1} << 20; // a multiple of any block
    SizeQuestion less = question, more = question;
    less.n = kMany;
    more.n = 2 * kMany;
    const auto fewer = kind->size(root, less), greater = kind->size(root, more);
    const auto each = [&](bool ids) {
        return static_cast<double>(bytes_of(greater, ids) - bytes_of(fewer, ids)) /
               static_cast<double>(kMany);
    };
    return {each(false), each(true)};
}

std::vector<CountedPart> counted_memory(const SpecNode& root, const SizeQuestion& question) {
    std::vector<CountedPart> counted;
    const Kind* kind = find_kind(root);
    if (!kind)
        return counted;
    const FormulaValues values = formula_values(root, question.n, question.dim);
    for (MemoryPart& part : kind->size(root, question)) {
        std::string numbers = with_numbers(part.formula, part.bytes, values).value_or(std::string());
        counted.push_back({std::move(part), std::move(numbers)});
    }
    return counted;
}

double CodeStudy::recall_after(double factor) const noexcept {
    const double candidates = static_cast<double>(k) * factor;
    std::size_t found = 0;
    for (const NeighbourRank& neighbour : ranks)
        found += neighbour.rank <= candidates && candidates < neighbour.leaves;
    return ranks.empty() ? 0 : static_cast<double>(found) / static_cast<double>(ranks.size());
}

double CodeStudy::recall_before() const noexcept {
    std::size_t found = 0;
    for (const NeighbourRank& neighbour : ranks)
        found += neighbour.rank <= static_cast<double>(k);
    return ranks.empty() ? 0 : static_cast<double>(found) / static_cast<double>(ranks.size());
}

std::optional<std::size_t> CodeStudy::factor_for(double recall) const {
    // Recall changes only where a neighbour comes in or leaves.
    std::vector<std::pair<double, int>> steps;
    for (const NeighbourRank& neighbour : ranks) {
        if (!(neighbour.rank < neighbour.leaves) || !std::isfinite(neighbour.rank))
            continue;
        const double each = static_cast<double>(k);
        const double in = std::ceil(neighbour.rank / each), out = std::ceil(neighbour.leaves / each);
        if (in >= out)
            continue;
        steps.emplace_back(in, 1);
        if (std::isfinite(out))
            steps.emplace_back(out, -1);
    }
    std::ranges::sort(steps);
    double found = 0;
    const double wanted = recall * static_cast<double>(ranks.size()) - 1e-9;
    for (std::size_t i = 0; i < steps.size();) {
        const double factor = steps[i].first;
        for (; i < steps.size() && steps[i].first == factor; ++i)
            found += steps[i].second;
        if (found >= wanted)
            return static_cast<std::size_t>(factor);
    }
    return std::nullopt;
}

Result<CodeStudy> study_code(const SpecNode& root, const ParamSet& build, const StudySample& sample,
                             const Control& control, TrainingEffort effort) {
    try {
        const EffortScope scope(effort);
        const Timer timer;
        const CodeUnderStudy under = code_under_study(root);
        CodeStudy study;
        study.code = print(*under.code);
        study.refiner = under.refiner ? print(*under.refiner) : "Flat";
        study.dim = sample.base.dim();
        study.k = sample.k;
        study.queries = sample.queries.size();
        study.total = sample.total;
        study.rows = sample.base.size();
        study.train_rows = sample.training.size();
        study.rough = effort == TrainingEffort::Rough;
        study.own_bytes = static_cast<double>(study.dim * element_size(sample.type));
        const SizeQuestion question{sample.total, study.dim, stored_as(root, build, sample), build,
                                    sample.metric};
        const VectorBytes each = bytes_per_vector(*under.code, question);
        study.code_bytes = each.code;
        study.id_bytes = each.id;
        study.memory = counted_memory(find_kind(root) ? root : *under.code, question);
        ANNSCOPE_ASSIGN(const std::unique_ptr<Index> code, built(*under.code, build, sample, control));
        study.distances = find_kind(*under.code)->distances;
        std::unique_ptr<Index> refiner;
        if (under.refiner) {
            ANNSCOPE_ASSIGN(refiner, built(*under.refiner, build, sample, control));
        }
        ANNSCOPE_TRY(measure_distortion(*code, sample, study, control));
        ANNSCOPE_TRY(compare(*code, refiner.get(), sample, study, control));
        study.seconds = timer.seconds();
        return study;
    } catch (...) {
        return current_exception_error();
    }
}

} // namespace annscope
