// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/topk.h"
#include "fake_index.h"
#include "ui/common/palette.h"
#include "ui/common/step_player.h"
#include "ui/common/table_export.h"
#include "ui/views/candidate_model.h"
#include "ui/views/found_chart.h"
#include "ui/views/hop_chart.h"
#include "ui/views/path_differences.h"
#include "ui/views/path_player.h"
#include "ui/views/query_job.h"
#include "ui/views/step_model.h"
#include "ui/views/step_text.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QSplitter>
#include <QStandardItemModel>
#include <QTabBar>
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

PathModelPtr searched(std::shared_ptr<test::FakeIndex> index, double list) {
    QueryRequest request;
    request.built = test::built(std::move(index));
    request.vector = {9.0f, 1.0f};
    request.k = 10;
    request.params = {{"Lsearch", list}};
    return runQuery(request, {}).value();
}

std::shared_ptr<test::FakeIndex> fakeGraph() {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(500, 3);
    test::joinAtRandom(*index, 5, 1, 4);
    return index;
}

/// A real search of a graph, 20 steps or so.
PathModelPtr longPath(double list = 15) {
    return searched(fakeGraph(), list);
}

/// All of 640 vectors, in the order of their rows.
PathModelPtr scannedPath() {
    const VectorSet base = test::bandOfPoints(640, 3);
    const float query[] = {9.0f, 1.0f};
    PathTrace trace;
    TopK best(10);
    for (std::size_t i = 0; i < base.size(); ++i) {
        const float d = test::squaredL2({query, 2}, base.view<float>()[i]);
        trace.consider(static_cast<Id>(i), d, best.push(d, static_cast<Id>(i)));
    }
    auto path = std::make_shared<PathModel>();
    path->query = {9.0f, 1.0f};
    path->k = path->listSize = 10;
    readTrace(trace, *path);
    std::vector<Id> ids(10);
    std::vector<float> distances(10);
    best.drain(ids, distances);
    readAnswers(ids, distances, truthOf(ids, distances), *path);
    return path;
}

PathModelPtr layeredPath() {
    auto index = fakeGraph();
    test::addLevels(*index);
    return searched(std::move(index), 15);
}

} // namespace

class PathPlayerTest : public QObject {
    Q_OBJECT
private slots:
    void takesLittleRoomBeforeThereIsAQuery() {
        QSplitter split(Qt::Vertical);
        auto* canvas = new QWidget;
        auto* player = new PathPlayer;
        split.addWidget(canvas);
        split.addWidget(player);
        split.setStretchFactor(0, 1);
        split.setSizes({340, 260});
        split.resize(700, 600);
        split.show();
        QVERIFY(QTest::qWaitForWindowExposed(&split));
        player->setPath(nullptr);
        QVERIFY2(canvas->height() > 480, qPrintable(QString::number(canvas->height())));
        split.resize(700, 700);
        QVERIFY2(canvas->height() > 580, qPrintable(QString::number(canvas->height())));
    }
    void saysWhatAStepDid();
    void saysWhatWasMissed();
    void codesDoNotDecideWhatIsTrue();
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
    void arrowsStepInListAndChart();
    void chartTellsAHop();
    void lostNeighboursAreExplained();
    void timelineGoesHopByHop();
    void twoPathsPlayTogether();
    void differencesTellWhatSetsThemApart();
    void levelsAreToldInTheSteps();
    void rerankingIsShown();
    void nothingToPlay();
    void stepTableTellsAllSteps();
    void tableIsCopied();
    void scansArePlayed();
    void differentKindsMeetByDistances();
    void foundChartGoesToAStep();
    void speedKeys();
    void stateIsKeptWhileTheQueryChanges();
};

