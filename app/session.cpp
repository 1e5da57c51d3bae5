// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session.h"

#include <QUndoCommand>

#include <algorithm>

namespace annscope {

/// Closing a data set; its indexes went before, by commands of their own.
class DatasetCommand : public QUndoCommand {
public:
    DatasetCommand(Session& session, DatasetPtr dataset)
        : m_session(session), m_dataset(std::move(dataset)) {}
    void redo() override { m_at = m_session.takeDataset(m_dataset); }
    void undo() override { m_session.insertDataset(m_at, m_dataset); }

private:
    Session& m_session;
    DatasetPtr m_dataset;
    std::size_t m_at = 0;
};

class IndexCommand : public QUndoCommand {
public:
    IndexCommand(Session& session, BuiltIndexPtr index) : m_session(session), m_index(std::move(index)) {}
    void redo() override { m_at = m_session.takeIndex(m_index); }
    void undo() override { m_session.insertIndex(m_at, m_index); }

private:
    Session& m_session;
    BuiltIndexPtr m_index;
    std::size_t m_at = 0;
};

Session::Session(QObject* parent) : QObject(parent), m_runs(std::make_unique<ui::RunsModel>(&m_undo)) {
    connect(&m_selection, &ui::Selection::runChanged, this, &Session::followRun);
    connect(&m_selection, &ui::Selection::indexChanged, this, &Session::followIndex);
    connect(m_runs.get(), &QAbstractItemModel::rowsRemoved, this, [this] {
        if (!m_runs->run(m_selection.run()))
            m_selection.setRun(-1);
        if (!m_runs->run(m_selection.hoveredRun()))
            m_selection.setHoveredRun(-1);
    });
}

Session::~Session() {
    m_undo.clear(); // its commands know the runs and this session
}

BuiltIndexPtr Session::index(qint64 id) const {
    const auto found = std::ranges::find(m_indexes, id, [](const BuiltIndexPtr& i) { return i->id; });
    return found == m_indexes.end() ? nullptr : *found;
}

std::vector<BuiltIndexPtr> Session::indexesOf(const DatasetPtr& dataset) const {
    std::vector<BuiltIndexPtr> result;
    std::ranges::copy_if(m_indexes, std::back_inserter(result),
                         [&](const BuiltIndexPtr& i) { return i->dataset == dataset; });
    return result;
}

std::optional<OpenOptions> Session::openedWith(const DatasetPtr& dataset) const {
    const auto found = m_options.constFind(dataset.get());
    return found == m_options.constEnd() ? std::nullopt : std::optional(*found);
}

void Session::addDataset(const DatasetPtr& dataset, std::optional<OpenOptions> options, bool makeCurrent) {
    if (options)
        m_options.insert(dataset.get(), *std::move(options));
    else
        m_options.remove(dataset.get());
    m_datasets.push_back(dataset);
    emit datasetsChanged();
    if (makeCurrent || !m_current)
        setCurrent(dataset);
}

void Session::setCurrent(const DatasetPtr& dataset) {
    if (dataset == m_current)
        return;
    m_current = dataset;
    // Queries, cells and nodes are numbers within one data set.
    m_selection.setQuery(-1);
    m_selection.setCell(-1);
    m_selection.setNode(-1);
    const BuiltIndexPtr selected = index(m_selection.index());
    if (!selected || selected->dataset != dataset) {
        const auto own = indexesOf(dataset);
        m_selection.setRun(-1);
        m_selection.setIndex(own.empty() ? -1 : own.back()->id);
    }
    emit currentChanged(dataset);
}

void Session::closeDataset(const DatasetPtr& dataset) {
    if (std::ranges::find(m_datasets, dataset) == m_datasets.end())
        return;
    m_undo.beginMacro(tr("Close %1").arg(QString::fromStdString(dataset->name)));
    for (const BuiltIndexPtr& index : indexesOf(dataset)) {
        removeRunsOf(index);
        m_undo.push(new IndexCommand(*this, index));
    }
    m_undo.push(new DatasetCommand(*this, dataset));
    m_undo.endMacro();
}

BuiltIndexPtr Session::addIndex(const QString& title, Configuration configuration,
                                std::shared_ptr<const Index> index, const DatasetPtr& dataset,
                                const DatasetPtr& expanded) {
    auto built = std::make_shared<ui::BuiltIndex>();
    built->id = m_nextIndex++;
    built->title = title;
    built->configuration = std::move(configuration);
    built->index = std::move(index);
    built->dataset = dataset;
    built->expanded = expanded;
    built->series = freeSeries(dataset);
    m_indexes.push_back(built);
    emit indexesChanged();
    return built;
}

void Session::removeIndex(qint64 id) {
    const BuiltIndexPtr removed = index(id);
    if (!removed)
        return;
    m_undo.beginMacro(tr("Remove %1").arg(removed->title));
    removeRunsOf(removed);
    m_undo.push(new IndexCommand(*this, removed));
    m_undo.endMacro();
}

void Session::removeRunsOf(const BuiltIndexPtr& index) {
    QList<qint64> ids;
    for (const ui::Run& run : m_runs->runs())
        if (run.index == index)
            ids.push_back(run.id);
    if (!ids.isEmpty())
        m_runs->remove(ids);
}

void Session::insertDataset(std::size_t at, const DatasetPtr& dataset) {
    m_datasets.insert(m_datasets.begin() + static_cast<std::ptrdiff_t>(std::min(at, m_datasets.size())),
                      dataset);
    emit datasetsChanged();
    setCurrent(dataset);
}

std::size_t Session::takeDataset(const DatasetPtr& dataset) {
    const auto found = std::ranges::find(m_datasets, dataset);
    const auto at = static_cast<std::size_t>(found - m_datasets.begin());
    m_datasets.erase(found);
    emit datasetsChanged();
    if (m_current == dataset)
        setCurrent(m_datasets.empty() ? nullptr : m_datasets[std::min(at, m_datasets.size() - 1)]);
    return at;
}

void Session::insertIndex(std::size_t at, const BuiltIndexPtr& index) {
    m_indexes.insert(m_indexes.begin() + static_cast<std::ptrdiff_t>(std::min(at, m_indexes.size())), index);
    emit indexesChanged();
}

std::size_t Session::takeIndex(const BuiltIndexPtr& index) {
    const auto found = std::ranges::find(m_indexes, index);
    const auto at = static_cast<std::size_t>(found - m_indexes.begin());
    m_indexes.erase(found);
    if (m_selection.index() == index->id) {
        const auto rest = indexesOf(index->dataset);
        m_selection.setIndex(rest.empty() ? -1 : rest.back()->id);
    }
    emit indexesChanged();
    return at;
}

/// A selected run selects its index, and through it the data.
void Session::followRun(qint64 id) {
    if (const ui::Run* run = m_runs->run(id); run && run->index)
        m_selection.setIndex(run->index->id);
}

void Session::followIndex(qint64 id) {
    const BuiltIndexPtr selected = index(id);
    if (!selected)
        return;
    const ui::Run* run = m_runs->run(m_selection.run());
    if (run && run->index != selected)
        m_selection.setRun(-1);
    setCurrent(selected->dataset);
}

/// The lowest style that no open index of the data has: views show one data set at a time.
int Session::freeSeries(const DatasetPtr& dataset) const {
    for (int series = 0;; ++series)
        if (std::ranges::none_of(m_indexes, [&](const BuiltIndexPtr& i) {
                return i->dataset == dataset && i->series == series;
            }))
            return series;
}

} // namespace annscope
