// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss_sweep.h"
#include "ui/models/built_index.h"
#include "ui/models/loss_run.h"

#include <QObject>
#include <QTimer>

#include <vector>

namespace annscope::ui {

class JobRunner;

/// Why the neighbours of an index's queries were missed, in three steps, each as soon as it is there: the
/// reasons at the current parameters, what would find them, and the reasons over a search parameter. Begins
/// anew whenever what it is about changes; the sweep only where another parameter than its own did.
class LossStudy : public QObject {
    Q_OBJECT
public:
    explicit LossStudy(JobRunner* jobs, QObject* parent = nullptr);

    struct Subject {
        BuiltIndexPtr built; ///< null: none
        SearchParams params;
        std::size_t k = 10;
        std::size_t most = 0; ///< queries; 0: all
        friend bool operator==(const Subject&, const Subject&) = default;
    };
    void setSubject(const Subject& subject);
    const Subject& subject() const noexcept { return m_subject; }
    /// The parameter of the sweep; empty: the index's main one.
    void setParameter(const QString& name);
    QString parameter() const;
    /// Does what is not known yet, now or once the sliders rest; nothing is done before.
    void start(bool soon = false);
    void stop();

    /// null: not known yet.
    const LossPtr& report() const noexcept { return m_report; }
    bool remediesKnown() const noexcept { return m_remedies; }
    /// Of the sweep and the report, by value.
    std::vector<LossPoint> points() const;
    double currentValue() const;
    bool busy() const noexcept { return m_reportJob != 0 || m_sweepJob != 0; }

signals:
    void reportChanged();
    void pointsChanged();
    void busyChanged();
    void failed(const QString& sentence);

private:
    void forgetReport();
    void forgetSweep();
    void startReport();
    void startSweep();
    SearchParams others() const;

    JobRunner* m_jobs;
    Subject m_subject;
    QString m_parameter;
    QTimer m_soon;
    LossPtr m_report;
    bool m_remedies = false, m_sweepDone = false;
    std::vector<LossPoint> m_points;
    SearchParams m_sweptOthers; ///< the other parameters of m_points
    quint64 m_reportJob = 0, m_sweepJob = 0;
};

} // namespace annscope::ui
