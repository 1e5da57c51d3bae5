// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/queries_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/difficulty_groups.h"
#include "ui/models/queries_model.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/queries_table.h"
#include "ui/views/empty_state.h"
#include "ui/views/query_histogram.h"

#include <QButtonGroup>
#include <QHeaderView>
#include <QLabel>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <utility>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostOutlines = 4; ///< more lines over one histogram cannot be told apart

DifficultyPtr difficultyOf(const StudiedQueriesPtr& studied) {
    return studied ? DifficultyPtr(studied, &studied->difficulty) : nullptr;
}

} // namespace

QueriesPanel::QueriesPanel(JobRunner* jobs, RunsModel* runs, Selection* selection, FilterStack* filters,
                           QWidget* parent)
    : QWidget(parent), m_jobs(jobs), m_runs(runs), m_selection(selection), m_filters(filters),
      m_study(new DifficultyStudy(jobs, this)), m_pages(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_summary(new ElidedLabel(this)), m_measures(new QButtonGroup(this)),
      m_outside(new QToolButton(this)), m_logarithmic(new QToolButton(this)),
      m_recall(new QueryHistogram(this)), m_difficulty(new QueryHistogram(this)),
      m_groupsModel(new DifficultyGroups(this)), m_groups(new QTableView(this)),
      m_model(new QueriesModel(this)), m_table(new QueriesTable(m_model, selection, this)),
      m_count(new QLabel(this)) {
    setObjectName(QStringLiteral("queriesPanel"));
    setAccessibleName(tr("Queries"));
    buildLayout();
    connectAll();
    showAll();
}

void QueriesPanel::connectAll() {
    connect(m_empty, &EmptyState::clicked, this, &QueriesPanel::emptyTriggered);
    connect(m_table, &QueriesTable::failed, this, &QueriesPanel::failed);
    connect(m_study, &DifficultyStudy::studied, this, &QueriesPanel::showDifficulty);
    connect(m_study, &DifficultyStudy::failed, this, &QueriesPanel::showDifficulty);
    connect(m_jobs, &JobRunner::jobEnded, this, [this] { // the one before it
        if (m_study->busy())
            showDifficulty();
    });
    connect(m_filters, &FilterStack::changed, this, &QueriesPanel::showFilters);
    connect(m_selection, &Selection::runChanged, this, [this] {
        m_study->setData(m_dataset, shownK());
        showAll();
        ask();
    });
    connect(m_selection, &Selection::hoveredRunChanged, this, &QueriesPanel::showRun);
    for (QueryHistogram* histogram : {m_recall, m_difficulty}) {
        connect(m_selection, &Selection::queryChanged, histogram, &QueryHistogram::setSelectedQuery);
        connect(m_selection, &Selection::hoveredQueryChanged, histogram, &QueryHistogram::setHoveredQuery);
        connect(m_logarithmic, &QToolButton::toggled, histogram, &QueryHistogram::setLogarithmic);
        histogram->setSelectedQuery(m_selection->query());
    }
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] {
        showRun();
        showDifficulty();
    });
    const auto runsChanged = [this] {
        showRun();
        showGroups();
    };
    connect(m_runs, &QAbstractItemModel::dataChanged, this, runsChanged); // pinned, hidden
    connect(m_runs, &QAbstractItemModel::rowsRemoved, this, runsChanged);
    connect(m_recall, &QueryHistogram::brushed, this, [this](BinRange range, bool dragging) {
        filter(kRecallSource, m_recallBins->rangeText(range),
               std::make_shared<const QueryRows>(m_recallBins->rowsIn(range)), dragging);
    });
    connect(m_recall, &QueryHistogram::cleared, this, [this] { m_filters->remove(kRecallSource); });
    connect(m_difficulty, &QueryHistogram::brushed, this, [this](BinRange range, bool dragging) {
        filter(kDifficultySource, m_difficultyBins->rangeText(range),
               std::make_shared<const QueryRows>(m_difficultyBins->rowsIn(range)), dragging);
    });
    connect(m_difficulty, &QueryHistogram::cleared, this, [this] { m_filters->remove(kDifficultySource); });
    connect(m_measures, &QButtonGroup::idClicked, this,
            [this](int id) { setMeasure(DifficultyMeasure(id)); });
    connect(m_outside, &QToolButton::clicked, this, [this](bool on) {
        if (on)
            filter(kDifficultySource, tr("out of distribution"), m_study->known()->outside);
        else
            m_filters->remove(kDifficultySource);
    });
    const auto chooseGroup = [this](int column) {
        if (QueryRowsPtr rows = m_groupsModel->rowsOf(column))
            filter(kDifficultySource, m_groupsModel->filterText(column), std::move(rows));
        else if (column == DifficultyGroups::All)
            m_filters->remove(kDifficultySource);
    };
    connect(m_groups->horizontalHeader(), &QHeaderView::sectionClicked, this, chooseGroup);
    connect(m_groups, &QTableView::clicked, this,
            [chooseGroup](const QModelIndex& index) { chooseGroup(index.column()); });
}

