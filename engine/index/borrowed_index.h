// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

namespace annscope {

/// Another one's index, which it must not outlive, where an owned one is expected. It cannot be changed.
class BorrowedIndex final : public Index {
public:
    explicit BorrowedIndex(const Index& lender) : m_lender(lender) {}

    IndexInfo info() const override { return m_lender.info(); }
    std::size_t dim() const noexcept override { return m_lender.dim(); }
    bool trained() const noexcept override { return m_lender.trained(); }
    std::span<const ParamInfo> search_params() const noexcept override { return m_lender.search_params(); }
    Status add(const VectorSet&, const Control&) override {
        return Error{ErrorCode::Unsupported, "This index is another one's and cannot be added to."};
    }
    Status reconstruct(Id id, std::span<float> out) const override { return m_lender.reconstruct(id, out); }
    std::size_t transformed_dim() const noexcept override { return m_lender.transformed_dim(); }
    void transform(const float* row, float* out) const override { m_lender.transform(row, out); }
    Status save(ArchiveWriter& writer) const override { return m_lender.save(writer); }
    const GraphView* graph() const noexcept override { return m_lender.graph(); }
    const CellsView* cells() const noexcept override { return m_lender.cells(); }
    std::vector<std::uint32_t> cells_of_vectors() const override { return m_lender.cells_of_vectors(); }
    Status rank_cells(const float* query, std::span<const std::uint32_t> which,
                      std::span<std::size_t> ranks) const override {
        return m_lender.rank_cells(query, which, ranks);
    }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        return search_inner(m_lender, query, k, params, out, trace);
    }
    Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                     SearchOutput out, const Control& control) const override {
        return search_inner_block(m_lender, queries, k, params, out, control);
    }
    std::size_t block_queries() const noexcept override { return block_queries_of(m_lender); }

private:
    const Index& m_lender;
};

} // namespace annscope
