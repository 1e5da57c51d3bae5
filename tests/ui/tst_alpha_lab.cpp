// SPDX-License-Identifier: GPL-3.0-or-later
// The points of the alpha laboratory, its settings and its query.
#include "alpha_window.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/jobs/latest_job.h"

#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>

using namespace annscope;
using namespace annscope::ui;
using Window = annscope::test::AlphaWindow;
using annscope::test::kAlphaPatience;

namespace {

/// The rows of a graph built from the points by the engine alone.
Adjacency graphOf(const std::vector<Point2>& points, const AlphaSettings& settings) {
    AlignedBuffer<float> values(points.size() * 2);
    for (std::size_t i = 0; i < points.size(); ++i)
        std::copy_n(points[i].data(), 2, values.data() + 2 * i);
    const auto space =
        NodeSpace::create(VectorSet::adopt(std::move(values), points.size(), 2), Metric::L2, {});
    Control alone;
    alone.threads = 1;
    return std::move(build_vamana(*space, settings.options(), alone)->base);
}

bool sameRows(const Adjacency& a, const Adjacency& b) {
    bool same = a.size() == b.size();
    for (std::size_t i = 0; same && i < a.size(); ++i)
        same = std::ranges::equal(a.neighbors(i), b.neighbors(i));
    return same;
}

DatasetPtr dataset(std::size_t n, std::size_t dim) {
    AlignedBuffer<float> values(n * dim);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(std::sin(double(i) * 1.7) * (1.0 + double(i % dim)));
    auto data = std::make_shared<Dataset>();
    data->name = "waves";
    data->base = VectorSet::adopt(std::move(values), n, dim);
    return data;
}

} // namespace

class AlphaLabTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void bothSidesAreTheEnginesGraphs();
    void settingsRebuildTheirSideOnly();
    void draggedPointMovesAndGraphFollows();
    void dragIsOneStepOfUndo();
    void doubleClickAddsAndToolAdds();
    void deleteKeyRemovesTheSelectedPoint();
    void queryFollowsTheMouse();
    void widerListFindsWhatGreedyMisses();
    void presetsAndCount();
    void dataSetGivesPoints_data();
    void dataSetGivesPoints();
    void noPointsAtAll();
    void viewsMoveTogether();
    void pictureHasBothSides();
    void latestWishWins();
};

void AlphaLabTest::initTestCase() {
    applyTheme(*qApp, Theme::Light);
}

void AlphaLabTest::bothSidesAreTheEnginesGraphs() {
    Window w;
    QVERIFY(w.lab.pair());
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaBuild& side = *w.lab.pair()->sides[s];
        QVERIFY(sameRows(side.build.graph.base, graphOf(w.lab.points()->points(), side.settings)));
        std::size_t edges = 0;
        for (std::size_t i = 0; i < side.points.size(); ++i)
            edges += side.build.graph.base.neighbors(i).size();
        QCOMPARE(w.lab.side(s)->text(AlphaSide::Degree),
                 formatMean(double(edges) / double(side.points.size())));
        QCOMPARE(w.lab.side(s)->text(AlphaSide::Unreachable), QStringLiteral("0"));
    }
    // What alpha is for: more and longer edges.
    const AlphaPair& pair = *w.lab.pair();
    QVERIFY(pair.sides[1]->moments.back().degree > pair.sides[0]->moments.back().degree);
    QVERIFY(pair.sides[1]->moments.back().length > pair.sides[0]->moments.back().length);
}

void AlphaLabTest::settingsRebuildTheirSideOnly() {
    Window w;
    const AlphaPairPtr before = w.lab.pair();
    QDoubleSpinBox* field = w.lab.side(1)->alphaField();
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, QStringLiteral("1.80"));
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(w.settle());
    QCOMPARE(w.lab.pair()->sides[0], before->sides[0]);
    QVERIFY(w.lab.pair()->sides[1] != before->sides[1]);
    QVERIFY(w.lab.pair()->sides[1]->moments.back().degree > before->sides[1]->moments.back().degree);
}

void AlphaLabTest::draggedPointMovesAndGraphFollows() {
    Window w;
    const std::size_t point = w.lonelyPoint();
    const Point2 before = w.lab.points()->points()[point];
    const QPoint to = w.emptyPlace();
    w.drag(0, w.pixel(point), to);
    const Point2 after = w.lab.points()->points()[point];
    QVERIFY(after != before);
    const QPointF at = w.canvas(1)->pixelOf(point);
    QVERIFY(std::hypot(at.x() - to.x(), at.y() - to.y()) < 2);
    QVERIFY(w.settle());
    QCOMPARE(w.lab.pair()->sides[0]->points[point], after);
    QVERIFY(sameRows(w.lab.pair()->sides[1]->build.graph.base,
                     graphOf(w.lab.points()->points(), w.lab.side(1)->settings())));
}

