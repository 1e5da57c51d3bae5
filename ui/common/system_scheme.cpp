// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/system_scheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>
#include <QFileInfo>
#include <QGuiApplication>
#include <QPalette>

namespace annscope::ui {
namespace {

constexpr auto kService = "org.freedesktop.portal.Desktop";
constexpr auto kPath = "/org/freedesktop/portal/desktop";
constexpr auto kInterface = "org.freedesktop.portal.Settings";
constexpr auto kGroup = "org.freedesktop.appearance";
constexpr auto kKey = "color-scheme";

/// Without a bus that runs already, asking for one would start dbus-launch.
bool sessionBusRuns() {
    return qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS") ||
           QFileInfo::exists(qEnvironmentVariable("XDG_RUNTIME_DIR") + QStringLiteral("/bus"));
}

/// Old portals wrap the answer in a second variant.
uint unwrapped(QVariant value) {
    while (value.canConvert<QDBusVariant>())
        value = value.value<QDBusVariant>().variant();
    return value.toUInt();
}

} // namespace

SystemScheme::SystemScheme(QObject* parent) : QObject(parent) {
    m_dark = QGuiApplication::palette().color(QPalette::Window).lightness() < 128;
    const QString platform = QGuiApplication::platformName();
    if (platform == QLatin1String("offscreen") || platform == QLatin1String("minimal") || !sessionBusRuns())
        return;
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected())
        return;
    const auto latin1 = [](const char* text) { return QString::fromLatin1(text); };
    bus.connect(latin1(kService), latin1(kPath), latin1(kInterface), QStringLiteral("SettingChanged"), this,
                SLOT(onSettingChanged(QString, QString, QDBusVariant)));
    QDBusMessage read = QDBusMessage::createMethodCall(latin1(kService), latin1(kPath), latin1(kInterface),
                                                       QStringLiteral("Read"));
    read << latin1(kGroup) << latin1(kKey);
    auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(read, 2000), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher* call) {
        const QDBusPendingReply<QDBusVariant> reply = *call;
        if (!reply.isError())
            setScheme(unwrapped(QVariant::fromValue(reply.value())));
        call->deleteLater();
    });
}

void SystemScheme::onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == QLatin1String(kGroup) && key == QLatin1String(kKey))
        setScheme(unwrapped(value.variant()));
}

/// 0: no preference, 1: dark, 2: light.
void SystemScheme::setScheme(uint scheme) {
    if (scheme == 0 || m_dark == (scheme == 1))
        return;
    m_dark = scheme == 1;
    emit changed();
}

} // namespace annscope::ui
