// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include <vector>

class QComboBox;
class QLabel;
class QSlider;
class QToolButton;

namespace annscope::ui {

/// Buttons, a slider and a speed for anything that has steps. What a step is is up to who owns it.
class StepPlayer : public QWidget {
    Q_OBJECT
public:
    /// name: what is played, for accessible names and tooltips.
    explicit StepPlayer(const QString& name, QWidget* parent = nullptr);

    /// Steps 0..count-1; the current one is kept where it can be. Emits nothing.
    void setCount(int count, int step);
    int count() const;
    int step() const;
    QWidget* slider() const;
    double speed() const;
    bool playing() const { return m_timer.isActive(); }
    /// Steps at which something new begins: marks below the slider.
    void setMarks(const std::vector<int>& steps);
    /// Beside the slider: where that is.
    void setPosition(const QString& text);
    /// Steps a second at speed 1.
    void setPace(double pace);

public slots:
    void setStep(int step);
    void stepForward() { setStep(step() + 1); }
    void stepBack() { setStep(step() - 1); }
    void toStart() { setStep(0); }
    void toEnd() { setStep(count() - 1); }
    void togglePlaying();
    void stop();
    void faster(); ///< the next of the speeds, while there is one
    void slower();

signals:
    void stepChanged(int step);

private:
    QToolButton* addButton(const QString& iconName, const QString& name, const QString& tip,
                           void (StepPlayer::*slot)());
    void showPlaying();
    void usePace();

    double m_pace = 2.5;
    QTimer m_timer;
    QToolButton *m_start, *m_back, *m_play, *m_forward, *m_end;
    class MarkedSlider;
    MarkedSlider* m_slider;
    QLabel* m_position;
    QComboBox* m_speed;
};

} // namespace annscope::ui
