// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/expansions.h"
#include "app/session.h"
#include "core/error.h"
#include "data/dataset.h"
#include "quant/compress.h"

#include <QObject>

namespace annscope {

namespace ui {
class JobRunner;
}

/// The main job, step by step on the worker: open, build, sweep. Each step hands its result to the session;
/// one that fails or is cancelled leaves the session as it was. The window and --headless use the same one.
class Workflow : public QObject {
    Q_OBJECT
public:
    Workflow(Session* session, ui::JobRunner* runner, QObject* parent = nullptr);

    void open(const OpenOptions& options);
    /// The built-in sample: 200 points with their graph and cells, 20,000 vectors with curves.
    /// configurations: what to build from the vectors; empty: IVF and Vamana.
    void openSample(const QStringList& configurations = {});
    /// Another metric for an open data set: opened anew with its own truth, beside the one that is open.
    void reopen(const DatasetPtr& dataset, Metric metric);
    /// Builds and then sweeps. Several builds queue.
    void build(const Configuration& configuration, const DatasetPtr& dataset, bool thenSweep = true);
    /// Where the queries are expanded, the index is measured with them as an index of its own beside it.
    void sweep(const BuiltIndexPtr& index);
    /// A copy of the index in which everything can be reached, as an index of its own beside it.
    void repair(const BuiltIndexPtr& index);
    /// Writes fewer vectors that stand for the base; the data set stays as it is.
    void compress(const DatasetPtr& dataset, const CompressOptions& options, const CompressFiles& files);
    Expansions* expansions() noexcept { return m_expansions; }

    int k() const noexcept { return m_k; }
    void setK(int k) noexcept { m_k = k; }
    /// 0: all
    void setMeasureQueries(int count) noexcept { m_measureQueries = count; }
    int measureQueries() const noexcept { return m_measureQueries; }

signals:
    void opened(const annscope::ui::DatasetPtr& dataset);
    void built(const annscope::ui::BuiltIndexPtr& index);
    /// Before built.
    void repaired(const annscope::ui::BuiltIndexPtr& original, const annscope::ui::BuiltIndexPtr& index);
    void swept(const annscope::ui::BuiltIndexPtr& index);
    /// lost: mean squared distance to the centroids, as a share of the variance
    void compressed(const annscope::ui::DatasetPtr& dataset, const annscope::CompressOptions& options,
                    const annscope::CompressFiles& files, double lost);
    /// what: a clause that names the step, "IVF64,Flat was not built". Not sent for a cancelled step.
    void failed(const QString& what, const annscope::Error& error);
    void cancelled(const QString& what);

private:
    void openGenerated(Result<Dataset> (*generate)(const Control&), const QString& title, bool makeCurrent,
                       const QStringList& configurations);
    BuiltIndexPtr withExpandedQueries(const BuiltIndexPtr& index);
    void report(const QString& what, const Error& error);

    Session* m_session;
    ui::JobRunner* m_runner;
    Expansions* m_expansions;
    int m_k = 10, m_measureQueries = 1000;
};

} // namespace annscope
