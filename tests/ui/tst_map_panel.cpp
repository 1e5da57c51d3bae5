// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/loss_text.h"
#include "ui/models/path_step.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/map_panel.h"
#include "ui/views/empty_state.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <atomic>
#include <map>
#include <thread>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr std::size_t kDim = 4; ///< so that maps are projections

/// Vectors in the plane with two more coordinates that are zero, in four cells by quadrant; queries beside
/// every 17th.
BuiltIndexPtr fourCells(std::size_t n, std::size_t queries) {
    auto index = std::make_shared<test::FakeIndex>();
    std::vector<std::vector<float>> rows, asked;
    std::uint64_t state = 7;
    const auto random = [&state] {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<float>(state >> 40) / 16777216.0f;
    };
    index->lists.assign(4, {});
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t cell = i % 4;
        const float x = (cell % 2 ? 3.0f : 0.0f) + random(), y = (cell / 2 ? 3.0f : 0.0f) + random();
        rows.push_back({x, y, 0, 0});
        index->lists[cell].push_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t q = 0; q < queries; ++q) {
        asked.push_back(rows[q * 17 % n]);
        asked.back()[0] += 0.02f;
    }
    index->base = test::vectorsOf(rows);
    index->centers =
        test::vectorsOf({{0.5f, 0.5f, 0, 0}, {3.5f, 0.5f, 0, 0}, {0.5f, 3.5f, 0, 0}, {3.5f, 3.5f, 0, 0}});
    return test::built(index, asked.empty() ? VectorSet() : test::vectorsOf(asked));
}

std::vector<float> firstTwo(const VectorSet& vectors) {
    std::vector<float> xy;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const auto row = vectors.view<float>()[i];
        xy.insert(xy.end(), {row[0], row[1]});
    }
    return xy;
}

/// Counts what it was asked; UMAP waits half way until it may go on, the measuring of PCA as well.
struct FakeProjector {
    std::atomic<int> asked{0};
    std::atomic<bool> wait{false}, waitToMeasure{false};

