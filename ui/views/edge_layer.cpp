// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/edge_layer.h"

#include "ui/common/palette.h"
#include "ui/views/geometry/raster.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

namespace {

constexpr std::size_t kMaxSmoothEdges = 8000;
constexpr double kArrowSpacing = 26; ///< mean pixels of visible edges from which heads are drawn
constexpr double kInk = 0.5;         ///< mean opacity the lines of a picture add up to
constexpr float kFullLength = 40;    ///< pixels; longer lines get fainter, else they drown the short ones

constexpr double kBaseBelow = 0.4, kLevelAbove = 0.7; ///< opacity while all levels are shown
constexpr double kOnDark = 0.7;                       ///< bright lines on dark ground look stronger

/// Pixels of line per pixel of the picture: beyond that a sample of the edges is drawn, always the same ones,
/// since more would only take longer and look the same.
constexpr double kMaxLayers = 6;

/// One level of a graph and where its nodes are.
struct LevelPicture {
    const GraphLevel& level;
    const std::vector<Point2>& places;

    Point2 from(std::size_t edge) const { return places[level.edges[edge].from]; }
    Point2 to(std::size_t edge) const { return places[level.edges[edge].to]; }
};

struct VisibleEdges {
    std::vector<std::uint32_t> indices; ///< ascending
    double pixels = 0;                  ///< sum of the lengths on the picture
    double ink = 0;                     ///< the same, by weight
};

float weight(float pixels) {
    return pixels <= kFullLength ? 1.0f : std::pow(kFullLength / pixels, 0.6f);
}

float pixelsOf(const LevelPicture& picture, std::size_t edge, double scale) {
    const Point2 a = picture.from(edge), b = picture.to(edge);
    const float dx = b[0] - a[0], dy = b[1] - a[1];
    return std::sqrt(dx * dx + dy * dy) * static_cast<float>(scale);
}

/// Keeps so many of the edges that about the given sum of lengths remains; long ones go first.
void thinOut(const LevelPicture& picture, const ViewTransform& view, double budget, VisibleEdges& visible) {
    if (visible.pixels <= budget)
        return;
    const float longest = static_cast<float>(std::hypot(view.area.width(), view.area.height()));
    double total[2] = {0, 0}; // of the short, of the long ones
    for (const std::uint32_t i : visible.indices) {
        const float pixels = std::min(pixelsOf(picture, i, view.scale), longest);
        total[pixels > kFullLength] += pixels;
    }
    const double keptShort = std::min(total[0], std::max(budget * 0.5, budget - total[1]));
    const double share[2] = {keptShort / std::max(total[0], 1.0),
                             std::min(1.0, (budget - keptShort) / std::max(total[1], 1.0))};
    VisibleEdges kept;
    for (const std::uint32_t i : visible.indices) {
        const float pixels = pixelsOf(picture, i, view.scale), inView = std::min(pixels, longest);
        constexpr std::uint32_t kHash = 2654435769u; // Knuth's multiplicative hash spreads equal choices
        if ((i * kHash) * 0x1p-32 >= share[pixels > kFullLength])
            continue;
        kept.indices.push_back(i);
        kept.pixels += inView;
        kept.ink += inView * weight(pixels);
    }
    visible = std::move(kept);
}

/// Edges shorter than a third of a pixel lie under the nodes and are left out.
Result<VisibleEdges> collectVisible(const LevelPicture& picture, const ViewTransform& view,
                                    const Control& control) {
    VisibleEdges visible;
    const Box box = view.visible();
    const auto x0 = static_cast<float>(box.x0), x1 = static_cast<float>(box.x1),
               y0 = static_cast<float>(box.y0), y1 = static_cast<float>(box.y1);
    const auto least = static_cast<float>(0.33 / view.scale);
    const float longest = static_cast<float>(std::hypot(view.area.width(), view.area.height()) / view.scale);
    const auto scale = static_cast<float>(view.scale);
    for (std::size_t i = 0; i < picture.level.edges.size(); ++i) {
        if (i % 65536 == 0 && control.cancel_requested())
            return cancelled();
        const Point2 a = picture.from(i), b = picture.to(i);
        if (std::max(a[0], b[0]) < x0 || std::min(a[0], b[0]) > x1 || std::max(a[1], b[1]) < y0 ||
            std::min(a[1], b[1]) > y1)
            continue;
        const float dx = b[0] - a[0], dy = b[1] - a[1];
        const float squared = dx * dx + dy * dy;
        if (squared < least * least)
            continue;
        visible.indices.push_back(static_cast<std::uint32_t>(i));
        const float pixels = std::sqrt(squared) * scale, inView = std::min(pixels, longest * scale);
        visible.pixels += inView;
        visible.ink += inView * weight(pixels);
    }
    return visible;
}

std::size_t shadeOf(const LevelPicture& picture, std::size_t edge) {
    const auto next =
        std::upper_bound(picture.level.shadeStart.begin(), picture.level.shadeStart.end(), edge);
    return static_cast<std::size_t>(next - picture.level.shadeStart.begin()) - 1;
}

Status paintHairLines(const LevelPicture& picture, const VisibleEdges& visible, const EdgeStyle& style,
                      double alpha, LayerImage& layer, const Control& control) {
    LineRaster raster(layer.image.width(), layer.image.height());
    std::array<LineRaster::Color, GraphLevel::kShades> colors;
    for (std::size_t s = 0; s < colors.size(); ++s)
        colors[s] = {static_cast<float>(style.colors[s].redF()), static_cast<float>(style.colors[s].greenF()),
                     static_cast<float>(style.colors[s].blueF())};
    const ViewTransform& view = layer.view;
    const auto scale = static_cast<float>(view.scale * layer.ratio);
    const auto logical = static_cast<float>(view.scale);
    const QPointF origin = view.toScreen(0, 0) - view.area.topLeft();
    const auto ox = static_cast<float>(origin.x() * layer.ratio),
               oy = static_cast<float>(origin.y() * layer.ratio);
    std::size_t shade = 0, count = 0;
    for (const std::uint32_t i : visible.indices) {
        if (++count % 4096 == 0 && control.cancel_requested())
            return cancelled();
        while (picture.level.shadeStart[shade + 1] <= i)
            ++shade;
        const Point2 a = picture.from(i), b = picture.to(i);
        const float dx = (b[0] - a[0]) * logical, dy = (b[1] - a[1]) * logical;
        raster.line(ox + a[0] * scale, oy - a[1] * scale, ox + b[0] * scale, oy - b[1] * scale, colors[shade],
                    static_cast<float>(alpha) * weight(std::sqrt(dx * dx + dy * dy)));
    }
    raster.copyTo(reinterpret_cast<std::uint32_t*>(layer.image.bits()),
                  static_cast<std::size_t>(layer.image.bytesPerLine()) / 4);
    return {};
}

Status paintSmoothLines(const LevelPicture& picture, const VisibleEdges& visible, const EdgeStyle& style,
                        double alpha, LayerImage& layer, const Control& control) {
    const bool arrows = visible.pixels >=
                        kArrowSpacing * static_cast<double>(std::max<std::size_t>(visible.indices.size(), 1));
    QPainter painter(&layer.image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(layer.ratio, layer.ratio);
    painter.translate(-layer.view.area.topLeft());
    std::size_t count = 0;
    for (const std::uint32_t i : visible.indices) {
        if (++count % 128 == 0 && control.cancel_requested())
            return cancelled();
        const QPointF a = layer.view.toScreen(picture.from(i));
        const QPointF b = layer.view.toScreen(picture.to(i));
        const auto length = static_cast<float>(std::hypot(b.x() - a.x(), b.y() - a.y()));
        const QColor color =
            withAlpha(style.colors[shadeOf(picture, i)], alpha * static_cast<double>(weight(length)));
        painter.setPen(QPen(color, 1.1));
        if (arrows) {
            painter.setBrush(color);
            drawArrow(painter, a, b, 3.5, 6.5);
        } else {
            painter.drawLine(a, b);
        }
    }
    return {};
}

} // namespace

EdgeStyle EdgeStyle::fromPalette(double opacity) {
    EdgeStyle style;
    const bool dark = palette().dark;
    style.opacity = opacity * (dark ? kOnDark : 1.0);
    for (std::size_t s = 0; s < style.colors.size(); ++s) {
        const double length = 1 - static_cast<double>(s) / (GraphLevel::kShades - 1);
        style.colors[s] = dark ? cividis(0.35 + 0.65 * length) : cividis(0.85 * length);
    }
    return style;
}

namespace {

Result<LayerImage> renderLevel(const LevelPicture& picture, const ViewTransform& view, qreal ratio,
                               const EdgeStyle& style, double opacity, const Control& control) {
    ANNSCOPE_ASSIGN(LayerImage layer, LayerImage::blank(view, ratio));
    ANNSCOPE_ASSIGN(VisibleEdges visible, collectVisible(picture, view, control));
    const double area = std::max(view.area.width() * view.area.height(), 1.0);
    thinOut(picture, view, kMaxLayers * area, visible);
    const double alpha = std::clamp(kInk * area / std::max(visible.ink, 1.0), 0.04, 0.6) * opacity;
    const bool smooth = visible.indices.size() <= kMaxSmoothEdges;
    ANNSCOPE_TRY(smooth ? paintSmoothLines(picture, visible, style, alpha, layer, control)
                        : paintHairLines(picture, visible, style, alpha, layer, control));
    return layer;
}

} // namespace

Result<LayerImage> renderEdges(const GraphScene& scene, int level, const ViewTransform& view, qreal ratio,
                               const EdgeStyle& style, const Control& control) {
    if (level != kAllLevels || !scene.layered())
        return renderLevel({scene.level(level), scene.points.base}, view, ratio, style, style.opacity,
                           control);
    ANNSCOPE_ASSIGN(LayerImage all, renderLevel({scene.base(), scene.points.base}, view, ratio, style,
                                                style.opacity * kBaseBelow, control));
    for (std::size_t l = 1; l < scene.levels.size(); ++l) {
        ANNSCOPE_ASSIGN(const LayerImage one, renderLevel({scene.levels[l], scene.points.base}, view, ratio,
                                                          style, style.opacity * kLevelAbove, control));
        QPainter(&all.image).drawImage(QPoint(0, 0), one.image);
    }
    return all;
}

void drawArrow(QPainter& painter, QPointF from, QPointF to, double nodeRadius, double headLength) {
    const QPointF d = to - from;
    const double length = std::hypot(d.x(), d.y());
    if (length < 1e-6)
        return;
    const QPointF unit = d / length, normal(-unit.y(), unit.x());
    const double head = std::min(headLength, length * 0.45);
    const QPointF tip = length > nodeRadius * 2.5 ? to - unit * nodeRadius : to;
    const QPointF base = tip - unit * head;
    painter.drawLine(from, base);
    const QPointF corners[3] = {tip, base + normal * head * 0.38, base - normal * head * 0.38};
    painter.save();
    painter.setPen(Qt::NoPen);
    painter.drawPolygon(corners, 3);
    painter.restore();
}

} // namespace annscope::ui
