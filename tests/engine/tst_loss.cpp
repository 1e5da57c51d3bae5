// SPDX-License-Identifier: GPL-3.0-or-later
// Every miss has one reason, and its remedy finds it.
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "index/storage.h"
#include "tune/loss.h"
#include "tune/loss_sweep.h"

#include <QTest>

#include <cmath>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kNeighbors = 10;

Workload workload(std::size_t rows, std::size_t dim, Metric metric, ElementType type = ElementType::F32) {
    Workload out{random_set(type, rows, dim, 1), random_set(type, 60, dim, 2).to_float(), {}, metric};
    out.truth = std::move(
        exact_neighbours(out.base, out.queries, metric, std::min<std::size_t>(rows, 20), {}).value());
    return out;
}

} // namespace

class TestLoss : public QObject {
    Q_OBJECT

private slots:
    void remediesAreSmallest() {
        const Workload work = workload(1500, 16, Metric::L2);
        const auto index = build("IVF64,Flat", work.base, work.metric);
        const auto report = explain_loss(**index, work, {{"nprobe", 2}}, {}, {});
        QVERIFY(report.ok() && report->lost() > 20);
        for (const Miss& miss : report->misses) {
            QVERIFY(miss.remedy);
            SearchParams less = *miss.remedy;
            less.set("nprobe", miss.remedy->get("nprobe", 0) - 1);
            const auto before = search(**index, work.queries.slice(miss.query, 1), kNeighbors, less);
            QVERIFY(std::ranges::find(before->ids, miss.id) == before->ids.end());
        }
        const LossShare& share = report->share(LossReason::CellNotProbed);
        QVERIFY(share.advice && share.advice->change.configuration.empty());
        QCOMPARE(share.advice->parameter, std::string("nprobe"));
        std::size_t found = 0;
        for (const Miss& miss : report->misses)
            found += miss.remedy->get("nprobe", 0) <= share.advice->value;
        QVERIFY(found * 10 >= report->lost() * 9);
        QCOMPARE(share.advice->finds, found);
        const QString sentence = QString::fromStdString(report->sentence());
        QVERIFY2(sentence.startsWith(
                     QStringLiteral("100 % of the misses are cells that were not probed; nprobe ")),
                 qPrintable(sentence));
    }

    /// A graph whose last nodes no link leads to, searched as far as its links go.
    void whatCannotBeReachedIsToldSo() {
        class Island final : public Index, public GraphView {
        public:
            explicit Island(VectorSet rows) : m_rows(std::move(rows)) {
                for (std::uint32_t i = 0; i < m_rows.size(); ++i)
                    m_next.push_back(i + 1 < reached() ? i + 1 : 0);
            }
            std::size_t reached() const noexcept { return m_rows.size() - 50; }
            IndexInfo info() const override {
                IndexInfo info;
                info.dim = m_rows.dim();
                info.size = m_rows.size();
                info.trained = true;
                return info;
            }
            std::span<const ParamInfo> search_params() const noexcept override { return {}; }
            Status add(const VectorSet&, const Control&) override { return {}; }
            Status save(ArchiveWriter&) const override { return {}; }
            const GraphView* graph() const noexcept override { return this; }
            std::size_t size() const noexcept override { return m_rows.size(); }
            std::size_t max_degree() const noexcept override { return 1; }
            std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
                return {&m_next[node], 1};
            }
            std::uint32_t entry_point() const noexcept override { return 0; }

        protected:
            Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams&,
                                           SearchOutput out, PathTrace* trace) const override {
                TopK best(k);
                for (std::size_t i = 0; i < reached(); ++i) {
                    const auto distance = static_cast<float>(oracle_distance(m_rows, i, query, Metric::L2));
                    best.push(distance, static_cast<Id>(i));
                    if (trace)
                        trace->consider(static_cast<Id>(i), distance, true);
                }
                best.drain(out.ids, out.distances);
                return SearchStats{};
            }

