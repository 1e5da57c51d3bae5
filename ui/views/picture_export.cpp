// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/picture_export.h"

#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/views/paint_text.h"

#include <QAction>
#include <QMenu>
#include <QMessageBox>
#include <QPainter>

namespace annscope::ui {

namespace {

constexpr int kBand = 52; ///< height of the titles
constexpr int kMargin = 12;

void paintWhole(QPainter& painter, const TitledPicture& picture) {
    const Palette& colors = palette();
    const int width = picture.size.width(), textWidth = width - 2 * kMargin;
    const QRectF content(0, kBand, width, picture.size.height());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(content, colors.panel);
    painter.save();
    painter.setClipRect(content);
    picture.paint(painter, content);
    painter.restore();
    painter.fillRect(QRect(0, 0, width, kBand), colors.panel); // SVG knows no clipping
    const auto line = [&](int y, int size, bool bold, const QColor& color, const QString& text) {
        setTextSize(painter, size, bold);
        painter.setPen(color);
        painter.drawText(QRect(kMargin, y, textWidth, size + 7), Qt::AlignLeft | Qt::AlignVCenter,
                         painter.fontMetrics().elidedText(text, Qt::ElideRight, textWidth));
    };
    line(6, kHeading, true, colors.text, picture.title);
    line(28, kText, false, colors.secondary, picture.subtitle);
}

void askAndSave(QWidget* parent, const TitledPicture& picture, const QString& suffix,
                std::optional<QString> (*save)(const Picture&, const QString&)) {
    const QString title = QObject::tr("Save picture");
    const QString path = askSavePath(parent, title, fileNameFor(picture.fileName), suffix);
    if (path.isEmpty())
        return;
    if (const auto error = save(withTitles(picture), path))
        QMessageBox::warning(parent, title, *error);
}

} // namespace

Picture withTitles(const TitledPicture& picture) {
    return {picture.size + QSize(0, kBand), picture.title,
            [picture](QPainter& painter) { paintWhole(painter, picture); }};
}

void addPictureActions(QMenu& menu, QWidget* parent, const std::function<TitledPicture()>& picture) {
    QObject::connect(menu.addAction(QObject::tr("&Copy picture")), &QAction::triggered, parent,
                     [picture] { copyPicture(withTitles(picture())); });
    QObject::connect(menu.addAction(QObject::tr("Save as &PNG...")), &QAction::triggered, parent,
                     [picture, parent] { askAndSave(parent, picture(), QStringLiteral("png"), savePng); });
    QObject::connect(menu.addAction(QObject::tr("Save as &SVG...")), &QAction::triggered, parent,
                     [picture, parent] { askAndSave(parent, picture(), QStringLiteral("svg"), saveSvg); });
    QObject::connect(menu.addAction(QObject::tr("Save as P&DF...")), &QAction::triggered, parent,
                     [picture, parent] { askAndSave(parent, picture(), QStringLiteral("pdf"), savePdf); });
}

} // namespace annscope::ui
