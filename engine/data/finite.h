// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/error.h"
#include "core/types.h"

#include <cstddef>
#include <string>

namespace annscope {

/// Index of the first NaN or infinity in v[0..n), or n.
std::size_t first_non_finite(const float* v, std::size_t n) noexcept;
std::size_t first_non_finite(const Half* v, std::size_t n) noexcept;

/// CorruptFile: "NAME: row 7, column 3 is nan; ...", rows and columns counted from 0.
Error not_finite(const std::string& name, std::size_t row, std::size_t column, double value);

} // namespace annscope
