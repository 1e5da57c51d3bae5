// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "data/dataset.h"
#include "data/format.h"
#include "engine/dataset_fixture.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

class TestHoldOut : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void queriesAreHeldOut_data();
    void queriesAreHeldOut();
    void holdOutKeepsRowsAndFile();
    void tooFewToHoldOut();
    void heldOutRowsOfLargeFilesAreChecked();

private:
    fs::path file(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }

    Dataset m_set; // 2,000 x 12
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestHoldOut::initTestCase() {
    m_set = clusters(2000, 12, 60);
}

void TestHoldOut::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
    QVERIFY(write_fvecs(file("base.fvecs"), m_set.base, {}));
}

void TestHoldOut::queriesAreHeldOut_data() {
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"fvecs", "hdf5", "u8", "f16"})
        QTest::newRow(kind) << QString(kind);
}

void TestHoldOut::queriesAreHeldOut() {
    QFETCH(QString, kind);
    OpenOptions options;
    options.hold_out = 150;
    options.compute_truth = false;
    options.base = file("base.fvecs");
    VectorSet original = m_set.base;
    if (kind == "hdf5") {
        Dataset only_base;
        only_base.base = m_set.base;
        options.base = file("base.hdf5");
        QVERIFY(write_hdf5(options.base, only_base, {}));
    } else if (kind != "fvecs") {
        AlignedBuffer<std::uint8_t> bytes(500 * 3);
        AlignedBuffer<Half> halves(500 * 3);
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(i * 7);
            halves[i] = float_to_half(static_cast<float>(i));
        }
        original = kind == "u8" ? VectorSet::adopt(std::move(bytes), 500, 3)
                                : VectorSet::adopt(std::move(halves), 500, 3);
        options.base = file("typed.npy");
        options.hold_out = 40;
        QVERIFY(write_npy(options.base, original, {}));
    }
    OPEN(opened, options);
    QCOMPARE(opened.base.type(), original.type());
    QCOMPARE(opened.queries.type(), original.type());
    QCOMPARE(opened.queries_from, QueriesFrom::HeldOut);
    QCOMPARE(opened.queries.size(), options.hold_out);
    QCOMPARE(opened.base.size(), original.size() - options.hold_out);
    QVERIFY(opened.truth.empty());
    QVERIFY2(all_warnings(opened).contains("vectors were held out as queries (seed 1234)"),
             qPrintable(all_warnings(opened)));

    auto together = rows_of(opened.base), expected = rows_of(original);
    std::ranges::move(rows_of(opened.queries), std::back_inserter(together));
    std::ranges::sort(together);
    std::ranges::sort(expected);
    QVERIFY(together == expected); // nothing lost, nothing twice

    const auto again = open_dataset(options, {});
    QVERIFY(again && rows_of(again->queries) == rows_of(opened.queries));
    QVERIFY(rows_of(again->base) == rows_of(opened.base));
    options.seed = 5;
    const auto other = open_dataset(options, {});
    QVERIFY(other && rows_of(other->queries) != rows_of(opened.queries));
}

void TestHoldOut::holdOutKeepsRowsAndFile() {
    QFile before(QString::fromStdString(file("base.fvecs").string()));
    QVERIFY(before.open(QIODevice::ReadOnly));
    const QByteArray bytes = before.readAll();
    OpenOptions options;
    options.base = file("base.fvecs");
    options.hold_out = 30;
    options.compute_truth = false;
    {
        OPEN(opened, options);
        QVERIFY(opened.base.mapped()); // not copied
        const auto now = rows_of(opened.base), original = rows_of(m_set.base);
        std::size_t moved = 0;
        for (std::size_t i = 0; i < now.size(); ++i)
            moved += now[i] == original[i] ? 0 : 1;
        QVERIFY(moved > 0 && moved <= 30);
    }
    QFile after(before.fileName());
    QVERIFY(after.open(QIODevice::ReadOnly));
    QVERIFY(after.readAll() == bytes);
}

void TestHoldOut::tooFewToHoldOut() {
    QVERIFY(write_fvecs(file("few.fvecs"), m_set.base.slice(0, 9), {}));
    OpenOptions options;
    options.base = file("few.fvecs");
    OPEN(opened, options);
    QVERIFY(opened.queries.empty() && opened.truth.empty());
    QCOMPARE(opened.queries_from, QueriesFrom::None);
    QVERIFY(all_warnings(opened).contains("too few"));
}

void TestHoldOut::heldOutRowsOfLargeFilesAreChecked() { // those of the base are checked when first used
    constexpr std::uint32_t kRows = 20000, kDim = 1000;
    OpenOptions options;
    options.base = file("large.fbin");
    options.compute_truth = false;
    QFile large(QString::fromStdString(options.base.string()));
    QVERIFY(large.open(QIODevice::WriteOnly));
    const std::uint32_t shape[] = {kRows, kDim};
    large.write(reinterpret_cast<const char*>(shape), sizeof shape);
    QVERIFY(large.resize(8 + qint64{kRows} * kDim * 4)); // sparse
    const auto chosen = random_sample(kRows, options.hold_out, options.seed);
    large.seek(8 + (qint64{chosen[3]} * kDim + 67) * 4);
    const float nan = std::nanf("");
    large.write(reinterpret_cast<const char*>(&nan), sizeof nan);
    large.close();
    const auto opened = open_dataset(options, {});
    QVERIFY(!opened.ok());
    QCOMPARE(opened.error().code, ErrorCode::CorruptFile);
    QVERIFY2(opened.error().message.find("held out as queries") != std::string::npos,
             opened.error().message.c_str());
}

QTEST_GUILESS_MAIN(TestHoldOut)
#include "tst_hold_out.moc"
