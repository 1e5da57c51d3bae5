// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <memory>

namespace annscope {

/// An equal index of its own, to be changed while the first goes on answering: what loading a saved one
/// gives, without a file. Cost: a pass over its bytes; memory: twice its bytes for a moment, once after.
/// Phase: "Copying index". Errors: NotTrained, InvalidArgument (an index that build_index did not make),
/// OutOfMemory, Cancelled.
Result<std::unique_ptr<Index>> clone_index(const Index& index, const Control& control);

} // namespace annscope
