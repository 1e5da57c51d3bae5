// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "core/trace_steps.h"
#include "index_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

using namespace annscope;

namespace {

/// Entry 1 at 9; expands 1: finds 2 (4, kept) and 3 (16, not kept); expands 2: finds 4 (1), which pushes 1
/// out.
PathTrace small_trace() {
    PathTrace trace;
    trace.consider(1, 9, true);
    trace.expand(1, 9);
    trace.consider(2, 4, true);
    trace.consider(3, 16, false);
    trace.expand(2, 4);
    trace.consider(4, 1, true);
    return trace;
}

/// Two upper levels with one candidate each, then the base with three.
PathTrace layered_trace() {
    PathTrace trace;
    trace.enter_level(2);
    trace.consider(7, 100, true);
    trace.expand(7, 100);
    trace.consider(8, 81, true);
    trace.consider(9, 90, false);
    trace.expand(8, 81);
    trace.enter_level(1);
    trace.consider(8, 81, true);
    trace.expand(8, 81);
    trace.consider(5, 49, true);
    trace.expand(5, 49);
    trace.consider(7, 100, false);
    trace.enter_level(0);
    trace.consider(5, 49, true);
    trace.expand(5, 49);
    trace.consider(1, 9, true);
    trace.consider(2, 16, true);
    trace.consider(3, 25, true);
    return trace;
}

std::vector<Id> ids_of(const std::vector<TraceEntry>& entries) {
    std::vector<Id> ids;
    for (const TraceEntry& entry : entries)
        ids.push_back(entry.id);
    return ids;
}

/// Events of a search that never was: kept ones would enter a list of that capacity.
PathTrace random_trace(std::size_t steps, std::size_t capacity, std::uint64_t seed) {
    Random random(seed);
    PathTrace trace;
    std::vector<float> list;
    Id next = 0;
    const auto consider = [&] {
        const auto d = static_cast<float>(random.below(40));
        const bool kept = list.size() < capacity || d < list.back();
        if (kept) {
            list.insert(std::ranges::upper_bound(list, d), d);
            list.resize(std::min(list.size(), capacity));
        }
        trace.consider(next++, d, kept);
    };
    consider();
    for (std::size_t s = 0; s < steps; ++s) {
        trace.expand(static_cast<Id>(random.below(static_cast<std::uint64_t>(next))), 1);
        for (std::size_t i = random.below(6); i > 0; --i)
            consider();
    }
    return trace;
}

/// The k nearest of a list, equal distances by id, as answers are ordered.
std::vector<std::pair<float, Id>> answer_of(const std::vector<TraceEntry>& entries, std::size_t k) {
    std::vector<std::pair<float, Id>> answer;
    for (std::size_t i = 0; i < std::min(k, entries.size()); ++i)
        answer.emplace_back(entries[i].distance, entries[i].id);
    std::ranges::sort(answer);
    return answer;
}

} // namespace

