// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"

#include <QWidget>

#include <functional>

class QLabel;
class QToolButton;
class QPushButton;

namespace annscope::ui {

/// One message at the top of the window: what happened, what the engine says about it, and perhaps one thing
/// to do. A later message takes the place of an earlier one; nothing is modal.
class MessageBar : public QWidget {
    Q_OBJECT
public:
    enum class Kind { Error, Warning, Info };

    explicit MessageBar(QWidget* parent = nullptr);

    /// what: "fashion-mnist.hdf5 was not opened"; the error's sentence and detail follow.
    void showError(const QString& what, const Error& error);
    void showMessage(Kind kind, const QString& sentence, const QString& detail = {});
    /// The same with a button; it calls action and closes the bar.
    void showWithAction(Kind kind, const QString& sentence, const QString& actionText,
                        std::function<void()> action);
    void dismiss();

    QString sentence() const;
    QString detail() const;
    Kind kind() const { return m_kind; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void setDetailVisible(bool visible);
    void updateIcon();

    Kind m_kind = Kind::Info;
    std::function<void()> m_run;
    QLabel *m_icon, *m_sentence, *m_detail;
    QToolButton *m_fold, *m_close;
    QPushButton* m_action;
};

} // namespace annscope::ui
