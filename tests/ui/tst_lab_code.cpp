// SPDX-License-Identifier: GPL-3.0-or-later
// What the laboratory's buttons and fields make of a code, and how it writes formulas.
#include "spec/parser.h"
#include "ui/common/choice_spin.h"
#include "ui/panels/lab_code.h"
#include "ui/panels/lab_memory.h"

#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>

using namespace annscope;
using namespace annscope::ui;

namespace {

SpecNode parsed(const char* text) {
    return parse_spec(text).value().root;
}

QString text(const SpecNode& root) {
    return QString::fromStdString(print(root));
}

} // namespace

class TestLabCode : public QObject {
    Q_OBJECT
private slots:
    void knobs() {
        const SpecNode code = parsed("OPQ8,IVF64,PQ8x4fs,RFlat");
        const auto all = labKnobs(code, 10000, 48);
        QCOMPARE(all.size(), std::size_t(2)); // fast scan has no bits
        QCOMPARE(all[0].kind, LabKnob::Nlist);
        QCOMPARE(all[1].kind, LabKnob::M);
        QCOMPARE(all[1].values, (std::vector<std::uint64_t>{1, 2, 3, 4, 6, 8, 12, 16, 24, 48}));
        QCOMPARE(text(withKnob(code, LabKnob::M, 16)), QStringLiteral("OPQ16,IVF64,PQ16x4fs,RFlat"));
        QCOMPARE(text(withKnob(code, LabKnob::Nlist, 128)), QStringLiteral("OPQ8,IVF128,PQ8x4fs,RFlat"));
        QCOMPARE(text(withKnob(parsed("PQ8"), LabKnob::Bits, 6)), QStringLiteral("PQ8x6"));
        QCOMPARE(labKnobs(parsed("PCA24,PQ8"), 1000, 48)[1].values,
                 (std::vector<std::uint64_t>{1, 2, 3, 4, 6, 8, 12, 24}));
        QCOMPARE(text(withFamily(parsed("IVF64,PQ8,RFlat"), LabFamily::Sq4, 48, 8)),
                 QStringLiteral("IVF64,SQ4,RFlat"));
        QCOMPARE(text(withFamily(parsed("SQ8"), LabFamily::Opq, 48, 12)), QStringLiteral("OPQ12,PQ12"));
        QCOMPARE(text(withFamily(parsed("OPQ12,IVF16,PQ12"), LabFamily::PqFastScan, 48, 12)),
                 QStringLiteral("IVF16,PQ24x4fs"));
        QCOMPARE(text(withCells(parsed("OPQ12,PQ12,RFlat"), 32)), QStringLiteral("OPQ12,IVF32,PQ12,RFlat"));
        QCOMPARE(text(withCells(parsed("OPQ12,IVF32,PQ12"), 0)), QStringLiteral("OPQ12,PQ12"));
        QCOMPARE(familyOf(parsed("OPQ12,IVF32,PQ12")).value(), LabFamily::Opq);
        QVERIFY(!familyOf(parsed("Flat")));
    }

    void choicesStepAndSnap() {
        ChoiceSpin spin;
        spin.setChoices({1, 2, 7, 98}, 7);
        QCOMPARE(spin.choice(), 7U);
        QSignalSpy chosen(&spin, &ChoiceSpin::chosen);
        spin.stepBy(1);
        QCOMPARE(spin.choice(), 98U);
        QCOMPARE(spin.text(), QStringLiteral("98"));
        spin.stepBy(1);
        QCOMPARE(spin.choice(), 98U);
        QLineEdit* field = spin.findChild<QLineEdit*>();
        field->selectAll();
        QTest::keyClicks(field, QStringLiteral("5"));
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(spin.choice(), 7U);
        QCOMPARE(chosen.count(), 2);
        spin.setChoices({3, 4, 5}, 5);
        QCOMPARE(spin.text(), QStringLiteral("5"));
        QCOMPARE(chosen.count(), 2);
    }

    void formulas() {
        QCOMPARE(formulaHtml("2^nbits * d * 4"), QStringLiteral("2<sup><i>nbits</i></sup> × <i>d</i> × 4"));
        QCOMPARE(formulaHtml("60000 * ceil(98 * 8 / 8)"), QStringLiteral("60,000 × ceil(98 × 8 / 8)"));
        QCOMPARE(formulaHtml("2^(3 + 1)"), QStringLiteral("2<sup>(3 + 1)</sup>"));
    }
};

QTEST_MAIN(TestLabCode)
#include "tst_lab_code.moc"
