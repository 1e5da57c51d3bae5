// SPDX-License-Identifier: Apache-2.0
#include "index/index.h"

#include "core/parallel.h"

#include <mutex>
#include <optional>

namespace annscope {
namespace {

Status check_search(const IndexInfo& info, std::size_t dim, std::size_t k) {
    if (!info.trained)
        return Error{ErrorCode::NotTrained, "The index " + info.spec + " has not been trained."};
    if (dim != info.dim)
        return Error{ErrorCode::DimensionMismatch, "The query has " + std::to_string(dim) +
                                                       " dimensions, the index " + info.spec + " has " +
                                                       std::to_string(info.dim) + "."};
    if (k == 0)
        return Error{ErrorCode::InvalidArgument, "k must be at least 1."};
    return {};
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
    {
        const IndexInfo about = info();
        ANNSCOPE_TRY(check_search(about, queries.cols(), k));
        ANNSCOPE_TRY(check_params(params, search_params(), about.spec));
    }
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
    const IndexInfo about = info();
    ANNSCOPE_TRY(check_search(about, query.size(), k));
    ANNSCOPE_TRY(check_params(params, search_params(), about.spec));
    return search_one(query.data(), k, params, {out.ids.first(k), out.distances.first(k)}, &trace);
}

} // namespace annscope
