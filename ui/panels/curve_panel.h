// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/pareto_chart.h"

#include <QWidget>

class QButtonGroup;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class EmptyState;
class RankingView;

/// The curve with its few controls, and the indexes ranked at the recall line: below, beside it where there
/// is room, folded away where there is little.
class CurvePanel : public QWidget {
    Q_OBJECT
public:
    /// All must outlive the panel; without filters nothing is dimmed.
    CurvePanel(RunsModel* model, Selection* selection, FilterStack* filters = nullptr,
               QWidget* parent = nullptr);

    ParetoChart* chart() const { return m_chart; }
    RankingView* ranking() const { return m_ranking; }
    /// Of this data; nullptr: of all.
    void setDataset(const DatasetPtr& dataset);
    /// Shown at all; where there is no room it stays folded away.
    void setRankingShown(bool shown);
    /// What stands here until there are points; button empty: none.
    void setEmptyTexts(const QString& heading, const QString& text, const QString& button);

signals:
    /// The button of the empty view.
    void emptyTriggered();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeControls();
    void addScales(QLayout* layout);
    QToolButton* addSwitch(QLayout* layout, const char* iconName, const QString& name, const QString& help);
    void showWhatThereIs();
    void arrange();

    ParetoChart* m_chart;
    RankingView* m_ranking;
    QSplitter* m_split;
    EmptyState* m_empty;
    QStackedWidget* m_pages;
    QButtonGroup* m_scales;
    QToolButton *m_showAll, *m_rankingSwitch = nullptr;
    bool m_divided = false;        ///< by a person: the ranking keeps that size
    QWidget* m_controls = nullptr; ///< over the chart's upper right corner
};

} // namespace annscope::ui
