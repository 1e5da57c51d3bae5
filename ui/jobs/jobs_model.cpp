// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobs_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <algorithm>

namespace annscope::ui {

JobsModel::JobsModel(JobRunner* runner, QObject* parent) : QAbstractTableModel(parent), m_runner(runner) {
    connect(runner, &JobRunner::jobAdded, this, &JobsModel::onAdded);
    connect(runner, &JobRunner::progressed, this, &JobsModel::onProgressed);
    connect(runner, &JobRunner::jobEnded, this, &JobsModel::onEnded);
}

int JobsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_jobs.size());
}

int JobsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QString stateText(const JobStatus& job) {
    if (job.cancelling && !job.ended())
        return JobsModel::tr("cancelling");
    switch (job.state) {
    case JobState::Queued:
        return JobsModel::tr("queued");
    case JobState::Running:
        return job.phase.isEmpty() ? JobsModel::tr("starting") : phaseText(job.phase);
    case JobState::Done:
        return JobsModel::tr("done");
    case JobState::Failed:
        return JobsModel::tr("failed");
    case JobState::Cancelled:
        return JobsModel::tr("cancelled");
    }
    return {};
}

QString timeText(const JobStatus& job) {
    if (job.state == JobState::Running && job.secondsLeft >= 0 && job.seconds > 0.5)
        return formatTimeLeft(job.secondsLeft);
    return job.seconds > 0 ? formatSeconds(job.seconds) : QString();
}

QVariant JobsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const JobStatus& status = job(index.row());
    switch (role) {
    case IdRole:
        return status.id;
    case FractionRole:
        return status.state == JobState::Done ? 1.0 : status.fraction;
    case CancellableRole:
        return !status.ended() && !status.cancelling;
    case Qt::ToolTipRole:
        return status.error.isEmpty() ? status.title : status.error;
    case Qt::ForegroundRole:
        if (status.state == JobState::Failed && index.column() == StateColumn)
            return palette().fault;
        return status.ended() ? QVariant(palette().secondary) : QVariant();
    case Qt::DisplayRole:
    case SortRole:
        break;
    default:
        return {};
    }
    const bool raw = role == SortRole;
    switch (index.column()) {
    case TitleColumn:
        return status.title;
    case StateColumn:
        return stateText(status);
    case ProgressColumn:
        if (raw)
            return status.fraction;
        return status.state == JobState::Running && status.fraction >= 0 ? formatPercent(status.fraction)
                                                                         : QString();
    case TimeColumn:
        return raw ? QVariant(status.seconds) : QVariant(timeText(status));
    default:
        return {};
    }
}

QVariant JobsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case TitleColumn:
        return tr("Job");
    case StateColumn:
        return tr("State");
    case ProgressColumn:
        return tr("Progress");
    case TimeColumn:
        return tr("Time");
    default:
        return {};
    }
}

int JobsModel::rowOf(quint64 id) const {
    const auto found = std::ranges::find(m_jobs, id, &JobStatus::id);
    return found == m_jobs.end() ? -1 : static_cast<int>(found - m_jobs.begin());
}

void JobsModel::onAdded(quint64 id) {
    const auto status = m_runner->status(id);
    if (!status || status->lane == Lane::Interactive)
        return;
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_jobs.push_back(*status);
    endInsertRows();
}

void JobsModel::onProgressed() {
    int first = -1, last = -1;
    for (const JobStatus& status : m_runner->active()) {
        const int row = rowOf(status.id);
        if (row < 0)
            continue;
        m_jobs[static_cast<std::size_t>(row)] = status;
        first = first < 0 ? row : std::min(first, row);
        last = std::max(last, row);
    }
    if (first >= 0)
        emit dataChanged(index(first, 0), index(last, ColumnCount - 1));
}

void JobsModel::onEnded(const JobStatus& status) {
    const int row = rowOf(status.id);
    if (row < 0)
        return;
    m_jobs[static_cast<std::size_t>(row)] = status;
    emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
    if (std::ranges::count_if(m_jobs, &JobStatus::ended) > kKeepEnded)
        removeRowAt(static_cast<int>(std::ranges::find_if(m_jobs, &JobStatus::ended) - m_jobs.begin()));
}

void JobsModel::removeRowAt(int row) {
    beginRemoveRows({}, row, row);
    m_jobs.erase(m_jobs.begin() + row);
    endRemoveRows();
}

void JobsModel::clearEnded() {
    for (int row = rowCount() - 1; row >= 0; --row)
        if (job(row).ended())
            removeRowAt(row);
}

bool JobsModel::hasEnded() const {
    return std::ranges::any_of(m_jobs, &JobStatus::ended);
}

} // namespace annscope::ui
