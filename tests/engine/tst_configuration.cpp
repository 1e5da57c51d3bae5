// SPDX-License-Identifier: GPL-3.0-or-later
#include "index/kind.h"
#include "spec/parser.h"

#include <QTest>

using namespace annscope;

class TestConfiguration : public QObject {
    Q_OBJECT
private slots:
    void round_trip_data();
    void round_trip();
    void parts();
    void errors_data();
    void errors();
    void every_kind_reads_its_defaults();
    void unbuilt_kinds_take_any_names();
};

void TestConfiguration::round_trip_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("canonical");
    const auto row = [](const char* line, const char* canonical) {
        QTest::addRow("%s", line) << QString::fromLatin1(line) << QString::fromLatin1(canonical);
    };
    row("Flat", "Flat");
    row("Flat|", "Flat");
    row("Flat||", "Flat");
    row(" IVF1k,Flat \n", "IVF1024,Flat");
    row("IVF1024,Flat||nprobe=16", "IVF1024,Flat||nprobe=16");
    row("IVF1024,Flat|niter=20|nprobe=16", "IVF1024,Flat|niter=20|nprobe=16");
    row("Vamana64,Flat|Lbuild=125,alpha=1.20|", "Vamana64|Lbuild=125,alpha=1.2");
    row("IVF1024,PQ32x4fs,RFlat||nprobe=16,k_factor=8", "IVF1024,PQ32x4fs,RFlat||nprobe=16,k_factor=8");
    row("HNSW32|efConstruction=200|efSearch=64", "HNSW32|efConstruction=200|efSearch=64");
}

void TestConfiguration::round_trip() {
    QFETCH(QString, line);
    QFETCH(QString, canonical);
    const auto configuration = parse_configuration(line.toStdString());
    QVERIFY2(configuration.ok(), configuration ? "" : configuration.error().message.c_str());
    QCOMPARE(QString::fromStdString(print(*configuration)), canonical);
    const auto again = parse_configuration(print(*configuration));
    QVERIFY(again.ok());
    QVERIFY(*again == *configuration);
}

void TestConfiguration::parts() {
    const auto configuration = parse_configuration("Vamana64|Lbuild=125,alpha=1.2|Lsearch=50");
    QVERIFY(configuration.ok());
    QCOMPARE(configuration->spec.root.numbers[0], 64U);
    QCOMPARE(configuration->build.get("alpha", 0), 1.2);
    QCOMPARE(configuration->build.get("Lbuild", 0), 125.0);
    QCOMPARE(configuration->search.get("Lsearch", 0), 50.0);
}

void TestConfiguration::errors_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<int>("column");
    QTest::addColumn<QString>("says");
    const auto row = [](const char* line, int column, const char* says) {
        QTest::addRow("%s", line) << QString::fromLatin1(line) << column << QString::fromLatin1(says);
    };
    row("", 0, "is empty");
    row("   ", 3, "is empty");
    row("|Lbuild=3", 0, "is empty");
    row("  IVF1024", 9, "needs a code");
    row("Vamana64|Lbuild", 9, "Expected name=value");
    row("Vamana64|Lbuild=x", 16, "Expected a number for Lbuild");
    row("Vamana64|Lbuild=125,Lbuild=3", 20, "given twice");
    row("Vamana64|Lbuild=125,beta=3", 20, "has no parameter \"beta\"; it has Lbuild, alpha");
    row("Vamana64|Lbuild=125,alpha=0.5", 20, "alpha must be from 1 to");
    row("Vamana64|Lbuild=1.5", 9, "Lbuild must be a whole number");
    row("Vamana64||Lsearch=10,nprobe=3", 21, "has no parameter \"nprobe\"; it has Lsearch");
    row("IVF64,Flat|nprobe=3", 11, "The build of IVF64,Flat has no parameter");
    row("IVF64,Flat||nprobe=0", 12, "nprobe must be");
    row("Flat||nprobe=3", 6, "it has none");
    row("Flat|||", 6, "three parts");
    row("Flat|||nprobe=1", 6, "three parts");
}

void TestConfiguration::errors() {
    QFETCH(QString, line);
    QFETCH(int, column);
    QFETCH(QString, says);
    const auto configuration = parse_configuration(line.toStdString());
    QVERIFY(!configuration.ok());
    const QString message = QString::fromStdString(configuration.error().message);
    QVERIFY2(message.contains(says), qPrintable(message));
    QCOMPARE(configuration.error().column, column);
    QCOMPARE(name(configuration.error().code), name(ErrorCode::ParseError));
}

void TestConfiguration::every_kind_reads_its_defaults() {
    for (const Kind* kind : kinds()) {
        ParamSet build, search;
        for (const ParamInfo& info : kind->build_params)
            build.set(info.name, info.def);
        for (const ParamInfo& info : kind->search_params)
            search.set(info.name, info.def);
        const std::string line =
            std::string(kind->example) + "|" + to_string(build) + "|" + to_string(search);
        const auto configuration = parse_configuration(line);
        QVERIFY2(configuration.ok(), line.c_str());
        QCOMPARE(find_kind(configuration->spec.root), kind);
        QVERIFY(configuration->build == build);
        QVERIFY(configuration->search == search);
    }
}

void TestConfiguration::unbuilt_kinds_take_any_names() {
    QVERIFY(parse_configuration("LSH64|anything=3|ht=30").ok());
    QVERIFY(!parse_configuration("LSH64|anything").ok());
}

QTEST_GUILESS_MAIN(TestConfiguration)
#include "tst_configuration.moc"
