// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/ground_truth.h"
#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/filter_stack.h"
#include "ui/models/selection.h"
#include "ui/panels/cell_load_box.h"
#include "ui/panels/cells_panel.h"
#include "ui/views/cell_chart.h"
#include "ui/views/cell_load_view.h"
#include "ui/views/path_player.h"
#include "ui/views/polar_view.h"
#include "ui/views/query_explainer.h"
#include "ui/views/voronoi_view.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>
#include <QUndoStack>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// n vectors of dim dimensions, divided among cells of rising size: cell c gets about twice c vectors.
BuiltIndexPtr fakeCells(std::size_t n, std::size_t nlist, std::size_t dim, std::size_t queries = 5) {
    auto index = std::make_shared<test::FakeIndex>();
    std::vector<std::vector<float>> rows, asked;
    const VectorSet band = test::bandOfPoints(n, 11);
    for (std::size_t i = 0; i < n; ++i) {
        std::vector<float> row(dim, 0.0f);
        row[0] = band.view<float>()[i][0];
        row[1] = band.view<float>()[i][1];
        rows.push_back(std::move(row));
    }
    for (std::size_t q = 0; q < queries; ++q) {
        asked.push_back(rows[q * 17 % n]);
        asked.back()[0] += 0.05f;
    }
    index->base = test::vectorsOf(rows);
    std::vector<std::vector<float>> centers;
    for (std::size_t c = 0; c < nlist; ++c)
        centers.push_back(rows[c * n / nlist]);
    index->centers = test::vectorsOf(centers);
    index->lists.assign(nlist, {});
    for (std::size_t i = 0; i < n; ++i) {
        std::size_t best = 0;
        for (std::size_t c = 1; c < nlist; ++c)
            if (test::squaredL2(rows[i], centers[c]) < test::squaredL2(rows[i], centers[best]))
                best = c;
        index->lists[best].push_back(static_cast<std::uint32_t>(i));
    }
    return test::built(index, test::vectorsOf(asked));
}

BuiltIndexPtr withTruth(const BuiltIndexPtr& built) {
    auto dataset = std::make_shared<Dataset>(*built->dataset);
    dataset->truth = exact_neighbours(dataset->base, dataset->queries, dataset->metric, 10, {}).value();
    auto with = std::make_shared<BuiltIndex>(*built);
    with->dataset = std::move(dataset);
    return with;
}

class ThreeCells : public CellsView {
public:
    std::vector<std::vector<std::uint32_t>> lists{{0, 1, 2, 3, 4, 5}, {}, {6, 7}};
    std::size_t nlist() const noexcept override { return lists.size(); }
    VectorView centroids() const noexcept override { return {}; }
    std::span<const std::uint32_t> ids(std::size_t c) const noexcept override { return lists[c]; }
};

struct Window {
    JobRunner jobs;
    Selection selection;
    QUndoStack undo;
    FilterStack filters{&undo};
    CellsPanel panel{&jobs, &selection};
    void lookAtLoad() {
        auto* views = panel.findChild<QTabBar*>(QStringLiteral("cellsViews"));
        QTest::mouseClick(views, Qt::LeftButton, {}, views->tabRect(1).center());
    }
    explicit Window(QSize size = {960, 900}) {
        panel.setFilters(&filters);
        panel.resize(size);
        panel.show();
    }
};

} // namespace

class CellsTest : public QObject {
    Q_OBJECT
private slots:
    void measuresSizes();
    void histogramCountsEveryCell();
    void emptyStateSuggestsABuild();
    void clickPlacesAQueryAndProbes();
    void doubleClickFitsAndBringsTheQueryBack();
    void escapeClearsTheQuery();
    void chartClickSelectsACell();
    void selectedQueryIsExplained();
    void polarViewForManyDimensions();
    void polarViewOfManyCells();
    void moreProbesFindMore();
    void loadIsCountedWhenLookedAt();
    void aCellOfTheLoadNarrowsToItsQueries();
    void filtersNarrowTheLoad();
    void hoverGoesBothWays();
    void coloursTellTheLoad();
    void anotherProbeIsLaidOver();
    void manyCellsAreFast();
    void pictures_data();
    void pictures();
};

