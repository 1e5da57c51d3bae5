// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/param_slider.h"

#include "ui/common/format.h"

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSlider>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr int kStops = 160;

QString asText(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

/// "nprobe: cells visited per query, 1..256. More: better recall, slower."
QString tooltipOf(const ParamInfo& info) {
    QString help = asText(info.help);
    const QString range =
        QStringLiteral(", %1..%2").arg(formatParameter(info.min), formatParameter(info.max));
    const auto stop = help.indexOf(QStringLiteral(". "));
    if (stop >= 0)
        help.insert(stop, range);
    else
        help = help.endsWith(u'.') ? help.chopped(1) + range + u'.' : help + range + u'.';
    return QStringLiteral("<p><b>%1</b>: %2</p>")
        .arg(asText(info.name).toHtmlEscaped(), help.toHtmlEscaped());
}

} // namespace

std::vector<double> sliderStops(const ParamInfo& info) {
    std::vector<double> stops;
    const double low = info.min, high = std::max(info.max, info.min);
    const bool ratio = info.log_scale && low > 0;
    const bool each = info.integer && !ratio && high - low <= 1000;
    const int steps = each ? int(high - low) : kStops;
    for (int i = 0; i <= steps; ++i) {
        const double t = steps == 0 ? 0 : double(i) / steps;
        double value = ratio ? low * std::pow(high / low, t) : low + (high - low) * t;
        if (info.integer)
            value = std::round(value);
        value = std::clamp(value, low, high);
        if (stops.empty() || value > stops.back())
            stops.push_back(value);
    }
    return stops;
}

ParamSlider::ParamSlider(const ParamInfo& info, QWidget* parent)
    : QWidget(parent), m_name(asText(info.name)), m_stops(sliderStops(info)),
      m_label(new QLabel(m_name, this)), m_slider(new QSlider(Qt::Horizontal, this)),
      m_field(new QDoubleSpinBox(this)) {
    setObjectName(m_name);
    m_slider->setRange(0, int(m_stops.size()) - 1);
    m_slider->setPageStep(std::max(1, int(m_stops.size()) / 10));
    m_slider->setEnabled(m_stops.size() > 1);
    m_slider->setAccessibleName(m_name);
    m_field->setRange(info.min, info.max);
    m_field->setDecimals(info.integer ? 0 : 3);
    m_field->setStepType(info.log_scale ? QAbstractSpinBox::AdaptiveDecimalStepType
                                        : QAbstractSpinBox::DefaultStepType);
    m_field->setSingleStep(info.integer ? 1 : 0.05);
    m_field->setKeyboardTracking(false);
    m_field->setGroupSeparatorShown(true);
    m_field->setLocale(numberLocale());
    m_field->setAlignment(Qt::AlignRight);
    m_field->setFixedWidth(76);
    m_field->setAccessibleName(m_name);
    m_label->setBuddy(m_field);
    setToolTip(tooltipOf(info));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_label);
    layout->addWidget(m_slider, 1);
    layout->addWidget(m_field);
    setValue(info.def);

    connect(m_slider, &QSlider::valueChanged, this, [this](int stop) {
        const QSignalBlocker quiet(m_field);
        m_field->setValue(m_stops[std::size_t(stop)]);
        emit changed(value());
    });
    connect(m_field, &QDoubleSpinBox::valueChanged, this, [this](double value) {
        const QSignalBlocker quiet(m_slider);
        m_slider->setValue(nearestStop(value));
        emit changed(value);
    });
}

double ParamSlider::value() const {
    return m_field->value();
}

void ParamSlider::setValue(double value) {
    const QSignalBlocker quietSlider(m_slider), quietField(m_field);
    m_field->setValue(value);
    m_slider->setValue(nearestStop(m_field->value()));
}

int ParamSlider::nearestStop(double value) const {
    const auto above = std::ranges::lower_bound(m_stops, value);
    if (above == m_stops.begin())
        return 0;
    if (above == m_stops.end())
        return int(m_stops.size()) - 1;
    const auto below = std::prev(above);
    return int((value - *below < *above - value ? below : above) - m_stops.begin());
}

} // namespace annscope::ui