void AlphaLabTest::dragIsOneStepOfUndo() {
    Window w;
    const auto before = w.lab.points()->points();
    w.drag(1, w.pixel(w.lonelyPoint(), 1), w.emptyPlace());
    QVERIFY(w.lab.points()->points() != before);
    QCOMPARE(w.undo.count(), 1);
    w.undo.undo();
    QCOMPARE(w.lab.points()->points(), before);
    QVERIFY(w.settle());
    w.undo.redo();
    QVERIFY(w.lab.points()->points() != before);
    QVERIFY(w.settle());
}

void AlphaLabTest::doubleClickAddsAndToolAdds() {
    Window w;
    const QPoint at = w.emptyPlace();
    QTest::mouseDClick(w.canvas(0), Qt::LeftButton, {}, at);
    QCOMPARE(w.lab.points()->size(), std::size_t(201));
    QVERIFY((w.canvas(0)->pixelOf(200) - QPointF(at)).manhattanLength() < 2);
    QCOMPARE(w.lab.countField()->value(), 201);
    QVERIFY(w.settle());
    w.click("alpha-add");
    const QPoint other = w.emptyPlace();
    QTest::mouseClick(w.canvas(1), Qt::LeftButton, {}, other);
    QCOMPARE(w.lab.points()->size(), std::size_t(202));
    w.click("alpha-add");
    QTest::mouseClick(w.canvas(1), Qt::LeftButton, {}, w.emptyPlace());
    QCOMPARE(w.lab.points()->size(), std::size_t(202));
    w.undo.undo();
    w.undo.undo();
    QCOMPARE(w.lab.points()->size(), std::size_t(200));
    QVERIFY(w.settle());
}

void AlphaLabTest::deleteKeyRemovesTheSelectedPoint() {
    Window w;
    const std::size_t point = w.lonelyPoint();
    const auto before = w.lab.points()->points();
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(point));
    QCOMPARE(w.lab.selectedNode(), qint64(point));
    QTest::keyClick(w.canvas(0), Qt::Key_Delete);
    QCOMPARE(w.lab.points()->size(), std::size_t(199));
    QCOMPARE(w.lab.selectedNode(), qint64(-1));
    QVERIFY(w.settle());
    w.undo.undo();
    QCOMPARE(w.lab.points()->points(), before);
    QVERIFY(w.settle());
}

void AlphaLabTest::queryFollowsTheMouse() {
    Window w;
    const QPoint from = w.canvas(0)->view().toScreen(w.lab.query()).toPoint();
    const QPoint to = w.emptyPlace();
    w.drag(0, from, to);
    QVERIFY(w.settle());
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaPathPtr path = w.canvas(s)->path();
        QVERIFY(path);
        const QPointF at = w.canvas(s)->view().toScreen(path->query);
        QVERIFY((at - QPointF(to)).manhattanLength() < 3);
        // Every hop is along an edge of the graph; the nearest is told by brute force.
        const AlphaBuild& build = *w.lab.pair()->sides[s];
        QCOMPARE(path->hops.front().node, build.entry());
        for (const AlphaPath::Hop& hop : path->hops)
            if (hop.parent != kNoNode) {
                const auto row = build.build.graph.base.neighbors(hop.parent);
                QVERIFY(std::ranges::find(row, hop.node) != row.end());
            }
        std::size_t nearest = 0;
        const auto distance = [&](std::size_t i) {
            return std::hypot(build.points[i][0] - path->query[0], build.points[i][1] - path->query[1]);
        };
        for (std::size_t i = 0; i < build.points.size(); ++i)
            if (distance(i) < distance(nearest))
                nearest = i;
        QCOMPARE(std::size_t(path->nearest), nearest);
        QVERIFY(w.lab.side(s)->pathText().contains(QString::number(path->hops.size())));
    }
    QCOMPARE(w.undo.count(), 0);
}

void AlphaLabTest::widerListFindsWhatGreedyMisses() {
    Window w;
    w.lab.searchWidthField()->setValue(100);
    QVERIFY(w.settle());
    for (std::size_t s = 0; s < 2; ++s) {
        QVERIFY(!w.canvas(s)->path()->missed());
        QVERIFY(w.canvas(s)->path()->hops.size() >= 50);
    }
}

void AlphaLabTest::presetsAndCount() {
    Window w;
    QComboBox* preset = w.lab.presetField();
    const auto uniform = w.lab.points()->points();
    preset->setFocus();
    QTest::keyClick(preset, Qt::Key_Down);
    QVERIFY(w.lab.points()->points() != uniform);
    QCOMPARE(w.lab.points()->size(), std::size_t(200));
    QVERIFY(w.settle());
    w.lab.countField()->setValue(60);
    QCOMPARE(w.lab.points()->size(), std::size_t(60));
    QVERIFY(w.settle());
    const auto sixty = w.lab.points()->points();
    w.click("alpha-refresh");
    QVERIFY(w.lab.points()->points() != sixty);
    for (int i = 0; i < 3; ++i)
        w.undo.undo();
    QCOMPARE(w.lab.points()->points(), uniform);
    QCOMPARE(w.lab.countField()->value(), 200);
    for (int p = 0; p < 5; ++p) {
        const auto points = presetPoints(PointPreset(p), 100, 3);
        QCOMPARE(points.size(), std::size_t(100));
        QCOMPARE(points, presetPoints(PointPreset(p), 100, 3));
        QVERIFY(points != presetPoints(PointPreset(p), 100, 4));
    }
}

