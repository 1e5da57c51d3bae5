// SPDX-License-Identifier: GPL-3.0-or-later
// Files that cannot be read: one for each case and reader. Each must give an error that names the file and
// says what is wrong; none may crash, hang or give numbers.
#include "data/format.h"
#include "test_data.h"
#include "test_files.h"
#include "test_vectors.h"

#include <QTemporaryDir>
#include <QtTest>
#include <limits>
#include <random>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

Q_DECLARE_METATYPE(std::string)

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

template<class T>
std::string raw(std::initializer_list<T> values) {
    std::string bytes;
    for (const T value : values)
        put(bytes, value);
    return bytes;
}

std::string npy(const char* descr, const char* shape, const std::string& data, bool fortran = false) {
    return npy_bytes(npy_dict(descr, shape, fortran), data);
}

/// A matrix whose size is right but whose vector in the middle has another dimension.
std::string mixed_fvecs(std::size_t rows, std::size_t wrong) {
    std::string bytes;
    for (std::size_t i = 0; i < rows; ++i) {
        put(bytes, std::int32_t(i == wrong ? 5 : 3));
        for (int j = 0; j < 3; ++j)
            put(bytes, float(j));
    }
    return bytes;
}

} // namespace

class TestBadFiles : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    fs::path folder() const { return m_dir.path().toStdString(); }

    static void add(const char* tag, const char* file, const std::string& bytes, ErrorCode code,
                    const char* says, FileRole role = FileRole::Vectors) {
        QTest::newRow(tag) << std::string(file) << bytes << int(code) << std::string(says) << int(role);
    }
    static void columns() {
        QTest::addColumn<std::string>("file");
        QTest::addColumn<std::string>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<std::string>("says");
        QTest::addColumn<int>("role");
    }
    void expect_error() {
        QFETCH(std::string, file);
        QFETCH(std::string, bytes);
        QFETCH(int, code);
        QFETCH(std::string, says);
        QFETCH(int, role);
        const fs::path path = write_file(folder() / file, bytes);
        const Status status = open_all(path, FileRole(role));
        QVERIFY(!status.ok());
        const std::string& message = status.error().message;
        QVERIFY2(int(status.error().code) == code, message.c_str());
        QVERIFY2(message.find(path.string()) != std::string::npos, message.c_str());
        QVERIFY2(message.find(says) != std::string::npos, message.c_str());
        QVERIFY2(message.ends_with('.') || message.ends_with('?'), message.c_str());
    }

