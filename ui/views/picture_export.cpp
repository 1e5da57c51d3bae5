// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/picture_export.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>
#include <QSaveFile>
#include <QSvgGenerator>

namespace annscope::ui {

namespace {

constexpr int kBand = 52; ///< height of the titles
constexpr int kMargin = 12;
constexpr qreal kPngRatio = 2;

QSize wholeSize(const Picture& picture) {
    return picture.size + QSize(0, kBand);
}

void paintWhole(QPainter& painter, const Picture& picture) {
    const Palette& colors = palette();
    const QSize size = wholeSize(picture);
    painter.fillRect(QRect(QPoint(), size), colors.panel);
    const QRectF content(0, kBand, picture.size.width(), picture.size.height());
    painter.save();
    painter.setClipRect(content);
    picture.paint(painter, content);
    painter.restore();
    painter.fillRect(QRect(0, 0, size.width(), kBand), colors.panel); // SVG knows no clipping

    QFont font = QApplication::font();
    const int width = size.width() - 2 * kMargin;
    font.setPixelSize(kHeading);
    font.setBold(true);
    painter.setFont(font);
    painter.setPen(colors.text);
    painter.drawText(QRect(kMargin, 6, width, 22), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(font).elidedText(picture.title, Qt::ElideRight, width));
    font.setPixelSize(kText);
    font.setBold(false);
    painter.setFont(font);
    painter.setPen(colors.secondary);
    painter.drawText(QRect(kMargin, 28, width, 18), Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetrics(font).elidedText(picture.subtitle, Qt::ElideRight, width));
}

QString withSuffix(QString path, const QString& suffix) {
    return path.endsWith(suffix, Qt::CaseInsensitive) ? path : path + suffix;
}

using Save = bool (*)(const Picture&, const QString&, QString*);

void askAndSave(QWidget* parent, const Picture& picture, const QString& suffix, const QString& filter,
                Save save) {
    const QString path =
        QFileDialog::getSaveFileName(parent, QObject::tr("Save picture"), picture.fileName + suffix, filter);
    QString error;
    if (!path.isEmpty() && !save(picture, withSuffix(path, suffix), &error))
        QMessageBox::warning(parent, QObject::tr("Save picture"), error);
}

} // namespace

QImage renderPicture(const Picture& picture, qreal ratio) {
    QImage image((QSizeF(wholeSize(picture)) * ratio).toSize(), QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(ratio);
    image.fill(palette().panel);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    paintWhole(painter, picture);
    return image;
}

bool savePicturePng(const Picture& picture, const QString& path, QString* error) {
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && renderPicture(picture, kPngRatio).save(&file, "PNG") &&
        file.commit())
        return true;
    if (error)
        *error = QObject::tr("The picture could not be written to %1: %2.").arg(path, file.errorString());
    return false;
}

bool savePictureSvg(const Picture& picture, const QString& path, QString* error) {
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly)) {
        QSvgGenerator generator;
        generator.setOutputDevice(&file);
        generator.setSize(wholeSize(picture));
        generator.setViewBox(QRect(QPoint(), wholeSize(picture)));
        generator.setTitle(picture.title);
        generator.setDescription(picture.subtitle);
        QPainter painter(&generator);
        painter.setRenderHint(QPainter::Antialiasing);
        paintWhole(painter, picture);
        painter.end();
        if (file.commit())
            return true;
    }
    if (error)
        *error = QObject::tr("The picture could not be written to %1: %2.").arg(path, file.errorString());
    return false;
}

void addPictureActions(QMenu& menu, QWidget* parent, const std::function<Picture()>& picture) {
    QObject::connect(menu.addAction(QObject::tr("&Copy picture")), &QAction::triggered, parent,
                     [picture] { QApplication::clipboard()->setImage(renderPicture(picture(), kPngRatio)); });
    QObject::connect(menu.addAction(QObject::tr("Save as &PNG...")), &QAction::triggered, parent,
                     [picture, parent] {
                         askAndSave(parent, picture(), QStringLiteral(".png"),
                                    QObject::tr("PNG picture (*.png)"), savePicturePng);
                     });
    QObject::connect(menu.addAction(QObject::tr("Save as &SVG...")), &QAction::triggered, parent,
                     [picture, parent] {
                         askAndSave(parent, picture(), QStringLiteral(".svg"),
                                    QObject::tr("SVG drawing (*.svg)"), savePictureSvg);
                     });
}

} // namespace annscope::ui
