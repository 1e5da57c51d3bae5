// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/density_image.h"

#include "ui/common/palette.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr int kCell = 3; ///< pixels
/// A Gaussian of about one and a half cells.
constexpr std::array<float, 4> kKernel{0.266F, 0.213F, 0.109F, 0.036F};
constexpr float kFew = 0.12F; ///< below that share of a point nothing is drawn

void blur(std::vector<float>& values, int width, int height, bool rows) {
    const int lines = rows ? height : width, length = rows ? width : height;
    std::vector<float> line(static_cast<std::size_t>(length));
    const auto at = [&](int l, int i) -> float& {
        return values[static_cast<std::size_t>(rows ? l * width + i : i * width + l)];
    };
    for (int l = 0; l < lines; ++l) {
        for (int i = 0; i < length; ++i) {
            float sum = at(l, i) * kKernel[0];
            for (int d = 1; d < int(kKernel.size()); ++d) {
                if (i >= d)
                    sum += at(l, i - d) * kKernel[std::size_t(d)];
                if (i + d < length)
                    sum += at(l, i + d) * kKernel[std::size_t(d)];
            }
            line[static_cast<std::size_t>(i)] = sum;
        }
        for (int i = 0; i < length; ++i)
            at(l, i) = line[static_cast<std::size_t>(i)];
    }
}

} // namespace

QSize densityGrid(QSize plot) {
    return {std::max(1, plot.width() / kCell), std::max(1, plot.height() / kCell)};
}

QColor densityColor(double t, bool dark) {
    const QColor color = cividis(dark ? 0.15 + 0.85 * t : 1 - t);
    return withAlpha(color, std::min(1.0, 0.25 + 2.2 * t));
}

QImage densityImage(const std::vector<QPointF>& points, QSize grid) {
    const int width = grid.width(), height = grid.height();
    std::vector<float> counts(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (const QPointF& point : points) {
        const double x = point.x() * width, y = point.y() * height;
        if (x >= 0 && y >= 0 && x < width && y < height)
            counts[static_cast<std::size_t>(int(y) * width + int(x))] += 1;
    }
    blur(counts, width, height, true);
    blur(counts, width, height, false);
    const float most = std::max(1.0F, *std::ranges::max_element(counts));
    QImage image(grid, QImage::Format_ARGB32_Premultiplied);
    image.fill(Qt::transparent);
    std::array<QRgb, 256> colors{};
    for (std::size_t i = 0; i < colors.size(); ++i)
        colors[i] = qPremultiply(densityColor(static_cast<double>(i) / 255, palette().dark).rgba());
    for (int y = 0; y < height; ++y) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < width; ++x) {
            const float count = counts[static_cast<std::size_t>(y * width + x)];
            if (count < kFew)
                continue;
            const float t = most > kFew ? std::log(count / kFew) / std::log(most / kFew) : 1.0F;
            line[x] = colors[static_cast<std::size_t>(std::clamp(t, 0.0F, 1.0F) * 255)];
        }
    }
    return image;
}

} // namespace annscope::ui
