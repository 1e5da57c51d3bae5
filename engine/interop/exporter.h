// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "index/index_spec.h"

#include <span>
#include <string>
#include <vector>

namespace annscope {

struct ExportRequest {
    Configuration configuration;
    std::size_t dim = 0;
    Metric metric = Metric::L2;
    std::size_t k = 10;
};

struct ExportResult {
    std::string text;
    std::vector<std::string> notes; ///< what does not map, for the person; also written into text as comments
                                    ///< where the format has them
};

/// One system that a configuration can be written for.
struct ExportTarget {
    std::string_view id;        ///< "faiss-python"
    std::string_view title;     ///< "Faiss (Python)"
    std::string_view extension; ///< ".py"
    Result<ExportResult> (*write)(const ExportRequest& request);
};

std::span<const ExportTarget* const> export_targets() noexcept;
const ExportTarget* find_export_target(std::string_view id) noexcept;

} // namespace annscope
