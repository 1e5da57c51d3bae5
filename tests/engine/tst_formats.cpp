// SPDX-License-Identifier: GPL-3.0-or-later
// Good files of every format: the numbers that come out are those that went in.
#include "data/format.h"
#include "test_data.h"
#include "test_files.h"
#include "test_vectors.h"

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(std::string)

namespace {

/// What any dtype of the table below can hold.
double npy_value(std::size_t row, std::size_t col, bool negative) {
    return double((row * 7 + col * 3) % 50) - (negative && (row + col) % 2 ? 60 : 0);
}

/// One element of numpy's type, e.g. "f8".
void put_npy(std::string& bytes, const std::string& type, double value, bool big) {
    if (type == "f2")
        put(bytes, float_to_half(float(value)).bits, big);
    else if (type == "f4")
        put(bytes, float(value), big);
    else if (type == "f8")
        put(bytes, value, big);
    else if (type == "i1")
        put(bytes, std::int8_t(value));
    else if (type == "u1" || type == "b1")
        put(bytes, std::uint8_t(value));
    else if (type == "i2")
        put(bytes, std::int16_t(value), big);
    else if (type == "u2")
        put(bytes, std::uint16_t(value), big);
    else if (type == "i4")
        put(bytes, std::int32_t(value), big);
    else if (type == "u4")
        put(bytes, std::uint32_t(value), big);
    else if (type == "i8")
        put(bytes, std::int64_t(value), big);
    else
        put(bytes, std::uint64_t(value), big);
}

} // namespace

