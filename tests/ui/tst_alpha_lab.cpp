// SPDX-License-Identifier: GPL-3.0-or-later
#include "picture_folder.h"
#include "ui/common/format.h"
#include "ui/common/step_player.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/prune_model.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/alpha_side.h"
#include "ui/panels/prune_page.h"
#include "ui/views/alpha_canvas.h"
#include "ui/views/geometry/occlusion.h"
#include "ui/views/length_scale.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFile>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <cmath>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr int kPatience = 8000;

struct Window {
    JobRunner jobs;
    QUndoStack undo;
    AlphaLab lab{&jobs, &undo};

    explicit Window(QSize size = {1000, 700}) {
        lab.resize(size);
        lab.show();
        settle();
    }
    bool settle() {
        return QTest::qWaitFor(
            [this] {
                const AlphaPairPtr& pair = lab.pair();
                const bool shown = lab.points()->size() == 0
                                       ? !pair
                                       : pair && pair->sides[0]->points == lab.points()->points() &&
                                             pair->sides[0]->settings == lab.side(0)->settings() &&
                                             pair->sides[1]->settings == lab.side(1)->settings();
                return shown && lab.settled();
            },
            kPatience);
    }
    AlphaCanvas* canvas(std::size_t side) { return lab.side(side)->canvas(); }
    QPoint pixel(std::size_t point, std::size_t side = 0) { return canvas(side)->pixelOf(point).toPoint(); }
    /// A place on the canvas that is far from every point and from the query.
    QPoint emptyPlace() {
        for (int y = 20; y < canvas(0)->height() - 20; y += 5)
            for (int x = 20; x < canvas(0)->width() - 20; x += 5) {
                double nearest = 1e9;
                const auto look = [&](QPointF p) {
                    nearest = std::min(nearest, std::hypot(p.x() - x, p.y() - y));
                };
                for (std::size_t i = 0; i < lab.points()->size(); ++i)
                    look(canvas(0)->pixelOf(i));
                look(canvas(0)->view().toScreen(lab.query()));
                if (nearest > 15)
                    return {x, y};
            }
        return {};
    }
    /// Of a point that no other point and not the query is near to.
    std::size_t lonelyPoint() {
        std::size_t best = 0;
        double widest = 0;
        for (std::size_t i = 0; i < lab.points()->size(); ++i) {
            const QPointF p = canvas(0)->pixelOf(i);
            const QPointF q = canvas(0)->view().toScreen(lab.query()) - p;
            double nearest = std::hypot(q.x(), q.y());
            for (std::size_t j = 0; j < lab.points()->size(); ++j)
                if (const QPointF d = canvas(0)->pixelOf(j) - p; j != i)
                    nearest = std::min(nearest, std::hypot(d.x(), d.y()));
            if (nearest > widest) {
                widest = nearest;
                best = i;
            }
        }
        return best;
    }
    void drag(std::size_t side, QPoint from, QPoint to) {
        QTest::mousePress(canvas(side), Qt::LeftButton, {}, from);
        for (int i = 1; i <= 8; ++i)
            QTest::mouseMove(canvas(side), from + (to - from) * i / 8);
        QTest::mouseRelease(canvas(side), Qt::LeftButton, {}, to);
    }
    void click(const char* tool) {
        auto* button = lab.findChild<QToolButton*>(QString::fromLatin1(tool));
        QVERIFY(button);
        QTest::mouseClick(button, Qt::LeftButton);
    }
};

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

