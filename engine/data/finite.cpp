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

/// The place (row * dim + column) of the first value that is not finite in rows [begin, end), or no_place.
template<class T>
std::size_t first_bad_place(const MatrixView<T>& view, std::size_t begin, std::size_t end,
                            std::size_t no_place) noexcept {
    if (view.contiguous()) {
        const std::size_t n = (end - begin) * view.cols();
        const std::size_t at = first_non_finite(view.row(begin), n);
        return at < n ? begin * view.cols() + at : no_place;
    }
    for (std::size_t i = begin; i < end; ++i)
        if (const std::size_t at = first_non_finite(view.row(i), view.cols()); at < view.cols())
            return i * view.cols() + at;
    return no_place;
}

template<class T>
Status check_finite_values(const VectorSet& vectors, const std::string& name, const Control& control) {
    constexpr std::size_t kNoPlace = ~std::size_t(0);
    const MatrixView<T> view = vectors.view<T>();
    std::atomic<std::size_t> first{kNoPlace};
    const std::size_t grain = std::max<std::size_t>(1, (1u << 20) / (vectors.dim() * sizeof(T)));
    ANNSCOPE_TRY(parallel_for(view.rows(), grain, control, [&](std::size_t begin, std::size_t end, int) {
        if (first.load(std::memory_order_relaxed) == kNoPlace)
            keep_smaller(first, first_bad_place(view, begin, end, kNoPlace));
        control.advance(end - begin);
    }));
    if (first == kNoPlace)
        return {};
    // Another thread may have skipped an earlier block once one was found: look for the very first.
    const std::size_t place = first_bad_place(view, 0, first / vectors.dim() + 1, kNoPlace);
    const T value = view.row(place / vectors.dim())[place % vectors.dim()];
    if constexpr (std::is_same_v<T, Half>)
        return not_finite(name, place / vectors.dim(), place % vectors.dim(),
                          static_cast<double>(half_to_float(value)));
    else
        return not_finite(name, place / vectors.dim(), place % vectors.dim(), static_cast<double>(value));
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
    switch (vectors.type()) {
    case ElementType::F32:
        return check_finite_values<float>(vectors, name, control);
    case ElementType::F16:
        return check_finite_values<Half>(vectors, name, control);
    case ElementType::U8:
    case ElementType::I8:
        control.advance(vectors.size());
        break;
    }
    return {};
}

} // namespace annscope