void PathPlayerTest::saysWhatAStepDid() {
    const PathModelPtr path = smallPath();
    QVERIFY(!path->ivf());
    QCOMPARE(stepText(*path, 1),
             QStringLiteral("hop 1 of 2: expanded node 1 at 3; considered 2, kept 1; list 2 of 2, best 2"));
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

/// What codes say is not what is: an answer is judged by its vector.
void PathPlayerTest::codesDoNotDecideWhatIsTrue() {
    PathModel path;
    path.k = path.listSize = 2;
    readTrace(smallTrace(), path);
    const std::vector<float> estimates{0.1f, 0.2f}, exact{1, 4};
    readAnswers(std::vector<Id>{4, 2}, estimates, truthOf({4, 5}, {1, 2}), path, exact);
    QVERIFY(path.answers[0].isTrue && !path.answers[1].isTrue);
    QCOMPARE(path.recall, 0.5);
    readAnswers(std::vector<Id>{4, 5}, std::vector<float>{3, 3}, truthOf({4, 5}, {1, 2}), path,
                std::vector<float>{1, 2});
    QCOMPARE(path.recall, 1.0);
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
    const auto list = path->list_at(path->steps.size() - 1).entries;
    QCOMPARE(path->answers.size(), std::size_t(10));
    for (std::size_t i = 0; i < path->answers.size(); ++i)
        QCOMPARE(list[i].id, path->answers[i].id);
    QVERIFY(std::all_of(list.begin(), list.end(), [](const TraceEntry& e) { return e.expanded; }));
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
    player.findChild<QTableView*>(QStringLiteral("candidateList"))->setFocus();
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
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(), QStringLiteral("new, next"));
    model.show(path, 1);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(), QStringLiteral("new, next"));
    QCOMPARE(model.index(1, CandidateModel::State).data().toString(), QStringLiteral("expanded"));
    QVERIFY(model.index(0, 0).data(Qt::BackgroundRole).isValid());
    QVERIFY(!model.index(1, 0).data(Qt::BackgroundRole).isValid());
    model.show(path, 2);
    QCOMPARE(model.rowCount(), 4); // two candidates, the one pushed out and the one that was missed
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(), QStringLiteral("answer, true"));
    QCOMPARE(model.index(2, CandidateModel::State).data().toString(), QStringLiteral("pushed out, expanded"));
    QVERIFY(model.index(2, 0).data(Qt::FontRole).value<QFont>().strikeOut());
    QVERIFY(model.index(3, CandidateModel::State).data().toString().startsWith(QStringLiteral("missed")));
    QCOMPARE(model.index(3, CandidateModel::Node).data(CandidateModel::IdRole).toLongLong(), 5);
    QCOMPARE(model.index(3, 0).data(Qt::ForegroundRole).value<QBrush>().color(), ui::palette().missed);
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
    QTest::mouseClick(chart, Qt::LeftButton, {}, QPoint(60, chart->height() / 2));
    QCOMPARE(player.step(), 0);
    player.grab();
}

void PathPlayerTest::arrowsStepInListAndChart() {
    PathPlayer player;
    player.setPath(longPath());
    player.show();
    QVERIFY(QTest::qWaitForWindowActive(&player));
    player.toStart();
    auto* table = player.findChild<QTableView*>(QStringLiteral("candidateList"));
    table->setFocus();
    QTest::keyClick(table, Qt::Key_Right);
    QTest::keyClick(table, Qt::Key_Right);
    QTest::keyClick(table, Qt::Key_Left);
    QCOMPARE(player.step(), 1);
    auto* chart = player.findChild<HopChart*>();
    chart->setFocus();
    QTest::keyClick(chart, Qt::Key_Right);
    QCOMPARE(player.step(), 2);
    QTest::keyClick(chart, Qt::Key_Left);
    QCOMPARE(player.step(), 1);
}

void PathPlayerTest::chartTellsAHop() {
    HopChart chart;
    QVERIFY(chart.hopText(0).isEmpty());
    chart.setPaths({NamedPath{smallPath(), {}}});
    const QString text = chart.hopText(1);
    QVERIFY2(text.contains(QStringLiteral("expanded node 1 at 3")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("worst 3")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("true neighbour 2 at 1.41")), qPrintable(text));
}

/// 1 is a true neighbour by decree: it was met first and pushed out by hop 2; 3 never entered.
void PathPlayerTest::lostNeighboursAreExplained() {
    PathModel path;
    path.k = path.listSize = 2;
    readTrace(smallTrace(), path);
    readAnswers(std::vector<Id>{4, 2}, std::vector<float>{1, 4}, truthOf({1, 3}, {0.5f, 0.6f}), path);
    QCOMPARE(path.truth[0].loss, Loss::NotKept);
    QCOMPARE(lossText(path, path.truth[0]),
             QStringLiteral("missed: entered at hop 0 at 3, pushed out at hop 2"));
    QCOMPARE(lossText(path, path.truth[1]),
             QStringLiteral("missed: met at hop 1 at 4, too far for the list"));
}

