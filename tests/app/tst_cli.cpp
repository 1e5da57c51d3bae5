// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real annscope-cli as a person does.
#include "test_data.h"

#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

namespace {

struct Outcome {
    int code = -1;
    QString out, err;
};

Outcome run(const QStringList& arguments, int milliseconds = 120000) {
    QProcess process;
    process.start(QStringLiteral(ANNSCOPE_CLI), arguments);
    if (!process.waitForFinished(milliseconds)) {
        process.kill();
        process.waitForFinished();
        return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
            QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

QStringList words(const QString& line) {
    return line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class tst_cli : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        // Held-out truths must not be written to the real cache.
        qputenv("XDG_CACHE_HOME", m_folder.filePath(QStringLiteral("cache")).toUtf8());
        const Outcome made =
            run(words(QStringLiteral("generate clusters --n 3000 --dim 16 --queries 100 --seed 5 -k 20 -o "))
                << sample());
        QVERIFY2(made.code == 0, qPrintable(made.err));
    }

    void changes_an_index() {
        const QString index = m_folder.filePath(QStringLiteral("c.ann"));
        const Outcome made = run({QStringLiteral("build"), sample(), QStringLiteral("--config"),
                                  QStringLiteral("HNSW16"), QStringLiteral("-o"), index});
        QVERIFY2(made.code == 0, qPrintable(made.err));
        const Outcome changed =
            run({QStringLiteral("change"), index, QStringLiteral("--remove"), QStringLiteral("5,100-199"),
                 QStringLiteral("--add"), sample(), QStringLiteral("-o"), index});
        QVERIFY2(changed.code == 0, qPrintable(changed.err));
        QVERIFY2(changed.out.contains(QStringLiteral("101 removed, 3000 added, 5899 vectors now")),
                 qPrintable(changed.out));
        const Outcome twice = run({QStringLiteral("change"), index, QStringLiteral("--remove"),
                                   QStringLiteral("5"), QStringLiteral("-o"), index});
        QCOMPARE(twice.code, 1);
        QVERIFY2(twice.err.contains(QStringLiteral("no vector 5")), qPrintable(twice.err));
        const Outcome cannot = run({QStringLiteral("build"), sample(), QStringLiteral("--config"),
                                    QStringLiteral("IVF16,Flat"), QStringLiteral("-o"), index});
        QVERIFY2(cannot.code == 0, qPrintable(cannot.err));
        const Outcome refused = run({QStringLiteral("change"), index, QStringLiteral("--remove"),
                                     QStringLiteral("5"), QStringLiteral("-o"), index});
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains(QStringLiteral("IVF16,Flat")), qPrintable(refused.err));
    }

    void loss_adds_up() {
        const QString file = m_folder.filePath(QStringLiteral("loss.json"));
        const Outcome outcome = run({QStringLiteral("loss"), sample(), QStringLiteral("--config"),
                                     QStringLiteral("IVF64,SQ4||nprobe=2"), QStringLiteral("--over"),
                                     QStringLiteral("main"), QStringLiteral("--json"), file});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QVERIFY2(outcome.out.contains(QStringLiteral("cell not probed")), qPrintable(outcome.out));
        const QJsonObject json = QJsonDocument::fromJson(contents(file)).object();
        const QJsonObject reasons = json.value(QStringLiteral("reasons")).toObject();
        QVERIFY(reasons.size() >= 2);
        double sum = 0;
        for (const QJsonValue& count : reasons)
            sum += count.toDouble();
        QCOMPARE(sum, double(json.value(QStringLiteral("misses")).toArray().size()));
        sum -= reasons.value(QStringLiteral("tie")).toDouble();
        QCOMPARE(sum, json.value(QStringLiteral("lost")).toDouble());
        QCOMPARE(sum, double(qRound(1000 * (1 - json.value(QStringLiteral("recall")).toDouble()))));
        QCOMPARE(json.value(QStringLiteral("shares")).toArray().size(), reasons.size());
        const QJsonArray sweep = json.value(QStringLiteral("sweep")).toArray();
        QVERIFY(sweep.size() > 5);
        const QJsonObject same = sweep[1].toObject();
        QCOMPARE(same.value(QStringLiteral("nprobe")).toDouble(), 2.0);
        QCOMPARE(same.value(QStringLiteral("reasons")).toObject(), reasons);
    }

    void cells_tell_their_load() {
        const QString file = m_folder.filePath(QStringLiteral("cells.json"));
        const Outcome outcome = run({QStringLiteral("cells"), sample(), QStringLiteral("--config"),
                                     QStringLiteral("IVF64,Flat||nprobe=3"), QStringLiteral("--json"), file});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QVERIFY2(outcome.out.contains(QStringLiteral("of the scan")), qPrintable(outcome.out));
        const QJsonObject json = QJsonDocument::fromJson(contents(file)).object();
        double probes = 0, share = 0;
        for (const QJsonValue& cell : json.value(QStringLiteral("by_cell")).toArray()) {
            probes += cell.toObject().value(QStringLiteral("probes")).toDouble();
            share += cell.toObject().value(QStringLiteral("cost_share")).toDouble();
        }
        QCOMPARE(probes, 300.0); // 100 queries
        QVERIFY(std::abs(share - 1) < 1e-9);
        const Outcome graph =
            run({QStringLiteral("cells"), sample(), QStringLiteral("--config"), QStringLiteral("HNSW8")});
        QCOMPARE(graph.code, 1);
        QVERIFY2(graph.err.contains(QStringLiteral("has no cells")), qPrintable(graph.err));
    }

    void queries_are_ranked() {
        const QString csv = m_folder.filePath(QStringLiteral("queries.csv")),
                      json = m_folder.filePath(QStringLiteral("queries.json"));
        const Outcome outcome =
            run({QStringLiteral("queries"), sample(), QStringLiteral("--config"),
                 QStringLiteral("IVF64,Flat||nprobe=1"), QStringLiteral("--by"), QStringLiteral("distance"),
                 QStringLiteral("--csv"), csv, QStringLiteral("--json"), json});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QVERIFY2(outcome.out.contains(QStringLiteral("hardest by distance to the data: ")),
                 qPrintable(outcome.out));
        const QStringList lines = QString::fromUtf8(contents(csv)).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 101);
        QCOMPARE(lines[0].split(u',').size(), 7);
        double sum = 0, before = 1e30;
        for (const QString& line : lines.mid(1)) {
            const QStringList fields = line.split(u',');
            sum += fields[2].toDouble();
            QVERIFY(fields[5].toDouble() <= before);
            before = fields[5].toDouble();
        }
        const QJsonObject told = QJsonDocument::fromJson(contents(json)).object();
        QCOMPARE(told.value(QStringLiteral("queries")).toArray().size(), 100);
        const double recall =
            told.value(QStringLiteral("all")).toObject().value(QStringLiteral("recall")).toDouble();
        QVERIFY(recall > 0.1 && recall < 1 && std::abs(recall - sum / 100) < 1e-6);
        const Outcome without = run({QStringLiteral("queries"), sample()});
        QVERIFY2(without.code == 0 && without.out.contains(QStringLiteral("hardest 1 %")),
                 qPrintable(without.err));
        const Outcome many =
            run({QStringLiteral("queries"), sample(), QStringLiteral("-k"), QStringLiteral("500")});
        QVERIFY2(many.code == 2 && many.err.contains(QStringLiteral("at most 20")), qPrintable(many.err));
    }