class TraceStepsTest : public QObject {
    Q_OBJECT
private slots:
    /// A search that compares everything has neither nodes nor cells: it becomes parts of equal size.
    void scansAreCutIntoParts() {
        PathTrace trace;
        std::vector<float> nearest; // the three nearest so far, as a scan keeps them
        Random random(4);
        for (Id id = 0; id < 100; ++id) {
            const auto d = static_cast<float>(random.below(1000));
            std::vector<float> after = nearest;
            after.insert(std::ranges::upper_bound(after, d), d);
            after.resize(std::min<std::size_t>(after.size(), 3));
            trace.consider(id, d, after != nearest);
            nearest = after;
        }
        const TraceSteps path(trace, 3, 3);
        QCOMPARE(path.steps.size(), std::size_t(25)); // 4 a part: at most kScanParts parts
        for (std::size_t s = 0; s < path.steps.size(); ++s) {
            const TraceStep& step = path.steps[s];
            QCOMPARE(step.kind, TraceStep::Kind::Scan);
            QCOMPARE(step.id, static_cast<Id>(s * 4));
            QCOMPARE(step.hop, static_cast<int>(s) + 1);
            float least = step.distance;
            for (const TraceVisit& visit : path.visits_in(s))
                least = std::min(least, visit.distance);
            QCOMPARE(step.distance, least);
            QVERIFY(s == 0 || step.kth <= path.steps[s - 1].kth);
        }
        QCOMPARE(path.steps.back().kth, nearest.back());
        QCOMPARE(TraceSteps(PathTrace(), 3, 3).steps.size(), std::size_t(0));
        trace.rerank(7, 1, 2); // re-ranking comes after the scan
        QCOMPARE(TraceSteps(trace, 3, 3).steps.back().kind, TraceStep::Kind::Rerank);
        QCOMPARE(TraceSteps(trace, 3, 3).steps.front().kind, TraceStep::Kind::Scan);
    }
    /// Some kinds tell as kept what was below a bound older than the list.
    void whatAScanKeptIsJudgedByTheList() {
        PathTrace trace;
        trace.probe_cell(5, 1);
        for (const float d : {4.0f, 3.0f, 9.0f, 2.0f})
            trace.consider(static_cast<Id>(d), d, true);
        const TraceSteps path(trace, 2, 2);
        QCOMPARE(path.steps[0].kept, std::size_t(3));
        QVERIFY(!path.visits[2].kept);
        QCOMPARE(ids_of(path.list_at(0).entries), (std::vector<Id>{2, 3}));
    }
    void foundByStepCountsTheFirstK() {
        const TraceSteps path(small_trace(), 3, 1);
        const std::vector<Id> ids{2, 4};
        QCOMPARE(path.found_by_step(ids), (std::vector<std::uint32_t>{0, 1, 1}));
        const TraceSteps two(small_trace(), 3, 2);
        QCOMPARE(two.found_by_step(ids), (std::vector<std::uint32_t>{0, 1, 2}));
        QCOMPARE(two.steps[0].kth, std::numeric_limits<float>::infinity());
        QCOMPARE(two.steps[2].kth, 4.0f);
    }
    void cutsIntoSteps();
    void listEntersAndEvicts();
    void cellsAreSteps();
    void levelsHaveListsOfTheirOwn();
    void levelMayBeginWithoutItsEntry();
    void rerankingIsTheLastStep();
    void rerankingMayLeaveSomeOut();
    void nothingHappened();
    void everyStepAsPlainReplay_data();
    void everyStepAsPlainReplay();
    void livesAgreeWithLists();
    void endsInTheAnswer_data();
    void endsInTheAnswer();
};

void TraceStepsTest::cutsIntoSteps() {
    const TraceSteps path(small_trace(), 2, 2);
    QCOMPARE(path.steps.size(), std::size_t(3));
    QCOMPARE(path.steps[0].kind, TraceStep::Kind::Start);
    QCOMPARE(path.steps[0].id, Id(1));
    QCOMPARE(path.steps[0].hop, 0);
    QCOMPARE(path.steps[1].hop, 1);
    QCOMPARE(path.steps[1].parent, kNoId); // the entry point was found by nobody
    QCOMPARE(path.steps[2].parent, Id(1));
    QCOMPARE(path.steps[1].kept, std::size_t(1));
    QCOMPARE(path.visits_in(1).size(), std::size_t(2));
    QVERIFY(std::isinf(path.steps[0].worst));
    QCOMPARE(path.steps[1].best, 4.0f);
    QCOMPARE(path.steps[0].farthest, 9.0f);
    QCOMPARE(path.steps[1].worst, 9.0f);
    QCOMPARE(path.steps[2].worst, 4.0f);
}

