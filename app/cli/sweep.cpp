// SPDX-License-Identifier: GPL-3.0-or-later
#include "tune/sweep.h"
#include "app/cli/command.h"
#include "app/cli/subject.h"
#include "data/format.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "tune/report.h"

#include <algorithm>
#include <cstdio>

namespace annscope::cli {
namespace {

struct SweepArguments {
    DataArguments data;
    std::vector<std::string> configs, grids;
    std::string index_file, csv, json, ids;
    SweepOptions options;
};

/// The grid where it names parameters of this index, else the configuration's own search part, else the
/// default space.
Result<ParameterSpace> space_for(const Subject& subject,
                                 const std::vector<std::pair<std::string, std::vector<double>>>& grids,
                                 std::size_t k, bool& default_space_used) {
    ParameterSpace space;
    for (const auto& [parameter, value] : subject.configuration.search.values())
        space.values.emplace_back(parameter, std::vector{value});
    for (const auto& grid : grids) {
        if (std::ranges::none_of(subject.index->search_params(),
                                 [&](const ParamInfo& p) { return p.name == grid.first; }))
            continue;
        std::erase_if(space.values, [&](const auto& fixed) { return fixed.first == grid.first; });
        space.values.push_back(grid);
    }
    default_space_used = space.values.empty();
    return default_space_used ? default_space(*subject.index, k) : space;
}

void print_header() {
    std::printf("%-44s %8s %8s %10s %9s %9s %9s %10s\n", "configuration", "recall", "p5", "QPS", "mean us",
                "p50 us", "p99 us", "distances");
}

void print_row(const std::string& configuration, const OperatingPoint& p) {
    std::printf("%-44s %8.4f %8.3f %10.0f %9.1f %9.1f %9.1f %10.0f\n", configuration.c_str(), p.recall,
                p.recall_p5, p.qps, p.latency.mean, p.latency.p50, p.latency.p99,
                static_cast<double>(p.stats.distances) / static_cast<double>(p.queries));
    std::fflush(stdout);
}

Status measure_one(Subject& subject, const SweepArguments& arguments, const Workload& workload,
                   const std::vector<std::pair<std::string, std::vector<double>>>& grids,
                   const Control& control, std::vector<ReportRow>& rows, std::vector<Id>& ids) {
    SweepOptions options = arguments.options;
    ANNSCOPE_ASSIGN(const ParameterSpace space,
                    space_for(subject, grids, options.k, options.stop_at_full_recall));
    const IndexInfo info = subject.index->info();
    const auto on_point = [&](const OperatingPoint& point) {
        Configuration configuration = subject.configuration;
        configuration.search = point.params;
        rows.push_back({print(configuration), point, info});
        print_row(rows.back().configuration, point);
    };
    ANNSCOPE_TRY(sweep(*subject.index, workload, space, options, control, on_point, &ids));
    return {};
}

Status write_results(const SweepArguments& arguments, const std::vector<ReportRow>& rows,
                     const std::vector<Id>& ids) {
    if (!arguments.csv.empty()) {
        std::string text = csv_header() + '\n';
        for (const ReportRow& row : rows)
            text += csv_row(row) + '\n';
        ANNSCOPE_TRY(write_text(arguments.csv, text));
    }
    if (!arguments.json.empty()) {
        std::string text = "[\n";
        for (const ReportRow& row : rows)
            text += "  " + json_row(row) + (&row == &rows.back() ? "\n" : ",\n");
        ANNSCOPE_TRY(write_text(arguments.json, text + "]\n"));
    }
    if (!arguments.ids.empty())
        ANNSCOPE_TRY(
            write_npy_ids(arguments.ids, ids, ids.size() / arguments.options.k, arguments.options.k));
    return {};
}

Status run_sweep(const SweepArguments& arguments, const Control& control) {
    std::vector<std::pair<std::string, std::vector<double>>> grids;
    for (const std::string& text : arguments.grids) {
        const auto grid = parse_grid(text);
        if (!grid)
            return usage_error("--grid: " + point_at(text, grid.error()));
        grids.push_back(*grid);
    }
    std::vector<Configuration> configurations;
    for (const std::string& line : arguments.configs) {
        const auto configuration = parse_configuration(line);
        if (!configuration)
            return usage_error(point_at(line, configuration.error()));
        configurations.push_back(*configuration);
    }
    if (configurations.empty() && arguments.index_file.empty())
        return usage_error("name what to measure: --config FACTORY|BUILD|SEARCH, or --index FILE.");

    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    const Workload workload = workload_of(dataset);
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());

    std::vector<ReportRow> rows;
    std::vector<Id> ids;
    std::vector<bool> used(grids.size(), false);
    print_header();
    const auto measure_subject = [&](Subject& subject) -> Status {
        for (std::size_t i = 0; i < grids.size(); ++i)
            used[i] = used[i] || std::ranges::any_of(subject.index->search_params(), [&](const ParamInfo& p) {
                          return p.name == grids[i].first;
                      });
        return measure_one(subject, arguments, workload, grids, control, rows, ids);
    };
    if (!arguments.index_file.empty()) {
        ANNSCOPE_ASSIGN(Subject subject, load_subject(arguments.index_file, dataset, control));
        if (!configurations.empty()) // its search part says what to measure
            subject.configuration.search = configurations.front().search;
        ANNSCOPE_TRY(measure_subject(subject));
    } else {
        for (const Configuration& configuration : configurations) {
            Subject subject{configuration, nullptr};
            ANNSCOPE_ASSIGN(subject.index,
                            build_and_fill(configuration, dataset.base, dataset.metric, 1234, control));
            ANNSCOPE_TRY(measure_subject(subject));
        }
    }
    for (std::size_t i = 0; i < grids.size(); ++i)
        if (!used[i])
            return usage_error("--grid " + arguments.grids[i] +
                               ": none of these indexes has a search parameter " + grids[i].first + ".");
    return write_results(arguments, rows, ids);
}

} // namespace

void add_sweep(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("sweep", "Measure recall and speed over search parameters");
    auto arguments = std::make_shared<SweepArguments>();
    SweepOptions& options = arguments->options;
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->configs, "FACTORY|BUILD|SEARCH; give it once per index")
        ->allow_extra_args(false);
    command->add_option("--index", arguments->index_file, "An index saved by build, instead of building");
    command->add_option("-k", options.k, "Neighbours to search for")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command
        ->add_option(
            "--grid", arguments->grids,
            "Values to try, e.g. nprobe=1,2,4,8; once per parameter (default: a dozen sensible values)")
        ->allow_extra_args(false);
    command
        ->add_option("--threads", options.threads,
                     "1: single queries one after the other; more: throughput of T threads")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--repeat", options.repeats, "Passes over the queries; the median counts")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--csv", arguments->csv, "Write one row a point");
    command->add_option("--json", arguments->json, "Write one object a point");
    command->add_option("--ids", arguments->ids,
                        "Write the ids found at the last point, npy int64, queries x k");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_sweep(*arguments, control); };
    });
}

} // namespace annscope::cli
