// SPDX-License-Identifier: GPL-3.0-or-later
// HDF5: the real data sets, and good and bad files that h5py writes (make_hdf5.py).
#include "data/format.h"
#include "test_data.h"
#include "test_files.h"
#include "test_vectors.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(std::string)

class TestHdf5 : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    fs::path m_made;
    bool m_has_h5py = false;

    fs::path folder() const { return m_dir.path().toStdString(); }
    FileContents open(const fs::path& path, FileRole role = FileRole::Vectors) {
        auto result = read_file(path, role, {});
        if (!result) {
            QTest::qFail(result.error().message.c_str(), __FILE__, __LINE__);
            return {};
        }
        if (!result->base.empty())
            if (auto finite = check_finite(result->base, path.string(), {}); !finite)
                QTest::qFail(finite.error().message.c_str(), __FILE__, __LINE__);
        return std::move(*result);
    }

private slots:
    void initTestCase() {
        QVERIFY(m_dir.isValid());
        constexpr const char* kPython = "/usr/bin/python3";
        m_has_h5py = QProcess::execute(kPython, {"-c", "import h5py"}) == 0;
        m_made = folder() / "h5";
        fs::create_directories(m_made);
        if (m_has_h5py)
            QCOMPARE(QProcess::execute(kPython, {ANNSCOPE_SOURCE_DIR "/tests/engine/make_hdf5.py",
                                                 QString::fromStdString(m_made.string())}),
                     0);
    }

    void real_files_open_data() {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<int>("n");
        QTest::addColumn<int>("q");
        QTest::addColumn<int>("d");
        QTest::addColumn<int>("metric");
        const auto row = [](const char* file, int n, int q, int d, Metric metric) {
            QTest::newRow(file) << std::string(file) << n << q << d << int(metric);
        };
        row("fashion-mnist-784-euclidean.hdf5", 60000, 10000, 784, Metric::L2);
        row("glove-twitter-12k-25-angular.hdf5", 10925, 1000, 25, Metric::Cosine);
        row("sift-5k-128-euclidean.hdf5", 4900, 100, 128, Metric::L2);
        row("letter-16-euclidean.hdf5", 17668, 1000, 16, Metric::L2);
        row("world-cities-2-euclidean.hdf5", 25548, 1000, 2, Metric::L2);
        row("us-zips-2-euclidean.hdf5", 32568, 1000, 2, Metric::L2);
    }
    void real_files_open() {
        if (data_folder().empty())
            QSKIP("no real data here, set ANNSCOPE_DATA");
        QFETCH(std::string, file);
        QFETCH(int, n);
        QFETCH(int, q);
        QFETCH(int, d);
        QFETCH(int, metric);
        const FileContents contents = open(data_folder() / file);
        QCOMPARE(int(contents.base.size()), n);
        QCOMPARE(int(contents.base.dim()), d);
        QCOMPARE(int(contents.queries.size()), q);
        QCOMPARE(int(contents.queries.dim()), d);
        QCOMPARE(int(contents.truth.queries), q);
        QCOMPARE(int(contents.truth.k), 100);
        QCOMPARE(contents.truth.ids.size(), contents.truth.distances.size());
        QVERIFY(contents.metric.has_value());
        QCOMPARE(int(*contents.metric), metric);
        QVERIFY(contents.warnings.empty());
        // The nearest listed neighbour is as far as the file says.
        const auto query = row_of(contents.queries, 0);
        const auto nearest = row_of(contents.base, std::size_t(contents.truth.ids[0]));
        double l2 = 0, dot = 0, qq = 0, xx = 0;
        for (std::size_t i = 0; i < query.size(); ++i) {
            l2 += std::pow(double(query[i]) - double(nearest[i]), 2);
            dot += double(query[i]) * double(nearest[i]);
            qq += double(query[i]) * double(query[i]);
            xx += double(nearest[i]) * double(nearest[i]);
        }
        const double expected = *contents.metric == Metric::L2 ? std::sqrt(l2) : 1 - dot / std::sqrt(qq * xx);
        QVERIFY(std::abs(expected - double(contents.truth.distances[0])) <= 1e-4 * (1 + expected));
    }

    void variants() {
        if (!m_has_h5py)
            QSKIP("/usr/bin/python3 has no h5py here");
        const FileContents plain = open(m_made / "type_f4.hdf5");
        QCOMPARE(plain.base.size(), std::size_t(300));
        QCOMPARE(plain.truth.k, std::size_t(5));
        int seen = 0;
        for (const auto& entry : fs::directory_iterator(m_made)) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with("type_") && !name.starts_with("chunks_") && !name.starts_with("gzip_"))
                continue;
            ++seen;
            const FileContents contents = open(entry.path());
            QVERIFY2(difference(contents.base, plain.base).isEmpty() && contents.base.size() == 300,
                     name.c_str());
            QVERIFY2(difference(contents.queries, plain.queries).isEmpty(), name.c_str());
            QVERIFY2(contents.truth.ids == plain.truth.ids, name.c_str());
            const ElementType type = name.ends_with("u1.hdf5")   ? ElementType::U8
                                     : name.ends_with("i1.hdf5") ? ElementType::I8
                                     : name.ends_with("f2.hdf5") ? ElementType::F16
                                                                 : ElementType::F32;
            QVERIFY2(contents.base.type() == type, name.c_str());
        }
        QVERIFY(seen >= 25);
    }

    void attributes_and_paths() {
        if (!m_has_h5py)
            QSKIP("/usr/bin/python3 has no h5py here");
        const FileContents plain = open(m_made / "type_f4.hdf5");
        QVERIFY(!open(m_made / "no_attributes.hdf5").metric);
        QVERIFY(open(m_made / "angular_bytes.hdf5").metric == Metric::Cosine);
        QVERIFY(open(m_made / "normalized.hdf5").metric == Metric::Cosine);
        QVERIFY(open(m_made / "ip.hdf5").metric == Metric::InnerProduct);
        QCOMPARE(open(m_made / "unknown_metric.hdf5").warnings.size(), std::size_t(1));
        QCOMPARE(open(m_made / "wrong_dimension.hdf5").warnings.size(), std::size_t(1));
        QVERIFY(open(m_made / "no_truth.hdf5").truth.empty());
        QCOMPARE(difference(open(m_made / "one_table.hdf5").base, plain.base), QString());
        QCOMPARE(difference(open(m_made / "user_block.hdf5").base, plain.base), QString());
        QCOMPARE(difference(open(m_made / "groups.hdf5:/a/one").base, plain.base), QString());
        QCOMPARE(difference(open(m_made / "groups.hdf5:/a/b/two").base, plain.base, -1), QString());
        QCOMPARE(open(m_made / "groups.hdf5:/ids", FileRole::Truth).truth.ids, plain.truth.ids);
        QCOMPARE(open(m_made / "groups.hdf5", FileRole::Truth).truth.ids, plain.truth.ids);
        const FileContents partly = open(m_made / "partly_written.hdf5");
        QCOMPARE(row_of(partly.base, 99), row_of(plain.base, 99));
        QCOMPARE(row_of(partly.base, 100), std::vector<float>(11, 0.0f));
        QCOMPARE(partly.warnings.size(), std::size_t(1));
    }

    void bad_files() {
        if (!m_has_h5py)
            QSKIP("/usr/bin/python3 has no h5py here");
        struct Case {
            const char* file;
            ErrorCode code;
            const char* says;
        };
        using enum ErrorCode;
        const Case cases[] = {
            {"bad_nan.hdf5", CorruptFile, "/train: row 17, column 3 (counted from 0) is nan"},
            {"bad_nan_gzip.hdf5", CorruptFile, "row 17, column 3 (counted from 0) is nan"},
            {"bad_nan_f8.hdf5", CorruptFile, "row 17, column 3 (counted from 0) is nan"},
            {"bad_nan_f2.hdf5", CorruptFile, "row 17, column 3 (counted from 0) is nan"},
            {"bad_inf.hdf5", CorruptFile, "row 299, column 10 (counted from 0) is -inf"},
            {"bad_query_dim.hdf5", CorruptFile, "/test have dimension 4"},
            {"bad_hamming.hdf5", Unsupported, "bit"},
            {"bad_jaccard.hdf5", Unsupported, "jaccard"},
            {"bad_sparse.hdf5", Unsupported, "sparse"},
            {"bad_lzf.hdf5", Unsupported, "lzf"},
            {"bad_bool.hdf5", Unsupported, "booleans"},
            {"bad_complex.hdf5", Unsupported, "does not hold numbers"},
            {"bad_strings.hdf5", Unsupported, "does not hold numbers"},
            {"bad_truth_rows.hdf5", CorruptFile, "/neighbors has 3 rows"},
            {"bad_truth_shape.hdf5", CorruptFile, "/distances is 7 x 2"},
            {"bad_truth_float.hdf5", CorruptFile, "floating-point"},
            {"bad_n_0.hdf5", CorruptFile, "n = 0"},
            {"bad_d_0.hdf5", CorruptFile, "dimension 0"},
            {"bad_1d.hdf5", CorruptFile, "1 dimension (300)"},
            {"bad_3d.hdf5", CorruptFile, "3 dimensions (3 x 4 x 5)"},
            {"bad_no_tables.hdf5", CorruptFile, "no data sets"},
            {"bad_train_is_group.hdf5", InvalidArgument, "no data set /train"},
            {"bad_never_written.hdf5", CorruptFile, "never written"},
            {"bad_header_too_large.hdf5", CorruptFile, "declares 100000000 x 1000"},
            {"groups.hdf5", CorruptFile, "/a/b/two (300 x 11), /a/one (300 x 11)"},
            {"groups.hdf5:/a", InvalidArgument, "/a"},
            {"groups.hdf5:/nowhere/at/all", InvalidArgument, "/nowhere/at/all"},
        };
        for (const Case& c : cases) {
            const Status status = open_all(m_made / c.file);
            QVERIFY2(!status.ok(), c.file);
            const std::string& message = status.error().message;
            QVERIFY2(message.find(c.says) != std::string::npos, message.c_str());
            QVERIFY2(message.starts_with(
                         (m_made / c.file).string().substr(0, (m_made / c.file).string().find(":/"))),
                     message.c_str());
            QVERIFY2(status.error().code == c.code, message.c_str());
        }
    }

    void damaged() {
        if (!m_has_h5py)
            QSKIP("/usr/bin/python3 has no h5py here");
        // Cut anywhere, an HDF5 file is an error: its superblock knows the length.
        const std::string whole = read_bytes(m_made / "gzip_u1.hdf5");
        for (std::size_t length = 1; length < whole.size(); length += 1 + whole.size() / 60) {
            const Status status = open_all(write_file(folder() / "cut.hdf5", whole.substr(0, length)));
            QVERIFY2(!status.ok(), std::to_string(length).c_str());
            QVERIFY(status.error().message.find("cut.hdf5") != std::string::npos);
        }
        // Damage inside the compressed data.
        std::string damaged = read_bytes(m_made / "chunks_small.hdf5");
        for (std::size_t at = damaged.size() / 2; at < damaged.size() / 2 + 3000; ++at)
            damaged[at] = '\x55';
        QVERIFY(!open_all(write_file(folder() / "damaged.hdf5", damaged)).ok());
    }
};

QTEST_GUILESS_MAIN(TestHdf5)
#include "tst_hdf5.moc"
