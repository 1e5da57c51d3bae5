// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/map_points_layer.h"

#include "ui/common/palette.h"
#include "ui/models/loss_text.h"
#include "ui/views/density_image.h"
#include "ui/views/geometry/raster.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr std::size_t kChunk = 8192; ///< points between two looks at cancel
constexpr double kQueryArms = 3.5;   ///< pixels, where there is room
constexpr double kQueryRoom = 13;    ///< pixels between two queries that are drawn
constexpr double kBehindPath = 0.5;  ///< opacity of what does not belong to the path

std::uint32_t scaled(QRgb color, double alpha) {
    return qPremultiply(qRgba(qRed(color), qGreen(color), qBlue(color),
                              static_cast<int>(std::lround(255 * std::clamp(alpha, 0.0, 1.0)))));
}

/// Mean pixels between two of so many points, where there are points.
double spacing(const MapScene& scene, const ViewTransform& view, std::size_t count) {
    return std::sqrt(scene.inked / static_cast<double>(std::max<std::size_t>(count, 1))) * view.scale;
}

/// Writes marks into an image in pixels of the view.
class Stamper {
public:
    explicit Stamper(LayerImage& layer)
        : m_layer(layer), m_pixels(reinterpret_cast<std::uint32_t*>(layer.image.bits())),
          m_stride(static_cast<std::size_t>(layer.image.bytesPerLine()) / 4),
          m_origin(layer.view.toScreen(0, 0) - layer.view.area.topLeft()) {}

    void disc(const Point2& at, double radius, std::uint32_t color) {
        const double scale = m_layer.view.scale;
        stampDisc(m_pixels, m_layer.image.width(), m_layer.image.height(), m_stride,
                  static_cast<float>((m_origin.x() + at[0] * scale) * m_layer.ratio),
                  static_cast<float>((m_origin.y() - at[1] * scale) * m_layer.ratio),
                  static_cast<float>(radius * m_layer.ratio), color);
    }
    /// An upright cross of the given half width with arms one and a half pixels thick.
    void cross(const Point2& at, double arm, QRgb color) {
        const double scale = m_layer.view.scale;
        const double x = (m_origin.x() + at[0] * scale) * m_layer.ratio;
        const double y = (m_origin.y() - at[1] * scale) * m_layer.ratio;
        const double half = arm * m_layer.ratio, thick = 0.75 * m_layer.ratio;
        bar(x - half, y - thick, x + half, y + thick, color);
        bar(x - thick, y - half, x + thick, y - thick, color);
        bar(x - thick, y + thick, x + thick, y + half, color);
    }

private:
    /// A rectangle whose border pixels are covered in part.
    void bar(double x0, double y0, double x1, double y1, QRgb color) {
        const int width = m_layer.image.width(), height = m_layer.image.height();
        const int px0 = std::max(static_cast<int>(std::floor(x0)), 0),
                  px1 = std::min(static_cast<int>(std::ceil(x1)), width);
        const int py0 = std::max(static_cast<int>(std::floor(y0)), 0),
                  py1 = std::min(static_cast<int>(std::ceil(y1)), height);
        const int alpha = qAlpha(color);
        for (int py = py0; py < py1; ++py) {
            const double cy = std::min(y1, py + 1.0) - std::max(y0, double(py));
            std::uint32_t* row = m_pixels + static_cast<std::size_t>(py) * m_stride;
            for (int px = px0; px < px1; ++px) {
                const double cover = cy * (std::min(x1, px + 1.0) - std::max(x0, double(px)));
                const int a = static_cast<int>(cover * alpha + 0.5), rest = 255 - a;
                const QRgb under = row[px];
                row[px] =
                    qRgba((qRed(color) * a + qRed(under) * rest) / 255,
                          (qGreen(color) * a + qGreen(under) * rest) / 255,
                          (qBlue(color) * a + qBlue(under) * rest) / 255, a + qAlpha(under) * rest / 255);
            }
        }
    }

    LayerImage& m_layer;
    std::uint32_t* m_pixels;
    std::size_t m_stride;
    QPointF m_origin;
};

/// f(place, point) for the points in view, and cancel in between.
template<class F>
Status eachVisible(const SpatialGrid& grid, const ViewTransform& view, double margin, const Control& control,
                   F&& f) {
    Box box = view.visible();
    const double more = margin / view.scale;
    box = {box.x0 - more, box.y0 - more, box.x1 + more, box.y1 + more};
    std::size_t count = 0;
    bool stopped = false;
    grid.visit(box, [&](std::uint32_t i, const Point2& p) {
        if (++count % kChunk == 0)
            stopped = stopped || control.cancel_requested();
        if (!stopped)
            f(i, p);
    });
    return stopped ? Status(cancelled()) : Status();
}

struct Pass {
    const MapPicture& picture;
    const MapStyle& style;
    const Control& control;
    double opacity = 1;

    bool isDimmed(std::uint32_t c) const { return picture.only && !picture.only->contains(c); }
};

