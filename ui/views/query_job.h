// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "ui/models/built_index.h"
#include "ui/views/path_model.h"

namespace annscope::ui {

/// A query to be explained: a row of the data set's queries, or a place chosen by hand.
struct QueryRequest {
    BuiltIndexPtr built;
    std::vector<float> vector; ///< dim; empty: row of dataset->queries
    qint64 row = -1;
    std::size_t k = 10;
    SearchParams params;
};

/// The search parameter that sets the size of the candidate list: Lsearch or efSearch; null: none.
const ParamInfo* listParam(const Index& index) noexcept;

/// Searches with a trace, finds the exact neighbours, and says why a true one was missed. For the interactive
/// lane. Cost: one search, base x dim, nlist x dim. Errors: those of Index::explain, InvalidArgument for a
/// row out of range.
Result<PathModelPtr> runQuery(const QueryRequest& request, const Control& control);

} // namespace annscope::ui
