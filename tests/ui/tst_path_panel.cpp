// SPDX-License-Identifier: GPL-3.0-or-later
// Every kind of index has a path to play, and views of the same path keep in step.
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/path_step.h"
#include "ui/models/selection.h"
#include "ui/panels/cells_panel.h"
#include "ui/panels/graph_panel.h"
#include "ui/panels/path_panel.h"
#include "ui/views/cell_chart.h"
#include "ui/views/found_chart.h"
#include "ui/views/graph_canvas.h"
#include "ui/views/path_player.h"
#include "ui/views/query_explainer.h"

#include <QComboBox>
#include <QLabel>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>

using namespace annscope;
using namespace annscope::ui;

namespace {

std::shared_ptr<const Dataset> dataset(Metric metric = Metric::L2) {
    ClusterOptions options;
    options.n = 900;
    options.dim = 16;
    options.queries = 20;
    Dataset made = *generate_clusters(options, Control{});
    made.metric = metric;
    made.truth = *exact_neighbours(made.base, made.queries, metric, 10, Control{});
    return std::make_shared<const Dataset>(std::move(made));
}

BuiltIndexPtr built(const QString& factory, const std::shared_ptr<const Dataset>& data, qint64 id = 1) {
    auto index = std::make_shared<BuiltIndex>();
    index->id = id;
    index->title = factory;
    index->configuration = parse_configuration(factory.toStdString()).value();
    index->index = build_and_fill(index->configuration, data->base, data->metric, 1, {}).value();
    index->dataset = data;
    return index;
}

struct Window {
    JobRunner jobs;
    Selection selection;
    StepState steps;
    PathPanel panel{&jobs, &selection};
    Window() {
        panel.follow(&steps, true);
        panel.resize(1000, 360);
        panel.show();
    }
    PathPlayer* player() { return panel.player(); }
    const PathModel& path() { return *panel.shownPaths()[0].path; }
};

} // namespace

class PathPanelTest : public QObject {
    Q_OBJECT
private slots:
    void everyKindIsPlayed_data();
    void everyKindIsPlayed();
    void anotherKindIsLaidOver();
    void viewsKeepInStep();
    void queriesCanBeChangedWhilePlaying();
    void emptyPanelTeaches();
};

void PathPanelTest::everyKindIsPlayed_data() {
    QTest::addColumn<QString>("factory");
    QTest::addColumn<QString>("kind"); // of the steps
    QTest::addColumn<bool>("reranked");
    QTest::addColumn<int>("metric");
    const auto row = [](const char* factory, const char* kind, bool reranked = false,
                        Metric metric = Metric::L2) {
        QTest::addRow("%s %d", factory, static_cast<int>(metric))
            << QString::fromLatin1(factory) << QString::fromLatin1(kind) << reranked
            << static_cast<int>(metric);
    };
    row("Flat", "scan");
    row("Flat", "scan", false, Metric::Cosine);
    row("SQ8", "scan");
    row("SQfp16", "scan", false, Metric::InnerProduct);
    row("PQ4x4", "scan");
    row("PQ4x4fs", "scan");
    row("RaBitQ", "scan");
    row("RaBitQfs", "scan");
    row("PQ4x4,RFlat", "scan", true);
    row("PCA8,SQ8", "scan");
    row("OPQ4,PQ4x4", "scan");
    row("IDMap,Flat", "scan");
    row("IVF16,Flat", "cells");
    row("IVF16,SQ8", "cells", false, Metric::Cosine);
    row("IVF16,PQ4x4", "cells");
    row("IVF16,PQ4x4fs,RFlat", "cells", true);
    row("IVF16,RaBitQ", "cells");
    row("IVF16,RaBitQfs", "cells");
    row("IVF16_HNSW8,Flat", "cells");
    row("IMI2x3,Flat", "cells");
    row("PCA8,IVF16,Flat", "cells");
    row("OPQ4,IVF16,PQ4x4,RFlat", "cells", true);
    row("IDMap,IVF16,Flat", "cells");
    row("HNSW8", "walk");
    row("HNSW8,SQ8", "walk");
    row("HNSW8,PQ4x4", "walk");
    row("NSG16,Flat", "walk");
    row("Vamana16", "walk", false, Metric::InnerProduct);
    row("Vamana16,SQ8", "walk");
    row("Vamana16,PQ4x4,RFlat", "walk", true);
    row("Vamana32,RaBitQfs", "walk");
    row("PCA8,HNSW8", "walk");
    row("IDMap,HNSW8", "walk");
}

