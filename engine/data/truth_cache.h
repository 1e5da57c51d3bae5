// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/content_hash.h"
#include "data/dataset.h"

#include <filesystem>
#include <optional>

namespace annscope {

/// Exact neighbours that were computed before, one file each in XDG_CACHE_HOME (else ~/.cache)
/// /annscope/truth. A cache only: whatever is missing, damaged, of another version or cannot be written
/// counts as not there. The oldest files go when all take more than 512 MiB.
class TruthCache {
public:
    /// Hashes base and queries. Cost: one pass over both. Errors: Cancelled.
    static Result<TruthCache> open(const VectorSet& base, const VectorSet& queries, Metric metric,
                                   std::size_t k, const Control& control);

    std::optional<GroundTruth> load() const;
    void store(const GroundTruth& truth) const;
    const std::filesystem::path& path() const noexcept { return m_path; } ///< empty: there is no home

private:
    std::filesystem::path m_path;
    ContentHash m_key;
    std::size_t m_rows = 0, m_queries = 0, m_k = 0;
};

} // namespace annscope
