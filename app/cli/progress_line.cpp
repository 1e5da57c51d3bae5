// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/progress_line.h"

#include "core/timer.h"

#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstring>
#include <mutex>

#include <unistd.h>

namespace annscope::cli {
namespace {

void show(const Progress& progress, double seconds) {
    const char* phase = progress.phase.load(std::memory_order_relaxed);
    const auto done = static_cast<double>(progress.done.load(std::memory_order_relaxed));
    const auto total = static_cast<double>(progress.total.load(std::memory_order_relaxed));
    if (!*phase)
        return;
    if (total <= 0)
        std::fprintf(stderr, "\r\033[K%s, %.0f s", phase, seconds);
    else if (done <= 0)
        std::fprintf(stderr, "\r\033[K%s  0 %%", phase);
    else
        std::fprintf(stderr, "\r\033[K%s %3.0f %%  %.0f s left", phase, 100 * done / total,
                     seconds * (total - done) / done);
}

void run(const std::stop_token& stop, const Progress& progress) {
    std::mutex mutex;
    std::condition_variable_any wake;
    const char* phase = nullptr;
    Timer timer;
    std::unique_lock lock(mutex);
    while (
        !wake.wait_for(lock, stop, std::chrono::milliseconds(100), [&] { return stop.stop_requested(); })) {
        if (const char* now = progress.phase.load(std::memory_order_relaxed); now != phase) {
            phase = now;
            timer.restart();
        }
        show(progress, timer.seconds());
    }
    std::fputs("\r\033[K", stderr);
}

} // namespace

ProgressLine::ProgressLine(const Progress& progress) {
    if (isatty(STDERR_FILENO))
        m_thread = std::jthread([&progress](const std::stop_token& stop) { run(stop, progress); });
}

ProgressLine::~ProgressLine() = default;

} // namespace annscope::cli
