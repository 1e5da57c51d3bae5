// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"

#include <algorithm>
#include <cstdio>

namespace annscope::cli {
namespace {

struct GenerateArguments {
    ClusterOptions clusters;
    std::string output;
    std::size_t k = 100;
};

Status generate(const GenerateArguments& arguments, bool uniform, const Control& control) {
    const ClusterOptions& c = arguments.clusters;
    ANNSCOPE_ASSIGN(Dataset dataset, uniform ? generate_uniform({c.n, c.dim, c.queries, c.seed}, control)
                                             : generate_clusters(c, control));
    if (arguments.k > 0 && !dataset.queries.empty()) {
        ANNSCOPE_ASSIGN(dataset.truth, exact_neighbours(dataset.base, dataset.queries, dataset.metric,
                                                        std::min(arguments.k, dataset.base.size()), control));
        dataset.truth_from = TruthFrom::Computed;
    }
    ANNSCOPE_TRY(write_hdf5(arguments.output, dataset, control));
    std::printf("%s: %zu x %zu, %zu queries, %zu true neighbours each\n", arguments.output.c_str(),
                dataset.base.size(), dataset.base.dim(), dataset.queries.size(), dataset.truth.k);
    return {};
}

void add_shape(CLI::App& command, GenerateArguments& arguments) {
    ClusterOptions& c = arguments.clusters;
    command.add_option("--n", c.n, "Vectors")->check(CLI::PositiveNumber)->required();
    command.add_option("--dim", c.dim, "Dimensions")->check(CLI::PositiveNumber)->required();
    command.add_option("--queries", c.queries, "Queries, drawn like the vectors")->capture_default_str();
    command.add_option("--seed", c.seed, "The same seed gives the same file on every machine")
        ->capture_default_str();
    command.add_option("-k", arguments.k, "True neighbours to compute for each query; 0: none")
        ->capture_default_str();
    command
        .add_option("-o,--output", arguments.output, "HDF5 file to write, in the layout of ann-benchmarks")
        ->required();
}

} // namespace

void add_generate(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("generate", "Make vectors, queries and their true neighbours");
    command->require_subcommand(1);
    auto arguments = std::make_shared<GenerateArguments>();

    auto* uniform =
        command->add_subcommand("uniform", "Independent uniform values: no structure, the hardest case");
    add_shape(*uniform, *arguments);
    uniform->callback([&run, arguments] {
        run = [arguments](const Control& control) { return generate(*arguments, true, control); };
    });

    auto* clusters = command->add_subcommand("clusters", "A Gaussian mixture, as embeddings look");
    add_shape(*clusters, *arguments);
    ClusterOptions& c = arguments->clusters;
    clusters->add_option("--components", c.components, "Number of clusters; 0: n / 500")
        ->capture_default_str();
    clusters->add_option("--weight-power", c.weight_power, "Component i has weight i^-P")
        ->capture_default_str()
        ->type_name("P");
    clusters->add_option("--spread", c.spread, "Deviation of the centres, in deviations of a cluster")
        ->capture_default_str();
    clusters->add_option("--intrinsic", c.intrinsic_dim, "Dimensions in which the points really vary")
        ->capture_default_str();
    clusters->add_option("--noise", c.noise, "Deviation of the noise in all dimensions")
        ->capture_default_str();
    clusters->callback([&run, arguments] {
        run = [arguments](const Control& control) { return generate(*arguments, false, control); };
    });
}

} // namespace annscope::cli
