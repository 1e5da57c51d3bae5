// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"
#include "index/index.h"
#include "index/index_spec.h"

#include <QString>

#include <memory>

namespace annscope::ui {

/// An index of the session, with the data it was built from. Immutable; handed around as shared_ptr<const
/// BuiltIndex>.
struct BuiltIndex {
    qint64 id = -1;
    QString title;               ///< FACTORY|BUILD, as people read it
    Configuration configuration; ///< search part: the defaults
    std::shared_ptr<const Index> index;
    std::shared_ptr<const Dataset> dataset;
    /// The same data expanded (data/query_expansion.h), where the index is measured with that; else null.
    std::shared_ptr<const Dataset> expanded;
    int series = 0; ///< colour, marker and dash in every view, see ui/common/palette.h

    const Dataset& measured() const { return expanded ? *expanded : *dataset; }
};
using BuiltIndexPtr = std::shared_ptr<const BuiltIndex>;
using DatasetPtr = std::shared_ptr<const Dataset>;

} // namespace annscope::ui
