// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/geometry/raster.h"

#include <algorithm>
#include <cmath>

namespace annscope::ui {

LineRaster::LineRaster(int width, int height)
    : m_width(std::max(width, 1)), m_height(std::max(height, 1)),
      m_stride(static_cast<std::size_t>(m_width) + 2 * kBorder),
      m_pixels(m_stride * (static_cast<std::size_t>(m_height) + 2 * kBorder)) {}

/// Liang and Barsky, 1984.
bool LineRaster::clip(float& x0, float& y0, float& x1, float& y1) const noexcept {
    const float dx = x1 - x0, dy = y1 - y0;
    float t0 = 0, t1 = 1;
    const auto side = [&](float p, float q) {
        if (p == 0)
            return q >= 0;
        const float t = q / p;
        if (p < 0)
            t0 = std::max(t0, t);
        else
            t1 = std::min(t1, t);
        return t0 <= t1;
    };
    const auto w = static_cast<float>(m_width), h = static_cast<float>(m_height);
    if (!side(-dx, x0) || !side(dx, w - x0) || !side(-dy, y0) || !side(dy, h - y0))
        return false;
    x1 = x0 + t1 * dx;
    y1 = y0 + t1 * dy;
    x0 += t0 * dx;
    y0 += t0 * dy;
    return true;
}

void LineRaster::line(float x0, float y0, float x1, float y1, Color color, float alpha) noexcept {
    if (!clip(x0, y0, x1, y1))
        return;
    const bool steep = std::abs(y1 - y0) > std::abs(x1 - x0);
    float a0 = steep ? y0 : x0, b0 = steep ? x0 : y0, a1 = steep ? y1 : x1, b1 = steep ? x1 : y1;
    if (a0 > a1) {
        std::swap(a0, a1);
        std::swap(b0, b1);
    }
    const float length = a1 - a0;
    if (!(length > 0))
        return;
    const float gradient = (b1 - b0) / length;
    const std::size_t along = steep ? m_stride : 1, across = steep ? 1 : m_stride;
    const int first = static_cast<int>(a0);
    const int last = std::min(static_cast<int>(a1), (steep ? m_height : m_width) - 1);
    const float source[4] = {color.r, color.g, color.b, 1.0f};
    Pixel* base = m_pixels.data() + kBorder * m_stride + kBorder;

    for (int i = first; i <= last; ++i) {
        const float from = std::max(a0, static_cast<float>(i)),
                    to = std::min(a1, static_cast<float>(i) + 1.0f);
        const float b = b0 + gradient * ((from + to) * 0.5f - a0) + 0.5f; // + 1 pixel of border
        const int j = static_cast<int>(b);
        const float far = (b - static_cast<float>(j)) * alpha * (to - from);
        const float near = alpha * (to - from) - far;
        Pixel* p = base + static_cast<std::size_t>(i) * along + static_cast<std::size_t>(j) * across - across;
        Pixel* q = p + across;
        for (int c = 0; c < 4; ++c) {
            p->c[c] += (source[c] - p->c[c]) * near;
            q->c[c] += (source[c] - q->c[c]) * far;
        }
    }
}

void LineRaster::copyTo(std::uint32_t* pixels, std::size_t stride) const noexcept {
    for (int y = 0; y < m_height; ++y) {
        const Pixel* in = m_pixels.data() + (static_cast<std::size_t>(y) + kBorder) * m_stride + kBorder;
        std::uint32_t* out = pixels + static_cast<std::size_t>(y) * stride;
        for (int x = 0; x < m_width; ++x) {
            std::uint32_t v[4];
            for (int c = 0; c < 4; ++c)
                v[c] = static_cast<std::uint32_t>(in[x].c[c] * 255.0f + 0.5f);
            out[x] = v[3] << 24 | v[0] << 16 | v[1] << 8 | v[2];
        }
    }
}

void stampDisc(std::uint32_t* pixels, int width, int height, std::size_t stride, float x, float y,
               float radius, std::uint32_t premultiplied) noexcept {
    const int x0 = std::max(static_cast<int>(std::floor(x - radius - 0.5f)), 0);
    const int x1 = std::min(static_cast<int>(std::floor(x + radius + 0.5f)), width - 1);
    const int y0 = std::max(static_cast<int>(std::floor(y - radius - 0.5f)), 0);
    const int y1 = std::min(static_cast<int>(std::floor(y + radius + 0.5f)), height - 1);
    const std::uint32_t red_blue = premultiplied & 0xff00ffu, alpha_green = premultiplied >> 8 & 0xff00ffu;
    for (int py = y0; py <= y1; ++py) {
        std::uint32_t* row = pixels + static_cast<std::size_t>(py) * stride;
        const float dy = static_cast<float>(py) + 0.5f - y;
        for (int px = x0; px <= x1; ++px) {
            const float dx = static_cast<float>(px) + 0.5f - x;
            const float cover = std::clamp(radius + 0.5f - std::sqrt(dx * dx + dy * dy), 0.0f, 1.0f);
            const auto c = static_cast<std::uint32_t>(cover * 256.0f);
            if (c == 0)
                continue;
            const std::uint32_t rb = red_blue * c >> 8 & 0xff00ffu, ag = alpha_green * c >> 8 & 0xff00ffu;
            const std::uint32_t rest = 256u - (ag >> 16) - (ag >> 16 >> 7);
            const std::uint32_t under = row[px];
            row[px] = (rb + ((under & 0xff00ffu) * rest >> 8 & 0xff00ffu)) |
                      (ag + ((under >> 8 & 0xff00ffu) * rest >> 8 & 0xff00ffu)) << 8;
        }
    }
}

} // namespace annscope::ui
