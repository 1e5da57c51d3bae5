// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"

#include <QAbstractTableModel>

#include <vector>

namespace annscope::ui {

/// The jobs of the build lane, oldest first: running, queued, and the last ones that ended.
class JobsModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { TitleColumn, StateColumn, ProgressColumn, TimeColumn, ColumnCount };
    enum Role { SortRole = Qt::UserRole, IdRole, FractionRole, CancellableRole };

    explicit JobsModel(JobRunner* runner, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    const JobStatus& job(int row) const { return m_jobs[static_cast<std::size_t>(row)]; }
    /// Removes what has ended from the list.
    void clearEnded();
    bool hasEnded() const;

    static constexpr int kKeepEnded = 20;

private:
    void onAdded(quint64 id);
    void onProgressed();
    void onEnded(const JobStatus& status);
    int rowOf(quint64 id) const;
    void removeRowAt(int row);

    JobRunner* m_runner;
    std::vector<JobStatus> m_jobs;
};

/// "Training", "queued", "cancelling", "done", ...: one line for a person.
QString stateText(const JobStatus& job);
/// "0:07 left" while it runs and that is known, else how long it has run.
QString timeText(const JobStatus& job);

} // namespace annscope::ui
