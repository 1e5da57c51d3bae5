// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/path_model.h"

#include <QObject>

namespace annscope::ui {

class JobRunner;

/// Keeps the path of the chosen query up to date: whenever index, parameters or query change, it is searched
/// again on the interactive lane. Only the latest wish is answered.
class QueryExplainer : public QObject {
    Q_OBJECT
public:
    explicit QueryExplainer(JobRunner* jobs, QObject* parent = nullptr);

    /// Forgets the query where the data set changed.
    void setIndex(BuiltIndexPtr built);
    void setSearchParams(const SearchParams& params, std::size_t k);
    void explainRow(qint64 row);
    void explainPlace(std::vector<float> vector);
    void clear();

    bool hasQuery() const noexcept { return m_row >= 0 || !m_vector.empty(); }
    qint64 row() const noexcept { return m_row; }
    const std::vector<float>& place() const noexcept { return m_vector; }
    const PathModelPtr& path() const noexcept { return m_path; }
    /// A newer path than path() is on its way.
    bool busy() const noexcept { return m_job != 0; }
    /// Explains what another one explains; does nothing where it does already.
    void explainAs(const QueryExplainer& other);

signals:
    /// Index, query or parameters changed: pathChanged will follow.
    void asked();
    /// The path changed; it is null after clear or while there is no index.
    void pathChanged();
    void failed(const QString& sentence);

private:
    void submit();

    JobRunner* m_jobs;
    BuiltIndexPtr m_built;
    SearchParams m_params;
    std::size_t m_k = 10;
    qint64 m_row = -1;
    std::vector<float> m_vector;
    PathModelPtr m_path;
    quint64 m_job = 0;
};

} // namespace annscope::ui
