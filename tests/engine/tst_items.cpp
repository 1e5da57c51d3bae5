// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/format.h"
#include "data/hdf5_file.h"
#include "data/items.h"
#include "data/labels.h"
#include "test_data.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <functional>
#include <zlib.h>

using namespace annscope;

namespace {

VectorSet bytes_set(std::size_t n, std::size_t dim,
                    const std::function<int(std::size_t, std::size_t)>& value) {
    AlignedBuffer<float> values(n * dim);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < dim; ++j)
            values[i * dim + j] = static_cast<float>(value(i, j));
    return VectorSet::adopt(std::move(values), n, dim);
}

Dataset data_of(std::size_t rows, std::size_t queries = 0, std::size_t dim = 4) {
    Dataset dataset;
    const auto number = [](std::size_t i, std::size_t) { return static_cast<int>(i); };
    dataset.base = bytes_set(rows, dim, number);
    if (queries > 0)
        dataset.queries = bytes_set(queries, dim, number);
    return dataset;
}

QByteArray idx(std::uint8_t type, const std::vector<std::uint32_t>& shape, const QByteArray& values) {
    QByteArray bytes(4, 0);
    bytes[2] = static_cast<char>(type);
    bytes[3] = static_cast<char>(shape.size());
    for (const std::uint32_t extent : shape)
        for (const int shift : {24, 16, 8, 0})
            bytes.append(static_cast<char>(extent >> shift));
    return bytes + values;
}

QByteArray npy(const char* descr, const char* shape, const QByteArray& values) {
    QByteArray header =
        QByteArray("{'descr': '") + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    while ((header.size() + 11) % 64 != 0)
        header.append(' ');
    header.append('\n');
    QByteArray bytes("\x93NUMPY\x01\x00", 8);
    bytes.append(static_cast<char>(header.size() & 255));
    bytes.append(static_cast<char>(header.size() >> 8));
    return bytes + header + values;
}

QByteArray counted(int n) {
    QByteArray bytes;
    for (int i = 0; i < n; ++i)
        bytes.append(static_cast<char>(i));
    return bytes;
}

std::vector<std::uint8_t> part(const QByteArray& bytes, qsizetype from, qsizetype n) {
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.constData()) + from;
    return {data, data + n};
}

} // namespace

