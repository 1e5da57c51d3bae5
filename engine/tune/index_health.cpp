// SPDX-License-Identifier: Apache-2.0
#include "tune/index_health.h"

#include "core/parallel.h"
#include "data/recall.h"
#include "index/storage.h"
#include "tune/judge.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace annscope {
namespace {

double mean(const std::vector<std::uint32_t>& values) {
    return values.empty()
               ? 0
               : static_cast<double>(std::accumulate(values.begin(), values.end(), std::uint64_t{0})) /
                     static_cast<double>(values.size());
}

Result<EdgeLengths> lengths_of(const GraphView& view, const Workload& workload, const HealthOptions& options,
                               const Control& control) {
    control.begin("Measuring edges", 0);
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(workload.base, workload.metric, true, control));
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(stored.vectors, workload.metric, control));
    return edge_lengths(
        links_of(view), space, options.most_edges,
        [&view](std::uint32_t node) { return static_cast<std::uint32_t>(view.id(node)); }, control);
}

/// The layers from the base up; starts gets the nodes of the base at which a descent may arrive.
Result<std::vector<LevelHealth>> examine_levels(const GraphView& view, std::vector<std::uint32_t>& starts,
                                                const Control& control) {
    std::vector<LevelHealth> levels(view.levels());
    starts.assign(1, view.entry_point());
    for (std::size_t level = levels.size() - 1; level > 0; --level) {
        const auto nodes = view.level_nodes(level);
        std::unordered_map<std::uint32_t, std::uint32_t> ranks;
        for (std::uint32_t rank = 0; rank < nodes.size(); ++rank)
            ranks.emplace(nodes[rank], rank);
        std::vector<std::uint32_t> from;
        for (const std::uint32_t node : starts)
            from.push_back(ranks.at(node));
        const GraphLinks links{nodes.size(),
                               [&](std::uint32_t rank) { return view.level_links(level, rank); }};
        ANNSCOPE_ASSIGN(const std::vector<std::uint32_t> missing, unreachable_nodes(links, from, control));
        levels[level] = {nodes.size(), 0, missing.size()};
        for (std::uint32_t rank = 0; rank < nodes.size(); ++rank)
            levels[level].edges += view.level_links(level, rank).size();
        starts.clear();
        for (std::uint32_t rank = 0, next = 0; rank < nodes.size(); ++rank)
            if (next < missing.size() && missing[next] == rank)
                ++next;
            else
                starts.push_back(nodes[rank]);
    }
    return levels;
}

Status check_data(const GraphView& view, const IndexInfo& info, const Workload& workload) {
    Id last = -1;
    for (std::size_t node = 0; node < view.size(); ++node)
        last = std::max(last, view.id(node));
    if (last < static_cast<Id>(workload.base.size()) && (info.size == 0 || workload.base.dim() == info.dim))
        return {};
    return Error{ErrorCode::DimensionMismatch, "The index holds " + std::to_string(info.size) +
                                                   " vectors of " + std::to_string(info.dim) +
                                                   " dimensions with ids up to " + std::to_string(last) +
                                                   ", the data " + std::to_string(workload.base.size()) +
                                                   " of " + std::to_string(workload.base.dim()) + "."};
}

/// Every query by itself, so that each has its own counts.
Status search_all(const Index& index, VectorView queries, const Control& control, std::vector<Id>& ids,
                  SearchWork& work) {
    control.begin("Searching", queries.rows());
    work.hops.resize(queries.rows());
    work.distances.resize(queries.rows());
    ids.resize(queries.rows() * work.k);
    std::vector<float> distances(ids.size());
    std::mutex mutex;
    std::optional<Error> failure;
    const Status status =
        parallel_for(queries.rows(), 4, control, [&](std::size_t begin, std::size_t end, int) {
            for (std::size_t i = begin; i < end; ++i) {
                const SearchOutput out{std::span(ids).subspan(i * work.k, work.k),
                                       std::span(distances).subspan(i * work.k, work.k)};
                const auto stats = index.search(queries.rows(i, 1), work.k, work.params, out, control);
                if (!stats) {
                    const std::lock_guard lock(mutex);
                    failure = stats.error();
                    return;
                }
                work.hops[i] = static_cast<std::uint32_t>(stats->hops);
                work.distances[i] = static_cast<std::uint32_t>(stats->distances + stats->codes);
            }
            control.advance(end - begin);
        });
    return failure ? Status(*failure) : status;
}

