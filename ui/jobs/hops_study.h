// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "tune/hops_at_recall.h"
#include "ui/models/built_index.h"

#include <QObject>
#include <QStringList>

#include <map>
#include <utility>
#include <vector>

namespace annscope::ui {

class JobRunner;

/// Measures what graphs need for a recall, one configuration a job, so that other work finds its turn between
/// them. An index that is open is used as it is; others are built, measured and given up again. What was
/// measured is remembered for each data set and k.
class HopsStudy : public QObject {
    Q_OBJECT
public:
    /// jobs must outlive this.
    explicit HopsStudy(JobRunner* jobs, QObject* parent = nullptr);

    /// Stops what is under way if they are others. most: queries to search; 0: all.
    void setData(const DatasetPtr& dataset, std::size_t k, std::size_t most);
    void setIndexes(std::vector<BuiltIndexPtr> open) { m_open = std::move(open); }
    /// Measures those that are not known, in order.
    void request(const QStringList& lines);
    void stop();
    bool busy() const { return m_job != 0; }
    /// Of the data and k, in the order in which they were measured.
    const std::vector<HopsEntry>& known() const;

    /// FACTORY|BUILD as entries have it. Errors: ParseError, and what is not a graph.
    static Result<QString> canonical(const QString& line);

signals:
    void measured(const annscope::HopsEntry& entry);
    void failed(const QString& config, const QString& sentence);
    /// All that was asked for is there, failed, or was stopped.
    void finished();

private:
    using Key = std::pair<const Dataset*, std::size_t>;
    void next();
    BuiltIndexPtr openIndex(const Configuration& configuration) const;

    JobRunner* m_jobs;
    DatasetPtr m_dataset;
    std::size_t m_k = 10, m_most = 1000;
    std::vector<BuiltIndexPtr> m_open;
    QStringList m_waiting;
    quint64 m_job = 0, m_wishes = 0;
    std::map<Key, std::pair<std::weak_ptr<const Dataset>, std::vector<HopsEntry>>> m_known;
};

} // namespace annscope::ui
