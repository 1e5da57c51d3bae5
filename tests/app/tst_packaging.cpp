// SPDX-License-Identifier: GPL-3.0-or-later
// What a desktop needs to show the program: one id in all files.
#include <QDir>
#include <QFile>
#include <QTest>
#include <QXmlStreamReader>

class TestPackaging : public QObject {
    Q_OBJECT
private slots:
    void oneIdEverywhere();
    void resourceFileListsEveryIcon();
};

namespace {

QString contents(const QString& relative) {
    QFile file(QStringLiteral(ANNSCOPE_SOURCE_DIR "/") + relative);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace

void TestPackaging::oneIdEverywhere() {
    const auto id = QStringLiteral("io.github.annscope.Annscope");
    const QString folder = QStringLiteral("resources/packaging/");
    const QString desktop = contents(folder + id + QStringLiteral(".desktop"));
    QVERIFY(desktop.startsWith(QStringLiteral("[Desktop Entry]")));
    QVERIFY(desktop.contains(QStringLiteral("\nIcon=") + id + QLatin1Char('\n')));
    QVERIFY(desktop.contains(QStringLiteral("\nExec=annscope ")));
    QXmlStreamReader xml(contents(folder + id + QStringLiteral(".metainfo.xml")));
    QString found, launchable;
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement() && xml.name() == QLatin1String("id"))
            found = xml.readElementText();
        else if (xml.isStartElement() && xml.name() == QLatin1String("launchable"))
            launchable = xml.readElementText();
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QCOMPARE(found, id);
    QCOMPARE(launchable, id + QStringLiteral(".desktop"));
    QVERIFY(
        contents(QStringLiteral("resources/CMakeLists.txt")).contains(QStringLiteral("annscope_id ") + id));
    QVERIFY(contents(QStringLiteral("app/main.cpp")).contains(id));
}

void TestPackaging::resourceFileListsEveryIcon() {
    const QString qrc = contents(QStringLiteral("resources/annscope.qrc"));
    const QDir icons(QStringLiteral(ANNSCOPE_SOURCE_DIR "/resources/icons"));
    for (const QString& name : icons.entryList({QStringLiteral("*.svg")}))
        QVERIFY2(qrc.contains(QStringLiteral("icons/") + name), qPrintable(name));
}

QTEST_GUILESS_MAIN(TestPackaging)
#include "tst_packaging.moc"
