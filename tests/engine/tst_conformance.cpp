// SPDX-License-Identifier: GPL-3.0-or-later
// What every kind of index must do, for each metric and element type. A new kind is tested here by being in
// the registry.
#include "index_fixture.h"

#include "index/serialize.h"
#include "index/storage.h"

#include <QTemporaryDir>
#include <QTest>

#include <set>
#include <thread>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 400, kDim = 12, kQueries = 40, kNeighbors = 10;
constexpr Metric kMetrics[] = {Metric::L2, Metric::InnerProduct, Metric::Cosine};
constexpr ElementType kTypes[] = {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8};

const char* c_str(std::string_view text) {
    return text.data(); // the names are literals
}

/// From a query to what a code decodes to; for cosine that is near unit length and is not normalised again.
double code_distance(const std::vector<float>& decoded, const float* query, Metric metric) {
    double l2 = 0, ip = 0, qq = 0;
    for (std::size_t j = 0; j < decoded.size(); ++j) {
        const double x = decoded[j], q = query[j];
        l2 += (x - q) * (x - q);
        ip += x * q;
        qq += q * q;
    }
    return metric == Metric::L2 ? l2 : metric == Metric::InnerProduct ? -ip : -ip / std::sqrt(qq);
}

/// How far apart the distances of a query's answer are.
double span_of(const Answer& answer, std::size_t q) {
    return static_cast<double>(answer.distances[q * kNeighbors + kNeighbors - 1] -
                               answer.distances[q * kNeighbors]);
}

} // namespace

#define REQUIRE_OK(result) QVERIFY2((result).ok(), (result).ok() ? "" : (result).error().message.c_str())
#define REQUIRE_ERROR(result, expected)                                                                      \
    do {                                                                                                     \
        QVERIFY(!(result).ok());                                                                             \
        QCOMPARE(c_str(name((result).error().code)), c_str(name(expected)));                                 \
        QVERIFY((result).error().message.size() > 10);                                                       \
    } while (false)

class TestConformance : public QObject {
    Q_OBJECT

private:
    /// One row per kind's example, metric and element type.
    static void rows() {
        QTest::addColumn<QByteArray>("example");
        QTest::addColumn<int>("metric_number");
        QTest::addColumn<int>("type_number");
        for (const Kind* kind : kinds()) {
            std::vector<std::string_view> examples{kind->example};
            examples.insert(examples.end(), kind->more_examples.begin(), kind->more_examples.end());
            for (const std::string_view example : examples)
                for (const Metric metric : kMetrics)
                    for (const ElementType type : kTypes)
                        if (!kind->allows || kind->allows(configuration(example).spec.root, metric))
                            QTest::addRow("%s %s %s", c_str(example), c_str(name(metric)), c_str(name(type)))
                                << QByteArray(example.data(), static_cast<qsizetype>(example.size()))
                                << static_cast<int>(metric) << static_cast<int>(type);
        }
    }
    void fetch() {
        QFETCH(QByteArray, example);
        QFETCH(int, metric_number);
        QFETCH(int, type_number);
        m_example = example.toStdString();
        m_kind = find_kind(configuration(m_example).spec.root);
        QVERIFY(m_kind);
        m_metric = static_cast<Metric>(metric_number);
        m_type = static_cast<ElementType>(type_number);
        m_base = random_set(m_type, kRows, kDim, 1);
        m_queries = random_set(m_type, kQueries, kDim, 2).to_float();
    }

    BuildContext context(std::size_t dim) const {
        return {dim, m_metric, configuration(m_example).build, 1};
    }
    bool exact() const { return m_kind->distances == Distances::OfVectors; }

    const Kind* m_kind = nullptr;
    std::string m_example;
    Metric m_metric = Metric::L2;
    ElementType m_type = ElementType::F32;
    VectorSet m_base, m_queries;

private slots:
    void recallAgainstBruteForce_data() { rows(); }
    void recallAgainstBruteForce();
    void anyThreadsAndBatchesAgree_data() { rows(); }
    void anyThreadsAndBatchesAgree();
    void moreNeighborsThanVectors_data() { rows(); }
    void moreNeighborsThanVectors();
    void fewVectors_data() { rows(); }
    void fewVectors();
    void statsArePlausible_data() { rows(); }
    void statsArePlausible();
    void sizeEstimateIsExact_data() { rows(); }
    void sizeEstimateIsExact();
    void savedIndexAnswersTheSame_data() { rows(); }
    void savedIndexAnswersTheSame();
    void explainIsTheSameSearch_data() { rows(); }
    void explainIsTheSameSearch();
    void concurrentSearches_data() { rows(); }
    void concurrentSearches();
    void errors_data() { rows(); }
    void errors();
    void cancelLeavesTheIndexAsItWas_data() { rows(); }
    void cancelLeavesTheIndexAsItWas();
    void cancelAtAnyTime_data() { rows(); }
    void cancelAtAnyTime();
    void registryIsConsistent();
};

