// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/expansion_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

using namespace annscope;
using namespace annscope::ui;
using State = ExpansionBox::State;

class TestExpansionBox : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { qRegisterMetaType<ExpansionOptions>("annscope::ExpansionOptions"); }

    void askAndTell() {
        ExpansionBox box;
        QSignalSpy requested(&box, &ExpansionBox::requested), off(&box, &ExpansionBox::switchedOff);
        QVERIFY(box.text().isEmpty());
        box.toggle()->click();
        QCOMPARE(requested.size(), 1);
        QVERIFY(requested[0][0].value<ExpansionOptions>() == ExpansionOptions{});
        box.showState(State::Working, ExpansionOptions{5, 2, Expand::Both}, true, 100);
        QCOMPARE(requested.size(), 1); // showing asks for nothing
        QVERIFY(box.toggle()->isChecked());
        QVERIFY((box.options() == ExpansionOptions{5, 2, Expand::Both}));
        QVERIFY(box.text().contains(QStringLiteral("Jobs")));
        box.showState(State::On, ExpansionOptions{5, 2, Expand::Both}, true, 100);
        QVERIFY(box.text().contains(QStringLiteral("built next")));
        box.showState(State::On, ExpansionOptions{5, 2, Expand::Queries}, true, 100);
        QVERIFY(box.text().contains(QStringLiteral("next sweep")));
        box.toggle()->click();
        QCOMPARE(off.size(), 1);
    }

    void fieldsAskAnewWhileOn() {
        ExpansionBox box;
        QSignalSpy requested(&box, &ExpansionBox::requested);
        box.alpha()->setValue(1);
        emit box.alpha()->editingFinished();
        QCOMPARE(requested.size(), 0); // off
        box.showState(State::On, ExpansionOptions{}, true, 100);
        box.neighbours()->setValue(20);
        emit box.neighbours()->editingFinished();
        QCOMPARE(requested.size(), 1);
        QCOMPARE(requested[0][0].value<ExpansionOptions>().n, std::size_t{20});
    }

    void limits() {
        ExpansionBox box;
        box.showState(State::Off, std::nullopt, false, 100);
        QVERIFY(!box.toggle()->isEnabled());
        box.showState(State::Off, std::nullopt, true, 7);
        QVERIFY(box.toggle()->isEnabled());
        QCOMPARE(box.neighbours()->maximum(), 7);
        QVERIFY(box.options().n <= 7);
        box.showState(State::Off, std::nullopt, true, 0);
        QVERIFY(!box.toggle()->isEnabled());
    }
};

QTEST_MAIN(TestExpansionBox)
#include "tst_expansion_box.moc"
