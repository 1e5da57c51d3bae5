// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/topk.h"
#include "index/kind.h"

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace annscope {

class ArchiveReader;
class ArchiveWriter;

/// What each of several queries visits of an inverted file.
class Visits {
public:
    /// Makes room for what the quantiser finds.
    void reset(std::size_t queries, std::size_t nprobe) {
        m_nprobe = nprobe;
        m_cells.assign(queries * nprobe, Neighbor{0, 0});
        m_lists.clear();
        m_ends.clear();
    }
    std::size_t nprobe() const noexcept { return m_nprobe; }
    /// nprobe entries a query, nearest first; those with id kNoId are none and come last.
    std::span<Neighbor> cells() noexcept { return m_cells; }
    std::span<const Neighbor> cells(std::size_t query) const noexcept {
        return std::span(m_cells).subspan(query * m_nprobe, m_nprobe);
    }
    /// The lists to scan: the cells, unless a cell has several lists, which then were added.
    std::span<const Neighbor> lists(std::size_t query) const noexcept {
        if (m_ends.empty())
            return cells(query);
        const std::size_t begin = query == 0 ? 0 : m_ends[query - 1];
        return std::span(m_lists).subspan(begin, m_ends[query] - begin);
    }
    /// The lists of the next query, in the order of its cells.
    void end_query(std::span<const Neighbor> lists) {
        m_lists.insert(m_lists.end(), lists.begin(), lists.end());
        m_ends.push_back(m_lists.size());
    }

private:
    std::size_t m_nprobe = 0;
    std::vector<Neighbor> m_cells, m_lists;
    std::vector<std::size_t> m_ends; ///< in m_lists, one a query; empty: the cells are the lists
};

/// The part of an inverted file that says which cell a vector belongs to and which cells a query visits.
/// Rows and queries are of unit length where the metric is cosine. Const members may run concurrently.
class CoarseQuantizer {
public:
    virtual ~CoarseQuantizer() = default;

    /// Cells, which is what nprobe counts.
    virtual std::size_t nlist() const noexcept = 0;
    /// Lists of a cell: list number = cell * lists_per_cell() + rank in the cell.
    virtual std::size_t lists_per_cell() const noexcept { return 1; }
    virtual bool trained() const noexcept = 0;
    /// Learns the cells. After an error it is as it was. Errors: InvalidArgument (fewer rows than cells),
    /// OutOfMemory, Cancelled.
    virtual Status train(const VectorSet& rows, const Control& control) = 0;

    /// The list of each row; lists has one entry a row. Advances the progress by one per row.
    virtual Status assign(const VectorSet& rows, std::span<std::uint32_t> lists,
                          const Control& control) const = 0;
    /// The probes.size() <= nlist cells nearest to the query, nearest first, equal distances by number;
    /// fewer where the quantiser finds no more: the rest has id kNoId. params: the search's, already checked.
    /// Returns what it compared: its distances, not lists and codes of the inverted file.
    virtual Result<SearchStats> probe(const float* query, std::span<Neighbor> probes,
                                      const SearchParams& params) const = 0;
    /// The same for several queries, nprobe entries each, and the same bits.
    virtual Result<SearchStats> probe_block(VectorView queries, std::size_t nprobe,
                                            std::span<Neighbor> probes, const SearchParams& params) const;

    /// The place of each cell, from 1, in the order of the exact distances of all cells: where a search that
    /// looks at all of them finds it. ranks: one a cell. Cost: that of probing all cells, unless overridden.
    virtual Status rank(const float* query, std::span<const std::uint32_t> cells,
                        std::span<std::size_t> ranks) const;

    /// The lists that each query visits: its nprobe nearest cells, or what is worth scanning of them. begins:
    /// where the lists begin in the inverted file, and its end. The same for a query alone and among others.
    virtual Result<SearchStats> visit(VectorView queries, std::size_t nprobe, const SearchParams& params,
                                      std::span<const std::uint64_t> begins, Visits& visits) const;

    /// The point that codes of a list are relative to, dim floats: memory of its own, or scratch, which then
    /// holds them.
    virtual const float* centroid(std::size_t list, float* scratch) const noexcept = 0;
    /// The centroids of all cells, nlist x dim; empty where they are not kept one by one.
    virtual VectorView centroids() const noexcept { return {}; }

    /// Its own search parameters beside nprobe, e.g. quantizer_nprobe.
    virtual std::span<const ParamInfo> search_params() const noexcept { return {}; }
    virtual Status save(ArchiveWriter& writer) const = 0;
};

/// Is there a coarse quantiser for this inverted file? root: {IVF, {nlist}, [code]}, or with the quantiser as
/// its second child.
bool has_coarse(const SpecNode& root) noexcept;
/// Why there is none, anywhere in the tree, with what to choose instead; nothing where all are built.
std::optional<Error> missing_coarse(const SpecNode& root);
/// Cells of such a root.
std::uint64_t nlist_of(const SpecNode& root) noexcept;
/// Does it accept the metric? True where there is none at all.
bool coarse_allows(const SpecNode& root, Metric metric) noexcept;
/// The index over the centroids of an inverted file, e.g. {HNSW, {32}} of IVF1024_HNSW32,Flat; null: none.
const SpecNode* coarse_index_of(const SpecNode& root) noexcept;
/// Its search parameter as the inverted file tells it: nprobe is quantizer_nprobe.
ParamInfo quantizer_param(const ParamInfo& info);
/// Errors: InvalidArgument (impossible numbers of cells), Unsupported.
Result<std::unique_ptr<CoarseQuantizer>> make_coarse(const SpecNode& root, const BuildContext& context);
Result<std::unique_ptr<CoarseQuantizer>> load_coarse(ArchiveReader& reader, const SpecNode& root,
                                                     const BuildContext& context);
/// Bytes by part of the trained quantiser, and of the ids and offsets of its lists.
std::vector<MemoryPart> coarse_size(const SpecNode& root, const SizeQuestion& question);
/// Multiply-adds of training it and of assigning n rows.
double coarse_work(const SpecNode& root, const SizeQuestion& question);

inline constexpr std::uint64_t kMaxLists = 1u << 24;

} // namespace annscope
