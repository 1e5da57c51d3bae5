// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "bench/support/arguments.h"

#include <string>
#include <vector>

namespace annscope::bench {

/// Searches of each series against hnswlib (M=16, efConstruction=200) in one run: building with two threads,
/// then one query at a time on one thread, the passes interleaved; where batches is set, then all queries at
/// once on two threads. Prints JSON (curves, speed at equal recall, builds) and a table of the ratios to the
/// standard error; returns the exit code: 1 where an answer is wrong, 2 for wrong arguments. Other programs
/// may share the cores, so every figure stands beside the processor time it took, and what counts is the
/// ratio.
/// Arguments: [--data FILE.hdf5 | --clusters N,DIM] [--config SERIES]... [--repeats N] [--queries N]
/// [--batches 0|1] [--keep DIR]; with the last, what is built is kept in the folder and loaded the next time.
int run_search_bench(int argc, char** argv, const std::string& name, std::vector<SearchSeries> series,
                     bool batches = true);

} // namespace annscope::bench
