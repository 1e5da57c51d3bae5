// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "spec/describe.h"
#include "spec/parser.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace annscope::cli {
namespace {

struct SpecArguments {
    std::string line, metric = "l2";
    std::size_t n = 0, dim = 0;
    bool json = false;
};

void print_tree(const SpecNode& node, int depth) {
    std::printf("  %*s%s", depth * 2, "", node.name.c_str());
    for (const std::uint64_t number : node.numbers)
        std::printf(" %llu", static_cast<unsigned long long>(number));
    if (!node.suffix.empty())
        std::printf(" \"%s\"", node.suffix.c_str());
    std::printf("\n");
    for (const SpecNode& child : node.children)
        print_tree(child, depth + 1);
}

nlohmann::ordered_json tree(const SpecNode& node) {
    nlohmann::ordered_json j{{"name", node.name}, {"numbers", node.numbers}, {"suffix", node.suffix}};
    auto& children = j["children"] = nlohmann::ordered_json::array();
    for (const SpecNode& child : node.children)
        children.push_back(tree(child));
    return j;
}

void print(const Configuration& configuration, const SpecDescription& d) {
    std::printf("%s%s%s\n", d.canonical.c_str(),
                d.supported ? "" : "   (understood, not built by this version)",
                d.extension ? "   (extension: not a Faiss string)" : "");
    print_tree(configuration.spec.root, 0);
    if (!d.sentence.empty())
        std::printf("%s\n", d.sentence.c_str());
    if (d.size) {
        std::printf("size %s\n", format_bytes(d.size->bytes).c_str());
        for (const MemoryPart& part : d.size->parts)
            std::printf("  %-12s %14llu B   %s\n", part.name.c_str(),
                        static_cast<unsigned long long>(part.bytes), part.formula.c_str());
    }
    if (d.build_seconds > 0)
        std::printf(d.build_seconds < 10 ? "build ~%.2g s on this machine\n"
                                         : "build ~%.0f s on this machine\n",
                    d.build_seconds);
    if (!d.since.empty())
        std::printf("in Faiss since %s\n", d.since.c_str());
    for (const std::string& warning : d.warnings)
        std::printf("warning: %s\n", warning.c_str());
}

void print_json(const Configuration& configuration, const SpecDescription& d) {
    nlohmann::ordered_json j{{"canonical", d.canonical}, {"supported", d.supported},
                             {"extension", d.extension}, {"tree", tree(configuration.spec.root)},
                             {"sentence", d.sentence},   {"since", d.since},
                             {"warnings", d.warnings}};
    if (d.size) {
        j["bytes"] = d.size->bytes;
        auto& parts = j["memory"] = nlohmann::ordered_json::array();
        for (const MemoryPart& part : d.size->parts)
            parts.push_back({{"part", part.name}, {"bytes", part.bytes}, {"formula", part.formula}});
    }
    if (d.build_seconds > 0)
        j["build_seconds"] = d.build_seconds;
    std::printf("%s\n", j.dump(2).c_str());
}

} // namespace

void add_spec(CLI::App& app, Run& run) {
    auto* command =
        app.add_subcommand("spec", "Explain a factory string: its parts, what it does, what it will occupy");
    auto arguments = std::make_shared<SpecArguments>();
    command->add_option("FACTORY", arguments->line, "Factory string or configuration line, e.g. IVF1024,Flat")
        ->required();
    command->add_option("--dim", arguments->dim, "Dimensions, for the size")->check(CLI::PositiveNumber);
    command->add_option("--n", arguments->n, "Number of vectors, for the size")->check(CLI::PositiveNumber);
    command->add_option("--metric", arguments->metric, "l2, ip or cosine")->capture_default_str();
    command->add_flag("--json", arguments->json, "Print JSON");
    command->callback([&run, arguments] {
        run = [arguments](const Control&) -> Status {
            const auto metric = parse_metric(arguments->metric);
            if (!metric)
                return usage_error("--metric is l2, ip or cosine, not \"" + arguments->metric + "\".");
            const auto configuration = parse_configuration(arguments->line);
            if (!configuration)
                return usage_error(point_at(arguments->line, configuration.error()));
            const SpecDescription description =
                describe(*configuration, arguments->n, arguments->dim, *metric);
            arguments->json ? print_json(*configuration, description) : print(*configuration, description);
            return {};
        };
    });
}

} // namespace annscope::cli