class TestItems : public QObject {
    Q_OBJECT
private slots:
    void init();
    void shapesAreRead_data();
    void shapesAreRead();
    void guessesPictures_data();
    void guessesPictures();
    void rangesAreFound_data();
    void rangesAreFound();
    void rowsArePictures();
    void folder();
    void list();
    void arrays_data();
    void arrays();
    void hdf5();
    void heldOutRowsKeepTheirs();
    void queriesAfterTheBase();
    void badFiles_data();
    void badFiles();
    void labels_data();
    void labels();
    void labelsOfHdf5();
    void cancels();
    void fashion();

private:
    std::filesystem::path write(const char* name, const QByteArray& bytes) const {
        QFile file(m_folder->filePath(QString::fromLatin1(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
            qFatal("cannot write");
        return file.fileName().toStdString();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestItems::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
}

void TestItems::shapesAreRead_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("shape"); // empty: refused
    QTest::newRow("grey") << "28x28"
                          << "28 x 28 grey";
    QTest::newRow("spaces") << " 28 X 14 "
                            << "28 x 14 grey";
    QTest::newRow("colour") << "32 x 32 x 3"
                            << "32 x 32 colour";
    QTest::newRow("planes") << "3x32x32"
                            << "32 x 32 colour, plane by plane";
    QTest::newRow("star") << "8*8"
                          << "8 x 8 grey";
    for (const char* bad :
         {"", "28", "28x", "x28", "0x4", "2x2x2", "28x28x3x1", "a x b", "28 28", "-2x4", "99999x1"})
        QTest::newRow(bad) << bad << "";
}

void TestItems::shapesAreRead() {
    QFETCH(QString, text);
    QFETCH(QString, shape);
    const auto parsed = parse_pixel_shape(text.toStdString());
    QCOMPARE(parsed ? QString::fromStdString(to_string(*parsed)) : QString(), shape);
}

void TestItems::guessesPictures_data() {
    QTest::addColumn<QString>("kind");
    QTest::addColumn<int>("dim");
    QTest::addColumn<QString>("shape");
    QTest::newRow("smooth pictures") << "grey" << 256 << "16 x 16 grey";
    QTest::newRow("colour") << "colour" << 768 << "16 x 16 colour";
    QTest::newRow("planes") << "planes" << 768 << "16 x 16 colour, plane by plane";
    QTest::newRow("noise of a square size") << "noise" << 256 << "";
    QTest::newRow("noise of an embedding's size") << "noise" << 1024 << "";
    QTest::newRow("a constant") << "constant" << 256 << "";
    QTest::newRow("not square") << "grey" << 255 << "";
    QTest::newRow("too small") << "grey" << 16 << "";
}

/// Blots of light at a place that differs by row (and is another one in each channel).
void TestItems::guessesPictures() {
    QFETCH(QString, kind);
    QFETCH(int, dim);
    QFETCH(QString, shape);
    Random random(4);
    const VectorSet set = bytes_set(80, static_cast<std::size_t>(dim), [&](std::size_t i, std::size_t j) {
        if (kind == "noise")
            return static_cast<int>(random.below(256));
        if (kind == "constant")
            return 7;
        const std::size_t channels = kind == "grey" ? 1 : 3, side = kind == "grey" && dim == 16 ? 4 : 16;
        const std::size_t pixel = kind == "planes" ? j % (side * side) : j / channels;
        const std::size_t channel = kind == "planes" ? j / (side * side) : j % channels;
        const double x = static_cast<double>(pixel % side), y = static_cast<double>(pixel / side);
        const double cx = static_cast<double>((i * 7 + channel * 5) % 16),
                     cy = static_cast<double>((i * 3 + channel * 9) % 16);
        return static_cast<int>(255 * std::exp(-((x - cx) * (x - cx) + (y - cy) * (y - cy)) / 20));
    });
    const auto guess = guess_pixels(set);
    QCOMPARE(guess ? QString::fromStdString(to_string(*guess)) : QString(), shape);
}

void TestItems::rangesAreFound_data() {
    QTest::addColumn<float>("low");
    QTest::addColumn<float>("high");
    QTest::addColumn<float>("black");
    QTest::addColumn<float>("white");
    QTest::newRow("bytes") << 0.0f << 255.0f << 0.0f << 255.0f;
    QTest::newRow("dark bytes") << 0.0f << 90.0f << 0.0f << 255.0f;
    QTest::newRow("0..1") << 0.0f << 1.0f << 0.0f << 1.0f;
    QTest::newRow("-1..1") << -1.0f << 1.0f << -1.0f << 1.0f;
    QTest::newRow("unit vectors") << 0.0f << 0.2f << 0.0f << 0.2f;
    QTest::newRow("centred") << -300.0f << 300.0f << -300.0f << 300.0f;
}

void TestItems::rangesAreFound() {
    QFETCH(float, low);
    QFETCH(float, high);
    AlignedBuffer<float> values(20);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = low + (high - low) * static_cast<float>(i) / 19;
    const PixelRange range = pixel_range(VectorSet::adopt(std::move(values), 5, 4));
    QTEST(range.black, "black");
    QTEST(range.white, "white");
}

void TestItems::rowsArePictures() {
    Dataset dataset;
    dataset.base =
        bytes_set(3, 6, [](std::size_t i, std::size_t j) { return static_cast<int>(100 * i + j); });
    dataset.queries =
        bytes_set(2, 6, [](std::size_t i, std::size_t j) { return static_cast<int>(10 * i + j); });
    const auto source = ItemSource::of_rows(dataset, {3, 2, 1, false});
    QVERIFY(source.ok());
    QVERIFY(source->has_queries() && source->immediate());
    QCOMPARE(source->description(), std::string("3 x 2 grey pictures, the rows"));
    QCOMPARE(source->base(2).pixels, (std::vector<std::uint8_t>{200, 201, 202, 203, 204, 205}));
    QCOMPARE(source->query(1).pixels, (std::vector<std::uint8_t>{10, 11, 12, 13, 14, 15}));
    QCOMPARE(source->base(3).kind, Item::Kind::None);
    QCOMPARE(ItemSource::of_rows(dataset, {2, 2, 1, false}).error().code, ErrorCode::DimensionMismatch);
    // three planes of 1 x 2 become pixels
    const auto planes = ItemSource::of_rows(dataset, {2, 1, 3, true});
    QCOMPARE(planes->base(1).pixels, (std::vector<std::uint8_t>{100, 102, 104, 101, 103, 105}));
    QCOMPARE(planes->base(1).shape, (PixelShape{2, 1, 3, false}));
}

void TestItems::folder() {
    for (const char* name : {"10.png", "2.png", "1.JPG", "notes.txt", "a.png"})
        write(name, "x");
    const auto source = ItemSource::open(m_folder->path().toStdString(), data_of(4), {});
    QVERIFY2(source.ok(), source.ok() ? "" : source.error().message.c_str());
    QStringList names;
    for (std::size_t i = 0; i < 4; ++i) {
        QCOMPARE(source->base(i).kind, Item::Kind::Picture);
        names << QString::fromStdString(std::filesystem::path(source->base(i).text).filename().string());
    }
    QCOMPARE(names, (QStringList{"1.JPG", "2.png", "10.png", "a.png"}));
    QVERIFY(!source->immediate());
    QCOMPARE(ItemSource::open(m_folder->path().toStdString(), data_of(5), {}).error().code,
             ErrorCode::DimensionMismatch);
}

void TestItems::list() {
    const auto path = write("list.txt", "\xef\xbb\xbf"
                                        "first\r\npictures/b.png\n\n/abs/c.jpg\nl\xc3\xa4st");
    const auto source = ItemSource::open(path, data_of(5), {});
    QVERIFY2(source.ok(), source.ok() ? "" : source.error().message.c_str());
    QCOMPARE(source->base(0).text, std::string("first"));
    QCOMPARE(source->base(1).kind, Item::Kind::Picture);
    QCOMPARE(source->base(1).text, (m_folder->path() + "/pictures/b.png").toStdString());
    QCOMPARE(source->base(2).kind, Item::Kind::Text);
    QCOMPARE(source->base(2).text, std::string());
    QCOMPARE(source->base(3).text, std::string("/abs/c.jpg"));
    QCOMPARE(source->base(4).text, std::string("l\xc3\xa4st"));
    QVERIFY(source->warnings().empty());
    const auto fewer = ItemSource::open(path, data_of(3), {});
    QVERIFY(fewer.ok() && fewer->warnings().size() == 1); // it says that two lines are not used
    const auto more = ItemSource::open(path, data_of(6), {});
    QVERIFY(!more.ok());
    QVERIFY(QString::fromStdString(more.error().message).contains("5") &&
            QString::fromStdString(more.error().message).contains("6 rows"));
}

void TestItems::arrays_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("shape");
    QTest::addColumn<int>("channels");
    const QByteArray pixels = counted(4 * 6);
    QTest::newRow("idx3") << "x.idx" << idx(8, {4, 2, 3}, pixels) << "3 x 2 grey" << 1;
    QTest::newRow("idx4") << "x" << idx(8, {2, 2, 2, 3}, pixels) << "2 x 2 colour" << 3;
    QTest::newRow("npy bytes") << "x.npy" << npy("|u1", "(4, 2, 3)", pixels) << "3 x 2 grey" << 1;
    QTest::newRow("npy colour") << "x.npy" << npy("|u1", "(2, 2, 2, 3)", pixels) << "2 x 2 colour" << 3;
    QByteArray floats;
    for (const char byte : pixels) {
        const float value = static_cast<float>(byte);
        floats.append(reinterpret_cast<const char*>(&value), 4);
    }
    QTest::newRow("npy floats") << "x.npy" << npy("<f4", "(4, 2, 3)", floats) << "3 x 2 grey" << 1;
    QByteArray zipped(200, 0);
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
    const QByteArray plain = idx(8, {4, 2, 3}, pixels);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.constData()));
    stream.avail_in = static_cast<unsigned>(plain.size());
    stream.next_out = reinterpret_cast<Bytef*>(zipped.data());
    stream.avail_out = static_cast<unsigned>(zipped.size());
    deflate(&stream, Z_FINISH);
    zipped.resize(static_cast<qsizetype>(stream.total_out));
    deflateEnd(&stream);
    QTest::newRow("idx3 in gzip") << "train-images-idx3-ubyte.gz" << zipped << "3 x 2 grey" << 1;
}