    Result<MapLayout> operator()(const Dataset& dataset, const MapOptions& options, const Control& control,
                                 MapPreview* preview) {
        if (options.trustworthiness_rows > 0)
            ++asked;
        MapLayout layout;
        layout.options = options;
        for (std::uint32_t i = 0; i < dataset.base.size(); ++i)
            layout.rows.push_back(i);
        layout.xy = firstTwo(dataset.base);
        layout.query_xy = firstTwo(dataset.queries);
        if (options.method == MapOptions::Method::Umap)
            for (float& x : layout.xy)
                x *= 2;
        layout.trustworthiness = options.method == MapOptions::Method::Umap ? 0.97 : 0.9;
        layout.trustworthiness_k = 12;
        layout.trustworthiness_rows = 1000;
        layout.variance_share = 0.5;
        control.begin("Laying out", 10);
        if (preview && options.method == MapOptions::Method::Umap && wait) {
            auto frame = std::make_shared<MapPreview::Frame>();
            frame->rows = std::make_shared<const std::vector<std::uint32_t>>(layout.rows);
            frame->xy = layout.xy;
            for (float& x : frame->xy)
                x *= 0.5f;
            frame->epoch = 3;
            frame->epochs = 10;
            control.advance(3);
            preview->publish(frame);
        }
        while (wait && options.method == MapOptions::Method::Umap) {
            if (control.cancel_requested())
                return cancelled();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        while (waitToMeasure && options.method == MapOptions::Method::Pca &&
               options.trustworthiness_rows > 0) {
            if (control.cancel_requested())
                return cancelled();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return layout;
    }
};

struct Window {
    FakeProjector projector;
    JobRunner jobs;
    QUndoStack undo;
    RunsModel runs{&undo};
    Selection selection;
    FilterStack filters{&undo};
    MapPanel panel;
    BuiltIndexPtr built;

    explicit Window(std::size_t n = 400, std::size_t queries = 12, QSize size = {800, 700})
        : panel(&jobs, &runs, &selection, &filters, nullptr,
                [this](const Dataset& d, const MapOptions& o, const Control& c, MapPreview* p) {
                    return projector(d, o, c, p);
                }) {
        panel.resize(size);
        panel.show();
        if (n == 0)
            return;
        built = fourCells(n, queries);
        panel.setData(built->dataset);
        panel.setIndex(built);
        panel.setSearchParams({{"nprobe", 1}}, 10);
        panel.setInFront(true);
    }
    MapCanvas* canvas() { return panel.canvas(); }
    QPoint at(const Point2& p) { return canvas()->view().toScreen(p).toPoint(); }
    QPoint atRow(qint64 row) { return at(*canvas()->scene()->at(row)); }
    QPoint atQuery(qint64 query) { return at(*canvas()->scene()->query(query)); }
    template<class T>
    T* find(const char* name) {
        return panel.findChild<T*>(QString::fromLatin1(name));
    }
    void choose(QComboBox* box, int data) {
        box->setCurrentIndex(box->findData(data));
        emit box->activated(box->currentIndex());
    }
    QImage image() { return canvas()->grab().toImage().convertToFormat(QImage::Format_RGB32); }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers) {
        QTest::mousePress(canvas(), Qt::LeftButton, modifiers, from);
        for (int i = 1; i <= 4; ++i) {
            const QPoint on = from + (to - from) * i / 4;
            QMouseEvent move(QEvent::MouseMove, on, canvas()->mapToGlobal(on), Qt::NoButton, Qt::LeftButton,
                             modifiers);
            QApplication::sendEvent(canvas(), &move);
        }
        QTest::mouseRelease(canvas(), Qt::LeftButton, modifiers, to);
    }
};

/// Whether a pixel near the place has about that colour.
bool hasColor(const QImage& image, QPoint at, const QColor& wanted, int reach = 3, int tolerance = 60) {
    for (int dy = -reach; dy <= reach; ++dy)
        for (int dx = -reach; dx <= reach; ++dx) {
            const QPoint p = at + QPoint(dx, dy);
            if (!image.rect().contains(p))
                continue;
            const QColor c = image.pixelColor(p);
            if (std::abs(c.red() - wanted.red()) + std::abs(c.green() - wanted.green()) +
                    std::abs(c.blue() - wanted.blue()) <
                tolerance)
                return true;
        }
    return false;
}

LossPtr fakeLoss() {
    auto report = std::make_shared<LossReport>();
    report->k = 10;
    report->queries = 12;
    const auto miss = [&](std::uint32_t query, Id id, LossReason reason) {
        Miss m;
        m.query = query;
        m.id = id;
        m.reason = reason;
        report->misses.push_back(m);
    };
    miss(0, 5, LossReason::CellNotProbed);
    miss(0, 9, LossReason::Tie);
    miss(1, 5, LossReason::CodeBelowCut);
    miss(1, 6, LossReason::CellNotProbed);
    miss(2, 5, LossReason::CellNotProbed);
    return report;
}

} // namespace

class MapPanelTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { applyTheme(*qApp, Theme::Light); }
    void emptyAsksForData();
    void nothingIsLaidOutWhileHidden();
    void pointsAreWhereTheyMustBe();
    void summaryNamesMethodAndTrust();
    void umapShowsStagesAndIsRemembered();
    void stoppingBringsTheMapBack();
    void axesAreShownBeforeTheyAreMeasured();
    void panningMovesThePicture();
    void clickSelectsAQueryAndFollowsIt();
    void clickSelectsAVectorAndItsCell();
    void hoverGoesBothWays();
    void brushSetsAFilterAndUndoTakesItBack();
    void filteredQueriesAreDimmed();
    void colorsByCellAndTheLegendIsClicked();
    void colorsByLabel();
    void colorsByRecallOfTheRun();
    void colorsByDistance();
    void visitedOrderFollowsThePlayer();
    void missesAreRinged();
    void missesOfAQueryAreNamed();
    void cellFilterDimsTheOthers();
    void sampledRowsKeepTheirNumbers();
    void picturesLeaveTheProgram();
    void escapeGoesBackStepByStep();
    void pictures_data();
    void pictures();
};

void MapPanelTest::emptyAsksForData() {
    Window w(0);
    QSignalSpy asked(&w.panel, &MapPanel::emptyTriggered);
    auto* button = w.find<QPushButton>("emptyStateButton");
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
}

void MapPanelTest::nothingIsLaidOutWhileHidden() {
    Window w(0);
    const BuiltIndexPtr built = fourCells(100, 3);
    w.panel.setData(built->dataset);
    QTest::qWait(50);
    QVERIFY(!w.panel.study()->busy() && !w.panel.study()->scene());
    w.panel.setInFront(true);
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.projector.asked.load(), 1);
    w.panel.setInFront(false);
    w.panel.setInFront(true);
    QTest::qWait(50);
    QCOMPARE(w.projector.asked.load(), 1);
}

