// SPDX-License-Identifier: GPL-3.0-or-later
#include "map_window.h"

using namespace annscope;
using namespace annscope::ui;
using namespace annscope::test;

class MapColorsTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { applyTheme(*qApp, Theme::Light); }
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
    void pictures_data();
    void pictures();
};

void MapColorsTest::filteredQueriesAreDimmed() {
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

void MapColorsTest::colorsByCellAndTheLegendIsClicked() {
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

void MapColorsTest::colorsByLabel() {
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

void MapColorsTest::colorsByRecallOfTheRun() {
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

void MapColorsTest::colorsByDistance() {
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

void MapColorsTest::visitedOrderFollowsThePlayer() {
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

void MapColorsTest::missesAreRinged() {
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

void MapColorsTest::missesOfAQueryAreNamed() {
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

void MapColorsTest::cellFilterDimsTheOthers() {
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
void MapColorsTest::sampledRowsKeepTheirNumbers() {
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

void MapColorsTest::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    QTest::newRow("light") << false << QSize(880, 560);
    QTest::newRow("dark") << true << QSize(880, 560);
    QTest::newRow("small") << false << QSize(456, 330);
}

void MapColorsTest::pictures() {
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

QTEST_MAIN(MapColorsTest)
#include "tst_map_colors.moc"
