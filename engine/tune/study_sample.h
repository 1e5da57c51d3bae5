// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <cstdint>
#include <vector>

namespace annscope {

struct StudyOptions {
    std::size_t k = 10;
    std::size_t rows = 20000; ///< base vectors under study, beside the true neighbours
    std::size_t queries = 256;
    std::size_t train_rows = 20000; ///< vectors that a code learns from; 0: all
    std::size_t random_pairs = 64;  ///< a query
    std::uint64_t seed = 1234;
};

/// A part of a data set on which codes are studied. It holds all true neighbours of its queries among all
/// vectors of the data set, and a random sample of the other vectors, each of which stands for weight of
/// them: so a rank counted here estimates, without bias, the rank among all.
struct StudySample {
    VectorSet base;     ///< float32, in the order of the data set, so that equal distances are ordered alike
    VectorSet training; ///< other vectors than those where there are enough
    VectorSet queries;  ///< float32
    std::vector<std::uint32_t> others; ///< rows of base that are no true neighbours, ascending
    std::vector<float> weights;        ///< of the rows of base: 1 for true neighbours, equal for all others
    std::size_t k = 0, total = 0;      ///< neighbours a query; vectors of the data set
    Metric metric = Metric::L2;
    ElementType type = ElementType::F32;     ///< of the data set
    ElementType lossless = ElementType::F32; ///< the narrowest that loses nothing of it
    std::uint64_t seed = 0;

    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    std::vector<std::uint32_t> truth; ///< queries x k rows of base, nearest first; kNone where there is none
    std::vector<float> truth_distances;
    std::vector<std::uint32_t> random; ///< queries x random_pairs rows of base
    std::vector<float> random_distances;

    /// Rows drawn at random; all where there are none but true neighbours.
    std::size_t drawn() const noexcept { return others.empty() ? base.size() : others.size(); }
    std::uint32_t drawn_row(std::size_t i) const noexcept {
        return others.empty() ? static_cast<std::uint32_t>(i) : others[i];
    }
    std::size_t random_pairs() const noexcept { return queries.empty() ? 0 : random.size() / queries.size(); }
    bool whole() const noexcept { return base.size() == total; }
};

/// Draws one, the same for the same seed. Takes the data set's true neighbours where it has k of them for
/// each query, else finds them. Distances are exact. Phases: "Exact neighbours" where needed, "Sampling".
/// Cost: that of the copies; queries x vectors x dim where neighbours are to be found. Errors:
/// InvalidArgument (no vectors, no queries, k = 0), OutOfMemory, Cancelled.
Result<StudySample> draw_sample(const Dataset& dataset, const StudyOptions& options, const Control& control);

} // namespace annscope
