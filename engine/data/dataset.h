// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/types.h"
#include "data/vector_set.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace annscope {

/// The true nearest neighbours: queries x k, ascending by distance (see Metric for what a distance is).
struct GroundTruth {
    std::size_t queries = 0, k = 0;
    std::vector<Id> ids;
    std::vector<float> distances;
    /// Of the vectors as they were before they were expanded (data/query_expansion.h): the distances are not
    /// between these vectors, so an answer is judged by its ids alone.
    bool of_originals = false;

    bool empty() const noexcept { return queries == 0; }
    std::span<const Id> ids_of(std::size_t query) const noexcept { return {ids.data() + query * k, k}; }
    std::span<const float> distances_of(std::size_t query) const noexcept {
        return {distances.data() + query * k, k};
    }
};

enum class QueriesFrom : std::uint8_t { None, File, HeldOut, Generated };
enum class TruthFrom : std::uint8_t { None, File, Computed, Cache };

/// What a person works on: vectors to search, queries, and the right answers. Immutable once opened.
struct Dataset {
    std::string name;   ///< short, for titles: the file's stem
    std::string source; ///< path or how it was generated
    VectorSet base, queries;
    GroundTruth truth; ///< may be empty until computed
    Metric metric = Metric::L2;
    bool metric_from_file = false;
    QueriesFrom queries_from = QueriesFrom::None;
    TruthFrom truth_from = TruthFrom::None;
    std::vector<std::uint32_t> held_out; ///< HeldOut: the row of the file that each query was
    std::vector<std::string> warnings;   ///< sentences for the person

    std::size_t dim() const noexcept { return base.dim(); }
};

struct OpenOptions {
    std::filesystem::path base;    ///< a file, a folder of npy files, or "file.hdf5:/group/name"
    std::filesystem::path queries; ///< empty: from base's file, else held out
    std::filesystem::path truth;   ///< empty: from base's file, else computed where asked
    std::optional<Metric> metric;  ///< overrides the file's
    std::size_t max_rows = 0;      ///< first rows of the base only; 0: all. A file's truth is then not used.
    std::size_t max_queries = 0;
    std::size_t hold_out = 1000; ///< queries to hold out where there are none (at most a tenth of the base)
    std::uint64_t seed = 1234;
    bool compute_truth = true; ///< where there is none: exact search, cached by content
    std::size_t truth_k = 100; ///< neighbours a query for a computed truth (at most the base's size)
    bool use_cache = true;
};

/// Opens base, queries and truth, which may come from one file or three, checks them against each other, and
/// fills what is missing: the metric is L2 where nobody says; held-out queries leave the base; a file's truth
/// gets this program's distances, and a sample of it is checked. What a person should know about any of this
/// is in warnings. Progress phases: "Reading", "Checking", "Exact neighbours". Errors: Io, CorruptFile,
/// Unsupported, InvalidArgument, DimensionMismatch, OutOfMemory, Cancelled; the message names the file.
Result<Dataset> open_dataset(const OpenOptions& options, const Control& control);

} // namespace annscope
