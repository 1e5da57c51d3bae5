// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "index/params.h"

#include <QWidget>

#include <vector>

class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace annscope::ui {

/// The values a slider stops at: whole numbers for integers, evenly spaced by ratio for log scales; the ends
/// are among them.
std::vector<double> sliderStops(const ParamInfo& info);

/// One parameter: name, slider and field, made from ParamInfo. Emits changed only for what a person does.
class ParamSlider : public QWidget {
    Q_OBJECT
public:
    explicit ParamSlider(const ParamInfo& info, QWidget* parent = nullptr);

    QString name() const { return m_name; }
    double value() const;
    void setValue(double value);
    QSlider* slider() const { return m_slider; }
    QDoubleSpinBox* field() const { return m_field; }
    QLabel* label() const { return m_label; }

signals:
    void changed(double value);

private:
    int nearestStop(double value) const;

    QString m_name;
    std::vector<double> m_stops;
    QLabel* m_label;
    QSlider* m_slider;
    QDoubleSpinBox* m_field;
};

} // namespace annscope::ui
