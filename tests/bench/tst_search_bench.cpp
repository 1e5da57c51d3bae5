// SPDX-License-Identifier: GPL-3.0-or-later
// What the benchmarks of searches conclude from what they measured: a benchmark that cannot tell wrong
// answers from right ones, or that reads speeds off the wrong point, is worse than none.
#include "bench/support/arguments.h"
#include "bench/support/passes.h"
#include "bench/support/shelf.h"
#include "spec/parser.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace annscope;
using namespace annscope::bench;

namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// The numbers 0 to 9 on a line, and 2.25 and 6.5 to look for; 6 and 7 are equally near to the latter.
Dataset line() {
    Dataset data;
    std::vector<float> base(10);
    std::iota(base.begin(), base.end(), 0.0f);
    const std::vector<float> queries{2.25f, 6.5f};
    data.name = "line";
    data.base = VectorSet::copy(VectorView(base.data(), 10, 1));
    data.queries = VectorSet::copy(VectorView(queries.data(), 2, 1));
    data.truth = {2, 3, {2, 3, 1, 6, 7, 5}, {}};
    return data;
}

using Ids = std::vector<Id>;
using Floats = std::vector<float>;
const Ids kRightIds{2, 3, 1, 7, 6, 8};
const Floats kRightDistances{0.0625f, 0.5625f, 1.5625f, 0.25f, 0.25f, 2.25f};

CurvePoint point(double recall, double qps) {
    CurvePoint out;
    out.recall = recall;
    out.qps = out.cpu_qps = qps;
    return out;
}

Result<Arguments> parsed(std::vector<const char*> texts) {
    Arguments defaults;
    defaults.data = "own.hdf5";
    defaults.series = {{"HNSW16 # efSearch=10,20", 0.99}, {"Vamana32", 0.9}};
    return parse_arguments(texts, defaults);
}

} // namespace

class TestSearchBench : public QObject {
    Q_OBJECT
private slots:
    void verdict_data();
    void verdict();
    void passesTellWrongAnswers_data();
    void passesTellWrongAnswers();
    void worth_data();
    void worth();
    void speedAtEqualRecall();
    void arguments();
    void badArguments_data();
    void badArguments();
    void partsOfSeries();
    void shelfKeepsIndexes();
    void shelfRefusesOthers();
    void shelfKeepsOthers();
};

void TestSearchBench::verdict_data() {
    QTest::addColumn<Ids>("ids");
    QTest::addColumn<Floats>("distances");
    QTest::addColumn<bool>("ofVectors");
    QTest::addColumn<double>("recall");
    QTest::addColumn<QList<int>>("faults"); // strangers, wrong distances, unordered

    const auto ids = [](std::size_t at, Id id) {
        Ids out = kRightIds;
        out[at] = id;
        return out;
    };
    const auto distances = [](std::size_t at, float distance) {
        Floats out = kRightDistances;
        out[at] = distance;
        return out;
    };
    const QList<int> none{0, 0, 0};
    QTest::newRow("right, with a tie the other way round")
        << kRightIds << kRightDistances << true << 1.0 << none;
    QTest::newRow("none found") << ids(2, kNoId) << distances(2, INFINITY) << true << 5.0 / 6 << none;
    QTest::newRow("a farther one") << ids(2, 4) << distances(2, 3.0625f) << true << 5.0 / 6 << none;
    QTest::newRow("a stranger") << ids(2, 10) << kRightDistances << true << 5.0 / 6 << QList<int>{1, 0, 0};
    QTest::newRow("below none") << ids(2, -2) << kRightDistances << true << 5.0 / 6 << QList<int>{1, 0, 0};
    QTest::newRow("twice") << ids(1, 2) << distances(1, 0.0625f) << true << 5.0 / 6 << QList<int>{1, 0, 0};
    QTest::newRow("in two answers") << ids(2, 7) << distances(2, 22.5625f) << true << 5.0 / 6 << none;
    QTest::newRow("another's distance")
        << ids(2, 4) << kRightDistances << true << 5.0 / 6 << QList<int>{0, 1, 0};
    QTest::newRow("rounding") << kRightIds << distances(2, 1.56255f) << true << 1.0 << none;
    QTest::newRow("more than rounding")
        << kRightIds << distances(2, 1.563f) << true << 1.0 << QList<int>{0, 1, 0};
    QTest::newRow("of codes") << kRightIds << distances(2, 1.7f) << false << 1.0 << none;
    QTest::newRow("NaN") << kRightIds << distances(2, kNaN) << true << 1.0 << QList<int>{0, 1, 1};
    QTest::newRow("of codes, out of order")
        << kRightIds << distances(2, 0.5f) << false << 1.0 << QList<int>{0, 0, 1};
}