void TestItems::arrays() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, shape);
    QFETCH(int, channels);
    const auto path = write(qPrintable(name), bytes);
    const std::size_t values = channels == 1 ? 6 : 12, n = 24 / values;
    const auto source = ItemSource::open(path, data_of(n), {});
    QVERIFY2(source.ok(), source.ok() ? "" : source.error().message.c_str());
    QVERIFY(QString::fromStdString(source->description()).contains(shape));
    for (std::size_t i = 0; i < n; ++i) {
        QCOMPARE(source->base(i).kind, Item::Kind::Pixels);
        QCOMPARE(source->base(i).pixels,
                 part(counted(24), static_cast<qsizetype>(i * values), static_cast<qsizetype>(values)));
    }
}

void TestItems::hdf5() {
    const auto path = std::filesystem::path(m_folder->filePath("x.hdf5").toStdString());
    auto file = hdf5::File::create(path);
    QVERIFY(file.ok());
    auto table = file->add_table("flat", 4, 6, hdf5::Memory::U8);
    const QByteArray pixels = counted(24);
    QVERIFY(table->write(0, 4, hdf5::Memory::U8, pixels.constData()).ok());
    QVERIFY(file->close().ok());
    const auto source = ItemSource::open(path.string() + ":/flat", data_of(4), {});
    QVERIFY(!source.ok()); // two dimensions are vectors, not pictures
    QVERIFY(QString::fromStdString(source.error().message).contains("4 x 6"));
    const auto none = ItemSource::open(path, data_of(4), {});
    QVERIFY(!none.ok() && QString::fromStdString(none.error().message).contains("/flat"));
}

