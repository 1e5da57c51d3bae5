// SPDX-License-Identifier: GPL-3.0-or-later
// What is particular to indexes behind transforms; all else is in the conformance suite.
#include "index_fixture.h"

#include "core/trace.h"
#include "index/serialize.h"
#include "index/transform_spec.h"
#include "spec/describe.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace annscope;
using namespace annscope::test;

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())

namespace {

constexpr std::size_t kRows = 600, kDim = 12, kQueries = 30, kNeighbors = 10;

/// The chain of an index alone, trained as the index trains it.
TransformChain trained_chain(const char* factory, const VectorSet& base, Metric metric) {
    auto chain = make_chain(configuration(factory).spec.root, base.dim(), metric);
    if (!chain || !chain->train(base, 1234, {}))
        return {};
    return std::move(*chain);
}

} // namespace

class TestPreTransform : public QObject {
    Q_OBJECT

private:
    VectorSet m_base = random_set(ElementType::F32, kRows, kDim, 1);
    VectorSet m_queries = random_set(ElementType::F32, kQueries, kDim, 2);

private slots:
    void isTheInnerIndexOverTransformedRows_data();
    void isTheInnerIndexOverTransformedRows();
    void isometriesAreExact_data();
    void isometriesAreExact();
    void cosineForgetsLengths_data();
    void cosineForgetsLengths();
    void reconstructs_data();
    void reconstructs();
    void addsInParts();
    void trainsAgainOnOtherRows();
    void parametersAreTheInners();
    void viewsAreInTheSpaceOfTheVectors();
    void errorsNameTheTransform_data();
    void errorsNameTheTransform();
    void damagedMatrixIsFound();
    void saysWhatItDoes();
    void opqMakesProductCodesBetter();
    void idMapsAreThemselves();
};

void TestPreTransform::isTheInnerIndexOverTransformedRows_data() {
    QTest::addColumn<QByteArray>("factory");
    QTest::addColumn<QByteArray>("inner");
    QTest::newRow("PCA") << QByteArray("PCA6,Flat") << QByteArray("Flat");
    QTest::newRow("cells") << QByteArray("PCAW7,IVF16,Flat") << QByteArray("IVF16,Flat");
    QTest::newRow("OPQ") << QByteArray("OPQ4_8,Flat") << QByteArray("Flat");
    QTest::newRow("graph") << QByteArray("RR10,Vamana12") << QByteArray("Vamana12");
    QTest::newRow("chain") << QByteArray("PCAR8,Pad11,HR,L2norm,Flat") << QByteArray("Flat");
    QTest::newRow("code") << QByteArray("ITQ8,SQ8") << QByteArray("SQ8");
}

void TestPreTransform::isTheInnerIndexOverTransformedRows() {
    QFETCH(QByteArray, factory);
    QFETCH(QByteArray, inner);
    if (!find_kind(configuration(inner.constData()).spec.root))
        QSKIP("the inner index is not built yet");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine}) {
        const TransformChain chain = trained_chain(factory.constData(), m_base, metric);
        QVERIFY(chain.size() > 0);
        const auto rows = chain.apply(m_base, {});
        REQUIRE_OK(rows);
        AlignedBuffer<float> moved(kQueries * chain.d_out());
        chain.apply_each(m_queries.view<float>(), moved.data());
        ParamSet as_floats;
        for (const ParamInfo& info : build_params(configuration(inner.constData()).spec.root))
            if (info.name == "narrow")
                as_floats.set("narrow", 0);
        const auto alone = build(inner.constData(), *rows, metric, as_floats);
        REQUIRE_OK(alone);
        const auto index = build(factory.constData(), m_base, metric);
        REQUIRE_OK(index);
        const auto expected =
            search(**alone, VectorSet::adopt(std::move(moved), kQueries, chain.d_out()), kNeighbors, {});
        const auto got = search(**index, m_queries, kNeighbors, {});
        REQUIRE_OK(expected);
        REQUIRE_OK(got);
        QVERIFY(*expected == *got);
        QCOMPARE(got->stats.distances, expected->stats.distances);
    }
}

