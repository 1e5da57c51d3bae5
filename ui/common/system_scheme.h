// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDBusVariant;

namespace annscope::ui {

/// Does the desktop want dark or light? Qt says so from 6.5 on; here the XDG settings portal is asked, and
/// until it answers (or where there is none) the palette that the platform gave decides.
class SystemScheme : public QObject {
    Q_OBJECT
public:
    explicit SystemScheme(QObject* parent);

    bool dark() const noexcept { return m_dark; }

signals:
    void changed();

private slots:
    void onSettingChanged(const QString& group, const QString& key, const QDBusVariant& value);

private:
    void setScheme(uint scheme);

    bool m_dark = false;
};

} // namespace annscope::ui
