// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/settings.h"

#include <QSettings>

#include <algorithm>

namespace annscope {
namespace {

constexpr auto kGeometry = "window/geometry", kLayout = "window/layout", kTheme = "window/theme";
constexpr auto kRecent = "files/recent", kFolder = "files/folder";
constexpr auto kConfiguration = "build/configuration", kHistory = "build/history", kK = "sweep/k",
               kQueries = "sweep/queries", kTarget = "sweep/target-recall";

QString key(const char* text) {
    return QString::fromLatin1(text);
}

} // namespace

void Settings::addRecent(const QString& path) {
    recentFiles.removeAll(path);
    recentFiles.prepend(path);
    recentFiles = recentFiles.mid(0, kRecentFiles);
}

Settings loadSettings() {
    const QSettings store;
    Settings s;
    s.geometry = store.value(key(kGeometry)).toByteArray();
    s.layout = store.value(key(kLayout)).toByteArray();
    s.theme = ui::themeFromName(store.value(key(kTheme)).toString());
    s.recentFiles = store.value(key(kRecent)).toStringList().mid(0, Settings::kRecentFiles);
    s.folder = store.value(key(kFolder)).toString();
    s.configuration = store.value(key(kConfiguration)).toString();
    s.history = store.value(key(kHistory)).toStringList();
    s.k = std::clamp(store.value(key(kK), s.k).toInt(), 1, 1000);
    s.targetRecall = std::clamp(store.value(key(kTarget), s.targetRecall).toDouble(), 0.0, 1.0);
    s.measureQueries = std::max(0, store.value(key(kQueries), s.measureQueries).toInt());
    return s;
}

void saveSettings(const Settings& s) {
    QSettings store;
    store.setValue(key(kGeometry), s.geometry);
    store.setValue(key(kLayout), s.layout);
    store.setValue(key(kTheme), ui::themeName(s.theme));
    store.setValue(key(kRecent), s.recentFiles);
    store.setValue(key(kFolder), s.folder);
    store.setValue(key(kConfiguration), s.configuration);
    store.setValue(key(kHistory), s.history);
    store.setValue(key(kK), s.k);
    store.setValue(key(kTarget), s.targetRecall);
    store.setValue(key(kQueries), s.measureQueries);
}

} // namespace annscope
