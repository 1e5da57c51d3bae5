// SPDX-License-Identifier: Apache-2.0
// What a report says of its misses.
#include "index/kind.h"
#include "tune/loss_explainer.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>

namespace annscope {
namespace {

struct Told {
    std::string_view name, clause, sentence;
};

constexpr std::array<Told, kLossReasons> kTold{{
    {"cell not probed", "are cells that were not probed",
     "Its cell is not among the nprobe cells nearest to the query: nprobe must be at least the cell's rank."},
    {"cell missed by the quantizer", "are in cells that the index over the centroids did not find",
     "Its cell is near enough, but the index over the centroids did not find it: let that one look further."},
    {"group not scanned", "are in groups of their cells that were left out",
     "Its cell was visited, but its group inside the cell was left out: raise group_share."},
    {"code below the cut", "were compared, but their codes ranked them below the cut",
     "Its code was compared and ranked below what is kept: keep more for ranking again (k_factor), or take a "
     "finer code."},
    {"lost at the re-rank cut", "were ranked again, and the second code ranked them below the cut",
     "It was ranked again, but its second code ended below the k-th: rank again by a finer code, or by the "
     "vectors."},
    {"unreachable", "cannot be reached from the graph's entry",
     "No way of edges leads to it from where searches start: only a repair of the graph finds it."},
    {"never met", "were never met by the walk",
     "The walk through the graph did not come past it: a longer list looks further around."},
    {"evicted", "were met and evicted from the list",
     "The walk met it, but the list was full of what seemed nearer: a longer list keeps it."},
    {"lost by its code", "were met, but their codes ranked them below the cut",
     "The walk met it, but its code ranked it below what is kept: keep more for ranking again (k_factor), or "
     "take a finer code."},
    {"lost by the transform", "are no longer among the nearest after the transform",
     "After the transform before the index, such as a PCA, it is not among the nearest any more: rank again "
     "by the vectors, or keep more dimensions."},
    {"tie", "are ties",
     "It is as far as the k-th neighbour, and another such one was returned: nothing is lost."},
}};

/// How far the parameters are from those that were searched with.
double effort(const SearchParams& params, const SearchParams& before) {
    double product = 1;
    for (const auto& [name, value] : params.values())
        product *= std::max(value / std::max(before.get(name, 1), 1e-9), 1.0);
    return product;
}

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return text;
}

/// "nprobe 24 and k_factor 3", of what differs.
std::string changes(const LossAdvice& advice, const SearchParams& before, bool& several) {
    std::string text;
    const auto add = [&](const std::string& name, double value) {
        several = !text.empty();
        text += (text.empty() ? "" : " and ") + name + ' ' + number(value);
    };
    add(advice.parameter, advice.value);
    for (const auto& [name, value] : advice.change.params.values())
        if (name != advice.parameter && value != before.get(name, std::nan("")))
            add(name, value);
    return text;
}

/// As a person says it: "them all", "nine in ten of them", "62 % of them".
std::string portion(std::size_t some, std::size_t all) {
    const double share = static_cast<double>(some) / static_cast<double>(all);
    if (some == all)
        return "them all";
    if (share >= 0.9 && share < 0.95)
        return "nine in ten of them";
    char text[32];
    std::snprintf(text, sizeof text, "%.0f %% of them", std::floor(100 * share));
    return text;
}

} // namespace

std::string_view name(LossReason reason) noexcept {
    return kTold[static_cast<std::size_t>(reason)].name;
}

std::string_view explain(LossReason reason) noexcept {
    return kTold[static_cast<std::size_t>(reason)].sentence;
}

std::size_t LossReport::lost() const noexcept {
    return misses.size() - share(LossReason::Tie).misses;
}

std::optional<LossReason> LossReport::main_reason() const noexcept {
    std::size_t most = kLossReasons;
    for (std::size_t r = 0; r < kLossReasons; ++r)
        if (static_cast<LossReason>(r) != LossReason::Tie && shares[r].misses > 0 &&
            (most == kLossReasons || shares[r].misses > shares[most].misses))
            most = r;
    return most == kLossReasons ? std::nullopt : std::optional(static_cast<LossReason>(most));
}

