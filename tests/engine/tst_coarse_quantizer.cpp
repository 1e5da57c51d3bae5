// SPDX-License-Identifier: GPL-3.0-or-later
// Coarse quantisers beside the flat one: the inverted multi-index and any index over the centroids.
#include "index_fixture.h"

#include "index/coarse_quantizer.h"
#include "index/serialize.h"
#include "quant/assign.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace annscope;
using namespace annscope::test;

namespace {

std::unique_ptr<CoarseQuantizer> trained(const std::string& line, const VectorSet& rows,
                                         Metric metric = Metric::L2) {
    const auto configuration = parse_configuration(line);
    auto coarse = make_coarse(configuration->spec.root, {rows.dim(), metric, configuration->build, 1234});
    if (!coarse || !(*coarse)->train(rows, {}))
        return nullptr;
    return std::move(coarse).value();
}

std::string message_of(const std::string& line, std::size_t dim, Metric metric, ErrorCode expected) {
    const auto configuration = parse_configuration(line);
    if (!configuration)
        return "does not parse: " + configuration.error().message;
    const auto index = build_index(configuration->spec, {dim, metric, configuration->build, 1234});
    if (index)
        return "no error";
    return index.error().code == expected ? index.error().message : "another error: " + index.error().message;
}

double distance_to(const float* query, const float* centroid, std::size_t dim, Metric metric) {
    double sum = 0;
    for (std::size_t j = 0; j < dim; ++j) {
        const double x = query[j], y = centroid[j];
        sum += metric == Metric::L2 ? (x - y) * (x - y) : -x * y;
    }
    return sum;
}

} // namespace

class TestCoarseQuantizer : public QObject {
    Q_OBJECT

private slots:
    void multiSequenceIsBruteForce_data();
    void multiSequenceIsBruteForce();
    void multiSequenceOfEqualCentroids();
    void multiIndexAssignsToTheNearest();
    void multiIndexCellIsTwoHalves();
    void multiIndexErrors();
    void nestedThoroughIsFlat_data();
    void nestedThoroughIsFlat();
    void nestedRecall();
    void nestedAssignsThroughTheIndex();
    void nestedParametersHaveAPrefix();
    void nestedErrors();
    void nestedInNested();
    void unbuiltCoarseNamesAlternatives_data();
    void unbuiltCoarseNamesAlternatives();
    void savedAndLoaded_data();
    void savedAndLoaded();
    void trainingParametersReachKmeans_data();
    void trainingParametersReachKmeans();
};

void TestCoarseQuantizer::multiSequenceIsBruteForce_data() {
    QTest::addColumn<int>("bits");
    QTest::addColumn<int>("dim");
    for (const int bits : {1, 2, 3, 5})
        for (const int dim : {2, 6, 34})
            QTest::addRow("IMI2x%d of %d", bits, dim) << bits << dim;
}

void TestCoarseQuantizer::multiSequenceIsBruteForce() {
    QFETCH(int, bits);
    QFETCH(int, dim);
    const auto cols = static_cast<std::size_t>(dim);
    const VectorSet rows = random_set(ElementType::F32, 700, cols, 3),
                    queries = random_set(ElementType::F32, 10, cols, 4);
    const auto coarse = trained("IMI2x" + std::to_string(bits) + ",Flat", rows);
    QVERIFY(coarse);
    const std::size_t nlist = coarse->nlist();
    QCOMPARE(nlist, std::size_t{1} << (2 * bits));
    std::vector<float> scratch(cols);
    for (std::size_t q = 0; q < queries.size(); ++q) {
        const float* query = queries.view<float>().row(q);
        std::vector<double> all(nlist);
        for (std::size_t cell = 0; cell < nlist; ++cell)
            all[cell] = distance_to(query, coarse->centroid(cell, scratch.data()), cols, Metric::L2);
        std::vector<double> sorted = all;
        std::ranges::sort(sorted);
        for (const std::size_t nprobe : {std::size_t{1}, std::size_t{2}, nlist / 3 + 1, nlist}) {
            std::vector<Neighbor> probes(nprobe);
            QVERIFY(coarse->probe(query, probes, {}).ok());
            std::set<Id> seen;
            for (std::size_t i = 0; i < nprobe; ++i) {
                const double own = all[static_cast<std::size_t>(probes[i].id)];
                QVERIFY(std::abs(own - sorted[i]) <= 1e-5 * sorted[i] + 1e-3);
                QVERIFY(std::abs(own - static_cast<double>(probes[i].distance)) <= 1e-5 * own + 1e-3);
                QVERIFY(i == 0 || probes[i - 1] < probes[i]);
                seen.insert(probes[i].id);
            }
            QCOMPARE(seen.size(), nprobe);
        }
    }
}

