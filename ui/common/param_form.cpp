// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/param_form.h"

#include "ui/common/format.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr int kFieldWidth = 96, kLabelWidth = 72;

QString toText(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

bool isSwitch(const ParamInfo& info) {
    return info.integer && info.min == 0 && info.max == 1;
}

bool same(const ParamInfo& a, const ParamInfo& b) {
    return a.name == b.name && a.min == b.min && a.max == b.max && a.def == b.def && a.help == b.help;
}

/// 1.2 instead of 1.200.
class NumberBox : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    QString textFromValue(double value) const override {
        return locale().toString(value, 'g', QLocale::FloatingPointShortest);
    }
};

QString rangeText(double value) {
    return value == std::floor(value) && value >= 0 ? formatCount(static_cast<qulonglong>(value))
                                                    : formatParameter(value);
}

} // namespace

ParamForm::ParamForm(QWidget* parent) : QWidget(parent), m_layout(new QFormLayout(this)) {
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setVerticalSpacing(4);
    m_layout->setHorizontalSpacing(12);
    m_layout->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
    m_layout->setFormAlignment(Qt::AlignLeft | Qt::AlignTop);
}

QString ParamForm::help(const ParamInfo& info) {
    if (isSwitch(info))
        return QStringLiteral("%1: %2 %3")
            .arg(toText(info.name), toText(info.help),
                 info.def != 0 ? tr("On by default.") : tr("Off by default."));
    return tr("%1: %2 %3 to %4, default %5.")
        .arg(toText(info.name), toText(info.help), rangeText(info.min), rangeText(info.max),
             rangeText(info.def));
}

void ParamForm::setParams(std::span<const ParamInfo> infos) {
    if (std::ranges::equal(infos, m_infos, same))
        return;
    while (m_layout->rowCount() > 0)
        m_layout->removeRow(0);
    m_fields.clear();
    m_infos.assign(infos.begin(), infos.end());
    for (const ParamInfo& info : m_infos) {
        QWidget* field = createField(info);
        field->setFocusPolicy(Qt::StrongFocus);
        field->installEventFilter(this);
        field->setObjectName(toText(info.name));
        field->setToolTip(help(info));
        field->setAccessibleName(toText(info.name));
        field->setAccessibleDescription(help(info));
        auto* label = new QLabel(toText(info.name), this);
        label->setForegroundRole(QPalette::PlaceholderText);
        label->setToolTip(help(info));
        label->setMinimumWidth(kLabelWidth);
        label->setBuddy(field);
        m_layout->addRow(label, field);
        m_fields.push_back(field);
    }
}

QWidget* ParamForm::createField(const ParamInfo& info) {
    const auto tell = [this, info](double value) {
        if (!m_updating)
            emit changed(info, value);
    };
    if (isSwitch(info)) {
        auto* box = new QCheckBox(this);
        box->setChecked(info.def != 0);
        connect(box, &QCheckBox::toggled, this, [tell](bool on) { tell(on ? 1 : 0); });
        return box;
    }
    if (info.integer) {
        auto* box = new QSpinBox(this);
        box->setRange(static_cast<int>(info.min), static_cast<int>(std::min(info.max, 2147483647.0)));
        box->setValue(static_cast<int>(info.def));
        if (info.log_scale)
            box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
        box->setMinimumWidth(kFieldWidth);
        connect(box, &QSpinBox::valueChanged, this, tell);
        return box;
    }
    auto* box = new NumberBox(this);
    box->setDecimals(3);
    box->setRange(info.min, info.max);
    box->setValue(info.def);
    box->setSingleStep(info.max - info.min <= 10 ? 0.05 : 1);
    box->setMinimumWidth(kFieldWidth);
    connect(box, &QDoubleSpinBox::valueChanged, this, tell);
    return box;
}

void ParamForm::setValues(const ParamSet& values) {
    m_updating = true;
    for (std::size_t i = 0; i < m_infos.size(); ++i) {
        const double value = value_or_default(values, m_infos[i]);
        if (auto* box = qobject_cast<QCheckBox*>(m_fields[i]))
            box->setChecked(value != 0);
        else if (auto* whole = qobject_cast<QSpinBox*>(m_fields[i]))
            whole->setValue(static_cast<int>(value));
        else if (auto* number = qobject_cast<QDoubleSpinBox*>(m_fields[i]);
                 number && std::abs(number->value() - value) > 5e-4)
            number->setValue(value);
    }
    m_updating = false;
}

bool ParamForm::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Wheel && !static_cast<QWidget*>(watched)->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

QWidget* ParamForm::field(std::string_view name) const {
    for (std::size_t i = 0; i < m_infos.size(); ++i)
        if (m_infos[i].name == name)
            return m_fields[i];
    return nullptr;
}

} // namespace annscope::ui
