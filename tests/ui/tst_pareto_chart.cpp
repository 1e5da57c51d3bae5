// SPDX-License-Identifier: GPL-3.0-or-later
#include "fake_runs.h"

#include "ui/common/theme.h"
#include "ui/models/runs_model.h"
#include "ui/views/label_layout.h"
#include "ui/views/pareto_chart.h"

#include <QApplication>
#include <QClipboard>
#include <QLineSeries>
#include <QMenu>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>
#include <QWheelEvent>
#include <QXmlStreamReader>

#include <cmath>
#include <memory>
#include <random>

using namespace annscope;
using namespace annscope::ui;

namespace {

QStringList labels(const QList<AxisTick>& ticks) {
    QStringList texts;
    for (const AxisTick& tick : ticks)
        if (tick.major())
            texts << tick.label;
    return texts;
}

} // namespace

class TestParetoChart : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<RunsModel>(m_undo.get());
        m_selection = std::make_unique<Selection>();
        m_data = test::fakeDataset(400);
        m_ids = m_model->appendBatch(test::fakeCurves(m_data));
        m_chart = std::make_unique<ParetoChart>(m_model.get(), m_selection.get());
        m_chart->resize(800, 500);
        m_chart->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_chart.get()));
    }
    void cleanup() { m_chart.reset(); }

    void logTicksAreReadable_data() {
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::addColumn<int>("room");
        QTest::addColumn<QStringList>("expected");
        const auto list = [](const char* text) { return QString::fromLatin1(text).split(u' '); };
        QTest::newRow("1-2-5") << 2.9 << 4.4 << 10 << list("1k 2k 5k 10k 20k");
        QTest::newRow("decades") << 0.0 << 6.0 << 8 << list("1 10 100 1k 10k 100k 1M");
        QTest::newRow("every second decade") << 0.0 << 6.0 << 4 << list("1 100 10k 1M");
        QTest::newRow("close up") << std::log10(1400.0) << std::log10(1900.0) << 6
                                  << list("1.4k 1.5k 1.6k 1.7k 1.8k 1.9k");
        QTest::newRow("below one") << -2.0 << 0.0 << 10 << list("0.01 0.02 0.05 0.1 0.2 0.5 1");
        QTest::newRow("empty") << 2.0 << 2.0 << 10 << QStringList();
        QTest::newRow("not a number") << 0.0 << std::nan("") << 10 << QStringList();
    }
    void logTicksAreReadable() {
        QFETCH(double, low);
        QFETCH(double, high);
        QFETCH(int, room);
        QFETCH(QStringList, expected);
        QCOMPARE(labels(logTicks(low, high, room)), expected);
    }

    void recallAxesGoBothWays_data() {
        QTest::addColumn<RecallScale>("scale");
        QTest::newRow("linear") << RecallScale::Linear;
        QTest::newRow("logit") << RecallScale::Logit;
        QTest::newRow("1 - recall") << RecallScale::MissLog;
    }
    void recallAxesGoBothWays() {
        QFETCH(RecallScale, scale);
        const RecallAxis axis(scale, 1e-5);
        double previous = -1e9;
        for (const double recall : {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999}) {
            QVERIFY(axis.toAxis(recall) > previous);
            previous = axis.toAxis(recall);
            QVERIFY(std::abs(axis.fromAxis(previous) - recall) < 1e-9);
        }
        QVERIFY(axis.toAxis(1) > previous);
        QVERIFY(std::isfinite(axis.toAxis(1)) && std::isfinite(axis.toAxis(0)));
        for (const double low : {0.0, 0.3, 0.9, 0.99}) {
            const auto ticks = axis.ticks(axis.toAxis(low), axis.toAxis(1), 8);
            QVERIFY2(labels(ticks).size() >= 2 && labels(ticks).size() <= 10,
                     qPrintable(labels(ticks).join(u' ')));
        }
    }
    void recallTicksSayTheNines() {
        const RecallAxis logit(RecallScale::Logit, 1e-5);
        const auto texts = labels(logit.ticks(logit.toAxis(0.4), logit.toAxis(1), 10));
        for (const char* text : {"0.5", "0.9", "0.99", "0.999", "0.9999", "1"})
            QVERIFY2(texts.contains(QString::fromLatin1(text)), text);
        const RecallAxis miss(RecallScale::MissLog, 1e-4);
        const auto misses = labels(miss.ticks(miss.toAxis(0.5), miss.toAxis(1), 8));
        for (const char* text : {"0.5", "0.1", "0.01", "0.001", "0"})
            QVERIFY2(misses.contains(QString::fromLatin1(text)), text);
        QCOMPARE(logit.title(10), QStringLiteral("Recall@10 (logit)"));
    }

    void labelsDoNotOverlap() {
        std::mt19937 random(7);
        std::uniform_real_distribution<double> place(0, 300);
        for (int round = 0; round < 200; ++round) {
            std::vector<QRectF> boxes;
            for (int i = 0; i < 8; ++i)
                boxes.emplace_back(place(random), place(random), 80, 20);
            QVERIFY(spreadVertically(boxes, 0, 320));
            for (std::size_t i = 0; i < boxes.size(); ++i) {
                QVERIFY(boxes[i].top() >= -1e-9 && boxes[i].bottom() <= 320 + 1e-9);
                for (std::size_t j = 0; j < i; ++j)
                    QVERIFY(!boxes[i].adjusted(0, 0.01, 0, -0.01).intersects(boxes[j]));
            }
        }
        std::vector<QRectF> tooMany(20, QRectF(0, 0, 80, 20));
        QVERIFY(!spreadVertically(tooMany, 0, 320));
        QCOMPARE(tooMany[5], QRectF(0, 0, 80, 20));
        std::vector<QRectF> apart{QRectF(0, 10, 50, 20), QRectF(0, 50, 50, 20), QRectF(60, 12, 50, 20)};
        const auto before = apart;
        QVERIFY(spreadVertically(apart, 0, 100));
        QCOMPARE(apart, before);
    }

    void drawsAFrontForEachIndex() {
        const CurveContent& content = m_chart->content();
        QCOMPARE(content.points.size(), std::size_t(45));
        QCOMPARE(content.series.size(), std::size_t(3));
        for (const CurveSeries& series : content.series) {
            const auto front = m_model->front(series.key);
            QCOMPARE(series.front.size(), std::size_t(front.size()));
            for (std::size_t i = 0; i < series.front.size(); ++i)
                QCOMPARE(content.points[series.front[i]].run, front[qsizetype(i)]);
        }
        const auto lines = m_chart->chart()->series();
        QCOMPARE(lines.size(), 3);
        for (auto* line : lines)
            QVERIFY(!static_cast<QLineSeries*>(line)->points().isEmpty());
        QCOMPARE(m_chart->scenery().labels.size(), std::size_t(3));
        QVERIFY(!m_chart->scenery().legend);
        QCOMPARE(content.dataName, QStringLiteral("fashion-mnist"));
    }

    void clickSelectsTheRunEverywhere() {
        for (const int i : {0, 7, 20, 44}) {
            if (!m_model->onFront(m_ids[i]))
                continue;
            QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, pixel(m_ids[i]));
            QCOMPARE(m_selection->run(), m_ids[i]);
            QCOMPARE(m_selection->index(), m_model->run(m_ids[i])->index->id);
        }
        const qint64 before = m_selection->run();
        QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, emptySpot());
        QCOMPARE(m_selection->run(), before);
    }

    void clickOnANameSelectsTheIndex() {
        const auto width = [&](qint64 index) {
            for (std::size_t i = 0; i < m_chart->content().series.size(); ++i)
                if (m_chart->content().series[i].key.index == index)
                    return static_cast<QLineSeries*>(m_chart->chart()->series()[qsizetype(i)])
                        ->pen()
                        .widthF();
            return 0.0;
        };
        const double before = width(2);
        for (const SeriesLabel& label : m_chart->scenery().labels)
            if (label.name == QStringLiteral("Vamana64"))
                QTest::mouseClick(m_chart->viewport(), Qt::LeftButton, {}, label.box.center().toPoint());
        QCOMPARE(m_selection->index(), qint64(2));
        QVERIFY(width(2) > before);
        QCOMPARE(width(1), before);
    }

    void readsEachFrontAtTheTarget() {
        QVERIFY(targetCrossings(m_chart->scenery()).empty());
        m_chart->setTargetRecall(0.95);
        for (const RecallScale scale : {RecallScale::Linear, RecallScale::Logit, RecallScale::MissLog}) {
            m_chart->setRecallScale(scale);
            const auto crossings = targetCrossings(m_chart->scenery());
            QCOMPARE(crossings.size(), std::size_t(3));
            for (const TargetCrossing& crossing : crossings) {
                std::vector<OperatingPoint> points;
                for (const std::size_t i : m_chart->content().series[crossing.series].front)
                    points.push_back(m_model->run(m_chart->content().points[i].run)->point);
                const double expected = qps_at_recall(points, 0.95);
                QVERIFY(std::abs(crossing.qps - expected) < expected * 1e-6);
            }
        }
        m_chart->setTargetRecall(0.3); // all are better than that: the lines do not reach it
        QVERIFY(targetCrossings(m_chart->scenery()).empty());
    }

    void hoverShowsTheNearestPoint() {
        const qint64 run = m_ids[18];
        QTest::mouseMove(m_chart->viewport(), pixel(run) + QPoint(3, 2));
        QCOMPARE(m_selection->hoveredRun(), run);
        QVERIFY(m_chart->scenery().cardShown);
        QVERIFY(m_chart->scenery().hoveredRun.has_value());
        QTest::mouseMove(m_chart->viewport(), emptySpot());
        QCOMPARE(m_selection->hoveredRun(), qint64(-1));
        m_selection->setHoveredRun(m_ids[3]);
        QCOMPARE(m_chart->scenery().hovered, m_ids[3]);
        QVERIFY(!m_chart->scenery().cardShown);
    }

    void wheelZoomsAboutThePointer() {
        const QPoint at = emptySpot();
        const QPointF before = m_chart->mapping().fromPixel(at);
        const ViewRange all = m_chart->mapping().view;
        turnWheel(at, 120);
        turnWheel(at, 120);
        QVERIFY(m_chart->mapping().view.width() < all.width() * 0.7);
        const QPointF after = m_chart->mapping().fromPixel(at);
        QVERIFY(std::abs(before.x() - after.x()) < all.width() * 2e-3);
        QVERIFY(std::abs(before.y() - after.y()) < all.height() * 2e-3);
        QTest::keyClick(m_chart.get(), Qt::Key_Escape);
        QVERIFY(!m_chart->isZoomed()); // one turn of the wheel is one step
        QCOMPARE(m_chart->mapping().view, all);
        turnWheel({at.x(), int(m_chart->mapping().plot.bottom()) + 10}, 120);
        QCOMPARE(m_chart->mapping().view.height(), all.height());
        QVERIFY(m_chart->mapping().view.width() < all.width());
        for (int i = 0; i < 400; ++i)
            turnWheel(at, i < 200 ? 120 : -120);
        QVERIFY(m_chart->mapping().view.width() > 0 && m_chart->mapping().view.width() < all.width() * 5);
    }

    void rubberBandZoomsAndEscGoesBack() {
        const ViewRange all = m_chart->mapping().view;
        const QPoint from(200, 120), to(420, 300);
        const QPointF corner = m_chart->mapping().fromPixel(from);
        drag(Qt::LeftButton, from, to);
        const ViewRange zoomed = m_chart->mapping().view;
        QVERIFY(std::abs(zoomed.x0 - corner.x()) < 1e-9);
        QVERIFY(std::abs(zoomed.y1 - corner.y()) < 1e-9);
        QVERIFY(zoomed.width() < all.width());
        drag(Qt::LeftButton, {300, 200}, {400, 260});
        QVERIFY(m_chart->mapping().view.width() < zoomed.width());
        QTest::keyClick(m_chart.get(), Qt::Key_Escape);
        QCOMPARE(m_chart->mapping().view, zoomed);
        QTest::mouseDClick(m_chart->viewport(), Qt::LeftButton, {}, {300, 200});
        QCOMPARE(m_chart->mapping().view, all);
        drag(Qt::LeftButton, {300, 200}, {303, 201});
        QCOMPARE(m_chart->mapping().view, all);
    }

    void pans_data() {
        QTest::addColumn<Qt::MouseButton>("button");
        QTest::addColumn<bool>("space");
        QTest::newRow("middle") << Qt::MiddleButton << false;
        QTest::newRow("right") << Qt::RightButton << false;
        QTest::newRow("space and left") << Qt::LeftButton << true;
    }
    void pans() {
        QFETCH(Qt::MouseButton, button);
        QFETCH(bool, space);
        turnWheel({300, 250}, 360);
        const QPointF grabbed = m_chart->mapping().fromPixel({300, 250});
        if (space)
            QTest::keyPress(m_chart.get(), Qt::Key_Space);
        drag(button, {300, 250}, {340, 230});
        if (space)
            QTest::keyRelease(m_chart.get(), Qt::Key_Space);
        const QPointF there = m_chart->mapping().fromPixel({340, 230});
        QVERIFY(std::abs(grabbed.x() - there.x()) < 1e-6);
        QVERIFY(std::abs(grabbed.y() - there.y()) < 1e-6);
        QVERIFY(!QApplication::activePopupWidget());
    }

    void keysStepAlongTheFront() {
        QTest::keyClick(m_chart.get(), Qt::Key_Right);
        const SeriesKey series = m_chart->content().series[0].key;
        const auto front = m_model->front(series);
        QCOMPARE(m_selection->run(), front[0]);
        QTest::keyClick(m_chart.get(), Qt::Key_Right);
        QCOMPARE(m_selection->run(), front[1]);
        QTest::keyClick(m_chart.get(), Qt::Key_Left);
        QTest::keyClick(m_chart.get(), Qt::Key_Left);
        QCOMPARE(m_selection->run(), front[0]);
        QTest::keyClick(m_chart.get(), Qt::Key_Down);
        QCOMPARE(m_model->run(m_selection->run())->index->id, qint64(2));
        const double width = m_chart->mapping().view.width();
        QTest::keyClick(m_chart.get(), Qt::Key_Plus);
        QVERIFY(m_chart->mapping().view.width() < width);
        QTest::keyClick(m_chart.get(), Qt::Key_Home);
        QCOMPARE(m_chart->mapping().view.width(), width);
    }

    void pointsArriveWhileItIsOpen() {
        const auto newcomer = test::fakeIndex(9, QStringLiteral("Flat"), 3, m_data);
        const qint64 id = m_model->append(test::fakeRun(newcomer, 1, 1.0, 900));
        QVERIFY(m_chart->pixelOf(id).has_value());
        QCOMPARE(m_chart->chart()->series().size(), 4);
        m_model->setHidden({id}, true);
        QVERIFY(!m_chart->pixelOf(id).has_value());
        QCOMPARE(m_chart->chart()->series().size(), 3);
        m_undo->undo();
        QVERIFY(m_chart->pixelOf(id).has_value());
        m_model->remove(m_ids);
        QCOMPARE(m_chart->chart()->series().size(), 1);
        turnWheel({300, 250}, 120);
        const ViewRange zoomed = m_chart->mapping().view;
        m_undo->undo();
        QCOMPARE(m_chart->mapping().view, zoomed); // new points do not pull the view away
    }

    void showsOnlyItsDataSet() {
        const auto other = test::fakeDataset(200);
        const qint64 id =
            m_model->append(test::fakeRun(test::fakeIndex(9, QStringLiteral("Flat"), 3, other), 1, 1.0, 900));
        QVERIFY(m_chart->pixelOf(id).has_value());
        m_chart->setDataset(m_data);
        QVERIFY(!m_chart->pixelOf(id).has_value());
        QCOMPARE(m_chart->content().points.size(), std::size_t(45));
        QCOMPARE(m_chart->csv().count(u'\n'), 46);
    }

    void liveMarkerIsDrawnAndMoves() {
        const QImage before = m_chart->grab().toImage();
        LiveEstimate live;
        live.index = m_model->run(m_ids[0])->index;
        live.point = m_model->run(m_ids[0])->point;
        live.point.recall = 0.85;
        live.point.qps = 3000;
        live.recallMargin = 0.01;
        live.total = 20000;
        m_chart->setLive(live);
        const QPointF at = m_chart->mapping().toPixel(m_chart->content().position(live.point));
        const QImage after = m_chart->grab().toImage();
        const qreal ratio = after.devicePixelRatio();
        QVERIFY(before.pixelColor((at * ratio).toPoint() + QPoint(5, 2)) !=
                after.pixelColor((at * ratio).toPoint() + QPoint(5, 2)));
        m_chart->setLive(std::nullopt);
        QCOMPARE(m_chart->grab().toImage(), before);
    }

    void axisModesKeepEveryPointInView() {
        for (const RecallScale scale : {RecallScale::Logit, RecallScale::MissLog, RecallScale::Linear}) {
            QSignalSpy changed(m_chart.get(), &ParetoChart::recallScaleChanged);
            m_chart->setRecallScale(scale);
            QCOMPARE(changed.count(), 1);
            for (const CurvePoint& point : m_chart->content().points)
                QVERIFY(m_chart->mapping()
                            .plot.adjusted(-0.5, -0.5, 0.5, 0.5)
                            .contains(m_chart->mapping().toPixel(point.position)));
        }
    }

    void rightClickOffersPictureAndData() {
        QTest::mouseClick(m_chart->viewport(), Qt::RightButton, {}, pixel(m_ids[18]));
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        QVERIFY(menu);
        QStringList texts;
        for (const QAction* action : menu->actions())
            texts << action->text();
        for (const char* text : {"Copy picture", "Save PNG…", "Save SVG…", "Save CSV…", "Copy CSV",
                                 "Recall axis", "Show all", "Hide this run"})
            QVERIFY2(texts.contains(QString::fromUtf8(text)), text);
        for (QAction* action : menu->actions())
            if (action->text() == QStringLiteral("Copy CSV"))
                action->trigger();
        QVERIFY(
            QGuiApplication::clipboard()->text().startsWith(QStringLiteral("config,k,recall,recall_p5,")));
        QCOMPARE(QGuiApplication::clipboard()->text().count(u'\n'), 46);
        menu->close();
    }

    void picturesCarryTitleAndUnits() {
        const QTemporaryDir folder;
        const QString png = folder.filePath(QStringLiteral("c.png")),
                      svg = folder.filePath(QStringLiteral("c.svg"));
        const Picture picture = m_chart->picture();
        QCOMPARE(picture.title, QStringLiteral("fashion-mnist: recall@10 against queries per second"));
        QVERIFY(!savePng(picture, png));
        QVERIFY(!saveSvg(picture, svg));
        QCOMPARE(QImage(png).size(), picture.size * 2);
        QFile file(svg);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray text = file.readAll();
        QXmlStreamReader xml(text);
        while (!xml.atEnd())
            xml.readNext();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
        for (const char* part : {"fashion-mnist: recall@10", "400 × 4, L2", "Recall@10", "1 thread", "10k",
                                 "Vamana64", "IVF1024,Flat"})
            QVERIFY2(text.contains(part), part);
        QVERIFY(!text.contains("<image")); // lines stay lines
        // A corner of the plot and its far side are both painted: the picture is not cropped.
        const QImage image(png);
        QCOMPARE(image.pixelColor(4, 4), lightPalette().panel);
        QCOMPARE(image.pixelColor(image.width() - 4, image.height() - 4), lightPalette().panel);
        QVERIFY(savePng(picture, folder.filePath(QStringLiteral("missing/c.png"))).has_value());
    }

    void followsTheTheme() {
        const QColor light = m_chart->grab().toImage().pixelColor(2, 2);
        applyTheme(*qApp, Theme::Dark);
        const QColor dark = m_chart->grab().toImage().pixelColor(2, 2);
        QCOMPARE(light, lightPalette().panel);
        QCOMPARE(dark, darkPalette().panel);
    }

    void manyPointsStayResponsive() {
        std::vector<Run> runs;
        std::mt19937 random(3);
        std::uniform_real_distribution<double> value(0, 1);
        const auto index = test::fakeIndex(9, QStringLiteral("Flat"), 3, m_data);
        for (int i = 0; i < 20'000; ++i) {
            runs.push_back(test::fakeRun(index, 1, value(random), std::pow(10, 2 + 2 * value(random))));
            runs.back().point.recall_per_query.clear();
        }
        m_model->appendBatch(std::move(runs));
        QCOMPARE(m_chart->content().points.size(), std::size_t(20'045));
        QVERIFY(!m_chart->grab().isNull());
        QTest::mouseMove(m_chart->viewport(), QPoint(301, 251));
        QVERIFY(m_selection->hoveredRun() >= 0);
    }

    void narrowViewsUseALegend() {
        m_chart->resize(320, 300);
        QVERIFY(m_chart->scenery().legend);
        QVERIFY(!m_chart->scenery().labels.empty());
        for (const SeriesLabel& label : m_chart->scenery().labels)
            QVERIFY(label.box.bottom() <= m_chart->mapping().plot.top());
    }

private:
    QPoint pixel(qint64 run) const { return m_chart->pixelOf(run)->toPoint(); }
    /// Inside the plot, far from every point.
    QPoint emptySpot() const {
        const QRectF plot = m_chart->mapping().plot;
        for (double y = plot.bottom() - 10; y > plot.top(); y -= 10)
            for (double x = plot.left() + 10; x < plot.right(); x += 10)
                if (nearestPoint(m_chart->content(), m_chart->mapping(), {x, y}, 40) == kNoPoint)
                    return QPointF(x, y).toPoint();
        return plot.center().toPoint();
    }
    void turnWheel(QPoint at, int angle) {
        QWheelEvent event(at, m_chart->viewport()->mapToGlobal(at), {}, {0, angle}, Qt::NoButton, {},
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(m_chart->viewport(), &event);
    }
    void drag(Qt::MouseButton button, QPoint from, QPoint to) {
        QTest::mousePress(m_chart->viewport(), button, {}, from);
        for (const double share : {0.4, 0.8, 1.0}) {
            const QPointF at = from + QPointF(to - from) * share;
            QMouseEvent move(QEvent::MouseMove, at, m_chart->viewport()->mapToGlobal(at), Qt::NoButton,
                             button, {});
            QApplication::sendEvent(m_chart->viewport(), &move);
        }
        QTest::mouseRelease(m_chart->viewport(), button, {}, to);
    }

    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<RunsModel> m_model;
    std::unique_ptr<Selection> m_selection;
    std::unique_ptr<ParetoChart> m_chart;
    DatasetPtr m_data;
    QList<qint64> m_ids;
};

QTEST_MAIN(TestParetoChart)
#include "tst_pareto_chart.moc"
