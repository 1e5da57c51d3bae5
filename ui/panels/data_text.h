// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/norms.h"

namespace annscope::ui {

/// What the data panel and pictures say of a data set.

/// "L2", "inner product", "cosine".
QString metricText(Metric metric);
/// The name, with the metric where two open sets share the name.
QString datasetTitle(const Dataset& dataset, const std::vector<DatasetPtr>& among);
/// "f32, 188 MB in memory"
QString typeText(const Dataset& dataset);
/// "1,000, held out of the base: not in the file"
QString queriesText(const Dataset& dataset);
/// "100 a query, from the file"
QString truthText(const Dataset& dataset);
/// "mean 9.2, from 4.1 to 12.8"
QString normsText(const Norms& norms);

} // namespace annscope::ui
