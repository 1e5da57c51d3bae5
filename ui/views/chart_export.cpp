// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/chart_export.h"

#include <QBuffer>
#include <QClipboard>
#include <QCoreApplication>
#include <QDir>
#include <QFileDialog>
#include <QGuiApplication>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QRegularExpression>
#include <QSaveFile>
#include <QSvgGenerator>

#include <cmath>

namespace annscope::ui {
namespace {

std::optional<QString> write(const QByteArray& bytes, const QString& path) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return QCoreApplication::translate("Export", "%1 was not written: %2.")
            .arg(QDir::toNativeSeparators(path), file.errorString());
    return std::nullopt;
}

} // namespace

QImage pictureImage(const Picture& picture, double scale) {
    const QSize pixels(int(std::lround(picture.size.width() * scale)),
                       int(std::lround(picture.size.height() * scale)));
    QImage image(pixels, QImage::Format_ARGB32_Premultiplied);
    image.setDotsPerMeterX(int(std::lround(96 * scale / 0.0254)));
    image.setDotsPerMeterY(image.dotsPerMeterX());
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing |
                           QPainter::SmoothPixmapTransform);
    painter.scale(scale, scale);
    picture.paint(painter);
    return image;
}

std::optional<QString> savePng(const Picture& picture, const QString& path) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!pictureImage(picture).save(&buffer, "PNG"))
        return QCoreApplication::translate("Export", "The picture is too large for a PNG file.");
    return write(bytes, path);
}

std::optional<QString> saveSvg(const Picture& picture, const QString& path) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(picture.size);
    generator.setViewBox(QRect(QPoint(0, 0), picture.size));
    generator.setResolution(96);
    generator.setTitle(picture.title);
    generator.setDescription(QStringLiteral("Annscope ") + QCoreApplication::applicationVersion());
    {
        QPainter painter(&generator);
        picture.paint(painter);
    }
    return write(bytes, path);
}

std::optional<QString> savePdf(const Picture& picture, const QString& path) {
    constexpr double kPointsPerPixel = 72.0 / 96.0;
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setTitle(picture.title);
        writer.setCreator(QStringLiteral("Annscope ") + QCoreApplication::applicationVersion());
        writer.setResolution(96); // a unit of the painter is a pixel of the view
        writer.setPageSize(
            QPageSize(QSizeF(picture.size) * kPointsPerPixel, QPageSize::Point, {}, QPageSize::ExactMatch));
        writer.setPageMargins({0, 0, 0, 0});
        QPainter painter(&writer);
        picture.paint(painter);
    }
    return write(bytes, path);
}

std::optional<QString> saveText(const QString& text, const QString& path) {
    return write(text.toUtf8(), path);
}

void copyPicture(const Picture& picture) {
    QGuiApplication::clipboard()->setImage(pictureImage(picture));
}

QString askSavePath(QWidget* parent, const QString& title, const QString& suggestedName,
                    const QString& suffix) {
    static QString lastFolder;
    QFileDialog dialog(parent, title, lastFolder);
    dialog.setAcceptMode(QFileDialog::AcceptSave);
    dialog.setDefaultSuffix(suffix);
    dialog.setNameFilter(QStringLiteral("%1 (*.%2)").arg(suffix.toUpper(), suffix));
    dialog.selectFile(fileNameFor(suggestedName) + u'.' + suffix);
    if (dialog.exec() != QDialog::Accepted || dialog.selectedFiles().isEmpty())
        return {};
    lastFolder = dialog.directory().absolutePath();
    return dialog.selectedFiles().constFirst();
}

QString fileNameFor(const QString& text) {
    static const QRegularExpression kUnwanted(QStringLiteral(R"([^\p{L}\p{N}._-]+)"));
    QString name = text;
    name.replace(kUnwanted, QStringLiteral("-"));
    while (name.startsWith(u'-') || name.startsWith(u'.'))
        name.remove(0, 1);
    while (name.endsWith(u'-'))
        name.chop(1);
    return name.isEmpty() ? QStringLiteral("annscope") : name;
}

} // namespace annscope::ui
