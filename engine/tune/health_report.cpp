// SPDX-License-Identifier: Apache-2.0
#include "tune/health_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <map>

namespace annscope {
namespace {

constexpr std::size_t kBars = 16;
constexpr double kTail = 0.995; ///< share of the values that bars of their own show

template<class... Args>
std::string printed(const char* format, Args... args) {
    char text[128];
    std::snprintf(text, sizeof text, format, args...);
    return text;
}

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

std::string count_and_share(std::uint64_t part, std::uint64_t whole) {
    return part == 0 ? "0" : format_count(part) + printed(" (%.2f %%)", 100 * share(part, whole));
}

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Pairs histogram(const std::vector<std::uint64_t>& counts) {
    Pairs pairs;
    for (std::size_t v = 0; v < counts.size(); ++v)
        if (counts[v] > 0)
            pairs.emplace_back(v, counts[v]);
    return pairs;
}

Pairs histogram(const std::vector<std::uint32_t>& values) {
    std::map<std::uint64_t, std::uint64_t> counts;
    for (const std::uint32_t v : values)
        ++counts[v];
    return {counts.begin(), counts.end()};
}

} // namespace

std::vector<HealthLine> health_lines(const IndexHealth& health) {
    const GraphHealth& graph = health.graph;
    std::vector<HealthLine> lines{
        {"nodes", format_count(graph.nodes)},
        {"edges", format_count(graph.edges)},
        {"unreachable nodes", count_and_share(graph.unreachable.size(), graph.nodes)},
        {"components", format_count(graph.components.count)},
        {"largest component", count_and_share(graph.components.largest(), graph.nodes)},
        {"nodes without in-edges", count_and_share(graph.without_in_edges(), graph.nodes)},
        {"mean degree", printed("%.1f of %zu", graph.mean_degree(), health.max_degree)},
        {"largest in-degree", format_count(graph.in_degrees.empty() ? 0 : graph.in_degrees.size() - 1)},
        {"reciprocal edges", printed("%.1f %%", 100 * graph.reciprocity())},
        {"median edge length", printed("%.4g", static_cast<double>(health.lengths.quantile(0.5)))}};
    for (std::size_t l = 1; l < health.levels.size(); ++l)
        lines.push_back({"nodes of level " + std::to_string(l),
                         format_count(health.levels[l].nodes) +
                             printed(", degree %.1f", health.levels[l].mean_degree())});
    const SearchWork& work = health.work;
    if (!work.hops.empty()) {
        lines.push_back({"hops a query", printed("%.1f", work.mean_hops())});
        lines.push_back({"distances a query", printed("%.1f", work.mean_distances())});
    }
    if (work.judged) {
        lines.push_back({"recall@" + std::to_string(work.k), printed("%.4f", work.recall)});
        lines.push_back({"highest possible recall", printed("%.4f", work.highest_recall())});
    }
    return lines;
}

std::vector<std::string> health_sentences(const IndexHealth& health) {
    const GraphHealth& graph = health.graph;
    if (graph.nodes == 0)
        return {"The index holds no vectors yet."};
    std::vector<std::string> sentences;
    const std::size_t lost = graph.unreachable.size();
    if (lost == 0)
        sentences.push_back("All " + format_count(graph.nodes) +
                            " nodes can be reached from the entry: every vector can be found.");
    else
        sentences.push_back(count_and_share(lost, graph.nodes) +
                            " of the nodes cannot be reached from the entry: they can "
                            "never be found. A repair (--repair) connects them.");
    if (health.work.hidden > 0)
        sentences.push_back(
            printed("No search parameter leads to more than %.4f of recall.", health.work.highest_recall()));
    const Components& parts = graph.components;
    if (parts.count > 1 && graph.nodes - parts.largest() != lost)
        sentences.push_back(format_count(parts.count) + " strongly connected components, " +
                            printed("%.2f %%", 100 * share(parts.largest(), graph.nodes)) +
                            " of the nodes in the largest: from the others a search cannot go back.");
    return sentences;
}

std::vector<HealthBar> count_bars(const std::vector<std::uint64_t>& counts) {
    const Pairs pairs = histogram(counts);
    if (pairs.empty())
        return {};
    std::uint64_t total = 0, seen = 0;
    for (const auto& [value, count] : pairs)
        total += count;
    const std::uint64_t first = pairs.front().first, last = pairs.back().first;
    std::uint64_t end = first;
    for (const auto& [value, count] : pairs) {
        if (static_cast<double>(seen) >= kTail * static_cast<double>(total))
            break;
        seen += count;
        end = value;
    }
    const std::uint64_t width = (end - first + kBars) / kBars;
    std::vector<HealthBar> bars((end - first) / width + 1);
    for (const auto& [value, count] : pairs)
        bars[std::min<std::size_t>((value - first) / width, bars.size() - 1)].count += count;
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const std::uint64_t from = first + i * width;
        const bool beyond = i + 1 == bars.size() && last > from + width - 1;
        bars[i].range = beyond       ? format_count(from) + " .. " + format_count(last)
                        : width == 1 ? format_count(from)
                                     : format_count(from) + " .. " + format_count(from + width - 1);
    }
    return bars;
}

