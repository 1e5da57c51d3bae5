// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/live_estimate.h"
#include "ui/models/run.h"
#include "ui/models/selection.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace annscope::ui {

class EmptyState;
class ParamSlider;
class RunsModel;
class SearchReadouts;

/// What is selected: an index, its search parameters as sliders, and what that configuration gives. Follows
/// the selected run by itself; an index that has no run yet is handed over with setIndex. Measures nothing
/// itself: connect measureRequested to LiveMeasure and its estimates to setEstimate.
class SearchPanel : public QWidget {
    Q_OBJECT
public:
    SearchPanel(RunsModel* model, Selection* selection, QWidget* parent = nullptr);

    /// Shows an index with its default parameters, or nothing; nothing is measured before a slider moves.
    void setIndex(BuiltIndexPtr index);
    BuiltIndexPtr index() const { return m_index; }
    SearchParams params() const;
    std::size_t k() const;
    /// As when the k of the whole window changes: measures anew where something is shown.
    void setK(std::size_t k);
    ParamSlider* slider(const QString& name) const;
    QPushButton* keepButton() const { return m_keep; }
    /// The text of a readout as a person reads it, e.g. of "recall"; for tests.
    QString readout(const QString& name) const;

public slots:
    /// A measurement of what the sliders say, or a part of one; others are ignored.
    void setEstimate(const annscope::ui::LiveEstimate& estimate);
    void setProblem(const QString& sentence);
    /// As if a person had moved the sliders; what is not named stays.
    void setParams(const annscope::SearchParams& params);

signals:
    void measureRequested(annscope::ui::BuiltIndexPtr index, const annscope::SearchParams& params,
                          std::size_t k);
    /// What was measured live is no longer what is shown: take its marker off the curve.
    void measureDropped();
    void kChanged(std::size_t k);
    /// Wanted among the runs; comes once all queries are measured.
    void kept(const annscope::ui::Run& run);
    void emptyTriggered();

private:
    void showRun(qint64 id);
    void showIndex(BuiltIndexPtr index);
    void makeSliders();
    void requestMeasurement();
    void keep();

    RunsModel* m_model;
    Selection* m_selection;
    BuiltIndexPtr m_index;
    std::optional<LiveEstimate> m_estimate;
    bool m_keepWhenDone = false;

    QStackedWidget* m_pages;
    EmptyState* m_empty;
    QLabel *m_mark, *m_title, *m_detail, *m_problem;
    QWidget* m_sliderBox;
    QVBoxLayout* m_sliderLayout;
    std::vector<ParamSlider*> m_sliders; ///< the last is k
    std::size_t m_wantedK = 10;
    SearchReadouts* m_readouts;
    QPushButton* m_keep;
};

} // namespace annscope::ui
