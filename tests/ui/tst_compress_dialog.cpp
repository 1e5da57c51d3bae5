// SPDX-License-Identifier: GPL-3.0-or-later
// Compressing a data set, in the dialog alone and from the menu of the window to the opened result.
#include "app/main_window.h"
#include "data/format.h"
#include "fake_index.h"
#include "ui/panels/compress_dialog.h"
#include "ui/panels/header_bar.h"
#include "ui/panels/message_bar.h"

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace annscope;
using namespace annscope::test;
using namespace annscope::ui;

namespace {

/// Points near a square grid, so that no two are the same.
std::shared_ptr<Dataset> points(std::size_t n, const QString& source = {}) {
    std::vector<std::vector<float>> rows, queries;
    for (std::size_t i = 0; i < n; ++i)
        rows.push_back({static_cast<float>(i * 37 % 101), static_cast<float>(i) * 0.01f});
    for (std::size_t i = 0; i < 5; ++i)
        queries.push_back({static_cast<float>(i), 1});
    auto dataset = std::make_shared<Dataset>();
    dataset->name = "points";
    dataset->source = source.toStdString();
    dataset->base = vectorsOf(rows);
    dataset->queries = vectorsOf(queries);
    dataset->queries_from = QueriesFrom::File;
    return dataset;
}

void retype(QLineEdit* field, const QString& text) {
    field->setFocus();
    field->selectAll();
    QTest::keyClicks(field, text);
}

/// Chooses an entry of the window's menus by its text without mnemonics, with the mouse.
bool clickMenu(QWidget& window, const QString& menu, const QString& entry) {
    const auto plain = [](const QAction* action) { return action->text().remove(QLatin1Char('&')); };
    auto* bar = window.findChild<QMenuBar*>();
    for (QAction* top : bar->actions()) {
        if (plain(top) != menu)
            continue;
        QTest::mouseClick(bar, Qt::LeftButton, Qt::NoModifier, bar->actionGeometry(top).center());
        for (QAction* action : top->menu()->actions())
            if (plain(action) == entry && action->isEnabled()) {
                QTest::mouseClick(top->menu(), Qt::LeftButton, Qt::NoModifier,
                                  top->menu()->actionGeometry(action).center());
                return true;
            }
    }
    return false;
}

} // namespace

class TestCompressDialog : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void usualNumber_data();
    void usualNumber();
    void nameFollowsUntilTyped();
    void problems_data();
    void problems();
    void tellsWhatIsReplaced();
    void asksForAllThatIsChosen();
    void escapeAndEnter();
    void fromTheMenuToTheOpenedFile_data();
    void fromTheMenuToTheOpenedFile();
    void cancelLeavesNothing();
    void failureIsTold();

private:
    QTemporaryDir m_folder;
};

void TestCompressDialog::initTestCase() {
    QVERIFY(m_folder.isValid());
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
}

void TestCompressDialog::usualNumber_data() {
    QTest::addColumn<int>("vectors");
    QTest::addColumn<int>("expected");
    QTest::newRow("one") << 1 << 1;
    QTest::newRow("few") << 30 << 30;
    QTest::newRow("a thousand") << 1000 << 100;
    QTest::newRow("a hundredth, rounded down") << 64'000 << 500;
}

void TestCompressDialog::usualNumber() {
    QFETCH(int, vectors);
    QFETCH(int, expected);
    CompressDialog dialog;
    dialog.setDataset(points(static_cast<std::size_t>(vectors)), m_folder.path());
    QCOMPARE(dialog.countField()->value(), expected);
    QCOMPARE(dialog.countField()->minimum(), 1);
    QCOMPARE(dialog.countField()->maximum(), vectors);
    QVERIFY(dialog.compressButton()->isEnabled());
}

void TestCompressDialog::nameFollowsUntilTyped() {
    CompressDialog dialog;
    const auto dataset = points(1000);
    dialog.setDataset(dataset, m_folder.path());
    dialog.show();
    QCOMPARE(dialog.fileField()->text(), m_folder.filePath(QStringLiteral("points-100.hdf5")));
    dialog.countField()->setFocus();
    dialog.countField()->selectAll();
    QTest::keyClicks(dialog.countField(), QStringLiteral("25"));
    QCOMPARE(dialog.fileField()->text(), m_folder.filePath(QStringLiteral("points-25.hdf5")));
    retype(dialog.fileField(), QStringLiteral("small.npy"));
    dialog.countField()->setValue(30);
    QCOMPARE(dialog.fileField()->text(), QStringLiteral("small.npy"));
    QCOMPARE(dialog.files().centroids.string(), m_folder.filePath(QStringLiteral("small.npy")).toStdString());
    dialog.setDataset(dataset, m_folder.path()); // the same: what was typed stays
    QCOMPARE(dialog.countField()->value(), 30);
    QCOMPARE(dialog.fileField()->text(), QStringLiteral("small.npy"));
    dialog.setDataset(points(40), m_folder.path());
    QCOMPARE(dialog.fileField()->text(), m_folder.filePath(QStringLiteral("points-40.hdf5")));
}

