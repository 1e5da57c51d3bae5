// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/run.h"

#include <QList>
#include <QPainter>
#include <QString>

namespace annscope::ui {

/// The card beside a hovered point: a heading and rows of label and value.
struct Card {
    struct Row {
        QString label, value, extra; ///< extra: secondary text behind the value
    };
    QString heading, detail;
    int series = 0;
    QList<Row> rows;
};
Card runCard(const Run& run);

QSizeF cardSize(const Card& card);
/// Beside the point, on the side where it fits best inside bounds.
QRectF cardPlace(QPointF point, QSizeF size, QRectF bounds);
void paintCard(QPainter& painter, const Card& card, QRectF place);

} // namespace annscope::ui
