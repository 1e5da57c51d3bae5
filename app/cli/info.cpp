// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "data/format.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace annscope::cli {
namespace {

const char* text(QueriesFrom from) {
    switch (from) {
    case QueriesFrom::None:
        return "none";
    case QueriesFrom::File:
        return "file";
    case QueriesFrom::HeldOut:
        return "held out";
    case QueriesFrom::Generated:
        return "generated";
    }
    return "?";
}

const char* text(TruthFrom from) {
    switch (from) {
    case TruthFrom::None:
        return "none";
    case TruthFrom::File:
        return "file";
    case TruthFrom::Computed:
        return "computed";
    case TruthFrom::Cache:
        return "computed before, from the cache";
    }
    return "?";
}

void print(const Dataset& d) {
    std::printf("%s\n", d.source.c_str());
    std::printf("  base      %zu x %zu %s, %s%s\n", d.base.size(), d.base.dim(),
                std::string(name(d.base.type())).c_str(), format_bytes(d.base.bytes()).c_str(),
                d.base.mapped() ? ", memory-mapped" : "");
    std::printf("  metric    %s%s\n", std::string(name(d.metric)).c_str(),
                d.metric_from_file ? " (from the file)" : "");
    if (d.queries.empty())
        std::printf("  queries   none; a sweep holds some of the vectors out\n");
    else
        std::printf("  queries   %zu (%s)\n", d.queries.size(), text(d.queries_from));
    if (d.truth.empty())
        std::printf("  truth     none; a sweep computes it\n");
    else
        std::printf("  truth     %zu x %zu (%s)\n", d.truth.queries, d.truth.k, text(d.truth_from));
    for (const std::string& warning : d.warnings)
        std::printf("  warning   %s\n", warning.c_str());
}

void print_json(const Dataset& d) {
    const nlohmann::ordered_json j{{"name", d.name},
                                   {"source", d.source},
                                   {"n", d.base.size()},
                                   {"dim", d.base.dim()},
                                   {"type", name(d.base.type())},
                                   {"bytes", d.base.bytes()},
                                   {"mapped", d.base.mapped()},
                                   {"metric", name(d.metric)},
                                   {"metric_from_file", d.metric_from_file},
                                   {"queries", d.queries.size()},
                                   {"queries_from", text(d.queries_from)},
                                   {"truth_queries", d.truth.queries},
                                   {"truth_k", d.truth.k},
                                   {"truth_from", text(d.truth_from)},
                                   {"warnings", d.warnings}};
    std::printf("%s\n", j.dump(2).c_str());
}

/// A file of true neighbours has no vectors to open, but can be told about.
bool is_truth_alone(const std::string& path, GroundTruth& truth, const Control& control) {
    if (path.empty())
        return false;
    auto contents = read_file(path, FileRole::Truth, control);
    if (!contents || contents->truth.empty() || !contents->base.empty())
        return false;
    truth = std::move(contents->truth);
    return true;
}

void print_truth(const std::string& path, const GroundTruth& truth, bool json) {
    const bool distances = !truth.distances.empty();
    if (json)
        std::printf("%s\n", nlohmann::ordered_json{{"source", path},
                                                   {"n", 0},
                                                   {"queries", 0},
                                                   {"truth_queries", truth.queries},
                                                   {"truth_k", truth.k},
                                                   {"truth_distances", distances}}
                                .dump(2)
                                .c_str());
    else
        std::printf("%s\n  truth     %zu x %zu ids%s; no vectors\n", path.c_str(), truth.queries, truth.k,
                    distances ? " with distances" : "");
}

} // namespace

void add_info(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("info", "Say what a file of vectors holds, and check it");
    auto data = std::make_shared<DataArguments>();
    auto json = std::make_shared<bool>(false);
    data->add_to(*command);
    command->add_flag("--json", *json, "Print JSON");
    command->callback([&run, data, json] {
        run = [data, json](const Control& control) -> Status {
            const auto dataset = data->open(DataArguments::Need::Vectors, control);
            if (GroundTruth truth; !dataset && is_truth_alone(data->only_file(), truth, control)) {
                print_truth(data->only_file(), truth, *json);
                return {};
            }
            ANNSCOPE_TRY(dataset);
            *json ? print_json(*dataset) : print(*dataset);
            return {};
        };
    });
}

} // namespace annscope::cli
