// SPDX-License-Identifier: Apache-2.0
#include "core/types.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <string>

namespace annscope {

std::string_view name(Metric metric) noexcept {
    switch (metric) {
    case Metric::L2:
        return "l2";
    case Metric::InnerProduct:
        return "ip";
    case Metric::Cosine:
        return "cosine";
    }
    return "?";
}

std::optional<Metric> parse_metric(std::string_view text) noexcept {
    const auto is = [text](std::string_view word) {
        return std::ranges::equal(text, word,
                                  [](unsigned char a, unsigned char b) { return std::tolower(a) == b; });
    };
    if (is("l2") || is("euclidean") || is("squared_l2"))
        return Metric::L2;
    if (is("ip") || is("inner_product") || is("innerproduct") || is("dot") || is("mips"))
        return Metric::InnerProduct;
    if (is("cosine") || is("cos") || is("angular"))
        return Metric::Cosine;
    return std::nullopt;
}

std::size_t element_size(ElementType type) noexcept {
    switch (type) {
    case ElementType::F32:
        return 4;
    case ElementType::F16:
        return 2;
    case ElementType::U8:
    case ElementType::I8:
        return 1;
    }
    return 0;
}

std::string_view name(ElementType type) noexcept {
    switch (type) {
    case ElementType::F32:
        return "f32";
    case ElementType::F16:
        return "f16";
    case ElementType::U8:
        return "u8";
    case ElementType::I8:
        return "i8";
    }
    return "?";
}

float half_to_float(Half h) noexcept {
    const std::uint32_t sign = (h.bits & 0x8000u) << 16;
    std::uint32_t exponent = (h.bits >> 10) & 0x1fu;
    std::uint32_t mantissa = h.bits & 0x3ffu;
    if (exponent == 0x1f) // infinity or NaN
        return std::bit_cast<float>(sign | 0x7f800000u | (mantissa << 13));
    if (exponent == 0) {
        if (mantissa == 0)
            return std::bit_cast<float>(sign);
        exponent = 1; // subnormal: normalise
        while (!(mantissa & 0x400u)) {
            mantissa <<= 1;
            --exponent;
        }
        mantissa &= 0x3ffu;
    }
    return std::bit_cast<float>(sign | ((exponent + 112u) << 23) | (mantissa << 13));
}

Half float_to_half(float f) noexcept {
    const std::uint32_t u = std::bit_cast<std::uint32_t>(f);
    const auto sign = static_cast<std::uint16_t>((u >> 16) & 0x8000u);
    const std::uint32_t magnitude = u & 0x7fffffffu;
    if (magnitude >= 0x7f800000u) // infinity stays, NaN stays a NaN
        return {static_cast<std::uint16_t>(sign | 0x7c00u | (magnitude > 0x7f800000u ? 0x200u : 0u))};
    if (magnitude >= 0x477ff000u) // rounds to 65536 or more
        return {static_cast<std::uint16_t>(sign | 0x7c00u)};
    if (magnitude < 0x38800000u) { // subnormal half, round to nearest even through the float adder
        const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
        return {static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000u))};
    }
    const std::uint32_t rounded = magnitude - 0x38000000u + 0xfffu + ((magnitude >> 13) & 1u);
    return {static_cast<std::uint16_t>(sign | (rounded >> 13))};
}

} // namespace annscope
