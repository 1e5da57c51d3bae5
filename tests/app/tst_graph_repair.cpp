// SPDX-License-Identifier: GPL-3.0-or-later
// A damaged graph is repaired in the window and on the command line, and the repair is taken back.
#include "app/dock.h"
#include "app/main_window.h"
#include "damaged_graph.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "index/serialize.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/common/theme.h"
#include "ui/panels/health_panel.h"
#include "ui/panels/message_bar.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace annscope;

class TestGraphRepair : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void repairInTheWindowAndUndo();
    void failureIsASentence();
    void repairOnTheCommandLine();
    void commandLineRefusesNonsense_data();
    void commandLineRefusesNonsense();

private:
    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }
    QTemporaryDir m_folder;
    std::shared_ptr<Dataset> m_data;
    Configuration m_configuration = parse_configuration("Vamana8").value();
    std::size_t m_cut = 0;
};

void TestGraphRepair::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    qputenv("XDG_CACHE_HOME", m_folder.path().toUtf8());
    QCoreApplication::setOrganizationName(QStringLiteral("annscope-test"));
    QCoreApplication::setApplicationName(QStringLiteral("tst_graph_repair"));
    QSettings().clear();
    ui::applyTheme(*qApp, ui::Theme::Light);
    m_data = std::make_shared<Dataset>(sample_points({}).value());
    m_data->truth = exact_neighbours(m_data->base, m_data->queries, m_data->metric, 10, {}).value();
    const auto index = build_and_fill(m_configuration, m_data->base, m_data->metric, 1, {});
    QVERIFY(index.ok());
    m_cut = test::nodes_to_cut(*(*index)->graph(), 9).size();
    QVERIFY(m_cut > 5);
    QVERIFY(test::save_damaged(**index, path("damaged").toStdString(), 9).ok());
}

void TestGraphRepair::repairInTheWindowAndUndo() {
    Settings settings;
    settings.measureQueries = 20;
    MainWindow window(settings, false);
    window.resize(1280, 800);
    window.show();
    window.session()->addDataset(m_data, std::nullopt);
    const std::shared_ptr<const Index> damaged = load_index(path("damaged").toStdString(), {}).value();
    const BuiltIndexPtr original =
        window.session()->addIndex(QStringLiteral("Vamana8"), m_configuration, damaged, m_data);
    window.session()->selection()->setIndex(original->id);
    QVERIFY(!window.health()->ready()); // nobody looks at it yet
    window.bringUp("health");
    QTRY_VERIFY(window.health()->ready());
    QPushButton* repair = window.health()->repairButton();
    QVERIFY(repair->isVisible());
    QTest::mouseClick(repair, Qt::LeftButton);
    QTRY_COMPARE(window.session()->indexes().size(), std::size_t(2));
    const BuiltIndexPtr repaired = window.session()->indexes().back();
    QVERIFY(repaired->title.contains(QStringLiteral("repaired")));
    QCOMPARE(window.session()->selection()->index(), repaired->id);
    QTRY_VERIFY(window.health()->ready() && window.health()->model()->columnCount() == 3);
    const ui::HealthModel* model = window.health()->model();
    const int row = model->rowOf(QStringLiteral("unreachable"));
    QCOMPARE(model->index(row, 1).data(ui::HealthModel::RawRole).toDouble(), 0.0);
    QCOMPARE(model->index(row, 2).data(ui::HealthModel::RawRole).toDouble(), double(m_cut));
    QVERIFY(!repair->isVisible());
    // The button of the message takes the repaired one away; redo brings it back.
    QPushButton* undo = nullptr;
    for (QPushButton* button : window.messages()->findChildren<QPushButton*>())
        if (button->isVisible() && button->text() == QStringLiteral("Undo"))
            undo = button;
    QVERIFY(undo);
    QTest::mouseClick(undo, Qt::LeftButton);
    QCOMPARE(window.session()->indexes().size(), std::size_t(1));
    QCOMPARE(window.session()->selection()->index(), original->id);
    QTRY_VERIFY(window.health()->ready() && repair->isVisible() && repair->isEnabled());
    window.session()->undo()->undo();
    QCOMPARE(window.session()->indexes().size(), std::size_t(2));
}

void TestGraphRepair::failureIsASentence() {
    MainWindow window({}, false);
    window.show();
    window.session()->addDataset(m_data, std::nullopt);
    auto flat = build_and_fill(parse_configuration("Flat").value(), m_data->base, m_data->metric, 1, {});
    const BuiltIndexPtr index = window.session()->addIndex(
        QStringLiteral("Flat"), m_configuration, std::shared_ptr<const Index>(*std::move(flat)), m_data);
    window.workflow()->repair(index);
    QTRY_VERIFY(window.messages()->isVisible());
    QCOMPARE(window.session()->indexes().size(), std::size_t(1));
}

