// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/code_study.h"

#include <QString>

#include <memory>

namespace annscope::ui {

/// What a code costs, measured on all vectors or a sample. Immutable.
using StudyPtr = std::shared_ptr<const CodeStudy>;

/// On what its numbers stand, for tooltips; where they are estimates, why.
QString studySource(const CodeStudy& study);

} // namespace annscope::ui
