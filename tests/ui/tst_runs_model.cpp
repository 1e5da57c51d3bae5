// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "ui/models/run_text.h"
#include "ui/models/runs_filter.h"
#include "ui/models/runs_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <QUndoStack>

#include <random>

using namespace annscope;
using namespace annscope::ui;

namespace {

std::vector<Run> randomRuns(const BuiltIndexPtr& index, int count, unsigned seed, int levels) {
    std::mt19937 random(seed);
    std::uniform_int_distribution<int> value(0, levels);
    std::vector<Run> runs;
    for (int i = 0; i < count; ++i)
        runs.push_back(test::fakeRun(index, i + 1, double(value(random)) / levels, 1.0 + value(random)));
    return runs;
}

/// By definition: no other run is at least as good in both and better in one, nor the same and earlier.
bool onFrontByDefinition(const std::vector<Run>& runs, std::size_t i) {
    if (runs[i].hidden)
        return false;
    for (std::size_t j = 0; j < runs.size(); ++j) {
        if (j == i || runs[j].hidden || seriesOf(runs[j]) != seriesOf(runs[i]))
            continue;
        const auto &a = runs[j].point, &b = runs[i].point;
        const bool same = a.recall == b.recall && a.qps == b.qps;
        if (a.recall >= b.recall && a.qps >= b.qps && (!same || j < i))
            return false;
    }
    return true;
}

} // namespace

