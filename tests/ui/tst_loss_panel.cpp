// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/ground_truth.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/loss_misses_model.h"
#include "ui/models/loss_queries_model.h"
#include "ui/models/loss_text.h"
#include "ui/models/selection.h"
#include "ui/panels/loss_panel.h"
#include "ui/views/loss_chart.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QElapsedTimer>
#include <QPushButton>
#include <QSignalSpy>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <cmath>
#include <set>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr int kPatience = 30000;

DatasetPtr dataset() {
    constexpr std::size_t kDim = 12;
    const auto points = [](std::size_t count, std::uint64_t seed) {
        AlignedBuffer<float> buffer(count * kDim);
        Random random(seed);
        for (std::size_t i = 0; i < count * kDim; ++i)
            buffer[i] = static_cast<float>(random.normal());
        return VectorSet::adopt(std::move(buffer), count, kDim);
    };
    auto data = std::make_shared<Dataset>();
    data->name = "cloud";
    data->base = points(1500, 1);
    data->queries = points(60, 2);
    data->truth = exact_neighbours(data->base, data->queries, Metric::L2, 20, {}).value();
    return data;
}

BuiltIndexPtr built(const DatasetPtr& data, const char* line, qint64 id = 1) {
    auto made = std::make_shared<BuiltIndex>();
    made->id = id;
    made->title = QString::fromLatin1(line).section(QStringLiteral("||"), 0, 0);
    made->configuration = parse_configuration(line).value();
    made->dataset = data;
    made->index = std::move(build_and_fill(made->configuration, data->base, data->metric, 1, {}).value());
    return made;
}

std::size_t found(const BuiltIndex& index, qint64 query, const SearchParams& params, Id id) {
    std::vector<Id> ids(10);
    std::vector<float> distances(10);
    const VectorSet one = index.dataset->queries.slice(std::size_t(query), 1);
    if (!index.index->search(one.view<float>(), 10, params, {ids, distances}, {}))
        return 0;
    return std::size_t(std::ranges::count(ids, id));
}

} // namespace

class LossPanelTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { m_data = dataset(); }
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_filters = std::make_unique<FilterStack>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_jobs = std::make_unique<JobRunner>();
        m_panel = std::make_unique<LossPanel>(m_jobs.get(), m_selection.get(), m_filters.get());
        m_panel->resize(1000, 640);
        m_panel->show();
    }
    void cleanup() {
        m_panel.reset();
        m_jobs.reset();
        m_selection.reset();
        m_filters.reset();
        m_undo.reset();
    }

    void emptyStateTeaches() {
        QSignalSpy wanted(m_panel.get(), &LossPanel::buildSuggested);
        auto* button = m_panel->findChild<QPushButton*>(QStringLiteral("emptyStateButton"));
        QVERIFY(button && button->isVisible());
        QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        QVERIFY(!wanted[0][0].toString().isEmpty());
    }

    void tellsReasonsAndRemedies() {
        const BuiltIndexPtr index = built(m_data, "IVF64,Flat||nprobe=3");
        QSignalSpy reports(m_panel.get(), &LossPanel::reportChanged);
        open(index);
        const LossReport& report = *m_panel->study()->report();
        QVERIFY(report.lost() > 20);
        QVERIFY2(m_panel->sentence().startsWith(
                     QStringLiteral("100 % of the misses are cells that were not probed; nprobe ")),
                 qPrintable(m_panel->sentence()));
        QCOMPARE(reports.last()[0].value<LossPtr>().get(), &report);
        QCOMPARE(reports.last()[1].value<BuiltIndexPtr>(), index);

        // The bars: the current one adds up, and lower nprobe loses more.
        const auto& bars = m_panel->chart()->bars();
        const auto current = std::ranges::find(bars, 3.0, &LossChart::Bar::value);
        QVERIFY(current != bars.end() && bars.size() > 5);
        QCOMPARE(current->lost, report.lost());
        QVERIFY(bars.front().lost > current->lost && bars.back().lost == 0);
        QCOMPARE(m_panel->queries()->model()->rowCount(), int(losing(report)));
    }

    void theRemedyOfAMissFindsIt() {
        const BuiltIndexPtr index = built(m_data, "IVF64,Flat||nprobe=3");
        open(index);
        QTableView* queries = m_panel->queries();
        QTest::mouseClick(queries->viewport(), Qt::LeftButton, {},
                          queries->visualRect(queries->model()->index(0, 0)).center());
        const qint64 query = m_selection->query();
        QVERIFY(query >= 0);
        QTableView* misses = m_panel->misses();
        QVERIFY(misses->model()->rowCount() > 0);
        const int row = 0;
        const auto* model = static_cast<const LossMissesModel*>(
            static_cast<QSortFilterProxyModel*>(misses->model())->sourceModel());
        const Miss miss = model->miss(row);
        QCOMPARE(qint64(miss.query), query);
        QVERIFY(found(*index, query, {{"nprobe", 3}}, miss.id) == 0);
        QSignalSpy applied(m_panel.get(), &LossPanel::applyRequested);
        const QPoint at = misses->visualRect(misses->model()->index(row, 0)).center();
        QTest::mouseClick(misses->viewport(), Qt::LeftButton, {}, at);
        QTest::mouseDClick(misses->viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(applied.count(), 1);
        const auto params = applied[0][0].value<SearchParams>();
        QCOMPARE(found(*index, query, params, miss.id), std::size_t{1});

        // The button finds all that the query lost.
        QVERIFY(m_panel->applyMissButton()->isVisible());
        QTest::mouseClick(m_panel->applyMissButton(), Qt::LeftButton);
        QCOMPARE(applied.count(), 2);
        for (int i = 0; i < model->rowCount(); ++i)
            QCOMPARE(found(*index, query, applied[1][0].value<SearchParams>(), model->miss(i).id),
                     std::size_t{1});
        // Applied, the query loses nothing any more, and says so.
        m_panel->setSearchParams(applied[1][0].value<SearchParams>(), 10);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QCOMPARE(m_panel->misses()->model()->rowCount(), 0);
    }

    void theSentenceCanBeApplied() {
        const BuiltIndexPtr index = built(m_data, "IVF64,Flat||nprobe=3");
        open(index);
        const std::size_t before = m_panel->study()->report()->lost();
        QSignalSpy applied(m_panel.get(), &LossPanel::applyRequested);
        QVERIFY(m_panel->applyButton()->isVisible());
        QTest::mouseClick(m_panel->applyButton(), Qt::LeftButton);
        QCOMPARE(applied.count(), 1);
        m_panel->setSearchParams(applied[0][0].value<SearchParams>(), 10);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QVERIFY(m_panel->study()->report()->lost() * 10 <= before);
    }

    void whatNoParameterFindsGoesToBuild() {
        const BuiltIndexPtr index = built(m_data, "IVF16,SQ4||nprobe=16");
        open(index);
        QVERIFY(m_panel->study()->report()->lost() > 0);
        QSignalSpy wanted(m_panel.get(), &LossPanel::buildRequested);
        QTest::mouseClick(m_panel->applyButton(), Qt::LeftButton);
        QCOMPARE(wanted.count(), 1);
        const auto line = parse_configuration(wanted[0][0].toString().toStdString());
        QVERIFY2(line.ok(), qPrintable(wanted[0][0].toString()));
        QCOMPARE(QString::fromStdString(print(line->spec)), QStringLiteral("IVF16,SQ4,RFlat"));
        QVERIFY(line->search.get("k_factor", 0) > 1);
    }

    void aReasonNarrowsAllViews() {
        open(built(m_data, "IVF64,SQ4||nprobe=4"));
        const LossReport& report = *m_panel->study()->report();
        LossChart* chart = m_panel->chart();
        QVERIFY(chart->reasons().size() >= 2);
        const int all = m_panel->queries()->model()->rowCount();
        const LossReason reason = LossReason::CodeBelowCut;
        QTest::mouseClick(chart, Qt::LeftButton, {}, chart->legendRect(reason).center().toPoint());
        const Filter* filter = m_filters->find(QStringLiteral("loss"));
        QVERIFY(filter);
        QCOMPARE(filter->text, reasonText(reason));
        rowsAreThoseOf(report, reason, *filter->queries);
        QVERIFY(m_panel->queries()->model()->rowCount() < all || filter->queries->size() == std::size_t(all));
        QCOMPARE(m_panel->queries()->model()->rowCount(), int(filter->queries->size()));
        // The bars count those queries only; the same click takes it back, and undo brings it again.
        const auto& bars = chart->bars();
        const auto current = std::ranges::find(bars, 4.0, &LossChart::Bar::value);
        QVERIFY(current != bars.end());
        QCOMPARE(current->all, filter->queries->size() * 10);
        QCOMPARE(current->reasons[std::size_t(reason)], report.share(reason).misses);
        QTest::mouseClick(chart, Qt::LeftButton, {}, chart->legendRect(reason).center().toPoint());
        QVERIFY(!m_filters->find(QStringLiteral("loss")));
        QCOMPARE(m_panel->queries()->model()->rowCount(), all);
        m_undo->undo();
        QVERIFY(m_filters->find(QStringLiteral("loss")));
        m_undo->undo();
        QVERIFY(!m_filters->find(QStringLiteral("loss")));
    }

    void aFilterFollowsTheSearch() {
        open(built(m_data, "IVF64,SQ4||nprobe=4"));
        LossChart* chart = m_panel->chart();
        const LossReason reason = LossReason::CellNotProbed;
        QTest::mouseClick(chart, Qt::LeftButton, {}, chart->legendRect(reason).center().toPoint());
        m_panel->setSearchParams({{"nprobe", 8}}, 10);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QVERIFY(m_filters->find(QStringLiteral("loss")));
        rowsAreThoseOf(*m_panel->study()->report(), reason,
                       *m_filters->find(QStringLiteral("loss"))->queries);
        m_panel->setSearchParams({{"nprobe", 64}}, 10); // none of these any more
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QVERIFY(!m_filters->find(QStringLiteral("loss")));
    }

    void manyQueriesAreShownAtOnce() {
        auto report = std::make_shared<LossReport>();
        report->queries = 10000;
        report->k = 10;
        report->per_query.assign(report->queries, 0.6F);
        for (std::uint32_t query = 0; query < report->queries; ++query)
            for (std::uint32_t i = 0; i < 1 + query * 7919 % 9; ++i) {
                Miss miss{query, i, Id(i), LossReason::CodeBelowCut, 5, {}, {}};
                miss.remedy = SearchParams{{"nprobe", double(8 + i)}};
                report->misses.push_back(std::move(miss));
            }
        LossQueriesModel model;
        QSortFilterProxyModel sorted;
        sorted.setSourceModel(&model);
        sorted.setSortRole(LossQueriesModel::SortRole);
        sorted.sort(LossQueriesModel::Missed, Qt::DescendingOrder);
        QElapsedTimer timer;
        timer.start(); // told, not judged: the window must not stand still for it
        model.setReport(report, nullptr, true);
        QCOMPARE(sorted.rowCount(), 10000);
        qInfo("%lld ms", static_cast<long long>(timer.elapsed()));
        QCOMPARE(sorted.index(0, LossQueriesModel::Missed).data().toString(), QStringLiteral("9"));
    }

    void aBarChoosesItsValue() {
        open(built(m_data, "IVF64,Flat||nprobe=3"));
        LossChart* chart = m_panel->chart();
        QSignalSpy applied(m_panel.get(), &LossPanel::applyRequested);
        QTest::mouseClick(chart, Qt::LeftButton, {}, chart->barRect(0).center().toPoint());
        QCOMPARE(applied.count(), 1);
        QCOMPARE(applied[0][0].value<SearchParams>().get("nprobe", 0), 1.0);
        chart->setFocus();
        QTest::keyClick(chart, Qt::Key_Right); // from the current one
        QTest::keyClick(chart, Qt::Key_Return);
        QCOMPARE(applied.count(), 2);
        QCOMPARE(applied[1][0].value<SearchParams>().get("nprobe", 0), 4.0);
        // Another value of the swept parameter leaves the other bars.
        const std::size_t bars = chart->bars().size();
        m_panel->setSearchParams({{"nprobe", 4}}, 10);
        QVERIFY(chart->bars().size() >= bars - 1);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        m_panel->setSearchParams({{"nprobe", 4}}, 5);
        QVERIFY(chart->bars().empty());
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QCOMPARE(m_panel->study()->report()->k, std::size_t{5});
    }

    void anotherParameterAndScale() {
        open(built(m_data, "IVF16,SQ4,RFlat||nprobe=16,k_factor=1"));
        QCOMPARE(m_panel->parameterBox()->currentText(), QStringLiteral("nprobe"));
        m_panel->parameterBox()->setFocus();
        QTest::keyClick(m_panel->parameterBox(), Qt::Key_Down);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        QCOMPARE(m_panel->study()->parameter(), QStringLiteral("k_factor"));
        const auto& bars = m_panel->chart()->bars();
        QVERIFY(bars.size() > 3 && bars.front().value == 1 && bars.front().lost > bars.back().lost);
        const QRectF low = m_panel->chart()->barRect(1);
        for (auto* button : m_panel->findChildren<QToolButton*>())
            if (button->text() == QStringLiteral("Shares"))
                QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(m_panel->chart()->barRect(1).height() > low.height());
        QVERIFY(m_panel->chart()->barText(0).contains(QStringLiteral("code below the cut")));
        QVERIFY(m_panel->chart()->csv().startsWith(QStringLiteral("k_factor,recall,lost,")));
        QVERIFY(!pictureImage(withTitles(m_panel->chart()->picture()), 1).isNull());
    }

    void selectionComesFromOutside() {
        open(built(m_data, "HNSW4||efSearch=10"));
        const LossReport& report = *m_panel->study()->report();
        QVERIFY(report.lost() > 0);
        const std::uint32_t query = report.misses.front().query;
        m_selection->setQuery(query);
        QCOMPARE(m_panel->queries()->currentIndex().siblingAtColumn(0).data().toUInt(), query);
        QVERIFY(m_panel->misses()->model()->rowCount() > 0);
        m_selection->setHoveredQuery(query);
        QVERIFY(m_panel->queries()->currentIndex().data(Qt::BackgroundRole).isValid());
        m_panel->queries()->setFocus();
        QTest::keyClick(m_panel->queries(), Qt::Key_Down);
        QVERIFY(m_selection->query() != qint64(query));
        for (QAction* action : m_panel->queries()->actions())
            if (action->shortcut() == QKeySequence::Copy)
                action->trigger();
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("Query\t")));
    }

    void worksOnlyInFrontAndCanBeCancelled() {
        m_panel->setInFront(false);
        m_panel->setIndex(built(m_data, "IVF64,SQ4||nprobe=4"));
        QTest::qWait(400);
        QVERIFY(!m_panel->study()->busy() && !m_panel->study()->report());
        m_panel->setInFront(true);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->study()->busy() || known(), kPatience);
        m_panel->study()->stop();
        QVERIFY(!m_panel->study()->busy());
        m_panel->study()->start();
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
        m_panel->setIndex(nullptr);
        QVERIFY(m_panel->findChild<QPushButton*>(QStringLiteral("emptyStateButton"))->isVisible());
    }

    void modelsKeepTheRules() {
        LossQueriesModel queries;
        LossMissesModel misses;
        QAbstractItemModelTester first(&queries, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QAbstractItemModelTester second(&misses, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const BuiltIndexPtr index = built(m_data, "IVF64,SQ4||nprobe=4");
        LossOptions options;
        const auto report = std::make_shared<const LossReport>(
            explain_loss(*index->index, workload_of(*m_data), index->configuration.search, options, {})
                .value());
        queries.setReport(report, nullptr, true);
        QVERIFY(queries.rowCount() > 3);
        const std::uint32_t one = report->misses.front().query;
        misses.setQuery(report, index, one, true);
        QVERIFY(misses.rowCount() > 0);
        QVERIFY(misses.index(0, LossMissesModel::Distance).data().toString().size() > 1);
        queries.setReport(report, std::make_shared<const QueryRows>(QueryRows{one}), true);
        QCOMPARE(queries.rowCount(), 1);
        QVERIFY(queries.losing() > 1);
        queries.setReport(nullptr, nullptr, false);
        misses.setQuery(nullptr, nullptr, 3, false);
        QCOMPARE(queries.rowCount() + misses.rowCount(), 0);
    }

private:
    bool known() const { return m_panel->study()->remediesKnown() && !m_panel->study()->busy(); }
    void open(const BuiltIndexPtr& index) {
        m_panel->setIndex(index);
        QTRY_VERIFY_WITH_TIMEOUT(known(), kPatience);
    }
    static std::size_t losing(const LossReport& report) {
        std::set<std::uint32_t> queries;
        for (const Miss& miss : report.misses)
            if (miss.reason != LossReason::Tie)
                queries.insert(miss.query);
        return queries.size();
    }
    static void rowsAreThoseOf(const LossReport& report, LossReason reason, const QueryRows& rows) {
        std::set<std::uint32_t> expected;
        for (const Miss& miss : report.misses)
            if (miss.reason == reason)
                expected.insert(miss.query);
        QVERIFY(std::ranges::equal(expected, rows));
    }

    DatasetPtr m_data;
    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<FilterStack> m_filters;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<LossPanel> m_panel;
};

QTEST_MAIN(LossPanelTest)
#include "tst_loss_panel.moc"
