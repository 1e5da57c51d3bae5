// SPDX-License-Identifier: GPL-3.0-or-later
#include "quant/compress.h"
#include "app/cli/command.h"

#include <algorithm>
#include <cstdio>

namespace annscope::cli {
namespace {

struct CompressArguments {
    DataArguments data;
    CompressOptions options;
    std::string output, assignment, weights;
};

Status run_compress(const CompressArguments& arguments, const Control& control) {
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Vectors, control));
    const std::size_t n = arguments.options.n, base = dataset.base.size();
    if (n > base)
        return usage_error("--n is at most the number of vectors, " + std::to_string(base) + ".");
    CompressOptions options = arguments.options;
    options.seed = arguments.data.seed();
    ANNSCOPE_ASSIGN(const CompressedVectors made,
                    compress_to_files(dataset, options,
                                      {arguments.output, arguments.assignment, arguments.weights}, control));
    const auto [least, most] = std::ranges::minmax_element(made.weights);
    std::printf("%s: %zu centroids x %zu for %zu vectors (%.1f each, %u to %u)\n", arguments.output.c_str(),
                n, dataset.dim(), base, static_cast<double>(base) / static_cast<double>(n), *least, *most);
    std::printf("mean squared distance to the centroid: %.6g, %.1f %% of the variance\n", made.distortion,
                made.variance > 0 ? 100 * made.distortion / made.variance : 0.0);
    for (const std::string& path : {arguments.assignment, arguments.weights})
        if (!path.empty())
            std::printf("%s written\n", path.c_str());
    return {};
}

} // namespace

void add_compress(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "compress", "Replace vectors by fewer centroids that stand for them, by mini-batch k-means");
    auto arguments = std::make_shared<CompressArguments>();
    arguments->data.add_to(*command);
    command->add_option("--n", arguments->options.n, "Centroids")->required()->check(CLI::PositiveNumber);
    command
        ->add_option("-o,--output", arguments->output,
                     "File of the centroids: .hdf5 (with the queries of DATA), .fvecs or .npy")
        ->required();
    command->add_option("--assignment", arguments->assignment,
                        "File .npy to write: for each vector, the number of its centroid");
    command->add_option("--weights", arguments->weights,
                        "File .npy to write: for each centroid, how many vectors it stands for");
    command
        ->add_option("--passes", arguments->options.passes,
                     "Passes over the vectors, at most; fewer where a pass gains less than 0.4 %")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    command->footer("--seed is that of k-means here. For example: annscope-cli compress sift.fvecs --n 10000 "
                    "-o small.fvecs --weights w.npy");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_compress(*arguments, control); };
    });
}

} // namespace annscope::cli
