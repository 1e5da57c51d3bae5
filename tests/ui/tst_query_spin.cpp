// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/job_runner.h"
#include "ui/models/filter_stack.h"
#include "ui/models/selection.h"
#include "ui/panels/query_choice.h"
#include "ui/panels/query_spin.h"

#include "fake_runs.h"

#include <QLineEdit>
#include <QTest>
#include <QUndoStack>
#include <QVBoxLayout>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// A panel with 50 queries to choose from.
struct Panel {
    JobRunner jobs;
    Selection selection;
    QUndoStack undo;
    FilterStack filters{&undo};
    DatasetPtr dataset = test::fakeDataset();
    QWidget widget;
    QueryChoice choice{&jobs, &selection, &widget};
    QuerySpin spin{&choice, &widget};

    Panel() {
        auto* layout = new QVBoxLayout(&widget);
        layout->addWidget(&spin);
        auto* other = new QWidget(&widget);
        other->setFocusPolicy(Qt::StrongFocus);
        layout->addWidget(other);
        choice.setIndex(test::fakeIndex(1, QStringLiteral("Flat"), 0, dataset));
        spin.setQueries(dataset->queries.size());
        spin.setFilters(&filters);
        widget.show();
        QVERIFY(QTest::qWaitForWindowActive(&widget));
        other->setFocus();
    }
    void pass(QueryRows rows) {
        filters.set({QStringLiteral("histogram"), QStringLiteral("some"), dataset,
                     std::make_shared<const QueryRows>(std::move(rows)), std::nullopt});
    }
};

} // namespace

class QuerySpinTest : public QObject {
    Q_OBJECT
private slots:
    void stepsThroughAll();
    void stepsThroughWhatPasses();
    void nothingPasses();
    void typedNumbersAreFree();
};

void QuerySpinTest::stepsThroughAll() {
    Panel p;
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 0);
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 1);
    QTest::keyClick(&p.spin, Qt::Key_PageUp);
    QCOMPARE(p.selection.query(), 11);
    QTest::keyClick(&p.spin, Qt::Key_Down);
    QCOMPARE(p.selection.query(), 10);
}

void QuerySpinTest::stepsThroughWhatPasses() {
    Panel p;
    p.pass({4, 7, 30});
    QVERIFY(p.spin.toolTip().contains(QStringLiteral("the 3 that pass")));
    for (const int expected : {4, 7, 30, 30}) {
        QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
        QCOMPARE(p.selection.query(), expected);
    }
    for (const int expected : {7, 4, -1, -1}) {
        QTest::keyClick(p.widget.focusWidget(), Qt::Key_P);
        QCOMPARE(p.selection.query(), expected);
    }
    p.selection.setQuery(10); // does not pass
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_P);
    QCOMPARE(p.selection.query(), 7);
    p.selection.setQuery(10);
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 30);
    p.selection.setQuery(40); // beyond all that pass
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 40);
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_P);
    QCOMPARE(p.selection.query(), 30);
    p.undo.undo();
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 31);
}

void QuerySpinTest::nothingPasses() {
    Panel p;
    p.pass({});
    p.selection.setQuery(5);
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_N);
    QCOMPARE(p.selection.query(), 5);
    QTest::keyClick(p.widget.focusWidget(), Qt::Key_P);
    QCOMPARE(p.selection.query(), -1);
}

void QuerySpinTest::typedNumbersAreFree() {
    Panel p;
    p.pass({4, 7});
    p.spin.setFocus();
    p.spin.selectAll();
    QTest::keyClicks(&p.spin, QStringLiteral("12"));
    QTest::keyClick(&p.spin, Qt::Key_Return);
    QCOMPARE(p.selection.query(), 12);
}

QTEST_MAIN(QuerySpinTest)
#include "tst_query_spin.moc"
