// SPDX-License-Identifier: GPL-3.0-or-later
// What is written reads back the same, here and in numpy and h5py; what is not finished leaves nothing.
#include "data/format.h"
#include "test_files.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kRows = 1300, kDim = 7;
constexpr const char* kPython = "/usr/bin/python3";

/// Rows with a gap between them, as in a mapped fvecs file. Value: (3 row + col) % 100.
template<class T>
VectorSet strided(T (*convert)(float)) {
    constexpr std::size_t kStride = kDim + 2;
    AlignedBuffer<T> buffer(kRows * kStride);
    for (std::size_t i = 0; i < kRows * kStride; ++i)
        buffer[i] = convert(i % kStride < kDim ? float((3 * (i / kStride) + i % kStride) % 100) : 101.0f);
    auto owner = std::make_shared<const AlignedBuffer<T>>(std::move(buffer));
    return {owner, owner->data(), ElementTypeOf<T>::value, kRows, kDim, kStride};
}

VectorSet vectors_of(ElementType type) {
    switch (type) {
    case ElementType::F32:
        return strided<float>([](float v) { return v; });
    case ElementType::F16:
        return strided<Half>(float_to_half);
    case ElementType::U8:
        return strided<std::uint8_t>([](float v) { return std::uint8_t(v); });
    case ElementType::I8:
        break;
    }
    return strided<std::int8_t>([](float v) { return std::int8_t(v); });
}

bool same(const VectorSet& a, const VectorSet& b) {
    std::vector<float> x(a.dim()), y(b.dim());
    if (a.size() != b.size() || a.dim() != b.dim())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        a.copy_row(i, x.data());
        b.copy_row(i, y.data());
        if (x != y)
            return false;
    }
    return true;
}

Dataset dataset(Metric metric, ElementType type) {
    Dataset data;
    data.metric = metric;
    data.base = vectors_of(type);
    data.queries = data.base.slice(5, 3);
    data.truth = {3, 2, {5, 6, 6, 7, 7, kNoId}, {-0.25f, 4, 0, 9, 1, 2.25f}};
    return data;
}

} // namespace

class TestWriters : public QObject {
    Q_OBJECT
    QTemporaryDir m_dir;
    fs::path folder() const { return m_dir.path().toStdString(); }
    FileContents open(const fs::path& path, FileRole role = FileRole::Vectors) {
        auto result = read_file(path, role, {});
        if (!result)
            QTest::qFail(result.error().message.c_str(), __FILE__, __LINE__);
        return result ? std::move(*result) : FileContents{};
    }

private slots:
    void initTestCase() { QVERIFY(m_dir.isValid()); }

    void round_trip_data() {
        QTest::addColumn<int>("type");
        for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
            QTest::newRow(std::string(name(type)).c_str()) << int(type);
    }
    void round_trip() {
        QFETCH(int, type);
        const VectorSet vectors = vectors_of(ElementType(type));
        QVERIFY(write_fvecs(folder() / "a.fvecs", vectors, {}).ok());
        QVERIFY(same(open(folder() / "a.fvecs").base, vectors));
        QVERIFY(write_npy(folder() / "a.npy", vectors, {}).ok());
        const FileContents npy = open(folder() / "a.npy");
        QCOMPARE(int(npy.base.type()), type);
        QVERIFY(npy.base.mapped());
        QVERIFY(same(npy.base, vectors));
        for (const Metric metric : {Metric::L2, Metric::Cosine, Metric::InnerProduct}) {
            const Dataset data = dataset(metric, ElementType(type));
            QVERIFY(write_hdf5(folder() / "a.hdf5", data, {}).ok());
            const FileContents read = open(folder() / "a.hdf5");
            QCOMPARE(int(read.base.type()), type);
            QVERIFY(same(read.base, data.base));
            QVERIFY(same(read.queries, data.queries));
            QVERIFY(read.metric == metric);
            QVERIFY(read.warnings.empty());
            QCOMPARE(read.truth.ids, data.truth.ids);
            QCOMPARE(read.truth.distances[1], metric == Metric::L2       ? 2.0f
                                              : metric == Metric::Cosine ? 5.0f
                                                                         : 4.0f);
            // A rounding error below zero is no reason for a NaN.
            QCOMPARE(read.truth.distances[0], metric == Metric::L2       ? 0.0f
                                              : metric == Metric::Cosine ? 0.75f
                                                                         : -0.25f);
        }
    }

    void ids() {
        const std::vector<Id> ids = {1, -1, 1'000'000'000'000, 4, 5, 6};
        QVERIFY(write_npy_ids(folder() / "ids.npy", ids, 3, 2).ok());
        const GroundTruth truth = open(folder() / "ids.npy", FileRole::Truth).truth;
        QCOMPARE(truth.k, std::size_t(2));
        QCOMPARE(truth.ids, ids);
        QVERIFY(!write_npy_ids(folder() / "no.npy", ids, 4, 2).ok());
        QVERIFY(!fs::exists(folder() / "no.npy"));
    }

    void base_alone() {
        Dataset data;
        data.base = vectors_of(ElementType::F32);
        QVERIFY(write_hdf5(folder() / "base.hdf5", data, {}).ok());
        const FileContents read = open(folder() / "base.hdf5");
        QVERIFY(same(read.base, data.base) && read.queries.empty() && read.truth.empty());
    }

