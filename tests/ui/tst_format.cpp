// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/error_text.h"
#include "ui/common/format.h"

#include <QTest>

#include <limits>

using namespace annscope;
using namespace annscope::ui;

class TestFormat : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }
    void text_data();
    void text() {
        QFETCH(QString, actual);
        QFETCH(QString, expected);
        QCOMPARE(actual, expected);
    }
    void followsTheLocale();
    void everyErrorHasASentence();
};

void TestFormat::text_data() {
    QTest::addColumn<QString>("actual");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* name, const QString& actual, const char* expected) {
        QTest::newRow(name) << actual << QString::fromUtf8(expected);
    };
    row("count", formatCount(60000), "60,000");
    row("count 0", formatCount(0), "0");
    row("mean", formatMean(1234.56), "1,235");
    row("mean small", formatMean(12.34), "12.3");
    row("mean whole", formatMean(16), "16");
    row("qps", formatQps(18392.7743), "18,400");
    row("qps small", formatQps(12.345), "12.3");
    row("qps unit", formatQpsWithUnit(18392.7743), "18,400 QPS");
    row("short", formatShort(18392.8), "18.4k");
    row("short 2k", formatShort(2000), "2k");
    row("short 500", formatShort(500), "500");
    row("short rounds up", formatShort(999.9), "1k");
    row("short M", formatShort(1250000), "1.25M");
    row("bytes", formatBytes(7'100'000), "7.1 MB");
    row("bytes big", formatBytes(188'160'000), "188 MB");
    row("bytes small", formatBytes(512), "512 B");
    row("bytes rounds up", formatBytes(999'999), "1.0 MB");
    row("seconds", formatSeconds(3.14), "3.1 s");
    row("seconds estimated", formatSeconds(3.14, true), "~3.1 s");
    row("milliseconds", formatSeconds(0.0031), "3.1 ms");
    row("minutes", formatSeconds(127), "2:07 min");
    row("hours", formatSeconds(3725), "1:02 h");
    row("no seconds", formatSeconds(std::numeric_limits<double>::infinity()), "");
    row("left", formatTimeLeft(6.2), "0:07 left");
    row("left unknown", formatTimeLeft(-1), "");
    row("micros", formatMicros(51.3), "51 µs");
    row("millis", formatMicros(1234), "1.2 ms");
    row("recall", formatRecall(0.9531), "0.953");
    row("recall nearly 1", formatRecall(0.99964), "0.9996");
    row("recall never 1 unless it is", formatRecall(0.99999), "0.9999");
    row("recall 1", formatRecall(1), "1.000");
    row("percent", formatPercent(0.621), "62 %");
    row("parameter", formatParameter(1.2), "1.2");
    row("parameter whole", formatParameter(4096), "4096");
    row("number", formatNumber(1234.5), "1,230");
    row("number small", formatNumber(0.012345), "0.0123");
    row("shape", formatShape(60000, 784), "60,000 × 784");
}

void TestFormat::followsTheLocale() {
    QLocale::setDefault(QLocale(QLocale::German, QLocale::Germany));
    QCOMPARE(formatCount(60000), QStringLiteral("60.000"));
    QCOMPARE(formatRecall(0.9531), QStringLiteral("0,953"));
    QCOMPARE(formatShort(18392.8), QStringLiteral("18,4k"));
    QCOMPARE(formatParameter(1.2), QStringLiteral("1.2")); // a configuration is the same everywhere
    QLocale::setDefault(QLocale::c());
}

void TestFormat::everyErrorHasASentence() {
    QStringList seen;
    for (int code = 0; code <= static_cast<int>(ErrorCode::Internal); ++code) {
        const ErrorText text = errorText({static_cast<ErrorCode>(code), "detail"});
        QVERIFY(text.sentence.endsWith(QLatin1Char('.')));
        QVERIFY(!seen.contains(text.sentence));
        QCOMPARE(text.detail, QStringLiteral("detail"));
        seen << text.sentence;
    }
}

QTEST_MAIN(TestFormat)
#include "tst_format.moc"
