// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/selection.h"
#include "ui/panels/graph_panel.h"
#include "ui/views/edge_layer.h"
#include "ui/views/graph_canvas.h"
#include "ui/views/path_player.h"
#include "ui/views/query_explainer.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <ctime>

using namespace annscope;
using namespace annscope::ui;

namespace {

BuiltIndexPtr fakeGraph(std::size_t n, std::size_t near = 5, std::size_t far = 1, std::size_t dim = 2) {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(n, 7);
    test::joinAtRandom(*index, near, far, 3);
    std::vector<std::vector<float>> rows, queries;
    if (dim > 2) {
        for (std::size_t i = 0; i < n; ++i) {
            std::vector<float> row(dim, static_cast<float>(i % 5) * 0.01f);
            std::copy_n(index->base.view<float>()[i].begin(), 2, row.begin());
            rows.push_back(std::move(row));
        }
        index->base = test::vectorsOf(rows);
    }
    for (std::size_t q = 0; q < 4; ++q) {
        const auto row = index->base.view<float>()[q * n / 5];
        queries.emplace_back(row.begin(), row.end());
        queries.back()[0] += 0.04f;
    }
    return test::built(index, test::vectorsOf(queries));
}

BuiltIndexPtr layeredGraph(std::size_t n) {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(n, 7);
    test::joinAtRandom(*index, 5, 1, 3);
    test::addLevels(*index);
    return test::built(index, index->base.slice(5, 9));
}

/// The index of one as if it had been built from the data set of the other.
BuiltIndexPtr sameData(const BuiltIndexPtr& other, const BuiltIndexPtr& index, qint64 id) {
    auto built = std::make_shared<BuiltIndex>(*index);
    built->dataset = other->dataset;
    built->id = id;
    return built;
}

/// As a person does: the item with that text is activated.
void chooseItem(QComboBox* combo, const QString& text) {
    const int item = combo->findText(text);
    QVERIFY2(item >= 0, qPrintable(text));
    combo->setFocus();
    while (combo->currentIndex() != item)
        QTest::keyClick(combo, combo->currentIndex() < item ? Qt::Key_Down : Qt::Key_Up);
}

struct Window {
    JobRunner jobs;
    Selection selection;
    GraphPanel panel{&jobs, &selection};
    explicit Window(const BuiltIndexPtr& built = nullptr, QSize size = {960, 760}) {
        panel.resize(size);
        panel.show();
        panel.setIndex(built);
        if (built)
            (void)QTest::qWaitFor(
                [this] { return panel.canvas()->scene() && panel.canvas()->edgesAreSharp(); }, 10000);
    }
    GraphCanvas* canvas() { return panel.canvas(); }
    QPoint pixelOf(double x, double y) { return canvas()->view().toScreen(x, y).toPoint(); }
    const PathModel* path() { return panel.explainer()->path().get(); }
    void wheel(QPointF at, int eighths) {
        QWheelEvent event(at, canvas()->mapToGlobal(at), {}, {0, eighths}, Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas(), &event);
    }
};

/// Processor time of this thread: what a frame costs, also on a busy machine.
double threadMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) * 1e-6;
}

double inkOf(const QImage& image) {
    double sum = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x)
            sum += qAlpha(reinterpret_cast<const QRgb*>(image.constScanLine(y))[x]);
    return sum / (255.0 * image.width() * image.height());
}

} // namespace

class GraphCanvasTest : public QObject {
    Q_OBJECT
private slots:
    void emptyStateSuggestsABuild();
    void indexWithoutGraphSaysSo();
    void clickPlacesAQuery();
    void clickOnAQueryDotSelectsIt();
    void wheelZoomsAboutThePointer();
    void dragPansAndPlacesNothing();
    void keysZoomPanAndFit();
    void doubleClickFitsAndTakesTheQueryBack();
    void escapeClears();
    void controlClickSelectsANode();
    void stepsReachTheCanvas();
    void projectionIsLabelledAndTakesNoPlaces();
    void parametersSearchAgain();
    void replacedIndexDropsTheOldPicture();
    void edgesOfEveryLodLeaveInk();
    void levelSwitchShowsOneLevel();
    void levelFollowsTheStep();
    void querySpinChooses();
    void anotherListIsLaidOver();
    void anotherIndexIsLaidOver();
    void comparisonEndsWithItsIndex();
    void picturesLeaveTheProgram();
    void frameTimes();
    void pictures_data();
    void pictures();
};

