// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/choice_spin.h"

#include <QLineEdit>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>

namespace annscope::ui {

ChoiceSpin::ChoiceSpin(QWidget* parent) : QSpinBox(parent) {
    setKeyboardTracking(false);
    setAlignment(Qt::AlignRight);
    setRange(0, 0);
    connect(this, &QSpinBox::valueChanged, this, [this] { emit chosen(choice()); });
}

void ChoiceSpin::setChoices(std::vector<std::uint64_t> values, std::uint64_t current) {
    const QSignalBlocker quiet(this);
    m_values = std::move(values);
    setRange(0, int(m_values.size()) - 1);
    const auto place = std::ranges::lower_bound(m_values, current);
    setValue(int((place == m_values.end() ? place - 1 : place) - m_values.begin()));
    lineEdit()->setText(textFromValue(value())); // the same index may stand for another number now
}

std::uint64_t ChoiceSpin::choice() const {
    return m_values[std::size_t(value())];
}

QString ChoiceSpin::textFromValue(int index) const {
    return QString::number(m_values[std::size_t(std::clamp(index, 0, int(m_values.size()) - 1))]);
}

int ChoiceSpin::valueFromText(const QString& text) const {
    const double wanted = text.toDouble();
    const auto nearest = std::ranges::min_element(
        m_values, {}, [wanted](std::uint64_t value) { return std::abs(double(value) - wanted); });
    return int(nearest - m_values.begin());
}

QValidator::State ChoiceSpin::validate(QString& text, int&) const {
    if (text.isEmpty())
        return QValidator::Intermediate;
    bool whole = false;
    text.toULongLong(&whole);
    return whole ? QValidator::Acceptable : QValidator::Invalid;
}

} // namespace annscope::ui