void TestSearchBench::verdict() {
    QFETCH(Ids, ids);
    QFETCH(Floats, distances);
    QFETCH(bool, ofVectors);
    QFETCH(double, recall);
    QFETCH(QList<int>, faults);
    const Dataset data = line();
    const Verdict verdict = Judge(data, 2, 3).judge(ids, distances, ofVectors);
    QCOMPARE(verdict.recall, recall);
    QCOMPARE(static_cast<int>(verdict.strangers), faults[0]);
    QCOMPARE(static_cast<int>(verdict.wrong_distances), faults[1]);
    QCOMPARE(static_cast<int>(verdict.unordered), faults[2]);
    QCOMPARE(verdict.right(), faults == (QList<int>{0, 0, 0}));
}

void TestSearchBench::passesTellWrongAnswers_data() {
    QTest::addColumn<QString>("fault");
    QTest::addColumn<QString>("complaint");
    QTest::newRow("none") << ""
                          << "";
    QTest::newRow("wrong distance") << "distance"
                                    << "1 wrong distances";
    QTest::newRow("changes") << "changes"
                             << "when it was asked again";
    QTest::newRow("fails") << "fails"
                           << "failed for 1 queries";
    QTest::newRow("fails later") << "fails later"
                                 << "failed for 1 queries";
    QTest::newRow("batch differs") << "batch"
                                   << "something else for all queries at once";
    QTest::newRow("batch fails") << "batch fails"
                                 << "no batches here";
}

void TestSearchBench::passesTellWrongAnswers() {
    QFETCH(QString, fault);
    QFETCH(QString, complaint);
    const Dataset data = line();
    int asked = 0;
    const auto one = [&](const float* query, SearchOutput out) -> Result<SearchStats> {
        const std::size_t begin = *query == 2.25f ? 0 : 3;
        std::copy_n(kRightIds.begin() + static_cast<std::ptrdiff_t>(begin), 3, out.ids.begin());
        std::copy_n(kRightDistances.begin() + static_cast<std::ptrdiff_t>(begin), 3, out.distances.begin());
        ++asked;
        if (fault == "distance" && begin == 0)
            out.distances[2] = 1.6f;
        if (fault == "changes" && asked == 5)
            std::swap(out.ids[0], out.ids[1]);
        if ((fault == "fails" && asked == 2) || (fault == "fails later" && asked == 4))
            return Error{ErrorCode::Internal, "not now"};
        return SearchStats{.distances = 4, .hops = 2};
    };
    const auto all = [&](SearchOutput out) -> Status {
        if (fault == "batch fails")
            return Error{ErrorCode::Internal, "no batches here"};
        std::ranges::copy(kRightIds, out.ids.begin());
        std::ranges::copy(kRightDistances, out.distances.begin());
        if (fault == "batch")
            out.ids[2] = 9;
        return {};
    };
    Passes passes(data, 2, 3, 3);
    passes.add({"one", "width=3", one, all, true});
    const std::vector<Curve> curves = passes.run();
    QCOMPARE(curves.size(), std::size_t{1});
    QCOMPARE(curves[0].points.size(), std::size_t{1});
    QCOMPARE(asked, 2 * (1 + 3));
    const auto& complaints = passes.complaints();
    QCOMPARE(complaints.size(), std::size_t{complaint.isEmpty() ? 0u : 1u});
    if (!complaint.isEmpty())
        QVERIFY2(complaints[0].find(complaint.toStdString()) != std::string::npos, complaints[0].c_str());
    if (complaint.isEmpty()) {
        QCOMPARE(curves[0].points[0].recall, 1.0);
        QCOMPARE(curves[0].points[0].hops, 2.0);
        QCOMPARE(curves[0].points[0].distances, 4.0);
        QVERIFY(curves[0].points[0].qps > 0 && curves[0].points[0].batch_qps > 0);
    }
}

