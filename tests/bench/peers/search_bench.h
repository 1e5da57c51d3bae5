// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

namespace annscope::bench {

/// A configuration and the search parameters to try, e.g.
/// "IVF256,PQ196x4fs,RFlat # nprobe=1,2,4 # k_factor=2,4"; without grids the index's own.
struct SearchSeries {
    std::string configuration;
    double recall = 0; ///< that its answers must reach, or the benchmark fails
};

/// Searches of each series against hnswlib (M=16, efConstruction=200) in one run: building with two threads,
/// then one query at a time on one thread, the passes interleaved; then all queries at once on two threads.
/// Prints JSON; returns the exit code, 1 where an answer is wrong. Other programs may share the cores, so
/// every figure stands beside the processor time it took, and what counts is the ratio.
/// Arguments: [--data FILE.hdf5 | --clusters N,DIM] [--config SERIES]... [--repeats N] [--queries N]
int run_search_bench(int argc, char** argv, const std::string& name, std::vector<SearchSeries> series);

} // namespace annscope::bench
