// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/item_store.h"
#include "ui/panels/item_box.h"
#include "ui/views/item_card.h"

#include <QApplication>
#include <QDropEvent>
#include <QHelpEvent>
#include <QLineEdit>
#include <QMenu>
#include <QMimeData>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QToolTip>

#include <cmath>

using namespace annscope;
using namespace annscope::ui;

namespace {

/// Pictures of 16 x 16: a blot of light that wanders; the last column tells the row apart.
DatasetPtr blots(std::size_t rows, std::size_t queries, const char* source = "blots") {
    const auto make = [](std::size_t n, int base) {
        AlignedBuffer<float> values(n * 256);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < 256; ++j) {
                const double dx = double(j % 16) - double(i * 5 % 16),
                             dy = double(j / 16) - double(i * 3 % 16);
                values[i * 256 + j] = float(std::round(250 * std::exp(-(dx * dx + dy * dy) / 20)));
            }
        for (std::size_t i = 0; i < n; ++i)
            values[i * 256] = float(base + int(i));
        return VectorSet::adopt(std::move(values), n, 256);
    };
    auto dataset = std::make_shared<Dataset>();
    dataset->name = dataset->source = source;
    dataset->base = make(rows, 0);
    dataset->queries = make(queries, 100);
    return dataset;
}

DatasetPtr noise(std::size_t rows) {
    auto dataset = std::make_shared<Dataset>();
    AlignedBuffer<float> values(rows * 3);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = float(i * 7 % 11);
    dataset->name = dataset->source = "noise";
    dataset->base = VectorSet::adopt(std::move(values), rows, 3);
    return dataset;
}

} // namespace

class TestItemStore : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void init();
    void cleanup();
    void guessesPictures();
    void choiceBeatsTheGuess();
    void readsPicturesOfAFolder();
    void readsTextsOfAList();
    void sharesWhatASourceHas();
    void tellsWhatIsWrong();
    void labels();
    void cardShowsPictureAndFollows();
    void cardWaitsForItsPicture();
    void cardStaysInTheView();
    void cardOverATable();
    void boxChooses();
    void boxTakesDrops();

private:
    QString write(const QString& name, const QByteArray& text) {
        QFile file(m_folder->filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write");
        return file.fileName();
    }
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<ItemStore> m_store;
};

void TestItemStore::initTestCase() {
    applyTheme(*qApp, Theme::Light);
}

void TestItemStore::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_jobs = std::make_unique<JobRunner>();
    m_store = std::make_unique<ItemStore>(m_jobs.get());
}

void TestItemStore::cleanup() {
    m_jobs.reset();
    m_store.reset();
}

void TestItemStore::guessesPictures() {
    const DatasetPtr pictures = blots(30, 5), others = noise(30);
    QVERIFY(!m_store->hasItems(pictures));
    m_store->meet(pictures);
    m_store->meet(others);
    QTRY_VERIFY(m_store->hasItems(pictures));
    QVERIFY(m_store->items(pictures).description.contains(QStringLiteral("16 x 16 grey")));
    const ItemContent row = m_store->item({pictures, 7, false}), query = m_store->item({pictures, 3, true});
    QCOMPARE(row.state, ItemContent::State::Ready); // at once: nothing is read
    QCOMPARE(row.picture.size(), QSize(16, 16));
    QCOMPARE(qGray(row.picture.pixel(0, 0)), 7);
    QCOMPARE(qGray(query.picture.pixel(0, 0)), 103);
    QCOMPARE(m_store->item({pictures, 30, false}).state, ItemContent::State::None);
    QVERIFY(!m_store->hasItems(others));
    QCOMPARE(m_store->item({others, 0, false}).state, ItemContent::State::None);
}

void TestItemStore::choiceBeatsTheGuess() {
    const DatasetPtr pictures = blots(30, 5);
    m_store->meet(pictures); // the guess is under way
    m_store->removeItems(pictures);
    QTest::qWait(200);
    QVERIFY(!m_store->hasItems(pictures));
    m_store->meet(pictures); // looks once
    QTest::qWait(200);
    QVERIFY(!m_store->hasItems(pictures));
    m_store->showRowsAs(pictures, {32, 8, 1, false});
    QCOMPARE(m_store->item({pictures, 0, false}).picture.size(), QSize(32, 8));
}