void CellsTest::measuresSizes() {
    const CellSizes sizes = measureCells(ThreeCells());
    QCOMPARE(sizes.total, std::uint64_t(8));
    QCOMPARE(sizes.empty, std::size_t(1));
    QCOMPARE(sizes.largest(), 6u);
    QCOMPARE(sizes.mean, 8.0 / 3);
    QCOMPARE(sizes.imbalance, 3.0 * (36 + 4) / 64);
    QCOMPARE(sizes.sorted, (std::vector<std::uint32_t>{0, 2, 1}));
    QCOMPARE(sizes.rank, (std::vector<std::uint32_t>{0, 2, 1}));
}

void CellsTest::histogramCountsEveryCell() {
    const CellSizes sizes = measureCells(ThreeCells());
    QCOMPARE(sizeHistogram(sizes, 7), (std::vector<std::size_t>{1, 0, 1, 0, 0, 0, 1}));
    QCOMPARE(sizeHistogram(sizes, 1), (std::vector<std::size_t>{3}));
}

void CellsTest::emptyStateSuggestsABuild() {
    Window w;
    QSignalSpy suggested(&w.panel, &CellsPanel::buildSuggested);
    auto* button = w.panel.findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(suggested.count(), 1);
    QCOMPARE(suggested[0][0].toString(), QStringLiteral("IVF64,Flat"));
}

void CellsTest::clickPlacesAQueryAndProbes() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 3}}, 5);
    w.panel.setIndex(fakeCells(600, 12, 2));
    QTRY_VERIFY(w.panel.ready() && w.panel.map()->isVisible());
    const QPointF wanted(5, 0.5);
    QTest::mouseClick(w.panel.map(), Qt::LeftButton, {},
                      w.panel.map()->view().toScreen(wanted.x(), wanted.y()).toPoint());
    QTRY_VERIFY(w.panel.explainer()->path());
    const PathModel& path = *w.panel.explainer()->path();
    QVERIFY(std::abs(path.query[0] - 5) < 0.05 && std::abs(path.query[1] - 0.5) < 0.05);
    QCOMPARE(path.steps.size(), std::size_t(3));
    QVERIFY(path.ivf());
    QVERIFY(path.steps[0].distance <= path.steps[1].distance);
    const auto* outcome = w.panel.findChild<QLabel*>(QStringLiteral("cellsOutcome"));
    QVERIFY(outcome->text().contains(QStringLiteral("3 cells")));
}

void CellsTest::doubleClickFitsAndBringsTheQueryBack() {
    Window w;
    w.panel.setIndex(fakeCells(300, 8, 2));
    QTRY_VERIFY(w.panel.ready());
    const ViewTransform fitted = w.panel.map()->view();
    const QPoint at = w.panel.map()->rect().center();
    QTest::keyClick(w.panel.map(), Qt::Key_Plus);
    const double near = w.panel.map()->view().scale;
    QVERIFY(near > fitted.scale * 1.1);
    QTest::mouseClick(w.panel.map(), Qt::LeftButton, {}, at);
    QTRY_VERIFY(w.panel.explainer()->path()); // the player takes room from the map
    const std::vector<float> before = w.panel.explainer()->place();
    QTest::mouseClick(w.panel.map(), Qt::LeftButton, {}, at + QPoint(60, 20));
    QVERIFY(w.panel.explainer()->place() != before);
    QTest::mouseDClick(w.panel.map(), Qt::LeftButton, {}, at + QPoint(60, 20));
    QCOMPARE(w.panel.explainer()->place(), before);
    QVERIFY(w.panel.map()->view().scale < near);
    QVERIFY(w.panel.map()->view().scale <= fitted.scale);
}

void CellsTest::escapeClearsTheQuery() {
    Window w;
    w.panel.setIndex(fakeCells(300, 8, 2));
    QTRY_VERIFY(w.panel.ready());
    w.selection.setQuery(2);
    QTRY_VERIFY(w.panel.explainer()->path());
    QVERIFY(QTest::qWaitForWindowExposed(&w.panel));
    w.panel.map()->setFocus();
    QTest::keyClick(w.panel.map(), Qt::Key_Escape);
    QTRY_VERIFY(!w.panel.explainer()->path());
    QCOMPARE(w.selection.query(), qint64(-1));
}