Status paintBase(const Pass& pass, Stamper& stamper, const ViewTransform& view) {
    const MapPicture& picture = pass.picture;
    const MapScene& scene = *picture.scene;
    const MapColoring* coloring = picture.coloring.get();
    const bool colored = coloring && !coloring->base.empty();
    const bool queriesSpeak = coloring && !coloring->queries.empty();
    const double radius = mapPointRadius(scene, view);
    // Where points lie over each other fainter ones show how many there are; colours need all their strength.
    const double room = spacing(scene, view, scene.base.size());
    const double crowd = std::clamp(0.25 + 0.2 * room, 0.35, 0.9);
    const bool ownColors =
        coloring && (coloring->kind == MapColor::Probed || coloring->kind == MapColor::Distance);
    const double alpha = ownColors ? 0.9 : pass.opacity * 0.9;
    // What a walk met is little among all: it is drawn larger.
    const double own = coloring && coloring->kind == MapColor::Probed ? radius * 1.5 : radius;
    std::vector<std::uint32_t> colors(pass.style.classes.size());
    for (std::size_t c = 0; c < colors.size(); ++c)
        colors[c] = scaled(pass.style.classes[c], alpha);
    const std::uint32_t plain =
        queriesSpeak ? scaled(pass.style.dimmed, 0.9) : scaled(pass.style.plain, crowd * pass.opacity);
    const std::uint32_t none = scaled(pass.style.none, 0.9), dimmed = scaled(pass.style.dimmed, 0.9);
    for (const bool low : {true, false}) {
        if (low && !colored && !picture.passingPoints)
            continue; // nothing lies below
        ANNSCOPE_TRY(
            eachVisible(scene.baseGrid, view, radius, pass.control, [&](std::uint32_t i, const Point2& p) {
                const std::uint32_t c = colored ? coloring->base[i] : MapColoring::kNone;
                const bool dim = (!queriesSpeak && pass.isDimmed(c)) ||
                                 (picture.passingPoints && (*picture.passingPoints)[i] == 0);
                if (low != (dim || (colored && c >= colors.size())))
                    return;
                const bool speaks = !dim && colored && c < colors.size();
                stamper.disc(p, speaks ? own : radius,
                             speaks     ? colors[c]
                             : dim      ? dimmed
                             : !colored ? plain
                                        : none);
            }));
    }
    return {};
}

Status paintQueries(const Pass& pass, Stamper& stamper, const ViewTransform& view) {
    const MapPicture& picture = pass.picture;
    const MapScene& scene = *picture.scene;
    const bool colored = picture.coloring && !picture.coloring->queries.empty();
    const QueryCrowd crowd = crowdOf(picture, view);
    const double arm = crowd.arm();
    const bool dots = colored && crowd.room() < 6; // crosses would lie over each other
    const auto fade = [&](QRgb color, double alpha) {
        return qRgba(qRed(color), qGreen(color), qBlue(color),
                     static_cast<int>(std::lround(255 * alpha * (colored ? 1 : pass.opacity))));
    };
    for (const bool low : {true, false}) {
        ANNSCOPE_TRY(
            eachVisible(scene.queryGrid, view, arm, pass.control, [&](std::uint32_t q, const Point2& p) {
                const std::uint32_t c = colored ? picture.coloring->queries[q] : MapColoring::kNone;
                const bool passes = !picture.passing || std::ranges::binary_search(*picture.passing, q);
                const bool dim = !passes || (colored && (c >= pass.style.classes.size() || pass.isDimmed(c)));
                if (low != dim || !drawsQuery(picture, crowd, q))
                    return;
                if (dim)
                    return stamper.cross(p, arm * 0.7, fade(pass.style.none, 0.4));
                if (dots)
                    return stamper.disc(p, std::clamp(crowd.room() * 0.5, 1.2, 3.0),
                                        scaled(pass.style.classes[c], 1));
                stamper.disc(p, arm + 1, scaled(pass.style.halo, 0.45 * pass.opacity));
                stamper.cross(p, arm, fade(colored ? pass.style.classes[c] : pass.style.query, 1));
            }));
    }
    return {};
}

void paintMisses(const Pass& pass, LayerImage& layer) {
    QPainter painter(&layer.image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(layer.ratio, layer.ratio);
    painter.translate(-layer.view.area.topLeft());
    const MapScene& scene = *pass.picture.scene;
    const Box box = layer.view.visible();
    for (const MissCounts::Row& row : pass.picture.misses->rows) {
        const Point2* at = scene.at(row.row);
        if (!at || !box.contains((*at)[0], (*at)[1]))
            continue;
        const double radius = missRingRadius(scene, layer.view, *pass.picture.misses, row.misses);
        const QColor color = QColor::fromRgb(pass.style.reasons[static_cast<std::size_t>(row.reason)]);
        const double share = static_cast<double>(row.misses) / std::max(1u, pass.picture.misses->most);
        painter.setPen(QPen(withAlpha(color, pass.opacity * (0.35 + 0.65 * share)), 1 + share));
        painter.setBrush(withAlpha(color, pass.opacity * 0.12));
        painter.drawEllipse(layer.view.toScreen(*at), radius, radius);
    }
}

void paintDensity(const Pass& pass, LayerImage& layer) {
    const Box box = layer.view.visible();
    std::vector<QPointF> shares;
    pass.picture.scene->baseGrid.visit(box, [&](std::uint32_t, const Point2& p) {
        shares.emplace_back((p[0] - box.x0) / box.width(), (box.y1 - p[1]) / box.height());
    });
    const QImage density = densityImage(shares, densityGrid(layer.view.area.size().toSize()));
    QPainter painter(&layer.image);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.setOpacity(pass.opacity);
    painter.drawImage(QRectF(layer.image.rect()), density, QRectF(density.rect()));
}

} // namespace

