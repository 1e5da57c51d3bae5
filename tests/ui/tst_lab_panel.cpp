// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/random.h"
#include "index/kind.h"
#include "spec/parser.h"
#include "ui/common/choice_spin.h"
#include "ui/common/factory_edit.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/codes_model.h"
#include "ui/panels/lab_code.h"
#include "ui/panels/lab_memory.h"
#include "ui/panels/lab_panel.h"
#include "ui/panels/lab_readouts.h"
#include "ui/panels/param_slider.h"
#include "ui/views/density_image.h"
#include "ui/views/distance_density.h"
#include "ui/views/rerank_curve.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>
#include <QTest>
#include <QToolButton>

#include <cmath>
#include <memory>

using namespace annscope;
using namespace annscope::ui;

namespace {

constexpr int kPatience = 30000;

DatasetPtr dataset(std::size_t rows = 1500, std::size_t dim = 16) {
    const auto points = [dim](std::size_t count, std::uint64_t seed) {
        AlignedBuffer<float> buffer(count * dim);
        Random random(seed);
        for (std::size_t i = 0; i < count; ++i) {
            const auto centre = static_cast<double>(random.below(9));
            for (std::size_t j = 0; j < dim; ++j)
                buffer[i * dim + j] =
                    static_cast<float>(std::sin(centre * double(j + 1)) * 4 + random.normal());
        }
        return VectorSet::adopt(std::move(buffer), count, dim);
    };
    auto data = std::make_shared<Dataset>();
    data->name = "blobs";
    data->base = points(rows, 1);
    data->queries = points(40, 2);
    return data;
}

SpecNode parsed(const char* text) {
    return parse_spec(text).value().root;
}

bool built(const char* text) {
    return find_kind(parsed(text)) != nullptr;
}

/// A study made by hand: the i-th of n neighbours has rank first + i * step.
StudyPtr handmade(std::size_t n, double first, double step) {
    auto study = std::make_shared<CodeStudy>();
    study->code = "PQ4";
    study->k = 10;
    study->dim = 16;
    study->queries = n / 10;
    study->total = study->rows = 1000;
    study->code_bytes = 4;
    study->own_bytes = 64;
    study->distortion = 0.2;
    study->variance = 1;
    for (std::size_t i = 0; i < n; ++i) {
        study->ranks.push_back({first + step * double(i), HUGE_VAL});
        study->neighbours.push_back({1.0F + float(i) * 0.01F, 1.1F + float(i) * 0.01F});
        study->random.push_back({4.0F + float(i) * 0.05F, 4.0F + float(i) * 0.05F});
    }
    for (int f = 1; f <= 100; ++f)
        study->cuts.push_back({1 + f * 0.02, 1 + f * 0.03, 1 + f * 0.04});
    return study;
}

} // namespace

class TestLabPanel : public QObject {
    Q_OBJECT
private slots:
    void init() {
        applyTheme(*qApp, Theme::Light);
        m_jobs = std::make_unique<JobRunner>();
        m_panel = std::make_unique<LabPanel>(m_jobs.get());
        m_panel->resize(900, 800);
    }
    void cleanup() {
        m_panel.reset();
        m_jobs.reset();
    }