/// The oracle: every vector's pixel is inked, and a place far from all vectors is not.
void MapPanelTest::pointsAreWhereTheyMustBe() {
    Window w;
    w.panel.setColor(MapColor::Plain);
    w.find<QCheckBox>("mapQueries")->setChecked(false);
    QTRY_VERIFY(w.panel.ready());
    const QImage image = w.image();
    const QColor ground = palette().panel;
    std::size_t missing = 0, shown = 0;
    for (qint64 row = 0; row < 400; ++row) {
        const QPoint p = w.atRow(row);
        if (!image.rect().contains(p))
            continue;
        ++shown;
        missing += image.pixelColor(p) == ground ? 1 : 0;
    }
    QCOMPARE(shown, std::size_t(400));
    QCOMPARE(missing, std::size_t(0));
    QCOMPARE(image.pixelColor(w.at({2.0f, 0.5f})), ground);
    QCOMPARE(image.pixelColor(w.at({0.5f, 2.0f})), ground);
}

void MapPanelTest::summaryNamesMethodAndTrust() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.summary(),
             QStringLiteral("PCA, keeps 50 % of the variance, trustworthiness@12 0.900 (400 vectors)"));
    const auto* label = w.find<QLabel>("mapSummary");
    QCOMPARE(label->text(), w.panel.summary());
    QVERIFY(label->toolTip().contains(QStringLiteral("must distort")));
}

void MapPanelTest::umapShowsStagesAndIsRemembered() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    const double wide = w.canvas()->scene()->bounds.width();
    w.projector.wait = true;
    auto* method = w.find<QComboBox>("mapMethod");
    w.choose(method, static_cast<int>(MapOptions::Method::Umap));
    QVERIFY(w.find<QWidget>("mapWorking")->isVisible());
    QVERIFY(w.find<QSpinBox>("mapNeighbours")->isVisible());
    QTRY_VERIFY(w.canvas()->scene()->epochs == 10);
    QVERIFY(w.panel.summary().contains(QStringLiteral("epoch 3 of 10")));
    w.projector.wait = false;
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.summary(),
             QStringLiteral("UMAP, 15 neighbours, trustworthiness@12 0.970 (400 vectors)"));
    QVERIFY(w.canvas()->scene()->bounds.width() > wide * 1.5);
    QVERIFY(!w.find<QWidget>("mapWorking")->isVisible());
    const int asked = w.projector.asked;
    w.choose(method, static_cast<int>(MapOptions::Method::Pca));
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    w.choose(method, static_cast<int>(MapOptions::Method::Umap));
    QTRY_VERIFY(w.panel.summary().startsWith(QStringLiteral("UMAP")));
    QCOMPARE(w.projector.asked.load(), asked);
    w.find<QSpinBox>("mapNeighbours")->setValue(30);
    QTRY_VERIFY(w.panel.summary().contains(QStringLiteral("30 neighbours")));
    QCOMPARE(w.projector.asked.load(), asked + 1);
}

void MapPanelTest::stoppingBringsTheMapBack() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    w.projector.wait = true;
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Umap));
    QTRY_VERIFY(w.canvas()->scene()->moving());
    QTest::mouseClick(w.find<QToolButton>("mapCancel"), Qt::LeftButton);
    QTRY_VERIFY(!w.panel.study()->busy());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    QCOMPARE(w.find<QComboBox>("mapMethod")->currentText(), QStringLiteral("PCA"));
    QVERIFY(!w.find<QSpinBox>("mapNeighbours")->isVisible());
}

void MapPanelTest::axesAreShownBeforeTheyAreMeasured() {
    Window w(0);
    const BuiltIndexPtr built = fourCells(100, 3);
    w.projector.waitToMeasure = true;
    w.panel.setData(built->dataset);
    w.panel.setInFront(true);
    QTRY_VERIFY(w.canvas()->scene());
    QVERIFY(w.panel.study()->busy());
    QVERIFY(w.panel.summary().contains(QStringLiteral("trustworthiness not measured yet")));
    w.projector.wait = true; // another method is wanted meanwhile: what is there stays
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Umap));
    QVERIFY(w.canvas()->scene());
    QTRY_VERIFY(w.canvas()->scene()->moving());
    QTest::mouseClick(w.find<QToolButton>("mapCancel"), Qt::LeftButton);
    QTRY_VERIFY(!w.panel.study()->busy());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    w.projector.waitToMeasure = false;
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Pca));
    QTRY_VERIFY(w.panel.summary().contains(QStringLiteral("trustworthiness@12 0.900")));
}

