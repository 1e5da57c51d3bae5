// SPDX-License-Identifier: GPL-3.0-or-later
// Graphs of each kind against hnswlib, one query at a time; see search_bench.h for the arguments.
#include "search_bench.h"

int main(int argc, char** argv) {
    const std::string widths = "10,12,14,17,20,25,30,40,50,65,80,100,130,170,220,300,450";
    const std::string few_widths = "10,14,20,30,40,50,65,80,100,130,170,220,300,450";
    const std::string ef = " # efSearch=" + widths, width = " # Lsearch=" + widths;
    const std::vector<annscope::bench::SearchSeries> series{
        {"HNSW16" + ef, 0.99},
        {"HNSW32" + ef, 0.99},
        {"NSG32" + width, 0.99},
        {"Vamana64|Lbuild=125" + width, 0.99},
        {"Vamana32" + width, 0.99},
        {"Vamana32,RaBitQfs" + width, 0.99},
        {"HNSW32,SQ8,RFlat # efSearch=" + few_widths + " # k_factor=1,1.5,2,3", 0.99},
        {"HNSW32,SQ4,RFlat # efSearch=" + few_widths + " # k_factor=1.5,2,3,5,8", 0.97},
    };
    return annscope::bench::run_search_bench(argc, argv, "graph_hnswlib", series, false);
}
