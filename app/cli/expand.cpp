// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/query_expansion.h"

#include <cstdio>

namespace annscope::cli {
namespace {

struct ExpandArguments {
    DataArguments data;
    ExpansionOptions options;
    std::string output, judge = "original";
};

Status expand(const ExpandArguments& arguments, const Control& control) {
    const bool needs_queries = arguments.options.what != Expand::Base;
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    if (needs_queries && dataset.queries.empty())
        return usage_error("there are no queries to expand; give --what base.");
    if (arguments.options.n >= dataset.base.size())
        return usage_error("--n is less than the number of vectors, " + std::to_string(dataset.base.size()) +
                           ".");
    ANNSCOPE_ASSIGN(Dataset result, expanded(dataset, arguments.options, control));
    if (arguments.judge == "expanded" && !result.truth.empty()) {
        ANNSCOPE_ASSIGN(result.truth, exact_neighbours(result.base, result.queries, result.metric,
                                                       result.truth.k, control));
    }
    ANNSCOPE_TRY(write_hdf5(arguments.output, result, control));
    std::printf("%s: %s expanded by %zu neighbours, alpha %g; judged by the truth of the %s vectors\n",
                arguments.output.c_str(), std::string(name(arguments.options.what)).c_str(),
                arguments.options.n, arguments.options.alpha, arguments.judge.c_str());
    return {};
}

} // namespace

void add_expand(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "expand", "Mix the nearest vectors into queries, base or both (alpha query expansion)");
    auto arguments = std::make_shared<ExpandArguments>();
    arguments->data.add_to(*command);
    command->add_option("--n", arguments->options.n, "Nearest base vectors that are mixed in")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--alpha", arguments->options.alpha,
                     "They weigh similarity^alpha; 0: all the same, more: the nearest count most")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    const std::map<std::string, Expand> whats{
        {"queries", Expand::Queries}, {"base", Expand::Base}, {"both", Expand::Both}};
    command
        ->add_option(
            "--what", arguments->options.what,
            "queries, base, or both: then queries are expanded from the expanded base (default queries)")
        ->transform(CLI::CheckedTransformer(whats).description(""))
        ->type_name("WHAT");
    command
        ->add_option(
            "--judge", arguments->judge,
            "Whose true neighbours are written: those of the original vectors, or of the expanded ones")
        ->capture_default_str()
        ->check(CLI::IsMember({"original", "expanded"}));
    command->add_option("-o,--output", arguments->output, "HDF5 file to write: vectors, queries and truth")
        ->required();
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return expand(*arguments, control); };
    });
}

} // namespace annscope::cli
