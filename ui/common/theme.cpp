// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/theme.h"

#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/system_scheme.h"

#include <QApplication>
#include <QPalette>
#include <QStyle>
#include <QStyleFactory>
#include <QToolTip>

namespace annscope::ui {
namespace {

Theme g_theme = Theme::System;
bool g_dark = false;

QPalette qtPalette(const Palette& c) {
    QPalette p;
    const auto set = [&p](QPalette::ColorRole role, const QColor& color) { p.setColor(role, color); };
    set(QPalette::Window, c.window);
    set(QPalette::WindowText, c.text);
    set(QPalette::Base, c.panel);
    set(QPalette::AlternateBase, mix(c.panel, c.window, 0.6));
    set(QPalette::Text, c.text);
    set(QPalette::PlaceholderText, c.secondary);
    set(QPalette::Button, c.dark ? QColor(0x262B32) : QColor(0xFFFFFF));
    set(QPalette::ButtonText, c.text);
    set(QPalette::BrightText, c.fault);
    set(QPalette::Highlight, c.accent);
    set(QPalette::HighlightedText, c.onAccent);
    set(QPalette::Link, c.accent);
    set(QPalette::LinkVisited, c.accent);
    set(QPalette::ToolTipBase, c.panel);
    set(QPalette::ToolTipText, c.text);
    set(QPalette::Light, mix(c.panel, c.text, 0.06));
    set(QPalette::Midlight, mix(c.panel, c.line, 0.5));
    set(QPalette::Mid, c.line);
    set(QPalette::Dark, mix(c.line, c.text, 0.25));
    set(QPalette::Shadow, c.dark ? QColor(0x0B0D10) : QColor(0xA9B1BA));
    const QColor faint = mix(c.secondary, c.panel, 0.4);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, faint);
    p.setColor(QPalette::Disabled, QPalette::Highlight, c.line);
    p.setColor(QPalette::Disabled, QPalette::HighlightedText, c.secondary);
    return p;
}

/// Only what Fusion draws with gradients, shadows or other corners than ours.
QString styleSheet(const Palette& c) {
    return QStringLiteral(R"(
QToolTip { background: %panel; color: %text; border: 1px solid %line; padding: 4px 6px; }
QMainWindow::separator { background: %window; width: 4px; height: 4px; }
QMainWindow::separator:hover { background: %accent; }
QDockWidget { titlebar-close-icon: none; titlebar-normal-icon: none; }
QPushButton { background: %button; border: 1px solid %line; border-radius: 4px; padding: 4px 12px; min-height: 16px; }
QPushButton:hover { background: %hover; }
QPushButton:pressed { background: %line; }
QPushButton:focus { border-color: %accent; }
QPushButton:disabled { color: %faint; }
QPushButton[primary="true"] { background: %accent; color: %onAccent; border-color: %accent; }
QPushButton[primary="true"]:hover { background: %accentHover; }
QPushButton[primary="true"]:disabled { background: %line; color: %secondary; border-color: %line; }
QToolButton { border: 1px solid transparent; border-radius: 4px; padding: 3px 6px; background: transparent; }
QToolButton:hover { background: %hover; }
QToolButton:pressed, QToolButton:checked { background: %line; }
QToolButton:focus { border-color: %accent; }
QToolButton::menu-indicator { image: none; }
QLineEdit, QPlainTextEdit, QSpinBox, QDoubleSpinBox, QComboBox { background: %panel; border: 1px solid %line;
  border-radius: 4px; padding: 2px 6px; min-height: 18px; selection-background-color: %accent;
  selection-color: %onAccent; }
QLineEdit:focus, QPlainTextEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: %accent; }
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled { color: %faint; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/icons/chevron-down-%scheme.svg); width: 12px; height: 12px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  border: none; width: 16px; background: transparent; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(:/icons/chevron-up-%scheme.svg); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(:/icons/chevron-down-%scheme.svg); width: 10px; height: 10px; }
QTabWidget::pane { border: none; }
QTabBar { background: %window; }
QTabBar::tab { background: transparent; color: %secondary; border: none; border-bottom: 2px solid transparent;
  padding: 6px 12px; }
QTabBar::tab:selected { color: %text; border-bottom-color: %accent; }
QTabBar::tab:hover { color: %text; }
QTabBar:focus { outline: none; }
QTabBar::tab:focus { color: %accent; }
QTabBar::scroller { width: 36px; }
QTabBar QToolButton { background: %window; border: none; padding: 0; }
QTabBar QToolButton::left-arrow { image: url(:/icons/chevron-left-%scheme.svg); width: 12px; height: 12px; }
QTabBar QToolButton::right-arrow { image: url(:/icons/chevron-right-%scheme.svg); width: 12px; height: 12px; }
QHeaderView::section { background: %panel; color: %secondary; border: none; border-bottom: 1px solid %line;
  padding: 4px 4px; }
QHeaderView::section:vertical { border: none; padding: 2px 8px 0px 8px; }
QTableCornerButton::section { background: %panel; border: none; border-bottom: 1px solid %line; }
QHeaderView::up-arrow { image: url(:/icons/chevron-up-%scheme.svg); width: 8px; height: 8px;
  subcontrol-position: top center; }
QHeaderView::down-arrow { image: url(:/icons/chevron-down-%scheme.svg); width: 8px; height: 8px;
  subcontrol-position: top center; }
QTableView { border: none; gridline-color: %line; selection-background-color: %selection; selection-color: %text; }
QProgressBar { background: %line; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }
QProgressBar::chunk { background: %accent; border-radius: 3px; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: %handle; border-radius: 3px; margin: 2px; min-height: 24px; min-width: 24px; }
QScrollBar::handle:hover { background: %secondary; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
  border: none; width: 0; height: 0; }
QSlider::groove:horizontal { height: 4px; background: %line; border-radius: 2px; }
QSlider::sub-page:horizontal { background: %accent; border-radius: 2px; }
QSlider::handle:horizontal { background: %panel; border: 2px solid %accent; width: 10px; height: 10px;
  margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:focus { background: %accent; }
QSlider::sub-page:horizontal:disabled { background: %line; }
QSlider::handle:horizontal:disabled { border-color: %line; }
QCheckBox::indicator { width: 14px; height: 14px; border: 1px solid %secondary; border-radius: 3px;
  background: %panel; }
QCheckBox::indicator:checked { background: %accent; border-color: %accent; image: url(:/icons/check-%scheme.svg); }
QCheckBox::indicator:focus { border-color: %accent; }
QCheckBox::indicator:disabled { border-color: %line; }
QMenuBar { background: %window; }
QMenuBar::item { padding: 4px 8px; border-radius: 4px; background: transparent; }
QMenuBar::item:selected { background: %hover; }
QMenu { background: %panel; border: 1px solid %line; padding: 4px; }
QMenu::item { padding: 4px 24px 4px 24px; border-radius: 4px; }
QMenu::item:selected { background: %selection; color: %text; }
QMenu::item:disabled { color: %faint; }
QMenu::separator { height: 1px; background: %line; margin: 4px 8px; }
QMenu::icon { padding-left: 4px; }
QToolTip QLabel { color: %text; }
)")
        .replace(QLatin1String("%accentHover"), mix(c.accent, c.text, 0.15).name())
        .replace(QLatin1String("%selection"), mix(c.panel, c.accent, c.dark ? 0.3 : 0.16).name())
        .replace(QLatin1String("%secondary"), c.secondary.name())
        .replace(QLatin1String("%onAccent"), c.onAccent.name())
        .replace(QLatin1String("%handle"), mix(c.line, c.secondary, 0.3).name())
        .replace(QLatin1String("%scheme"), c.dark ? QStringLiteral("dark") : QStringLiteral("light"))
        .replace(QLatin1String("%accent"), c.accent.name())
        .replace(QLatin1String("%button"), c.dark ? QStringLiteral("#262b32") : QStringLiteral("#ffffff"))
        .replace(QLatin1String("%window"), c.window.name())
        .replace(QLatin1String("%panel"), c.panel.name())
        .replace(QLatin1String("%hover"), c.hover.name())
        .replace(QLatin1String("%faint"), mix(c.secondary, c.panel, 0.4).name())
        .replace(QLatin1String("%text"), c.text.name())
        .replace(QLatin1String("%line"), c.line.name());
}

