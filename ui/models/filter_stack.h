// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>
#include <vector>

class QUndoStack;

namespace annscope::ui {

/// Ascending rows of a data set's queries.
using QueryRows = std::vector<std::uint32_t>;
using QueryRowsPtr = std::shared_ptr<const QueryRows>;

/// One condition that narrows what all views show. A part that is not set does not narrow.
struct Filter {
    QString source;     ///< who made it ("histogram", "cells"); a newer one of the same source replaces it
    QString text;       ///< as the trail shows it: "recall@10 < 0.6"
    DatasetPtr dataset; ///< whose queries these are
    QueryRowsPtr queries;
    std::optional<std::vector<qint64>> runs; ///< ids, ascending
    qint64 cell = -1, index = -1;            ///< the one cell of the index with that id
};

/// The filters in the order in which they were set; what is shown passes all of them. Setting and removing
/// go over the undo stack.
class FilterStack : public QObject {
    Q_OBJECT
public:
    /// undo must outlive this.
    explicit FilterStack(QUndoStack* undo, QObject* parent = nullptr);

    const std::vector<Filter>& filters() const noexcept { return m_filters; }
    bool empty() const noexcept { return m_filters.empty(); }

    /// At the end, or in the place of one of the same source. dragging: the same gesture goes on, and stays
    /// one step of undo.
    void set(Filter filter, bool dragging = false);
    /// nullptr: there is none of that source.
    const Filter* find(const QString& source) const;
    /// Does nothing where there is none of that source.
    void remove(const QString& source);
    void clear();

    /// The queries that pass all filters, or all but that source's; null: all of them.
    QueryRowsPtr queries(const DatasetPtr& dataset, const QString& without = {}) const;
    bool passesQuery(const DatasetPtr& dataset, qint64 row) const;
    bool passesRun(qint64 id) const;
    /// The cell that is looked at in an index; -1: all.
    qint64 cell(qint64 index) const;

signals:
    void changed();

private:
    friend class FilterCommand; // it alone changes them without leaving a way back
    void replace(std::vector<Filter> filters);
    void change(const QString& text, std::vector<Filter> after, const QString& source = {},
                bool dragging = false);

    QUndoStack* m_undo;
    std::vector<Filter> m_filters;
};

} // namespace annscope::ui
