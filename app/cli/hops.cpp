// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/subject.h"
#include "spec/parser.h"
#include "tune/hops_at_recall.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace annscope::cli {
namespace {

struct HopsArguments {
    DataArguments data;
    std::vector<std::string> configs;
    std::vector<double> recalls{0.95};
    std::string json;
    HopsOptions options;
};

Result<HopsEntry> measure_one(const Configuration& configuration, const HopsArguments& arguments,
                              const Dataset& dataset, const Control& control) {
    const std::string line = print(Configuration{configuration.spec, configuration.build, {}});
    ANNSCOPE_ASSIGN(const Subject subject, subject_of(line, {}, dataset, control));
    HopsEntry entry = hops_entry(*subject.index, configuration);
    ANNSCOPE_ASSIGN(entry.targets,
                    hops_at_recall(*subject.index, workload_of(dataset, 1000), arguments.recalls,
                                   configuration.search, arguments.options, control));
    return entry;
}

void print_entry(const HopsEntry& entry) {
    for (const HopsAtRecall& one : entry.targets) {
        std::printf("%-40s %7zu %7.1f %7.3f", entry.config.c_str(), entry.max_degree, entry.mean_degree,
                    one.target);
        if (one.reached)
            std::printf(" %9.1f %10.0f %7.0f %8.4f%s\n", one.hops, one.distances, one.width, one.recall,
                        one.at_least ? "  (at the narrowest search)" : "");
        else
            std::printf("  not reached: recall %.4f at width %.0f\n", one.recall, one.width);
    }
    std::fflush(stdout);
}

nlohmann::ordered_json to_json(const HopsEntry& entry) {
    nlohmann::ordered_json json{{"config", entry.config},
                                {"family", entry.family},
                                {"max_degree", entry.max_degree},
                                {"mean_degree", entry.mean_degree},
                                {"build_seconds", entry.build_seconds}};
    auto& targets = json["targets"] = nlohmann::ordered_json::array();
    for (const HopsAtRecall& one : entry.targets)
        targets.push_back({{"target", one.target},
                           {"reached", one.reached},
                           {"narrowest", one.at_least},
                           {"width", one.width},
                           {"recall", one.recall},
                           {"hops", one.hops},
                           {"distances", one.distances}});
    return json;
}

Status run_hops(const HopsArguments& arguments, const Control& control) {
    std::vector<Configuration> configurations;
    for (const std::string& line : arguments.configs) {
        const auto parsed = parse_configuration(line);
        if (!parsed)
            return usage_error(point_at(line, parsed.error()));
        configurations.push_back(*parsed);
    }
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    std::printf("%-40s %7s %7s %7s %9s %10s %7s %8s\n", "configuration", "degree", "mean", "target", "hops",
                "distances", "width", "recall");
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Configuration& configuration : configurations) {
        ANNSCOPE_ASSIGN(const HopsEntry entry, measure_one(configuration, arguments, dataset, control));
        print_entry(entry);
        all.push_back(to_json(entry));
    }
    return arguments.json.empty() ? Status() : write_text(arguments.json, all.dump(1) + '\n');
}

} // namespace

void add_hops(CLI::App& app, Run& run) {
    auto* command =
        app.add_subcommand("hops", "Compare graphs by the hops and distances that they need for a recall");
    auto arguments = std::make_shared<HopsArguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->configs, "FACTORY|BUILD; give it once per graph")
        ->allow_extra_args(false)
        ->required();
    command->add_option("--recall", arguments->recalls, "Recall to reach; give it once per recall")
        ->allow_extra_args(false)
        ->capture_default_str()
        ->check(CLI::Range(0.01, 1.0));
    command->add_option("-k", arguments->options.k, "Neighbours to search for")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--json", arguments->json, "Write one object a graph");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_hops(*arguments, control); };
    });
}

} // namespace annscope::cli
