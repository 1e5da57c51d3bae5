// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/filter_stack.h"
#include "ui/models/selection.h"
#include "ui/panels/filter_trail.h"

#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

using namespace annscope;
using namespace annscope::ui;

namespace {

Filter queriesOf(const char* source, const DatasetPtr& dataset, QueryRows rows) {
    Filter filter;
    filter.source = QLatin1String(source);
    filter.text = QLatin1String(source);
    filter.dataset = dataset;
    filter.queries = std::make_shared<const QueryRows>(std::move(rows));
    return filter;
}

} // namespace

class TestFilterStack : public QObject {
    Q_OBJECT

private:
    DatasetPtr m_dataset = std::make_shared<Dataset>(), m_other = std::make_shared<Dataset>();

private slots:
    void whatPassesPassesAll() {
        QUndoStack undo;
        FilterStack filters(&undo);
        QVERIFY(!filters.queries(m_dataset));
        QVERIFY(filters.passesQuery(m_dataset, 9));
        filters.set(queriesOf("histogram", m_dataset, {1, 2, 3, 7}));
        filters.set(queriesOf("cells", m_dataset, {2, 7, 9}));
        QCOMPARE(*filters.queries(m_dataset), (QueryRows{2, 7}));
        QVERIFY(filters.passesQuery(m_dataset, 7) && !filters.passesQuery(m_dataset, 9));
        QVERIFY(!filters.queries(m_other));
        Filter runs;
        runs.source = QStringLiteral("curve");
        runs.runs = {3, 5};
        filters.set(runs);
        QVERIFY(filters.passesRun(5) && !filters.passesRun(4));
        QCOMPARE(*filters.queries(m_dataset), (QueryRows{2, 7}));
    }

    void oneSourceHasOneFilter() {
        QUndoStack undo;
        FilterStack filters(&undo);
        filters.set(queriesOf("histogram", m_dataset, {1}));
        filters.set(queriesOf("cells", m_dataset, {1, 2}));
        filters.set(queriesOf("histogram", m_dataset, {2}));
        QCOMPARE(filters.filters().size(), std::size_t{2});
        QCOMPARE(filters.filters()[0].source, QStringLiteral("histogram"));
        QCOMPARE(*filters.queries(m_dataset), QueryRows{2});
    }

    void everyStepIsTakenBack() {
        QUndoStack undo;
        FilterStack filters(&undo);
        QSignalSpy changes(&filters, &FilterStack::changed);
        filters.set(queriesOf("histogram", m_dataset, {1}));
        filters.set(queriesOf("cells", m_dataset, {1, 2}));
        filters.remove(QStringLiteral("histogram"));
        filters.remove(QStringLiteral("histogram"));
        filters.clear();
        filters.clear();
        QCOMPARE(undo.count(), 4);
        QCOMPARE(changes.size(), 4);
        undo.undo();
        QCOMPARE(*filters.queries(m_dataset), (QueryRows{1, 2}));
        undo.undo();
        QCOMPARE(*filters.queries(m_dataset), QueryRows{1});
        undo.undo();
        undo.undo();
        QVERIFY(filters.empty());
        undo.redo();
        QCOMPARE(*filters.queries(m_dataset), QueryRows{1});
    }

    void aGestureIsOneStep() {
        QUndoStack undo;
        FilterStack filters(&undo);
        filters.set(queriesOf("histogram", m_dataset, {1}));
        for (std::uint32_t i = 2; i < 9; ++i)
            filters.set(queriesOf("brush", m_dataset, {i}), true);
        QCOMPARE(undo.count(), 2);
        undo.undo();
        QCOMPARE(filters.filters().size(), std::size_t{1});
    }

    void theNextGestureIsAnother() {
        QUndoStack undo;
        FilterStack filters(&undo);
        for (std::uint32_t gesture = 0; gesture < 2; ++gesture)
            for (std::uint32_t i = 0; i < 5; ++i)
                filters.set(queriesOf("brush", m_dataset, {10 * gesture + i}), i > 0);
        QCOMPARE(undo.count(), 2);
        QCOMPARE(*filters.queries(m_dataset), QueryRows{14});
        undo.undo();
        QCOMPARE(*filters.queries(m_dataset), QueryRows{4});
        undo.undo();
        QVERIFY(filters.empty());
    }

    void aViewAsksForWhatOthersLeave() {
        QUndoStack undo;
        FilterStack filters(&undo);
        filters.set(queriesOf("histogram", m_dataset, {1}));
        QVERIFY(!filters.queries(m_dataset, QStringLiteral("histogram")));
        filters.set(queriesOf("cells", m_dataset, {1, 2}));
        QCOMPARE(*filters.queries(m_dataset, QStringLiteral("histogram")), (QueryRows{1, 2}));
        QCOMPARE(filters.find(QStringLiteral("cells"))->text, QStringLiteral("cells"));
        QVERIFY(!filters.find(QStringLiteral("curve")));
    }

    void theTrailShowsThemInOrder() {
        QUndoStack undo;
        FilterStack filters(&undo);
        Selection selection;
        FilterTrail trail(&filters, &selection);
        QVERIFY(trail.isHidden());
        filters.set(queriesOf("histogram", m_dataset, {1}));
        filters.set(queriesOf("cells", m_dataset, {1, 2}));
        selection.setQuery(412);
        QCOMPARE(trail.text(), QStringLiteral("histogram > cells > query 412"));
        QTRY_VERIFY(trail.findChild<QToolButton*>(QStringLiteral("filter.query")));
        QVERIFY(!trail.isHidden());
        trail.findChild<QToolButton*>(QStringLiteral("filter.histogram"))->click();
        QCOMPARE(trail.text(), QStringLiteral("cells > query 412"));
        QTRY_VERIFY(!trail.findChild<QToolButton*>(QStringLiteral("filter.histogram")));
        trail.findChild<QToolButton*>(QStringLiteral("filterClear"))->click();
        QTRY_VERIFY(trail.isHidden());
        undo.undo();
        QTRY_VERIFY(!trail.isHidden());
    }
};

QTEST_MAIN(TestFilterStack)
#include "tst_filter_stack.moc"