void TestItemStore::readsPicturesOfAFolder() {
    const DatasetPtr data = noise(3);
    for (int i = 0; i < 3; ++i) {
        QImage image(i == 2 ? 900 : 20, 10, QImage::Format_RGB32);
        image.fill(QColor(10 * i, 200, 50));
        if (i < 2)
            QVERIFY(image.save(m_folder->filePath(QStringLiteral("%1.png").arg(i))));
    }
    QImage wide(900, 300, QImage::Format_RGB32);
    wide.fill(Qt::red);
    QVERIFY(wide.save(m_folder->filePath(QStringLiteral("9.png"))));
    write(QStringLiteral("1.png"), "this is not a picture");
    m_store->openItems(data, m_folder->path());
    QTRY_VERIFY(m_store->hasItems(data));
    QSignalSpy ready(m_store.get(), &ItemStore::itemReady);
    QCOMPARE(m_store->item({data, 0, false}).state, ItemContent::State::Loading);
    QTRY_COMPARE(m_store->item({data, 0, false}).state, ItemContent::State::Ready);
    QVERIFY(!ready.isEmpty());
    QCOMPARE(m_store->item({data, 0, false}).picture.pixelColor(3, 3), QColor(0, 200, 50));
    m_store->item({data, 1, false});
    m_store->item({data, 2, false});
    QTRY_COMPARE(m_store->item({data, 2, false}).state, ItemContent::State::Ready);
    QCOMPARE(m_store->item({data, 2, false}).picture.width(), ItemContent::kLargest);
    const ItemContent broken = m_store->item({data, 1, false});
    QVERIFY(broken.picture.isNull() && broken.text.contains(QStringLiteral("1.png")));
    QCOMPARE(m_store->item({data, 0, true}).state, ItemContent::State::None); // nothing is known of queries
}

void TestItemStore::readsTextsOfAList() {
    const DatasetPtr data = noise(3);
    m_store->openItems(data,
                       write(QStringLiteral("list.txt"), "Zürich\nBern\n" + QByteArray(9000, 'x') + '\n'));
    QVERIFY(m_store->items(data).busy);
    QTRY_VERIFY(m_store->hasItems(data));
    QVERIFY(!m_store->items(data).busy);
    m_store->item({data, 0, false});
    m_store->item({data, 2, false});
    QTRY_COMPARE(m_store->item({data, 0, false}).text, QStringLiteral("Zürich"));
    QTRY_VERIFY(m_store->item({data, 2, false}).text.size() > 0);
    QVERIFY(m_store->item({data, 2, false}).text.size() < 2100);
}

/// A data set opened again with another metric keeps what was chosen for its source.
void TestItemStore::sharesWhatASourceHas() {
    const DatasetPtr first = blots(30, 5), again = blots(30, 5), other = blots(30, 5, "another");
    m_store->showRowsAs(first, {16, 16, 1, false});
    QVERIFY(m_store->hasItems(again));
    QVERIFY(!m_store->hasItems(other));
}

void TestItemStore::tellsWhatIsWrong() {
    const DatasetPtr data = noise(3);
    m_store->openItems(data, write(QStringLiteral("list.txt"), "a\nb\n"));
    QTRY_VERIFY(!m_store->items(data).problem.isEmpty());
    QVERIFY(m_store->items(data).problem.contains(QStringLiteral("3 rows")));
    QVERIFY(!m_store->hasItems(data) && !m_store->items(data).busy);
    m_store->openItems(data, write(QStringLiteral("list.txt"), "a\nb\nc\n"));
    QVERIFY(m_store->items(data).problem.isEmpty());
    QTRY_VERIFY(m_store->hasItems(data));
    m_store->openItems(data, QStringLiteral("/no/such/file")); // the old ones stay
    QTRY_VERIFY(!m_store->items(data).problem.isEmpty());
    QVERIFY(m_store->hasItems(data));
}

