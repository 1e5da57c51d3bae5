// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/serialize.h"
#include "index_fixture.h"

#include <QTest>

#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 1500, kDim = 70, kQueries = 25, kNeighbors = 10;

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())

SearchParams with_factor(double k_factor) {
    return {{"k_factor", k_factor}};
}

} // namespace

class tst_refine : public QObject {
    Q_OBJECT
private slots:
    /// The answer is what ranking the base's own candidates by hand gives.
    void ranks_the_candidates_of_the_base_data() {
        QTest::addColumn<int>("metric");
        QTest::addColumn<int>("type");
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            for (const ElementType type :
                 {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
                QTest::addRow("%s %s", name(metric).data(), name(type).data())
                    << static_cast<int>(metric) << static_cast<int>(type);
    }
    void ranks_the_candidates_of_the_base() {
        QFETCH(int, metric);
        QFETCH(int, type);
        const auto by = static_cast<Metric>(metric);
        const VectorSet base = random_set(static_cast<ElementType>(type), kRows, kDim, 1);
        const VectorSet queries = random_set(static_cast<ElementType>(type), kQueries, kDim, 2).to_float();
        const auto coarse = build("SQ4", base, by);
        const auto refined = build("SQ4,RFlat", base, by);
        REQUIRE_OK(coarse);
        REQUIRE_OK(refined);
        for (const double factor : {1.0, 1.25, 3.0, 1000.0}) {
            const auto wanted = std::min(kRows, static_cast<std::size_t>(std::ceil(kNeighbors * factor)));
            const auto candidates = search(**coarse, queries, wanted, {});
            const auto answer = search(**refined, queries, kNeighbors, with_factor(factor));
            REQUIRE_OK(candidates);
            REQUIRE_OK(answer);
            for (std::size_t q = 0; q < kQueries; ++q) {
                const float* query = queries.view<float>().row(q);
                std::vector<std::pair<double, Id>> expected;
                for (std::size_t i = 0; i < wanted; ++i) {
                    const Id id = candidates->ids[q * wanted + i];
                    expected.emplace_back(oracle_distance(base, static_cast<std::size_t>(id), query, by), id);
                }
                std::ranges::sort(expected);
                std::set<Id> allowed;
                for (const auto& [distance, id] : expected)
                    allowed.insert(id);
                for (std::size_t i = 0; i < kNeighbors; ++i) {
                    const double got = answer->distances[q * kNeighbors + i];
                    QVERIFY(std::abs(got - expected[i].first) <= 1e-5 * std::abs(expected[i].first) + 1e-6);
                    QVERIFY(allowed.contains(answer->ids[q * kNeighbors + i]));
                }
            }
        }
        // With all as candidates nothing is missed.
        const auto all = search(**refined, queries, kNeighbors, with_factor(1000));
        REQUIRE_OK(all);
        QCOMPARE(recall_of(*all, base, queries, by, kNeighbors), 1.0);
    }

    /// A second code gives the distances that its own index reports.
    void a_second_code_gives_its_own_distances_data() {
        QTest::addColumn<QString>("second");
        for (const char* second : {"SQ8", "SQ6", "SQfp16", "SQbf16", "IVF8,SQ8", "Flat", "PQ35"})
            QTest::newRow(second) << QString::fromLatin1(second);
    }
    void a_second_code_gives_its_own_distances() {
        QFETCH(QString, second);
        if (!find_kind(configuration(second.toStdString()).spec.root))
            QSKIP("this code is not built");
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
            const VectorSet base = random_set(ElementType::F32, kRows, kDim, 1);
            const VectorSet queries = random_set(ElementType::F32, kQueries, kDim, 2);
            const auto alone = build(second.toStdString(), base, metric);
            const auto refined = build("SQ4,Refine(" + second.toStdString() + ")", base, metric);
            REQUIRE_OK(alone);
            REQUIRE_OK(refined);
            SearchParams thoroughly = thorough(**alone);
            const auto expected = search(**alone, queries, kNeighbors, thoroughly);
            const auto answer = search(**refined, queries, kNeighbors, with_factor(1000)); // all of them
            REQUIRE_OK(expected);
            REQUIRE_OK(answer);
            for (std::size_t i = 0; i < expected->ids.size(); ++i)
                QVERIFY2(std::abs(answer->distances[i] - expected->distances[i]) <=
                             1e-4f * (1 + std::abs(expected->distances[i])),
                         qPrintable(QString("%1 %2").arg(answer->distances[i]).arg(expected->distances[i])));
            if (second.startsWith("SQ"))
                QVERIFY(answer->distances == expected->distances && answer->ids == expected->ids);
        }
    }

    void a_trace_tells_both_distances() {
        const VectorSet base = random_set(ElementType::F32, kRows, kDim, 1);
        const VectorSet queries = random_set(ElementType::F32, 1, kDim, 2);
        const auto index = build("IVF16,SQ4,RFlat", base, Metric::L2);
        REQUIRE_OK(index);
        Answer told = Answer::sized(kNeighbors);
        PathTrace trace;
        const auto stats = (*index)->explain(queries.view<float>()[0], kNeighbors,
                                             {{"k_factor", 2.5}, {"nprobe", 4}}, told.output(), trace);
        REQUIRE_OK(stats);
        std::size_t ranked = 0;
        for (const TraceEvent& event : trace.events)
            if (event.kind == TraceEvent::Kind::Rerank) {
                ++ranked;
                const double exact = oracle_distance(base, static_cast<std::size_t>(event.id),
                                                     queries.view<float>().row(0), Metric::L2);
                QVERIFY(std::abs(static_cast<double>(event.exact) - exact) <= 1e-5 * exact);
                std::vector<float> decoded(kDim);
                QVERIFY(event.distance != event.exact);
            }
        QCOMPARE(ranked, std::size_t{25});
        QCOMPARE(stats->lists, std::uint64_t{4});
        QCOMPARE(stats->distances, std::uint64_t{16 + 25});
    }

    void bytes_are_kept_where_they_lose_nothing() {
        const VectorSet base = random_set(ElementType::U8, kRows, kDim, 1).to_float();
        for (const double narrow : {0.0, 1.0}) {
            const auto index = build("SQ4,RFlat", base, Metric::L2, {{"narrow", narrow}});
            REQUIRE_OK(index);
            const IndexInfo info = (*index)->info();
            QCOMPARE(static_cast<int>(info.storage),
                     static_cast<int>(narrow != 0 ? ElementType::U8 : ElementType::F32));
            std::uint64_t kept = 0;
            for (const MemoryPart& part : info.memory)
                kept += part.name == "vectors for ranking again" ? part.bytes : 0;
            QCOMPARE(kept, std::uint64_t{kRows * kDim * (narrow != 0 ? 1 : 4)});
        }
    }

    /// In pieces, of other types, and with one that fails in between.
    void adds_in_pieces_data() {
        QTest::addColumn<QString>("factory");
        for (const char* factory : {"SQ6,RFlat", "IVF8,SQ6,Refine(SQ8)", "SQ4,Refine(IVF8,SQ8)"})
            QTest::newRow(factory) << QString::fromLatin1(factory);
    }
    void adds_in_pieces() {
        QFETCH(QString, factory);
        const VectorSet base = random_set(ElementType::U8, kRows, kDim, 1);
        const VectorSet queries = random_set(ElementType::F32, kQueries, kDim, 2);
        const auto whole = build(factory.toStdString(), base, Metric::L2);
        REQUIRE_OK(whole);
        const auto pieces =
            build_index(configuration(factory.toStdString()).spec, {kDim, Metric::L2, {}, 1234});
        REQUIRE_OK(pieces);
        const Status trained = (*pieces)->train(base, {});
        REQUIRE_OK(trained);
        std::stop_source stop;
        stop.request_stop();
        Control stopped;
        stopped.stop = stop.get_token();
        for (std::size_t begin = 0; begin < kRows; begin += 500) {
            QVERIFY(!(*pieces)->add(base.slice(begin, 500), stopped).ok());
            QCOMPARE((*pieces)->info().size, begin);
            const VectorSet piece = base.slice(begin, 500);
            const Status added = (*pieces)->add(begin == 500 ? piece.to_float() : piece, {});
            REQUIRE_OK(added);
        }
        const auto expected = search(**whole, queries, kNeighbors, with_factor(4));
        const auto answer = search(**pieces, queries, kNeighbors, with_factor(4));
        REQUIRE_OK(expected);
        REQUIRE_OK(answer);
        QVERIFY(answer->ids == expected->ids);
        for (std::size_t i = 0; i < answer->distances.size(); ++i)
            QVERIFY(std::abs(answer->distances[i] - expected->distances[i]) <=
                    1e-5f * expected->distances[i]);
    }

    void what_cannot_rank_is_refused() {
        const auto index = build_index(configuration("SQ8,Refine(Vamana16)").spec, {kDim, Metric::L2, {}, 1});
        QVERIFY(!index.ok());
        QCOMPARE(static_cast<int>(index.error().code), static_cast<int>(ErrorCode::Unsupported));
    }
};

QTEST_GUILESS_MAIN(tst_refine)
#include "tst_refine.moc"
