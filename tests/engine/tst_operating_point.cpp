// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "tune/operating_point.h"

#include <QTest>

#include <cmath>

using namespace annscope;

namespace {

OperatingPoint point(double recall, double qps, double nprobe = 1) {
    OperatingPoint p;
    p.params = {{"nprobe", nprobe}, {"k_factor", 4}};
    p.recall = recall;
    p.qps = qps;
    p.latency = {1e6 / qps, 0.9e6 / qps, 1.5e6 / qps, 2e6 / qps};
    return p;
}

bool close(double a, double b) {
    return std::abs(a - b) <= 1e-9 * std::abs(b);
}

} // namespace

class tst_operating_point : public QObject {
    Q_OBJECT
private slots:
    void between_two_points_all_is_log_linear() {
        const std::vector<OperatingPoint> points{point(0.9, 100, 16), point(0.8, 1000, 4),
                                                 point(0.82, 20, 64)};
        const PointAtRecall at = point_at_recall(points, pareto_front(points), 0.85);
        QVERIFY(at.reached && at.interpolated && !at.at_least);
        QCOMPARE(at.low, std::size_t{1});
        QCOMPARE(at.high, std::size_t{0});
        QVERIFY(std::abs(at.share - 0.5) < 1e-12);
        QVERIFY(close(at.qps, std::sqrt(1000.0 * 100.0)));
        QVERIFY(close(at.latency.p50, 0.9e6 / at.qps));
        QVERIFY(close(at.latency.p95, 1.5e6 / at.qps));
        QVERIFY(close(at.latency.p99, 2e6 / at.qps));
        QVERIFY(close(at.latency.mean, 1e6 / at.qps));
        const auto param = param_between(points[at.low].params, points[at.high].params, at.share);
        QVERIFY(param.has_value());
        QCOMPARE(QString::fromStdString(param->first), QStringLiteral("nprobe"));
        QVERIFY(close(param->second, 8));
    }

    void measured_points_speak_for_themselves() {
        const std::vector<OperatingPoint> points{point(0.8, 1000), point(0.9, 100)};
        const auto front = pareto_front(points);
        const PointAtRecall exact = point_at_recall(points, front, 0.9);
        QVERIFY(exact.reached && !exact.interpolated && !exact.at_least);
        QCOMPARE(exact.high, std::size_t{1});
        QCOMPARE(exact.low, exact.high);
        QCOMPARE(exact.qps, 100.0);
        const PointAtRecall below = point_at_recall(points, front, 0.5);
        QVERIFY(below.reached && !below.interpolated && below.at_least);
        QCOMPARE(below.qps, 1000.0);
        QVERIFY(!point_at_recall(points, front, 0.901).reached);
        QVERIFY(!point_at_recall({}, {}, 0.5).reached);
    }

    void a_latency_that_is_not_known_is_not_made_up() {
        std::vector<OperatingPoint> points{point(0.8, 1000), point(0.9, 100)};
        points[0].latency = {};
        const PointAtRecall at = point_at_recall(points, pareto_front(points), 0.85);
        QCOMPARE(at.latency.p99, points[1].latency.p99);
    }

    void random_series_agree_with_a_walk_over_all_points() {
        Random random(5);
        for (int round = 0; round < 300; ++round) {
            std::vector<OperatingPoint> points;
            for (int i = 0; i < 12; ++i)
                points.push_back(point(std::round(random.uniform() * 20) / 20, 10 + 1000 * random.uniform()));
            const double recall = std::round(random.uniform() * 40) / 40;
            const auto front = pareto_front(points);
            const PointAtRecall at = point_at_recall(points, front, recall);
            double best = 0; // most QPS among those that reach it
            for (const OperatingPoint& p : points)
                if (p.recall >= recall)
                    best = std::max(best, p.qps);
            QCOMPARE(at.reached, best > 0);
            QCOMPARE(at.qps, qps_at_recall(points, recall));
            if (!at.reached)
                continue;
            QCOMPARE(points[at.high].qps, best);
            QVERIFY(at.qps >= best - 1e-9 && at.qps <= points[at.low].qps + 1e-9);
        }
    }

    void parameters_between_data() {
        QTest::addColumn<QString>("low");
        QTest::addColumn<QString>("high");
        QTest::addColumn<double>("expected"); // -1: none
        QTest::newRow("one differs") << "a=2,b=1"
                                     << "a=8,b=1" << 4.0;
        QTest::newRow("from zero") << "a=0"
                                   << "a=8" << 4.0;
        QTest::newRow("two differ") << "a=2,b=1"
                                    << "a=8,b=2" << -1.0;
        QTest::newRow("none differs") << "a=2"
                                      << "a=2" << -1.0;
        QTest::newRow("another name") << "a=2"
                                      << "b=2" << -1.0;
        QTest::newRow("one more") << "a=2"
                                  << "a=4,b=2" << -1.0;
    }
    void parameters_between() {
        QFETCH(QString, low);
        QFETCH(QString, high);
        QFETCH(double, expected);
        const auto between =
            param_between(*parse_params(low.toStdString()), *parse_params(high.toStdString()), 0.5);
        QCOMPARE(between.has_value(), expected >= 0);
        if (between)
            QVERIFY(close(between->second, expected));
    }
};

QTEST_GUILESS_MAIN(tst_operating_point)
#include "tst_operating_point.moc"
