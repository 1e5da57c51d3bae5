// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/code_study.h"

#include <memory>

namespace annscope::ui {

/// What a code costs, measured on a sample. Immutable.
using StudyPtr = std::shared_ptr<const CodeStudy>;

} // namespace annscope::ui
