// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"
#include "test_files.h"

#include "graph/node_space.h"
#include "graph/quantized_graph.h"
#include "graph/vamana_builder.h"
#include "index/serialize.h"
#include "index/storage.h"
#include "simd/rabitq.h"

#include <QTemporaryDir>
#include <QTest>

#include <numeric>

#include <map>
#include <set>

using namespace annscope;
using namespace annscope::test;

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())

namespace {

constexpr std::uint64_t kSeed = 1234;

struct Made {
    VectorSet stored;
    QuantizedGraph graph;
};

Result<Made> make(const VectorSet& base, Metric metric, std::size_t degree, int threads = 1) {
    Control control;
    control.threads = threads;
    Made made{stored_form(base, metric, true).vectors, {}};
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(made.stored, metric, control));
    ANNSCOPE_ASSIGN(const LayeredGraph graph, build_vamana(space, {degree, 50, 1.2f, kSeed}, control));
    std::vector<std::uint32_t> all(made.stored.size());
    std::iota(all.begin(), all.end(), 0u);
    ANNSCOPE_ASSIGN(made.graph, QuantizedGraph::create(made.stored, graph.base, graph.entry, all, degree,
                                                       metric, kSeed, control));
    return made;
}

std::vector<float> padded(const VectorSet& vectors, std::size_t i, std::size_t dim) {
    std::vector<float> row(dim);
    vectors.copy_row(i, row.data());
    return row;
}

} // namespace

class TestQuantizedGraph : public QObject {
    Q_OBJECT
private slots:
    void estimatesAreThoseOfTheCodes_data();
    void estimatesAreThoseOfTheCodes();
    void finds_data();
    void finds();
    void sameForAnyThreads();
    void fewAndEqualVectors();
    void blocksHoldTheVectorsAndLinks();
    void damagedFilesAreRefused();
    void refusesOddDegrees();
    void listKeepsTheLeast();
    void kernelsAgree();
};

void TestQuantizedGraph::estimatesAreThoseOfTheCodes_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("degree");
    QTest::addColumn<int>("type");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const int dim : {1, 3, 16, 70, 130})
            for (const int degree : {32, 64})
                QTest::addRow("%s %d R%d", name(metric).data(), dim, degree)
                    << static_cast<int>(metric) << dim << degree << dim % 4;
}

