// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/selection.h"
#include "ui/panels/cells_panel.h"
#include "ui/views/cell_chart.h"
#include "ui/views/path_player.h"
#include "ui/views/polar_view.h"
#include "ui/views/query_explainer.h"
#include "ui/views/voronoi_view.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

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
    CellsPanel panel{&jobs, &selection};
    explicit Window(QSize size = {960, 900}) {
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
    void moreProbesFindMore();
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
