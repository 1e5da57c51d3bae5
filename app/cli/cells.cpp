// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/subject.h"
#include "spec/parser.h"
#include "tune/cell_load.h"

#include <algorithm>
#include <cstdio>

namespace annscope::cli {
namespace {

struct CellsArguments {
    DataArguments data;
    std::string config, index_file, json;
    CellLoadOptions options;
    std::size_t shown = 10;
};

void print(const CellLoad& load, std::size_t shown) {
    const auto count = [](std::uint64_t value) { return format_count(value); };
    std::printf("%s\n\n", load.sentence().c_str());
    std::printf("%-34s %s\n", "cells", count(load.size.size()).c_str());
    std::printf("%-34s %.2f\n", "imbalance factor of the sizes", load.size_imbalance);
    std::printf("%-34s %.2f\n", "imbalance factor of the scan", load.load_imbalance);
    std::printf("%-34s %.2f\n", "scan against that of equal cells", load.scan_factor);
    std::printf("%-34s %.1f\n", "codes scanned a query",
                static_cast<double>(load.total_codes) / static_cast<double>(load.queries));
    std::printf("%-34s %s of %s\n", "true neighbours in visited cells", count(load.total_hits).c_str(),
                count(load.total_hits + load.total_missed).c_str());
    std::printf("%-34s %s of %s\n", "visits without a true neighbour", count(load.total_wasted).c_str(),
                count(load.total_probes).c_str());
    std::printf("\n%8s %12s %12s %14s %8s %10s %10s %10s\n", "cell", "vectors", "visits", "codes scanned",
                "cost", "hits", "missed", "wasted");
    for (std::size_t i = 0; i < std::min(shown, load.by_cost.size()); ++i) {
        const std::uint32_t c = load.by_cost[i];
        std::printf("%8u %12s %12s %14s %6.2f %% %10s %10s %10s\n", c, count(load.size[c]).c_str(),
                    count(load.probes[c]).c_str(), count(load.codes[c]).c_str(), 100 * load.share(c),
                    count(load.hits[c]).c_str(), count(load.missed[c]).c_str(),
                    count(load.wasted[c]).c_str());
    }
}

Status run_cells(const CellsArguments& arguments, const Control& control) {
    if (!arguments.config.empty())
        if (const auto parsed = parse_configuration(arguments.config); !parsed)
            return usage_error(point_at(arguments.config, parsed.error()));
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    ANNSCOPE_ASSIGN(const Subject subject,
                    subject_of(arguments.config, arguments.index_file, dataset, control));
    ANNSCOPE_ASSIGN(const CellLoad load,
                    measure_cell_load(*subject.index, workload_of(dataset), subject.configuration.search,
                                      arguments.options, control));
    print(load, arguments.shown);
    return arguments.json.empty() ? Status() : write_text(arguments.json, cell_load_json(load) + '\n');
}

} // namespace

void add_cells(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "cells", "Count how often the queries visit each cell of an inverted file, and what that costs");
    auto arguments = std::make_shared<CellsArguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->config, "FACTORY|BUILD|SEARCH, e.g. IVF256,Flat||nprobe=16");
    command->add_option("--index", arguments->index_file,
                        "An index saved by build, instead of building; the search part of --config counts");
    command->add_option("-k", arguments->options.k, "True neighbours of a query that count as hits")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--top", arguments->shown, "Cells to print, the costliest first")
        ->capture_default_str();
    command->add_option("--json", arguments->json, "Write all figures, and those of every cell");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_cells(*arguments, control); };
    });
}

} // namespace annscope::cli
