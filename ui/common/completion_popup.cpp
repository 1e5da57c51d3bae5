// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/completion_popup.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QPainter>

namespace annscope::ui {
namespace {

constexpr int kGap = 12, kMargin = 6, kRowPadding = 3;

QFont helpFont(QFont font) {
    font.setPixelSize(kSmallText);
    return font;
}

QString helpOf(const QModelIndex& index) {
    const QString help = index.data(CompletionModel::HelpRole).toString();
    if (index.data(CompletionModel::SupportedRole).toBool())
        return help;
    return CompletionDelegate::tr("%1 (not built here yet)").arg(help);
}

} // namespace

void CompletionModel::setCompletions(std::vector<Completion> completions) {
    beginResetModel();
    m_completions = std::move(completions);
    endResetModel();
}

int CompletionModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_completions.size());
}

QVariant CompletionModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Completion& item = completion(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return QString::fromStdString(item.text);
    case Qt::ToolTipRole:
    case HelpRole:
        return QString::fromStdString(item.help);
    case SupportedRole:
        return item.supported;
    default:
        return {};
    }
}

void CompletionDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                               const QModelIndex& index) const {
    const Palette& colors = palette();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool supported = index.data(CompletionModel::SupportedRole).toBool();
    painter->save();
    if (selected)
        painter->fillRect(option.rect, colors.accent);
    else if (option.state.testFlag(QStyle::State_MouseOver))
        painter->fillRect(option.rect, colors.hover);
    QRect rect = option.rect.adjusted(kMargin, 0, -kMargin, 0);
    const QString text = index.data().toString();
    painter->setFont(option.font);
    painter->setPen(selected ? colors.onAccent : supported ? colors.text : colors.secondary);
    painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft, text);
    rect.setLeft(rect.left() + option.fontMetrics.horizontalAdvance(text) + kGap);
    const QFont small = helpFont(option.font);
    painter->setFont(small);
    painter->setPen(selected ? colors.onAccent : colors.secondary);
    painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft,
                      QFontMetrics(small).elidedText(helpOf(index), Qt::ElideRight, rect.width()));
    painter->restore();
}

QSize CompletionDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const int text = option.fontMetrics.horizontalAdvance(index.data().toString());
    const int help = QFontMetrics(helpFont(option.font)).horizontalAdvance(helpOf(index));
    return {text + help + kGap + 2 * kMargin, option.fontMetrics.height() + 2 * kRowPadding};
}

} // namespace annscope::ui