void PathPlayerTest::timelineGoesHopByHop() {
    const auto layered = std::make_shared<PathModel>();
    PathTrace trace;
    trace.enter_level(1);
    trace.consider(1, 9, true);
    trace.expand(1, 9);
    trace.enter_level(0);
    trace.consider(1, 9, true);
    trace.expand(1, 9);
    trace.expand(1, 9);
    layered->k = layered->listSize = 1;
    readTrace(trace, *layered);
    const PathTimeline alone(PathPair{NamedPath{layered, {}}});
    QCOMPARE(alone.size(), std::size_t(5)); // as many as steps
    QCOMPARE(alone.step(4, 0), std::size_t(4));
    QCOMPARE(alone.step(4, 1), std::size_t(0));

    const PathTimeline both(PathPair{NamedPath{smallPath(), {}}, NamedPath{layered, {}}});
    const int hops[] = {0, 1, 1, 2, 3};
    const std::size_t first[] = {0, 1, 1, 2, 2}, second[] = {0, 1, 2, 3, 4};
    QCOMPARE(both.size(), std::size_t(5));
    for (std::size_t m = 0; m < both.size(); ++m) {
        QCOMPARE(both.hop(m), hops[m]);
        QCOMPARE(both.step(m, 0), first[m]);
        QCOMPARE(both.step(m, 1), second[m]);
    }
    QCOMPARE(both.momentOfHop(1), std::size_t(2));
    QCOMPARE(both.momentOfHop(99), std::size_t(4));
    QCOMPARE(PathTimeline(PathPair{}).size(), std::size_t(0));
    QCOMPARE(PathTimeline().momentOfHop(3), std::size_t(0));
}

void PathPlayerTest::twoPathsPlayTogether() {
    PathPlayer player;
    player.resize(900, 300);
    player.show();
    const PathModelPtr narrow = longPath(10), wide = longPath(40);
    QVERIFY(wide->hops() > narrow->hops());
    player.setPaths(
        {NamedPath{narrow, QStringLiteral("Lsearch 10")}, NamedPath{wide, QStringLiteral("Lsearch 40")}});
    auto* tabs = player.findChild<QTabBar*>(QStringLiteral("pathTables"));
    auto* which = player.findChild<QTabBar*>(QStringLiteral("pathWhich"));
    QVERIFY(tabs->isTabVisible(2) && !which->isVisible());
    QVERIFY(player.findChild<QTableView*>(QStringLiteral("pathDifferences"))->isVisible());
    QSignalSpy changed(&player, &PathPlayer::stepChanged);
    player.toStart();
    QCOMPARE(changed.last(), (QList<QVariant>{0, 0}));
    for (int i = 0; i < 5; ++i)
        player.stepForward();
    QCOMPARE(changed.last(), (QList<QVariant>{5, 5}));
    player.setStep(narrow->hops() + 3); // the shorter one waits at its end
    QCOMPARE(changed.last(), (QList<QVariant>{narrow->hops(), narrow->hops() + 3}));
    QVERIFY(
        player.findChild<QLabel*>(QStringLiteral("pathText"))->text().contains(QStringLiteral("Lsearch 40")));
    // The list of the second one.
    auto* list = player.findChild<QTableView*>(QStringLiteral("candidateList"));
    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(0).center());
    QVERIFY(list->isVisible() && which->isVisible());
    QTest::mouseClick(which, Qt::LeftButton, {}, which->tabRect(1).center());
    QCOMPARE(list->model()->rowCount() >= 40, true);
    QTest::mouseClick(which, Qt::LeftButton, {}, which->tabRect(0).center());
    QCOMPARE(list->model()->index(0, CandidateModel::Node).data(CandidateModel::IdRole).toLongLong(),
             narrow->answers[0].id);
    player.toEnd();
    player.grab();
    player.setPath(narrow);
    QVERIFY(!tabs->isTabVisible(2) && !which->isVisible() && list->isVisible());
    QCOMPARE(player.step(), narrow->hops());
}