class TestRunsModel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        m_dataset = test::fakeDataset(400);
        m_index = test::fakeIndex(7, QStringLiteral("IVF64,Flat"), 0, m_dataset);
    }

    void appendsABatchByOneInsertion() {
        QUndoStack undo;
        RunsModel model(&undo);
        const QAbstractItemModelTester tester(&model);
        QSignalSpy inserted(&model, &QAbstractItemModel::rowsInserted);
        const auto ids = model.appendBatch(test::fakeCurves(m_dataset));
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(model.rowCount(), 45);
        QCOMPARE(ids.size(), 45);
        for (int row = 0; row < 45; ++row) {
            QCOMPARE(model.idAt(row), ids[row]);
            QCOMPARE(model.rowOf(ids[row]), row);
        }
        QVERIFY(undo.count() == 0);
        QVERIFY(model.appendBatch({}).isEmpty());
    }

    void textsHaveUnitsAndSources() {
        QUndoStack undo;
        RunsModel model(&undo);
        model.append(test::fakeRun(m_index, 16, 0.9534, 18392.77));
        const auto at = [&](int column, int role = Qt::DisplayRole) {
            return model.index(0, column).data(role).toString();
        };
        QCOMPARE(at(RunsModel::Recall), QStringLiteral("0.953"));
        QCOMPARE(at(RunsModel::Qps), QStringLiteral("18,400"));
        QCOMPARE(at(RunsModel::P50), QStringLiteral("52 µs"));
        QCOMPARE(at(RunsModel::Lists), QStringLiteral("16"));
        QCOMPARE(at(RunsModel::Bytes), QStringLiteral("189 MB"));
        QCOMPARE(at(RunsModel::Hops), QStringLiteral("–"));
        QVERIFY(at(RunsModel::Qps, Qt::ToolTipRole)
                    .contains(QStringLiteral("1 thread, 10,000 queries, median of 3, spread ±2 %")));
        QVERIFY(at(RunsModel::Recall, Qt::ToolTipRole).contains(QStringLiteral("Recall@10 0.953 ± ")));
        QCOMPARE(model.index(0, RunsModel::Qps).data(RunsModel::SortRole).toDouble(), 18392.77);
        for (int column = 0; column < RunsModel::ColumnCount; ++column) {
            QVERIFY(!model.headerData(column, Qt::Horizontal).toString().isEmpty());
            QVERIFY(model.headerData(column, Qt::Horizontal, Qt::ToolTipRole).toString().endsWith(u'.'));
            QVERIFY(!at(column, Qt::ToolTipRole).isEmpty());
        }
    }

    void frontsAgreeWithTheDefinition_data() {
        QTest::addColumn<int>("levels");
        QTest::newRow("few values, many ties") << 4;
        QTest::newRow("some ties") << 30;
        QTest::newRow("no ties") << 1'000'000;
    }
    void frontsAgreeWithTheDefinition() {
        QFETCH(int, levels);
        QUndoStack undo;
        RunsModel model(&undo);
        const auto other = test::fakeIndex(8, QStringLiteral("IVF128,Flat"), 1, m_dataset);
        const auto check = [&] {
            for (std::size_t i = 0; i < model.runs().size(); ++i)
                QCOMPARE(model.onFront(model.runs()[i].id), onFrontByDefinition(model.runs(), i));
        };
        for (unsigned round = 0; round < 8; ++round) {
            auto runs = randomRuns(round % 2 ? m_index : other, 12, round, levels);
            model.appendBatch(std::move(runs));
            check();
        }
        QList<qint64> everyThird;
        for (int row = 0; row < model.rowCount(); row += 3)
            everyThird << model.idAt(row);
        model.setHidden(everyThird, true);
        check();
        model.remove({model.idAt(1), model.idAt(2), model.idAt(5)});
        check();
        while (undo.canUndo())
            undo.undo();
        check();
        const auto front = model.front({m_index->id, 10, 1});
        QVERIFY(!front.isEmpty());
        for (int i = 1; i < front.size(); ++i) {
            QVERIFY(model.run(front[i - 1])->point.recall < model.run(front[i])->point.recall);
            QVERIFY(model.run(front[i - 1])->point.qps > model.run(front[i])->point.qps);
        }
    }

    void overallFrontComparesOnlyWhatCanBeCompared() {
        QUndoStack undo;
        RunsModel model(&undo);
        auto slow = test::fakeRun(test::fakeIndex(8, QStringLiteral("A"), 1, m_dataset), 1, 0.5, 10);
        auto fast = test::fakeRun(m_index, 1, 0.9, 1000);
        auto otherK = slow;
        otherK.point.k = 100;
        const auto ids = model.appendBatch({slow, fast, otherK});
        QVERIFY(model.onFront(ids[0]));
        QVERIFY(!model.onOverallFront(ids[0]));
        QVERIFY(model.onOverallFront(ids[1]));
        QVERIFY(model.onOverallFront(ids[2]));
    }

    void removesAndRestoresRows() {
        QUndoStack undo;
        RunsModel model(&undo);
        const QAbstractItemModelTester tester(&model);
        const auto ids = model.appendBatch(randomRuns(m_index, 10, 3, 100));
        model.remove({ids[8], ids[2], ids[3], ids[2], 4711});
        QCOMPARE(model.rowCount(), 7);
        QCOMPARE(undo.undoText(), QStringLiteral("Delete 3 runs"));
        QCOMPARE(model.run(ids[3]), nullptr);
        QCOMPARE(model.rowOf(ids[4]), 2);
        const qint64 later = model.append(test::fakeRun(m_index, 5, 0.5, 50));
        undo.undo();
        QCOMPARE(model.rowCount(), 11);
        for (int row = 0; row < 10; ++row)
            QCOMPARE(model.idAt(row), ids[row]);
        QCOMPARE(model.rowOf(later), 10);
        undo.redo();
        QCOMPARE(model.rowCount(), 8);
        model.remove({4711});
        QCOMPARE(undo.count(), 1);
    }

    void pinsAndHidesWithUndo() {
        QUndoStack undo;
        RunsModel model(&undo);
        const auto ids = model.appendBatch(randomRuns(m_index, 3, 1, 50));
        model.setPinned({ids[1]}, true);
        model.setPinned({ids[0], ids[1]}, true);
        undo.undo();
        QVERIFY(model.run(ids[1])->pinned);
        QVERIFY(!model.run(ids[0])->pinned);
        model.setHidden(ids, true);
        QVERIFY(model.front({7, 10, 1}).isEmpty());
        undo.undo();
        QVERIFY(!model.front({7, 10, 1}).isEmpty());
        const auto before = undo.count();
        model.setHidden(ids, false);
        QCOMPARE(undo.count(), before);
    }

    void filters_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<int>>("rows");
        QTest::addColumn<bool>("error");
        using Rows = QList<int>;
        const auto row = [](const char* text, const Rows& rows, bool error = false) {
            QTest::newRow(text) << QString::fromLatin1(text) << rows << error;
        };
        row("", {0, 1, 2, 3});
        row("ivf", {0, 1});
        row("-ivf", {2, 3});
        row("recall>0.9", {1, 3});
        row("recall > 0.9", {1, 3});
        row("recall>=90%", {1, 2, 3});
        row("recall=0.9", {2});
        row("recall!=0.9 ivf", {0, 1});
        row("qps>=1k", {0, 2});
        row("p99<2ms", {0, 2});
        row("p99<2000", {0, 2});
        row("nprobe>=8", {1, 3});
        row("NPROBE>=8", {}, true);
        row("recall>0.9 qps<200", {3});
        row("bytes>100MB", {0, 1, 2, 3});
        row("memory<1kB", {});
        row("Vamana64||nprobe=2", {2});
        row("is:front", {0, 1, 2, 3});
        row("is:pinned", {3});
        row("-is:pinned", {0, 1, 2});
        row("is:nonsense", {0, 1, 2, 3}, true);
        row("recall>abc", {0, 1, 2, 3}, true);
        row("recall>", {0, 1, 2, 3}, true);
        row("config>1", {0, 1, 2, 3}, true);
        row("((", {});
    }
    void filters() {
        QFETCH(QString, text);
        QFETCH(QList<int>, rows);
        QFETCH(bool, error);
        QUndoStack undo;
        RunsModel model(&undo);
        const auto graph = test::fakeIndex(9, QStringLiteral("Vamana64"), 1, m_dataset);
        const auto ids =
            model.appendBatch({test::fakeRun(m_index, 1, 0.8, 4000), test::fakeRun(m_index, 8, 0.95, 500),
                               test::fakeRun(graph, 2, 0.9, 2000), test::fakeRun(graph, 16, 0.99, 100)});
        model.setPinned({ids[3]}, true);
        RunsFilter filter(&model);
        const QAbstractItemModelTester tester(&filter);
        filter.setText(text);
        QList<int> shown;
        for (int row = 0; row < filter.rowCount(); ++row)
            shown << filter.mapToSource(filter.index(row, 0)).row();
        std::sort(shown.begin(), shown.end());
        QCOMPARE(shown, rows);
        QCOMPARE(!filter.error().isEmpty(), error);
    }

    void sortsByValueWithPinnedOnTop() {
        QUndoStack undo;
        RunsModel model(&undo);
        const auto ids =
            model.appendBatch({test::fakeRun(m_index, 16, 0.8, 900), test::fakeRun(m_index, 8, 0.95, 10000),
                               test::fakeRun(m_index, 2, 0.9, 2000)});
        RunsFilter filter(&model);
        const auto order = [&] {
            QList<qint64> shown;
            for (int row = 0; row < filter.rowCount(); ++row)
                shown << filter.index(row, 0).data(RunsModel::IdRole).toLongLong();
            return shown;
        };
        filter.sort(RunsModel::Qps, Qt::DescendingOrder);
        QCOMPARE(order(), (QList<qint64>{ids[1], ids[2], ids[0]}));
        model.setPinned({ids[0]}, true);
        QCOMPARE(order(), (QList<qint64>{ids[0], ids[1], ids[2]}));
        filter.sort(RunsModel::Params, Qt::AscendingOrder);
        QCOMPARE(order(), (QList<qint64>{ids[0], ids[2], ids[1]}));
    }

    void writesTheColumnsOfTheCommandLine() {
        QUndoStack undo;
        RunsModel model(&undo);
        model.append(test::fakeRun(m_index, 16, 0.25, 2000));
        const QStringList lines = csvOf({&model.runs()[0]}).split(u'\n');
        QCOMPARE(lines.size(), 3);
        QCOMPARE(lines[0],
                 QStringLiteral("config,k,recall,recall_p5,qps,mean_us,p50_us,p95_us,p99_us,distances,"
                                "hops,lists,codes,train_s,add_s,index_bytes,threads,n,dim,metric"));
        const QStringList fields = lines[1].split(QStringLiteral("\","))[1].split(u',');
        QVERIFY(lines[1].startsWith(QStringLiteral("\"IVF64,Flat||nprobe=16\",10,0.25")));
        QCOMPARE(fields.size(), 19);
        QCOMPARE(fields[1].toDouble(), 0.25);
        QCOMPARE(fields[3].toDouble(), 2000.0);
        QCOMPARE(fields[5].toDouble(), 475.0);
        QCOMPARE(fields[14], QStringLiteral("188962816"));
        QCOMPARE(fields[18], QStringLiteral("l2"));
        QCOMPARE(lines[2], QString());
    }

    void ten_thousand_runs_stay_quick() {
        QUndoStack undo;
        RunsModel model(&undo);
        auto runs = randomRuns(m_index, 10'000, 5, 1'000'000);
        for (auto& run : runs)
            run.point.recall_per_query.clear();
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        model.appendBatch(std::move(runs));
        // Only rows that left the front are announced again.
        QVERIFY2(changed.count() < 200, qPrintable(QString::number(changed.count())));
        QVERIFY(model.front({7, 10, 1}).size() > 5);
    }

private:
    DatasetPtr m_dataset;
    BuiltIndexPtr m_index;
};

QTEST_MAIN(TestRunsModel)
#include "tst_runs_model.moc"
