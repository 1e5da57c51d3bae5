// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"

#include <QStringList>

#include <vector>

namespace annscope::ui {

/// What a person means who drops these paths at once: files whose names tell base, queries and truth apart
/// ("sift_base.fvecs", "sift_query.fvecs", "sift_groundtruth.ivecs") are one data set; others are one each.
std::vector<OpenOptions> datasetsOf(const QStringList& paths);

} // namespace annscope::ui