/// What a search tells of each neighbour, against the code made one by one with the node as its centroid.
void TestQuantizedGraph::estimatesAreThoseOfTheCodes() {
    QFETCH(int, metric);
    QFETCH(int, dim);
    QFETCH(int, degree);
    QFETCH(int, type);
    const auto kind = static_cast<Metric>(metric);
    const auto d = static_cast<std::size_t>(dim);
    const VectorSet base = random_set(static_cast<ElementType>(type), 300, d, 1);
    const VectorSet queries = random_set(static_cast<ElementType>(type), 3, d, 2).to_float();
    const auto made = make(base, kind, static_cast<std::size_t>(degree));
    REQUIRE_OK(made);
    const QuantizedGraph& graph = made->graph;
    const RabitqQuantizer& quantizer = graph.quantizer();
    QuantizedGraph::Scratch scratch;
    std::size_t compared = 0, off = 0;
    for (std::size_t q = 0; q < queries.size(); ++q) {
        PreparedQuery prepared;
        prepared.prepare(queries.view<float>().row(q), d, kind, graph.vectors().type());
        const Scorer scorer = with_typed_query(prepared, graph.vectors(),
                                               [&](const auto* x, const auto& view, const auto& kernels) {
                                                   return Scorer(x, view, kernels, kind);
                                               });
        PathTrace trace;
        graph.search(scorer, prepared.f32(), 5, 20, scratch, trace);
        std::vector<float> whole(quantizer.dim());
        std::copy_n(prepared.f32(), d, whole.begin());
        RabitqQuery query;
        query.prepare(quantizer, whole.data());
        RabitqQuantizer::Workspace work;
        std::vector<std::uint8_t> code(quantizer.code_size());
        std::vector<float> centroid;
        float offset = 0;
        for (const TraceEvent& event : trace.events) {
            if (event.kind == TraceEvent::Kind::Expand) {
                centroid = padded(made->stored, static_cast<std::size_t>(event.id), quantizer.dim());
                offset = event.distance;
                const double exact = oracle_distance(base, static_cast<std::size_t>(event.id),
                                                     queries.view<float>().row(q), kind);
                QVERIFY(std::abs(static_cast<double>(offset) - exact) <= 1e-5 * std::abs(exact) + 1e-3);
            }
            if (event.kind != TraceEvent::Kind::Consider || centroid.empty())
                continue;
            const auto row = padded(made->stored, static_cast<std::size_t>(event.id), quantizer.dim());
            quantizer.encode(row.data(), centroid.data(), work, code.data());
            RabitqFactors factors;
            std::memcpy(&factors, code.data() + quantizer.sign_bytes(), sizeof factors);
            const float expected = offset + factors.add + factors.scale * query.sign_product(code.data());
            const float rounding = 8 * std::abs(factors.scale) * query.table_error();
            const float room = rounding + 2e-4f * (std::abs(offset) + std::abs(factors.add) + 1);
            off += std::abs(event.distance - expected) <= room ? 0 : 1;
            ++compared;
        }
    }
    QVERIFY(compared > 100);
    // Between whole numbers a rotated coordinate can be zero but for rounding: then either sign is right.
    const bool whole_numbers = type >= static_cast<int>(ElementType::U8);
    QVERIFY2(off <= (whole_numbers ? compared / 20 : 0), qPrintable(QString::number(off)));
}

void TestQuantizedGraph::finds_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("dim");
    QTest::addColumn<double>("floor");
    QTest::newRow("L2") << static_cast<int>(Metric::L2) << 48 << 0.97;
    QTest::newRow("L2 high") << static_cast<int>(Metric::L2) << 200 << 0.97;
    QTest::newRow("inner product") << static_cast<int>(Metric::InnerProduct) << 48 << 0.9;
    QTest::newRow("cosine") << static_cast<int>(Metric::Cosine) << 48 << 0.97;
}

void TestQuantizedGraph::finds() {
    QFETCH(int, metric);
    QFETCH(int, dim);
    QFETCH(double, floor);
    const auto kind = static_cast<Metric>(metric);
    const VectorSet base = random_set(ElementType::F32, 3000, static_cast<std::size_t>(dim), 1);
    const VectorSet queries = random_set(ElementType::F32, 60, static_cast<std::size_t>(dim), 2);
    const auto index = build("Vamana32,RaBitQfs", base, kind, {}, 2);
    REQUIRE_OK(index);
    double before = 0;
    for (const double width : {10.0, 150.0}) {
        const auto answer = search(**index, queries, 10, {{"Lsearch", width}});
        REQUIRE_OK(answer);
        const double recall = recall_of(*answer, base, queries, kind, 10);
        QVERIFY2(recall > before, qPrintable(QString::number(recall)));
        // No more than the list is expanded, up to what it met on its way there.
        QVERIFY(answer->stats.hops <= 60 * (2 * static_cast<std::uint64_t>(width) + 30));
        before = recall;
    }
    QVERIFY2(before >= floor, qPrintable(QString::number(before)));
}

void TestQuantizedGraph::sameForAnyThreads() {
    const VectorSet base = random_set(ElementType::F32, 1500, 24, 1);
    const auto one = make(base, Metric::L2, 32, 1), four = make(base, Metric::L2, 32, 4);
    REQUIRE_OK(one);
    REQUIRE_OK(four);
    const auto same = [](const auto& a, const auto& b) { return std::ranges::equal(a, b); };
    const QuantizedGraph::Parts &a = one->graph.parts(), &b = four->graph.parts();
    QVERIFY(same(a.blocks, b.blocks));
    QVERIFY(same(a.centre, b.centre));
    QVERIFY(same(a.starts, b.starts));
    QVERIFY(same(a.start_codes, b.start_codes));
    QVERIFY(same(a.start_factors, b.start_factors));
}