void TestConformance::recallAgainstBruteForce() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const auto answer = search(**index, m_queries, kNeighbors, thorough(**index));
    REQUIRE_OK(answer);
    const double recall = recall_of(*answer, m_base, m_queries, m_metric, kNeighbors);
    const bool all = m_kind->name == "Flat" || m_kind->name == "IVF,Flat";
    // A small graph over points that have no near neighbours by inner product is not exact; twelve bits a
    // vector are coarse, above all where they tell directions of points on one side of the origin: four
    // times what chance gives.
    // A transform that moves the origin or scales rows changes which inner products are large.
    const bool other = m_kind->distances == Distances::OfTransformed && m_metric == Metric::InnerProduct;
    const double floor = all                                ? 1.0
                         : other                            ? 0.0
                         : !exact()                         ? (m_metric == Metric::L2 ? 0.25 : 0.1)
                         : m_metric == Metric::InnerProduct ? 0.8
                                                            : 0.97;
    QVERIFY2(recall >= floor, qPrintable(QString::number(recall)));
    const double tolerance = m_kind->distances == Distances::OfTables ? 0.05 : 1e-4;

    for (std::size_t q = 0; q < kQueries; ++q) {
        const float* query = m_queries.view<float>().row(q);
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            const Id id = answer->ids[q * kNeighbors + i];
            QVERIFY(id >= 0 && id < static_cast<Id>(kRows));
            const double got = static_cast<double>(answer->distances[q * kNeighbors + i]);
            if (exact()) {
                const double expected =
                    oracle_distance(m_base, static_cast<std::size_t>(id), query, m_metric);
                QVERIFY2(std::abs(got - expected) <= 1e-5 * std::abs(expected) + 1e-5,
                         qPrintable(QString("%1 %2").arg(got).arg(expected)));
            } else if (m_kind->distances == Distances::OfCodes || m_kind->distances == Distances::OfTables) {
                std::vector<float> decoded(kDim);
                const Status status = (*index)->reconstruct(id, decoded);
                REQUIRE_OK(status);
                const double expected = code_distance(decoded, query, m_metric);
                const double scale = std::abs(expected) + span_of(*answer, q);
                QVERIFY2(std::abs(got - expected) <= tolerance * scale + 1e-5,
                         qPrintable(QString("%1 %2").arg(got).arg(expected)));
            }
            if (i > 0) {
                const Neighbor before{answer->distances[q * kNeighbors + i - 1],
                                      answer->ids[q * kNeighbors + i - 1]};
                QVERIFY((before < Neighbor{answer->distances[q * kNeighbors + i], id}));
            }
        }
    }
}

void TestConformance::anyThreadsAndBatchesAgree() {
    fetch();
    const auto index = build(m_example, m_base, m_metric, {}, 1);
    const auto other = build(m_example, m_base, m_metric, {}, 4);
    REQUIRE_OK(index);
    REQUIRE_OK(other);
    const auto batch = search(**index, m_queries, kNeighbors, {}, 1);
    const auto parallel = search(**index, m_queries, kNeighbors, {}, 4);
    const auto built_by_four = search(**other, m_queries, kNeighbors, {}, 4);
    REQUIRE_OK(batch);
    REQUIRE_OK(parallel);
    REQUIRE_OK(built_by_four);
    QVERIFY(*batch == *parallel);
    QVERIFY(*batch == *built_by_four);
    QCOMPARE(batch->stats.distances, parallel->stats.distances);
    std::uint64_t distances = 0;
    for (std::size_t q = 0; q < kQueries; ++q) {
        const auto single = search(**index, m_queries.slice(q, 1), kNeighbors, {});
        REQUIRE_OK(single);
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            QCOMPARE(single->ids[i], batch->ids[q * kNeighbors + i]);
            QCOMPARE(single->distances[i], batch->distances[q * kNeighbors + i]);
        }
        distances += single->stats.distances;
    }
    QCOMPARE(distances, batch->stats.distances);
}

