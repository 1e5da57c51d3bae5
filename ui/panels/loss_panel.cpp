// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/loss_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/loss_misses_model.h"
#include "ui/models/loss_queries_model.h"
#include "ui/models/loss_text.h"
#include "ui/models/run.h"
#include "ui/models/selection.h"
#include "ui/views/empty_state.h"
#include "ui/views/loss_chart.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>

#include <algorithm>

namespace annscope::ui {
namespace {

const QString kSource = QStringLiteral("loss"), kSuggested = QStringLiteral("HNSW16");

} // namespace

LossPanel::LossPanel(JobRunner* jobs, Selection* selection, FilterStack* filters, QWidget* parent)
    : QWidget(parent), m_selection(selection), m_filters(filters), m_study(new LossStudy(jobs, this)),
      m_pages(new QStackedWidget(this)), m_empty(new EmptyState(this)), m_summary(new ElidedLabel(this)),
      m_queriesTitle(new ElidedLabel(this)), m_missesTitle(new ElidedLabel(this)),
      m_sentence(new QLabel(this)), m_apply(new QPushButton(this)), m_applyMiss(new QPushButton(this)),
      m_again(new QPushButton(this)), m_parameter(new QComboBox(this)), m_scales(new QButtonGroup(this)),
      m_chart(new LossChart(this)), m_queriesModel(new LossQueriesModel(this)),
      m_missesModel(new LossMissesModel(this)), m_sortedQueries(new QSortFilterProxyModel(this)),
      m_sortedMisses(new QSortFilterProxyModel(this)), m_queries(new QTableView(this)),
      m_misses(new QTableView(this)) {
    setObjectName(QStringLiteral("lossPanel"));
    setAccessibleName(tr("Why neighbours were missed"));
    buildLayout();
    connectAll();
    showReport();
}

void LossPanel::connectAll() {
    connect(m_empty, &EmptyState::clicked, this, [this] {
        if (m_study->subject().built)
            look(false);
        else
            emit buildSuggested(kSuggested);
    });
    connect(m_study, &LossStudy::reportChanged, this, &LossPanel::showReport);
    connect(m_study, &LossStudy::pointsChanged, this, &LossPanel::showPoints);
    connect(m_study, &LossStudy::busyChanged, this, &LossPanel::showState);
    connect(m_study, &LossStudy::failed, this, [this](const QString& sentence) {
        m_problem = sentence;
        showReport();
    });
    connect(m_apply, &QPushButton::clicked, this, [this] { act(advice()); });
    connect(m_applyMiss, &QPushButton::clicked, this, [this] { act(remedyOfQuery()); });
    connect(m_again, &QPushButton::clicked, this, [this] {
        m_study->busy() ? m_study->stop() : look(false);
        showState();
    });
    connect(m_parameter, &QComboBox::textActivated, this, [this](const QString& name) {
        m_study->setParameter(name);
        look(false);
    });
    connect(m_scales, &QButtonGroup::idClicked, m_chart,
            [this](int id) { m_chart->setScale(LossChart::Scale(id)); });
    connect(m_chart, &LossChart::reasonClicked, this, &LossPanel::toggleReason);
    connect(m_chart, &LossChart::valueClicked, this, [this](double value) {
        SearchParams params = m_study->subject().params;
        params.set(m_study->parameter().toStdString(), value);
        emit applyRequested(params);
    });
    connect(m_queries->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& row) {
                if (row.isValid())
                    m_selection->setQuery(m_queriesModel->query(m_sortedQueries->mapToSource(row).row()));
            });
    connect(m_queries, &QTableView::entered, this, [this](const QModelIndex& row) {
        m_selection->setHoveredQuery(m_queriesModel->query(m_sortedQueries->mapToSource(row).row()));
    });
    connect(m_misses, &QTableView::doubleClicked, this, &LossPanel::applyMiss);
    connect(m_selection, &Selection::queryChanged, this, &LossPanel::showQuery);
    connect(m_selection, &Selection::hoveredQueryChanged, m_queriesModel, &LossQueriesModel::setHovered);
    connect(m_filters, &FilterStack::changed, this, [this] {
        if (!m_filters->find(kSource))
            m_chosen.reset();
        showPoints();
        showQueries();
    });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, [this] { showQueries(); });
}

