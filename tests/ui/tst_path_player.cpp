// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_index.h"
#include "ui/common/palette.h"
#include "ui/views/candidate_model.h"
#include "ui/views/hop_chart.h"
#include "ui/views/path_player.h"
#include "ui/views/query_job.h"
#include "ui/views/step_text.h"

#include <QAbstractItemModelTester>
#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// Entry 1 at 9; expands 1: finds 2 (4, kept) and 3 (16, not kept); expands 2: finds 4 (1), which pushes 1
/// out.
PathTrace smallTrace() {
    PathTrace trace;
    trace.consider(1, 9, true);
    trace.expand(1, 9);
    trace.consider(2, 4, true);
    trace.consider(3, 16, false);
    trace.expand(2, 4);
    trace.consider(4, 1, true);
    return trace;
}

GroundTruth truthOf(std::vector<Id> ids, std::vector<float> distances) {
    GroundTruth truth;
    truth.queries = 1;
    truth.k = ids.size();
    truth.ids = std::move(ids);
    truth.distances = std::move(distances);
    return truth;
}

PathModelPtr smallPath() {
    auto path = std::make_shared<PathModel>();
    path->k = 2;
    path->listSize = 2;
    readTrace(smallTrace(), *path);
    readAnswers(std::vector<Id>{4, 2}, std::vector<float>{1, 4}, truthOf({4, 5}, {1, 2}), *path);
    return path;
}

/// A real search of a graph, 20 steps or so.
PathModelPtr longPath() {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(500, 3);
    test::joinAtRandom(*index, 5, 1, 4);
    QueryRequest request;
    request.built = test::built(index);
    request.vector = {9.0f, 1.0f};
    request.k = 10;
    request.params = {{"Lsearch", 15}};
    return runQuery(request, {}).value();
}

} // namespace

class PathPlayerTest : public QObject {
    Q_OBJECT
private slots:
    void readsTheTraceOfAGraph();
    void listReplaysInsertionsAndEvictions();
    void saysWhatWasMissed();
    void equalDistancesCountAsFound();
    void cellsBecomeSteps();
    void replayEndsWithTheAnswer();
    void shownDistances();
    void buttonsStep();
    void keysStep();
    void sliderScrubs();
    void playsToTheEndAndStops();
    void tableFollowsTheStep();
    void chartClickGoesToAStep();
    void nothingToPlay();
};

void PathPlayerTest::readsTheTraceOfAGraph() {
    const PathModelPtr path = smallPath();
    QCOMPARE(path->steps.size(), std::size_t(3));
    QCOMPARE(path->steps[0].kind, PathStep::Kind::Start);
    QCOMPARE(path->steps[0].hop, 0);
    QCOMPARE(path->steps[1].hop, 1);
    QCOMPARE(path->steps[1].parent, kNoId); // the entry point was found by nobody
    QCOMPARE(path->steps[2].parent, Id(1));
    QCOMPARE(path->steps[1].kept, std::size_t(1));
    QCOMPARE(path->consideredIn(1).size(), std::size_t(2));
    QVERIFY(std::isinf(path->steps[0].worst));
    QCOMPARE(path->steps[1].best, 4.0f);
    QCOMPARE(path->steps[1].worst, 9.0f);
    QCOMPARE(path->steps[2].worst, 4.0f);
    QVERIFY(!path->ivf());
    QCOMPARE(stepText(*path, 1),
             QStringLiteral("hop 1 of 2: expanded node 1 at 3; considered 2, kept 1; list 2 of 2, best 2"));
}

void PathPlayerTest::listReplaysInsertionsAndEvictions() {
    const PathModelPtr path = smallPath();
    const auto middle = path->listAt(1);
    QCOMPARE(middle.size(), std::size_t(2));
    QCOMPARE(middle[0].id, Id(2));
    QVERIFY(middle[0].fresh && !middle[0].expanded);
    QCOMPARE(middle[1].id, Id(1));
    QVERIFY(!middle[1].fresh && middle[1].expanded);
    const auto last = path->listAt(2);
    QCOMPARE(last[0].id, Id(4));
    QVERIFY(last[0].isTrue);
    QCOMPARE(last[1].id, Id(2)); // 1 was pushed out
    QVERIFY(last[1].expanded && !last[1].isTrue);
}