void MapPanelTest::panningMovesThePicture() {
    Window w;
    w.panel.setColor(MapColor::Plain);
    QTRY_VERIFY(w.panel.ready());
    const QPoint before = w.atRow(0);
    w.drag({400, 300}, {460, 330}, Qt::NoModifier);
    const QPoint after = w.atRow(0);
    QVERIFY((after - before - QPoint(60, 30)).manhattanLength() <= 2);
    QVERIFY(w.image().pixelColor(after) != palette().panel); // at once, from the picture that was there
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.image().pixelColor(after) != palette().panel);
    QTest::keyClick(w.canvas(), Qt::Key_0);
    QVERIFY((w.atRow(0) - before).manhattanLength() <= 2);
}

void MapPanelTest::clickSelectsAQueryAndFollowsIt() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.atQuery(3));
    QCOMPARE(w.selection.query(), 3);
    QTRY_VERIFY(w.panel.explainer()->path() && w.panel.explainer()->path()->queryRow == 3);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.find<QLabel>("mapOutcome")->text().startsWith(QStringLiteral("Found")));
    const double before = w.canvas()->view().scale;
    QTest::mouseClick(w.find<QToolButton>("mapZoom"), Qt::LeftButton);
    QVERIFY(w.canvas()->view().scale > 2 * before);
    QVERIFY((w.atQuery(3) - w.canvas()->rect().center()).manhattanLength() <= 3);
    w.canvas()->fit();
    QTRY_VERIFY(w.panel.ready());
    const QImage image = w.image();
    QVERIFY(hasColor(image, w.atQuery(3), palette().fault));
    const auto coloring = w.canvas()->coloring();
    QVERIFY(coloring && coloring->kind == MapColor::Probed);
    const std::uint32_t cell = 3 * 17 % 4;
    for (std::size_t i = 0; i < 400; ++i)
        QCOMPARE(coloring->base[i], i % 4 == cell ? 0u : MapColoring::kNone);
}

void MapPanelTest::clickSelectsAVectorAndItsCell() {
    Window w(400, 0);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.atRow(42));
    const qint64 picked = w.selection.node();
    QVERIFY(picked >= 0);
    QCOMPARE(w.selection.cell(), picked % 4);
    QVERIFY((w.atRow(picked) - w.atRow(42)).manhattanLength() <= 2);
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.at({2.0f, 2.0f}));
    QCOMPARE(w.selection.node(), -1);
    QCOMPARE(w.selection.cell(), -1);
}

void MapPanelTest::hoverGoesBothWays() {
    Window w;
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTest::mouseMove(w.canvas(), w.atQuery(5));
    QTRY_COMPARE(w.selection.hoveredQuery(), 5);
    w.find<QCheckBox>("mapQueries")->setChecked(false);
    QTest::mouseMove(w.canvas(), w.atRow(10) + QPoint(0, 1));
    QTRY_VERIFY(w.canvas()->hoveredRow() >= 0);
    QCOMPARE(w.selection.hoveredQuery(), -1);
    QCOMPARE(w.selection.hoveredCell(), w.canvas()->hoveredRow() % 4);
    w.selection.setHoveredCell(1); // as another view does
    QCOMPARE(w.canvas()->pointedRows().size(), std::size_t(100));
    QCOMPARE(w.canvas()->pointedRows()[0], 1u);
    w.selection.setHoveredQuery(7);
    QCOMPARE(w.canvas()->hoveredQuery(), 7);
    w.selection.setHoveredCell(-1);
    QVERIFY(w.canvas()->pointedRows().empty());
}