void TestQuantizedGraph::fewAndEqualVectors() {
    for (const std::size_t n : {1, 2, 31, 32, 33, 70}) {
        for (const bool equal : {false, true}) {
            const VectorSet some = random_set(ElementType::F32, n, 5, 3);
            const VectorSet base = equal ? floats(std::vector<float>(n * 5, 2.5f), n, 5) : some;
            const auto index = build("Vamana32,RaBitQfs", base, Metric::L2);
            REQUIRE_OK(index);
            const std::size_t k = n + 2;
            const auto answer = search(**index, some.slice(0, 1), k, {{"Lsearch", 1}});
            REQUIRE_OK(answer);
            const std::set<Id> found(answer->ids.begin(), answer->ids.end());
            QCOMPARE(found.size(), n + 1); // all of them, and kNoId
            QVERIFY(found.contains(kNoId));
        }
    }
}

void TestQuantizedGraph::blocksHoldTheVectorsAndLinks() {
    const VectorSet base = random_set(ElementType::U8, 500, 70, 1);
    const auto made = make(base, Metric::L2, 64);
    REQUIRE_OK(made);
    const QuantizedGraph& graph = made->graph;
    const QuantizedLayout& layout = graph.layout();
    QCOMPARE(layout.codes, std::size_t{128});
    QCOMPARE(layout.bytes, std::size_t{128 + 2 * 80 / 8 * 32 + 2 * 256 + 64 * 4});
    QCOMPARE(reinterpret_cast<std::uintptr_t>(graph.block(1)) % 64, std::uintptr_t{0});
    for (std::size_t i = 0; i < base.size(); ++i) {
        QCOMPARE(std::memcmp(graph.block(i), base.row(i), 70), 0);
        const auto links = graph.neighbors(i);
        const std::set<std::uint32_t> different(links.begin(), links.end());
        QCOMPARE(different.size(), links.size());
        QVERIFY(!different.contains(static_cast<std::uint32_t>(i)));
    }
}

void TestQuantizedGraph::damagedFilesAreRefused() {
    const VectorSet base = random_set(ElementType::F32, 200, 12, 1);
    const auto index = build("Vamana32,RaBitQfs", base, Metric::L2);
    REQUIRE_OK(index);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("index").toStdString();
    const Status saved = save_index(**index, path, {});
    REQUIRE_OK(saved);
    const std::string whole = read_bytes(path);
    for (std::size_t i = 0; i < 60; ++i) {
        std::string bytes = whole;
        const std::size_t at = 30 + i * (whole.size() - 31) / 59;
        if (i % 2 == 0)
            bytes[at] = static_cast<char>(bytes[at] ^ 0x20);
        else
            bytes.resize(at);
        const auto loaded = load_index(write_file(folder.filePath("damaged").toStdString(), bytes), {});
        QVERIFY(!loaded.ok());
        QVERIFY(loaded.error().code == ErrorCode::CorruptFile);
    }
}

void TestQuantizedGraph::refusesOddDegrees() {
    for (const char* text : {"Vamana16,RaBitQfs", "Vamana40,RaBitQfs", "Vamana2048,RaBitQfs"}) {
        const auto index = build(text, random_set(ElementType::F32, 50, 4, 1), Metric::L2);
        QVERIFY(!index.ok());
        QVERIFY(index.error().code == ErrorCode::InvalidArgument);
        QVERIFY(index.error().message.find("multiple of 32") != std::string::npos);
    }
}

