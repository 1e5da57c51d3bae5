// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "ui/models/live_estimate.h"

#include <QObject>

#include <optional>

namespace annscope::ui {

class JobRunner;

/// Measures the configuration under the sliders on the interactive lane: at first on as many queries as take
/// about 50 ms, then on more and more, until all are done or another configuration is asked for. Requests
/// coalesce: of those that come while one is measured only the last is done. A first estimate is always
/// finished, so that the marker moves while a slider is dragged; refinements are cancelled.
class LiveMeasure : public QObject {
    Q_OBJECT
public:
    /// jobs must outlive this.
    explicit LiveMeasure(JobRunner* jobs, QObject* parent = nullptr);

    bool busy() const { return m_job != 0; }

public slots:
    void request(annscope::ui::BuiltIndexPtr index, const annscope::SearchParams& params, std::size_t k);
    void stop();

signals:
    void estimated(const annscope::ui::LiveEstimate& estimate);
    /// The engine's sentence, such as a parameter out of range.
    void failed(const QString& sentence);
    /// All queries are measured.
    void finished();

private:
    struct Request {
        BuiltIndexPtr index;
        SearchParams params;
        std::size_t k = 0;
    };
    void begin();
    void measureOn(std::size_t queries);
    void arrived(Result<LiveEstimate> result);

    JobRunner* m_jobs;
    std::optional<Request> m_current, m_next;
    quint64 m_job = 0;
    bool m_first = false;
};

/// One measurement on a sample: queries spread evenly over the workload, each sample a part of the next.
/// queries 0: as many as take about 50 ms (2 to 100). All of them are measured three times where that is
/// quick. Errors: those of measure; InvalidArgument without true neighbours.
Result<LiveEstimate> measureSample(const BuiltIndexPtr& index, const SearchParams& params, std::size_t k,
                                   std::size_t queries, const Control& control);

} // namespace annscope::ui
