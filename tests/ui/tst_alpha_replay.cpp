// SPDX-License-Identifier: GPL-3.0-or-later
// The alpha laboratory's replay of a build and of a pruning.
#include "alpha_window.h"
#include "picture_folder.h"
#include "ui/common/step_player.h"
#include "ui/common/theme.h"
#include "ui/models/prune_model.h"
#include "ui/panels/prune_page.h"
#include "ui/views/geometry/occlusion.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QComboBox>
#include <QTableView>

#include <algorithm>

using namespace annscope;
using namespace annscope::ui;
using Window = annscope::test::AlphaWindow;
using annscope::test::kAlphaPatience;

namespace {

void savePicture(const QPixmap& picture, const QString& name) {
    if (const QString folder = test::pictureFolder(); !folder.isEmpty())
        QVERIFY(picture.save(QDir(folder).filePath(name + QStringLiteral(".png"))));
}

} // namespace

class AlphaReplayTest : public QObject {
    Q_OBJECT
private slots:
    void initTestCase();
    void playerStepsThroughTheBuild();
    void keysStep();
    void clickOpensThePruning();
    void tableGoesToACandidate();
    void choosingAPruningShowsItOnBothSides();
    void regionIsWhereTheRuleHolds();
    void pictures_data();
    void pictures();
};

void AlphaReplayTest::initTestCase() {
    applyTheme(*qApp, Theme::Light);
}

void AlphaReplayTest::playerStepsThroughTheBuild() {
    Window w;
    StepPlayer* player = w.lab.player();
    const BuildRecording& recording = w.lab.pair()->sides[0]->build.recording;
    QCOMPARE(player->count(), int(recording.frames()));
    QCOMPARE(player->step(), player->count() - 1);
    auto* start = player->findChild<QToolButton*>(QStringLiteral("skip-start"));
    QTest::mouseClick(start, Qt::LeftButton);
    QCOMPARE(w.canvas(0)->frame(), std::size_t(0));
    QCOMPARE(w.lab.side(0)->text(AlphaSide::Degree), QStringLiteral("0"));
    auto* forward = player->findChild<QToolButton*>(QStringLiteral("step-forward"));
    QTest::mouseClick(forward, Qt::LeftButton);
    QCOMPARE(w.canvas(1)->frame(), std::size_t(1));
    QCOMPARE(w.lab.side(0)->text(AlphaSide::Hops), QStringLiteral("–"));
    auto* speed = player->findChild<QComboBox*>();
    speed->setCurrentIndex(speed->count() - 1);
    QTest::mouseClick(player->findChild<QToolButton*>(QStringLiteral("play")), Qt::LeftButton);
    QVERIFY(player->playing());
    QTRY_COMPARE_WITH_TIMEOUT(player->step(), player->count() - 1, kAlphaPatience);
    QTRY_VERIFY(!player->playing());
    QVERIFY(w.lab.side(0)->text(AlphaSide::Hops) != QStringLiteral("–"));
    // In the middle of the first pass the path ends at a node that is in the graph already.
    player->setStep(5);
    QVERIFY(w.settle());
    QTRY_VERIFY(w.canvas(0)->path() && w.canvas(0)->path()->frame == 5);
    std::vector<std::uint32_t> there;
    for (std::size_t f = 0; f <= 5; ++f)
        there.insert(there.end(), recording.batch(f).begin(), recording.batch(f).end());
    const std::uint32_t found = w.canvas(0)->path()->found;
    QVERIFY(std::ranges::find(there, found) != there.end());
}

void AlphaReplayTest::keysStep() {
    Window w;
    const int last = w.lab.player()->count() - 1;
    w.canvas(0)->setFocus();
    QTest::keyClick(w.canvas(0), Qt::Key_Left);
    QCOMPARE(w.lab.player()->step(), last - 1);
    QTest::keyClick(w.canvas(0), Qt::Key_Right);
    QCOMPARE(w.lab.player()->step(), last);
    QTest::keyClick(w.canvas(0), Qt::Key_Home);
    QCOMPARE(w.lab.player()->step(), 0);
    QTest::keyClick(w.canvas(0), Qt::Key_Space);
    QVERIFY(w.lab.player()->playing());
    QTest::keyClick(w.canvas(0), Qt::Key_Space);
    QVERIFY(!w.lab.player()->playing());
}

void AlphaReplayTest::clickOpensThePruning() {
    Window w;
    const std::size_t point = w.lonelyPoint();
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(point));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QVERIFY(page->isVisible() && !w.lab.player()->isVisible());
    for (std::size_t s = 0; s < 2; ++s) {
        const AlphaPruningsPtr prunings = page->prunings(s);
        QVERIFY(prunings);
        QCOMPARE(prunings->node, std::uint32_t(point));
        const NodePruning& shown = prunings->list[page->which(s)];
        QCOMPARE(shown.pass, 2);
        QCOMPARE(shown.alpha, s == 0 ? 1.0f : 1.2f);
        const QAbstractItemModel* model = page->table(s)->model();
        QAbstractItemModelTester tester(const_cast<QAbstractItemModel*>(model));
        QCOMPARE(model->rowCount(), int(shown.trace.steps.size()));
        for (int row = 0; row < model->rowCount(); ++row) {
            const PruneStep& step = shown.trace.steps[std::size_t(row)];
            const QString text = model->index(row, PruneModel::Verdict).data().toString();
            QCOMPARE(model->index(row, PruneModel::Node).data().toString(), QString::number(step.node.id));
            if (step.verdict == PruneVerdict::Kept)
                QCOMPARE(text, QStringLiteral("kept"));
            if (step.verdict == PruneVerdict::RuledOut)
                QVERIFY(text.contains(QString::number(step.by)));
        }
    }
    QTest::keyClick(w.canvas(0), Qt::Key_Escape);
    QVERIFY(!page->isVisible() && w.lab.player()->isVisible());
}

