// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "graph/robust_prune.h"

#include <QTest>

#include <algorithm>

using namespace annscope;

namespace {

/// Points with few distinct values, so that equal distances and copies occur.
VectorSet grid_points(std::size_t n, std::size_t dim, std::uint64_t values, std::uint64_t seed) {
    Random random(seed);
    AlignedBuffer<float> data(n * dim);
    for (float& v : data)
        v = static_cast<float>(random.below(values));
    return VectorSet::adopt(std::move(data), n, dim);
}

double squared_distance(const VectorSet& set, std::uint32_t a, std::uint32_t b) {
    double sum = 0;
    const auto view = set.view<float>();
    for (std::size_t j = 0; j < set.dim(); ++j)
        sum += (static_cast<double>(view.row(a)[j]) - view.row(b)[j]) *
               (static_cast<double>(view.row(a)[j]) - view.row(b)[j]);
    return sum;
}

/// Algorithm 2 as it is printed, on squared distances, with the rule for copies.
std::vector<std::uint32_t> printed_algorithm(const VectorSet& set, std::uint32_t p,
                                             std::vector<std::uint32_t> v, double alpha, std::size_t degree) {
    std::ranges::sort(v, [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(squared_distance(set, p, a), a) < std::pair(squared_distance(set, p, b), b);
    });
    std::vector<std::uint32_t> out;
    while (!v.empty() && out.size() < degree) {
        const std::uint32_t nearest = v.front();
        v.erase(v.begin());
        const bool copy = squared_distance(set, p, nearest) == 0;
        if (copy && out.size() >= (degree + 1) / 2)
            continue;
        out.push_back(nearest);
        if (!copy)
            std::erase_if(v, [&](std::uint32_t c) {
                return alpha * squared_distance(set, nearest, c) <= squared_distance(set, p, c);
            });
    }
    return out;
}

std::vector<PruneCandidate> candidates_of(const VectorSet& set, std::uint32_t p,
                                          const std::vector<std::uint32_t>& ids) {
    std::vector<PruneCandidate> out;
    for (const std::uint32_t id : ids)
        out.push_back({{static_cast<float>(squared_distance(set, p, id)), id}, false});
    return out;
}

std::vector<std::uint32_t> ids_of(const std::vector<Candidate>& edges) {
    std::vector<std::uint32_t> ids;
    for (const Candidate& edge : edges)
        ids.push_back(edge.id);
    return ids;
}

} // namespace

class RobustPruneTest : public QObject {
    Q_OBJECT

private slots:
    void equals_printed_algorithm_data();
    void equals_printed_algorithm();
    void keeps_no_pair_that_breaks_the_rule();
    void settled_edges_change_nothing();
    void links_beyond_copies();
    void lifted_inner_product_orders_by_product();
};

void RobustPruneTest::equals_printed_algorithm_data() {
    QTest::addColumn<int>("dim");
    QTest::addColumn<int>("values");
    QTest::addColumn<double>("alpha");
    QTest::addColumn<int>("degree");
    QTest::newRow("plane, alpha 1") << 2 << 1000 << 1.0 << 8;
    QTest::newRow("plane, alpha 1.5") << 2 << 1000 << 1.5 << 8;
    QTest::newRow("many ties") << 3 << 4 << 1.25 << 6;
    QTest::newRow("copies") << 1 << 5 << 1.25 << 6;
    QTest::newRow("high dimension, degree reached") << 40 << 100 << 2.0 << 5;
    QTest::newRow("degree 1") << 4 << 100 << 1.25 << 1;
    QTest::newRow("degree above all") << 4 << 100 << 1.25 << 500;
}

void RobustPruneTest::equals_printed_algorithm() {
    QFETCH(int, dim);
    QFETCH(int, values);
    QFETCH(double, alpha);
    QFETCH(int, degree);
    const VectorSet set =
        grid_points(120, static_cast<std::size_t>(dim), static_cast<std::uint64_t>(values), 7);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    PruneScratch scratch;
    std::vector<Candidate> out;
    Random random(3);
    for (std::uint32_t p = 0; p < set.size(); ++p) {
        std::vector<std::uint32_t> others;
        for (std::uint32_t i = 0; i < set.size(); ++i)
            if (i != p && random.below(2) == 0)
                others.push_back(i);
        auto candidates = candidates_of(set, p, others);
        candidates.insert(candidates.end(), candidates.begin(), candidates.begin() + 5); // repeats
        robust_prune(*space, candidates, static_cast<float>(alpha), static_cast<std::size_t>(degree), scratch,
                     out);
        QCOMPARE(ids_of(out), printed_algorithm(set, p, others, alpha, static_cast<std::size_t>(degree)));
        for (const Candidate& edge : out)
            QCOMPARE(edge.distance, static_cast<float>(squared_distance(set, p, edge.id)));
    }
}

