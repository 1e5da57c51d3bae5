// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/filter_stack.h"

#include <QWidget>

#include <functional>

class QLabel;
class QToolButton;

namespace annscope::ui {

class FlowLayout;
class Selection;

/// The filters as a trail, in the order in which they were set, with the selected query at its end. Each can
/// be taken away; the row is not there while there are none.
class FilterTrail : public QWidget {
    Q_OBJECT
public:
    FilterTrail(FilterStack* filters, Selection* selection, QWidget* parent = nullptr);

    /// Whose queries are counted.
    void setDataset(const DatasetPtr& dataset);
    /// "recall@10 < 0.6 > cell 17 > query 412"
    QString text() const;

private:
    void rebuild();
    void addCrumb(const QString& text, const QString& tip, const QString& name, std::function<void()> remove);

    FilterStack* m_filters;
    Selection* m_selection;
    DatasetPtr m_dataset;
    QWidget* m_crumbs;
    FlowLayout* m_flow;
    QLabel* m_count;
    QToolButton* m_clear;
};

} // namespace annscope::ui