void AlphaReplayTest::tableGoesToACandidate() {
    Window w({1100, 900});
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QTableView* table = page->table(1);
    QVERIFY(table->isVisible());
    table->scrollToTop();
    const QModelIndex second = table->model()->index(1, 0);
    QTest::mouseClick(table->viewport(), Qt::LeftButton, {}, table->visualRect(second).center());
    QCOMPARE(page->player()->step(), 2);
    QCOMPARE(page->step(1), std::size_t(2));
    QVERIFY(table->model()->index(2, PruneModel::Verdict).data().toString().isEmpty());
    const PruneStep& step = page->prunings(1)->list[page->which(1)].trace.steps[1];
    QVERIFY(page->verdict(1).contains(QString::number(step.node.id)));
    QTest::keyClick(table, Qt::Key_Down);
    QCOMPARE(page->player()->step(), 3);
    w.canvas(0)->setFocus();
    QTest::keyClick(w.canvas(0), Qt::Key_Right);
    QCOMPARE(page->player()->step(), 4);
}

void AlphaReplayTest::choosingAPruningShowsItOnBothSides() {
    Window w;
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    PrunePage* page = w.lab.prunePage();
    QComboBox* choice = page->choice(1);
    QVERIFY(choice->count() >= 2);
    choice->setFocus();
    QTest::keyClick(choice, Qt::Key_Home);
    for (std::size_t s = 0; s < 2; ++s) {
        const NodePruning& shown = page->prunings(s)->list[page->which(s)];
        QCOMPARE(shown.pass, 1);
        QCOMPARE(shown.alpha, 1.0f);
    }
}

void AlphaReplayTest::regionIsWhereTheRuleHolds() {
    const Point2 p{0.3f, -0.2f}, k{0.9f, 0.4f};
    for (const double alpha : {1.0, 1.2, 2.5}) {
        const Occlusion region = Occlusion::of(p, k, alpha);
        QCOMPARE(region.disc, alpha > 1);
        int in = 0;
        for (int i = 0; i < 4000; ++i) {
            const double x = -4 + 8 * double(i % 63) / 63, y = -4 + 8 * double(i) / 4000;
            const double toK = (x - k[0]) * (x - k[0]) + (y - k[1]) * (y - k[1]);
            const double toP = (x - p[0]) * (x - p[0]) + (y - p[1]) * (y - p[1]);
            if (std::abs(alpha * toK - toP) < 1e-6)
                continue;
            QCOMPARE(region.contains(x, y), alpha * toK <= toP);
            in += region.contains(x, y);
        }
        QVERIFY(in > 10 && in < 3990);
    }
}

void AlphaReplayTest::pictures_data() {
    QTest::addColumn<bool>("dark");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<int>("points");
    QTest::newRow("alpha-light") << false << QSize(1100, 760) << 200;
    QTest::newRow("alpha-dark") << true << QSize(1100, 760) << 200;
    QTest::newRow("alpha-many") << false << QSize(1300, 800) << 3000;
    QTest::newRow("alpha-small") << false << QSize(530, 330) << 200;
}

void AlphaReplayTest::pictures() {
    QFETCH(bool, dark);
    QFETCH(QSize, size);
    QFETCH(int, points);
    applyTheme(*qApp, dark ? Theme::Dark : Theme::Light);
    Window w(size);
    if (points != 200) {
        w.lab.countField()->setValue(points);
        QVERIFY(w.settle());
    }
    QCOMPARE(w.lab.width(), size.width()); // a small window has no more
    const QString name = QString::fromLatin1(QTest::currentDataTag());
    savePicture(w.lab.grab(), name);
    w.lab.player()->setStep(14);
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-pass1"));
    w.lab.player()->setStep(w.lab.player()->count() - 8);
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-pass2"));
    w.lab.player()->toEnd();
    w.lab.side(0)->canvas()->fit();
    QTest::mouseClick(w.canvas(0), Qt::LeftButton, {}, w.pixel(w.lonelyPoint()));
    QVERIFY(w.settle());
    savePicture(w.lab.grab(), name + QStringLiteral("-prune"));
    w.lab.prunePage()->player()->setStep(9);
    savePicture(w.lab.grab(), name + QStringLiteral("-prune9"));
    applyTheme(*qApp, Theme::Light);
}

QTEST_MAIN(AlphaReplayTest)
#include "tst_alpha_replay.moc"
