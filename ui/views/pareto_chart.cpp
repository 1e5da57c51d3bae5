// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/pareto_chart.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/models/run_text.h"
#include "ui/models/runs_model.h"

#include <QChart>
#include <QClipboard>
#include <QCoreApplication>
#include <QGraphicsLayout>
#include <QGuiApplication>
#include <QLegend>
#include <QLineSeries>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr int kTitleHeight = 50;
constexpr double kLine = 1.75, kSelectedLine = 2.75, kDimmedLine = 0.3;

QValueAxis* hiddenAxis(QChart* chart, Qt::Alignment side) {
    auto* axis = new QValueAxis(chart);
    axis->setVisible(false);
    chart->addAxis(axis, side);
    return axis;
}

} // namespace

ParetoChart::ParetoChart(RunsModel* model, Selection* selection, QWidget* parent)
    : QChartView(new QChart, parent), m_model(model), m_selection(selection) {
    setObjectName(QStringLiteral("paretoChart"));
    setAccessibleName(tr("Recall against queries per second"));
    setFrameShape(QFrame::NoFrame);
    setRenderHint(QPainter::Antialiasing);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setMinimumSize(240, 180);
    chart()->setBackgroundVisible(false);
    chart()->legend()->hide();
    chart()->setMargins({});
    chart()->layout()->setContentsMargins(0, 0, 0, 0);
    m_x = hiddenAxis(chart(), Qt::AlignBottom);
    m_y = hiddenAxis(chart(), Qt::AlignLeft);
    m_axes = new CurveLayer(CurveLayer::Part::Axes, m_scene, chart());
    m_markers = new CurveLayer(CurveLayer::Part::Markers, m_scene, chart());
    m_target = new CurveLayer(CurveLayer::Part::Target, m_scene, chart());
    m_overlay = new CurveLayer(CurveLayer::Part::Overlay, m_scene, chart());
    m_markers->setCacheMode(QGraphicsItem::DeviceCoordinateCache);
    m_scene.selected = selection->run();
    makeHandle();

    connect(model, &RunsModel::frontsChanged, this, &ParetoChart::rebuild);
    connect(model, &RunsModel::dataChanged, this,
            [this](const QModelIndex&, const QModelIndex&, const QList<int>& roles) {
                if (roles.isEmpty()) // pinned or hidden; changes of fronts are announced once, at the end
                    rebuild();
            });
    connect(selection, &Selection::runChanged, this, [this](qint64 run) {
        m_scene.selected = run;
        refreshOverlay();
    });
    connect(selection, &Selection::indexChanged, this, &ParetoChart::syncLines);
    connect(selection, &Selection::hoveredRunChanged, this, [this](qint64 run) {
        if (run == m_scene.hovered)
            return;
        m_scene.hovered = run;
        m_scene.cardShown = false;
        refreshOverlay();
    });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &ParetoChart::applyColors);
    applyColors();
    rebuild();
}

ParetoChart::~ParetoChart() = default;

void ParetoChart::applyColors() {
    setBackgroundBrush(ui::palette().panel);
    syncLines();
    layOut();
}

void ParetoChart::setDataset(DatasetPtr dataset) {
    if (m_dataset == dataset)
        return;
    m_dataset = std::move(dataset);
    m_scene.live.reset();
    m_zoom.clear();
    rebuild();
    emit zoomChanged(false);
}

void ParetoChart::setLive(const std::optional<LiveEstimate>& live) {
    m_scene.live = live;
    if (m_zoom.empty())
        layOut();
    else
        refreshOverlay();
    emit contentChanged();
}

bool ParetoChart::hasSomething() const {
    return m_scene.live || std::ranges::any_of(m_model->runs(), [this](const Run& run) {
               return !m_dataset || (run.index && run.index->dataset == m_dataset);
           });
}

void ParetoChart::setControlsWidth(double pixels) {
    m_scene.controls = pixels;
    m_axes->refresh();
}

void ParetoChart::setRecallScale(RecallScale scale) {
    if (m_scale == scale)
        return;
    m_scale = scale;
    m_zoom.clear();
    rebuild();
    emit recallScaleChanged(scale);
    emit zoomChanged(false);
}

void ParetoChart::rebuild() {
    m_scene.content = curveContent(*m_model, m_dataset.get(), m_scale);
    applyFilters();
    syncLines();
    layOut();
    setAccessibleDescription(
        tr("%1 points, %2 lines").arg(m_scene.content.points.size()).arg(m_scene.content.series.size()));
    emit contentChanged();
}

void ParetoChart::syncLines() {
    const CurveContent& content = m_scene.content;
    for (auto it = m_lines.begin(); it != m_lines.end();) {
        const auto same = [&](const CurveSeries& series) { return series.key == it->first; };
        if (std::ranges::any_of(content.series, same)) {
            ++it;
            continue;
        }
        chart()->removeSeries(it->second);
        delete it->second;
        it = m_lines.erase(it);
    }
    for (const CurveSeries& series : content.series) {
        QLineSeries*& line = m_lines[series.key];
        if (!line) {
            line = new QLineSeries;
            chart()->addSeries(line);
            line->attachAxis(m_x);
            line->attachAxis(m_y);
        }
        QList<QPointF> points;
        for (const std::size_t i : series.front)
            points << content.points[i].position;
        const bool selected = series.key.index == m_selection->index();
        QPen pen = seriesStyle(series.style).pen(selected ? kSelectedLine : kLine);
        if (!series.passes)
            pen.setColor(withAlpha(pen.color(), kDimmedLine));
        line->setPen(pen);
        line->replace(points);
    }
}

