// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/models/filter_stack.h"
#include "ui/views/cell_coloring.h"

#include <QPointer>
#include <QWidget>

class QLabel;

namespace annscope::ui {

class CellLoadView;
class Selection;

/// The cells under the queries that pass the filters: counts their visits whenever index, parameters or
/// filters change while somebody looks, and says in a sentence what stands out. A chosen cell narrows all
/// views to the queries that visit it.
class CellLoadBox : public QWidget {
    Q_OBJECT
public:
    CellLoadBox(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null, or one with cells
    void setSearchParams(const SearchParams& params, std::size_t k);
    void setFilters(FilterStack* filters);
    /// Counts also while this is not in view: colours are made from it.
    void setWanted(bool wanted);

    CellLoadView* view() const noexcept { return m_view; }
    const CellLoadPtr& load() const noexcept { return m_load; } ///< null: not counted yet
    bool busy() const noexcept { return m_stale || m_job.busy(); }

public slots:
    /// Selects the cell and narrows to the queries that visit it; the same one again or -1 widens.
    void chooseCell(qint64 cell);

signals:
    void loadChanged();

protected:
    void showEvent(QShowEvent* event) override;

private:
    void changed();
    void count();
    void take(Result<CellLoadPtr> load, const QString& filtered);
    void narrow(qint64 cell);
    QueryRowsPtr rows() const;
    QString filterText() const;
    void showTexts();

    Selection* m_selection;
    QPointer<FilterStack> m_filters;
    BuiltIndexPtr m_built;
    SearchParams m_params;
    std::size_t m_k = 10;
    LatestJob<CellLoadPtr> m_job;
    CellLoadPtr m_load;
    QString m_filtered;  ///< the filters that m_load was counted under
    QueryRowsPtr m_rows; ///< that it was asked for; null: all
    bool m_wanted = false, m_stale = false;
    qint64 m_toNarrow = -1; ///< a cell chosen before its queries were known
    QLabel *m_sentence, *m_figures;
    CellLoadView* m_view;
};

} // namespace annscope::ui
