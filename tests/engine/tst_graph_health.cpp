// SPDX-License-Identifier: GPL-3.0-or-later
// The health of random graphs against what trying all pairs of nodes says.
#include "core/random.h"
#include "graph/health.h"
#include "index/storage.h"
#include "index_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

using Rows = std::vector<std::vector<std::uint32_t>>;

GraphLinks links(const Rows& rows) {
    return {rows.size(), [&rows](std::uint32_t node) { return std::span<const std::uint32_t>(rows[node]); }};
}

/// Distinct neighbours, none of them the node itself.
Rows random_graph(std::size_t n, std::size_t most, std::uint64_t seed) {
    Random random(seed);
    Rows rows(n);
    for (std::uint32_t i = 0; i < n; ++i) {
        std::set<std::uint32_t> to;
        const std::size_t wanted = n < 2 ? 0 : random.below(std::min(most, n - 1) + 1);
        while (to.size() < wanted)
            if (const auto j = static_cast<std::uint32_t>(random.below(n)); j != i)
                to.insert(j);
        rows[i].assign(to.begin(), to.end());
    }
    return rows;
}

/// reach[i][j]: is there a walk from i to j (by Warshall's closure).
std::vector<std::vector<char>> closure(const Rows& rows) {
    const std::size_t n = rows.size();
    std::vector<std::vector<char>> reach(n, std::vector<char>(n, 0));
    for (std::size_t i = 0; i < n; ++i) {
        reach[i][i] = 1;
        for (const std::uint32_t j : rows[i])
            reach[i][j] = 1;
    }
    for (std::size_t via = 0; via < n; ++via)
        for (std::size_t i = 0; i < n; ++i)
            if (reach[i][via])
                for (std::size_t j = 0; j < n; ++j)
                    reach[i][j] = static_cast<char>(reach[i][j] | reach[via][j]);
    return reach;
}

std::map<std::size_t, std::size_t> component_sizes(const std::vector<std::vector<char>>& reach) {
    std::vector<char> counted(reach.size(), 0);
    std::map<std::size_t, std::size_t> sizes;
    for (std::size_t i = 0; i < reach.size(); ++i) {
        if (counted[i])
            continue;
        std::size_t size = 0;
        for (std::size_t j = 0; j < reach.size(); ++j)
            if (reach[i][j] && reach[j][i]) {
                counted[j] = 1;
                ++size;
            }
        ++sizes[size];
    }
    return sizes;
}

} // namespace

class GraphHealthTest : public QObject {
    Q_OBJECT

private slots:
    void agrees_with_all_pairs_data();
    void agrees_with_all_pairs();
    void long_paths_need_no_stack();
    void known_shapes_data();
    void known_shapes();
    void several_starts();
    void free_numbers_do_not_count();
    void edge_lengths_are_distances_data();
    void edge_lengths_are_distances();
    void edge_lengths_of_a_sample();
    void same_for_any_threads();
    void cancels_in_every_phase();
};

void GraphHealthTest::agrees_with_all_pairs_data() {
    QTest::addColumn<int>("nodes");
    QTest::addColumn<int>("degree");
    QTest::addColumn<int>("seed");
    for (const int nodes : {1, 2, 3, 7, 40, 150})
        for (const int degree : {0, 1, 2, 3, 6})
            for (int seed = 0; seed < 6; ++seed)
                QTest::addRow("%d nodes, degree %d, seed %d", nodes, degree, seed) << nodes << degree << seed;
}

void GraphHealthTest::agrees_with_all_pairs() {
    QFETCH(int, nodes);
    QFETCH(int, degree);
    QFETCH(int, seed);
    const Rows rows = random_graph(std::size_t(nodes), std::size_t(degree), std::uint64_t(seed) + 1);
    const auto entry = static_cast<std::uint32_t>(seed % nodes);
    const auto health = examine_graph(links(rows), std::vector{entry}, {});
    QVERIFY(health.ok());
    QCOMPARE(health->nodes, std::size_t(nodes));

    const auto reach = closure(rows);
    std::vector<std::uint32_t> unreachable;
    std::map<std::size_t, std::uint64_t> in, out;
    std::vector<std::size_t> incoming(rows.size(), 0);
    std::uint64_t edges = 0, reciprocal = 0;
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
        if (!reach[entry][i])
            unreachable.push_back(i);
        ++out[rows[i].size()];
        edges += rows[i].size();
        for (const std::uint32_t j : rows[i]) {
            ++incoming[j];
            reciprocal += std::ranges::count(rows[j], i) > 0;
        }
    }
    for (const std::size_t d : incoming)
        ++in[d];
    QCOMPARE(health->unreachable, unreachable);
    QCOMPARE(health->edges, edges);
    QCOMPARE(health->reciprocal, reciprocal);
    const auto same = [](const std::vector<std::uint64_t>& counted,
                         const std::map<std::size_t, std::uint64_t>& wanted) {
        std::map<std::size_t, std::uint64_t> found;
        for (std::size_t d = 0; d < counted.size(); ++d)
            if (counted[d] > 0)
                found[d] = counted[d];
        return found == wanted && (counted.empty() || counted.back() > 0);
    };
    QVERIFY(same(health->out_degrees, out));
    QVERIFY(same(health->in_degrees, in));
    QCOMPARE(health->without_in_edges(), in.contains(0) ? in[0] : 0);

    const auto sizes = component_sizes(reach);
    std::size_t count = 0;
    std::vector<ComponentSize> wanted;
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
        wanted.push_back({size->first, size->second});
        count += size->second;
    }
    QVERIFY(health->components.sizes == wanted);
    QCOMPARE(health->components.count, count);
    QCOMPARE(health->components.largest(), wanted.front().size);
    QCOMPARE(health->components.of_size(1), sizes.contains(1) ? sizes.at(1) : 0);
}