void savePicture(const QPixmap& picture, const QString& name) {
    if (const QString folder = test::pictureFolder(); !folder.isEmpty())
        QVERIFY(picture.save(QDir(folder).filePath(name + QStringLiteral(".png"))));
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
    void playerStepsThroughTheBuild();
    void keysStep();
    void clickOpensThePruning();
    void tableGoesToACandidate();
    void choosingAPruningShowsItOnBothSides();
    void regionIsWhereTheRuleHolds();
    void presetsAndCount();
    void dataSetGivesPoints_data();
    void dataSetGivesPoints();
    void noPointsAtAll();
    void viewsMoveTogether();
    void pictureHasBothSides();
    void latestWishWins();
    void pictures_data();
    void pictures();
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

void AlphaLabTest::playerStepsThroughTheBuild() {
    Window w;
    StepPlayer* player = w.lab.player();
    const BuildRecording& recording = w.lab.pair()->sides[0]->build.recording;
    QCOMPARE(player->count(), int(recording.frames()));
    QCOMPARE(player->step(), player->count() - 1);
    auto* start = player->findChild<QToolButton*>(QStringLiteral("skip-start"));
    QTest::mouseClick(start, Qt::LeftButton);
    QCOMPARE(w.canvas(0)->frame(), std::size_t(0));
    QCOMPARE(w.lab.side(0)->text(AlphaSide::Degree), QStringLiteral("0"));
    auto* forward = player->findChild<QToolButton*>(QStringLiteral("step-forward"));
    QTest::mouseClick(forward, Qt::LeftButton);
    QCOMPARE(w.canvas(1)->frame(), std::size_t(1));
    QCOMPARE(w.lab.side(0)->text(AlphaSide::Hops), QStringLiteral("–"));
    auto* speed = player->findChild<QComboBox*>();
    speed->setCurrentIndex(speed->count() - 1);
    QTest::mouseClick(player->findChild<QToolButton*>(QStringLiteral("play")), Qt::LeftButton);
    QVERIFY(player->playing());
    QTRY_COMPARE_WITH_TIMEOUT(player->step(), player->count() - 1, kPatience);
    QTRY_VERIFY(!player->playing());
    QVERIFY(w.lab.side(0)->text(AlphaSide::Hops) != QStringLiteral("–"));
    // In the middle of the first pass the path ends at a node that is in the graph already.
    player->setStep(5);
    QVERIFY(w.settle());
    QTRY_VERIFY(w.canvas(0)->path() && w.canvas(0)->path()->frame == 5);
    std::vector<std::uint32_t> there;
    for (std::size_t f = 0; f <= 5; ++f)
        there.insert(there.end(), recording.batch(f).begin(), recording.batch(f).end());
    const std::uint32_t found = w.canvas(0)->path()->found;
    QVERIFY(std::ranges::find(there, found) != there.end());
}

void AlphaLabTest::keysStep() {
    Window w;
    const int last = w.lab.player()->count() - 1;
    w.canvas(0)->setFocus();
    QTest::keyClick(w.canvas(0), Qt::Key_Left);
    QCOMPARE(w.lab.player()->step(), last - 1);
    QTest::keyClick(w.canvas(0), Qt::Key_Right);
    QCOMPARE(w.lab.player()->step(), last);
    QTest::keyClick(w.canvas(0), Qt::Key_Home);
    QCOMPARE(w.lab.player()->step(), 0);
    QTest::keyClick(w.canvas(0), Qt::Key_Space);
    QVERIFY(w.lab.player()->playing());
    QTest::keyClick(w.canvas(0), Qt::Key_Space);
    QVERIFY(!w.lab.player()->playing());
}

void AlphaLabTest::clickOpensThePruning() {
    Window w;
    const std::size_t point = w.lonelyPoint();
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(point));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QVERIFY(page->isVisible() && !w.lab.player()->isVisible());
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaPruningsPtr prunings = page->prunings(s);
        QVERIFY(prunings);
        QCOMPARE(prunings->node, std::uint32_t(point));
        const NodePruning& shown = prunings->list[page->which(s)];
        QCOMPARE(shown.pass, 2);
        QCOMPARE(shown.alpha, s == 0 ? 1.0f : 1.2f);
        const QAbstractItemModel* model = page->table(s)->model();
        QAbstractItemModelTester tester(const_cast<QAbstractItemModel*>(model));
        QCOMPARE(model->rowCount(), int(shown.trace.steps.size()));
        for (int row = 0; row < model->rowCount(); ++row) {
            const PruneStep& step = shown.trace.steps[std::size_t(row)];
            const QString text = model->index(row, PruneModel::Verdict).data().toString();
            QCOMPARE(model->index(row, PruneModel::Node).data().toString(), QString::number(step.node.id));
            if (step.verdict == PruneVerdict::Kept)
                QCOMPARE(text, QStringLiteral("kept"));
            if (step.verdict == PruneVerdict::RuledOut)
                QVERIFY(text.contains(QString::number(step.by)));
        }
    }
    QTest::keyClick(w.canvas(0), Qt::Key_Escape);
    QVERIFY(!page->isVisible() && w.lab.player()->isVisible());
}

