// SPDX-License-Identifier: GPL-3.0-or-later
#include "tune/loss.h"
#include "app/cli/command.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "tune/loss_sweep.h"

#include <nlohmann/json.hpp>

#include <cstdio>

namespace annscope::cli {
namespace {

struct LossArguments {
    DataArguments data;
    std::string config, json;
    LossOptions options;
    std::string over; ///< parameter of the sweep; empty: none
    bool no_remedies = false;
};

/// The whole configuration, FACTORY|BUILD|SEARCH.
std::string rebuilt(const LossRebuild& change) {
    const bool build = change.configuration.find('|') != std::string::npos;
    return change.configuration + (build ? "|" : "||") + to_string(change.params);
}

nlohmann::ordered_json to_json(const std::array<std::size_t, kLossReasons>& counts) {
    auto reasons = nlohmann::ordered_json::object();
    for (std::size_t r = 0; r < kLossReasons; ++r)
        if (counts[r] > 0)
            reasons[std::string(name(static_cast<LossReason>(r)))] = counts[r];
    return reasons;
}

std::string to_json(const LossArguments& arguments, const LossReport& report,
                    const std::optional<LossSweep>& sweep) {
    nlohmann::ordered_json j{{"config", arguments.config},
                             {"params", to_string(report.params)},
                             {"k", report.k},
                             {"queries", report.queries},
                             {"recall", report.recall},
                             {"missed", report.misses.size()},
                             {"lost", report.lost()},
                             {"sentence", report.sentence()}};
    auto shares = nlohmann::ordered_json::array(), misses = nlohmann::ordered_json::array();
    std::array<std::size_t, kLossReasons> counts{};
    for (std::size_t r = 0; r < kLossReasons; ++r) {
        const LossShare& share = report.shares[r];
        counts[r] = share.misses;
        if (share.misses == 0)
            continue;
        const auto reason = static_cast<LossReason>(r);
        nlohmann::ordered_json one{{"reason", name(reason)},
                                   {"misses", share.misses},
                                   {"curable", share.curable},
                                   {"curable_by_rebuild", share.rebuildable}};
        if (share.advice)
            one["advice"] = {{"configuration", share.advice->change.configuration},
                             {"params", to_string(share.advice->change.params)},
                             {"finds", share.advice->finds}};
        shares.push_back(std::move(one));
    }
    for (const Miss& miss : report.misses)
        misses.push_back({{"query", miss.query},
                          {"true_rank", miss.true_rank + 1},
                          {"id", miss.id},
                          {"reason", name(miss.reason)},
                          {"rank", miss.rank},
                          {"remedy", miss.remedy ? to_string(*miss.remedy) : ""},
                          {"rebuild", miss.rebuild ? rebuilt(*miss.rebuild) : ""}});
    j["reasons"] = to_json(counts);
    j["shares"] = std::move(shares);
    j["misses"] = std::move(misses);
    if (sweep) {
        auto points = nlohmann::ordered_json::array();
        for (const LossPoint& point : sweep->points)
            points.push_back({{sweep->parameter, point.value},
                              {"recall", point.recall},
                              {"lost", point.lost()},
                              {"reasons", to_json(point.reasons)}});
        j["sweep"] = std::move(points);
    }
    return j.dump(1) + '\n';
}

void print(const LossReport& report) {
    std::printf("recall@%zu %.4f of %zu queries: %zu of %zu true neighbours were missed\n", report.k,
                report.recall, report.queries, report.lost(), report.queries * report.k);
    for (std::size_t r = 0; r < kLossReasons; ++r) {
        const LossShare& share = report.shares[r];
        if (share.misses == 0)
            continue;
        const auto reason = static_cast<LossReason>(r);
        if (reason == LossReason::Tie) {
            std::printf("  %8zu        %-22s another neighbour as near was returned; no recall is lost\n",
                        share.misses, std::string(name(reason)).c_str());
            continue;
        }
        std::printf("  %8zu  %4.1f %% %-22s", share.misses,
                    100 * static_cast<double>(share.misses) / static_cast<double>(report.lost()),
                    std::string(name(reason)).c_str());
        if (share.advice && share.advice->change.configuration.empty())
            std::printf(" %s finds %zu", to_string(share.advice->change.params).c_str(), share.advice->finds);
        else if (share.advice)
            std::printf(" %s finds %zu", rebuilt(share.advice->change).c_str(), share.advice->finds);
        if (share.advice && share.curable + share.rebuildable < share.misses)
            std::printf("; nothing that was tried finds %zu",
                        share.misses - share.curable - share.rebuildable);
        std::printf("\n");
    }
    std::printf("%s\n", report.sentence().c_str());
}

void print(const LossSweep& sweep) {
    std::printf("\n%12s  recall    lost  of it\n", sweep.parameter.c_str());
    for (const LossPoint& point : sweep.points) {
        std::printf("%12g  %.4f %7zu  ", point.value, point.recall, point.lost());
        for (std::size_t r = 0; r < kLossReasons; ++r)
            if (point.reasons[r] > 0 && static_cast<LossReason>(r) != LossReason::Tie)
                std::printf("%.1f %% %s  ",
                            100 * static_cast<double>(point.reasons[r]) / static_cast<double>(point.lost()),
                            std::string(name(static_cast<LossReason>(r))).c_str());
        std::printf("\n");
    }
}

Status run_loss(const LossArguments& arguments, const Control& control) {
    const auto configuration = parse_configuration(arguments.config);
    if (!configuration)
        return usage_error(point_at(arguments.config, configuration.error()));
    ANNSCOPE_ASSIGN(const Dataset dataset, arguments.data.open(DataArguments::Need::Truth, control));
    if (arguments.options.k > std::min(dataset.truth.k, dataset.base.size()))
        return usage_error("-k is at most " + std::to_string(std::min(dataset.truth.k, dataset.base.size())) +
                           ", the neighbours that are known of each query.");
    ANNSCOPE_ASSIGN(const std::unique_ptr<Index> index,
                    build_and_fill(*configuration, dataset.base, dataset.metric, 1234, control));
    ANNSCOPE_ASSIGN(const LossReport report, explain_loss(*index, workload_of(dataset), configuration->search,
                                                          arguments.options, control));
    print(report);
    std::optional<LossSweep> sweep;
    if (!arguments.over.empty()) {
        LossSweepOptions options;
        options.k = arguments.options.k;
        options.parameter = arguments.over == "main" ? "" : arguments.over;
        ANNSCOPE_ASSIGN(sweep,
                        loss_sweep(*index, workload_of(dataset), configuration->search, options, control));
        print(*sweep);
    }
    return arguments.json.empty() ? Status() : write_text(arguments.json, to_json(arguments, report, sweep));
}

} // namespace

void add_loss(CLI::App& app, Run& run) {
    auto* command =
        app.add_subcommand("loss", "Say why each true neighbour was missed, and what would find it");
    auto arguments = std::make_shared<LossArguments>();
    arguments->data.add_to(*command);
    command
        ->add_option("--config", arguments->config,
                     "FACTORY|BUILD|SEARCH, e.g. \"IVF256,PQ98x4fs||nprobe=8\"")
        ->required();
    command->add_option("-k", arguments->options.k, "Neighbours a query")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--json", arguments->json, "File to write: counts by reason, and every miss");
    command->add_option(
        "--over", arguments->over,
        "Also the reasons over a search parameter, e.g. nprobe; main: the one that people turn "
        "first");
    command->add_flag("--no-remedies", arguments->no_remedies,
                      "Reasons only; finding remedies takes ten searches a miss");
    command->callback([&run, arguments] {
        arguments->options.remedies = !arguments->no_remedies;
        run = [arguments](const Control& control) { return run_loss(*arguments, control); };
    });
}

} // namespace annscope::cli
