// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/dataset.h"
#include "quant/kmeans.h"

#include <filesystem>

namespace annscope {

struct CompressOptions {
    std::size_t n = 0;  ///< vectors that stay
    int passes = 10;    ///< of mini-batches over the vectors, at most; fewer where a pass gains little
    bool assign = true; ///< tell which centroid stands for each vector, and what is lost
    std::uint64_t seed = 1234;
};

struct CompressedVectors {
    VectorSet centroids;                   ///< n x dim, float32
    std::vector<std::uint32_t> assignment; ///< of each vector: its centroid; empty unless asked for
    std::vector<std::uint32_t> weights;    ///< of each centroid: vectors that it stands for; alike
    double distortion = 0; ///< mean squared distance to the centroid; of unit vectors for cosine
    double variance = 0;   ///< the same to the mean of all: what one centroid would lose
};

/// A data set of n centroids that stand for all vectors, by mini-batch k-means; they are of unit
/// length for cosine. The same for any number of threads. Phases: those of kmeans, then "Assigning vectors".
/// Cost: passes x vectors x n x dim multiply-adds, at most; memory: a batch, what the start chooses from (32
/// n), and the assignment. Errors: InvalidArgument (not 1 <= n <= vectors), OutOfMemory, Cancelled.
Result<CompressedVectors> compress_vectors(const VectorSet& vectors, Metric metric,
                                           const CompressOptions& options, const Control& control);

/// Where the result is written, besides what compress_vectors makes of the base.
struct CompressFiles {
    std::filesystem::path centroids;  ///< .hdf5 (with the data set's queries), .fvecs or .npy
    std::filesystem::path assignment; ///< .npy of int64, one a vector; empty: not written
    std::filesystem::path weights;    ///< .npy of int64, one a centroid; empty: not written
};
/// Errors: those above; InvalidArgument (an extension that is not written; told before any work), Io. After
/// an error or a cancel no file is left.
Result<CompressedVectors> compress_to_files(const Dataset& dataset, const CompressOptions& options,
                                            const CompressFiles& files, const Control& control);

} // namespace annscope