void AlphaLabTest::dataSetGivesPoints_data() {
    QTest::addColumn<int>("dim");
    QTest::newRow("plane") << 2;
    QTest::newRow("projected") << 12;
    QTest::newRow("line") << 1;
}

void AlphaLabTest::dataSetGivesPoints() {
    QFETCH(int, dim);
    Window w;
    const int row = w.lab.presetField()->count() - 1;
    const auto enabled = [&] {
        const QModelIndex index = w.lab.presetField()->model()->index(row, 0);
        return bool(index.flags() & Qt::ItemIsEnabled);
    };
    QVERIFY(!enabled());
    const DatasetPtr data = dataset(150, std::size_t(dim));
    w.lab.setData(data);
    QVERIFY(enabled());
    w.lab.presetField()->setFocus();
    QTest::keyClick(w.lab.presetField(), Qt::Key_End);
    QTRY_COMPARE_WITH_TIMEOUT(w.lab.points()->size(), std::size_t(150), kAlphaPatience); // all there are
    QVERIFY(w.settle());
    if (dim == 2)
        for (std::size_t i = 0; i < 150; ++i) {
            QCOMPARE(w.lab.points()->points()[i][0], data->base.view<float>().row(i)[0]);
            QCOMPARE(w.lab.points()->points()[i][1], data->base.view<float>().row(i)[1]);
        }
    w.lab.setData(nullptr);
    QVERIFY(!enabled());
}

void AlphaLabTest::noPointsAtAll() {
    Window w;
    w.lab.points()->replace({}, QStringLiteral("nothing"));
    QVERIFY(w.settle());
    QVERIFY(!w.lab.pair());
    QCOMPARE(w.lab.side(0)->text(AlphaSide::Degree), QStringLiteral("–"));
    QVERIFY(!w.canvas(0)->grab().isNull());
    const QPoint middle = w.canvas(0)->rect().center();
    for (int i = 0; i < 3; ++i) {
        QTest::mouseDClick(w.canvas(0), Qt::LeftButton, {}, middle + QPoint(40 * i, 20 * i));
        QVERIFY(w.settle());
        QCOMPARE(w.lab.points()->size(), std::size_t(i + 1));
        QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(std::size_t(i)));
        QVERIFY(w.settle());
        QTest::keyClick(w.canvas(0), Qt::Key_Escape);
    }
    // Two points on the same place are copies.
    w.lab.points()->replace({{1, 1}, {1, 1}, {1, 1}}, QStringLiteral("copies"));
    QVERIFY(w.settle());
    QVERIFY(!w.canvas(1)->grab().isNull());
}

void AlphaLabTest::viewsMoveTogether() {
    Window w;
    const QPoint from = w.emptyPlace();
    w.drag(0, from, from + QPoint(60, 35));
    QCOMPARE(w.canvas(1)->view().cx, w.canvas(0)->view().cx);
    QCOMPARE(w.canvas(1)->view().scale, w.canvas(0)->view().scale);
    w.canvas(1)->zoomIn();
    QCOMPARE(w.canvas(0)->view().scale, w.canvas(1)->view().scale);
    w.click("alpha-fit");
    QCOMPARE(w.canvas(0)->view().cx, w.canvas(1)->view().cx);
}

void AlphaLabTest::pictureHasBothSides() {
    Window w;
    const TitledPicture picture = w.lab.picture();
    QVERIFY(picture.size.width() > w.canvas(0)->width() + w.canvas(1)->width());
    const QImage image = pictureImage(withTitles(picture), 1);
    const auto ink = [&](int x0, int x1) {
        int count = 0;
        for (int y = 90; y < image.height() - 40; ++y)
            for (int x = x0; x < x1; ++x)
                count += image.pixelColor(x, y).lightness() < 200;
        return count;
    };
    const int half = image.width() / 2;
    QVERIFY(ink(0, half - 60) > 2000);
    QVERIFY(ink(half + 60, image.width()) > 2000);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("alpha.svg"));
    QVERIFY(!saveSvg(withTitles(picture), path));
    QVERIFY(QFile(path).size() > 1000);
}

/// While a build runs only the newest of many wishes is kept.
void AlphaLabTest::latestWishWins() {
    JobRunner jobs;
    QObject context;
    LatestJob<int> job(&jobs, QStringLiteral("count"), &context);
    std::vector<int> done;
    for (int i = 0; i < 50; ++i)
        job.request([i](const Control&) -> Result<int> { return i; },
                    [&](const Result<int>& value) { done.push_back(*value); });
    QTRY_VERIFY(!job.busy());
    QCOMPARE(done, (std::vector<int>{0, 49}));
    job.request([](const Control&) -> Result<int> { return 1; },
                [&](const Result<int>&) { done.push_back(-1); });
    job.drop();
    QTest::qWait(100);
    QCOMPARE(done.size(), std::size_t(2));
}

QTEST_MAIN(AlphaLabTest)
#include "tst_alpha_lab.moc"
