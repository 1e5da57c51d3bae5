// SPDX-License-Identifier: Apache-2.0
#include "spec/describe.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

double power_of_two_near(double value) {
    return std::exp2(std::round(std::log2(std::max(value, 1.0))));
}

} // namespace

std::vector<Recommendation> recommend_nlist(std::size_t n) {
    std::vector<Recommendation> values;
    if (n < 2)
        return values;
    const double root = std::sqrt(static_cast<double>(n));
    const double most = std::floor(static_cast<double>(n));
    const std::string spread =
        " Searching the centroids and searching the cells then cost about the same at a small nprobe.";
    const auto add = [&](std::string label, double value, std::string reason) {
        value = std::clamp(value, 1.0, most);
        const auto same = std::ranges::find(values, value, &Recommendation::value);
        if (same == values.end()) {
            values.push_back({std::move(label), value, std::move(reason)});
            return;
        }
        same->label += ", " + label;
        same->reason += " " + reason;
    };
    add("4 sqrt(n)", power_of_two_near(4 * root),
        "The power of two nearest to 4 sqrt(n), the lower end of Faiss's rule of thumb: trains fast, cells "
        "are large." +
            spread);
    add("8 sqrt(n)", power_of_two_near(8 * root),
        "The power of two nearest to 8 sqrt(n), the middle of Faiss's rule of thumb (4 to 16 sqrt(n))." +
            spread);
    add("16 sqrt(n)", power_of_two_near(16 * root),
        "The power of two nearest to 16 sqrt(n), the upper end of Faiss's rule of thumb: small cells, so "
        "that fewer vectors are "
        "compared, and a longer training.");
    const double most_trained = std::floor(static_cast<double>(n) / 39);
    if (most_trained >= 1) {
        const auto nprobe = static_cast<long>(std::max(1.0, std::round(std::pow(most_trained, 0.3))));
        add("n / 39", most_trained,
            "As many cells as k-means can learn: Faiss asks for 39 training vectors a centroid. Start at "
            "nprobe = nlist^0.3 = " +
                std::to_string(nprobe) + ".");
    }
    return values;
}

} // namespace annscope
