// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/faiss_python.h"
#include "engine/random_spec.h"
#include "interop/exporter.h"
#include "spec/parser.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

using namespace annscope;

namespace {

Result<ExportResult> write(const char* target, const QString& line, Metric metric = Metric::L2,
                           std::size_t dim = 16) {
    const auto configuration = parse_configuration(line.toStdString());
    if (!configuration)
        return configuration.error();
    return find_export_target(target)->write({*configuration, dim, metric, 5});
}

QString text_of(const char* target, const QString& line, Metric metric = Metric::L2) {
    const auto result = write(target, line, metric);
    return result ? QString::fromStdString(result->text) : QString();
}

void add_lines(std::initializer_list<std::pair<const char*, const char*>> lines) {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("metric");
    for (const auto& [line, metric] : lines)
        QTest::addRow("%s %s", line, metric) << QString::fromLatin1(line) << QString::fromLatin1(metric);
}

Metric metric_of(const QString& text) {
    return parse_metric(text.toStdString()).value();
}

} // namespace

class TestExporters : public QObject {
    Q_OBJECT
private slots:
    void targets();
    void says_what_is_set_data();
    void says_what_is_set();
    void one_line();
    void json();
    void vamana_is_told();
    void errors();
    void every_tree_is_written_or_refused();
    void python_runs_data();
    void python_runs();
    void cpp_compiles_data();
    void cpp_compiles();
};

void TestExporters::targets() {
    QCOMPARE(export_targets().size(), 4U);
    for (const ExportTarget* target : export_targets()) {
        QCOMPARE(find_export_target(target->id), target);
        QVERIFY(!target->title.empty() && target->extension.starts_with('.'));
    }
    QVERIFY(!find_export_target("nothing"));
}

void TestExporters::says_what_is_set_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("metric");
    QTest::addColumn<QString>("text");
    const auto row = [](const char* line, const char* metric, const char* text) {
        QTest::addRow("%s %s: %s", line, metric, text)
            << QString::fromLatin1(line) << QString::fromLatin1(metric) << QString::fromLatin1(text);
    };
    row("IVF64,Flat||nprobe=16", "l2", "faiss.index_factory(d, \"IVF64,Flat\", faiss.METRIC_L2)");
    row("IVF64,Flat||nprobe=16", "l2", "set_index_parameters(index, \"nprobe=16\")");
    row("IVF64,Flat", "l2", "\"nprobe=8\""); // ours; Faiss's own default is 1
    row("IVF4,Flat", "l2", "\"nprobe=4\"");  // no more than there are
    row("IVF64,Flat|niter=20|", "l2", "faiss.extract_index_ivf(index).cp.niter = 20");
    row("IVF64,PQ4,RFlat,IDMap|niter=20|", "l2",
        "faiss.extract_index_ivf(faiss.downcast_index(index.index).base_index).cp.niter = 20");
    row("IVF64,Flat", "ip", "faiss.METRIC_INNER_PRODUCT");
    row("IVF64,Flat", "cosine", "faiss.index_factory(d, \"L2norm,IVF64,Flat\", faiss.METRIC_INNER_PRODUCT)");
    row("L2norm,Flat", "cosine", "faiss.index_factory(d, \"L2norm,Flat\",");
    row("SQ8,RFlat||k_factor=4", "cosine", "faiss.normalize_L2(xb)");
    row("SQ8,RFlat||k_factor=4", "cosine", "faiss.index_factory(d, \"SQ8,RFlat\",");
    row("SQ8,RFlat||k_factor=4", "l2", "\"k_factor_rf=4\"");
    row("IVF64,PQ4+8||k_factor=4", "l2", "\"k_factor=4\"");
    row("HNSW32|efConstruction=200|efSearch=64", "l2", "set_index_parameters(index, \"efConstruction=200\")");
    row("HNSW32|efConstruction=200|efSearch=64", "l2", "set_index_parameters(index, \"efSearch=64\")");
    row("IVF64_HNSW16,Flat||nprobe=4,quantizer_efSearch=32", "l2", "\"nprobe=4,quantizer_efSearch=32\"");
    row("Flat,IDMap", "l2", "index.add_with_ids(xb, np.arange(len(xb)))");
    row("IVF64,Flat|narrow=0|", "l2", "narrow=0 has no counterpart");
    row("IVF64,Flat|init=1|", "l2", "init=1 is not written");
    row("IVF64,Flat|balance=2|", "l2", "balance=2 is not written");
    row("LSH64|foo=3|bar=4", "l2", "The build parameter foo=3 has no counterpart");
    row("LSH64|foo=3|bar=4", "l2", "The search parameter bar=4 has no counterpart");
    row("HNSW32,PQ4", "ip", "Faiss ignores the metric");
    row("RaBitQ", "l2", "needs Faiss 1.11.0");
    row("Vamana64|Lbuild=125,alpha=1.3|Lsearch=50", "l2", "\"SVSVamana64\"");
    row("Vamana64|Lbuild=125,alpha=1.3|Lsearch=50", "l2", "index.alpha = 1.3");
    row("Vamana64|Lbuild=125,alpha=1.3|Lsearch=50", "ip", "index.alpha = 1\n");
    row("Vamana64|Lbuild=125,alpha=1.3|Lsearch=50", "l2", "index.construction_window_size = 125");
    row("Vamana64|Lbuild=125,alpha=1.3|Lsearch=50", "l2", "index.search_window_size = 50");
    row("Vamana64", "l2", "\"NSG64\"");
    row("NSG32|GK=80,Lbuild=90|Lsearch=40", "l2", "graph.GK = 80\ngraph.nndescent_L = 130\n");
    row("NSG32|GK=80,Lbuild=90|Lsearch=40", "l2", "graph.nsg.L = 90\n");
    row("NSG32|GK=80,Lbuild=90|Lsearch=40", "l2", "graph.nsg.search_L = 40\n");
    row("NSG32", "l2", "graph.build_type = 1\ngraph.nndescent_iter = ");
    row("NSG32|nndescent_iter=0|", "l2", "graph.build_type = 0\n");
    row("Vamana64,SQ8", "l2", "\"SVSVamana64,SQ8\"");
    row("Vamana64,PQ8", "l2", "The code PQ8 has no counterpart in SVSVamana");
}

