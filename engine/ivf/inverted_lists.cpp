// SPDX-License-Identifier: Apache-2.0
#include "ivf/inverted_lists.h"

#include "core/parallel.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace annscope {
namespace {

Error corrupt(std::string what) {
    return {ErrorCode::CorruptFile, "The inverted lists are damaged: " + std::move(what) + "."};
}

} // namespace

Result<InvertedLists> InvertedLists::restore(AlignedBuffer<std::uint64_t> offsets,
                                             AlignedBuffer<std::uint32_t> ids, VectorSet vectors) {
    if (offsets.size() < 2 || offsets[0] != 0 || !std::ranges::is_sorted(offsets) ||
        offsets[offsets.size() - 1] != ids.size() || vectors.size() != ids.size())
        return corrupt("the cells do not add up to the vectors");
    std::vector<bool> seen(ids.size());
    for (const std::uint32_t id : ids) {
        if (id >= ids.size() || seen[id])
            return corrupt("id " + std::to_string(id) + " is out of range or there twice");
        seen[id] = true;
    }
    InvertedLists lists;
    lists.m_offsets = std::move(offsets);
    lists.m_ids = std::move(ids);
    lists.m_vectors = std::move(vectors);
    return lists;
}

Result<InvertedLists> InvertedLists::with(const VectorSet& rows, std::span<const std::uint32_t> cells,
                                          const Control& control) const {
    const std::size_t total = size() + rows.size();
    if (total > std::numeric_limits<std::uint32_t>::max())
        return Error{ErrorCode::InvalidArgument,
                     "An inverted file holds at most 4,294,967,295 vectors, not " + std::to_string(total) +
                         "."};
    const ElementType type = size() == 0 || m_vectors.type() == rows.type() ? rows.type() : ElementType::F32;
    ANNSCOPE_TRY(check_memory(total * (rows.dim() * element_size(type) + 2 * sizeof(std::uint32_t)),
                              "The inverted lists"));
    InvertedLists out(nlist());
    for (const std::uint32_t cell : cells)
        ++out.m_offsets[cell + 1];
    for (std::size_t cell = 0; cell < nlist(); ++cell)
        out.m_offsets[cell + 1] += out.m_offsets[cell] + size_of(cell);

    // Where each row of the result comes from: a row of these lists, or size() + a new row.
    AlignedBuffer<std::uint32_t> sources(total);
    out.m_ids = AlignedBuffer<std::uint32_t>(total);
    std::vector<std::size_t> next(nlist());
    for (std::size_t cell = 0; cell < nlist(); ++cell) {
        const std::size_t first = out.m_offsets[cell];
        std::iota(sources.begin() + first, sources.begin() + first + size_of(cell),
                  static_cast<std::uint32_t>(begin_of(cell)));
        std::ranges::copy(ids(cell), out.m_ids.begin() + first);
        next[cell] = first + size_of(cell);
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::size_t at = next[cells[i]]++;
        out.m_ids[at] = sources[at] = static_cast<std::uint32_t>(size() + i);
    }
    const std::span<const std::uint32_t> from(sources.data(), sources.size());
    auto vectors = [&]() -> Result<VectorSet> {
        switch (type) {
        case ElementType::F16:
            return placed<Half>(rows, from, control);
        case ElementType::U8:
            return placed<std::uint8_t>(rows, from, control);
        case ElementType::I8:
            return placed<std::int8_t>(rows, from, control);
        case ElementType::F32:
            break;
        }
        return placed<float>(rows, from, control);
    }();
    if (!vectors)
        return vectors.error();
    out.m_vectors = std::move(*vectors);
    return out;
}

template<class T>
Result<VectorSet> InvertedLists::placed(const VectorSet& rows, std::span<const std::uint32_t> sources,
                                        const Control& control) const {
    const std::size_t dim = rows.dim();
    AlignedBuffer<T> out(sources.size() * dim);
    ANNSCOPE_TRY(parallel_for(sources.size(), 512, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i) {
            const bool is_new = sources[i] >= size();
            const VectorSet& set = is_new ? rows : m_vectors;
            const std::size_t row = is_new ? sources[i] - size() : sources[i];
            if constexpr (std::is_same_v<T, float>)
                set.copy_row(row, out.data() + i * dim);
            else
                std::copy_n(static_cast<const T*>(set.row(row)), dim, out.data() + i * dim);
        }
    }));
    return VectorSet::adopt(std::move(out), sources.size(), dim);
}

} // namespace annscope
