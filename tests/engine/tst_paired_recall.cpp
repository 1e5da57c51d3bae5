// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "tune/paired_recall.h"

#include <QTest>

#include <cmath>
#include <numeric>

using namespace annscope;

namespace {

PairedRecall compared(const std::vector<float>& a, const std::vector<float>& b,
                      const std::vector<std::uint32_t>* rows = nullptr) {
    return compare_recall(a, b, rows, {}, {}).value();
}

/// Recalls of 10 neighbours each, the second a little better.
std::pair<std::vector<float>, std::vector<float>> recalls(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    std::vector<float> a, b;
    for (std::size_t i = 0; i < n; ++i) {
        const double hard = random.uniform();
        const auto draw = [&](double p) {
            int found = 0;
            for (int j = 0; j < 10; ++j)
                found += random.uniform() < p;
            return static_cast<float>(found) / 10.0F;
        };
        a.push_back(draw(0.6 + 0.35 * hard));
        b.push_back(draw(0.65 + 0.32 * hard));
    }
    return {a, b};
}

} // namespace

class tst_paired_recall : public QObject {
    Q_OBJECT
private slots:
    void counts_and_rows() {
        const std::vector<float> a{1.0F, 0.5F, 0.2F, 0.7F, 0.9F}, b{1.0F, 0.6F, 0.1F, 0.9F};
        const PairedRecall result = compared(a, b);
        QCOMPARE(result.queries, std::size_t{4}); // only what both measured
        QCOMPARE(result.ties, std::size_t{1});
        QCOMPARE(result.wins, (std::vector<std::uint32_t>{1, 3}));
        QCOMPARE(result.losses, (std::vector<std::uint32_t>{2}));
        QVERIFY(std::abs(result.mean_difference - 0.05) < 1e-6);
        QVERIFY(std::abs(result.mean_second - result.mean_first - result.mean_difference) < 1e-9);
        QVERIFY(result.low <= result.mean_difference && result.mean_difference <= result.high);
        std::size_t total = 0;
        for (const auto& bin : result.bins)
            total += bin.queries;
        QCOMPARE(total, std::size_t{4});
        QCOMPARE(result.bins.size(), std::size_t{4}); // -0.1 0 0.1 0.2
    }

    void only_the_rows_asked_for() {
        const std::vector<float> a{1.0F, 0.5F, 0.2F, 0.7F}, b{1.0F, 0.6F, 0.1F, 0.9F};
        const std::vector<std::uint32_t> rows{0, 2, 9};
        const PairedRecall result = compared(a, b, &rows);
        QCOMPARE(result.queries, std::size_t{2});
        QVERIFY(result.wins.empty());
        QCOMPARE(result.losses, (std::vector<std::uint32_t>{2}));
        const std::vector<std::uint32_t> none;
        QCOMPARE(compared(a, b, &none).queries, std::size_t{0});
    }

    void differences_that_are_rounding_make_one_bin() {
        const std::vector<float> a{0.3F, 0.7F, 0.1F}, b{0.4F, 0.8F, 0.2F};
        QVERIFY(a[0] + 0.1F != b[0] || b[1] - a[1] != b[0] - a[0]); // floats do differ here
        QCOMPARE(compared(a, b).bins.size(), std::size_t{1});
    }

    void sign_test_data() {
        QTest::addColumn<int>("wins");
        QTest::addColumn<int>("losses");
        QTest::addColumn<double>("expected");
        QTest::newRow("none") << 0 << 0 << 1.0;
        QTest::newRow("even") << 7 << 7 << 1.0;
        QTest::newRow("5 of 5") << 5 << 0 << 2.0 / 32;
        QTest::newRow("1 of 10") << 1 << 9 << 2.0 * 11 / 1024; // R: binom.test(1, 10) 0.02148
        QTest::newRow("3 of 10") << 3 << 7 << 2.0 * 176 / 1024;
        QTest::newRow("40 of 100") << 40 << 60 << 0.05688793364098078; // R: binom.test(40, 100)
    }
    void sign_test() {
        QFETCH(int, wins);
        QFETCH(int, losses);
        QFETCH(double, expected);
        const double p = annscope::sign_test(std::size_t(wins), std::size_t(losses));
        QVERIFY2(std::abs(p - expected) < 1e-9, qPrintable(QString::number(p, 'g', 12)));
        QCOMPARE(annscope::sign_test(std::size_t(losses), std::size_t(wins)), p);
    }
    void sign_test_of_many_queries_stays_a_probability() {
        const double p = annscope::sign_test(500'000, 498'000);
        QVERIFY(p > 0.04 && p < 0.05); // z = 2.002
        QVERIFY(annscope::sign_test(900'000, 100) < 1e-12);
    }

    void the_interval_covers_what_it_says() {
        // The mean difference of this generator over very many queries, then intervals of small samples.
        const auto [longA, longB] = recalls(400'000, 99);
        const double truth = (std::accumulate(longB.begin(), longB.end(), 0.0) -
                              std::accumulate(longA.begin(), longA.end(), 0.0)) /
                             400'000;
        int covered = 0;
        for (std::uint64_t round = 0; round < 300; ++round) {
            const auto [a, b] = recalls(200, 1000 + round);
            const PairedRecall result = compare_recall(a, b, nullptr, {500, round}, {}).value();
            covered += result.low <= truth && truth <= result.high;
        }
        QVERIFY2(covered >= 270 && covered <= 298, qPrintable(QString::number(covered))); // 285 expected
    }

    void the_same_again_and_cancel() {
        const auto [a, b] = recalls(500, 3);
        const PairedRecall x = compared(a, b), y = compared(a, b);
        QCOMPARE(x.low, y.low);
        QCOMPARE(x.high, y.high);
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        const auto stopped = compare_recall(a, b, nullptr, {}, control);
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
    }
};

QTEST_GUILESS_MAIN(tst_paired_recall)
#include "tst_paired_recall.moc"
