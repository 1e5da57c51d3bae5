// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

namespace annscope::ui {

/// Antialiased hair lines, blended in float32: a million lines of 2 % opacity keep their colour, which 8-bit
/// blending loses, and take a tenth of the time of a general painter. Coordinates are pixels, (0, 0) is the
/// upper left corner of the first one.
class LineRaster {
public:
    struct Color {
        float r = 0, g = 0, b = 0; ///< 0..1, not premultiplied
    };
    LineRaster(int width, int height);

    int width() const noexcept { return m_width; }
    int height() const noexcept { return m_height; }
    /// Blends a line of 1 pixel width and the given opacity over what is there; cut at the borders.
    void line(float x0, float y0, float x1, float y1, Color color, float alpha) noexcept;
    /// Premultiplied 0xAARRGGBB, row y at pixels + y * stride.
    void copyTo(std::uint32_t* pixels, std::size_t stride) const noexcept;

private:
    static constexpr int kBorder = 2; ///< so that the inner loop needs no bounds
    struct alignas(16) Pixel {
        float c[4] = {0, 0, 0, 0};
    };
    bool clip(float& x0, float& y0, float& x1, float& y1) const noexcept;

    int m_width, m_height;
    std::size_t m_stride;
    std::vector<Pixel> m_pixels;
};

/// Blends a filled disc of premultiplied colour into 0xAARRGGBB pixels, with a soft rim; cut at the borders.
void stampDisc(std::uint32_t* pixels, int width, int height, std::size_t stride, float x, float y,
               float radius, std::uint32_t premultiplied) noexcept;

} // namespace annscope::ui