void PathPlayerTest::differencesTellWhatSetsThemApart() {
    PathDifferences model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QCOMPARE(model.rowCount(), 0);
    const auto other = std::make_shared<PathModel>(*smallPath());
    // The other one stopped early and found what the first missed.
    other->steps.resize(2);
    readAnswers(std::vector<Id>{5, 2}, std::vector<float>{2, 4}, truthOf({4, 5}, {1, 2}), *other);
    model.show({NamedPath{smallPath(), QStringLiteral("one")}, NamedPath{other, QStringLiteral("two")}});
    const auto value = [&](const QString& what, int column) {
        for (int row = 0; row < model.rowCount(); ++row)
            if (model.index(row, PathDifferences::What).data().toString() == what)
                return model.index(row, column);
        return QModelIndex();
    };
    QCOMPARE(model.headerData(PathDifferences::Second, Qt::Horizontal, Qt::DisplayRole).toString(),
             QStringLiteral("two"));
    QCOMPARE(value(QStringLiteral("hops"), PathDifferences::First).data().toString(), QStringLiteral("2"));
    QCOMPARE(value(QStringLiteral("hops"), PathDifferences::Second).data().toString(), QStringLiteral("1"));
    QVERIFY(value(QStringLiteral("hops"), PathDifferences::Second).data(Qt::FontRole).value<QFont>().bold());
    QVERIFY(!value(QStringLiteral("hops"), PathDifferences::First).data(Qt::FontRole).isValid());
    QCOMPARE(value(QStringLiteral("only here"), PathDifferences::First).data().toString(),
             QStringLiteral("4"));
    QCOMPARE(value(QStringLiteral("only here"), PathDifferences::Second).data().toString(),
             QStringLiteral("5"));
    QCOMPARE(value(QStringLiteral("recall@2"), PathDifferences::First).data().toString(),
             QStringLiteral("0.500"));
    model.show({NamedPath{smallPath(), {}}});
    QCOMPARE(model.rowCount(), 0);
}

void PathPlayerTest::levelsAreToldInTheSteps() {
    const PathModelPtr path = layeredPath();
    QCOMPARE(path->topLevel(), 2);
    QVERIFY(stepText(*path, 0).startsWith(QStringLiteral("level 2, the top: enters at node ")));
    QVERIFY(stepText(*path, 1).contains(QStringLiteral(", level 2: expanded node ")));
    QStringList down;
    for (std::size_t s = 0; s < path->steps.size(); ++s)
        if (stepText(*path, s).startsWith(QStringLiteral("down to ")))
            down << stepText(*path, s).section(QLatin1Char(':'), 0, 0);
    QCOMPARE(down, (QStringList{QStringLiteral("down to level 1"), QStringLiteral("down to base")}));
    QVERIFY(stepText(*path, 1).contains(QStringLiteral("list 1 of 1")));
    PathPlayer player;
    player.resize(900, 260);
    player.setPath(path);
    player.show();
    for (std::size_t s = 0; s < path->steps.size(); ++s)
        player.setStep(static_cast<int>(s));
    player.grab();
}

void PathPlayerTest::rerankingIsShown() {
    PathTrace trace = smallTrace();
    trace.rerank(4, 1, 5);
    trace.rerank(2, 4, 3);
    auto path = std::make_shared<PathModel>();
    path->k = 1;
    path->listSize = 2;
    readTrace(trace, *path);
    readAnswers(std::vector<Id>{2}, std::vector<float>{3}, truthOf({4}, {2}), *path);
    QCOMPARE(stepText(*path, 3),
             QStringLiteral("re-ranked 2 candidates by exact distances: kept 1, best 1.73"));
    QCOMPARE(lossText(*path, path->truth[0]), QStringLiteral("missed: ranked below the answer in the end"));
    CandidateModel model;
    model.show(path, 3);
    QCOMPARE(model.index(0, CandidateModel::State).data().toString(),
             QStringLiteral("answer, expanded, code said 2"));
    QCOMPARE(model.index(1, CandidateModel::State).data().toString(),
             QStringLiteral("ranked out, true, code said 1"));
    PathPlayer player;
    player.setPath(path);
    player.show();
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
    player.setPath(std::make_shared<PathModel>());
    player.togglePlaying();
    QVERIFY(!player.playing());
    QCOMPARE(player.findChild<QTableView*>(QStringLiteral("candidateList"))->model()->rowCount(), 0);
    player.grab();
}