/// The list has a line for each row of the file; queries that left the base keep theirs.
void TestItems::heldOutRowsKeepTheirs() {
    constexpr std::size_t kRows = 300;
    QByteArray csv, list;
    for (std::size_t i = 0; i < kRows; ++i) {
        csv += QByteArray::number(static_cast<int>(i)) + ",1,2\n";
        list += "line " + QByteArray::number(static_cast<int>(i)) + "\n";
    }
    OpenOptions options;
    options.base = write("rows.csv", csv);
    options.hold_out = 25;
    options.compute_truth = false;
    options.use_cache = false;
    const auto dataset = open_dataset(options, {});
    QVERIFY(dataset.ok());
    QCOMPARE(dataset->held_out.size(), std::size_t{25});
    const auto source = ItemSource::open(write("list.txt", list), *dataset, {});
    QVERIFY(source.ok() && source->has_queries() && source->warnings().empty());
    std::vector<float> row(3);
    for (std::size_t i = 0; i < dataset->base.size(); ++i) {
        dataset->base.copy_row(i, row.data());
        QCOMPARE(source->base(i).text, "line " + std::to_string(static_cast<int>(row[0])));
    }
    for (std::size_t i = 0; i < 25; ++i) {
        dataset->queries.copy_row(i, row.data());
        QCOMPARE(source->query(i).text, "line " + std::to_string(static_cast<int>(row[0])));
    }
}

