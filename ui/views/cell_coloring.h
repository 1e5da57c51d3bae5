// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/cell_load.h"

#include <QColor>
#include <QString>

#include <memory>
#include <vector>

namespace annscope::ui {

struct CellSizes;
using CellLoadPtr = std::shared_ptr<const CellLoad>;

enum class CellMeasure : quint8 { Vectors, Visits, Cost };

/// Sequential colour for a share of the largest, readable on the panel.
QColor cellRamp(double share);

/// "9 of 100 queries visit it, 0.8 % of the scan ...": three lines for a tool tip.
QString cellLoadText(const CellLoad& load, std::size_t cell);

/// What the colour of a cell means, the same in bars, map and scatter.
class CellColoring {
public:
    CellColoring() = default;
    /// Vectors where there is no load.
    CellColoring(CellMeasure measure, const CellSizes& sizes, const CellLoadPtr& load);

    CellMeasure measure() const noexcept { return m_measure; }
    QColor color(std::size_t cell) const;
    double largest() const noexcept { return m_largest; }
    QString title() const;            ///< "vectors in the cell"
    QString text(double value) const; ///< "1,234", "0.8 %"

private:
    CellMeasure m_measure = CellMeasure::Vectors;
    std::vector<double> m_values;
    double m_largest = 0;
};

} // namespace annscope::ui