void count_hidden(const Workload& workload, const std::vector<Id>& unreachable, SearchWork& work) {
    const std::unordered_set<Id> hidden(unreachable.begin(), unreachable.end());
    for (std::size_t q = 0; q < workload.queries.size(); ++q)
        for (const Id id : workload.truth.ids_of(q).first(work.k)) {
            work.hidden += hidden.contains(id);
            work.wanted += id != kNoId;
        }
}

} // namespace

double SearchWork::mean_hops() const noexcept {
    return mean(hops);
}

double SearchWork::mean_distances() const noexcept {
    return mean(distances);
}

GraphLinks links_of(const GraphView& view) {
    return {view.size(), [&view](std::uint32_t node) { return view.neighbors(node); },
            [&view](std::uint32_t node) { return view.id(node) == kNoId; }};
}

Result<SearchWork> examine_searches(const Index& index, const Workload& workload,
                                    const HealthOptions& options, const std::vector<Id>& unreachable,
                                    const Control& control) {
    SearchWork work;
    work.params = options.params;
    for (const ParamInfo& info : index.search_params())
        work.params.set(std::string(info.name), value_or_default(options.params, info));
    work.k = std::min(std::max<std::size_t>(options.k, 1), workload.base.size());
    if (workload.queries.empty() || workload.base.empty())
        return work;
    const VectorSet queries = workload.queries.to_float();
    std::vector<Id> ids;
    ANNSCOPE_TRY(search_all(index, queries.view<float>(), control, ids, work));
    work.judged = workload.truth.queries >= queries.size() && workload.truth.k >= work.k;
    if (!work.judged)
        return work;
    ANNSCOPE_ASSIGN(auto per_query, judge(workload.base, queries.view<float>(), workload.truth,
                                          workload.metric, ids, work.k, control));
    work.recall = summarize_recall(std::move(per_query)).mean;
    count_hidden(workload, unreachable, work);
    return work;
}

Result<IndexHealth> examine_index(const Index& index, const Workload& workload, const HealthOptions& options,
                                  const Control& control) {
    const IndexInfo info = index.info();
    const GraphView* view = index.graph();
    if (!view)
        return Error{ErrorCode::Unsupported, info.spec +
                                                 " has no graph whose health could be examined; graphs "
                                                 "are HNSW, NSG and Vamana."};
    ANNSCOPE_TRY(check_data(*view, info, workload));
    IndexHealth health;
    health.spec = info.spec;
    health.max_degree = view->max_degree();
    if (info.size == 0)
        return health;
    health.entry = view->entry_point();
    std::vector<std::uint32_t> starts;
    ANNSCOPE_ASSIGN(health.levels, examine_levels(*view, starts, control));
    ANNSCOPE_ASSIGN(health.graph, examine_graph(links_of(*view), starts, control));
    health.levels[0] = {health.graph.nodes, health.graph.edges, health.graph.unreachable.size()};
    for (const std::uint32_t node : health.graph.unreachable)
        health.unreachable_ids.push_back(view->id(node));
    std::ranges::sort(health.unreachable_ids);
    ANNSCOPE_ASSIGN(health.lengths, lengths_of(*view, workload, options, control));
    ANNSCOPE_ASSIGN(health.work, examine_searches(index, workload, options, health.unreachable_ids, control));
    return health;
}

} // namespace annscope