void GraphCanvasTest::emptyStateSuggestsABuild() {
    Window w;
    QSignalSpy suggested(&w.panel, &GraphPanel::buildSuggested);
    auto* button = w.panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(suggested.count(), 1);
    QCOMPARE(suggested[0][0].toString(), QStringLiteral("Vamana32"));
}

void GraphCanvasTest::indexWithoutGraphSaysSo() {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(10, 1);
    index->centers = index->base.slice(0, 1);
    index->lists = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
    Window w;
    w.panel.setIndex(test::built(index));
    QVERIFY(!w.canvas()->isVisible());
    QVERIFY(!w.canvas()->scene());
}

void GraphCanvasTest::clickPlacesAQuery() {
    Window w(fakeGraph(200));
    w.panel.setSearchParams({{"Lsearch", 20}}, 5);
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.pixelOf(6, 1));
    QTRY_VERIFY(w.path());
    QVERIFY(std::abs(w.path()->query[0] - 6) < 0.05 && std::abs(w.path()->query[1] - 1) < 0.05);
    QCOMPARE(w.path()->k, std::size_t(5));
    QCOMPARE(w.path()->listSize, std::size_t(20));
    QCOMPARE(w.path()->queryRow, qint64(-1));
    // The expanded nodes form a tree of edges that exist.
    const GraphView& graph = w.canvas()->scene()->graph();
    for (const PathStep& step : w.path()->steps)
        if (step.parent != kNoId) {
            const auto out = graph.neighbors(static_cast<std::size_t>(step.parent));
            QVERIFY(std::find(out.begin(), out.end(), static_cast<std::uint32_t>(step.id)) != out.end());
        }
}

void GraphCanvasTest::clickOnAQueryDotSelectsIt() {
    Window w(fakeGraph(200));
    w.panel.findChildren<QCheckBox*>().at(1)->setChecked(true);
    const Point2 dot = w.canvas()->scene()->points.queries[2];
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.pixelOf(dot[0], dot[1]) + QPoint(2, 1));
    QCOMPARE(w.selection.query(), qint64(2));
    QTRY_VERIFY(w.path() && w.path()->queryRow == 2);
}

void GraphCanvasTest::wheelZoomsAboutThePointer() {
    Window w(fakeGraph(200));
    const QPointF at(300, 120), before = w.canvas()->view().toData(at);
    const double scale = w.canvas()->view().scale;
    w.wheel(at, 240);
    QVERIFY(w.canvas()->view().scale > scale * 1.4);
    const QPointF after = w.canvas()->view().toData(at);
    QVERIFY(std::abs(before.x() - after.x()) < 1e-6 && std::abs(before.y() - after.y()) < 1e-6);
    for (int i = 0; i < 500; ++i)
        w.wheel(at, -1200); // no zoom leads out of the world
    QVERIFY(w.canvas()->view().scale > scale * 0.05);
    QVERIFY(std::isfinite(w.canvas()->view().cx));
}

void GraphCanvasTest::dragPansAndPlacesNothing() {
    Window w(fakeGraph(200));
    const QPointF before = w.canvas()->view().toData({200, 200});
    QTest::mousePress(w.canvas(), Qt::LeftButton, {}, QPoint(200, 200));
    QTest::mouseMove(w.canvas(), QPoint(240, 220));
    QTest::mouseMove(w.canvas(), QPoint(300, 260));
    QTest::mouseRelease(w.canvas(), Qt::LeftButton, {}, QPoint(300, 260));
    const QPointF after = w.canvas()->view().toData({300, 260});
    QVERIFY(std::abs(before.x() - after.x()) < 1e-6 && std::abs(before.y() - after.y()) < 1e-6);
    QVERIFY(!w.panel.explainer()->hasQuery());
}

