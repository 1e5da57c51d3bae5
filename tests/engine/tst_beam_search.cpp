// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/vector_set.h"
#include "graph/beam_search.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <numeric>
#include <set>

using namespace annscope;

namespace {

struct RandomGraph {
    VectorSet points;
    Adjacency graph;
};

/// Points of whole numbers (exact on every instruction set) and random edges.
RandomGraph random_graph(std::size_t n, std::size_t dim, std::size_t degree, std::uint64_t values,
                         std::uint64_t seed) {
    Random random(seed);
    AlignedBuffer<float> data(n * dim);
    for (float& v : data)
        v = static_cast<float>(random.below(values));
    RandomGraph out{VectorSet::adopt(std::move(data), n, dim), Adjacency(n, degree)};
    for (std::size_t i = 0; i < n; ++i) {
        std::set<std::uint32_t> row;
        for (std::size_t e = random.below(degree + 1); e > 0; --e)
            row.insert(static_cast<std::uint32_t>(random.below(n)));
        row.erase(static_cast<std::uint32_t>(i));
        out.graph.assign(i, std::vector<std::uint32_t>(row.begin(), row.end()));
    }
    return out;
}

Scorer scorer_for(const VectorSet& points, const float* query) {
    return {query, points.view<float>(), simd::distance_kernels<float, float>(), Metric::L2};
}

/// Algorithm 1 as it is printed: the list is cut to L after every expansion. Returns the expanded nodes in
/// order; list: what is left of it.
std::vector<std::uint32_t> printed_algorithm(const RandomGraph& g, const Scorer& scorer, std::uint32_t start,
                                             std::size_t width, std::vector<Candidate>& list) {
    std::vector<std::uint32_t> expanded;
    std::set<std::uint32_t> met{start};
    list = {{scorer(start), start}};
    for (;;) {
        const auto next = std::ranges::find_if(
            list, [&](const Candidate& c) { return std::ranges::find(expanded, c.id) == expanded.end(); });
        if (next == list.end())
            return expanded;
        expanded.push_back(next->id);
        for (const std::uint32_t id : g.graph.neighbors(expanded.back()))
            if (met.insert(id).second)
                list.push_back({scorer(id), id});
        std::ranges::stable_sort(
            list, [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
        list.resize(std::min(list.size(), width));
    }
}

} // namespace

class BeamSearchTest : public QObject {
    Q_OBJECT

private slots:
    void equals_printed_algorithm_data();
    void equals_printed_algorithm();
    void wide_list_is_exact();
    void single_node();
    void list_keeps_the_nearest();
    void trace_matches_golden();
};

void BeamSearchTest::equals_printed_algorithm_data() {
    QTest::addColumn<int>("degree");
    QTest::addColumn<int>("width");
    QTest::addColumn<int>("values");
    QTest::newRow("list of one") << 8 << 1 << 1000000;
    QTest::newRow("narrow") << 8 << 5 << 1000000;
    QTest::newRow("wide") << 8 << 60 << 1000000;
    QTest::newRow("rows of more than a cache line") << 30 << 20 << 1000000;
    QTest::newRow("many ties") << 8 << 10 << 4;
}

void BeamSearchTest::equals_printed_algorithm() {
    QFETCH(int, degree);
    QFETCH(int, width);
    QFETCH(int, values);
    const auto g =
        random_graph(300, 3, static_cast<std::size_t>(degree), static_cast<std::uint64_t>(values), 5);
    SearchScratch scratch;
    for (std::uint32_t q = 0; q < 40; ++q) {
        const Scorer scorer = scorer_for(g.points, g.points.view<float>().row(q));
        PathTrace trace;
        const auto counts =
            beam_search(g.graph.rows(), 300, scorer, 7, static_cast<std::size_t>(width), scratch, trace);
        std::vector<std::uint32_t> expanded;
        std::size_t considered = 0;
        for (const TraceEvent& event : trace.events) {
            if (event.kind == TraceEvent::Kind::Expand)
                expanded.push_back(static_cast<std::uint32_t>(event.id));
            considered += event.kind == TraceEvent::Kind::Consider;
        }
        std::vector<Candidate> list;
        QCOMPARE(expanded, printed_algorithm(g, scorer, 7, static_cast<std::size_t>(width), list));
        QCOMPARE(counts.hops, expanded.size());
        QCOMPARE(counts.distances, considered);
        QCOMPARE(scratch.list.size(), list.size());
        for (std::size_t i = 0; i < list.size(); ++i)
            QCOMPARE(scratch.list[i], list[i]);

        NullTrace nothing;
        beam_search(g.graph.rows(), 300, scorer, 7, static_cast<std::size_t>(width), scratch, nothing);
        for (std::size_t i = 0; i < list.size(); ++i)
            QCOMPARE(scratch.list[i], list[i]);
    }
}

void BeamSearchTest::wide_list_is_exact() {
    auto g = random_graph(200, 4, 6, 100, 9);
    for (std::uint32_t i = 0; i < 200; ++i) { // a ring: everything can be reached
        const auto known = g.graph.neighbors(i);
        std::vector<std::uint32_t> row(known.begin(),
                                       known.begin() + std::min<std::ptrdiff_t>(5, std::ssize(known)));
        row.push_back((i + 1) % 200);
        g.graph.assign(i, row);
    }
    const float query[4] = {50, 50, 50, 50};
    const Scorer scorer = scorer_for(g.points, query);
    std::vector<float> expected;
    for (std::uint32_t i = 0; i < 200; ++i)
        expected.push_back(scorer(i));
    std::ranges::sort(expected);
    SearchScratch scratch;
    NullTrace trace;
    const auto counts = beam_search(g.graph.rows(), 200, scorer, 0, 200, scratch, trace);
    QCOMPARE(counts.distances, std::uint64_t{200});
    for (std::size_t i = 0; i < 200; ++i)
        QCOMPARE(scratch.list[i].distance, expected[i]);
}

void BeamSearchTest::single_node() {
    const float point[2] = {1, 2}, query[2] = {4, 6};
    const VectorSet set = VectorSet::copy(VectorView(point, 1, 2));
    const Adjacency graph(1, 4);
    SearchScratch scratch;
    NullTrace trace;
    beam_search(graph.rows(), 1, scorer_for(set, query), 0, 10, scratch, trace);
    QCOMPARE(scratch.list.size(), std::size_t{1});
    QCOMPARE(scratch.list[0], (Candidate{25, 0}));
}

void BeamSearchTest::list_keeps_the_nearest() {
    Random random(17);
    SearchList list;
    for (const std::size_t width : {1, 2, 7, 64}) {
        list.begin(width);
        std::vector<Candidate> all;
        for (std::uint32_t i = 0; i < 300; ++i) {
            const auto distance = static_cast<float>(random.below(100));
            const bool kept = list.push(distance, i);
            all.push_back({distance, i});
            std::ranges::stable_sort(
                all, [](const Candidate& a, const Candidate& b) { return a.distance < b.distance; });
            all.resize(std::min(all.size(), width));
            QCOMPARE(kept, std::ranges::find(all, i, &Candidate::id) != all.end());
            if (i % 3 == 0 && list.has_waiting())
                list.pop();
        }
        QCOMPARE(list.size(), all.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            QCOMPARE(list[i], all[i]);
        std::vector<Id> ids(width);
        std::vector<float> distances(width);
        list.copy_to(ids.data(), distances.data(), width);
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < width; ++i)
            QCOMPARE(ids[i], Id{all[i].id});
    }
}

void BeamSearchTest::trace_matches_golden() {
    const auto g = random_graph(40, 2, 4, 100, 3);
    const float query[2] = {20, 70};
    SearchScratch scratch;
    PathTrace trace;
    beam_search(g.graph.rows(), 40, scorer_for(g.points, query), 0, 6, scratch, trace);
    QByteArray text;
    for (const TraceEvent& event : trace.events) {
        const bool expand = event.kind == TraceEvent::Kind::Expand;
        text += (expand       ? "expand "
                 : event.kept ? "  keep "
                              : "  drop ") +
                QByteArray::number(event.id) + " " + QByteArray::number(event.distance) + "\n";
    }
    QFile golden(QStringLiteral(ANNSCOPE_SOURCE_DIR "/tests/golden/beam_search_trace.txt"));
    if (qgetenv("ANNSCOPE_GOLDEN") == "overwrite") {
        QVERIFY(golden.open(QIODevice::WriteOnly));
        golden.write(text);
        return;
    }
    QVERIFY2(golden.open(QIODevice::ReadOnly), "tests/golden/beam_search_trace.txt is missing");
    QCOMPARE(text, golden.readAll());
}

QTEST_GUILESS_MAIN(BeamSearchTest)
#include "tst_beam_search.moc"
