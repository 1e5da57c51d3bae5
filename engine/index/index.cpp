// SPDX-License-Identifier: Apache-2.0
#include "index/index.h"

#include "core/parallel.h"
#include "core/topk.h"
#include "simd/kernels.h"

#include <algorithm>
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

Status CellsView::visited(const float*, const SearchParams&, std::vector<CellVisit>&) const {
    return Error{ErrorCode::Unsupported, "These cells do not tell which of them a query visits."};
}

Status Index::train(const VectorSet&, const Control&) {
    return {};
}

Status Index::remove(std::span<const Id>, const Control&) {
    return Error{ErrorCode::Unsupported, "Vectors cannot be removed from the index " + info().spec + "."};
}

Status Index::repair_graph(const Control&) {
    return Error{ErrorCode::Unsupported, "The index " + info().spec + " has no graph that can be repaired."};
}

Status Index::reconstruct(Id, std::span<float>) const {
    return Error{ErrorCode::Unsupported, "The index " + info().spec + " cannot give its vectors back."};
}

Result<std::unique_ptr<PendingAdd>> Index::prepare_add(const VectorSet&, const Control&) {
    return Error{ErrorCode::Unsupported, "The index " + info().spec + " cannot be part of a refinement."};
}

std::vector<std::uint32_t> Index::cells_of_vectors() const {
    const CellsView* view = cells();
    std::vector<std::uint32_t> out(view ? info().size : 0);
    for (std::size_t cell = 0; view && cell < view->nlist(); ++cell)
        for (const std::uint32_t id : view->ids(cell))
            if (id < out.size())
                out[id] = static_cast<std::uint32_t>(cell);
    return out;
}

Status Index::rank_cells(const float* query, std::span<const std::uint32_t> which,
                         std::span<std::size_t> ranks) const {
    const CellsView* view = cells();
    if (!view)
        return Error{ErrorCode::Unsupported, "The index " + info().spec + " has no cells."};
    const Metric metric = info().metric;
    std::vector<float> own(query, query + dim());
    if (metric == Metric::Cosine)
        normalize(own.data(), own.size());
    const auto& kernels = simd::kernels().f32;
    const VectorView centroids = view->centroids();
    std::vector<Neighbor> order(centroids.rows());
    for (std::size_t cell = 0; cell < order.size(); ++cell)
        order[cell] = {metric == Metric::L2 ? kernels.l2(own.data(), centroids.row(cell), own.size())
                                            : -kernels.ip(own.data(), centroids.row(cell), own.size()),
                       static_cast<Id>(cell)};
    ranks_among(std::span<const Neighbor>(order), which, ranks);
    return {};
}

Status Index::compare(const float* query, std::span<const Id> ids, std::span<float> out) const {
    const Metric metric = info().metric;
    std::vector<float> own(query, query + dim()), row(dim());
    if (metric == Metric::Cosine)
        normalize(own.data(), own.size());
    const auto& kernels = simd::kernels().f32;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        ANNSCOPE_TRY(reconstruct(ids[i], row));
        out[i] = metric == Metric::L2 ? kernels.l2(own.data(), row.data(), row.size())
                                      : -kernels.ip(own.data(), row.data(), row.size());
    }
    return {};
}

Result<SearchStats> Index::search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                        SearchOutput out, const Control& control) const {
    SearchStats sum;
    for (std::size_t i = 0; i < queries.rows(); ++i) {
        if (control.cancel_requested())
            return cancelled();
        ANNSCOPE_ASSIGN(const SearchStats stats,
                        search_one(queries.row(i), k, params,
                                   {out.ids.subspan(i * k, k), out.distances.subspan(i * k, k)}, nullptr));
        sum += stats;
    }
    return sum;
}

Result<SearchStats> Index::search(VectorView queries, std::size_t k, const SearchParams& params,
                                  SearchOutput out, const Control& control) const {
    ANNSCOPE_TRY(check_search(*this, queries.cols(), k, params));
    const std::size_t rows = queries.rows();
    if (out.ids.size() < rows * k || out.distances.size() < rows * k)
        return Error{ErrorCode::InvalidArgument, "The output is smaller than queries x k."};
    if (rows == 1)
        return search_one(queries.row(0), k, params, {out.ids.first(k), out.distances.first(k)}, nullptr);

    SearchStats total;
    std::mutex mutex;
    std::optional<Error> failure;
    const auto threads = static_cast<std::size_t>(effective_threads(control));
    const std::size_t grain = std::min(block_queries(), (rows + threads - 1) / threads);
    const Status status = parallel_for(
        rows, std::max<std::size_t>(grain, 1), control, [&](std::size_t begin, std::size_t end, int) {
            const std::size_t count = end - begin;
            const auto result = search_block(
                queries.rows(begin, count), k, params,
                {out.ids.subspan(begin * k, count * k), out.distances.subspan(begin * k, count * k)},
                control);
            const std::lock_guard lock(mutex);
            if (result)
                total += *result;
            else if (!failure)
                failure = result.error();
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
