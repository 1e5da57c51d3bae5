// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/describe.h"

#include <QString>

#include <optional>
#include <span>
#include <vector>

namespace annscope::ui {

/// One part of a factory string and what it does.
struct SpecChip {
    QString text, help;
};
std::vector<SpecChip> specChips(const QString& canonical);

/// "188.2 MB · ~3.1 s"
QString sizeText(const SpecDescription& description);
/// "vectors 188 MB + graph 15.6 MB"
QString partsText(const SizeEstimate& size);
/// A line for each part with its formula.
QString partsHelp(const SizeEstimate& size);

/// The number of a factory string that has a field of its own: nlist of an IVF, R of a Vamana graph.
std::optional<ParamInfo> specNumber(const SpecNode& root, std::size_t n);

} // namespace annscope::ui