void TestCoarseQuantizer::multiSequenceOfEqualCentroids() {
    // All vectors are one: all cells lie at one distance and come by number.
    const auto coarse = trained("IMI2x2,Flat", floats(std::vector<float>(50 * 4, 0.0f), 50, 4));
    QVERIFY(coarse);
    const std::vector<float> query(4, 1.0f);
    std::vector<Neighbor> probes(16);
    QVERIFY(coarse->probe(query.data(), probes, {}).ok());
    for (std::size_t i = 0; i < 16; ++i)
        QCOMPARE(probes[i], (Neighbor{4.0f, static_cast<Id>(i)}));
}

void TestCoarseQuantizer::multiIndexAssignsToTheNearest() {
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8}) {
        const VectorSet rows = random_set(type, 900, 10, 3);
        const auto coarse = trained("IMI2x3,Flat", rows);
        QVERIFY(coarse);
        std::vector<std::uint32_t> cells(900);
        Progress progress;
        QVERIFY(coarse->assign(rows, cells, {{}, &progress, 0}).ok());
        QCOMPARE(progress.done.load(), std::uint64_t{900});
        std::vector<float> row(10), scratch(10);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows.copy_row(i, row.data());
            Neighbor nearest;
            QVERIFY(coarse->probe(row.data(), std::span(&nearest, 1), {}).ok());
            const double own =
                distance_to(row.data(), coarse->centroid(cells[i], scratch.data()), 10, Metric::L2);
            QVERIFY(own <= static_cast<double>(nearest.distance) * (1 + 1e-5) + 0.05);
        }
    }
}

void TestCoarseQuantizer::multiIndexCellIsTwoHalves() {
    // As in Faiss: the first half is the low bits.
    std::vector<float> values;
    for (int i = 0; i < 100; ++i)
        values.insert(values.end(),
                      {static_cast<float>(100 * (i % 2)), static_cast<float>(1000 * (i / 2 % 2))});
    const VectorSet rows = floats(values, 100, 2);
    const auto coarse = trained("IMI2x1,Flat|init=1", rows);
    QVERIFY(coarse);
    float a[2], b[2], c[2];
    coarse->centroid(0, a);
    coarse->centroid(1, b);
    coarse->centroid(2, c);
    QCOMPARE(std::abs(b[0] - a[0]), 100.0f);
    QCOMPARE(b[1], a[1]);
    QCOMPARE(c[0], a[0]);
    QCOMPARE(std::abs(c[1] - a[1]), 1000.0f);
}

void TestCoarseQuantizer::multiIndexErrors() {
    using enum ErrorCode;
    QVERIFY(message_of("IMI2x4,Flat", 8, Metric::InnerProduct, InvalidArgument).find("metric L2") !=
            std::string::npos);
    QVERIFY(message_of("IMI2x4,Flat", 8, Metric::Cosine, InvalidArgument).find("metric L2") !=
            std::string::npos);
    QVERIFY(message_of("IMI2x4,Flat", 7, Metric::L2, InvalidArgument).find("odd") != std::string::npos);
    QVERIFY(message_of("IMI2x13,Flat", 8, Metric::L2, InvalidArgument).find("67108864") != std::string::npos);
    const auto few = build("IMI2x5,Flat", random_set(ElementType::F32, 31, 4, 1), Metric::L2);
    QVERIFY(!few && few.error().message.find("31 vectors for 32 centroids") != std::string::npos);
}