void CellsTest::chartClickSelectsACell() {
    Window w;
    w.panel.setIndex(fakeCells(600, 12, 2));
    QTRY_VERIFY(w.panel.ready());
    for (const std::size_t cell : {std::size_t(0), std::size_t(7), std::size_t(11)}) {
        const QRectF bar = w.panel.chart()->barOf(cell);
        QTest::mouseClick(w.panel.chart(), Qt::LeftButton, {},
                          QPointF(bar.center().x(), bar.bottom() - 1).toPoint());
        QCOMPARE(w.selection.cell(), static_cast<qint64>(cell));
    }
}

void CellsTest::selectedQueryIsExplained() {
    Window w;
    w.panel.setIndex(fakeCells(300, 8, 2));
    w.selection.setQuery(3);
    QTRY_VERIFY(w.panel.explainer()->path());
    QCOMPARE(w.panel.explainer()->path()->queryRow, qint64(3));
    w.selection.setQuery(99); // there are five
    QTRY_VERIFY(!w.panel.explainer()->path());
    QVERIFY(
        w.panel.findChild<QLabel*>(QStringLiteral("cellsOutcome"))->text().contains(QStringLiteral("99")));
}

void CellsTest::polarViewForManyDimensions() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 4}}, 5);
    w.panel.setIndex(fakeCells(400, 10, 6));
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.panel.polar()->isVisible() && !w.panel.map()->isVisible());
    w.selection.setQuery(1);
    QTRY_VERIFY(w.panel.explainer()->path());
    // The first sector lies clockwise from the top.
    const QPoint centre = w.panel.polar()->rect().center();
    QTest::mouseClick(w.panel.polar(), Qt::LeftButton, {}, centre + QPoint(10, -60));
    QCOMPARE(w.selection.cell(), w.panel.explainer()->path()->steps[0].id);
    w.panel.grab();
    QVERIFY(w.panel.picture().title.contains(QStringLiteral("Distances")));
    QVERIFY(!pictureImage(withTitles(w.panel.picture())).isNull());
}

void CellsTest::moreProbesFindMore() {
    Window w;
    w.panel.setIndex(fakeCells(600, 60, 2, 40));
    QTRY_VERIFY(w.panel.ready());
    w.panel.setSearchParams({{"nprobe", 1}}, 20);
    std::size_t missed = 0;
    for (qint64 q = 0; q < 40 && missed == 0; ++q) {
        w.selection.setQuery(q);
        QTRY_VERIFY(w.panel.explainer()->path() && w.panel.explainer()->path()->queryRow == q);
        missed = w.panel.explainer()->path()->missed();
    }
    QVERIFY(missed > 0);
    int needed = 0;
    for (const TrueNeighbour& t : w.panel.explainer()->path()->truth)
        if (t.loss != Loss::None) {
            QCOMPARE(t.loss, Loss::NotProbed);
            needed = std::max(needed, t.cellRank);
        }
    QVERIFY(needed > 1);
    // The rank that the view names is the nprobe that finds it.
    w.panel.setSearchParams({{"nprobe", static_cast<double>(needed)}}, 20);
    QTRY_VERIFY(w.panel.explainer()->path() &&
                w.panel.explainer()->path()->steps.size() == static_cast<std::size_t>(needed));
    QCOMPARE(w.panel.explainer()->path()->missed(), std::size_t(0));
}

