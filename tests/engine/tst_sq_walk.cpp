// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"
#include "quant/sq_walk.h"

#include <QTest>

#include <numeric>

using namespace annscope;
using namespace annscope::test;

class TestSqWalk : public QObject {
    Q_OBJECT

private slots:
    void noiseIsABound_data() {
        QTest::addColumn<int>("dim");
        QTest::addColumn<bool>("l2");
        for (const int dim : {64, 65, 128, 784})
            for (const bool l2 : {true, false})
                QTest::addRow("%d %s", dim, l2 ? "l2" : "ip") << dim << l2;
    }
    void noiseIsABound() {
        QFETCH(int, dim);
        QFETCH(bool, l2);
        const std::size_t n = 500, d = static_cast<std::size_t>(dim);
        const VectorSet rows = random_set(ElementType::F32, n, d, 1),
                        queries = random_set(ElementType::F32, 20, d, 2);
        ScalarQuantizer quantizer(SqType::Bits8, d);
        QVERIFY(quantizer.train(rows.view<float>(), {}).ok());
        const SqFilter filter(quantizer, false);
        QVERIFY(SqWalk::useful(quantizer, filter));
        const std::size_t stride = d + SqFilter::kExtraBytes;
        std::vector<std::uint8_t> codes(n * stride);
        for (std::size_t i = 0; i < n; ++i) {
            quantizer.encode(rows.view<float>().row(i), codes.data() + i * stride);
            filter.annotate(quantizer, codes.data() + i * stride);
        }
        std::vector<std::uint32_t> ids(n);
        std::iota(ids.rbegin(), ids.rend(), 0u);
        std::vector<float> out(n), decoded(d);
        SqWalk walk(quantizer, l2, filter);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const float* query = queries.view<float>().row(q);
            walk.set(query);
            walk.distances(codes.data(), stride, ids.data(), n, out.data());
            for (std::size_t i = 0; i < n; ++i) {
                quantizer.decode(codes.data() + ids[i] * stride, decoded.data());
                double expected = 0, size = 0;
                for (std::size_t j = 0; j < d; ++j) {
                    const double a = query[j], b = decoded[j];
                    expected += l2 ? (a - b) * (a - b) : -a * b;
                    size += a * a + b * b;
                }
                const double off = std::abs(static_cast<double>(out[i]) - expected);
                QVERIFY2(off <= static_cast<double>(walk.noise()), qPrintable(QString::number(off)));
                QVERIFY(static_cast<double>(walk.noise()) < 2e-2 * size);
            }
        }
    }

    /// Far from the origin everything cancels: floats are used there.
    void farFromTheOriginItIsNotUsed() {
        std::vector<float> values(200 * 64);
        Random random(1);
        for (float& v : values)
            v = 1000 + static_cast<float>(random.normal());
        const VectorSet rows = floats(values, 200, 64);
        ScalarQuantizer quantizer(SqType::Bits8, 64);
        QVERIFY(quantizer.train(rows.view<float>(), {}).ok());
        QVERIFY(!SqWalk::useful(quantizer, SqFilter(quantizer, false)));
        const auto index = build("HNSW16,SQ8", rows, Metric::L2);
        const auto answer = search(**index, rows, 1, {});
        for (std::size_t i = 0; i < rows.size(); ++i)
            QCOMPARE(answer->ids[i], Id(i));
    }

    void graphsReportDistancesToCodes() {
        const VectorSet rows = random_set(ElementType::F32, 800, 96, 1),
                        queries = random_set(ElementType::F32, 30, 96, 2);
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            for (const char* factory : {"HNSW16,SQ8", "Vamana32,SQ8"}) {
                const auto index = build(factory, rows, metric), flat = build("SQ8", rows, metric);
                const auto found = search(**index, queries, 10, thorough(**index)),
                           all = search(**flat, queries, 800, {});
                std::size_t same = 0;
                for (std::size_t q = 0; q < queries.size(); ++q)
                    for (std::size_t i = 0; i < 10; ++i)
                        for (std::size_t j = 0; j < 800; ++j)
                            if (all->ids[q * 800 + j] == found->ids[q * 10 + i]) {
                                const float a = all->distances[q * 800 + j], b = found->distances[q * 10 + i];
                                QVERIFY(std::abs(a - b) <= 1e-4f * (1 + std::abs(a)));
                                same += j < 10;
                            }
                QVERIFY2(same >= (metric == Metric::InnerProduct ? 200 : 294),
                         qPrintable(QString::number(same)));
            }
    }
};

QTEST_GUILESS_MAIN(TestSqWalk)
#include "tst_sq_walk.moc"