void MapPanelTest::brushSetsAFilterAndUndoTakesItBack() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    const QPoint a = w.at({-0.3f, 1.4f}), b = w.at({1.4f, -0.3f}); // the first cell
    w.drag(a, b, Qt::ShiftModifier | Qt::ControlModifier);
    QueryRows inside;
    for (std::uint32_t q = 0; q < 12; ++q)
        if (q * 17 % 4 == 0)
            inside.push_back(q);
    const auto passing = w.filters.queries(w.built->dataset);
    QVERIFY(passing);
    QCOMPARE(*passing, inside);
    QCOMPARE(w.filters.filters().front().source, QStringLiteral("map"));
    QCOMPARE(w.filters.filters().front().text, QStringLiteral("%1 queries on the map").arg(inside.size()));
    QVERIFY(w.find<QLabel>("mapOutcome")->text().contains(QStringLiteral("of 12 queries pass")));
    const QPoint edge((a.x() + b.x()) / 2, a.y());
    QVERIFY(hasColor(w.image(), edge, palette().accent, 8, 200));
    w.undo.undo();
    QVERIFY(!w.filters.queries(w.built->dataset));
    QVERIFY(!hasColor(w.image(), edge, palette().accent, 8, 200));
    w.undo.redo();
    QVERIFY(hasColor(w.image(), edge, palette().accent, 8, 200));
    w.drag(w.at({1.8f, 1.8f}), w.at({2.2f, 2.2f}), Qt::ShiftModifier | Qt::ControlModifier); // no query there
    QVERIFY(w.filters.empty());
}

void MapPanelTest::filteredQueriesAreDimmed() {
    Window w;
    w.panel.setColor(MapColor::Plain);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(hasColor(w.image(), w.atQuery(1), palette().accent, 1));
    Filter filter;
    filter.source = QStringLiteral("histogram");
    filter.text = QStringLiteral("recall@10 < 0.6");
    filter.dataset = w.built->dataset;
    filter.queries = std::make_shared<QueryRows>(QueryRows{0, 2});
    w.filters.set(filter);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(!hasColor(w.image(), w.atQuery(1), palette().accent, 1));
    QVERIFY(hasColor(w.image(), w.atQuery(2), palette().accent, 1));
}

void MapPanelTest::colorsByCellAndTheLegendIsClicked() {
    Window w(400, 0);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QImage image = w.image();
    for (qint64 row = 0; row < 40; ++row)
        QVERIFY(w.canvas()->legendBox().contains(w.atRow(row)) ||
                hasColor(image, w.atRow(row), categoryColor(static_cast<std::uint32_t>(row % 4)), 2));
    const QRectF area = w.canvas()->legendArea(2);
    QVERIFY(!area.isEmpty());
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, area.center().toPoint());
    QCOMPARE(w.canvas()->only(), std::optional(ClassRange{2, 2}));
    QTRY_VERIFY(w.panel.ready());
    image = w.image();
    QVERIFY(hasColor(image, w.atRow(2), categoryColor(2), 2));
    QVERIFY(!hasColor(image, w.atRow(1), categoryColor(1), 2));
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, area.center().toPoint());
    QVERIFY(!w.canvas()->only());
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(hasColor(w.image(), w.atRow(1), categoryColor(1), 2));
}

void MapPanelTest::colorsByLabel() {
    Window w(400, 0);
    auto labels = std::make_shared<MapLabels>();
    labels->name = QStringLiteral("kinds.txt");
    labels->names = {QStringLiteral("shirt"), QStringLiteral("boot")};
    for (std::uint32_t i = 0; i < 400; ++i)
        labels->base.push_back(i < 200 ? 0 : 1);
    auto* box = w.find<QComboBox>("mapColor");
    const int item = box->findData(static_cast<int>(MapColor::Label));
    QVERIFY(!(box->model()->flags(box->model()->index(item, 0)) & Qt::ItemIsEnabled));
    w.panel.setLabels(labels);
    QVERIFY(box->model()->flags(box->model()->index(item, 0)) & Qt::ItemIsEnabled);
    w.panel.setColor(MapColor::Label);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QCOMPARE(w.canvas()->coloring()->members, (std::vector<std::size_t>{200, 200}));
    QVERIFY(hasColor(w.image(), w.atRow(3), categoryColor(0), 2));
    QVERIFY(hasColor(w.image(), w.atRow(399), categoryColor(1), 2));
}

