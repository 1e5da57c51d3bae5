// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "data/format.h"
#include "data/ground_truth.h"

#include <cstdio>

namespace annscope::cli {

void add_truth(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("truth", "Compute the exact nearest neighbours of all queries");
    struct Arguments {
        DataArguments data;
        std::size_t k = 100;
        std::string output;
    };
    auto arguments = std::make_shared<Arguments>();
    arguments->data.add_to(*command);
    command->add_option("-k", arguments->k, "Neighbours for each query")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("-o,--output", arguments->output, "HDF5 file to write: vectors, queries and truth")
        ->required();
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) -> Status {
            ANNSCOPE_ASSIGN(Dataset dataset, arguments->data.open(DataArguments::Need::Queries, control));
            if (arguments->k > dataset.base.size())
                return usage_error("-k is at most the number of vectors, " +
                                   std::to_string(dataset.base.size()) + ".");
            ANNSCOPE_ASSIGN(dataset.truth, exact_neighbours(dataset.base, dataset.queries, dataset.metric,
                                                            arguments->k, control));
            ANNSCOPE_TRY(write_hdf5(arguments->output, dataset, control));
            std::printf("%s: %zu true neighbours (%s) for each of %zu queries\n", arguments->output.c_str(),
                        dataset.truth.k, std::string(name(dataset.metric)).c_str(), dataset.truth.queries);
            return {};
        };
    });
}

} // namespace annscope::cli
