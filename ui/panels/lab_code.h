// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "index/index_spec.h"

#include <QString>

#include <optional>
#include <vector>

namespace annscope::ui {

/// A number of a code that can be turned without typing, with the values that are valid for the data.
struct LabKnob {
    enum Kind : quint8 { Nlist, M, Bits, Dimensions };
    Kind kind;
    QString label, help;
    std::vector<std::uint64_t> values; ///< ascending; the present one is among them
    std::uint64_t value = 0;
};

/// The numbers of a tree that can be turned, outer ones first.
std::vector<LabKnob> labKnobs(const SpecNode& root, std::size_t n, std::size_t dim);
/// The tree with another number. M of a rotation (OPQ) follows that of the code after it.
SpecNode withKnob(SpecNode root, LabKnob::Kind kind, std::uint64_t value);

/// Kinds of codes that a click tries, in this order.
enum class LabFamily : quint8 { Sq8, Sq4, Pq, PqFastScan, Opq, RaBitQ };
inline constexpr int kLabFamilies = 6;
QString familyName(LabFamily family);
QString familyHelp(LabFamily family);
/// Of the code under a tree, if it is one of them.
std::optional<LabFamily> familyOf(const SpecNode& root);
/// The code of a family of about bytes a vector, with the same cells and the same re-ranking around it.
SpecNode withFamily(const SpecNode& root, LabFamily family, std::size_t dim, double bytes);
/// With cells around the code (nlist > 0), or without.
SpecNode withCells(const SpecNode& root, std::uint64_t nlist);
bool hasCells(const SpecNode& root);
/// Without RFlat and Refine around it.
SpecNode withoutRefinement(const SpecNode& root);

/// A code that suits vectors of dim dimensions, of those that are built.
SpecNode firstCode(std::size_t dim);

} // namespace annscope::ui
