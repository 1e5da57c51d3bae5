// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/expansions.h"

#include "ui/jobs/job_runner.h"

#include <algorithm>

namespace annscope {

using ui::DatasetPtr;

Expansions::Expansions(ui::JobRunner* runner, QObject* parent) : QObject(parent), m_runner(runner) {}

void Expansions::switchOn(const DatasetPtr& dataset, const ExpansionOptions& options) {
    if (!dataset)
        return;
    const auto known = m_entries.constFind(dataset.get());
    if (known != m_entries.constEnd()) {
        if (known->options == options)
            return;
        if (known->job != 0)
            m_runner->cancel(known->job);
    }
    const quint64 turn = ++m_turn;
    m_entries.insert(dataset.get(), {options, nullptr, 0, turn});
    const quint64 job = m_runner->submit<Dataset>(
        ui::Lane::Build, tr("Expand %1").arg(QString::fromStdString(dataset->name)),
        [dataset, options](const Control& control) { return expanded(*dataset, options, control); }, this,
        [this, dataset, turn](Result<Dataset> result) { arrived(dataset, turn, std::move(result)); });
    m_entries[dataset.get()].job = job;
    emit changed(dataset);
}

void Expansions::arrived(const DatasetPtr& dataset, quint64 turn, Result<Dataset> result) {
    const auto entry = m_entries.find(dataset.get());
    if (entry == m_entries.end() || entry->turn != turn)
        return; // switched off or changed meanwhile
    entry->job = 0;
    if (result) {
        entry->expanded = std::make_shared<const Dataset>(*std::move(result));
    } else {
        m_entries.erase(entry);
        if (result.error().code != ErrorCode::Cancelled)
            emit failed(tr("%1 was not expanded").arg(QString::fromStdString(dataset->name)), result.error());
    }
    emit changed(dataset);
}

void Expansions::switchOff(const DatasetPtr& dataset) {
    const auto entry = m_entries.find(dataset.get());
    if (entry == m_entries.end())
        return;
    const quint64 job = entry->job;
    m_entries.erase(entry);
    if (job != 0)
        m_runner->cancel(job);
    emit changed(dataset);
}

void Expansions::keepOnly(const std::vector<DatasetPtr>& open) {
    m_entries.removeIf([&](const auto& entry) {
        const bool closed = std::ranges::find(open, entry.key(), &DatasetPtr::get) == open.end();
        if (closed && entry->job != 0)
            m_runner->cancel(entry->job);
        return closed;
    });
}

std::optional<Expansions::Entry> Expansions::of(const DatasetPtr& dataset) const {
    const auto entry = m_entries.constFind(dataset.get());
    return entry == m_entries.constEnd() ? std::nullopt : std::optional(*entry);
}

DatasetPtr Expansions::forBuild(const DatasetPtr& dataset) const {
    const auto entry = of(dataset);
    return entry && entry->options.what != Expand::Queries ? entry->expanded : nullptr;
}

DatasetPtr Expansions::forSweep(const DatasetPtr& dataset) const {
    const auto entry = of(dataset);
    return entry && entry->options.what == Expand::Queries ? entry->expanded : nullptr;
}

QString Expansions::title(const QString& index, const DatasetPtr& dataset) const {
    const auto entry = of(dataset);
    if (!entry)
        return index;
    const char* how = entry->options.what == Expand::Queries ? "QE"
                      : entry->options.what == Expand::Base  ? "DBA"
                                                             : "QE+DBA";
    return QStringLiteral("%1, %2(%3, α %4)")
        .arg(index, QLatin1String(how))
        .arg(entry->options.n)
        .arg(entry->options.alpha);
}

} // namespace annscope