void GraphCanvasTest::keysZoomPanAndFit() {
    Window w(fakeGraph(200));
    const ViewTransform fitted = w.canvas()->view();
    QTest::keyClick(w.canvas(), Qt::Key_Plus);
    QVERIFY(w.canvas()->view().scale > fitted.scale);
    QTest::keyClick(w.canvas(), Qt::Key_Minus);
    QVERIFY(std::abs(w.canvas()->view().scale - fitted.scale) < 1e-9 * fitted.scale);
    QTest::keyClick(w.canvas(), Qt::Key_Right);
    QVERIFY(w.canvas()->view().cx > fitted.cx);
    QTest::keyClick(w.canvas(), Qt::Key_Up);
    QVERIFY(w.canvas()->view().cy > fitted.cy);
    QTest::keyClick(w.canvas(), Qt::Key_0);
    QVERIFY(w.canvas()->view() == fitted);
    w.panel.resize(1200, 900);
    QTRY_VERIFY(w.canvas()->view().scale > fitted.scale); // a fitted view stays fitted
}

void GraphCanvasTest::doubleClickFitsAndTakesTheQueryBack() {
    Window w(fakeGraph(200));
    const ViewTransform fitted = w.canvas()->view();
    QTest::keyClick(w.canvas(), Qt::Key_Plus);
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, QPoint(300, 200));
    QVERIFY(w.panel.explainer()->hasQuery());
    QTest::mouseDClick(w.canvas(), Qt::LeftButton, {}, QPoint(300, 200));
    QVERIFY(!w.panel.explainer()->hasQuery());
    QVERIFY(w.canvas()->view() == fitted);
}

void GraphCanvasTest::escapeClears() {
    Window w(fakeGraph(200));
    w.selection.setQuery(1);
    w.selection.setNode(5);
    QTRY_VERIFY(w.path());
    QVERIFY(QTest::qWaitForWindowActive(&w.panel));
    w.canvas()->setFocus();
    QTest::keyClick(w.canvas(), Qt::Key_Escape);
    QTRY_VERIFY(!w.path());
    QCOMPARE(w.selection.query(), qint64(-1));
    QCOMPARE(w.selection.node(), qint64(-1));
}

void GraphCanvasTest::controlClickSelectsANode() {
    Window w(fakeGraph(200));
    const Point2 p = w.canvas()->scene()->points.base[17];
    QTest::mouseClick(w.canvas(), Qt::LeftButton, Qt::ControlModifier, w.pixelOf(p[0], p[1]));
    QCOMPARE(w.selection.node(), qint64(17));
    QVERIFY(!w.panel.explainer()->hasQuery());
}

void GraphCanvasTest::stepsReachTheCanvas() {
    Window w(fakeGraph(200));
    w.selection.setQuery(3);
    QTRY_VERIFY(w.path() && w.path()->steps.size() > 4);
    QTRY_VERIFY(w.canvas()->edgesAreSharp());
    w.canvas()->setFocus();
    const QImage whole = w.canvas()->grab().toImage();
    QTest::keyClick(w.canvas(), Qt::Key_Home); // the player's keys work on the canvas
    QTRY_COMPARE(w.panel.player()->step(), 0);
    QVERIFY(w.canvas()->grab().toImage() != whole);
    w.panel.player()->toEnd();
    QVERIFY(w.canvas()->grab().toImage() == whole);
}

void GraphCanvasTest::projectionIsLabelledAndTakesNoPlaces() {
    Window w(fakeGraph(200, 5, 1, 5));
    QVERIFY(w.canvas()->scene());
    QVERIFY(w.canvas()->scene()->points.projected());
    QVERIFY(w.canvas()->scene()->points.projection.variance_share > 0.9);
    const Point2 p = w.canvas()->scene()->points.base[33];
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.pixelOf(p[0], p[1]));
    QVERIFY(!w.panel.explainer()->hasQuery());
    QVERIFY(w.selection.node() >= 0);
    w.selection.setQuery(0);
    QTRY_VERIFY(w.path());
    QCOMPARE(w.path()->query.size(), std::size_t(5));
    w.canvas()->grab();
}

void GraphCanvasTest::parametersSearchAgain() {
    Window w(fakeGraph(400));
    w.selection.setQuery(1);
    QTRY_VERIFY(w.path());
    w.panel.setSearchParams({{"Lsearch", 60}}, 7);
    QTRY_COMPARE(w.path()->listSize, std::size_t(60));
    QCOMPARE(w.path()->answers.size(), std::size_t(7));
    w.panel.setSearchParams({{"nprobe", 4}, {"Lsearch", 1e9}}, 3); // another kind's, and out of range
    QTRY_VERIFY(w.path() && w.path()->k == 3);
    QCOMPARE(w.path()->listSize, std::size_t(10));
}

