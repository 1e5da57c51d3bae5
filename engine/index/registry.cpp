// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_grouped.h"
#include "index/coarse_params.h"

#include <algorithm>
#include <array>

namespace annscope {

// One line per kind: declared here, defined in its file.
extern const Kind kFlatKind;
extern const Kind kIvfFlatKind;
extern const Kind kPqKind;
extern const Kind kIvfPqKind;
extern const Kind kRabitqKind;
extern const Kind kIvfRabitqKind;
extern const Kind kPqFastScanKind;
extern const Kind kIvfPqFastScanKind;
extern const Kind kSqKind;
extern const Kind kIvfSqKind;
extern const Kind kRefineFlatKind;
extern const Kind kRefineKind;
extern const Kind kHnswKind;
extern const Kind kHnswCodeKind;
extern const Kind kNsgKind;
extern const Kind kNsgCodeKind;
extern const Kind kVamanaKind;
extern const Kind kVamanaCodeKind;
extern const Kind kVamanaRabitqKind;
extern const Kind kPreTransformKind;
extern const Kind kIdMapKind;
extern const Kind kIdMap2Kind;

namespace {

constexpr std::array kKinds{
    &kFlatKind,         &kIvfFlatKind,       &kPqKind,    &kIvfPqKind,   &kRabitqKind,     &kIvfRabitqKind,
    &kPqFastScanKind,   &kIvfPqFastScanKind, &kSqKind,    &kIvfSqKind,   &kRefineFlatKind, &kRefineKind,
    &kHnswKind,         &kHnswCodeKind,      &kNsgKind,   &kNsgCodeKind, &kVamanaKind,     &kVamanaCodeKind,
    &kVamanaRabitqKind, &kPreTransformKind,  &kIdMapKind, &kIdMap2Kind,
};

void append(std::vector<ParamInfo>& out, const ParamInfo& info) {
    if (std::ranges::find(out, info.name, &ParamInfo::name) == out.end())
        out.push_back(info);
}

void append_params(std::vector<ParamInfo>& out, const SpecNode& root,
                   std::span<const ParamInfo> Kind::*declared, const ParamSet& build) {
    const Kind* kind = find_kind(root);
    if (!kind)
        return;
    for (const ParamInfo& info : kind->*declared)
        append(out, info);
    const bool search = declared == &Kind::search_params;
    if (search && has_coarse(root) && groups_of(build) > 0)
        append(out, kGroupShareParam);
    if (const SpecNode* coarse = coarse_index_of(root)) {
        std::vector<ParamInfo> own;
        append_params(own, *coarse, declared, without_groups(build));
        for (const ParamInfo& info : own)
            append(out, search ? quantizer_param(info) : info);
    }
    if (kind->inner)
        for (const SpecNode* node : kind->inner(root))
            append_params(out, *node, declared, build);
}

} // namespace

std::vector<ParamInfo> build_params(const SpecNode& root) {
    std::vector<ParamInfo> params;
    append_params(params, root, &Kind::build_params, {});
    return params;
}

std::vector<ParamInfo> search_params(const SpecNode& root, const ParamSet& build) {
    std::vector<ParamInfo> params;
    append_params(params, root, &Kind::search_params, build);
    return params;
}

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
