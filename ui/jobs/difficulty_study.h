// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "ui/models/query_bins.h"

#include <QObject>

#include <array>
#include <map>
#include <memory>

namespace annscope::ui {

class JobRunner;

/// The difficulty of a data set's queries with what views need of it, worked out once.
struct StudiedQueries {
    QueryDifficulty difficulty;
    std::array<QueryBins, kDifficultyMeasures.size()> bins;
    std::array<std::vector<std::uint32_t>, kDifficultyMeasures.size()> order; ///< hardest first
    QueryRowsPtr outside;                                                     ///< out of distribution
};
using StudiedQueriesPtr = std::shared_ptr<const StudiedQueries>;

/// Finds the difficulty of a data set's queries on the build lane, once for each data set and k.
class DifficultyStudy : public QObject {
    Q_OBJECT
public:
    /// jobs must outlive this.
    explicit DifficultyStudy(JobRunner* jobs, QObject* parent = nullptr);

    /// Cancels what is under way for others. k: of the relative contrast, at most the truth's.
    void setData(const DatasetPtr& dataset, std::size_t k);
    /// null: not yet.
    StudiedQueriesPtr known() const;
    /// The sentence of an earlier failure; empty: none.
    QString failure() const;
    /// Does nothing where it is known, under way or failed before.
    void request();
    void stop();
    bool busy() const { return m_job != 0; }
    quint64 job() const { return m_job; }

signals:
    void studied();
    void failed(const QString& sentence);

private:
    struct Kept {
        std::weak_ptr<const Dataset> dataset; ///< what is closed is forgotten
        StudiedQueriesPtr result;
        QString failure; ///< a sentence, where it did
    };
    using Key = std::pair<const Dataset*, std::size_t>;

    JobRunner* m_jobs;
    DatasetPtr m_dataset;
    std::size_t m_k = 0;
    quint64 m_job = 0;
    std::map<Key, Kept> m_kept;
};

} // namespace annscope::ui
