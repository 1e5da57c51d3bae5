// SPDX-License-Identifier: GPL-3.0-or-later
#include "index_fixture.h"

#include <QTest>

using namespace annscope;
using namespace annscope::test;

class TestFlat : public QObject {
    Q_OBJECT

private slots:
    void sharesTheRowsItIsGiven();
    void searchesRowsWithGaps();
    void secondAddGoesBehindTheFirst_data();
    void secondAddGoesBehindTheFirst();
    void typesMayDiffer();
    void tiesAreOrderedById();
    void anEmptyIndexFindsNothing();
    void zeroVectorsAndCosine();
    void aBatchEndsWithinItsBlock();
};

namespace {

/// Asks for its own end while it answers a query.
class Stopping final : public Index {
public:
    Stopping(std::stop_source stop, int after) : m_stop(std::move(stop)), m_after(after) {}
    IndexInfo info() const override {
        IndexInfo about;
        about.dim = about.size = 1;
        about.trained = true;
        return about;
    }
    std::span<const ParamInfo> search_params() const noexcept override { return {}; }
    Status add(const VectorSet&, const Control&) override { return {}; }
    Status save(ArchiveWriter&) const override { return {}; }
    mutable int answered = 0;

protected:
    Result<SearchStats> search_one(const float*, std::size_t, const SearchParams&, SearchOutput,
                                   PathTrace*) const override {
        if (++answered == m_after)
            m_stop.request_stop();
        return SearchStats{};
    }

private:
    mutable std::stop_source m_stop;
    int m_after;
};

std::unique_ptr<Index> empty_flat(std::size_t dim, Metric metric) {
    auto index = build_index(configuration("Flat").spec, {dim, metric, {}, 1});
    return index ? std::move(*index) : nullptr;
}

} // namespace

void TestFlat::sharesTheRowsItIsGiven() {
    auto owner = std::make_shared<std::vector<float>>(50 * 3, 1.0f);
    const std::weak_ptr<std::vector<float>> watch = owner;
    const float* data = owner->data();
    VectorSet set(owner, data, ElementType::F32, 50, 3, 3, true);
    owner.reset();
    auto index = empty_flat(3, Metric::L2);
    QVERIFY(index && index->add(set, {}).ok());
    set = {};
    QVERIFY(!watch.expired()); // the index keeps the rows themselves
    index.reset();
    QVERIFY(watch.expired());
}

