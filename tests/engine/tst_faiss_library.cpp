// SPDX-License-Identifier: GPL-3.0-or-later
// As tst_faiss_files, with indexes that the installed libfaiss makes now: more kinds, both metrics, several
// probes, lists of which most are empty.
#include "faiss_check.h"
#include "faiss_python.h"

#include <QTemporaryDir>
#include <QTest>

using namespace annscope;
using namespace annscope::test;

namespace {

constexpr std::size_t kRows = 1500, kQueries = 50;

struct Made {
    const char* factory;
    bool l2 = true;
    double tolerance = kRounding;
    int rows = kRows; ///< added; all are trained on
};
constexpr double kTables = 0.03;
constexpr Made kMade[] = {
    {"SQ4"},
    {"SQ6"},
    {"SQfp16"},
    {"IVF16,SQ4"},
    {"IVF16,SQ6"},
    {"IVF16,SQfp16"},
    {"PQ16x6"},
    {"PQ8x5"},
    {"PQ4x10"},
    {"IVF16,PQ16x4"},
    {"IVF16,PQ8x6"},
    {"IVF16,PQ32x4fs", true, kTables},
    {"IVF16,PQ32x4fsr", true, kTables},
    {"IVF16,PQ32x4fs,RFlat", true, kTables},
    {"IVF16,Flat", true, kRounding, 20},
    {"IVF64,SQ8", true, kRounding, 20},
    {"IDMap,SQ8"},
    {"PCA32,IVF16,PQ8x4"},
    {"PCAR16,PQ8x4"},
    {"PCAW16,Flat"},
    {"RR64,PQ16x4fs", true, kTables},
    {"Pad160,IVF16,PQ16x4"},
    {"L2norm,IVF16,PQ16x4"},
    {"Flat", false},
    {"IVF16,Flat", false},
    {"SQ8", false},
    {"IVF16,SQ8", false},
    {"IVF16,SQ6", false},
    {"PQ16x4", false},
    {"IVF16,PQ16x4", false},
    {"PQ32x4fs", false, kTables},
    {"IVF16,PQ32x4fs", false, kTables},
    {"IVF16,PQ32x4fsr", false, kTables},
};

} // namespace

class tst_faiss_library : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void same_data();
    void same();

private:
    double mean_error(const FaissIndex& whole, const Answer& answer) const;
    QByteArray bytes(const QString& name) const {
        QFile in(m_folder.filePath(name));
        return in.open(QIODevice::ReadOnly) ? in.readAll() : QByteArray();
    }

    QTemporaryDir m_folder;
    VectorSet m_base, m_queries;
};

