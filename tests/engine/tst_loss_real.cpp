// SPDX-License-Identifier: GPL-3.0-or-later
// Reasons and remedies on real vectors: fashion-mnist, searched through cells of codes and through a graph.
#include "index_fixture.h"

#include "data/ground_truth.h"
#include "tests/test_data.h"
#include "tune/loss.h"

#include <QTest>

#include <cmath>
#include <map>

using namespace annscope;
using namespace annscope::test;

class TestLossReal : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        const auto folder = data_folder();
        const auto file = folder / "fashion-mnist-784-euclidean.hdf5";
        if (folder.empty() || !std::filesystem::exists(file))
            QSKIP("no real data here, set ANNSCOPE_DATA");
        OpenOptions options;
        options.base = file;
        options.max_rows = 12000; // as many as a test has time for
        options.max_queries = 1000;
        auto opened = open_dataset(options, {});
        QVERIFY2(opened.ok(), opened ? "" : opened.error().message.c_str());
        m_dataset = std::move(*opened);
        auto truth = exact_neighbours(m_dataset.base, m_dataset.queries, m_dataset.metric, 10, {});
        QVERIFY(truth.ok());
        m_dataset.truth = std::move(*truth);
    }

    void reasonsAddUpAndRemediesFind_data() {
        QTest::addColumn<QByteArray>("factory");
        QTest::addColumn<std::size_t>("queries");
        QTest::addColumn<QByteArray>("reason");
        QTest::newRow("codes in cells")
            << QByteArray("IVF256,PQ98x4fs") << std::size_t{200} << QByteArray("code below the cut");
        QTest::newRow("graph") << QByteArray("HNSW16") << std::size_t{1000} << QByteArray("never met");
    }
    void reasonsAddUpAndRemediesFind() {
        QFETCH(QByteArray, factory);
        QFETCH(std::size_t, queries);
        QFETCH(QByteArray, reason);
        const auto index = build(factory.toStdString(), m_dataset.base, m_dataset.metric, {}, 0);
        QVERIFY2(index.ok(), index ? "" : index.error().message.c_str());
        const SearchParams params = // a list as short as it can be loses what it can
            (*index)->graph() ? SearchParams{{"efSearch", 10}} : SearchParams{};
        const Workload work = workload_of(m_dataset, queries);
        const auto report = explain_loss(**index, work, params, {}, {});
        QVERIFY2(report.ok(), report ? "" : report.error().message.c_str());
        QCOMPARE(static_cast<double>(report->lost()),
                 std::round((1 - report->recall) * static_cast<double>(queries) * 10));
        QVERIFY(report->lost() > 0);
        QCOMPARE(QByteArray(name(*report->main_reason()).data()), reason);

        std::map<std::string, std::unique_ptr<Index>> others;
        std::size_t found = 0;
        for (const Miss& miss : report->misses) {
            if (miss.reason == LossReason::Tie || !(miss.remedy || miss.rebuild))
                continue;
            const Index* searched = index->get();
            if (!miss.remedy) {
                auto& other = others[miss.rebuild->configuration];
                if (!other) { // built anew: what was promised must not rest on what was shared
                    auto built = build(miss.rebuild->configuration, m_dataset.base, m_dataset.metric, {}, 0);
                    QVERIFY2(built.ok(), miss.rebuild->configuration.c_str());
                    other = std::move(*built);
                }
                searched = other.get();
            }
            const auto answer = search(*searched, work.queries.slice(miss.query, 1), 10,
                                       miss.remedy ? *miss.remedy : miss.rebuild->params);
            QVERIFY2(answer.ok(), answer ? "" : answer.error().message.c_str());
            found += std::ranges::find(answer->ids, miss.id) != answer->ids.end();
        }
        QVERIFY2(found * 100 >= report->lost() * 99,
                 qPrintable(QStringLiteral("%1 of %2").arg(found).arg(report->lost())));
        const LossShare& share = report->share(*report->main_reason());
        QVERIFY(share.advice && share.advice->finds * 10 >= share.misses * 9);
    }

private:
    Dataset m_dataset;
};

QTEST_GUILESS_MAIN(TestLossReal)
#include "tst_loss_real.moc"
