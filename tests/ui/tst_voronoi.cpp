// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "ui/views/geometry/voronoi.h"

#include <QTest>

#include <cmath>

using namespace annscope;
using namespace annscope::ui;

namespace {

float uniform(Random& random) {
    return static_cast<float>(random() >> 40) / 16777216.0f;
}

std::vector<Point2> sitesOf(const QString& shape, std::size_t n) {
    Random random(8);
    std::vector<Point2> sites(n);
    for (std::size_t i = 0; i < n; ++i) {
        const float u = uniform(random), v = uniform(random);
        if (shape == QLatin1String("square"))
            sites[i] = {u * 10, v * 10};
        else if (shape == QLatin1String("clumps"))
            sites[i] = {std::floor(u * 3) * 4 + v * v * v * 0.3f, std::floor(v * 4) * 3 + u * 0.001f};
        else if (shape == QLatin1String("line"))
            sites[i] = {u * 10, 5};
        else if (shape == QLatin1String("circle"))
            sites[i] = {5 + 4 * std::cos(u * 6.2831853f), 5 + 4 * std::sin(u * 6.2831853f)};
        else
            sites[i] = {std::floor(u * 6), std::floor(v * 6)}; // many equal ones, corners of four cells
    }
    return sites;
}

bool inside(std::span<const Vertex> cell, double x, double y, double slack) {
    for (std::size_t i = 0; i < cell.size(); ++i) {
        const Vertex &a = cell[i], &b = cell[(i + 1) % cell.size()];
        const double length = std::hypot(b.x - a.x, b.y - a.y);
        if ((b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x) < -slack * std::max(length, 1e-9))
            return false;
    }
    return cell.size() >= 3;
}

} // namespace

class VoronoiTest : public QObject {
    Q_OBJECT
private slots:
    void cellsPartitionTheBox_data();
    void cellsPartitionTheBox();
    void twoSitesShareTheBox();
    void equalSitesGiveOneCell();
    void nothingAndOneSite();
    void answersToCancel();
};

void VoronoiTest::cellsPartitionTheBox_data() {
    QTest::addColumn<QString>("shape");
    QTest::addColumn<int>("n");
    for (const char* shape : {"square", "clumps", "line", "circle", "lattice"})
        for (const int n : {1, 2, 3, 40, 1500})
            QTest::newRow(qPrintable(QStringLiteral("%1 %2").arg(QLatin1String(shape)).arg(n)))
                << QString::fromLatin1(shape) << n;
}

/// Every place lies in the cell of its nearest site, and the areas add up.
void VoronoiTest::cellsPartitionTheBox() {
    QFETCH(QString, shape);
    QFETCH(int, n);
    const auto sites = sitesOf(shape, static_cast<std::size_t>(n));
    const Box clip = bounds_of(sites).grown(0.2);
    const auto cells = voronoi_cells(sites, clip, {});
    QVERIFY(cells.ok());
    QCOMPARE(cells->size(), sites.size());
    double area = 0;
    for (std::size_t i = 0; i < cells->size(); ++i) {
        QVERIFY(cells->area(i) >= 0); // counter-clockwise
        area += cells->area(i);
    }
    QVERIFY(std::abs(area / (clip.width() * clip.height()) - 1) < 1e-9);

    Random random(2);
    for (int i = 0; i < 500; ++i) {
        const double x = clip.x0 + uniform(random) * clip.width(),
                     y = clip.y0 + uniform(random) * clip.height();
        std::size_t best = 0;
        double least = HUGE_VAL;
        for (std::size_t s = 0; s < sites.size(); ++s) {
            const double d = std::hypot(sites[s][0] - x, sites[s][1] - y);
            if (d < least) { // the first of equal sites has the cell
                least = d;
                best = s;
            }
        }
        QVERIFY(inside(cells->cell(best), x, y, 1e-9 * clip.width()));
    }
}

void VoronoiTest::twoSitesShareTheBox() {
    const std::vector<Point2> sites{{1, 1}, {3, 1}};
    const auto cells = voronoi_cells(sites, {0, 0, 4, 2}, {});
    QVERIFY(cells.ok());
    QCOMPARE(cells->area(0), 4.0);
    QCOMPARE(cells->area(1), 4.0);
    for (const Vertex& v : cells->cell(0))
        QVERIFY(v.x <= 2.0);
}

void VoronoiTest::equalSitesGiveOneCell() {
    const std::vector<Point2> sites{{1, 1}, {1, 1}, {3, 1}, {1, 1}};
    const auto cells = voronoi_cells(sites, {0, 0, 4, 2}, {});
    QVERIFY(cells.ok());
    QCOMPARE(cells->area(0), 4.0);
    QCOMPARE(cells->cell(1).size(), std::size_t(0));
    QCOMPARE(cells->area(2), 4.0);
    QCOMPARE(cells->cell(3).size(), std::size_t(0));
}

void VoronoiTest::nothingAndOneSite() {
    const auto none = voronoi_cells({}, {0, 0, 1, 1}, {});
    QVERIFY(none.ok());
    QCOMPARE(none->size(), std::size_t(0));
    const std::vector<Point2> one{{0.5f, 0.5f}};
    const auto whole = voronoi_cells(one, {0, 0, 2, 3}, {});
    QVERIFY(whole.ok());
    QCOMPARE(whole->area(0), 6.0);
}

void VoronoiTest::answersToCancel() {
    std::stop_source stop;
    stop.request_stop();
    const auto sites = sitesOf(QStringLiteral("square"), 100);
    const auto cells = voronoi_cells(sites, {0, 0, 10, 10}, Control{stop.get_token()});
    QVERIFY(!cells.ok());
    QCOMPARE(cells.error().code, ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(VoronoiTest)
#include "tst_voronoi.moc"