void CellsTest::polarViewOfManyCells() {
    Window w({1000, 1000});
    w.panel.setSearchParams({{"nprobe", 200}}, 5);
    w.panel.setIndex(fakeCells(3000, 256, 6));
    QTRY_VERIFY(w.panel.ready());
    w.selection.setQuery(1);
    QTRY_VERIFY(w.panel.explainer()->path());
    PolarView polar;
    polar.setPath(w.panel.explainer()->path());
    polar.resize(900, 900);
    QCOMPARE(polar.sectors(), std::size_t(200));
    w.panel.hide(); // it would lie in front
    polar.show();
    QVERIFY(QTest::qWaitForWindowActive(&polar));
    QSignalSpy hovered(&polar, &PolarView::cellHovered), clicked(&polar, &PolarView::cellClicked);
    const auto& steps = w.panel.explainer()->path()->steps;
    for (const std::size_t s : {std::size_t(0), std::size_t(57), std::size_t(199)}) {
        QTest::mouseMove(&polar, polar.rimOf(s).toPoint());
        QTRY_VERIFY(!hovered.isEmpty() && hovered.last()[0].toLongLong() == steps[s].id);
        QTest::mouseClick(&polar, Qt::LeftButton, {}, polar.rimOf(s).toPoint());
        QCOMPARE(clicked.last()[0].toLongLong(), steps[s].id);
    }
    polar.grab();
    polar.resize(240, 200); // what has no room shares the last sector
    QVERIFY(polar.sectors() < 200 && polar.sectors() > 50);
    polar.grab();
}

void CellsTest::loadIsCountedWhenLookedAt() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 3}}, 5);
    w.panel.setIndex(withTruth(fakeCells(600, 12, 6, 40)));
    QTRY_VERIFY(w.panel.ready());
    QTest::qWait(60);
    QVERIFY(!w.panel.load()->load()); // nobody looked
    w.lookAtLoad();
    QTRY_VERIFY(w.panel.load()->load());
    QCOMPARE(w.panel.load()->load()->total_probes, std::uint64_t(120));
    const auto* sentence = w.panel.findChild<QLabel*>(QStringLiteral("cellLoadSentence"));
    QVERIFY2(sentence->text().contains(QStringLiteral("of the scan")), qPrintable(sentence->text()));
    const auto* figures = w.panel.findChild<QLabel*>(QStringLiteral("cellLoadFigures"));
    QVERIFY2(figures->text().contains(QStringLiteral("imbalance factor")), qPrintable(figures->text()));
    w.panel.setSearchParams({{"nprobe", 5}}, 5); // counted anew while in view
    QTRY_COMPARE(w.panel.load()->load()->total_probes, std::uint64_t(200));
    QVERIFY(!w.panel.player()->isVisible());
    QVERIFY(!pictureImage(withTitles(w.panel.picture())).isNull());
    w.panel.setIndex(nullptr);
    QVERIFY(!w.panel.load()->load());
}

void CellsTest::aCellOfTheLoadNarrowsToItsQueries() {
    Window w;
    const BuiltIndexPtr built = withTruth(fakeCells(600, 12, 6, 40));
    w.panel.setIndex(built);
    QTRY_VERIFY(w.panel.ready());
    w.lookAtLoad();
    QTRY_VERIFY(w.panel.load()->load());
    CellLoadView* view = w.panel.load()->view();
    const std::uint32_t cell = w.panel.load()->load()->by_cost[1];
    QTest::mouseClick(view, Qt::LeftButton, {}, view->barOf(cell).toPoint());
    QCOMPARE(w.selection.cell(), static_cast<qint64>(cell));
    QCOMPARE(w.filters.filters().size(), std::size_t(1));
    QCOMPARE(w.filters.filters()[0].text, QStringLiteral("cell %1").arg(cell));
    const auto visitors = w.panel.load()->load()->queries_of(cell);
    const QueryRowsPtr rows = w.filters.queries(built->dataset);
    QCOMPARE(*rows, QueryRows(visitors.begin(), visitors.end()));
    QCOMPARE(w.filters.cell(built->id), static_cast<qint64>(cell));
    QTest::mouseClick(view, Qt::LeftButton, {}, view->barOf(cell).toPoint()); // again: all of them
    QVERIFY(w.filters.empty());
    QCOMPARE(w.selection.cell(), qint64(-1));
    // From the bars of the sizes, before the visits are known.
    Window other;
    other.panel.setIndex(built);
    QTRY_VERIFY(other.panel.ready());
    const QRectF bar = other.panel.chart()->barOf(cell);
    QTest::mouseClick(other.panel.chart(), Qt::LeftButton, {},
                      QPointF(bar.center().x(), bar.bottom() - 1).toPoint());
    QCOMPARE(other.selection.cell(), static_cast<qint64>(cell));
    QTRY_COMPARE(other.filters.filters().size(), std::size_t(1));
    QCOMPARE(*other.filters.queries(built->dataset), *rows);
    other.undo.undo();
    QVERIFY(other.filters.empty());
}