void use(QApplication& application, bool dark) {
    g_dark = dark;
    const QPalette colors = qtPalette(palette());
    QApplication::setPalette(colors);
    QToolTip::setPalette(colors);
    application.setStyleSheet(styleSheet(palette()));
    emit ThemeNotifier::instance().changed();
}

void useBaseFont() {
    QFont font = QApplication::font();
    font.setPixelSize(kText);
    QApplication::setFont(font);
}

} // namespace

ThemeNotifier& ThemeNotifier::instance() {
    static ThemeNotifier notifier;
    return notifier;
}

Theme themeFromName(const QString& name) {
    if (name == QLatin1String("light"))
        return Theme::Light;
    return name == QLatin1String("dark") ? Theme::Dark : Theme::System;
}

QString themeName(Theme theme) {
    switch (theme) {
    case Theme::Light:
        return QStringLiteral("light");
    case Theme::Dark:
        return QStringLiteral("dark");
    case Theme::System:
        break;
    }
    return QStringLiteral("system");
}

void applyTheme(QApplication& application, Theme theme) {
    static SystemScheme* system = nullptr;
    useResources();
    if (!system) { // before our palette hides the platform's
        system = new SystemScheme(&application);
        QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
        useBaseFont();
        QObject::connect(system, &SystemScheme::changed, &application, [&application] {
            if (g_theme == Theme::System && system->dark() != g_dark)
                use(application, system->dark());
        });
        QObject::connect(system, &QObject::destroyed, [] { system = nullptr; });
    }
    g_theme = theme;
    use(application, theme == Theme::System ? system->dark() : theme == Theme::Dark);
}

Theme theme() noexcept {
    return g_theme;
}

bool darkThemeInUse() noexcept {
    return g_dark;
}

} // namespace annscope::ui
