// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "tune/judge.h"
#include "tune/report.h"
#include "tune/sweep.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

using namespace annscope;

namespace {

constexpr std::size_t kRows = 50, kDim = 3, kQueries = 20;

constexpr ParamInfo kShare{"share", 0, 1, 1, false, false, "Share of the answers that are right."};
constexpr ParamInfo kList{"Lsearch", 1, 1000, 50, true, true, "Candidate list."};

/// Answers queries from the truth, but only `share` of each answer; the rest are the farthest rows.
class HonestLiar : public Index {
public:
    HonestLiar(const GroundTruth& truth, std::vector<ParamInfo> params)
        : m_truth(truth), m_params(std::move(params)) {}

    IndexInfo info() const override {
        IndexInfo about;
        about.spec = "Liar";
        about.dim = kDim;
        about.size = kRows;
        about.trained = true;
        about.memory = {{"codes", 600, ""}, {"rest", 24, ""}};
        return about;
    }
    std::span<const ParamInfo> search_params() const noexcept override { return m_params; }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace*) const override {
        const auto i = static_cast<std::size_t>(query[0]); // the query's number
        const auto right =
            static_cast<std::size_t>(std::lround(params.get("share", 1) * static_cast<double>(k)));
        for (std::size_t j = 0; j < k; ++j) {
            out.ids[j] = m_truth.ids_of(i)[j < right ? j : m_truth.k - 1 - j];
            out.distances[j] = 0;
        }
        return SearchStats{7, 2, 1, 3};
    }

private:
    const GroundTruth& m_truth;
    std::vector<ParamInfo> m_params;
};

/// Distinct distances: row r lies at distance (r + 1)^2 from the origin-like query of its own line.
Workload workload() {
    Workload w;
    AlignedBuffer<float> base(kRows * kDim), queries(kQueries * kDim);
    for (std::size_t r = 0; r < kRows; ++r)
        base[r * kDim + 1] = static_cast<float>(r + 1);
    for (std::size_t q = 0; q < kQueries; ++q)
        queries[q * kDim] = static_cast<float>(q);
    w.truth = {kQueries, kRows, {}, {}};
    for (std::size_t q = 0; q < kQueries; ++q)
        for (std::size_t r = 0; r < kRows; ++r) {
            w.truth.ids.push_back(static_cast<Id>(r));
            w.truth.distances.push_back(static_cast<float>(q * q + (r + 1) * (r + 1)));
        }
    w.base = VectorSet::adopt(std::move(base), kRows, kDim);
    w.queries = VectorSet::adopt(std::move(queries), kQueries, kDim);
    return w;
}

OperatingPoint point(double recall, double qps) {
    OperatingPoint p;
    p.recall = recall;
    p.qps = qps;
    return p;
}

} // namespace

class tst_sweep : public QObject {
    Q_OBJECT
private slots:
    void front_holds_what_nothing_beats() {
        const std::vector<OperatingPoint> points{point(0.5, 100), point(0.9, 50),  point(0.7, 40),
                                                 point(0.9, 60),  point(0.99, 10), point(0.4, 90)};
        QCOMPARE(pareto_front(points), (std::vector<std::size_t>{0, 3, 4}));
        QCOMPARE(pareto_front({}), std::vector<std::size_t>{});
    }

    void qps_between_points_is_log_linear() {
        const std::vector<OperatingPoint> points{point(0.8, 1000), point(0.9, 100)};
        QCOMPARE(std::lround(qps_at_recall(points, 0.85) * 1000),
                 std::lround(std::sqrt(1000.0 * 100.0) * 1000));
        QCOMPARE(qps_at_recall(points, 0.5), 1000.0);
        QCOMPARE(qps_at_recall(points, 0.9), 100.0);
        QCOMPARE(qps_at_recall(points, 0.95), 0.0);
    }

