// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_pair.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

namespace annscope::ui {

/// Distance to the query over the hops of a path, for vectors of any dimension: the node expanded (or the
/// centroid probed), the band between the best and the worst of the candidate list, the true k-th distance,
/// and where each true neighbour was met and lost. Two paths lie over each other. A click goes to a hop.
class HopChart : public QWidget {
    Q_OBJECT
public:
    explicit HopChart(QWidget* parent = nullptr);

    void setPaths(const PathPair& paths);
    /// The steps shown now; what comes later is fainter.
    void setSteps(std::size_t first, std::size_t second);
    void setPictureText(const QString& title, const QString& subtitle);
    /// What the chart tells about a hop, one line a path.
    QString hopText(int hop) const;
    QSize sizeHint() const override { return {360, 150}; }
    QSize minimumSizeHint() const override { return {160, 84}; }

signals:
    void hopPicked(int hop);
    /// The arrow keys: a step forward (1) or back (-1).
    void stepWanted(int direction);

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;
    bool event(QEvent* event) override;

private:
    /// The frame with the distance axis, which is logarithmic where distances span a wide range.
    struct Axes : PlotFrame {
        bool logarithmic = false;
        bool labels = false; ///< room for them on the right
        double yOf(double shown) const;
    };
    struct Label {
        double y = 0;
        QString text;
        QColor color;
    };

    bool empty() const noexcept { return !m_paths[0].path || m_paths[0].path->steps.empty(); }
    bool pair() const noexcept { return isPair(m_paths); }
    int lastHop() const noexcept;
    double shown(double distance) const;
    void fitDistances(Axes& a) const;
    Axes axes(const QRectF& area) const;
    QPointF at(const Axes& a, const PathStep& step, double distance) const;
    QPolygonF line(const Axes& a, std::size_t which, float PathStep::*value) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintGrid(QPainter& painter, const Axes& a) const;
    void paintLevels(QPainter& painter, const Axes& a) const;
    void paintList(QPainter& painter, const Axes& a, std::size_t which) const;
    void paintKth(QPainter& painter, const Axes& a) const;
    void paintExpanded(QPainter& painter, const Axes& a, std::size_t which) const;
    void paintTruth(QPainter& painter, const Axes& a, std::size_t which) const;
    void paintLabels(QPainter& painter, const Axes& a) const;
    std::vector<Label> labels(const Axes& a) const;
    int hopAt(QPointF at) const;

    PathPair m_paths;
    std::array<std::size_t, 2> m_steps{};
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
