// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "index/serialize.h"
#include "spec/builder.h"
#include "spec/parser.h"

#include <cstdio>

namespace annscope::cli {

void add_build(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("build", "Build an index and save it");
    struct Arguments {
        DataArguments data;
        std::string config, output;
        std::uint64_t build_seed = 1234;
        int threads = 0;
    };
    auto arguments = std::make_shared<Arguments>();
    arguments->data.add_to(*command);
    command->add_option("--config", arguments->config, "FACTORY|BUILD, e.g. Vamana64|Lbuild=125,alpha=1.2")
        ->required();
    command->add_option("-o,--output", arguments->output, "File to write")->required();
    command->add_option("--threads", arguments->threads, "Threads; 0: all cores")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) -> Status {
            const auto configuration = parse_configuration(arguments->config);
            if (!configuration)
                return usage_error(point_at(arguments->config, configuration.error()));
            ANNSCOPE_ASSIGN(const Dataset dataset,
                            arguments->data.open(DataArguments::Need::Vectors, control));
            Control threads = control;
            threads.threads = arguments->threads;
            ANNSCOPE_ASSIGN(
                const std::unique_ptr<Index> index,
                build_and_fill(*configuration, dataset.base, dataset.metric, arguments->build_seed, threads));
            ANNSCOPE_TRY(save_index(*index, arguments->output, control));
            const IndexInfo info = index->info();
            std::printf("%s: %s, %zu x %zu %s, train %.2f s, add %.2f s, %s in memory\n",
                        arguments->output.c_str(), info.spec.c_str(), info.size, info.dim,
                        std::string(name(info.storage)).c_str(), info.train_seconds, info.add_seconds,
                        format_bytes(info.bytes()).c_str());
            return {};
        };
    });
}

} // namespace annscope::cli
