// SPDX-License-Identifier: GPL-3.0-or-later
// Inverted files of whole vectors against hnswlib; see search_bench.h for the arguments.
#include "search_bench.h"

int main(int argc, char** argv) {
    constexpr const char* kGrid = " # nprobe=1,2,3,4,6,8,12,16,24,32,48,64";
    return annscope::bench::run_search_bench(
        argc, argv, "ivf_hnswlib",
        {{std::string("IVF1024,Flat") + kGrid, 0.99}, {std::string("IVF1024,Flat|narrow=0") + kGrid, 0.99}});
}