    void grids_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("column"); // -1: right
        QTest::newRow("one") << "nprobe=4" << -1;
        QTest::newRow("several") << "nprobe=1,2,4,8" << -1;
        QTest::newRow("decimal") << "share=0.5,1e-3" << -1;
        QTest::newRow("no name") << "=1" << 0;
        QTest::newRow("no values") << "nprobe" << 0;
        QTest::newRow("empty value") << "nprobe=1,,2" << 9;
        QTest::newRow("ends in a comma") << "nprobe=1," << 9;
        QTest::newRow("a word") << "nprobe=many" << 7;
        QTest::newRow("infinite") << "nprobe=inf" << 7;
    }
    void grids() {
        QFETCH(QString, text);
        QFETCH(int, column);
        const auto grid = parse_grid(text.toStdString());
        QCOMPARE(grid.ok(), column < 0);
        if (!grid)
            QCOMPARE(grid.error().column, column);
    }

    void spaces_multiply() {
        const ParameterSpace space{{{"a", {1, 2}}, {"b", {3, 4, 5}}}};
        const auto points = space.points();
        QCOMPARE(points.size(), std::size_t{6});
        QCOMPARE(points[1], (SearchParams{{"a", 1}, {"b", 4}}));
        QCOMPARE(ParameterSpace{}.points().size(), std::size_t{1});
    }

    void default_lists_are_never_shorter_than_k() {
        const Workload w = workload();
        const HonestLiar index(w.truth, {kList});
        for (const std::size_t k : {1u, 10u, 40u, 100u}) {
            const ParameterSpace space = default_space(index, k);
            QCOMPARE(space.values.size(), std::size_t{1});
            const auto& values = space.values[0].second;
            QVERIFY(values.size() >= 6 && values.size() <= 20);
            QVERIFY(values.front() >= static_cast<double>(k) && values.back() <= kList.max);
            QVERIFY(std::ranges::is_sorted(values));
        }
    }

    void a_product_of_parameters_stays_small() {
        const Workload w = workload();
        const ParamInfo factor{"factor", 1, 1000, 1, false, true, "Candidates ranked again."};
        ParamInfo fixed = kList;
        fixed.name = "fixed";
        fixed.swept = false;
        const ParameterSpace one = default_space(HonestLiar(w.truth, {factor, fixed}), 10);
        const ParameterSpace two = default_space(HonestLiar(w.truth, {factor, kList, fixed}), 10);
        QCOMPARE(one.values.size(), std::size_t{1});
        QCOMPARE(two.values.size(), std::size_t{2});
        QVERIFY(two.values[0].second.size() < one.values[0].second.size());
        QVERIFY(two.points().size() <= 100);
    }

    void measures_what_the_index_answers_data() {
        QTest::addColumn<int>("threads");
        QTest::newRow("one by one") << 1;
        QTest::newRow("two threads") << 2;
    }
    void measures_what_the_index_answers() {
        QFETCH(int, threads);
        const Workload w = workload();
        const HonestLiar index(w.truth, {kShare});
        SweepOptions options;
        options.threads = threads;
        Progress progress;
        std::vector<double> streamed;
        std::vector<Id> ids;
        const auto points = sweep(
            index, w, {{{"share", {0.2, 0.5, 1.0}}}}, options, {{}, &progress, 0},
            [&](const OperatingPoint& p) { streamed.push_back(p.recall); }, &ids);
        QVERIFY2(points.ok(), points.ok() ? "" : points.error().message.c_str());
        QCOMPARE(points->size(), std::size_t{3});
        const double expected[] = {0.2, 0.5, 1.0};
        for (std::size_t i = 0; i < 3; ++i) {
            const OperatingPoint& p = (*points)[i];
            QVERIFY(std::abs(p.recall - expected[i]) < 1e-6);
            QVERIFY(std::abs(p.recall_p5 - expected[i]) < 1e-6);
            QCOMPARE(streamed[i], p.recall);
            QCOMPARE(p.recall_per_query.size(), kQueries);
            QVERIFY(p.qps > 0 && p.latency.p50 <= p.latency.p95 && p.latency.p95 <= p.latency.p99);
            QCOMPARE(p.stats.distances, std::uint64_t{7 * kQueries});
            QCOMPARE(p.queries, kQueries);
            QCOMPARE(p.threads, threads);
        }
        QCOMPARE(ids.size(), kQueries * 10);
        QCOMPARE(ids[0], Id{0});
        QCOMPARE(progress.done.load(), progress.total.load());
    }

    void ties_and_repeats_are_judged_by_distance() {
        Workload w = workload();
        AlignedBuffer<float> base(kRows * kDim); // rows 0..9 and 10..19 lie in the same places
        for (std::size_t r = 0; r < kRows; ++r)
            base[r * kDim + 1] = static_cast<float>(r < 20 ? r % 10 : r);
        w.base = VectorSet::adopt(std::move(base), kRows, kDim);
        GroundTruth truth{1, 2, {0, 10}, {0, 0}};
        const VectorView query = w.queries.view<float>().rows(0, 1);
        const auto recall = [&](std::array<Id, 2> ids) {
            return (*judge(w.base, query, truth, Metric::L2, ids, 2, {}))[0];
        };
        QCOMPARE(recall({0, 10}), 1.0f);
        QCOMPARE(recall({10, 0}), 1.0f);
        QCOMPARE(recall({0, 0}), 0.5f);
        QCOMPARE(recall({0, 1}), 0.5f);
        QCOMPARE(recall({kNoId, kNoId}), 0.0f);
        truth = {1, 2, {0, 1}, {0, 1}};
        QCOMPARE(recall({0, 11}), 1.0f); // row 11 is as near as row 1
        QCOMPARE(recall({10, 11}), 1.0f);
    }

    void refuses_what_cannot_be_measured() {
        const Workload w = workload();
        const HonestLiar index(w.truth, {kShare});
        SweepOptions options;
        options.k = kRows + 1;
        QCOMPARE(measure(index, w, {}, options, {}).error().code, ErrorCode::InvalidArgument);
        options.k = 10;
        Workload none = w;
        none.queries = {};
        QCOMPARE(measure(index, none, {}, options, {}).error().code, ErrorCode::InvalidArgument);
        Workload flat = w;
        flat.queries = VectorSet::adopt(AlignedBuffer<float>(8), 4, 2);
        QCOMPARE(measure(index, flat, {}, options, {}).error().code, ErrorCode::DimensionMismatch);
        QCOMPARE(measure(index, w, {{"nprobe", 3}}, options, {}).error().code, ErrorCode::InvalidArgument);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(measure(index, w, {}, options, {stop.get_token(), nullptr, 1}).error().code,
                 ErrorCode::Cancelled);
    }

    void csv_has_the_promised_columns() {
        const Workload w = workload();
        const HonestLiar index(w.truth, {kShare});
        const auto p = measure(index, w, {{"share", 0.5}}, {}, {});
        QVERIFY(p.ok());
        const ReportRow row{"Liar||share=0.5,x=\"1\"", *p, index.info()};
        const QString line = QString::fromStdString(csv_row(row));
        QVERIFY(line.startsWith(QStringLiteral("\"Liar||share=0.5,x=\"\"1\"\"\",10,0.500000,0.500000,")));
        QVERIFY(line.endsWith(QStringLiteral(",7,2,1,3,0.0000,0.0000,624,1,50,3,l2")));
        const QString unquoted = line.mid(line.lastIndexOf(QLatin1Char('"')) + 1);
        QCOMPARE(unquoted.count(QLatin1Char(',')),
                 QString::fromStdString(csv_header()).count(QLatin1Char(',')));
    }
};

QTEST_GUILESS_MAIN(tst_sweep)
#include "tst_sweep.moc"
