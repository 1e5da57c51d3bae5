// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "core/matrix_view.h"
#include "core/trace.h"
#include "core/types.h"
#include "data/vector_set.h"
#include "index/index_spec.h"
#include "index/params.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace annscope {

class ArchiveWriter;

/// Counts of one search call, summed over its queries.
struct SearchStats {
    std::uint64_t distances = 0; ///< full-precision distances to base vectors and centroids
    std::uint64_t hops = 0;      ///< graph nodes expanded
    std::uint64_t lists = 0;     ///< inverted lists scanned
    std::uint64_t codes = 0;     ///< stored vectors (codes) scanned in lists

    SearchStats& operator+=(const SearchStats& other) noexcept {
        distances += other.distances;
        hops += other.hops;
        lists += other.lists;
        codes += other.codes;
        return *this;
    }
};

/// One part of an index's size, e.g. {"centroids", 3211264, "nlist * d * 4"}.
struct MemoryPart {
    std::string name;
    std::uint64_t bytes = 0;
    std::string formula;
};

struct IndexInfo {
    std::string spec; ///< canonical factory text
    Metric metric = Metric::L2;
    std::size_t dim = 0, size = 0;
    ElementType storage = ElementType::F32; ///< how vectors are held
    std::vector<MemoryPart> memory;         ///< what it occupies now
    bool trained = false;
    double train_seconds = 0, add_seconds = 0;

    std::uint64_t bytes() const noexcept {
        std::uint64_t sum = 0;
        for (const MemoryPart& part : memory)
            sum += part.bytes;
        return sum;
    }
};

/// Where a search writes: query i to ids[i * k .. (i + 1) * k), ascending by distance, kNoId and infinity
/// where fewer were found.
struct SearchOutput {
    std::span<Id> ids;
    std::span<float> distances;
};

/// The graph inside an index, for views and health checks.
class GraphView {
public:
    virtual ~GraphView() = default;
    virtual std::size_t size() const noexcept = 0;
    virtual std::size_t max_degree() const noexcept = 0;
    virtual std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept = 0;
    /// Where searches start: a node of the highest level.
    virtual std::uint32_t entry_point() const noexcept = 0;

    /// Levels of an HNSW graph, the base included, which is level 0 and holds all nodes; 1: only that.
    virtual std::size_t levels() const noexcept { return 1; }
    /// The nodes of a level above the base, by their rank in it.
    virtual std::span<const std::uint32_t> level_nodes(std::size_t /*level*/) const noexcept { return {}; }
    /// Ranks that a rank of a level above the base is linked to.
    virtual std::span<const std::uint32_t> level_links(std::size_t /*level*/,
                                                       std::size_t /*rank*/) const noexcept {
        return {};
    }
    /// The id of a node's vector, kNoId where it was removed. It differs from the node's number once vectors
    /// were removed and others took their place.
    virtual Id id(std::size_t node) const noexcept { return static_cast<Id>(node); }
};

/// A cell that a search visits, and what it scans of it.
struct CellVisit {
    std::uint32_t cell = 0;
    std::uint32_t codes = 0; ///< the cell's size, or less where only some of its lists are worth a scan
    float distance = 0;      ///< of its centroid
};

/// The cells of an inverted-file index, for views and health checks.
class CellsView {
public:
    virtual ~CellsView() = default;
    /// The cells that a search with params visits, nearest first, without scanning them. query: dim floats;
    /// params: already checked; out: cleared first. Thread-safe. Errors: Unsupported where a kind cannot.
    virtual Status visited(const float* query, const SearchParams& params, std::vector<CellVisit>& out) const;
    virtual std::size_t nlist() const noexcept = 0;
    virtual VectorView centroids() const noexcept = 0; ///< nlist x dim
    virtual std::span<const std::uint32_t> ids(std::size_t cell) const noexcept = 0;
};

/// An add that is ready to happen and can no longer fail.
class PendingAdd {
public:
    virtual ~PendingAdd() = default;
    virtual void commit() noexcept = 0;
};

/// An approximate-search index. train and add are exclusive; const members may run concurrently.
/// Base vectors may be of any element type; queries are float32.
class Index {
public:
    virtual ~Index() = default;

    /// train_seconds and add_seconds are what set_build_seconds was told.
    virtual IndexInfo info() const = 0;
    /// The same as info()'s, without making one: these are asked once per query.
    virtual std::size_t dim() const noexcept { return info().dim; }
    virtual bool trained() const noexcept { return info().trained; }
    /// Ranges are those of this index, e.g. nprobe up to its nlist.
    virtual std::span<const ParamInfo> search_params() const noexcept = 0;

    /// Learns centroids and the like from a sample of the vectors. Kinds that learn nothing succeed.
    virtual Status train(const VectorSet& vectors, const Control& control);
    /// Adds vectors with the next row numbers as ids. A cancelled or failed add leaves the index as it was.
    /// Errors: NotTrained, DimensionMismatch, OutOfMemory, Cancelled, Unsupported (a second add where a kind
    /// is built once).
    virtual Status add(const VectorSet& vectors, const Control& control) = 0;

