// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

class QApplication;

namespace annscope::ui {

enum class Theme : quint8 { System, Light, Dark };

/// "system", "light", "dark"; anything else is System.
Theme themeFromName(const QString& name);
QString themeName(Theme theme);

/// Tells that colours changed: repaint, and set again what was derived from palette().
class ThemeNotifier : public QObject {
    Q_OBJECT
public:
    static ThemeNotifier& instance();
signals:
    void changed();

private:
    using QObject::QObject;
};

/// Fusion style, our palette and a small stylesheet; call again to switch while running. System follows the
/// desktop: the XDG settings portal where there is one (live), else the lightness of the palette that the
/// platform gave.
void applyTheme(QApplication& application, Theme theme);
Theme theme() noexcept;
bool darkThemeInUse() noexcept;

/// Font sizes in px at 100 %.
inline constexpr int kSmallText = 11, kText = 13, kHeading = 16, kTitle = 22;

} // namespace annscope::ui
