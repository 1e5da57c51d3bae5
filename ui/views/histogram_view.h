// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace annscope::ui {

/// Counts in bins of equal width over [min, max].
struct Histogram {
    double min = 0, max = 0;
    std::vector<std::size_t> bins;

    std::size_t total() const;
    std::size_t largest() const;
    double edge(std::size_t bin) const; ///< lower edge; bins.size() gives max
};

/// A small histogram with the value axis below: bars, hover tells one bin. For a side panel.
class HistogramView : public QWidget {
    Q_OBJECT
public:
    explicit HistogramView(QWidget* parent = nullptr);

    /// quantity: what is counted, for tooltips and the accessible text: "norm"
    void setHistogram(Histogram histogram, const QString& quantity);
    const Histogram& histogram() const { return m_histogram; }
    QSize sizeHint() const override { return {220, 84}; }
    QSize minimumSizeHint() const override { return {120, 64}; }
    /// What the tooltip says of a bin.
    QString binText(std::size_t bin) const;

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QRectF plotArea() const;
    int binAt(QPointF position) const;

    Histogram m_histogram;
    QString m_quantity;
    int m_hovered = -1;
};

} // namespace annscope::ui