void MapPanelTest::colorsByRecallOfTheRun() {
    Window w;
    Run run;
    run.index = w.built;
    run.point.k = 10;
    for (int q = 0; q < 12; ++q)
        run.point.recall_per_query.push_back(q < 6 ? 0.0f : 1.0f);
    w.selection.setRun(w.runs.append(run));
    w.panel.setColor(MapColor::Recall);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    const auto coloring = w.canvas()->coloring();
    QCOMPARE(coloring->title, QStringLiteral("recall@10 of a query"));
    QCOMPARE(coloring->classOfQuery(0), 0u);
    QCOMPARE(coloring->classOfQuery(11), MapColoring::kShades - 1);
    const QImage image = w.image();
    QVERIFY(hasColor(image, w.atQuery(0), shadeColor(0, MapColoring::kShades), 1));
    QVERIFY(hasColor(image, w.atQuery(11), shadeColor(MapColoring::kShades - 1, MapColoring::kShades), 1));
}

void MapPanelTest::colorsByDistance() {
    Window w;
    w.panel.setColor(MapColor::Distance);
    QVERIFY(!w.canvas()->coloring()); // no query yet
    w.selection.setQuery(4);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    const auto coloring = w.canvas()->coloring();
    QVERIFY(coloring->title.contains(QStringLiteral("query 4")));
    const VectorView base = w.built->dataset->base.view<float>(),
                     queries = w.built->dataset->queries.view<float>();
    double low = 1e9, high = 0;
    std::vector<double> distances;
    for (std::size_t i = 0; i < 400; ++i) {
        distances.push_back(std::sqrt(static_cast<double>(test::squaredL2(base[i], queries[4]))));
        low = std::min(low, distances.back());
        high = std::max(high, distances.back());
    }
    QVERIFY(std::abs(coloring->low - low) < 1e-4 && std::abs(coloring->high - high) < 1e-4);
    for (std::size_t i = 0; i < 400; ++i) {
        const auto wanted = static_cast<int>(shadeOf(distances[i], low, high));
        QVERIFY(std::abs(static_cast<int>(coloring->base[i]) - wanted) <= 1);
    }
}

void MapPanelTest::visitedOrderFollowsThePlayer() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 3}}, 10);
    StepState steps;
    w.panel.setSteps(&steps);
    w.selection.setQuery(0);
    QTRY_VERIFY(w.panel.explainer()->path() && w.canvas()->coloring() && w.panel.ready());
    const PathModelPtr path = w.panel.explainer()->path();
    QCOMPARE(path->steps.size(), std::size_t(3));
    QCOMPARE(w.canvas()->step(), std::size_t(2));
    steps.show(w.built->id, path, 0);
    QCOMPARE(w.canvas()->step(), std::size_t(0));
    QCOMPARE(w.canvas()->only(), std::optional(ClassRange{0, 0}));
    steps.show(w.built->id, path, 1);
    QCOMPARE(w.canvas()->only(), std::optional(ClassRange{0, 1}));
    steps.show(w.built->id, path, 2);
    QCOMPARE(w.canvas()->step(), std::size_t(2));
    QVERIFY(!w.canvas()->only());
    steps.show(w.built->id + 1, path, 0); // of another index: not this map's business
    QCOMPARE(w.canvas()->step(), std::size_t(2));
}

void MapPanelTest::missesAreRinged() {
    Window w;
    auto* box = w.find<QCheckBox>("mapMisses");
    QVERIFY(!box->isEnabled());
    w.panel.setLoss(fakeLoss(), w.built);
    QVERIFY(box->isEnabled());
    box->setChecked(true);
    QTRY_VERIFY(w.canvas()->misses());
    QCOMPARE(w.find<QLabel>("mapOutcome")->text(),
             QStringLiteral("2 of 400 vectors are missed, 4 times in all; the most often by 3 queries."));
    const MissCountsPtr counts = w.canvas()->misses();
    QCOMPARE(counts->total, std::size_t(4)); // the tie costs nothing
    QCOMPARE(counts->of(5), 3u);
    QCOMPARE(counts->of(9), 0u);
    QCOMPARE(counts->most, 3u);
    QCOMPARE(counts->rows.back().row, 5u);
    QCOMPARE(counts->rows.back().reason, LossReason::CellNotProbed); // two of its three
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(hasColor(
        w.image(),
        w.atRow(5) +
            QPoint(static_cast<int>(missRingRadius(*w.canvas()->scene(), w.canvas()->view(), *counts, 3)), 0),
        reasonColor(LossReason::CellNotProbed), 2, 150));
    Filter filter;
    filter.source = QStringLiteral("loss");
    filter.text = QStringLiteral("query 1");
    filter.dataset = w.built->dataset;
    filter.queries = std::make_shared<QueryRows>(QueryRows{1});
    w.filters.set(filter);
    QTRY_COMPARE(w.canvas()->misses()->total, std::size_t(2));
    w.panel.setLoss(fakeLoss(), fourCells(20, 2)); // of another index
    QVERIFY(!box->isEnabled() && !w.canvas()->misses());
}

