// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/cell_coloring.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/views/cell_scene.h"

#include <QCoreApplication>

#include <algorithm>

namespace annscope::ui {

QColor cellRamp(double share) {
    const double least = palette().dark ? 0.2 : 0.03; // the darkest blues are lost on dark ground
    return cividis(least + (1 - least) * share);
}

QString cellLoadText(const CellLoad& load, std::size_t cell) {
    const QString visits =
        QCoreApplication::translate("CellColoring", "%1 of %2 queries visit it, %3 of the scan")
            .arg(formatCount(load.probes[cell]), formatCount(load.queries),
                 formatPercent(load.share(cell), 2));
    if (load.k == 0)
        return visits;
    return visits + QCoreApplication::translate("CellColoring",
                                                "\n%1 true neighbours found there, %2 missed\n"
                                                "%3 visits without a true neighbour")
                        .arg(formatCount(load.hits[cell]), formatCount(load.missed[cell]),
                             formatCount(load.wasted[cell]));
}

CellColoring::CellColoring(CellMeasure measure, const CellSizes& sizes, const CellLoadPtr& load)
    : m_measure(load && load->size.size() == sizes.size.size() ? measure : CellMeasure::Vectors) {
    switch (m_measure) {
    case CellMeasure::Vectors:
        m_values.assign(sizes.size.begin(), sizes.size.end());
        break;
    case CellMeasure::Visits:
        m_values.assign(load->probes.begin(), load->probes.end());
        break;
    case CellMeasure::Cost:
        for (std::size_t cell = 0; cell < load->size.size(); ++cell)
            m_values.push_back(load->share(cell));
        break;
    }
    m_largest = m_values.empty() ? 0 : *std::ranges::max_element(m_values);
}

QColor CellColoring::color(std::size_t cell) const {
    return cellRamp(m_largest > 0 && cell < m_values.size() ? m_values[cell] / m_largest : 0);
}

QString CellColoring::title() const {
    switch (m_measure) {
    case CellMeasure::Visits:
        return QCoreApplication::translate("CellColoring", "queries that visit the cell");
    case CellMeasure::Cost:
        return QCoreApplication::translate("CellColoring", "share of the scan");
    case CellMeasure::Vectors:
        break;
    }
    return QCoreApplication::translate("CellColoring", "vectors in the cell");
}

QString CellColoring::text(double value) const {
    return m_measure == CellMeasure::Cost ? formatPercent(value, value < 0.1 ? 2 : 0)
                                          : formatCount(static_cast<qulonglong>(value));
}

} // namespace annscope::ui
