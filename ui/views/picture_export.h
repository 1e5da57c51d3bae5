// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/views/chart_export.h"

#include <QRectF>

class QMenu;

namespace annscope::ui {

/// What a view shows, to be put below a title (what it is) and a subtitle (configuration and data).
struct TitledPicture {
    QString title, subtitle, fileName; ///< fileName: without a suffix
    QSize size;                        ///< of the view itself, without the titles
    std::function<void(QPainter&, const QRectF&)> paint;
};

Picture withTitles(const TitledPicture& picture);

/// Copy, save as PNG (twice the pixels), as SVG and as PDF.
void addPictureActions(QMenu& menu, QWidget* parent, const std::function<TitledPicture()>& picture);

} // namespace annscope::ui