QString LossPanel::sentence() const {
    return m_sentence->text();
}

void LossPanel::setSubject(LossStudy::Subject subject) {
    if (subject == m_study->subject())
        return;
    const bool otherIndex = subject.built != m_study->subject().built;
    m_problem.clear();
    m_study->setSubject(subject);
    if (otherIndex) {
        m_filters->remove(kSource); // it was of the other one
        fillParameters();
    }
    if (seen())
        look(!otherIndex);
}

void LossPanel::setIndex(BuiltIndexPtr built) {
    LossStudy::Subject subject = m_study->subject();
    if (subject.built == built)
        return;
    subject.params = built ? built->configuration.search : SearchParams();
    subject.built = std::move(built);
    setSubject(std::move(subject));
}

void LossPanel::setSearchParams(const SearchParams& params, std::size_t k) {
    LossStudy::Subject subject = m_study->subject();
    if (!subject.built)
        return;
    subject.params = params;
    subject.k = k;
    setSubject(std::move(subject));
}

void LossPanel::setMostQueries(std::size_t count) {
    LossStudy::Subject subject = m_study->subject();
    subject.most = count;
    setSubject(std::move(subject));
}

void LossPanel::setInFront(bool inFront) {
    m_inFront = inFront;
    if (seen())
        look(true);
}

/// A sentence of many lines would leave no room for the bars.
void LossPanel::resizeEvent(QResizeEvent* event) {
    constexpr int kNarrow = 640; // px
    QWidget::resizeEvent(event);
    QFont font = m_sentence->font();
    font.setPixelSize(width() < kNarrow ? kText : kHeading);
    m_sentence->setFont(font);
}

void LossPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (seen())
        look(true);
}

/// What is known already is not looked for again.
void LossPanel::look(bool soon) {
    const BuiltIndexPtr& built = m_study->subject().built;
    if (!built || built->measured().truth.k < m_study->subject().k)
        return showReport();
    m_study->start(soon);
    showReport();
}

void LossPanel::fillParameters() {
    const QSignalBlocker quiet(m_parameter);
    m_parameter->clear();
    if (const BuiltIndexPtr& built = m_study->subject().built; built && built->index)
        for (const ParamInfo& info : built->index->search_params())
            m_parameter->addItem(QString::fromUtf8(info.name.data(), qsizetype(info.name.size())));
    m_parameter->setCurrentText(m_study->parameter());
    m_parameter->setVisible(m_parameter->count() > 1);
}

void LossPanel::showReport() {
    const LossStudy::Subject& about = m_study->subject();
    const LossPtr& report = m_study->report();
    emit reportChanged(report, about.built);
    if (!report && m_study->points().empty())
        m_pages->setCurrentIndex(0);
    else
        m_pages->setCurrentIndex(1);
    renewFilter();
    showState();
    showQueries();
    if (!report)
        return;
    const std::size_t k = std::min(report->k, about.built->measured().base.size());
    m_summary->setText(tr("recall@%1 %2: %3 of %4 missed by %5 queries; %6 on %7")
                           .arg(report->k)
                           .arg(formatRecall(report->recall), formatCount(report->lost()),
                                formatCount(report->queries * k), formatCount(report->queries),
                                configurationText(*about.built, report->params),
                                QString::fromStdString(about.built->dataset->name)));
    m_chart->setPictureText(tr("%1 on %2, %3 queries")
                                .arg(configurationText(*about.built, report->params),
                                     QString::fromStdString(about.built->dataset->name),
                                     formatCount(report->queries)));
}

