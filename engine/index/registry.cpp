// SPDX-License-Identifier: Apache-2.0
#include "index/kind.h"

#include <algorithm>
#include <array>

namespace annscope {

// One line per kind: declared here, defined in its file.
extern const Kind kFlatKind;
extern const Kind kIvfFlatKind;
extern const Kind kVamanaKind;

namespace {

constexpr std::array kKinds{
    &kFlatKind,
    &kIvfFlatKind,
    &kVamanaKind,
};

} // namespace

std::span<const Kind* const> kinds() noexcept {
    return kKinds;
}

const Kind* find_kind(const SpecNode& root) noexcept {
    const auto found = std::ranges::find_if(kKinds, [&](const Kind* kind) { return kind->matches(root); });
    return found == kKinds.end() ? nullptr : *found;
}

const Kind* find_kind(std::string_view name) noexcept {
    const auto found = std::ranges::find(kKinds, name, &Kind::name);
    return found == kKinds.end() ? nullptr : *found;
}

} // namespace annscope
