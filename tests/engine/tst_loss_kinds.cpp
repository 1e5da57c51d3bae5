// SPDX-License-Identifier: GPL-3.0-or-later
// For every kind of index: each miss has one reason, which brute force confirms, and its remedy finds it.
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "tune/loss.h"

#include <QTest>

#include <cmath>
#include <map>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 1000, kDim = 24, kQueries = 30, kNeighbors = 10;

Workload workload(Metric metric) {
    Workload out{random_set(ElementType::F32, kRows, kDim, 1),
                 random_set(ElementType::F32, kQueries, kDim, 2),
                 {},
                 metric};
    out.truth = std::move(exact_neighbours(out.base, out.queries, metric, 20, {}).value());
    return out;
}

/// So little of each that something is lost.
SearchParams careless(const Index& index) {
    SearchParams params;
    for (const ParamInfo& info : index.search_params())
        if (info.name == "nprobe" || info.name == "efSearch" || info.name == "Lsearch")
            params.set(info.name, std::min(info.max, info.name == "nprobe" ? 2.0 : 10.0));
        else if (info.name == "group_share")
            params.set(info.name, 0.3);
    return params;
}

std::string text(const Miss& miss) {
    return std::string(name(miss.reason)) + ", query " + std::to_string(miss.query) + ", vector " +
           std::to_string(miss.id) + ", rank " + std::to_string(miss.rank);
}

#define VERIFY_MISS(condition, miss) QVERIFY2(condition, text(miss).c_str())

bool has(const Answer& answer, Id id) {
    return std::ranges::find(answer.ids, id) != answer.ids.end();
}

struct Traced {
    std::set<Id> probed, compared, reranked;
};

Traced traced(const Index& index, const float* query, const SearchParams& params) {
    Answer out = Answer::sized(kNeighbors);
    PathTrace trace;
    Traced told;
    if (!index.explain({query, kDim}, kNeighbors, params, out.output(), trace))
        return told;
    for (const TraceEvent& event : trace.events) {
        if (event.kind == TraceEvent::Kind::EnterLevel)
            told.compared.clear();
        if (event.kind == TraceEvent::Kind::ProbeCell)
            told.probed.insert(event.id);
        if (event.kind == TraceEvent::Kind::Consider)
            told.compared.insert(event.id);
        if (event.kind == TraceEvent::Kind::Rerank)
            told.reranked.insert(event.id);
    }
    return told;
}

} // namespace