void TestItems::queriesAfterTheBase() {
    const auto path = write("list.txt", "a\nb\nc\nd\ne\n");
    const auto source = ItemSource::open(path, data_of(3, 2), {});
    QVERIFY(source.ok() && source->has_queries() && source->warnings().empty());
    QCOMPARE(source->base(2).text, std::string("c"));
    QCOMPARE(source->query(1).text, std::string("e"));
    const auto base_only = ItemSource::open(path, data_of(5, 2), {});
    QVERIFY(base_only.ok() && !base_only->has_queries());
    QCOMPARE(base_only->query(1).kind, Item::Kind::None);
}

void TestItems::badFiles_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("binary") << "x.txt" << QByteArray("ab\0cd", 5);
    QTest::newRow("empty") << "x.txt" << QByteArray();
    QTest::newRow("idx cut off") << "x" << idx(8, {4, 2, 3}, counted(23));
    QTest::newRow("idx header cut off") << "x" << idx(8, {4, 2, 3}, {}).left(7);
    QTest::newRow("idx too large") << "x" << idx(8, {0xffffffffu, 0xffffffffu, 0xffffffffu}, counted(24));
    QTest::newRow("idx without pixels") << "x" << idx(8, {4, 0, 3}, {});
    QTest::newRow("idx of floats") << "x" << idx(13, {1, 2, 3}, counted(24));
    QTest::newRow("idx of labels") << "x" << idx(8, {24}, counted(24));
    QTest::newRow("npy of vectors") << "x.npy" << npy("|u1", "(4, 6)", counted(24));
    QTest::newRow("npy cut off") << "x.npy" << npy("|u1", "(4, 2, 3)", counted(23));
    QTest::newRow("npy too large") << "x.npy" << npy("|u1", "(4, 4294967295, 4294967295)", counted(24));
    QTest::newRow("npy of five dimensions") << "x.npy" << npy("|u1", "(1, 2, 2, 2, 3)", counted(24));
    QTest::newRow("gzip cut off") << "x.gz" << QByteArray("\x1f\x8b\x08\x00\x00\x00\x00\x00", 8);
}

void TestItems::badFiles() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    const auto path = write(qPrintable(name), bytes);
    const auto source = ItemSource::open(path, data_of(4), {});
    QVERIFY2(!source.ok(), "it was opened");
    QVERIFY2(source.error().message.find(path.string()) != std::string::npos, source.error().message.c_str());
    QVERIFY(!ItemSource::open(m_folder->filePath("missing").toStdString(), data_of(1), {}).ok());
    QTemporaryDir empty;
    QVERIFY(!ItemSource::open(empty.path().toStdString(), data_of(1), {}).ok());
}

void TestItems::labels_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QList<int>>("classes"); // empty: refused
    QTest::newRow("idx1") << "y" << idx(8, {4}, QByteArray("\x09\x00\x09\x03", 4))
                          << QStringList{"0", "3", "9"} << QList<int>{2, 0, 2, 1};
    QTest::newRow("idx1 of int32") << "y"
                                   << idx(12, {4}, QByteArray("\0\0\1\0\0\0\0\2\xff\xff\xff\xff\0\0\0\2", 16))
                                   << QStringList{"-1", "2", "256"} << QList<int>{2, 1, 0, 1};
    QTest::newRow("npy") << "y.npy" << npy("<i2", "(4,)", QByteArray("\5\0\2\0\5\0\5\0", 8))
                         << QStringList{"2", "5"} << QList<int>{1, 0, 1, 1};
    QTest::newRow("npy column") << "y.npy" << npy("|u1", "(4, 1)", QByteArray("\5\2\5\5", 4))
                                << QStringList{"2", "5"} << QList<int>{1, 0, 1, 1};
    QTest::newRow("numbers as text") << "y.txt" << QByteArray("10\n9\n10\n-1\n")
                                     << QStringList{"-1", "9", "10"} << QList<int>{2, 1, 2, 0};
    QTest::newRow("names") << "y.txt" << QByteArray("coat\nbag\r\ncoat\n7 \n")
                           << QStringList{"7", "bag", "coat"} << QList<int>{2, 1, 2, 0};
    QTest::newRow("too few") << "y.txt" << QByteArray("1\n2\n3\n") << QStringList{} << QList<int>{};
    QTest::newRow("floats") << "y.npy" << npy("<f4", "(4,)", counted(16)) << QStringList{} << QList<int>{};
    QTest::newRow("matrix") << "y.npy" << npy("|u1", "(4, 2)", counted(8)) << QStringList{} << QList<int>{};
    QTest::newRow("pictures") << "y" << idx(8, {4, 1, 1}, counted(4)) << QStringList{} << QList<int>{};
}