void AlphaLabTest::tableGoesToACandidate() {
    Window w({1100, 900});
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QTableView* table = page->table(1);
    QVERIFY(table->isVisible());
    table->scrollToTop();
    const QModelIndex second = table->model()->index(1, 0);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(second).center());
    QCOMPARE(page->player()->step(), 2);
    QCOMPARE(page->step(1), std::size_t(2));
    QVERIFY(table->model()->index(2, PruneModel::Verdict).data().toString().isEmpty());
    const PruneStep& step = page->prunings(1)->list[page->which(1)].trace.steps[1];
    QVERIFY(page->verdict(1).contains(QString::number(step.node.id)));
    QTest::keyClick(w.canvas(0), Qt::Key_Right);
    QCOMPARE(page->player()->step(), 3);
}

void AlphaLabTest::choosingAPruningShowsItOnBothSides() {
    Window w;
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QComboBox* choice = page->choice(1);
    QVERIFY(choice->count() >= 2);
    choice->setFocus();
    QTest::keyClick(choice, Qt::Key_Home);
    for (std::size_t s = 0; s < 2; ++s) {
        const NodePruning& shown = page->prunings(s)->list[page->which(s)];
        QCOMPARE(shown.pass, 1);
        QCOMPARE(shown.alpha, 1.0f);
    }
}

void AlphaLabTest::regionIsWhereTheRuleHolds() {
    const Point2 p{0.3f, -0.2f}, k{0.9f, 0.4f};
    for (const double alpha : {1.0, 1.2, 2.5}) {
        const Occlusion region = Occlusion::of(p, k, alpha);
        QCOMPARE(region.disc, alpha > 1);
        int in = 0;
        for (int i = 0; i < 4000; ++i) {
            const double x = -4 + 8 * double(i % 63) / 63, y = -4 + 8 * double(i) / 4000;
            const double toK = (x - k[0]) * (x - k[0]) + (y - k[1]) * (y - k[1]);
            const double toP = (x - p[0]) * (x - p[0]) + (y - p[1]) * (y - p[1]);
            if (std::abs(alpha * toK - toP) < 1e-6)
                continue;
            QCOMPARE(region.contains(x, y), alpha * toK <= toP);
            in += region.contains(x, y);
        }
        QVERIFY(in > 10 && in < 3990);
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
    QTRY_COMPARE_WITH_TIMEOUT(w.lab.points()->size(), std::size_t(150), kPatience); // all there are
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

void AlphaLabTest::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("points");
    QTest::newRow("alpha-light") << false << QSize(1100, 760) << 200;
    QTest::newRow("alpha-dark") << true << QSize(1100, 760) << 200;
    QTest::newRow("alpha-many") << false << QSize(1300, 800) << 3000;
    QTest::newRow("alpha-small") << false << QSize(540, 330) << 200;
}

void AlphaLabTest::pictures() {
    QFETCH(bool, dark);
    QFETCH(QSize, size);
    QFETCH(int, points);
    applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
    Window w(size);
    if (points != 200) {
        w.lab.countField()->setValue(points);
        QVERIFY(w.settle());
    }
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    savePicture(w.lab.grab(), name);
    w.lab.player()->setStep(14);
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-pass1"));
    w.lab.player()->setStep(w.lab.player()->count() - 8);
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-pass2"));
    w.lab.player()->toEnd();
    w.lab.side(0)->canvas()->fit();
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-prune"));
    w.lab.prunePage()->player()->setStep(9);
    savePicture(w.lab.grab(), name + QStringLiteral("-prune9"));
    applyTheme(*qApp, Theme::Light);
}

QTEST_MAIN(AlphaLabTest)
#include "tst_alpha_lab.moc"
