// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/hops_model.h"

#include <QWidget>

#include <vector>

class QButtonGroup;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace annscope::ui {

class ElidedLabel;
class EmptyState;
class HopsChart;
class HopsStudy;
class JobRunner;

/// Hops at equal recall of several graphs over their degree, on the open data: which configurations, the
/// chart, the numbers.
class HopsPanel : public QWidget {
    Q_OBJECT
public:
    explicit HopsPanel(JobRunner* jobs, QWidget* parent = nullptr);

    /// null: no data. most: queries to search; 0: all.
    void setData(const DatasetPtr& dataset, std::size_t k, std::size_t most);
    void setIndexes(const std::vector<BuiltIndexPtr>& open);

    QPlainTextEdit* list() const { return m_list; }
    QPushButton* compareButton() const { return m_compare; }
    QToolButton* targetButton(double recall) const;
    QToolButton* distancesButton() const { return m_distances; }
    HopsChart* chart() const { return m_chart; }
    HopsModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    HopsStudy* study() const { return m_study; }
    QString message() const;
    QString sentence() const;
    /// What is compared where nobody said: the graph kinds that are built, at three degrees each.
    static QStringList defaultLines();

signals:
    /// Take this to the Build panel.
    void buildRequested(const QString& line);
    void emptyTriggered();

private:
    QWidget* createChoices();
    QWidget* createBar();
    void createTable();
    void connectAll();
    void onListChanged();
    void compare();
    void refresh();
    void showRows();
    void showState();
    void takeRow(const QModelIndex& index);
    void tableMenu(QPoint at);
    std::vector<int> shownRows() const;

    DatasetPtr m_dataset;
    std::size_t m_k = 10, m_most = 0;
    QStringList m_lines; ///< canonical, of the list
    bool m_valid = false;

    HopsStudy* m_study;
    QStackedWidget* m_pages;
    EmptyState* m_empty;
    QPlainTextEdit* m_list;
    QPushButton* m_compare;
    QLabel *m_message, *m_sentence;
    ElidedLabel* m_state;
    QButtonGroup* m_targets;
    QToolButton *m_hops, *m_distances;
    HopsChart* m_chart;
    HopsModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
};

} // namespace annscope::ui