std::string LossReport::sentence() const {
    const auto reason = main_reason();
    if (!reason)
        return "Nothing is lost: every true neighbour was found.";
    const LossShare& own = share(*reason);
    char text[64];
    std::snprintf(text, sizeof text, "%.0f %% of the misses ",
                  100 * static_cast<double>(own.misses) / static_cast<double>(lost()));
    std::string sentence = text + std::string(kTold[static_cast<std::size_t>(*reason)].clause);
    if (*reason == LossReason::Unreachable)
        return sentence + "; only a repair of the graph finds them.";
    if (!own.advice)
        return sentence + '.';
    bool several = false;
    const std::string what = changes(*own.advice, params, several);
    const std::string& instead = own.advice->change.configuration;
    sentence += "; " + (instead.empty() ? what : instead + " with " + what);
    return sentence + (several && instead.empty() ? " find " : " finds ") +
           portion(own.advice->finds, own.misses) + '.';
}

void count_reasons(LossReport& report) {
    report.shares = {};
    for (const Miss& miss : report.misses) {
        LossShare& share = report.shares[static_cast<std::size_t>(miss.reason)];
        ++share.misses;
        share.curable += miss.remedy.has_value();
        share.rebuildable += miss.rebuild.has_value();
    }
}

std::optional<LossAdvice> advice_for(const LossReport& report, LossReason reason) {
    const LossShare& share = report.share(reason);
    if (share.curable + share.rebuildable == 0)
        return std::nullopt;
    // What the index itself can do, unless that is little and another configuration does much more.
    const bool here = share.curable * 10 >= share.misses * 9 || share.rebuildable == 0 ||
                      share.curable >= 4 * share.rebuildable;
    LossAdvice advice;
    std::vector<const SearchParams*> wanted;
    for (const Miss& miss : report.misses) {
        if (miss.reason != reason)
            continue;
        if (miss.remedy)
            wanted.push_back(&*miss.remedy);
        else if (miss.rebuild && !here)
            wanted.push_back(&miss.rebuild->params);
        if (miss.rebuild && !here)
            advice.change.configuration = miss.rebuild->configuration;
    }
    // The most effort goes into the last tenth: up to there, the largest of each.
    std::ranges::stable_sort(wanted, {}, [&](const SearchParams* p) { return effort(*p, report.params); });
    advice.expected = wanted.size();
    wanted.resize((wanted.size() * 9 + 9) / 10);
    advice.change.params = report.params;
    for (const SearchParams* params : wanted)
        for (const auto& [name, value] : params->values())
            advice.change.params.set(
                name, std::max(value, advice.change.params.get(name, std::numeric_limits<double>::lowest())));
    double largest = 0;
    for (const auto& [name, value] : advice.change.params.values()) {
        if (value == report.params.get(name, std::nan("")))
            continue;
        std::size_t needing = 0;
        for (const SearchParams* params : wanted)
            needing += params->get(name, std::nan("")) != report.params.get(name, std::nan("")) &&
                       params->contains(name);
        if (static_cast<double>(needing) > largest) {
            largest = static_cast<double>(needing);
            advice.parameter = name;
            advice.value = value;
        }
    }
    return advice;
}

std::string refined_configuration(const IndexOrigin& origin) {
    const auto refined = [](const auto& self, const SpecNode& node) -> SpecNode {
        if (node.name == "IDMap" || node.name == "IDMap2") {
            SpecNode outer = node;
            outer.children.front() = self(self, node.children.front());
            return outer;
        }
        return {"RFlat", {}, "", {node.name == "Refine" ? node.children.front() : node}};
    };
    const SpecNode root = refined(refined, origin.spec);
    if (!find_kind(root))
        return {};
    const std::string build = to_string(origin.context.build);
    return print(root) + (build.empty() ? "" : '|' + build);
}

} // namespace annscope