void TestGraphRepair::repairOnTheCommandLine() {
    QFile csv(path("points.csv"));
    QVERIFY(csv.open(QIODevice::WriteOnly));
    for (std::size_t i = 0; i < m_data->base.size(); ++i) {
        const auto row = m_data->base.view<float>()[i];
        csv.write(QByteArray::number(double(row[0]), 'g', 9) + ',' +
                  QByteArray::number(double(row[1]), 'g', 9) + '\n');
    }
    csv.close();
    QFile queries(path("queries.csv"));
    QVERIFY(queries.open(QIODevice::WriteOnly));
    for (std::size_t i = 0; i < m_data->queries.size(); ++i) {
        const auto row = m_data->queries.view<float>()[i];
        queries.write(QByteArray::number(double(row[0]), 'g', 9) + ',' +
                      QByteArray::number(double(row[1]), 'g', 9) + '\n');
    }
    queries.close();
    QProcess process;
    process.start(QStringLiteral(ANNSCOPE_CLI),
                  {QStringLiteral("health"), QStringLiteral("--base"), csv.fileName(),
                   QStringLiteral("--queries"), queries.fileName(), QStringLiteral("--index"),
                   path("damaged"), QStringLiteral("--repair"), QStringLiteral("--save"), path("repaired"),
                   QStringLiteral("--json"), path("health.json")});
    QVERIFY(process.waitForFinished(60000));
    const QString out = QString::fromUtf8(process.readAllStandardOutput());
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
    QVERIFY2(out.contains(QStringLiteral("cannot be reached from the entry")), qPrintable(out));
    QVERIFY(out.contains(QStringLiteral("before")) && out.contains(QStringLiteral("repaired")));
    QFile file(path("health.json"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QJsonObject json = QJsonDocument::fromJson(file.readAll()).object();
    const QJsonObject before = json[QStringLiteral("before")].toObject(),
                      after = json[QStringLiteral("repaired")].toObject();
    QCOMPARE(before[QStringLiteral("unreachable")].toInt(), int(m_cut));
    QCOMPARE(before[QStringLiteral("unreachable_ids")].toArray().size(), qsizetype(m_cut));
    QCOMPARE(after[QStringLiteral("unreachable")].toInt(), 0);
    QCOMPARE(after[QStringLiteral("search")].toObject()[QStringLiteral("highest_recall")].toDouble(), 1.0);
    // What was saved is the repaired one.
    process.start(QStringLiteral(ANNSCOPE_CLI),
                  {QStringLiteral("health"), QStringLiteral("--base"), csv.fileName(),
                   QStringLiteral("--queries"), queries.fileName(), QStringLiteral("--index"),
                   path("repaired")});
    QVERIFY(process.waitForFinished(60000));
    QVERIFY(process.readAllStandardOutput().contains("nodes can be reached from the entry"));
    process.start(QStringLiteral(ANNSCOPE_CLI),
                  {QStringLiteral("hops"), QStringLiteral("--base"), csv.fileName(),
                   QStringLiteral("--queries"), queries.fileName(), QStringLiteral("--config"),
                   QStringLiteral("Vamana4"), QStringLiteral("--config"), QStringLiteral("HNSW4"),
                   QStringLiteral("--recall"), QStringLiteral("0.9"), QStringLiteral("--recall"),
                   QStringLiteral("0.99"), QStringLiteral("--json"), path("hops.json")});
    QVERIFY(process.waitForFinished(60000));
    QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
    QFile hops(path("hops.json"));
    QVERIFY(hops.open(QIODevice::ReadOnly));
    const QJsonArray all = QJsonDocument::fromJson(hops.readAll()).array();
    QCOMPARE(all.size(), 2);
    QCOMPARE(all[1].toObject()[QStringLiteral("max_degree")].toInt(), 8);
    QCOMPARE(all[0].toObject()[QStringLiteral("targets")].toArray().size(), 2);
}

void TestGraphRepair::commandLineRefusesNonsense_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("part");
    const auto row = [](const char* name, const QString& arguments, const char* part) {
        QTest::newRow(name) << arguments.split(u' ') << QByteArray(part);
    };
    row("no index", QStringLiteral("health points.csv"), "name an index");
    row("no graph", QStringLiteral("health points.csv --config Flat"), "no graph");
    row("save without repair", QStringLiteral("health points.csv --config Vamana8 --save x"), "--repair");
    row("bad line", QStringLiteral("health points.csv --config Vamanna8"), "Vamanna8");
    row("hops without a graph", QStringLiteral("hops points.csv --config IVF4,Flat"), "no search width");
    row("hops at nonsense", QStringLiteral("hops points.csv --config Vamana8 --recall 2"), "recall");
}

void TestGraphRepair::commandLineRefusesNonsense() {
    QFETCH(QStringList, arguments);
    QFETCH(QByteArray, part);
    QProcess process;
    process.setWorkingDirectory(m_folder.path());
    process.start(QStringLiteral(ANNSCOPE_CLI), arguments);
    QVERIFY(process.waitForFinished(60000));
    const QByteArray said = process.readAllStandardError();
    QVERIFY(process.exitCode() == 1 || process.exitCode() == 2);
    QVERIFY2(said.contains(part), said.constData());
}

QTEST_MAIN(TestGraphRepair)
#include "tst_graph_repair.moc"
