// SPDX-License-Identifier: GPL-3.0-or-later
#include "interop/exporter.h"
#include "ui/common/theme.h"
#include "ui/panels/export_panel.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace annscope;
using namespace annscope::ui;

class TestExportPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_panel = std::make_unique<ExportPanel>();
        m_panel->resize(600, 400);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void isEmptyAtFirst() {
        QVERIFY(m_panel->text().isEmpty());
        QVERIFY(!m_panel->copyButton()->isEnabled());
        QVERIFY(!m_panel->saveButton()->isEnabled());
        QVERIFY(!m_panel->findChild<QPlainTextEdit*>()->placeholderText().isEmpty());
        m_panel->copy();
    }

    void writesEveryTarget() {
        m_panel->setConfiguration(QStringLiteral("IVF64,Flat||nprobe=4"), 32, Metric::L2, 10);
        QCOMPARE(m_panel->targets()->count(), static_cast<int>(export_targets().size()));
        QStringList texts;
        for (int i = 0; i < m_panel->targets()->count(); ++i) {
            QTest::keyClick(m_panel->targets(), i == 0 ? Qt::Key_Home : Qt::Key_Down);
            QVERIFY(m_panel->text().contains(QStringLiteral("IVF64,Flat")));
            QVERIFY(!texts.contains(m_panel->text()));
            texts << m_panel->text();
        }
        QVERIFY(texts[0].contains(QStringLiteral("import faiss")));
        QVERIFY(texts[0].contains(QStringLiteral("d = 32")));
    }

    void tellsWhatDoesNotMap() {
        m_panel->setConfiguration(QStringLiteral("Vamana64"), 32, Metric::L2, 10);
        QVERIFY(m_panel->notes().contains(QStringLiteral("Annscope's own name")));
        m_panel->setConfiguration(QStringLiteral("Flat"), 32, Metric::L2, 10);
        QVERIFY(m_panel->notes().isEmpty());
    }

    void faultsAreTold() {
        m_panel->setConfiguration(QStringLiteral("DiskANN64,PQ8"), 32, Metric::L2, 10);
        QVERIFY(m_panel->text().isEmpty());
        QVERIFY(!m_panel->copyButton()->isEnabled());
        m_panel->setConfiguration(QStringLiteral("IVF64,flat"), 32, Metric::L2, 10);
        QVERIFY(m_panel->text().isEmpty());
    }

    void copies() {
        m_panel->setConfiguration(QStringLiteral("Flat"), 32, Metric::InnerProduct, 5);
        QTest::mouseClick(m_panel->copyButton(), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), m_panel->text());
        QVERIFY(m_panel->text().contains(QStringLiteral("METRIC_INNER_PRODUCT")));
    }

    void saves() {
        m_panel->setConfiguration(QStringLiteral("Flat"), 32, Metric::L2, 10);
        const QTemporaryDir folder;
        QSignalSpy saved(m_panel.get(), &ExportPanel::saved);
        QVERIFY(m_panel->saveTo(folder.filePath(QStringLiteral("a.py"))));
        QCOMPARE(saved.count(), 1);
        QFile file(folder.filePath(QStringLiteral("a.py")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), m_panel->text());
        QVERIFY(!m_panel->saveTo(folder.filePath(QStringLiteral("no/such/folder/a.py"))));
        QCOMPARE(saved.count(), 1);
    }

    void focusesItsText() {
        m_panel->setConfiguration(QStringLiteral("Flat"), 32, Metric::L2, 10);
        m_panel->focusText();
        QTRY_VERIFY(m_panel->findChild<QPlainTextEdit*>()->hasFocus());
    }

private:
    std::unique_ptr<ExportPanel> m_panel;
};

QTEST_MAIN(TestExportPanel)
#include "tst_export_panel.moc"
