// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QFile>
#include <QObject>
#include <QTimer>

#include <algorithm>
#include <ctime>
#include <unistd.h>
#include <vector>

namespace annscope::test {

inline constexpr qint64 kBeatMs = 10, kLargestGapMs = 50;
/// What others must have used of the processors while a beat was late, so that it is put down to them. Time
/// is told in steps of 10 ms a core; who keeps a thread from running for 50 ms uses more than this.
inline constexpr qint64 kForeignMs = 30;

inline qint64 clockMs(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

/// Time for which all processors together were busy, waited for a disk or were taken away by a host, in ms;
/// 0 where the system does not tell.
inline qint64 machineBusyMs() {
    QFile file(QStringLiteral("/proc/stat"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    // "cpu  user nice system idle iowait irq softirq steal ..."
    const QList<QByteArray> fields = file.readLine().simplified().split(' ');
    qint64 ticks = 0;
    for (qsizetype i = 1; i < std::min<qsizetype>(fields.size(), 9); ++i)
        if (i != 4)
            ticks += fields[i].toLongLong();
    return ticks * 1000 / sysconf(_SC_CLK_TCK);
}

/// From one beat to the next, in ms.
struct Beat {
    qint64 gap = 0;
    qint64 ownWork = 0; ///< of the GUI thread
    qint64 foreign = 0; ///< what other programs used of the processors
    bool excused() const { return foreign >= kForeignMs; }
};

/// Beats every 10 ms and keeps what happened between the beats: load that comes up in the middle of a run is
/// seen where it was, and a gap is held against us only where the machine was ours.
class Heartbeat : public QObject {
public:
    Heartbeat() {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(kBeatMs);
        connect(&m_timer, &QTimer::timeout, this, &Heartbeat::take);
        resume();
    }
    /// What happens until resume is not looked at.
    void pause() {
        take();
        m_timer.stop();
    }
    void resume() {
        m_clock.start();
        take();
        beats.pop_back();
        m_timer.start();
    }
    /// All 0 before the first beat.
    Beat worst(qint64 Beat::*by) const {
        const auto found = std::ranges::max_element(beats, {}, by);
        return found == beats.end() ? Beat{} : *found;
    }
    qint64 mostOwnWork() const { return worst(&Beat::ownWork).ownWork; }
    std::vector<qint64> ownGaps() const {
        std::vector<qint64> gaps;
        for (const Beat& beat : beats)
            if (!beat.excused())
                gaps.push_back(beat.gap);
        std::ranges::sort(gaps);
        return gaps;
    }
    std::vector<Beat> beats;

private:
    void take() {
        const qint64 work = clockMs(CLOCK_THREAD_CPUTIME_ID), process = clockMs(CLOCK_PROCESS_CPUTIME_ID),
                     machine = machineBusyMs();
        beats.push_back({m_clock.restart(), work - m_work, (machine - m_machine) - (process - m_process)});
        m_work = work;
        m_process = process;
        m_machine = machine;
    }

    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_work = 0, m_process = 0, m_machine = 0;
};

} // namespace annscope::test
