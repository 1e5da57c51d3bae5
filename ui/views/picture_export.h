// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRectF>
#include <QSize>
#include <QString>

#include <functional>

class QMenu;
class QWidget;

namespace annscope::ui {

/// A view as a picture that leaves the program: what is seen, below a title (what it shows) and a subtitle
/// (configuration and data).
struct Picture {
    QString title, subtitle, fileName; ///< fileName: without a suffix
    QSize size;                        ///< of the view itself, without the titles
    std::function<void(QPainter&, const QRectF&)> paint;
};

QImage renderPicture(const Picture& picture, qreal ratio);
/// False, with a sentence, when the file cannot be written.
bool savePicturePng(const Picture& picture, const QString& path, QString* error);
bool savePictureSvg(const Picture& picture, const QString& path, QString* error);

/// Copy, save as PNG (twice the pixels) and save as SVG.
void addPictureActions(QMenu& menu, QWidget* parent, const std::function<Picture()>& picture);

} // namespace annscope::ui