void PathPlayerTest::saysWhatWasMissed() {
    const PathModelPtr path = smallPath();
    QCOMPARE(path->recall, 0.5);
    QCOMPARE(path->missed(), std::size_t(1));
    QCOMPARE(path->truth[0].loss, Loss::None);
    QCOMPARE(path->truth[1].loss, Loss::NotReached);
    QVERIFY(path->answers[0].isTrue && !path->answers[1].isTrue);
    QVERIFY(outcomeText(*path).contains(QStringLiteral("found 1 of 2")));
}

void PathPlayerTest::equalDistancesCountAsFound() {
    PathModel path;
    path.k = path.listSize = 2;
    readTrace(smallTrace(), path);
    // 5 is as far as 2: an answer with 2 in its place is just as good.
    readAnswers(std::vector<Id>{4, 2}, std::vector<float>{1, 4}, truthOf({4, 5}, {1, 4}), path);
    QCOMPARE(path.recall, 1.0);
    QCOMPARE(path.missed(), std::size_t(0));
}

void PathPlayerTest::cellsBecomeSteps() {
    PathTrace trace;
    trace.probe_cell(7, 2);
    trace.consider(1, 4, true);
    trace.probe_cell(3, 5);
    trace.consider(2, 9, false);
    PathModel path;
    path.k = path.listSize = 1;
    readTrace(trace, path);
    readAnswers(std::vector<Id>{1}, std::vector<float>{4}, truthOf({8}, {1}), path);
    QCOMPARE(path.steps.size(), std::size_t(2));
    QVERIFY(path.ivf());
    QCOMPARE(path.steps[1].hop, 2);
    QCOMPARE(path.steps[1].id, Id(3));
    QCOMPARE(path.truth[0].loss, Loss::NotProbed);
}

/// The list after the last step begins with what the search itself answered.
void PathPlayerTest::replayEndsWithTheAnswer() {
    const PathModelPtr path = longPath();
    QVERIFY(path->steps.size() > 10);
    const auto list = path->listAt(path->steps.size() - 1);
    QCOMPARE(path->answers.size(), std::size_t(10));
    for (std::size_t i = 0; i < path->answers.size(); ++i)
        QCOMPARE(list[i].id, path->answers[i].id);
    QVERIFY(std::all_of(list.begin(), list.end(), [](const ListEntry& e) { return e.expanded; }));
}

void PathPlayerTest::shownDistances() {
    QCOMPARE(shownDistance(Metric::L2, 9), 3.0);
    QCOMPARE(shownDistance(Metric::InnerProduct, -7), 7.0);
    QCOMPARE(shownDistance(Metric::Cosine, -1), 0.0);
}

void PathPlayerTest::buttonsStep() {
    PathPlayer player;
    player.show();
    const PathModelPtr path = longPath();
    const int last = static_cast<int>(path->steps.size()) - 1;
    player.setPath(path);
    QCOMPARE(player.step(), last);
    QSignalSpy changed(&player, &PathPlayer::stepChanged);
    const auto click = [&](const char* name) {
        auto* button = player.findChild<QToolButton*>(QString::fromLatin1(name));
        QVERIFY(button && !button->accessibleName().isEmpty());
        QTest::mouseClick(button, Qt::LeftButton);
    };
    click("skip-start");
    QCOMPARE(player.step(), 0);
    click("step-forward");
    click("step-forward");
    QCOMPARE(player.step(), 2);
    click("step-back");
    QCOMPARE(player.step(), 1);
    click("skip-end");
    QCOMPARE(player.step(), last);
    click("step-forward"); // there is nothing behind the end
    QCOMPARE(player.step(), last);
    QCOMPARE(changed.count(), 5);
}

