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
#include <QFile>
#include <QPushButton>
#include <QSignalSpy>
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
        QCOMPARE((*scene)->shadeStart.back(), (*scene)->edges.size());
        ViewTransform view = ViewTransform::fitting((*scene)->points.bounds, {0, 0, 600, 400}, 20);
        const auto layer = renderEdges(**scene, view, 1, EdgeStyle::fromPalette(1), {});
        QVERIFY(layer.ok());
        const double ink = inkOf(layer->image);
        QVERIFY2(ink > 0.02 && ink < 0.7, qPrintable(QString::number(ink)));
        view.cx += 1e6; // far away from everything
        const auto nothing = renderEdges(**scene, view, 1, EdgeStyle::fromPalette(1), {});
        QVERIFY(nothing.ok());
        QCOMPARE(inkOf(nothing->image), 0.0);
    }
    std::stop_source stop;
    stop.request_stop();
    const auto scene = buildGraphScene(fakeGraph(60), {});
    const auto cancelledLayer = renderEdges(**scene, ViewTransform::fitting({0, 0, 9, 9}, {0, 0, 99, 99}, 2),
                                            1, EdgeStyle::fromPalette(1), Control{stop.get_token()});
    QVERIFY(!cancelledLayer.ok());
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
        renderEdges(*w.canvas()->scene(), w.canvas()->view(), 1, EdgeStyle::fromPalette(1), {});
    QVERIFY(layer.ok());
    qInfo("%zu edges drawn on the worker in %.0f ms of processor time", w.canvas()->scene()->edges.size(),
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