std::vector<HealthBar> length_bars(const EdgeLengths& lengths) {
    if (lengths.sorted.empty())
        return {};
    const double low = lengths.sorted.front(), high = lengths.quantile(kTail);
    const double width = high > low ? (high - low) / kBars : 1;
    std::vector<HealthBar> bars(kBars);
    for (const float length : lengths.sorted)
        ++bars[std::min(static_cast<std::size_t>((static_cast<double>(length) - low) / width), kBars - 1)]
              .count;
    for (std::size_t i = 0; i < kBars; ++i)
        bars[i].range = printed("%.3g .. %.3g", low + static_cast<double>(i) * width,
                                i + 1 == kBars ? static_cast<double>(lengths.sorted.back())
                                               : low + static_cast<double>(i + 1) * width);
    return bars;
}

std::string health_json(const IndexHealth& health) {
    const GraphHealth& graph = health.graph;
    const SearchWork& work = health.work;
    nlohmann::ordered_json json{{"spec", health.spec},
                                {"nodes", graph.nodes},
                                {"edges", graph.edges},
                                {"max_degree", health.max_degree},
                                {"mean_degree", graph.mean_degree()},
                                {"entry", health.entry},
                                {"unreachable", graph.unreachable.size()},
                                {"unreachable_ids", health.unreachable_ids},
                                {"components", graph.components.count},
                                {"largest_component", graph.components.largest()},
                                {"without_in_edges", graph.without_in_edges()},
                                {"reciprocity", graph.reciprocity()},
                                {"out_degrees", histogram(graph.out_degrees)},
                                {"in_degrees", histogram(graph.in_degrees)}};
    auto& sizes = json["component_sizes"] = nlohmann::ordered_json::array();
    for (const ComponentSize& each : graph.components.sizes)
        sizes.push_back({each.size, each.count});
    auto& levels = json["levels"] = nlohmann::ordered_json::array();
    for (const LevelHealth& level : health.levels)
        levels.push_back(
            {{"nodes", level.nodes}, {"edges", level.edges}, {"unreachable", level.unreachable}});
    auto& lengths =
        json["edge_lengths"] = {{"measured", health.lengths.sorted.size()}, {"mean", health.lengths.mean()}};
    for (const int percent : {0, 1, 5, 25, 50, 75, 95, 99, 100})
        lengths["p" + std::to_string(percent)] = health.lengths.quantile(percent / 100.0);
    json["search"] = {{"k", work.k},
                      {"params", to_string(work.params)},
                      {"queries", work.hops.size()},
                      {"hops", work.mean_hops()},
                      {"distances", work.mean_distances()},
                      {"hops_histogram", histogram(work.hops)}};
    if (work.judged) {
        json["search"]["recall"] = work.recall;
        json["search"]["highest_recall"] = work.highest_recall();
    }
    return json.dump(1);
}

} // namespace annscope
