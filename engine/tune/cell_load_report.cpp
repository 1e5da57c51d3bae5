// SPDX-License-Identifier: Apache-2.0
// What the load of the cells says in words and in JSON.
#include "tune/cell_load.h"
#include "tune/health_report.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace annscope {
namespace {

constexpr double kCostliest = 0.05;   ///< share of the cells that the sentence is about
constexpr double kUneven = 1.25;      ///< scan factor from which balancing is worth a try
constexpr double kKeptHits = 0.99;    ///< share of the hits that fewer probes must keep
constexpr double kFewerProbes = 0.75; ///< of the probes: less than that is worth telling

template<class... Args>
std::string printed(const char* format, Args... args) {
    char text[160];
    std::snprintf(text, sizeof text, format, args...);
    return text;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

std::string CellLoad::sentence() const {
    if (total_probes == 0)
        return "No query visits a cell.";
    const auto few = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(kCostliest * static_cast<double>(size.size()))));
    std::string text = printed("%.0f %% of the cells (%s) cost %.0f %% of the scan; ",
                               100 * static_cast<double>(few) / static_cast<double>(size.size()),
                               format_count(few).c_str(), 100 * share_of_costliest(few));
    const std::size_t enough = probes_for(kKeptHits);
    if (scan_factor >= kUneven)
        text +=
            printed("a query scans %.1f times what equal cells would cost: build with balance=1.5 for more "
                    "even ones.",
                    scan_factor);
    else if (enough > 0 && static_cast<double>(enough) <= kFewerProbes * static_cast<double>(nprobe))
        text += printed("nprobe %zu instead of %zu keeps 99 %% of the neighbours that are visited.", enough,
                        nprobe);
    else if (total_missed > total_hits / 20)
        text += printed("%.0f %% of the true neighbours lie in cells that are not visited: more nprobe finds "
                        "them.",
                        100 * ratio(total_missed, total_missed + total_hits));
    else
        text += printed("the scan costs %.2f times that of equal cells: nothing to balance.", scan_factor);
    return text;
}

std::string cell_load_json(const CellLoad& load) {
    nlohmann::ordered_json json{{"params", to_string(load.params)},
                                {"k", load.k},
                                {"queries", load.queries},
                                {"cells", load.size.size()},
                                {"sentence", load.sentence()},
                                {"probes", load.total_probes},
                                {"codes", load.total_codes},
                                {"hits", load.total_hits},
                                {"missed", load.total_missed},
                                {"wasted_probes", load.total_wasted},
                                {"imbalance_factor", load.size_imbalance},
                                {"load_imbalance_factor", load.load_imbalance},
                                {"scan_factor", load.scan_factor},
                                {"hits_of_rank", load.hits_of_rank}};
    auto& cells = json["by_cell"] = nlohmann::ordered_json::array();
    for (std::size_t cell = 0; cell < load.size.size(); ++cell)
        cells.push_back({{"cell", cell},
                         {"size", load.size[cell]},
                         {"probes", load.probes[cell]},
                         {"codes", load.codes[cell]},
                         {"cost_share", load.share(cell)},
                         {"hits", load.hits[cell]},
                         {"missed", load.missed[cell]},
                         {"wasted", load.wasted[cell]}});
    return json.dump(1);
}

} // namespace annscope
