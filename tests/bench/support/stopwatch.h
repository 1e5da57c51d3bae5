// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/timer.h"

#include <ctime>

namespace annscope::bench {

/// Wall clock and processor time since construction: other programs may share the cores, so both are told.
class Stopwatch {
public:
    enum class Of { Process, Thread }; ///< of all threads of this process, or of the calling one
    explicit Stopwatch(Of whose)
        : m_clock(whose == Of::Process ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_THREAD_CPUTIME_ID), m_start(now()) {
    }

    double seconds() const { return m_timer.seconds(); }
    double cpu_seconds() const { return now() - m_start; }

private:
    double now() const {
        timespec time{};
        clock_gettime(m_clock, &time);
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
    }

    clockid_t m_clock;
    double m_start;
    Timer m_timer;
};

} // namespace annscope::bench
