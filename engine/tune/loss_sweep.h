// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tune/loss.h"

#include <functional>

namespace annscope {

struct LossSweepOptions {
    std::size_t k = 10;
    std::string parameter;      ///< empty: loss_parameter()
    std::vector<double> values; ///< empty: of the default grid, and what params has
};

using LossCounts = std::array<std::uint16_t, kLossReasons>;

/// What is lost at one value of the parameter.
struct LossPoint {
    double value = 0;
    double recall = 0;
    std::array<std::size_t, kLossReasons> reasons{}; ///< misses; ties cost nothing
    std::vector<LossCounts> per_query;               ///< the same for each
    std::size_t lost() const noexcept;
};

struct LossSweep {
    std::string parameter; ///< empty: the index has none, and there is one point
    std::size_t k = 0, queries = 0;
    SearchParams params;           ///< the others
    std::vector<LossPoint> points; ///< ascending by value
};

/// The point that a report is.
LossPoint loss_point(const LossReport& report, double value);

/// The parameter that people turn first: how far a search looks (nprobe, efSearch, Lsearch), else how many
/// are ranked again. null: there is none.
const ParamInfo* loss_parameter(const Index& index) noexcept;
/// Up to a dozen values of a parameter over its useful range, with what params has. Empty: no such one.
std::vector<double> loss_grid(const Index& index, std::string_view parameter, const SearchParams& params,
                              std::size_t k);

using OnLossPoint = std::function<void(const LossPoint&)>;

/// The reasons of explain_loss, without remedies, at each value of one parameter. on_point, where given, runs
/// on the calling thread after each. Phases: those of explain_loss. Errors: those of explain_loss,
/// InvalidArgument (no such parameter).
Result<LossSweep> loss_sweep(const Index& index, const Workload& workload, const SearchParams& params,
                             const LossSweepOptions& options, const Control& control,
                             const OnLossPoint& on_point = {});

} // namespace annscope