QColor categoryColor(std::uint32_t category) {
    const QColor base = seriesStyle(static_cast<int>(category % 8)).color;
    const std::uint32_t round = category / 8 % 3;
    if (round == 0)
        return base;
    return round == 1 ? mix(base, QColor(Qt::white), 0.4) : mix(base, QColor(Qt::black), 0.35);
}

QColor shadeColor(std::uint32_t shade, std::uint32_t shades) {
    const double t = shades > 1 ? static_cast<double>(shade) / (shades - 1) : 0;
    // The end that comes near to the panel's own colour is left out.
    return palette().dark ? cividis(0.18 + 0.82 * t) : cividis(0.92 * t);
}

MapStyle MapStyle::fromPalette(const MapColoring* coloring) {
    const Palette& colors = palette();
    MapStyle style;
    style.dark = colors.dark;
    style.plain = mix(colors.panel, colors.secondary, 0.7).rgb();
    style.none = mix(colors.panel, colors.secondary, 0.3).rgb();
    style.dimmed = mix(colors.panel, colors.secondary, 0.22).rgb();
    style.query = colors.accent.rgb();
    style.halo = colors.panel.rgb();
    for (std::size_t r = 0; r < kLossReasons; ++r)
        style.reasons[r] = reasonColor(static_cast<LossReason>(r)).rgb();
    for (std::uint32_t c = 0; coloring && c < coloring->classes; ++c)
        style.classes.push_back(
            (coloring->sequential ? shadeColor(c, coloring->classes) : categoryColor(c)).rgb());
    return style;
}

double mapPointRadius(const MapScene& scene, const ViewTransform& view) {
    return std::clamp(spacing(scene, view, scene.base.size()) * 0.3, 1.0, 3.0);
}

QueryCrowd::QueryCrowd(const MapScene& scene, const ViewTransform& view, std::size_t shown)
    : m_room(spacing(scene, view, shown)), m_share(m_room * m_room / (kQueryRoom * kQueryRoom)),
      m_shareOfAll(m_share * static_cast<double>(shown) /
                   static_cast<double>(std::max<std::size_t>(scene.queries.size(), 1))),
      m_arm(std::clamp(std::max(m_room, kQueryRoom) * 0.3, 2.0, kQueryArms)) {}

QueryCrowd crowdOf(const MapPicture& picture, const ViewTransform& view) {
    return {*picture.scene, view, picture.passing ? picture.passing->size() : picture.scene->queries.size()};
}

/// Those that are coloured, or left by the filters, are what is looked at: of them all are drawn unless there
/// are too many, of the others few.
bool drawsQuery(const MapPicture& picture, const QueryCrowd& crowd, std::uint32_t query) {
    if (picture.coloring && !picture.coloring->queries.empty())
        return true;
    return crowd.draws(query, picture.passing && !std::ranges::binary_search(*picture.passing, query));
}

double missRingRadius(const MapScene& scene, const ViewTransform& view, const MissCounts& counts,
                      std::uint32_t misses) {
    constexpr double kLargest = 14, kLeast = 1.6, kCovered = 0.3, kPi = 3.14159265358979;
    const double room = kCovered * scene.inked * view.scale * view.scale;
    const double one = std::sqrt(room / (kPi * static_cast<double>(std::max<std::size_t>(counts.total, 1))));
    const double most = std::sqrt(static_cast<double>(std::max(counts.most, 1u)));
    return std::max(kLeast, std::min(one, kLargest / most) * std::sqrt(static_cast<double>(misses)));
}

Result<LayerImage> renderMap(const MapPicture& picture, const MapStyle& style, const ViewTransform& view,
                             qreal ratio, const Control& control) {
    ANNSCOPE_ASSIGN(LayerImage layer, LayerImage::blank(view, ratio));
    if (!picture.scene)
        return layer;
    const Pass pass{picture, style, control, picture.behindPath ? kBehindPath : 1};
    if (picture.coloring && picture.coloring->kind == MapColor::Density) {
        paintDensity(pass, layer);
    } else {
        Stamper stamper(layer);
        ANNSCOPE_TRY(paintBase(pass, stamper, view));
    }
    if (picture.queries) {
        Stamper stamper(layer);
        ANNSCOPE_TRY(paintQueries(pass, stamper, view));
    }
    if (picture.misses)
        paintMisses(pass, layer);
    return layer;
}

} // namespace annscope::ui
