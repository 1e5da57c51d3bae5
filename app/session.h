// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/filter_stack.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"

#include <QHash>
#include <QObject>
#include <QUndoStack>

#include <memory>
#include <optional>
#include <vector>

namespace annscope {

using ui::BuiltIndexPtr;
using ui::DatasetPtr;

/// What is open: data sets, indexes built from them, measured runs, the selection. The only state that the
/// parts of the window share. Closing and removing can be undone; opening and building take nothing away.
class Session : public QObject {
    Q_OBJECT
public:
    explicit Session(QObject* parent = nullptr);
    ~Session() override;

    const std::vector<DatasetPtr>& datasets() const noexcept { return m_datasets; }
    const std::vector<BuiltIndexPtr>& indexes() const noexcept { return m_indexes; }
    DatasetPtr current() const noexcept { return m_current; }
    BuiltIndexPtr index(qint64 id) const;
    std::vector<BuiltIndexPtr> indexesOf(const DatasetPtr& dataset) const;
    /// How the data set was opened; none for generated ones.
    std::optional<OpenOptions> openedWith(const DatasetPtr& dataset) const;

    /// Adds and, unless told otherwise, makes it the current one.
    void addDataset(const DatasetPtr& dataset, std::optional<OpenOptions> options, bool makeCurrent = true);
    void setCurrent(const DatasetPtr& dataset);
    /// Closes a data set with its indexes and their runs, as one step of undo.
    void closeDataset(const DatasetPtr& dataset);

    BuiltIndexPtr addIndex(const QString& title, Configuration configuration,
                           std::shared_ptr<const Index> index, const DatasetPtr& dataset,
                           const DatasetPtr& expanded = nullptr);
    /// Removes an index with its runs, as one step of undo.
    void removeIndex(qint64 id);

    ui::RunsModel* runs() noexcept { return m_runs.get(); }
    ui::Selection* selection() noexcept { return &m_selection; }
    ui::FilterStack* filters() noexcept { return &m_filters; }
    QUndoStack* undo() noexcept { return &m_undo; }

signals:
    void datasetsChanged();
    void currentChanged(const annscope::ui::DatasetPtr& dataset);
    void indexesChanged();

private:
    friend class DatasetCommand; // they put back and take away
    friend class IndexCommand;
    void insertDataset(std::size_t at, const DatasetPtr& dataset);
    std::size_t takeDataset(const DatasetPtr& dataset);
    void insertIndex(std::size_t at, const BuiltIndexPtr& index);
    std::size_t takeIndex(const BuiltIndexPtr& index);
    void removeRunsOf(const BuiltIndexPtr& index);
    void followRun(qint64 run);
    void followIndex(qint64 index);
    int freeSeries(const DatasetPtr& dataset) const;

    std::vector<DatasetPtr> m_datasets;
    std::vector<BuiltIndexPtr> m_indexes;
    DatasetPtr m_current;
    QHash<const Dataset*, OpenOptions> m_options; ///< kept for closed ones, too: undo brings them back
    qint64 m_nextIndex = 1;
    ui::Selection m_selection;
    QUndoStack m_undo;
    ui::FilterStack m_filters{&m_undo};
    std::unique_ptr<ui::RunsModel> m_runs; // before m_undo goes
};

} // namespace annscope