void TraceStepsTest::listEntersAndEvicts() {
    const TraceSteps path(small_trace(), 2, 2);
    const TraceList middle = path.list_at(1);
    QCOMPARE(ids_of(middle.entries), (std::vector<Id>{2, 1}));
    QVERIFY(middle.entries[0].entered && !middle.entries[0].expanded);
    QVERIFY(!middle.entries[1].entered && middle.entries[1].expanded);
    QVERIFY(middle.evicted.empty());
    const TraceList last = path.list_at(2);
    QCOMPARE(ids_of(last.entries), (std::vector<Id>{4, 2}));
    QVERIFY(!last.entries[1].entered && last.entries[1].expanded);
    QCOMPARE(ids_of(last.evicted), (std::vector<Id>{1}));
    QVERIFY(last.evicted[0].expanded);
    QCOMPARE(ids_of(path.list_at(99).entries), ids_of(last.entries)); // beyond the end: the end
}

void TraceStepsTest::cellsAreSteps() {
    PathTrace trace;
    trace.probe_cell(7, 2);
    trace.consider(1, 4, true);
    trace.probe_cell(3, 5);
    trace.consider(2, 3, true);
    const TraceSteps path(trace, 1, 1);
    QCOMPARE(path.steps.size(), std::size_t(2));
    QCOMPARE(path.steps[1].kind, TraceStep::Kind::Probe);
    QCOMPARE(path.steps[1].hop, 2);
    QCOMPARE(path.steps[1].id, Id(3));
    QCOMPARE(ids_of(path.list_at(1).entries), (std::vector<Id>{2}));
    QCOMPARE(ids_of(path.list_at(1).evicted), (std::vector<Id>{1}));
}

void TraceStepsTest::levelsHaveListsOfTheirOwn() {
    const TraceSteps path(layered_trace(), 3, 2);
    QCOMPARE(path.steps.size(), std::size_t(8));
    const int levels[] = {2, 2, 2, 1, 1, 1, 0, 0}, hops[] = {0, 1, 2, 2, 3, 4, 4, 5};
    for (std::size_t s = 0; s < path.steps.size(); ++s) {
        QCOMPARE(path.steps[s].level, levels[s]);
        QCOMPARE(path.steps[s].hop, hops[s]);
        QCOMPARE(path.steps[s].kind,
                 s == 0 || s == 3 || s == 6 ? TraceStep::Kind::Start : TraceStep::Kind::Expand);
    }
    QCOMPARE(path.steps[3].id, Id(8));
    QCOMPARE(path.steps[4].parent, kNoId); // an edge of level 2 does not lead here
    QCOMPARE(path.steps[5].parent, Id(8));
    QCOMPARE(ids_of(path.list_at(1).entries), (std::vector<Id>{8}));
    QCOMPARE(ids_of(path.list_at(1).evicted), (std::vector<Id>{7}));
    const TraceList entered = path.list_at(6);
    QCOMPARE(ids_of(entered.entries), (std::vector<Id>{5}));
    QVERIFY(!entered.entries[0].expanded); // it waits again
    QCOMPARE(ids_of(path.list_at(7).entries), (std::vector<Id>{1, 2, 3}));
    QCOMPARE(ids_of(path.list_at(7).evicted), (std::vector<Id>{5}));
    QVERIFY(std::isinf(path.steps[6].worst));
    QCOMPARE(path.steps[7].worst, 25.0f);

    const std::vector<Id> wanted{1, 7, 9, 11};
    const auto lives = path.follow(wanted);
    QCOMPARE(lives[0].met, 7);
    QCOMPARE(lives[0].left, -1);
    QCOMPARE(lives[1].left, 1);
    QCOMPARE(lives[1].expanded, 1);
    QCOMPARE(lives[2].met, 1);
    QCOMPARE(lives[2].entered, -1);
    QCOMPARE(lives[3].met, -1);
}

