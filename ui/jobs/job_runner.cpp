// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_runner.h"

#include "ui/jobs/measure_gate.h"

#include <QCoreApplication>
#include <QPointer>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <sys/resource.h>
#include <unistd.h>

namespace annscope::ui {
namespace {

using Clock = std::chrono::steady_clock;

/// Less urgent than the GUI thread, by so many steps, so that the window answers while all cores are busy.
/// Threads started later from here, OpenMP's team among them, inherit it.
void lowerPriorityOnce(int steps) {
    static thread_local bool lowered = false;
    const auto thread = static_cast<id_t>(gettid());
    if (!lowered)
        setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + steps);
    lowered = true;
}

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

} // namespace

struct JobRunner::Record {
    quint64 id = 0;
    QString title;
    Lane lane = Lane::Build;
    std::shared_ptr<Job> job;
    QPointer<QObject> context;
    QMetaObject::Connection contextGone;
    std::function<void()> drain;
    Deliver deliver;
    bool cancelling = false;
    const char* phase = nullptr; ///< of the last poll, with when it began
    Clock::time_point phaseBegan;
    std::uint64_t doneAtBegin = 0;
};

QString phaseText(const QString& phase) {
    return QCoreApplication::translate("Phase", phase.toUtf8().constData());
}

JobRunner::JobRunner(QObject* parent)
    : QObject(parent), m_gate(std::make_unique<MeasureGate>()), m_build(std::make_unique<Worker>(0)),
      m_interactive(std::make_unique<Worker>(1)) {
    m_timer.setInterval(kPollMs);
    connect(&m_timer, &QTimer::timeout, this, &JobRunner::poll);
}

JobRunner::~JobRunner() {
    if (shutdown())
        return;
    // A system call that does not return (a dead network drive) cannot be waited for; its thread keeps the
    // worker until the process ends. What it refers to must then stay, too.
    (void)m_build.release();
    (void)m_interactive.release();
    (void)m_gate.release();
}

quint64 JobRunner::enqueue(Lane lane, const QString& title, Task task, QObject* context,
                           std::function<void()> drain, Deliver deliver) {
    Worker& worker = lane == Lane::Interactive ? *m_interactive : *m_build;
    auto record = std::make_unique<Record>();
    record->title = title;
    record->lane = lane;
    record->context = context;
    record->drain = std::move(drain);
    record->deliver = std::move(deliver);
    record->phaseBegan = Clock::now();
    // The job is not known yet when it ends at once; its id is looked up in the GUI thread.
    record->job = worker.submit(
        title.toStdString(),
        [this, lane, task = std::move(task)](const Control& control) { return runOn(lane, task, control); },
        [this](const Job& job) {
            QMetaObject::invokeMethod(
                this, [this, id = quint64(job.id())] { finish(id); }, Qt::QueuedConnection);
        });
    const quint64 id = record->id = record->job->id();
    m_records.push_back(std::move(record));
    if (context)
        m_records.back()->contextGone =
            connect(context, &QObject::destroyed, this, [this, id] { cancel(id); });
    if (!m_timer.isActive())
        m_timer.start();
    emit jobAdded(id);
    emit progressed();
    return id;
}

/// On the worker's thread.
Status JobRunner::runOn(Lane lane, const Task& task, const Control& control) {
    MeasureGate& gate = *m_gate;
    lowerPriorityOnce(lane == Lane::Interactive ? 1 : 5);
    struct Leave {
        std::function<void()> leave;
        ~Leave() { leave(); }
    };
    if (lane == Lane::Interactive) {
        if (!gate.enterInteractive(control))
            return cancelled();
        const Leave leave{[&] { gate.leaveInteractive(); }};
        return task(control, [] { return true; });
    }
    if (lane == Lane::Measure) {
        if (!gate.enterMeasuring(control))
            return cancelled();
        const Leave leave{[&] { gate.leaveMeasuring(); }};
        return task(control, [&] { return gate.yieldToInteractive(control); });
    }
    return task(control, [] { return true; });
}

JobRunner::Record* JobRunner::find(quint64 id) {
    const auto found = std::ranges::find(m_records, id, [](const auto& record) { return record->id; });
    return found == m_records.end() ? nullptr : found->get();
}

