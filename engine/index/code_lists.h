// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "index/list_codec.h"

#include <cstdint>
#include <span>

namespace annscope {

/// Codes in cell order: those of a cell are neighbours in one array, in the order of their ids. Without
/// cells, everything is one list, in which the position is the id.
class CodeLists {
public:
    CodeLists() : CodeLists(0) {}
    /// nlist = 0: without cells.
    explicit CodeLists(std::size_t nlist) : m_cells(nlist > 0), m_offsets((nlist ? nlist : 1) + 1) {}

    /// These lists with rows behind what each cell already has; row i gets id size() + i and belongs to
    /// cells[i] (empty without cells). codec encodes the rows; held is what these lists were made with, the
    /// same one or one whose codes have to be made anew. Advances the progress by one per row. Cost: a copy
    /// of everything. Errors: InvalidArgument (more than 2^32 - 1 vectors), OutOfMemory, Cancelled.
    Result<CodeLists> with(const ListCodec& codec, const ListCodec& held, const VectorSet& rows,
                           std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                           const Control& control) const;

    bool has_cells() const noexcept { return m_cells; }
    std::size_t nlist() const noexcept { return m_offsets.size() - 1; }
    std::size_t size() const noexcept { return m_offsets[nlist()]; }
    std::size_t size_of(std::size_t cell) const noexcept { return m_offsets[cell + 1] - m_offsets[cell]; }
    /// Of count lists from the first on.
    std::span<const std::uint32_t> ids(std::size_t first, std::size_t count = 1) const noexcept {
        return {m_ids.data() + m_offsets[first], m_cells ? m_offsets[first + count] - m_offsets[first] : 0};
    }
    /// Positions where the lists begin, and the end: nlist() + 1.
    std::span<const std::uint64_t> begins() const noexcept { return {m_offsets.data(), m_offsets.size()}; }
    ListRef list(std::size_t cell, float distance) const noexcept {
        return {cell, distance, m_offsets[cell], size_of(cell),
                m_cells ? m_ids.data() + m_offsets[cell] : nullptr};
    }
    const std::uint8_t* codes() const noexcept { return m_codes.data(); }

    /// Where an id's code lies, found by looking at all ids.
    struct Place {
        std::size_t cell = 0, position = 0;
    };
    std::vector<Place> places() const;

    Status save(ArchiveWriter& writer) const;
    /// n: vectors that the header tells. Errors: CorruptFile (offsets that do not rise from 0 to n, an id out
    /// of range or there twice, another number of bytes than the codec makes of n).
    static Result<CodeLists> load(ArchiveReader& reader, const ListCodec& codec, std::size_t nlist,
                                  std::size_t n);

private:
    struct Sources;
    Status fill(const Sources& sources, CodeLists& out) const;

    bool m_cells = false;
    AlignedBuffer<std::uint64_t> m_offsets; ///< positions where the cells begin, and the end
    AlignedBuffer<std::uint32_t> m_ids;     ///< empty without cells
    AlignedBuffer<std::uint8_t> m_codes;
};

} // namespace annscope
