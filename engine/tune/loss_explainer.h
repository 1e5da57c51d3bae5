// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/loss_reason.h"

#include <functional>
#include <memory>

namespace annscope {

/// Reasons and remedies for one index and its queries, with different parameters one after the other.
class LossExplainer {
public:
    /// Both must outlive the result. most: the most neighbours that any of its searches keeps before they are
    /// ranked again. Errors: InvalidArgument (truth.k < k), OutOfMemory, Cancelled.
    static Result<LossExplainer> of(const Index& index, const Workload& workload, std::size_t k,
                                    std::size_t most, const Control& control);

    /// Everything but remedies and advice. Errors: those of search, Cancelled.
    Result<LossReport> reasons(const SearchParams& params, const Control& control) const;
    /// Both, for what reasons() returned.
    Status remedies(LossReport& report, const Control& control);

private:
    LossExplainer(const Index& index, const Workload& workload, std::size_t k)
        : m_index(&index), m_workload(&workload), m_k(k) {}
    Status each_query(const Control& control, const char* phase,
                      const std::function<Status(std::size_t)>& body) const;
    Status explain(std::size_t q, const SearchParams& params, std::span<const Id> found, float recall,
                   std::vector<Miss>& out) const;
    Status make_refined(const Control& control);
    Status remedy(const LossReport& report, Miss& miss) const;
    Status count(LossReport& report, const Control& control) const;
    const float* query(std::size_t q) const { return m_workload->queries.view<float>().row(q); }

    const Index* m_index;
    const Workload* m_workload;
    std::size_t m_k;
    LossFacts m_facts, m_refined_facts;
    std::unique_ptr<Index> m_refined; ///< the index with ,RFlat behind it; null: that would not help
};

/// Counts misses by reason.
void count_reasons(LossReport& report);
/// What finds nine in ten of the misses of a reason that have a remedy; advice.finds is left to be counted.
std::optional<LossAdvice> advice_for(const LossReport& report, LossReason reason);

/// FACTORY|BUILD of an index with exact distances behind it, in the place of a coarser refinement. Empty
/// where that is not possible.
std::string refined_configuration(const IndexOrigin& origin);

} // namespace annscope
