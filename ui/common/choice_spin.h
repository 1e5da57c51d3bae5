// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSpinBox>

#include <cstdint>
#include <vector>

namespace annscope::ui {

/// A field that steps through given numbers only; a typed one becomes the nearest of them.
class ChoiceSpin : public QSpinBox {
    Q_OBJECT
public:
    explicit ChoiceSpin(QWidget* parent = nullptr);

    /// values: ascending, not empty. Emits nothing.
    void setChoices(std::vector<std::uint64_t> values, std::uint64_t current);
    std::uint64_t choice() const;
    const std::vector<std::uint64_t>& choices() const noexcept { return m_values; }

signals:
    void chosen(quint64 value);

protected:
    QString textFromValue(int index) const override;
    int valueFromText(const QString& text) const override;
    QValidator::State validate(QString& text, int& position) const override;

private:
    std::vector<std::uint64_t> m_values{0};
};

} // namespace annscope::ui