void TestItemStore::labels() {
    const DatasetPtr data = noise(3);
    QSignalSpy changed(m_store.get(), &ItemStore::changed);
    m_store->openLabels(data, write(QStringLiteral("labels.txt"), "coat\nbag\ncoat\n"));
    QTRY_VERIFY(m_store->labels(data));
    QVERIFY(!changed.isEmpty());
    QCOMPARE(m_store->label({data, 2, false}), QStringLiteral("coat"));
    QCOMPARE(m_store->label({data, 0, true}), QString());
    QCOMPARE(m_store->label({data, 99, false}), QString());
    m_store->openLabels(data, write(QStringLiteral("fewer.txt"), "coat\n"));
    QTRY_VERIFY(!m_store->labelFile(data).problem.isEmpty());
    QVERIFY(m_store->labels(data));
    m_store->removeLabels(data);
    QVERIFY(!m_store->labels(data) && m_store->labelFile(data).problem.isEmpty());
}

void TestItemStore::cardShowsPictureAndFollows() {
    const DatasetPtr data = blots(30, 5);
    m_store->showRowsAs(data, {16, 16, 1, false});
    QWidget view;
    view.resize(500, 400);
    auto* card = new ItemCard(&view);
    view.show();
    card->showAt({{data, 4, false}, {}, {}}, {50, 300});
    QVERIFY(card->isVisible()); // without a store: its number
    const QSize bare = card->size();
    card->setStore(m_store.get());
    card->showAt({{data, 4, false}, {{QStringLiteral("distance"), QStringLiteral("12.4"), {}}}, {}},
                 {50, 300});
    card->showAt({{data, 5, false}, {{QStringLiteral("distance"), QStringLiteral("12.4"), {}}}, {}},
                 {50, 300});
    QVERIFY(card->width() > bare.width() + 100 && card->height() > 112);
    const QPoint before = card->pos();
    card->showAt({{data, 5, false}, {{QStringLiteral("distance"), QStringLiteral("12.4"), {}}}, {}},
                 {80, 310});
    QCOMPARE(card->pos() - before, QPoint(30, 10));
    // the picture's own pixels, each as a square of 7 x 7
    const QImage shot = card->grab().toImage();
    const QImage picture = m_store->item({data, 5, false}).picture;
    for (const QPoint p : {QPoint(0, 0), QPoint(9, 15), QPoint(15, 15)})
        QCOMPARE(qGray(shot.pixel(8 + 7 * p.x() + 3, 8 + 7 * p.y() + 3)), qGray(picture.pixel(p)));
    card->clear();
    QVERIFY(!card->isVisible());
}

void TestItemStore::cardWaitsForItsPicture() {
    const DatasetPtr data = noise(2);
    m_store->openItems(data,
                       write(QStringLiteral("list.txt"), "a town\nanother town with a rather long name\n"));
    QTRY_VERIFY(m_store->hasItems(data));
    QWidget view;
    view.resize(600, 400);
    view.show();
    ItemCard card(&view);
    card.setStore(m_store.get());
    QVERIFY(card.knows({data, 1, false}) && !card.knows({data, -1, false}) && !card.knows({}));
    card.showAt({{data, 1, false}, {}, {}}, {10, 390});
    const QSize waiting = card.size();
    QTRY_VERIFY(card.size() != waiting); // the text has come
}

void TestItemStore::cardStaysInTheView() {
    const DatasetPtr data = blots(30, 5);
    m_store->showRowsAs(data, {16, 16, 1, false});
    QWidget view;
    view.resize(320, 260);
    view.show();
    ItemCard card(&view);
    card.setStore(m_store.get());
    for (const QPointF at :
         {QPointF(0, 0), QPointF(319, 0), QPointF(0, 259), QPointF(319, 259), QPointF(160, 130)}) {
        card.showAt({{data, 1, true}, {}, {}}, at);
        QVERIFY(view.rect().contains(card.geometry()));
    }
}

