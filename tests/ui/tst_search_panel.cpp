// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/jobs/live_measure.h"
#include "ui/models/runs_model.h"
#include "ui/panels/param_slider.h"
#include "ui/panels/search_panel.h"
#include "ui/views/pareto_chart.h"

#include <QApplication>
#include <QDoubleSpinBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTest>
#include <QUndoStack>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// Counts searches, and holds them up while told to.
class GatedIndex : public test::FakeIndex {
public:
    using FakeIndex::FakeIndex;
    mutable std::atomic<int> searches{0};
    std::atomic<bool> held{false};

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        ++searches;
        while (held)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return FakeIndex::search_one(query, k, params, out, trace);
    }
};

} // namespace

class TestSearchPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<RunsModel>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_data = test::fakeDataset(20'000, 8);
        auto built =
            std::make_shared<BuiltIndex>(*test::fakeIndex(3, QStringLiteral("IVF64,Flat"), 0, m_data));
        m_gate = std::make_shared<GatedIndex>("IVF64,Flat", m_data->base);
        built->index = m_gate;
        m_index = built;
        m_run = m_model->append(test::fakeRun(m_index, 8, 0.9, 5000));
        m_panel = std::make_unique<SearchPanel>(m_model.get(), m_selection.get());
        m_panel->resize(300, 600);
        m_panel->show();
        m_jobs = std::make_unique<JobRunner>();
        m_live = std::make_unique<LiveMeasure>(m_jobs.get());
    }
    void cleanup() {
        m_gate->held = false;
        m_live.reset();
        m_jobs.reset();
        m_panel.reset();
    }

    void stopsCoverTheRange_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<bool>("integer");
        QTest::addColumn<bool>("logScale");
        QTest::newRow("nprobe") << 1.0 << 4096.0 << true << true;
        QTest::newRow("small") << 1.0 << 3.0 << true << true;
        QTest::newRow("single") << 1.0 << 1.0 << true << true;
        QTest::newRow("linear") << 0.0 << 100.0 << true << false;
        QTest::newRow("wide linear") << 0.0 << 1e6 << true << false;
        QTest::newRow("real") << 1.0 << 2.0 << false << false;
    }
    void stopsCoverTheRange() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(bool, integer);
        QFETCH(bool, logScale);
        const auto stops = sliderStops({"p", low, high, low, integer, logScale, "Help."});
        QCOMPARE(stops.front(), low);
        QCOMPARE(stops.back(), high);
        QVERIFY(stops.size() <= 1001);
        for (std::size_t i = 1; i < stops.size(); ++i)
            QVERIFY(stops[i] > stops[i - 1]);
        if (integer)
            for (const double stop : stops)
                QCOMPARE(stop, std::round(stop));
    }

    void showsTheSelectedRun() {
        QSignalSpy asked(m_panel.get(), &SearchPanel::measureRequested);
        m_selection->setRun(m_run);
        QCOMPARE(m_panel->slider(QStringLiteral("nprobe"))->value(), 8.0);
        QCOMPARE(m_panel->slider(QStringLiteral("k"))->value(), 10.0);
        QVERIFY(m_panel->readout(QStringLiteral("recall")).startsWith(QStringLiteral("0.900 ± 0.00")));
        QCOMPARE(m_panel->readout(QStringLiteral("qps")), QStringLiteral("5,000 1 thread"));
        QCOMPARE(m_panel->readout(QStringLiteral("status")),
                 QStringLiteral("1 thread, 10,000 queries, median of 3, spread ±2 %"));
        QCOMPARE(asked.count(), 0);
        const QString help = m_panel->slider(QStringLiteral("nprobe"))->toolTip();
        QVERIFY2(
            help.contains(QStringLiteral("Cells visited per query, 1..64. More: better recall, slower.")),
            qPrintable(help));
    }

    void sliderAndFieldAskForOneMeasurementEach() {
        m_selection->setRun(m_run);
        QSignalSpy asked(m_panel.get(), &SearchPanel::measureRequested);
        auto* nprobe = m_panel->slider(QStringLiteral("nprobe"));
        nprobe->slider()->setFocus();
        QTest::keyClick(nprobe->slider(), Qt::Key_Right);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(nprobe->value(), 9.0); // one key, one value further
        nprobe->field()->setFocus();
        nprobe->field()->selectAll();
        QTest::keyClicks(nprobe->field(), QStringLiteral("32"));
        QTest::keyClick(nprobe->field(), Qt::Key_Return);
        QCOMPARE(asked.count(), 2);
        QCOMPARE(asked.last()[1].value<SearchParams>().get("nprobe", 0), 32.0);
        QSignalSpy kChanged(m_panel.get(), &SearchPanel::kChanged);
        m_panel->slider(QStringLiteral("k"))->slider()->setValue(0);
        QCOMPARE(kChanged.count(), 1);
        QCOMPARE(asked.count(), 3);
        QCOMPARE(m_panel->k(), std::size_t(1));
    }

    void measuresFirstOnFewThenOnAll() {
        QList<std::size_t> queries;
        std::optional<LiveEstimate> last;
        connect(m_live.get(), &LiveMeasure::estimated, this, [&](const LiveEstimate& estimate) {
            queries << estimate.point.queries;
            last = estimate;
        });
        QSignalSpy finished(m_live.get(), &LiveMeasure::finished);
        m_live->request(m_index, {{"nprobe", 32}, {"k_factor", 1}}, 10);
        QVERIFY(finished.wait(20'000));
        QVERIFY(queries.size() >= 2);
        QVERIFY(queries.first() <= 100);
        QCOMPARE(queries.last(), std::size_t(500));
        QVERIFY(std::is_sorted(queries.begin(), queries.end()));
        QVERIFY(last->complete());
        // Half of the vectors are looked at, so about half of the neighbours are found.
        QVERIFY2(std::abs(last->point.recall - 0.5) < 0.05, qPrintable(QString::number(last->point.recall)));
        QVERIFY(last->recallMargin > 0 && last->recallMargin < 0.05);
        QVERIFY(!m_live->busy());
    }

    void manyRequestsBecomeTwoMeasurements() {
        QList<double> measured;
        connect(m_live.get(), &LiveMeasure::estimated, this, [&](const LiveEstimate& estimate) {
            const double nprobe = estimate.point.params.get("nprobe", 0);
            if (measured.isEmpty() || measured.last() != nprobe)
                measured << nprobe;
        });
        QSignalSpy finished(m_live.get(), &LiveMeasure::finished);
        m_gate->held = true;
        for (int nprobe = 1; nprobe <= 50; ++nprobe)
            m_live->request(m_index, {{"nprobe", double(nprobe)}, {"k_factor", 1}}, 10);
        m_gate->held = false;
        QVERIFY(finished.wait(20'000));
        QCOMPARE(measured, (QList<double>{1, 50}));
    }

    void stopEndsWithoutFurtherEstimates() {
        QSignalSpy estimated(m_live.get(), &LiveMeasure::estimated);
        m_gate->held = true;
        m_live->request(m_index, {{"nprobe", 4}, {"k_factor", 1}}, 10);
        m_live->stop();
        m_gate->held = false;
        QTRY_VERIFY(!m_live->busy());
        QCOMPARE(estimated.count(), 0);
    }

    void errorsAreSentences() {
        QSignalSpy failed(m_live.get(), &LiveMeasure::failed);
        m_live->request(m_index, {{"nprobe", 1000}, {"k_factor", 1}}, 10);
        QVERIFY(failed.wait(20'000));
        QVERIFY2(failed[0][0].toString().contains(QStringLiteral("nprobe")),
                 qPrintable(failed[0][0].toString()));
        m_live->request(m_index, {{"nprobe", 1}, {"k_factor", 1}}, 11); // the truth has 10
        QVERIFY(failed.wait(20'000));
        QVERIFY(failed[1][0].toString().contains(QStringLiteral("true 11 neighbours")));
    }

    void sliderMovesTheMarkerAndCanBeKept() {
        ParetoChart chart(m_model.get(), m_selection.get());
        chart.resize(700, 400);
        connect(m_panel.get(), &SearchPanel::measureRequested, m_live.get(), &LiveMeasure::request);
        connect(m_panel.get(), &SearchPanel::measureDropped, m_live.get(), &LiveMeasure::stop);
        connect(m_panel.get(), &SearchPanel::measureDropped, &chart, [&] { chart.setLive({}); });
        connect(m_live.get(), &LiveMeasure::estimated, m_panel.get(), &SearchPanel::setEstimate);
        connect(m_live.get(), &LiveMeasure::estimated, &chart,
                [&](const LiveEstimate& e) { chart.setLive(e); });
        m_selection->setRun(m_run);
        QVERIFY(!m_panel->keepButton()->isEnabled());
        auto* nprobe = m_panel->slider(QStringLiteral("nprobe"));
        nprobe->slider()->setValue(nprobe->slider()->maximum());
        QTRY_VERIFY(chart.live().has_value());
        QTRY_COMPARE(chart.live()->point.recall, 1.0);
        QTRY_VERIFY(chart.live()->complete());
        QVERIFY(m_panel->readout(QStringLiteral("recall")).startsWith(QStringLiteral("1.000")));
        QVERIFY(m_panel->readout(QStringLiteral("status")).contains(QStringLiteral("500 queries")));
        QCOMPARE(m_panel->readout(QStringLiteral("lists")), QStringLiteral("64 per query"));

        connect(m_panel.get(), &SearchPanel::kept, this,
                [this](const Run& run) { m_selection->setRun(m_model->append(run)); });
        QTest::mouseClick(m_panel->keepButton(), Qt::LeftButton);
        QCOMPARE(m_model->rowCount(), 2);
        QCOMPARE(m_model->runs()[1].point.queries, std::size_t(500));
        QVERIFY(!chart.live().has_value());
        QVERIFY(!m_panel->keepButton()->isEnabled());
    }

    void ignoresEstimatesOfOtherParameters() {
        m_selection->setRun(m_run);
        LiveEstimate old;
        old.index = m_index;
        old.point = m_model->run(m_run)->point;
        old.point.params = {{"nprobe", 63}, {"k_factor", 1}};
        old.point.recall = 0.123;
        old.total = old.point.queries;
        m_panel->setEstimate(old);
        QVERIFY(m_panel->readout(QStringLiteral("recall")).startsWith(QStringLiteral("0.900")));
    }

    void anIndexWithoutRunsShowsItsDefaults() {
        m_panel->setIndex(m_index);
        QCOMPARE(m_panel->readout(QStringLiteral("recall")), QStringLiteral("–"));
        QCOMPARE(m_panel->slider(QStringLiteral("nprobe"))->value(), 1.0);
        QVERIFY(m_panel->readout(QStringLiteral("memory")).contains(QStringLiteral("MB")));
        m_panel->setIndex(nullptr);
        QVERIFY(!m_panel->keepButton()->isVisible());
    }

private:
    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<SearchPanel> m_panel;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<LiveMeasure> m_live;
    std::shared_ptr<GatedIndex> m_gate;
    DatasetPtr m_data;
    BuiltIndexPtr m_index;
    qint64 m_run = -1;
};

QTEST_MAIN(TestSearchPanel)
#include "tst_search_panel.moc"