/// The sentence, the buttons, and what an empty view says.
void LossPanel::showState() {
    const LossStudy::Subject& about = m_study->subject();
    const LossPtr& report = m_study->report();
    const QString what = tr("Each true neighbour that a search did not return has a reason, such as a cell "
                            "that was not probed or a code that ranked it too low, and a smallest change "
                            "that finds it. Both will be here.");
    if (!about.built)
        m_empty->setContent(tr("Why neighbours were missed"), what + u' ' + tr("Build an index first."),
                            tr("Build %1").arg(kSuggested));
    else if (about.built->measured().truth.k < about.k)
        m_empty->setContent(tr("The true neighbours are not known"),
                            tr("The truth of %1 lists %2 neighbours a query; k is %3.")
                                .arg(QString::fromStdString(about.built->dataset->name))
                                .arg(about.built->measured().truth.k)
                                .arg(about.k),
                            {});
    else if (!m_problem.isEmpty())
        m_empty->setContent(tr("Why neighbours were missed is not known"), m_problem, tr("Look again"));
    else
        m_empty->setContent(tr("Looking at what was missed …"), about.built->title, {});
    m_sentence->setText(!m_problem.isEmpty()       ? m_problem
                        : !report                  ? tr("Looking at what was missed …")
                        : m_study->remediesKnown() ? QString::fromStdString(report->sentence())
                        : m_study->busy()          ? QString::fromStdString(report->sentence()) + u' ' +
                                                tr("Looking for what would find them …")
                                          : QString::fromStdString(report->sentence()));
    showAction(m_apply, advice());
    const bool unfinished = report && !m_study->remediesKnown();
    m_again->setText(m_study->busy() ? tr("Cancel") : tr("Go on"));
    m_again->setToolTip(m_study->busy() ? tr("Stops; what is known already stays")
                                        : tr("Looks for what is not known yet"));
    m_again->setVisible(m_study->busy() || (unfinished && m_problem.isEmpty()));
}

void LossPanel::showPoints() {
    const LossStudy::Subject& about = m_study->subject();
    const auto points = m_study->points();
    m_chart->setPoints(m_study->parameter(), points, about.k, passing());
    m_chart->setCurrent(m_study->currentValue());
    m_chart->setChosenReason(m_chosen);
    if (m_pages->currentIndex() == 0 && !points.empty())
        m_pages->setCurrentIndex(1);
}

QueryRowsPtr LossPanel::passing() const {
    const BuiltIndexPtr& built = m_study->subject().built;
    return built ? m_filters->queries(built->dataset) : nullptr;
}

void LossPanel::showQueries() {
    const LossPtr& report = m_study->report();
    {
        const QSignalBlocker quiet(m_queries->selectionModel()); // a table that fills chooses nothing
        m_queriesModel->setReport(report, passing(), m_study->remediesKnown());
    }
    m_queries->viewport()->update();
    const int shown = m_queriesModel->rowCount(), all = int(m_queriesModel->losing());
    m_queriesTitle->setText(!report ? QString()
                            : shown == all
                                ? tr("%1 of %2 queries lost something")
                                      .arg(formatCount(qulonglong(all)), formatCount(report->queries))
                                : tr("%1 of %2 queries that lost something")
                                      .arg(formatCount(qulonglong(shown)), formatCount(qulonglong(all))));
    showQuery(m_selection->query());
}

void LossPanel::showQuery(qint64 query) {
    const LossPtr& report = m_study->report();
    m_missesModel->setQuery(report, m_study->subject().built, query, m_study->remediesKnown());
    const int row = m_queriesModel->rowOf(query);
    const QModelIndex at =
        row < 0 ? QModelIndex() : m_sortedQueries->mapFromSource(m_queriesModel->index(row, 0));
    if (m_queries->currentIndex().row() != at.row() || !at.isValid()) {
        const QSignalBlocker quiet(m_queries->selectionModel());
        at.isValid() ? m_queries->selectRow(at.row()) : m_queries->clearSelection();
        m_queries->viewport()->update();
    }
    if (at.isValid())
        m_queries->scrollTo(at);
    const auto lost = std::size_t(std::max(0, m_missesModel->rowCount()));
    m_missesTitle->setText(!report     ? QString()
                           : query < 0 ? tr("Choose a query to see its misses one by one")
                           : std::size_t(query) >= report->queries
                               ? tr("Query %1 is not among the %2 that were searched")
                                     .arg(query)
                                     .arg(formatCount(report->queries))
                           : lost == 0 ? tr("Query %1 found all its neighbours").arg(query)
                                       : tr("Query %1: %2 of %3 missed").arg(query).arg(lost).arg(report->k));
    showAction(m_applyMiss, remedyOfQuery());
}

