// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/map_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/models/path_step.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"
#include "ui/views/empty_state.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QStackedWidget>
#include <QStandardItemModel>
#include <QToolButton>

#include <algorithm>
#include <utility>

namespace annscope::ui {
namespace {

constexpr int kTypingMs = 700; ///< after the last change of a number that takes long to follow

} // namespace

MapPanel::MapPanel(JobRunner* jobs, const RunsModel* runs, Selection* selection, FilterStack* filters,
                   QWidget* parent, MapStudy::Project project)
    : QWidget(parent), m_jobs(jobs), m_runs(runs), m_selection(selection), m_filters(filters),
      m_study(new MapStudy(jobs, this, std::move(project))), m_coloring(jobs, tr("Colour the map"), this),
      m_counting(jobs, tr("Count what is missed"), this), m_stack(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_summary(new ElidedLabel(this)), m_outcome(new ElidedLabel(this)),
      m_phase(new QLabel(this)), m_method(new QComboBox(this)), m_color(new QComboBox(this)),
      m_neighbours(new QSpinBox(this)), m_queriesBox(new QCheckBox(tr("Queries"), this)),
      m_missesBox(new QCheckBox(tr("Misses of all"), this)), m_fit(new QToolButton(this)),
      m_zoom(new QToolButton(this)), m_cancel(new QToolButton(this)), m_progress(new QProgressBar(this)),
      m_working(new QWidget(this)), m_canvas(new MapCanvas(jobs, this)),
      m_choice(new QueryChoice(jobs, selection, this)), m_query(new QuerySpin(m_choice, this)) {
    setObjectName(QStringLiteral("mapPanel"));
    setAccessibleName(tr("Map"));
    m_query->setFilters(filters);
    m_later.setSingleShot(true);
    m_later.setInterval(kTypingMs);
    m_canvas->setTexts([this](qint64 row) { return rowText(row); },
                       [this](qint64 query) { return queryText(query); });
    buildLayout();
    connectAll();
    enableColors();
    showEmpty();
}

void MapPanel::connectAll() {
    connect(m_empty, &EmptyState::clicked, this, [this] {
        if (!m_dataset)
            return emit emptyTriggered();
        requestMap();
    });
    connect(m_study, &MapStudy::sceneChanged, this, &MapPanel::onScene);
    connect(m_study, &MapStudy::busyChanged, this, &MapPanel::onBusy);
    connect(m_study, &MapStudy::failed, this, [this](const QString& sentence) {
        if (!m_study->scene())
            m_empty->setContent(tr("The map could not be drawn"), sentence, tr("Try again"));
        else
            m_outcome->setText(sentence);
    });
    connect(m_jobs, &JobRunner::progressed, this, &MapPanel::showProgress);
    connect(m_cancel, &QToolButton::clicked, m_study, &MapStudy::stop);
    connect(m_method, &QComboBox::activated, this, &MapPanel::requestMap);
    connect(m_neighbours, &QSpinBox::valueChanged, &m_later, qOverload<>(&QTimer::start));
    connect(&m_later, &QTimer::timeout, this, &MapPanel::requestMap);
    connect(m_color, &QComboBox::activated, this, &MapPanel::recolor);
    connect(m_queriesBox, &QCheckBox::toggled, m_canvas, &MapCanvas::setQueriesVisible);
    connect(m_missesBox, &QCheckBox::toggled, this, &MapPanel::showMisses);
    connect(m_fit, &QToolButton::clicked, m_canvas, &CanvasBase::fit);
    connect(m_zoom, &QToolButton::clicked, this, &MapPanel::zoomToQuery);
    auto* zoom = new QShortcut(Qt::Key_Z, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut);
    connect(zoom, &QShortcut::activated, this, &MapPanel::zoomToQuery);
    connect(m_canvas, &MapCanvas::queryClicked, m_choice, &QueryChoice::chooseRow);
    connect(m_canvas, &CanvasBase::clickRevoked, m_choice, &QueryChoice::revoke);
    connect(m_canvas, &MapCanvas::rowClicked, this, &MapPanel::selectRow);
    connect(m_canvas, &MapCanvas::rowHovered, this,
            [this](qint64 row) { m_selection->setHoveredCell(cellOf(row)); });
    connect(m_canvas, &MapCanvas::queryHovered, m_selection, &Selection::setHoveredQuery);
    connect(m_canvas, &MapCanvas::brushed, this, &MapPanel::brush);
    connect(m_choice, &QueryChoice::cleared, this, [this] { m_selection->setNode(-1); });
    connect(explainer(), &QueryExplainer::pathChanged, this, &MapPanel::onPath);
    connect(explainer(), &QueryExplainer::failed, m_outcome, &QLabel::setText);
    connect(m_selection, &Selection::queryChanged, this, &MapPanel::onPath);
    connect(m_selection, &Selection::nodeChanged, m_canvas, &MapCanvas::setSelectedRow);
    connect(m_selection, &Selection::hoveredQueryChanged, m_canvas, &MapCanvas::setHoveredQuery);
    connect(m_selection, &Selection::hoveredCellChanged, this, &MapPanel::showPointed);
    connect(m_selection, &Selection::cellChanged, this, &MapPanel::showPointed);
    connect(m_selection, &Selection::runChanged, this, [this] {
        enableColors();
        if (color() == MapColor::Recall)
            recolor();
    });
    connect(m_filters, &FilterStack::changed, this, &MapPanel::showPassing);
}

QueryExplainer* MapPanel::explainer() const noexcept {
    return m_choice->explainer();
}

MapColor MapPanel::color() const {
    return static_cast<MapColor>(m_color->currentData().toInt());
}

void MapPanel::setColor(MapColor color) {
    m_color->setCurrentIndex(m_color->findData(static_cast<int>(color)));
    recolor();
}

bool MapPanel::ready() const {
    return m_study->scene() && !m_study->busy() && !m_coloring.busy() && m_canvas->sharp();
}

void MapPanel::setData(const DatasetPtr& dataset) {
    if (dataset == m_dataset)
        return;
    m_dataset = dataset;
    m_labels.reset();
    m_brush.reset();
    m_coloring.drop();
    if (m_built && m_built->dataset != dataset)
        setIndex(nullptr);
    m_study->setData(dataset);
    m_query->setQueries(dataset ? dataset->queries.size() : 0);
    m_queriesBox->setEnabled(dataset && !dataset->queries.empty());
    enableColors();
    showEmpty();
    showPassing();
    if (m_inFront)
        requestMap();
}

void MapPanel::setIndex(const BuiltIndexPtr& built) {
    const BuiltIndexPtr own = built && built->dataset == m_dataset ? built : nullptr;
    if (own == m_built)
        return;
    m_built = own;
    enableColors();
    follow();
    showMisses();
    showPassing();
    showPointed();
    recolor();
}

/// Queries are searched for the map only while it is seen.
void MapPanel::follow() {
    m_choice->setIndex(m_inFront ? m_built : nullptr);
    if (m_inFront)
        m_choice->takeUpSelection();
}

void MapPanel::setSearchParams(const SearchParams& params, std::size_t k) {
    explainer()->setSearchParams(params, k);
}

void MapPanel::setLoss(const LossPtr& loss, const BuiltIndexPtr& built) {
    m_loss = loss;
    m_lossOf = built;
    showMisses();
    showPath();
}

void MapPanel::setLabels(const MapLabelsPtr& labels) {
    m_labels = labels && m_dataset && labels->base.size() == m_dataset->base.size() ? labels : nullptr;
    enableColors();
    recolor();
}

void MapPanel::setSteps(const StepState* steps) {
    m_steps = steps;
    connect(steps, &StepState::pathChanged, this, &MapPanel::showStep);
    connect(steps, &StepState::stepChanged, this, &MapPanel::showStep);
}

void MapPanel::setInFront(bool inFront) {
    if (inFront == m_inFront)
        return;
    m_inFront = inFront;
    follow();
    if (inFront && !m_study->scene() && !m_study->busy())
        requestMap();
}

MapOptions MapPanel::wanted() const {
    MapOptions options;
    options.method = static_cast<MapOptions::Method>(m_method->currentData().toInt());
    options.n_neighbors = static_cast<std::size_t>(m_neighbours->value());
    options.queries = m_dataset && !m_dataset->queries.empty();
    return options;
}

void MapPanel::requestMap() {
    m_later.stop();
    m_neighbours->setVisible(wanted().method == MapOptions::Method::Umap);
    if (m_dataset && m_inFront)
        m_study->request(wanted());
}

void MapPanel::onBusy() {
    m_working->setVisible(m_study->busy());
    if (!m_study->busy() && m_study->scene()) { // after a stop the controls tell what is shown again
        const MapOptions& shown = m_study->scene()->options;
        const QSignalBlocker method(m_method), neighbours(m_neighbours);
        m_method->setCurrentIndex(m_method->findData(static_cast<int>(shown.method)));
        m_neighbours->setValue(static_cast<int>(shown.n_neighbors));
        m_neighbours->setVisible(shown.method == MapOptions::Method::Umap);
    }
    showEmpty();
    showProgress();
}

void MapPanel::showProgress() {
    const auto status = m_study->busy() ? m_jobs->status(m_study->job()) : std::nullopt;
    if (!status)
        return;
    const bool queued = status->state == JobState::Queued;
    QString text = queued ? tr("Waiting for another job") : phaseText(status->phase);
    if (const QString left = formatTimeLeft(status->secondsLeft); !queued && !left.isEmpty())
        text += QStringLiteral(", ") + left;
    m_phase->setText(text);
    m_progress->setRange(0, queued || status->fraction < 0 ? 0 : 1000);
    m_progress->setValue(static_cast<int>(1000 * std::clamp(status->fraction, 0.0, 1.0)));
}

void MapPanel::showEmpty() {
    m_stack->setCurrentIndex(m_study->scene() ? 1 : 0);
    if (m_study->scene())
        return;
    if (!m_dataset)
        m_empty->setContent(tr("No map yet"),
                            tr("Open vectors to see them in the plane: what lies together, where the queries "
                               "fall, what a search visits and what it misses."),
                            tr("Open vectors…"));
    else if (m_study->busy())
        m_empty->setContent(tr("Laying out the map ..."), QString::fromStdString(m_dataset->name), {});
    else
        m_empty->setContent(tr("The map is not laid out"), QString::fromStdString(m_dataset->name),
                            tr("Lay out"));
}

void MapPanel::onScene() {
    const MapScenePtr& scene = m_study->scene();
    m_canvas->setScene(scene);
    showEmpty();
    if (!scene)
        return;
    recolor();
    showPassing();
    showPointed();
    showPath();
}

void MapPanel::enableColors() {
    const Run* run = m_runs->run(m_selection->run());
    const auto has = [&](MapColor color) {
        switch (color) {
        case MapColor::Cell:
            return m_built && m_built->index->cells() != nullptr;
        case MapColor::Label:
            return m_labels != nullptr;
        case MapColor::Recall:
            return run && run->index && run->index->dataset == m_dataset &&
                   !run->point.recall_per_query.empty();
        default:
            return true;
        }
    };
    auto* items = qobject_cast<QStandardItemModel*>(m_color->model());
    for (int row = 0; row < m_color->count(); ++row)
        items->item(row)->setEnabled(has(static_cast<MapColor>(m_color->itemData(row).toInt())));
}

/// What the wanted colours need may be missing: the points are then plain.
std::optional<ColoringRequest> MapPanel::coloringRequest() const {
    ColoringRequest request;
    request.kind = color();
    request.scene = m_study->scene();
    request.dataset = m_dataset;
    request.built = m_built;
    request.labels = m_labels;
    request.path = explainer()->path();
    const Run* run = m_runs->run(m_selection->run());
    const qint64 query = m_selection->query();
    switch (request.kind) {
    case MapColor::Plain:
        return std::nullopt;
    case MapColor::Density:
        break;
    case MapColor::Cell:
        if (!m_built || !m_built->index->cells())
            return std::nullopt;
        break;
    case MapColor::Label:
        if (!m_labels)
            return std::nullopt;
        break;
    case MapColor::Recall:
        if (!run || !run->index || run->index->dataset != m_dataset)
            return std::nullopt;
        request.recall = run->point.recall_per_query;
        request.k = run->point.k;
        break;
    case MapColor::Probed:
        if (!request.path || !m_built || request.path->queryRow != query)
            return std::nullopt;
        break;
    case MapColor::Distance:
        if (query < 0 || !m_dataset || static_cast<std::size_t>(query) >= m_dataset->queries.size())
            return std::nullopt;
        request.queryRow = query;
        request.query.resize(m_dataset->dim());
        m_dataset->queries.copy_row(static_cast<std::size_t>(query), request.query.data());
        break;
    }
    return request;
}

void MapPanel::recolor() {
    if (!m_study->scene())
        return;
    auto request = coloringRequest();
    if (!request) {
        m_coloring.drop();
        m_canvas->setColoring(nullptr);
        return updateTexts();
    }
    m_coloring.request(
        [request = *std::move(request)](const Control& control) { return colorMap(request, control); },
        [this, scene = m_study->scene(), kind = color()](Result<MapColoringPtr> coloring) {
            if (coloring && scene == m_study->scene() && kind == color())
                m_canvas->setColoring(*coloring);
            else if (!coloring)
                m_outcome->setText(QString::fromStdString(coloring.error().message));
            updateTexts();
            showStep();
        });
}

} // namespace annscope::ui