void GraphCanvasTest::replacedIndexDropsTheOldPicture() {
    Window w(fakeGraph(200));
    w.selection.setQuery(1);
    w.panel.setIndex(fakeGraph(30));
    w.panel.setIndex(fakeGraph(50));
    QTRY_VERIFY(w.canvas()->scene());
    QCOMPARE(w.canvas()->scene()->points.base.size(), std::size_t(50));
    w.panel.setIndex(nullptr);
    QVERIFY(!w.canvas()->scene());
    QTest::qWait(50);
    QVERIFY(!w.canvas()->scene() && !w.path());
}

/// Smooth lines and hair lines: the same graph gets about the same ink on both sides of the switch.
void GraphCanvasTest::edgesOfEveryLodLeaveInk() {
    for (const std::size_t n : {std::size_t(60), std::size_t(1200), std::size_t(3000)}) {
        const auto scene = buildGraphScene(fakeGraph(n), {});
        QVERIFY(scene.ok());
        QCOMPARE((*scene)->base().shadeStart.back(), (*scene)->base().edges.size());
        ViewTransform view = ViewTransform::fitting((*scene)->points.bounds, {0, 0, 600, 400}, 20);
        const auto layer = renderEdges(**scene, 0, view, 1, EdgeStyle::fromPalette(1), {});
        QVERIFY(layer.ok());
        const double ink = inkOf(layer->image);
        QVERIFY2(ink > 0.02 && ink < 0.7, qPrintable(QString::number(ink)));
        view.cx += 1e6; // far away from everything
        const auto nothing = renderEdges(**scene, 0, view, 1, EdgeStyle::fromPalette(1), {});
        QVERIFY(nothing.ok());
        QCOMPARE(inkOf(nothing->image), 0.0);
    }
    std::stop_source stop;
    stop.request_stop();
    const auto scene = buildGraphScene(fakeGraph(60), {});
    const auto cancelledLayer =
        renderEdges(**scene, 0, ViewTransform::fitting({0, 0, 9, 9}, {0, 0, 99, 99}, 2), 1,
                    EdgeStyle::fromPalette(1), Control{stop.get_token()});
    QVERIFY(!cancelledLayer.ok());
}

void GraphCanvasTest::levelSwitchShowsOneLevel() {
    Window w(layeredGraph(600));
    const GraphScene& scene = *w.canvas()->scene();
    QCOMPARE(scene.levels.size(), std::size_t(3));
    QCOMPARE(scene.levels[1].nodes, std::size_t(75));
    QCOMPARE(scene.levels[2].nodes, std::size_t(10));
    QCOMPARE(scene.levels[2].edges.size(), std::size_t(10 * 5)); // 1, 2, 3, 5 and 8 nodes on
    for (const GraphLevel::Edge& edge : scene.levels[1].edges)
        QVERIFY(edge.from % 8 == 0 && edge.to % 8 == 0);
    QCOMPARE(scene.topLevelOf(64), 2);
    QCOMPARE(scene.topLevelOf(8), 1);
    QCOMPARE(scene.topLevelOf(7), 0);

    auto* combo = w.panel.findChild<QComboBox*>(QStringLiteral("graphLevel"));
    QVERIFY(combo->isVisible());
    auto* summary = w.panel.findChild<QLabel*>(QStringLiteral("graphSummary"));
    QVERIFY2(summary->text().startsWith(QStringLiteral("3 levels; base: 600 nodes")),
             qPrintable(summary->text()));
    const QImage all = w.canvas()->grab().toImage();
    chooseItem(combo, QStringLiteral("level 1"));
    QCOMPARE(w.canvas()->level(), 1);
    QTRY_VERIFY(w.canvas()->edgesAreSharp());
    QVERIFY2(summary->text().startsWith(QStringLiteral("level 1: 75 nodes, 450 edges")),
             qPrintable(summary->text()));
    QVERIFY(w.canvas()->grab().toImage() != all);
    // Nodes of other levels cannot be picked.
    const Point2 base = scene.points.base[13], upper = scene.points.base[16];
    QTest::mouseClick(w.canvas(), Qt::LeftButton, Qt::ControlModifier, w.pixelOf(upper[0], upper[1]));
    QCOMPARE(w.selection.node(), qint64(16));
    QTest::mouseClick(w.canvas(), Qt::LeftButton, Qt::ControlModifier, w.pixelOf(base[0], base[1]));
    QVERIFY(w.selection.node() != 13);
    chooseItem(combo, QStringLiteral("all levels"));
    QTRY_VERIFY(w.canvas()->edgesAreSharp());
    QCOMPARE(w.canvas()->level(), kAllLevels);
    w.panel.setIndex(fakeGraph(100)); // one level: nothing to switch
    QTRY_VERIFY(w.canvas()->scene() && w.canvas()->scene()->levels.size() == 1);
    QVERIFY(!combo->isVisible());
}

