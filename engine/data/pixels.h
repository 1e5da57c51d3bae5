// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/vector_set.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace annscope {

/// How the values of a row lie in a picture: line by line, channels side by side, or one plane a channel.
struct PixelShape {
    std::size_t width = 0, height = 0, channels = 1; ///< channels: 1 grey, 3 colour
    bool planar = false;

    std::size_t values() const noexcept { return width * height * channels; }
    friend bool operator==(const PixelShape&, const PixelShape&) = default;
};

/// "28 x 28 grey", "32 x 32 colour", "32 x 32 colour, plane by plane".
std::string to_string(const PixelShape& shape);
/// "28x28", "28 x 28", "32 x 32 x 3" (width first), "3 x 32 x 32" (plane by plane); nothing for other texts.
std::optional<PixelShape> parse_pixel_shape(std::string_view text) noexcept;
/// The squares that rows of so many values can be.
std::vector<PixelShape> square_shapes(std::size_t dim);

/// Are the rows pictures? A square shape in which values beside and below each other are alike (correlation
/// of 0.5 or more in both directions over a sample of rows, as pictures have and embeddings have not), or
/// nothing. Cost: 64 rows.
std::optional<PixelShape> guess_pixels(const VectorSet& vectors);

/// The values that are black and white: 0..255, 0..1 or -1..1 where a sample of rows fits into that, else the
/// smallest and the largest of the sample.
struct PixelRange {
    float black = 0, white = 255;
};
PixelRange pixel_range(const VectorSet& vectors);

/// One picture as bytes, channels side by side. values: shape.values() of them.
std::vector<std::uint8_t> pixel_bytes(std::span<const float> values, const PixelShape& shape,
                                      const PixelRange& range);

} // namespace annscope