/// Random pushes and lowerings against a map that is sorted anew each time.
void TestQuantizedGraph::listKeepsTheLeast() {
    Random random(5);
    for (int round = 0; round < 200; ++round) {
        SearchList list;
        const std::size_t capacity = 1 + random.below(12);
        list.begin(capacity);
        std::map<std::uint32_t, float> held; // of what is in the list
        std::set<std::uint32_t> met, expanded;
        for (int step = 0; step < 60; ++step) {
            const auto id = static_cast<std::uint32_t>(random.below(25));
            const auto distance = static_cast<float>(random.uniform());
            if (random.below(5) == 0 && list.has_waiting()) {
                expanded.insert(list.pop().id);
                continue;
            }
            if (expanded.contains(id))
                continue;
            if (met.insert(id).second)
                list.push(distance, id);
            else
                list.lower(distance, id);
            const auto known = held.find(id);
            if (known == held.end() || distance < known->second)
                held[id] = distance;
            if (held.size() > capacity)
                held.erase(std::ranges::max_element(held, {}, [](const auto& e) { return e.second; }));
            QCOMPARE(list.size(), held.size());
            for (std::size_t i = 0; i < list.size(); ++i) {
                QVERIFY(held.contains(list[i].id));
                QCOMPARE(list[i].distance, held[list[i].id]);
                QVERIFY(i == 0 || list[i - 1].distance <= list[i].distance);
            }
            const auto waits = [&](const auto& e) { return !expanded.contains(e.first); };
            QCOMPARE(list.has_waiting(), std::ranges::any_of(held, waits));
        }
    }
}

void TestQuantizedGraph::kernelsAgree() {
    using namespace simd;
    Random random(9);
    const RabitqKernels& plain = rabitq_kernels(Isa::Scalar);
    AlignedBuffer<float> factors(64), row(208), centroid(208);
    AlignedBuffer<std::uint32_t> ids(32);
    AlignedBuffer<std::uint16_t> sums(32);
    for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512}) {
        if (!supported(isa))
            continue;
        const RabitqKernels& kernels = rabitq_kernels(isa);
        for (int round = 0; round < 50; ++round) {
            for (std::size_t i = 0; i < 32; ++i) {
                sums[i] = static_cast<std::uint16_t>(random.below(40000));
                factors[i] = random.below(8) == 0 ? INFINITY : static_cast<float>(random.normal());
                factors[32 + i] = static_cast<float>(-random.uniform());
                ids[i] = static_cast<std::uint32_t>(random.below(1000));
            }
            const RabitqNeighbors block{sums.data(), factors.data(), ids.data(), 1e-4f, -1.5f, 0.25f};
            const float limit = round == 0 ? INFINITY : round == 1 ? -INFINITY : 0.1f;
            float expected[32], estimates[32];
            std::uint32_t expected_ids[32], found_ids[32];
            const std::size_t count = plain.nearer(block, limit, expected, expected_ids);
            QCOMPARE(kernels.nearer(block, limit, estimates, found_ids), count);
            for (std::size_t i = 0; i < count; ++i) {
                QVERIFY(std::abs(estimates[i] - expected[i]) < 1e-5f);
                QCOMPARE(found_ids[i], expected_ids[i]);
            }
            const std::size_t d = 16 * (1 + random.below(13));
            for (std::size_t i = 0; i < d; ++i) {
                centroid[i] = static_cast<float>(random.normal());
                row[i] = random.below(9) == 0 ? centroid[i] : static_cast<float>(random.normal());
            }
            std::vector<std::uint8_t> signs(d / 8), other(d / 8);
            const RabitqSums a = plain.sign_code(row.data(), centroid.data(), d, signs.data());
            const RabitqSums b = kernels.sign_code(row.data(), centroid.data(), d, other.data());
            QVERIFY(signs == other);
            const float scale = 1e-5f * static_cast<float>(d);
            QVERIFY(std::abs(a.squares - b.squares) < scale && std::abs(a.sizes - b.sizes) < scale);
            QVERIFY(std::abs(a.cross - b.cross) < scale && std::abs(a.product - b.product) < scale);
        }
    }
}

QTEST_GUILESS_MAIN(TestQuantizedGraph)
#include "tst_quantized_graph.moc"