void TestExporters::says_what_is_set() {
    QFETCH(QString, line);
    QFETCH(QString, metric);
    QFETCH(QString, text);
    const auto result = write("faiss-python", line, metric_of(metric));
    QVERIFY2(result.ok(), result ? "" : result.error().message.c_str());
    const QString written = QString::fromStdString(result->text);
    QString unwrapped = written; // a note may be broken over lines
    unwrapped.replace(QStringLiteral("\n#  "), QString());
    QVERIFY2(written.contains(text) || unwrapped.contains(text), qPrintable(written));
}

void TestExporters::one_line() {
    QCOMPARE(text_of("annscope", QStringLiteral("IVF1k,Flat||nprobe=16")),
             QStringLiteral("IVF1024,Flat||nprobe=16\n"));
}

void TestExporters::json() {
    const auto object = nlohmann::json::parse(
        text_of("json", QStringLiteral("Vamana64|alpha=1.3|Lsearch=40"), Metric::Cosine).toStdString());
    QCOMPARE(object["config"].get<std::string>(), std::string("Vamana64|alpha=1.3|Lsearch=40"));
    QCOMPARE(object["metric"].get<std::string>(), std::string("cosine"));
    QCOMPARE(object["build"]["alpha"].get<double>(), 1.3);
    QCOMPARE(object["build"]["Lbuild"].get<int>(), 100); // the default in effect
    QVERIFY(object["search"]["Lsearch"].is_number_integer());
    QVERIFY(object["extension"].get<bool>());
    QCOMPARE(object["tree"]["name"].get<std::string>(), std::string("Vamana"));
    QCOMPARE(object["faiss"]["factory"].get<std::string>(), std::string("SVSVamana64"));
    QVERIFY(parse_configuration(object["config"].get<std::string>()).ok());
}

void TestExporters::vamana_is_told() {
    const auto result = write("faiss-python", QStringLiteral("Vamana64|narrow=1|"));
    QVERIFY(result.ok());
    std::string all;
    for (const std::string& note : result->notes)
        all += note;
    for (const char* part :
         {"own name", "FAISS_ENABLE_SVS", "NSG64", "alpha, Lbuild and Lsearch", "narrow=1"})
        QVERIFY2(all.find(part) != std::string::npos, part);
}

void TestExporters::errors() {
    QCOMPARE(name(write("faiss-python", QStringLiteral("DiskANN64,PQ8")).error().code),
             name(ErrorCode::Unsupported));
    QCOMPARE(name(write("faiss-cpp", QStringLiteral("Flat"), Metric::L2, 0).error().code),
             name(ErrorCode::InvalidArgument));
    QVERIFY(write("json", QStringLiteral("DiskANN64,PQ8")).ok());
    QVERIFY(write("annscope", QStringLiteral("DiskANN64,PQ8"), Metric::L2, 0).ok());
}