void QueriesPanel::filter(const QString& source, const QString& text, QueryRowsPtr rows, bool dragging) {
    Filter made;
    made.source = source;
    made.text = text;
    made.dataset = m_dataset;
    made.queries = std::move(rows);
    m_filters->set(std::move(made), dragging);
}

/// A run of the data that is open, with a recall for each query.
const Run* QueriesPanel::runToShow(qint64 id) const {
    const Run* run = m_runs->run(id);
    return run && run->index && run->index->dataset == m_dataset && !run->point.recall_per_query.empty()
               ? run
               : nullptr;
}

const Run* QueriesPanel::shownRun() const {
    return m_dataset ? runToShow(m_selection->run()) : nullptr;
}

std::size_t QueriesPanel::shownK() const {
    const Run* run = shownRun();
    return run ? run->point.k : m_k;
}

void QueriesPanel::setData(const DatasetPtr& dataset, std::size_t k) {
    if (dataset == m_dataset && k == m_k)
        return;
    const bool other = dataset != m_dataset;
    m_dataset = dataset;
    m_k = k;
    m_study->setData(dataset, shownK());
    if (other) {
        m_model->setQueries(dataset ? dataset->queries.size() : 0);
        m_table->setDataName(dataset ? QString::fromStdString(dataset->name) : QString());
    }
    showAll();
    ask();
}

void QueriesPanel::setInFront(bool inFront) {
    m_inFront = inFront;
    ask();
}

void QueriesPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    ask();
}

void QueriesPanel::ask() {
    if (!m_inFront || !isVisible() || m_pages->currentIndex() == 0)
        return;
    m_study->request();
    showDifficulty();
}

QToolButton* QueriesPanel::measureButton(DifficultyMeasure measure) const {
    return qobject_cast<QToolButton*>(m_measures->button(int(measure)));
}

void QueriesPanel::setMeasure(DifficultyMeasure measure) {
    m_measure = measure;
    m_table->rankBy(measure);
    showDifficulty();
}

QString QueriesPanel::about() const {
    QString text = m_dataset ? QString::fromStdString(m_dataset->name) : QString();
    if (const Run* run = shownRun())
        text += QStringLiteral(", ") + configurationText(*run);
    return text;
}

void QueriesPanel::showAll() {
    showEmpty();
    if (m_pages->currentIndex() == 0)
        return;
    const Run* run = shownRun();
    m_model->setRecall(run ? run->point.recall_per_query : std::vector<float>(), shownK());
    showRun();
    showDifficulty();
}

