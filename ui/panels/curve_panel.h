// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/pareto_chart.h"

#include <QWidget>

class QButtonGroup;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;

/// The curve with its few controls: the recall axis, Show all, and the menu of pictures and data.
class CurvePanel : public QWidget {
    Q_OBJECT
public:
    CurvePanel(RunsModel* model, Selection* selection, QWidget* parent = nullptr);

    ParetoChart* chart() const { return m_chart; }
    /// What stands here until there are points; button empty: none.
    void setEmptyTexts(const QString& heading, const QString& text, const QString& button);

signals:
    /// The button of the empty view.
    void emptyTriggered();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QWidget* makeControls();
    void showWhatThereIs();

    ParetoChart* m_chart;
    EmptyState* m_empty;
    QStackedWidget* m_pages;
    QButtonGroup* m_scales;
    QToolButton* m_showAll;
    QWidget* m_controls = nullptr; ///< over the chart's upper right corner
};

} // namespace annscope::ui
