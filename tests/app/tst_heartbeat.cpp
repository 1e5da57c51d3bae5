// SPDX-License-Identifier: GPL-3.0-or-later
// The window answers while the engine works: real builds and sweeps on the worker, a 10 ms timer in the GUI
// thread beside them.
#include "app/session.h"
#include "app/workflow.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "spec/parser.h"
#include "ui/jobs/job_runner.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <sys/resource.h>
#include <thread>

using namespace annscope;

namespace {

constexpr qint64 kBeatMs = 10, kLargestGapMs = 50;

/// Time that the GUI thread itself spent working since the last call, in ms: what other programs on the
/// machine take away from it is not counted.
qint64 threadCpuMs() {
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1'000'000;
}

/// Beats every 10 ms and keeps the gaps.
class Heartbeat : public QObject {
public:
    Heartbeat() {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(kBeatMs);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            gaps.push_back(m_clock.restart());
            const qint64 cpu = threadCpuMs();
            ownWork.push_back(cpu - m_cpu);
            m_cpu = cpu;
        });
        m_cpu = threadCpuMs();
        m_clock.start();
        m_timer.start();
    }
    std::vector<qint64> gaps, ownWork;

private:
    QTimer m_timer;
    QElapsedTimer m_clock;
    qint64 m_cpu = 0;
};

DatasetPtr makeData() {
    ClusterOptions options;
    options.n = 10000;
    options.dim = 64;
    options.queries = 200;
    Dataset dataset = *generate_clusters(options, Control{});
    dataset.truth = *exact_neighbours(dataset.base, dataset.queries, dataset.metric, 10, Control{});
    return std::make_shared<const Dataset>(std::move(dataset));
}

} // namespace

class TestHeartbeat : public QObject {
    Q_OBJECT
private slots:
    void noGapWhileBuildingAndSweeping();
    void cancelIsSeenWithinAFifthOfASecond();
};

void TestHeartbeat::noGapWhileBuildingAndSweeping() {
    Session session;
    ui::JobRunner runner;
    Workflow workflow(&session, &runner);
    const DatasetPtr data = makeData();
    session.addDataset(data, std::nullopt);
    QSignalSpy swept(&workflow, &Workflow::swept);

    Heartbeat heart;
    workflow.build(*parse_configuration("Vamana32|Lbuild=75"), data);
    workflow.build(*parse_configuration("IVF64,Flat"), data);
    QTRY_COMPARE_WITH_TIMEOUT(swept.count(), 2, 120'000);
    QVERIFY(session.runs()->rowCount() > 4);
    QVERIFY(heart.gaps.size() > 20);

    // Never more than 50 ms of work in one go in the GUI thread, whatever else runs on this machine ...
    const qint64 work = *std::ranges::max_element(heart.ownWork);
    QVERIFY2(work <= kLargestGapMs, qPrintable(QString::number(work)));
    // ... and it is not starved by our own threads, which run at a lower priority. On a machine that is
    // overloaded by others any thread may wait longer now and then; not in 99 of 100 beats.
    std::ranges::sort(heart.gaps);
    const qint64 p99 = heart.gaps[heart.gaps.size() * 99 / 100], largest = heart.gaps.back();
    qInfo("%zu beats, 99th percentile %lld ms, largest gap %lld ms, largest own work %lld ms",
          heart.gaps.size(), static_cast<long long>(p99), static_cast<long long>(largest),
          static_cast<long long>(work));
    double load = 0;
    getloadavg(&load, 1);
    const bool alone = load < std::thread::hardware_concurrency() + 1.0;
    QVERIFY2((alone ? largest : p99) <= kLargestGapMs, qPrintable(QString::number(alone ? largest : p99)));
}

void TestHeartbeat::cancelIsSeenWithinAFifthOfASecond() {
    Session session;
    ui::JobRunner runner;
    Workflow workflow(&session, &runner);
    const DatasetPtr data = makeData();
    session.addDataset(data, std::nullopt);
    QSignalSpy cancelled(&workflow, &Workflow::cancelled), failed(&workflow, &Workflow::failed);
    workflow.build(*parse_configuration("Vamana64|Lbuild=200"), data);
    QTRY_COMPARE(runner.active().front().state, JobState::Running);
    QTRY_VERIFY(!runner.active().front().phase.isEmpty());
    runner.cancel(runner.active().front().id);
    QVERIFY(runner.active().front().cancelling); // the answer that a person sees is immediate
    QTRY_COMPARE(cancelled.count(), 1);
    QCOMPARE(failed.count(), 0);
    QVERIFY(session.indexes().empty());
    QCOMPARE(session.runs()->rowCount(), 0);
}

QTEST_MAIN(TestHeartbeat)
#include "tst_heartbeat.moc"