void TestConformance::moreNeighborsThanVectors() {
    fetch();
    const VectorSet base = m_base.slice(0, 40);
    const auto index = build(m_example, base, m_metric);
    REQUIRE_OK(index);
    const std::size_t k = 55;
    const auto answer = search(**index, m_queries.slice(0, 3), k, thorough(**index));
    REQUIRE_OK(answer);
    for (std::size_t q = 0; q < 3; ++q) {
        std::set<Id> seen;
        bool ended = false;
        for (std::size_t i = 0; i < k; ++i) {
            const Id id = answer->ids[q * k + i];
            ended = ended || id == kNoId;
            QCOMPARE(id == kNoId, ended);
            if (ended)
                QVERIFY(std::isinf(answer->distances[q * k + i]));
            else
                QVERIFY(seen.insert(id).second);
        }
        QVERIFY2(seen.size() >= 36, qPrintable(QString::number(seen.size()))); // Flat and IVF: 40, below
        if (m_kind->name != "Vamana")
            QCOMPARE(seen.size(), std::size_t{40});
    }
}

void TestConformance::fewVectors() {
    fetch();
    for (std::size_t n = 0; n <= 20; ++n) {
        const VectorSet base = m_base.slice(0, n);
        const auto index = build(m_example, base, m_metric);
        const bool learns = m_example.find("IVF") != std::string::npos || !exact() ||
                            m_example.find(',') != std::string::npos;
        if (n == 0 || (m_example == "IVF16,Flat" && n < 16) ||
            (learns && n < (exact() ? 16u : 32u) && !index)) {
            REQUIRE_ERROR(index, ErrorCode::InvalidArgument);
            continue;
        }
        REQUIRE_OK(index);
        QCOMPARE((*index)->info().size, n);
        const auto answer = search(**index, m_queries.slice(0, 5), 1, thorough(**index));
        REQUIRE_OK(answer);
        if (exact())
            QVERIFY(recall_of(*answer, base, m_queries.slice(0, 5), m_metric, 1) >= 0.6);
    }
}

void TestConformance::statsArePlausible() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    SearchParams least;
    for (const ParamInfo& info : (*index)->search_params())
        least.set(std::string(info.name), info.min);
    const auto little = search(**index, m_queries, 1, least);
    const auto much = search(**index, m_queries, 1, thorough(**index));
    REQUIRE_OK(little);
    REQUIRE_OK(much);
    QVERIFY(little->stats.distances + little->stats.codes >= kQueries);
    // With groups, a few cells need the distances of centroids that are their neighbours as well.
    if (m_example.find("groups") == std::string::npos)
        QVERIFY(much->stats.distances >= little->stats.distances);
    QVERIFY(much->stats.distances + much->stats.codes >= little->stats.distances + little->stats.codes);
    if (m_kind->name == "Flat")
        QCOMPARE(much->stats.distances, std::uint64_t{kRows * kQueries});
    if (m_example == "IVF16,Flat") {
        QCOMPARE(little->stats.lists, std::uint64_t{kQueries});
        QCOMPARE(much->stats.lists, std::uint64_t{16 * kQueries});
        QCOMPARE(much->stats.codes, std::uint64_t{kRows * kQueries});
        QCOMPARE(much->stats.distances, std::uint64_t{(kRows + 16) * kQueries});
    }
    if (m_kind->name == "Vamana") {
        QVERIFY(little->stats.hops >= kQueries);
        QVERIFY(much->stats.hops > little->stats.hops);
    }
}

void TestConformance::sizeEstimateIsExact() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const IndexInfo info = (*index)->info();
    const SizeQuestion question{kRows, kDim, info.storage, configuration(m_example).build, m_metric};
    const auto parts = m_kind->size(configuration(m_example).spec.root, question);
    QCOMPARE(parts.size(), info.memory.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
        QCOMPARE(parts[i].name, info.memory[i].name);
        QCOMPARE(parts[i].bytes, info.memory[i].bytes);
        QVERIFY(!parts[i].formula.empty());
    }
    if (exact())
        QVERIFY(info.bytes() >= kRows * kDim * element_size(info.storage));
    QCOMPARE(info.size, kRows);
    QVERIFY(info.trained && info.train_seconds >= 0 && info.add_seconds > 0);
    QVERIFY(m_kind->build_work(configuration(m_example).spec.root, question) >= 0);
    QVERIFY(m_kind->explain(configuration(m_example).spec.root).size() > 20);
}

