// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/hops_study.h"

#include "spec/builder.h"
#include "spec/parser.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/hops_model.h"

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr std::uint64_t kSeed = 1234; ///< as in every build of the window

Result<HopsEntry> measureHops(const Configuration& configuration, const BuiltIndexPtr& open,
                              const DatasetPtr& dataset, std::size_t k, std::size_t most,
                              const Control& control) {
    std::shared_ptr<const Index> index = open ? open->index : nullptr;
    if (!index) {
        ANNSCOPE_ASSIGN(index, build_and_fill(configuration, dataset->base, dataset->metric, kSeed, control));
    }
    HopsEntry entry = hops_entry(*index, configuration);
    HopsOptions options;
    options.k = k;
    ANNSCOPE_ASSIGN(entry.targets, hops_at_recall(*index, workload_of(*dataset, most), kHopsTargets,
                                                  configuration.search, options, control));
    return entry;
}

} // namespace

HopsStudy::HopsStudy(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void HopsStudy::setData(const DatasetPtr& dataset, std::size_t k, std::size_t most) {
    if (dataset == m_dataset && k == m_k && most == m_most)
        return;
    stop();
    if (most != m_most)
        m_known.clear();
    m_dataset = dataset;
    m_k = k;
    m_most = most;
    std::erase_if(m_known, [](const auto& each) { return each.second.first.expired(); });
}

const std::vector<HopsEntry>& HopsStudy::known() const {
    static const std::vector<HopsEntry> none;
    const auto found = m_known.find({m_dataset.get(), m_k});
    return !m_dataset || found == m_known.end() ? none : found->second.second;
}

Result<QString> HopsStudy::canonical(const QString& line) {
    ANNSCOPE_ASSIGN(Configuration configuration, parse_configuration(line.toStdString()));
    const auto params = search_params(configuration.spec.root);
    if (std::ranges::none_of(params,
                             [](const ParamInfo& p) { return p.name == "Lsearch" || p.name == "efSearch"; }))
        return Error{ErrorCode::Unsupported,
                     "It has no search width to find a recall with; graphs are HNSW, NSG and Vamana."};
    configuration.search = {};
    return QString::fromStdString(print(configuration));
}

BuiltIndexPtr HopsStudy::openIndex(const Configuration& configuration) const {
    for (const BuiltIndexPtr& open : m_open)
        if (open->dataset == m_dataset && !open->expanded && open->configuration.spec == configuration.spec &&
            open->configuration.build == configuration.build)
            return open;
    return nullptr;
}

void HopsStudy::request(const QStringList& lines) {
    stop();
    if (!m_dataset)
        return;
    for (const QString& line : lines)
        if (std::ranges::find(known(), line.toStdString(), &HopsEntry::config) == known().end())
            m_waiting << line;
    next();
}

void HopsStudy::next() {
    if (m_waiting.isEmpty()) {
        m_job = 0;
        emit finished();
        return;
    }
    const QString line = m_waiting.takeFirst();
    const Configuration configuration = parse_configuration(line.toStdString()).value();
    const JobRunner::Work<HopsEntry> work =
        [configuration, open = openIndex(configuration), dataset = m_dataset, k = m_k, most = m_most](
            const Control& control) { return measureHops(configuration, open, dataset, k, most, control); };
    const auto done = [this, line, wish = m_wishes, dataset = m_dataset, k = m_k](Result<HopsEntry> entry) {
        if (entry) {
            auto& [data, entries] = m_known[{dataset.get(), k}];
            data = dataset;
            entries.push_back(*entry);
        }
        if (wish != m_wishes)
            return; // stopped meanwhile
        if (entry)
            emit measured(*entry);
        else if (entry.error().code == ErrorCode::Cancelled)
            m_waiting.clear(); // from the header or the Jobs dock: all of it was meant
        else
            emit failed(line, QString::fromStdString(entry.error().message));
        next();
    };
    m_job = m_jobs->submit<HopsEntry>(Lane::Build, tr("Hops of %1").arg(line), work, this, done);
}

void HopsStudy::stop() {
    m_waiting.clear();
    ++m_wishes;
    if (m_job == 0)
        return;
    m_jobs->cancel(std::exchange(m_job, 0));
    emit finished();
}

} // namespace annscope::ui
