// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/filter_stack.h"

#include <QUndoStack>

#include <algorithm>
#include <iterator>

namespace annscope::ui {

class FilterCommand : public QUndoCommand {
public:
    /// source: of the filter that was set; empty: none. dragging: it goes on from the command before.
    FilterCommand(FilterStack& stack, const QString& text, std::vector<Filter> after, QString source,
                  bool dragging)
        : QUndoCommand(text), m_stack(stack), m_before(stack.m_filters), m_after(std::move(after)),
          m_source(std::move(source)), m_dragging(dragging) {}

    void redo() override { m_stack.replace(m_after); }
    void undo() override { m_stack.replace(m_before); }
    int id() const override {
        constexpr int kDraggedFilter = 5;
        return m_source.isEmpty() ? -1 : kDraggedFilter;
    }
    bool mergeWith(const QUndoCommand* next) override {
        const auto* other = static_cast<const FilterCommand*>(next);
        if (!other->m_dragging || other->m_source != m_source || &other->m_stack != &m_stack)
            return false;
        m_after = other->m_after;
        setText(other->text());
        return true;
    }

private:
    FilterStack& m_stack;
    std::vector<Filter> m_before, m_after;
    QString m_source;
    bool m_dragging;
};

FilterStack::FilterStack(QUndoStack* undo, QObject* parent) : QObject(parent), m_undo(undo) {}

void FilterStack::set(Filter filter, bool dragging) {
    const QString text = tr("Filter %1").arg(filter.text), source = filter.source;
    std::vector<Filter> after = m_filters;
    const auto place = std::ranges::find(after, source, &Filter::source);
    if (place != after.end())
        *place = std::move(filter);
    else
        after.push_back(std::move(filter));
    change(text, std::move(after), source, dragging);
}

void FilterStack::remove(const QString& source) {
    const auto place = std::ranges::find(m_filters, source, &Filter::source);
    if (place == m_filters.end())
        return;
    std::vector<Filter> after = m_filters;
    after.erase(after.begin() + (place - m_filters.begin()));
    change(tr("Remove filter %1").arg(place->text), std::move(after));
}

void FilterStack::clear() {
    if (!m_filters.empty())
        change(tr("Remove all filters"), {});
}

void FilterStack::change(const QString& text, std::vector<Filter> after, const QString& source,
                         bool dragging) {
    m_undo->push(new FilterCommand(*this, text, std::move(after), source, dragging));
}

void FilterStack::replace(std::vector<Filter> filters) {
    m_filters = std::move(filters);
    emit changed();
}

const Filter* FilterStack::find(const QString& source) const {
    const auto found = std::ranges::find(m_filters, source, &Filter::source);
    return found == m_filters.end() ? nullptr : &*found;
}

QueryRowsPtr FilterStack::queries(const DatasetPtr& dataset, const QString& without) const {
    QueryRowsPtr result;
    for (const Filter& filter : m_filters) {
        if (!filter.queries || filter.dataset != dataset || (!without.isEmpty() && filter.source == without))
            continue;
        if (!result) {
            result = filter.queries;
            continue;
        }
        auto both = std::make_shared<QueryRows>();
        std::ranges::set_intersection(*result, *filter.queries, std::back_inserter(*both));
        result = std::move(both);
    }
    return result;
}

bool FilterStack::passesQuery(const DatasetPtr& dataset, qint64 row) const {
    return std::ranges::all_of(m_filters, [&](const Filter& filter) {
        return !filter.queries || filter.dataset != dataset ||
               std::ranges::binary_search(*filter.queries, static_cast<std::uint32_t>(row));
    });
}

bool FilterStack::passesRun(qint64 id) const {
    return std::ranges::all_of(m_filters, [id](const Filter& filter) {
        return !filter.runs || std::ranges::binary_search(*filter.runs, id);
    });
}

qint64 FilterStack::cell(qint64 index) const {
    for (const Filter& filter : m_filters)
        if (filter.index == index && filter.cell >= 0)
            return filter.cell;
    return -1;
}

} // namespace annscope::ui