void TestCompressDialog::problems_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<bool>("weights");
    QTest::addColumn<QString>("says"); // empty: it can be written
    QTest::newRow("fine") << "a.fvecs" << true << "";
    QTest::newRow("short end") << "a.h5" << false << "";
    QTest::newRow("no name") << " " << false << "Name the file";
    QTest::newRow("no end") << "small" << false << "must end in";
    QTest::newRow("another end") << "small.bin" << false << "must end in";
    QTest::newRow("capitals") << "small.NPY" << false << "must end in";
    QTest::newRow("an end alone") << ".npy" << false << "must end in";
    QTest::newRow("no folder") << "nowhere/small.npy" << false << "no folder";
    QTest::newRow("a folder") << "folder.npy" << false << "is a folder";
    QTest::newRow("the data itself") << "open-weights.npy" << false << "open data set";
    QTest::newRow("weights over the data") << "open.fvecs" << true << "open data set";
    QTest::newRow("beside the data") << "open.fvecs" << false << "";
}

void TestCompressDialog::problems() {
    QFETCH(QString, file);
    QFETCH(bool, weights);
    QFETCH(QString, says);
    QDir(m_folder.path()).mkdir(QStringLiteral("folder.npy"));
    const QString own = m_folder.filePath(QStringLiteral("open-weights.npy"));
    QFile open(own);
    QVERIFY(open.open(QIODevice::WriteOnly));
    CompressDialog dialog;
    dialog.setDataset(points(200, own), m_folder.path());
    dialog.show();
    retype(dialog.fileField(), file);
    if (weights)
        QTest::mouseClick(dialog.weightsBox(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QCOMPARE(dialog.weightsBox()->isChecked(), weights);
    QCOMPARE(dialog.compressButton()->isEnabled(), says.isEmpty());
    QVERIFY2(dialog.fileNote()->text().contains(says), qPrintable(dialog.fileNote()->text()));
    QCOMPARE(dialog.problem().isEmpty(), says.isEmpty());
}

void TestCompressDialog::tellsWhatIsReplaced() {
    for (const char* name : {"old.npy", "old-weights.npy"}) {
        QFile file(m_folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    CompressDialog dialog;
    dialog.setDataset(points(300), m_folder.path());
    dialog.show();
    QVERIFY(!dialog.fileNote()->text().contains(QStringLiteral("replaced")));
    retype(dialog.fileField(), QStringLiteral("old.npy"));
    QVERIFY(dialog.fileNote()->text().endsWith(QStringLiteral("replaced: old.npy.")));
    QTest::mouseClick(dialog.weightsBox(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QTest::mouseClick(dialog.assignmentBox(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QVERIFY(dialog.fileNote()->text().endsWith(QStringLiteral("replaced: old.npy, old-weights.npy.")));
    QVERIFY(dialog.compressButton()->isEnabled());
    QVERIFY(QFile::remove(m_folder.filePath(QStringLiteral("old.npy"))));
    QVERIFY(QFile::remove(m_folder.filePath(QStringLiteral("old-weights.npy"))));
}

void TestCompressDialog::asksForAllThatIsChosen() {
    CompressDialog dialog;
    const auto dataset = points(300);
    dialog.setDataset(dataset, m_folder.path());
    dialog.show();
    QSignalSpy requested(&dialog, &CompressDialog::compressRequested);
    CompressOptions options;
    CompressFiles files;
    DatasetPtr of;
    connect(&dialog, &CompressDialog::compressRequested, this,
            [&](const DatasetPtr& d, const CompressOptions& o, const CompressFiles& f) {
                of = d;
                options = o;
                files = f;
            });
    dialog.countField()->setValue(7);
    retype(dialog.fileField(), m_folder.filePath(QStringLiteral("few.fvecs")));
    QTest::mouseClick(dialog.assignmentBox(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QTest::mouseClick(dialog.compressButton(), Qt::LeftButton);
    QCOMPARE(requested.size(), 1);
    QVERIFY(!dialog.isVisible());
    QVERIFY(of == dataset);
    QCOMPARE(options.n, std::size_t{7});
    QVERIFY(files.weights.empty());
    QCOMPARE(files.assignment.filename().string(), std::string("few-assignment.npy"));
    QCOMPARE(files.centroids.string(), m_folder.filePath(QStringLiteral("few.fvecs")).toStdString());
}

void TestCompressDialog::escapeAndEnter() {
    CompressDialog dialog;
    dialog.setDataset(points(300), m_folder.path());
    QSignalSpy requested(&dialog, &CompressDialog::compressRequested);
    dialog.show();
    QTest::keyClick(&dialog, Qt::Key_Escape);
    QVERIFY(!dialog.isVisible());
    dialog.show();
    retype(dialog.fileField(), QStringLiteral("no end"));
    QTest::keyClick(dialog.fileField(), Qt::Key_Return);
    QVERIFY(dialog.isVisible() && requested.isEmpty());
    retype(dialog.fileField(), QStringLiteral("an.npy"));
    QTest::keyClick(dialog.fileField(), Qt::Key_Return);
    QVERIFY(!dialog.isVisible());
    QCOMPARE(requested.size(), 1);
    dialog.show();
    dialog.setDataset(nullptr, {});
    QVERIFY(!dialog.isVisible());
}

void TestCompressDialog::fromTheMenuToTheOpenedFile_data() {
    QTest::addColumn<QString>("name");
    QTest::newRow("hdf5") << "less.hdf5";
    QTest::newRow("fvecs") << "less.fvecs";
    QTest::newRow("npy") << "less.npy";
}

void TestCompressDialog::fromTheMenuToTheOpenedFile() {
    QFETCH(QString, name);
    MainWindow window(Settings{}, false);
    window.show();
    QVERIFY(!window.command("file.compress")->isEnabled());
    const auto dataset = points(500);
    dataset->metric = Metric::Cosine;
    window.session()->addDataset(dataset, std::nullopt);
    QVERIFY(clickMenu(window, QStringLiteral("File"), QStringLiteral("Compress data set…")));
    auto* dialog = window.findChild<CompressDialog*>();
    QVERIFY(dialog && dialog->isVisible() && !dialog->isModal());
    dialog->countField()->setFocus();
    dialog->countField()->selectAll();
    QTest::keyClicks(dialog->countField(), QStringLiteral("20"));
    const QString path = m_folder.filePath(name);
    retype(dialog->fileField(), path);
    QTest::mouseClick(dialog->weightsBox(), Qt::LeftButton, Qt::NoModifier, {8, 8});
    QTest::mouseClick(dialog->compressButton(), Qt::LeftButton);
    QTRY_VERIFY(window.messages()->isVisible());
    QVERIFY2(window.messages()->sentence().startsWith(name + QStringLiteral(": 20 centroids")),
             qPrintable(window.messages()->sentence() + window.messages()->detail()));
    const auto weights =
        read_file(m_folder.filePath(QStringLiteral("less-weights.npy")).toStdString(), FileRole::Truth, {});
    QVERIFY(weights.ok());
    QVERIFY(!QFile::exists(m_folder.filePath(QStringLiteral("less-assignment.npy"))));
    QVERIFY(window.session()->current() == dataset);

    auto* open = window.messages()->findChild<QPushButton*>();
    QVERIFY(open && open->isVisible());
    QCOMPARE(open->text(), QStringLiteral("Open"));
    QTest::mouseClick(open, Qt::LeftButton);
    QTRY_COMPARE(window.session()->datasets().size(), std::size_t{2});
    const DatasetPtr small = window.session()->current();
    const bool withQueries = name.endsWith(QStringLiteral("hdf5"));
    QCOMPARE(small->queries.size(), withQueries ? std::size_t{5} : std::size_t{2}); // else a tenth held out
    QCOMPARE(small->base.size(), withQueries ? std::size_t{20} : std::size_t{18});
    QVERIFY(small->metric == Metric::Cosine);
}

void TestCompressDialog::cancelLeavesNothing() {
    MainWindow window(Settings{}, false);
    window.show();
    const auto dataset = points(200'000);
    window.session()->addDataset(dataset, std::nullopt);
    window.command("file.compress")->trigger();
    auto* dialog = window.findChild<CompressDialog*>();
    QVERIFY(dialog);
    dialog->countField()->setValue(50'000); // far longer than it takes to cancel
    retype(dialog->fileField(), m_folder.filePath(QStringLiteral("never.hdf5")));
    QSignalSpy written(window.workflow(), &Workflow::compressed);
    QSignalSpy cancelled(window.workflow(), &Workflow::cancelled);
    QTest::mouseClick(dialog->compressButton(), Qt::LeftButton);
    QTRY_VERIFY(window.header()->jobText().contains(QStringLiteral("points")));
    QTRY_VERIFY(window.header()->cancelButton()->isVisible());
    QTest::mouseClick(window.header()->cancelButton(), Qt::LeftButton);
    QTRY_COMPARE(cancelled.size(), 1);
    QCOMPARE(written.size(), 0);
    QVERIFY(QDir(m_folder.path()).entryList({QStringLiteral("never*")}).isEmpty());
    QVERIFY(!window.messages()->isVisible());
}

/// What cannot be known before the work is told after it, with the name of the file.
void TestCompressDialog::failureIsTold() {
    MainWindow window(Settings{}, false);
    window.show();
    const auto dataset = points(300);
    CompressOptions options;
    options.n = 10;
    CompressFiles files;
    files.centroids = m_folder.filePath(QStringLiteral("gone/away.npy")).toStdString();
    window.workflow()->compress(dataset, options, files);
    QTRY_VERIFY(window.messages()->isVisible());
    QVERIFY(window.messages()->kind() == MessageBar::Kind::Error);
    QVERIFY2(window.messages()->sentence().contains(QStringLiteral("away.npy was not written")),
             qPrintable(window.messages()->sentence()));
}

QTEST_MAIN(TestCompressDialog)
#include "tst_compress_dialog.moc"
