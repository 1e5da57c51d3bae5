// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace annscope {

using Id = std::int64_t;
inline constexpr Id kNoId = -1;

enum class Metric : std::uint8_t { L2, InnerProduct, Cosine };

/// Distances are always "smaller is nearer": squared L2; minus the inner product; minus the cosine.
std::string_view name(Metric metric) noexcept; // "l2", "ip", "cosine"
/// Accepts what users and files write: l2 euclidean ip inner_product dot angular cosine cos (any case).
std::optional<Metric> parse_metric(std::string_view text) noexcept;

enum class ElementType : std::uint8_t { F32, F16, U8, I8 };

std::size_t element_size(ElementType type) noexcept; // bytes
std::string_view name(ElementType type) noexcept;    // "f32", "f16", "u8", "i8"

/// IEEE 754 binary16 as stored in files; convert with half_to_float / float_to_half.
struct Half {
    std::uint16_t bits = 0;
};
float half_to_float(Half h) noexcept;
Half float_to_half(float f) noexcept;

template<class T>
struct ElementTypeOf;
template<>
struct ElementTypeOf<float> {
    static constexpr ElementType value = ElementType::F32;
};
template<>
struct ElementTypeOf<Half> {
    static constexpr ElementType value = ElementType::F16;
};
template<>
struct ElementTypeOf<std::uint8_t> {
    static constexpr ElementType value = ElementType::U8;
};
template<>
struct ElementTypeOf<std::int8_t> {
    static constexpr ElementType value = ElementType::I8;
};

} // namespace annscope
