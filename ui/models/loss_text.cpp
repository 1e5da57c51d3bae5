// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/loss_text.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QCoreApplication>
#include <QStringList>

#include <cmath>

namespace annscope::ui {
namespace {

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

/// What stands behind the base of a configuration: "RFlat".
QString refinementOf(const QString& configuration) {
    const QString factory = configuration.section(u'|', 0, 0);
    for (const QString& part : factory.split(u','))
        if (part == QStringLiteral("RFlat"))
            return part;
    return factory;
}

} // namespace

QString reasonText(LossReason reason) {
    return fromView(name(reason));
}

QString reasonHelp(LossReason reason) {
    return fromView(explain(reason));
}

QColor reasonColor(LossReason reason) {
    switch (reason) {
    case LossReason::CellNotProbed:
        return seriesStyle(0).color;
    case LossReason::CellMissed:
        return seriesStyle(4).color;
    case LossReason::GroupPruned:
        return seriesStyle(2).color;
    case LossReason::CodeBelowCut:
        return seriesStyle(1).color;
    case LossReason::RerankCut:
        return seriesStyle(5).color;
    case LossReason::Unreachable:
        return seriesStyle(5).color;
    case LossReason::NeverMet:
        return seriesStyle(0).color;
    case LossReason::Evicted:
        return seriesStyle(4).color;
    case LossReason::LostByCode:
        return seriesStyle(1).color;
    case LossReason::Transform:
        return seriesStyle(3).color;
    case LossReason::Tie:
        break;
    }
    return seriesStyle(7).color;
}

Qt::BrushStyle reasonPattern(LossReason reason) {
    switch (reason) {
    case LossReason::CodeBelowCut:
    case LossReason::LostByCode:
        return Qt::BDiagPattern;
    case LossReason::CellMissed:
    case LossReason::Evicted:
        return Qt::HorPattern;
    case LossReason::GroupPruned:
        return Qt::VerPattern;
    case LossReason::RerankCut:
    case LossReason::Unreachable:
        return Qt::DiagCrossPattern;
    case LossReason::Transform:
        return Qt::FDiagPattern;
    case LossReason::CellNotProbed:
    case LossReason::NeverMet:
    case LossReason::Tie:
        break;
    }
    return Qt::NoBrush;
}

QString changeText(const SearchParams& change, const SearchParams& from) {
    QStringList parts;
    for (const auto& [name, value] : change.values())
        if (value != from.get(name, std::nan("")))
            parts << QString::fromStdString(name) + u' ' + formatParameter(value);
    return parts.join(QStringLiteral(", "));
}

QString remedyText(const Miss& miss, const SearchParams& from) {
    if (miss.remedy)
        return changeText(*miss.remedy, from);
    if (miss.rebuild)
        return QStringLiteral("%1, %2").arg(refinementOf(QString::fromStdString(miss.rebuild->configuration)),
                                            changeText(miss.rebuild->params, from));
    if (miss.reason == LossReason::Unreachable)
        return QCoreApplication::translate("annscope::ui::LossText", "repair of the graph");
    return {};
}

QString rebuildLine(const LossRebuild& rebuild) {
    const QString configuration = QString::fromStdString(rebuild.configuration);
    const QString params = QString::fromStdString(to_string(rebuild.params));
    if (params.isEmpty())
        return configuration;
    return configuration + (configuration.contains(u'|') ? QStringLiteral("|") : QStringLiteral("||")) +
           params;
}

QString reasonsText(const std::array<std::size_t, kLossReasons>& counts) {
    QStringList parts;
    for (std::size_t r = 0; r < kLossReasons; ++r)
        if (counts[r] > 0)
            parts << QStringLiteral("%1 %2").arg(formatCount(counts[r]),
                                                 reasonText(static_cast<LossReason>(r)));
    return parts.join(QStringLiteral(", "));
}

} // namespace annscope::ui
