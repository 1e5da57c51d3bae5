// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_player.h"

#include "ui/common/icons.h"
#include "ui/common/theme.h"
#include "ui/views/candidate_model.h"
#include "ui/views/hop_chart.h"
#include "ui/views/path_differences.h"
#include "ui/views/step_text.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

namespace annscope::ui {

namespace {

constexpr int kStepMs = 400; ///< at speed 1
constexpr int kNarrowestTable = 250;
enum Tab { Differences, FirstList, SecondList };

} // namespace

PathPlayer::PathPlayer(QWidget* parent)
    : QWidget(parent), m_candidates(new CandidateModel(this)), m_differences(new PathDifferences(this)) {
    setObjectName(QStringLiteral("pathPlayer"));
    setAccessibleName(tr("Player of a query's path"));
    m_start = addButton(QStringLiteral("skip-start"), tr("To the start"), tr("To the start (Home)"),
                        &PathPlayer::toStart);
    m_back = addButton(QStringLiteral("step-back"), tr("Step back"), tr("One step back (,)"),
                       &PathPlayer::stepBack);
    m_play = addButton(QStringLiteral("play"), tr("Play"), tr("Play or pause (Space)"),
                       &PathPlayer::togglePlaying);
    m_forward = addButton(QStringLiteral("step-forward"), tr("Step forward"), tr("One step forward (.)"),
                          &PathPlayer::stepForward);
    m_end =
        addButton(QStringLiteral("skip-end"), tr("To the end"), tr("To the end (End)"), &PathPlayer::toEnd);
    buildLayout();

    connect(&m_timer, &QTimer::timeout, this, [this] {
        stepForward();
        if (m_moment >= last())
            setPlaying(false);
    });
    connect(m_slider, &QSlider::valueChanged, this, &PathPlayer::setStep);
    connect(m_chart, &HopChart::hopPicked, this,
            [this](int hop) { setStep(static_cast<int>(m_timeline.momentOfHop(hop))); });
    connect(m_chart, &HopChart::stepWanted, this, [this](int direction) { setStep(m_moment + direction); });
    connect(m_tabs, &QTabBar::currentChanged, this, &PathPlayer::showTable);
    connect(m_speed, &QComboBox::currentIndexChanged, this,
            [this] { m_timer.setInterval(static_cast<int>(kStepMs / m_speed->currentData().toDouble())); });
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        emit nodePicked(index.data(CandidateModel::IdRole).toLongLong());
    });
    m_speed->setCurrentIndex(1);
    listenOn(this, Qt::WidgetWithChildrenShortcut);
    setPath(nullptr);
}

QToolButton* PathPlayer::addButton(const QString& iconName, const QString& name, const QString& tip,
                                   void (PathPlayer::*slot)()) {
    auto* button = new QToolButton(this);
    button->setObjectName(iconName);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    connect(button, &QToolButton::clicked, this, slot);
    return button;
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
    table->setTabKeyNavigation(false);
    table->setMinimumHeight(64);
    for (const auto& [key, slot] :
         {std::pair(Qt::Key_Left, &PathPlayer::stepBack), std::pair(Qt::Key_Right, &PathPlayer::stepForward)})
        connect(new QShortcut(key, table, nullptr, nullptr, Qt::WidgetShortcut), &QShortcut::activated, this,
                slot);
    return table;
}

QHBoxLayout* PathPlayer::buildControls() {
    m_slider = new QSlider(Qt::Horizontal, this);
    m_slider->setAccessibleName(tr("Step"));
    m_slider->setToolTip(tr("The step that is shown. Drag, or use the arrow keys."));
    m_position = new QLabel(this);
    m_position->setObjectName(QStringLiteral("pathPosition"));
    m_speed = new QComboBox(this);
    m_speed->setAccessibleName(tr("Speed"));
    m_speed->setToolTip(tr("Speed of playing: 1x is %1 steps a second.").arg(1000.0 / kStepMs));
    for (const double speed : {0.5, 1.0, 2.0, 4.0, 16.0})
        m_speed->addItem(tr("%1×").arg(speed), speed);
    auto* controls = new QHBoxLayout;
    controls->setSpacing(4);
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_end})
        controls->addWidget(button);
    controls->addSpacing(4);
    controls->addWidget(m_slider, 1);
    controls->addWidget(m_position);
    controls->addSpacing(4);
    controls->addWidget(m_speed);
    return controls;
}

