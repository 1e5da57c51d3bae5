// SPDX-License-Identifier: Apache-2.0
#include "tune/loss_sweep.h"

#include "tune/loss_explainer.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kMostValues = 12;

const ParamInfo* find_parameter(const Index& index, std::string_view name) noexcept {
    const auto params = index.search_params();
    const auto found = std::ranges::find(params, name, &ParamInfo::name);
    return found == params.end() ? nullptr : &*found;
}

} // namespace

std::size_t LossPoint::lost() const noexcept {
    std::size_t sum = 0;
    for (std::size_t r = 0; r < kLossReasons; ++r)
        sum += static_cast<LossReason>(r) == LossReason::Tie ? 0 : reasons[r];
    return sum;
}

LossPoint loss_point(const LossReport& report, double value) {
    LossPoint point{value, report.recall, {}, std::vector<LossCounts>(report.queries)};
    for (const Miss& miss : report.misses) {
        ++point.reasons[static_cast<std::size_t>(miss.reason)];
        ++point.per_query[miss.query][static_cast<std::size_t>(miss.reason)];
    }
    return point;
}

const ParamInfo* loss_parameter(const Index& index) noexcept {
    for (const std::string_view name : {"nprobe", "efSearch", "Lsearch", "k_factor"})
        if (const ParamInfo* info = find_parameter(index, name))
            return info;
    return nullptr;
}

std::vector<double> loss_grid(const Index& index, std::string_view parameter, const SearchParams& params,
                              std::size_t k) {
    const ParamInfo* info = find_parameter(index, parameter);
    if (!info)
        return {};
    const bool list = parameter == "efSearch" || parameter == "Lsearch";
    const double low = list ? std::clamp(static_cast<double>(k), info->min, info->max) : info->min;
    std::vector<double> values;
    if (info->log_scale) {
        const double high = std::min(info->max, std::max({info->def * 32, low * 64, 64.0}));
        for (double v = low; v < high * 1.0001 && values.size() < kMostValues; v *= 2)
            values.push_back(v);
        if (values.back() < info->max && info->max <= high * 2)
            values.push_back(info->max); // all cells belong into the picture
    } else {
        for (int i = 0; i <= 8; ++i)
            values.push_back(std::lerp(info->min, info->max, i / 8.0));
    }
    values.push_back(value_or_default(params, *info));
    if (info->integer)
        for (double& v : values)
            v = std::round(v);
    std::ranges::sort(values);
    const auto rest = std::ranges::unique(values);
    values.erase(rest.begin(), rest.end());
    return values;
}

Result<LossSweep> loss_sweep(const Index& index, const Workload& workload, const SearchParams& params,
                             const LossSweepOptions& options, const Control& control,
                             const OnLossPoint& on_point) {
    const ParamInfo* info =
        options.parameter.empty() ? loss_parameter(index) : find_parameter(index, options.parameter);
    if (!info && !options.parameter.empty())
        return Error{ErrorCode::InvalidArgument,
                     "The index has no search parameter " + options.parameter + "."};
    LossSweep sweep{info ? std::string(info->name) : "", options.k, workload.queries.size(), params, {}};
    std::vector<double> values = options.values;
    if (values.empty() && info)
        values = loss_grid(index, info->name, params, options.k);
    if (values.empty() || !info)
        values = {0};
    std::ranges::sort(values);
    std::size_t most = options.k;
    const auto with = [&](double value) {
        SearchParams own = params;
        if (info)
            own.set(info->name, value);
        return own;
    };
    for (const double value : values)
        most = std::max(most, kept_candidates(index, with(value), options.k));
    ANNSCOPE_ASSIGN(const LossExplainer explainer,
                    LossExplainer::of(index, workload, options.k, most, control));
    for (const double value : values) {
        ANNSCOPE_ASSIGN(const LossReport report, explainer.reasons(with(value), control));
        sweep.points.push_back(loss_point(report, value));
        if (on_point)
            on_point(sweep.points.back());
    }
    return sweep;
}

} // namespace annscope