/// An index may go on with the node it has instead of telling its distance again.
void TraceStepsTest::levelMayBeginWithoutItsEntry() {
    PathTrace trace;
    trace.enter_level(1);
    trace.consider(3, 9, true);
    trace.expand(3, 9);
    trace.enter_level(0);
    trace.expand(3, 9);
    trace.consider(4, 1, true);
    const TraceSteps path(trace, 4, 1);
    QCOMPARE(path.steps[2].kind, TraceStep::Kind::Start);
    QCOMPARE(path.steps[2].id, Id(3));
    QCOMPARE(path.steps[2].distance, 9.0f);
    QCOMPARE(ids_of(path.list_at(3).entries), (std::vector<Id>{4, 3}));
}

void TraceStepsTest::rerankingIsTheLastStep() {
    PathTrace trace = small_trace();
    trace.rerank(4, 1, 5);
    trace.rerank(2, 4, 3);
    const TraceSteps path(trace, 2, 1);
    QCOMPARE(path.steps.size(), std::size_t(4));
    const TraceStep& step = path.steps.back();
    QCOMPARE(step.kind, TraceStep::Kind::Rerank);
    QCOMPARE(step.hop, 2);
    QCOMPARE(step.best, 3.0f);
    QCOMPARE(step.listed, std::size_t(1));
    const TraceList list = path.list_at(3);
    QCOMPARE(ids_of(list.entries), (std::vector<Id>{2}));
    QCOMPARE(list.entries[0].approximate, 4.0f);
    QVERIFY(list.entries[0].expanded);
    QCOMPARE(ids_of(list.evicted), (std::vector<Id>{4}));
    QCOMPARE(path.follow(std::vector<Id>{4})[0].left, 3);
}

/// What cannot be among the k best need not be ranked again: it leaves all the same.
void TraceStepsTest::rerankingMayLeaveSomeOut() {
    PathTrace trace = small_trace();
    trace.rerank(4, 1, 1.5f);
    const TraceSteps path(trace, 2, 1);
    const TraceList list = path.list_at(3);
    QCOMPARE(ids_of(list.entries), (std::vector<Id>{4}));
    QCOMPARE(ids_of(list.evicted), (std::vector<Id>{2}));
    QCOMPARE(list.evicted[0].distance, 4.0f);
    QCOMPARE(path.follow(std::vector<Id>{2})[0].left, 3);
}

void TraceStepsTest::nothingHappened() {
    const TraceSteps path(PathTrace{}, 0, 0);
    QVERIFY(path.steps.empty());
    QVERIFY(path.list_at(0).entries.empty());
    QCOMPARE(path.follow(std::vector<Id>{1, 1})[1].met, -1);
    QVERIFY(TraceSteps().list_at(3).entries.empty());
}

void TraceStepsTest::everyStepAsPlainReplay_data() {
    QTest::addColumn<int>("steps");
    QTest::addColumn<int>("capacity");
    QTest::newRow("short") << 5 << 1;
    QTest::newRow("one checkpoint") << 15 << 3;
    QTest::newRow("many checkpoints") << 900 << 10;
    QTest::newRow("wide list") << 2000 << 200;
}

/// Every list is what sorting all that was kept so far, the first come first, leaves.
void TraceStepsTest::everyStepAsPlainReplay() {
    QFETCH(const int, steps);
    QFETCH(const int, capacity);
    const auto width = static_cast<std::size_t>(capacity);
    const TraceSteps path(random_trace(static_cast<std::size_t>(steps), width, 3), width, 1);
    std::vector<TraceVisit> list;
    for (std::size_t s = 0; s < path.steps.size(); ++s) {
        for (const TraceVisit& visit : path.visits_in(s))
            if (visit.kept)
                list.push_back(visit);
        std::ranges::stable_sort(list, {}, &TraceVisit::distance);
        list.resize(std::min(list.size(), width));
        std::vector<Id> expected;
        for (const TraceVisit& visit : list)
            expected.push_back(visit.id);
        const TraceList replayed = path.list_at(s);
        QCOMPARE(ids_of(replayed.entries), expected);
        QCOMPARE(path.steps[s].listed, expected.size());
        QCOMPARE(path.steps[s].best, list.front().distance);
        if (list.size() == width)
            QCOMPARE(path.steps[s].worst, list.back().distance);
    }
}