class TestLossKinds : public QObject {
    Q_OBJECT

private slots:
    void everyMissHasOneReasonAndARemedy_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<int>("metric");
        QTest::addColumn<QByteArray>("params");   // empty: careless
        QTest::addColumn<QByteArray>("expected"); // a reason that must occur; empty: any
        const auto row = [](std::string_view factory, Metric metric = Metric::L2, const char* params = "",
                            const char* expected = "") {
            QTest::addRow("%.*s %s %s %s", static_cast<int>(factory.size()), factory.data(),
                          metric == Metric::L2       ? "l2"
                          : metric == Metric::Cosine ? "cosine"
                                                     : "ip",
                          params, expected)
                << QByteArray(factory.data(), static_cast<int>(factory.size())) << static_cast<int>(metric)
                << QByteArray(params) << QByteArray(expected);
        };
        for (const Kind* kind : kinds()) {
            row(kind->example);
            for (const std::string_view more : kind->more_examples)
                row(more);
        }
        row("IVF64,Flat", Metric::L2, "nprobe=2", "cell not probed");
        row("IVF64,Flat", Metric::Cosine, "nprobe=2", "cell not probed");
        row("IVF64,Flat", Metric::InnerProduct, "nprobe=2", "cell not probed");
        row("IVF64,SQ4", Metric::L2, "nprobe=64", "code below the cut");
        row("IVF32,PQ4x4fs,RFlat", Metric::L2, "nprobe=4,k_factor=2", "code below the cut");
        row("IVF32,PQ4x4fs,RFlat", Metric::Cosine, "nprobe=32,k_factor=1.5", "code below the cut");
        row("IVF32,PQ4x4", Metric::L2, "nprobe=2", "cell not probed");
        row("IVF32,RaBitQ,RFlat", Metric::L2, "nprobe=8,k_factor=2", "code below the cut");
        row("IVF32,RaBitQ4", Metric::L2, "nprobe=8");
        row("IVF16,SQ4,Refine(SQ4)", Metric::L2, "nprobe=16,k_factor=4", "lost at the re-rank cut");
        row("PQ4x4,RFlat", Metric::L2, "k_factor=2", "code below the cut");
        row("SQ4", Metric::L2, "", "code below the cut");
        row("IVF32,Flat|groups=6", Metric::L2, "nprobe=4,group_share=0.2", "group not scanned");
        row("IVF32,PQ4x4,RFlat|groups=6", Metric::L2, "nprobe=3,group_share=0.4,k_factor=2",
            "group not scanned");
        row("IVF64_HNSW8,Flat", Metric::L2, "nprobe=2", "cell not probed");
        row("IVF256(IVF16,Flat),Flat", Metric::L2, "nprobe=8,quantizer_nprobe=1",
            "cell missed by the quantizer");
        row("IMI2x3,Flat", Metric::L2, "nprobe=3", "cell not probed");
        row("IMI2x4,PQ4x4,RFlat", Metric::L2, "nprobe=9,k_factor=3", "code below the cut");
        row("HNSW4", Metric::L2, "efSearch=10", "never met");
        row("NSG8", Metric::L2, "Lsearch=10", "never met");
        row("Vamana8", Metric::L2, "Lsearch=10", "never met");
        row("Vamana8", Metric::Cosine, "Lsearch=10", "never met");
        row("HNSW8,SQ4", Metric::L2, "efSearch=20", "lost by its code");
        row("Vamana16,SQ4,RFlat", Metric::L2, "Lsearch=10,k_factor=1", "lost by its code");
        row("Vamana32,RaBitQfs", Metric::L2, "Lsearch=10", "evicted");
        row("PCA6,Flat", Metric::L2, "", "lost by the transform");
        row("PCA6,Flat,RFlat", Metric::L2, "k_factor=1.5", "lost by the transform");
        row("PCA8,IVF64,Flat", Metric::L2, "nprobe=2", "cell not probed");
        row("PCA8,IVF64,PQ4x4,RFlat", Metric::L2, "nprobe=4,k_factor=2", "code below the cut");
        row("OPQ4_8,IVF32,PQ4x4fs", Metric::L2, "nprobe=4", "lost by the transform");
        row("L2norm,IVF32,Flat", Metric::InnerProduct, "nprobe=32", "lost by the transform");
        row("PCA8,HNSW8", Metric::Cosine, "efSearch=12", "lost by the transform");
        row("IVF64,SQ4,IDMap", Metric::L2, "nprobe=3", "code below the cut");
    }
    void everyMissHasOneReasonAndARemedy() {
        QFETCH(QByteArray, factory);
        QFETCH(int, metric);
        QFETCH(QByteArray, params);
        QFETCH(QByteArray, expected);
        const Workload work = workload(static_cast<Metric>(metric));
        const auto index = build(factory.toStdString(), work.base, work.metric);
        QVERIFY2(index.ok(), index ? "" : index.error().message.c_str());
        const SearchParams given =
            params.isEmpty() ? careless(**index) : parse_params(params.toStdString()).value();
        Control alone; // so little work is not worth a team of threads
        alone.threads = 1;
        const auto report = explain_loss(**index, work, given, {}, alone);
        QVERIFY2(report.ok(), report ? "" : report.error().message.c_str());
        addsUp(**index, work, given, *report);
        if (!expected.isEmpty())
            QVERIFY2(std::ranges::any_of(report->misses,
                                         [&](const Miss& m) { return expected == name(m.reason).data(); }),
                     report->sentence().c_str());
        std::map<std::string, std::unique_ptr<Index>> rebuilt;
        std::size_t found = 0, unreachable = 0;
        for (const Miss& miss : report->misses) {
            if (miss.reason == LossReason::Tie)
                continue;
            reasonHolds(**index, work, given, miss);
            if (QTest::currentTestFailed())
                return;
            unreachable += miss.reason == LossReason::Unreachable;
            const VectorSet query = work.queries.slice(miss.query, 1);
            if (miss.remedy) {
                const auto again = search(**index, query, kNeighbors, *miss.remedy);
                QVERIFY(again.ok());
                VERIFY_MISS(has(*again, miss.id), miss);
                QVERIFY(!(*miss.remedy == given));
                ++found;
            } else if (miss.rebuild) {
                auto& other = rebuilt[miss.rebuild->configuration];
                if (!other) {
                    auto made = build(miss.rebuild->configuration, work.base, work.metric);
                    QVERIFY2(made.ok(), miss.rebuild->configuration.c_str());
                    other = std::move(*made);
                }
                const auto again = search(*other, query, kNeighbors, miss.rebuild->params);
                QVERIFY2(again.ok(), again ? "" : again.error().message.c_str());
                VERIFY_MISS(has(*again, miss.id), miss);
                ++found;
            }
        }
        QVERIFY2(found + unreachable >= (report->lost() * 99 + 99) / 100 || report->lost() - found <= 1,
                 qPrintable(QStringLiteral("%1 of %2").arg(found).arg(report->lost())));
        QVERIFY(report->sentence().size() > 20);
    }