void PathPlayerTest::stepTableTellsAllSteps() {
    StepModel model;
    QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    const PathModelPtr path = smallPath();
    model.show(path);
    const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
    QCOMPARE(model.rowCount(), 3);
    QCOMPARE(text(0, StepModel::Visited), QStringLiteral("enter at 1"));
    QCOMPARE(text(1, StepModel::Visited), QStringLiteral("node 1"));
    QCOMPARE(text(1, StepModel::Distance), QStringLiteral("3"));
    QCOMPARE(text(1, StepModel::Compared), QStringLiteral("3"));
    QCOMPARE(text(1, StepModel::Kept), QStringLiteral("1"));
    QCOMPARE(text(1, StepModel::Listed), QStringLiteral("2"));
    QCOMPARE(text(0, StepModel::Kth), QStringLiteral("–"));
    QCOMPARE(text(2, StepModel::Kth), QStringLiteral("2"));
    QCOMPARE(text(1, StepModel::Found), QStringLiteral("0 of 2"));
    QCOMPARE(text(2, StepModel::Found), QStringLiteral("1 of 2"));
    QVERIFY(model.index(2, StepModel::Found).data(Qt::FontRole).value<QFont>().bold());

    PathPlayer player;
    player.resize(900, 300);
    player.setPath(longPath());
    player.show();
    auto* tabs = player.findChild<QTabBar*>(QStringLiteral("pathTables"));
    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
    auto* table = player.findChild<QTableView*>(QStringLiteral("stepTable"));
    QVERIFY(table->isVisible());
    QCOMPARE(table->currentIndex().row(), player.step());
    const QModelIndex row = table->model()->index(4, 1);
    table->scrollTo(row);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(row).center());
    QCOMPARE(player.step(), 4);
    player.stepForward();
    QCOMPARE(table->currentIndex().row(), 5);
}

void PathPlayerTest::tableIsCopied() {
    PathPlayer player;
    player.resize(900, 300);
    player.setPath(smallPath());
    player.show();
    QVERIFY(QTest::qWaitForWindowActive(&player));
    auto* tabs = player.findChild<QTabBar*>(QStringLiteral("pathTables"));
    QTest::mouseClick(tabs, Qt::LeftButton, {}, tabs->tabRect(1).center());
    auto* table = player.findChild<QTableView*>(QStringLiteral("stepTable"));
    table->setFocus();
    QTest::keySequence(table, QKeySequence::Copy);
    const QStringList lines =
        QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 4);
    QVERIFY(lines[0].startsWith(QStringLiteral("step\tvisited\tdistance\tcompared")));
    QVERIFY(lines[2].startsWith(QStringLiteral("1\tnode 1\t3\t3\t1\t2")));
    QStandardItemModel odd(1, 2);
    odd.setItem(0, 0, new QStandardItem(QStringLiteral("a,\"b\"")));
    odd.setItem(0, 1, new QStandardItem(QStringLiteral("c\td")));
    QVERIFY(tableAsCsv(odd).endsWith(QStringLiteral("\"a,\"\"b\"\"\",c\td\n")));
    QVERIFY(tableAsTsv(odd).endsWith(QStringLiteral("a,\"b\"\tc d\n")));
}

/// An index that compares the query with everything is played part by part.
void PathPlayerTest::scansArePlayed() {
    const PathModelPtr path = scannedPath();
    QVERIFY(path->scans() && !path->ivf() && !path->walks());
    QCOMPARE(path->hops(), 32);
    QCOMPARE(path->comparedAt(path->steps.size() - 1), std::size_t(640));
    QCOMPARE(path->found.back(), 10u);
    QVERIFY(stepText(*path, 3).startsWith(QStringLiteral("part 4 of 32: compared the vectors from 60 on")));
    QVERIFY(outcomeText(*path).contains(QStringLiteral("all vectors compared")));
    PathPlayer player;
    player.resize(900, 300);
    player.setPath(path);
    player.show();
    player.toStart();
    player.stepForward();
    QCOMPARE(player.step(), 1);
    QVERIFY(!player.findChild<QTableView*>(QStringLiteral("candidateList"))
                 ->model()
                 ->index(0, CandidateModel::State)
                 .data()
                 .toString()
                 .contains(QStringLiteral("waits")));
    player.grab();
}