void TestConformance::savedIndexAnswersTheSame() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("index.annscope").toStdString();
    const Status saved = save_index(**index, path, {});
    REQUIRE_OK(saved);
    const auto loaded = load_index(path, {});
    REQUIRE_OK(loaded);
    const auto before = search(**index, m_queries, kNeighbors, {});
    const auto after = search(**loaded, m_queries, kNeighbors, {});
    REQUIRE_OK(before);
    REQUIRE_OK(after);
    QVERIFY(*before == *after);
    const IndexInfo a = (*index)->info(), b = (*loaded)->info();
    QCOMPARE(a.spec, b.spec);
    QCOMPARE(a.bytes(), b.bytes());
    QCOMPARE(a.size, b.size);
    QCOMPARE(static_cast<int>(a.storage), static_cast<int>(b.storage));
    QCOMPARE(a.add_seconds, b.add_seconds);
    QCOMPARE((*loaded)->origin().kind, std::string(m_kind->name));
    const auto info = read_archive_info(path);
    REQUIRE_OK(info);
    QCOMPARE(info->config, a.spec + "|" + to_string(configuration(m_example).build));
    QCOMPARE(info->size, kRows);
    QCOMPARE(info->dim, kDim);
    // What was loaded can be saved again.
    const std::filesystem::path again = folder.filePath("again.annscope").toStdString();
    const Status twice = save_index(**loaded, again, {});
    REQUIRE_OK(twice);
    QCOMPARE(std::filesystem::file_size(again), std::filesystem::file_size(path));
}

void TestConformance::explainIsTheSameSearch() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const auto expected = search(**index, m_queries, kNeighbors, {});
    REQUIRE_OK(expected);
    for (std::size_t q = 0; q < kQueries; ++q) {
        Answer told = Answer::sized(kNeighbors);
        PathTrace trace;
        const auto stats =
            (*index)->explain(m_queries.view<float>()[q], kNeighbors, {}, told.output(), trace);
        REQUIRE_OK(stats);
        std::set<Id> considered;
        std::size_t cells = 0;
        for (const TraceEvent& event : trace.events) {
            if (event.kind == TraceEvent::Kind::Consider)
                considered.insert(event.id);
            cells += event.kind == TraceEvent::Kind::ProbeCell ? 1 : 0;
        }
        for (std::size_t i = 0; i < kNeighbors; ++i) {
            QCOMPARE(told.ids[i], expected->ids[q * kNeighbors + i]);
            QCOMPARE(told.distances[i], expected->distances[q * kNeighbors + i]);
            if (told.ids[i] != kNoId)
                QVERIFY(considered.contains(told.ids[i]));
        }
        QCOMPARE(cells, static_cast<std::size_t>(stats->lists));
    }
}

void TestConformance::concurrentSearches() {
    fetch();
    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const auto expected = search(**index, m_queries, kNeighbors, {});
    REQUIRE_OK(expected);
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> team;
        for (int t = 0; t < 4; ++t)
            team.emplace_back([&] {
                for (int round = 0; round < 3; ++round) {
                    const auto answer = search(**index, m_queries, kNeighbors, {});
                    wrong += !answer || !(*answer == *expected);
                }
            });
    }
    QCOMPARE(wrong.load(), 0);
}

void TestConformance::errors() {
    fetch();
    const auto empty = build_index(configuration(m_example).spec, context(kDim));
    REQUIRE_OK(empty);
    Answer answer = Answer::sized(kNeighbors * kQueries);
    const VectorView queries = m_queries.view<float>();
    if (!(*empty)->info().trained) {
        const auto untrained = (*empty)->search(queries, kNeighbors, {}, answer.output(), {});
        REQUIRE_ERROR(untrained, ErrorCode::NotTrained);
        const auto untrained_add = (*empty)->add(m_base, {});
        REQUIRE_ERROR(untrained_add, ErrorCode::NotTrained);
    }
    const VectorSet other = random_set(m_type, 100, kDim * 2, 3); // what divides kDim divides it, too
    const auto wrong_dim = build_and_fill(configuration(m_example), other, m_metric, 1, {});
    REQUIRE_OK(wrong_dim); // an index of its own dimension
    const auto mismatch = (*wrong_dim)->search(queries, kNeighbors, {}, answer.output(), {});
    REQUIRE_ERROR(mismatch, ErrorCode::DimensionMismatch);

    const auto index = build(m_example, m_base, m_metric);
    REQUIRE_OK(index);
    const auto mismatched_add = (*index)->add(other, {});
    QVERIFY(!mismatched_add.ok()); // DimensionMismatch, or Unsupported where a kind is built once
    const auto none = (*index)->search(queries, 0, {}, answer.output(), {});
    REQUIRE_ERROR(none, ErrorCode::InvalidArgument);
    const auto unknown = (*index)->search(queries, 1, {{"nosuch", 1}}, answer.output(), {});
    REQUIRE_ERROR(unknown, ErrorCode::InvalidArgument);
    for (const ParamInfo& info : (*index)->search_params()) {
        const std::string key(info.name);
        for (const double bad : {info.min - 1, info.max + 1, info.integer ? info.min + 0.5 : info.max * 2}) {
            const auto out_of_range = (*index)->search(queries, 1, {{key, bad}}, answer.output(), {});
            REQUIRE_ERROR(out_of_range, ErrorCode::InvalidArgument);
        }
    }
    const auto bad_build = build_index(configuration(m_example).spec, {kDim, m_metric, {{"nosuch", 1}}, 1});
    REQUIRE_ERROR(bad_build, ErrorCode::InvalidArgument);
    const auto no_dim = build_index(configuration(m_example).spec, context(0));
    REQUIRE_ERROR(no_dim, ErrorCode::InvalidArgument);
}

