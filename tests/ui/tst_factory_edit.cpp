// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/parser.h"
#include "ui/common/completion_popup.h"
#include "ui/common/factory_edit.h"
#include "ui/common/param_form.h"
#include "ui/common/theme.h"

#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QCompleter>
#include <QDoubleSpinBox>
#include <QImage>
#include <QKeyEvent>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include <memory>

using namespace annscope;
using namespace annscope::ui;

class TestFactoryEdit : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_edit = std::make_unique<FactoryEdit>();
        m_edit->setShape(60000, 128);
        m_edit->resize(300, 26);
        m_edit->show();
        m_edit->setFocus();
        QVERIFY(QTest::qWaitForWindowExposed(m_edit.get()));
    }
    void cleanup() { m_edit.reset(); }

    void parsesWhileTyped() {
        QSignalSpy parsed(m_edit.get(), &FactoryEdit::parsed);
        QTest::keyClicks(m_edit.get(), QStringLiteral("IVF64"));
        QCOMPARE(parsed.count(), 5);
        QVERIFY(m_edit->error());
        QCOMPARE(m_edit->errorColumn(), 5);
        QVERIFY(!m_edit->configuration());
        QTest::keyClicks(m_edit.get(), QStringLiteral(",Flat"));
        QVERIFY(m_edit->configuration());
        QVERIFY(!m_edit->error());
        QCOMPARE(m_edit->errorColumn(), -1);
        m_edit->clear();
        QVERIFY(!m_edit->configuration() && !m_edit->error());
    }

    void underlinesTheFault_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("before");
        QTest::addColumn<QString>("marked");
        QTest::newRow("code") << QStringLiteral("IVF64,flat||nprobe=3") << QStringLiteral("IVF64,")
                              << QStringLiteral("flat");
        QTest::newRow("parameter") << QStringLiteral("IVF64,Flat|foo=3,niter=4")
                                   << QStringLiteral("IVF64,Flat|") << QStringLiteral("foo=3");
        QTest::newRow("first") << QStringLiteral("Flatt") << QStringLiteral("Flat") << QStringLiteral("t");
    }
    void underlinesTheFault() {
        QFETCH(QString, text);
        QFETCH(QString, before);
        QFETCH(QString, marked);
        m_edit->setText(text);
        m_edit->home(false);
        QCOMPARE(m_edit->errorColumn(), static_cast<int>(before.size()));
        const QRect rect = m_edit->errorRect();
        const QFontMetrics metrics = m_edit->fontMetrics();
        QVERIFY(std::abs(rect.width() - metrics.horizontalAdvance(marked)) <= 8);
        m_edit->setCursorPosition(static_cast<int>(before.size()));
        QVERIFY(std::abs(m_edit->inputMethodQuery(Qt::ImCursorRectangle).toRect().center().x() -
                         rect.left()) <= 4);
        const QImage image = m_edit->grab(rect).toImage();
        int red = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x) {
                const QColor color = image.pixelColor(x, y);
                red += color.red() > color.green() + 40 && color.red() > color.blue() + 40;
            }
        QVERIFY2(red > 4, qPrintable(QString::number(red)));
    }

    void faultIsFoundBehindOtherLetters() {
        m_edit->setText(QStringLiteral("Flät"));
        QCOMPARE(m_edit->errorColumn(), 2);
        m_edit->setText(QStringLiteral("  Flat||x=1"));
        QCOMPARE(m_edit->errorColumn(), 8);
        QVERIFY(!m_edit->errorRect().isEmpty());
        m_edit->setText(QStringLiteral("Flat"));
        QVERIFY(m_edit->errorRect().isEmpty());
    }

    void completesByKeyboard() {
        QTest::keyClicks(m_edit.get(), QStringLiteral("Va"));
        QVERIFY(m_edit->completionsShown());
        auto* popup = m_edit->findChild<QCompleter*>()->popup();
        QCOMPARE(m_edit->completions()->index(0).data().toString(), QStringLiteral("Vamana64"));
        QTest::keyClick(popup, Qt::Key_Down);
        QTest::keyClick(popup, Qt::Key_Return);
        QCOMPARE(m_edit->text(), QStringLiteral("Vamana64"));
        QVERIFY(!m_edit->completionsShown());
        m_edit->undo();
        QCOMPARE(m_edit->text(), QStringLiteral("Va"));
    }

    void windowCommandsWorkWhileCompleting() {
        int built = 0;
        QAction build(m_edit.get());
        build.setShortcut(Qt::CTRL | Qt::Key_B);
        m_edit->addAction(&build);
        connect(&build, &QAction::triggered, this, [&] { ++built; });
        QTest::keyClicks(m_edit.get(), QStringLiteral("IVF64,Fl"));
        QVERIFY(m_edit->completionsShown());
        // Sent past Qt's shortcuts, which a window system's popup keeps from the window.
        QKeyEvent key(QEvent::KeyPress, Qt::Key_B, Qt::ControlModifier);
        QCoreApplication::sendEvent(m_edit->findChild<QCompleter*>()->popup(), &key);
        QCOMPARE(built, 1);
    }

    void completesByMouseInTheMiddle() {
        m_edit->setText(QStringLiteral("IVF64,|niter=5"));
        m_edit->setCursorPosition(6);
        QTest::keyClick(m_edit.get(), Qt::Key_Space, Qt::ControlModifier);
        QVERIFY(m_edit->completionsShown());
        auto* popup = m_edit->findChild<QCompleter*>()->popup();
        const QRect first = popup->visualRect(popup->model()->index(0, 0));
        QTest::mouseClick(popup->viewport(), Qt::LeftButton, {}, first.center());
        QCOMPARE(m_edit->text(), QStringLiteral("IVF64,Flat|niter=5"));
        QVERIFY(m_edit->configuration());
    }

    void offersParameters() {
        QTest::keyClicks(m_edit.get(), QStringLiteral("Vamana64||L"));
        QVERIFY(m_edit->completionsShown());
        QCOMPARE(m_edit->completions()->index(0).data().toString(), QStringLiteral("Lsearch=50"));
        QVERIFY(!m_edit->completions()->index(0).data(CompletionModel::HelpRole).toString().isEmpty());
        auto* popup = m_edit->findChild<QCompleter*>()->popup();
        QTest::keyClick(popup, Qt::Key_Escape);
        QVERIFY(!m_edit->completionsShown());
    }

    void completionModelIsSound() {
        CompletionModel model;
        QAbstractItemModelTester tester(&model);
        model.setCompletions(complete("IVF64,", 6, 1000, 32));
        QVERIFY(model.rowCount() > 3);
        QVERIFY(model.index(0).data(CompletionModel::SupportedRole).toBool());
        model.setCompletions({});
        QCOMPARE(model.rowCount(), 0);
    }

    void replacedTextCanBeUndone() {
        QTest::keyClicks(m_edit.get(), QStringLiteral("Flat"));
        m_edit->replaceText(QStringLiteral("IVF64,Flat"));
        QVERIFY(m_edit->isUndoAvailable());
        m_edit->undo();
        QCOMPARE(m_edit->text(), QStringLiteral("Flat"));
        m_edit->redo();
        QCOMPARE(m_edit->text(), QStringLiteral("IVF64,Flat"));
    }

    void walksThroughHistory() {
        m_edit->remember(QStringLiteral("Flat"));
        m_edit->remember(QStringLiteral("IVF64,Flat"));
        m_edit->remember(QStringLiteral("Flat")); // again: moves to the end
        QCOMPARE(m_edit->history(), QStringList({QStringLiteral("IVF64,Flat"), QStringLiteral("Flat")}));
        m_edit->setText(QStringLiteral("PQ8"));
        QTest::keyClick(m_edit.get(), Qt::Key_Up);
        QCOMPARE(m_edit->text(), QStringLiteral("Flat"));
        QTest::keyClick(m_edit.get(), Qt::Key_Up);
        QTest::keyClick(m_edit.get(), Qt::Key_Up);
        QCOMPARE(m_edit->text(), QStringLiteral("IVF64,Flat"));
        QTest::keyClick(m_edit.get(), Qt::Key_Down);
        QTest::keyClick(m_edit.get(), Qt::Key_Down);
        QCOMPARE(m_edit->text(), QStringLiteral("PQ8"));
    }

    void hugeAndOddTextDoesNotHurt() {
        m_edit->setText(QString(5000, u'('));
        QVERIFY(m_edit->error());
        m_edit->setText(QStringLiteral("日本語|||\u0001"));
        QVERIFY(m_edit->error());
        m_edit->grab();
    }

    void formShowsEveryParameter() {
        constexpr ParamInfo kInfos[] = {{"Lbuild", 1, 10000, 100, true, true, "Width of the list."},
                                        {"alpha", 1, 4, 1.2, false, false, "Detours."},
                                        {"narrow", 0, 1, 1, true, false, "Bytes."}};
        ParamForm form;
        form.setParams(kInfos);
        auto* width = qobject_cast<QSpinBox*>(form.field("Lbuild"));
        auto* alpha = qobject_cast<QDoubleSpinBox*>(form.field("alpha"));
        auto* narrow = qobject_cast<QCheckBox*>(form.field("narrow"));
        QVERIFY(width && alpha && narrow);
        QCOMPARE(width->minimum(), 1);
        QCOMPARE(width->maximum(), 10000);
        QVERIFY(width->toolTip().contains(QStringLiteral("Width of the list. 1 to 10,000, default 100.")));
        QVERIFY(narrow->isChecked());
        QCOMPARE(alpha->text(), QLocale().toString(1.2, 'g', QLocale::FloatingPointShortest));
        QSignalSpy changed(&form, &ParamForm::changed);
        form.setValues({{"Lbuild", 125}, {"narrow", 0}});
        QCOMPARE(changed.count(), 0);
        QCOMPARE(width->value(), 125);
        QVERIFY(!narrow->isChecked());
        form.setParams(kInfos); // the same: the fields stay
        QCOMPARE(form.field("Lbuild"), width);
        QTest::keyClick(width, Qt::Key_Up);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][1].toDouble(), 135.0);
        form.setParams({});
        QCOMPARE(form.count(), 0U);
    }

private:
    std::unique_ptr<FactoryEdit> m_edit;
};

QTEST_MAIN(TestFactoryEdit)
#include "tst_factory_edit.moc"
