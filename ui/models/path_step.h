// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_model.h"

#include <QObject>

#include <utility>

namespace annscope::ui {

/// The query's path that was played last and the step it stands at, for all views: a player tells it, and
/// every view of the same path or of the vectors it visits follows.
class StepState : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    qint64 index() const noexcept { return m_index; } ///< id of the index that was searched, -1: none
    const PathModelPtr& path() const noexcept { return m_path; } ///< null: none
    std::size_t step() const noexcept { return m_step; }         ///< of path()->steps
    /// Whether that is the same query searched in the same way: then steps mean the same, too.
    bool shows(qint64 index, const PathModelPtr& path) const noexcept {
        return path && m_path && index == m_index &&
               (path == m_path ||
                (path->query == m_path->query && path->k == m_path->k && path->params == m_path->params &&
                 path->steps.size() == m_path->steps.size()));
    }

public slots:
    /// A path that is new stands at the step given; null: nothing is played any more.
    void show(qint64 index, const annscope::ui::PathModelPtr& path, std::size_t step) {
        const bool same = shows(index, path), moved = step != m_step;
        m_index = path ? index : -1;
        m_path = path;
        m_step = step;
        if (!same)
            emit pathChanged();
        else if (moved)
            emit stepChanged(static_cast<int>(step));
    }

signals:
    void pathChanged();
    void stepChanged(int step); ///< of the same path

private:
    qint64 m_index = -1;
    PathModelPtr m_path;
    std::size_t m_step = 0;
};

} // namespace annscope::ui
