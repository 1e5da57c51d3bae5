// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/step_player.h"

#include "ui/common/icons.h"
#include "ui/common/palette.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolButton>

#include <algorithm>

namespace annscope::ui {

/// A slider with marks at some of its values.
class StepPlayer::MarkedSlider : public QSlider {
public:
    explicit MarkedSlider(QWidget* parent) : QSlider(Qt::Horizontal, parent) {}
    void setMarks(const std::vector<int>& marks) {
        m_marks = marks;
        update();
    }

protected:
    void paintEvent(QPaintEvent* event) override {
        QSlider::paintEvent(event);
        constexpr double kHandle = 14; // as the stylesheet has it
        QPainter painter(this);
        painter.setPen(QPen(palette().secondary, 1));
        for (const int mark : m_marks) {
            const double share = double(mark - minimum()) / std::max(maximum() - minimum(), 1);
            const double x = kHandle / 2 + share * (width() - kHandle), y = height() / 2.0;
            if (mark != value())
                painter.drawLine(QPointF(x, y + 4), QPointF(x, y + 9));
        }
    }

private:
    static const Palette& palette() { return ui::palette(); }
    std::vector<int> m_marks;
};

StepPlayer::StepPlayer(const QString& name, QWidget* parent) : QWidget(parent) {
    setAccessibleName(name);
    m_start = addButton(QStringLiteral("skip-start"), tr("To the start"), tr("To the start (Home)"),
                        &StepPlayer::toStart);
    m_back = addButton(QStringLiteral("step-back"), tr("Step back"), tr("One step back (Left)"),
                       &StepPlayer::stepBack);
    m_play = addButton(QStringLiteral("play"), tr("Play"), tr("Play or pause (Space)"),
                       &StepPlayer::togglePlaying);
    m_forward = addButton(QStringLiteral("step-forward"), tr("Step forward"), tr("One step forward (Right)"),
                          &StepPlayer::stepForward);
    m_end =
        addButton(QStringLiteral("skip-end"), tr("To the end"), tr("To the end (End)"), &StepPlayer::toEnd);
    m_slider = new MarkedSlider(this);
    m_slider->setAccessibleName(name);
    m_slider->setToolTip(tr("The step that is shown. Drag, or use the arrow keys."));
    m_slider->setMinimumHeight(22);
    m_slider->setMinimumWidth(60);
    m_position = new QLabel(this);
    m_position->setObjectName(QStringLiteral("stepPosition"));
    m_speed = new QComboBox(this);
    m_speed->setAccessibleName(tr("Speed"));
    for (const double speed : {0.5, 1.0, 2.0, 4.0, 16.0})
        m_speed->addItem(tr("%1×").arg(speed), speed);
    m_speed->setCurrentIndex(1);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    for (QToolButton* button : {m_start, m_back, m_play, m_forward, m_end})
        row->addWidget(button);
    row->addSpacing(4);
    row->addWidget(m_slider, 1);
    row->addSpacing(4);
    row->addWidget(m_position);
    row->addSpacing(4);
    row->addWidget(m_speed);

    connect(m_slider, &QSlider::valueChanged, this, &StepPlayer::stepChanged);
    connect(m_speed, &QComboBox::currentIndexChanged, this, &StepPlayer::usePace);
    connect(&m_timer, &QTimer::timeout, this, [this] {
        stepForward();
        if (step() + 1 >= count())
            stop();
    });
    usePace();
    setCount(0, 0);
}

QToolButton* StepPlayer::addButton(const QString& iconName, const QString& name, const QString& tip,
                                   void (StepPlayer::*slot)()) {
    auto* button = new QToolButton(this);
    button->setObjectName(iconName);
    button->setIcon(icon(iconName));
    button->setAutoRaise(true);
    button->setAccessibleName(name);
    button->setToolTip(tip);
    connect(button, &QToolButton::clicked, this, slot);
    return button;
}

void StepPlayer::setPace(double pace) {
    m_pace = pace;
    usePace();
}

void StepPlayer::usePace() {
    m_timer.setInterval(static_cast<int>(1000 / (m_pace * m_speed->currentData().toDouble())));
    m_speed->setToolTip(tr("Speed of playing: 1× is %1 steps a second.").arg(m_pace));
}

void StepPlayer::setCount(int count, int step) {
    {
        const QSignalBlocker blocker(m_slider);
        m_slider->setRange(0, std::max(count - 1, 0));
        m_slider->setPageStep(std::max(count / 10, 1));
        m_slider->setValue(step);
    }
    m_slider->update();
    if (count < 2)
        stop();
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_start, m_back, m_play, m_forward, m_end, m_slider})
        widget->setEnabled(count > 1);
}

QWidget* StepPlayer::slider() const {
    return m_slider;
}

int StepPlayer::count() const {
    return m_slider->maximum() + 1;
}

int StepPlayer::step() const {
    return m_slider->value();
}

void StepPlayer::setMarks(const std::vector<int>& steps) {
    m_slider->setMarks(steps);
}

void StepPlayer::setPosition(const QString& text) {
    m_position->setText(text);
}

void StepPlayer::setStep(int step) {
    m_slider->setValue(step);
}

void StepPlayer::togglePlaying() {
    if (playing())
        return stop();
    if (count() < 2)
        return;
    if (step() + 1 >= count())
        toStart();
    m_timer.start();
    showPlaying();
}

void StepPlayer::stop() {
    m_timer.stop();
    showPlaying();
}

double StepPlayer::speed() const {
    return m_speed->currentData().toDouble();
}

void StepPlayer::faster() {
    m_speed->setCurrentIndex(std::min(m_speed->currentIndex() + 1, m_speed->count() - 1));
}

void StepPlayer::slower() {
    m_speed->setCurrentIndex(std::max(m_speed->currentIndex() - 1, 0));
}

void StepPlayer::showPlaying() {
    m_play->setIcon(icon(playing() ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setAccessibleName(playing() ? tr("Pause") : tr("Play"));
}

} // namespace annscope::ui
