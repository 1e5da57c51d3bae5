// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/coarse_quantizer.h"

namespace annscope {

/// One form of coarse quantiser: a file index/coarse_*.cpp defines one, coarse_quantizer.cpp lists it.
struct CoarseForm {
    /// Of the inverted file's node, e.g. {IVF, {1024}, [code]}.
    bool (*matches)(const SpecNode& root) noexcept;
    Result<std::unique_ptr<CoarseQuantizer>> (*make)(const SpecNode& root, const BuildContext& context);
    Result<std::unique_ptr<CoarseQuantizer>> (*load)(ArchiveReader& reader, const SpecNode& root,
                                                     const BuildContext& context);
    std::vector<MemoryPart> (*size)(const SpecNode& root, const SizeQuestion& question);
    double (*work)(const SpecNode& root, const SizeQuestion& question);
    /// Metrics that make accepts; null: all.
    bool (*allows)(const SpecNode& root, Metric metric) noexcept = nullptr;
};

extern const CoarseForm kFlatCoarseForm;
extern const CoarseForm kImiCoarseForm;
extern const CoarseForm kIndexCoarseForm;

} // namespace annscope
