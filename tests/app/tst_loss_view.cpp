// SPDX-License-Identifier: GPL-3.0-or-later
// From a miss to its remedy and back, in the whole window.
#include "app/main_window.h"
#include "core/random.h"
#include "spec/parser.h"
#include "ui/common/theme.h"
#include "ui/models/selection.h"
#include "ui/panels/build_panel.h"
#include "ui/panels/loss_panel.h"
#include "ui/panels/map_panel.h"
#include "ui/panels/search_panel.h"

#include <QAction>
#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

using namespace annscope;

namespace {

constexpr int kPatience = 30000;

} // namespace

class TestLossView : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
        QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
        QCoreApplication::setApplicationName(QStringLiteral("tst_loss_view"));
        QSettings().clear();
        ui::applyTheme(*qApp, ui::Theme::Light);
        QFile cloud(m_folder.filePath(QStringLiteral("cloud.csv")));
        QVERIFY(cloud.open(QIODevice::WriteOnly));
        Random random(3);
        for (int row = 0; row < 2000; ++row)
            for (int i = 0; i < 8; ++i)
                cloud.write(QByteArray::number(random.normal(), 'g', 6) + (i < 7 ? "," : "\n"));
    }

    void theRemedyIsAppliedAndFinds() {
        Settings settings;
        settings.measureQueries = 100;
        MainWindow window(settings, false);
        window.show();
        build(window, "IVF64,Flat||nprobe=1");
        window.command("go.loss")->trigger();
        ui::LossPanel* loss = window.loss();
        QTRY_VERIFY_WITH_TIMEOUT(known(window), kPatience);
        const std::size_t before = loss->study()->report()->lost();
        QVERIFY(before > 0);
        QTRY_VERIFY(loss->queries()->model()->rowCount() > 0);
        QTest::mouseClick(loss->queries()->viewport(), Qt::LeftButton, {},
                          loss->queries()->visualRect(loss->queries()->model()->index(0, 0)).center());
        const qint64 query = window.session()->selection()->query();
        QVERIFY(query >= 0 && loss->misses()->model()->rowCount() > 0);
        QTest::mouseClick(loss->applyMissButton(), Qt::LeftButton);
        auto* search = window.findChild<ui::SearchPanel*>();
        QVERIFY(search && search->params().get("nprobe", 0) > 1);
        QTRY_VERIFY_WITH_TIMEOUT(known(window) && loss->study()->subject().params == search->params(),
                                 kPatience);
        QCOMPARE(loss->misses()->model()->rowCount(), 0); // this query lost nothing any more
        QVERIFY(loss->study()->report()->lost() < before);
    }

    void anotherConfigurationGoesToBuild() {
        Settings settings;
        settings.measureQueries = 50;
        MainWindow window(settings, false);
        window.show();
        build(window, "IVF16,SQ4||nprobe=16");
        window.command("go.loss")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(known(window), kPatience);
        QVERIFY(window.loss()->study()->report()->lost() > 0);
        QTest::mouseClick(window.loss()->applyButton(), Qt::LeftButton);
        auto* panel = window.findChild<ui::BuildPanel*>();
        QVERIFY(panel && panel->configurationLine().startsWith(QStringLiteral("IVF16,SQ4,RFlat||nprobe=16")));
        QVERIFY(panel->canBuild());
    }

private:
    static bool known(MainWindow& window) {
        const ui::LossStudy* study = window.loss()->study();
        return study->remediesKnown() && !study->busy();
    }
    void build(MainWindow& window, const char* line) {
        const QString file = m_folder.filePath(QStringLiteral("cloud.csv"));
        window.openPaths({file});
        QTRY_VERIFY_WITH_TIMEOUT(window.session()->current() != nullptr && window.jobs()->active().empty(),
                                 kPatience);
        QSignalSpy built(window.workflow(), &Workflow::built);
        window.workflow()->build(parse_configuration(line).value(), window.session()->current());
        QTRY_VERIFY_WITH_TIMEOUT(!built.isEmpty() && window.jobs()->active().empty(), kPatience);
        window.session()->selection()->setIndex(built.last()[0].value<ui::BuiltIndexPtr>()->id);
    }
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestLossView)
#include "tst_loss_view.moc"
