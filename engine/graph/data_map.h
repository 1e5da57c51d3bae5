// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace annscope {

/// How a data set is laid out in the plane.
struct MapOptions {
    enum class Method : std::uint8_t { Pca, Umap };
    Method method = Method::Umap;
    std::size_t sample = 100000; ///< rows at most: a seeded sample of larger sets; 0: all
    std::size_t n_neighbors =
        15;                 ///< UMAP: 2..200; a row itself counts as one. More: the broad structure shows
    double min_dist = 0.1;  ///< UMAP: 0..spread; how close points may lie. Less: tighter clumps
    double spread = 1;      ///< UMAP: > 0; the scale of the layout
    std::size_t epochs = 0; ///< UMAP: 0: 500 up to 10,000 rows, else 200, as the authors do
    bool queries = true;    ///< place the queries, too
    std::size_t trustworthiness_k = 12;
    std::size_t trustworthiness_rows = 1000; ///< that it is averaged over; 0: do not compute it
    std::uint64_t seed = 1234;
};

/// A finished map. Immutable.
struct MapLayout {
    MapOptions options;
    std::vector<std::uint32_t> rows; ///< of the base that lie in the map, ascending
    std::vector<float> xy;           ///< 2 a row: x, y
    std::vector<float> query_xy;     ///< 2 a query; empty where queries were not asked for
    /// Venna and Kaski's measure, 0..1: 1 where the k nearest in the map are the k nearest in the data. Of
    /// all rows of the map, averaged over trustworthiness_rows of them.
    double trustworthiness = 0;
    std::size_t trustworthiness_k = 0;    ///< 0: too few rows to say
    std::size_t trustworthiness_rows = 0; ///< that were looked at
    double variance_share = 0;            ///< PCA: of the two axes, 0..1

    std::size_t size() const noexcept { return rows.size(); }
    bool sampled(const Dataset& dataset) const noexcept { return rows.size() < dataset.base.size(); }
};

/// A layout on its way, for a live picture: the worker publishes between epochs, at most some ten times a
/// second; any thread polls. What is seen here does not change the result.
class MapPreview {
public:
    struct Frame {
        std::shared_ptr<const std::vector<std::uint32_t>> rows; ///< of the base, ascending
        std::vector<float> xy;                                  ///< 2 a row
        std::size_t epoch = 0, epochs = 0;                      ///< done, of how many
    };
    /// The newest frame, or null; the same pointer until there is a newer one.
    std::shared_ptr<const Frame> latest() const {
        const std::lock_guard lock(m_mutex);
        return m_frame;
    }
    void publish(std::shared_ptr<const Frame> frame) {
        const std::lock_guard lock(m_mutex);
        m_frame = std::move(frame);
    }

private:
    mutable std::mutex m_mutex;
    std::shared_ptr<const Frame> m_frame;
};

/// Lays out a data set in the plane and says how far the picture can be trusted.
/// PCA: the two axes of largest variance (of unit vectors for cosine). UMAP: neighbours stay neighbours;
/// distances between far clumps say little. Distances for UMAP: Euclidean for L2; 1 - cosine; and for inner
/// product the Euclidean one of the vectors with one more coordinate that makes all equally long (see
/// NodeSpace), by which the nearest are those of the largest product. Queries are placed among their nearest
/// rows after the map is done; they do not move it.
/// The same for any number of threads. Phases: "Projection", "Grouping near vectors", "Neighbours of
/// neighbours", "Laying out", "Placing queries", "Trustworthiness". preview: may be null. Errors:
/// InvalidArgument, OutOfMemory, Cancelled. Source: McInnes, Healy and Melville, UMAP, 2018,
/// arXiv:1802.03426.
Result<MapLayout> project_map(const Dataset& dataset, const MapOptions& options, const Control& control,
                              MapPreview* preview = nullptr);

} // namespace annscope
