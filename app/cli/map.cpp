// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/timer.h"
#include "graph/data_map.h"

#include <cstdio>

namespace annscope::cli {
namespace {

struct MapArguments {
    DataArguments data;
    std::string method = "umap", csv, queries_csv;
    MapOptions options;
};

std::string table_of(const char* id_name, const std::vector<std::uint32_t>* ids, std::span<const float> xy) {
    std::string text = std::string(id_name) + ",x,y\n";
    char line[80];
    for (std::size_t i = 0; 2 * i < xy.size(); ++i) {
        std::snprintf(line, sizeof line, "%zu,%.6g,%.6g\n", ids ? std::size_t{(*ids)[i]} : i,
                      static_cast<double>(xy[2 * i]), static_cast<double>(xy[2 * i + 1]));
        text += line;
    }
    return text;
}

void print(const MapLayout& map, const Dataset& dataset, double seconds) {
    const bool umap = map.options.method == MapOptions::Method::Umap;
    std::printf("%s of %s rows", umap ? "UMAP" : "PCA", format_count(map.size()).c_str());
    if (map.sampled(dataset))
        std::printf(", a sample of %s (seed %llu)", format_count(dataset.base.size()).c_str(),
                    static_cast<unsigned long long>(map.options.seed));
    std::printf(", %.1f s\n", seconds);
    if (!umap)
        std::printf("the two axes keep %.1f %% of the variance\n", 100 * map.variance_share);
    if (map.trustworthiness_k > 0)
        std::printf("trustworthiness@%zu: %.4f (%s rows against all)\n", map.trustworthiness_k,
                    map.trustworthiness, format_count(map.trustworthiness_rows).c_str());
}

Status run_map(const MapArguments& arguments, const Control& control) {
    MapOptions options = arguments.options;
    options.method = arguments.method == "pca" ? MapOptions::Method::Pca : MapOptions::Method::Umap;
    options.seed = arguments.data.seed();
    options.queries = !arguments.queries_csv.empty();
    const auto need = options.queries ? DataArguments::Need::Queries : DataArguments::Need::Vectors;
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(need, control));
    for (const std::string& warning : dataset.warnings)
        std::fprintf(stderr, "warning: %s\n", warning.c_str());
    const Timer timer;
    ANNSCOPE_ASSIGN(const MapLayout map, project_map(dataset, options, control));
    print(map, dataset, timer.seconds());
    if (!arguments.csv.empty())
        ANNSCOPE_TRY(write_text(arguments.csv, table_of("row", &map.rows, map.xy)));
    if (!arguments.queries_csv.empty())
        ANNSCOPE_TRY(write_text(arguments.queries_csv, table_of("query", nullptr, map.query_xy)));
    return {};
}

} // namespace

void add_map(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand(
        "map", "Lay the vectors out in the plane, by PCA or so that neighbours stay neighbours (UMAP)");
    auto arguments = std::make_shared<MapArguments>();
    arguments->data.add_to(*command);
    command->add_option("--method", arguments->method, "umap or pca")
        ->capture_default_str()
        ->check(CLI::IsMember({"umap", "pca"}));
    command
        ->add_option("--n-neighbors", arguments->options.n_neighbors,
                     "UMAP: neighbours that shape a place, 2 to 200; more show the broad structure")
        ->capture_default_str()
        ->check(CLI::Range(2, 200));
    command
        ->add_option("--min-dist", arguments->options.min_dist,
                     "UMAP: how close points may lie, 0 to 1; less makes tighter clumps")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 1.0));
    command->add_option("--epochs", arguments->options.epochs,
                        "UMAP: passes; 0: 500 up to 10,000 rows, else 200");
    command->add_option("--sample", arguments->options.sample, "Rows in the map at most; 0: all")
        ->capture_default_str();
    command
        ->add_option("-k,--trustworthiness-k", arguments->options.trustworthiness_k,
                     "Neighbours that the trustworthiness looks at")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--csv", arguments->csv, "File to write: row,x,y");
    command->add_option("--queries-csv", arguments->queries_csv,
                        "Place the queries, too, and write query,x,y");
    command->footer("For example: annscope-cli map sample.hdf5 --method umap --csv map.csv");
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return run_map(*arguments, control); };
    });
}

} // namespace annscope::cli
