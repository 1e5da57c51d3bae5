// SPDX-License-Identifier: GPL-3.0-or-later
#include "map_window.h"

using namespace annscope;
using namespace annscope::ui;
using namespace annscope::test;

class MapPanelTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { applyTheme(*qApp, Theme::Light); }
    void emptyAsksForData();
    void nothingIsLaidOutWhileHidden();
    void pointsAreWhereTheyMustBe();
    void summaryNamesMethodAndTrust();
    void umapShowsStagesAndIsRemembered();
    void stoppingBringsTheMapBack();
    void axesAreShownBeforeTheyAreMeasured();
    void panningMovesThePicture();
    void clickSelectsAQueryAndFollowsIt();
    void clickSelectsAVectorAndItsCell();
    void hoverGoesBothWays();
    void brushSetsAFilterAndUndoTakesItBack();
    void picturesLeaveTheProgram();
    void escapeGoesBackStepByStep();
};

void MapPanelTest::emptyAsksForData() {
    Window w(0);
    QSignalSpy asked(&w.panel, &MapPanel::emptyTriggered);
    auto* button = w.find<QPushButton>("emptyStateButton");
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(asked.count(), 1);
}

void MapPanelTest::nothingIsLaidOutWhileHidden() {
    Window w(0);
    const BuiltIndexPtr built = fourCells(100, 3);
    w.panel.setData(built->dataset);
    QTest::qWait(50);
    QVERIFY(!w.panel.study()->busy() && !w.panel.study()->scene());
    w.panel.setInFront(true);
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.projector.asked.load(), 1);
    w.panel.setInFront(false);
    w.panel.setInFront(true);
    QTest::qWait(50);
    QCOMPARE(w.projector.asked.load(), 1);
}

/// The oracle: every vector's pixel is inked, and a place far from all vectors is not.
void MapPanelTest::pointsAreWhereTheyMustBe() {
    Window w;
    w.panel.setColor(MapColor::Plain);
    w.find<QCheckBox>("mapQueries")->setChecked(false);
    QTRY_VERIFY(w.panel.ready());
    const QImage image = w.image();
    const QColor ground = palette().panel;
    std::size_t missing = 0, shown = 0;
    for (qint64 row = 0; row < 400; ++row) {
        const QPoint p = w.atRow(row);
        if (!image.rect().contains(p))
            continue;
        ++shown;
        missing += image.pixelColor(p) == ground ? 1 : 0;
    }
    QCOMPARE(shown, std::size_t(400));
    QCOMPARE(missing, std::size_t(0));
    QCOMPARE(image.pixelColor(w.at({2.0f, 0.5f})), ground);
    QCOMPARE(image.pixelColor(w.at({0.5f, 2.0f})), ground);
}

void MapPanelTest::summaryNamesMethodAndTrust() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.summary(),
             QStringLiteral("PCA, keeps 50 % of the variance, trustworthiness@12 0.900 (400 vectors)"));
    const auto* label = w.find<QLabel>("mapSummary");
    QCOMPARE(label->text(), w.panel.summary());
    QVERIFY(label->toolTip().contains(QStringLiteral("must distort")));
}

void MapPanelTest::umapShowsStagesAndIsRemembered() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    const double wide = w.canvas()->scene()->bounds.width();
    w.projector.wait = true;
    auto* method = w.find<QComboBox>("mapMethod");
    w.choose(method, static_cast<int>(MapOptions::Method::Umap));
    QVERIFY(w.find<QWidget>("mapWorking")->isVisible());
    QVERIFY(w.find<QSpinBox>("mapNeighbours")->isVisible());
    QTRY_VERIFY(w.canvas()->scene()->epochs == 10);
    QVERIFY(w.panel.summary().contains(QStringLiteral("epoch 3 of 10")));
    w.projector.wait = false;
    QTRY_VERIFY(w.panel.ready());
    QCOMPARE(w.panel.summary(),
             QStringLiteral("UMAP, 15 neighbours, trustworthiness@12 0.970 (400 vectors)"));
    QVERIFY(w.canvas()->scene()->bounds.width() > wide * 1.5);
    QVERIFY(!w.find<QWidget>("mapWorking")->isVisible());
    const int asked = w.projector.asked;
    w.choose(method, static_cast<int>(MapOptions::Method::Pca));
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    w.choose(method, static_cast<int>(MapOptions::Method::Umap));
    QTRY_VERIFY(w.panel.summary().startsWith(QStringLiteral("UMAP")));
    QCOMPARE(w.projector.asked.load(), asked);
    w.find<QSpinBox>("mapNeighbours")->setValue(30);
    QTRY_VERIFY(w.panel.summary().contains(QStringLiteral("30 neighbours")));
    QCOMPARE(w.projector.asked.load(), asked + 1);
}