void QueriesPanel::showEmpty() {
    const QString what = tr("Here you will see how many queries reach which recall, which ones are hard by "
                            "themselves or unlike the data, and whether an index fails on just these.");
    const bool ready = m_dataset && !m_dataset->queries.empty() && !m_dataset->truth.empty();
    m_pages->setCurrentIndex(ready ? 1 : 0);
    if (!m_dataset)
        m_empty->setContent(tr("Queries"), what + QLatin1Char(' ') + tr("Open vectors first."),
                            tr("Open vectors…"));
    else if (m_dataset->queries.empty())
        m_empty->setContent(tr("No queries"),
                            tr("%1 has no queries. Open it with choices to hold some out or to add a file of "
                               "queries.")
                                .arg(QString::fromStdString(m_dataset->name)),
                            {});
    else if (!ready)
        m_empty->setContent(
            tr("The true neighbours are not known"),
            tr("Without them neither recall nor difficulty can be told. Open %1 again and let "
               "them be computed.")
                .arg(QString::fromStdString(m_dataset->name)),
            {});
}

/// The recall of the selected run, and the lines of those it is compared with.
void QueriesPanel::showRun() {
    QueryHistogram::Content content;
    const Run* run = shownRun();
    content.title = tr("Recall@%1").arg(shownK());
    if (!run) {
        m_recallBins.reset();
        content.placeholder = tr("Select a run, in the table of runs or on the curve: how many queries reach "
                                 "which recall is shown here. A sweep (Ctrl+R) "
                                 "measures an index.");
        m_recall->setContent(std::move(content));
        showFilters();
        return;
    }
    const std::vector<float>& recall = run->point.recall_per_query;
    m_recallBins = std::make_shared<const QueryBins>(QueryBins::ofRecall(recall, run->point.k));
    content.axis = tr("recall@%1 of a query").arg(run->point.k);
    content.summary = configurationText(*run);
    if (recall.size() < m_dataset->queries.size())
        content.summary += tr(", measured with the first %1 of %2 queries")
                               .arg(formatCount(recall.size()), formatCount(m_dataset->queries.size()));
    content.bins = m_recallBins;
    content.color = seriesStyle(run->index->series).color;
    content.marks = {{run->point.recall, tr("mean %1").arg(formatRecall(run->point.recall))},
                     {run->point.recall_p5, tr("5th percentile %1").arg(formatNumber(run->point.recall_p5))}};
    const auto add = [&](const Run& other, bool hovered) {
        const QueryBins bins = QueryBins::ofRecall(other.point.recall_per_query, other.point.k);
        const double scale = double(m_recallBins->total()) / double(std::max<std::size_t>(bins.total(), 1));
        QueryHistogram::Outline outline{configurationText(other), seriesStyle(other.index->series), {}};
        if (hovered || other.index == run->index) { // told apart from the bars
            constexpr std::array kDashes{Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
            outline.style.color = ui::palette().text;
            outline.style.dash = kDashes[content.outlines.size() % kDashes.size()];
        }
        for (int bin = 0; bin < bins.size(); ++bin)
            outline.counts.push_back(bins.count(bin) * scale);
        content.outlines.push_back(std::move(outline));
    };
    const auto comparable = [&](const Run* other) {
        return other && other->id != run->id && other->point.k == run->point.k;
    };
    if (const Run* hovered = runToShow(m_selection->hoveredRun()); comparable(hovered))
        add(*hovered, true);
    for (const Run& other : m_runs->runs())
        if (other.pinned && other.id != m_selection->hoveredRun() &&
            content.outlines.size() < kMostOutlines && comparable(runToShow(other.id)))
            add(other, false);
    m_recall->setContent(std::move(content));
    m_recall->setPictureText(about(), fileNameFor(QStringLiteral("recall histogram")));
    showFilters();
}

QString QueriesPanel::waitingText() const {
    const auto status = m_jobs->status(m_study->job());
    return status && status->state == JobState::Queued
               ? tr("How hard each query is will be measured when the jobs before it are done.")
               : tr("Measuring how hard each query is ...");
}

void QueriesPanel::showDifficulty() {
    const StudiedQueriesPtr studied = m_study->known();
    const DifficultyPtr difficulty = difficultyOf(studied);
    const auto measure = std::size_t(m_measure);
    if (m_model->difficulty() != difficulty)
        m_model->setDifficulty(difficulty);
    m_difficultyBins = studied ? QueryBinsPtr(studied, &studied->bins[measure]) : nullptr;
    QueryHistogram::Content content;
    const QString name = shortName(m_measure);
    content.title = studied ? name.left(1).toUpper() + name.mid(1) : tr("Difficulty");
    content.placeholder = !m_study->failure().isEmpty() ? m_study->failure()
                          : m_study->busy()             ? waitingText()
                                            : tr("How hard each query is by itself is shown here.");
    if (studied) {
        content.bins = m_difficultyBins;
        content.axis = axisTitle(m_measure, *difficulty);
        if (m_difficultyBins->overflow())
            content.axis += tr(" (last bar: %1 and more)")
                                .arg(formatNumber(m_difficultyBins->valueAt(
                                    m_difficultyBins->edge(m_difficultyBins->size() - 1))));
        content.color = ui::palette().secondary;
        const std::vector<std::uint32_t>& order = studied->order[measure];
        const float hardest =
            difficulty->values(m_measure)[order[group_size(order.size(), DifficultyGroups::kShare) - 1]];
        content.marks = {
            {m_difficultyBins->mean(), tr("mean %1").arg(difficultyText(m_difficultyBins->mean()))},
            {double(hardest), tr("hardest 1 %")}};
        if (m_measure == DifficultyMeasure::Distance)
            content.marks.push_back({double(difficulty->limit), tr("out of distribution")});
        if (const Run* run = shownRun()) {
            content.line = m_difficultyBins->meansOf(run->point.recall_per_query);
            content.lineTitle = tr("mean recall@%1").arg(run->point.k);
        }
        if (m_difficultyBins->undefined() > 0)
            content.summary = tr("not defined for %1").arg(formatCount(m_difficultyBins->undefined()));
    }
    m_difficulty->setContent(std::move(content));
    m_difficulty->setPictureText(about(), fileNameFor(QStringLiteral("query difficulty")));
    for (const DifficultyMeasure each : kDifficultyMeasures)
        measureButton(each)->setToolTip(difficulty ? helpText(each, *difficulty) : QString());
    m_outside->setText(studied ? tr("%1 out of distribution").arg(formatCount(studied->outside->size()))
                               : tr("Out of distribution"));
    m_outside->setToolTip(difficulty ? outsideText(*difficulty) : QString());
    showGroups();
    showFilters();
}

void QueriesPanel::showGroups() {
    std::vector<DifficultyGroups::Measured> measured;
    const auto add = [&](const Run& run) {
        const QString params = paramsText(run);
        measured.push_back(
            {params.isEmpty() ? run.index->title : params + QStringLiteral(", ") + run.index->title,
             run.point.recall_per_query, run.point.k, seriesStyle(run.index->series).color});
    };
    const Run* shown = shownRun();
    if (shown)
        add(*shown);
    for (const Run& run : m_runs->runs())
        if (run.pinned && runToShow(run.id) && &run != shown && measured.size() <= kMostOutlines)
            add(run);
    const StudiedQueriesPtr studied = m_study->known();
    m_groupsModel->setGroups(difficultyOf(studied),
                             studied ? std::span<const std::uint32_t>(studied->order[std::size_t(m_measure)])
                                     : std::span<const std::uint32_t>(),
                             m_measure, std::move(measured));
    constexpr int kMostRows = 7;
    const int rows = std::clamp(m_groupsModel->rowCount(), 1, kMostRows);
    m_groups->setFixedHeight(m_groups->horizontalHeader()->sizeHint().height() +
                             rows * m_groups->verticalHeader()->defaultSectionSize() + 4);
    m_groups->setVisible(m_groupsModel->rowCount() > 0);
}

} // namespace annscope::ui
