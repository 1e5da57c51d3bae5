// SPDX-License-Identifier: GPL-3.0-or-later
// Checks of the source tree and of compiled objects that keep the structure what it is.
#include <QDirIterator>
#include <QFileInfo>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

namespace {

const QString kSource = QStringLiteral(ANNSCOPE_SOURCE_DIR);

QStringList files(const QStringList& folders, const QStringList& patterns) {
    QStringList found;
    for (const QString& folder : folders) {
        QDirIterator it(kSource + QLatin1Char('/') + folder, patterns, QDir::Files,
                        QDirIterator::Subdirectories);
        while (it.hasNext())
            found << it.next();
    }
    found.sort();
    return found;
}

QString read(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QStringList includes(const QString& text) {
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s*[<\"]([^>\"]+)[>\"]"),
                                            QRegularExpression::MultilineOption);
    QStringList found;
    for (auto it = include.globalMatch(text); it.hasNext();)
        found << it.next().captured(1);
    return found;
}

/// A folder of the engine may include itself and what stands below it; equal ranks may not see each other.
int rank(const QString& folder) {
    static const QHash<QString, int> ranks{
        {QStringLiteral("core"), 0},  {QStringLiteral("simd"), 1},   {QStringLiteral("data"), 2},
        {QStringLiteral("quant"), 3}, {QStringLiteral("graph"), 4},  {QStringLiteral("ivf"), 4},
        {QStringLiteral("disk"), 5},  {QStringLiteral("index"), 6},  {QStringLiteral("spec"), 7},
        {QStringLiteral("tune"), 7},  {QStringLiteral("interop"), 8}};
    return ranks.value(folder, -1);
}

} // namespace

class tst_tree : public QObject {
    Q_OBJECT
private slots:
    void engine_includes_follow_the_order() {
        const QStringList sources =
            files({QStringLiteral("engine")}, {QStringLiteral("*.h"), QStringLiteral("*.cpp")});
        QVERIFY(sources.size() > 20);
        QStringList faults;
        for (const QString& path : sources) {
            const QString own = path.mid(kSource.size() + 8).section(QLatin1Char('/'), 0, 0);
            QVERIFY2(rank(own) >= 0, qPrintable(path));
            for (const QString& include : includes(read(path))) {
                const QString other = include.section(QLatin1Char('/'), 0, 0);
                if (rank(other) >= 0 && other != own && rank(other) >= rank(own))
                    faults << path + QStringLiteral(" includes ") + include;
                if (include.startsWith(QLatin1Char('Q')) || include.startsWith(QStringLiteral("ui/")) ||
                    include.startsWith(QStringLiteral("app/")))
                    faults << path + QStringLiteral(" includes ") + include;
            }
        }
        QCOMPARE(faults.join(QLatin1Char('\n')), QString());
    }

    void ui_does_not_know_the_app() {
        QStringList faults;
        for (const QString& path :
             files({QStringLiteral("ui")}, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}))
            for (const QString& include : includes(read(path)))
                if (include.startsWith(QStringLiteral("app/")))
                    faults << path + QStringLiteral(" includes ") + include;
        QCOMPARE(faults.join(QLatin1Char('\n')), QString());
    }

    void the_command_line_knows_no_qt() {
        QStringList faults;
        for (const QString& path :
             files({QStringLiteral("app/cli")}, {QStringLiteral("*.h"), QStringLiteral("*.cpp")}))
            for (const QString& include : includes(read(path)))
                if (include.startsWith(QLatin1Char('Q')) || include.startsWith(QStringLiteral("ui/")))
                    faults << path + QStringLiteral(" includes ") + include;
        QCOMPARE(faults.join(QLatin1Char('\n')), QString());
    }

    void openmp_stays_in_one_file() {
        QStringList faults;
        for (const QString& path :
             files({QStringLiteral("engine"), QStringLiteral("ui"), QStringLiteral("app")},
                   {QStringLiteral("*.h"), QStringLiteral("*.cpp")}))
            if (!path.endsWith(QStringLiteral("core/parallel.cpp")) &&
                read(path).contains(QRegularExpression(QStringLiteral("#\\s*pragma\\s+omp"))))
                faults << path;
        QCOMPARE(faults.join(QLatin1Char('\n')), QString());
    }

    void every_file_names_its_licence() {
        QStringList faults;
        for (const QString& path : files({QStringLiteral("engine"), QStringLiteral("ui"),
                                          QStringLiteral("app"), QStringLiteral("tests")},
                                         {QStringLiteral("*.h"), QStringLiteral("*.cpp")})) {
            const QString expected = path.startsWith(kSource + QStringLiteral("/engine/"))
                                         ? QStringLiteral("Apache-2.0")
                                         : QStringLiteral("GPL-3.0-or-later");
            if (!read(path).startsWith(QStringLiteral("// SPDX-License-Identifier: ") + expected))
                faults << path;
        }
        QCOMPARE(faults.join(QLatin1Char('\n')), QString());
    }

    /// An inline function that was compiled with one ISA's flags must not be picked by the linker for
    /// everybody.
    void no_weak_symbol_leaves_an_isa_object_data() {
        QTest::addColumn<QString>("object");
        for (const QString& path : files({QStringLiteral("engine/simd")}, {QStringLiteral("*avx*.cpp")})) {
            const QString name = QFileInfo(path).fileName();
            QTest::newRow(qPrintable(name))
                << QStringLiteral(ANNSCOPE_BINARY_DIR "/engine/CMakeFiles/annscope_engine.dir/simd/%1.o")
                       .arg(name);
        }
    }
    void no_weak_symbol_leaves_an_isa_object() {
        QFETCH(QString, object);
        if (QStandardPaths::findExecutable(QStringLiteral("nm")).isEmpty())
            QSKIP("nm is not installed");
        if (!QFile::exists(object))
            QSKIP("built without object files beside the tests");
        QProcess nm;
        nm.start(QStringLiteral("nm"), {QStringLiteral("-C"), QStringLiteral("--defined-only"), object});
        QVERIFY(nm.waitForFinished());
        QCOMPARE(nm.exitCode(), 0);
        const QStringList lines =
            QString::fromUtf8(nm.readAllStandardOutput()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QVERIFY(lines.size() > 1);
        const QStringList weak =
            lines.filter(QRegularExpression(QStringLiteral("^[0-9a-f]* [WVuw] ")))
                .filter(QRegularExpression(QStringLiteral("^(?!.*(DW\\.ref|asan|ubsan|tsan)).*$")));
        QCOMPARE(weak.join(QLatin1Char('\n')), QString());
    }
};

QTEST_GUILESS_MAIN(tst_tree)
#include "tst_tree.moc"