    void teachesWhenEmpty() {
        show();
        const auto labels = m_panel->findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
            return label->isVisible() && label->text().contains(QStringLiteral("What a code costs"));
        }));
        QSignalSpy open(m_panel.get(), &LabPanel::emptyTriggered);
        for (QPushButton* button : m_panel->findChildren<QPushButton*>())
            if (button->isVisible() && button->text().contains(QStringLiteral("Open")))
                QTest::mouseClick(button, Qt::LeftButton);
        QCOMPARE(open.count(), 1);
    }

    void studiesNothingOutOfSight() {
        m_panel->setData(dataset(), 10);
        QTest::qWait(300);
        QVERIFY(!m_panel->study()->busy());
        show();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->shown() && m_panel->finished(), kPatience);
        m_panel->setCode(QStringLiteral("IVF16,Flat"));
        m_panel->hide();
        QTest::qWait(400);
        QVERIFY(!m_panel->study()->busy());
    }

    void studiesNothingBehindAnotherTab() {
        show(); // as a dock behind another tab is, for Qt
        m_panel->setInFront(false);
        m_panel->setData(dataset(), 10);
        QTest::qWait(300);
        QVERIFY(!m_panel->study()->busy() && !m_panel->shown());
        m_panel->setInFront(true);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->shown() && m_panel->finished(), kPatience);
    }

    void showsWhatACodeCosts() {
        open(QStringLiteral("IVF16,Flat"));
        const StudyPtr study = m_panel->shown();
        QCOMPARE(QString::fromStdString(study->code), QStringLiteral("IVF16,Flat"));
        QCOMPARE(m_panel->readouts()->text(LabReadouts::Bytes), QStringLiteral("64 B"));
        QCOMPARE(m_panel->readouts()->text(LabReadouts::Before), QStringLiteral("1.000"));
        QCOMPARE(m_panel->readouts()->text(LabReadouts::Factor), QStringLiteral("1"));
        QVERIFY2(m_panel->memory()->summary().contains(QStringLiteral("16 * 16 * 4 = 1,024 B")),
                 qPrintable(m_panel->memory()->summary()));
        QVERIFY(m_panel->codes()->rowCount() >= 1);
        QVERIFY(m_panel->codes()->own() >= 0);
        QCOMPARE(m_panel->codes()->studied(), m_panel->codes()->rowCount());
    }

    void tellsErrorsBesideTheLine() {
        open(QStringLiteral("IVF16,Flat"));
        m_panel->setCode(QStringLiteral("IVF16,flat"));
        QVERIFY(m_panel->message().contains(QStringLiteral("Did you mean Flat?")));
        QVERIFY(!m_panel->buildButton()->isEnabled());
        m_panel->setCode(QStringLiteral("Vamana32"));
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->message().contains(QStringLiteral("no code to study")), kPatience);
        m_panel->setCode(QStringLiteral("LSH64"));
        QTRY_VERIFY(m_panel->message().contains(QStringLiteral("not built yet")));
        m_panel->setCode(QStringLiteral("IVF16,Flat"));
        QTRY_VERIFY(m_panel->message().isEmpty());
    }

    void buttonsAndFieldsChangeTheCode() {
        if (!built("RaBitQ2"))
            QSKIP("No RaBitQ yet.");
        open(QStringLiteral("IVF16,Flat"));
        QTest::mouseClick(m_panel->familyButton(LabFamily::RaBitQ), Qt::LeftButton);
        QVERIFY(m_panel->codeLine().startsWith(QStringLiteral("IVF16,RaBitQ")));
        QVERIFY(m_panel->familyButton(LabFamily::RaBitQ)->isChecked());
        QVERIFY(!m_panel->familyButton(LabFamily::Sq8)->isChecked());
        ChoiceSpin* bits = m_panel->knob(LabKnob::Bits);
        QTRY_VERIFY(bits->isVisible());
        bits->setFocus();
        const auto before = bits->choice();
        QTest::keyClick(bits, Qt::Key_Up);
        QCOMPARE(bits->choice(), before + 1);
        QCOMPARE(m_panel->codeLine(), QStringLiteral("IVF16,RaBitQ%1").arg(before + 1));
        QTest::mouseClick(m_panel->cellsButton(), Qt::LeftButton);
        QCOMPARE(m_panel->codeLine(), QStringLiteral("RaBitQ%1").arg(before + 1));
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->shown() &&
                                     m_panel->shown()->code == "RaBitQ" + std::to_string(before + 1) &&
                                     m_panel->finished(),
                                 kPatience);
        const auto factor = m_panel->shown()->factor_for(0.95);
        QVERIFY(factor);
        QCOMPARE(m_panel->readouts()->text(LabReadouts::Factor), QString::number(*factor));
        m_panel->line()->undo();
        QVERIFY(m_panel->codeLine() != QStringLiteral("RaBitQ%1").arg(before + 1));
    }

    void tableTakesACode() {
        if (!built("RaBitQ4"))
            QSKIP("No RaBitQ yet.");
        open(QStringLiteral("RaBitQ4"));
        QTableView* table = m_panel->table();
        const QAbstractItemModel* rows = table->model();
        if (rows->rowCount() < 2)
            QSKIP("No other code of that size is built yet.");
        int other = -1;
        for (int row = 0; row < rows->rowCount(); ++row)
            if (!rows->index(row, 0).data(CodesModel::OwnRole).toBool())
                other = row;
        QVERIFY(other >= 0);
        const QString code = rows->index(other, CodesModel::Code).data().toString();
        table->scrollTo(rows->index(other, 0));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, {},
                          table->visualRect(rows->index(other, 0)).center());
        QTest::mouseDClick(table->viewport(), Qt::LeftButton, {},
                           table->visualRect(rows->index(other, 0)).center());
        QCOMPARE(m_panel->codeLine(), code);
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->shown() && QString::fromStdString(m_panel->shown()->code) == code &&
                                     m_panel->finished(),
                                 kPatience);
        for (int row = 1; row < rows->rowCount(); ++row)
            QVERIFY(rows->index(row - 1, CodesModel::Bytes).data(CodesModel::SortRole).toDouble() <=
                    rows->index(row, CodesModel::Bytes).data(CodesModel::SortRole).toDouble());
    }

    void factorMovesEverything() {
        if (!built("RaBitQ"))
            QSKIP("No RaBitQ yet.");
        open(QStringLiteral("RaBitQ"));
        const QString one = m_panel->readouts()->text(LabReadouts::After);
        QSlider* slider = m_panel->factorSlider()->slider();
        slider->setFocus();
        for (int i = 0; i < 6; ++i)
            QTest::keyClick(slider, Qt::Key_PageUp);
        const double factor = m_panel->factorSlider()->value();
        QVERIFY(factor > 2);
        QVERIFY(m_panel->readouts()->text(LabReadouts::After) >= one);
        QCOMPARE(m_panel->density()->foundShare(), m_panel->shown()->recall_after(factor));
        // A click on the curve does the same.
        const QRectF plot = m_panel->curve()->plotArea();
        const QPointF at(plot.left() + plot.width() * 0.5, plot.center().y());
        QTest::mouseClick(m_panel->curve(), Qt::LeftButton, {}, at.toPoint());
        QCOMPARE(m_panel->factorSlider()->value(), m_panel->curve()->factorAt(at.toPoint().x()));
        QVERIFY(m_panel->curve()->readout(at).contains(QStringLiteral("recall")));
        QVERIFY(m_panel->density()
                    ->readout(m_panel->density()->rect().center())
                    .contains(QStringLiteral("exact")));
    }

    void takesAllVectorsWhereItCan() {
        using Stage = LabStudy::Stage;
        const SpecNode code = parsed("PQ98"), many = parsed("PQ56x12");
        const StudyOptions quick = LabStudy::optionsOf(Stage::Quick, code, 60000, 784, 10),
                           fine = LabStudy::optionsOf(Stage::Fine, code, 60000, 784, 10);
        QCOMPARE(fine.rows, std::size_t{60000});
        QVERIFY(quick.rows > 4000 && quick.rows < fine.rows);
        QVERIFY(LabStudy::optionsOf(Stage::Fine, code, 10'000'000, 784, 10).rows < 100'000);
        QVERIFY(LabStudy::optionsOf(Stage::Quick, many, 60000, 784, 10).rows < quick.rows);
        QVERIFY(LabStudy::optionsOf(Stage::Quick, many, 60000, 784, 10).train_rows >= 4096);
        QCOMPARE(LabStudy::optionsOf(Stage::Fine, many, 500, 784, 10).train_rows, std::size_t{500});
    }

    void estimatesLookLikeIt() {
        CodeStudy part = *handmade(100, 1, 1);
        part.total = 5000;
        LabReadouts readouts;
        readouts.setStudy(std::make_shared<const CodeStudy>(part), 1);
        QCOMPARE(readouts.text(LabReadouts::Before), QStringLiteral("~0.100"));
        readouts.setStudy(handmade(100, 1, 1), 1);
        QCOMPARE(readouts.text(LabReadouts::Before), QStringLiteral("0.100"));
        CodesModel model;
        model.setCodes({{parsed("PQ4"), 4}}, 0);
        model.setStudy(0, std::make_shared<const CodeStudy>(part));
        QCOMPARE(model.index(0, CodesModel::Before).data().toString(), QStringLiteral("~0.100"));
        QVERIFY(model.index(0, CodesModel::Before)
                    .data(Qt::ToolTipRole)
                    .toString()
                    .contains(QStringLiteral("sample")));
    }

    void handsOverToBuild() {
        open(QStringLiteral("IVF16,Flat"));
        QSignalSpy take(m_panel.get(), &LabPanel::buildRequested);
        QTest::mouseClick(m_panel->buildButton(), Qt::LeftButton);
        QCOMPARE(take.count(), 1);
        QCOMPARE(take.front().front().toString(), QStringLiteral("IVF16,Flat"));
        QVERIFY(parse_configuration(m_panel->buildLine().toStdString()).ok());
        if (!built("IVF16,Flat,RFlat"))
            return;
        m_panel->factorSlider()->field()->setValue(5);
        QCOMPARE(m_panel->buildLine(), QStringLiteral("IVF16,Flat,RFlat||k_factor=5"));
    }

    void pictures() {
        open(QStringLiteral("IVF16,Flat"));
        for (const TitledPicture& picture : {m_panel->density()->picture(), m_panel->curve()->picture()}) {
            QVERIFY(!picture.title.isEmpty());
            QVERIFY(picture.subtitle.contains(QStringLiteral("IVF16,Flat")));
            QVERIFY(picture.subtitle.contains(QStringLiteral("blobs")));
            const QImage image = pictureImage(withTitles(picture), 1);
            QVERIFY(!image.isNull());
        }
    }

    void model() {
        CodesModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setCodes({{parsed("PQ4"), 4}, {parsed("IVF16,PQ4"), 4}, {parsed("SQ4"), 5}}, 0);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(0, CodesModel::Before).data().toString(), QStringLiteral("…"));
        model.setStudy(0, handmade(100, 1, 1)); // ranks 1..100
        model.setProblem(2, QStringLiteral("It cannot be."));
        QCOMPARE(model.index(0, CodesModel::Before).data(CodesModel::SortRole).toDouble(), 0.1);
        QCOMPARE(model.index(0, CodesModel::Factor90).data().toString(), QStringLiteral("9"));
        QCOMPARE(model.index(0, CodesModel::Factor99).data().toString(), QStringLiteral("10"));
        QCOMPARE(model.index(0, CodesModel::After).data(CodesModel::SortRole).toDouble(), 0.1);
        QSignalSpy data(&model, &QAbstractItemModel::dataChanged);
        model.setFactor(5);
        QCOMPARE(data.count(), 1);
        QCOMPARE(model.index(0, CodesModel::After).data(CodesModel::SortRole).toDouble(), 0.5);
        QCOMPARE(model.index(2, CodesModel::Code).data(Qt::ToolTipRole).toString(),
                 QStringLiteral("It cannot be."));
        QCOMPARE(model.studied(), 2);
        const QString csv = model.csv({0, 1});
        QCOMPARE(csv.count(u'\n'), 3);
        QVERIFY(csv.contains(QStringLiteral("\"IVF16,PQ4\",4,")));
        QVERIFY(model.markdown({0}).contains(QStringLiteral("| PQ4 |")));
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void curveTellsRecall() {
        RerankCurve curve;
        curve.resize(400, 300);
        curve.setStudy(handmade(100, 1, 1));
        const QRectF plot = curve.plotArea();
        QVERIFY(curve.readout({plot.left() + 1, plot.center().y()})
                    .contains(QStringLiteral("k_factor 1: 10 candidates, recall 0.100")));
        QVERIFY(curve.readout({0, 0}).isEmpty());
        QVERIFY(curve.factorAt(plot.right()) >= 16);
        curve.setStudy(nullptr);
        QVERIFY(!curve.grab().isNull());
    }

    void densityIsWhereThePointsAre() {
        const std::vector<QPointF> points(500, QPointF(0.25, 0.75));
        const QImage image = densityImage(points, {40, 40});
        QVERIFY(qAlpha(image.pixel(10, 30)) > 200);
        QCOMPARE(qAlpha(image.pixel(30, 10)), 0);
        QVERIFY(densityImage({}, {3, 3}).pixel(1, 1) == 0);
    }

private:
    void show() {
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
    }
    void open(const QString& code) {
        m_panel->setData(dataset(), 10);
        m_panel->setCode(code);
        show();
        QTRY_VERIFY_WITH_TIMEOUT(m_panel->shown() && QString::fromStdString(m_panel->shown()->code) == code &&
                                     m_panel->finished() && !m_panel->study()->busy(),
                                 kPatience);
    }

    std::unique_ptr<JobRunner> m_jobs;
    std::unique_ptr<LabPanel> m_panel;
};

QTEST_MAIN(TestLabPanel)
#include "tst_lab_panel.moc"