void MapPanelTest::missesOfAQueryAreNamed() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 1}}, 110); // ten more than a cell holds
    w.selection.setQuery(0);
    QTRY_VERIFY(w.panel.explainer()->path() && w.panel.explainer()->path()->queryRow == 0);
    const PathModelPtr path = w.panel.explainer()->path();
    QVERIFY(path->missed() > 0);
    const auto missed =
        std::ranges::find_if(path->truth, [](const TrueNeighbour& t) { return t.loss != Loss::None; });
    const auto i = static_cast<std::size_t>(missed - path->truth.begin());
    const auto scene = w.canvas()->scene();
    QVERIFY(mapPath(scene, 0, path, w.built->index->cells(), nullptr)
                ->reasons[i]
                .startsWith(QStringLiteral("cell not probed, rank")));
    LossReport report = *fakeLoss();
    report.misses[0].id = missed->id;
    report.misses[0].reason = LossReason::CodeBelowCut;
    const auto named = mapPath(scene, 0, path, w.built->index->cells(), &report);
    QCOMPARE(named->reasons[i], reasonText(LossReason::CodeBelowCut));
    QCOMPARE(named->colors[i], reasonColor(LossReason::CodeBelowCut));
    QCOMPARE(named->probed.size(), std::size_t(1));
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(hasColor(w.image(), w.atRow(missed->id), palette().missed, 8, 120));
}

void MapPanelTest::cellFilterDimsTheOthers() {
    Window w(400, 0);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    Filter filter;
    filter.source = QStringLiteral("cells");
    filter.text = QStringLiteral("cell 2");
    filter.index = w.built->id;
    filter.cell = 2;
    w.filters.set(filter);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(hasColor(w.image(), w.atRow(2), categoryColor(2), 2));
    QVERIFY(!hasColor(w.image(), w.atRow(1), categoryColor(1), 2));
}

