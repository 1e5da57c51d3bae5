// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/loss.h"

#include <QMetaType>

#include <memory>

namespace annscope::ui {

/// Why the true neighbours of an index's queries were missed: rows of misses are those of
/// BuiltIndex::measured().queries, ids those of its base vectors. Immutable.
using LossPtr = std::shared_ptr<const LossReport>;

} // namespace annscope::ui

Q_DECLARE_METATYPE(annscope::ui::LossPtr)