void TestItems::labels() {
    QFETCH(QString, name);
    QFETCH(QByteArray, bytes);
    QFETCH(QStringList, names);
    QFETCH(QList<int>, classes);
    const auto path = write(qPrintable(name), bytes);
    const auto labels = open_labels(path, data_of(4), {});
    QCOMPARE(labels.ok(), !classes.isEmpty());
    if (!labels) {
        QVERIFY2(labels.error().message.find(path.string()) != std::string::npos,
                 labels.error().message.c_str());
        return;
    }
    QStringList found;
    for (const std::string& each : labels->names)
        found << QString::fromStdString(each);
    QCOMPARE(found, names);
    QCOMPARE(QList<int>(labels->base.begin(), labels->base.end()), classes);
    for (std::size_t c = 0; c < labels->counts.size(); ++c)
        QCOMPARE(static_cast<qsizetype>(labels->counts[c]), classes.count(static_cast<int>(c)));
}

void TestItems::labelsOfHdf5() {
    const auto path = std::filesystem::path(m_folder->filePath("y.hdf5").toStdString());
    auto file = hdf5::File::create(path);
    auto table = file->add_table("labels", 4, 1, hdf5::Memory::I32);
    const std::int32_t values[] = {3, 1, 3, 2};
    QVERIFY(table->write(0, 4, hdf5::Memory::I32, values).ok());
    QVERIFY(file->close().ok());
    for (const std::string& name : {path.string(), path.string() + ":/labels"}) {
        const auto labels = open_labels(name, data_of(4), {});
        QVERIFY2(labels.ok(), labels.ok() ? "" : labels.error().message.c_str());
        QCOMPARE(labels->base, (std::vector<std::uint32_t>{2, 0, 2, 1}));
    }
}

void TestItems::cancels() {
    std::stop_source stop;
    stop.request_stop();
    const Control control{stop.get_token(), nullptr, 1};
    const auto source = ItemSource::open(write("x", idx(8, {4, 2, 3}, counted(24))), data_of(4), control);
    QCOMPARE(source.ok() ? ErrorCode::Internal : source.error().code, ErrorCode::Cancelled);
    const auto labels = open_labels(write("y.txt", "1\n2\n"), data_of(2), control);
    QCOMPARE(labels.ok() ? ErrorCode::Internal : labels.error().code, ErrorCode::Cancelled);
}

void TestItems::fashion() {
    const auto folder = test::data_folder();
    if (folder.empty())
        QSKIP("no real data here, set ANNSCOPE_DATA");
    const auto shape_of = [&](const char* name) {
        const auto contents = read_file(folder / name, FileRole::Vectors, {});
        const auto shape = contents.ok() ? guess_pixels(contents->base) : std::nullopt;
        return shape ? to_string(*shape) : std::string("none");
    };
    QCOMPARE(shape_of("fashion-mnist-784-euclidean.hdf5"), std::string("28 x 28 grey"));
    QCOMPARE(shape_of("glove-twitter-12k-25-angular.hdf5"), std::string("none")); // 25 = 5 x 5
    QCOMPARE(shape_of("letter-16-euclidean.hdf5"), std::string("none"));
}

QTEST_GUILESS_MAIN(TestItems)
#include "tst_items.moc"