void GraphCanvasTest::levelFollowsTheStep() {
    Window w(layeredGraph(600));
    chooseItem(w.panel.findChild<QComboBox*>(QStringLiteral("graphLevel")), QStringLiteral("step's level"));
    QCOMPARE(w.canvas()->level(), kAllLevels); // there is no step yet
    w.selection.setQuery(1);
    QTRY_VERIFY(w.path() && w.path()->topLevel() == 2);
    QCOMPARE(w.canvas()->level(), 0);
    QList<int> levels;
    w.panel.player()->toStart();
    for (std::size_t s = 0; s < w.path()->steps.size(); ++s) {
        if (levels.isEmpty() || levels.back() != w.canvas()->level())
            levels << w.canvas()->level();
        w.panel.player()->stepForward();
    }
    QCOMPARE(levels, (QList<int>{2, 1, 0}));
    w.canvas()->grab();
}

void GraphCanvasTest::querySpinChooses() {
    Window w(fakeGraph(200));
    auto* spin = w.panel.findChild<QSpinBox*>(QStringLiteral("querySpin"));
    QCOMPARE(spin->maximum(), 3);
    QCOMPARE(spin->text(), QStringLiteral("no query"));
    QTest::keyClick(spin, Qt::Key_Up);
    QCOMPARE(w.selection.query(), qint64(0));
    QTest::keyClick(spin, Qt::Key_Up);
    QTRY_VERIFY(w.path() && w.path()->queryRow == 1);
    w.selection.setQuery(3); // chosen elsewhere
    QCOMPARE(spin->value(), 3);
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.pixelOf(6, 1));
    QCOMPARE(spin->text(), QStringLiteral("own place"));
    spin->setValue(2);
    QTest::keyClick(spin, Qt::Key_Down);
    QTest::keyClick(spin, Qt::Key_Down);
    QTest::keyClick(spin, Qt::Key_Down);
    QCOMPARE(w.selection.query(), qint64(-1));
    QVERIFY(!w.panel.explainer()->hasQuery());
}

void GraphCanvasTest::anotherListIsLaidOver() {
    Window w(fakeGraph(400));
    w.panel.setSearchParams({{"Lsearch", 12}}, 5);
    w.selection.setQuery(2);
    QTRY_VERIFY(w.path());
    auto* choice = w.panel.findChild<QComboBox*>(QStringLiteral("compareWith"));
    auto* list = w.panel.findChild<QSpinBox*>(QStringLiteral("compareList"));
    auto* outcome = w.panel.findChild<QLabel*>(QStringLiteral("graphOutcome"));
    QVERIFY(!list->isVisible());
    const QImage alone = w.canvas()->grab().toImage();
    chooseItem(choice, QStringLiteral("Another Lsearch"));
    QVERIFY(list->isVisible());
    QCOMPARE(list->value(), 24); // twice the list
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    QCOMPARE(w.panel.shownPaths()[0].name, QStringLiteral("Lsearch 12"));
    QCOMPARE(w.panel.shownPaths()[1].name, QStringLiteral("Lsearch 24"));
    QCOMPARE(w.panel.shownPaths()[1].path->listSize, std::size_t(24));
    QVERIFY(w.panel.shownPaths()[1].path->hops() > w.path()->hops());
    QVERIFY(outcome->text().contains(QStringLiteral("Lsearch 24: found ")));
    QVERIFY(w.canvas()->grab().toImage() != alone);

    list->setValue(30);
    QTRY_VERIFY(isPair(w.panel.shownPaths()) && w.panel.shownPaths()[1].path->listSize == 30);
    w.selection.setQuery(1); // both follow the query
    QTRY_VERIFY(isPair(w.panel.shownPaths()) && w.panel.shownPaths()[0].path->queryRow == 1);
    QCOMPARE(w.panel.shownPaths()[1].path->query, w.panel.shownPaths()[0].path->query);
    w.panel.player()->toStart();
    QCOMPARE(w.canvas()->steps()[1], std::size_t(0));
    w.panel.player()->toEnd();
    QCOMPARE(w.canvas()->steps()[1], w.panel.shownPaths()[1].path->steps.size() - 1);
    w.selection.setQuery(-1);
    QTRY_VERIFY(!w.panel.shownPaths()[0].path);
    w.selection.setQuery(2);
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    chooseItem(choice, QStringLiteral("No comparison"));
    QVERIFY(!isPair(w.panel.shownPaths()));
    QVERIFY(!list->isVisible());
}

