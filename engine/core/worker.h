// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace annscope {

enum class JobState : std::uint8_t { Queued, Running, Done, Failed, Cancelled };

/// One piece of background work. Thread-safe: poll it from anywhere.
class Job {
public:
    using Task = std::function<Status(const Control&)>;
    using Finished = std::function<void(const Job&)>;

    std::uint64_t id() const noexcept { return m_id; }
    const std::string& title() const noexcept { return m_title; }
    JobState state() const noexcept { return m_state.load(std::memory_order_acquire); }
    const Progress& progress() const noexcept { return m_progress; }
    /// Seconds since it began to run; 0 while queued.
    double seconds() const noexcept;
    /// Only once state() is Failed or Cancelled.
    const Error& error() const noexcept { return m_error; }
    /// Asks to stop. The task sees it at its next check; a queued job ends without running.
    void cancel() noexcept { m_stop.request_stop(); }
    /// Blocks until the job has ended (tests and command line only, never the GUI thread).
    void wait() const;

private:
    friend class Worker;
    std::uint64_t m_id = 0;
    std::string m_title;
    Task m_task;
    Finished m_finished;
    std::stop_source m_stop;
    Progress m_progress;
    std::atomic<JobState> m_state{JobState::Queued};
    std::atomic<std::int64_t> m_started_ns{0}, m_ended_ns{0};
    Error m_error;
    mutable std::mutex m_mutex;
    mutable std::condition_variable m_changed;
};

/// One long-lived thread with a queue: heavy work always comes from the same thread, because GCC's OpenMP
/// makes a team of threads per calling thread. The engine has two lanes: one for builds and sweeps (all
/// cores) and one, single-threaded, for the interactive query.
class Worker {
public:
    /// threads: what Control::threads says to the tasks; 0: all cores.
    explicit Worker(int threads = 0);
    /// Cancels everything and waits for the running task.
    ~Worker();
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    /// Queues a task. finished runs on the worker's thread after the state changed, also for cancelled jobs.
    /// An exception that leaves the task becomes the job's error.
    std::shared_ptr<Job> submit(std::string title, Job::Task task, Job::Finished finished = {});
    void cancel_all();

private:
    void run(const std::stop_token& stop);

    const int m_threads;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::deque<std::shared_ptr<Job>> m_queue;
    std::shared_ptr<Job> m_current;
    std::jthread m_thread;
};

} // namespace annscope