void tst_faiss_library::initTestCase() {
    if (data_folder().empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    if (!have_faiss())
        QSKIP("libfaiss' Python module is not installed");
    const auto path = data_folder() / "sift-5k-128-euclidean.hdf5";
    const auto file = read_file(path, FileRole::Vectors, {});
    QVERIFY(file.ok());
    m_base = file->base.to_float().slice(0, kRows);
    m_queries = file->queries.to_float().slice(0, kQueries);
    for (const auto& [name, set] : {std::pair{"base", m_base}, std::pair{"queries", m_queries}}) {
        QFile out(m_folder.filePath(name));
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(reinterpret_cast<const char*>(set.row(0)), static_cast<qint64>(set.bytes()));
    }
    QString script = QStringLiteral(R"(
import faiss, numpy as np
x, q = (np.fromfile('%1/' + f, 'f4').reshape(-1, 128) for f in ('base', 'queries'))
def quick(i): # without the reordering of centroids for polysemous codes, which takes seconds
    i = faiss.downcast_index(i)
    if hasattr(i, 'do_polysemous_training'):
        i.do_polysemous_training = False
    for inner in ('index', 'base_index'):
        if hasattr(i, inner):
            quick(getattr(i, inner))
def make(name, factory, metric, rows):
    try:
        i = faiss.index_factory(128, factory, metric)
        quick(i)
        i.train(x)
        i.add_with_ids(x[:rows], np.arange(rows)) if factory.startswith('IDMap') else i.add(x[:rows])
        if 'IVF' in factory:
            faiss.ParameterSpace().set_index_parameter(i, 'nprobe', 4)
        distances, ids = i.search(q, 10)
        faiss.write_index(i, '%1/' + name)
        distances.tofile('%1/' + name + '.distances')
        ids.tofile('%1/' + name + '.ids')
    except Exception as e:
        print(factory, e)
)")
                         .arg(m_folder.path());
    for (std::size_t i = 0; i < std::size(kMade); ++i)
        script += QStringLiteral("make('%1', '%2', %3, %4)\n")
                      .arg(i)
                      .arg(kMade[i].factory)
                      .arg(kMade[i].l2 ? 1 : 0)
                      .arg(kMade[i].rows);
    QString error;
    const auto printed = run_python(script, {}, &error);
    if (!printed)
        QSKIP(qPrintable("libfaiss took too long: " + error.left(200)));
    qInfo("not made: %s", qPrintable(*printed));
}

void tst_faiss_library::same_data() {
    QTest::addColumn<int>("made");
    for (std::size_t i = 0; i < std::size(kMade); ++i)
        QTest::addRow("%s %s%s", kMade[i].factory, kMade[i].l2 ? "l2" : "ip",
                      kMade[i].rows < static_cast<int>(kRows) ? ", few rows" : "")
            << static_cast<int>(i);
}

void tst_faiss_library::same() {
    QFETCH(int, made);
    const Made& setting = kMade[made];
    const QString name = QString::number(made);
    if (!QFile::exists(m_folder.filePath(name)))
        QSKIP("this libfaiss does not make it");
    const FaissIndexReader reader{FaissFile(m_folder.filePath(name).toStdString())};
    QVERIFY2(reader.good(), qPrintable(reader.error()));
    const FaissIndex& whole = reader.get();
    const FaissIndex& theirs = coded(whole);
    const auto rows = static_cast<std::size_t>(setting.rows);
    QCOMPARE(whole.ntotal, std::int64_t{setting.rows});

    const auto spec = parse_spec(setting.factory);
    QVERIFY(spec.ok());
    const auto index = with_trained_parts(*spec, whole);
    if (!index && index.error().code == ErrorCode::Unsupported)
        QSKIP("not built yet");
    QVERIFY2(index.ok(), index.ok() ? "" : index.error().message.c_str());
    QVERIFY((*index)->add(m_base.slice(0, rows), {}).ok());

    if (theirs.tag != "IxF2" && theirs.tag != "IxFI") {
        const CodesById expected = codes_of(theirs), got = our_codes(**index, whole);
        const std::vector<float> seen = transformed(whole, m_base.slice(0, rows));
        for (std::size_t id = 0; id < rows; ++id) {
            const QString difference = code_difference(theirs, expected, got, id,
                                                       seen.data() + id * static_cast<std::size_t>(theirs.d));
            QVERIFY2(difference.isEmpty(), qPrintable(difference));
        }
    }

    SearchParams params;
    for (const ParamInfo& info : (*index)->search_params())
        if (info.name == "nprobe" || info.name == "k_factor")
            params.set(std::string(info.name), info.name == "nprobe" ? 4 : 1);
    const auto ours = test::search(**index, m_queries, kNeighbors, params);
    QVERIFY2(ours.ok(), ours.ok() ? "" : ours.error().message.c_str());
    const QByteArray ids = bytes(name + ".ids"), distances = bytes(name + ".distances");
    FaissAnswer answer;
    answer.ids.resize(kQueries * kNeighbors);
    answer.distances.resize(kQueries * kNeighbors);
    QCOMPARE(static_cast<std::size_t>(ids.size()), answer.ids.size() * sizeof(std::int64_t));
    QCOMPARE(static_cast<std::size_t>(distances.size()), answer.distances.size() * sizeof(float));
    std::memcpy(answer.ids.data(), ids.constData(), static_cast<std::size_t>(ids.size()));
    std::memcpy(answer.distances.data(), distances.constData(), static_cast<std::size_t>(distances.size()));
    Answer found = *ours;
    std::size_t same = 0;
    for (std::size_t i = 0; i < answer.ids.size(); ++i) {
        if (!setting.l2)
            answer.distances[i] = -answer.distances[i]; // ours are smaller where nearer
        same += answer.ids[i] == found.ids[i];
        if (answer.ids[i] == -1) { // nothing more was found
            QCOMPARE(found.ids[i], kNoId);
            answer.distances[i] = found.distances[i] = 0;
        }
    }
    for (std::size_t q = 0; q < kQueries; ++q) {
        const QString difference = answer_difference(found, answer, q, setting.tolerance);
        QVERIFY2(difference.isEmpty(), qPrintable(difference));
    }
    if (setting.tolerance == kRounding || whole.tag == "IxRF") {
        QVERIFY(same * 100 >= answer.ids.size() * 99); // the others by ties
        return;
    }
    // Tables of bytes need not be the same; ours must not be worse.
    const double ours_off = mean_error(whole, found),
                 theirs_off = mean_error(whole, {answer.ids, answer.distances, {}});
    qInfo("%zu of %zu ids at the same rank; mean error of ours %.3g, of Faiss %.3g", same, answer.ids.size(),
          ours_off, theirs_off);
    QVERIFY(same * 100 >= answer.ids.size() * 70);
    QVERIFY(ours_off <= 1.1 * theirs_off);
}

/// Share by which distances are off from those to the decoded codes.
double tst_faiss_library::mean_error(const FaissIndex& whole, const Answer& answer) const {
    const FaissIndex& index = coded(whole);
    const auto d = static_cast<std::size_t>(index.d);
    const std::vector<float> stands = decoded(index, codes_of(index)), seen = transformed(whole, m_queries);
    double sum = 0;
    for (std::size_t i = 0; i < answer.ids.size(); ++i) {
        const float* query = seen.data() + i / kNeighbors * d;
        const float* row = stands.data() + static_cast<std::size_t>(answer.ids[i]) * d;
        double exact = 0;
        for (std::size_t j = 0; j < d && index.metric == 0; ++j)
            exact -= static_cast<double>(query[j]) * row[j];
        if (index.metric == 1)
            exact = squared_distance(query, row, d);
        sum += std::abs(answer.distances[i] / exact - 1);
    }
    return sum / static_cast<double>(answer.ids.size());
}

QTEST_GUILESS_MAIN(tst_faiss_library)
#include "tst_faiss_library.moc"