void GraphHealthTest::long_paths_need_no_stack() {
    constexpr std::uint32_t kNodes = 1'000'000; // recursion would need a frame for each
    std::vector<std::uint32_t> next(kNodes);
    std::iota(next.begin(), next.end(), 1u);
    const GraphLinks path{
        kNodes, [&](std::uint32_t node) { return std::span(next).subspan(node, node + 1 < kNodes ? 1 : 0); }};
    const auto parts = strongly_connected(path, {});
    QVERIFY(parts.ok());
    QCOMPARE(parts->count, std::size_t(kNodes));
    QCOMPARE(parts->largest(), std::size_t(1));
    next.back() = 0;
    const GraphLinks ring{kNodes, [&](std::uint32_t node) { return std::span(next).subspan(node, 1); }};
    const auto one = strongly_connected(ring, {});
    QVERIFY(one.ok());
    QCOMPARE(one->count, std::size_t(1));
    QCOMPARE(one->largest(), std::size_t(kNodes));
}

void GraphHealthTest::known_shapes_data() {
    QTest::addColumn<int>("shape");
    QTest::addColumn<int>("unreachable");
    QTest::addColumn<int>("components");
    QTest::addColumn<double>("reciprocity");
    QTest::addRow("two rings, no bridge") << 0 << 5 << 2 << 0.0;
    QTest::addRow("two rings, a bridge there") << 1 << 0 << 2 << 0.0;
    QTest::addRow("two rings, a bridge back") << 2 << 5 << 2 << 0.0;
    QTest::addRow("two rings, both bridges") << 3 << 0 << 1 << 2.0 / 12;
}

/// Nodes 0..4 and 5..9 are rings; bridges between 2 and 7.
void GraphHealthTest::known_shapes() {
    QFETCH(int, shape);
    QFETCH(int, unreachable);
    QFETCH(int, components);
    QFETCH(double, reciprocity);
    Rows rows(10);
    for (std::uint32_t i = 0; i < 10; ++i)
        rows[i] = {i / 5 * 5 + (i + 1) % 5};
    if (shape & 1)
        rows[2].push_back(7);
    if (shape & 2)
        rows[7].push_back(2);
    const auto health = examine_graph(links(rows), std::vector{0u}, {});
    QVERIFY(health.ok());
    QCOMPARE(health->unreachable.size(), std::size_t(unreachable));
    QCOMPARE(health->components.count, std::size_t(components));
    QCOMPARE(health->reciprocity(), reciprocity);
    QCOMPARE(health->without_in_edges(), std::size_t(0));
}

void GraphHealthTest::several_starts() {
    const Rows rows{{1}, {}, {3}, {}, {}};
    const auto missing = unreachable_nodes(links(rows), std::vector{0u, 2u, 0u}, {});
    QVERIFY(missing.ok());
    QCOMPARE(*missing, std::vector{4u});
    const auto none = unreachable_nodes(links(rows), {}, {});
    QCOMPARE(none->size(), std::size_t(5));
}

void GraphHealthTest::free_numbers_do_not_count() {
    const Rows rows{{2}, {}, {0}, {}, {0}};
    GraphLinks graph = links(rows);
    graph.is_free = [](std::uint32_t node) { return node == 1 || node == 3; };
    const auto health = examine_graph(graph, std::vector{0u}, {});
    QVERIFY(health.ok());
    QCOMPARE(health->nodes, std::size_t(3));
    QCOMPARE(health->unreachable, std::vector{4u});
    QCOMPARE(health->components.count, std::size_t(2));
    QCOMPARE(health->without_in_edges(), std::size_t(1));
    QCOMPARE(health->out_degrees, (std::vector<std::uint64_t>{0, 3}));
}

void GraphHealthTest::edge_lengths_are_distances_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("metric");
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
        for (const Metric metric : {Metric::L2, Metric::Cosine})
            QTest::addRow("%s %s", name(type).data(), name(metric).data()) << int(type) << int(metric);
}

