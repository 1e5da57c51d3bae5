// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/query_job.h"

#include "data/ground_truth.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

namespace annscope::ui {

namespace {

/// The list of a graph holds L or efSearch candidates, that of a scan k; where they are ranked again, at
/// least k_factor times k.
std::size_t listSizeOf(const Index& index, const SearchParams& params, std::size_t k, std::size_t n) {
    std::size_t size = k;
    for (const ParamInfo& info : index.search_params())
        if (info.name == "k_factor")
            size = std::max(size, static_cast<std::size_t>(
                                      std::ceil(static_cast<double>(k) * value_or_default(params, info))));
    if (const ParamInfo* info = listParam(index))
        size = std::max(size, static_cast<std::size_t>(value_or_default(params, *info)));
    return std::min(size, n);
}

float centroidDistance(Metric metric, std::span<const float> query, std::span<const float> centroid) {
    float sum = 0;
    for (std::size_t i = 0; i < query.size(); ++i)
        sum += metric == Metric::L2 ? (query[i] - centroid[i]) * (query[i] - centroid[i])
                                    : -query[i] * centroid[i];
    return sum;
}

/// The cell of every missed neighbour and its rank among all cells by distance to the query.
void rankMissedCells(const CellsView& cells, PathModel& model) {
    std::unordered_map<Id, TrueNeighbour*> wanted;
    for (TrueNeighbour& neighbour : model.truth)
        wanted.emplace(neighbour.id, &neighbour);
    for (std::size_t cell = 0; cell < cells.nlist(); ++cell)
        for (const std::uint32_t id : cells.ids(cell))
            if (const auto found = wanted.find(id); found != wanted.end())
                found->second->cell = static_cast<std::int64_t>(cell);

    std::vector<float> distances(cells.nlist());
    for (std::size_t cell = 0; cell < cells.nlist(); ++cell)
        distances[cell] = centroidDistance(model.metric, model.query, cells.centroids()[cell]);
    std::unordered_map<std::int64_t, int> probed;
    for (const PathStep& step : model.steps)
        if (step.kind == PathStep::Kind::Probe)
            probed.emplace(step.id, step.hop);
    for (TrueNeighbour& neighbour : model.truth) {
        if (neighbour.cell < 0)
            continue;
        const auto rank = probed.find(neighbour.cell);
        const float own = distances[static_cast<std::size_t>(neighbour.cell)];
        neighbour.cellRank = rank != probed.end()
                                 ? rank->second
                                 : 1 + static_cast<int>(std::count_if(distances.begin(), distances.end(),
                                                                      [own](float d) { return d < own; }));
    }
}

} // namespace

const ParamInfo* listParam(const Index& index) noexcept {
    for (const ParamInfo& info : index.search_params())
        if (info.name == "Lsearch" || info.name == "efSearch")
            return &info;
    return nullptr;
}

Result<PathModelPtr> runQuery(const QueryRequest& request, const Control& control) {
    const Dataset& dataset = *request.built->dataset;
    const Index& index = *request.built->index;
    auto model = std::make_shared<PathModel>();
    model->query = request.vector;
    model->queryRow = request.vector.empty() ? request.row : -1;
    if (request.vector.empty()) {
        if (request.row < 0 || static_cast<std::size_t>(request.row) >= dataset.queries.size())
            return Error{ErrorCode::InvalidArgument, "There is no query " + std::to_string(request.row) +
                                                         "; the data set has " +
                                                         std::to_string(dataset.queries.size()) + "."};
        model->query.resize(dataset.dim());
        dataset.queries.copy_row(static_cast<std::size_t>(request.row), model->query.data());
    }
    model->metric = dataset.metric;
    model->k = std::min(std::max<std::size_t>(request.k, 1), dataset.base.size());
    model->params = request.params;
    model->listSize = listSizeOf(index, request.params, model->k, dataset.base.size());

    std::vector<Id> ids(model->k);
    std::vector<float> distances(model->k);
    PathTrace trace;
    ANNSCOPE_ASSIGN(model->stats,
                    index.explain(model->query, model->k, request.params, {ids, distances}, trace));
    if (control.cancel_requested())
        return cancelled();
    ANNSCOPE_ASSIGN(const GroundTruth truth,
                    exact_neighbours_of(dataset.base, model->query, dataset.metric, model->k, control));
    readTrace(trace, *model);
    readAnswers(ids, distances, truth, *model);
    if (const CellsView* cells = index.cells())
        rankMissedCells(*cells, *model);
    return PathModelPtr(std::move(model));
}

} // namespace annscope::ui
