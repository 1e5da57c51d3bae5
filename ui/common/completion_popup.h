// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/describe.h"

#include <QAbstractListModel>
#include <QStyledItemDelegate>

namespace annscope::ui {

/// What could be typed next, each with what it is.
class CompletionModel : public QAbstractListModel {
    Q_OBJECT
public:
    enum Role { HelpRole = Qt::UserRole + 1, SupportedRole };
    using QAbstractListModel::QAbstractListModel;

    void setCompletions(std::vector<Completion> completions);
    const Completion& completion(int row) const { return m_completions[static_cast<std::size_t>(row)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

private:
    std::vector<Completion> m_completions;
};

/// The text, and behind it in the secondary colour what it is; what is not built here is faint.
class CompletionDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace annscope::ui
