// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "index/bounded_candidates.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace annscope;

namespace {

struct Item {
    float estimate, reach;
    std::uint32_t id;
};

std::vector<Item> items(std::size_t n, std::uint64_t seed) {
    Random random(seed);
    std::vector<Item> out(n);
    for (std::size_t i = 0; i < n; ++i)
        out[i] = {static_cast<float>(random.below(200)) - 100.F, static_cast<float>(random.uniform() * 20),
                  static_cast<std::uint32_t>(i)};
    return out;
}

/// By definition: the k least estimates of those whose lower bound is at most the final-th least upper bound.
std::vector<Neighbor> expected(std::vector<Item> all, std::size_t k, std::size_t final) {
    std::vector<float> uppers;
    for (const Item& item : all)
        uppers.push_back(item.estimate + item.reach);
    std::sort(uppers.begin(), uppers.end());
    if (final < k && final <= uppers.size())
        std::erase_if(all, [&](const Item& item) { return item.estimate - item.reach > uppers[final - 1]; });
    std::vector<Neighbor> out;
    for (const Item& item : all)
        out.push_back({item.estimate, Id{item.id}});
    std::sort(out.begin(), out.end());
    out.resize(k);
    return out;
}

} // namespace

class TestBoundedCandidates : public QObject {
    Q_OBJECT

private slots:
    void isItsDefinition_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("k");
        QTest::addColumn<int>("final");
        for (const int n : {0, 1, 7, 100, 3000})
            for (const auto& [k, final] :
                 {std::pair{1, 1}, {10, 10}, {40, 10}, {40, 39}, {200, 1}, {4000, 100}})
                QTest::addRow("%d: %d of %d", n, final, k) << n << k << final;
    }
    /// Whatever the order of the pushes, and whether the limit is prompt.
    void isItsDefinition() {
        QFETCH(int, n);
        QFETCH(int, k);
        QFETCH(int, final);
        const auto wanted = static_cast<std::size_t>(k), kept = static_cast<std::size_t>(final);
        BoundedCandidates candidates;
        for (std::uint64_t seed = 0; seed < 6; ++seed) {
            std::vector<Item> all = items(static_cast<std::size_t>(n), seed / 2);
            const std::vector<Neighbor> right = expected(all, wanted, kept);
            if (seed % 2)
                std::reverse(all.begin(), all.end());
            for (const bool prompt : {false, true}) {
                if (prompt && wanted == kept) // then estimates are final: they have no reach
                    for (Item& item : all)
                        item.reach = 0;
                candidates.begin(wanted, kept, prompt);
                float limit = candidates.limit();
                for (const Item& item : all) {
                    candidates.push(item.estimate, item.reach, item.id);
                    QVERIFY(candidates.limit() <= limit);
                    limit = candidates.limit();
                }
                std::vector<Neighbor> found(wanted);
                candidates.finish(found);
                QVERIFY(found == right);
            }
        }
    }

    void limitIsPromptWhereAsked() {
        BoundedCandidates candidates;
        candidates.begin(3, 3, true);
        for (const float estimate : {5.F, 4.F, 3.F, 2.F})
            candidates.push(estimate, 0, static_cast<std::uint32_t>(estimate));
        QCOMPARE(candidates.limit(), 4.F);
        QVERIFY(!candidates.push(4.5F, 0, 9));
    }
};

QTEST_GUILESS_MAIN(TestBoundedCandidates)
#include "tst_bounded_candidates.moc"