void CellsTest::filtersNarrowTheLoad() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 3}}, 5);
    const BuiltIndexPtr built = withTruth(fakeCells(600, 12, 6, 40));
    w.panel.setIndex(built);
    QTRY_VERIFY(w.panel.ready());
    w.lookAtLoad();
    QTRY_VERIFY(w.panel.load()->load());
    Filter few;
    few.source = QStringLiteral("histogram");
    few.text = QStringLiteral("recall@5 < 0.6");
    few.dataset = built->dataset;
    few.queries = std::make_shared<const QueryRows>(QueryRows{1, 5, 9});
    w.filters.set(few);
    QTRY_COMPARE(w.panel.load()->load()->queries, std::size_t(3));
    QVERIFY(w.panel.findChild<QLabel*>(QStringLiteral("cellLoadFigures"))
                ->text()
                .contains(QStringLiteral("recall@5 < 0.6")));
    // Its own cell does not narrow it: else no other cell could be chosen.
    const std::uint32_t cell = w.panel.load()->load()->by_cost[0];
    w.panel.load()->chooseCell(cell);
    QCOMPARE(w.filters.filters().size(), std::size_t(2));
    QTest::qWait(60);
    QCOMPARE(w.panel.load()->load()->queries, std::size_t(3));
    few.queries = std::make_shared<const QueryRows>();
    w.filters.set(few);
    QTRY_VERIFY(!w.panel.load()->load());
    w.filters.clear();
    QTRY_VERIFY(w.panel.load()->load() && w.panel.load()->load()->queries == 40);
}

void CellsTest::hoverGoesBothWays() {
    Window w;
    w.panel.setIndex(withTruth(fakeCells(600, 12, 6, 40)));
    QTRY_VERIFY(w.panel.ready());
    w.lookAtLoad();
    QTRY_VERIFY(w.panel.load()->load());
    CellLoadView* view = w.panel.load()->view();
    QTest::mouseMove(view, view->dotOf(7).toPoint());
    QTRY_VERIFY(w.selection.hoveredCell() >= 0);
    const QImage hovered = view->grab().toImage();
    w.selection.setHoveredCell(-1);
    QVERIFY(view->grab().toImage() != hovered);
    const QImage bars = w.panel.chart()->grab().toImage();
    w.selection.setHoveredCell(3);
    QVERIFY(w.panel.chart()->grab().toImage() != bars);
}

void CellsTest::coloursTellTheLoad() {
    Window w;
    w.panel.setIndex(withTruth(fakeCells(600, 12, 2, 40)));
    QTRY_VERIFY(w.panel.ready() && w.panel.map()->isSharp());
    const QImage vectors = w.panel.chart()->grab().toImage(), map = w.panel.map()->grab().toImage();
    w.panel.findChild<QComboBox*>(QStringLiteral("cellColor"))->setCurrentIndex(2);
    QTRY_VERIFY(w.panel.load()->load()); // counted though its own view is not in front
    QTRY_VERIFY(w.panel.map()->isSharp());
    QVERIFY(w.panel.chart()->grab().toImage() != vectors);
    QVERIFY(w.panel.map()->grab().toImage() != map);
}

void CellsTest::anotherProbeIsLaidOver() {
    Window w;
    w.panel.setSearchParams({{"nprobe", 2}}, 5);
    w.panel.setIndex(fakeCells(600, 12, 6));
    QTRY_VERIFY(w.panel.ready());
    w.selection.setQuery(2);
    QTRY_VERIFY(w.panel.explainer()->path());
    auto* choice = w.panel.findChild<QComboBox*>(QStringLiteral("compareWith"));
    choice->setCurrentIndex(choice->findText(QStringLiteral("Another nprobe")));
    emit choice->activated(choice->currentIndex());
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    QCOMPARE(w.panel.shownPaths()[1].name, QStringLiteral("nprobe 4"));
    QCOMPARE(w.panel.shownPaths()[1].path->hops(), 4);
    QVERIFY(w.panel.findChild<QLabel*>(QStringLiteral("cellsOutcome"))
                ->text()
                .contains(QStringLiteral("nprobe 4: found ")));
}