    /// Removes vectors by id; ids of the others stay, and those of later vectors are new ones. After an error
    /// the index is as it was. Errors: InvalidArgument (no such id), Unsupported where a kind cannot,
    /// OutOfMemory, Cancelled.
    virtual Status remove(std::span<const Id> ids, const Control& control);
    /// Connects what a search through the graph cannot reach from its entry. Errors: Unsupported where there
    /// is no graph or it cannot be changed, OutOfMemory, Cancelled.
    virtual Status repair_graph(const Control& control);

    /// The part of add that can fail; the index changes at commit, which must come before anything else is
    /// done to it. Errors: those of add; Unsupported where a kind cannot.
    virtual Result<std::unique_ptr<PendingAdd>> prepare_add(const VectorSet& vectors, const Control& control);

    /// k nearest of each query (rows x dim). One query runs on the calling thread; several in parallel on
    /// control.threads. Errors: NotTrained, DimensionMismatch, InvalidArgument (a parameter out of range, k =
    /// 0), Cancelled.
    Result<SearchStats> search(VectorView queries, std::size_t k, const SearchParams& params,
                               SearchOutput out, const Control& control) const;
    /// The same search of one query, telling each step to the trace.
    Result<SearchStats> explain(std::span<const float> query, std::size_t k, const SearchParams& params,
                                SearchOutput out, PathTrace& trace) const;

    /// What the index holds of vector id, in the space of the base vectors (unit length for cosine): the
    /// vector itself, or what its code decodes to. out: dim floats. Errors: Unsupported where a kind cannot,
    /// InvalidArgument (no such id).
    virtual Status reconstruct(Id id, std::span<float> out) const;

    /// Distances from a query to what the index holds of the vectors ids, as a search reports them. query:
    /// dim floats; ids: all valid; out: one each. Unless overridden, by reconstruct. Errors: Unsupported.
    virtual Status compare(const float* query, std::span<const Id> ids, std::span<float> out) const;
    /// Has prepare_add and reconstruct, so that it can rank again what another index found.
    virtual bool can_refine() const noexcept { return false; }

    /// Where vectors are transformed before they are held: the width of what comes out; 0: they are not.
    virtual std::size_t transformed_dim() const noexcept { return 0; }
    /// row: dim() floats; out: transformed_dim() floats.
    virtual void transform(const float* /*row*/, float* /*out*/) const {}

    /// Writes everything that load needs; see index/serialize.h.
    virtual Status save(ArchiveWriter& writer) const = 0;

    virtual const GraphView* graph() const noexcept { return nullptr; }
    virtual const CellsView* cells() const noexcept { return nullptr; }
    /// Of an inverted file, whether it has a CellsView or not: the cell of each vector, by id; else empty.
    virtual std::vector<std::uint32_t> cells_of_vectors() const;
    /// The place of each of the cells, from 1, among all cells in the order of their exact distances to the
    /// query: nprobe must be at least that. query: dim floats; ranks: one a cell. Errors: Unsupported where
    /// there are no cells.
    virtual Status rank_cells(const float* query, std::span<const std::uint32_t> cells,
                              std::span<std::size_t> ranks) const;

    /// Set once by build_index and load_index; its kind is empty in an index that neither of them made.
    const IndexOrigin& origin() const noexcept { return m_origin; }
    void set_origin(IndexOrigin origin) { m_origin = std::move(origin); }
    /// Wall-clock seconds of the training and adding that made this index.
    void set_build_seconds(double train, double add) noexcept {
        m_train_seconds = train;
        m_add_seconds = add;
    }

protected:
    /// One query, parameters already checked, thread-safe. trace is null except for explain. out.ids has k
    /// entries.
    virtual Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                           SearchOutput out, PathTrace* trace) const = 0;
    /// Several queries on the calling thread, with the same answers as one by one; kinds that share work
    /// between queries override it. Errors: also Cancelled, for which control is asked between queries.
    virtual Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                             SearchOutput out, const Control& control) const;
    /// Queries worth giving to search_block at once.
    virtual std::size_t block_queries() const noexcept { return 16; }

    /// The hooks of an index inside this one; its parameters are among params and are checked already.
    static Result<SearchStats> search_inner(const Index& inner, const float* query, std::size_t k,
                                            const SearchParams& params, SearchOutput out, PathTrace* trace) {
        return inner.search_one(query, k, params, out, trace);
    }
    static Result<SearchStats> search_inner_block(const Index& inner, VectorView queries, std::size_t k,
                                                  const SearchParams& params, SearchOutput out,
                                                  const Control& control) {
        return inner.search_block(queries, k, params, out, control);
    }
    static std::size_t block_queries_of(const Index& inner) noexcept { return inner.block_queries(); }

    double m_train_seconds = 0, m_add_seconds = 0; ///< for info()

private:
    IndexOrigin m_origin;
};

} // namespace annscope