void MapPanelTest::stoppingBringsTheMapBack() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    w.projector.wait = true;
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Umap));
    QTRY_VERIFY(w.canvas()->scene()->moving());
    QTest::mouseClick(w.find<QToolButton>("mapCancel"), Qt::LeftButton);
    QTRY_VERIFY(!w.panel.study()->busy());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    QCOMPARE(w.find<QComboBox>("mapMethod")->currentText(), QStringLiteral("PCA"));
    QVERIFY(!w.find<QSpinBox>("mapNeighbours")->isVisible());
}

void MapPanelTest::axesAreShownBeforeTheyAreMeasured() {
    Window w(0);
    const BuiltIndexPtr built = fourCells(100, 3);
    w.projector.waitToMeasure = true;
    w.panel.setData(built->dataset);
    w.panel.setInFront(true);
    QTRY_VERIFY(w.canvas()->scene());
    QVERIFY(w.panel.study()->busy());
    QVERIFY(w.panel.summary().contains(QStringLiteral("trustworthiness not measured yet")));
    w.projector.wait = true; // another method is wanted meanwhile: what is there stays
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Umap));
    QVERIFY(w.canvas()->scene());
    QTRY_VERIFY(w.canvas()->scene()->moving());
    QTest::mouseClick(w.find<QToolButton>("mapCancel"), Qt::LeftButton);
    QTRY_VERIFY(!w.panel.study()->busy());
    QVERIFY(w.panel.summary().startsWith(QStringLiteral("PCA")));
    w.projector.waitToMeasure = false;
    w.choose(w.find<QComboBox>("mapMethod"), static_cast<int>(MapOptions::Method::Pca));
    QTRY_VERIFY(w.panel.summary().contains(QStringLiteral("trustworthiness@12 0.900")));
}

void MapPanelTest::panningMovesThePicture() {
    Window w;
    w.panel.setColor(MapColor::Plain);
    QTRY_VERIFY(w.panel.ready());
    const QPoint before = w.atRow(0);
    w.drag({400, 300}, {460, 330}, Qt::NoModifier);
    const QPoint after = w.atRow(0);
    QVERIFY((after - before - QPoint(60, 30)).manhattanLength() <= 2);
    QVERIFY(w.image().pixelColor(after) != palette().panel); // at once, from the picture that was there
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.image().pixelColor(after) != palette().panel);
    QTest::keyClick(w.canvas(), Qt::Key_0);
    QVERIFY((w.atRow(0) - before).manhattanLength() <= 2);
}

void MapPanelTest::clickSelectsAQueryAndFollowsIt() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.atQuery(3));
    QCOMPARE(w.selection.query(), 3);
    QTRY_VERIFY(w.panel.explainer()->path() && w.panel.explainer()->path()->queryRow == 3);
    QTRY_VERIFY(w.panel.ready());
    QVERIFY(w.find<QLabel>("mapOutcome")->text().startsWith(QStringLiteral("Found")));
    const double before = w.canvas()->view().scale;
    QTest::mouseClick(w.find<QToolButton>("mapZoom"), Qt::LeftButton);
    QVERIFY(w.canvas()->view().scale > 2 * before);
    QVERIFY((w.atQuery(3) - w.canvas()->rect().center()).manhattanLength() <= 3);
    w.canvas()->fit();
    QTRY_VERIFY(w.panel.ready());
    const QImage image = w.image();
    QVERIFY(hasColor(image, w.atQuery(3), palette().fault));
    const auto coloring = w.canvas()->coloring();
    QVERIFY(coloring && coloring->kind == MapColor::Probed);
    const std::uint32_t cell = 3 * 17 % 4;
    for (std::size_t i = 0; i < 400; ++i)
        QCOMPARE(coloring->base[i], i % 4 == cell ? 0u : MapColoring::kNone);
}

void MapPanelTest::clickSelectsAVectorAndItsCell() {
    Window w(400, 0);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.atRow(42));
    const qint64 picked = w.selection.node();
    QVERIFY(picked >= 0);
    QCOMPARE(w.selection.cell(), picked % 4);
    QVERIFY((w.atRow(picked) - w.atRow(42)).manhattanLength() <= 2);
    QTest::mouseClick(w.canvas(), Qt::LeftButton, {}, w.at({2.0f, 2.0f}));
    QCOMPARE(w.selection.node(), -1);
    QCOMPARE(w.selection.cell(), -1);
}

