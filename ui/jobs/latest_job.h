// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"

#include <optional>
#include <utility>

namespace annscope::ui {

/// Work for what follows the mouse: one job at a time on the interactive lane, run to its end so that there
/// is always something new to show; of the wishes that come meanwhile only the latest is done afterwards.
template<class T>
class LatestJob {
public:
    using Work = JobRunner::Work<T>;
    using Done = JobRunner::Done<T>;

    /// jobs and context must outlive this.
    LatestJob(JobRunner* jobs, QString title, QObject* context)
        : m_jobs(jobs), m_title(std::move(title)), m_context(context) {}

    /// done: also called for results that a newer wish has overtaken, never for cancelled ones.
    void request(Work work, Done done) {
        m_next.emplace(std::move(work), std::move(done));
        if (m_job == 0)
            start();
    }
    /// Forgets all wishes.
    void drop() {
        m_next.reset();
        if (m_job != 0)
            m_jobs->cancel(std::exchange(m_job, 0));
        ++m_round;
    }
    bool busy() const noexcept { return m_job != 0; }

private:
    void start() {
        auto [work, done] = std::move(*std::exchange(m_next, std::nullopt));
        Done arrived = [this, round = m_round, done = std::move(done)](Result<T> result) {
            if (round != m_round)
                return;
            m_job = 0;
            if (result || result.error().code != ErrorCode::Cancelled)
                done(std::move(result));
            if (m_next && m_job == 0)
                start();
        };
        m_job = m_jobs->submit<T>(Lane::Interactive, m_title, std::move(work), m_context, std::move(arrived));
    }

    JobRunner* m_jobs;
    QString m_title;
    QObject* m_context;
    quint64 m_job = 0, m_round = 0;
    std::optional<std::pair<Work, Done>> m_next;
};

} // namespace annscope::ui
