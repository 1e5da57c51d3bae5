// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"
#include "app/session.h"
#include "app/settings.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/models/dropped_files.h"

#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>

using namespace annscope;

namespace {

DatasetPtr makeDataset(const std::string& name) {
    AlignedBuffer<float> values(40);
    for (std::size_t i = 0; i < 40; ++i)
        values[i] = static_cast<float>(i % 7);
    Dataset dataset;
    dataset.name = name;
    dataset.base = VectorSet::adopt(std::move(values), 20, 2);
    dataset.queries = dataset.base.slice(0, 3);
    return std::make_shared<const Dataset>(std::move(dataset));
}

BuiltIndexPtr addIndex(Session& session, const DatasetPtr& dataset) {
    const auto configuration = *parse_configuration("Flat");
    auto index = *build_and_fill(configuration, dataset->base, dataset->metric, 1, Control{});
    return session.addIndex(QStringLiteral("Flat"), configuration, std::move(index), dataset);
}

qint64 addRun(Session& session, const BuiltIndexPtr& index) {
    ui::Run run;
    run.index = index;
    run.point.k = 1;
    run.point.recall = 0.5;
    run.point.qps = 100;
    return session.runs()->append(run);
}

} // namespace

class TestSession : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { QStandardPaths::setTestModeEnabled(true); }
    void newestDatasetIsCurrent();
    void closingIsUndone();
    void removingAnIndexIsUndone();
    void selectionFollows();
    void stylesAreReused();
    void settingsComeBack();
    void commandLine_data();
    void commandLine();
    void commandLineValues();
    void droppedFiles();
};

void TestSession::newestDatasetIsCurrent() {
    Session session;
    QSignalSpy current(&session, &Session::currentChanged);
    const auto a = makeDataset("a"), b = makeDataset("b"), c = makeDataset("c");
    session.addDataset(a, std::nullopt);
    OpenOptions options;
    options.base = "b.npy";
    session.addDataset(b, options);
    QCOMPARE(session.current(), b);
    session.addDataset(c, std::nullopt, false);
    QCOMPARE(session.current(), b);
    QCOMPARE(current.count(), 2);
    QVERIFY(!session.openedWith(a));
    QCOMPARE(session.openedWith(b)->base.string(), std::string("b.npy"));
}

void TestSession::closingIsUndone() {
    Session session;
    const auto a = makeDataset("a"), b = makeDataset("b");
    session.addDataset(a, std::nullopt);
    session.addDataset(b, std::nullopt);
    const auto onA = addIndex(session, a), onB = addIndex(session, b);
    addRun(session, onA);
    const qint64 runOnB = addRun(session, onB);
    session.selection()->setRun(runOnB);

    session.closeDataset(b);
    QCOMPARE(session.datasets(), std::vector{a});
    QCOMPARE(session.indexes(), std::vector{onA});
    QCOMPARE(session.current(), a);
    QCOMPARE(session.runs()->rowCount(), 1);
    QCOMPARE(session.selection()->run(), -1);
    session.undo()->undo(); // one step
    QCOMPARE(session.datasets(), (std::vector{a, b}));
    QCOMPARE(session.indexes(), (std::vector{onA, onB}));
    QCOMPARE(session.current(), b);
    QVERIFY(session.runs()->run(runOnB));
    session.undo()->redo();
    QCOMPARE(session.datasets(), std::vector{a});
    session.closeDataset(a);
    QVERIFY(!session.current());
    session.closeDataset(a); // not open any more: nothing happens
    QCOMPARE(session.undo()->count(), 2);
}

void TestSession::removingAnIndexIsUndone() {
    Session session;
    const auto a = makeDataset("a");
    session.addDataset(a, std::nullopt);
    const auto first = addIndex(session, a), second = addIndex(session, a);
    const qint64 run = addRun(session, second);
    session.selection()->setIndex(second->id);
    session.removeIndex(second->id);
    QCOMPARE(session.indexes(), std::vector{first});
    QCOMPARE(session.selection()->index(), first->id);
    QVERIFY(!session.runs()->run(run));
    session.undo()->undo();
    QCOMPARE(session.index(second->id), second);
    QVERIFY(session.runs()->run(run));
}

void TestSession::selectionFollows() {
    Session session;
    const auto a = makeDataset("a"), b = makeDataset("b");
    session.addDataset(a, std::nullopt);
    const auto onA = addIndex(session, a);
    const qint64 run = addRun(session, onA);
    session.addDataset(b, std::nullopt);
    const auto onB = addIndex(session, b);
    session.selection()->setIndex(onB->id);
    session.selection()->setQuery(2);
    session.selection()->setRun(run); // of the other data
    QCOMPARE(session.selection()->index(), onA->id);
    QCOMPARE(session.selection()->run(), run);
    QCOMPARE(session.current(), a);
    QCOMPARE(session.selection()->query(), -1); // it was a query of the other data
    session.selection()->setIndex(onB->id);
    QCOMPARE(session.selection()->run(), -1);
}