void GraphHealthTest::edge_lengths_are_distances() {
    QFETCH(int, type);
    QFETCH(int, metric);
    const auto m = static_cast<Metric>(metric);
    const VectorSet base = random_set(static_cast<ElementType>(type), 90, 12, 4);
    const Rows rows = random_graph(90, 7, 3);
    const StoredForm stored = stored_form(base, m, true);
    const auto space = NodeSpace::create(stored.vectors, m, {});
    QVERIFY(space.ok());
    const auto lengths = edge_lengths(links(rows), *space, 1'000'000, {}, {});
    QVERIFY(lengths.ok());
    QVERIFY(!lengths->sampled());
    std::vector<double> wanted;
    std::vector<float> from(12);
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (const std::uint32_t j : rows[i]) {
            base.copy_row(i, from.data());
            const double d = oracle_distance(base, j, from.data(), m);
            wanted.push_back(std::sqrt(std::max(0.0, m == Metric::Cosine ? 2 + 2 * d : d)));
        }
    std::ranges::sort(wanted);
    QCOMPARE(lengths->sorted.size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        QVERIFY2(std::abs(double(lengths->sorted[i]) - wanted[i]) <= 1e-4 * wanted[i] + 1e-3,
                 qPrintable(QStringLiteral("%1 %2").arg(lengths->sorted[i]).arg(wanted[i])));
    QCOMPARE(lengths->quantile(0), lengths->sorted.front());
    QCOMPARE(lengths->quantile(1), lengths->sorted.back());
    const double mean = std::accumulate(wanted.begin(), wanted.end(), 0.0) / double(wanted.size());
    QVERIFY(std::abs(lengths->mean() - mean) <= 1e-4 * mean);
}

void GraphHealthTest::edge_lengths_of_a_sample() {
    const VectorSet base = random_set(ElementType::F32, 400, 6, 4);
    const Rows rows = random_graph(400, 9, 8);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    std::uint64_t edges = 0;
    for (const auto& row : rows)
        edges += row.size();
    const auto lengths = edge_lengths(links(rows), *space, 500, {}, {});
    QVERIFY(lengths.ok() && lengths->sampled());
    QCOMPARE(lengths->edges, edges);
    QVERIFY(lengths->sorted.size() > 200 && lengths->sorted.size() < 800);
    // Rows of another order: node i stands for row 399 - i.
    const auto turned =
        edge_lengths(links(rows), *space, 1'000'000, [](std::uint32_t i) { return 399 - i; }, {});
    std::vector<double> wanted;
    std::vector<float> from(6);
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (const std::uint32_t j : rows[i]) {
            base.copy_row(399 - i, from.data());
            wanted.push_back(std::sqrt(oracle_distance(base, 399 - j, from.data(), Metric::L2)));
        }
    std::ranges::sort(wanted);
    QVERIFY(std::abs(turned->sorted.front() - wanted.front()) < 1e-3);
    QVERIFY(std::abs(turned->sorted.back() - wanted.back()) < 1e-3);
    const auto empty = edge_lengths(links(Rows(400)), *space, 10, {}, {});
    QVERIFY(empty.ok() && empty->sorted.empty());
    QCOMPARE(empty->quantile(0.5), 0.0f);
}

void GraphHealthTest::same_for_any_threads() {
    const VectorSet base = random_set(ElementType::F32, 3000, 8, 4);
    const Rows rows = random_graph(3000, 9, 5);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    std::vector<std::uint64_t> reciprocal;
    std::vector<std::vector<float>> lengths;
    for (const int threads : {1, 2, 5}) {
        Control control;
        control.threads = threads;
        reciprocal.push_back(examine_graph(links(rows), std::vector{0u}, control)->reciprocal);
        lengths.push_back(edge_lengths(links(rows), *space, 9000, {}, control)->sorted);
    }
    QVERIFY(reciprocal[0] == reciprocal[1] && reciprocal[0] == reciprocal[2]);
    QVERIFY(lengths[0] == lengths[1] && lengths[0] == lengths[2]);
}

/// The stop is asked for when a phase begins, from the thread that works: the phase must notice.
void GraphHealthTest::cancels_in_every_phase() {
    const Rows rows = random_graph(60'000, 6, 5);
    const VectorSet base = random_set(ElementType::F32, 60'000, 4, 4);
    const auto space = NodeSpace::create(base, Metric::L2, {});
    for (const char* phase : {"Reaching nodes", "Finding components", "Counting degrees",
                              "Looking for reverse edges", "Measuring edges"}) {
        Progress progress;
        std::stop_source stop;
        Control control{stop.get_token(), &progress, 1};
        GraphLinks watched = links(rows);
        watched.neighbors = [&, plain = watched.neighbors](std::uint32_t node) {
            if (std::string_view(progress.phase.load()) == phase)
                stop.request_stop();
            return plain(node);
        };
        const auto health = examine_graph(watched, std::vector{0u}, control);
        const auto lengths = edge_lengths(watched, *space, 1'000'000, {}, control);
        const Error& error = health.ok() ? lengths.error() : health.error();
        QVERIFY2(error.code == ErrorCode::Cancelled, phase);
    }
}

QTEST_GUILESS_MAIN(GraphHealthTest)
#include "tst_graph_health.moc"