void TestPreTransform::isometriesAreExact_data() {
    QTest::addColumn<QByteArray>("factory");
    for (const char* factory : {"RR,Flat", "RR20,Flat", "HR,Flat", "Pad15,Flat", "PCA12,Flat", "PCAR12,Flat",
                                "OPQ4,Flat", "OPQ4_20,Flat", "RR,HR,Pad20,Flat"})
        QTest::newRow(factory) << QByteArray(factory);
}

void TestPreTransform::isometriesAreExact() {
    QFETCH(QByteArray, factory);
    const auto index = build(factory.constData(), m_base, Metric::L2);
    REQUIRE_OK(index);
    const auto answer = search(**index, m_queries, kNeighbors, {});
    REQUIRE_OK(answer);
    QCOMPARE(recall_of(*answer, m_base, m_queries, Metric::L2, kNeighbors), 1.0);
    for (std::size_t i = 0; i < answer->ids.size(); ++i) {
        const double expected = oracle_distance(m_base, static_cast<std::size_t>(answer->ids[i]),
                                                m_queries.view<float>().row(i / kNeighbors), Metric::L2);
        QVERIFY(std::abs(static_cast<double>(answer->distances[i]) - expected) <= 1e-4 * (1 + expected));
    }
}

void TestPreTransform::cosineForgetsLengths_data() {
    QTest::addColumn<QByteArray>("factory");
    for (const char* factory : {"PCA6,Flat", "RR,Flat", "L2norm,PCA6,Flat", "ITQ6,Flat"})
        QTest::newRow(factory) << QByteArray(factory);
}

/// Scaling rows and queries changes nothing, although principal axes are those of centred rows.
void TestPreTransform::cosineForgetsLengths() {
    QFETCH(QByteArray, factory);
    AlignedBuffer<float> rows(kRows * kDim), queries(kQueries * kDim);
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i] = m_base.view<float>().row(i / kDim)[i % kDim] * (i / kDim % 2 == 0 ? 1 : 32.0f);
    for (std::size_t i = 0; i < queries.size(); ++i)
        queries[i] = m_queries.view<float>().row(i / kDim)[i % kDim] * 0.25f;
    const auto index = build(factory.constData(), m_base, Metric::Cosine);
    const auto scaled =
        build(factory.constData(), VectorSet::adopt(std::move(rows), kRows, kDim), Metric::Cosine);
    REQUIRE_OK(index);
    REQUIRE_OK(scaled);
    const auto a = search(**index, m_queries, kNeighbors, {});
    const auto b = search(**scaled, VectorSet::adopt(std::move(queries), kQueries, kDim), kNeighbors, {});
    REQUIRE_OK(a);
    REQUIRE_OK(b);
    QVERIFY(a->ids == b->ids);
    for (std::size_t i = 0; i < a->ids.size(); ++i)
        QVERIFY(std::abs(a->distances[i] - b->distances[i]) < 1e-5f);
}

void TestPreTransform::reconstructs_data() {
    QTest::addColumn<QByteArray>("factory");
    QTest::addColumn<int>("metric_number");
    QTest::addColumn<double>("share"); // of the variance that may be lost; below 0: Unsupported
    const auto row = [](const char* factory, Metric metric, double share) {
        QTest::addRow("%s %s", factory, name(metric).data())
            << QByteArray(factory) << static_cast<int>(metric) << share;
    };
    row("RR,Flat", Metric::L2, 1e-10);
    row("HR,Flat", Metric::InnerProduct, 1e-10);
    row("Pad20,RR,Flat", Metric::Cosine, 1e-10);
    row("PCA12,Flat", Metric::L2, 1e-10);
    row("PCA12,IVF16,Flat", Metric::L2, 1e-10);
    row("RR,Vamana12", Metric::InnerProduct, 1e-10);
    row("PCAW12,Flat", Metric::L2, 1e-8);
    row("PCA9,Flat", Metric::L2, 0.2);
    row("PCA9,Flat", Metric::Cosine, -1);
    row("PCAWR9,Flat", Metric::L2, -1);
    row("ITQ,Flat", Metric::L2, -1);
}

