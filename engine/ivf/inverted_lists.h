// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"

#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// Vectors in cell order: those of a cell are neighbours in memory, in the order of their ids.
class InvertedLists {
public:
    InvertedLists() = default;
    explicit InvertedLists(std::size_t nlist) : m_offsets(nlist + 1) {}
    /// From an archive. Errors: CorruptFile when the offsets do not rise from 0 to the number of vectors, or
    /// an id is out of range or there twice.
    static Result<InvertedLists> restore(AlignedBuffer<std::uint64_t> offsets,
                                         AlignedBuffer<std::uint32_t> ids, VectorSet vectors);

    /// These lists with rows behind what each cell already has; row i has id size() + i and belongs to
    /// cells[i]. The rows' type is kept, or becomes float32 where the lists hold another. Cost: a copy of
    /// everything. Errors: InvalidArgument (more than 2^32 - 1 vectors), OutOfMemory, Cancelled.
    Result<InvertedLists> with(const VectorSet& rows, std::span<const std::uint32_t> cells,
                               const Control& control) const;

    std::size_t nlist() const noexcept { return m_offsets.size() - 1; }
    std::size_t size() const noexcept { return m_ids.size(); }
    std::size_t begin_of(std::size_t cell) const noexcept { return m_offsets[cell]; }
    std::size_t size_of(std::size_t cell) const noexcept { return m_offsets[cell + 1] - m_offsets[cell]; }
    std::span<const std::uint32_t> ids(std::size_t cell) const noexcept {
        return {m_ids.data() + begin_of(cell), size_of(cell)};
    }
    /// All vectors in cell order; those of a cell are rows begin_of(cell) and following.
    const VectorSet& vectors() const noexcept { return m_vectors; }

    std::span<const std::uint64_t> offsets() const noexcept { return {m_offsets.data(), m_offsets.size()}; }
    std::span<const std::uint32_t> all_ids() const noexcept { return {m_ids.data(), m_ids.size()}; }

private:
    template<class T>
    Result<VectorSet> placed(const VectorSet& rows, std::span<const std::uint32_t> sources,
                             const Control& control) const;

    AlignedBuffer<std::uint64_t> m_offsets; ///< nlist + 1
    AlignedBuffer<std::uint32_t> m_ids;
    VectorSet m_vectors;
};

} // namespace annscope