void JobRunner::cancel(quint64 id) {
    Record* record = find(id);
    if (!record || record->cancelling)
        return;
    record->cancelling = true;
    record->job->cancel();
    if (record->job->state() == JobState::Queued) // the worker will meet it later and skip it
        QMetaObject::invokeMethod(
            this, [this, id] { finish(id); }, Qt::QueuedConnection);
    emit progressed();
}

void JobRunner::cancelAll() {
    std::vector<quint64> ids;
    for (const auto& record : m_records)
        ids.push_back(record->id);
    for (const quint64 id : ids)
        cancel(id);
}

bool JobRunner::shutdown(int milliseconds) {
    for (const auto& record : m_records) {
        record->cancelling = true;
        record->job->cancel();
    }
    const auto deadline = Clock::now() + std::chrono::milliseconds(milliseconds);
    const auto running = [this] {
        return std::ranges::any_of(m_records,
                                   [](const auto& r) { return r->job->state() == JobState::Running; });
    };
    while (running()) {
        if (Clock::now() >= deadline)
            return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return true;
}

/// Called once or twice per job: when it ended, and at once when it was cancelled in the queue.
void JobRunner::finish(quint64 id) {
    const auto found = std::ranges::find(m_records, id, [](const auto& record) { return record->id; });
    if (found == m_records.end())
        return;
    if ((*found)->job->state() == JobState::Running) // began between the cancel and now
        return;
    const std::unique_ptr<Record> record = std::move(*found);
    m_records.erase(found);
    disconnect(record->contextGone);

    JobStatus last = snapshot(*record);
    const Error wasCancelled = annscope::cancelled();
    const Error* failure = nullptr;
    if (record->cancelling) {
        failure = &wasCancelled;
        last.state = JobState::Cancelled;
    } else if (record->job->state() != JobState::Done) {
        failure = &record->job->error();
        last.error = QString::fromStdString(failure->message);
    }
    last.cancelling = false;
    if (record->context) {
        record->drain();
        if (record->context)
            record->deliver(failure);
    }
    if (m_records.empty())
        m_timer.stop();
    emit jobEnded(last);
    emit progressed();
}

void JobRunner::poll() {
    for (std::size_t i = 0; i < m_records.size(); ++i) { // a slot may submit
        Record& record = *m_records[i];
        const Progress& progress = record.job->progress();
        const char* phase = progress.phase.load(std::memory_order_relaxed);
        const std::uint64_t done = progress.done.load(std::memory_order_relaxed);
        if (phase != record.phase || done < record.doneAtBegin) {
            record.phase = phase;
            record.phaseBegan = Clock::now();
            record.doneAtBegin = done;
        }
        if (record.context && !record.cancelling)
            record.drain();
    }
    emit progressed();
}

JobStatus JobRunner::snapshot(const Record& record) {
    JobStatus status;
    const Job& job = *record.job;
    status.id = record.id;
    status.title = record.title;
    status.lane = record.lane;
    status.state = job.state();
    status.cancelling = record.cancelling;
    if (record.cancelling && status.state == JobState::Queued)
        status.state = JobState::Cancelled;
    status.seconds = job.seconds();
    status.phase = QString::fromUtf8(job.progress().phase.load(std::memory_order_relaxed));
    const auto done = static_cast<double>(job.progress().done.load(std::memory_order_relaxed));
    const auto total = static_cast<double>(job.progress().total.load(std::memory_order_relaxed));
    if (total > 0)
        status.fraction = std::clamp(done / total, 0.0, 1.0);
    const double advanced = done - static_cast<double>(record.doneAtBegin);
    if (total > 0 && advanced > 0 && status.state == JobState::Running)
        status.secondsLeft = std::max(0.0, (total - done) / advanced * secondsSince(record.phaseBegan));
    return status;
}

std::vector<JobStatus> JobRunner::active() const {
    std::vector<JobStatus> result;
    for (const auto& record : m_records)
        result.push_back(snapshot(*record));
    return result;
}

std::optional<JobStatus> JobRunner::status(quint64 id) const {
    for (const auto& record : m_records)
        if (record->id == id)
            return snapshot(*record);
    return std::nullopt;
}

bool JobRunner::busy(Lane lane) const {
    return std::ranges::any_of(m_records, [lane](const auto& record) { return record->lane == lane; });
}

} // namespace annscope::ui
