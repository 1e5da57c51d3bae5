// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/lab_readouts.h"

#include "ui/common/flow_layout.h"
#include "ui/common/format.h"
#include "ui/common/theme.h"

#include <QLabel>
#include <QVBoxLayout>

#include <cmath>

namespace annscope::ui {
namespace {

constexpr double kWanted = 0.95;

QString nameOf(LabReadouts::Number number) {
    switch (number) {
    case LabReadouts::Bytes:
        return LabReadouts::tr("a vector");
    case LabReadouts::Compression:
        return LabReadouts::tr("smaller");
    case LabReadouts::Distortion:
        return LabReadouts::tr("distortion");
    case LabReadouts::Before:
        return LabReadouts::tr("recall");
    case LabReadouts::After:
        return LabReadouts::tr("re-ranked");
    default:
        return LabReadouts::tr("k_factor for 0.95");
    }
}

} // namespace

LabReadouts::LabReadouts(QWidget* parent) : QWidget(parent) {
    setObjectName(QStringLiteral("labReadouts"));
    auto* row = new FlowLayout(this, 14);
    QFont large = font(), small = font();
    large.setPixelSize(kHeading);
    small.setPixelSize(kSmallText);
    for (int i = 0; i < NumberCount; ++i) {
        Tile& tile = m_tiles[std::size_t(i)];
        auto* box = new QWidget(this);
        auto* column = new QVBoxLayout(box);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        tile.value = new QLabel(box);
        tile.value->setFont(large);
        tile.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        tile.name = new QLabel(nameOf(Number(i)), box);
        tile.name->setFont(small);
        tile.name->setForegroundRole(QPalette::PlaceholderText);
        column->addWidget(tile.value);
        column->addWidget(tile.name);
        box->setMinimumWidth(64);
        row->addWidget(box);
    }
    setStudy(nullptr, 1);
}

void LabReadouts::show(Number number, const QString& value, const QString& help) {
    Tile& tile = m_tiles[std::size_t(number)];
    tile.value->setText(value);
    tile.value->setAccessibleName(nameOf(number));
    tile.value->parentWidget()->setToolTip(help);
}

QString LabReadouts::text(Number number) const {
    return m_tiles[std::size_t(number)].value->text();
}

void LabReadouts::setStudy(const StudyPtr& study, double factor) {
    if (!study) {
        for (int i = 0; i < NumberCount; ++i)
            show(Number(i), QStringLiteral("–"), {});
        return;
    }
    // What a sample or a rough code gave is an estimate, and looks like one.
    const QString about = study->estimated() ? QStringLiteral("~") : QString();
    const QString source = studySource(*study);
    show(Bytes, tr("%1 B").arg(formatMean(study->code_bytes)),
         tr("Bytes of a vector's code, without its id (%1 B). As given, a vector has %2 B.")
             .arg(formatMean(study->id_bytes), formatMean(study->own_bytes)));
    show(Compression, QStringLiteral("%1 ×").arg(formatNumber(study->compression())),
         tr("How many times smaller than the vectors in the data's own type"));
    if (study->distortion && study->variance > 0) {
        const double share = *study->distortion / study->variance;
        show(Distortion,
             about + formatPercent(share, share < 0.001 ? 3
                                          : share < 0.1 ? 2
                                                        : 1),
             tr("Mean squared error of the decoded vectors, %1, as a share of their variance, %2. Less is "
                "better; 100 %: no better than the mean of all.\n%3")
                 .arg(formatNumber(*study->distortion), formatNumber(study->variance), source));
    } else {
        show(Distortion, QStringLiteral("–"), QString::fromStdString(study->no_distortion));
    }
    show(Before, about + formatRecall(study->recall_before()),
         tr("Share of the %1 true neighbours among the %1 nearest by the code alone.\n%2")
             .arg(study->k)
             .arg(source));
    show(After, about + formatRecall(study->recall_after(factor)),
         tr("The same after the nearest %1 by the code were compared again by the vectors.\n%2")
             .arg(formatCount(qulonglong(factor * double(study->k))), source));
    const auto needed = study->factor_for(kWanted);
    show(Factor, needed ? about + formatCount(*needed) : tr("never"),
         needed ? tr("Re-ranking must look at %1 candidates for a recall of 0.95.\n%2")
                      .arg(formatCount(*needed * study->k), source)
                : tr("No number of candidates gives a recall of 0.95.\n%1").arg(source));
}

} // namespace annscope::ui
