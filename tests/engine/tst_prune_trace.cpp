// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "graph/prune_trace.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <numeric>

using namespace annscope;

namespace {

VectorSet points(std::size_t n, std::uint64_t values, std::uint64_t seed) {
    Random random(seed);
    AlignedBuffer<float> data(n * 2);
    for (float& v : data)
        v = static_cast<float>(random.below(values));
    return VectorSet::adopt(std::move(data), n, 2);
}

double squared_distance(const VectorSet& set, std::uint32_t a, std::uint32_t b) {
    const auto view = set.view<float>();
    const double dx = static_cast<double>(view.row(a)[0]) - view.row(b)[0],
                 dy = static_cast<double>(view.row(a)[1]) - view.row(b)[1];
    return dx * dx + dy * dy;
}

std::vector<PruneCandidate> candidates_of(const VectorSet& set, std::uint32_t p) {
    std::vector<PruneCandidate> out;
    for (std::uint32_t id = 0; id < set.size(); ++id)
        if (id != p)
            out.push_back({{static_cast<float>(squared_distance(set, p, id)), id}, false});
    return out;
}

} // namespace

class PruneTraceTest : public QObject {
    Q_OBJECT
private slots:
    void tells_why_of_every_candidate_data();
    void tells_why_of_every_candidate();
    void excess_copies_are_told_apart();
};

void PruneTraceTest::tells_why_of_every_candidate_data() {
    QTest::addColumn<double>("alpha");
    QTest::addColumn<int>("degree");
    QTest::addColumn<int>("values");
    QTest::newRow("alpha 1") << 1.0 << 40 << 2048;
    QTest::newRow("alpha 1.25") << 1.25 << 40 << 2048;
    QTest::newRow("alpha 2, row full") << 2.0 << 5 << 2048;
    QTest::newRow("ties") << 1.25 << 12 << 8;
}

/// The oracle is the rule itself, in double precision on whole numbers, where float32 is exact.
void PruneTraceTest::tells_why_of_every_candidate() {
    QFETCH(double, alpha);
    QFETCH(int, degree);
    QFETCH(int, values);
    const VectorSet set = points(150, static_cast<std::uint64_t>(values), 5);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    PruneScratch scratch;
    for (std::uint32_t p = 0; p < set.size(); ++p) {
        std::vector<Candidate> plain, out;
        auto candidates = candidates_of(set, p);
        robust_prune(*space, candidates, static_cast<float>(alpha), static_cast<std::size_t>(degree), scratch,
                     plain);
        PruneTrace trace;
        candidates = candidates_of(set, p);
        robust_prune(*space, candidates, static_cast<float>(alpha), static_cast<std::size_t>(degree), scratch,
                     out, trace);
        QCOMPARE(out, plain);
        QCOMPARE(trace.steps.size(), set.size() - 1);

        std::vector<Candidate> kept;
        for (const PruneStep& step : trace.steps) {
            const auto rules_out = [&](const Candidate& k) {
                return k.distance > 0 &&
                       alpha * squared_distance(set, k.id, step.node.id) <= step.node.distance;
            };
            const auto first = std::ranges::find_if(kept, rules_out);
            switch (step.verdict) {
            case PruneVerdict::Kept:
                QVERIFY(first == kept.end());
                kept.push_back(step.node);
                break;
            case PruneVerdict::RuledOut:
                QVERIFY(first != kept.end());
                QCOMPARE(step.by, first->id);
                QCOMPARE(static_cast<double>(step.between), squared_distance(set, step.by, step.node.id));
                break;
            case PruneVerdict::NoRoom:
                QVERIFY(kept.size() == static_cast<std::size_t>(degree));
                break;
            case PruneVerdict::ExcessCopy:
                QVERIFY(step.node.distance == 0);
                break;
            }
        }
        QCOMPARE(kept, out);
        QVERIFY(std::ranges::is_sorted(trace.steps, std::less<>(), &PruneStep::node));
    }
}

void PruneTraceTest::excess_copies_are_told_apart() {
    AlignedBuffer<float> data(10 * 2); // 9 copies of the origin and one other point
    data[18] = 3;
    const VectorSet set = VectorSet::adopt(std::move(data), 10, 2);
    const auto space = NodeSpace::create(set, Metric::L2, {});
    auto candidates = candidates_of(set, 0);
    PruneScratch scratch;
    std::vector<Candidate> out;
    PruneTrace trace;
    robust_prune(*space, candidates, 1.2f, 6, scratch, out, trace);
    const auto count = [&](PruneVerdict verdict) {
        return std::ranges::count(trace.steps, verdict, &PruneStep::verdict);
    };
    QCOMPARE(count(PruneVerdict::Kept), 4);
    QCOMPARE(count(PruneVerdict::ExcessCopy), 5);
    QCOMPARE(out.back().id, 9u);
}

QTEST_GUILESS_MAIN(PruneTraceTest)
#include "tst_prune_trace.moc"
