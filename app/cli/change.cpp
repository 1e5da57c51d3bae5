// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "core/timer.h"
#include "index/serialize.h"

#include <charconv>
#include <cstdio>
#include <limits>

namespace annscope::cli {
namespace {

struct ChangeArguments {
    std::string index, output, remove, add;
    bool repair = false;
};

Result<Id> number(std::string_view text) {
    Id value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size() || value < 0)
        return usage_error("--remove takes ids and ranges such as 5,7,100-199; found \"" + std::string(text) +
                           "\".");
    return value;
}

/// "5,7,100-199"
Result<std::vector<Id>> parse_ids(std::string_view text) {
    std::vector<Id> ids;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        const std::size_t dash = part.find('-', 1);
        ANNSCOPE_ASSIGN(const Id first, number(part.substr(0, dash)));
        Id last = first;
        if (dash != std::string_view::npos) {
            ANNSCOPE_ASSIGN(last, number(part.substr(dash + 1)));
        }
        if (last < first || last - first > std::numeric_limits<std::int32_t>::max())
            return usage_error("the range " + std::string(part) + " runs backwards or is too long.");
        for (Id id = first; id <= last; ++id)
            ids.push_back(id);
    }
    return ids;
}

Status change(const ChangeArguments& arguments, const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<Id> ids, parse_ids(arguments.remove));
    if (ids.empty() && arguments.add.empty() && !arguments.repair)
        return usage_error("say what to change: --remove IDS, --add FILE, --repair.");
    ANNSCOPE_ASSIGN(const std::unique_ptr<Index> index, load_index(arguments.index, control));
    const std::size_t before = index->info().size;
    const Timer timer;
    if (!ids.empty())
        ANNSCOPE_TRY(index->remove(ids, control));
    const std::size_t removed = before - index->info().size;
    if (!arguments.add.empty()) {
        OpenOptions options;
        options.base = arguments.add;
        options.hold_out = 0;
        options.compute_truth = false;
        ANNSCOPE_ASSIGN(const Dataset added, open_dataset(options, control));
        ANNSCOPE_TRY(index->add(added.base, control));
    }
    if (arguments.repair)
        ANNSCOPE_TRY(index->repair_graph(control));
    const double seconds = timer.seconds();
    ANNSCOPE_TRY(save_index(*index, arguments.output, control));
    const IndexInfo info = index->info();
    std::printf("%s: %s, %zu removed, %zu added, %zu vectors now, %s in memory, changed in %.2f s\n",
                arguments.output.c_str(), info.spec.c_str(), removed, info.size - (before - removed),
                info.size, format_bytes(info.bytes()).c_str(), seconds);
    return {};
}

} // namespace

void add_change(CLI::App& app, Run& run) {
    auto* command = app.add_subcommand("change", "Remove vectors from a saved index, then add others");
    auto arguments = std::make_shared<ChangeArguments>();
    command->add_option("index", arguments->index, "Index that annscope-cli build saved")
        ->required()
        ->type_name("INDEX");
    command->add_option("--remove", arguments->remove, "Ids and ranges of vectors, e.g. 5,7,100-199")
        ->type_name("IDS");
    command->add_option("--add", arguments->add, "File of vectors; their ids follow the highest ever given")
        ->type_name("FILE");
    command->add_flag("--repair", arguments->repair, "Connect what a graph search cannot reach");
    command->add_option("-o,--output", arguments->output, "File to write; may be INDEX itself")->required();
    command->callback([&run, arguments] {
        run = [arguments](const Control& control) { return change(*arguments, control); };
    });
}

} // namespace annscope::cli
