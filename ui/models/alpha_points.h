// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/geometry/spatial_grid.h"

#include <QObject>

#include <cstdint>
#include <vector>

class QUndoStack;

namespace annscope::ui {

enum class PointPreset : quint8 { Uniform, Clusters, Ring, Spiral, Grid };

/// n seeded points in the unit square.
std::vector<Point2> presetPoints(PointPreset preset, std::size_t n, std::uint64_t seed);

/// The points of the alpha laboratory. Every edit can be undone; a drag is one edit.
class AlphaPoints : public QObject {
    Q_OBJECT
public:
    static constexpr std::size_t kMost = 5000; ///< builds of more would not keep up with the mouse

    /// undo must outlive the edits made here, or be cleared.
    explicit AlphaPoints(QUndoStack* undo, QObject* parent = nullptr);

    const std::vector<Point2>& points() const noexcept { return m_points; }
    std::size_t size() const noexcept { return m_points.size(); }
    /// Another one whenever numbers of points change their meaning: an older graph cannot be drawn on them.
    quint64 generation() const noexcept { return m_generation; }

    /// Another set; text: what undo calls it. Emits replaced.
    void replace(std::vector<Point2> points, const QString& text);
    /// The same without a step of undo: the first set.
    void reset(std::vector<Point2> points);
    /// Appends one; its number, or -1 where there are kMost already.
    qint64 add(Point2 at);
    void remove(std::size_t index);
    /// Between beginMove and endMove every place of the drag is shown, and the last one becomes the edit.
    void beginMove(std::size_t index);
    void moveTo(Point2 at);
    void endMove();
    bool moving() const noexcept { return m_moved >= 0; }

signals:
    /// Any change, also during a drag.
    void changed();
    /// All points are others now. Comes after changed.
    void replaced();

private:
    friend class PointsCommand;
    void set(std::vector<Point2> points, bool sameNumbers, bool others);

    QUndoStack* m_undo;
    std::vector<Point2> m_points;
    quint64 m_generation = 1;
    qint64 m_moved = -1;
    Point2 m_from{};
};

} // namespace annscope::ui