void PathPlayerTest::keysStep() {
    PathPlayer player;
    player.setPath(longPath());
    player.show();
    QVERIFY(QTest::qWaitForWindowActive(&player));
    player.findChild<QTableView*>()->setFocus();
    QTest::keyClick(player.focusWidget(), Qt::Key_Home);
    QCOMPARE(player.step(), 0);
    QTest::keyClick(player.focusWidget(), Qt::Key_Period);
    QTest::keyClick(player.focusWidget(), Qt::Key_Period);
    QTest::keyClick(player.focusWidget(), Qt::Key_Comma);
    QCOMPARE(player.step(), 1);
    QTest::keyClick(player.focusWidget(), Qt::Key_Space);
    QVERIFY(player.playing());
    QTest::keyClick(player.focusWidget(), Qt::Key_Space);
    QVERIFY(!player.playing());
}

void PathPlayerTest::sliderScrubs() {
    PathPlayer player;
    player.setPath(longPath());
    player.show();
    auto* slider = player.findChild<QSlider*>();
    slider->setValue(4);
    QCOMPARE(player.step(), 4);
    slider->setFocus();
    QTest::keyClick(slider, Qt::Key_Right);
    QCOMPARE(player.step(), 5);
    QVERIFY(player.findChild<QLabel*>(QStringLiteral("pathText"))
                ->text()
                .startsWith(QStringLiteral("Hop 5 of ")));
}

void PathPlayerTest::playsToTheEndAndStops() {
    PathPlayer player;
    player.setPath(smallPath());
    player.show();
    player.findChild<QComboBox*>()->setCurrentIndex(4); // the fastest
    QTest::mouseClick(player.findChild<QToolButton*>(QStringLiteral("play")), Qt::LeftButton);
    QVERIFY(player.playing());
    QCOMPARE(player.step(), 0); // from the end it starts over
    QTRY_COMPARE(player.step(), 2);
    QTRY_VERIFY(!player.playing());
}

void PathPlayerTest::tableFollowsTheStep() {
    CandidateModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const PathModelPtr path = smallPath();
    model.show(path, 0);
    QCOMPARE(model.rowCount(), 1);
    model.show(path, 1);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(), QStringLiteral("new"));
    model.show(path, 2);
    QCOMPARE(model.rowCount(), 3); // two candidates and the one that was missed
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(),
             QStringLiteral("answer, true neighbour"));
    QVERIFY(model.index(2, CandidateModel::State).data().toString().startsWith(QStringLiteral("missed")));
    QCOMPARE(model.index(2, CandidateModel::Node).data(CandidateModel::IdRole).toLongLong(), 5);
    QCOMPARE(model.index(2, 0).data(Qt::ForegroundRole).value<QBrush>().color(), ui::palette().missed);
    const PathModelPtr longer = longPath();
    for (std::size_t s = 0; s < longer->steps.size(); ++s)
        model.show(longer, s);
    model.show(nullptr, 0);
    QCOMPARE(model.rowCount(), 0);
}

void PathPlayerTest::chartClickGoesToAStep() {
    PathPlayer player;
    player.resize(900, 240);
    player.setPath(longPath());
    player.show();
    auto* chart = player.findChild<HopChart*>();
    QTest::mouseClick(chart, Qt::LeftButton, {}, QPoint(52, chart->height() / 2));
    QCOMPARE(player.step(), 0);
    player.grab();
}

void PathPlayerTest::nothingToPlay() {
    PathPlayer player;
    player.show();
    player.setPath(nullptr);
    player.togglePlaying();
    player.stepForward();
    player.toEnd();
    QVERIFY(!player.playing());
    player.setPath(std::make_shared<PathModel>()); // an exhaustive index tells no steps
    player.togglePlaying();
    QVERIFY(!player.playing());
    QCOMPARE(player.findChild<QTableView*>()->model()->rowCount(), 0);
    player.grab();
}

QTEST_MAIN(PathPlayerTest)
#include "tst_path_player.moc"
