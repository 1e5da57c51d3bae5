// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/dock.h"

#include "ui/common/icons.h"
#include "ui/common/theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QTabBar>
#include <QTimer>
#include <QToolButton>

namespace annscope {
namespace {

QToolButton* smallButton(const QString& iconName, const QString& tooltip, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setIcon(ui::icon(iconName));
    button->setIconSize({12, 12});
    button->setToolTip(tooltip);
    button->setAccessibleName(tooltip);
    button->setFocusPolicy(Qt::NoFocus);
    button->setStyleSheet(QStringLiteral("padding: 2px;"));
    return button;
}

/// The window makes its bars of tabs by itself and shortens their names; whole ones that scroll say more.
void showWholeNames(const QMainWindow* window) {
    for (QTabBar* bar : window->findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar->setElideMode(Qt::ElideNone);
        bar->setUsesScrollButtons(true);
    }
}

} // namespace

Dock::Dock(const QString& id, const QString& title, QWidget* content, QMainWindow* window)
    : QDockWidget(title, window), m_window(window), m_line(new QWidget(this)), m_nothing(new QWidget(this)) {
    setObjectName(id);
    setWidget(content);
    content->setAutoFillBackground(true);
    content->setBackgroundRole(QPalette::Base);

    auto* label = new QLabel(title.toUpper(), m_line);
    QFont font = label->font();
    font.setPixelSize(ui::kSmallText);
    font.setLetterSpacing(QFont::AbsoluteSpacing, 0.6);
    font.setWeight(QFont::DemiBold);
    label->setFont(font);
    label->setForegroundRole(QPalette::PlaceholderText);
    auto* pop = smallButton(QStringLiteral("float"),
                            tr("Take %1 out of the window, or put it back").arg(title), m_line);
    auto* shut =
        smallButton(QStringLiteral("close"), tr("Close %1 (View brings it back)").arg(title), m_line);
    auto* layout = new QHBoxLayout(m_line);
    layout->setContentsMargins(12, 2, 4, 2);
    layout->setSpacing(0);
    layout->addWidget(label, 1);
    layout->addWidget(pop);
    layout->addWidget(shut);
    m_line->setAutoFillBackground(true);
    m_line->setBackgroundRole(QPalette::Base);
    m_nothing->setFixedHeight(0);
    setTitleBarWidget(m_line);

    connect(pop, &QToolButton::clicked, this, [this] { setFloating(!isFloating()); });
    connect(shut, &QToolButton::clicked, this, &QDockWidget::close);
    // Who shares tabs with whom is settled only after the window has laid itself out.
    const auto later = [this] { QTimer::singleShot(0, this, &Dock::updateTitle); };
    connect(this, &QDockWidget::topLevelChanged, this, later);
    connect(this, &QDockWidget::dockLocationChanged, this, later);
    connect(this, &QDockWidget::visibilityChanged, this, later);
}

void Dock::updateTitle() {
    showWholeNames(m_window);
    bool tabbed = false;
    for (const QDockWidget* other : m_window->tabifiedDockWidgets(this))
        tabbed = tabbed || !other->isHidden();
    QWidget* wanted = tabbed && !isFloating() ? m_nothing : m_line;
    if (titleBarWidget() != wanted) {
        setTitleBarWidget(wanted);
        wanted->show();
        m_line->setVisible(wanted == m_line);
    }
}

void Dock::bringUp() {
    show();
    raise();
    if (isFloating())
        activateWindow();
    widget()->setFocus(Qt::ShortcutFocusReason);
}

} // namespace annscope
