// SPDX-License-Identifier: Apache-2.0
#include "tune/cell_load.h"

#include "core/parallel.h"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <optional>

namespace annscope {
namespace {

constexpr std::uint32_t kNoCell = 0xffffffffu;

class Measurement {
public:
    Measurement(const CellsView& cells, const Workload& workload, const SearchParams& params,
                const CellLoadOptions& options)
        : m_cells(cells), m_workload(workload), m_options(options) {
        m_load.params = params;
        m_load.k = options.k;
    }

    Result<CellLoad> run(const Control& control) {
        choose_rows();
        ANNSCOPE_TRY(visit(control));
        locate();
        count();
        summarize();
        return std::move(m_load);
    }

private:
    void choose_rows() {
        m_rows.assign(m_options.rows.begin(), m_options.rows.end());
        if (m_rows.empty()) {
            m_rows.resize(m_workload.queries.size());
            std::iota(m_rows.begin(), m_rows.end(), 0u);
        }
        std::ranges::sort(m_rows);
        m_load.queries = m_rows.size();
    }
    Status visit(const Control& control) {
        control.begin("Counting visits", m_rows.size());
        m_visits.resize(m_rows.size());
        std::mutex mutex;
        std::optional<Error> failure;
        const auto view = m_workload.queries.view<float>();
        const Status status =
            parallel_for(m_rows.size(), 8, control, [&](std::size_t begin, std::size_t end, int) {
                for (std::size_t i = begin; i < end; ++i)
                    if (const Status each = m_cells.visited(view.row(m_rows[i]), m_load.params, m_visits[i]);
                        !each) {
                        const std::lock_guard lock(mutex);
                        failure = failure ? failure : each.error();
                    }
                control.advance(end - begin);
            });
        return failure ? Status(*failure) : status;
    }
    void locate() {
        m_cell_of.assign(m_workload.base.size(), kNoCell);
        const std::size_t nlist = m_cells.nlist();
        m_load.size.resize(nlist);
        for (std::size_t cell = 0; cell < nlist; ++cell) {
            const auto ids = m_cells.ids(cell);
            m_load.size[cell] = ids.size();
            for (const std::uint32_t id : ids)
                if (id < m_cell_of.size())
                    m_cell_of[id] = static_cast<std::uint32_t>(cell);
        }
    }
    void count() {
        const std::size_t nlist = m_cells.nlist();
        for (auto* each : {&m_load.probes, &m_load.codes, &m_load.hits, &m_load.missed, &m_load.wasted})
            each->assign(nlist, 0);
        std::vector<std::uint32_t> wanted(nlist); // true neighbours of the query in each cell
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            count(m_rows[i], m_visits[i], wanted);
        m_load.begins.assign(nlist + 1, 0);
        for (std::size_t cell = 0; cell < nlist; ++cell)
            m_load.begins[cell + 1] = m_load.begins[cell] + m_load.probes[cell];
        std::vector<std::uint64_t> next(m_load.begins.begin(), m_load.begins.end() - 1);
        m_load.visitors.resize(m_load.begins.back());
        for (std::size_t i = 0; i < m_rows.size(); ++i)
            for (const CellVisit& visit : m_visits[i])
                m_load.visitors[next[visit.cell]++] = m_rows[i];
    }
    void count(std::uint32_t row, const std::vector<CellVisit>& visits, std::vector<std::uint32_t>& wanted) {
        const auto truth = m_options.k > 0
                               ? m_workload.truth.ids_of(row).first(std::min(m_options.k, m_workload.truth.k))
                               : std::span<const Id>();
        const auto cell_of = [&](Id id) {
            return id >= 0 && static_cast<std::size_t>(id) < m_cell_of.size()
                       ? m_cell_of[static_cast<std::size_t>(id)]
                       : kNoCell;
        };
        for (const Id id : truth)
            if (const std::uint32_t cell = cell_of(id); cell != kNoCell)
                ++wanted[cell];
        m_load.nprobe = std::max(m_load.nprobe, visits.size());
        m_load.hits_of_rank.resize(m_load.nprobe);
        for (std::size_t rank = 0; rank < visits.size(); ++rank) {
            const std::uint32_t cell = visits[rank].cell;
            ++m_load.probes[cell];
            m_load.codes[cell] += visits[rank].codes;
            m_load.hits[cell] += wanted[cell];
            m_load.hits_of_rank[rank] += wanted[cell];
            m_load.wasted[cell] += m_options.k > 0 && wanted[cell] == 0;
            wanted[cell] = 0;
        }
        for (const Id id : truth) // what is left was not visited
            if (const std::uint32_t cell = cell_of(id); cell != kNoCell) {
                m_load.missed[cell] += wanted[cell];
                wanted[cell] = 0;
            }
    }
    void summarize() {
        const auto sum = [](const std::vector<std::uint64_t>& values) {
            return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
        };
        m_load.total_probes = sum(m_load.probes);
        m_load.total_codes = sum(m_load.codes);
        m_load.total_hits = sum(m_load.hits);
        m_load.total_missed = sum(m_load.missed);
        m_load.total_wasted = sum(m_load.wasted);
        m_load.size_imbalance = imbalance_factor(m_load.size);
        m_load.load_imbalance = imbalance_factor(m_load.codes);
        const double even = static_cast<double>(m_load.total_probes) * static_cast<double>(sum(m_load.size)) /
                            static_cast<double>(m_load.size.size());
        m_load.scan_factor = even > 0 ? static_cast<double>(m_load.total_codes) / even : 1;
        m_load.by_cost.resize(m_load.codes.size());
        std::iota(m_load.by_cost.begin(), m_load.by_cost.end(), 0u);
        std::ranges::stable_sort(m_load.by_cost, std::greater<>(),
                                 [this](std::uint32_t cell) { return m_load.codes[cell]; });
    }

