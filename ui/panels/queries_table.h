// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/queries_model.h"

#include <QTableView>

namespace annscope::ui {

class Selection;

/// The table of queries. Its current row is the selected query, the row under the pointer the hovered one,
/// and both follow the other views.
class QueriesTable : public QTableView {
    Q_OBJECT
public:
    QueriesTable(QueriesModel* model, Selection* selection, QWidget* parent = nullptr);

    /// The hardest at the top.
    void rankBy(DifficultyMeasure measure);
    /// For the file's suggested name.
    void setDataName(const QString& name) { m_dataName = name; }
    /// The selected rows for a spreadsheet; all that are shown where at most one is selected.
    QString tsv() const;

signals:
    void failed(const QString& sentence);

protected:
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void showSelected();
    void saveCsv();

    QueriesModel* m_model;
    Selection* m_selection;
    QString m_dataName;
    bool m_following = false; ///< the selection came from elsewhere
};

} // namespace annscope::ui