void TestCoarseQuantizer::nestedThoroughIsFlat_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("metric");
    for (const char* line : {"IVF32(IVF4,Flat),Flat", "IVF32(Flat),Flat", "IVF32(IVF4(IVF2,Flat),Flat),Flat"})
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::newRow(qPrintable(QString("%1 %2").arg(line).arg(static_cast<int>(metric))))
                << QString::fromUtf8(line) << static_cast<int>(metric);
}

void TestCoarseQuantizer::nestedThoroughIsFlat() {
    QFETCH(QString, line);
    QFETCH(int, metric);
    const auto by = static_cast<Metric>(metric);
    VectorSet rows = random_set(ElementType::F32, 1200, 9, 3),
              queries = random_set(ElementType::F32, 20, 9, 4);
    if (by == Metric::Cosine) {
        rows = normalized(rows).vectors;
        queries = normalized(queries).vectors;
    }
    const auto flat = trained("IVF32,Flat", rows, by), nested = trained(line.toStdString(), rows, by);
    QVERIFY(flat && nested);
    QVERIFY(std::ranges::equal(std::span(flat->centroids().data(), 32 * 9),
                               std::span(nested->centroids().data(), 32 * 9)));
    SearchParams params;
    for (const ParamInfo& info : nested->search_params())
        params.set(std::string(info.name), info.max);
    for (std::size_t q = 0; q < queries.size(); ++q) {
        std::vector<Neighbor> a(7), b(7);
        QVERIFY(flat->probe(queries.view<float>().row(q), a, {}).ok());
        QVERIFY(nested->probe(queries.view<float>().row(q), b, params).ok());
        for (std::size_t i = 0; i < 7; ++i) {
            QCOMPARE(a[i].id, b[i].id);
            QVERIFY(std::abs(a[i].distance - b[i].distance) <= 1e-5f * std::abs(a[i].distance) + 1e-4f);
        }
    }
    std::vector<Neighbor> block(20 * 7), one(7);
    QVERIFY(nested->probe_block(queries.view<float>(), 7, block, params).ok());
    for (std::size_t q = 0; q < 20; ++q) {
        QVERIFY(nested->probe(queries.view<float>().row(q), one, params).ok());
        QVERIFY(std::equal(one.begin(), one.end(), block.begin() + static_cast<std::ptrdiff_t>(q * 7)));
    }
}

void TestCoarseQuantizer::nestedRecall() {
    // Through few of the inner cells, most of the nearest cells are found, and a whole search loses little.
    const VectorSet base = random_set(ElementType::F32, 4000, 8, 3),
                    queries = random_set(ElementType::F32, 60, 8, 4);
    const auto flat = build("IVF128,Flat", base, Metric::L2),
               nested = build("IVF128(IVF16,Flat),Flat", base, Metric::L2);
    QVERIFY(flat.ok() && nested.ok());
    const auto recall = [&](const Index& index, const SearchParams& params) {
        const auto answer = test::search(index, queries, 10, params);
        return answer ? recall_of(*answer, base, queries, Metric::L2, 10) : -1;
    };
    const double of_flat = recall(**flat, {{"nprobe", 16}});
    const double few = recall(**nested, {{"nprobe", 16}, {"quantizer_nprobe", 4}});
    const double many = recall(**nested, {{"nprobe", 16}, {"quantizer_nprobe", 16}});
    QVERIFY2(few >= of_flat - 0.06, qPrintable(QString("%1 %2").arg(few).arg(of_flat)));
    QVERIFY2(many >= of_flat - 0.03, qPrintable(QString("%1 %2").arg(many).arg(of_flat)));
    const auto cheap = test::search(**nested, queries, 10, {{"nprobe", 16}, {"quantizer_nprobe", 2}});
    const auto whole = test::search(**nested, queries, 10, {{"nprobe", 16}, {"quantizer_nprobe", 16}});
    QVERIFY(cheap->stats.distances < whole->stats.distances);
}

