// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/loss_study.h"

#include "ui/jobs/job_runner.h"

#include <algorithm>
#include <utility>

namespace annscope::ui {
namespace {

constexpr int kRestMs = 250; ///< of the sliders, before all is looked for anew

} // namespace

LossStudy::LossStudy(JobRunner* jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRestMs);
    connect(&m_soon, &QTimer::timeout, this, [this] { start(); });
}

void LossStudy::setSubject(const Subject& subject) {
    if (subject == m_subject)
        return;
    const bool otherIndex = subject.built != m_subject.built;
    const bool otherWork = subject.k != m_subject.k || subject.most != m_subject.most;
    m_subject = subject;
    if (otherIndex)
        m_parameter.clear();
    forgetReport();
    if (otherIndex || otherWork || others() != m_sweptOthers)
        forgetSweep();
    emit reportChanged();
    emit pointsChanged();
}

void LossStudy::setParameter(const QString& name) {
    if (name == parameter())
        return;
    m_parameter = name;
    forgetSweep();
    emit pointsChanged();
}

QString LossStudy::parameter() const {
    if (!m_parameter.isEmpty() || !m_subject.built || !m_subject.built->index)
        return m_parameter;
    const ParamInfo* main = loss_parameter(*m_subject.built->index);
    return main ? QString::fromUtf8(main->name.data(), qsizetype(main->name.size())) : QString();
}

double LossStudy::currentValue() const {
    if (!m_subject.built || !m_subject.built->index)
        return 0;
    const std::string name = parameter().toStdString();
    for (const ParamInfo& info : m_subject.built->index->search_params())
        if (info.name == name)
            return value_or_default(m_subject.params, info);
    return 0;
}

/// All parameters but the one that is swept, with their defaults, so that equal searches compare equal.
SearchParams LossStudy::others() const {
    SearchParams rest;
    if (m_subject.built && m_subject.built->index)
        for (const ParamInfo& info : m_subject.built->index->search_params())
            if (info.name != parameter().toStdString())
                rest.set(info.name, value_or_default(m_subject.params, info));
    return rest;
}

void LossStudy::forgetReport() {
    if (m_reportJob != 0)
        m_jobs->cancel(std::exchange(m_reportJob, 0));
    m_report = nullptr;
    m_remedies = false;
}

void LossStudy::forgetSweep() {
    if (m_sweepJob != 0)
        m_jobs->cancel(std::exchange(m_sweepJob, 0));
    m_points.clear();
    m_sweepDone = false;
    m_sweptOthers = others();
}

void LossStudy::stop() {
    m_soon.stop();
    if (m_reportJob != 0)
        m_jobs->cancel(std::exchange(m_reportJob, 0));
    if (m_sweepJob != 0)
        m_jobs->cancel(std::exchange(m_sweepJob, 0));
    emit busyChanged();
}

void LossStudy::start(bool soon) {
    if (!m_subject.built || !m_subject.built->index)
        return;
    if (soon)
        return m_soon.start();
    m_soon.stop();
    if ((!m_report || !m_remedies) && m_reportJob == 0)
        startReport();
    if (!m_sweepDone && m_sweepJob == 0)
        startSweep();
    emit busyChanged();
}

void LossStudy::startReport() {
    const auto work = [about = m_subject](const Control& control,
                                          const JobRunner::Emit<LossPtr>& tell) -> Result<LossPtr> {
        const Workload workload = workload_of(about.built->measured(), about.most);
        LossOptions options;
        options.k = about.k;
        const auto early = [&tell](const LossReport& reasons) {
            tell(std::make_shared<const LossReport>(reasons));
        };
        ANNSCOPE_ASSIGN(LossReport whole,
                        explain_loss(*about.built->index, workload, about.params, options, control, early));
        return LossPtr(std::make_shared<const LossReport>(std::move(whole)));
    };
    const auto current = [this, about = m_subject] { return about == m_subject; };
    const auto early = [this, current](const std::vector<LossPtr>& reports) {
        if (!current())
            return;
        m_report = reports.back();
        emit reportChanged();
        emit pointsChanged();
    };
    const auto done = [this, current](Result<LossPtr> report) {
        if (!current() || (!report && report.error().code == ErrorCode::Cancelled))
            return;
        m_reportJob = 0;
        if (report) {
            m_report = *report;
            m_remedies = true;
            emit reportChanged();
            emit pointsChanged();
        } else {
            emit failed(QString::fromStdString(report.error().message));
        }
        emit busyChanged();
    };
    m_reportJob = m_jobs->submitStreaming<LossPtr, LossPtr>(
        Lane::Build, tr("Loss of %1").arg(m_subject.built->title), work, this, early, done);
}

void LossStudy::startSweep() {
    LossSweepOptions options;
    options.k = m_subject.k;
    options.parameter = parameter().toStdString();
    m_sweptOthers = others();
    const auto work = [about = m_subject, options](const Control& control,
                                                   const JobRunner::Emit<LossPoint>& tell) -> Result<bool> {
        const Workload workload = workload_of(about.built->measured(), about.most);
        ANNSCOPE_ASSIGN(const LossSweep sweep,
                        loss_sweep(*about.built->index, workload, about.params, options, control, tell));
        return !sweep.points.empty();
    };
    // A slider of the swept parameter may move meanwhile; whatever else changes cancels this job.
    const auto job = std::make_shared<quint64>(0);
    const auto arrived = [this, job](const std::vector<LossPoint>& some) {
        if (*job != m_sweepJob)
            return;
        m_points.insert(m_points.end(), some.begin(), some.end());
        emit pointsChanged();
    };
    const auto done = [this, job](Result<bool> result) {
        if (*job != m_sweepJob)
            return;
        m_sweepJob = 0;
        m_sweepDone = result.ok();
        if (!result && result.error().code != ErrorCode::Cancelled)
            emit failed(QString::fromStdString(result.error().message));
        emit busyChanged();
    };
    *job = m_sweepJob = m_jobs->submitStreaming<LossPoint, bool>(
        Lane::Build, tr("Loss over %1").arg(parameter()), work, this, arrived, done);
}

std::vector<LossPoint> LossStudy::points() const {
    std::vector<LossPoint> all = m_points;
    if (m_report) {
        const double value = currentValue();
        std::erase_if(all, [value](const LossPoint& point) { return point.value == value; });
        all.push_back(loss_point(*m_report, value));
    }
    std::ranges::sort(all, {}, &LossPoint::value);
    return all;
}

} // namespace annscope::ui
