// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/picture_export.h"

#include <QWidget>

#include <vector>

namespace annscope::ui {

/// Memory by part: a stacked bar for each index, all on one scale, with the names of the parts in them.
class MemoryBars : public QWidget {
    Q_OBJECT
public:
    struct Part {
        QString name;
        std::uint64_t bytes = 0;
        QString formula;
    };
    struct Bar {
        QString name;   ///< "A  HNSW16"
        int series = 0; ///< its mark
        std::vector<Part> parts;
        std::uint64_t total() const;
    };
    explicit MemoryBars(QWidget* parent = nullptr);

    void setBars(std::vector<Bar> bars, const QString& subtitle);
    const std::vector<Bar>& bars() const { return m_bars; }
    /// Where a part is drawn, pixels.
    QRectF boxOf(std::size_t bar, std::size_t part) const;
    TitledPicture picture() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {200, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    void paint(QPainter& painter, const QRectF& area) const;
    void paintBar(QPainter& painter, const QRectF& area, std::size_t bar) const;
    void paintSmall(QPainter& painter, const QRectF& line, const std::vector<Part>& parts) const;
    QRectF barArea(const QRectF& area, std::size_t bar) const;
    QRectF boxIn(const QRectF& area, std::size_t bar, std::size_t part) const;
    QColor colorOf(const QString& part) const;
    std::uint64_t largest() const;

    std::vector<Bar> m_bars;
    QStringList m_parts; ///< names, by the order of first appearance: each has one colour in all bars
    QString m_subtitle;
};

} // namespace annscope::ui
