// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "interop/exporter.h"
#include "spec/parser.h"

#include <cstdio>

namespace annscope::cli {
namespace {

struct ExportArguments {
    std::string config, target, metric = "l2", output;
    std::size_t dim = 0, k = 10;
};

std::string targets() {
    std::string names;
    for (const ExportTarget* target : export_targets())
        names += (names.empty() ? "" : ", ") + std::string(target->id);
    return names;
}

Status run_export(const ExportArguments& arguments) {
    const auto configuration = parse_configuration(arguments.config);
    if (!configuration)
        return usage_error(point_at(arguments.config, configuration.error()));
    const auto metric = parse_metric(arguments.metric);
    if (!metric)
        return usage_error("--metric is l2, ip or cosine, not \"" + arguments.metric + "\".");
    const ExportTarget* target = find_export_target(arguments.target);
    if (!target)
        return usage_error("--target is one of " + targets() + ", not \"" + arguments.target + "\".");
    ANNSCOPE_ASSIGN(const ExportResult result,
                    target->write({*configuration, arguments.dim, *metric, arguments.k}));
    for (const std::string& note : result.notes)
        std::fprintf(stderr, "note: %s\n", note.c_str());
    if (!arguments.output.empty())
        return write_text(arguments.output, result.text);
    std::fputs(result.text.c_str(), stdout);
    return {};
}

} // namespace

void add_export(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("export", "Write a configuration for another system");
    auto arguments = std::make_shared<ExportArguments>();
    command->add_option("--config", arguments->config, "FACTORY|BUILD|SEARCH")->required();
    command->add_option("--target", arguments->target, targets())->required();
    command->add_option("--dim", arguments->dim, "Dimensions")->required()->check(CLI::PositiveNumber);
    command->add_option("--metric", arguments->metric, "l2, ip or cosine")->required();
    command->add_option("-k", arguments->k, "Neighbours to search for")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("-o,--output", arguments->output, "File to write instead of standard output");
    command->callback(
        [&run, arguments] { run = [arguments](const Control&) { return run_export(*arguments); }; });
}

} // namespace annscope::cli
