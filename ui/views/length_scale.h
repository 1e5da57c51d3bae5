// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/alpha_build.h"

#include <QWidget>

namespace annscope::ui {

/// The colours of edge lengths, upright between two graphs that share them, and on either side how many edges
/// of that graph are so long.
class LengthScale : public QWidget {
    Q_OBJECT
public:
    explicit LengthScale(QWidget* parent = nullptr);

    void setPair(AlphaPairPtr pair, std::size_t frame); ///< null: nothing
    /// Narrow: the colours and numbers alone.
    void setHistograms(bool shown);
    void paint(QPainter& painter, const QRectF& area) const;
    QSize sizeHint() const override { return {m_histograms ? 122 : 46, 200}; }
    QSize minimumSizeHint() const override { return {46, 60}; }

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override;

private:
    static constexpr std::size_t kBins = 28;
    QRectF barIn(const QRectF& area) const;
    void count();
    void paintHistograms(QPainter& painter, const QRectF& bar) const;
    void paintTicks(QPainter& painter, const QRectF& bar) const;
    double lengthAt(double place) const;

    AlphaPairPtr m_pair;
    std::size_t m_frame = 0;
    bool m_histograms = true;
    std::array<std::array<std::size_t, kBins>, 2> m_counts{}; ///< by side, from the shortest
    std::size_t m_most = 0;                                   ///< of a bin, in the finished graphs, too
};

} // namespace annscope::ui
