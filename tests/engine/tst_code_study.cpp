// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "index/nested.h"
#include "tune/code_order.h"
#include "tune/code_study.h"
#include "tune/comparable_codes.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace annscope;

namespace {

constexpr std::size_t kRows = 600, kDim = 12, kQueries = 20, kK = 5;

Dataset data_of(Metric metric, ElementType type = ElementType::F32, std::size_t rows = kRows) {
    Dataset data;
    data.base = test::random_set(type, rows, kDim, 1);
    data.queries = test::random_set(ElementType::F32, kQueries, kDim, 2);
    data.metric = metric;
    return data;
}

StudyOptions options_of(std::size_t rows, std::uint64_t seed = 5) {
    StudyOptions options;
    options.k = kK;
    options.rows = rows;
    options.train_rows = rows;
    options.queries = kQueries;
    options.random_pairs = 4;
    options.seed = seed;
    return options;
}

SpecNode parsed(const char* text) {
    return parse_spec(text).value().root;
}

/// Squared distances, each off by up to a share that its vector alone decides: a code made for the test.
class NoisyIndex : public Index {
public:
    NoisyIndex(VectorSet base, float noise, unsigned salt)
        : m_base(std::move(base)), m_noise(noise), m_salt(salt) {}
    float distance(const float* query, std::size_t row) const {
        const float* v = m_base.view<float>().row(row);
        double sum = 0;
        std::uint64_t hash = m_salt;
        for (std::size_t j = 0; j < m_base.dim(); ++j) {
            sum += (v[j] - query[j]) * (v[j] - query[j]);
            std::uint32_t bits = 0;
            std::memcpy(&bits, v + j, sizeof bits);
            hash = Random(hash ^ bits)();
        }
        return static_cast<float>(sum * (1 + m_noise * Random(hash).uniform()));
    }
    IndexInfo info() const override {
        IndexInfo about;
        about.dim = m_base.dim();
        about.size = m_base.size();
        about.trained = true;
        return about;
    }
    std::span<const ParamInfo> search_params() const noexcept override { return {}; }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams&, SearchOutput out,
                                   PathTrace*) const override {
        TopK best(k);
        for (std::size_t i = 0; i < m_base.size(); ++i)
            best.push(distance(query, i), static_cast<Id>(i));
        best.drain(out.ids, out.distances);
        return SearchStats{};
    }

private:
    VectorSet m_base;
    float m_noise;
    unsigned m_salt;
};

/// Recall by doing it: the k * factor first of the code, of them the k first of the refiner.
double recall_by_hand(const StudySample& sample, const Index& code, const Index* refiner,
                      std::size_t factor) {
    std::size_t found = 0;
    const std::size_t n = sample.base.size();
    for (std::size_t q = 0; q < sample.queries.size(); ++q) {
        const auto order_of = [&](const Index& index) {
            std::vector<Id> ids(n);
            std::vector<float> distances(n);
            if (!index.search(sample.queries.view<float>().rows(q, 1), n, {}, {ids, distances}, {}))
                ids.clear();
            return ids;
        };
        std::vector<Id> candidates = order_of(code);
        candidates.resize(std::min(n, sample.k * factor));
        std::vector<Id> answer;
        if (refiner) {
            for (const Id id : order_of(*refiner))
                if (std::ranges::find(candidates, id) != candidates.end() && answer.size() < sample.k)
                    answer.push_back(id);
        } else {
            answer = candidates; // true neighbours among them are never pushed out
        }
        for (std::size_t j = 0; j < sample.k; ++j)
            found += std::ranges::find(answer, Id(sample.truth[q * sample.k + j])) != answer.end();
    }
    return static_cast<double>(found) / static_cast<double>(sample.truth.size());
}

CodeStudy ranked(const StudySample& sample, const Index& code, const Index* refiner) {
    CodeStudy study;
    study.k = sample.k;
    study.total = sample.total;
    study.ranks.resize(sample.truth.size());
    for (std::size_t q = 0; q < sample.queries.size(); ++q) {
        CodeOrder order(sample), refined(sample);
        if (!order.search(code, q) || (refiner && !refined.search(*refiner, q)))
            return {};
        order.rank_neighbours(q, refiner ? &refined : nullptr, {study.ranks.data() + q * sample.k, sample.k});
    }
    return study;
}

} // namespace

