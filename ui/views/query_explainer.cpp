// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/query_explainer.h"

#include "ui/jobs/job_runner.h"
#include "ui/views/query_job.h"

namespace annscope::ui {

QueryExplainer::QueryExplainer(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void QueryExplainer::setIndex(BuiltIndexPtr built) {
    const bool sameData = built && m_built && built->dataset == m_built->dataset;
    m_built = std::move(built);
    if (!sameData)
        return clear();
    submit();
}

void QueryExplainer::setSearchParams(const SearchParams& params, std::size_t k) {
    if (params == m_params && k == m_k)
        return;
    m_params = params;
    m_k = k;
    submit();
}

void QueryExplainer::explainRow(qint64 row) {
    m_row = row;
    m_vector.clear();
    submit();
}

void QueryExplainer::explainPlace(std::vector<float> vector) {
    m_row = -1;
    m_vector = std::move(vector);
    submit();
}

void QueryExplainer::explainAs(const QueryExplainer& other) {
    if (m_row == other.m_row && m_vector == other.m_vector)
        return;
    m_row = other.m_row;
    m_vector = other.m_vector;
    submit();
}

void QueryExplainer::clear() {
    m_row = -1;
    m_vector.clear();
    submit();
}

void QueryExplainer::submit() {
    if (m_job != 0)
        m_jobs->cancel(m_job);
    m_job = 0;
    if (!m_built || !hasQuery()) {
        m_path.reset();
        emit asked();
        emit pathChanged();
        return;
    }
    // Parameters of another kind of index are left out: the defaults hold until its own arrive.
    SearchParams known;
    for (const auto& [name, value] : m_params.values())
        for (const ParamInfo& info : m_built->index->search_params())
            if (info.name == name && value >= info.min && value <= info.max)
                known.set(name, value);
    const QueryRequest request{m_built, m_vector, m_row, m_k, known};
    const auto ticket = std::make_shared<quint64>(0);
    const JobRunner::Work<PathModelPtr> work = [request](const Control& control) {
        return runQuery(request, control);
    };
    const JobRunner::Done<PathModelPtr> done = [this, ticket](Result<PathModelPtr> path) {
        if (*ticket != m_job)
            return; // a newer wish is on its way
        m_job = 0;
        m_path = path ? *path : nullptr;
        emit pathChanged();
        if (!path)
            emit failed(QString::fromStdString(path.error().message));
    };
    *ticket = m_job =
        m_jobs->submit<PathModelPtr>(Lane::Interactive, tr("Explain a query"), work, this, done);
    emit asked();
}

} // namespace annscope::ui
