// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/query_job.h"

#include "data/ground_truth.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

/// The true neighbours of a query of the data set: as known, else by comparing all vectors.
Result<GroundTruth> truthOf(const Dataset& dataset, const PathModel& model, const Control& control) {
    const auto row = static_cast<std::size_t>(std::max<qint64>(model.queryRow, 0));
    const GroundTruth& known = dataset.truth;
    if (model.queryRow < 0 || row >= known.queries || known.k < model.k || known.of_originals)
        return exact_neighbours_of(dataset.base, model.query, dataset.metric, model.k, control);
    GroundTruth truth;
    truth.queries = 1;
    truth.k = model.k;
    const auto ids = known.ids_of(row).first(model.k);
    const auto distances = known.distances_of(row).first(model.k);
    truth.ids.assign(ids.begin(), ids.end());
    truth.distances.assign(distances.begin(), distances.end());
    return truth;
}

/// In this program's convention, of the vectors themselves: an index of codes tells estimates.
std::vector<float> exactDistances(const Dataset& dataset, std::span<const float> query,
                                  std::span<const Id> ids) {
    std::vector<float> row(dataset.dim()), distances;
    for (const Id id : ids) {
        if (id == kNoId) {
            distances.push_back(std::numeric_limits<float>::infinity());
            continue;
        }
        dataset.base.copy_row(static_cast<std::size_t>(id), row.data());
        double l2 = 0, ip = 0, xx = 0, qq = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const double x = row[i], q = query[i];
            l2 += (x - q) * (x - q);
            ip += x * q;
            xx += x * x;
            qq += q * q;
        }
        const double cosine = xx > 0 && qq > 0 ? ip / std::sqrt(xx * qq) : 0;
        distances.push_back(static_cast<float>(dataset.metric == Metric::L2             ? l2
                                               : dataset.metric == Metric::InnerProduct ? -ip
                                                                                        : -cosine));
    }
    return distances;
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
    ANNSCOPE_ASSIGN(const GroundTruth truth, truthOf(dataset, *model, control));
    readTrace(trace, *model);
    readAnswers(ids, distances, truth, *model, exactDistances(dataset, model->query, ids));
    if (const CellsView* cells = index.cells())
        rankMissedCells(*cells, *model);
    return PathModelPtr(std::move(model));
}

} // namespace annscope::ui
