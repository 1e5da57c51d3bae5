// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "spec/parser.h"
#include "ui/common/table_text.h"
#include "ui/common/theme.h"
#include "ui/models/compare_content.h"
#include "ui/models/compare_model.h"
#include "ui/models/runs_model.h"
#include "ui/panels/compare_pair.h"
#include "ui/panels/compare_panel.h"
#include "ui/views/compare_curves.h"
#include "ui/views/difference_histogram.h"
#include "ui/views/memory_bars.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <memory>

using namespace annscope;
using namespace annscope::ui;

namespace {

BuiltIndexPtr configured(qint64 id, const char* line, int series, const DatasetPtr& data) {
    auto built = std::make_shared<BuiltIndex>(*test::fakeIndex(id, QString::fromLatin1(line), series, data));
    built->configuration = *parse_configuration(line);
    return built;
}

const CompareLine* lineOf(const std::vector<CompareLine>& lines, const char* label) {
    const auto found = std::ranges::find(lines, QLatin1String(label), &CompareLine::label);
    return found == lines.end() ? nullptr : &*found;
}

} // namespace

class TestCompare : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<RunsModel>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_filters = std::make_unique<FilterStack>(m_undo.get());
        m_jobs = std::make_unique<JobRunner>();
        m_data = test::fakeDataset(400);
        m_ivf = configured(1, "IVF64,Flat", 0, m_data);
        m_graph = configured(2, "Vamana16|alpha=1.4", 1, m_data);
        Run a = test::fakeRun(m_ivf, 4, 0.5, 1000), b = test::fakeRun(m_graph, 16, 0.6, 2000),
            c = test::fakeRun(m_ivf, 8, 0.7, 500);
        a.point.recall_per_query = {0.5F, 0.5F, 0.5F, 0.5F, 1.0F};
        b.point.recall_per_query = {0.7F, 0.4F, 0.5F, 0.9F, 1.0F};
        c.point.recall_per_query = {0.9F, 0.6F, 0.5F, 0.5F, 1.0F};
        m_a = m_model->append(a);
        m_b = m_model->append(b);
        m_c = m_model->append(c);
        m_panel = std::make_unique<ComparePanel>(m_jobs.get(), m_model.get(), m_selection.get(),
                                                 m_filters.get(), m_undo.get());
        m_panel->resize(1000, 640);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void cleanup() {
        m_panel.reset();
        m_jobs.reset();
    }

    void emptyViewLeadsToTheRuns() {
        QSignalSpy wanted(m_panel.get(), &ComparePanel::emptyTriggered);
        auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
        QVERIFY(button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        m_panel->set()->add(m_a);
        QTRY_VERIFY(!button->isVisible());
    }

    void saysWhatDiffers() {
        const std::vector<const Run*> runs{m_model->run(m_a), m_model->run(m_b), m_model->run(m_c)};
        const auto lines = compareContent(runs, nullptr);
        const CompareLine* index = lineOf(lines, "index");
        QVERIFY(index && index->differs);
        QCOMPARE(index->cells[1].text, QStringLiteral("Vamana16"));
        const CompareLine* alpha = lineOf(lines, "alpha");
        QVERIFY(alpha && alpha->differs);
        QVERIFY(!alpha->cells[0].value.isValid());
        QCOMPARE(alpha->cells[1].text, QStringLiteral("1.4"));
        const CompareLine* nprobe = lineOf(lines, "nprobe");
        QVERIFY(nprobe);
        QCOMPARE(nprobe->cells[0].text, QStringLiteral("4"));
        QCOMPARE(nprobe->cells[2].text, QStringLiteral("8"));
        const CompareLine* factor = lineOf(lines, "k_factor"); // given by none: the default
        QVERIFY(factor && !factor->differs);
        QCOMPARE(factor->cells[0].value.toDouble(), 1.0);
        const CompareLine* qps = lineOf(lines, "QPS");
        QVERIFY(qps->cells[1].best && !qps->cells[0].best && !qps->cells[2].best);
        const CompareLine* p99 = lineOf(lines, "p99");
        QVERIFY(p99->cells[1].best && !p99->cells[2].best); // less is better
        const CompareLine* memory = lineOf(lines, "memory");
        QVERIFY(memory && !memory->differs && !memory->cells[0].best);
        const CompareLine* centroids = lineOf(lines, "centroids");
        QCOMPARE(centroids->cells[0].value.toDouble(), 802'816.0);
        QVERIFY(!lineOf(lines, "hops")); // none of them has any
        for (std::size_t i = 0; i + 1 < lines.size(); ++i)
            QVERIFY2(!(lines[i].heading && lines[i + 1].heading), qPrintable(lines[i].label));
        QVERIFY(!lines.back().heading);
    }

    void recallsFollowTheFilters() {
        const std::vector<const Run*> runs{m_model->run(m_a), m_model->run(m_b)};
        const auto rows = std::make_shared<const QueryRows>(QueryRows{0, 1, 77});
        const auto lines = compareContent(runs, rows);
        const CompareLine* recall = lineOf(lines, "recall (filtered queries)");
        QVERIFY(recall);
        QVERIFY(std::abs(recall->cells[1].value.toDouble() - 0.55) < 1e-6);
        QCOMPARE(lineOf(lines, "queries")->cells[0].value.toDouble(), 2.0);
        const auto none = std::make_shared<const QueryRows>(QueryRows{77});
        QVERIFY(!lineOf(compareContent(runs, none), "recall (filtered queries)"));
    }

    void namesAreShortAndDiffer() {
        QCOMPARE(compareNames({m_model->run(m_a), m_model->run(m_b)}),
                 (QStringList{QStringLiteral("IVF64,Flat"), QStringLiteral("Vamana16")}));
        QCOMPARE(compareNames({m_model->run(m_a), m_model->run(m_b), m_model->run(m_c)}),
                 (QStringList{QStringLiteral("IVF64,Flat nprobe=4"), QStringLiteral("Vamana16"),
                              QStringLiteral("IVF64,Flat nprobe=8")}));
    }

    void theModelKeepsItsPromises() {
        QAbstractItemModelTester tester(m_panel->model(),
                                        QAbstractItemModelTester::FailureReportingMode::Fatal);
        m_panel->set()->set({m_a, m_b, m_c});
        QTRY_COMPARE(m_panel->model()->columnCount(), 3);
        m_panel->model()->setOnlyDiffering(true);
        m_panel->set()->remove(m_b);
        QTRY_COMPARE(m_panel->model()->columnCount(), 2);
    }

    void showsOnlyWhatDiffers() {
        m_panel->set()->set({m_a, m_c});
        QTRY_VERIFY(m_panel->ready());
        const int all = m_panel->model()->rowCount();
        QTest::mouseClick(m_panel->findChild<QToolButton*>(QStringLiteral("compareDiffering")),
                          Qt::LeftButton);
        const int differing = m_panel->model()->rowCount();
        QVERIFY(differing > 3 && differing < all);
        for (int row = 0; row < differing; ++row) {
            QVERIFY(m_panel->model()->index(row, 1).data(CompareModel::DiffersRole).toBool());
            QVERIFY(m_panel->model()->headerData(row, Qt::Vertical).toString() != QStringLiteral("index"));
        }
        QTest::mouseClick(m_panel->findChild<QToolButton*>(QStringLiteral("compareAll")), Qt::LeftButton);
        QCOMPARE(m_panel->model()->rowCount(), all);
    }

    void winsAndLossesPerQuery() {
        m_panel->set()->set({m_a, m_b, m_c});
        QTRY_VERIFY(m_panel->ready());
        QCOMPARE(m_panel->pairs().size(), std::size_t(2));
        const PairedRecall& b = *m_panel->pairs()[0]->pair();
        QCOMPARE(b.wins, (QueryRows{0, 3}));
        QCOMPARE(b.losses, QueryRows{1});
        QCOMPARE(b.ties, std::size_t(2));
        const PairedRecall& c = *m_panel->pairs()[1]->pair();
        QCOMPARE(c.wins, (QueryRows{0, 1}));
        QVERIFY(c.losses.empty());
        QVERIFY(m_panel->pairs()[0]->sentence().contains(QStringLiteral("2 wins against 1 losses")));
        QVERIFY(!m_panel->pairs()[1]->lossesButton()->isEnabled());
        // The other way round once another one is the first.
        m_panel->set()->makeFirst(m_b);
        QTRY_VERIFY(m_panel->ready());
        QCOMPARE(m_panel->pairs()[0]->pair()->losses, (QueryRows{0, 3}));
    }

    void aClickFiltersTheQueries() {
        m_panel->set()->set({m_a, m_b});
        QTRY_VERIFY(m_panel->ready());
        QTest::mouseClick(m_panel->pairs()[0]->lossesButton(), Qt::LeftButton);
        QCOMPARE(m_filters->filters().size(), std::size_t(1));
        QCOMPARE(m_filters->filters()[0].source, QStringLiteral("compare"));
        QCOMPARE(m_filters->filters()[0].text, QStringLiteral("Vamana16 loses to IVF64,Flat"));
        QCOMPARE(*m_filters->queries(m_data), QueryRows{1});
        QTRY_VERIFY(m_panel->ready());
        QCOMPARE(m_panel->pairs()[0]->pair()->queries, std::size_t(1)); // narrowed as the rest
        QVERIFY(lineOf(m_panel->model()->lines(), "recall (filtered queries)"));
        m_undo->undo();
        QVERIFY(m_filters->empty());
        QTRY_VERIFY(m_panel->ready() && m_panel->pairs()[0]->pair()->queries == 5);
        // A bar of the histogram does the same.
        DifferenceHistogram* histogram = m_panel->pairs()[0]->histogram();
        const auto& bins = m_panel->pairs()[0]->pair()->bins;
        for (std::size_t i = 0; i < bins.size(); ++i)
            if (bins[i].difference > 0.1) {
                QTest::mouseClick(histogram, Qt::LeftButton, {}, histogram->barAt(i).center().toPoint());
                break;
            }
        QCOMPARE(*m_filters->queries(m_data), (QueryRows{0, 3}));
        QCOMPARE(m_filters->filters()[0].text, QStringLiteral("Vamana16 beats IVF64,Flat"));
    }

    void saysWhyRunsCannotBePaired_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("k") << "k"
                           << "Recall@10 and recall@20";
        QTest::newRow("data") << "data"
                              << "different data";
        QTest::newRow("recalls") << "recalls"
                                 << "not kept";
    }
    void saysWhyRunsCannotBePaired() {
        QFETCH(QString, what);
        QFETCH(QString, sentence);
        Run other = test::fakeRun(m_graph, 32, 0.9, 100);
        if (what == QStringLiteral("k"))
            other.point.k = 20;
        else if (what == QStringLiteral("data"))
            other.index = configured(9, "Flat", 2, test::fakeDataset(200));
        else
            other.point.recall_per_query.clear();
        m_panel->set()->set({m_a, m_model->append(other)});
        QTRY_VERIFY(m_panel->ready() && m_panel->pairs().size() == 1);
        QVERIFY(!m_panel->pairs()[0]->pair());
        QVERIFY2(m_panel->pairs()[0]->sentence().contains(sentence),
                 qPrintable(m_panel->pairs()[0]->sentence()));
        QVERIFY(!m_panel->pairs()[0]->histogram()->isVisible());
    }

    void fewerQueriesAreSaid() {
        Run other = test::fakeRun(m_graph, 32, 0.9, 100);
        other.point.recall_per_query = {0.5F, 0.6F};
        m_panel->set()->set({m_a, m_model->append(other)});
        QTRY_VERIFY(m_panel->ready() && m_panel->pairs().size() == 1);
        QCOMPARE(m_panel->pairs()[0]->pair()->queries, std::size_t(2));
        bool said = false;
        for (const QLabel* label : m_panel->pairs()[0]->findChildren<QLabel*>())
            said = said || label->text().contains(QStringLiteral("first 2 queries, which both measured"));
        QVERIFY(said);
    }

    void everyChangeIsTakenBack() {
        CompareSet* set = m_panel->set();
        set->set({m_a, m_b});
        set->add(m_c);
        set->add(m_c);
        set->makeFirst(m_c);
        QCOMPARE(set->runs(), (QList<qint64>{m_c, m_a, m_b}));
        set->remove(m_a);
        set->clear();
        QVERIFY(set->runs().isEmpty());
        m_undo->undo();
        QCOMPARE(set->runs(), (QList<qint64>{m_c, m_b}));
        m_undo->undo();
        m_undo->undo();
        QCOMPARE(set->runs(), (QList<qint64>{m_a, m_b, m_c}));
        m_model->remove({m_b}); // a deleted run is gone here, too, and comes back with undo
        QCOMPARE(set->runs(), (QList<qint64>{m_a, m_c}));
        QTRY_COMPARE(m_panel->model()->columnCount(), 2);
        m_undo->undo();
        QCOMPARE(set->runs(), (QList<qint64>{m_a, m_b, m_c}));
        QTRY_COMPARE(m_panel->model()->columnCount(), 3);
    }

    void atMostEight() {
        QList<qint64> ids;
        for (int i = 0; i < 12; ++i)
            ids << m_model->append(test::fakeRun(m_ivf, i + 20, 0.5, 100 + i));
        m_panel->set()->set(ids);
        QCOMPARE(m_panel->set()->runs().size(), CompareSet::kMost);
        QVERIFY(m_panel->set()->isFull());
        const int steps = m_undo->count();
        m_panel->set()->add(m_a);
        QCOMPARE(m_undo->count(), steps);
    }

    void memoryHasOneScale() {
        m_panel->set()->set({m_a, m_c, m_b});
        QTRY_VERIFY(m_panel->ready());
        MemoryBars* bars = m_panel->memory();
        QCOMPARE(bars->bars().size(), std::size_t(2)); // A and B share an index
        QCOMPARE(bars->bars()[0].name, QStringLiteral("A B  IVF64,Flat"));
        const double perByte = bars->boxOf(0, 0).width() / double(bars->bars()[0].parts[0].bytes);
        const double other = bars->boxOf(1, 1).width() / double(bars->bars()[1].parts[1].bytes);
        QVERIFY(std::abs(perByte - other) < perByte * 1e-6);
        QCOMPARE(bars->boxOf(0, 1).left(), bars->boxOf(0, 0).right());
    }

    void hoverAndClicksAreShared() {
        m_panel->set()->set({m_a, m_b});
        QTRY_VERIFY(m_panel->ready());
        CompareCurves* curves = m_panel->curves();
        QTest::mouseClick(curves, Qt::LeftButton, {}, curves->pixelOf(m_b).toPoint());
        QCOMPARE(m_selection->run(), m_b);
        QHeaderView* header = m_panel->table()->horizontalHeader();
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {},
                          QPoint(header->sectionViewportPosition(0) + 20, 8));
        QCOMPARE(m_selection->run(), m_a);
        const QImage before = curves->grab().toImage();
        m_selection->setHoveredRun(m_b);
        QVERIFY(curves->grab().toImage() != before);
    }

    void leavesAsText() {
        m_panel->set()->set({m_a, m_b});
        QTRY_VERIFY(m_panel->ready());
        m_panel->table()->setFocus();
        QTest::keyClick(m_panel->table(), Qt::Key_C, Qt::ControlModifier);
        const QStringList lines = QGuiApplication::clipboard()->text().split(u'\n');
        QCOMPARE(lines[0], QStringLiteral("\tA  IVF64,Flat nprobe=4\tB  Vamana16 nprobe=16"));
        QCOMPARE(lines.size(), qsizetype(m_panel->model()->dataRows().size()) + 2);
        bool found = false;
        for (const QString& line : lines)
            found = found || line == QStringLiteral("QPS\t1000\t2000");
        QVERIFY(found);
        const QString markdown = tableText(*m_panel->model(), {TableFormat::Markdown, CompareModel::ValueRole,
                                                               m_panel->model()->dataRows(), true});
        QVERIFY(markdown.contains(QStringLiteral("| --- | --- | --- |")));
        QVERIFY(markdown.contains(QStringLiteral("| QPS | 1,000 | 2,000 |")));
        const QString csv = tableText(*m_panel->model(), {TableFormat::Csv, CompareModel::ValueRole,
                                                          m_panel->model()->dataRows(), true});
        QVERIFY(csv.contains(QStringLiteral("index,\"IVF64,Flat\",Vamana16\n")));
        for (const TitledPicture& picture : {m_panel->memory()->picture(), m_panel->curves()->picture(),
                                             m_panel->pairs()[0]->histogram()->picture()}) {
            QVERIFY(!picture.title.isEmpty() && picture.subtitle.contains(QStringLiteral("fashion-mnist")));
            const QImage image = pictureImage(withTitles(picture));
            QVERIFY(!image.isNull());
            QVERIFY(image != QImage(image.size(), image.format()));
        }
    }

    void waitsUntilItIsInFront() {
        m_panel->setInFront(false);
        m_panel->set()->set({m_a, m_b});
        QTest::qWait(60);
        QVERIFY(!m_panel->ready());
        m_panel->setInFront(true);
        QTRY_VERIFY(m_panel->ready());
    }

    void fitsIntoANarrowDock() {
        m_panel->set()->set({m_a, m_b});
        m_panel->resize(460, 420);
        QTRY_VERIFY(m_panel->ready());
        QVERIFY(m_panel->minimumSizeHint().width() <= 460);
        QVERIFY(m_panel->table()->isVisible());
    }

private:
    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<FilterStack> m_filters;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<ComparePanel> m_panel;
    DatasetPtr m_data;
    BuiltIndexPtr m_ivf, m_graph;
    qint64 m_a = -1, m_b = -1, m_c = -1;
};

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"
