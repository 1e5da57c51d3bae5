// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QApplication>
#include <QDir>
#include <QSignalSpy>
#include <QTest>

#include <set>

using namespace annscope::ui;

class TestPalette : public QObject {
    Q_OBJECT
private slots:
    void textIsReadable_data();
    void textIsReadable();
    void seriesAreToldApart();
    void cividisGetsLighter();
    void themeSwitchesWhileRunning();
    void everyIconIsDrawnInTheTextColour();
};

void TestPalette::textIsReadable_data() {
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestPalette::textIsReadable() {
    QFETCH(bool, dark);
    const Palette& c = dark ? darkPalette() : lightPalette();
    for (const QColor& background : {c.window, c.panel}) {
        for (const QColor& text : {c.text, c.secondary, c.fault, c.accent})
            QVERIFY2(contrastRatio(text, background) >= 4.5, qPrintable(text.name() + background.name()));
        for (int i = 0; i < 8; ++i) // lines and marks
            QVERIFY(contrastRatio(seriesStyle(i).color, background) >= 1.9);
    }
    QVERIFY(contrastRatio(c.onAccent, c.accent) >= 4.5);
    QVERIFY(contrastRatio(c.text, c.hover) >= 4.5);
}

void TestPalette::seriesAreToldApart() {
    std::set<QRgb> colors;
    std::set<Marker> markers;
    std::set<std::pair<QRgb, Qt::PenStyle>> looks;
    for (int i = 0; i < 16; ++i) {
        const SeriesStyle style = seriesStyle(i);
        colors.insert(style.color.rgb());
        markers.insert(style.marker);
        looks.insert({style.color.rgb(), style.dash});
        QVERIFY(!markerPath(style.marker, 7).isEmpty());
    }
    QCOMPARE(colors.size(), 8u);
    QCOMPARE(markers.size(), 8u);
    QCOMPARE(looks.size(), 16u); // the ninth differs from the first by its dash
    QCOMPARE(seriesStyle(0).color, QColor(0x0072B2));
    QCOMPARE(seriesStyle(-1).color, seriesStyle(0).color);
}

void TestPalette::cividisGetsLighter() {
    for (int i = 1; i <= 100; ++i)
        QVERIFY(contrastRatio(cividis(i / 100.0), Qt::black) >=
                contrastRatio(cividis((i - 1) / 100.0), Qt::black));
    QCOMPARE(cividis(-1), cividis(0));
    QCOMPARE(cividis(2), cividis(1));
    QCOMPARE(cividis(std::nan("")), cividis(0));
}

void TestPalette::themeSwitchesWhileRunning() {
    QSignalSpy changed(&ThemeNotifier::instance(), &ThemeNotifier::changed);
    applyTheme(*qApp, Theme::Dark);
    QVERIFY(darkThemeInUse());
    QCOMPARE(qApp->palette().color(QPalette::Window), darkPalette().window);
    applyTheme(*qApp, Theme::Light);
    QCOMPARE(palette().panel, lightPalette().panel);
    QCOMPARE(qApp->palette().color(QPalette::Base), lightPalette().panel);
    QCOMPARE(changed.count(), 2);
    for (const Theme theme : {Theme::System, Theme::Light, Theme::Dark})
        QCOMPARE(themeFromName(themeName(theme)), theme);
}

void TestPalette::everyIconIsDrawnInTheTextColour() {
    useResources();
    const auto files = QDir(QStringLiteral(":/icons")).entryList({QStringLiteral("*.svg")});
    QVERIFY(files.size() > 10);
    for (const QString& file : files) {
        if (file == QLatin1String("annscope.svg") || file.startsWith(QLatin1String("chevron-")) ||
            file.startsWith(QLatin1String("check-")))
            continue; // colours of their own
        for (const Theme theme : {Theme::Light, Theme::Dark}) {
            applyTheme(*qApp, theme);
            const QImage image = icon(QFileInfo(file).baseName()).pixmap(24, 24).toImage();
            int inked = 0;
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x)
                    if (image.pixelColor(x, y).alpha() > 120) {
                        ++inked;
                        QVERIFY2(contrastRatio(image.pixelColor(x, y), palette().text) < 1.3,
                                 qPrintable(file + image.pixelColor(x, y).name() + palette().text.name()));
                    }
            QVERIFY2(inked > 10, qPrintable(file));
        }
    }
}

QTEST_MAIN(TestPalette)
#include "tst_palette.moc"