void PathPlayerTest::differentKindsMeetByDistances() {
    const PathModelPtr walk = longPath(), scan = scannedPath();
    const PathPair pair{NamedPath{walk, QStringLiteral("graph")}, NamedPath{scan, QStringLiteral("flat")}};
    const PathTimeline timeline(pair);
    QCOMPARE(timeline.size(), walk->steps.size() + scan->steps.size() - 1);
    std::size_t before = 0;
    for (std::size_t m = 0; m < timeline.size(); ++m) {
        const std::size_t a = timeline.step(m, 0), b = timeline.step(m, 1);
        const std::size_t now = std::max(walk->comparedAt(a), scan->comparedAt(b));
        QVERIFY(now >= before);
        before = now;
        // Neither has gone on while the other had computed fewer distances in its next step.
        if (a > 0 && b + 1 < scan->steps.size())
            QVERIFY(walk->comparedAt(a) <= scan->comparedAt(b + 1));
    }
    QCOMPARE(timeline.step(timeline.size() - 1, 0), walk->steps.size() - 1);
    QCOMPARE(timeline.step(timeline.size() - 1, 1), scan->steps.size() - 1);
    for (const std::size_t step : {std::size_t(0), std::size_t(3), walk->steps.size() - 1})
        QCOMPARE(timeline.step(timeline.momentOfStep(step), 0), step);

    PathPlayer player;
    player.resize(900, 300);
    player.show();
    player.setPaths(pair);
    QVERIFY(player.findChild<FoundChart*>()->isVisible()); // hops and parts are not the same measure
    QVERIFY(player.findChild<QTableView*>(QStringLiteral("pathDifferences"))->isVisible());
    player.follow(3);
    QCOMPARE(player.stepOf(0), std::size_t(3));
    player.grab();
}

void PathPlayerTest::foundChartGoesToAStep() {
    PathPlayer player;
    player.resize(900, 320);
    player.setPath(longPath());
    player.show();
    auto* charts = player.findChild<QTabBar*>(QStringLiteral("pathCharts"));
    QTest::mouseClick(charts, Qt::LeftButton, {}, charts->tabRect(1).center());
    auto* chart = player.findChild<FoundChart*>();
    QVERIFY(chart->isVisible());
    for (const int step : {6, 2}) {
        QTest::mouseClick(chart, Qt::LeftButton, {},
                          chart->placeOf(0, static_cast<std::size_t>(step)).toPoint() + QPoint(1, 0));
        QCOMPARE(player.step(), step);
    }
    QTest::keyClick(chart, Qt::Key_Right);
    QCOMPARE(player.step(), 3);
    QVERIFY(chart->foundText(1e9).startsWith(
        QStringLiteral("%1 of 10 true neighbours").arg(longPath()->found.back())));
    QVERIFY(!pictureImage(withTitles(chart->picture())).isNull());
}

void PathPlayerTest::speedKeys() {
    PathPlayer player;
    player.setPath(longPath());
    player.show();
    QVERIFY(QTest::qWaitForWindowActive(&player));
    player.findChild<QTableView*>(QStringLiteral("candidateList"))->setFocus();
    QCOMPARE(player.controls()->speed(), 1.0);
    QTest::keyClick(player.focusWidget(), Qt::Key_Plus);
    QCOMPARE(player.controls()->speed(), 2.0);
    QTest::keyClick(player.focusWidget(), Qt::Key_Minus);
    QTest::keyClick(player.focusWidget(), Qt::Key_Minus);
    QTest::keyClick(player.focusWidget(), Qt::Key_Minus);
    QCOMPARE(player.controls()->speed(), 0.5);
}

void PathPlayerTest::stateIsKeptWhileTheQueryChanges() {
    PathPlayer player;
    player.resize(900, 300);
    player.show();
    const PathModelPtr narrow = longPath(10), wide = longPath(40);
    player.setPath(narrow);
    QCOMPARE(player.step(), narrow->hops());
    player.setPath(wide); // what stood at its end stays at the end
    QCOMPARE(player.step(), wide->hops());
    player.setStep(4);
    auto* tabs = player.findChild<QTabBar*>(QStringLiteral("pathTables"));
    tabs->setCurrentIndex(1);
    player.setPath(narrow);
    QCOMPARE(player.step(), 4);
    QCOMPARE(tabs->currentIndex(), 1);
    player.controls()->faster();
    player.togglePlaying();
    player.setPath(wide);
    QVERIFY(player.playing());
    QCOMPARE(player.controls()->speed(), 2.0);
    QTRY_VERIFY(player.step() > 5);
    player.setPath(nullptr);
    QVERIFY(!player.playing());
}

QTEST_MAIN(PathPlayerTest)
#include "tst_path_player.moc"
