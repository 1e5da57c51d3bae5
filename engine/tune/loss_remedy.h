// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/loss_reason.h"

#include <string>

namespace annscope {

/// Looks for the smallest change of search parameters with which a search returns one vector: raises what
/// loses it, as often as it is lost for another reason, then takes back what was too much.
class RemedySearch {
public:
    /// All must outlive this. facts: of index.
    RemedySearch(const Index& index, const LossFacts& facts, const SearchParams& params, std::size_t k);

    struct Outcome {
        enum class Kind : std::uint8_t {
            Found,      ///< a search with params returns it
            SecondCode, ///< with params it is ranked again, but its second code is too coarse
            None
        };
        Kind kind = Kind::None;
        SearchParams params;
    };
    /// query: dim floats; miss: judged. Cost: a few searches where ranks tell how far to go; where a walk
    /// does not meet it, twice the logarithm of a list's range. Errors: those of search.
    Result<Outcome> find(const float* query, const Miss& miss);

private:
    struct Changed {
        const ParamInfo* info;
        double before;
    };
    bool raise(SearchParams& params, const Miss& cause);
    bool set(SearchParams& params, const ParamInfo& info, double value);
    Result<bool> finds(const float* query, Id id, const SearchParams& params);
    Status judge(const float* query, const SearchParams& params, Miss& cause);
    Status shrink(const float* query, Id id, SearchParams& params);
    double unit_of(const ParamInfo& info) const noexcept;

    const Index& m_index;
    const LossFacts& m_facts;
    const SearchParams& m_params;
    std::size_t m_k;
    const ParamInfo *m_nprobe, *m_share, *m_list, *m_factor, *m_quantizer; ///< null: there is none
    std::vector<Changed> m_changed;
    std::vector<Id> m_ids;
    std::vector<float> m_distances;
};

} // namespace annscope
