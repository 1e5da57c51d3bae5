// SPDX-License-Identifier: GPL-3.0-or-later
// Every miss has one reason, and its remedy finds it.
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "index/storage.h"
#include "tune/loss.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kNeighbors = 10;

Workload workload(std::size_t rows, std::size_t dim, Metric metric, ElementType type = ElementType::F32) {
    Workload out{random_set(type, rows, dim, 1), random_set(type, 60, dim, 2).to_float(), {}, metric};
    out.truth = std::move(exact_neighbours(out.base, out.queries, metric, 20, {}).value());
    return out;
}

} // namespace

class TestLoss : public QObject {
    Q_OBJECT

private slots:
    void reasonsAddUpAndRemediesFind_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<QByteArray>("params");
        QTest::addColumn<QString>("reasons"); // that may occur
        const auto row = [](const char* factory, const char* params, const char* reasons) {
            QTest::addRow("%s %s", factory, params)
                << QByteArray(factory) << QByteArray(params) << QString::fromLatin1(reasons);
        };
        row("Flat", "", "");
        row("IVF64,Flat", "nprobe=2", "cell not probed");
        row("IVF64,SQ4", "nprobe=3", "cell not probed|code below the cut");
        row("IVF32,PQ4x4fs,RFlat", "nprobe=4,k_factor=2", "cell not probed|code below the cut");
        row("PQ4x4,RFlat", "k_factor=2", "code below the cut");
        row("SQ4", "", "code below the cut");
        row("HNSW4", "efSearch=10", "never met|evicted");
        row("Vamana8", "Lsearch=10", "never met|evicted");
        row("HNSW8,SQ4", "efSearch=10", "never met|lost by its code");
        row("Vamana16,SQ4,RFlat", "Lsearch=10,k_factor=1", "never met|lost by its code");
        row("PCA6,Flat", "", "lost by the transform");
        row("PCA8,IVF64,Flat", "nprobe=2", "cell not probed|lost by the transform");
        row("IDMap,IVF64,Flat", "nprobe=2", "cell not probed");
        row("IVF64_HNSW8,Flat", "nprobe=2", "cell not probed");
    }
    void reasonsAddUpAndRemediesFind() {
        QFETCH(QByteArray, factory);
        QFETCH(QByteArray, params);
        QFETCH(QString, reasons);
        const Workload work = workload(1500, 16, Metric::L2);
        const auto index = build(factory.toStdString(), work.base, work.metric);
        QVERIFY2(index.ok(), index ? "" : index.error().message.c_str());
        const auto given = parse_params(params.toStdString());
        QVERIFY(given.ok());
        const auto report = explain_loss(**index, work, *given, {}, {});
        QVERIFY2(report.ok(), report ? "" : report.error().message.c_str());

        // The recall lost, exactly, and the missed ones are those that were not returned.
        QCOMPARE(static_cast<double>(report->lost()), std::round((1 - report->recall) * 60 * 10));
        const auto answer = search(**index, work.queries, kNeighbors, *given);
        std::set<std::pair<std::uint32_t, Id>> missed;
        for (const Miss& miss : report->misses) {
            missed.insert({miss.query, miss.id});
            QCOMPARE(work.truth.ids_of(miss.query)[miss.true_rank], miss.id);
        }
        QCOMPARE(missed.size(), report->misses.size()); // one reason each
        for (std::uint32_t q = 0; q < 60; ++q)
            for (std::size_t i = 0; i < kNeighbors; ++i) {
                const Id id = work.truth.ids_of(q)[i];
                const auto begin = answer->ids.begin() + q * kNeighbors;
                QCOMPARE(missed.contains({q, id}),
                         std::find(begin, begin + kNeighbors, id) == begin + kNeighbors);
            }
        QCOMPARE(report->lost() == 0, reasons.isEmpty());
        std::size_t cured = 0;
        for (const Miss& miss : report->misses) {
            if (miss.reason == LossReason::Tie)
                continue;
            const std::string said(name(miss.reason));
            QVERIFY2(reasons.split(QLatin1Char('|')).contains(QString::fromStdString(said)), said.c_str());
            if (!miss.remedy)
                continue;
            ++cured;
            const auto again = search(**index, work.queries.slice(miss.query, 1), kNeighbors, *miss.remedy);
            QVERIFY(again.ok());
            QVERIFY(std::ranges::find(again->ids, miss.id) != again->ids.end());
            QVERIFY(!(*miss.remedy == *given));
        }
        // Cells and walks are cured by looking further, a code before a re-ranking by ranking more again.
        const bool curable =
            !factory.startsWith("SQ") && !factory.startsWith("PCA") && !factory.contains("SQ4");
        if (curable || factory.endsWith("RFlat"))
            QVERIFY2(cured >= report->lost() * 99 / 100,
                     qPrintable(QStringLiteral("%1 of %2").arg(cured).arg(report->lost())));
        QVERIFY(report->sentence().size() > 20);
    }

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
        const LossShare& share = report->shares[static_cast<std::size_t>(LossReason::CellNotProbed)];
        QCOMPARE(share.parameter, std::string("nprobe"));
        std::size_t found = 0;
        for (const Miss& miss : report->misses)
            found += miss.remedy->get("nprobe", 0) <= share.for_nine_in_ten;
        QVERIFY(found * 10 >= report->lost() * 9);
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
