// SPDX-License-Identifier: GPL-3.0-or-later
// What a frame of each canvas takes at 100,000 points while the view moves: reported, not judged, since
// machines differ. That the moved picture is there in every frame is judged.
#include "fake_index.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/views/graph_canvas.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"
#include "ui/views/voronoi_view.h"

#include <QTest>
#include <QUndoStack>

#include <ctime>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr std::size_t kPoints = 100'000, kQueries = 10'000, kCells = 1024;
constexpr int kFrames = 60, kPatience = 60'000;
constexpr QSize kSize(1280, 800);

double threadMilliseconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

VectorSet someQueries(const VectorSet& base) {
    std::vector<std::vector<float>> rows;
    for (std::size_t q = 0; q < kQueries; ++q) {
        const auto row = base.view<float>()[q * 9];
        rows.emplace_back(row.begin(), row.end());
        rows.back()[0] += 0.01f;
    }
    return test::vectorsOf(rows);
}

const BuiltIndexPtr& walkedGraph() {
    static const BuiltIndexPtr built = [] {
        auto index = std::make_shared<test::FakeIndex>();
        index->base = test::bandOfPoints(kPoints, 7);
        test::joinAtRandom(*index, 14, 2, 3);
        return test::built(index, someQueries(index->base));
    }();
    return built;
}

/// Every vector in the cell of the nearest of some of them.
BuiltIndexPtr cellsOf() {
    auto index = std::make_shared<test::FakeIndex>();
    index->base = test::bandOfPoints(kPoints, 7);
    std::vector<Point2> centers;
    std::vector<std::vector<float>> rows;
    for (std::size_t c = 0; c < kCells; ++c) {
        const auto row = index->base.view<float>()[c * kPoints / kCells];
        rows.emplace_back(row.begin(), row.end());
        centers.push_back({row[0], row[1]});
    }
    index->centers = test::vectorsOf(rows);
    index->lists.assign(kCells, {});
    const SpatialGrid grid(centers);
    for (std::uint32_t i = 0; i < kPoints; ++i) {
        const auto row = index->base.view<float>()[i];
        index->lists[static_cast<std::size_t>(grid.nearest(row[0], row[1], 1e9))].push_back(i);
    }
    return test::built(index, someQueries(index->base));
}

/// Pans, or zooms about a place, frame by frame as a hand does; between frames the window works as usual.
void measure(CanvasBase& canvas, const char* what, bool zoom) {
    QImage target(canvas.size(), QImage::Format_RGB32);
    std::vector<double> times;
    canvas.fit();
    QTest::qWait(200);
    std::size_t blank = 0;
    for (int frame = 0; frame < kFrames; ++frame) {
        ViewTransform view = canvas.view();
        if (zoom)
            view.zoomAt({400, 300}, frame < kFrames / 2 ? 1.03 : 1 / 1.03);
        else
            view.panBy(frame % 40 < 20 ? QPointF(9, 4) : QPointF(-9, -4));
        const double began = threadMilliseconds();
        canvas.setView(view);
        canvas.render(&target);
        times.push_back(threadMilliseconds() - began);
        QTest::qWait(2);
        std::size_t inked = 0;
        for (int y = 0; y < target.height(); y += 16)
            for (int x = 0; x < target.width(); x += 16)
                inked += target.pixelColor(x, y) != palette().panel ? 1 : 0;
        blank += inked < 125 ? 1 : 0;
    }
    std::ranges::sort(times);
    const double median = times[kFrames / 2];
    qInfo("%s, %s: %.1f ms of processor time a frame in the median, %.1f ms at most: %.0f frames a second",
          what, zoom ? "zooming" : "panning", median, times.back(), 1000 / median);
    QCOMPARE(blank, std::size_t(0));
}

} // namespace

class CanvasFramesTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { applyTheme(*qApp, Theme::Light); }
    void graph();
    void cells();
    void map_data();
    void map();
};

void CanvasFramesTest::graph() {
    JobRunner jobs;
    Selection selection;
    GraphPanel panel(&jobs, &selection);
    panel.resize(kSize);
    panel.show();
    panel.setIndex(walkedGraph());
    QTRY_VERIFY_WITH_TIMEOUT(panel.ready(), kPatience);
    selection.setQuery(4);
    QTRY_VERIFY_WITH_TIMEOUT(panel.explainer()->path() && panel.canvas()->edgesAreSharp(), kPatience);
    measure(*panel.canvas(), "graph of 100,000 nodes and 1.6 million edges, with a path", false);
    measure(*panel.canvas(), "graph of 100,000 nodes and 1.6 million edges, with a path", true);
}

void CanvasFramesTest::cells() {
    JobRunner jobs;
    Selection selection;
    CellsPanel panel(&jobs, &selection);
    panel.resize(kSize);
    panel.show();
    panel.setIndex(cellsOf());
    panel.setSearchParams({{"nprobe", 8}}, 10);
    QTRY_VERIFY_WITH_TIMEOUT(panel.ready(), kPatience);
    selection.setQuery(4);
    QTRY_VERIFY_WITH_TIMEOUT(panel.explainer()->path() && panel.map()->isSharp(), kPatience);
    measure(*panel.map(), "1,024 cells and 100,000 points", false);
    measure(*panel.map(), "1,024 cells and 100,000 points", true);
}

void CanvasFramesTest::map_data() {
    QTest::addColumn<bool>("walks");
    QTest::newRow("visited order of a walk") << true;
    QTest::newRow("cells") << false;
}

void CanvasFramesTest::map() {
    QFETCH(bool, walks);
    JobRunner jobs;
    QUndoStack undo;
    RunsModel runs(&undo);
    Selection selection;
    FilterStack filters(&undo);
    MapPanel panel(&jobs, &runs, &selection, &filters);
    panel.resize(kSize);
    panel.show();
    const BuiltIndexPtr built = walks ? walkedGraph() : cellsOf();
    panel.setData(built->dataset);
    panel.setIndex(built);
    panel.setInFront(true);
    panel.setColor(walks ? MapColor::Probed : MapColor::Cell);
    selection.setQuery(4);
    QTRY_VERIFY_WITH_TIMEOUT(panel.ready() && panel.explainer()->path() && panel.canvas()->coloring(),
                             kPatience);
    const char* what = walks ? "map of 100,000 points and 10,000 queries, with a walk"
                             : "map of 100,000 points and 10,000 queries by cell";
    measure(*panel.canvas(), what, false);
    measure(*panel.canvas(), what, true);
    MapPicture picture;
    picture.scene = panel.canvas()->scene();
    picture.coloring = panel.canvas()->coloring();
    const double began = threadMilliseconds();
    QVERIFY(renderMap(picture, MapStyle::fromPalette(picture.coloring.get()), panel.canvas()->view(), 1, {})
                .ok());
    qInfo("the sharp picture behind: %.0f ms on the worker", threadMilliseconds() - began);
}

QTEST_MAIN(CanvasFramesTest)
#include "tst_canvas_frames.moc"
