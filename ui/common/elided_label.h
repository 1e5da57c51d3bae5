// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace annscope::ui {

/// One line that ends in an ellipsis where it does not fit; the whole text is then its tooltip.
class ElidedLabel : public QLabel {
    Q_OBJECT
public:
    explicit ElidedLabel(QWidget* parent = nullptr);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
};

} // namespace annscope::ui