void PathPanelTest::everyKindIsPlayed() {
    QFETCH(QString, factory);
    QFETCH(QString, kind);
    QFETCH(bool, reranked);
    QFETCH(int, metric);
    Window w;
    w.selection.setQuery(3);
    w.panel.setSearchParams({{"nprobe", 4}}, 5);
    w.panel.setIndex(built(factory, dataset(static_cast<Metric>(metric))));
    QTRY_VERIFY(w.panel.shownPaths()[0].path);
    const PathModel& path = w.path();
    QCOMPARE(path.scans(), kind == QStringLiteral("scan"));
    QCOMPARE(path.ivf(), kind == QStringLiteral("cells"));
    QCOMPARE(path.walks(), kind == QStringLiteral("walk"));
    if (reranked)
        QVERIFY(path.reranked());
    QVERIFY2(path.steps.size() >= 4, qPrintable(QString::number(path.steps.size())));
    QCOMPARE(w.player()->step() + 1, static_cast<int>(path.steps.size()));
    QCOMPARE(path.found.size(), path.steps.size());
    // What the table says was found is what the search answered: its list ends in the answer.
    const auto right = std::ranges::count_if(path.answers, &Answer::isTrue);
    QCOMPARE(static_cast<std::ptrdiff_t>(path.found.back()), right);
    std::size_t before = 0;
    for (const PathStep& step : path.steps) {
        QVERIFY(step.end >= before && step.end - step.first <= 900);
        before = step.end;
        QVERIFY(step.kept <= step.end - step.first);
    }
    for (int step = 0; step <= w.player()->step(); ++step) // everything can be shown
        w.player()->setStep(step);
    w.player()->toStart();
    w.player()->stepForward();
    QCOMPARE(w.player()->step(), 1);
    auto* table = w.player()->findChild<QTableView*>(QStringLiteral("stepTable"));
    QCOMPARE(table->model()->rowCount(), static_cast<int>(path.steps.size()));
    QVERIFY(w.player()->findChild<QTableView*>(QStringLiteral("candidateList"))->model()->rowCount() > 0);
    w.panel.grab();
    QCOMPARE(w.steps.path(), w.panel.shownPaths()[0].path);
    QCOMPARE(w.steps.step(), std::size_t(1));
}

/// Cells against a graph: laid over each other by the distances that they compute.
void PathPanelTest::anotherKindIsLaidOver() {
    const auto data = dataset();
    const BuiltIndexPtr cells = built(QStringLiteral("IVF16,Flat"), data, 1),
                        graph = built(QStringLiteral("HNSW8"), data, 2),
                        flat = built(QStringLiteral("Flat"), data, 3);
    Window w;
    w.panel.setSearchParams({{"nprobe", 4}}, 5);
    w.panel.setIndex(cells);
    w.panel.setIndexes({cells, graph, flat});
    w.selection.setQuery(3);
    QTRY_VERIFY(w.panel.shownPaths()[0].path);
    auto* choice = w.panel.findChild<QComboBox*>(QStringLiteral("compareWith"));
    auto* value = w.panel.findChild<QSpinBox*>(QStringLiteral("compareList"));
    const auto choose = [&](const QString& text) {
        const int item = choice->findText(text);
        QVERIFY2(item >= 0, qPrintable(text));
        choice->setCurrentIndex(item);
        emit choice->activated(item);
    };
    choose(QStringLiteral("HNSW8"));
    QVERIFY(value->isVisible());
    QCOMPARE(value->prefix(), QStringLiteral("efSearch "));
    QTRY_VERIFY(isPair(w.panel.shownPaths()));
    QVERIFY(w.panel.shownPaths()[1].path->walks());
    QCOMPARE(w.panel.shownPaths()[0].name, QStringLiteral("IVF16,Flat nprobe 4"));
    QVERIFY(w.panel.shownPaths()[1].name.startsWith(QStringLiteral("HNSW8 efSearch ")));
    QVERIFY(w.player()->findChild<FoundChart*>()->isVisible());
    w.panel.grab();
    value->setValue(40);
    QTRY_VERIFY(isPair(w.panel.shownPaths()) && w.panel.shownPaths()[1].path->listSize == 40);
    w.player()->toStart();
    for (int i = 0; i < 6; ++i)
        w.player()->stepForward();
    w.player()->toEnd();
    QCOMPARE(w.player()->stepOf(1), w.panel.shownPaths()[1].path->steps.size() - 1);

    choose(QStringLiteral("Flat")); // it has nothing to set
    QVERIFY(!value->isVisible());
    QTRY_VERIFY(isPair(w.panel.shownPaths()) && w.panel.shownPaths()[1].path->scans());
    choose(QStringLiteral("Another nprobe"));
    QCOMPARE(value->value(), 8);
    QTRY_VERIFY(isPair(w.panel.shownPaths()) && w.panel.shownPaths()[1].path->hops() == 8);
    w.panel.setIndexes({cells});
    choose(QStringLiteral("No comparison"));
    QVERIFY(!isPair(w.panel.shownPaths()));
}

