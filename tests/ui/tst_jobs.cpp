// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/parallel.h"
#include "ui/jobs/jobs_model.h"
#include "ui/panels/jobs_panel.h"

#include <QAbstractItemModelTester>
#include <QElapsedTimer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include <thread>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// Works until it is cancelled, as real work does: checking about once a millisecond.
Result<int> endless(const Control& control) {
    control.begin("Training", 100);
    control.advance(40);
    while (!control.cancel_requested())
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return cancelled();
}

} // namespace

class TestJobs : public QObject {
    Q_OBJECT
private slots:
    void deliversInTheGuiThreadAndLater();
    void failureAndException();
    void cancelRunning();
    void cancelQueuedAnswersAtOnce();
    void contextGoneMeansSilence();
    void streamComesBeforeTheEnd();
    void interactiveWaitsForAMeasurement();
    void interactiveGetsInBetweenPoints();
    void panelShowsAndCancels();
    void shutdownIsBounded();
};

void TestJobs::deliversInTheGuiThreadAndLater() {
    JobRunner runner;
    int value = 0;
    QThread* thread = nullptr;
    std::thread::id worker;
    runner.submit<int>(
        Lane::Build, QStringLiteral("answer"),
        [&](const Control& control) -> Result<int> {
            worker = std::this_thread::get_id();
            return control.threads == 0 ? 42 : -1;
        },
        this,
        [&](Result<int> result) {
            thread = QThread::currentThread();
            value = *result;
        });
    QCOMPARE(value, 0); // never inside submit
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    QCOMPARE(value, 0); // and never on the worker
    QTRY_COMPARE(value, 42);
    QCOMPARE(thread, qApp->thread());
    QVERIFY(worker != std::this_thread::get_id());
    QVERIFY(runner.active().empty());
}

void TestJobs::failureAndException() {
    JobRunner runner;
    std::vector<Error> errors;
    const auto done = [&](Status status) { errors.push_back(status.error()); };
    runner.submit<void>(
        Lane::Build, QStringLiteral("fails"),
        [](const Control&) -> Status {
            return Error{ErrorCode::CorruptFile, "No magic."};
        },
        this, done);
    runner.submit<void>(
        Lane::Build, QStringLiteral("throws"), [](const Control&) -> Status { throw std::bad_alloc(); }, this,
        done);
    QTRY_COMPARE(errors.size(), 2u);
    QVERIFY(errors[0].code == ErrorCode::CorruptFile && errors[0].message == "No magic.");
    QVERIFY(errors[1].code == ErrorCode::OutOfMemory);
}

void TestJobs::cancelRunning() {
    JobRunner runner;
    std::optional<ErrorCode> code;
    const auto id = runner.submit<int>(Lane::Build, QStringLiteral("endless"), endless, this,
                                       [&](Result<int> result) { code = result.error().code; });
    QTRY_COMPARE(runner.status(id)->state, JobState::Running);
    QTRY_COMPARE(runner.status(id)->phase, QStringLiteral("Training"));
    QElapsedTimer clock;
    clock.start();
    runner.cancel(id);
    QVERIFY(runner.status(id)->cancelling); // seen at once
    QTRY_VERIFY(code.has_value());
    QVERIFY(*code == ErrorCode::Cancelled);
    runner.cancel(id); // unknown by now: nothing happens
}

void TestJobs::cancelQueuedAnswersAtOnce() {
    JobRunner runner;
    bool ran = false, ended = false;
    const auto first = runner.submit<int>(Lane::Build, QStringLiteral("endless"), endless, this, [](auto) {});
    const auto second = runner.submit<int>(
        Lane::Build, QStringLiteral("waits"),
        [&](const Control&) -> Result<int> {
            ran = true;
            return 1;
        },
        this, [&](Result<int> result) { ended = !result && result.error().code == ErrorCode::Cancelled; });
    QTRY_COMPARE(runner.status(first)->state, JobState::Running);
    runner.cancel(second);
    QCOMPARE(runner.status(second)->state, JobState::Cancelled);
    QTRY_VERIFY(ended); // although the first still runs
    QCOMPARE(runner.status(first)->state, JobState::Running);
    runner.cancel(first);
    QTRY_VERIFY(runner.active().empty());
    QVERIFY(!ran);
}

void TestJobs::contextGoneMeansSilence() {
    JobRunner runner;
    bool called = false;
    auto context = std::make_unique<QObject>();
    const auto id = runner.submit<int>(Lane::Build, QStringLiteral("endless"), endless, context.get(),
                                       [&](auto) { called = true; });
    QTRY_COMPARE(runner.status(id)->state, JobState::Running);
    context.reset();
    QTRY_VERIFY(runner.active().empty()); // it was cancelled: nobody waits for it
    QVERIFY(!called);
}