void GraphCanvasTest::anotherIndexIsLaidOver() {
    const BuiltIndexPtr first = fakeGraph(400), second = sameData(first, layeredGraph(400), 2),
                        foreign = fakeGraph(50);
    Window w(first);
    w.panel.setIndexes({first, second, foreign});
    w.panel.setSearchParams({{"Lsearch", 12}}, 5);
    w.selection.setQuery(2);
    QTRY_VERIFY(w.path());
    auto* choice = w.panel.findChild<QComboBox*>(QStringLiteral("compareWith"));
    QCOMPARE(choice->count(), 3); // nothing, this one, the other one; not one of other vectors
    chooseItem(choice, QStringLiteral("HNSW8"));
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    QCOMPARE(w.panel.findChild<QSpinBox*>(QStringLiteral("compareList"))->value(), 12);
    QCOMPARE(w.panel.shownPaths()[1].path->topLevel(), 2);
    w.canvas()->grab();
    w.panel.setSearchParams({{"Lsearch", 20}}, 5);
    QTRY_COMPARE(w.panel.shownPaths()[0].path->listSize, std::size_t(20));
    QCOMPARE(w.panel.shownPaths()[1].path->listSize, std::size_t(12)); // its own
}

void GraphCanvasTest::comparisonEndsWithItsIndex() {
    const BuiltIndexPtr first = fakeGraph(200), second = sameData(first, layeredGraph(200), 2);
    Window w(first);
    w.panel.setIndexes({first, second});
    w.selection.setQuery(2);
    QTRY_VERIFY(w.path());
    auto* choice = w.panel.findChild<QComboBox*>(QStringLiteral("compareWith"));
    chooseItem(choice, QStringLiteral("HNSW8"));
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    w.panel.setIndexes({first}); // it was closed
    QVERIFY(!isPair(w.panel.shownPaths()));
    QCOMPARE(choice->count(), 2);
    chooseItem(choice, QStringLiteral("Another Lsearch"));
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    w.panel.setIndex(nullptr);
    QCOMPARE(choice->count(), 1);
    QVERIFY(!choice->isEnabled());
}

void GraphCanvasTest::picturesLeaveTheProgram() {
    Window w(fakeGraph(200));
    w.selection.setQuery(1);
    QTRY_VERIFY(w.path());
    QTemporaryDir folder;
    QVERIFY(w.panel.ready());
    const Picture picture = withTitles(w.panel.picture());
    QVERIFY(!picture.title.isEmpty());
    const QString png = folder.filePath(QStringLiteral("g.png")),
                  svg = folder.filePath(QStringLiteral("g.svg"));
    QVERIFY(!savePng(picture, png));
    QVERIFY(!saveSvg(picture, svg));
    const QString pdf = folder.filePath(QStringLiteral("graph.pdf"));
    QVERIFY(!savePdf(picture, pdf));
    QFile page(pdf);
    QVERIFY(page.open(QIODevice::ReadOnly));
    QVERIFY(page.readAll().startsWith("%PDF-"));
    QCOMPARE(QImage(png).size(), picture.size * 2);
    QFile file(svg);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray text = file.readAll();
    QVERIFY(text.contains("fake") && text.contains("Vamana8") && text.contains("</svg>"));
}