void ParetoChart::layOut() {
    m_scene.bounds = QRectF(QPointF(0, 0), QSizeF(m_canvas.isValid() ? m_canvas : viewport()->size()));
    m_scene.mapping.view = m_zoom.empty() ? m_scene.content.range(m_scene.live) : m_zoom.top();
    const QRectF& bounds = m_scene.bounds;
    const auto place = [&](bool atEnds) {
        const CurveMargins margins = curveMargins(m_scene, atEnds);
        m_scene.mapping.plot = bounds.adjusted(margins.left, margins.top, -margins.right, -margins.bottom);
        m_scene.legend = !atEnds;
        placeLabels(m_scene);
        return m_scene.legend == !atEnds;
    };
    if (!place(bounds.width() >= 420))
        place(false);
    const ViewRange& view = m_scene.mapping.view;
    m_x->setRange(view.x0, view.x1);
    m_y->setRange(view.y0, view.y1);
    chart()->setPlotArea(m_scene.mapping.plot);
    m_axes->refresh();
    m_markers->refresh();
    m_target->refresh();
    m_overlay->refresh();
    placeHandle();
}

void ParetoChart::refreshOverlay() {
    const Run* run = m_model->run(m_scene.hovered);
    m_scene.hoveredRun = run ? std::optional<Run>(*run) : std::nullopt;
    m_overlay->refresh();
}

void ParetoChart::resizeEvent(QResizeEvent* event) {
    QChartView::resizeEvent(event);
    layOut();
}

void ParetoChart::changeEvent(QEvent* event) {
    QChartView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::LanguageChange)
        layOut();
}

ViewRange ParetoChart::bounded(ViewRange range) const {
    const ViewRange all = m_scene.content.range(m_scene.live);
    const auto limit = [](double& low, double& high, double allLow, double allHigh) {
        const double span = allHigh - allLow, middle = (low + high) / 2;
        const double wanted = std::clamp(high - low, span * 1e-4, span * 4);
        // Something of the data's range stays in view.
        const double centre = std::clamp(middle, allLow - wanted * 0.4, allHigh + wanted * 0.4);
        low = centre - wanted / 2;
        high = centre + wanted / 2;
    };
    limit(range.x0, range.x1, all.x0, all.x1);
    limit(range.y0, range.y1, all.y0, all.y1);
    return range;
}

void ParetoChart::resetZoom() {
    if (m_zoom.empty())
        return;
    m_zoom.clear();
    layOut();
    emit zoomChanged(false);
}

bool ParetoChart::zoomBack() {
    if (m_zoom.empty())
        return false;
    m_zoom.pop();
    layOut();
    emit zoomChanged(!m_zoom.empty());
    return true;
}

void ParetoChart::zoomAbout(QPointF pixel, double factorX, double factorY, bool newStep) {
    const ViewRange range =
        bounded(m_scene.mapping.view.scaledAbout(m_scene.mapping.fromPixel(pixel), factorX, factorY));
    if (range == m_scene.mapping.view)
        return;
    newStep || m_zoom.empty() ? m_zoom.push(range) : m_zoom.replaceTop(range);
    layOut();
    emit zoomChanged(true);
}

void ParetoChart::zoomTo(QRectF pixels) {
    const QPointF a = m_scene.mapping.fromPixel(pixels.bottomLeft());
    const QPointF b = m_scene.mapping.fromPixel(pixels.topRight());
    m_zoom.push(bounded({a.x(), b.x(), a.y(), b.y()}));
    layOut();
    emit zoomChanged(true);
}

std::optional<QPointF> ParetoChart::pixelOf(qint64 run) const {
    const auto found = std::ranges::find(m_scene.content.points, run, &CurvePoint::run);
    if (found == m_scene.content.points.end())
        return std::nullopt;
    return m_scene.mapping.toPixel(found->position);
}

Picture ParetoChart::picture() const {
    const CurveContent& content = m_scene.content;
    const QString k = content.k == 0 ? QStringLiteral("k") : QString::number(content.k);
    Picture picture;
    picture.size = (size() + QSize(0, kTitleHeight)).expandedTo(QSize(640, 420));
    picture.title = content.dataName.isEmpty()
                        ? tr("Recall@%1 against queries per second").arg(k)
                        : tr("%1: recall@%2 against queries per second").arg(content.dataName, k);
    picture.paint = [this, title = picture.title, size = picture.size](QPainter& painter) {
        ParetoChart twin(m_model, m_selection);
        twin.m_markers->setCacheMode(QGraphicsItem::NoCache);
        twin.m_scene.vector = true;
        twin.m_filters = m_filters;
        twin.m_brushes = m_brushes;
        twin.m_dataset = m_dataset;
        twin.m_scale = m_scale;
        twin.m_zoom = m_zoom;
        twin.m_scene.targetRecall = m_scene.targetRecall;
        twin.m_scene.title = title;
        twin.m_scene.subtitle = m_scene.content.dataDetail;
        twin.m_scene.hovered = -1;
        twin.m_canvas = size; // a widget that is never shown gets no size of its own
        twin.chart()->resize(size);
        twin.rebuild();
        const QRectF all(QPointF(0, 0), QSizeF(size));
        painter.fillRect(all, ui::palette().panel);
        twin.scene()->render(&painter, all, all);
    };
    return picture;
}

QString ParetoChart::csv() const {
    std::vector<const Run*> shown;
    for (const Run& run : m_model->runs())
        if (!run.hidden && (!m_dataset || (run.index && run.index->dataset == m_dataset)))
            shown.push_back(&run);
    return csvOf(shown);
}

} // namespace annscope::ui