void PathPanelTest::viewsKeepInStep() {
    const auto data = dataset();
    const BuiltIndexPtr graph = built(QStringLiteral("Vamana16"), data, 1),
                        cells = built(QStringLiteral("IVF16,Flat"), data, 2);
    Window w;
    GraphPanel other(&w.jobs, &w.selection);
    CellsPanel third(&w.jobs, &w.selection);
    other.follow(&w.steps);
    third.follow(&w.steps);
    other.show();
    third.show();
    w.panel.setIndex(graph);
    other.setIndex(graph);
    third.setIndex(cells);
    w.selection.setQuery(2);
    QTRY_VERIFY(w.panel.shownPaths()[0].path && other.shownPaths()[0].path && third.shownPaths()[0].path);
    QSignalSpy told(&w.steps, &StepState::stepChanged);
    w.player()->setStep(3);
    QCOMPARE(told.count(), 1);
    QCOMPARE(other.player()->step(), 3);
    QCOMPARE(other.canvas()->steps()[0], std::size_t(3));
    QVERIFY(third.player()->step() != 3 || third.shownPaths()[0].path->steps.size() == 4); // another index
    other.player()->stepForward(); // and the other way
    QCOMPARE(w.player()->step(), 4);
    QCOMPARE(told.last()[0].toInt(), 4);
    w.player()->togglePlaying();
    other.player()->toStart(); // who takes over stops the one that plays
    QVERIFY(!w.player()->playing());
    QCOMPARE(w.player()->step(), 0);

    w.panel.setIndex(cells); // now the cells are what is played
    QTRY_VERIFY(w.panel.shownPaths()[0].path && w.panel.shownPaths()[0].path->ivf());
    w.player()->setStep(1);
    QCOMPARE(third.player()->step(), 1);
    QVERIFY(w.steps.path()->ivf());
    QVERIFY(third.player()->isVisible());
    third.setPlayerShown(false);
    QVERIFY(!third.player()->isVisible());
}

void PathPanelTest::queriesCanBeChangedWhilePlaying() {
    Window w;
    w.panel.setIndex(built(QStringLiteral("Flat"), dataset()));
    w.selection.setQuery(2);
    QTRY_VERIFY(w.panel.shownPaths()[0].path);
    w.player()->togglePlaying();
    QVERIFY(w.player()->playing());
    w.selection.setQuery(3);
    QTRY_COMPARE(w.path().queryRow, qint64(3));
    QVERIFY(w.player()->playing());
    w.selection.setQuery(-1);
    QTRY_VERIFY(!w.panel.shownPaths()[0].path);
    QVERIFY(!w.player()->playing());
    QVERIFY(!w.steps.path());
}

void PathPanelTest::emptyPanelTeaches() {
    Window w;
    QSignalSpy suggested(&w.panel, &QueryPanel::buildSuggested);
    auto* button = w.panel.findChild<QWidget*>(QStringLiteral("emptyStateButton"));
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(suggested.count(), 1);
    w.panel.setIndex(built(QStringLiteral("Flat"), dataset()));
    QVERIFY(!button->isVisible());
    QVERIFY(w.panel.findChild<QLabel*>(QStringLiteral("pathOutcome"))
                ->text()
                .contains(QStringLiteral("Choose a query")));
    w.panel.setIndex(nullptr);
    QVERIFY(button->isVisible());
}

QTEST_MAIN(PathPanelTest)
#include "tst_path_panel.moc"
