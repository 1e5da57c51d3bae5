// SPDX-License-Identifier: Apache-2.0
#include "core/worker.h"

#include <chrono>

namespace annscope {
namespace {

std::int64_t now_ns() {
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

std::atomic<std::uint64_t> g_next_id{1};

} // namespace

double Job::seconds() const noexcept {
    const std::int64_t started = m_started_ns.load(std::memory_order_relaxed);
    const std::int64_t ended = m_ended_ns.load(std::memory_order_relaxed);
    return started == 0 ? 0.0 : static_cast<double>((ended ? ended : now_ns()) - started) * 1e-9;
}

void Job::wait() const {
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return state() != JobState::Queued && state() != JobState::Running; });
}

Worker::Worker(int threads)
    : m_threads(threads), m_thread([this](const std::stop_token& stop) { run(stop); }) {}

Worker::~Worker() {
    m_thread.request_stop();
    cancel_all();
}

std::shared_ptr<Job> Worker::submit(std::string title, Job::Task task, Job::Finished finished) {
    auto job = std::make_shared<Job>();
    job->m_id = g_next_id.fetch_add(1);
    job->m_title = std::move(title);
    job->m_task = std::move(task);
    job->m_finished = std::move(finished);
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(job);
    }
    m_wake.notify_one();
    return job;
}

void Worker::cancel_all() {
    const std::lock_guard lock(m_mutex);
    for (const auto& job : m_queue)
        job->cancel();
    if (m_current)
        m_current->cancel();
}

void Worker::run(const std::stop_token& stop) {
    while (true) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(m_mutex);
            m_current.reset();
            m_wake.wait(lock, stop, [this] { return !m_queue.empty(); });
            if (m_queue.empty())
                return;
            job = std::move(m_queue.front());
            m_queue.pop_front();
            m_current = job;
        }
        if (stop.stop_requested())
            job->cancel();

        Status status;
        if (job->m_stop.stop_requested()) {
            status = cancelled();
        } else {
            job->m_started_ns = now_ns();
            job->m_state.store(JobState::Running, std::memory_order_release);
            try {
                status = job->m_task(Control{job->m_stop.get_token(), &job->m_progress, m_threads});
            } catch (...) {
                status = current_exception_error();
            }
        }
        job->m_task = nullptr; // frees what the task captured, on this thread
        job->m_ended_ns = now_ns();
        if (!status)
            job->m_error = status.error();
        {
            const std::lock_guard lock(job->m_mutex);
            job->m_state.store(status                                        ? JobState::Done
                               : status.error().code == ErrorCode::Cancelled ? JobState::Cancelled
                                                                             : JobState::Failed,
                               std::memory_order_release);
        }
        job->m_changed.notify_all();
        if (job->m_finished)
            job->m_finished(*job);
    }
}

} // namespace annscope