void TestConformance::cancelLeavesTheIndexAsItWas() {
    fetch();
    std::stop_source stop;
    stop.request_stop();
    Control stopped;
    stopped.stop = stop.get_token();
    const auto never = build_and_fill(configuration(m_example), m_base, m_metric, 1, stopped);
    if (!m_kind->shares_vectors || m_metric == Metric::Cosine)
        REQUIRE_ERROR(never, ErrorCode::Cancelled);

    const auto index = build_index(configuration(m_example).spec, context(kDim));
    REQUIRE_OK(index);
    const bool trained_before = (*index)->info().trained; // what learns nothing
    const Status not_trained = (*index)->train(m_base, stopped);
    if (!not_trained) {
        REQUIRE_ERROR(not_trained, ErrorCode::Cancelled);
        QCOMPARE((*index)->info().trained, trained_before);
    }
    const Status trained = (*index)->train(m_base, {});
    REQUIRE_OK(trained);
    const Status added = (*index)->add(m_base.slice(0, 200), {});
    REQUIRE_OK(added);
    const auto before = search(**index, m_queries, kNeighbors, {});
    REQUIRE_OK(before);
    const Status second = (*index)->add(m_base.slice(200, 200), stopped);
    QVERIFY(!second.ok()); // Cancelled, or Unsupported where a kind is built once
    QCOMPARE((*index)->info().size, std::size_t{200});
    const auto after = search(**index, m_queries, kNeighbors, {});
    REQUIRE_OK(after);
    QVERIFY(*before == *after);
}

void TestConformance::cancelAtAnyTime() {
    fetch();
    const auto reference = build(m_example, m_base, m_metric);
    REQUIRE_OK(reference);
    const auto expected = search(**reference, m_queries, kNeighbors, {});
    REQUIRE_OK(expected);
    for (int round = 0; round < 4; ++round) {
        std::stop_source stop;
        Progress progress;
        const Control control{stop.get_token(), &progress, 2};
        std::jthread canceller([&] {
            std::this_thread::sleep_for(std::chrono::microseconds(300 * round * round));
            stop.request_stop();
        });
        const auto index = build_and_fill(configuration(m_example), m_base, m_metric, 1234, control);
        if (index) {
            const auto answer = search(**index, m_queries, kNeighbors, {});
            REQUIRE_OK(answer);
            QVERIFY(*answer == *expected);
        } else {
            REQUIRE_ERROR(index, ErrorCode::Cancelled);
        }
    }
}

void TestConformance::registryIsConsistent() {
    QVERIFY(!kinds().empty());
    for (const Kind* kind : kinds()) {
        const auto spec = parse_spec(kind->example);
        REQUIRE_OK(spec);
        QVERIFY(find_kind(spec->root) == kind);
        for (const std::string_view example : kind->more_examples) {
            const auto more = parse_configuration(example);
            REQUIRE_OK(more);
            QVERIFY(find_kind(more->spec.root) == kind);
        }
        QVERIFY(find_kind(kind->name) == kind);
        for (const auto& params : {kind->build_params, kind->search_params})
            for (const ParamInfo& info : params) {
                QVERIFY(info.min <= info.def && info.def <= info.max);
                QVERIFY(info.help.size() > 10);
            }
    }
    QVERIFY(!find_kind(std::string_view("nosuch")));
}

QTEST_GUILESS_MAIN(TestConformance)
#include "tst_conformance.moc"