/// 32,000 nodes with 64 edges each: what a frame costs while the view moves, and what the edges cost on the
/// worker. Reported, not judged: machines differ.
void GraphCanvasTest::frameTimes() {
    const BuiltIndexPtr built = fakeGraph(32000, 58, 6);
    Window w(built, {1280, 1000});
    const std::clock_t before = std::clock();
    const auto layer =
        renderEdges(*w.canvas()->scene(), 0, w.canvas()->view(), 1, EdgeStyle::fromPalette(1), {});
    QVERIFY(layer.ok());
    qInfo("%zu edges drawn on the worker in %.0f ms of processor time",
          w.canvas()->scene()->base().edges.size(),
          1e3 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
    for (const bool withPath : {false, true}) {
        if (withPath) {
            w.selection.setQuery(2);
            QTRY_VERIFY(w.path() && w.canvas()->edgesAreSharp());
        }
        QImage target(w.canvas()->size(), QImage::Format_ARGB32_Premultiplied);
        std::vector<double> times;
        for (int frame = 0; frame < 60; ++frame) {
            ViewTransform view = w.canvas()->view();
            view.panBy({7, 3});
            view.zoomAt({300, 300}, frame < 30 ? 1.04 : 1 / 1.04);
            const double began = threadMilliseconds();
            w.canvas()->setView(view);
            w.canvas()->render(&target);
            times.push_back(threadMilliseconds() - began);
        }
        std::sort(times.begin(), times.end());
        qInfo("frame %s: median %.1f ms, slowest %.1f ms of processor time",
              withPath ? "with a path" : "of the graph", times[30], times.back());
        w.canvas()->fit();
    }
}

void GraphCanvasTest::pictures_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("factory");
    QTest::newRow("sample") << QString() << QStringLiteral("Vamana8");
    QTest::newRow("us-zips") << QStringLiteral("us-zips-2-euclidean.hdf5") << QStringLiteral("Vamana32");
    QTest::newRow("world-cities") << QStringLiteral("world-cities-2-euclidean.hdf5")
                                  << QStringLiteral("Vamana16");
    QTest::newRow("letter") << QStringLiteral("letter-16-euclidean.hdf5") << QStringLiteral("Vamana32");
}

void GraphCanvasTest::pictures() {
    if (test::pictureFolder().isEmpty())
        QSKIP("set ANNSCOPE_PICTURES to a folder to look at the pictures");
    QFETCH(QString, file);
    QFETCH(QString, factory);
    const BuiltIndexPtr built = test::builtOf(file, factory);
    if (!built)
        QSKIP("no real data here, set ANNSCOPE_DATA");

    JobRunner jobs;
    Selection selection;
    for (const Theme theme : {Theme::Light, Theme::Dark}) {
        applyTheme(*qApp, theme);
        const QString stem = test::pictureFolder() + QStringLiteral("/graph-") +
                             QString::fromUtf8(QTest::currentDataTag()) + QLatin1Char('-') + themeName(theme);
        GraphPanel panel(&jobs, &selection);
        panel.resize(960, 760);
        panel.show();
        panel.setSearchParams({{"Lsearch", 10}}, 10);
        panel.setIndex(built);
        QTRY_VERIFY_WITH_TIMEOUT(panel.canvas()->edgesAreSharp(), 20000);
        panel.grab().save(stem + QStringLiteral("-1.png"));
        if (built->dataset->queries.size() > 0)
            panel.explainer()->explainRow(3);
        else
            panel.explainer()->explainPlace({0.4f, 0.3f});
        QTRY_VERIFY_WITH_TIMEOUT(panel.explainer()->path() && panel.canvas()->edgesAreSharp(), 20000);
        panel.grab().save(stem + QStringLiteral("-2.png"));
        ViewTransform view = panel.canvas()->view();
        const Point2 q = panel.canvas()->scene()->points.place(panel.explainer()->path()->query);
        view.cx = q[0];
        view.cy = q[1];
        view.scale *= file.isEmpty() ? 3 : 20;
        panel.canvas()->setView(view);
        QTRY_VERIFY_WITH_TIMEOUT(panel.canvas()->edgesAreSharp(), 20000);
        panel.grab().save(stem + QStringLiteral("-3.png"));
        panel.player()->setStep(2);
        panel.canvas()->fit();
        QTRY_VERIFY_WITH_TIMEOUT(panel.canvas()->edgesAreSharp(), 20000);
        panel.grab().save(stem + QStringLiteral("-4.png"));
    }
}

QTEST_MAIN(GraphCanvasTest)
#include "tst_graph_canvas.moc"
