// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/ranking_model.h"
#include "ui/models/selection.h"

#include <QWidget>

#include <optional>

class QLabel;
class QSortFilterProxyModel;
class QTableView;

namespace annscope::ui {

/// The indexes ranked at the recall line: a table below or beside the curve. A click selects the measured run
/// just above the line; hover is shared with the curve.
class RankingView : public QWidget {
    Q_OBJECT
public:
    RankingView(RunsModel* runs, Selection* selection, FilterStack* filters, QWidget* parent = nullptr);

    RankingModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    void setDataset(const DatasetPtr& dataset);
    void setRecall(double recall);
    QString heading() const;
    /// The rows as they are sorted.
    QString tsv() const;
    QSize sizeHint() const override;

signals:
    /// A file could not be written.
    void failed(const QString& sentence);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeTable();
    void showHeading();
    void showSelected();
    void select(const QModelIndex& index);
    void hover(const QModelIndex& index);
    void tableMenu(QPoint at);
    void saveCsv();

    Selection* m_selection;
    RankingModel* m_model;
    QSortFilterProxyModel* m_sorted;
    QLabel* m_heading;
    QTableView* m_table;
    std::optional<bool> m_narrow; ///< none: not laid out yet
    bool m_following = false;     ///< the table takes over the shared selection: do not send it back
};

} // namespace annscope::ui
