// SPDX-License-Identifier: GPL-3.0-or-later
// Quantised inverted files against hnswlib; see search_bench.h for the arguments.
#include "search_bench.h"

int main(int argc, char** argv) {
    const std::string factor = " # k_factor=1,1.5,2,3,4,6,8,12,16,24";
    const std::string few = " # nprobe=1,2,3,4,5,6,8,10,12,16,20,24",
                      many = " # nprobe=2,3,4,6,8,10,12,16,20,24,32,48,64";
    return annscope::bench::run_search_bench(argc, argv, "codes_hnswlib",
                                             {{"IVF256,PQ196x4fs,RFlat" + few + factor, 0.99},
                                              {"IVF1024,PQ196x4fs,RFlat" + many + factor, 0.99},
                                              {"IVF256,RaBitQfs,RFlat" + few + factor, 0.99},
                                              {"IVF1024,SQ8" + many, 0.98},
                                              {"IVF1024,Flat" + many, 0.99}});
}
