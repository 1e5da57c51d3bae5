// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/workflow.h"

#include "data/ground_truth.h"
#include "data/synthetic.h"
#include "index/clone.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "tune/sweep.h"
#include "ui/jobs/job_runner.h"

#include <QFileInfo>

#include <algorithm>

namespace annscope {
namespace {

using ui::JobRunner;
using ui::Lane;

constexpr std::size_t kSampleTruth = 100; ///< neighbours a query
constexpr std::uint64_t kSeed = 1234;     ///< the same build every time

Result<Dataset> withTruth(Dataset dataset, const Control& control) {
    const std::size_t k = std::min(kSampleTruth, dataset.base.size());
    ANNSCOPE_ASSIGN(dataset.truth,
                    exact_neighbours(dataset.base, dataset.queries, dataset.metric, k, control));
    dataset.truth_from = TruthFrom::Computed;
    return dataset;
}

QString shortName(const std::filesystem::path& path) {
    return QString::fromStdString(path.filename().empty() ? path.parent_path().filename().string()
                                                          : path.filename().string());
}

/// FACTORY|BUILD: a search part does not belong to an index.
QString indexTitle(const Configuration& configuration) {
    Configuration withoutSearch = configuration;
    withoutSearch.search = {};
    return QString::fromStdString(print(withoutSearch));
}

} // namespace

Workflow::Workflow(Session* session, JobRunner* runner, QObject* parent)
    : QObject(parent), m_session(session), m_runner(runner), m_expansions(new Expansions(runner, this)) {
    connect(m_expansions, &Expansions::failed, this, &Workflow::failed);
    connect(session, &Session::datasetsChanged, m_expansions,
            [this] { m_expansions->keepOnly(m_session->datasets()); });
}

void Workflow::report(const QString& what, const Error& error) {
    if (error.code == ErrorCode::Cancelled)
        emit cancelled(what);
    else
        emit failed(what, error);
}

void Workflow::open(const OpenOptions& options) {
    const QString name = shortName(options.base);
    m_runner->submit<Dataset>(
        Lane::Build, tr("Open %1").arg(name),
        [options](const Control& control) { return open_dataset(options, control); }, this,
        [this, options, name](Result<Dataset> result) {
            if (!result)
                return report(tr("%1 was not opened").arg(name), result.error());
            const auto dataset = std::make_shared<const Dataset>(*std::move(result));
            m_session->addDataset(dataset, options);
            emit opened(dataset);
        });
}

void Workflow::openSample(const QStringList& configurations) {
    openGenerated(sample_points, tr("Sample: points"), false,
                  {QStringLiteral("Vamana12"), QStringLiteral("IVF16,Flat")});
    const QStringList standard{QStringLiteral("IVF128,Flat"), QStringLiteral("Vamana32")};
    openGenerated(sample_vectors, tr("Sample: vectors"), true,
                  configurations.isEmpty() ? standard : configurations);
}

void Workflow::openGenerated(Result<Dataset> (*generate)(const Control&), const QString& title,
                             bool makeCurrent, const QStringList& configurations) {
    m_runner->submit<Dataset>(
        Lane::Build, title,
        [generate](const Control& control) -> Result<Dataset> {
            ANNSCOPE_ASSIGN(Dataset dataset, generate(control));
            return withTruth(std::move(dataset), control);
        },
        this,
        [this, title, makeCurrent, configurations](Result<Dataset> result) {
            if (!result)
                return report(tr("%1 was not made").arg(title), result.error());
            const auto dataset = std::make_shared<const Dataset>(*std::move(result));
            m_session->addDataset(dataset, std::nullopt, makeCurrent);
            emit opened(dataset);
            for (const QString& line : configurations)
                if (auto configuration = parse_configuration(line.toStdString()))
                    build(*configuration, dataset, makeCurrent);
        });
}

void Workflow::reopen(const DatasetPtr& dataset, Metric metric) {
    const auto name = QString::fromStdString(dataset->name);
    if (auto options = m_session->openedWith(dataset)) {
        options->metric = metric;
        return open(*options);
    }
    m_runner->submit<Dataset>(
        Lane::Build, tr("Open %1").arg(name),
        [dataset, metric](const Control& control) {
            Dataset changed = *dataset;
            changed.metric = metric;
            changed.metric_from_file = false;
            return withTruth(std::move(changed), control);
        },
        this,
        [this, name](Result<Dataset> result) {
            if (!result)
                return report(tr("%1 was not opened").arg(name), result.error());
            const auto changed = std::make_shared<const Dataset>(*std::move(result));
            m_session->addDataset(changed, std::nullopt);
            emit opened(changed);
        });
}

void Workflow::build(const Configuration& configuration, const DatasetPtr& dataset, bool thenSweep) {
    const DatasetPtr expanded = m_expansions->forBuild(dataset);
    const QString plain = indexTitle(configuration);
    const QString title = expanded ? m_expansions->title(plain, dataset) : plain;
    using Built = std::shared_ptr<const Index>;
    m_runner->submit<Built>(
        Lane::Build, tr("Build %1").arg(title),
        [configuration, from = expanded ? expanded : dataset](const Control& control) -> Result<Built> {
            ANNSCOPE_ASSIGN(Built index,
                            build_and_fill(configuration, from->base, from->metric, kSeed, control));
            return index;
        },
        this,
        [this, configuration, dataset, expanded, title, thenSweep](Result<Built> result) {
            if (!result)
                return report(tr("%1 was not built").arg(title), result.error());
            const auto& open = m_session->datasets();
            if (std::ranges::find(open, dataset) == open.end())
                return; // closed meanwhile
            const BuiltIndexPtr index =
                m_session->addIndex(title, configuration, *std::move(result), dataset, expanded);
            emit built(index);
            if (thenSweep)
                sweep(index);
        });
}

BuiltIndexPtr Workflow::withExpandedQueries(const BuiltIndexPtr& index) {
    const DatasetPtr expanded = m_expansions->forSweep(index->dataset);
    if (!expanded || index->expanded)
        return index;
    for (const BuiltIndexPtr& other : m_session->indexesOf(index->dataset))
        if (other->index == index->index && other->expanded == expanded)
            return other;
    const BuiltIndexPtr own =
        m_session->addIndex(m_expansions->title(index->title, index->dataset), index->configuration,
                            index->index, index->dataset, expanded);
    emit built(own);
    return own;
}

void Workflow::sweep(const BuiltIndexPtr& requested) {
    const BuiltIndexPtr index = withExpandedQueries(requested);
    const auto k = static_cast<std::size_t>(m_k);
    const auto queries = static_cast<std::size_t>(m_measureQueries);
    m_runner->submitStreaming<OperatingPoint, void>(
        Lane::Measure, tr("Sweep %1").arg(index->title),
        [index, k, queries](const Control& control,
                            const JobRunner::Emit<OperatingPoint>& emitPoint) -> Status {
            SweepOptions options;
            options.k = k;
            const Workload workload = workload_of(index->measured(), queries);
            const SearchParams& asked = index->configuration.search;
            if (!asked.empty()) {
                ANNSCOPE_ASSIGN(OperatingPoint point,
                                measure(*index->index, workload, asked, options, control));
                emitPoint(std::move(point));
            }
            const auto points = annscope::sweep(*index->index, workload, default_space(*index->index, k),
                                                options, control, emitPoint);
            return points ? Status() : Status(points.error());
        },
        this,
        [this, index](std::vector<OperatingPoint> points) {
            if (m_session->index(index->id) != index)
                return; // removed meanwhile
            std::vector<ui::Run> runs;
            for (OperatingPoint& point : points) {
                ui::Run run;
                run.index = index;
                run.point = std::move(point);
                runs.push_back(std::move(run));
            }
            m_session->runs()->appendBatch(std::move(runs));
        },
        [this, index](Status status) {
            if (!status)
                return report(tr("The sweep of %1 ended early").arg(index->title), status.error());
            emit swept(index);
        });
}

void Workflow::repair(const BuiltIndexPtr& index) {
    using Repaired = std::shared_ptr<const Index>;
    m_runner->submit<Repaired>(
        Lane::Build, tr("Repair %1").arg(index->title),
        [index](const Control& control) -> Result<Repaired> {
            ANNSCOPE_ASSIGN(std::unique_ptr<Index> copy, clone_index(*index->index, control));
            ANNSCOPE_TRY(copy->repair_graph(control));
            return Repaired(std::move(copy));
        },
        this,
        [this, index](Result<Repaired> result) {
            if (!result)
                return report(tr("%1 was not repaired").arg(index->title), result.error());
            if (m_session->index(index->id) != index)
                return; // removed meanwhile
            const BuiltIndexPtr now =
                m_session->addIndex(tr("%1, repaired").arg(index->title), index->configuration,
                                    *std::move(result), index->dataset, index->expanded);
            emit repaired(index, now);
            emit built(now);
        });
}

void Workflow::compress(const DatasetPtr& dataset, const CompressOptions& options,
                        const CompressFiles& files) {
    const QString name = shortName(files.centroids);
    m_runner->submit<double>(
        Lane::Build, tr("Compress %1").arg(QString::fromStdString(dataset->name)),
        [dataset, options, files](const Control& control) -> Result<double> {
            ANNSCOPE_ASSIGN(const CompressedVectors made,
                            compress_to_files(*dataset, options, files, control));
            return made.variance > 0 ? made.distortion / made.variance : 0.0;
        },
        this,
        [this, dataset, options, files, name](Result<double> lost) {
            if (!lost)
                return report(tr("%1 was not written").arg(name), lost.error());
            emit compressed(dataset, options, files, *lost);
        });
}

} // namespace annscope
