// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"
#include "quant/training_effort.h"
#include "tune/study_sample.h"

#include <optional>
#include <string>
#include <vector>

namespace annscope {

/// What of a tree is studied: the index that holds the codes, without what stands around it.
struct CodeUnderStudy {
    const SpecNode* code = nullptr;
    bool refined = false;              ///< candidates are re-ranked
    const SpecNode* refiner = nullptr; ///< by this code; null: by the vectors themselves
};
/// Takes off IDMap, RFlat, Refine and graphs over codes. The nodes are those of root.
CodeUnderStudy code_under_study(const SpecNode& root) noexcept;

/// A distance and what a code makes of it, in the convention of Metric: smaller is nearer.
struct DistancePair {
    float exact = 0, approximate = 0;
};

/// A part of an index's memory with the numbers put into its formula.
struct CountedPart {
    MemoryPart part;
    std::string counted; ///< "60000 * 784 * 4"; empty where the formula does not say it all
};

/// Where a true neighbour stands for a code.
struct NeighbourRank {
    double rank = 0;   ///< among all vectors by approximate distance, from 1; estimated on a sample
    double leaves = 0; ///< the number of candidates from which on others push it out of the re-ranked k
};

/// What a code costs: in bytes, in distance, and in candidates that must be re-ranked.
struct CodeStudy {
    std::string code;    ///< canonical text of what was studied
    std::string refiner; ///< what re-ranks: "Flat" for the vectors themselves, "SQ8"; also where the tree
                         ///< says nothing
    Distances distances = Distances::OfVectors;

    std::size_t dim = 0, k = 0, queries = 0;
    std::size_t total = 0; ///< vectors of the data set
    std::size_t rows = 0;  ///< of them studied
    std::size_t train_rows = 0;
    bool rough = false; ///< learned with TrainingEffort::Rough
    /// Are its numbers estimates of what an index over all vectors has?
    bool estimated() const noexcept { return rough || rows < total; }
    double seconds = 0; ///< to train, encode and compare

    double code_bytes = 0; ///< a vector, without its id
    double id_bytes = 0;   ///< a vector
    double own_bytes = 0;  ///< a vector in the data's own type
    double compression() const noexcept { return code_bytes > 0 ? own_bytes / code_bytes : 0; }
    std::vector<CountedPart> memory; ///< of the whole tree over all vectors, re-ranking included

    /// Mean squared distance between a vector and what its code decodes to (of unit vectors for cosine).
    std::optional<double> distortion;
    double variance = 0;       ///< mean squared distance between a vector and the mean
    std::string no_distortion; ///< why there is none

    /// Of the true neighbours (queries x k, as ranks) and of random vectors; not finite where there is none.
    std::vector<DistancePair> neighbours, random;
    std::vector<NeighbourRank> ranks; ///< queries x k; infinite ranks where the code never finds it

    /// Share of the true neighbours among the k nearest by the code alone; of k * factor candidates after
    /// re-ranking; the least whole factor that reaches a recall. Cost: queries x k.
    double recall_before() const noexcept;
    double recall_after(double factor) const noexcept;
    std::optional<std::size_t> factor_for(double recall) const;
    /// The most candidates that a factor can ask for, as a factor.
    std::size_t largest_factor() const noexcept { return k == 0 ? 1 : (total + k - 1) / k; }

    /// Approximate distance of candidate k * factor: over the queries the median and the tenth parts at both
    /// ends. Known up to kCutFactors, and as far as the sample goes.
    struct Cut {
        double low = 0, median = 0, high = 0;
    };
    static constexpr std::size_t kCutFactors = 256;
    std::vector<Cut> cuts; ///< of factors 1, 2, ...
};

/// Studies a code: learns it from the sample's training vectors, encodes its base, and compares every query
/// with all codes (an inverted file visits all cells). build: of the whole tree. Phases: those of the kind,
/// "Comparing distances". Cost: training, and queries x rows codes compared and sorted. The same for any
/// number of threads. Errors: Unsupported (nothing here that is coded), those of building and searching,
/// Cancelled.
Result<CodeStudy> study_code(const SpecNode& root, const ParamSet& build, const StudySample& sample,
                             const Control& control, TrainingEffort effort = TrainingEffort::Full);

/// The parts of the memory of a tree over n vectors, with their numbers. Empty where it is not built.
std::vector<CountedPart> counted_memory(const SpecNode& root, const SizeQuestion& question);

/// Bytes that one more vector costs in large sets, without and with its id.
struct VectorBytes {
    double code = 0, id = 0;
};
VectorBytes bytes_per_vector(const SpecNode& root, const SizeQuestion& question);

/// Centroids that are learned at once: of the cells, or of a part of a product code; 0: none.
std::uint64_t most_centroids(const SpecNode& root) noexcept;
/// Vectors to learn from so that each of a tree's centroids gets some (a rough code: one): not fewer than
/// wanted.
std::size_t training_rows_for(const SpecNode& root, std::size_t wanted,
                              TrainingEffort effort = TrainingEffort::Full) noexcept;
/// How long a code takes to learn and to encode, beside others of the same data: only their order means
/// something.
double study_work(const SpecNode& root) noexcept;

} // namespace annscope