class TestCodeStudy : public QObject {
    Q_OBJECT
private slots:
    void takesWrappersOff_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<QString>("code");
        QTest::addColumn<bool>("refined");
        QTest::addColumn<QString>("refiner");
        QTest::newRow("plain") << "PQ16"
                               << "PQ16" << false << "";
        QTest::newRow("flat refinement") << "IVF64,PQ16,RFlat"
                                         << "IVF64,PQ16" << true << "";
        QTest::newRow("refined by a code") << "PQ16x4fs,Refine(SQ8)"
                                           << "PQ16x4fs" << true << "SQ8";
        QTest::newRow("refined by Flat") << "PQ16x4fs,Refine(Flat)"
                                         << "PQ16x4fs" << true << "";
        QTest::newRow("transform") << "OPQ16,IVF64,PQ16x4fs,RFlat"
                                   << "OPQ16,IVF64,PQ16x4fs" << true << "";
        QTest::newRow("ids") << "IDMap,SQ8"
                             << "SQ8" << false << "";
        QTest::newRow("graph over codes") << "Vamana64,SQ8"
                                          << "SQ8" << false << "";
        QTest::newRow("graph over vectors") << "Vamana64"
                                            << "Vamana64" << false << "";
    }
    void takesWrappersOff() {
        QFETCH(QString, spec);
        QFETCH(QString, code);
        QFETCH(bool, refined);
        QFETCH(QString, refiner);
        const SpecNode root = parsed(qPrintable(spec));
        const CodeUnderStudy under = code_under_study(root);
        QCOMPARE(QString::fromStdString(print(*under.code)), code);
        QCOMPARE(under.refined, refined);
        QCOMPARE(under.refiner ? QString::fromStdString(print(*under.refiner)) : QString(""), refiner);
    }

    void samplesTheWhole_data() { metrics(); }
    void samplesTheWhole() {
        QFETCH(Metric, metric);
        const Dataset data = data_of(metric, ElementType::U8);
        const StudySample sample = draw_sample(data, options_of(kRows), {}).value();
        QVERIFY(sample.whole());
        QCOMPARE(sample.base.size(), kRows);
        QCOMPARE(sample.type, ElementType::U8);
        QVERIFY(std::ranges::all_of(sample.weights, [](float w) { return w == 1.0F; }));
        for (std::size_t i = 0; i < kRows; ++i) {
            std::vector<float> row(kDim);
            data.base.copy_row(i, row.data());
            QVERIFY(std::equal(row.begin(), row.end(), sample.base.view<float>().row(i)));
        }
        for (std::size_t q = 0; q < kQueries; ++q) {
            const float* query = sample.queries.view<float>().row(q);
            const double kth = test::oracle_kth(data.base, query, metric, kK);
            QCOMPARE(static_cast<float>(kth), sample.truth_distances[q * kK + kK - 1]);
            for (std::size_t i = 0; i < 4; ++i)
                QCOMPARE(sample.random_distances[q * 4 + i],
                         static_cast<float>(
                             test::oracle_distance(data.base, sample.random[q * 4 + i], query, metric)));
        }
    }

    void samplesAPart() {
        Dataset data = data_of(Metric::L2);
        const StudySample sample = draw_sample(data, options_of(100), {}).value();
        QVERIFY(!sample.whole());
        QVERIFY(sample.base.size() <= 100 + kQueries * kK);
        QCOMPARE(sample.training.size(), std::size_t(100));
        const double sum = std::accumulate(sample.weights.begin(), sample.weights.end(), 0.0);
        QVERIFY(std::abs(sum - static_cast<double>(kRows)) < 0.01);
        for (const std::uint32_t row : sample.others)
            QVERIFY(sample.weights[row] > 1);
        for (const std::uint32_t row : sample.truth)
            QCOMPARE(sample.weights[row], 1.0F);
        for (std::size_t q = 0; q < kQueries; ++q)
            QCOMPARE(sample.truth_distances[q * kK + kK - 1],
                     static_cast<float>(
                         test::oracle_kth(data.base, sample.queries.view<float>().row(q), Metric::L2, kK)));
        // The data set's own truth serves as well as one that is found.
        data.truth = exact_neighbours(data.base, data.queries, data.metric, kK + 3, {}).value();
        const StudySample again = draw_sample(data, options_of(100), {}).value();
        QCOMPARE(again.truth, sample.truth);
        QCOMPARE(again.weights, sample.weights);
    }

    void ranksAsByHand_data() {
        QTest::addColumn<float>("noise");
        QTest::addColumn<bool>("refined");
        QTest::newRow("slight") << 0.2F << false;
        QTest::newRow("strong") << 3.0F << false;
        QTest::newRow("refined") << 3.0F << true;
        QTest::newRow("refined, slight") << 0.5F << true;
    }
    void ranksAsByHand() {
        QFETCH(float, noise);
        QFETCH(bool, refined);
        const StudySample sample = draw_sample(data_of(Metric::L2), options_of(kRows), {}).value();
        const NoisyIndex code(sample.base, noise, 1), coarse(sample.base, 0.1F, 2);
        const Index* refiner = refined ? &coarse : nullptr;
        const CodeStudy study = ranked(sample, code, refiner);
        QCOMPARE(study.ranks.size(), kQueries * kK);
        QVERIFY(study.recall_after(1) < 1);
        for (const std::size_t factor : {1, 2, 3, 5, 8, 20, 60, 120})
            QCOMPARE(study.recall_after(static_cast<double>(factor)),
                     recall_by_hand(sample, code, refiner, factor));
        if (!refined)
            QCOMPARE(study.recall_before(), recall_by_hand(sample, code, nullptr, 1));
        for (const double recall : {0.1, 0.5, 0.9, 0.95, 1.0}) {
            std::size_t least = 1;
            while (least <= study.largest_factor() &&
                   study.recall_after(static_cast<double>(least)) < recall - 1e-9)
                ++least;
            const auto found = study.factor_for(recall);
            QCOMPARE(found.has_value(), least <= study.largest_factor());
            if (found)
                QCOMPARE(*found, least);
        }
    }

    void estimatesRanksOnASample() {
        const Dataset data = data_of(Metric::L2, ElementType::F32, 3000);
        const StudySample whole = draw_sample(data, options_of(3000), {}).value();
        const CodeStudy exact = ranked(whole, NoisyIndex(whole.base, 3, 1), nullptr);
        std::vector<double> mean(exact.ranks.size());
        constexpr int kDraws = 40;
        for (int draw = 0; draw < kDraws; ++draw) {
            StudySample part =
                draw_sample(data, options_of(300, static_cast<std::uint64_t>(draw)), {}).value();
            // The same queries in the same order: all of them are taken.
            const CodeStudy study = ranked(part, NoisyIndex(part.base, 3, 1), nullptr);
            for (std::size_t i = 0; i < mean.size(); ++i)
                mean[i] += study.ranks[i].rank / kDraws;
        }
        double sum = 0, estimated = 0;
        for (std::size_t i = 0; i < mean.size(); ++i) {
            sum += exact.ranks[i].rank;
            estimated += mean[i];
        }
        QVERIFY(sum > 5 * static_cast<double>(mean.size()));
        QVERIFY2(std::abs(estimated / sum - 1) < 0.05, qPrintable(QString::number(estimated / sum)));
    }

    void studiesCodes_data() {
        QTest::addColumn<QString>("spec");
        QTest::addColumn<Metric>("metric");
        for (const char* spec : {"Flat", "IVF16,Flat", "SQ8", "SQ4", "PQ4", "PQ4x4", "PQ6x4fs", "OPQ4,PQ4",
                                 "IVF16,PQ4", "IVF16,SQ8", "RaBitQ", "RaBitQ4", "IVF16,PQ6x4fs", "PCA6,SQ8",
                                 "PQ4,RFlat", "PQ4x4,Refine(SQ4)", "IDMap,SQ8"})
            for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
                QTest::addRow("%s %s", spec, std::string(name(metric)).c_str()) << spec << metric;
    }
    void studiesCodes() {
        QFETCH(QString, spec);
        QFETCH(Metric, metric);
        const SpecNode root = parsed(qPrintable(spec));
        const CodeUnderStudy under = code_under_study(root);
        const Kind* kind = find_kind(*under.code);
        if (!kind || (under.refiner && !find_kind(*under.refiner)) ||
            (kind->allows && !kind->allows(*under.code, metric)))
            QSKIP("Not built yet.");
        const StudySample sample = draw_sample(data_of(metric), options_of(kRows), {}).value();
        const auto result = study_code(root, {}, sample, {});
        QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
        const CodeStudy& study = *result;

        auto index = create_inner(*under.code, {kDim, metric, {}, sample.seed}).value();
        QVERIFY(index->train(sample.training, {}).ok());
        QVERIFY(index->add(sample.base, {}).ok());
        SearchParams all;
        if (!index->search_params().empty() && index->search_params().front().name == "nprobe")
            all.set("nprobe", index->search_params().front().max);
        const test::Answer near = test::search(*index, sample.queries, kK, all).value();
        std::size_t found = 0;
        for (std::size_t q = 0; q < kQueries; ++q)
            for (std::size_t j = 0; j < kK; ++j)
                for (std::size_t i = 0; i < kK; ++i)
                    found += near.ids[q * kK + i] == Id(sample.truth[q * kK + j]);
        QCOMPARE(study.recall_before(), static_cast<double>(found) / (kQueries * kK));
        if (!under.refiner)
            QCOMPARE(study.recall_after(1e9), 1.0); // all candidates re-ranked by the vectors
        checkDistortion(*index, sample, study, metric);
        QCOMPARE(study.neighbours.size(), kQueries * kK);
        QCOMPARE(study.random.size(), kQueries * 4);
        QVERIFY(!study.cuts.empty());
        for (std::size_t f = 1; f < study.cuts.size(); ++f)
            QVERIFY(study.cuts[f].median >= study.cuts[f - 1].median);
        QVERIFY(study.code_bytes > 0);
        QVERIFY(!study.memory.empty());
    }

    void tellsTheArithmetic() {
        const SizeQuestion question{60000, 784, ElementType::F32, {}};
        const auto parts = counted_memory(parsed("IVF64,Flat"), question);
        const auto centroids =
            std::ranges::find(parts, "centroids", [](const CountedPart& p) { return p.part.name; });
        QVERIFY(centroids != parts.end());
        QCOMPARE(centroids->counted, std::string("64 * 784 * 4"));
        QCOMPARE(bytes_per_vector(parsed("IVF64,Flat"), question).code, 784 * 4.0);
        QCOMPARE(bytes_per_vector(parsed("IVF64,Flat"), question).id, 4.0);
        QVERIFY(counted_memory(parsed("LSH"), question).empty()); // not built
    }

    /// Every part of every kind says what it is made of, in numbers that come to its bytes.
    void everyFormulaComesToItsBytes() {
        std::vector<std::string> wrong;
        const auto check = [&](std::string_view text) {
            for (const CountedPart& part :
                 counted_memory(parsed(std::string(text).c_str()), {1000, 48, ElementType::F32, {}}))
                if (part.counted.empty() && part.part.bytes > 0)
                    wrong.push_back(std::string(text) + ": " + part.part.name + " = " + part.part.formula);
        };
        for (const Kind* kind : kinds())
            if (kind->name != "Vamana") {
                check(kind->example);
                for (const std::string_view more : kind->more_examples)
                    check(more);
            }
        QVERIFY2(wrong.empty(), wrong.empty() ? "" : wrong.front().c_str());
    }

    void sameForAnyThreads() {
        const StudySample sample = draw_sample(data_of(Metric::L2), options_of(100), {}).value();
        Control one, four;
        one.threads = 1;
        four.threads = 4;
        const CodeStudy a = study_code(parsed("IVF4,Flat"), {}, sample, one).value(),
                        b = study_code(parsed("IVF4,Flat"), {}, sample, four).value();
        QCOMPARE(a.distortion, b.distortion);
        QVERIFY(std::ranges::equal(a.ranks, b.ranks, {}, &NeighbourRank::rank, &NeighbourRank::rank));
    }

    void refusesInSentences() {
        Dataset data = data_of(Metric::L2);
        const StudySample sample = draw_sample(data, options_of(100), {}).value();
        const auto graph = study_code(parsed("Vamana8"), {}, sample, {});
        QVERIFY(!graph.ok());
        QVERIFY(graph.error().message.find("no code") != std::string::npos);
        QVERIFY(!study_code(parsed("LSH"), {}, sample, {}).ok()); // not built
        data.queries = VectorSet();
        QVERIFY(!draw_sample(data, options_of(100), {}).ok());
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        const auto cancelled = study_code(parsed("Flat"), {}, sample, control);
        QVERIFY(!cancelled.ok());
        QCOMPARE(cancelled.error().code, ErrorCode::Cancelled);
    }

    void listsComparableCodes_data() {
        QTest::addColumn<QString>("spec");
        for (const char* spec : {"Flat", "IVF16,Flat", "SQ4", "PQ12", "IVF16,PQ12", "OPQ12,IVF16,PQ12,RFlat"})
            QTest::newRow(spec) << spec;
    }
    void listsComparableCodes() {
        QFETCH(QString, spec);
        const SpecNode root = parsed(qPrintable(spec));
        if (!find_kind(*code_under_study(root).code))
            QSKIP("Not built yet.");
        const auto codes = comparable_codes(root, 2000, 48, Metric::L2);
        QVERIFY(!codes.empty());
        const SpecNode& own = *code_under_study(root).code;
        const double bytes = bytes_per_vector(own, {0, 48, ElementType::F32, {}}).code;
        QVERIFY(std::ranges::find(codes, own, &ComparableCode::root) != codes.end());
        for (std::size_t i = 0; i < codes.size(); ++i) {
            QVERIFY(find_kind(codes[i].root));
            QVERIFY(most_centroids(codes[i].root) <= 2000);
            QVERIFY(std::abs(codes[i].bytes - bytes) <= bytes / 3);
            QVERIFY(i == 0 || codes[i - 1].bytes <= codes[i].bytes);
            QCOMPARE(parsed(print(codes[i].root).c_str()), codes[i].root); // a person can type it
            QCOMPARE(print(codes[i].root).find("IVF16") != std::string::npos, spec.contains("IVF16"));
        }
    }