    void exit_codes_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("says"); // on either stream
        QTest::newRow("nothing") << "" << 2 << "subcommand";
        QTest::newRow("help") << "--help" << 0 << "FACTORY|BUILD|SEARCH";
        QTest::newRow("version") << "--version" << 0 << "annscope-cli 0.";
        QTest::newRow("help of a command") << "sweep --help" << 0 << "--grid";
        QTest::newRow("unknown command") << "optimise" << 2 << "subcommand";
        QTest::newRow("unknown option") << "info --colour red" << 2 << "--colour";
        QTest::newRow("no data") << "info" << 2 << "name the vectors";
        QTest::newRow("missing file") << "info no-such-file.fvecs" << 1 << "no-such-file.fvecs";
        QTest::newRow("a bad metric") << "info x.fvecs --metric l3" << 2 << "l3";
        QTest::newRow("bad factory string") << "spec IVF1024,Flap" << 2 << "\n  IVF1024,Flap\n          ^";
        QTest::newRow("compress without n") << "compress x.fvecs -o y.npy" << 2 << "--n";
        QTest::newRow("size without n") << "generate uniform --dim 4 -o x.hdf5" << 2 << "--n";
        QTest::newRow("negative n") << "generate uniform --n -4 --dim 4 -o x.hdf5" << 2 << "--n";
        QTest::newRow("expand nothing known") << "expand x.hdf5 --what all -o y.hdf5" << 2 << "--what";
        QTest::newRow("expand by a negative alpha") << "expand x.hdf5 --alpha -1 -o y.hdf5" << 2 << "--alpha";
        QTest::newRow("expand to nowhere") << "expand x.hdf5" << 2 << "--output";
        QTest::newRow("help of expand") << "expand --help" << 0 << "alpha query expansion";
        QTest::newRow("rank by nothing known") << "queries x.hdf5 --by size" << 2 << "--by";
        QTest::newRow("change nothing") << "change x.ann -o y.ann" << 2 << "--remove IDS, --add FILE";
        QTest::newRow("change by no number") << "change x.ann --remove 5,x -o y.ann" << 2 << "5,7,100-199";
        QTest::newRow("change backwards") << "change x.ann --remove 9-5 -o y.ann" << 2 << "9-5";
        QTest::newRow("change what is not there") << "change x.ann --remove 5 -o y.ann" << 1 << "x.ann";
        QTest::newRow("bad target") << "export --config Flat --target excel --dim 4 --metric l2" << 2
                                    << "faiss-python";
    }
    void exit_codes() {
        QFETCH(QString, line);
        QFETCH(int, code);
        QFETCH(QString, says);
        const Outcome outcome = run(words(line));
        QCOMPARE(outcome.code, code);
        QVERIFY2((outcome.out + outcome.err).contains(says), qPrintable(outcome.out + outcome.err));
        QVERIFY(code == 0 || outcome.out.isEmpty());
    }

    void info_tells_what_was_generated() {
        const Outcome outcome = run({QStringLiteral("info"), sample(), QStringLiteral("--json")});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        const QJsonObject j = QJsonDocument::fromJson(outcome.out.toUtf8()).object();
        QCOMPARE(j[QLatin1String("n")].toInt(), 3000);
        QCOMPARE(j[QLatin1String("dim")].toInt(), 16);
        QCOMPARE(j[QLatin1String("queries")].toInt(), 100);
        QCOMPARE(j[QLatin1String("truth_k")].toInt(), 20);
        QCOMPARE(j[QLatin1String("metric")].toString(), QStringLiteral("l2"));
        QVERIFY(j[QLatin1String("warnings")].toArray().isEmpty());
    }

    /// info tells of the file as it is, also where a sweep would hold queries out, and of a file of truth
    /// alone.
    void info_of_other_files_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("truth");
        QTest::newRow("vectors") << "base.fvecs" << 4900 << 0;
        QTest::newRow("truth") << "groundtruth.bin" << 0 << 100;
        QTest::newRow("a folder") << "npy_folder" << 4900 << 0;
    }
    void info_of_other_files() {
        QFETCH(QString, file);
        QFETCH(int, n);
        QFETCH(int, truth);
        if (annscope::test::data_folder().empty())
            QSKIP("no real data here, set ANNSCOPE_DATA");
        const auto path = annscope::test::data_folder() / "formats" / file.toStdString();
        const Outcome outcome =
            run({QStringLiteral("info"), QString::fromStdString(path.string()), QStringLiteral("--json")});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        const QJsonObject j = QJsonDocument::fromJson(outcome.out.toUtf8()).object();
        QCOMPARE(j[QLatin1String("n")].toInt(), n);
        QCOMPARE(j[QLatin1String("queries")].toInt(), 0);
        QCOMPARE(j[QLatin1String("truth_queries")].toInt(), truth);
    }

    void truth_agrees_with_what_generate_wrote() {
        const QString file = m_folder.filePath(QStringLiteral("truth.hdf5"));
        const Outcome outcome = run({QStringLiteral("truth"), sample(), QStringLiteral("-k"),
                                     QStringLiteral("20"), QStringLiteral("-o"), file});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        const Outcome swept = run({QStringLiteral("sweep"), file, QStringLiteral("--config"),
                                   QStringLiteral("Flat"), QStringLiteral("--repeat"), QStringLiteral("1")});
        QVERIFY2(swept.code == 0, qPrintable(swept.err));
        QVERIFY(swept.out.contains(QStringLiteral("1.0000")));
    }

    /// The truth of the original vectors stays the judge; with alpha large hardly anything changes.
    void expand_writes_vectors_and_keeps_the_judge() {
        const QString file = m_folder.filePath(QStringLiteral("expanded.hdf5"));
        const auto recall_of = [&](const QString& options) {
            const Outcome made = run(
                QStringList{QStringLiteral("expand"), sample(), QStringLiteral("-o"), file} + words(options));
            if (made.code != 0 || !made.out.contains(QStringLiteral("judged by the truth of the")))
                return -1.0;
            const QString points = m_folder.filePath(QStringLiteral("expanded.json"));
            const Outcome swept =
                run({QStringLiteral("sweep"), file, QStringLiteral("--config"), QStringLiteral("Flat"),
                     QStringLiteral("--repeat"), QStringLiteral("1"), QStringLiteral("--json"), points});
            const QJsonArray rows = QJsonDocument::fromJson(contents(points)).array();
            return swept.code == 0 ? rows.at(0)[QLatin1String("recall")].toDouble(-2) : -3.0;
        };
        const double none = recall_of(QStringLiteral("--alpha 10000"));
        const double queries = recall_of(QStringLiteral("--n 10 --alpha 3"));
        const double both = recall_of(QStringLiteral("--n 10 --alpha 0 --what both"));
        const double own = recall_of(QStringLiteral("--n 10 --alpha 0 --what both --judge expanded"));
        QVERIFY2(none > 0.99, qPrintable(QString::number(none)));
        QVERIFY2(queries > 0.2 && queries < none, qPrintable(QString::number(queries)));
        QVERIFY2(both > 0.1 && both < none, qPrintable(QString::number(both)));
        QCOMPARE(own, 1.0);
        const Outcome too_many = run({QStringLiteral("expand"), sample(), QStringLiteral("--n"),
                                      QStringLiteral("3000"), QStringLiteral("-o"), file});
        QCOMPARE(too_many.code, 2);
        QVERIFY(too_many.err.contains(QStringLiteral("3000")));
    }

    void spec_explains() {
        const Outcome outcome = run(words(QStringLiteral("spec IVF1024,Flat --dim 784 --n 60000 --json")));
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        const QJsonObject j = QJsonDocument::fromJson(outcome.out.toUtf8()).object();
        QCOMPARE(j[QLatin1String("canonical")].toString(), QStringLiteral("IVF1024,Flat"));
        QVERIFY(j[QLatin1String("supported")].toBool());
        QVERIFY(j[QLatin1String("bytes")].toDouble() > 60000.0 * 784 * 4);
        QCOMPARE(run(words(QStringLiteral("spec OPQ16_64,IVF65536_HNSW32,PQ16"))).code, 0);
    }

    /// build then sweep --index gives the ids of sweep --config; the CSV has the promised columns.
    void built_index_answers_like_a_fresh_one() {
        const QString index = m_folder.filePath(QStringLiteral("ivf.annscope"));
        const Outcome built = run({QStringLiteral("build"), sample(), QStringLiteral("--config"),
                                   QStringLiteral("IVF32,Flat"), QStringLiteral("-o"), index});
        QVERIFY2(built.code == 0, qPrintable(built.err));
        QByteArray ids[2];
        for (const bool saved : {false, true}) {
            const QString npy = m_folder.filePath(QStringLiteral("ids.npy")),
                          csv = m_folder.filePath(QStringLiteral("out.csv"));
            QStringList line{QStringLiteral("sweep"), sample()};
            line << (saved ? QStringList{QStringLiteral("--index"), index}
                           : QStringList{QStringLiteral("--config"), QStringLiteral("IVF32,Flat")});
            line << words(QStringLiteral("--grid nprobe=1,2,4 --repeat 1 -k 5 --queries 50 --csv")) << csv
                 << QStringLiteral("--ids") << npy;
            const Outcome outcome = run(line);
            QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
            ids[saved] = contents(npy);
            QCOMPARE(ids[saved].size(), 128 + 50 * 5 * 8);
            QVERIFY(ids[saved].contains("(50, 5)"));
            const QStringList rows =
                QString::fromUtf8(contents(csv)).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
            QCOMPARE(rows.size(), 4);
            QCOMPARE(
                rows[0],
                QStringLiteral(
                    "config,k,recall,recall_p5,qps,mean_us,p50_us,p95_us,p99_us,distances,hops,lists,codes,"
                    "train_s,add_s,index_bytes,threads,n,dim,metric"));
            QVERIFY(rows[1].startsWith(QStringLiteral("\"IVF32,Flat||nprobe=1\",5,")));
            QVERIFY(rows[3].endsWith(QStringLiteral(",1,3000,16,l2")));
        }
        QCOMPARE(ids[0], ids[1]);
    }

    void a_damaged_index_is_refused() {
        const QString index = m_folder.filePath(QStringLiteral("damaged.annscope"));
        QCOMPARE(run({QStringLiteral("build"), sample(), QStringLiteral("--config"), QStringLiteral("Flat"),
                      QStringLiteral("-o"), index})
                     .code,
                 0);
        QFile file(index);
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.resize(file.size() - 100);
        file.close();
        const Outcome outcome = run({QStringLiteral("sweep"), sample(), QStringLiteral("--index"), index});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains(QStringLiteral("damaged.annscope")), qPrintable(outcome.err));
    }

    void a_grid_that_no_index_knows_is_refused() {
        const Outcome outcome =
            run({QStringLiteral("sweep"), sample(), QStringLiteral("--config"), QStringLiteral("Flat"),
                 QStringLiteral("--grid"), QStringLiteral("nprobe=1,2")});
        QCOMPARE(outcome.code, 2);
        QVERIFY(outcome.err.contains(QStringLiteral("nprobe")));
    }

    void explain_follows_a_query_data() {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("step");
        QTest::newRow("cells") << "IVF32,Flat||nprobe=3"
                               << "probe_cell";
        QTest::newRow("graph") << "Vamana16||Lsearch=20"
                               << "expand";
    }
    void explain_follows_a_query() {
        QFETCH(QString, config);
        QFETCH(QString, step);
        const QString file = m_folder.filePath(QStringLiteral("trace.json"));
        const Outcome outcome =
            run({QStringLiteral("explain"), sample(), QStringLiteral("--config"), config,
                 QStringLiteral("--query"), QStringLiteral("7"), QStringLiteral("--json"), file});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        const QJsonObject j = QJsonDocument::fromJson(contents(file)).object();
        QCOMPARE(j[QLatin1String("found")].toArray().size(), 10);
        int steps = 0, considered = 0;
        for (const auto& event : j[QLatin1String("steps")].toArray()) {
            steps += event.toObject()[QLatin1String("step")].toString() == step;
            considered += event.toObject()[QLatin1String("step")].toString() == QLatin1String("consider");
        }
        QVERIFY(steps >= 3);
        QVERIFY(considered >= 10);
        int right = 0;
        for (const auto& found : j[QLatin1String("found")].toArray()) {
            const int rank = found.toObject()[QLatin1String("true_rank")].toInt();
            right += rank >= 0 && rank < 10;
        }
        QCOMPARE(right + j[QLatin1String("missed")].toArray().size(), 10);
    }

    void exports() {
        const Outcome outcome = run({QStringLiteral("export"), QStringLiteral("--config"),
                                     QStringLiteral("IVF1024,Flat||nprobe=16"), QStringLiteral("--target"),
                                     QStringLiteral("faiss-python"), QStringLiteral("--dim"),
                                     QStringLiteral("64"), QStringLiteral("--metric"), QStringLiteral("l2")});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QVERIFY(outcome.out.contains(QStringLiteral("IVF1024,Flat")));
        QVERIFY(outcome.out.contains(QStringLiteral("nprobe=16")));
    }

    void compresses() {
        const QString small = m_folder.filePath(QStringLiteral("small.hdf5"));
        const QString weights = m_folder.filePath(QStringLiteral("weights.npy"));
        const Outcome outcome =
            run({QStringLiteral("compress"), sample(), QStringLiteral("-o"), small, QStringLiteral("--n"),
                 QStringLiteral("120"), QStringLiteral("--weights"), weights});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.err));
        QVERIFY2(outcome.out.contains(QStringLiteral("120 centroids x 16 for 3000 vectors")),
                 qPrintable(outcome.out));
        QVERIFY(contents(weights).size() > 120 * 8);
        const Outcome told = run({QStringLiteral("info"), small});
        QVERIFY2(told.code == 0 && told.out.contains(QStringLiteral("120")), qPrintable(told.out));
        const Outcome many = run({QStringLiteral("compress"), sample(), QStringLiteral("-o"), small,
                                  QStringLiteral("--n"), QStringLiteral("3001")});
        QCOMPARE(many.code, 2);
        QVERIFY(many.err.contains(QStringLiteral("3000")));
        const Outcome text = run({QStringLiteral("compress"), sample(), QStringLiteral("-o"),
                                  m_folder.filePath(QStringLiteral("small.txt")), QStringLiteral("--n"),
                                  QStringLiteral("30")});
        QCOMPARE(text.code, 1);
        QVERIFY(text.err.contains(QStringLiteral(".fvecs")));
    }

    void interrupting_leaves_nothing_data() {
        QTest::addColumn<QString>("line");
        QTest::newRow("generate") << "generate clusters --n 1000000 --dim 128 --queries 5000 -o ";
        QTest::newRow("truth") << "generate uniform --n 400000 --dim 256 --queries 20000 -o ";
    }
    void interrupting_leaves_nothing() {
        QFETCH(QString, line);
        QDir(m_folder.path()).mkdir(QStringLiteral("interrupted"));
        const QDir folder(m_folder.filePath(QStringLiteral("interrupted")));
        QProcess process;
        process.start(QStringLiteral(ANNSCOPE_CLI), words(line)
                                                        << folder.filePath(QStringLiteral("big.hdf5")));
        QVERIFY(process.waitForStarted());
        QTest::qWait(1500); // well inside the job
        QCOMPARE(process.state(), QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(folder.entryList(QDir::Files | QDir::Hidden), QStringList());
    }

private:
    QString sample() const { return m_folder.filePath(QStringLiteral("sample.hdf5")); }
    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(tst_cli)
#include "tst_cli.moc"
