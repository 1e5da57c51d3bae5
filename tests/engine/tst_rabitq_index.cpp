// SPDX-License-Identifier: GPL-3.0-or-later
// RaBitQ in an index: what its bounds are worth, alone and under a refinement.
#include "index_fixture.h"

#include <QTest>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 3000, kDim = 96, kQueries = 60, kNeighbors = 10;

} // namespace

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())

class TestRabitqIndex : public QObject {
    Q_OBJECT

private:
    const VectorSet m_base = random_set(ElementType::F32, kRows, kDim, 1);
    const VectorSet m_queries = random_set(ElementType::F32, kQueries, kDim, 2);

    static void examples(std::initializer_list<const char*> texts) {
        QTest::addColumn<QString>("text");
        QTest::addColumn<Metric>("metric");
        for (const char* text : texts)
            for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
                QTest::addRow("%s %s", text, name(metric).data()) << QString(text) << metric;
    }

private slots:
    void boundsSpareExactDistances_data() {
        examples({"RaBitQ,RFlat", "IVF8,RaBitQfs,RFlat", "IVF8,RaBitQ3,RFlat"});
    }
    /// Under a refinement the bounds leave over fewer than k * k_factor, without losing neighbours; a bound
    /// of no width leaves k.
    void boundsSpareExactDistances() {
        QFETCH(QString, text);
        QFETCH(Metric, metric);
        const auto index = build(text.toStdString(), m_base, metric);
        REQUIRE_OK(index);
        std::uint64_t before = 0;
        for (const double epsilon : {0.0, 1.0, 1.9, 4.0}) {
            SearchParams params{{"k_factor", 40}, {"epsilon", epsilon}};
            if (text.startsWith("IVF"))
                params.set("nprobe", 8);
            const auto answer = search(**index, m_queries, kNeighbors, params);
            REQUIRE_OK(answer);
            const double recall = recall_of(*answer, m_base, m_queries, metric, kNeighbors);
            const std::uint64_t ranked = answer->stats.distances / kQueries;
            const QString figures =
                QStringLiteral("epsilon %1: recall %2, %3").arg(epsilon).arg(recall).arg(ranked);
            QVERIFY2(recall > (epsilon < 1 ? 0.2 : epsilon < 1.5 ? 0.9 : 0.99), qPrintable(figures));
            QVERIFY2(ranked > before, qPrintable(figures));
            QVERIFY2(ranked <= kNeighbors + 8 || epsilon > 0, qPrintable(figures)); // and the centroids
            QVERIFY2(ranked < 400 || epsilon > 2, qPrintable(figures));
            before = ranked;
        }
    }

    void batchesAgree_data() { examples({"IVF8,RaBitQ,RFlat", "IVF8,RaBitQfs3,RFlat", "RaBitQ2,RFlat"}); }
    /// Lists visited in another order, and by several queries at once, leave over the same.
    void batchesAgree() {
        QFETCH(QString, text);
        QFETCH(Metric, metric);
        const auto index = build(text.toStdString(), m_base, metric);
        REQUIRE_OK(index);
        for (const double factor : {1.0, 1.5, 4.0, 300.0}) {
            const SearchParams params{{"k_factor", factor}};
            const auto batch = search(**index, m_queries, kNeighbors, params, 2);
            REQUIRE_OK(batch);
            std::uint64_t distances = 0;
            for (std::size_t q = 0; q < kQueries; ++q) {
                const auto single = search(**index, m_queries.slice(q, 1), kNeighbors, params);
                REQUIRE_OK(single);
                for (std::size_t i = 0; i < kNeighbors; ++i)
                    QCOMPARE(single->ids[i], batch->ids[q * kNeighbors + i]);
                distances += single->stats.distances;
            }
            QCOMPARE(batch->stats.distances, distances);
        }
    }

    void moreBitsFindMore_data() {
        QTest::addColumn<Metric>("metric");
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::newRow(name(metric).data()) << metric;
    }
    /// The signs' bound decides which codes all bits are read of; that loses little.
    void moreBitsFindMore() {
        QFETCH(Metric, metric);
        double before = 0;
        for (const char* text : {"IVF8,RaBitQ", "IVF8,RaBitQ2", "IVF8,RaBitQ4", "IVF8,RaBitQ8"}) {
            const auto index = build(text, m_base, metric);
            REQUIRE_OK(index);
            const auto answer = search(**index, m_queries, kNeighbors, {{"nprobe", 8}});
            REQUIRE_OK(answer);
            const double recall = recall_of(*answer, m_base, m_queries, metric, kNeighbors);
            QVERIFY2(recall > before, qPrintable(QStringLiteral("%1: %2").arg(text).arg(recall)));
            before = recall;
        }
        QVERIFY2(before > 0.97, qPrintable(QString::number(before)));
    }
};

QTEST_GUILESS_MAIN(TestRabitqIndex)
#include "tst_rabitq_index.moc"