void TestSession::stylesAreReused() {
    Session session;
    const auto a = makeDataset("a");
    session.addDataset(a, std::nullopt);
    const auto first = addIndex(session, a);
    QCOMPARE(addIndex(session, a)->series, 1);
    session.removeIndex(first->id);
    QCOMPARE(addIndex(session, a)->series, 0);
}

void TestSession::settingsComeBack() {
    QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
    QSettings().clear();
    Settings settings = loadSettings();
    QCOMPARE(settings.k, 10);
    settings.layout = "layout";
    settings.theme = ui::Theme::Dark;
    settings.configuration = QStringLiteral("Vamana64|alpha=1.2");
    settings.k = 25;
    settings.measureQueries = 0;
    for (int i = 0; i < 15; ++i)
        settings.addRecent(QStringLiteral("/data/%1").arg(i));
    settings.addRecent(QStringLiteral("/data/9"));
    saveSettings(settings);
    const Settings back = loadSettings();
    QCOMPARE(back.layout, settings.layout);
    QCOMPARE(back.theme, ui::Theme::Dark);
    QCOMPARE(back.configuration, settings.configuration);
    QCOMPARE(back.k, 25);
    QCOMPARE(back.measureQueries, 0);
    QCOMPARE(back.recentFiles.size(), Settings::kRecentFiles);
    QCOMPARE(back.recentFiles.first(), QStringLiteral("/data/9"));
    QCOMPARE(back.recentFiles.count(QStringLiteral("/data/9")), 1);
    QSettings().clear();
}

void TestSession::commandLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("complaint"); ///< empty: accepted
    const auto row = [](const char* name, const char* line, const char* complaint) {
        QTest::newRow(name) << QString::fromLatin1(line).split(QLatin1Char(' '), Qt::SkipEmptyParts)
                            << QString::fromLatin1(complaint);
    };
    row("nothing", "", "");
    row("data", "x.hdf5", "");
    row("all",
        "--headless x.hdf5 --queries q --truth=t --metric ip --config Flat --save d --theme dark --size "
        "800x600 -k 5",
        "");
    row("help", "--help", "");
    row("unknown", "--frobnicate", "no option --frobnicate");
    row("no value", "x --config", "--config needs a value");
    row("value too much", "--headless=yes", "takes no value");
    row("two data sets", "a.hdf5 b.hdf5", "One data set");
    row("metric", "a --metric hamming", "not \"hamming\"");
    row("size", "a --size big", "WIDTHxHEIGHT");
    row("theme", "a --theme pink", "light, dark or system");
    row("k", "a -k 0", "1 to 1000");
    row("queries alone", "--queries q", "need DATA");
    row("save without headless", "a --save d", "belongs to --headless");
    row("configuration", "a --config IVF,Flat", "^\n");
}

void TestSession::commandLine() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, complaint);
    const auto result = parseArguments(arguments);
    QCOMPARE(result.ok(), complaint.isEmpty());
    if (!result)
        QVERIFY2(QString::fromStdString(result.error().message).contains(complaint),
                 result.error().message.c_str());
}

void TestSession::commandLineValues() {
    const auto a =
        *parseArguments({QStringLiteral("--headless"), QStringLiteral("--config"), QStringLiteral("Flat"),
                         QStringLiteral("--config=IVF4,Flat||nprobe=2"), QStringLiteral("--metric=ip"),
                         QStringLiteral("--size"), QStringLiteral("1024x700"), QStringLiteral("--"),
                         QStringLiteral("--odd name")});
    QVERIFY(a.headless && a.data);
    QCOMPARE(a.data->base.string(), std::string("--odd name"));
    QVERIFY(a.data->metric == Metric::InnerProduct);
    QCOMPARE(a.configurations, (QStringList{QStringLiteral("Flat"), QStringLiteral("IVF4,Flat||nprobe=2")}));
    QCOMPARE(a.size, QSize(1024, 700));
    QVERIFY(helpText().contains(QStringLiteral("--headless")));
}

void TestSession::droppedFiles() {
    const auto paths = [](std::initializer_list<const char*> names) {
        QStringList result;
        for (const char* name : names)
            result << QString::fromLatin1(name);
        return result;
    };
    const auto three =
        ui::datasetsOf(paths({"/d/sift_groundtruth.ivecs", "/d/sift_base.fvecs", "/d/sift_query.fvecs"}));
    QCOMPARE(three.size(), 1u);
    QCOMPARE(three[0].base.string(), std::string("/d/sift_base.fvecs"));
    QCOMPARE(three[0].queries.string(), std::string("/d/sift_query.fvecs"));
    QCOMPARE(three[0].truth.string(), std::string("/d/sift_groundtruth.ivecs"));
    const auto two = ui::datasetsOf(paths({"/d/a.hdf5", "/d/b.hdf5"}));
    QCOMPARE(two.size(), 2u);
    QVERIFY(two[0].queries.empty());
    // A single file is the base whatever its name says.
    QCOMPARE(ui::datasetsOf(paths({"/d/test.npy"}))[0].base.string(), std::string("/d/test.npy"));
    QVERIFY(ui::datasetsOf({}).empty());
}

QTEST_MAIN(TestSession)
#include "tst_session.moc"
