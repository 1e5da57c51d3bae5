// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"

#include <condition_variable>
#include <mutex>

namespace annscope::ui {

/// Keeps the interactive lane quiet while a sweep measures time, and lets it in between two points, so that
/// a slider answers during a long sweep. Waits end when the waiting job is cancelled.
class MeasureGate {
public:
    /// Each returns false when the job was cancelled while it waited.
    bool enterMeasuring(const Control& control);
    void leaveMeasuring();
    bool enterInteractive(const Control& control);
    void leaveInteractive();
    /// Between two points: lets waiting interactive jobs run first, for at most a fifth of a second.
    bool yieldToInteractive(const Control& control);

private:
    template<class Predicate>
    bool wait(std::unique_lock<std::mutex>& lock, const Control& control, Predicate ready);

    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_measuring = false, m_interactive = false;
    int m_waiting = 0; ///< interactive jobs that want in
};

} // namespace annscope::ui