void RobustPruneTest::keeps_no_pair_that_breaks_the_rule() {
    const VectorSet set = grid_points(300, 6, 1u << 20, 11);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    PruneScratch scratch;
    std::vector<Candidate> out;
    std::vector<std::uint32_t> others(299);
    std::iota(others.begin(), others.end(), 1u);
    auto candidates = candidates_of(set, 0, others);
    robust_prune(*space, candidates, 1.2f, 32, scratch, out);
    QVERIFY(out.size() > 3);
    for (std::size_t i = 0; i < out.size(); ++i)
        for (std::size_t j = i + 1; j < out.size(); ++j)
            QVERIFY(1.2 * squared_distance(set, out[i].id, out[j].id) > out[j].distance * (1 - 1e-5));
}

void RobustPruneTest::settled_edges_change_nothing() {
    const VectorSet set = grid_points(400, 8, 50, 5);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    PruneScratch scratch;
    std::vector<Candidate> first, plain, flagged;
    std::vector<std::uint32_t> old_ids(200), new_ids(199);
    std::iota(old_ids.begin(), old_ids.end(), 1u);
    std::iota(new_ids.begin(), new_ids.end(), 201u);
    auto candidates = candidates_of(set, 0, old_ids);
    robust_prune(*space, candidates, 1.0f, 24, scratch, first);

    const auto merged = [&](bool settled) {
        auto all = candidates_of(set, 0, new_ids);
        for (const Candidate& edge : first)
            all.push_back({edge, settled});
        return all;
    };
    auto without = merged(false), with = merged(true);
    robust_prune(*space, without, 1.2f, 24, scratch, plain);
    robust_prune(*space, with, 1.2f, 24, scratch, flagged);
    QCOMPARE(ids_of(flagged), ids_of(plain));
}

void RobustPruneTest::links_beyond_copies() {
    AlignedBuffer<float> data(60 * 2); // 40 copies of the origin, then 20 points on a circle
    for (std::size_t i = 40; i < 60; ++i) {
        data[2 * i] = std::cos(static_cast<float>(i));
        data[2 * i + 1] = std::sin(static_cast<float>(i));
    }
    const VectorSet set = VectorSet::adopt(std::move(data), 60, 2);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    std::vector<std::uint32_t> others(59);
    std::iota(others.begin(), others.end(), 1u);
    auto candidates = candidates_of(set, 0, others);
    PruneScratch scratch;
    std::vector<Candidate> out;
    robust_prune(*space, candidates, 1.0f, 8, scratch, out);
    const auto copies = std::ranges::count_if(out, [](const Candidate& c) { return c.distance == 0; });
    QCOMPARE(copies, 4);
    QVERIFY(out.size() > 5);
}

void RobustPruneTest::lifted_inner_product_orders_by_product() {
    const VectorSet set = grid_points(200, 5, 1000, 21);
    const auto space = NodeSpace::create(set, Metric::InnerProduct, {});
    // The longest vector's extra coordinate is 0, as a query's is: from it, L2 orders by product.
    const auto view = set.view<float>();
    const auto product = [&](std::uint32_t a, std::uint32_t b) {
        return std::inner_product(view.row(a), view.row(a) + 5, view.row(b), 0.0);
    };
    std::uint32_t longest = 0;
    for (std::uint32_t i = 1; i < 200; ++i)
        if (product(i, i) > product(longest, longest))
            longest = i;
    std::vector<float> values;
    const Scorer scorer = space->from(longest, values);
    for (std::uint32_t a = 0; a < 200; ++a)
        for (std::uint32_t b = 0; b < 200; ++b)
            if (product(longest, a) > product(longest, b) * 1.0001)
                QVERIFY(scorer(a) < scorer(b));
    QCOMPARE(scorer(longest), 0.0f);
}

QTEST_GUILESS_MAIN(RobustPruneTest)
#include "tst_robust_prune.moc"