void TestFlat::searchesRowsWithGaps() {
    std::vector<float> values(10 * 5, 1e9f); // what lies between the rows must not be read as values
    for (std::size_t i = 0; i < 10; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            values[i * 5 + j] = static_cast<float>(i);
    const VectorSet set(nullptr, values.data(), ElementType::F32, 10, 3, 5);
    auto index = empty_flat(3, Metric::L2);
    QVERIFY(index->add(set, {}).ok());
    const auto answer = search(*index, floats({4, 4, 4}, 1, 3), 3, {});
    QVERIFY(answer.ok());
    QCOMPARE(answer->ids, (std::vector<Id>{4, 3, 5}));
    QCOMPARE(answer->distances, (std::vector<float>{0, 3, 3}));
}

void TestFlat::secondAddGoesBehindTheFirst_data() {
    QTest::addColumn<int>("metric");
    QTest::addColumn<int>("type");
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
            QTest::addRow("%s %s", name(metric).data(), name(type).data())
                << static_cast<int>(metric) << static_cast<int>(type);
}

void TestFlat::secondAddGoesBehindTheFirst() {
    QFETCH(int, metric);
    QFETCH(int, type);
    const VectorSet all = random_set(static_cast<ElementType>(type), 300, 9, 5);
    const VectorSet queries = random_set(ElementType::F32, 10, 9, 6);
    auto whole = empty_flat(9, static_cast<Metric>(metric));
    auto pieces = empty_flat(9, static_cast<Metric>(metric));
    QVERIFY(whole->add(all, {}).ok());
    for (const auto& [begin, count] : {std::pair{0, 100}, {100, 0}, {100, 1}, {101, 199}})
        QVERIFY(pieces->add(all.slice(static_cast<std::size_t>(begin), static_cast<std::size_t>(count)), {})
                    .ok());
    QCOMPARE(pieces->info().size, std::size_t{300});
    QCOMPARE(static_cast<int>(pieces->info().storage), static_cast<int>(whole->info().storage));
    const auto expected = search(*whole, queries, 20, {}), got = search(*pieces, queries, 20, {});
    QVERIFY(expected.ok() && got.ok());
    QVERIFY(*expected == *got);
}

void TestFlat::typesMayDiffer() {
    auto index = empty_flat(2, Metric::L2);
    QVERIFY(index
                ->add(converted<std::uint8_t>({200, 0, 3, 4}, 2, 2,
                                              [](float v) { return static_cast<std::uint8_t>(v); }),
                      {})
                .ok());
    QVERIFY(index->add(floats({0.5f, -0.5f}, 1, 2), {}).ok());
    QCOMPARE(static_cast<int>(index->info().storage), static_cast<int>(ElementType::F32));
    const auto answer = search(*index, floats({0, 0}, 1, 2), 3, {});
    QVERIFY(answer.ok());
    QCOMPARE(answer->ids, (std::vector<Id>{2, 1, 0}));
    QCOMPARE(answer->distances, (std::vector<float>{0.5f, 25, 40000}));
}

void TestFlat::tiesAreOrderedById() {
    auto index = empty_flat(1, Metric::L2);
    std::vector<float> values(1000);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i % 3 == 0 ? 1.0f : -1.0f;
    QVERIFY(index->add(floats(values, values.size(), 1), {}).ok());
    const auto answer = search(*index, floats({0}, 1, 1), 7, {});
    QVERIFY(answer.ok());
    QCOMPARE(answer->ids, (std::vector<Id>{0, 1, 2, 3, 4, 5, 6}));
}

void TestFlat::anEmptyIndexFindsNothing() {
    const auto index = empty_flat(4, Metric::L2);
    const auto answer = search(*index, floats({1, 2, 3, 4}, 1, 4), 3, {});
    QVERIFY(answer.ok());
    QCOMPARE(answer->ids, (std::vector<Id>{kNoId, kNoId, kNoId}));
    QCOMPARE(index->info().bytes(), std::uint64_t{0});
}

void TestFlat::zeroVectorsAndCosine() {
    auto index = empty_flat(2, Metric::Cosine);
    QVERIFY(index->add(floats({0, 0, 3, 0, 0, -2, 5, 5}, 4, 2), {}).ok());
    const auto answer = search(*index, floats({0, 7}, 1, 2), 4, {});
    QVERIFY(answer.ok());
    QCOMPARE(answer->ids, (std::vector<Id>{3, 0, 1, 2}));
    QCOMPARE(answer->distances[3], 1.0f);
    const auto nothing = search(*index, floats({0, 0}, 1, 2), 4, {}); // a zero query is equally far from all
    QVERIFY(nothing.ok());
    QCOMPARE(nothing->ids, (std::vector<Id>{0, 1, 2, 3}));
}

void TestFlat::aBatchEndsWithinItsBlock() {
    std::stop_source stop;
    const Stopping index(stop, 3);
    const std::vector<float> queries(16, 0.0f);
    Answer answer = Answer::sized(16);
    const Control control{stop.get_token(), nullptr, 1};
    const auto result = index.search({queries.data(), 16, 1}, 1, {}, answer.output(), control);
    QVERIFY(!result.ok() && result.error().code == ErrorCode::Cancelled);
    QCOMPARE(index.answered, 3);
}

QTEST_GUILESS_MAIN(TestFlat)
#include "tst_flat.moc"