void TestSearchBench::worth_data() {
    QTest::addColumn<QList<QPair<double, double>>>("points");
    QTest::addColumn<QList<bool>>("expected");
    using Points = QList<QPair<double, double>>;
    QTest::newRow("a curve") << Points{{0.9, 900}, {0.95, 500}, {0.99, 100}} << QList<bool>{true, true, true};
    QTest::newRow("clearly beaten") << Points{{0.9, 100}, {0.95, 126}} << QList<bool>{false, true};
    QTest::newRow("a little beaten") << Points{{0.9, 100}, {0.95, 124}} << QList<bool>{true, true};
    QTest::newRow("beyond question") << Points{{0.99, 300}, {0.9989, 200}, {0.9995, 100}}
                                     << QList<bool>{true, true, false};
    QTest::newRow("all beyond") << Points{{0.999, 100}, {0.9995, 120}} << QList<bool>{true, true};
    QTest::newRow("one of two alike") << Points{{0.9, 100}, {0.9, 100}} << QList<bool>{true, true};
}

void TestSearchBench::worth() {
    using Points = QList<QPair<double, double>>;
    QFETCH(Points, points);
    QFETCH(QList<bool>, expected);
    std::vector<CurvePoint> curve;
    for (const auto& [recall, qps] : points)
        curve.push_back(point(recall, qps));
    const std::vector<bool> found = worth_measuring(curve);
    QCOMPARE(QList<bool>(found.begin(), found.end()), expected);
}

void TestSearchBench::speedAtEqualRecall() {
    std::vector<Curve> curves{{"peer", {point(0.94, 400), point(0.96, 100), point(0.98, 50)}},
                              {"ours", {point(0.97, 300), point(0.995, 30)}}};
    curves[1].points[0].batch_qps = 900;
    const nlohmann::json table = at_equal_recall(curves, "peer", 2);
    const nlohmann::json &half = table["ours"]["0.95"], &high = table["ours"]["0.99"];
    QVERIFY(std::abs(table["peer"]["0.95"]["qps"].get<double>() - 200) < 1e-9); // log-linear
    QCOMPARE(half["qps"].get<double>(), 300.0);
    QVERIFY(std::abs(half["ratio"].get<double>() - 1.5) < 1e-9);
    QVERIFY(std::abs(half["cpu_ratio"].get<double>() - 1.5) < 1e-9);
    QVERIFY(half["at_least"].get<bool>() && !half["peer_at_least"].get<bool>());
    QVERIFY(table["peer"]["0.90"]["at_least"].get<bool>());
    QVERIFY(!high["at_least"].get<bool>());
    QVERIFY(high["qps"].get<double>() > 30 && high["qps"].get<double>() < 300);
    QCOMPARE(high["ratio"].get<double>(), 0.0); // the peer does not get there
    QCOMPARE(half["batch_per_thread"].get<double>(), 1.5);
    QVERIFY(!table["peer"]["0.95"].contains("batch_qps"));
    const nlohmann::json list = to_json(curves)["peer"];
    QCOMPARE(list.size(), std::size_t{3});
    QCOMPARE(list[2]["recall"].get<double>(), 0.98);
}

void TestSearchBench::arguments() {
    const auto none = parsed({});
    QVERIFY(none);
    QCOMPARE(none->series.size(), std::size_t{2});
    QCOMPARE(none->data.string(), std::string("own.hdf5"));
    const auto some = parsed({"--config", "HNSW16", "--config", "Flat # x=1", "--clusters", "5000,32",
                              "--repeats", "3", "--queries", "70", "--batches", "0", "--keep", "there"});
    QVERIFY(some);
    QCOMPARE(some->series.size(), std::size_t{2});
    QCOMPARE(some->series[0].configuration, std::string("HNSW16 # efSearch=10,20"));
    QCOMPARE(some->series[0].recall, 0.99);
    QCOMPARE(some->series[1].configuration, std::string("Flat # x=1"));
    QCOMPARE(some->series[1].recall, 0.0);
    QCOMPARE(some->cluster_rows, std::size_t{5000});
    QCOMPARE(some->cluster_dim, std::size_t{32});
    QCOMPARE(some->repeats, std::size_t{3});
    QCOMPARE(some->queries, std::size_t{70});
    QVERIFY(!some->batches);
    QCOMPARE(some->keep.string(), std::string("there"));
}

void TestSearchBench::badArguments_data() {
    QTest::addColumn<QByteArrayList>("texts");
    QTest::addColumn<QString>("message");
    QTest::newRow("unknown") << QByteArrayList{"--speed", "1"} << "\"--speed\" is none of --data";
    QTest::newRow("nothing after it") << QByteArrayList{"--data"} << "--data is followed by nothing";
    QTest::newRow("no number") << QByteArrayList{"--repeats", "5x"} << "a whole number of at least 1";
    QTest::newRow("too small") << QByteArrayList{"--repeats", "0"} << "a whole number of at least 1";
    QTest::newRow("negative") << QByteArrayList{"--queries", "-3"} << "a whole number of at least 1";
    QTest::newRow("one number") << QByteArrayList{"--clusters", "1000"} << "N,DIM";
    QTest::newRow("empty series") << QByteArrayList{"--config", " # "} << "a configuration";
}

