// SPDX-License-Identifier: GPL-3.0-or-later
#include "study_fixture.h"

#include "index/nested.h"
#include "tune/code_study.h"
#include "tune/comparable_codes.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::study;

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
            const auto line = parse_configuration(text);
            QVERIFY(line.ok());
            for (const CountedPart& part :
                 counted_memory(line->spec.root, {1000, 48, ElementType::F32, line->build}))
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

    /// A rough code loses more, says so, and leaves no trace in what is learned after it.
    void learnsRoughly_data() {
        QTest::addColumn<QString>("spec");
        for (const char* spec : {"PQ4x6", "OPQ4,PQ4", "IVF8,PQ4x4"})
            QTest::newRow(spec) << spec;
    }
    void learnsRoughly() {
        QFETCH(QString, spec);
        const SpecNode root = parsed(qPrintable(spec));
        const StudySample sample = draw_sample(data_of(Metric::L2), options_of(kRows), {}).value();
        const CodeStudy full = study_code(root, {}, sample, {}).value(),
                        rough = study_code(root, {}, sample, {}, TrainingEffort::Rough).value(),
                        again = study_code(root, {}, sample, {}).value();
        QVERIFY(!full.estimated());
        QVERIFY(rough.rough && rough.estimated());
        QVERIFY2(*rough.distortion > *full.distortion,
                 qPrintable(QString("%1 against %2").arg(*rough.distortion).arg(*full.distortion)));
        QVERIFY(*rough.distortion < 2 * *full.distortion);
        QCOMPARE(again.distortion, full.distortion);
        const StudySample part = draw_sample(data_of(Metric::L2), options_of(100), {}).value();
        QVERIFY(study_code(parsed("SQ8"), {}, part, {}).value().estimated());
    }

    void ordersByWork() {
        QVERIFY(study_work(parsed("SQ8")) < study_work(parsed("PQ4")));
        QVERIFY(study_work(parsed("PQ4x8")) < study_work(parsed("PQ4x12")));
        QVERIFY(study_work(parsed("PQ4x12")) < study_work(parsed("OPQ4,PQ4")));
        QCOMPARE(training_rows_for(parsed("PQ4x12"), 100), std::size_t{4 * 4096});
        QCOMPARE(training_rows_for(parsed("PQ4x12"), 100, TrainingEffort::Rough), std::size_t{4096});
        QCOMPARE(training_rows_for(parsed("SQ8"), 100), std::size_t{100});
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
