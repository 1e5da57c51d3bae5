// SPDX-License-Identifier: Apache-2.0
#include "data/convert.h"

#include "core/parallel.h"
#include "data/finite.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

namespace annscope::reader {
namespace {

static_assert(std::endian::native == std::endian::little, "the file formats are little endian");

template<class T>
T load(const std::byte* at, bool swap) noexcept {
    std::byte raw[sizeof(T)];
    std::memcpy(raw, at, sizeof(T));
    if (swap)
        std::reverse(raw, raw + sizeof(T));
    return std::bit_cast<T>(raw);
}

template<class In>
float to_float(In value, bool& bad, bool& rounded) noexcept {
    if constexpr (std::is_floating_point_v<In>) {
        // Negated, so that NaN is caught too.
        if (!(std::abs(value) <= static_cast<In>(std::numeric_limits<float>::max()))) {
            bad = true;
            return 0;
        }
    } else if constexpr (sizeof(In) > 2) {
        constexpr In kExact = In(1) << 24;
        if (value > kExact)
            rounded = true;
        if constexpr (std::is_signed_v<In>)
            if (value < -kExact)
                rounded = true;
    }
    return static_cast<float>(value);
}

template<class In, class Out>
Out to_memory(In value, bool& bad, bool& rounded) noexcept {
    if constexpr (std::is_same_v<Out, float>)
        return to_float(value, bad, rounded);
    else if constexpr (std::is_same_v<Out, Half>) {
        bad |= (value & 0x7c00u) == 0x7c00u;
        return Half{value};
    } else
        return static_cast<Out>(value);
}

void note(Findings& findings, std::size_t place) noexcept {
    std::size_t seen = findings.first_bad.load(std::memory_order_relaxed);
    while (place < seen &&
           !findings.first_bad.compare_exchange_weak(seen, place, std::memory_order_relaxed)) {
    }
}

/// Column-major sources are walked in tiles of 64 rows, so that a cache line is used whole.
template<class In, class Out>
void convert(const Source& s, std::size_t begin, std::size_t end, std::byte* bytes,
             Findings& findings) noexcept {
    auto* out = reinterpret_cast<Out*>(bytes);
    const std::size_t tile = s.col_step == sizeof(In) ? 1 : 64;
    bool rounded = false;
    for (std::size_t first = begin; first < end; first += tile) {
        const std::size_t last = std::min(first + tile, end);
        for (std::size_t c = 0; c < s.cols; ++c)
            for (std::size_t r = first; r < last; ++r) {
                bool bad = false;
                out[(r - begin) * s.cols + c] = to_memory<In, Out>(
                    load<In>(s.data + r * s.row_step + c * s.col_step, s.swap), bad, rounded);
                if (bad) [[unlikely]]
                    note(findings, r * s.cols + c);
            }
    }
    if (rounded)
        findings.rounded.store(true, std::memory_order_relaxed);
}

/// Calls f with a value of the source's element type.
template<class F>
auto with_type(const Source& source, F&& f) {
    switch (source.number) {
    case Number::Float:
        return source.bytes == 2 ? f(Half{}) : source.bytes == 4 ? f(float{}) : f(double{});
    case Number::Signed:
        return source.bytes == 1   ? f(std::int8_t{})
               : source.bytes == 2 ? f(std::int16_t{})
               : source.bytes == 4 ? f(std::int32_t{})
                                   : f(std::int64_t{});
    case Number::Unsigned:
        break;
    }
    return source.bytes == 1   ? f(std::uint8_t{})
           : source.bytes == 2 ? f(std::uint16_t{})
           : source.bytes == 4 ? f(std::uint32_t{})
                               : f(std::uint64_t{});
}

} // namespace

ElementType memory_type(Number number, std::size_t bytes) noexcept {
    if (number == Number::Float)
        return bytes == 2 ? ElementType::F16 : ElementType::F32;
    if (bytes == 1)
        return number == Number::Signed ? ElementType::I8 : ElementType::U8;
    return ElementType::F32;
}

void convert_rows(const Source& source, std::size_t begin, std::size_t end, std::byte* out,
                  Findings& findings) noexcept {
    with_type(source, [&](auto zero) {
        using In = decltype(zero);
        if constexpr (std::is_same_v<In, Half>)
            convert<std::uint16_t, Half>(source, begin, end, out, findings);
        else if constexpr (sizeof(In) == 1)
            convert<In, In>(source, begin, end, out, findings);
        else
            convert<In, float>(source, begin, end, out, findings);
    });
}

double value_at(const Source& source, std::size_t row, std::size_t col) noexcept {
    const std::byte* at = source.data + row * source.row_step + col * source.col_step;
    return with_type(source, [&](auto zero) {
        using In = decltype(zero);
        if constexpr (std::is_same_v<In, Half>)
            return static_cast<double>(half_to_float(Half{load<std::uint16_t>(at, source.swap)}));
        else
            return static_cast<double>(load<In>(at, source.swap));
    });
}

Result<bool> load_rows(const std::filesystem::path& path, const Source& source, std::byte* out,
                       const Control& control) {
    const std::size_t row_bytes = source.cols * element_size(memory_type(source.number, source.bytes));
    Findings findings;
    const std::size_t grain = std::max<std::size_t>(1, kBlockBytes / 8 / (source.cols * source.bytes));
    ANNSCOPE_TRY(parallel_for(source.rows, grain, control, [&](std::size_t begin, std::size_t end, int) {
        convert_rows(source, begin, end, out + begin * row_bytes, findings);
        control.advance((end - begin) * row_bytes);
    }));
    if (const std::size_t place = findings.first_bad; place != Findings::kNone)
        return not_finite(path.string(), place / source.cols, place % source.cols,
                          value_at(source, place / source.cols, place % source.cols));
    return findings.rounded.load();
}

Result<VectorSet> load_vectors(const std::filesystem::path& path, const Source& source,
                               std::vector<std::string>& warnings, const Control& control) {
    const ElementType type = memory_type(source.number, source.bytes);
    ANNSCOPE_ASSIGN(const Storage storage, allocate(path, source.rows, source.cols, element_size(type)));
    control.begin("Reading", source.rows * source.cols * element_size(type));
    ANNSCOPE_ASSIGN(const bool rounded, load_rows(path, source, storage.data(), control));
    if (rounded)
        warnings.push_back(path.string() + ": " + kRoundedWarning);
    return storage.as_vectors(type, source.rows, source.cols);
}

Result<std::vector<Id>> load_ids(const std::filesystem::path& path, const Source& source) {
    if (source.number == Number::Float)
        return corrupt(path,
                       "the values are floating-point numbers; a truth's neighbours were expected to be "
                       "integer row numbers.");
    ANNSCOPE_TRY(check_shape(path, source.rows, source.cols));
    ANNSCOPE_TRY(
        check_memory(std::uint64_t(source.rows) * source.cols * sizeof(Id), path.string() + ": the truth"));
    std::vector<Id> ids(source.rows * source.cols);
    with_type(source, [&](auto zero) {
        using In = decltype(zero);
        if constexpr (std::is_integral_v<In>)
            for (std::size_t i = 0; i < ids.size(); ++i) {
                const In value = load<In>(source.data + i / source.cols * source.row_step +
                                              i % source.cols * source.col_step,
                                          source.swap);
                const bool missing =
                    std::is_unsigned_v<In> && sizeof(In) >= 4 && value == std::numeric_limits<In>::max();
                ids[i] = missing ? kNoId : static_cast<Id>(value);
            }
    });
    return ids;
}

} // namespace annscope::reader