void TraceStepsTest::livesAgreeWithLists() {
    const TraceSteps path(random_trace(120, 6, 5), 6, 1);
    std::map<Id, TraceLife> expected;
    for (std::size_t s = 0; s < path.steps.size(); ++s) {
        const int now = static_cast<int>(s);
        for (const TraceVisit& visit : path.visits_in(s)) {
            expected[visit.id].met = now;
            if (visit.kept)
                expected[visit.id].entered = now;
        }
        const TraceList list = path.list_at(s);
        for (const TraceEntry& entry : list.evicted)
            expected[entry.id].left = now;
        if (path.steps[s].kind == TraceStep::Kind::Expand)
            expected[path.steps[s].id].expanded = now;
    }
    std::vector<Id> ids;
    for (const auto& [id, life] : expected)
        ids.push_back(id);
    const auto lives = path.follow(ids);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        const TraceLife& want = expected[ids[i]];
        QCOMPARE(lives[i].met, want.met);
        QCOMPARE(lives[i].entered, want.entered);
        QCOMPARE(lives[i].expanded, want.expanded);
        QCOMPARE(lives[i].left, want.left);
    }
}

void TraceStepsTest::endsInTheAnswer_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<QString>("width"); // the parameter that sets the list's capacity, or is multiplied by k
    QTest::addColumn<int>("metric");
    const std::pair<const char*, const char*> kinds[] = {
        {"Vamana16", "Lsearch"},        {"HNSW8", "efSearch"}, {"HNSW8,SQ8", "efSearch"},
        {"Vamana16,SQ8", "Lsearch"},    {"IVF16,Flat", ""},    {"IVF16,SQ8", ""},
        {"IVF16,SQ4,RFlat", "k_factor"}};
    for (const auto& [factory, width] : kinds)
        for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
            QTest::addRow("%s %s", factory, std::string(name(metric)).c_str())
                << QString::fromLatin1(factory) << QString::fromLatin1(width) << static_cast<int>(metric);
}

/// The list after the last step is the answer of the search, entry by entry.
void TraceStepsTest::endsInTheAnswer() {
    QFETCH(const QString, factory);
    QFETCH(const QString, width);
    QFETCH(const int, metric);
    const VectorSet base = test::random_set(ElementType::F32, 600, 12, 11),
                    queries = test::random_set(ElementType::F32, 40, 12, 12);
    const auto index = test::build(factory.toStdString(), base, static_cast<Metric>(metric));
    QVERIFY2(index, index ? "" : index.error().message.c_str());
    constexpr std::size_t k = 10;
    for (const double value : {1.0, 4.0, 30.0, 64.0}) {
        SearchParams params;
        std::size_t capacity = k;
        if (!width.isEmpty()) {
            params.set(width.toStdString(), value);
            capacity = width == QLatin1String("k_factor") ? k * static_cast<std::size_t>(value)
                                                          : std::max(k, static_cast<std::size_t>(value));
        }
        for (std::size_t q = 0; q < queries.size(); ++q) {
            test::Answer answer = test::Answer::sized(k);
            PathTrace trace;
            QVERIFY((*index)->explain({queries.view<float>().row(q), 12}, k, params, answer.output(), trace));
            const TraceSteps path(trace, capacity, k);
            const auto replayed = answer_of(path.list_at(path.steps.size()).entries, k);
            std::vector<std::pair<float, Id>> expected;
            for (std::size_t i = 0; i < k; ++i)
                if (answer.ids[i] != kNoId)
                    expected.emplace_back(answer.distances[i], answer.ids[i]);
            std::ranges::sort(expected);
            QCOMPARE(replayed, expected);
        }
    }
}

QTEST_GUILESS_MAIN(TraceStepsTest)
#include "tst_trace_steps.moc"