    void numpy_and_h5py_read_them() {
        if (QProcess::execute(kPython, {"-c", "import numpy, h5py"}) != 0)
            QSKIP("/usr/bin/python3 has no numpy and h5py here");
        QVERIFY(write_npy(folder() / "f32.npy", vectors_of(ElementType::F32), {}).ok());
        QVERIFY(write_npy(folder() / "f16.npy", vectors_of(ElementType::F16), {}).ok());
        QVERIFY(write_npy(folder() / "u8.npy", vectors_of(ElementType::U8), {}).ok());
        QVERIFY(write_npy(folder() / "i8.npy", vectors_of(ElementType::I8), {}).ok());
        const std::vector<Id> ids = {1, -1, 3, 4, 5, 6};
        QVERIFY(write_npy_ids(folder() / "ids.npy", ids, 3, 2).ok());
        QVERIFY(write_fvecs(folder() / "v.fvecs", vectors_of(ElementType::U8), {}).ok());
        QVERIFY(write_hdf5(folder() / "l2.hdf5", dataset(Metric::L2, ElementType::F32), {}).ok());
        QVERIFY(write_hdf5(folder() / "cosine.hdf5", dataset(Metric::Cosine, ElementType::F16), {}).ok());
        QVERIFY(write_hdf5(folder() / "ip.hdf5", dataset(Metric::InnerProduct, ElementType::U8), {}).ok());
        const char* script = R"(
import sys, numpy as np, h5py
folder, n, d = sys.argv[1] + '/', 1300, 7
rows = (3 * np.arange(n)[:, None] + np.arange(d)) % 100
for name, dtype in [('f32', 'f4'), ('f16', 'f2'), ('u8', 'u1'), ('i8', 'i1')]:
    a = np.load(folder + name + '.npy')
    assert a.dtype == dtype and a.flags.c_contiguous and (a == rows).all(), name
ids = np.load(folder + 'ids.npy')
assert ids.dtype == np.int64 and ids.tolist() == [[1, -1], [3, 4], [5, 6]]
v = np.fromfile(folder + 'v.fvecs', 'i4').reshape(n, d + 1)
assert (v[:, 0] == d).all() and (v[:, 1:].copy().view('f4') == rows).all()
for name, distance, dtype in [('l2', 'euclidean', 'f4'), ('cosine', 'angular', 'f2'), ('ip', 'ip', 'u1')]:
    f = h5py.File(folder + name + '.hdf5')
    assert dict(f.attrs) == dict(type='dense', distance=distance, dimension=d, point_type='float'), dict(f.attrs)
    assert f['train'].dtype == dtype and (f['train'][:] == rows).all(), name
    assert (f['test'][:] == rows[5:8]).all()
    assert f['neighbors'].dtype == 'i4' and f['neighbors'][:].tolist() == [[5, 6], [6, 7], [7, -1]]
    assert f['distances'].dtype == 'f4' and f['distances'].shape == (3, 2)
)";
        QProcess python;
        python.setProcessChannelMode(QProcess::MergedChannels);
        python.start(kPython, {"-c", script, m_dir.path()});
        QVERIFY(python.waitForFinished(60'000));
        QVERIFY2(python.exitCode() == 0, python.readAll().constData());
    }

    void cancelled_or_failed_leaves_nothing() {
        std::stop_source stop;
        stop.request_stop();
        Control control;
        control.stop = stop.get_token();
        const fs::path path = folder() / "empty";
        fs::create_directories(path);
        write_file(path / "kept.npy", "before");
        const Dataset data = dataset(Metric::L2, ElementType::F32);
        QVERIFY(!write_fvecs(path / "a.fvecs", data.base, control).ok());
        QVERIFY(!write_npy(path / "kept.npy", data.base, control).ok());
        const Status status = write_hdf5(path / "a.hdf5", data, control);
        QVERIFY(!status.ok());
        QCOMPARE(int(status.error().code), int(ErrorCode::Cancelled));
        QCOMPARE(read_bytes(path / "kept.npy"), std::string("before"));
        QCOMPARE(std::distance(fs::directory_iterator(path), fs::directory_iterator()), 1);
    }

    void targets_that_cannot_be_written() {
        const VectorSet vectors = vectors_of(ElementType::F32);
        const Dataset data = dataset(Metric::L2, ElementType::F32);
        for (const fs::path& path : {folder() / "no/such/folder/file", folder()}) {
            for (const Status& status :
                 {write_fvecs(path, vectors, {}), write_npy(path, vectors, {}), write_hdf5(path, data, {})}) {
                QVERIFY(!status.ok());
                QCOMPARE(int(status.error().code), int(ErrorCode::Io));
                QVERIFY(status.error().message.starts_with(path.string() + ": the file cannot be written"));
            }
        }
    }

    /// Writing over the file that the vectors are mapped from.
    void replaces_what_was_mapped() {
        const fs::path path = folder() / "self.npy";
        QVERIFY(write_npy(path, vectors_of(ElementType::F32), {}).ok());
        const FileContents mapped = open(path);
        QVERIFY(write_npy(path, mapped.base.slice(0, 10), {}).ok());
        QVERIFY(same(mapped.base, vectors_of(ElementType::F32)));
        QCOMPARE(open(path).base.size(), std::size_t(10));
    }
};

QTEST_GUILESS_MAIN(TestWriters)
#include "tst_writers.moc"