void TestPreTransform::reconstructs() {
    QFETCH(QByteArray, factory);
    QFETCH(int, metric_number);
    QFETCH(double, share);
    const auto metric = static_cast<Metric>(metric_number);
    const auto index = build(factory.constData(), m_base, metric);
    REQUIRE_OK(index);
    std::vector<float> got(kDim), expected(kDim);
    const Status first = (*index)->reconstruct(0, got);
    if (share < 0) {
        QVERIFY(!first.ok() && first.error().code == ErrorCode::Unsupported);
        return;
    }
    double lost = 0, total = 0;
    for (std::size_t i = 0; i < kRows; ++i) {
        const Status status = (*index)->reconstruct(static_cast<Id>(i), got);
        REQUIRE_OK(status);
        m_base.copy_row(i, expected.data());
        if (metric == Metric::Cosine)
            normalize(expected.data(), kDim);
        for (std::size_t j = 0; j < kDim; ++j) {
            lost += std::pow(static_cast<double>(got[j]) - static_cast<double>(expected[j]), 2);
            total += std::pow(static_cast<double>(expected[j]), 2);
        }
    }
    QVERIFY2(lost <= share * total, qPrintable(QString::number(lost / total)));
    const Status none = (*index)->reconstruct(static_cast<Id>(kRows), got);
    QVERIFY(!none.ok() && none.error().code == ErrorCode::InvalidArgument);
    std::vector<float> narrow(kDim - 1);
    const Status mismatch = (*index)->reconstruct(0, narrow);
    QVERIFY(!mismatch.ok() && mismatch.error().code == ErrorCode::DimensionMismatch);
}

void TestPreTransform::addsInParts() {
    for (const char* factory : {"PCA8,Flat", "PCA8,IVF16,Flat"}) {
        const auto whole = build(factory, m_base, Metric::L2);
        REQUIRE_OK(whole);
        const auto index = build_index(configuration(factory).spec, {kDim, Metric::L2, {}, 1234});
        REQUIRE_OK(index);
        QVERIFY((*index)->train(m_base, {}).ok());
        QVERIFY((*index)->add(m_base.slice(0, 256), {}).ok());
        QVERIFY((*index)->add(m_base.slice(256, kRows - 256), {}).ok());
        const auto a = search(**whole, m_queries, kNeighbors, {}),
                   b = search(**index, m_queries, kNeighbors, {});
        REQUIRE_OK(a);
        REQUIRE_OK(b);
        QVERIFY(a->ids == b->ids);
    }
}

/// What training made of its rows must not be taken for other rows of the same number.
void TestPreTransform::trainsAgainOnOtherRows() {
    const auto index = build_index(configuration("RR,IVF16,Flat").spec, {kDim, Metric::L2, {}, 1234});
    REQUIRE_OK(index);
    QVERIFY((*index)->train(m_base, {}).ok());
    const VectorSet others = random_set(ElementType::F32, kRows, kDim, 77);
    QVERIFY((*index)->add(others, {}).ok());
    const auto answer = search(**index, m_queries, kNeighbors, thorough(**index));
    REQUIRE_OK(answer);
    QCOMPARE(recall_of(*answer, others, m_queries, Metric::L2, kNeighbors), 1.0);
}

