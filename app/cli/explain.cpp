// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/trace_steps.h"
#include "spec/builder.h"
#include "spec/parser.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>

namespace annscope::cli {
namespace {

struct ExplainArguments {
    DataArguments data;
    std::string config, json;
    std::size_t query = 0, k = 10;
};

/// One query's way through an index, and how its answer compares with the truth.
struct Explanation {
    std::vector<Id> ids;
    std::vector<float> distances;
    std::span<const Id> truth;
    SearchStats stats;
    PathTrace trace;
};

std::ptrdiff_t true_rank(const Explanation& e, Id id) {
    const auto found = std::ranges::find(e.truth, id);
    return found == e.truth.end() ? -1 : found - e.truth.begin();
}

std::vector<Id> missed(const Explanation& e, std::size_t k) {
    std::vector<Id> ids;
    for (const Id id : e.truth.first(std::min(k, e.truth.size())))
        if (std::ranges::find(e.ids, id) == e.ids.end())
            ids.push_back(id);
    return ids;
}

const char* text(TraceEvent::Kind kind) {
    switch (kind) {
    case TraceEvent::Kind::EnterLevel:
        return "enter_level";
    case TraceEvent::Kind::ProbeCell:
        return "probe_cell";
    case TraceEvent::Kind::Expand:
        return "expand";
    case TraceEvent::Kind::Consider:
        return "consider";
    case TraceEvent::Kind::Rerank:
        return "rerank";
    }
    return "?";
}

std::string to_json(const ExplainArguments& arguments, const Explanation& e) {
    nlohmann::ordered_json j{{"config", arguments.config}, {"query", arguments.query}, {"k", arguments.k}};
    auto& found = j["found"] = nlohmann::ordered_json::array();
    for (std::size_t i = 0; i < e.ids.size(); ++i)
        if (e.ids[i] != kNoId)
            found.push_back(
                {{"id", e.ids[i]}, {"distance", e.distances[i]}, {"true_rank", true_rank(e, e.ids[i])}});
    j["missed"] = missed(e, arguments.k);
    j["distances"] = e.stats.distances;
    j["hops"] = e.stats.hops;
    j["lists"] = e.stats.lists;
    j["codes"] = e.stats.codes;
    auto& steps = j["steps"] = nlohmann::ordered_json::array();
    for (const TraceEvent& event : e.trace.events) {
        nlohmann::ordered_json step{
            {"step", text(event.kind)}, {"id", event.id}, {"distance", event.distance}};
        if (event.kind == TraceEvent::Kind::Consider)
            step["kept"] = event.kept;
        if (event.kind == TraceEvent::Kind::Rerank)
            step["exact"] = event.exact;
        steps.push_back(std::move(step));
    }
    return j.dump(1) + '\n';
}

void print_way(const Explanation& e) {
    const TraceSteps path(e.trace, e.ids.size(), e.ids.size());
    for (const TraceStep& step : path.steps) {
        const std::size_t considered = step.end - step.first;
        switch (step.kind) {
        case TraceStep::Kind::Start:
            if (path.steps.front().level > 0)
                std::printf("  level %d, from node %lld\n", step.level, static_cast<long long>(step.id));
            break;
        case TraceStep::Kind::Expand:
        case TraceStep::Kind::Probe:
            std::printf("  %4d  %s %-8lld at %-12g%10zu considered, %zu kept\n", step.hop,
                        step.kind == TraceStep::Kind::Expand ? "node" : "cell",
                        static_cast<long long>(step.id), static_cast<double>(step.distance), considered,
                        step.kept);
            break;
        case TraceStep::Kind::Scan:
            std::printf("  %4d  vectors from #%-8lld nearest at %-12g%10zu considered, %zu kept\n", step.hop,
                        static_cast<long long>(step.id), static_cast<double>(step.distance), considered,
                        step.kept);
            break;
        case TraceStep::Kind::Rerank:
            std::printf("  ranked %zu again, kept %zu\n", considered, step.kept);
            break;
        }
    }
}

void print(const ExplainArguments& arguments, const Explanation& e) {
    const std::vector<Id> lost = missed(e, arguments.k);
    std::printf("query %zu with %s: found %zu of %zu true neighbours\n", arguments.query,
                arguments.config.c_str(), arguments.k - lost.size(), arguments.k);
    print_way(e);
    std::printf("distances %llu, hops %llu, lists %llu, codes %llu\n",
                static_cast<unsigned long long>(e.stats.distances),
                static_cast<unsigned long long>(e.stats.hops), static_cast<unsigned long long>(e.stats.lists),
                static_cast<unsigned long long>(e.stats.codes));
    for (std::size_t i = 0; i < e.ids.size(); ++i) {
        if (e.ids[i] == kNoId)
            continue;
        const std::ptrdiff_t rank = true_rank(e, e.ids[i]);
        std::printf("  %3zu  #%-8lld %-12g true rank %s\n", i + 1, static_cast<long long>(e.ids[i]),
                    static_cast<double>(e.distances[i]),
                    rank < 0 ? "beyond the known ones" : std::to_string(rank + 1).c_str());
    }
    for (const Id id : lost)
        std::printf("  missed #%lld, true rank %td\n", static_cast<long long>(id), true_rank(e, id) + 1);
}

Status run_explain(const ExplainArguments& arguments, const Control& control) {
    const auto configuration = parse_configuration(arguments.config);
    if (!configuration)
        return usage_error(point_at(arguments.config, configuration.error()));
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    if (arguments.query >= dataset.queries.size())
        return usage_error("--query is 0 to " + std::to_string(dataset.queries.size() - 1) + ", not " +
                           std::to_string(arguments.query) + ".");
    if (arguments.k > dataset.base.size())
        return usage_error("-k is at most the number of vectors, " + std::to_string(dataset.base.size()) +
                           ".");
    ANNSCOPE_ASSIGN(const std::unique_ptr<Index> index,
                    build_and_fill(*configuration, dataset.base, dataset.metric, 1234, control));
    std::vector<float> query(dataset.dim());
    dataset.queries.copy_row(arguments.query, query.data());
    Explanation e;
    e.ids.resize(arguments.k);
    e.distances.resize(arguments.k);
    e.truth = dataset.truth.ids_of(arguments.query);
    ANNSCOPE_ASSIGN(e.stats,
                    index->explain(query, arguments.k, configuration->search, {e.ids, e.distances}, e.trace));
    print(arguments, e);
    return arguments.json.empty() ? Status{} : write_text(arguments.json, to_json(arguments, e));
}

} // namespace

void add_explain(CLI::App& app, Run& run) {
    auto* command =
        app.add_subcommand("explain", "Follow one query through an index: what it visited, found and missed");
    auto arguments = std::make_shared<ExplainArguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->config, "FACTORY|BUILD|SEARCH")->required();
    command->add_option("--query", arguments->query, "Number of the query, from 0")->required();
    command->add_option("-k", arguments->k, "Neighbours to search for")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--json", arguments->json, "Write every step");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_explain(*arguments, control); };
    });
}

} // namespace annscope::cli
