// SPDX-License-Identifier: GPL-3.0-or-later
// Samples on which codes are studied, and the ranks counted on them.
#include "study_fixture.h"

#include "data/ground_truth.h"
#include "tune/code_order.h"
#include "tune/code_study.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace annscope;
using namespace annscope::study;

namespace {

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

class TestStudySample : public QObject {
    Q_OBJECT
private slots:
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

private:
    static void metrics() {
        QTest::addColumn<Metric>("metric");
        QTest::newRow("l2") << Metric::L2;
        QTest::newRow("ip") << Metric::InnerProduct;
        QTest::newRow("cosine") << Metric::Cosine;
    }
};

QTEST_GUILESS_MAIN(TestStudySample)
#include "tst_study_sample.moc"
