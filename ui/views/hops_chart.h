// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/hops_at_recall.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

#include <string>
#include <vector>

namespace annscope::ui {

/// What a search costs at equal recall over the degree of the graph, one line a family (Subramanya et al.,
/// DiskANN, NeurIPS 2019, figure 2c). Lines have their names at their ends; hover tells a point.
class HopsChart : public QWidget {
    Q_OBJECT
public:
    enum class Cost : quint8 { Hops, Distances };

    explicit HopsChart(QWidget* parent = nullptr);

    void setEntries(std::vector<HopsEntry> entries);
    void setTarget(double recall);
    void setCost(Cost cost);
    void setPictureText(const QString& subtitle);
    TitledPicture picture() const;

    /// Where the point of a configuration is; null: it has none.
    QPointF pointOf(const std::string& config) const;
    QString hoveredText() const { return m_hovered < 0 ? QString() : noteOf(std::size_t(m_hovered)); }
    QSize sizeHint() const override { return {520, 300}; }
    QSize minimumSizeHint() const override { return {260, 160}; }

signals:
    void configClicked(const QString& config);

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    struct Point {
        std::size_t entry = 0; ///< of m_entries
        double degree = 0, cost = 0;
        bool at_least = false;
    };
    struct Line {
        std::string family;
        int style = 0;
        std::vector<Point> points; ///< by degree
    };
    void arrange();
    QList<AxisTick> degreeTicks(const PlotFrame& frame) const;
    PlotFrame frameIn(const QRectF& area) const;
    void paintChart(QPainter& painter, const QRectF& area) const;
    void paintLine(QPainter& painter, const PlotFrame& frame, const Line& line) const;
    void paintNames(QPainter& painter, const PlotFrame& frame, const QRectF& area) const;
    double nameRoom(double width) const;
    QString noteOf(std::size_t entry) const;
    int entryAt(QPointF at) const;

    std::vector<HopsEntry> m_entries;
    std::vector<Line> m_lines;
    double m_target = 0.95;
    Cost m_cost = Cost::Hops;
    QString m_subtitle;
    int m_hovered = -1; ///< of m_entries
};

} // namespace annscope::ui
