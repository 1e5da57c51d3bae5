// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss_sweep.h"
#include "ui/models/filter_stack.h"
#include "ui/views/picture_export.h"
#include "ui/views/plot_frame.h"

#include <QWidget>

#include <optional>
#include <vector>

namespace annscope::ui {

/// A stacked bar for each value of a search parameter: what is lost there, by reason. The names of the
/// reasons are above; a click on one asks for the queries that lost something by it, a click on a bar for its
/// value.
class LossChart : public QWidget {
    Q_OBJECT
public:
    /// Lost: the height is the recall that is lost; Share: all bars are as high, parts are shares of the
    /// loss.
    enum class Scale : quint8 { Lost, Share };

    explicit LossChart(QWidget* parent = nullptr);

    /// parameter empty: one bar without a value. passing: the queries that are counted; null: all. points
    /// have what each query lost, of k true neighbours.
    void setPoints(const QString& parameter, std::vector<LossPoint> points, std::size_t k,
                   const QueryRowsPtr& passing);
    void setCurrent(double value);
    void setScale(Scale scale);
    Scale scale() const { return m_scale; }
    /// What the other views are narrowed to; nothing: none.
    void setChosenReason(std::optional<LossReason> reason);
    void setPictureText(const QString& subtitle);
    TitledPicture picture() const;

    struct Bar {
        double value = 0;
        std::array<std::size_t, kLossReasons> reasons{};
        std::size_t lost = 0, all = 0; ///< of all true neighbours
    };
    const std::vector<Bar>& bars() const { return m_bars; }
    /// Reasons that occur, from the bottom of a bar to its top.
    const std::vector<LossReason>& reasons() const { return m_reasons; }
    QRectF barRect(std::size_t bar) const;
    QRectF legendRect(LossReason reason) const;
    QString barText(std::size_t bar) const;
    QString csv() const;
    QSize sizeHint() const override { return {520, 260}; }
    QSize minimumSizeHint() const override { return {240, 150}; }

signals:
    void valueClicked(double value);
    void reasonClicked(annscope::LossReason reason);

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void leaveEvent(QEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    struct Hovered {
        int bar = -1;
        std::optional<LossReason> reason; ///< without a bar: its name
        friend bool operator==(const Hovered&, const Hovered&) = default;
    };
    struct LegendItem {
        LossReason reason;
        QRectF box;
    };
    PlotFrame frameIn(const QRectF& area) const;
    double top() const;
    QRectF barIn(const PlotFrame& frame, std::size_t bar) const;
    QRectF partIn(const PlotFrame& frame, std::size_t bar, LossReason reason) const;
    std::vector<LegendItem> legendIn(const QRectF& area) const;
    double legendHeight(double width) const;
    void paintChart(QPainter& painter, const QRectF& area, const Hovered& hovered) const;
    void paintLegend(QPainter& painter, const QRectF& area, const Hovered& hovered) const;
    void paintBar(QPainter& painter, const PlotFrame& frame, std::size_t bar, const Hovered& hovered) const;
    QList<AxisTick> valueTicks(const PlotFrame& frame) const;
    Hovered at(QPointF position) const;
    int currentBar() const;

    QString m_parameter, m_subtitle;
    std::vector<Bar> m_bars;
    std::vector<LossReason> m_reasons;
    std::size_t m_k = 10, m_queries = 0, m_allQueries = 0;
    double m_current = 0;
    Scale m_scale = Scale::Lost;
    std::optional<LossReason> m_chosen;
    Hovered m_hovered;
};

} // namespace annscope::ui
