// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/difficulty_study.h"

#include "ui/jobs/job_runner.h"

#include <algorithm>
#include <utility>

namespace annscope::ui {
namespace {

Result<StudiedQueriesPtr> study(const DatasetPtr& dataset, std::size_t k, const Control& control) {
    DifficultyOptions options;
    options.k = k;
    auto result = std::make_shared<StudiedQueries>();
    ANNSCOPE_ASSIGN(result->difficulty, query_difficulty(*dataset, options, control));
    for (const DifficultyMeasure measure : kDifficultyMeasures) {
        const auto i = static_cast<std::size_t>(measure);
        result->bins[i] = QueryBins::ofDifficulty(result->difficulty, measure);
        result->order[i] = by_difficulty(result->difficulty, measure);
    }
    QueryRows outside;
    for (std::size_t row = 0; row < result->difficulty.size(); ++row)
        if (result->difficulty.outside[row])
            outside.push_back(static_cast<std::uint32_t>(row));
    result->outside = std::make_shared<const QueryRows>(std::move(outside));
    return StudiedQueriesPtr(std::move(result));
}

} // namespace

DifficultyStudy::DifficultyStudy(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void DifficultyStudy::setData(const DatasetPtr& dataset, std::size_t k) {
    if (dataset)
        k = std::min(k, dataset->truth.k);
    if (dataset == m_dataset && k == m_k)
        return;
    stop();
    m_dataset = dataset;
    m_k = k;
    std::erase_if(m_kept, [](const auto& each) { return each.second.dataset.expired(); });
}

StudiedQueriesPtr DifficultyStudy::known() const {
    const auto found = m_kept.find({m_dataset.get(), m_k});
    return found == m_kept.end() ? nullptr : found->second.result;
}

QString DifficultyStudy::failure() const {
    const auto found = m_kept.find({m_dataset.get(), m_k});
    return found == m_kept.end() ? QString() : found->second.failure;
}

void DifficultyStudy::stop() {
    if (m_job != 0)
        m_jobs->cancel(std::exchange(m_job, 0));
}

void DifficultyStudy::request() {
    const Key key(m_dataset.get(), m_k);
    if (!m_dataset || m_job != 0 || m_kept.contains(key))
        return;
    const JobRunner::Work<StudiedQueriesPtr> work = [dataset = m_dataset, k = m_k](const Control& control) {
        return study(dataset, k, control);
    };
    const auto done = [this, dataset = m_dataset, key](Result<StudiedQueriesPtr> result) {
        const bool cancelled = !result && result.error().code == ErrorCode::Cancelled;
        if (!cancelled)
            m_kept[key] = {dataset, result ? *result : nullptr,
                           result ? QString() : QString::fromStdString(result.error().message)};
        if (key != Key(m_dataset.get(), m_k))
            return;
        m_job = 0;
        if (result)
            emit studied();
        else
            emit failed(cancelled ? tr("The difficulty of the queries was cancelled.")
                                  : QString::fromStdString(result.error().message));
    };
    m_job = m_jobs->submit<StudiedQueriesPtr>(
        Lane::Build, tr("Difficulty of the queries of %1").arg(QString::fromStdString(m_dataset->name)), work,
        this, done);
}

} // namespace annscope::ui
