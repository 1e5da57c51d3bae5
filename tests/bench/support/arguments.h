// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "data/dataset.h"
#include "tune/parameter_space.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace annscope::bench {

/// A configuration and the search parameters to try, e.g.
/// "IVF256,PQ196x4fs,RFlat # nprobe=1,2,4 # k_factor=2,4"; without grids the index's own.
struct SearchSeries {
    std::string configuration;
    double recall = 0; ///< that its answers must reach, or the benchmark fails
};

struct Arguments {
    std::filesystem::path data; ///< empty where clusters are asked for
    std::size_t cluster_rows = 0, cluster_dim = 0;
    std::vector<SearchSeries> series;
    std::size_t repeats = 5;
    std::size_t queries = 0; ///< at most; 0: 2,000 of a file, the generator's own 1,000 of clusters
    bool batches = true;
    std::filesystem::path keep; ///< empty: nothing is kept
};

/// From the text after the program's name; defaults: what the benchmark has itself. A --config without grids
/// means the benchmark's own series of that configuration where it has one. Errors: ParseError.
Result<Arguments> parse_arguments(std::span<const char* const> texts, Arguments defaults);

/// The parts of a series between '#', without spaces around them.
std::vector<std::string> parts_of(const std::string& series);
/// The grids of a series; nothing where it has none. Errors: ParseError.
Result<ParameterSpace> grids_of(const std::string& series);

/// A data set as the benchmarks of searches need it: float32, L2, with the k true neighbours of its queries.
/// Errors: those of reading and generating; InvalidArgument (no queries, another metric, fewer than k
/// vectors).
Result<Dataset> open_data(const Arguments& arguments, std::size_t k);

} // namespace annscope::bench
