// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_player.h"

#include "ui/common/format.h"
#include "ui/common/step_player.h"
#include "ui/common/table_export.h"
#include "ui/common/theme.h"
#include "ui/views/candidate_model.h"
#include "ui/views/found_chart.h"
#include "ui/views/hop_chart.h"
#include "ui/views/path_differences.h"
#include "ui/views/step_model.h"
#include "ui/views/step_text.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>

#include <algorithm>

namespace annscope::ui {

namespace {

constexpr double kStepsPerSecond = 2.5; ///< at speed 1
constexpr int kNarrowestTable = 250;
enum Tab { List, Steps, Differences };
enum Chart { Distance, Found };

} // namespace

PathPlayer::PathPlayer(QWidget* parent)
    : QWidget(parent), m_controls(new StepPlayer(tr("Step"), this)), m_candidates(new CandidateModel(this)),
      m_steps(new StepModel(this)), m_differences(new PathDifferences(this)) {
    setObjectName(QStringLiteral("pathPlayer"));
    setAccessibleName(tr("Player of a query's path"));
    m_controls->setPace(kStepsPerSecond);
    buildTables();
    buildLayout();
    connectAll();
    listenOn(this, Qt::WidgetWithChildrenShortcut);
    for (const auto& [key, slot] :
         {std::pair(Qt::Key_Plus, &StepPlayer::faster), std::pair(Qt::Key_Equal, &StepPlayer::faster),
          std::pair(Qt::Key_Minus, &StepPlayer::slower)})
        connect(new QShortcut(key, this, nullptr, nullptr, Qt::WidgetWithChildrenShortcut),
                &QShortcut::activated, m_controls, slot);
    setPath(nullptr);
}

void PathPlayer::connectAll() {
    connect(m_controls, &StepPlayer::stepChanged, this, &PathPlayer::showMoment);
    connect(m_chart, &HopChart::hopPicked, this,
            [this](int hop) { setStep(static_cast<int>(m_timeline.momentOfHop(hop))); });
    connect(m_found, &FoundChart::comparedPicked, this,
            [this](double compared) { setStep(static_cast<int>(m_timeline.momentOfCompared(compared))); });
    const auto stepBy = [this](int direction) { setStep(m_moment + direction); };
    connect(m_chart, &HopChart::stepWanted, this, stepBy);
    connect(m_found, &FoundChart::stepWanted, this, stepBy);
    for (QTabBar* tabs : {m_tabs, m_which})
        connect(tabs, &QTabBar::currentChanged, this, &PathPlayer::showTable);
    connect(m_chartTabs, &QTabBar::currentChanged, this, &PathPlayer::showChart);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        emit nodePicked(index.data(CandidateModel::IdRole).toLongLong());
    });
    connect(m_stepTable, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const std::size_t which = m_which->isVisibleTo(this) && m_which->currentIndex() == 1 ? 1 : 0;
        for (std::size_t moment = 0; moment < m_timeline.size(); ++moment)
            if (m_timeline.step(moment, which) == static_cast<std::size_t>(index.row()))
                return setStep(static_cast<int>(moment));
    });
}

void PathPlayer::listenOn(QWidget* widget, Qt::ShortcutContext context) {
    const auto listen = [&](const QKeySequence& keys, void (PathPlayer::*slot)()) {
        connect(new QShortcut(keys, widget, nullptr, nullptr, context), &QShortcut::activated, this, slot);
    };
    listen(Qt::Key_Space, &PathPlayer::togglePlaying);
    listen(Qt::Key_Comma, &PathPlayer::stepBack);
    listen(Qt::Key_Period, &PathPlayer::stepForward);
    listen(Qt::Key_Home, &PathPlayer::toStart);
    listen(Qt::Key_End, &PathPlayer::toEnd);
}

