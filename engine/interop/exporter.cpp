// SPDX-License-Identifier: Apache-2.0
#include "interop/exporter.h"

#include <algorithm>
#include <array>

namespace annscope {

// One line per target: declared here, defined in its file.
extern const ExportTarget kFaissPython;
extern const ExportTarget kFaissCpp;
extern const ExportTarget kJson;
extern const ExportTarget kOneLine;

namespace {

constexpr std::array kTargets{&kFaissPython, &kFaissCpp, &kJson, &kOneLine};

} // namespace

std::span<const ExportTarget* const> export_targets() noexcept {
    return kTargets;
}

const ExportTarget* find_export_target(std::string_view id) noexcept {
    const auto found = std::ranges::find(kTargets, id, &ExportTarget::id);
    return found == kTargets.end() ? nullptr : *found;
}

} // namespace annscope