void TestJobs::streamComesBeforeTheEnd() {
    JobRunner runner;
    std::vector<int> seen;
    std::size_t atEnd = 0;
    int batches = 0;
    runner.submitStreaming<int, int>(
        Lane::Build, QStringLiteral("stream"),
        [](const Control&, const JobRunner::Emit<int>& emitItem) -> Result<int> {
            for (int i = 0; i < 1000; ++i)
                emitItem(i);
            return 0;
        },
        this,
        [&](std::vector<int> items) {
            ++batches;
            seen.insert(seen.end(), items.begin(), items.end());
        },
        [&](Result<int>) { atEnd = seen.size(); });
    QTRY_COMPARE(atEnd, 1000u);
    QVERIFY(std::ranges::is_sorted(seen));
    QVERIFY(batches < 10);
}

void TestJobs::interactiveWaitsForAMeasurement() {
    JobRunner runner;
    bool answered = false;
    const auto sweep = runner.submit<int>(Lane::Measure, QStringLiteral("sweep"), endless, this, [](auto) {});
    QTRY_COMPARE(runner.status(sweep)->phase, QStringLiteral("Training"));
    runner.submit<int>(
        Lane::Interactive, QStringLiteral("query"), [](const Control& c) -> Result<int> { return c.threads; },
        this, [&](Result<int> threads) { answered = *threads == 1; });
    QTest::qWait(100);
    QVERIFY(!answered);
    runner.cancel(sweep);
    QTRY_VERIFY(answered);
}

void TestJobs::interactiveGetsInBetweenPoints() {
    JobRunner runner;
    std::atomic<bool> answered = false;
    bool answeredDuring = false;
    runner.submitStreaming<int, int>(
        Lane::Measure, QStringLiteral("sweep"),
        [&](const Control& control, const JobRunner::Emit<int>& emitItem) -> Result<int> {
            while (!answered && !control.cancel_requested()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                emitItem(1);
            }
            return 0;
        },
        this, [](auto) {}, [&](Result<int> result) { answeredDuring = result.ok() && answered; });
    runner.submit<int>(
        Lane::Interactive, QStringLiteral("query"),
        [&](const Control&) -> Result<int> {
            answered = true;
            return 0;
        },
        this, [](auto) {});
    QTRY_VERIFY(answeredDuring);
}

void TestJobs::panelShowsAndCancels() {
    JobRunner runner;
    JobsPanel panel(&runner);
    panel.resize(600, 200);
    panel.show();
    const QAbstractItemModelTester tester(panel.model(),
                                          QAbstractItemModelTester::FailureReportingMode::QtTest);
    QVERIFY(!panel.table()->isVisible()); // empty: a hint instead
    runner.submit<int>(Lane::Build, QStringLiteral("Build IVF64,Flat"), endless, this, [](auto) {});
    runner.submit<int>(Lane::Build, QStringLiteral("Build Vamana32"), endless, this, [](auto) {});
    runner.submit<int>(
        Lane::Interactive, QStringLiteral("query"), [](const Control&) -> Result<int> { return 1; }, this,
        [](auto) {});
    QCOMPARE(panel.model()->rowCount(), 2); // the interactive lane is not shown
    QVERIFY(panel.table()->isVisible());
    const auto text = [&](int row, int column) {
        return panel.model()->index(row, column).data().toString();
    };
    QTRY_COMPARE(text(0, JobsModel::StateColumn), QStringLiteral("Training"));
    QCOMPARE(text(0, JobsModel::ProgressColumn), QStringLiteral("40 %"));
    QCOMPARE(text(1, JobsModel::StateColumn), QStringLiteral("queued"));
    QTest::mouseClick(panel.cancelButton(), Qt::LeftButton); // nothing selected: what runs
    QTRY_COMPARE(text(0, JobsModel::StateColumn), QStringLiteral("cancelled"));
    QTRY_COMPARE(text(1, JobsModel::StateColumn), QStringLiteral("Training"));
    panel.table()->selectRow(1);
    panel.table()->setFocus();
    QTest::keyClick(panel.table(), Qt::Key_Delete);
    QTRY_COMPARE(text(1, JobsModel::StateColumn), QStringLiteral("cancelled"));
    QVERIFY(!panel.cancelButton()->isEnabled());
    panel.model()->clearEnded();
    QCOMPARE(panel.model()->rowCount(), 0);
}

void TestJobs::shutdownIsBounded() {
    JobRunner runner;
    std::atomic<bool> release = false;
    runner.submit<int>(
        Lane::Build, QStringLiteral("deaf"),
        [&](const Control&) -> Result<int> {
            while (!release)
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return 0;
        },
        this, [](auto) {});
    QTRY_COMPARE(runner.active().front().state, JobState::Running);
    QVERIFY(!runner.shutdown(50)); // says so instead of hanging
    release = true;
    QVERIFY(runner.shutdown());
}

QTEST_MAIN(TestJobs)
#include "tst_jobs.moc"