    const CellsView& m_cells;
    const Workload& m_workload;
    const CellLoadOptions& m_options;
    CellLoad m_load;
    std::vector<std::uint32_t> m_rows, m_cell_of;
    std::vector<std::vector<CellVisit>> m_visits;
};

} // namespace

double imbalance_factor(std::span<const std::uint64_t> values) noexcept {
    double sum = 0, squares = 0;
    for (const std::uint64_t value : values) {
        sum += static_cast<double>(value);
        squares += static_cast<double>(value) * static_cast<double>(value);
    }
    return sum > 0 ? static_cast<double>(values.size()) * squares / (sum * sum) : 1;
}

double CellLoad::share_of_costliest(std::size_t cells) const noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < std::min(cells, by_cost.size()); ++i)
        sum += share(by_cost[i]);
    return sum;
}

std::size_t CellLoad::probes_for(double share_of_hits) const noexcept {
    std::uint64_t sum = 0;
    for (std::size_t rank = 0; rank < hits_of_rank.size() && total_hits > 0; ++rank) {
        sum += hits_of_rank[rank];
        if (static_cast<double>(sum) >= share_of_hits * static_cast<double>(total_hits))
            return rank + 1;
    }
    return 0;
}

Result<CellLoad> measure_cell_load(const Index& index, const Workload& workload, const SearchParams& params,
                                   const CellLoadOptions& options, const Control& control) {
    const CellsView* cells = index.cells();
    if (!cells)
        return Error{ErrorCode::Unsupported, "The index " + index.info().spec +
                                                 " has no cells whose visits could be counted; cells are "
                                                 "those of an inverted file, e.g. IVF256,Flat."};
    ANNSCOPE_TRY(check_params(params, index.search_params(), "The index"));
    if (workload.queries.dim() != index.dim())
        return Error{ErrorCode::DimensionMismatch,
                     "The queries have " + std::to_string(workload.queries.dim()) +
                         " dimensions, the index " + std::to_string(index.dim()) + "."};
    if (workload.truth.k < std::min(options.k, workload.base.size()))
        return Error{ErrorCode::InvalidArgument, "The truth lists " + std::to_string(workload.truth.k) +
                                                     " neighbours a query; k is " +
                                                     std::to_string(options.k) + "."};
    for (const std::uint32_t row : options.rows)
        if (row >= workload.queries.size())
            return Error{ErrorCode::InvalidArgument, "There is no query " + std::to_string(row) +
                                                         "; there are " +
                                                         std::to_string(workload.queries.size()) + "."};
    double nprobe = 1;
    for (const ParamInfo& info : index.search_params())
        if (info.name == "nprobe")
            nprobe = value_or_default(params, info);
    const std::size_t queries = options.rows.empty() ? workload.queries.size() : options.rows.size();
    ANNSCOPE_TRY(check_memory(queries * static_cast<std::uint64_t>(nprobe) * sizeof(CellVisit),
                              "the visits of the queries"));
    return Measurement(*cells, workload, params, options).run(control);
}

} // namespace annscope
