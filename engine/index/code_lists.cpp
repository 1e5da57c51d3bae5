// SPDX-License-Identifier: Apache-2.0
#include "index/code_lists.h"

#include "core/parallel.h"
#include "index/serialize.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kChunk = 8192; // positions encoded at once: megabytes of rows, tens of milliseconds

Error corrupt(const std::string& what) {
    return {ErrorCode::CorruptFile, "The lists of codes are damaged: " + what + "."};
}

} // namespace

/// Where each position of the result comes from.
struct CodeLists::Sources {
    const ListCodec& codec;
    const ListCodec& held;
    const VectorSet& rows;
    std::span<const std::uint32_t> cells; ///< of the rows
    const CoarseQuantizer* coarse;
    const Control& control;
    AlignedBuffer<std::uint32_t> origin; ///< a position of these lists, or size() + a row
};

Result<CodeLists> CodeLists::with(const ListCodec& codec, const ListCodec& held, const VectorSet& rows,
                                  std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                                  const Control& control) const {
    const std::size_t old = size(), total = old + rows.size();
    if (total > std::numeric_limits<std::uint32_t>::max())
        return Error{ErrorCode::InvalidArgument,
                     "An index of codes holds at most 4,294,967,295 vectors, not " + std::to_string(total) +
                         "."};
    ANNSCOPE_TRY(check_memory(codec.array_bytes(total) + 2 * total * sizeof(std::uint32_t), "The codes"));
    CodeLists out(m_cells ? nlist() : 0);
    if (m_cells)
        for (const std::uint32_t cell : cells)
            ++out.m_offsets[cell + 1];
    else
        out.m_offsets[1] = rows.size();
    for (std::size_t cell = 0; cell < nlist(); ++cell)
        out.m_offsets[cell + 1] += out.m_offsets[cell] + size_of(cell);

    Sources sources{codec, held, rows, cells, coarse, control, AlignedBuffer<std::uint32_t>(total)};
    out.m_ids = AlignedBuffer<std::uint32_t>(m_cells ? total : 0);
    std::vector<std::size_t> next(nlist());
    for (std::size_t cell = 0; cell < nlist(); ++cell) {
        const std::size_t first = out.m_offsets[cell];
        std::iota(sources.origin.begin() + first, sources.origin.begin() + first + size_of(cell),
                  static_cast<std::uint32_t>(m_offsets[cell]));
        std::ranges::copy(ids(cell), out.m_ids.begin() + (m_cells ? first : 0));
        next[cell] = first + size_of(cell);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t at = next[m_cells ? cells[i] : 0]++;
        sources.origin[at] = static_cast<std::uint32_t>(old + i);
        if (m_cells)
            out.m_ids[at] = static_cast<std::uint32_t>(old + i);
    }
    out.m_codes = AlignedBuffer<std::uint8_t>(codec.array_bytes(total));
    ANNSCOPE_TRY(fill(sources, out));
    return out;
}

/// A chunk of positions at a time: its new rows are encoded together, then all its codes are put in place by
/// blocks that share no bytes.
Status CodeLists::fill(const Sources& sources, CodeLists& out) const {
    const std::size_t old = size(), total = out.size();
    const std::size_t code_size = sources.codec.code_size(), block = sources.codec.block();
    const std::size_t dim = sources.rows.dim();
    const bool same = &sources.codec == &sources.held;
    std::vector<std::uint32_t> which, cells;
    std::vector<std::uint8_t> codes;
    const std::size_t chunk = (kChunk + block - 1) / block * block;
    std::size_t cell = 0;
    for (std::size_t begin = 0; begin < total; begin += chunk) {
        const std::size_t end = std::min(begin + chunk, total);
        which.clear();
        cells.clear();
        std::vector<std::size_t> code_of(end - begin, total); // in codes, or total for an old one
        std::vector<std::uint32_t> cell_of(end - begin);
        for (std::size_t i = begin; i < end; ++i) {
            while (i >= out.m_offsets[cell + 1])
                ++cell;
            cell_of[i - begin] = static_cast<std::uint32_t>(cell);
            if (sources.origin[i] < old)
                continue;
            code_of[i - begin] = which.size();
            which.push_back(static_cast<std::uint32_t>(sources.origin[i] - old));
            if (m_cells)
                cells.push_back(static_cast<std::uint32_t>(cell));
        }
        codes.resize(which.size() * code_size);
        ANNSCOPE_TRY(
            sources.codec.encode(sources.rows, which, cells, sources.coarse, codes, sources.control));
        ANNSCOPE_TRY(parallel_for(
            (end - begin + block - 1) / block, std::max<std::size_t>(1, 512 / block), sources.control,
            [&](std::size_t first, std::size_t last, int) {
                std::vector<std::uint8_t> code(std::max(code_size, sources.held.code_size()));
                std::vector<float> vector(same ? 0 : dim);
                for (std::size_t i = begin + first * block; i < std::min(begin + last * block, end); ++i) {
                    const std::uint8_t* from = code.data();
                    if (code_of[i - begin] != total) {
                        from = codes.data() + code_of[i - begin] * code_size;
                    } else {
                        sources.held.fetch(m_codes.data(), old, sources.origin[i], code.data());
                        if (!same) {
                            const std::uint32_t own_cell = cell_of[i - begin];
                            sources.held.decode(code.data(), own_cell, sources.coarse, vector.data());
                            const VectorSet one = VectorSet::copy(VectorView(vector.data(), 1, dim));
                            const std::uint32_t zero = 0;
                            (void)sources.codec.encode(one, {&zero, 1}, {&own_cell, m_cells ? 1u : 0u},
                                                       sources.coarse, {code.data(), code_size}, {});
                        }
                    }
                    sources.codec.store(out.m_codes.data(), total, i, from);
                }
            }));
        sources.control.advance(which.size());
    }
    return {};
}

std::vector<CodeLists::Place> CodeLists::places() const {
    std::vector<Place> places(size());
    for (std::size_t cell = 0; cell < nlist(); ++cell)
        for (std::size_t i = m_offsets[cell]; i < m_offsets[cell + 1]; ++i)
            places[m_cells ? m_ids[i] : i] = {cell, i};
    return places;
}

Status CodeLists::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(writer.array("offsets", std::span<const std::uint64_t>(m_offsets.data(), m_offsets.size())));
    ANNSCOPE_TRY(writer.array("ids", std::span<const std::uint32_t>(m_ids.data(), m_ids.size())));
    return writer.array("codes", std::span<const std::uint8_t>(m_codes.data(), m_codes.size()));
}

Result<CodeLists> CodeLists::load(ArchiveReader& reader, const ListCodec& codec, std::size_t nlist,
                                  std::size_t n) {
    CodeLists lists(nlist);
    ANNSCOPE_ASSIGN(lists.m_offsets, reader.array<std::uint64_t>("offsets", lists.m_offsets.size()));
    if (lists.m_offsets[0] != 0 || !std::ranges::is_sorted(lists.m_offsets) || lists.size() != n)
        return corrupt("the cells do not add up to the vectors");
    ANNSCOPE_ASSIGN(lists.m_ids, reader.array<std::uint32_t>("ids", lists.m_cells ? n : 0));
    ANNSCOPE_ASSIGN(lists.m_codes, reader.array<std::uint8_t>("codes", codec.array_bytes(n)));
    std::vector<bool> seen(lists.m_ids.size());
    for (const std::uint32_t id : lists.m_ids) {
        if (id >= seen.size() || seen[id])
            return corrupt("id " + std::to_string(id) + " is out of range or there twice");
        seen[id] = true;
    }
    return lists;
}

} // namespace annscope