private slots:
    void initTestCase() { QVERIFY(m_dir.isValid()); }

    void texmex_files_data() {
        columns();
        using enum ErrorCode;
        const std::string good = texmex_bytes<float>({{1, 2, 3}, {4, 5, 6}});
        add("fvecs empty", "a.fvecs", "", CorruptFile, "empty");
        add("fvecs shorter than a dimension", "a.fvecs", "abc", CorruptFile, "truncated");
        add("fvecs truncated", "a.fvecs", good.substr(0, good.size() - 5), CorruptFile, "truncated");
        add("fvecs header too large", "a.fvecs", raw<std::int32_t>({1000, 1}), CorruptFile,
            "larger than the file");
        add("fvecs d 0", "a.fvecs", raw<std::int32_t>({0, 0}), CorruptFile, "dimension 0");
        add("fvecs d negative", "a.fvecs", raw<std::int32_t>({-7, 0}), CorruptFile, "dimension -7");
        add("fvecs d absurd", "a.fvecs", raw<std::int32_t>({0x7fffffff, 0}), CorruptFile,
            "dimension 2147483647");
        add("fvecs mixed d", "a.fvecs", texmex_bytes<float>({{1, 2, 3}, {4, 5}, {6, 7, 8}}), CorruptFile,
            "vector 1 (counted from 0) has dimension 2");
        add("fvecs mixed d, same size", "a.fvecs", mixed_fvecs(100, 57), CorruptFile, "vector 57");
        add("fvecs nan", "a.fvecs", texmex_bytes<float>({{1, 2, 3}, {4, 5, kNan}}), CorruptFile,
            "row 1, column 2");
        add("fvecs infinity", "a.fvecs", texmex_bytes<float>({{1, -kInf, 3}, {4, 5, 6}}), CorruptFile,
            "-inf");
        add("fvecs as truth", "a.fvecs", good, Unsupported, "truth", FileRole::Truth);
        add("bvecs empty", "a.bvecs", "", CorruptFile, "empty");
        add("bvecs truncated", "a.bvecs", texmex_bytes<std::uint8_t>({{1, 2}, {3, 4}}).substr(0, 11),
            CorruptFile, "truncated");
        add("bvecs header too large", "a.bvecs", raw<std::int32_t>({100, 1}), CorruptFile,
            "larger than the file");
        add("bvecs d 0", "a.bvecs", raw<std::int32_t>({0}), CorruptFile, "dimension 0");
        add("bvecs mixed d", "a.bvecs", texmex_bytes<std::uint8_t>({{1, 2}, {3}}), CorruptFile,
            "dimension 1");
        add("ivecs truncated", "a.ivecs", texmex_bytes<std::int32_t>({{1, 2}, {3, 4}}).substr(0, 21),
            CorruptFile, "truncated", FileRole::Truth);
        add("ivecs header too large", "a.ivecs", raw<std::int32_t>({100, 1}), CorruptFile,
            "larger than the file");
        add("ivecs d 0", "a.ivecs", raw<std::int32_t>({0}), CorruptFile, "dimension 0", FileRole::Truth);
        add("ivecs mixed d", "a.ivecs", texmex_bytes<std::int32_t>({{1, 2}, {3}}), CorruptFile, "dimension 1",
            FileRole::Truth);
    }
    void texmex_files() { expect_error(); }

    void bin_files_data() {
        columns();
        using enum ErrorCode;
        const std::string good = bin_bytes<float>(2, 3, {1, 2, 3, 4, 5, 6});
        for (const char* file : {"a.fbin", "a.u8bin", "a.i8bin", "a.bin", "a.ibin"}) {
            const auto tag = [&](const char* what) { return std::string(file + 2) + " " + what; };
            add(tag("empty").c_str(), file, "", CorruptFile, "empty");
            add(tag("shorter than a header").c_str(), file, "1234567", CorruptFile, "truncated");
            add(tag("header only").c_str(), file, raw<std::uint32_t>({2, 3}), CorruptFile,
                "but the file has");
            add(tag("header too large").c_str(), file, bin_bytes<float>(4'000'000'000u, 1'000'000u, {1}),
                CorruptFile, "but the file has");
            add(tag("d absurd").c_str(), file, bin_bytes<float>(1, 0xffffffffu, {1}), CorruptFile,
                "dimension");
            add(tag("n 0").c_str(), file, bin_bytes<float>(0, 3, {}), CorruptFile, "n = 0");
            add(tag("d 0").c_str(), file, bin_bytes<float>(3, 0, {}), CorruptFile, "dimension 0");
        }
        add("fbin truncated", "a.fbin", good.substr(0, good.size() - 1), CorruptFile, "larger than the file");
        add("fbin crop with the whole header", "a.fbin", bin_bytes<float>(9, 3, {1, 2, 3, 4, 5, 6}),
            CorruptFile, "holds 2 vectors");
        add("fbin with half a row more", "a.fbin", good + "ab", CorruptFile,
            "takes 32 bytes, but the file has 34");
        add("fbin nan", "a.fbin", bin_bytes<float>(2, 2, {1, 2, 3, kNan}), CorruptFile, "row 1, column 1");
        add("fbin infinity", "a.fbin", bin_bytes<float>(2, 2, {kInf, 2, 3, 4}), CorruptFile,
            "row 0, column 0");
        add("fbin as truth", "a.fbin", good, Unsupported, "truth", FileRole::Truth);
        add("bin truncated", "a.bin", good.substr(0, good.size() - 3), CorruptFile, "truncated");
        add("bin nan", "a.bin", bin_bytes<float>(1, 2, {1, kNan}), CorruptFile, "row 0, column 1");
        add("bin truth truncated", "a.bin", bin_bytes<std::int32_t>(2, 2, {1, 2, 3}), CorruptFile,
            "but the file has", FileRole::Truth);
        add("bin range truth", "a.bin", bin_bytes<std::int32_t>(3, 4, {1, 0, 3, 9, 8, 7, 6}), Unsupported,
            "range search", FileRole::Truth);
        add("bin range truth with distances", "a.bin",
            bin_bytes<std::int32_t>(3, 4, {1, 0, 3, 9, 8, 7, 6, 0, 0, 0, 0}), Unsupported, "range search");
    }
    void bin_files() { expect_error(); }

    void npy_files_data() {
        columns();
        using enum ErrorCode;
        const std::string four = raw<float>({1, 2, 3, 4});
        const std::string good = npy("'<f4'", "(2, 2)", four);
        add("npy empty", "a.npy", "", CorruptFile, "empty");
        add("npy wrong magic", "a.npy", "NUMPY but not quite, and long enough", CorruptFile, "signature");
        add("npy ends in the magic", "a.npy", good.substr(0, 7), CorruptFile, "truncated");
        add("npy ends in the length", "a.npy", good.substr(0, 9), CorruptFile, "truncated");
        add("npy ends in the header", "a.npy", good.substr(0, 40), CorruptFile, "larger than the file");
        add("npy truncated", "a.npy", good.substr(0, good.size() - 1), CorruptFile, "truncated");
        add("npy version 9", "a.npy", std::string(good).replace(6, 1, "\x09"), Unsupported, "version is 9");
        add("npy header too large", "a.npy", npy("'<f4'", "(4000000000, 1000000)", four), CorruptFile,
            "larger than the file");
        add("npy overflowing shape", "a.npy", npy("'<f4'", "(99999999999999999999, 2)", four), CorruptFile,
            "tuple of sizes");
        add("npy shape beyond 64 bits in product", "a.npy", npy("'<f8'", "(4294967296, 4294967296)", four),
            CorruptFile, "dimension");
        add("npy d 0", "a.npy", npy("'<f4'", "(2, 0)", ""), CorruptFile, "dimension 0");
        add("npy n 0", "a.npy", npy("'<f4'", "(0, 2)", ""), CorruptFile, "n = 0");
        add("npy 1-D", "a.npy", npy("'<f4'", "(4,)", four), CorruptFile, "1 dimension (shape (4,))");
        add("npy 3-D", "a.npy", npy("'<f4'", "(2, 1, 2)", four), CorruptFile, "3 dimensions");
        add("npy 0-D", "a.npy", npy("'<f4'", "()", four), CorruptFile, "0 dimensions");
        add("npy object", "a.npy", npy("'|O'", "(2, 2)", four), Unsupported, "object");
        add("npy structured", "a.npy", npy("[('x', '<f4'), ('y', '<f4')]", "(2,)", four), Unsupported,
            "structured");
        add("npy complex", "a.npy", npy("'<c8'", "(2, 1)", four), Unsupported, "'<c8'");
        add("npy text", "a.npy", npy("'<U4'", "(1, 1)", four), Unsupported, "'<U4'");
        add("npy f16 bytes", "a.npy", npy("'<f16'", "(1, 1)", four), Unsupported, "'<f16'");
        add("npy no such dtype", "a.npy", npy("''", "(1, 1)", four), Unsupported, "dtype");
        add("npy no dict", "a.npy", npy_bytes("[1, 2]", four), CorruptFile, "cannot be understood");
        add("npy dict not closed", "a.npy", npy_bytes("{'descr': '<f4'", four), CorruptFile,
            "cannot be understood");
        add("npy strange key", "a.npy", npy_bytes("{'colour': 'red'}", four), CorruptFile, "descr");
        add("npy without shape", "a.npy", npy_bytes("{'descr': '<f4', 'fortran_order': False}", four),
            CorruptFile, "shape");
        add("npy negative shape", "a.npy", npy("'<f4'", "(-1, 2)", four), CorruptFile, "tuple of sizes");
        add("npy nan, mapped", "a.npy", npy("'<f4'", "(2, 2)", raw<float>({1, 2, kNan, 4})), CorruptFile,
            "row 1, column 0");
        add("npy infinity, f2", "a.npy", npy("'<f2'", "(1, 2)", raw<std::uint16_t>({0x3c00, 0x7c00})),
            CorruptFile, "row 0, column 1");
        add("npy nan, big endian", "a.npy", npy("'>f4'", "(1, 1)", std::string("\x7f\xc0\0\0", 4)),
            CorruptFile, "nan");
        add("npy nan, Fortran", "a.npy", npy("'<f4'", "(2, 2)", raw<float>({1, 2, kNan, 4}), true),
            CorruptFile, "row 0, column 1");
        add("npy infinity, f8", "a.npy", npy("'<f8'", "(1, 1)", raw<double>({-HUGE_VAL})), CorruptFile,
            "-inf");
        add("npy beyond float32", "a.npy", npy("'<f8'", "(1, 2)", raw<double>({1, 1e39})), CorruptFile,
            "1e+39");
        add("npy floats as truth", "a.npy", good, CorruptFile, "integer", FileRole::Truth);
    }
    void npy_files() { expect_error(); }

    void text_files_data() {
        columns();
        using enum ErrorCode;
        add("csv empty", "a.csv", "", CorruptFile, "empty");
        add("csv blank", "a.csv", "\n  \n# nothing\n", CorruptFile, "blank lines");
        add("csv header only", "a.csv", "x,y\n", CorruptFile, "header");
        add("csv header and comments", "a.csv", "x,y\n# 1,2\n", CorruptFile, "header");
        add("csv word", "a.csv", "x,y\n1,2\n3,four\n", CorruptFile,
            "line 3, column 2: \"four\" is not a number");
        add("csv word in the first line", "a.csv", "1,2,abc\n", CorruptFile, "line 1, column 3");
        add("csv empty cell", "a.csv", "1,2,3\n4,,6\n", CorruptFile, "line 2, column 2: the cell is empty");
        add("csv mixed d", "a.csv", "1,2,3\n4,5\n", CorruptFile,
            "line 2 has 2 numbers, but the first line has 3");
        add("csv longer row", "a.csv", "1,2\n4,5,6\n", CorruptFile, "line 2 has 3 numbers");
        add("csv truncated", "a.csv", "1,2,3\n4,5,6\n7,8", CorruptFile, "line 3 has 2 numbers");
        add("csv decimal comma", "a.csv", "1,5;2,5\n", CorruptFile, "line 1");
        add("csv nan", "a.csv", "1,2\n3,nan\n", CorruptFile, "line 2, column 2");
        add("csv infinity", "a.csv", "1,2\ninf,4\n", CorruptFile, "line 2, column 1");
        add("csv beyond float32", "a.csv", "1,2\n1e39,4\n", CorruptFile, "line 2, column 1");
        add("csv beyond float64", "a.csv", "1,2\n1e999,4\n", CorruptFile, "line 2, column 1");
        add("csv binary", "a.csv", std::string("\0\1\2\377\n1,2\n", 9), CorruptFile, "line 2");
        add("csv truth of fractions", "a.csv", "1,2.5\n", CorruptFile, "column 2", FileRole::Truth);
    }
    void text_files() { expect_error(); }

    void unknown_data() {
        columns();
        using enum ErrorCode;
        add("unknown extension", "a.xyz", "some bytes", Unsupported, "fvecs");
        add("no extension", "a", "some bytes", Unsupported, "fvecs");
        add("gzip", "a.gz", "\x1f\x8b and more", Unsupported, "gzip");
        add("npz", "a.npz", "PK\x03\x04 and more", Unsupported, "zip");
        add("hdf5 wrong magic", "a.hdf5", "not an HDF5 file at all", CorruptFile, "signature");
        add("hdf5 empty", "a.hdf5", "", CorruptFile, "empty");
        add("hdf5 magic alone", "a.hdf5", "\x89HDF\r\n\x1a\n", CorruptFile, "truncated or damaged");
    }
    void unknown() { expect_error(); }

    void missing_and_folders() {
        for (const char* file :
             {"no.fvecs", "no.fbin", "no.bin", "no.npy", "no.csv", "no.hdf5", "no.hdf5:/train"}) {
            const Status status = open_all(folder() / "missing" / file);
            QVERIFY2(!status.ok(), file);
            QCOMPARE(int(status.error().code), int(ErrorCode::Io));
            QVERIFY(status.error().message.find("No such file or directory") != std::string::npos);
            QVERIFY(status.error().message.find(file) != std::string::npos);
        }
        for (const char* name : {"d.fvecs", "d.fbin", "d.bin", "d.npy", "d.csv", "d.hdf5"}) {
            fs::create_directories(folder() / name);
            const Status status = open_all(folder() / name);
            QVERIFY2(!status.ok(), name);
            QVERIFY(status.error().message.find("folder without npy files") != std::string::npos);
        }
        QVERIFY(!open_all("/dev/zero").ok()); // would never end
        const fs::path pipe = folder() / "pipe.fvecs";
        QCOMPARE(::mkfifo(pipe.c_str(), 0600), 0);
        const Status status = open_all(pipe); // must not wait for a writer
        QVERIFY(!status.ok() && status.error().message.find("not a regular file") != std::string::npos);
    }

    void npy_folders() {
        const auto part = [](const char* descr, const char* shape) {
            return npy(descr, shape, std::string(64, '\0'));
        };
        write_file(folder() / "dims/a.npy", part("'<f4'", "(2, 2)"));
        write_file(folder() / "dims/b.npy", part("'<f4'", "(2, 3)"));
        const Status dims = open_all(folder() / "dims");
        QVERIFY(!dims.ok() && dims.error().code == ErrorCode::DimensionMismatch);
        QVERIFY(dims.error().message.find("b.npy") != std::string::npos);
        write_file(folder() / "types/a.npy", part("'<f4'", "(2, 2)"));
        write_file(folder() / "types/b.npy", part("'<f8'", "(2, 2)"));
        const Status types = open_all(folder() / "types");
        QVERIFY(!types.ok() &&
                types.error().message.find("b.npy: the type is f8, but f4") != std::string::npos);
        write_file(folder() / "bad/a.npy", npy("'<f4'", "(1, 2)", raw<float>({1, 2})));
        write_file(folder() / "bad/b.npy", npy("'<f4'", "(1, 2)", raw<float>({1, kNan})));
        const Status nan = open_all(folder() / "bad");
        QVERIFY(!nan.ok() && nan.error().message.find("b.npy: row 0, column 1") != std::string::npos);
    }

    void no_permission_data() {
        QTest::addColumn<std::string>("file");
        for (const char* file :
             {"p.fvecs", "p.bvecs", "p.ivecs", "p.fbin", "p.bin", "p.npy", "p.csv", "p.hdf5", "p"})
            QTest::newRow(file) << std::string(file);
    }
    /// root may read everything, so a child process asks as nobody.
    void no_permission() {
        QFETCH(std::string, file);
        fs::permissions(folder(), fs::perms(0755));
        fs::path path = folder() / "locked" / file;
        if (file == "p") { // a folder
            fs::create_directories(path);
        } else {
            write_file(path, "anything");
        }
        fs::permissions(path, fs::perms::none);
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            std::string message = "still root";
            if (::geteuid() != 0 || (::setgid(65534) == 0 && ::setuid(65534) == 0)) {
                const auto result = read_file(path, FileRole::Vectors, {});
                message =
                    result ? "read" : std::string(name(result.error().code)) + "|" + result.error().message;
            }
            const ssize_t written = ::write(ends[1], message.data(), message.size());
            ::_exit(written == ssize_t(message.size()) ? 0 : 1);
        }
        ::close(ends[1]);
        std::string message;
        char buffer[512];
        for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;)
            message.append(buffer, std::size_t(n));
        ::close(ends[0]);
        int state = 0;
        QCOMPARE(::waitpid(child, &state, 0), child);
        fs::permissions(path, fs::perms(0700));
        QVERIFY2(message.starts_with("input/output error|" + path.string()), message.c_str());
        QVERIFY2(message.find("Permission denied") != std::string::npos, message.c_str());
    }

    /// Any prefix of a good file, and good files with a few bytes changed: an answer or an error, never a
    /// crash.
    void damaged_at_random() {
        std::string twelve;
        for (int i = 0; i < 12; ++i)
            put(twelve, float(i));
        const std::vector<std::pair<const char*, std::string>> good = {
            {"r.fvecs", texmex_bytes<float>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})},
            {"r.bvecs", texmex_bytes<std::uint8_t>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})},
            {"r.ivecs", texmex_bytes<std::int32_t>({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}})},
            {"r.fbin", bin_bytes<float>(2, 3, {1, 2, 3, 4, 5, 6})},
            {"r.u8bin", bin_bytes<std::uint8_t>(2, 3, {1, 2, 3, 4, 5, 6})},
            {"r.bin", bin_bytes<float>(2, 3, {1, 2, 3, 4, 5, 6})},
            {"r.npy", npy("'<f4'", "(3, 4)", twelve)},
            {"f.npy", npy("'>f8'", "(2, 3)", twelve, true)},
            {"r.csv", "x,y,z\n1,2,3\n4,5.5,6e3\n-7,8,9\n"}};
        std::mt19937 random(7);
        for (const auto& [file, bytes] : good) {
            const fs::path path = folder() / "random" / file;
            const auto attempt = [&](const std::string& changed) {
                write_file(path, changed);
                for (const FileRole role : {FileRole::Vectors, FileRole::Truth}) {
                    const auto result = read_file(path, role, {});
                    if (result) {
                        QVERIFY(result->base.size() < 1000 && result->base.dim() < 1000);
                        (void)check_finite(result->base, file, {});
                    } else {
                        QVERIFY(result.error().message.find(file) != std::string::npos);
                    }
                }
            };
            QVERIFY2(open_all(write_file(path, bytes)).ok(), file);
            for (std::size_t length = 0; length < bytes.size(); ++length)
                attempt(bytes.substr(0, length));
            for (int i = 0; i < 150; ++i) {
                std::string changed = bytes;
                for (auto flips = 1 + random() % 3; flips > 0; --flips)
                    changed[random() % changed.size()] ^= char(1u << random() % 8);
                attempt(changed);
            }
        }
    }

    /// A dimension that is wrong only in the middle of a large file is found by the pass over all rows.
    void mixed_dimension_in_a_large_file() {
        constexpr std::size_t kRows = 4'200'000; // 67 MB: the reader looks at a sample of the rows only
        const fs::path path = write_file(folder() / "large.fvecs", mixed_fvecs(kRows, 2'100'003));
        const auto contents = read_file(path, FileRole::Vectors, {});
        QVERIFY(contents.ok());
        const Status status = check_finite(contents->base, path.string(), {});
        fs::remove(path);
        QVERIFY(!status.ok());
        QVERIFY(status.error().message.find("vector 2100003 (counted from 0) has dimension 5") !=
                std::string::npos);
        // The same through a part of the set.
        QVERIFY(!check_finite(contents->base.slice(2'000'000, 200'000), path.string(), {}).ok());
        QVERIFY(check_finite(contents->base.slice(10, 200'000), path.string(), {}).ok());
    }
};

QTEST_GUILESS_MAIN(TestBadFiles)
#include "tst_bad_files.moc"
