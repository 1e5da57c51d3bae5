// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// What a factory string means where it leaves a number out; the printer leaves the same numbers out.
namespace annscope::spec {

inline constexpr std::uint64_t kDefaultBlock = 32; ///< bbs of fast scan
inline constexpr std::uint64_t kDefaultPanoramaLevels = 8;
inline constexpr std::uint64_t kDefaultPanoramaBatch = 1024;

} // namespace annscope::spec