void TestCoarseQuantizer::nestedAssignsThroughTheIndex() {
    const VectorSet rows = random_set(ElementType::U8, 5000, 8, 3);
    const auto coarse = trained("IVF64(IVF16,Flat),Flat", rows);
    QVERIFY(coarse);
    std::vector<std::uint32_t> through(5000), nearest(5000);
    Progress progress;
    QVERIFY(coarse->assign(rows, through, {{}, &progress, 3}).ok());
    QCOMPARE(progress.done.load(), std::uint64_t{5000});
    QVERIFY(assign_nearest(rows, coarse->centroids(), AssignBy::L2, nearest, {}).ok());
    std::size_t same = 0;
    for (std::size_t i = 0; i < 5000; ++i)
        same += through[i] == nearest[i];
    QVERIFY2(same >= 4500 && same <= 5000, qPrintable(QString::number(same)));
    std::stop_source stop;
    stop.request_stop();
    const Status stopped = coarse->assign(rows, through, {stop.get_token(), nullptr, 2});
    QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
}

void TestCoarseQuantizer::nestedParametersHaveAPrefix() {
    const auto index = build("IVF32(IVF8,Flat),Flat", random_set(ElementType::F32, 500, 4, 1), Metric::L2);
    QVERIFY(index.ok());
    const auto params = (*index)->search_params();
    QCOMPARE(params.size(), std::size_t{2});
    QCOMPARE(std::string(params[0].name), std::string("nprobe"));
    QCOMPARE(params[0].max, 32.0);
    QCOMPARE(std::string(params[1].name), std::string("quantizer_nprobe"));
    QCOMPARE(params[1].max, 8.0);
    QVERIFY(parse_configuration("IVF32(IVF8,Flat),Flat||nprobe=3,quantizer_nprobe=2").ok());
    QVERIFY(parse_configuration("IVF32(Vamana8),Flat|Lbuild=50|quantizer_Lsearch=20").ok());
    QVERIFY(!parse_configuration("IVF32,Flat||quantizer_nprobe=2").ok());
    QVERIFY(!parse_configuration("IVF32(IVF8,Flat),Flat||quantizer_Lsearch=2").ok());
}

void TestCoarseQuantizer::nestedErrors() {
    const VectorSet rows = random_set(ElementType::F32, 500, 4, 1);
    const auto more = build("IVF16(IVF32,Flat),Flat", rows, Metric::L2);
    QVERIFY(!more && more.error().message.find("over 16 centroids") != std::string::npos);
    QVERIFY(more.error().message.find("16 vectors for 32 centroids") != std::string::npos);
    QVERIFY(message_of("IVF16(IMI2x1,Flat),Flat", 4, Metric::Cosine, ErrorCode::InvalidArgument).find("L2") !=
            std::string::npos);
}

void TestCoarseQuantizer::nestedInNested() {
    const VectorSet rows = random_set(ElementType::F32, 800, 4, 1);
    const auto index = build("IVF64(IVF16(IVF4,Flat),Flat),Flat", rows, Metric::L2);
    QVERIFY(index.ok());
    std::set<std::string> names;
    for (const ParamInfo& info : (*index)->search_params())
        names.insert(std::string(info.name));
    QCOMPARE(names, (std::set<std::string>{"nprobe", "quantizer_nprobe", "quantizer_quantizer_nprobe"}));
}

void TestCoarseQuantizer::unbuiltCoarseNamesAlternatives_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("missing");
    QTest::addRow("SVS") << "IVF1024_SVSVamana32,Flat"
                         << "SVSVamana32";
    QTest::addRow("in parentheses") << "IVF1024(SVSVamana32),Flat"
                                    << "SVSVamana32";
    QTest::addRow("inside a wrapper") << "PCA4,IVF1024_SVSVamana16,Flat"
                                      << "SVSVamana16";
    QTest::addRow("deeper") << "IVF1024(IVF1024_SVSVamana8,Flat),Flat"
                            << "SVSVamana8";
}

