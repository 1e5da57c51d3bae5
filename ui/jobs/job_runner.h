// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "core/worker.h"

#include <QObject>
#include <QString>
#include <QTimer>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace annscope::ui {

class MeasureGate;

/// Where a job runs. Build: all cores, one job after the other. Measure: the same queue, and the interactive
/// lane keeps quiet while it runs. Interactive: a thread of its own, for what the hand on the mouse waits
/// for.
enum class Lane : quint8 { Build, Measure, Interactive };

/// A snapshot of one job, for views.
struct JobStatus {
    quint64 id = 0;
    QString title;
    Lane lane = Lane::Build;
    JobState state = JobState::Queued;
    bool cancelling = false; ///< cancel was asked for, the work has not stopped yet
    QString phase;           ///< as the engine names it, English; see phaseText
    double fraction = -1;    ///< of the phase, 0..1; -1: unknown
    double seconds = 0;      ///< since it began to run
    double secondsLeft = -1; ///< of the phase; -1: unknown
    QString error;           ///< the engine's sentence, once failed

    bool ended() const { return state != JobState::Queued && state != JobState::Running; }
};

/// The phase in the user's language.
QString phaseText(const QString& phase);

/// The only bridge between the engine's threads and the window. Work is a callable that captures values and
/// shared_ptr<const T>; its result arrives by one queued call in the GUI thread; progress is polled at 20 Hz.
/// All functions are for the GUI thread. Ids are unique over the run of the program.
class JobRunner : public QObject {
    Q_OBJECT
public:
    explicit JobRunner(QObject* parent = nullptr);
    /// Cancels all and waits for at most kShutdownMs.
    ~JobRunner() override;

    template<class T>
    using Work = std::function<Result<T>(const Control&)>;
    template<class T>
    using Done = std::function<void(Result<T>)>;
    template<class Item>
    using Emit = std::function<void(Item)>;

    /// Queues work. done is called once, in the GUI thread, later than this call, also with the Cancelled
    /// error; never when context was destroyed before (the job is then cancelled, too).
    template<class T>
    quint64 submit(Lane lane, const QString& title, Work<T> work, QObject* context, Done<T> done) {
        return submitStreaming<int, T>(
            lane, title, [work = std::move(work)](const Control& c, const Emit<int>&) { return work(c); },
            context, [](std::vector<int>) {}, std::move(done));
    }

    /// The same for work that has something to show on its way: what it emits arrives in batches at 20 Hz,
    /// the last batch before done. On the Measure lane an emit lets waiting interactive jobs run.
    template<class Item, class T>
    quint64 submitStreaming(Lane lane, const QString& title,
                            std::function<Result<T>(const Control&, const Emit<Item>&)> work,
                            QObject* context, std::function<void(std::vector<Item>)> onItems, Done<T> done);

    /// Asks a job to stop. A queued job ends at once; a running one at its next check, its result is dropped.
    void cancel(quint64 id);
    void cancelAll();
    /// Cancels all and waits until the threads are idle. False: something still runs after that time.
    bool shutdown(int milliseconds = kShutdownMs);

    /// The jobs that have not ended, in the order of submission.
    std::vector<JobStatus> active() const;
    std::optional<JobStatus> status(quint64 id) const;
    bool busy(Lane lane) const;

    static constexpr int kPollMs = 50, kShutdownMs = 3000;

signals:
    void jobAdded(quint64 id);
    /// 20 times a second while something runs, and whenever a state changed.
    void progressed();
    /// After done was called. The status is the last one.
    void jobEnded(const annscope::ui::JobStatus& status);

private:
    struct Record;
    using Task = std::function<Status(const Control&, const std::function<bool()>& yield)>;
    using Deliver = std::function<void(const Error* failure)>;

    quint64 enqueue(Lane lane, const QString& title, Task task, QObject* context, std::function<void()> drain,
                    Deliver deliver);
    Status runOn(Lane lane, const Task& task, const Control& control);
    Record* find(quint64 id);
    void finish(quint64 id);
    void poll();
    static JobStatus snapshot(const Record& record);

    std::unique_ptr<MeasureGate> m_gate;
    std::vector<std::unique_ptr<Record>> m_records; ///< of jobs that have not ended
    QTimer m_timer;
    std::unique_ptr<Worker> m_build, m_interactive; // last: their threads end before the rest goes
};

template<class Item, class T>
quint64 JobRunner::submitStreaming(Lane lane, const QString& title,
                                   std::function<Result<T>(const Control&, const Emit<Item>&)> work,
                                   QObject* context, std::function<void(std::vector<Item>)> onItems,
                                   Done<T> done) {
    struct Shared {
        std::mutex mutex;
        std::vector<Item> items;
        std::optional<Result<T>> result;
    };
    auto shared = std::make_shared<Shared>();
    Task task = [shared, work = std::move(work)](const Control& control,
                                                 const std::function<bool()>& yield) -> Status {
        const Emit<Item> emitItem = [&](Item item) {
            {
                const std::lock_guard lock(shared->mutex);
                shared->items.push_back(std::move(item));
            }
            yield();
        };
        shared->result.emplace(work(control, emitItem));
        return shared->result->ok() ? Status() : Status(shared->result->error());
    };
    auto drain = [shared, onItems = std::move(onItems)] {
        std::vector<Item> items;
        {
            const std::lock_guard lock(shared->mutex);
            items.swap(shared->items);
        }
        if (!items.empty())
            onItems(std::move(items));
    };
    Deliver deliver = [shared, done = std::move(done)](const Error* failure) {
        done(failure ? Result<T>(*failure) : std::move(*shared->result));
    };
    return enqueue(lane, title, std::move(task), context, std::move(drain), std::move(deliver));
}

} // namespace annscope::ui
