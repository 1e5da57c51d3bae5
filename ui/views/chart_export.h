// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>
#include <optional>

class QPainter;
class QWidget;

namespace annscope::ui {

/// A picture that leaves the program: paint draws it into (0, 0, size).
struct Picture {
    QSize size; ///< at 100 %
    QString title;
    std::function<void(QPainter&)> paint;
};

inline constexpr double kPictureScale = 2; ///< PNG and clipboard: sharp on paper and on dense screens

QImage pictureImage(const Picture& picture, double scale = kPictureScale);
/// Each writes the whole file or leaves what was there. Returns a sentence where it fails, else nothing.
std::optional<QString> savePng(const Picture& picture, const QString& path);
std::optional<QString> saveSvg(const Picture& picture, const QString& path);
/// One page of the picture's size.
std::optional<QString> savePdf(const Picture& picture, const QString& path);
std::optional<QString> saveText(const QString& text, const QString& path);
void copyPicture(const Picture& picture);

/// Asks where to save: a name for the data and the view, in the folder used last. suffix: "png". Empty:
/// cancelled.
QString askSavePath(QWidget* parent, const QString& title, const QString& suggestedName,
                    const QString& suffix);
/// "fashion-mnist recall-qps" as a file name: what a file system dislikes becomes a dash.
QString fileNameFor(const QString& text);

} // namespace annscope::ui
