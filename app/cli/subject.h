// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"
#include "index/index.h"

#include <memory>
#include <string>

namespace annscope::cli {

/// An index to look at, and what it was made from.
struct Subject {
    Configuration configuration;
    std::unique_ptr<Index> index;
};

/// From a file that build wrote. Errors: those of load_index; where it does not fit the data, a sentence that
/// says so.
Result<Subject> load_subject(const std::string& file, const Dataset& dataset, const Control& control);

/// From the file, or, where file is empty, built from the data; a line given beside a file says how to search
/// it.
Result<Subject> subject_of(const std::string& line, const std::string& file, const Dataset& dataset,
                           const Control& control);

} // namespace annscope::cli
