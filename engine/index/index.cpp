// SPDX-License-Identifier: Apache-2.0
#include "index/index.h"

#include "core/parallel.h"

#include <mutex>
#include <optional>

namespace annscope {
namespace {

/// Runs for every query, so it makes no text unless something is wrong.
Status check_search(const Index& index, std::size_t dim, std::size_t k, const SearchParams& params) {
    if (!index.trained())
        return Error{ErrorCode::NotTrained, "The index " + index.info().spec + " has not been trained."};
    if (dim != index.dim())
        return Error{ErrorCode::DimensionMismatch, "The query has " + std::to_string(dim) +
                                                       " dimensions, the index " + index.info().spec +
                                                       " has " + std::to_string(index.dim()) + "."};
    if (k == 0)
        return Error{ErrorCode::InvalidArgument, "k must be at least 1."};
    return params.empty() ? Status{} : check_params(params, index.search_params(), "The index");
}

} // namespace

Status Index::train(const VectorSet&, const Control&) {
    return {};
}

Result<SearchStats> Index::search(VectorView queries, std::size_t k, const SearchParams& params,
                                  SearchOutput out, const Control& control) const {
    const auto one = [&](std::size_t i) {
        return search_one(queries.row(i), k, params,
                          {out.ids.subspan(i * k, k), out.distances.subspan(i * k, k)}, nullptr);
    };
    ANNSCOPE_TRY(check_search(*this, queries.cols(), k, params));
    if (out.ids.size() < queries.rows() * k || out.distances.size() < queries.rows() * k)
        return Error{ErrorCode::InvalidArgument, "The output is smaller than queries x k."};
    if (queries.rows() == 1)
        return one(0);

    SearchStats total;
    std::mutex mutex;
    std::optional<Error> failure;
    const Status status =
        parallel_for(queries.rows(), 16, control, [&](std::size_t begin, std::size_t end, int) {
            SearchStats sum;
            std::optional<Error> first;
            for (std::size_t i = begin; i < end && !first; ++i) {
                if (const auto result = one(i))
                    sum += *result;
                else
                    first = result.error();
            }
            const std::lock_guard lock(mutex);
            total += sum;
            if (first && !failure)
                failure = std::move(first);
        });
    if (failure)
        return *failure;
    ANNSCOPE_TRY(status);
    return total;
}

Result<SearchStats> Index::explain(std::span<const float> query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace& trace) const {
    ANNSCOPE_TRY(check_search(*this, query.size(), k, params));
    return search_one(query.data(), k, params, {out.ids.first(k), out.distances.first(k)}, &trace);
}

} // namespace annscope
