// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "graph/visited_set.h"

#include <QTest>

#include <set>

using namespace annscope;

class VisitedSetTest : public QObject {
    Q_OBJECT

private slots:
    void forgets_between_searches();
    void grows();
};

void VisitedSetTest::forgets_between_searches() {
    VisitedSet set;
    Random random(1);
    // More rounds than a mark can count, so that old marks would come back to life.
    for (int round = 0; round < 700; ++round) {
        set.begin(50);
        std::set<std::uint32_t> expected;
        for (int i = 0; i < 20; ++i) {
            const auto node = static_cast<std::uint32_t>(random.below(50));
            QCOMPARE(set.contains(node), expected.contains(node));
            QCOMPARE(set.insert(node), expected.insert(node).second);
        }
    }
}

void VisitedSetTest::grows() {
    VisitedSet set;
    set.begin(1);
    QVERIFY(set.insert(0));
    set.begin(1000);
    for (std::uint32_t i = 0; i < 1000; ++i)
        QVERIFY(set.insert(i));
    set.begin(10);
    QVERIFY(set.insert(9));
    QVERIFY(!set.insert(9));
}

QTEST_GUILESS_MAIN(VisitedSetTest)
#include "tst_visited_set.moc"
