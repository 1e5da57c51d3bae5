// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/runs_filter.h"
#include "ui/models/selection.h"

#include <QWidget>

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTableView;
class QUndoStack;

namespace annscope::ui {

class EmptyState;
class FilterStack;

/// The table of runs: sort, filter, hide, pin, delete with undo, copy, CSV; linked with the curve both ways.
class RunsPanel : public QWidget {
    Q_OBJECT
public:
    /// All must outlive the panel.
    RunsPanel(RunsModel* model, Selection* selection, QUndoStack* undo, QWidget* parent = nullptr);

    /// Narrows the table, and takes the filter of "Only these"; must outlive the panel.
    void setFilters(FilterStack* filters);
    QTableView* table() const { return m_table; }
    QLineEdit* filterField() const { return m_filterField; }
    RunsFilter* filter() const { return m_filter; }

    /// The selected rows, from top to bottom.
    QList<qint64> selectedRuns() const;
    /// Selected rows (all shown ones where none is selected) with a heading line, for spreadsheets.
    QString tsv() const;
    /// Shown rows with the columns of annscope-cli sweep --csv.
    QString csv() const;
    void setEmptyTexts(const QString& heading, const QString& text, const QString& button);

signals:
    void emptyTriggered();
    /// A double click or Return on a run.
    void runActivated(qint64 run);
    /// Two or more runs side by side, as they are sorted.
    void compareRequested(const QList<qint64>& runs);
    /// A file could not be written.
    void failed(const QString& sentence);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* makeBar();
    void makeTable();
    void makeActions();
    void connectSelection();
    QMenu* columnsMenu();
    void showSelected(qint64 run);
    void showHovered(qint64 run);
    void updateState();
    void saveCsv();
    void showOnlySelected();

    RunsModel* m_model;
    Selection* m_selection;
    QUndoStack* m_undo;
    RunsFilter* m_filter;
    QTableView* m_table;
    QLineEdit* m_filterField;
    QLabel *m_count, *m_problem;
    QStackedWidget* m_pages;
    EmptyState* m_empty;
    FilterStack* m_filters = nullptr;
    QAction *m_only, *m_compare, *m_pin, *m_hide, *m_delete, *m_copy, *m_save;
    bool m_following = false; ///< the table takes over the shared selection: do not send it back
};

} // namespace annscope::ui
