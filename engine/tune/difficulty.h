// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace annscope {

/// What makes a query hard to answer. None depends on an index.
enum class DifficultyMeasure : std::uint8_t {
    RelativeContrast, ///< small: the k-th neighbour is hardly nearer than any vector
    LocalDimension,   ///< large: many vectors are nearly as near as the nearest
    Distance          ///< large: the nearest vector is far
};
inline constexpr std::array kDifficultyMeasures{
    DifficultyMeasure::RelativeContrast, DifficultyMeasure::LocalDimension, DifficultyMeasure::Distance};
/// "relative contrast", "local intrinsic dimension", "distance to the data".
std::string_view name(DifficultyMeasure measure) noexcept;
/// Is a larger value harder?
constexpr bool larger_is_harder(DifficultyMeasure measure) noexcept {
    return measure != DifficultyMeasure::RelativeContrast;
}

struct DifficultyOptions {
    std::size_t k = 10;                ///< neighbour of the relative contrast, at most the truth's k
    std::size_t neighbours = 100;      ///< of the local dimension; fewer where the truth has fewer
    std::size_t contrast_rows = 1000;  ///< base vectors for the mean distance
    std::size_t reference_rows = 1000; ///< base vectors whose own nearest neighbour is looked up
    double reference_work = 2e11;      ///< fewer of them (at least 250) beyond that many multiply-adds
    double reference_percentile = 99;  ///< a query farther from the data is out of distribution
    std::uint64_t seed = 1234;
};

/// One value a query. Distances are Euclidean: of the vectors for L2, of the vectors scaled to length 1 for
/// the cosine (a chord, 0..2). For the inner product they are taken where the largest product is the nearest:
/// each base vector gets one more coordinate so that all are as long as the longest, queries are scaled to
/// that length (Bachrach et al., RecSys 2014). NaN: not defined.
struct QueryDifficulty {
    Metric metric = Metric::L2;
    std::size_t k = 0, neighbours = 0;
    std::size_t contrast_rows = 0, reference_rows = 0;
    std::vector<float> contrast;       ///< infinite where the k-th neighbour is an equal vector
    std::vector<float> dimension;      ///< infinite where all neighbours are equally far
    std::vector<float> distance;       ///< to the nearest base vector
    std::vector<std::uint8_t> outside; ///< out of distribution
    /// Of the base vectors among each other: the median, and the distance beyond which a query is outside;
    /// NaN where there are no two base vectors.
    float typical = std::numeric_limits<float>::quiet_NaN(), limit = typical;

    std::size_t size() const noexcept { return contrast.size(); }
    std::span<const float> values(DifficultyMeasure measure) const noexcept {
        return measure == DifficultyMeasure::RelativeContrast ? contrast
               : measure == DifficultyMeasure::LocalDimension ? dimension
                                                              : distance;
    }
};

/// Difficulty of every query that has true neighbours:
/// - relative contrast: mean distance to a sample of the base over the distance of the k-th neighbour (He,
///   Kumar and Chang, ICML 2012);
/// - local intrinsic dimension: maximum likelihood from the distances of the neighbours (Levina and Bickel,
///   NIPS 2004; Amsaleg et al., KDD 2015), equal vectors left out; NaN below two others;
/// - distance: to the nearest base vector; outside where it exceeds the given percentile of the distances of
///   sampled base vectors to their own nearest other one (as OOD-DiskANN, Jaiswal et al. 2022, tells such
///   queries), so that of queries like the base about one in a hundred is marked, too.
/// The same for any number of threads. Phases: "Query difficulty", "Exact neighbours". Cost: contrast_rows x
/// queries x dim and reference_rows x base x dim. Errors: InvalidArgument (no vectors, no truth, k outside
/// 1..truth.k, truth of other vectors), DimensionMismatch, OutOfMemory, Cancelled.
Result<QueryDifficulty> query_difficulty(const Dataset& dataset, const DifficultyOptions& options,
                                         const Control& control);

/// Maximum likelihood of the dimension from ascending distances (not squared); zeros and infinities are left
/// out. NaN for fewer than two; infinite where all are equal.
double local_dimension(std::span<const double> distances) noexcept;

/// Rows from the hardest to the easiest; undefined values last, equal ones by row.
std::vector<std::uint32_t> by_difficulty(const QueryDifficulty& difficulty, DifficultyMeasure measure);
/// Queries in a group of that share, at least one: 1 % of 10,000 is 100.
std::size_t group_size(std::size_t queries, double share) noexcept;

/// Means over some queries; of each only what is finite counts. NaN where nothing does.
struct DifficultyGroup {
    std::size_t queries = 0, measured = 0; ///< measured: with a recall
    double recall = std::numeric_limits<double>::quiet_NaN();
    double contrast = recall, dimension = recall, distance = recall;
    double outside = recall; ///< share
};
/// recall: of the first queries, by row; may be empty.
DifficultyGroup summarize(const QueryDifficulty& difficulty, std::span<const std::uint32_t> rows,
                          std::span<const float> recall);

} // namespace annscope