void MapPanelTest::hoverGoesBothWays() {
    Window w;
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTest::mouseMove(w.canvas(), w.atQuery(5));
    QTRY_COMPARE(w.selection.hoveredQuery(), 5);
    w.find<QCheckBox>("mapQueries")->setChecked(false);
    QTest::mouseMove(w.canvas(), w.atRow(10) + QPoint(0, 1));
    QTRY_VERIFY(w.canvas()->hoveredRow() >= 0);
    QCOMPARE(w.selection.hoveredQuery(), -1);
    QCOMPARE(w.selection.hoveredCell(), w.canvas()->hoveredRow() % 4);
    w.selection.setHoveredCell(1); // as another view does
    QCOMPARE(w.canvas()->pointedRows().size(), std::size_t(100));
    QCOMPARE(w.canvas()->pointedRows()[0], 1u);
    w.selection.setHoveredQuery(7);
    QCOMPARE(w.canvas()->hoveredQuery(), 7);
    w.selection.setHoveredCell(-1);
    QVERIFY(w.canvas()->pointedRows().empty());
}

void MapPanelTest::brushSetsAFilterAndUndoTakesItBack() {
    Window w;
    QTRY_VERIFY(w.panel.ready());
    const QPoint a = w.at({-0.3f, 1.4f}), b = w.at({1.4f, -0.3f}); // the first cell
    w.drag(a, b, Qt::ShiftModifier | Qt::ControlModifier);
    QueryRows inside;
    for (std::uint32_t q = 0; q < 12; ++q)
        if (q * 17 % 4 == 0)
            inside.push_back(q);
    const auto passing = w.filters.queries(w.built->dataset);
    QVERIFY(passing);
    QCOMPARE(*passing, inside);
    QCOMPARE(w.filters.filters().front().source, QStringLiteral("map"));
    QCOMPARE(w.filters.filters().front().text, QStringLiteral("%1 queries on the map").arg(inside.size()));
    QVERIFY(w.find<QLabel>("mapOutcome")->text().contains(QStringLiteral("of 12 queries pass")));
    const QPoint edge((a.x() + b.x()) / 2, a.y());
    QVERIFY(hasColor(w.image(), edge, palette().accent, 8, 200));
    w.undo.undo();
    QVERIFY(!w.filters.queries(w.built->dataset));
    QVERIFY(!hasColor(w.image(), edge, palette().accent, 8, 200));
    w.undo.redo();
    QVERIFY(hasColor(w.image(), edge, palette().accent, 8, 200));
    w.drag(w.at({1.8f, 1.8f}), w.at({2.2f, 2.2f}), Qt::ShiftModifier | Qt::ControlModifier); // no query there
    QVERIFY(w.filters.empty());
}

void MapPanelTest::picturesLeaveTheProgram() {
    Window w;
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    QTemporaryDir folder;
    const TitledPicture titled = w.panel.picture();
    QVERIFY(titled.subtitle.contains(QStringLiteral("fake")));
    QVERIFY(titled.subtitle.contains(QStringLiteral("trustworthiness@12 0.900")));
    QVERIFY(titled.subtitle.contains(QStringLiteral("IVF4")));
    const Picture picture = withTitles(titled);
    const QString png = folder.filePath(QStringLiteral("m.png"));
    QVERIFY(!savePng(picture, png));
    QVERIFY(!saveSvg(picture, folder.filePath(QStringLiteral("m.svg"))));
    QVERIFY(!savePdf(picture, folder.filePath(QStringLiteral("m.pdf"))));
    const QImage image(png);
    QCOMPARE(image.size(), picture.size * 2);
    const QPoint at = (w.atRow(1) + QPoint(0, picture.size.height() - titled.size.height())) * 2;
    QVERIFY(hasColor(image.convertToFormat(QImage::Format_RGB32), at, categoryColor(1), 3));
}

void MapPanelTest::escapeGoesBackStepByStep() {
    Window w(400, 4);
    w.panel.setColor(MapColor::Cell);
    QTRY_VERIFY(w.canvas()->coloring() && w.panel.ready());
    w.panel.activateWindow();
    w.canvas()->setFocus();
    w.selection.setQuery(1);
    w.canvas()->setOnly(ClassRange{1, 1});
    QTest::keyClick(w.canvas(), Qt::Key_Escape);
    QVERIFY(!w.canvas()->only());
    QCOMPARE(w.selection.query(), 1);
    QTest::keyClick(w.canvas(), Qt::Key_Escape);
    QTRY_COMPARE(w.selection.query(), -1);
}

QTEST_MAIN(MapPanelTest)
#include "tst_map_panel.moc"
