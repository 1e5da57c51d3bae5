// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include "core/checksum.h"
#include "index/archive_header.h"
#include "index/serialize.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace annscope;
using namespace annscope::test;

namespace {

std::string digest_of(std::string_view text) {
    Checksum sum;
    sum.update(text.data(), text.size());
    return QString::number(sum.digest(), 16).toStdString();
}

QByteArray read_all(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write_all(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size());
}

bool damaged(const Error& error) {
    return error.code == ErrorCode::CorruptFile || error.code == ErrorCode::Unsupported;
}

/// Every byte of the beginning, then about 300 places.
qsizetype step_at(qsizetype at, const QByteArray& bytes) {
    return at < 60 ? 1 : 1 + bytes.size() / 300;
}

} // namespace

class TestSerialize : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString path(const char* name) const { return m_folder.filePath(name); }
    QByteArray archive_of(std::string_view example, std::size_t dim = 12, std::size_t rows = 60) {
        const auto index = build(example, random_set(ElementType::F32, rows, dim, 1), Metric::L2);
        if (!index || !save_index(**index, path("good").toStdString(), {}))
            return {};
        return read_all(path("good"));
    }
    static void examples() {
        QTest::addColumn<QByteArray>("example");
        for (const Kind* kind : kinds())
            QTest::addRow("%s", kind->name.data()) << QByteArray(kind->example.data());
        for (const char* more : {"IVF16,PQ4x4|groups=4", "IVF16(IVF4,Flat),Flat|groups=3"})
            QTest::addRow("%s", more) << QByteArray(more);
    }

private slots:
    void checksumIsXxh64();
    void checksumDoesNotDependOnThePieces();
    void truncatedFiles_data() { examples(); }
    void truncatedFiles();
    void flippedBits_data() { examples(); }
    void flippedBits();
    void newerVersion();
    void otherFiles();
    void unknownKind();
    void headersThatLie_data();
    void headersThatLie();
    void nothingIsLeftByAFailedSave();
    void savingOverAnIndexThatWasLoadedFromThere();
    void anUntrainedIndexIsNotSaved();
    void emptyIndexes();
    void cancel();
};

void TestSerialize::checksumIsXxh64() {
    // Values of the published algorithm with seed 0.
    QCOMPARE(digest_of(""), std::string("ef46db3751d8e999"));
    QCOMPARE(digest_of("a"), std::string("d24ec4f1a98c6e5b"));
    QCOMPARE(digest_of("abc"), std::string("44bc2cf5ad770999"));
    QCOMPARE(digest_of("Nobody inspects the spammish repetition"), std::string("fbcea83c8a378bf1"));
}

void TestSerialize::checksumDoesNotDependOnThePieces() {
    std::string text(1000, 'x');
    for (std::size_t i = 0; i < text.size(); ++i)
        text[i] = static_cast<char>(i * 31);
    const std::string whole = digest_of(text);
    for (std::size_t step = 1; step < 100; ++step) {
        Checksum sum;
        for (std::size_t at = 0; at < text.size(); at += step)
            sum.update(text.data() + at, std::min(step, text.size() - at));
        QCOMPARE(QString::number(sum.digest(), 16).toStdString(), whole);
    }
}

void TestSerialize::truncatedFiles() {
    QFETCH(QByteArray, example);
    const QByteArray good = archive_of(example.constData());
    QVERIFY(good.size() > 500);
    for (qsizetype length = 0; length < good.size(); length += step_at(length, good)) {
        write_all(path("cut"), good.first(length));
        const auto loaded = load_index(path("cut").toStdString(), {});
        QVERIFY2(!loaded.ok(), qPrintable(QString::number(length)));
        QVERIFY(damaged(loaded.error()));
        QVERIFY(loaded.error().message.find("cut") != std::string::npos);
    }
    write_all(path("long"), good + '\0');
    QVERIFY(!load_index(path("long").toStdString(), {}).ok());
}

void TestSerialize::flippedBits() {
    QFETCH(QByteArray, example);
    const QByteArray good = archive_of(example.constData());
    for (qsizetype at = 0; at < good.size(); at += step_at(at, good)) {
        QByteArray bad = good;
        bad[at] = static_cast<char>(bad[at] ^ (1 << (at % 8)));
        write_all(path("bad"), bad);
        const auto loaded = load_index(path("bad").toStdString(), {});
        QVERIFY2(!loaded.ok(), qPrintable(QString::number(at)));
        QVERIFY(damaged(loaded.error()));
        (void)read_archive_info(path("bad").toStdString());
    }
}

