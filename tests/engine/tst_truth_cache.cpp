// SPDX-License-Identifier: GPL-3.0-or-later
#include "data/format.h"
#include "data/ground_truth.h"
#include "data/truth_cache.h"
#include "engine/dataset_fixture.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <chrono>

using namespace annscope;
using namespace annscope::test;
namespace fs = std::filesystem;

class TestTruthCache : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void damagedCacheIsIgnored_data();
    void damagedCacheIsIgnored();
    void cacheThatCannotBeWritten();
    void cacheKeyCoversTheContent();
    void cachePrunesTheOldest();

private:
    fs::path file(const char* name) const { return fs::path(m_folder->path().toStdString()) / name; }

    Dataset m_set; // 2,000 x 12, 60 queries, with truth
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestTruthCache::initTestCase() {
    m_set = clusters(2000, 12, 60);
    m_set.truth = exact_neighbours(m_set.base, m_set.queries, Metric::L2, 20, {}).value();
}

void TestTruthCache::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(m_folder->isValid());
    qputenv("XDG_CACHE_HOME", m_folder->filePath("cache").toLocal8Bit());
}

void TestTruthCache::damagedCacheIsIgnored_data() {
    QTest::addColumn<int>("at");
    QTest::addColumn<int>("truncate");
    QTest::newRow("magic") << 0 << 0;
    QTest::newRow("version") << 8 << 0;
    QTest::newRow("key") << 16 << 0;
    QTest::newRow("shape") << 40 << 0;
    QTest::newRow("an id") << 60 << 0;
    QTest::newRow("the checksum") << -1 << 0;
    QTest::newRow("cut") << 0 << 100;
    QTest::newRow("emptied") << 0 << 1000000;
}

void TestTruthCache::damagedCacheIsIgnored() {
    QFETCH(int, at);
    QFETCH(int, truncate);
    const auto cache = TruthCache::open(m_set.base, m_set.queries, Metric::L2, 20, {});
    QVERIFY(cache);
    QVERIFY(!cache->load());
    cache->store(m_set.truth);
    const auto whole = cache->load();
    QVERIFY(whole);
    QCOMPARE(whole->ids, m_set.truth.ids);

    QFile damaged(QString::fromStdString(cache->path().string()));
    QVERIFY(damaged.open(QIODevice::ReadWrite));
    const qint64 size = damaged.size();
    if (truncate > 0) {
        QVERIFY(damaged.resize(std::max<qint64>(0, size - truncate)));
    } else {
        const qint64 place = at < 0 ? size + at : at;
        QVERIFY(damaged.seek(place));
        char byte = 0;
        QVERIFY(damaged.getChar(&byte));
        QVERIFY(damaged.seek(place));
        QVERIFY(damaged.putChar(static_cast<char>(byte ^ 4)));
    }
    damaged.close();
    QVERIFY(!cache->load());
    cache->store(m_set.truth);
    QVERIFY(cache->load());
}

void TestTruthCache::cacheThatCannotBeWritten() {
    const fs::path blocked = file("blocked"); // a file where a folder would have to be
    QVERIFY(write_fvecs(blocked, m_set.queries, {}));
    qputenv("XDG_CACHE_HOME", QByteArray::fromStdString(blocked.string()));
    const auto cache = TruthCache::open(m_set.base, m_set.queries, Metric::L2, 20, {});
    QVERIFY(cache);
    cache->store(m_set.truth);
    QVERIFY(!cache->load());

    qputenv("XDG_CACHE_HOME", "relative"); // as the XDG specification says: ignored
    qputenv("HOME", "");
    QVERIFY(TruthCache::open(m_set.base, m_set.queries, Metric::L2, 20, {})->path().empty());
}

void TestTruthCache::cacheKeyCoversTheContent() {
    const auto path_of = [](const VectorSet& base, const VectorSet& queries, Metric metric, std::size_t k) {
        return TruthCache::open(base, queries, metric, k, {}).value().path();
    };
    const fs::path own = path_of(m_set.base, m_set.queries, Metric::L2, 20);
    QVERIFY(own != path_of(m_set.base, m_set.queries, Metric::L2, 19));
    QVERIFY(own != path_of(m_set.base, m_set.queries, Metric::Cosine, 20));
    QVERIFY(own != path_of(m_set.base.slice(0, 1999), m_set.queries, Metric::L2, 20));
    QVERIFY(own != path_of(m_set.queries, m_set.base, Metric::L2, 20));
    QVERIFY(own != path_of(with_value(m_set.base, 1999, 11, 0.5f), m_set.queries, Metric::L2, 20));
    QVERIFY(write_fvecs(file("base.fvecs"), m_set.base, {}));
    const auto mapped = read_file(file("base.fvecs"), FileRole::Vectors, {});
    QVERIFY(mapped);
    QCOMPARE(path_of(mapped->base, m_set.queries, Metric::L2, 20),
             own); // the same values, laid out otherwise
    Control one, four;
    one.threads = 1;
    four.threads = 4;
    QVERIFY(hash_of(m_set.base, one).value() == hash_of(m_set.base, four).value());
}

void TestTruthCache::cachePrunesTheOldest() {
    const auto cache = TruthCache::open(m_set.base, m_set.queries, Metric::L2, 20, {});
    QVERIFY(cache);
    cache->store(m_set.truth);
    QFile old(QString::fromStdString((cache->path().parent_path() / "old.truth").string()));
    QVERIFY(old.open(QIODevice::WriteOnly));
    QVERIFY(old.resize(600ll << 20)); // sparse: takes no room
    old.close();
    fs::last_write_time(old.fileName().toStdString(),
                        fs::file_time_type::clock::now() - std::chrono::hours(1));
    cache->store(m_set.truth);
    QVERIFY(!old.exists());
    QVERIFY(cache->load());
}

QTEST_GUILESS_MAIN(TestTruthCache)
#include "tst_truth_cache.moc"
