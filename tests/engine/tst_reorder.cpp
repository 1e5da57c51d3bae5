// SPDX-License-Identifier: GPL-3.0-or-later
// Orders of a graph's nodes against what their definitions say.
#include "core/random.h"
#include "graph/reorder.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace annscope;

namespace {

using Order = std::vector<std::uint32_t>;

Adjacency graph_of(const std::vector<Order>& rows) {
    std::size_t degree = 1;
    for (const Order& row : rows)
        degree = std::max(degree, row.size());
    Adjacency graph(rows.size(), degree);
    for (std::size_t i = 0; i < rows.size(); ++i)
        graph.assign(i, rows[i]);
    return graph;
}

/// A grid whose nodes have shuffled numbers; neighbours are linked in both directions, or in one.
Adjacency shuffled_grid(std::size_t width, std::size_t height, std::uint64_t seed) {
    const Order names = random_sample(width * height, width * height, seed);
    Random random(seed);
    std::vector<Order> rows(names.size());
    const auto link = [&](std::size_t a, std::size_t b) {
        const std::size_t ways = random.below(3);
        if (ways != 0)
            rows[names[a]].push_back(names[b]);
        if (ways != 1)
            rows[names[b]].push_back(names[a]);
    };
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i % width + 1 < width)
            link(i, i + 1);
        if (i + width < names.size())
            link(i, i + width);
    }
    return graph_of(rows);
}

/// Up to degree links a node, so that a small degree leaves it in pieces.
Adjacency random_graph(std::size_t n, std::size_t degree, std::uint64_t seed) {
    Random random(seed);
    std::vector<Order> rows(n);
    for (std::size_t i = 0; i < n; ++i) {
        std::set<std::uint32_t> row;
        for (std::size_t d = random.below(degree + 1); d > 0; --d)
            row.insert(static_cast<std::uint32_t>(random.below(n)));
        row.erase(static_cast<std::uint32_t>(i));
        rows[i].assign(row.begin(), row.end());
    }
    return graph_of(rows);
}

bool links(const Adjacency& graph, std::size_t from, std::size_t to) {
    return std::ranges::count(graph.neighbors(from), static_cast<std::uint32_t>(to)) > 0;
}

/// Neighbours in either direction, ascending.
Order both_ways(const Adjacency& graph, std::size_t node) {
    Order out;
    for (std::uint32_t i = 0; i < graph.size(); ++i)
        if (i != node && (links(graph, node, i) || links(graph, i, node)))
            out.push_back(i);
    return out;
}

Order places_of(const Order& order) {
    Order places(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
        places[order[i]] = static_cast<std::uint32_t>(i);
    return places;
}

Order identity(std::size_t n) {
    Order order(n);
    std::iota(order.begin(), order.end(), 0u);
    return order;
}

std::size_t bandwidth(const Adjacency& graph, const Order& order) {
    const Order places = places_of(order);
    std::size_t widest = 0;
    for (std::size_t i = 0; i < graph.size(); ++i)
        for (const std::uint32_t to : graph.neighbors(i))
            widest = std::max<std::size_t>(widest, places[i] > places[to] ? places[i] - places[to]
                                                                          : places[to] - places[i]);
    return widest;
}

/// S(u, v) of Gorder's paper: links between them, and nodes that link to both.
std::size_t kinship(const Adjacency& graph, std::size_t u, std::size_t v) {
    std::size_t score = std::size_t{links(graph, u, v)} + std::size_t{links(graph, v, u)};
    for (std::size_t x = 0; x < graph.size(); ++x)
        score += links(graph, x, u) && links(graph, x, v);
    return score;
}

/// Of the node at place i with the window nodes before it.
std::size_t window_score(const Adjacency& graph, const Order& order, std::size_t i, std::size_t window,
                         std::uint32_t node) {
    std::size_t score = 0;
    for (std::size_t j = i >= window ? i - window : 0; j < i; ++j)
        score += kinship(graph, order[j], node);
    return score;
}

/// F of the paper.
std::size_t gorder_score(const Adjacency& graph, const Order& order) {
    std::size_t score = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
        score += window_score(graph, order, i, kGorderWindow, order[i]);
    return score;
}

bool is_permutation_of(Order order, std::size_t n) {
    std::ranges::sort(order);
    return order == identity(n);
}

} // namespace

