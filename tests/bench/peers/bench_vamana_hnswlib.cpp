// SPDX-License-Identifier: GPL-3.0-or-later
// Vamana against hnswlib; see search_bench.h for the arguments.
#include "search_bench.h"

int main(int argc, char** argv) {
    constexpr const char* kGrid = " # Lsearch=10,12,14,17,20,25,30,40,50,65,80,100,130,170,220,300";
    return annscope::bench::run_search_bench(
        argc, argv, "vamana_hnswlib",
        {{std::string("Vamana64|Lbuild=125,alpha=1.2") + kGrid, 0.99},
         {std::string("Vamana64|Lbuild=125,alpha=1.2,narrow=0") + kGrid, 0.99}});
}
