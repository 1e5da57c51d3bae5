// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/sweep.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace annscope {

/// cells x sum(x^2) / (sum x)^2, as Faiss has it: 1 where all are equal, the number of cells where one has
/// everything; 1 where all are 0.
double imbalance_factor(std::span<const std::uint64_t> values) noexcept;

/// How often each cell of an inverted file is visited by the queries, and what that costs.
struct CellLoad {
    SearchParams params;
    std::size_t k = 0, queries = 0, nprobe = 0; ///< nprobe: most visits of a query

    // One entry a cell.
    std::vector<std::uint64_t> size;   ///< vectors in it
    std::vector<std::uint64_t> probes; ///< queries that visit it
    std::vector<std::uint64_t> codes;  ///< scanned in it, by all queries
    std::vector<std::uint64_t> hits;   ///< true neighbours that lie in it, of queries that visit it
    std::vector<std::uint64_t> missed; ///< true neighbours that lie in it, of queries that do not
    std::vector<std::uint64_t> wasted; ///< visits of queries that have no true neighbour in it

    std::vector<std::uint64_t> hits_of_rank; ///< by the order of the visit, the nearest cell first
    std::vector<std::uint32_t> by_cost;      ///< cells, the one with the most codes scanned first

    std::uint64_t total_probes = 0, total_codes = 0, total_hits = 0, total_missed = 0, total_wasted = 0;
    double size_imbalance = 1; ///< imbalance_factor of size
    double load_imbalance = 1; ///< imbalance_factor of codes
    /// Codes that a query scans, over those of equal cells that are visited equally often: 1.4 means two
    /// fifths more work for the same nprobe.
    double scan_factor = 1;

    /// The queries (their rows in the workload) that visit a cell, ascending.
    std::span<const std::uint32_t> queries_of(std::size_t cell) const noexcept {
        return std::span(visitors).subspan(begins[cell], begins[cell + 1] - begins[cell]);
    }
    double share(std::size_t cell) const noexcept {
        return total_codes ? static_cast<double>(codes[cell]) / static_cast<double>(total_codes) : 0;
    }
    /// How much of the whole scan the costliest of the cells take.
    double share_of_costliest(std::size_t cells) const noexcept;
    /// The least nprobe that keeps that share of the hits; 0: there are none.
    std::size_t probes_for(double share_of_hits) const noexcept;
    /// "5 % of the cells (13) cost 31 % of the scan ...": what stands out, and what to do about it.
    std::string sentence() const;

    std::vector<std::uint64_t> begins;   ///< of each cell in visitors, and the end
    std::vector<std::uint32_t> visitors; ///< see queries_of
};

struct CellLoadOptions {
    std::size_t k = 10; ///< true neighbours that count as hits; 0: none are known, none are counted
    std::span<const std::uint32_t> rows; ///< queries that count; empty: all
};

/// What the queries visit of the cells with these search parameters, without scanning them: only the coarse
/// quantiser is asked. truth.k >= k. Phase: "Counting visits". Cost: nlist x dim a query, and 4 bytes a
/// visit. Errors: Unsupported (no cells), InvalidArgument (parameters, truth.k < k, a row that is no query),
/// OutOfMemory, Cancelled.
Result<CellLoad> measure_cell_load(const Index& index, const Workload& workload, const SearchParams& params,
                                   const CellLoadOptions& options, const Control& control);

/// All figures and one object a cell.
std::string cell_load_json(const CellLoad& load);

} // namespace annscope
