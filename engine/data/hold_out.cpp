// SPDX-License-Identifier: Apache-2.0
#include "data/hold_out.h"

#include "core/random.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <sys/mman.h>
#include <unistd.h>

namespace annscope {
namespace {

/// The storage is not constant, only our view of it is; the caller promises that nobody else looks.
std::byte* writable_row(const VectorSet& vectors, std::size_t i) noexcept {
    return static_cast<std::byte*>(const_cast<void*>(vectors.row(i)));
}

/// While it lives, the rows of a mapped file may be written: in this process alone, as the mapping is
/// private.
class WritableRows {
public:
    explicit WritableRows(const VectorSet& vectors) {
        if (!vectors.mapped())
            return;
        const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
        const auto first = reinterpret_cast<std::uintptr_t>(vectors.row(0)) / page * page;
        const auto end = reinterpret_cast<std::uintptr_t>(vectors.row(vectors.size() - 1)) +
                         vectors.dim() * element_size(vectors.type());
        m_pages = reinterpret_cast<void*>(first);
        m_bytes = end - first;
        m_ok = ::mprotect(m_pages, m_bytes, PROT_READ | PROT_WRITE) == 0;
    }
    WritableRows(const WritableRows&) = delete;
    WritableRows& operator=(const WritableRows&) = delete;
    ~WritableRows() {
        if (m_pages && m_ok)
            ::mprotect(m_pages, m_bytes, PROT_READ);
    }
    bool ok() const noexcept { return m_ok; }

private:
    void* m_pages = nullptr;
    std::size_t m_bytes = 0;
    bool m_ok = true;
};

template<class T>
VectorSet gather_typed(const VectorSet& vectors, const std::vector<std::uint32_t>& rows) {
    AlignedBuffer<T> out(rows.size() * vectors.dim());
    for (std::size_t i = 0; i < rows.size(); ++i)
        std::memcpy(out.data() + i * vectors.dim(), vectors.row(rows[i]), vectors.dim() * sizeof(T));
    return VectorSet::adopt(std::move(out), rows.size(), vectors.dim());
}

VectorSet gather(const VectorSet& vectors, const std::vector<std::uint32_t>& rows) {
    switch (vectors.type()) {
    case ElementType::F16:
        return gather_typed<Half>(vectors, rows);
    case ElementType::U8:
        return gather_typed<std::uint8_t>(vectors, rows);
    case ElementType::I8:
        return gather_typed<std::int8_t>(vectors, rows);
    case ElementType::F32:
        break;
    }
    return gather_typed<float>(vectors, rows);
}

/// Visits (place, from) for each row of those that stay which has to move to the place of one that leaves.
template<class Visitor>
void for_each_move(std::size_t n, std::vector<std::uint32_t> chosen, Visitor&& visit) {
    const std::size_t kept = n - chosen.size();
    std::ranges::sort(chosen);
    std::size_t last = n;
    auto last_chosen = chosen.rbegin();
    for (const std::uint32_t place : chosen) {
        if (place >= kept)
            break;
        --last;
        while (last_chosen != chosen.rend() && *last_chosen == last) { // it leaves, too
            ++last_chosen;
            --last;
        }
        visit(std::size_t{place}, last);
    }
}

} // namespace

Result<HeldOut> hold_out(const VectorSet& vectors, std::size_t count, std::uint64_t seed) {
    const std::size_t n = vectors.size(), kept = n - count;
    auto chosen = random_sample(n, count, seed);
    HeldOut result{vectors.slice(0, kept), gather(vectors, chosen), chosen};
    const WritableRows writable(vectors);
    if (!writable.ok())
        return Error{ErrorCode::OutOfMemory,
                     "There is not enough memory to hold out queries of a mapped file of " +
                         format_bytes(vectors.bytes()) + "."};
    const std::size_t row_bytes = vectors.dim() * element_size(vectors.type());
    for_each_move(n, std::move(chosen), [&](std::size_t place, std::size_t from) {
        std::memcpy(writable_row(vectors, place), vectors.row(from), row_bytes);
    });
    return result;
}

std::vector<std::uint32_t> rows_before_hold_out(std::size_t n, std::vector<std::uint32_t> held_out) {
    std::vector<std::uint32_t> rows(n - held_out.size());
    std::iota(rows.begin(), rows.end(), 0u);
    for_each_move(n, std::move(held_out), [&](std::size_t place, std::size_t from) {
        rows[place] = static_cast<std::uint32_t>(from);
    });
    return rows;
}

} // namespace annscope
