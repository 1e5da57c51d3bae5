// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/common/theme.h"

#include <QByteArray>
#include <QStringList>

namespace annscope {

/// What is remembered from one start to the next. A plain value: read once, handed around, written at the
/// end.
struct Settings {
    QByteArray geometry, layout;
    QStringList recentFiles; ///< newest first
    ui::Theme theme = ui::Theme::System;
    QString configuration; ///< the last line in Build
    QStringList history;   ///< lines that were built, oldest first
    QString folder;        ///< of the last opened file
    int k = 10;
    double targetRecall = 0.95; ///< 0: none
    int measureQueries = 1000;  ///< queries of a sweep; 0: all

    static constexpr int kRecentFiles = 10;
    void addRecent(const QString& path);
};

Settings loadSettings();
void saveSettings(const Settings& settings);

} // namespace annscope