void TestExporters::every_tree_is_written_or_refused() {
    test::RandomSpec random(3, false);
    for (int i = 0; i < 1000; ++i) {
        const IndexSpec spec = random.make();
        for (const ExportTarget* target : export_targets()) {
            const auto result = target->write({{spec, {}, {}}, 64, static_cast<Metric>(i % 3), 10});
            QVERIFY2(result.ok() ? !result->text.empty() : result.error().code == ErrorCode::Unsupported,
                     print(spec).c_str());
        }
    }
}

void TestExporters::python_runs_data() {
    add_lines({{"Flat", "l2"},
               {"Flat", "cosine"},
               {"IVF16,Flat|niter=5|nprobe=16", "l2"},
               {"IVF16,Flat|niter=5|nprobe=16", "ip"},
               {"IVF16,Flat|niter=5|nprobe=16", "cosine"},
               {"IVF16,PQ4x4np,RFlat|niter=5|nprobe=16,k_factor=40", "cosine"},
               {"HNSW16|efConstruction=80|efSearch=64", "ip"},
               {"IVF16_HNSW8,Flat||nprobe=16,quantizer_efSearch=64", "l2"},
               {"IVF16,Flat,IDMap|niter=3|nprobe=16", "cosine"},
               {"SQfp16,RFlat,IDMap||k_factor=30", "ip"},
               {"NSG16|GK=32,nndescent_iter=0|Lsearch=50", "l2"},
               {"NSG16|GK=80|Lsearch=50", "cosine"},
               {"PCA14,NSG16,RFlat|GK=80,Lbuild=60|Lsearch=80,k_factor=8", "l2"}});
}

void TestExporters::python_runs() {
    QFETCH(QString, line);
    QFETCH(QString, metric);
    if (!test::have_faiss())
        QSKIP("no faiss for /usr/bin/python3 here");
    const QTemporaryDir folder;
    const QString script = text_of("faiss-python", line, metric_of(metric));
    // The exported text runs as it is, between data that it loads and a check against numpy.
    const QString before =
        QStringLiteral("import os, numpy as np\nos.chdir('%1')\n"
                       "rng = np.random.default_rng(1)\n"
                       "base = rng.standard_normal((600, 16), dtype='float32') * 3\n"
                       "np.save('base.npy', base); np.save('queries.npy', base[:20] + 0.01)\n")
            .arg(folder.path());
    const QString after =
        QStringLiteral("\nb, q = base.astype('f8'), np.load('queries.npy').astype('f8')\n"
                       "metric = '%1'\n"
                       "unit = lambda x: x / np.linalg.norm(x, axis=1, keepdims=True)\n"
                       "score = (-((q[:, None] - b[None]) ** 2).sum(2) if metric == 'l2' else q @ b.T if "
                       "metric == 'ip'\n"
                       "         else unit(q) @ unit(b).T)\n"
                       "truth = np.argsort(-score, axis=1)[:, :5]\n"
                       "recall = np.mean([len(set(t) & set(i)) for t, i in zip(truth, I)]) / 5\n"
                       "assert os.path.getsize('index.faiss') > 0\n"
                       "print(recall)\n")
            .arg(metric);
    QString error;
    const auto output = test::run_python(before + script + after, {}, &error);
    QVERIFY2(output.has_value(), qPrintable(script + error));
    QVERIFY2(output->toDouble() > 0.9, qPrintable(*output));
}

void TestExporters::cpp_compiles_data() {
    add_lines({{"Flat", "l2"},
               {"IVF16,PQ4,RFlat,IDMap|niter=5|nprobe=16,k_factor=40", "cosine"},
               {"HNSW16|efConstruction=80|efSearch=64", "ip"},
               {"PCA8,NSG16,RFlat|GK=80,Lbuild=60|Lsearch=50", "l2"},
               {"Vamana64|Lbuild=125|Lsearch=50", "cosine"}});
}

void TestExporters::cpp_compiles() {
    QFETCH(QString, line);
    QFETCH(QString, metric);
    if (!QFile::exists(QStringLiteral("/usr/include/faiss/Index.h")))
        QSKIP("no faiss headers in /usr/include");
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("export.cpp")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const QString text = text_of("faiss-cpp", line, metric_of(metric));
    file.write(text.toUtf8());
    file.close();
    QProcess compiler;
    compiler.start(QStringLiteral("g++"), {QStringLiteral("-std=c++17"), QStringLiteral("-Wall"),
                                           QStringLiteral("-fsyntax-only"), file.fileName()});
    if (!compiler.waitForStarted())
        QSKIP("no g++ here");
    QVERIFY(compiler.waitForFinished(60000));
    QVERIFY2(compiler.exitCode() == 0, qPrintable(text + QString::fromUtf8(compiler.readAllStandardError())));
}

QTEST_GUILESS_MAIN(TestExporters)
#include "tst_exporters.moc"
