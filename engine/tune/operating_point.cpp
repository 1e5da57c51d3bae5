// SPDX-License-Identifier: Apache-2.0
#include "tune/operating_point.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace annscope {

std::vector<std::size_t> pareto_front(const std::vector<OperatingPoint>& points) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return points[a].recall != points[b].recall ? points[a].recall > points[b].recall
                                                    : points[a].qps > points[b].qps;
    });
    std::vector<std::size_t> front;
    double best = -1;
    for (const std::size_t i : order)
        if (points[i].qps > best) {
            best = points[i].qps;
            front.push_back(i);
        }
    std::ranges::reverse(front);
    return front;
}

double qps_at_recall(const std::vector<OperatingPoint>& points, double recall) {
    const std::vector<std::size_t> front = pareto_front(points);
    const auto above = std::ranges::find_if(front, [&](std::size_t i) { return points[i].recall >= recall; });
    if (above == front.end())
        return 0;
    const OperatingPoint& high = points[*above];
    if (above == front.begin() || high.recall == recall)
        return high.qps;
    const OperatingPoint& low = points[*std::prev(above)];
    const double share = (recall - low.recall) / (high.recall - low.recall);
    return std::exp(std::lerp(std::log(low.qps), std::log(high.qps), share));
}

} // namespace annscope
