// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/loss.h"

namespace annscope {

/// Looks for the smallest change of search parameters with which a search returns one vector.
class RemedySearch {
public:
    /// Both must outlive this.
    RemedySearch(const Index& index, const SearchParams& params, std::size_t k);

    /// query: dim floats. Fills miss.remedy, where there is one. Cost: about twice the logarithm of a
    /// parameter's range in searches, the last ones wide. Errors: those of search.
    Status find(const float* query, Miss& miss);

private:
    /// The smallest value of a parameter that finds the vector, the others as in params; 0: none does.
    Result<double> smallest(const float* query, Id id, const ParamInfo& info, const SearchParams& params);
    Result<bool> finds(const float* query, Id id, const SearchParams& params);
    const ParamInfo* parameter(std::initializer_list<std::string_view> names) const;

    const Index& m_index;
    const SearchParams& m_params;
    std::size_t m_k;
    std::vector<Id> m_ids;
    std::vector<float> m_distances;
};

} // namespace annscope