void TestSerialize::newerVersion() {
    QByteArray bytes = archive_of(kinds().front()->example);
    bytes[8] = 2;
    write_all(path("newer"), bytes);
    const auto loaded = load_index(path("newer").toStdString(), {});
    QVERIFY(!loaded.ok());
    QCOMPARE(static_cast<int>(loaded.error().code), static_cast<int>(ErrorCode::Unsupported));
    QVERIFY(loaded.error().message.find("version 2") != std::string::npos);
}

void TestSerialize::otherFiles() {
    write_all(path("empty"), "");
    write_all(path("text"), "This is no index, but it is long enough to be read as one.");
    for (const char* name : {"empty", "text"}) {
        const auto loaded = load_index(path(name).toStdString(), {});
        QVERIFY(!loaded.ok() && loaded.error().code == ErrorCode::CorruptFile);
        QVERIFY(!read_archive_info(path(name).toStdString()).ok());
    }
    for (const QString& name : {path("nosuch"), m_folder.path()}) {
        const auto loaded = load_index(name.toStdString(), {});
        QVERIFY(!loaded.ok());
        QCOMPARE(static_cast<int>(loaded.error().code), static_cast<int>(ErrorCode::Io));
    }
}

void TestSerialize::unknownKind() {
    auto index = build("Flat", random_set(ElementType::F32, 20, 3, 1), Metric::L2);
    QVERIFY(index.ok());
    IndexOrigin origin = (*index)->origin();
    origin.kind = "Later";
    (*index)->set_origin(origin);
    QVERIFY(save_index(**index, path("later").toStdString(), {}).ok());
    const auto loaded = load_index(path("later").toStdString(), {});
    QVERIFY(!loaded.ok());
    QCOMPARE(static_cast<int>(loaded.error().code), static_cast<int>(ErrorCode::Unsupported));
    QVERIFY(loaded.error().message.find("Later") != std::string::npos);
}

void TestSerialize::headersThatLie_data() {
    QTest::addColumn<QByteArray>("from");
    QTest::addColumn<QByteArray>("to");
    const auto row = [](const char* from, const char* to) {
        QTest::addRow("%s -> %s", QByteArray(from).trimmed().constData(),
                      QByteArray(to).trimmed().constData())
            << QByteArray(from) << QByteArray(to);
    };
    row("\"dim\": 12", "\"dim\": 13");
    row("\"dim\": 12", "\"dim\": 0");
    row("\"dim\": 12", "\"dim\": -12");
    row("\"dim\": 12", "\"dim\": 18446744073709551615");
    row("\"dim\": 12", "\"dim\": \"12\"");
    row("\"dim\": 12", "\"dimension\": 12");
    row("\"size\": 60", "\"size\": 61");
    row("\"size\": 60", "\"size\": 0");
    row("\"size\": 60", "\"size\": 18446744073709551615");
    row("\"size\": 60", "\"size\": 1e300");
    row("\"metric\": \"l2\"", "\"metric\": \"l3\"");
    row("\"storage\": \"f32\"", "\"storage\": \"f64\"");
    row("\"kind\": \"IVF,Flat\"", "\"kind\": \"Flat\"");
    row("\"kind\": \"IVF,Flat\"", "\"kind\": 7");
    row("16\n", "17\n");
    row("16\n", "0\n");
    row("16\n", "18446744073709551615\n");
    row("\"build\": []", "\"build\": [[\"niter\", 0]]");
    row("\"build\": []", "\"build\": [[\"nosuch\", 1]]");
    row("\"build\": []", "\"build\": {}");
    row("{", "[");
}

void TestSerialize::headersThatLie() {
    QFETCH(QByteArray, from);
    QFETCH(QByteArray, to);
    const auto ivf = find_kind(std::string_view("IVF,Flat"));
    QVERIFY(ivf);
    QByteArray bytes = archive_of(ivf->example);
    // Layout: 8 magic, 4 version, 4 tag length, "header", 8 length, 8 checksum, JSON.
    constexpr qsizetype kLengthAt = 8 + 4 + 4 + 6, kJsonAt = kLengthAt + 16;
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + kLengthAt, sizeof length);
    QByteArray json = bytes.mid(kJsonAt, static_cast<qsizetype>(length));
    QVERIFY2(json.contains(from), json.constData());
    json.replace(json.indexOf(from), from.size(), to);
    const std::uint64_t new_length = static_cast<std::uint64_t>(json.size());
    Checksum sum;
    sum.update("header", 6);
    sum.update(&new_length, sizeof new_length);
    sum.update(json.data(), new_length);
    const std::uint64_t digest = sum.digest();
    QByteArray forged = bytes.first(kLengthAt);
    forged.append(reinterpret_cast<const char*>(&new_length), 8);
    forged.append(reinterpret_cast<const char*>(&digest), 8);
    forged += json + bytes.mid(kJsonAt + static_cast<qsizetype>(length));
    write_all(path("forged"), forged);
    const auto loaded = load_index(path("forged").toStdString(), {});
    QVERIFY(!loaded.ok());
    QVERIFY(damaged(loaded.error()) || loaded.error().code == ErrorCode::InvalidArgument);
}

