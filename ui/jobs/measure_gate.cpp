// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/measure_gate.h"

#include <chrono>

namespace annscope::ui {
namespace {

using namespace std::chrono_literals;
constexpr auto kCancelCheck = 5ms; // a stop token does not wake a plain condition variable
constexpr auto kLongestYield = 200ms;

} // namespace

template<class Predicate>
bool MeasureGate::wait(std::unique_lock<std::mutex>& lock, const Control& control, Predicate ready) {
    while (!m_changed.wait_for(lock, kCancelCheck, ready))
        if (control.cancel_requested())
            return false;
    return true;
}

bool MeasureGate::enterMeasuring(const Control& control) {
    std::unique_lock lock(m_mutex);
    if (!wait(lock, control, [this] { return !m_interactive; }))
        return false;
    m_measuring = true;
    return true;
}

void MeasureGate::leaveMeasuring() {
    {
        const std::lock_guard lock(m_mutex);
        m_measuring = false;
    }
    m_changed.notify_all();
}

bool MeasureGate::enterInteractive(const Control& control) {
    std::unique_lock lock(m_mutex);
    ++m_waiting;
    const bool entered = wait(lock, control, [this] { return !m_measuring; });
    --m_waiting;
    m_interactive = entered;
    lock.unlock();
    m_changed.notify_all();
    return entered;
}

void MeasureGate::leaveInteractive() {
    {
        const std::lock_guard lock(m_mutex);
        m_interactive = false;
    }
    m_changed.notify_all();
}

bool MeasureGate::yieldToInteractive(const Control& control) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_waiting == 0)
            return true;
        m_measuring = false;
    }
    m_changed.notify_all();
    {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, kLongestYield,
                           [&] { return control.cancel_requested() || (m_waiting == 0 && !m_interactive); });
    }
    return enterMeasuring(control);
}

} // namespace annscope::ui