void TestSearchBench::badArguments() {
    QFETCH(QByteArrayList, texts);
    QFETCH(QString, message);
    std::vector<const char*> pointers;
    for (const QByteArray& text : texts)
        pointers.push_back(text.constData());
    const auto result = parsed(pointers);
    QVERIFY(!result);
    QVERIFY2(result.error().message.find(message.toStdString()) != std::string::npos,
             result.error().message.c_str());
}

void TestSearchBench::partsOfSeries() {
    using Parts = std::vector<std::string>;
    QCOMPARE(parts_of("HNSW16"), Parts{"HNSW16"});
    QCOMPARE(parts_of("  A|b=1 # x=1,2 #y=3 "), (Parts{"A|b=1", "x=1,2", "y=3"}));
    QCOMPARE(parts_of("A#x=1#"), (Parts{"A", "x=1"}));
    QCOMPARE(parts_of(" # "), Parts{});
    const auto grids = grids_of("A # x=1,2 # y=3");
    QVERIFY(grids);
    QCOMPARE(grids->points().size(), std::size_t{2});
    QVERIFY(!grids_of("A # x"));
}

void TestSearchBench::shelfKeepsIndexes() {
    const QTemporaryDir folder;
    const Dataset data = line();
    const Configuration configuration = parse_configuration("Vamana4|Lbuild=20|Lsearch=30").value();
    const auto nothing = Shelf::open("", data.base, 1);
    QVERIFY(nothing && nothing->index(configuration)->time && nothing->path_of("x").empty());
    const std::filesystem::path path = folder.filePath("made/here").toStdString();
    const auto shelf = Shelf::open(path, data.base, 1);
    QVERIFY(shelf);
    const auto built = shelf->index(configuration), loaded = shelf->index(configuration);
    QVERIFY(built && built->time);
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    QVERIFY(!loaded->time);
    QCOMPARE(loaded->index->info().size, std::size_t{10});
    QVERIFY(shelf->index(parse_configuration("Vamana4|Lbuild=21").value())->time); // another graph
    QCOMPARE(std::distance(std::filesystem::directory_iterator(path), {}), std::ptrdiff_t{2});
}

void TestSearchBench::shelfRefusesOthers() {
    const QTemporaryDir folder;
    const Dataset data = line();
    const std::filesystem::path path = folder.path().toStdString();
    const auto shelf = Shelf::open(path, data.base, 1);
    const Configuration flat = parse_configuration("Flat").value(),
                        graph = parse_configuration("Vamana4").value();
    QVERIFY(shelf->index(flat));
    std::filesystem::rename(shelf->path_of("Flat"), shelf->path_of("Vamana4"));
    const auto result = shelf->index(graph);
    QVERIFY(!result);
    QVERIFY2(result.error().message.find("expected was Vamana4 of 10 x 1") != std::string::npos,
             result.error().message.c_str());
    // Other vectors of the same shape have files of their own.
    std::vector<float> others(10, 0.5f);
    others[3] = 1;
    const auto other = Shelf::open(path, VectorSet::copy(VectorView(others.data(), 10, 1)), 1);
    QVERIFY(other->index(graph)->time);
}

void TestSearchBench::shelfKeepsOthers() {
    const QTemporaryDir folder;
    const auto shelf = Shelf::open(folder.path().toStdString(), line().base, 1);
    std::string did;
    const auto build = [&]() -> Status {
        did += 'b';
        return {};
    };
    bool fails = true;
    const auto save = [&](const std::filesystem::path& path) -> Status {
        did += 's';
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::WriteOnly) || fails)
            return Error{ErrorCode::Io, "full"};
        return {};
    };
    const auto load = [&](const std::filesystem::path&) -> Status {
        did += 'l';
        return {};
    };
    const auto failed = shelf->other("its M=16", build, save, load);
    QVERIFY(!failed && failed.error().message == "full");
    fails = false;
    const auto first = shelf->other("its M=16", build, save, load);
    QVERIFY(first && first->has_value());
    const auto second = shelf->other("its M=16", build, save, load);
    QVERIFY(second && !second->has_value());
    QCOMPARE(did, std::string("bsbsl"));
}

QTEST_GUILESS_MAIN(TestSearchBench)
#include "tst_search_bench.moc"
