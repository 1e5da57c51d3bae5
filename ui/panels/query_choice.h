// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/canvas_base.h"

#include <QObject>

#include <optional>
#include <vector>

namespace annscope::ui {

class JobRunner;
class QueryExplainer;
class Selection;

/// Which query a panel explains: the one selected in any view, clicked on the panel's own canvas, or a place
/// there. Keeps the panel's explainer and the shared selection in step; Escape clears both.
class QueryChoice : public QObject {
    Q_OBJECT
public:
    QueryChoice(JobRunner* jobs, Selection* selection, QWidget* panel);

    QueryExplainer* explainer() const noexcept { return m_explainer; }
    /// Whose queries are chosen from; null: none.
    const DatasetPtr& dataset() const noexcept { return m_dataset; }
    /// null: none. Forgets what a double click would bring back.
    void setIndex(BuiltIndexPtr built);
    /// Explains the selected query where nothing is explained yet.
    void takeUpSelection();
    /// Clicks on a canvas choose a query or place one; the second half of a double click takes that back.
    template<class Canvas>
    void listenTo(Canvas* canvas) {
        connect(canvas, &Canvas::queryClicked, this, &QueryChoice::chooseRow);
        connect(canvas, &Canvas::placeClicked, this, &QueryChoice::choosePlace);
        connect(canvas, &CanvasBase::clickRevoked, this, &QueryChoice::revoke);
    }

public slots:
    void chooseRow(qint64 row);
    void choosePlace(QPointF at);
    void revoke();
    void clear();

signals:
    /// Escape: what else the panel has selected goes, too.
    void cleared();

private:
    void onQuerySelected(qint64 row);

    Selection* m_selection;
    QueryExplainer* m_explainer;
    DatasetPtr m_dataset;
    struct Wish {
        qint64 row = -1;
        std::vector<float> place;
    };
    std::optional<Wish> m_beforeClick;
};

} // namespace annscope::ui