void TestPreTransform::parametersAreTheInners() {
    const auto index = build("PCA8,IVF16,Flat", m_base, Metric::L2, {{"niter", 3}});
    REQUIRE_OK(index);
    QCOMPARE((*index)->search_params().size(), std::size_t{1});
    QVERIFY((*index)->search_params()[0].name == "nprobe");
    QCOMPARE((*index)->search_params()[0].max, 16.0);
    const auto one = search(**index, m_queries, kNeighbors, {{"nprobe", 1}});
    REQUIRE_OK(one);
    QCOMPARE(one->stats.lists, std::uint64_t{kQueries});
    QVERIFY(parse_configuration("PCA8,IVF16,Flat|niter=3|nprobe=4").ok());
    QVERIFY(!parse_configuration("PCA8,IVF16,Flat|niter=3|Lsearch=4").ok());
}

void TestPreTransform::viewsAreInTheSpaceOfTheVectors() {
    const auto index = build("RR20,IVF16,Flat", m_base, Metric::L2);
    REQUIRE_OK(index);
    const CellsView* cells = (*index)->cells();
    QVERIFY(cells);
    QCOMPARE(cells->nlist(), std::size_t{16});
    QCOMPARE(cells->centroids().cols(), kDim);
    std::vector<double> mean(kDim);
    for (const std::uint32_t id : cells->ids(3))
        for (std::size_t j = 0; j < kDim; ++j)
            mean[j] += static_cast<double>(m_base.view<float>().row(id)[j]) /
                       static_cast<double>(cells->ids(3).size());
    double distance = 0;
    for (std::size_t j = 0; j < kDim; ++j)
        distance += std::pow(mean[j] - static_cast<double>(cells->centroids().row(3)[j]), 2);
    QVERIFY2(distance < 30, qPrintable(QString::number(distance))); // the last iteration moves little
    const auto no_way_back = build("ITQ,IVF16,Flat", m_base, Metric::L2);
    REQUIRE_OK(no_way_back);
    QVERIFY(!(*no_way_back)->cells());
    const auto graph = build("PCA8,Vamana12", m_base, Metric::L2);
    REQUIRE_OK(graph);
    QVERIFY((*graph)->graph());
    QCOMPARE((*graph)->graph()->size(), kRows);
}

void TestPreTransform::errorsNameTheTransform_data() {
    QTest::addColumn<QByteArray>("factory");
    QTest::addColumn<QByteArray>("says");
    QTest::addColumn<int>("column");
    const auto row = [](const char* factory, const char* says, int column) {
        QTest::newRow(factory) << QByteArray(factory) << QByteArray(says) << column;
    };
    row("PCA13,Flat", "PCA13 cannot make 13 dimensions from 12", 0);
    row("L2norm,PCAW20,Flat", "PCAW20 cannot make 20 dimensions from 12", 7);
    row("ITQ16,Flat", "ITQ16 cannot make", 0);
    row("PCA8,PCA10,Flat", "from 8", 5);
    row("OPQ5,Flat", "OPQ5_15", 0);
    row("PCA8,IVF0,Flat", "", -2);
}

void TestPreTransform::errorsNameTheTransform() {
    QFETCH(QByteArray, factory);
    QFETCH(QByteArray, says);
    QFETCH(int, column);
    const auto spec = parse_spec(factory.constData());
    if (column == -2) {
        QVERIFY(!spec.ok());
        return;
    }
    REQUIRE_OK(spec);
    const auto index = build_index(*spec, {kDim, Metric::L2, {}, 1});
    QVERIFY(!index.ok());
    QCOMPARE(static_cast<int>(index.error().code), static_cast<int>(ErrorCode::InvalidArgument));
    QVERIFY2(QByteArray(index.error().message.c_str()).contains(says), index.error().message.c_str());
    QCOMPARE(index.error().column, column);
    const Configuration asked = configuration(factory.constData());
    QVERIFY(!describe(asked, kRows, kDim, Metric::L2).problem.empty());
}