class TestFormats : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    FileContents m_sift;

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
        if (!data_folder().empty())
            m_sift = open(data_folder() / "sift-5k-128-euclidean.hdf5");
    }

    void same_numbers_as_hdf5_data() {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<int>("format");
        QTest::addColumn<int>("type");
        QTest::addColumn<int>("n");
        QTest::addColumn<bool>("mapped");
        QTest::addColumn<int>("shift");
        const auto row = [](const char* file, FileFormat format, ElementType type, int n, bool mapped,
                            int shift = 0) {
            QTest::newRow(file) << std::string(file) << int(format) << int(type) << n << mapped << shift;
        };
        for (const auto& [stem, n] : {std::pair("base", 4900), std::pair("query", 100)}) {
            const std::string s = stem;
            row((s + ".fvecs").c_str(), FileFormat::Fvecs, ElementType::F32, n, true);
            row((s + ".bvecs").c_str(), FileFormat::Bvecs, ElementType::U8, n, true);
            row((s + ".fbin").c_str(), FileFormat::Fbin, ElementType::F32, n, true);
            row((s + ".u8bin").c_str(), FileFormat::U8bin, ElementType::U8, n, true);
            row((s + ".i8bin").c_str(), FileFormat::I8bin, ElementType::I8, n, true, 128);
        }
        row("base_f32.npy", FileFormat::Npy, ElementType::F32, 4900, true);
        row("base_u8.npy", FileFormat::Npy, ElementType::U8, 4900, true);
        row("base_f16.npy", FileFormat::Npy, ElementType::F16, 500, true);
        row("base_f64.npy", FileFormat::Npy, ElementType::F32, 500, false);
        row("base_bigendian.npy", FileFormat::Npy, ElementType::F32, 500, false);
        row("base_fortran.npy", FileFormat::Npy, ElementType::F32, 500, false);
        row("npy_folder", FileFormat::NpyFolder, ElementType::F32, 4900, false);
    }
    void same_numbers_as_hdf5() {
        if (data_folder().empty())
            QSKIP("no real data here, set ANNSCOPE_DATA");
        QFETCH(std::string, file);
        QFETCH(int, format);
        QFETCH(int, type);
        QFETCH(int, n);
        QFETCH(bool, mapped);
        QFETCH(int, shift);
        const fs::path path = data_folder() / "formats" / file;
        const auto detected = detect_format(path);
        QVERIFY(detected.ok());
        QCOMPARE(int(*detected), format);
        const FileContents contents = open(path);
        QCOMPARE(int(contents.base.type()), type);
        QCOMPARE(int(contents.base.size()), n);
        QCOMPARE(contents.base.mapped(), mapped);
        const VectorSet& expected = file.starts_with("query") ? m_sift.queries : m_sift.base;
        QCOMPARE(difference(contents.base, expected, float(shift)), QString());
        QVERIFY(contents.warnings.empty());
    }

    void truth_files_agree() {
        if (data_folder().empty())
            QSKIP("no real data here, set ANNSCOPE_DATA");
        for (const char* file : {"groundtruth.ivecs", "groundtruth.bin"}) {
            const FileContents contents = open(data_folder() / "formats" / file, FileRole::Truth);
            QCOMPARE(contents.truth.queries, m_sift.truth.queries);
            QCOMPARE(contents.truth.k, m_sift.truth.k);
            QVERIFY(contents.truth.ids == m_sift.truth.ids);
            QVERIFY(contents.base.empty());
            for (std::size_t i = 0; i < contents.truth.distances.size(); ++i) {
                const float d = m_sift.truth.distances[i];
                QVERIFY(std::abs(contents.truth.distances[i] - d * d) <= 1e-5f * d * d);
            }
        }
        const FileContents from_hdf5 = open(data_folder() / "sift-5k-128-euclidean.hdf5", FileRole::Truth);
        QVERIFY(from_hdf5.truth.ids == m_sift.truth.ids);
        QVERIFY(from_hdf5.base.empty());
        // A bin whose size fits nothing but a truth needs no role.
        QCOMPARE(open(data_folder() / "formats/groundtruth.bin").truth.k, std::size_t(100));
    }

    void points_from_csv() {
        if (data_folder().empty())
            QSKIP("no real data here, set ANNSCOPE_DATA");
        const FileContents contents = open(data_folder() / "formats/points_2d.csv");
        QCOMPARE(contents.base.size(), std::size_t(200));
        QCOMPARE(row_of(contents.base, 0), (std::vector<float>{0.625095f, 0.897214f}));
        QCOMPARE(row_of(contents.base, 1), (std::vector<float>{0.775686f, 0.225207f}));
    }

    void npy_types_data() {
        QTest::addColumn<std::string>("type");
        QTest::addColumn<bool>("big");
        QTest::addColumn<bool>("fortran");
        QTest::addColumn<int>("version");
        for (const char* type : {"f2", "f4", "f8", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8"})
            for (const bool big : {false, true})
                for (const bool fortran : {false, true})
                    for (const int version : {1, 2, 3})
                        QTest::addRow("%s %s %s v%d", type, big ? "big" : "little", fortran ? "Fortran" : "C",
                                      version)
                            << std::string(type) << big << fortran << version;
    }
    void npy_types() {
        QFETCH(std::string, type);
        QFETCH(bool, big);
        QFETCH(bool, fortran);
        QFETCH(int, version);
        constexpr std::size_t kRows = 131, kCols = 9;
        const bool negative = type[0] != 'u';
        std::string data;
        for (std::size_t i = 0; i < kRows * kCols; ++i) {
            const std::size_t row = fortran ? i % kRows : i / kCols, col = fortran ? i / kRows : i % kCols;
            put_npy(data, type, npy_value(row, col, negative), big);
        }
        const std::string descr = std::string("'") + (type[1] == '1' ? '|' : big ? '>' : '<') + type + "'";
        const fs::path path =
            write_file(folder() / "a.npy", npy_bytes(npy_dict(descr, "(131, 9)", fortran), data, version));
        const FileContents contents = open(path);
        const ElementType expected = type == "f2"   ? ElementType::F16
                                     : type == "i1" ? ElementType::I8
                                     : type == "u1" ? ElementType::U8
                                                    : ElementType::F32;
        QCOMPARE(int(contents.base.type()), int(expected));
        QCOMPARE(contents.base.size(), kRows);
        QCOMPARE(contents.base.dim(), kCols);
        const bool stays =
            (type == "f2" || type == "f4" || type[1] == '1') && (!big || type[1] == '1') && !fortran;
        QCOMPARE(contents.base.mapped(), stays);
        for (std::size_t i = 0; i < kRows; ++i)
            for (std::size_t j = 0; j < kCols; ++j)
                QCOMPARE(double(row_of(contents.base, i)[j]), npy_value(i, j, negative));
        if (type[0] == 'f')
            return;
        const GroundTruth truth = open(path, FileRole::Truth).truth;
        QCOMPARE(truth.k, kCols);
        for (std::size_t i = 0; i < kRows * kCols; ++i)
            QCOMPARE(truth.ids[i], Id(npy_value(i / kCols, i % kCols, negative)));
    }

    void npy_headers() {
        std::string data;
        for (int i = 0; i < 6; ++i)
            put(data, float(i));
        // Keys in any order, double quotes, no trailing comma, Python 2's long integers, an odd header
        // length.
        for (const std::string dict :
             {"{'shape': (2, 3), 'fortran_order': False, 'descr': '<f4'}",
              "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2L, 3L,), }",
              "{ 'fortran_order' :False,'descr':'=f4' , 'shape':( 2 ,3 ) }"}) {
            const FileContents contents = open(write_file(folder() / "b.npy", npy_bytes(dict, data)));
            QCOMPARE(row_of(contents.base, 1), (std::vector<float>{3, 4, 5}));
        }
        // Data at an odd offset cannot be mapped as floats and are copied.
        std::string dict = npy_dict("'<f4'", "(2, 3)"), odd = std::string("\x93NUMPY\x01\x00", 8);
        dict += dict.size() % 2 ? "" : " ";
        put(odd, std::uint16_t(dict.size()));
        const FileContents contents = open(write_file(folder() / "odd.npy", odd + dict + data));
        QVERIFY(!contents.base.mapped());
        QCOMPARE(row_of(contents.base, 1), (std::vector<float>{3, 4, 5}));
        // Booleans are bytes of 0 and 1; bytes after the array are reported.
        const FileContents bits = open(write_file(
            folder() / "bits.npy", npy_bytes(npy_dict("'|b1'", "(1, 3)"), std::string("\1\0\1\0", 4))));
        QCOMPARE(row_of(bits.base, 0), (std::vector<float>{1, 0, 1}));
        QCOMPARE(bits.warnings.size(), std::size_t(1));
    }

    void large_integers_warn() {
        std::string data;
        put(data, std::int64_t(16777216));
        put(data, std::int64_t(-16777217));
        const FileContents rounded =
            open(write_file(folder() / "c.npy", npy_bytes(npy_dict("'<i8'", "(1, 2)"), data)));
        QCOMPARE(rounded.warnings.size(), std::size_t(1));
        QVERIFY(rounded.warnings[0].find("rounded") != std::string::npos);
        data.clear();
        put(data, std::int64_t(16777216));
        put(data, std::int64_t(-16777216));
        QVERIFY(open(write_file(folder() / "c.npy", npy_bytes(npy_dict("'<i8'", "(1, 2)"), data)))
                    .warnings.empty());
    }

    void npy_folder_order() {
        const fs::path path = folder() / "parts";
        for (const auto& [name, value] :
             {std::pair("b.npy", 2.0f), std::pair("a.npy", 1.0f), std::pair("c.npy", 3.0f)}) {
            std::string data;
            put(data, value);
            put(data, -value);
            write_file(path / name, npy_bytes(npy_dict("'<f4'", "(1, 2)"), data));
        }
        write_file(path / "notes.txt", "not read");
        const FileContents contents = open(path);
        QCOMPARE(contents.base.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i)
            QCOMPARE(row_of(contents.base, i), (std::vector<float>{float(i + 1), -float(i + 1)}));
        QVERIFY(contents.warnings.empty());
        const fs::path unpadded = folder() / "unpadded";
        for (const char* name : {"part_2.npy", "part_10.npy"})
            fs::create_directories(unpadded), fs::copy_file(path / "a.npy", unpadded / name);
        QCOMPARE(open(unpadded).warnings.size(), std::size_t(1));
    }

    void bin_by_size() {
        const std::vector<float> floats = {1, 2, 3, 4, 5, 6};
        const FileContents f32 = open(write_file(folder() / "a.bin", bin_bytes<float>(2, 3, floats)));
        QCOMPARE(int(f32.base.type()), int(ElementType::F32));
        QCOMPARE(row_of(f32.base, 1), (std::vector<float>{4, 5, 6}));
        QVERIFY(f32.warnings.empty());
        const FileContents u8 =
            open(write_file(folder() / "b.bin", bin_bytes<std::uint8_t>(2, 3, {1, 2, 3, 250, 5, 6})));
        QCOMPARE(int(u8.base.type()), int(ElementType::U8));
        QCOMPARE(row_of(u8.base, 1), (std::vector<float>{250, 5, 6}));
        QCOMPARE(u8.warnings.size(), std::size_t(1));
        // Ids alone have the size of float32 vectors: the role decides, and vectors of such values are
        // doubted.
        const fs::path ids =
            write_file(folder() / "ids.bin", bin_bytes<std::uint32_t>(2, 3, {7, 1, 0, 3, 2, ~0u}));
        QCOMPARE(open(ids, FileRole::Truth).truth.ids, (std::vector<Id>{7, 1, 0, 3, 2, kNoId}));
        QVERIFY(open(ids, FileRole::Truth).truth.distances.empty());
        QCOMPARE(open(write_file(ids, bin_bytes<std::uint32_t>(2, 2, {7, 0, 3, 2}))).warnings.size(),
                 std::size_t(1));
        const fs::path ibin =
            write_file(folder() / "a.ibin", bin_bytes<std::int32_t>(2, 3, {7, 1, 0, 3, 2, -1}));
        QCOMPARE(open(ibin, FileRole::Truth).truth.ids, (std::vector<Id>{7, 1, 0, 3, 2, kNoId}));
        QCOMPARE(row_of(open(ibin).base, 1), (std::vector<float>{3, 2, -1}));
    }

    void cropped_bin() {
        const FileContents crop =
            open(write_file(folder() / "crop.fbin", bin_bytes<float>(2, 2, {1, 2, 3, 4, 5, 6})));
        QCOMPARE(crop.base.size(), std::size_t(2));
        QCOMPARE(crop.warnings.size(), std::size_t(1));
        QVERIFY(crop.warnings[0].find("holds 3 vectors") != std::string::npos);
    }

    void ivecs_as_vectors() {
        const fs::path path =
            write_file(folder() / "a.ivecs", texmex_bytes<std::int32_t>({{1, -2}, {3, 16777217}}));
        const FileContents contents = open(path);
        QCOMPARE(row_of(contents.base, 0), (std::vector<float>{1, -2}));
        QCOMPARE(contents.warnings.size(), std::size_t(1));
        QCOMPARE(open(path, FileRole::Truth).truth.ids, (std::vector<Id>{1, -2, 3, 16777217}));
    }

    void text_data() {
        QTest::addColumn<std::string>("name");
        QTest::addColumn<std::string>("text");
        const auto row = [](const char* tag, const char* name, const char* text) {
            QTest::newRow(tag) << std::string(name) << std::string(text);
        };
        row("commas", "a.csv", "1,2.5,-3\n4,5e2,.25\n");
        row("no line end", "a.csv", "1,2.5,-3\n4,500,0.25");
        row("header", "a.csv", "x,y,z\n1,2.5,-3\n4,500,0.25\n");
        row("quoted", "a.csv", "\"x\",\"y\",\"z\"\n\"1\",2.5,-3\n4,500,0.25\n");
        row("carriage returns", "a.csv", "x,y,z\r\n1,2.5,-3\r\n\r\n4,500,0.25\r\n");
        row("spaces after commas", "a.csv", "1, 2.5, -3\n4,\t500, +0.25 \n");
        row("comments and blanks", "a.txt", "# made by hand\n\n1,2.5,-3 # first\n   \n#x\n4,500,0.25\n\n");
        row("tabs", "a.tsv", "1\t2.5\t-3\n4\t500\t0.25\n");
        row("semicolons", "a.csv", "1;2.5;-3\n4;500;0.25\n");
        row("spaces", "a.txt", "  1   2.5 -3\n4 500\t0.25\n");
        row("byte order mark", "a.csv",
            "\xef\xbb\xbf"
            "1,2.5,-3\n4,500,0.25\n");
    }
    void text() {
        QFETCH(std::string, name);
        QFETCH(std::string, text);
        const FileContents contents = open(write_file(folder() / name, text));
        QCOMPARE(contents.base.size(), std::size_t(2));
        QCOMPARE(row_of(contents.base, 0), (std::vector<float>{1, 2.5f, -3}));
        QCOMPARE(row_of(contents.base, 1), (std::vector<float>{4, 500, 0.25f}));
    }
    void text_truth() {
        const fs::path path = write_file(folder() / "truth.csv", "0,5,2\n7,1,-1\n");
        QCOMPARE(open(path, FileRole::Truth).truth.ids, (std::vector<Id>{0, 5, 2, 7, 1, -1}));
    }

    void magic_before_extension() {
        std::string data;
        put(data, 1.0f);
        const fs::path path = write_file(folder() / "x.fvecs", npy_bytes(npy_dict("'<f4'", "(1, 1)"), data));
        QCOMPARE(int(*detect_format(path)), int(FileFormat::Npy));
        QCOMPARE(row_of(open(path).base, 0), (std::vector<float>{1}));
        const fs::path upper = write_file(folder() / "UPPER.FVECS", texmex_bytes<float>({{1, 2}}));
        QCOMPARE(int(*detect_format(upper)), int(FileFormat::Fvecs));
    }

    void cancelled_reads() {
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        std::vector<fs::path> paths = {write_file(folder() / "s.csv", "1,2\n3,4\n")};
        std::string data;
        put(data, 1.0);
        paths.push_back(write_file(folder() / "s.npy", npy_bytes(npy_dict("'<f8'", "(1, 1)"), data)));
        if (!data_folder().empty())
            paths.push_back(data_folder() / "fashion-mnist-784-euclidean.hdf5");
        for (const fs::path& path : paths) {
            const auto result = read_file(path, FileRole::Vectors, control);
            QVERIFY2(!result.ok(), path.c_str());
            QCOMPARE(int(result.error().code), int(ErrorCode::Cancelled));
        }
    }
};

QTEST_GUILESS_MAIN(TestFormats)
#include "tst_formats.moc"
