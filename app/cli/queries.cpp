// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "tune/difficulty.h"
#include "tune/sweep.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <optional>

namespace annscope::cli {
namespace {

struct QueriesArguments {
    DataArguments data;
    std::string config, csv, json, by = "contrast";
    DifficultyOptions options;
};

const std::map<std::string, DifficultyMeasure> kMeasures{{"contrast", DifficultyMeasure::RelativeContrast},
                                                         {"dimension", DifficultyMeasure::LocalDimension},
                                                         {"distance", DifficultyMeasure::Distance}};
constexpr double kShare = 0.01; ///< of the queries in a group

/// Everything that is told.
struct Told {
    QueryDifficulty difficulty;
    std::vector<std::uint32_t> order; ///< hardest first
    std::vector<float> recall;        ///< may be empty
    DifficultyGroup hardest, all, easiest;
};

Told told_of(QueryDifficulty difficulty, std::vector<float> recall, DifficultyMeasure by) {
    Told told{std::move(difficulty), {}, std::move(recall), {}, {}, {}};
    told.order = by_difficulty(told.difficulty, by);
    const std::span<const std::uint32_t> rows(told.order);
    const std::size_t size = group_size(rows.size(), kShare);
    told.hardest = summarize(told.difficulty, rows.first(size), told.recall);
    told.all = summarize(told.difficulty, rows, told.recall);
    told.easiest = summarize(told.difficulty, rows.last(size), told.recall);
    return told;
}

/// What is not defined is an empty field.
std::string field(double value) {
    if (std::isnan(value))
        return {};
    char text[32];
    std::snprintf(text, sizeof text, "%.7g", value);
    return text;
}

std::string to_csv(const Told& told) {
    std::string text =
        "rank,query,recall,relative_contrast,local_intrinsic_dimension,distance,out_of_distribution\n";
    const QueryDifficulty& d = told.difficulty;
    for (std::size_t i = 0; i < told.order.size(); ++i) {
        const std::uint32_t q = told.order[i];
        text += std::to_string(i + 1) + ',' + std::to_string(q) + ',';
        if (q < told.recall.size())
            text += field(static_cast<double>(told.recall[q]));
        for (const DifficultyMeasure measure : kDifficultyMeasures)
            text += ',' + field(static_cast<double>(d.values(measure)[q]));
        text += d.outside[q] ? ",1\n" : ",0\n";
    }
    return text;
}

/// JSON has no infinity: null, as for what is not defined.
nlohmann::ordered_json number(double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
}

nlohmann::ordered_json to_json(const DifficultyGroup& group) {
    return {{"queries", group.queries},
            {"recall", number(group.recall)},
            {"relative_contrast", number(group.contrast)},
            {"local_intrinsic_dimension", number(group.dimension)},
            {"distance", number(group.distance)},
            {"out_of_distribution", number(group.outside)}};
}

std::string to_json(const QueriesArguments& arguments, const Told& told) {
    const QueryDifficulty& d = told.difficulty;
    nlohmann::ordered_json j{{"config", arguments.config},
                             {"k", d.k},
                             {"neighbours", d.neighbours},
                             {"ranked_by", name(kMeasures.at(arguments.by))},
                             {"contrast_rows", d.contrast_rows},
                             {"reference_rows", d.reference_rows},
                             {"typical_distance", number(static_cast<double>(d.typical))},
                             {"out_of_distribution_beyond", number(static_cast<double>(d.limit))},
                             {"hardest", to_json(told.hardest)},
                             {"all", to_json(told.all)},
                             {"easiest", to_json(told.easiest)}};
    auto queries = nlohmann::ordered_json::array();
    for (const std::uint32_t q : told.order) {
        nlohmann::ordered_json one{{"query", q}};
        if (q < told.recall.size())
            one["recall"] = told.recall[q];
        one["relative_contrast"] = number(static_cast<double>(d.contrast[q]));
        one["local_intrinsic_dimension"] = number(static_cast<double>(d.dimension[q]));
        one["distance"] = number(static_cast<double>(d.distance[q]));
        one["out_of_distribution"] = d.outside[q] != 0;
        queries.push_back(std::move(one));
    }
    j["queries"] = std::move(queries);
    return j.dump(1) + '\n';
}

void print_group(const char* title, const DifficultyGroup& group) {
    const auto show = [](double value, int decimals) {
        std::isnan(value) ? std::printf(" %10s", "-") : std::printf(" %10.*f", decimals, value);
    };
    std::printf("%-13s %8zu", title, group.queries);
    show(group.recall, 4);
    show(group.contrast, 3);
    show(group.dimension, 1);
    std::isnan(group.distance) ? std::printf(" %10s", "-") : std::printf(" %10.4g", group.distance);
    show(100 * group.outside, 1);
    std::printf(" %%\n");
}

void print(const QueriesArguments& arguments, const Told& told) {
    constexpr std::size_t kShown = 10;
    const QueryDifficulty& d = told.difficulty;
    std::printf("%-13s %8s %10s %10s %10s %10s %10s\n", "", "queries", "recall", "contrast", "dimension",
                "distance", "outside");
    print_group("hardest 1 %", told.hardest);
    print_group("all", told.all);
    print_group("easiest 1 %", told.easiest);
    const auto outside = static_cast<std::size_t>(std::ranges::count(d.outside, 1));
    if (std::isnan(d.limit))
        std::printf("With one base vector nothing tells which queries are out of distribution.\n");
    else
        std::printf(
            "%s of %s queries are out of distribution: farther from the data (over %.4g) than 99 in 100 "
            "base vectors are from their own nearest.\n",
            format_count(outside).c_str(), format_count(d.size()).c_str(), static_cast<double>(d.limit));
    std::printf("hardest by %s:", std::string(name(kMeasures.at(arguments.by))).c_str());
    for (std::size_t i = 0; i < std::min(kShown, told.order.size()); ++i)
        std::printf(" %u", told.order[i]);
    std::printf("\n");
}

Status run_queries(const QueriesArguments& arguments, const Control& control) {
    std::optional<Configuration> configuration;
    if (!arguments.config.empty()) {
        auto parsed = parse_configuration(arguments.config);
        if (!parsed)
            return usage_error(point_at(arguments.config, parsed.error()));
        configuration = std::move(*parsed);
    }
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    if (arguments.options.k > dataset.truth.k)
        return usage_error("-k is at most " + std::to_string(dataset.truth.k) +
                           ", the neighbours that are known of each query.");
    ANNSCOPE_ASSIGN(QueryDifficulty difficulty, query_difficulty(dataset, arguments.options, control));
    std::vector<float> recall;
    if (configuration) {
        ANNSCOPE_ASSIGN(const std::unique_ptr<Index> index,
                        build_and_fill(*configuration, dataset.base, dataset.metric, 1234, control));
        SweepOptions once;
        once.k = arguments.options.k;
        once.repeats = 1;
        once.warm_up = false;
        ANNSCOPE_ASSIGN(OperatingPoint point,
                        measure(*index, workload_of(dataset), configuration->search, once, control));
        recall = std::move(point.recall_per_query);
    }
    const Told told = told_of(std::move(difficulty), std::move(recall), kMeasures.at(arguments.by));
    print(arguments, told);
    if (!arguments.csv.empty())
        ANNSCOPE_TRY(write_text(arguments.csv, to_csv(told)));
    return arguments.json.empty() ? Status() : write_text(arguments.json, to_json(arguments, told));
}

} // namespace

void add_queries(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "queries", "Rank the queries by difficulty, and compare the hardest with the easiest 1 %");
    auto arguments = std::make_shared<QueriesArguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->config,
                        "FACTORY|BUILD|SEARCH, to tell the recall of each query, too");
    command->add_option("--by", arguments->by, "contrast, dimension or distance: what ranks them")
        ->capture_default_str()
        ->check(CLI::IsMember({"contrast", "dimension", "distance"}));
    command->add_option("-k", arguments->options.k, "Neighbours to search for, and of the relative contrast")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--csv", arguments->csv, "Write one row a query, hardest first");
    command->add_option("--json", arguments->json, "Write the groups and one object a query");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_queries(*arguments, control); };
    });
}

} // namespace annscope::cli