private:
    /// The recall lost, exactly, query by query; the missed ones are those that were not returned.
    void addsUp(const Index& index, const Workload& work, const SearchParams& given,
                const LossReport& report) {
        QCOMPARE(static_cast<double>(report.lost()),
                 std::round((1 - report.recall) * static_cast<double>(kQueries * kNeighbors)));
        std::size_t counted = 0;
        for (std::size_t r = 0; r < kLossReasons; ++r)
            counted += report.shares[r].misses;
        QCOMPARE(counted, report.misses.size());
        const auto answer = search(index, work.queries, kNeighbors, given);
        QVERIFY(answer.ok());
        std::set<std::pair<std::uint32_t, Id>> missed;
        std::vector<std::size_t> lost(kQueries);
        for (const Miss& miss : report.misses) {
            missed.insert({miss.query, miss.id});
            lost[miss.query] += miss.reason != LossReason::Tie;
            QCOMPARE(work.truth.ids_of(miss.query)[miss.true_rank], miss.id);
        }
        QCOMPARE(missed.size(), report.misses.size()); // one reason each
        for (std::uint32_t q = 0; q < kQueries; ++q) {
            QCOMPARE(static_cast<double>(lost[q]),
                     std::round((1 - static_cast<double>(report.per_query[q])) * kNeighbors));
            const auto begin = answer->ids.begin() + q * kNeighbors;
            for (const Id id : work.truth.ids_of(q).first(kNeighbors))
                QCOMPARE(missed.contains({q, id}),
                         std::find(begin, begin + kNeighbors, id) == begin + kNeighbors);
        }
    }

    void reasonHolds(const Index& index, const Workload& work, const SearchParams& given, const Miss& miss) {
        const float* query = work.queries.view<float>().row(miss.query);
        const Traced told = traced(index, query, given);
        switch (miss.reason) {
        case LossReason::CellNotProbed:
        case LossReason::CellMissed:
            return cellRankHolds(index, work, given, miss);
        case LossReason::GroupPruned: {
            VERIFY_MISS(!told.compared.contains(miss.id), miss);
            SearchParams all = given;
            all.set("group_share", 1);
            VERIFY_MISS(traced(index, query, all).compared.contains(miss.id), miss);
            return;
        }
        case LossReason::CodeBelowCut:
        case LossReason::LostByCode:
        case LossReason::Evicted:
            VERIFY_MISS(told.compared.contains(miss.id), miss);
            return codeRankHolds(index, work, given, miss);
        case LossReason::RerankCut:
            VERIFY_MISS(told.reranked.contains(miss.id) && miss.rank > kNeighbors, miss);
            return;
        case LossReason::NeverMet:
            VERIFY_MISS(!told.compared.contains(miss.id) && miss.rank > 0, miss);
            return;
        case LossReason::Transform:
            return transformLosesIt(index, work, miss);
        case LossReason::Unreachable:
        case LossReason::Tie:
            VERIFY_MISS(!told.compared.contains(miss.id), miss);
        }
    }

    /// With nprobe = rank its cell is visited; with one less it is not.
    void cellRankHolds(const Index& index, const Workload& work, const SearchParams& given,
                       const Miss& miss) {
        const float* query = work.queries.view<float>().row(miss.query);
        const std::vector<std::uint32_t> cells = index.cells_of_vectors();
        const Id cell = cells[static_cast<std::size_t>(miss.id)];
        VERIFY_MISS(!traced(index, query, given).probed.contains(cell), miss);
        SearchParams more = given;
        for (const ParamInfo& info : index.search_params())
            if (info.name.starts_with("quantizer_"))
                more.set(info.name, std::min(info.max, 4096.0));
        more.set("nprobe", static_cast<double>(miss.rank));
        VERIFY_MISS(traced(index, query, more).probed.contains(cell), miss);
        if (miss.rank > 1) {
            more.set("nprobe", static_cast<double>(miss.rank - 1));
            VERIFY_MISS(!traced(index, query, more).probed.contains(cell), miss);
        }
        if (!index.cells() || index.transformed_dim() > 0)
            return;
        const VectorSet centroids = VectorSet::copy(index.cells()->centroids());
        const auto distance = [&](std::size_t c) { // cosine: of unit vectors, but means are shorter
            double sum = 0, norm = 0;
            std::vector<float> centre(kDim);
            centroids.copy_row(c, centre.data());
            for (std::size_t j = 0; j < kDim; ++j)
                norm += static_cast<double>(query[j]) * static_cast<double>(query[j]);
            for (std::size_t j = 0; j < kDim; ++j) {
                const double a = query[j], b = centre[j];
                sum += work.metric == Metric::L2             ? (a - b) * (a - b)
                       : work.metric == Metric::InnerProduct ? -a * b
                                                             : -a * b / std::sqrt(norm);
            }
            return sum;
        };
        std::size_t rank = 1;
        for (std::size_t c = 0; c < centroids.size(); ++c)
            rank += distance(c) < distance(static_cast<std::size_t>(cell));
        QCOMPARE(miss.rank, rank);
    }

    /// As many as its rank contain it, one fewer do not: of what compares all that it compares in any case.
    void codeRankHolds(const Index& index, const Workload& work, const SearchParams& given,
                       const Miss& miss) {
        VERIFY_MISS(miss.rank > 0, miss);
        const std::string& kind = index.origin().kind;
        const bool refined = std::ranges::any_of(
            index.search_params(), [](const ParamInfo& info) { return info.name == "k_factor"; });
        if (refined || index.graph() || kind.find("RaBitQ") != std::string::npos)
            return;
        const VectorSet query = work.queries.slice(miss.query, 1);
        const auto enough = search(index, query, miss.rank, given);
        VERIFY_MISS(enough.ok() && has(*enough, miss.id), miss);
        const auto few = search(index, query, miss.rank - 1, given);
        VERIFY_MISS(few.ok() && !has(*few, miss.id), miss);
    }

    /// By brute force after the transform there are as many nearer ones as are kept.
    void transformLosesIt(const Index& index, const Workload& work, const Miss& miss) {
        const std::size_t width = index.transformed_dim();
        std::vector<float> query(width), all(kRows * width), row(kDim);
        index.transform(work.queries.view<float>().row(miss.query), query.data());
        for (std::size_t i = 0; i < kRows; ++i) {
            work.base.copy_row(i, row.data());
            index.transform(row.data(), all.data() + i * width);
        }
        const VectorSet inside = floats(all, kRows, width);
        const double own =
            oracle_distance(inside, static_cast<std::size_t>(miss.id), query.data(), work.metric);
        std::size_t nearer = 0;
        for (std::size_t i = 0; i < kRows; ++i)
            nearer += oracle_distance(inside, i, query.data(), work.metric) <= own + 1e-9;
        VERIFY_MISS(nearer > kNeighbors, miss);
    }
};

QTEST_GUILESS_MAIN(TestLossKinds)
#include "tst_loss_kinds.moc"
