// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_player.h"

#include "ui/common/icons.h"
#include "ui/common/theme.h"
#include "ui/views/candidate_model.h"
#include "ui/views/hop_chart.h"
#include "ui/views/step_text.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QShortcut>
#include <QSignalBlocker>
#include <QSlider>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

namespace annscope::ui {

namespace {

constexpr int kStepMs = 400; ///< at speed 1

} // namespace

PathPlayer::PathPlayer(QWidget* parent) : QWidget(parent), m_candidates(new CandidateModel(this)) {
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
        if (!m_path || m_step + 1 >= static_cast<int>(m_path->steps.size()))
            setPlaying(false);
    });
    connect(m_slider, &QSlider::valueChanged, this, &PathPlayer::setStep);
    connect(m_chart, &HopChart::stepPicked, this, &PathPlayer::setStep);
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

void PathPlayer::buildLayout() {
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
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("pathText"));
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Minimum);

    m_table = new QTableView(this);
    m_table->setObjectName(QStringLiteral("candidateList"));
    m_table->setAccessibleName(tr("Candidate list after the step"));
    m_table->setModel(m_candidates);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(20);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setShowGrid(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMinimumHeight(84);
    const int widths[] = {44, 72, 84};
    for (int c = 0; c < 3; ++c)
        m_table->setColumnWidth(c, widths[c]);
    m_chart = new HopChart(this);

    auto* controls = new QHBoxLayout;
    controls->setSpacing(4);
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_end})
        controls->addWidget(button);
    controls->addSpacing(4);
    controls->addWidget(m_slider, 1);
    controls->addWidget(m_position);
    controls->addSpacing(4);
    controls->addWidget(m_speed);
    m_details = new QSplitter(Qt::Horizontal, this);
    m_details->setChildrenCollapsible(false);
    m_details->addWidget(m_table);
    m_details->addWidget(m_chart);
    m_details->setSizes({480, 400});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 8);
    layout->setSpacing(4);
    layout->addLayout(controls);
    layout->addWidget(m_text);
    layout->addWidget(m_details, 1);
}

void PathPlayer::setPath(PathModelPtr path) {
    setPlaying(false);
    m_path = std::move(path);
    const int steps = m_path ? static_cast<int>(m_path->steps.size()) : 0;
    m_step = std::max(steps - 1, 0);
    m_chart->setPath(m_path);
    m_details->setVisible(steps > 0);
    setMaximumHeight(steps > 0 ? QWIDGETSIZE_MAX : minimumSizeHint().height());
    const QSignalBlocker blocker(m_slider);
    m_slider->setRange(0, std::max(steps - 1, 0));
    m_slider->setPageStep(std::max(steps / 10, 1));
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_start, m_back, m_play, m_forward, m_end, m_slider})
        widget->setEnabled(steps > 0);
    showStep();
}

void PathPlayer::setPictureText(const QString& title, const QString& subtitle) {
    m_chart->setPictureText(title, subtitle);
}

void PathPlayer::setStep(int step) {
    if (!m_path || m_path->steps.empty())
        return;
    const int next = std::clamp(step, 0, static_cast<int>(m_path->steps.size()) - 1);
    if (next == m_step)
        return;
    m_step = next;
    showStep();
    emit stepChanged(m_step);
}

void PathPlayer::toEnd() {
    if (m_path)
        setStep(static_cast<int>(m_path->steps.size()) - 1);
}

void PathPlayer::togglePlaying() {
    if (!m_path || m_path->steps.empty())
        return;
    if (!playing() && m_step + 1 >= static_cast<int>(m_path->steps.size()))
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

void PathPlayer::showStep() {
    const auto step = static_cast<std::size_t>(m_step);
    const QSignalBlocker blocker(m_slider);
    m_slider->setValue(m_step);
    m_chart->setStep(step);
    m_candidates->show(m_path, step);
    if (!m_path || m_path->steps.empty()) {
        m_position->clear();
        m_text->setText(m_path ? tr("This index tells no steps: it compares the query with every vector.")
                               : tr("No query yet."));
        return;
    }
    m_position->setText(tr("%1 / %2").arg(m_path->steps[step].hop).arg(m_path->steps.back().hop));
    QString text = stepText(*m_path, step);
    text.front() = text.front().toUpper();
    m_text->setText(text + QLatin1Char('.'));
    m_text->setToolTip(m_text->text());
}

} // namespace annscope::ui
