// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/path_pair.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

namespace annscope::ui {

/// True neighbours found over distances computed: what a search got for its work, the same measure for
/// graphs, cells and plain scans, so that paths of different kinds can be compared. A click goes there.
class FoundChart : public QWidget {
    Q_OBJECT
public:
    explicit FoundChart(QWidget* parent = nullptr);

    void setPaths(const PathPair& paths);
    /// The steps shown now; what comes later is fainter.
    void setSteps(std::size_t first, std::size_t second);
    void setPictureText(const QString& title, const QString& subtitle);
    TitledPicture picture();
    /// What each path had found once it had computed that many distances, one line a path.
    QString foundText(double compared) const;
    /// Where a step lies.
    QPointF placeOf(std::size_t which, std::size_t step) const;
    QSize sizeHint() const override { return {360, 150}; }
    QSize minimumSizeHint() const override { return {160, 84}; }

signals:
    void comparedPicked(double compared);
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
    /// The frame; x is log10 of the distances where they span a wide range.
    struct Axes : PlotFrame {
        bool logarithmic = false;
        double axisOf(double compared) const;
        double comparedAt(double pixel) const;
    };
    bool empty() const noexcept { return !m_paths[0].path || m_paths[0].path->steps.empty(); }
    std::size_t count() const noexcept { return isPair(m_paths) ? 2 : 1; }
    Axes axes(const QRectF& area) const;
    QPointF at(const Axes& a, std::size_t which, std::size_t step) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintPath(QPainter& painter, const Axes& a, std::size_t which) const;
    void paintLabels(QPainter& painter, const Axes& a) const;

    PathPair m_paths;
    std::array<std::size_t, 2> m_steps{};
    QString m_title, m_subtitle;
};

} // namespace annscope::ui