class TestReorder : public QObject {
    Q_OBJECT

private:
    static void rows() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("degree");
        QTest::addColumn<int>("seed");
        for (const int size : {1, 2, 7, 40, 90})
            for (const int degree : {0, 1, 3, 12})
                for (int seed = 1; seed <= 3; ++seed)
                    QTest::addRow("%d nodes of degree %d, %d", size, degree, seed) << size << degree << seed;
    }
    static Adjacency fetch() {
        QFETCH(int, size);
        QFETCH(int, degree);
        QFETCH(int, seed);
        return random_graph(static_cast<std::size_t>(size), static_cast<std::size_t>(degree),
                            static_cast<std::uint64_t>(seed));
    }

private slots:
    void eachNodeHasOnePlace_data() { rows(); }
    void eachNodeHasOnePlace() {
        const Adjacency graph = fetch();
        for (const NodeOrder kind : {NodeOrder::ReverseCuthillMcKee, NodeOrder::Gorder}) {
            const auto order = node_order(graph, kind, {});
            QVERIFY(order.ok());
            QVERIFY(is_permutation_of(*order, graph.size()));
            QVERIFY(*order == *node_order(graph, kind, {}));
        }
        QVERIFY(node_order(graph, NodeOrder::AsBuilt, {})->empty());
    }

    void emptyGraphs() {
        for (const NodeOrder kind : {NodeOrder::ReverseCuthillMcKee, NodeOrder::Gorder})
            QVERIFY(node_order(Adjacency(), kind, {})->empty());
    }

    /// From its last node backwards: each node follows its first-numbered neighbour, those of the same one by
    /// their degree, and no component begins before another ended.
    void cuthillMcKeeIsBreadthFirst_data() { rows(); }
    void cuthillMcKeeIsBreadthFirst() {
        const Adjacency graph = fetch();
        Order order = *reverse_cuthill_mckee(graph, {});
        std::ranges::reverse(order);
        const Order places = places_of(order);
        const auto parent = [&](std::uint32_t node) {
            std::size_t first = places[node];
            for (const std::uint32_t other : both_ways(graph, node))
                first = std::min<std::size_t>(first, places[other]);
            return first;
        };
        for (std::size_t i = 1; i < order.size(); ++i) {
            const std::size_t before = parent(order[i - 1]), own = parent(order[i]);
            QVERIFY(own >= before);
            const std::size_t links_before = both_ways(graph, order[i - 1]).size(),
                              links_own = both_ways(graph, order[i]).size();
            if (own == before && own < i - 1)
                QVERIFY(links_own > links_before || (links_own == links_before && order[i] > order[i - 1]));
            if (own == i) // a new component: nothing before it has an open neighbour
                for (std::size_t j = 0; j < i; ++j)
                    for (const std::uint32_t other : both_ways(graph, order[j]))
                        QVERIFY(places[other] < i);
        }
    }

    void pathsAreLaidStraight() {
        for (const std::size_t n : {2u, 3u, 50u, 501u}) {
            const Adjacency path = shuffled_grid(n, 1, n);
            QCOMPARE(bandwidth(path, *reverse_cuthill_mckee(path, {})), std::size_t{1});
        }
    }

    /// A grid's bandwidth is its shorter side; breadth first from a corner goes by diagonals.
    void gridsGetNarrow() {
        for (const std::size_t height : {2u, 5u, 9u}) {
            const Adjacency grid = shuffled_grid(40, height, height);
            const std::size_t narrow = bandwidth(grid, *reverse_cuthill_mckee(grid, {}));
            QVERIFY2(narrow <= height + 1, qPrintable(QString::number(narrow)));
            QVERIFY(bandwidth(grid, identity(grid.size())) > 10 * narrow);
        }
    }

    /// At every step no node left would have had more in common with the window.
    void gorderTakesTheBestNext_data() { rows(); }
    void gorderTakesTheBestNext() {
        const Adjacency graph = fetch();
        for (const std::size_t window : {std::size_t{1}, std::size_t{3}, kGorderWindow}) {
            const Order order = *gorder(graph, {}, window);
            const auto in_links = [&](std::uint32_t node) {
                std::size_t count = 0;
                for (std::size_t x = 0; x < graph.size(); ++x)
                    count += links(graph, x, node);
                return count;
            };
            for (std::uint32_t node = 0; node < graph.size(); ++node)
                QVERIFY(in_links(node) <= in_links(order[0]));
            for (std::size_t i = 1; i < order.size(); ++i) {
                const std::size_t taken = window_score(graph, order, i, window, order[i]);
                for (std::size_t j = i + 1; j < order.size(); ++j)
                    QVERIFY(window_score(graph, order, i, window, order[j]) <= taken);
            }
        }
    }

    void gorderKeepsKinTogether() {
        for (const std::size_t height : {2u, 5u, 9u}) {
            const Adjacency grid = shuffled_grid(20, height, height);
            const std::size_t before = gorder_score(grid, identity(grid.size())),
                              after = gorder_score(grid, *gorder(grid, {}));
            QVERIFY2(after > 3 * before, qPrintable(QString("%1 %2").arg(before).arg(after)));
        }
    }

    /// On graphs small enough to try all orders: at least 1 / (2 w) of the best is proven (Theorem 4.1 of the
    /// paper).
    void gorderIsNearTheBest() {
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            const Adjacency graph = random_graph(7, 3, seed);
            Order order = identity(7);
            std::size_t best = 0;
            do
                best = std::max(best, gorder_score(graph, order));
            while (std::ranges::next_permutation(order).found);
            const std::size_t got = gorder_score(graph, *gorder(graph, {}));
            QVERIFY(got <= best && 2 * kGorderWindow * got >= best);
            QVERIFY2(4 * got >= 3 * best, qPrintable(QString("%1 of %2").arg(got).arg(best)));
        }
    }

    void renumberedGraphIsTheSame() {
        LayeredGraph graph{random_graph(50, 6, 1), 17, {}};
        graph.upper.push_back({{17, 3, 40, 8, 22, 1}, {17, 3, 40, 8, 22, 1}, random_graph(6, 3, 2)});
        graph.upper.push_back({{17, 40}, {0, 2}, random_graph(2, 1, 3)});
        const Order order = random_sample(50, 50, 9), places = places_of(order);
        std::vector<LayeredGraph> results;
        for (const int threads : {1, 3}) {
            Control control;
            control.threads = threads;
            auto result = renumbered(graph, order, control);
            QVERIFY(result.ok());
            results.push_back(std::move(*result));
        }
        const LayeredGraph& moved = results[0];
        QVERIFY(std::ranges::equal(moved.base.ids(), results[1].base.ids()));
        QCOMPARE(order[moved.entry], graph.entry);
        for (std::size_t i = 0; i < 50; ++i) {
            Order row;
            for (const std::uint32_t to : moved.base.neighbors(i))
                row.push_back(order[to]);
            QVERIFY(std::ranges::equal(row, graph.base.neighbors(order[i])));
        }
        QCOMPARE(moved.upper.size(), std::size_t{2});
        for (std::size_t l = 0; l < 2; ++l) {
            const UpperLayer &was = graph.upper[l], &is = moved.upper[l];
            QVERIFY(std::ranges::equal(was.links.ids(), is.links.ids()));
            for (std::size_t rank = 0; rank < was.size(); ++rank) {
                QCOMPARE(order[is.nodes[rank]], was.nodes[rank]);
                QCOMPARE(is.below[rank], l == 0 ? is.nodes[rank] : was.below[rank]);
            }
        }
    }

    void cancelIsHeard() {
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        const Adjacency graph = random_graph(40, 4, 1);
        const LayeredGraph layered{random_graph(40, 4, 1), 0, {}};
        QVERIFY(reverse_cuthill_mckee(graph, control).error().code == ErrorCode::Cancelled);
        QVERIFY(gorder(graph, control).error().code == ErrorCode::Cancelled);
        QVERIFY(renumbered(layered, identity(40), control).error().code == ErrorCode::Cancelled);
    }

    void progressEndsAtItsTotal() {
        const Adjacency graph = random_graph(300, 4, 1);
        for (const NodeOrder kind : {NodeOrder::ReverseCuthillMcKee, NodeOrder::Gorder}) {
            Progress progress;
            Control control;
            control.progress = &progress;
            QVERIFY(node_order(graph, kind, control).ok());
            QCOMPARE(progress.total.load(), std::uint64_t{300});
            QCOMPARE(progress.done.load(), std::uint64_t{300});
        }
    }
};

QTEST_GUILESS_MAIN(TestReorder)
#include "tst_reorder.moc"