void TestSerialize::nothingIsLeftByAFailedSave() {
    const auto index = build("Flat", random_set(ElementType::F32, 20, 3, 1), Metric::L2);
    QVERIFY(index.ok());
    const QTemporaryDir folder;
    const auto in_nowhere = save_index(**index, folder.filePath("no/such/folder").toStdString(), {});
    QVERIFY(!in_nowhere.ok() && in_nowhere.error().code == ErrorCode::Io);
    QVERIFY(QDir(folder.path()).mkdir("taken"));
    const auto on_folder = save_index(**index, folder.filePath("taken").toStdString(), {});
    QVERIFY(!on_folder.ok() && on_folder.error().code == ErrorCode::Io);
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList{"taken"});
}

void TestSerialize::savingOverAnIndexThatWasLoadedFromThere() {
    const VectorSet queries = random_set(ElementType::F32, 5, 3, 2);
    const auto index = build("Flat", random_set(ElementType::F32, 200, 3, 1), Metric::L2);
    QVERIFY(index.ok());
    const std::string file = path("same").toStdString();
    QVERIFY(save_index(**index, file, {}).ok());
    const auto loaded = load_index(file, {});
    QVERIFY(loaded.ok());
    QVERIFY(save_index(**loaded, file, {}).ok());
    const auto again = load_index(file, {});
    QVERIFY(again.ok());
    const auto a = search(**index, queries, 5, {}), b = search(**again, queries, 5, {});
    QVERIFY(a.ok() && b.ok() && *a == *b);
}

void TestSerialize::anUntrainedIndexIsNotSaved() {
    const auto index = build_index(configuration("IVF4,Flat").spec, {3, Metric::L2, {}, 1});
    QVERIFY(index.ok());
    const Status saved = save_index(**index, path("untrained").toStdString(), {});
    QVERIFY(!saved.ok());
    QCOMPARE(static_cast<int>(saved.error().code), static_cast<int>(ErrorCode::NotTrained));
    QVERIFY(!QFile::exists(path("untrained")));
}

void TestSerialize::emptyIndexes() {
    const auto flat = build_index(configuration("Flat").spec, {3, Metric::InnerProduct, {}, 1});
    const auto ivf = build_index(configuration("IVF4,Flat").spec, {3, Metric::L2, {{"niter", 3}}, 7});
    QVERIFY(flat.ok() && ivf.ok());
    QVERIFY((*ivf)->train(random_set(ElementType::F32, 50, 3, 1), {}).ok());
    for (const Index* index : {flat->get(), ivf->get()}) {
        const std::string file = path("empty_index").toStdString();
        const Status saved = save_index(*index, file, {});
        QVERIFY2(saved.ok(), saved.ok() ? "" : saved.error().message.c_str());
        auto loaded = load_index(file, {});
        QVERIFY2(loaded.ok(), loaded.ok() ? "" : loaded.error().message.c_str());
        QCOMPARE((*loaded)->info().size, std::size_t{0});
        QCOMPARE((*loaded)->origin().context.seed, index->origin().context.seed);
        QVERIFY((*loaded)->add(random_set(ElementType::F32, 10, 3, 1), {}).ok());
        QCOMPARE((*loaded)->info().size, std::size_t{10});
    }
    const auto info = read_archive_info(path("empty_index").toStdString());
    QVERIFY(info.ok());
    QCOMPARE(info->config, std::string("IVF4,Flat|niter=3"));
}

void TestSerialize::cancel() {
    const auto index = build("Flat", random_set(ElementType::F32, 2000, 30, 1), Metric::L2);
    QVERIFY(index.ok());
    std::stop_source stop;
    stop.request_stop();
    Control control;
    control.stop = stop.get_token();
    const std::string file = path("cancelled").toStdString();
    const Status saved = save_index(**index, file, control);
    QVERIFY(!saved.ok() && saved.error().code == ErrorCode::Cancelled);
    QVERIFY(!std::filesystem::exists(file));
    QVERIFY(save_index(**index, file, {}).ok());
    const auto loaded = load_index(file, control);
    QVERIFY(!loaded.ok() && loaded.error().code == ErrorCode::Cancelled);
}

QTEST_GUILESS_MAIN(TestSerialize)
#include "tst_serialize.moc"