void TestPreTransform::damagedMatrixIsFound() {
    const auto index = build("PCA8,Flat", m_base, Metric::L2);
    REQUIRE_OK(index);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("index.annscope").toStdString();
    QVERIFY(save_index(**index, path, {}).ok());
    const auto size = std::filesystem::file_size(path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t at = 200; at + 1 < size; at += 997) {
        file.seekg(static_cast<std::streamoff>(at));
        const char was = static_cast<char>(file.get());
        file.seekp(static_cast<std::streamoff>(at));
        file.put(static_cast<char>(was ^ 0x10));
        file.flush();
        QVERIFY(!load_index(path, {}).ok());
        file.seekp(static_cast<std::streamoff>(at));
        file.put(was);
        file.flush();
    }
    QVERIFY(load_index(path, {}).ok());
}

void TestPreTransform::saysWhatItDoes() {
    const auto node = configuration("PCAW8,HR,IVF16,Flat").spec.root;
    const Kind* kind = find_kind(node);
    QVERIFY(kind && kind->name == "PreTransform");
    const std::string text = kind->explain(node);
    QVERIFY2(
        text.starts_with("First projects vectors to their 8 principal axes, scaled to the same variance, and "
                         "then rotates"),
        text.c_str());
    QVERIFY(text.find("16 cells") != std::string::npos);
    QVERIFY(!find_kind(configuration("PCA8,LSH").spec.root)); // the inner one is not built
}

/// Columns of very different variance: parts of them are badly balanced until they are rotated.
void TestPreTransform::opqMakesProductCodesBetter() {
    AlignedBuffer<float> rows(2000 * 16);
    Random random(3);
    for (std::size_t i = 0; i < 2000; ++i) {
        const double shared = random.normal();
        for (std::size_t j = 0; j < 16; ++j)
            rows[i * 16 + j] =
                static_cast<float>((j < 4 ? 10 : 1) * random.normal() + (j % 4 == 0 ? 6 * shared : 0));
    }
    const VectorSet base = VectorSet::adopt(std::move(rows), 2000, 16);
    if (!find_kind(configuration("OPQ4,PQ4x4").spec.root))
        QSKIP("product codes are not built yet");
    const auto error_of = [&](const char* factory) {
        const auto index = build(factory, base, Metric::L2);
        if (!index)
            return -1.0;
        double error = 0;
        std::vector<float> decoded(16);
        for (std::size_t i = 0; i < 2000; ++i) {
            if (!(*index)->reconstruct(static_cast<Id>(i), decoded))
                return -1.0;
            error += oracle_distance(base, i, decoded.data(), Metric::L2);
        }
        return error;
    };
    const double plain = error_of("PQ4x4"), rotated = error_of("OPQ4,PQ4x4"),
                 widened = error_of("OPQ4_32,PQ4x4");
    QVERIFY(plain > 0 && rotated > 0 && widened > 0);
    QVERIFY2(rotated < 0.9 * plain, qPrintable(QStringLiteral("%1 %2").arg(rotated).arg(plain)));
    QVERIFY2(widened < 1.05 * rotated, qPrintable(QStringLiteral("%1 %2").arg(widened).arg(rotated)));
}

void TestPreTransform::idMapsAreThemselves() {
    for (const char* factory : {"IDMap,IVF16,Flat", "IVF16,Flat,IDMap2", "PCA8,IVF16,Flat,IDMap"}) {
        const QByteArray inner =
            QByteArray(factory).replace(",IDMap2", "").replace("IDMap,", "").replace(",IDMap", "");
        const auto index = build(factory, m_base, Metric::L2);
        const auto alone = build(inner.constData(), m_base, Metric::L2);
        REQUIRE_OK(index);
        REQUIRE_OK(alone);
        const auto a = search(**index, m_queries, kNeighbors, {}),
                   b = search(**alone, m_queries, kNeighbors, {});
        REQUIRE_OK(a);
        REQUIRE_OK(b);
        QVERIFY(*a == *b);
        QCOMPARE((*index)->info().bytes(), (*alone)->info().bytes());
        QVERIFY((*index)->cells());
    }
}

QTEST_GUILESS_MAIN(TestPreTransform)
#include "tst_pre_transform.moc"
