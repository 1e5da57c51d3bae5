// SPDX-License-Identifier: GPL-3.0-or-later
// The window answers while the engine works: real builds and sweeps on the worker, a 10 ms timer in the GUI
// thread beside them.
#include "heartbeat.h"

#include "app/session.h"
#include "app/workflow.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "spec/parser.h"
#include "ui/jobs/job_runner.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QTimer>

#include <algorithm>
#include <vector>

using namespace annscope;
using namespace annscope::test;

namespace {

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
    void lateBeatsAreSeenAndPutDown();
    void noGapWhileBuildingAndSweeping();
    void cancelIsSeenWithinAFifthOfASecond();
};

/// The measure itself: a thread that works and one that waits are both late.
void TestHeartbeat::lateBeatsAreSeenAndPutDown() {
    constexpr qint64 kLate = 90;
    {
        Heartbeat heart;
        QTimer::singleShot(20, &heart, [] {
            for (const qint64 end = clockMs(CLOCK_THREAD_CPUTIME_ID) + kLate;
                 clockMs(CLOCK_THREAD_CPUTIME_ID) < end;) {
            }
        });
        QTRY_VERIFY(heart.mostOwnWork() >= kLate - kBeatMs);
        QVERIFY(heart.mostOwnWork() > kLargestGapMs);
    }
    Heartbeat heart;
    QTimer::singleShot(20, &heart, [] { QThread::msleep(kLate); });
    QTRY_VERIFY(heart.worst(&Beat::gap).gap >= kLate - kBeatMs);
    const Beat worst = heart.worst(&Beat::gap);
    QVERIFY(worst.ownWork < kLargestGapMs);
    QCOMPARE(heart.ownGaps().size() < heart.beats.size(), std::ranges::any_of(heart.beats, &Beat::excused));
    QVERIFY(worst.excused() || heart.ownGaps().back() > kLargestGapMs);
}

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
    QVERIFY(heart.beats.size() > 20);

    // Never more than 50 ms of work in one go in the GUI thread, whatever else runs on this machine ...
    const qint64 work = heart.mostOwnWork();
    QVERIFY2(work <= kLargestGapMs, qPrintable(QString::number(work)));
    // ... and it does not wait for our own threads, which run at a lower priority.
    const std::vector<qint64> gaps = heart.ownGaps();
    const qint64 largest = gaps.empty() ? 0 : gaps.back();
    qInfo("%zu beats, %zu of them with others at work; largest gap of the rest %lld ms, largest own work "
          "%lld ms",
          heart.beats.size(), heart.beats.size() - gaps.size(), static_cast<long long>(largest),
          static_cast<long long>(work));
    QVERIFY2(largest <= kLargestGapMs, qPrintable(QString::number(largest)));
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