LossPanel::Action LossPanel::advice() const {
    const LossPtr& report = m_study->report();
    const auto reason = report && m_study->remediesKnown() ? report->main_reason() : std::nullopt;
    if (!reason)
        return {};
    if (*reason == LossReason::Unreachable)
        return {tr("Repair"),
                tr("Connects what searches cannot reach; the repaired graph becomes an index "
                   "of its own"),
                {},
                {},
                true};
    const auto& advice = report->share(*reason).advice;
    if (!advice)
        return {};
    if (!advice->change.configuration.empty()) {
        const QString line = rebuildLine(advice->change);
        return {tr("Take to Build"), tr("Writes %1 into Build").arg(line), {}, line};
    }
    const QString change = changeText(advice->change.params, report->params);
    return {tr("Apply"), tr("Searches with %1").arg(change), advice->change.params, {}};
}

/// What finds all that the selected query lost.
LossPanel::Action LossPanel::remedyOfQuery() const {
    const LossPtr& report = m_study->report();
    const int row = m_queriesModel->rowOf(m_selection->query());
    if (!report || row < 0 || !m_study->remediesKnown())
        return {};
    if (const auto other = m_queriesModel->rebuild(row)) {
        const QString line = rebuildLine(*other);
        return {tr("Take to Build"),
                tr("Writes %1 into Build: it finds what this query lost").arg(line),
                {},
                line};
    }
    const auto all = m_queriesModel->remedy(row);
    if (!all)
        return {};
    return {tr("Apply %1").arg(changeText(*all, report->params)),
            tr("Searches with what finds all that this query lost and can be found"),
            *all,
            {}};
}

void LossPanel::showAction(QPushButton* button, const Action& action) {
    button->setVisible(bool(action));
    button->setText(action.text);
    button->setToolTip(action.tip);
}

void LossPanel::act(const Action& action) {
    if (action.repair)
        emit repairRequested(m_study->subject().built);
    else if (!action.line.isEmpty())
        emit buildRequested(action.line);
    else if (action)
        emit applyRequested(action.params);
}

void LossPanel::applyMiss(const QModelIndex& at) {
    if (!at.isValid())
        return;
    const Miss& miss = m_missesModel->miss(m_sortedMisses->mapToSource(at).row());
    if (miss.remedy)
        emit applyRequested(*miss.remedy);
    else if (miss.rebuild)
        emit buildRequested(rebuildLine(*miss.rebuild));
}

void LossPanel::toggleReason(LossReason reason) {
    if (m_chosen == reason)
        return m_filters->remove(kSource);
    setFilter(reason, false);
}

QueryRows LossPanel::rowsOf(LossReason reason) const {
    QueryRows rows;
    if (const LossPtr& report = m_study->report())
        for (const Miss& miss : report->misses)
            if (miss.reason == reason && (rows.empty() || rows.back() != miss.query))
                rows.push_back(miss.query);
    return rows;
}

/// The queries that lost something by it. again: the same wish, after another search.
void LossPanel::setFilter(LossReason reason, bool again) {
    if (!m_study->report())
        return;
    m_chosen = reason;
    Filter filter;
    filter.source = kSource;
    filter.text = reasonText(reason);
    filter.dataset = m_study->subject().built->dataset;
    filter.queries = std::make_shared<const QueryRows>(rowsOf(reason));
    m_filters->set(std::move(filter), again);
}

/// What was narrowed by a reason stays so after another search, as long as the reason occurs.
void LossPanel::renewFilter() {
    const Filter* own = m_filters->find(kSource);
    if (!m_study->report() || !m_chosen || !own || !own->queries)
        return;
    const QueryRows rows = rowsOf(*m_chosen);
    if (rows.empty())
        m_filters->remove(kSource);
    else if (rows != *own->queries)
        setFilter(*m_chosen, true);
}

} // namespace annscope::ui