QTableView* PathPlayer::addTable(const QString& name, const QString& description, QAbstractItemModel* model) {
    auto* table = new QTableView(this);
    table->setObjectName(name);
    table->setAccessibleName(description);
    table->setModel(model);
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(20);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setSelectionMode(QAbstractItemView::SingleSelection);
    table->setShowGrid(false);
    table->setWordWrap(false);
    table->setTabKeyNavigation(false);
    table->setMinimumHeight(64);
    addTableExport(table, name);
    for (const auto& [key, slot] :
         {std::pair(Qt::Key_Left, &PathPlayer::stepBack), std::pair(Qt::Key_Right, &PathPlayer::stepForward)})
        connect(new QShortcut(key, table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this,
                slot);
    return table;
}

void PathPlayer::buildTables() {
    m_table = addTable(QStringLiteral("candidateList"), tr("Candidate list after the step"), m_candidates);
    m_table->horizontalHeader()->setSectionResizeMode(CandidateModel::State, QHeaderView::Stretch);
    const int widths[] = {48, 66, 78};
    for (int c = 0; c < 3; ++c)
        m_table->setColumnWidth(c, widths[c]);
    m_stepTable = addTable(QStringLiteral("stepTable"), tr("All steps"), m_steps);
    const int stepWidths[] = {48, 92, 76, 84, 52, 48, 78, 64};
    for (int c = 0; c < StepModel::ColumnCount; ++c)
        m_stepTable->setColumnWidth(c, stepWidths[c]);
    m_differenceTable =
        addTable(QStringLiteral("pathDifferences"), tr("What sets the two paths apart"), m_differences);
    m_differenceTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_differenceTable->horizontalHeader()->setSectionResizeMode(PathDifferences::What,
                                                                QHeaderView::ResizeToContents);
}

QTabBar* PathPlayer::addTabs(const QString& name, const QStringList& texts) {
    auto* tabs = new QTabBar(this);
    tabs->setObjectName(name);
    tabs->setExpanding(false);
    tabs->setDrawBase(false);
    tabs->setElideMode(Qt::ElideMiddle);
    tabs->setUsesScrollButtons(false);
    for (const QString& text : texts)
        tabs->addTab(text);
    return tabs;
}

void PathPlayer::buildLayout() {
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("pathText"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);
    m_tabs = addTabs(QStringLiteral("pathTables"), {tr("List"), tr("Steps"), tr("Differences")});
    m_tabs->setAccessibleName(tr("Candidate list, steps or differences"));
    m_tabs->setTabToolTip(List, tr("The candidate list after the step"));
    m_tabs->setTabToolTip(Steps, tr("All steps, a line each. A click goes to a step."));
    m_tabs->setTabToolTip(Differences, tr("What sets the two paths apart"));
    m_which = addTabs(QStringLiteral("pathWhich"), {QString(), QString()});
    m_which->setAccessibleName(tr("Whose list and steps"));
    m_chartTabs = addTabs(QStringLiteral("pathCharts"), {tr("Distance"), tr("Found")});
    m_chartTabs->setAccessibleName(tr("Chart of distances or of what was found"));
    m_chartTabs->setTabToolTip(Distance, tr("Distance to the query over the steps"));
    m_chartTabs->setTabToolTip(Found, tr("True neighbours found over distances computed:\n"
                                         "graphs, cells and plain scans by the same measure"));
    const auto column = [this](const QList<QWidget*>& bar, QWidget* body) {
        auto* widget = new QWidget(this);
        auto* rows = new QVBoxLayout(widget);
        rows->setContentsMargins(0, 0, 0, 0);
        rows->setSpacing(0);
        auto* row = new QHBoxLayout;
        row->setSpacing(8);
        for (QWidget* each : bar)
            row->addWidget(each);
        row->addStretch(1);
        rows->addLayout(row);
        rows->addWidget(body, 1);
        return widget;
    };
    m_tables = new QStackedWidget(this);
    for (QWidget* table : {m_table, m_stepTable, m_differenceTable})
        m_tables->addWidget(table);
    m_chart = new HopChart(this);
    m_found = new FoundChart(this);
    m_charts = new QStackedWidget(this);
    m_charts->addWidget(m_chart);
    m_charts->addWidget(m_found);
    QWidget* left = column({m_tabs, m_which}, m_tables);
    left->setMinimumWidth(kNarrowestTable);

    m_details = new QSplitter(Qt::Horizontal, this);
    m_details->setChildrenCollapsible(false);
    m_details->addWidget(left);
    m_details->addWidget(column({m_chartTabs}, m_charts));
    m_details->setStretchFactor(0, 2);
    m_details->setStretchFactor(1, 3);
    m_details->setSizes({340, 510});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 8);
    layout->setSpacing(4);
    layout->addWidget(m_controls);
    layout->addWidget(m_text);
    layout->addWidget(m_details, 1);
}

void PathPlayer::setPaths(const PathPair& paths) {
    const bool atEnd = empty() || m_moment >= last(), wasPlaying = playing(), wasPair = isPair(m_paths);
    m_paths = paths;
    m_timeline = PathTimeline(m_paths);
    m_moment = std::max(atEnd && !wasPlaying ? last() : std::min(m_moment, last()), 0);
    m_chart->setPaths(m_paths);
    m_found->setPaths(m_paths);
    m_differences->show(m_paths);
    const bool mixed = isPair(m_paths) && !sameKindOfSteps(*m_paths[0].path, *m_paths[1].path);
    if (mixed && !m_mixed)
        m_chartTabs->setCurrentIndex(Found); // hops and cells are not the same measure
    m_mixed = mixed;
    showTabs();
    if (isPair(m_paths) != wasPair)
        m_tabs->setCurrentIndex(wasPair ? List : Differences);
    m_details->setVisible(!empty());
    layout()->invalidate(); // else its size still has room for what was hidden just now
    setMaximumHeight(empty() ? layout()->totalMinimumSize().height() : QWIDGETSIZE_MAX);
    shareRoom();
    {
        const QSignalBlocker blocker(m_controls);
        m_controls->setCount(static_cast<int>(m_timeline.size()), m_moment);
    }
    showStep();
}

