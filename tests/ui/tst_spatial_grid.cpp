// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "ui/views/geometry/spatial_grid.h"
#include "ui/views/geometry/view_transform.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace annscope;
using namespace annscope::ui;

namespace {

float uniform(Random& random) {
    return static_cast<float>(random() >> 40) / 16777216.0f;
}

std::vector<Point2> pointsOf(const QString& shape, std::size_t n) {
    Random random(5);
    std::vector<Point2> points(n);
    for (std::size_t i = 0; i < n; ++i) {
        const float u = uniform(random), v = uniform(random);
        if (shape == QLatin1String("square"))
            points[i] = {u, v};
        else if (shape == QLatin1String("clumps"))
            points[i] = {std::floor(u * 3) * 100 + v * v * v, std::floor(v * 4) * 7 + u * u};
        else if (shape == QLatin1String("line"))
            points[i] = {u * 1000, 3};
        else if (shape == QLatin1String("diagonal"))
            points[i] = {u, u};
        else if (shape == QLatin1String("lattice"))
            points[i] = {std::floor(u * 8), std::floor(v * 8)};
        else
            points[i] = {-4, 9};
    }
    return points;
}

std::int64_t nearestByHand(const std::vector<Point2>& points, double x, double y, double limit) {
    double best = limit * limit;
    std::int64_t found = -1;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const double dx = points[i][0] - x, dy = points[i][1] - y, d = dx * dx + dy * dy;
        if (d < best || (d == best && found < 0)) {
            best = d;
            found = static_cast<std::int64_t>(i);
        }
    }
    return found;
}

} // namespace

class SpatialGridTest : public QObject {
    Q_OBJECT
private slots:
    void nearest_data();
    void nearest();
    void visitsExactlyTheBox_data() { nearest_data(); }
    void visitsExactlyTheBox();
    void emptyGridAnswers();
    void viewKeepsThePointUnderThePointer();
    void fittingShowsTheBox();
};

void SpatialGridTest::nearest_data() {
    QTest::addColumn<QString>("shape");
    QTest::addColumn<int>("n");
    for (const char* shape : {"square", "clumps", "line", "diagonal", "lattice", "one place"})
        for (const int n : {1, 2, 37, 2000})
            QTest::newRow(qPrintable(QStringLiteral("%1 %2").arg(QLatin1String(shape)).arg(n)))
                << QString::fromLatin1(shape) << n;
}

void SpatialGridTest::nearest() {
    QFETCH(QString, shape);
    QFETCH(int, n);
    const auto points = pointsOf(shape, static_cast<std::size_t>(n));
    const SpatialGrid grid(points);
    const Box box = grid.bounds().grown(0.4);
    Random random(9);
    for (int i = 0; i < 300; ++i) {
        const double x = box.x0 + uniform(random) * box.width(), y = box.y0 + uniform(random) * box.height();
        const double limit = i % 3 == 0   ? std::numeric_limits<double>::infinity()
                             : i % 3 == 1 ? box.width() * 0.02
                                          : box.width() * 0.3;
        QCOMPARE(grid.nearest(x, y, limit), nearestByHand(points, x, y, limit));
    }
    for (const Point2& p : points)
        QCOMPARE(grid.nearest(p[0], p[1], 0), nearestByHand(points, p[0], p[1], 0));
}

void SpatialGridTest::visitsExactlyTheBox() {
    QFETCH(QString, shape);
    QFETCH(int, n);
    const auto points = pointsOf(shape, static_cast<std::size_t>(n));
    const SpatialGrid grid(points);
    const Box all = grid.bounds().grown(0.1);
    Random random(3);
    for (int i = 0; i < 50; ++i) {
        const double a = all.x0 + uniform(random) * all.width(), b = all.x0 + uniform(random) * all.width();
        const double c = all.y0 + uniform(random) * all.height(), d = all.y0 + uniform(random) * all.height();
        const Box box{std::min(a, b), std::min(c, d), std::max(a, b), std::max(c, d)};
        std::vector<std::uint32_t> seen, wanted;
        grid.visit(box, [&](std::uint32_t id, const Point2& p) {
            QCOMPARE(p, points[id]);
            seen.push_back(id);
        });
        for (std::uint32_t id = 0; id < points.size(); ++id)
            if (box.contains(points[id][0], points[id][1]))
                wanted.push_back(id);
        std::sort(seen.begin(), seen.end());
        QCOMPARE(seen, wanted);
    }
}

void SpatialGridTest::emptyGridAnswers() {
    const SpatialGrid grid;
    QCOMPARE(grid.nearest(0, 0, 10), std::int64_t(-1));
    QCOMPARE(SpatialGrid(std::span<const Point2>()).nearest(0, 0, 10), std::int64_t(-1));
    grid.visit({-1, -1, 1, 1}, [](std::uint32_t, const Point2&) { QFAIL("there is no point"); });
}

void SpatialGridTest::viewKeepsThePointUnderThePointer() {
    ViewTransform view = ViewTransform::fitting({-10, 2, 30, 12}, {0, 0, 800, 600}, 20);
    const QPointF pixel(123, 456), before = view.toData(pixel);
    view.zoomAt(pixel, 3.7);
    const QPointF after = view.toData(pixel);
    QVERIFY(std::abs(before.x() - after.x()) < 1e-9 && std::abs(before.y() - after.y()) < 1e-9);
    view.panBy({10, -20});
    const QPointF moved = view.toScreen(before.x(), before.y());
    QVERIFY(std::abs(moved.x() - 133) < 1e-6 && std::abs(moved.y() - 436) < 1e-6);
}

void SpatialGridTest::fittingShowsTheBox() {
    for (const Box& box : {Box{0, 0, 1, 1}, Box{-5, 3, 500, 4}, Box{2, 2, 2, 9}, Box{7, 7, 7, 7}}) {
        const ViewTransform view = ViewTransform::fitting(box, {0, 0, 300, 200}, 10);
        QVERIFY(view.scale > 0 && std::isfinite(view.scale));
        const QPointF low = view.toScreen(box.x0, box.y0), high = view.toScreen(box.x1, box.y1);
        QVERIFY(QRectF(9.9, 9.9, 280.2, 180.2).contains(low) &&
                QRectF(9.9, 9.9, 280.2, 180.2).contains(high));
        QVERIFY(low.y() >= high.y()); // y points upwards
    }
}

QTEST_GUILESS_MAIN(SpatialGridTest)
#include "tst_spatial_grid.moc"
