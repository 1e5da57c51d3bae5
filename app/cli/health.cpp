// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/subject.h"
#include "index/serialize.h"
#include "spec/parser.h"
#include "tune/health_report.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <optional>

namespace annscope::cli {
namespace {

struct HealthArguments {
    DataArguments data;
    std::string config, index_file, json, save;
    bool repair = false;
    HealthOptions options;
};

void print_bars(const char* title, const std::vector<HealthBar>& bars) {
    constexpr double kWidth = 40;
    std::printf("\n%s\n", title);
    double most = 1;
    for (const HealthBar& bar : bars)
        most = std::max(most, static_cast<double>(bar.count));
    for (const HealthBar& bar : bars) {
        const auto length = static_cast<std::size_t>(static_cast<double>(bar.count) / most * kWidth + 0.5);
        std::printf("%16s %12s  %s\n", bar.range.c_str(), format_count(bar.count).c_str(),
                    std::string(length, '#').c_str());
    }
}

void print(const IndexHealth& health, const std::optional<IndexHealth>& repaired) {
    for (const std::string& sentence : health_sentences(health))
        std::printf("%s\n", sentence.c_str());
    const auto lines = health_lines(health);
    const auto after = repaired ? health_lines(*repaired) : std::vector<HealthLine>();
    std::printf("\n%-28s %20s%s\n", "", repaired ? "before" : "", repaired ? "             repaired" : "");
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::printf("%-28s %20s", lines[i].title.c_str(), lines[i].text.c_str());
        std::printf(repaired && i < after.size() ? " %20s\n" : "\n",
                    repaired && i < after.size() ? after[i].text.c_str() : "");
    }
    const IndexHealth& shown = repaired ? *repaired : health;
    print_bars("out-degree: nodes", count_bars(shown.graph.out_degrees));
    print_bars("in-degree: nodes", count_bars(shown.graph.in_degrees));
    print_bars("edge length: edges", length_bars(shown.lengths));
    if (repaired)
        for (const std::string& sentence : health_sentences(*repaired))
            std::printf("\nrepaired: %s\n", sentence.c_str());
}

Status run_health(const HealthArguments& arguments, const Control& control) {
    if (!arguments.config.empty())
        if (const auto parsed = parse_configuration(arguments.config); !parsed)
            return usage_error(point_at(arguments.config, parsed.error()));
    if (!arguments.save.empty() && !arguments.repair)
        return usage_error("--save writes the repaired index; give --repair with it.");
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    ANNSCOPE_ASSIGN(const Subject subject,
                    subject_of(arguments.config, arguments.index_file, dataset, control));
    const Workload workload = workload_of(dataset, 1000);
    HealthOptions options = arguments.options;
    options.params = subject.configuration.search;
    ANNSCOPE_ASSIGN(const IndexHealth health, examine_index(*subject.index, workload, options, control));
    std::optional<IndexHealth> repaired;
    if (arguments.repair) {
        ANNSCOPE_TRY(subject.index->repair_graph(control));
        ANNSCOPE_ASSIGN(repaired, examine_index(*subject.index, workload, options, control));
    }
    print(health, repaired);
    if (!arguments.save.empty())
        ANNSCOPE_TRY(save_index(*subject.index, arguments.save, control));
    if (arguments.json.empty())
        return {};
    auto json = nlohmann::ordered_json::parse(health_json(health));
    if (repaired)
        json = {{"before", json}, {"repaired", nlohmann::ordered_json::parse(health_json(*repaired))}};
    return write_text(arguments.json, json.dump(1) + '\n');
}

} // namespace

void add_health(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "health", "Examine the graph of an index: what can be found, components, degrees, edges, hops");
    auto arguments = std::make_shared<HealthArguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->config, "FACTORY|BUILD|SEARCH, e.g. HNSW16||efSearch=64");
    command->add_option("--index", arguments->index_file,
                        "An index saved by build, instead of building; the search part of --config counts");
    command->add_flag("--repair", arguments->repair,
                      "Connect what cannot be reached, and show the numbers before and after");
    command->add_option("--save", arguments->save, "Write the repaired index");
    command->add_option("-k", arguments->options.k, "Neighbours to search for")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--json", arguments->json,
                        "Write all numbers, histograms and the ids that cannot be found");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_health(*arguments, control); };
    });
}

} // namespace annscope::cli
