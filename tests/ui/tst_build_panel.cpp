// SPDX-License-Identifier: GPL-3.0-or-later
#include "spec/parser.h"
#include "ui/common/factory_edit.h"
#include "ui/common/param_form.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/build_text.h"

#include <QApplication>
#include <QCheckBox>
#include <QCompleter>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include <memory>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// whole: every value is a whole number in a byte's range, but for the last row where not all.
DatasetPtr dataset(std::size_t n, std::size_t dim, bool whole = false, bool all = true) {
    AlignedBuffer<float> buffer(n * dim);
    for (std::size_t i = 0; i < n * dim; ++i)
        buffer.data()[i] = static_cast<float>(i % 97) * (whole ? 1.0F : 0.37F);
    if (!all)
        buffer.data()[n * dim - 1] = 0.5F;
    auto data = std::make_shared<Dataset>();
    data->base = VectorSet::adopt(std::move(buffer), n, dim);
    data->name = "test";
    return data;
}

} // namespace

class TestBuildPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_panel = std::make_unique<BuildPanel>();
        m_panel->resize(300, 640);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void cleanup() { m_panel.reset(); }

    void needsALineAndData() {
        QVERIFY(!m_panel->buildButton()->isEnabled());
        QVERIFY(m_panel->whyNot().contains(QStringLiteral("configuration")));
        m_panel->setConfigurationLine(QStringLiteral("Flat"));
        QVERIFY(m_panel->whyNot().contains(QStringLiteral("vectors")));
        QSignalSpy can(m_panel.get(), &BuildPanel::canBuildChanged);
        m_panel->setDataset(dataset(1000, 16));
        QVERIFY(m_panel->buildButton()->isEnabled());
        QCOMPARE(can.count(), 1);
        QCOMPARE(m_panel->configurationLine(), QStringLiteral("Flat")); // what was typed stays
        m_panel->setDataset(nullptr);
        QVERIFY(!m_panel->canBuild());
        QCOMPARE(m_panel->buildButton()->toolTip(), m_panel->whyNot());
    }

    void startsWithALineThatSuits() {
        m_panel->setDataset(dataset(20000, 16));
        QCOMPARE(m_panel->configurationLine(), QStringLiteral("IVF512,Flat"));
        QVERIFY(m_panel->canBuild());
        QVERIFY(m_panel->summary().contains(QStringLiteral("512 cells")));
    }

    void tellsExactSizeAndTime() {
        m_panel->setDataset(dataset(20000, 16));
        m_panel->setConfigurationLine(QStringLiteral("Flat"));
        QVERIFY2(m_panel->summary().contains(QStringLiteral("1.3 MB")), qPrintable(m_panel->summary()));
        m_panel->setConfigurationLine(QStringLiteral("IVF512,Flat"));
        QVERIFY2(m_panel->summary().contains(QStringLiteral("~")), qPrintable(m_panel->summary()));
        QVERIFY(m_panel->summary().contains(QStringLiteral("centroids")));
    }

    void errorsAreSentences() {
        m_panel->setDataset(dataset(1000, 16));
        m_panel->setConfigurationLine(QStringLiteral("IVF64,flat"));
        QVERIFY(!m_panel->canBuild());
        QVERIFY(m_panel->summary().contains(QStringLiteral("Did you mean Flat?")));
        QVERIFY(!m_panel->summary().contains(QStringLiteral("MB")));
        QVERIFY(!m_panel->line()->errorRect().isEmpty());
        m_panel->setConfigurationLine(QStringLiteral("LSH8"));
        QVERIFY(m_panel->whyNot().contains(QStringLiteral("understood but not built yet")));
        m_panel->setConfigurationLine(QStringLiteral("IVF2000,Flat"));
        QVERIFY(m_panel->whyNot().contains(QStringLiteral("2000 cells cannot be learned from 1000 vectors")));
    }

    void warns() {
        m_panel->setDataset(dataset(1000, 16));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32"));
        QVERIFY(m_panel->summary().contains(QStringLiteral("own extension")));
        m_panel->setConfigurationLine(QStringLiteral("IVF100,Flat"));
        QVERIFY(m_panel->summary().contains(QStringLiteral("Faiss warns below 39")));
    }

    void fieldsAndLineAreOne() {
        m_panel->setDataset(dataset(1000, 16));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32|Lbuild=50|Lsearch=20"));
        auto* width = qobject_cast<QSpinBox*>(m_panel->buildFields()->field("Lbuild"));
        auto* alpha = qobject_cast<QDoubleSpinBox*>(m_panel->buildFields()->field("alpha"));
        auto* degree = qobject_cast<QSpinBox*>(m_panel->specFields()->field("R"));
        QVERIFY(width && alpha && degree);
        QCOMPARE(width->value(), 50);
        QCOMPARE(degree->value(), 32);
        m_panel->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_panel.get()));
        QTRY_VERIFY(width->isVisible());
        width->setFocus();
        QVERIFY(width->hasFocus());
        QTest::keyClick(width, Qt::Key_Up);
        QCOMPARE(m_panel->configurationLine(),
                 QStringLiteral("Vamana32|Lbuild=%1|Lsearch=20").arg(width->value()));
        QVERIFY(width->hasFocus()); // a person may go on
        alpha->setValue(1.5);
        degree->setValue(48);
        QCOMPARE(m_panel->configurationLine(),
                 QStringLiteral("Vamana48|Lbuild=%1,alpha=1.5|Lsearch=20").arg(width->value()));
        alpha->setValue(1.2); // the default need not be written
        QVERIFY(!m_panel->configurationLine().contains(QStringLiteral("alpha")));
        m_panel->line()->undo();
        QCOMPARE(alpha->value(), 1.5);
        m_panel->setConfigurationLine(QStringLiteral("Vamana16|alpha=2"));
        QCOMPARE(degree->value(), 16);
        QCOMPARE(alpha->value(), 2.0);
        QCOMPARE(width->value(), 100);
        m_panel->setConfigurationLine(QStringLiteral("IVF16,Flat"));
        QVERIFY(m_panel->specFields()->field("nlist"));
        QVERIFY(qobject_cast<QCheckBox*>(m_panel->buildFields()->field("minibatch")));
        QVERIFY(!m_panel->buildFields()->field("Lbuild"));
    }

    void recommendsNlist() {
        m_panel->setDataset(dataset(20000, 16));
        m_panel->setConfigurationLine(QStringLiteral("IVF64,Flat|niter=4"));
        auto* chip = m_panel->findChild<QPushButton*>(QStringLiteral("nlist1024"));
        QVERIFY(chip && chip->isVisible());
        QVERIFY(chip->toolTip().contains(QStringLiteral("8 sqrt(n)")));
        QVERIFY(!chip->isChecked());
        QTest::mouseClick(chip, Qt::LeftButton);
        QCOMPARE(m_panel->configurationLine(), QStringLiteral("IVF1024,Flat|niter=4"));
        QVERIFY(chip->isChecked());
        QTest::mouseClick(chip, Qt::LeftButton); // again: stays
        QVERIFY(chip->isChecked());
        m_panel->line()->undo();
        QCOMPARE(m_panel->configurationLine(), QStringLiteral("IVF64,Flat|niter=4"));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32"));
        QVERIFY(!chip->isVisible());
    }

    void partsAreChips() {
        m_panel->setDataset(dataset(1000, 16));
        m_panel->setConfigurationLine(QStringLiteral("PCA8,IVF16(IVF4,Flat),PQ4,RFlat"));
        const auto chips = specChips(QStringLiteral("PCA8,IVF16(IVF4,Flat),PQ4,RFlat"));
        QCOMPARE(chips.size(), 4U);
        for (const SpecChip& chip : chips) {
            QVERIFY2(!chip.help.isEmpty(), qPrintable(chip.text));
            const auto labels = m_panel->findChildren<QLabel*>();
            QVERIFY(std::ranges::any_of(
                labels, [&](const QLabel* l) { return l->text() == chip.text && l->isVisible(); }));
        }
    }

    void buildsByButtonKeyAndReturn() {
        m_panel->setDataset(dataset(1000, 16));
        m_panel->setConfigurationLine(QStringLiteral("IVF1k,Flat")); // 1024 of 1000
        QSignalSpy build(m_panel.get(), &BuildPanel::buildRequested);
        QTest::mouseClick(m_panel->buildButton(), Qt::LeftButton);
        QTest::keyClick(m_panel->line(), Qt::Key_Return);
        m_panel->build();
        QCOMPARE(build.count(), 0);
        m_panel->setConfigurationLine(QStringLiteral("IVF16,Flat||nprobe=4"));
        QTest::mouseClick(m_panel->buildButton(), Qt::LeftButton);
        QCOMPARE(build.count(), 1);
        QCOMPARE(build[0][0].toString(), QStringLiteral("IVF16,Flat||nprobe=4"));
        m_panel->line()->setFocus();
        QTest::keyClick(m_panel->line(), Qt::Key_Return);
        QTest::keyClick(m_panel->line(), Qt::Key_B, Qt::ControlModifier);
        QCOMPARE(build.count(), 3);
        QCOMPARE(m_panel->history(), QStringList{QStringLiteral("IVF16,Flat||nprobe=4")});
    }

    void holdsBytesOnlyWhereNothingIsLost() {
        JobRunner runner;
        m_panel->setRunner(&runner);
        m_panel->setDataset(dataset(1000, 100, true));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32"));
        QVERIFY2(m_panel->summary().contains(QStringLiteral("vectors 100 kB")),
                 qPrintable(m_panel->summary()));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32|narrow=0"));
        QVERIFY2(m_panel->summary().contains(QStringLiteral("vectors 400 kB")),
                 qPrintable(m_panel->summary()));
        m_panel->setConfigurationLine(QStringLiteral("Vamana32"));
        m_panel->setDataset(dataset(1000, 100, true, false)); // only the last value is no whole number
        QTRY_VERIFY2(m_panel->summary().contains(QStringLiteral("vectors 400 kB")),
                     qPrintable(m_panel->summary()));
        m_panel->setRunner(nullptr);
    }

    void fitsANarrowDock() {
        m_panel->setDataset(dataset(20000, 16));
        for (const char* line : {"OPQ16_64,IVF262144(IVF512,PQ32x4fs,RFlat),PQ16x4fsr,Refine(OPQ56_112,PQ56)",
                                 "IVF512,Flat", "x"}) {
            m_panel->setConfigurationLine(QString::fromLatin1(line));
            QVERIFY2(m_panel->minimumSizeHint().width() <= 260,
                     qPrintable(QString::number(m_panel->minimumSizeHint().width())));
            QVERIFY(m_panel->minimumSizeHint().height() <= 300);
        }
    }

    void followsTheTheme() {
        m_panel->setConfigurationLine(QStringLiteral("x"));
        applyTheme(*qApp, Theme::Dark);
        m_panel->grab();
        applyTheme(*qApp, Theme::Light);
    }

private:
    std::unique_ptr<BuildPanel> m_panel;
};

QTEST_MAIN(TestBuildPanel)
#include "tst_build_panel.moc"