private:
    static void metrics() {
        QTest::addColumn<Metric>("metric");
        QTest::newRow("l2") << Metric::L2;
        QTest::newRow("ip") << Metric::InnerProduct;
        QTest::newRow("cosine") << Metric::Cosine;
    }
    static void checkDistortion(const Index& index, const StudySample& sample, const CodeStudy& study,
                                Metric metric) {
        std::vector<float> out(kDim);
        if (!index.reconstruct(0, out)) {
            QVERIFY(!study.distortion);
            QVERIFY(!study.no_distortion.empty());
            return;
        }
        // With the whole as the sample, the rows looked at are those that are no true neighbours.
        double sum = 0;
        for (const std::uint32_t i : sample.others) {
            std::vector<float> row(kDim);
            sample.base.copy_row(i, row.data());
            if (metric == Metric::Cosine)
                normalize(row.data(), kDim);
            QVERIFY(index.reconstruct(Id(i), out).ok());
            for (std::size_t j = 0; j < kDim; ++j)
                sum += (row[j] - out[j]) * (row[j] - out[j]);
        }
        const double mean = sum / static_cast<double>(sample.others.size());
        QVERIFY2(std::abs(*study.distortion - mean) <= 1e-4 * mean + 1e-12,
                 qPrintable(QString("%1 against %2").arg(*study.distortion).arg(mean)));
        QVERIFY(study.variance > 0);
    }
};

QTEST_GUILESS_MAIN(TestCodeStudy)
#include "tst_code_study.moc"
