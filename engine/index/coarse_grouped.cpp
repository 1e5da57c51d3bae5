// SPDX-License-Identifier: Apache-2.0
// Groups inside the cells of an inverted file, and pruning of them (IVFOADC+G+P): Baranchuk, Babenko and
// Malkov, "Revisiting the Inverted Indices for Billion-Scale Approximate Nearest Neighbors", ECCV 2018. A
// group is a list of its own, so that every code works in it: residuals are taken to the group's point.
#include "index/coarse_grouped.h"

#include "core/parallel.h"
#include "core/random.h"
#include "data/ground_truth.h"
#include "graph/scratch_pool.h"
#include "index/coarse_params.h"
#include "index/serialize.h"
#include "ivf/group_selection.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kRowsPerCell = 256;       ///< that alpha is learned from, as in k-means
constexpr std::size_t kExactNeighbours = 65536; ///< cells up to which all pairs of centroids are compared

class GroupedCoarseQuantizer final : public CoarseQuantizer {
public:
    GroupedCoarseQuantizer(std::unique_ptr<CoarseQuantizer> inner, const BuildContext& context)
        : m_inner(std::move(inner)), m_context(context), m_groups(groups_of(context.build)) {
        m_params.push_back(kGroupShareParam);
        std::ranges::copy(m_inner->search_params(), std::back_inserter(m_params));
    }

    std::size_t nlist() const noexcept override { return m_inner->nlist(); }
    std::size_t lists_per_cell() const noexcept override { return m_groups; }
    bool trained() const noexcept override { return m_inner->trained() && !m_cells.empty(); }
    Status train(const VectorSet& rows, const Control& control) override;
    Status assign(const VectorSet& rows, std::span<std::uint32_t> lists,
                  const Control& control) const override {
        ANNSCOPE_TRY(m_inner->assign(rows, lists, control));
        return m_cells.assign(rows, centroids(), lists, control);
    }
    Result<SearchStats> probe(const float* query, std::span<Neighbor> probes,
                              const SearchParams& params) const override {
        return m_inner->probe(query, probes, params);
    }
    Result<SearchStats> probe_block(VectorView queries, std::size_t nprobe, std::span<Neighbor> probes,
                                    const SearchParams& params) const override {
        return m_inner->probe_block(queries, nprobe, probes, params);
    }
    Result<SearchStats> visit(VectorView queries, std::size_t nprobe, const SearchParams& params,
                              std::span<const std::uint64_t> begins, Visits& visits) const override;
    Status rank(const float* query, std::span<const std::uint32_t> cells,
                std::span<std::size_t> ranks) const override {
        return m_inner->rank(query, cells, ranks);
    }
    const float* centroid(std::size_t list, float* scratch) const noexcept override {
        m_cells.centroid(list, centroids(), scratch);
        return scratch;
    }
    VectorView centroids() const noexcept override { return m_inner->centroids(); }
    std::span<const ParamInfo> search_params() const noexcept override { return m_params; }
    Status save(ArchiveWriter& writer) const override;
    Status load(ArchiveReader& reader);

private:
    Result<AlignedBuffer<std::uint32_t>> neighbours(const Control& control) const;
    Status found_by_inner(std::span<Id> ids, std::size_t count, const Control& control) const;

    std::unique_ptr<CoarseQuantizer> m_inner;
    BuildContext m_context;
    std::size_t m_groups;
    CellGroups m_cells;
    std::vector<ParamInfo> m_params;
    mutable ScratchPool<GroupSelection> m_pool;
};

Status GroupedCoarseQuantizer::train(const VectorSet& rows, const Control& control) {
    m_cells = {};
    ANNSCOPE_TRY(m_inner->train(rows, control));
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint32_t> nearest, neighbours(control));
    const std::size_t most = kRowsPerCell * nlist(), dim = m_context.dim;
    VectorSet sample = rows;
    if (rows.size() > most) {
        std::vector<std::uint32_t> which = random_sample(rows.size(), most, m_context.seed);
        std::ranges::sort(which);
        ANNSCOPE_TRY(check_memory(which.size() * dim * sizeof(float), "learning groups"));
        sample = VectorSet::adopt(rows.gather(which), which.size(), dim);
    }
    std::vector<std::uint32_t> cells(sample.size());
    control.begin("Assigning the sample", sample.size());
    ANNSCOPE_TRY(m_inner->assign(sample, cells, control));
    control.begin("Learning groups", nlist());
    ANNSCOPE_ASSIGN(m_cells,
                    CellGroups::learn(centroids(), std::move(nearest), m_groups, sample, cells, control));
    return {};
}

