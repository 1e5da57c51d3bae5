// SPDX-License-Identifier: Apache-2.0
#include "tune/hops_at_recall.h"

#include "data/recall.h"
#include "tune/judge.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

namespace annscope {
namespace {

constexpr std::array<std::string_view, 2> kWidths{"Lsearch", "efSearch"};
constexpr std::array<std::string_view, 3> kGraphs{"Vamana", "HNSW", "NSG"};

/// What one width gives.
struct Pass {
    double recall = 0, hops = 0, distances = 0;
};

/// Passes over the queries, each width once.
class Passes {
public:
    Passes(const Index& index, const Workload& workload, const SearchParams& params, std::size_t k,
           const Control& control)
        : m_index(index), m_workload(workload), m_params(params), m_k(k), m_control(control),
          m_queries(workload.queries.to_float()), m_name(width_param(index)), m_ids(m_queries.size() * k),
          m_distances(m_ids.size()) {}

    Result<Pass> at(std::int64_t width) {
        if (const auto known = m_known.find(width); known != m_known.end())
            return known->second;
        if (m_control.cancel_requested())
            return cancelled();
        m_params.set(m_name, static_cast<double>(width));
        ANNSCOPE_ASSIGN(const SearchStats stats, m_index.search(m_queries.view<float>(), m_k, m_params,
                                                                {m_ids, m_distances}, m_control));
        ANNSCOPE_ASSIGN(auto recalls, judge(m_workload.base, m_queries.view<float>(), m_workload.truth,
                                            m_workload.metric, m_ids, m_k, m_control));
        const auto queries = static_cast<double>(m_queries.size());
        const Pass pass{summarize_recall(std::move(recalls)).mean, static_cast<double>(stats.hops) / queries,
                        static_cast<double>(stats.distances + stats.codes) / queries};
        m_known.emplace(width, pass);
        m_control.advance();
        return pass;
    }

private:
    const Index& m_index;
    const Workload& m_workload;
    SearchParams m_params;
    const std::size_t m_k;
    const Control& m_control;
    const VectorSet m_queries;
    const std::string m_name;
    std::vector<Id> m_ids;
    std::vector<float> m_distances;
    std::map<std::int64_t, Pass> m_known;
};

/// Recalls of queries are floats: a mean of exactly 0.9 may come out a little lower.
bool reaches(const Pass& pass, double target) {
    return pass.recall >= target - 1e-6;
}

HopsAtRecall answer(double target, std::int64_t width, const Pass& pass) {
    return {target,    reaches(pass, target), false, static_cast<double>(width), pass.recall,
            pass.hops, pass.distances};
}

/// The least width that reaches the target, and the cost where recall is just the target.
Result<HopsAtRecall> find(Passes& passes, double target, std::int64_t narrowest, std::int64_t widest) {
    std::int64_t low = narrowest, high = narrowest;
    ANNSCOPE_ASSIGN(Pass below, passes.at(low));
    Pass above = below;
    while (!reaches(above, target) && high < widest) {
        low = high;
        below = above;
        high = std::min(high * 2, widest);
        ANNSCOPE_ASSIGN(above, passes.at(high));
    }
    if (!reaches(above, target))
        return answer(target, high, above);
    if (high == narrowest) {
        HopsAtRecall found = answer(target, high, above);
        found.at_least = above.recall > target + 1e-6;
        return found;
    }
    while (high - low > 1) {
        const std::int64_t middle = low + (high - low) / 2;
        ANNSCOPE_ASSIGN(const Pass pass, passes.at(middle));
        if (reaches(pass, target)) {
            high = middle;
            above = pass;
        } else {
            low = middle;
            below = pass;
        }
    }
    HopsAtRecall found = answer(target, high, above);
    const double share = std::clamp((target - below.recall) / (above.recall - below.recall), 0.0, 1.0);
    found.hops = std::lerp(below.hops, above.hops, share);
    found.distances = std::lerp(below.distances, above.distances, share);
    return found;
}

Status check(const Index& index, const Workload& workload, std::span<const double> targets, std::size_t k) {
    if (width_param(index).empty())
        return Error{ErrorCode::Unsupported,
                     index.info().spec +
                         " has no search width (Lsearch, efSearch) to find a recall with; graphs "
                         "are HNSW, NSG and Vamana."};
    for (const double target : targets)
        if (!(target > 0 && target <= 1))
            return Error{ErrorCode::InvalidArgument,
                         "A recall is above 0 and at most 1, not " + std::to_string(target) + "."};
    if (workload.queries.empty())
        return Error{ErrorCode::InvalidArgument, "There are no queries to measure with."};
    if (k == 0 || workload.truth.queries < workload.queries.size() || workload.truth.k < k)
        return Error{ErrorCode::InvalidArgument, "Recall@" + std::to_string(k) + " of " +
                                                     std::to_string(workload.queries.size()) +
                                                     " queries needs as many true neighbours; there are " +
                                                     std::to_string(workload.truth.k) + " each of " +
                                                     std::to_string(workload.truth.queries) + " queries."};
    return {};
}

/// Takes the degree off the first graph in a tree; false: there is none.
bool drop_degree(SpecNode& node) {
    if (std::ranges::find(kGraphs, node.name) != kGraphs.end() && !node.numbers.empty()) {
        node.numbers.erase(node.numbers.begin());
        return true;
    }
    return std::ranges::any_of(node.children, drop_degree);
}

} // namespace

std::string_view width_param(const Index& index) noexcept {
    for (const ParamInfo& info : index.search_params())
        if (std::ranges::find(kWidths, info.name) != kWidths.end())
            return info.name;
    return {};
}

Result<std::vector<HopsAtRecall>> hops_at_recall(const Index& index, const Workload& workload,
                                                 std::span<const double> targets, const SearchParams& params,
                                                 const HopsOptions& options, const Control& control) {
    ANNSCOPE_TRY(check(index, workload, targets, options.k));
    const auto params_of = index.search_params();
    const auto info = std::ranges::find(params_of, width_param(index), &ParamInfo::name);
    const auto k = static_cast<double>(options.k);
    const double most = std::min({info->max, options.widest, static_cast<double>(workload.base.size())});
    const auto narrowest = static_cast<std::int64_t>(std::clamp(k, info->min, info->max));
    const auto widest = std::max(narrowest, static_cast<std::int64_t>(most));
    control.begin("Searching for the recall", 0);
    Passes passes(index, workload, params, options.k, control);
    std::vector<HopsAtRecall> found;
    for (const double target : targets) {
        ANNSCOPE_ASSIGN(const HopsAtRecall one, find(passes, target, narrowest, widest));
        found.push_back(one);
    }
    return found;
}

HopsEntry hops_entry(const Index& index, const Configuration& configuration) {
    HopsEntry entry;
    const std::string build = to_string(configuration.build);
    entry.config = print(configuration.spec) + (build.empty() ? "" : "|" + build);
    entry.family = hops_family(configuration);
    const IndexInfo info = index.info();
    entry.build_seconds = info.train_seconds + info.add_seconds;
    const GraphView* graph = index.graph();
    if (!graph || info.size == 0)
        return entry;
    entry.max_degree = graph->max_degree();
    std::uint64_t edges = 0;
    for (std::size_t node = 0; node < graph->size(); ++node)
        edges += graph->neighbors(node).size();
    entry.mean_degree = static_cast<double>(edges) / static_cast<double>(info.size);
    return entry;
}

std::string hops_family(const Configuration& configuration) {
    SpecNode root = configuration.spec.root;
    drop_degree(root);
    const std::string build = to_string(configuration.build);
    return build.empty() ? print(root) : print(root) + ' ' + build;
}

} // namespace annscope