void TestCoarseQuantizer::unbuiltCoarseNamesAlternatives() {
    QFETCH(QString, line);
    QFETCH(QString, missing);
    const auto node = parse_spec(missing.toStdString());
    if (node && find_kind(node->root))
        QSKIP("it is built now");
    const std::string message = message_of(line.toStdString(), 8, Metric::L2, ErrorCode::Unsupported);
    QVERIFY2(message.find("coarse quantiser " + missing.toStdString()) != std::string::npos, message.c_str());
    QVERIFY2(message.find("not built yet") != std::string::npos, message.c_str());
    QVERIFY2(message.find("IVF1024(IVF32,Flat)") != std::string::npos, message.c_str());
    // What it offers can be had.
    QVERIFY(parse_spec("IVF1024(IVF32,Flat),Flat").ok() &&
            find_kind(parse_spec("IVF1024(IVF32,Flat),Flat")->root));
    QVERIFY(parse_spec("IVF1024(Vamana32),Flat").ok() &&
            find_kind(parse_spec("IVF1024(Vamana32),Flat")->root));
}

void TestCoarseQuantizer::savedAndLoaded_data() {
    QTest::addColumn<QString>("line");
    for (const char* line :
         {"IMI2x3,Flat", "IVF32(IVF8,Flat),Flat", "IVF32(Vamana8),Flat", "IVF64(IVF16(IVF4,Flat),Flat),Flat"})
        QTest::newRow(line) << QString::fromUtf8(line);
}

void TestCoarseQuantizer::savedAndLoaded() {
    QFETCH(QString, line);
    const VectorSet rows = random_set(ElementType::F32, 900, 6, 3),
                    queries = random_set(ElementType::F32, 20, 6, 4);
    const auto index = build(line.toStdString(), rows, Metric::L2);
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    const QTemporaryDir folder;
    const std::string path = folder.filePath("x.annscope").toStdString();
    QVERIFY(save_index(**index, path, {}).ok());
    const auto loaded = load_index(path, {});
    QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().message.c_str());
    QCOMPARE((*loaded)->info().spec, (*index)->info().spec);
    const SearchParams params{{"nprobe", 5}};
    QCOMPARE(*test::search(**loaded, queries, 9, params), *test::search(**index, queries, 9, params));
}

void TestCoarseQuantizer::trainingParametersReachKmeans_data() {
    QTest::addColumn<QString>("build");
    for (const char* build :
         {"niter=3", "init=1", "init=2", "sample_share=0.5", "minibatch=1", "balance=1.2", "two_level=1"})
        QTest::newRow(build) << QString::fromUtf8(build);
}

void TestCoarseQuantizer::trainingParametersReachKmeans() {
    // Each changes the centroids, and all of them give cells that are about as good.
    QFETCH(QString, build);
    const VectorSet rows = random_set(ElementType::F32, 4000, 8, 3);
    const auto plain = trained("IVF32,Flat", rows),
               other = trained("IVF32,Flat|" + build.toStdString(), rows);
    QVERIFY(plain && other);
    QVERIFY(!std::ranges::equal(std::span(plain->centroids().data(), 32 * 8),
                                std::span(other->centroids().data(), 32 * 8)));
    std::vector<std::uint32_t> cells(4000);
    const double a = assign_nearest(rows, plain->centroids(), AssignBy::L2, cells, {}).value();
    const double b = assign_nearest(rows, other->centroids(), AssignBy::L2, cells, {}).value();
    QVERIFY2(b <= 1.1 * a, qPrintable(QString::number(b / a)));
}

QTEST_GUILESS_MAIN(TestCoarseQuantizer)
#include "tst_coarse_quantizer.moc"