        private:
            VectorSet m_rows;
            std::vector<std::uint32_t> m_next;
        };
        const Workload work = workload(300, 6, Metric::L2);
        const Island index(work.base);
        const auto report = explain_loss(index, work, {}, {}, {});
        QVERIFY(report.ok());
        QVERIFY(report->lost() > 20);
        for (const Miss& miss : report->misses) {
            QVERIFY(miss.id >= 250);
            QVERIFY(miss.reason == LossReason::Unreachable && !miss.remedy);
        }
        QCOMPARE(QString::fromStdString(report->sentence()),
                 QStringLiteral(
                     "100 % of the misses cannot be reached from the graph's entry; only a repair of the "
                     "graph finds them."));
    }

    void tiesCostNothing() {
        // Every row twice: of two copies at rank k one is returned.
        const VectorSet half = random_set(ElementType::U8, 200, 8, 1);
        const VectorSet parts[] = {half, half};
        Workload work{
            *concatenated(parts, {}), random_set(ElementType::U8, 60, 8, 2).to_float(), {}, Metric::L2};
        work.truth = std::move(exact_neighbours(work.base, work.queries, Metric::L2, 20, {}).value());
        for (std::size_t q = 0; q < 60; ++q) // the truth names the copies that an index does not
            for (std::size_t i = 0; i < 20; ++i)
                if (Id& id = work.truth.ids[q * 20 + i]; i == 8 || i == 9 || i == 10 || i == 11)
                    id = id < 200 ? id + 200 : id - 200;
        const auto index = build("Flat", work.base, Metric::L2);
        LossOptions options;
        options.k = 9;
        const auto report = explain_loss(**index, work, {}, options, {});
        QVERIFY(report.ok());
        QCOMPARE(report->recall, 1.0);
        QCOMPARE(report->lost(), std::size_t{0});
        for (const Miss& miss : report->misses)
            QVERIFY(miss.reason == LossReason::Tie && !miss.remedy);
        QVERIFY(QString::fromStdString(report->sentence()).startsWith(QStringLiteral("Nothing is lost")));
    }

    void anyThreadsAgreeAndCancelWorks() {
        const Workload work = workload(800, 8, Metric::L2);
        const auto index = build("IVF32,Flat", work.base, work.metric);
        std::vector<std::vector<Id>> ids;
        for (const int threads : {1, 3}) {
            Control control;
            control.threads = threads;
            const auto report = explain_loss(**index, work, {{"nprobe", 1}}, {}, control);
            QVERIFY(report.ok());
            ids.emplace_back();
            for (const Miss& miss : report->misses)
                ids.back().push_back(miss.id);
        }
        QVERIFY(ids[0] == ids[1]);
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        const auto report = explain_loss(**index, work, {{"nprobe", 1}}, {}, control);
        QVERIFY(!report.ok() && report.error().code == ErrorCode::Cancelled);
    }

    void fewerVectorsThanNeighbors() {
        const Workload work = workload(6, 8, Metric::L2);
        const auto index = build("IVF3,Flat", work.base, work.metric);
        const auto report = explain_loss(**index, work, {{"nprobe", 1}}, {}, {});
        QVERIFY2(report.ok(), report ? "" : report.error().message.c_str());
        QVERIFY(report->lost() > 0);
        QCOMPARE(static_cast<double>(report->lost()), std::round((1 - report->recall) * 60 * 6));
    }

    void aSweepTellsTheSameAtEachValue() {
        const Workload work = workload(1500, 16, Metric::L2);
        const auto index = build("IVF64,SQ4,RFlat", work.base, work.metric);
        const SearchParams params{{"nprobe", 3}, {"k_factor", 1.5}};
        LossSweepOptions options;
        std::vector<double> told;
        const auto sweep = loss_sweep(**index, work, params, options, {},
                                      [&](const LossPoint& point) { told.push_back(point.value); });
        QVERIFY2(sweep.ok(), sweep ? "" : sweep.error().message.c_str());
        QCOMPARE(sweep->parameter, std::string("nprobe"));
        QCOMPARE(told.size(), sweep->points.size());
        QVERIFY(std::ranges::is_sorted(told) && std::ranges::find(told, 3.0) != told.end());
        QVERIFY(told.front() == 1 && told.back() == 64 && told.size() > 5);
        for (const LossPoint& point : sweep->points) {
            SearchParams own = params;
            own.set("nprobe", point.value);
            LossOptions alone;
            alone.remedies = false;
            const auto report = explain_loss(**index, work, own, alone, {});
            QCOMPARE(point.recall, report->recall);
            QCOMPARE(point.lost(), report->lost());
            for (std::size_t r = 0; r < kLossReasons; ++r)
                QCOMPARE(point.reasons[r], report->shares[r].misses);
        }
        QVERIFY(sweep->points.front().recall < sweep->points.back().recall);
        options.parameter = "k_factor";
        options.values = {4, 1};
        const auto again = loss_sweep(**index, work, params, options, {});
        QVERIFY(again.ok() && again->points.size() == 2 && again->points[0].value == 1);
        QVERIFY(again->points[0].lost() > again->points[1].lost());
        options.parameter = "efSearch";
        QVERIFY(!loss_sweep(**index, work, params, options, {}).ok());
        const auto flat = build("SQ4", work.base, work.metric);
        const auto one = loss_sweep(**flat, work, {}, {}, {});
        QVERIFY(one.ok() && one->parameter.empty() && one->points.size() == 1 && one->points[0].lost() > 0);
    }

    void mistakes() {
        const Workload work = workload(300, 8, Metric::L2);
        const auto index = build("Flat", work.base, work.metric);
        LossOptions options;
        options.k = 21;
        QVERIFY(!explain_loss(**index, work, {}, options, {}).ok());
        options.k = 0;
        QVERIFY(!explain_loss(**index, work, {}, options, {}).ok());
        QVERIFY(!explain_loss(**index, work, {{"nprobe", 1}}, {}, {}).ok());
    }
};

QTEST_GUILESS_MAIN(TestLoss)
#include "tst_loss.moc"
