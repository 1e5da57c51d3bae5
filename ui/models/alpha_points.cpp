// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/alpha_points.h"

#include "core/random.h"

#include <QUndoStack>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace annscope::ui {

namespace {

constexpr double kTurn = 2 * std::numbers::pi;

Point2 clusterPoint(Random& random, const std::vector<Point2>& centres) {
    const std::uint64_t which = random.below(centres.size() + 1);
    if (which == centres.size()) // a few between the clusters
        return {static_cast<float>(random.uniform()), static_cast<float>(random.uniform())};
    const double spread = 0.035 + 0.02 * static_cast<double>(which % 3);
    return {centres[which][0] + static_cast<float>(spread * random.normal()),
            centres[which][1] + static_cast<float>(spread * random.normal())};
}

Point2 around(double angle, double radius) {
    return {static_cast<float>(0.5 + radius * std::cos(angle)),
            static_cast<float>(0.5 + radius * std::sin(angle))};
}

Point2 gridPoint(std::size_t i, std::size_t n, Random& random) {
    const auto side = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(n))));
    const double step = 1.0 / static_cast<double>(std::max<std::size_t>(side, 1));
    // Not quite regular: equal distances would make the picture a matter of chance.
    const auto place = [&](std::size_t k) {
        return static_cast<float>((static_cast<double>(k) + 0.5 + 0.2 * (random.uniform() - 0.5)) * step);
    };
    const float x = place(i % side);
    return {x, place(i / side)};
}

} // namespace

std::vector<Point2> presetPoints(PointPreset preset, std::size_t n, std::uint64_t seed) {
    Random random(seed);
    std::vector<Point2> points, centres;
    for (int i = 0; i < 7; ++i)
        centres.push_back({static_cast<float>(0.12 + 0.76 * random.uniform()),
                           static_cast<float>(0.12 + 0.76 * random.uniform())});
    for (std::size_t i = 0; i < n; ++i) {
        const double t = random.uniform();
        switch (preset) {
        case PointPreset::Uniform:
            points.push_back({static_cast<float>(t), static_cast<float>(random.uniform())});
            break;
        case PointPreset::Clusters:
            points.push_back(clusterPoint(random, centres));
            break;
        case PointPreset::Ring:
            points.push_back(around(kTurn * t, 0.42 + 0.018 * random.normal()));
            break;
        case PointPreset::Spiral:
            points.push_back(
                around(2.6 * kTurn * std::sqrt(t), 0.04 + 0.44 * std::sqrt(t) + 0.008 * random.normal()));
            break;
        case PointPreset::Grid:
            points.push_back(gridPoint(i, n, random));
            break;
        }
    }
    return points;
}

/// Puts one set in place of another.
class PointsCommand : public QUndoCommand {
public:
    PointsCommand(AlphaPoints* points, std::vector<Point2> before, std::vector<Point2> after,
                  bool sameNumbers, bool others, const QString& text)
        : QUndoCommand(text), m_points(points), m_before(std::move(before)), m_after(std::move(after)),
          m_sameNumbers(sameNumbers), m_others(others) {}
    void redo() override { m_points->set(m_after, m_sameNumbers, m_others); }
    void undo() override { m_points->set(m_before, m_sameNumbers, m_others); }

private:
    AlphaPoints* m_points;
    std::vector<Point2> m_before, m_after;
    bool m_sameNumbers, m_others;
};

AlphaPoints::AlphaPoints(QUndoStack* undo, QObject* parent) : QObject(parent), m_undo(undo) {}

void AlphaPoints::set(std::vector<Point2> points, bool sameNumbers, bool others) {
    m_moved = -1;
    m_points = std::move(points);
    m_generation += sameNumbers ? 0 : 1;
    emit changed();
    if (others)
        emit replaced();
}

void AlphaPoints::replace(std::vector<Point2> points, const QString& text) {
    points.resize(std::min(points.size(), kMost));
    m_undo->push(new PointsCommand(this, m_points, std::move(points), false, true, text));
}

void AlphaPoints::reset(std::vector<Point2> points) {
    points.resize(std::min(points.size(), kMost));
    set(std::move(points), false, true);
}

qint64 AlphaPoints::add(Point2 at) {
    if (m_points.size() >= kMost)
        return -1;
    std::vector<Point2> after = m_points;
    after.push_back(at);
    m_undo->push(new PointsCommand(this, m_points, std::move(after), true, false, tr("Add point")));
    return static_cast<qint64>(m_points.size()) - 1;
}

void AlphaPoints::remove(std::size_t index) {
    if (index >= m_points.size())
        return;
    std::vector<Point2> after = m_points;
    after.erase(after.begin() + static_cast<std::ptrdiff_t>(index));
    m_undo->push(new PointsCommand(this, m_points, std::move(after), false, false, tr("Delete point")));
}

void AlphaPoints::beginMove(std::size_t index) {
    m_moved = static_cast<qint64>(index);
    m_from = m_points[index];
}

void AlphaPoints::moveTo(Point2 at) {
    if (m_moved < 0)
        return;
    m_points[static_cast<std::size_t>(m_moved)] = at;
    emit changed();
}

void AlphaPoints::endMove() {
    const qint64 index = std::exchange(m_moved, -1);
    if (index < 0)
        return;
    std::vector<Point2> before = m_points;
    before[static_cast<std::size_t>(index)] = m_from;
    if (before != m_points)
        m_undo->push(new PointsCommand(this, std::move(before), m_points, true, false, tr("Move point")));
}

} // namespace annscope::ui