/// The nearest other centroids of each, by L2 whatever the metric: they tell where a cell's vectors are.
Result<AlignedBuffer<std::uint32_t>> GroupedCoarseQuantizer::neighbours(const Control& control) const {
    const std::size_t count = m_groups + 1; // with itself
    const VectorView points = centroids();
    std::vector<Id> ids;
    if (nlist() <= kExactNeighbours || m_context.metric != Metric::L2) {
        const VectorSet set(nullptr, points.data(), ElementType::F32, nlist(), points.cols(),
                            points.stride());
        ANNSCOPE_ASSIGN(GroundTruth truth, exact_neighbours(set, set, Metric::L2, count, control));
        ids.assign(truth.ids.begin(), truth.ids.end());
    } else {
        ids.resize(nlist() * count);
        ANNSCOPE_TRY(found_by_inner(ids, count, control));
    }
    AlignedBuffer<std::uint32_t> nearest(nlist() * m_groups);
    for (std::size_t cell = 0; cell < nlist(); ++cell) {
        std::size_t kept = 0; // an equal centroid may have taken the cell's own place
        for (std::size_t i = 0; i < count && kept < m_groups; ++i)
            if (const Id id = ids[cell * count + i]; id != static_cast<Id>(cell))
                nearest[cell * m_groups + kept++] = static_cast<std::uint32_t>(id);
    }
    return nearest;
}

/// What the quantiser itself finds, and where that is too little an exact look.
Status GroupedCoarseQuantizer::found_by_inner(std::span<Id> ids, std::size_t count,
                                              const Control& control) const {
    const VectorView points = centroids();
    const VectorSet set(nullptr, points.data(), ElementType::F32, nlist(), points.cols(), points.stride());
    constexpr std::size_t kGrain = 16;
    std::vector<Status> failures((nlist() + kGrain - 1) / kGrain);
    control.begin("Finding neighbouring cells", nlist());
    ANNSCOPE_TRY(parallel_for(nlist(), kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<Neighbor> found((end - begin) * count);
        const auto stats = m_inner->probe_block(points.rows(begin, end - begin), count, found, {});
        Status& failure = failures[begin / kGrain];
        if (!stats)
            failure = stats.error();
        for (std::size_t cell = begin; cell < end && failure; ++cell) {
            const auto own = std::span(found).subspan((cell - begin) * count, count);
            std::ranges::transform(own, ids.begin() + static_cast<std::ptrdiff_t>(cell * count),
                                   &Neighbor::id);
            if (own.back().id != kNoId)
                continue;
            const auto exact =
                exact_neighbours_of(set, {points.row(cell), points.cols()}, Metric::L2, count, {});
            if (exact)
                std::ranges::copy(exact->ids, ids.begin() + static_cast<std::ptrdiff_t>(cell * count));
            else
                failure = exact.error();
        }
        control.advance(end - begin);
    }));
    for (const Status& failure : failures)
        ANNSCOPE_TRY(failure);
    return {};
}

Result<SearchStats> GroupedCoarseQuantizer::visit(VectorView queries, std::size_t nprobe,
                                                  const SearchParams& params,
                                                  std::span<const std::uint64_t> begins,
                                                  Visits& visits) const {
    visits.reset(queries.rows(), nprobe);
    ANNSCOPE_ASSIGN(SearchStats stats, m_inner->probe_block(queries, nprobe, visits.cells(), params));
    const GroupSelection::Source source{&m_cells, centroids(), m_context.metric == Metric::L2, begins};
    const double share = value_or_default(params, kGroupShareParam);
    const auto selection = m_pool.take();
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        const Visits& told = visits;
        stats.distances += selection->select(source, queries.row(q), told.cells(q), share);
        visits.end_query(selection->found());
    }
    return stats;
}