void PathPlayer::buildLayout() {
    QHBoxLayout* controls = buildControls();
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("pathText"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);

    m_table = addTable(QStringLiteral("candidateList"), tr("Candidate list after the step"), m_candidates);
    m_table->horizontalHeader()->setSectionResizeMode(CandidateModel::State, QHeaderView::Stretch);
    const int widths[] = {40, 66, 68};
    for (int c = 0; c < 3; ++c)
        m_table->setColumnWidth(c, widths[c]);
    m_differenceTable =
        addTable(QStringLiteral("pathDifferences"), tr("What sets the two paths apart"), m_differences);
    m_differenceTable->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    m_differenceTable->horizontalHeader()->setSectionResizeMode(PathDifferences::What,
                                                                QHeaderView::ResizeToContents);
    m_tabs = new QTabBar(this);
    m_tabs->setAccessibleName(tr("Differences or a candidate list"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    for (const QString& text : {tr("Differences"), QString(), QString()})
        m_tabs->addTab(text);
    m_tables = new QStackedWidget(this);
    m_tables->addWidget(m_table);
    m_tables->addWidget(m_differenceTable);
    auto* left = new QWidget(this);
    left->setMinimumWidth(kNarrowestTable);
    auto* leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    leftLayout->addWidget(m_tabs);
    leftLayout->addWidget(m_tables, 1);
    m_chart = new HopChart(this);

    m_details = new QSplitter(Qt::Horizontal, this);
    m_details->setChildrenCollapsible(false);
    m_details->addWidget(left);
    m_details->addWidget(m_chart);
    m_details->setStretchFactor(0, 2);
    m_details->setStretchFactor(1, 3);
    m_details->setSizes({340, 510});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 8);
    layout->setSpacing(4);
    layout->addLayout(controls);
    layout->addWidget(m_text);
    layout->addWidget(m_details, 1);
}

void PathPlayer::setPaths(const PathPair& paths) {
    setPlaying(false);
    m_paths = paths;
    m_timeline = PathTimeline(m_paths);
    m_moment = std::max(last(), 0);
    m_chart->setPaths(m_paths);
    m_differences->show(m_paths);
    showTabs();
    m_details->setVisible(!empty());
    layout()->invalidate(); // else its size still has room for what was hidden just now
    setMaximumHeight(empty() ? layout()->totalMinimumSize().height() : QWIDGETSIZE_MAX);
    shareRoom();
    const QSignalBlocker blocker(m_slider);
    m_slider->setRange(0, m_moment);
    m_slider->setPageStep(std::max(m_moment / 10, 1));
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_start, m_back, m_play, m_forward, m_end, m_slider})
        widget->setEnabled(!empty());
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
    m_tabs->setVisible(isPair(m_paths));
    for (std::size_t which = 0; which < 2 && isPair(m_paths); ++which) {
        const int tab = FirstList + static_cast<int>(which);
        m_tabs->setTabText(tab, m_paths[which].name);
        m_tabs->setTabTextColor(tab, pathTextColor(which));
        m_tabs->setTabToolTip(tab, tr("The candidate list of %1").arg(m_paths[which].name));
    }
}

std::size_t PathPlayer::stepOf(std::size_t which) const {
    return empty() ? 0 : m_timeline.step(static_cast<std::size_t>(m_moment), which);
}

void PathPlayer::showTable() {
    const bool two = isPair(m_paths);
    const bool differences = two && m_tabs->currentIndex() == Differences;
    m_tables->setCurrentWidget(differences ? m_differenceTable : m_table);
    const std::size_t which = two && m_tabs->currentIndex() == SecondList ? 1 : 0;
    m_candidates->show(m_paths[which].path, stepOf(which));
}

void PathPlayer::setPictureText(const QString& title, const QString& subtitle) {
    m_chart->setPictureText(title, subtitle);
}

void PathPlayer::setStep(int moment) {
    if (empty())
        return;
    const int next = std::clamp(moment, 0, last());
    if (next == m_moment)
        return;
    m_moment = next;
    showStep();
    emit stepChanged(static_cast<int>(stepOf(0)), static_cast<int>(stepOf(1)));
}

void PathPlayer::toEnd() {
    setStep(last());
}

void PathPlayer::togglePlaying() {
    if (empty())
        return;
    if (!playing() && m_moment >= last())
        toStart();
    setPlaying(!playing());
}

void PathPlayer::setPlaying(bool playing) {
    if (playing)
        m_timer.start();
    else
        m_timer.stop();
    m_play->setIcon(icon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setAccessibleName(playing ? tr("Pause") : tr("Play"));
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

void PathPlayer::showStep() {
    const QSignalBlocker blocker(m_slider);
    m_slider->setValue(m_moment);
    m_chart->setSteps(stepOf(0), stepOf(1));
    showTable();
    if (empty()) {
        m_position->clear();
        m_text->setText(m_paths[0].path
                            ? tr("This index tells no steps: it compares the query with every vector.")
                            : tr("No query yet."));
        return;
    }
    const auto moment = static_cast<std::size_t>(m_moment);
    m_position->setText(tr("%1 / %2").arg(m_timeline.hop(moment)).arg(m_timeline.hop(m_timeline.size() - 1)));
    m_text->setTextFormat(isPair(m_paths) ? Qt::RichText : Qt::PlainText);
    m_text->setText(stepTexts());
    m_text->setToolTip(m_text->text());
}

} // namespace annscope::ui