/// A splitter gives a part that does not stretch its old size, whatever its maximum: what the player does not
/// need is left blank unless it is told.
void PathPlayer::shareRoom() {
    constexpr int kUsual = 260;
    auto* split = qobject_cast<QSplitter*>(parentWidget());
    if (!split || m_small == empty())
        return;
    m_small = empty();
    QList<int> sizes = split->sizes();
    int& own = sizes[split->indexOf(this)];
    if (m_small)
        m_room = own;
    const int wanted = m_small ? maximumHeight() : m_room > kUsual / 2 ? m_room : kUsual;
    sizes[0] += own - wanted;
    own = wanted;
    split->setSizes(sizes);
}

void PathPlayer::showTabs() {
    const bool two = isPair(m_paths);
    m_tabs->setTabVisible(Differences, two);
    for (std::size_t which = 0; which < 2 && two; ++which) {
        const int tab = static_cast<int>(which);
        m_which->setTabText(tab, m_paths[which].name);
        m_which->setTabTextColor(tab, pathTextColor(which));
        m_which->setTabToolTip(tab, tr("List and steps of %1").arg(m_paths[which].name));
    }
}

std::size_t PathPlayer::stepOf(std::size_t which) const {
    return empty() ? 0 : m_timeline.step(static_cast<std::size_t>(m_moment), which);
}

void PathPlayer::showTable() {
    const bool two = isPair(m_paths);
    const int tab = m_tabs->currentIndex();
    m_tables->setCurrentIndex(tab == Differences && !two ? List : tab);
    m_which->setVisible(two && tab != Differences);
    const std::size_t which = two && m_which->currentIndex() == 1 ? 1 : 0;
    const std::size_t step = stepOf(which);
    m_candidates->show(m_paths[which].path, step);
    m_steps->show(m_paths[which].path);
    m_steps->setStep(step);
    if (static_cast<int>(step) < m_steps->rowCount()) {
        const QModelIndex row = m_steps->index(static_cast<int>(step), 0);
        m_stepTable->selectionModel()->setCurrentIndex(row, QItemSelectionModel::ClearAndSelect |
                                                                QItemSelectionModel::Rows);
        m_stepTable->scrollTo(row);
    }
}

void PathPlayer::showChart() {
    m_charts->setCurrentIndex(m_chartTabs->currentIndex());
}

void PathPlayer::setPictureText(const QString& title, const QString& subtitle) {
    m_chart->setPictureText(title, subtitle);
    m_found->setPictureText(tr("True neighbours found over distances computed"), subtitle);
}

bool PathPlayer::playing() const {
    return m_controls->playing();
}

void PathPlayer::setStep(int moment) {
    if (!empty())
        m_controls->setStep(std::clamp(moment, 0, last()));
}

void PathPlayer::showMoment(int moment) {
    if (empty() || moment == m_moment)
        return;
    m_moment = moment;
    showStep();
    emit stepChanged(static_cast<int>(stepOf(0)), static_cast<int>(stepOf(1)));
}

void PathPlayer::follow(std::size_t firstStep) {
    if (empty() || stepOf(0) == firstStep)
        return;
    m_controls->stop();
    setStep(static_cast<int>(m_timeline.momentOfStep(firstStep)));
}

void PathPlayer::toEnd() {
    setStep(last());
}

void PathPlayer::togglePlaying() {
    if (!empty())
        m_controls->togglePlaying();
}

QString PathPlayer::stepTexts() const {
    QStringList lines;
    for (std::size_t which = 0; which < (isPair(m_paths) ? 2 : 1); ++which) {
        QString text = stepText(*m_paths[which].path, stepOf(which));
        text.front() = text.front().toUpper();
        text += QLatin1Char('.');
        lines << (isPair(m_paths) ? QStringLiteral("<span style=\"color:%1\">%2</span> &nbsp;%3")
                                        .arg(pathTextColor(which).name(), m_paths[which].name.toHtmlEscaped(),
                                             text.toHtmlEscaped())
                                  : text);
    }
    return lines.join(QStringLiteral("<br>"));
}

QString PathPlayer::position() const {
    const auto moment = static_cast<std::size_t>(m_moment);
    if (m_mixed)
        return tr("%1 / %2").arg(m_moment + 1).arg(m_timeline.size());
    return tr("%1 / %2").arg(m_timeline.hop(moment)).arg(m_timeline.hop(m_timeline.size() - 1));
}

void PathPlayer::showStep() {
    m_chart->setSteps(stepOf(0), stepOf(1));
    m_found->setSteps(stepOf(0), stepOf(1));
    showTable();
    if (empty()) {
        m_controls->setPosition({});
        m_text->setText(m_paths[0].path ? tr("This index tells no steps of its searches.")
                                        : tr("No query yet."));
        return;
    }
    m_controls->setPosition(position());
    m_text->setTextFormat(isPair(m_paths) ? Qt::RichText : Qt::PlainText);
    m_text->setText(stepTexts());
    m_text->setToolTip(m_text->text());
}

} // namespace annscope::ui