void TestItemStore::cardOverATable() {
    const DatasetPtr data = blots(30, 5);
    m_store->showRowsAs(data, {16, 16, 1, false});
    QStandardItemModel model(30, 2);
    QTableView table;
    table.setModel(&model);
    table.resize(500, 400);
    auto* hover = new ItemCardForTable(&table, [&](const QModelIndex& index) {
        return ItemCard::Content{{index.row() == 2 ? nullptr : data, index.row(), false}, {}, {}};
    });
    hover->card()->setStore(m_store.get());
    table.show();
    QVERIFY(QTest::qWaitForWindowExposed(&table));
    const auto at = [&](int row) { return table.visualRect(model.index(row, 0)).center(); };
    QTest::mouseMove(table.viewport(), at(1));
    QTRY_VERIFY(hover->card()->isVisible());
    QCOMPARE(hover->card()->content()->key.row, 1);
    QTest::mouseMove(table.viewport(), at(3));
    QTRY_COMPARE(hover->card()->content()->key.row, 3);
    // It takes the place of the table's tooltip.
    model.setData(model.index(3, 0), QStringLiteral("tip"), Qt::ToolTipRole);
    QHelpEvent tip(QEvent::ToolTip, at(3), table.viewport()->mapToGlobal(at(3)));
    QApplication::sendEvent(table.viewport(), &tip);
    QVERIFY(!QToolTip::isVisible());
    QTest::mouseMove(table.viewport(), at(2));
    QTRY_VERIFY(!hover->card()->isVisible());
    QTest::mouseMove(table.viewport(), at(3));
    QTRY_VERIFY(hover->card()->isVisible());
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(table.viewport(), &leave);
    QVERIFY(!hover->card()->isVisible());
}

void TestItemStore::boxChooses() {
    const DatasetPtr data = blots(30, 5);
    ItemBox box;
    box.setStore(m_store.get());
    box.setDataset(data);
    box.show();
    QTRY_VERIFY(box.itemsText().contains(QStringLiteral("16 x 16 grey"))); // it asked for the guess
    QCOMPARE(box.labelsText(), QStringLiteral("none"));
    QMenu* menu = box.itemsButton()->menu();
    emit menu->aboutToShow();
    const auto trigger = [menu](const QString& text) {
        for (QAction* action : menu->actions())
            if (action->text().contains(text))
                return action->trigger();
        QFAIL(qPrintable(text));
    };
    trigger(QStringLiteral("another size"));
    QVERIFY(box.shapeField()->isVisible());
    QTest::keyClicks(box.shapeField(), QStringLiteral("twelve"));
    QTest::keyClick(box.shapeField(), Qt::Key_Return);
    QVERIFY(box.problem().contains(QStringLiteral("twelve")));
    box.shapeField()->clear();
    QTest::keyClicks(box.shapeField(), QStringLiteral("10 x 10"));
    QTest::keyClick(box.shapeField(), Qt::Key_Return);
    QVERIFY2(box.problem().contains(QStringLiteral("256")), qPrintable(box.problem()));
    box.shapeField()->clear();
    QTest::keyClicks(box.shapeField(), QStringLiteral("8 x 32"));
    QTest::keyClick(box.shapeField(), Qt::Key_Return);
    QVERIFY(!box.shapeField()->isVisible());
    QVERIFY(box.itemsText().contains(QStringLiteral("8 x 32")));
    QCOMPARE(box.problem(), QString());
    emit menu->aboutToShow();
    trigger(QStringLiteral("None"));
    QCOMPARE(box.itemsText(), QStringLiteral("none"));
    emit menu->aboutToShow();
    trigger(QStringLiteral("16 x 16 grey"));
    QVERIFY(m_store->hasItems(data));
}

void TestItemStore::boxTakesDrops() {
    const DatasetPtr data = noise(2);
    ItemBox box;
    box.setStore(m_store.get());
    box.setDataset(data);
    box.resize(300, 120);
    box.show();
    const auto drop = [&](const QString& path, QPointF at) {
        QMimeData mime;
        mime.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter(at.toPoint(), Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&box, &enter);
        if (!enter.isAccepted())
            return;
        QDropEvent event(at, Qt::CopyAction, &mime, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(&box, &event);
    };
    drop(write(QStringLiteral("towns.txt"), "a\nb\n"), {10, 5});
    QTRY_VERIFY(m_store->hasItems(data));
    drop(write(QStringLiteral("classes.txt"), "1\n2\n"), {10, 5}); // its name tells
    QTRY_VERIFY(m_store->labels(data));
    m_store->removeLabels(data);
    drop(write(QStringLiteral("kinds.txt"), "1\n1\n"), QPointF(box.labelsButton()->geometry().center()));
    QTRY_VERIFY(m_store->labels(data));
    QCOMPARE(m_store->labels(data)->names.size(), std::size_t{1});
    QVERIFY(box.itemsText().contains(QStringLiteral("towns.txt")));
}

QTEST_MAIN(TestItemStore)
#include "tst_item_store.moc"
