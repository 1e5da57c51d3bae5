// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/pareto_front.h"
#include "ui/models/run.h"

#include <QAbstractTableModel>
#include <QHash>
#include <QList>
#include <QSet>

#include <map>
#include <tuple>
#include <vector>

class QUndoStack;

namespace annscope::ui {

/// Every measured configuration of the session. Rows only ever grow at the end; removing, hiding and pinning
/// go over the undo stack. Knows which runs are on the Pareto front of their series and of all series.
class RunsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Config,
        Params,
        Recall,
        P5,
        Qps,
        Mean,
        P50,
        P95,
        P99,
        Distances,
        Hops,
        Lists,
        Codes,
        Bytes,
        Threads,
        K,
        Train,
        Add,
        Data,
        Measured,
        ColumnCount
    };
    enum Role {
        SortRole = Qt::UserRole, ///< raw value: double, or QString for texts
        IdRole,
        PinnedRole,
        HiddenRole,
        FrontRole,       ///< on the front of its series
        OverallFrontRole ///< on the front of all series that can be compared with it
    };

    enum class Flag { Pinned, Hidden };

    /// undo: where removing, hiding and pinning are pushed; must outlive the model.
    explicit RunsModel(QUndoStack* undo, QObject* parent = nullptr);
    ~RunsModel() override;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    const std::vector<Run>& runs() const noexcept { return m_runs; }
    /// nullptr where there is none (any more).
    const Run* run(qint64 id) const;
    int rowOf(qint64 id) const { return m_rows.value(id, -1); }
    qint64 idAt(int row) const;

    /// Adds runs with new ids, which are returned, by one insertion. Not undoable: measuring removes nothing.
    QList<qint64> appendBatch(std::vector<Run> runs);
    qint64 append(Run run);
    void setPinned(const QList<qint64>& ids, bool pinned);
    void setHidden(const QList<qint64>& ids, bool hidden);
    void remove(const QList<qint64>& ids);

    bool onFront(qint64 id) const { return m_onFront.contains(id); }
    bool onOverallFront(qint64 id) const { return m_onOverall.contains(id); }
    /// The front of one series as run ids, by ascending recall. Hidden runs take no part.
    QList<qint64> front(const SeriesKey& series) const;

signals:
    /// Fronts changed; comes once per insertion, removal or change.
    void frontsChanged();

private:
    friend class RemoveRunsCommand; // they alone may change rows without leaving a way back
    friend class FlagRunsCommand;
    /// Runs that the overall front compares: of the same data, k and threads.
    using OverallKey = std::tuple<const void*, std::size_t, int>;
    static OverallKey overallOf(const Run& run);

    std::vector<std::pair<int, Run>> take(const QList<qint64>& ids);
    void restore(const std::vector<std::pair<int, Run>>& removed);
    void setFlag(const QList<qint64>& ids, Flag flag, bool value);
    void flagWithUndo(const QList<qint64>& ids, Flag flag, bool value);
    void addToFronts(const Run& run);
    void rebuildFronts();
    void announceFronts();
    void reindexFrom(int row);

    QUndoStack* m_undo;
    std::vector<Run> m_runs;
    QHash<qint64, int> m_rows;
    qint64 m_nextId = 1;
    std::map<SeriesKey, ParetoFront> m_fronts;
    std::map<OverallKey, ParetoFront> m_overall;
    QSet<qint64> m_onFront, m_onOverall;
    QSet<qint64> m_demoted; ///< rows whose membership changed since the last announcement
};

} // namespace annscope::ui
