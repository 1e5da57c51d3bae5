// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/sweep.h"

#include <span>
#include <string>
#include <vector>

namespace annscope {

/// What a search costs where it just reaches a recall.
struct HopsAtRecall {
    double target = 0;     ///< recall asked for
    bool reached = false;  ///< else the numbers are those of the widest search
    bool at_least = false; ///< the narrowest search has more recall than asked for: the numbers are its own
    double width = 0;      ///< least search width that reaches the target
    double recall = 0;     ///< of that width
    double hops = 0;       ///< a query, in the mean: nodes expanded
    double distances = 0;  ///< a query: vectors and codes compared
};

struct HopsOptions {
    std::size_t k = 10;
    double widest = 4096; ///< widths beyond are not tried
};

/// The search parameter by which a graph index is told how wide to search (Lsearch, efSearch); empty: none.
std::string_view width_param(const Index& index) noexcept;

/// Mean hops and distances a query at equal recall, as in Subramanya et al., DiskANN, NeurIPS 2019, figure
/// 2c: for each target the least search width that reaches it, found by doubling and bisection, as recall
/// rises with the width; hops and distances are interpolated linearly in recall between that width and the
/// one below, so that whole-number widths make no steps. params: the other search parameters. Counts, not
/// times: the same on any machine and for any number of threads. Cost: about 12 passes over the queries for
/// the first target, fewer for the next. Phase: "Searching for the recall". Errors: Unsupported (no search
/// width), InvalidArgument (a target outside 0..1, no truth), those of search, Cancelled.
Result<std::vector<HopsAtRecall>> hops_at_recall(const Index& index, const Workload& workload,
                                                 std::span<const double> targets, const SearchParams& params,
                                                 const HopsOptions& options, const Control& control);

/// What is compared: one index, and what it needs for each target.
struct HopsEntry {
    std::string config; ///< FACTORY|BUILD
    std::string family; ///< entries that differ in their degree alone have the same: one line of the chart
    std::size_t max_degree = 0;
    double mean_degree = 0;
    double build_seconds = 0;
    std::vector<HopsAtRecall> targets;
};

/// An entry with all but its targets. index: one with a graph, built from configuration.
HopsEntry hops_entry(const Index& index, const Configuration& configuration);

/// The family of a configuration: its factory string without the degree, and the build parameters,
/// "Vamana alpha=1.2". What has no degree in its name is its own family.
std::string hops_family(const Configuration& configuration);

} // namespace annscope
