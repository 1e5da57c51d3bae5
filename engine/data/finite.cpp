// SPDX-License-Identifier: Apache-2.0
#include "data/finite.h"

#include "core/parallel.h"
#include "data/format.h"

#include <atomic>
#include <bit>
#include <cstdio>
#include <cstring>

namespace annscope {
namespace {

constexpr std::size_t kNone = ~std::size_t(0);

/// The exponent is all ones in NaN and infinity only. Blocks keep the inner loop free of branches.
template<class Bits, class T>
std::size_t first_with_exponent(const T* v, std::size_t n, Bits exponent) noexcept {
    static_assert(sizeof(Bits) == sizeof(T));
    constexpr std::size_t kBlock = 256;
    for (std::size_t begin = 0; begin < n; begin += kBlock) {
        const std::size_t end = std::min(begin + kBlock, n);
        Bits bad = 0;
        for (std::size_t i = begin; i < end; ++i)
            bad = static_cast<Bits>(bad | ((std::bit_cast<Bits>(v[i]) & exponent) == exponent));
        if (bad == 0)
            continue;
        for (std::size_t i = begin; i < end; ++i)
            if ((std::bit_cast<Bits>(v[i]) & exponent) == exponent)
                return i;
    }
    return n;
}

void keep_smaller(std::atomic<std::size_t>& least, std::size_t value) noexcept {
    std::size_t seen = least.load(std::memory_order_relaxed);
    while (value < seen && !least.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
    }
}

/// The place (row * dim + column) of the first value that is not finite in rows [begin, end), or kNone.
template<class T>
std::size_t first_bad_place(const MatrixView<T>& view, std::size_t begin, std::size_t end) noexcept {
    if (view.contiguous()) {
        const std::size_t n = (end - begin) * view.cols();
        const std::size_t at = first_non_finite(view.row(begin), n);
        return at < n ? begin * view.cols() + at : kNone;
    }
    for (std::size_t i = begin; i < end; ++i)
        if (const std::size_t at = first_non_finite(view.row(i), view.cols()); at < view.cols())
            return i * view.cols() + at;
    return kNone;
}

/// In mapped fvecs and bvecs the four bytes before each row repeat the dimension. Their reader looks at a
/// sample of them where the file is large; in this pass over the rows they cost nothing.
bool has_row_headers(const VectorSet& vectors) noexcept {
    return vectors.mapped() &&
           (vectors.stride() - vectors.dim()) * element_size(vectors.type()) == sizeof(std::int32_t);
}

std::int32_t header_before(const VectorSet& vectors, std::size_t row) noexcept {
    std::int32_t d = 0;
    std::memcpy(&d, static_cast<const std::byte*>(vectors.row(row)) - sizeof d, sizeof d);
    return d;
}

std::size_t first_bad_header(const VectorSet& vectors, std::size_t begin, std::size_t end) noexcept {
    for (std::size_t i = std::max<std::size_t>(begin, 1); i < end; ++i) // a slice begins behind a header
        if (header_before(vectors, i) != static_cast<std::int32_t>(vectors.dim()))
            return i;
    return kNone;
}

std::size_t first_bad_value(const VectorSet& vectors, std::size_t begin, std::size_t end) noexcept {
    switch (vectors.type()) {
    case ElementType::F32:
        return first_bad_place(vectors.view<float>(), begin, end);
    case ElementType::F16:
        return first_bad_place(vectors.view<Half>(), begin, end);
    case ElementType::U8:
    case ElementType::I8:
        break;
    }
    return kNone;
}

Error bad_header(const VectorSet& vectors, const std::string& name, std::size_t row) {
    return {ErrorCode::CorruptFile,
            name + ": vector " + std::to_string(row) + " (counted from 0) has dimension " +
                std::to_string(header_before(vectors, row)) + ", but vector 0 has " +
                std::to_string(vectors.dim()) + "; one dimension for all was expected."};
}

Error bad_value(const VectorSet& vectors, const std::string& name, std::size_t place) {
    const std::size_t row = place / vectors.dim(), column = place % vectors.dim();
    const void* values = vectors.row(row);
    const float value = vectors.type() == ElementType::F32
                            ? static_cast<const float*>(values)[column]
                            : half_to_float(static_cast<const Half*>(values)[column]);
    return not_finite(name, row, column, static_cast<double>(value));
}

} // namespace

std::size_t first_non_finite(const float* v, std::size_t n) noexcept {
    return first_with_exponent<std::uint32_t>(v, n, 0x7f800000u);
}

std::size_t first_non_finite(const Half* v, std::size_t n) noexcept {
    return first_with_exponent<std::uint16_t>(v, n, std::uint16_t(0x7c00u));
}

Error not_finite(const std::string& name, std::size_t row, std::size_t column, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return {ErrorCode::CorruptFile, name + ": row " + std::to_string(row) + ", column " +
                                        std::to_string(column) + " (counted from 0) is " + text +
                                        "; finite float32 numbers were expected."};
}

Status check_finite(const VectorSet& vectors, const std::string& name, const Control& control) {
    control.begin("Checking", vectors.size());
    const bool headers = has_row_headers(vectors);
    const bool floats = vectors.type() == ElementType::F32 || vectors.type() == ElementType::F16;
    if (!headers && !floats)
        return {};
    std::atomic<std::size_t> header{kNone}, place{kNone};
    const std::size_t row_bytes = std::max<std::size_t>(1, vectors.dim() * element_size(vectors.type()));
    const std::size_t grain = std::max<std::size_t>(1, (1u << 20) / row_bytes);
    // Only blocks behind a known error are skipped, so the first error is reported whatever the threads do.
    ANNSCOPE_TRY(parallel_for(vectors.size(), grain, control, [&](std::size_t begin, std::size_t end, int) {
        if (header.load(std::memory_order_relaxed) < begin ||
            place.load(std::memory_order_relaxed) / vectors.dim() < begin)
            return;
        if (headers)
            keep_smaller(header, first_bad_header(vectors, begin, end));
        keep_smaller(place, first_bad_value(vectors, begin, end));
        control.advance(end - begin);
    }));
    if (header != kNone)
        return bad_header(vectors, name, header);
    return place == kNone ? Status() : bad_value(vectors, name, place);
}

} // namespace annscope