/// A large set is shown by a sample: places are not rows.
void MapPanelTest::sampledRowsKeepTheirNumbers() {
    const BuiltIndexPtr built = fourCells(40, 2);
    MapLayout layout;
    layout.rows = {3, 10, 38};
    layout.xy = {0, 0, 1, 1, 2, 2};
    const MapScenePtr scene = sceneOf(*built->dataset, layout, {}).value();
    QVERIFY(scene->sampled());
    QCOMPARE(scene->placeOf(10), std::int64_t(1));
    QCOMPARE(scene->placeOf(11), std::int64_t(-1));
    QCOMPARE(scene->placeOf(-1), std::int64_t(-1));
    QCOMPARE(scene->placeOf(5'000'000'000), std::int64_t(-1));
    QCOMPARE((*scene->at(38))[0], 2.0f);
    ColoringRequest request;
    request.kind = MapColor::Cell;
    request.scene = scene;
    request.dataset = built->dataset;
    request.built = built;
    const MapColoringPtr coloring = colorMap(request, {}).value();
    QCOMPARE(coloring->base, (std::vector<std::uint32_t>{3, 2, 2}));
    QVERIFY(mapSummary(*scene).contains(QStringLiteral("sample of 3 of 40")));
}

void MapPanelTest::picturesLeaveTheProgram() {
    Window w;
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTemporaryDir folder;
    const TitledPicture titled = w.panel.picture();
    QVERIFY(titled.subtitle.contains(QStringLiteral("fake")));
    QVERIFY(titled.subtitle.contains(QStringLiteral("trustworthiness@12 0.900")));
    QVERIFY(titled.subtitle.contains(QStringLiteral("IVF4")));
    const Picture picture = withTitles(titled);
    const QString png = folder.filePath(QStringLiteral("m.png"));
    QVERIFY(!savePng(picture, png));
    QVERIFY(!saveSvg(picture, folder.filePath(QStringLiteral("m.svg"))));
    QVERIFY(!savePdf(picture, folder.filePath(QStringLiteral("m.pdf"))));
    const QImage image(png);
    QCOMPARE(image.size(), picture.size * 2);
    const QPoint at = (w.atRow(1) + QPoint(0, picture.size.height() - titled.size.height())) * 2;
    QVERIFY(hasColor(image.convertToFormat(QImage::Format_RGB32), at, categoryColor(1), 3));
}

void MapPanelTest::escapeGoesBackStepByStep() {
    Window w(400, 4);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    w.panel.activateWindow();
    w.canvas()->setFocus();
    w.selection.setQuery(1);
    w.canvas()->setOnly(ClassRange{1, 1});
    QTest::keyClick(w.canvas(), Qt::Key_Escape);
    QVERIFY(!w.canvas()->only());
    QCOMPARE(w.selection.query(), 1);
    QTest::keyClick(w.canvas(), Qt::Key_Escape);
    QTRY_COMPARE(w.selection.query(), -1);
}

void MapPanelTest::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    QTest::newRow("light") << false << QSize(880, 560);
    QTest::newRow("dark") << true << QSize(880, 560);
    QTest::newRow("small") << false << QSize(456, 330);
}

void MapPanelTest::pictures() {
    const QString folder = test::pictureFolder();
    if (folder.isEmpty())
        QSKIP("ANNSCOPE_PICTURES says where pictures are wanted.");
    QFETCH(bool, dark);
    QFETCH(QSize, size);
    applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
    static const BuiltIndexPtr built =
        test::builtOf(QStringLiteral("fashion-mnist-784-euclidean.hdf5"), QStringLiteral("IVF256,Flat"));
    static std::map<int, MapLayout> layouts; // they take a while
    if (!built)
        QSKIP("There is no fashion-mnist here.");
    JobRunner jobs;
    QUndoStack undo;
    RunsModel runs(&undo);
    Selection selection;
    FilterStack filters(&undo);
    MapPanel panel(
        &jobs, &runs, &selection, &filters, nullptr,
        [](const Dataset& d, const MapOptions& o, const Control& c, MapPreview* p) -> Result<MapLayout> {
            const int key = static_cast<int>(o.method);
            if (const auto known = layouts.find(key); known != layouts.end())
                return known->second;
            ANNSCOPE_ASSIGN(const MapLayout layout, project_map(d, o, c, p));
            layouts.emplace(key, layout);
            return layout;
        });
    panel.resize(size);
    panel.show();
    panel.setData(built->dataset);
    panel.setIndex(built);
    panel.setSearchParams({{"nprobe", 4}}, 10);
    panel.setInFront(true);
    const QString name = QLatin1String(QTest::currentDataTag());
    const auto save = [&](const char* what) {
        QTRY_VERIFY_WITH_TIMEOUT(panel.ready(), 300000);
        panel.grab().save(QStringLiteral("%1/map-%2-%3.png").arg(folder, QLatin1String(what), name));
    };
    save("pca");
    auto* method = panel.findChild<QComboBox*>(QStringLiteral("mapMethod"));
    method->setCurrentIndex(1);
    emit method->activated(1);
    save("umap");
    panel.setColor(MapColor::Cell);
    save("cells");
    panel.setColor(MapColor::Density);
    save("density");
    Run run;
    run.index = built;
    run.point.k = 10;
    for (int q = 0; q < 10000; ++q)
        run.point.recall_per_query.push_back(float((q * 7919 % 11)) / 10);
    selection.setRun(runs.append(run));
    panel.setColor(MapColor::Recall);
    save("recall");
    panel.setColor(MapColor::Probed);
    qint64 worst = 0;
    for (qint64 q = 0; q < 200; ++q) {
        selection.setQuery(q);
        QTRY_VERIFY(panel.explainer()->path() && panel.explainer()->path()->queryRow == q);
        if (panel.explainer()->path()->missed() >= 3) {
            worst = q;
            break;
        }
    }
    selection.setQuery(worst);
    save("query");
    QTest::mouseClick(panel.findChild<QToolButton*>(QStringLiteral("mapZoom")), Qt::LeftButton);
    save("near");
    panel.canvas()->fit();
    panel.setColor(MapColor::Distance);
    save("distance");
    applyTheme(*qApp, Theme::Light);
}

QTEST_MAIN(MapPanelTest)
#include "tst_map_panel.moc"