Status GroupedCoarseQuantizer::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(m_inner->save(writer));
    ANNSCOPE_TRY(writer.array("group neighbours", m_cells.neighbours()));
    return writer.array("group alphas", m_cells.alphas());
}

Status GroupedCoarseQuantizer::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint32_t> nearest,
                    reader.array<std::uint32_t>("group neighbours", nlist() * m_groups));
    for (std::size_t i = 0; i < nearest.size(); ++i)
        if (nearest[i] >= nlist() || nearest[i] == i / m_groups)
            return reader.corrupt("group neighbours", "a cell has no such neighbour");
    ANNSCOPE_ASSIGN(AlignedBuffer<float> alphas, reader.array<float>("group alphas", nlist()));
    if (!std::ranges::all_of(alphas, [](float alpha) { return alpha >= 0 && alpha <= 1; }))
        return reader.corrupt("group alphas", "one is not between 0 and 1");
    m_cells = CellGroups::restore(centroids(), std::move(nearest), m_groups, std::move(alphas));
    return {};
}

} // namespace

std::size_t groups_of(const ParamSet& build) noexcept {
    return static_cast<std::size_t>(value_or_default(build, kGroupsParam));
}

ParamSet without_groups(ParamSet build) {
    build.erase(kGroupsParam.name);
    return build;
}

BuildContext without_groups(const BuildContext& context) {
    BuildContext inner = context;
    inner.build = without_groups(context.build);
    return inner;
}

Status check_groups(const SpecNode& root, const BuildContext& context) {
    const std::uint64_t nlist = nlist_of(root), groups = groups_of(context.build);
    if (root.name == "IMI")
        return Error{
            ErrorCode::Unsupported,
            "Groups inside cells lie towards neighbouring centroids, and an inverted multi-index has "
            "centroids of halves only; choose IVF, or groups=0.",
            root.column};
    if (groups >= nlist)
        return Error{ErrorCode::InvalidArgument,
                     "groups=" + std::to_string(groups) + " needs as many other cells, but of " +
                         std::to_string(nlist) + " cells each has " + std::to_string(nlist - 1) +
                         " others; choose fewer groups, or more cells.",
                     root.column};
    if (groups * nlist > kMaxLists)
        return Error{ErrorCode::InvalidArgument,
                     "Cells times groups may be " + std::to_string(kMaxLists) + " at most, not " +
                         std::to_string(nlist) + " * " + std::to_string(groups) + ".",
                     root.column};
    return {};
}

std::unique_ptr<CoarseQuantizer> grouped(std::unique_ptr<CoarseQuantizer> inner,
                                         const BuildContext& context) {
    return std::make_unique<GroupedCoarseQuantizer>(std::move(inner), context);
}

Result<std::unique_ptr<CoarseQuantizer>>
load_grouped(ArchiveReader& reader, std::unique_ptr<CoarseQuantizer> inner, const BuildContext& context) {
    auto coarse = std::make_unique<GroupedCoarseQuantizer>(std::move(inner), context);
    ANNSCOPE_TRY(coarse->load(reader));
    return std::unique_ptr<CoarseQuantizer>(std::move(coarse));
}

std::vector<MemoryPart> groups_size(std::uint64_t nlist, std::size_t groups) {
    const std::string number = std::to_string(groups);
    return {{"group neighbours", CellGroups::neighbour_bytes(nlist, groups), "nlist * " + number + " * 4"},
            {"group factors", CellGroups::factor_bytes(nlist, groups), "nlist * (" + number + " + 1) * 4"}};
}

double groups_work(std::uint64_t nlist, std::size_t groups, const SizeQuestion& question) {
    const double cells = static_cast<double>(nlist), n = static_cast<double>(question.n);
    const double others = static_cast<double>(groups);
    const double pairs = nlist <= kExactNeighbours ? cells * cells : cells * 16 * others;
    const double sample = std::min(n, cells * static_cast<double>(kRowsPerCell));
    return (pairs + (sample + n) * others) * static_cast<double>(question.dim);
}

} // namespace annscope