void CellsTest::manyCellsAreFast() {
    auto index = std::make_shared<test::FakeIndex>();
    constexpr std::size_t kLists = 65536;
    index->base = test::bandOfPoints(kLists, 5);
    index->centers = index->base;
    index->lists.assign(kLists, {});
    for (std::uint32_t i = 0; i < kLists; ++i)
        index->lists[i % 60000].push_back(i);
    const BuiltIndexPtr built = test::built(index);
    QElapsedTimer timer;
    timer.start();
    const auto scene = buildCellScene(built, {});
    QVERIFY(scene.ok());
    qInfo("65,536 cells measured and cut in %lld ms", timer.restart());
    CellChart chart;
    chart.resize(900, 160);
    chart.setScene(*scene);
    chart.grab();
    qInfo("their chart drawn in %lld ms", timer.elapsed());
    QCOMPARE((*scene)->sizes.empty, kLists - 60000);
    QCOMPARE((*scene)->plane->cells.size(), kLists);
}

void CellsTest::pictures_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("factory");
    QTest::addColumn<int>("nprobe");
    QTest::newRow("sample") << QString() << QStringLiteral("IVF8,Flat") << 2;
    QTest::newRow("us-zips") << QStringLiteral("us-zips-2-euclidean.hdf5") << QStringLiteral("IVF256,Flat")
                             << 8;
    QTest::newRow("world-cities") << QStringLiteral("world-cities-2-euclidean.hdf5")
                                  << QStringLiteral("IVF1024,Flat") << 8;
    QTest::newRow("sift, one cell") << QStringLiteral("sift-5k-128-euclidean.hdf5")
                                    << QStringLiteral("IVF64,Flat") << 1;
    QTest::newRow("us-zips, one cell")
        << QStringLiteral("us-zips-2-euclidean.hdf5") << QStringLiteral("IVF1024,Flat") << 1;
    QTest::newRow("sift") << QStringLiteral("sift-5k-128-euclidean.hdf5") << QStringLiteral("IVF64,Flat")
                          << 6;
}

void CellsTest::pictures() {
    if (test::pictureFolder().isEmpty())
        QSKIP("set ANNSCOPE_PICTURES to a folder to look at the pictures");
    QFETCH(QString, file);
    QFETCH(QString, factory);
    QFETCH(int, nprobe);
    const BuiltIndexPtr built = test::builtOf(file, factory);
    if (!built)
        QSKIP("no real data here, set ANNSCOPE_DATA");
    for (const Theme theme : {Theme::Light, Theme::Dark}) {
        applyTheme(*qApp, theme);
        const QString stem = test::pictureFolder() + QStringLiteral("/cells-") +
                             QString::fromUtf8(QTest::currentDataTag()) + QLatin1Char('-') + themeName(theme);
        Window w;
        w.panel.setSearchParams({{"nprobe", static_cast<double>(nprobe)}}, 10);
        w.panel.setIndex(built);
        QTRY_VERIFY_WITH_TIMEOUT(w.panel.ready() && (!w.panel.map()->isVisible() || w.panel.map()->isSharp()),
                                 20000);
        w.panel.grab().save(stem + QStringLiteral("-1.png"));
        if (file.isEmpty())
            w.panel.explainer()->explainPlace({0.4f, 0.3f});
        else
            w.selection.setQuery(23);
        QTRY_VERIFY_WITH_TIMEOUT(w.panel.explainer()->path(), 20000);
        w.panel.grab().save(stem + QStringLiteral("-2.png"));
        if (!w.panel.map()->isVisible())
            continue;
        ViewTransform view = w.panel.map()->view();
        view.cx = w.panel.explainer()->path()->query[0];
        view.cy = w.panel.explainer()->path()->query[1];
        view.scale *= file.isEmpty() ? 2 : 8;
        w.panel.map()->setView(view);
        QTRY_VERIFY_WITH_TIMEOUT(w.panel.map()->isSharp(), 20000);
        w.panel.grab().save(stem + QStringLiteral("-3.png"));
    }
}

QTEST_MAIN(CellsTest)
#include "tst_cells.moc"
