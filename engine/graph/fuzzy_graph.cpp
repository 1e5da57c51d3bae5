// SPDX-License-Identifier: Apache-2.0
#include "graph/fuzzy_graph.h"

#include "core/parallel.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr int kSteps = 64;
constexpr double kTolerance = 1e-5;
constexpr double kLeastSigma = 1e-3; // of the mean distance
constexpr std::size_t kRows = 256;   // of one block: about 1 ms

double memberships(std::span<const float> distances, double rho, double sigma) noexcept {
    double sum = 0;
    for (const float d : distances)
        sum += d > rho ? std::exp(-(d - rho) / sigma) : 1;
    return sum;
}

/// Edges from each node, sorted by their ends, at a fixed stride.
struct Directed {
    std::size_t k;
    std::vector<std::pair<std::uint32_t, float>> edges;
    std::span<const std::pair<std::uint32_t, float>> row(std::size_t i) const noexcept {
        return {edges.data() + i * k, k};
    }
};

struct Reversed {
    std::vector<std::uint64_t> starts;
    std::vector<std::pair<std::uint32_t, float>> edges; ///< of one node ascending
    std::span<const std::pair<std::uint32_t, float>> row(std::size_t i) const noexcept {
        return {edges.data() + starts[i], edges.data() + starts[i + 1]};
    }
};

Reversed reversed(const Directed& directed, std::size_t n) {
    Reversed result;
    result.starts.assign(n + 1, 0);
    for (const auto& edge : directed.edges)
        ++result.starts[edge.first + 1];
    for (std::size_t i = 0; i < n; ++i)
        result.starts[i + 1] += result.starts[i];
    result.edges.resize(directed.edges.size());
    std::vector<std::uint64_t> next(result.starts.begin(), result.starts.end() - 1);
    for (std::size_t i = 0; i < n; ++i)
        for (const auto& [to, weight] : directed.row(i))
            result.edges[next[to]++] = {static_cast<std::uint32_t>(i), weight};
    return result;
}

/// Visits the union of two sorted lists with w = a + b - a b.
template<class Visitor>
void merge(std::span<const std::pair<std::uint32_t, float>> a,
           std::span<const std::pair<std::uint32_t, float>> b, Visitor&& visit) {
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        if (j == b.size() || (i < a.size() && a[i].first < b[j].first)) {
            visit(a[i].first, a[i].second);
            ++i;
        } else if (i == a.size() || b[j].first < a[i].first) {
            visit(b[j].first, b[j].second);
            ++j;
        } else {
            // ends see the same sum whichever of the two is a
            visit(a[i].first, a[i].second + b[j].second - a[i].second * b[j].second);
            ++i;
            ++j;
        }
    }
}

Status fill(const Directed& directed, const Reversed& back, std::size_t n, const Control& control,
            FuzzyGraph& out) {
    out.starts.assign(n + 1, 0);
    ANNSCOPE_TRY(parallel_for(n, 4 * kRows, control, [&](std::size_t b, std::size_t e, int) {
        for (std::size_t i = b; i < e; ++i)
            merge(directed.row(i), back.row(i), [&](std::uint32_t, float) { ++out.starts[i + 1]; });
    }));
    for (std::size_t i = 0; i < n; ++i)
        out.starts[i + 1] += out.starts[i];
    out.ids.resize(out.starts[n]);
    out.weights.resize(out.starts[n]);
    return parallel_for(n, 4 * kRows, control, [&](std::size_t b, std::size_t e, int) {
        for (std::size_t i = b; i < e; ++i) {
            std::size_t at = out.starts[i];
            merge(directed.row(i), back.row(i), [&](std::uint32_t id, float weight) {
                out.ids[at] = id;
                out.weights[at++] = weight;
            });
        }
    });
}

} // namespace

float SmoothDistance::membership(float distance) const noexcept {
    if (distance <= rho || !(sigma > 0))
        return 1;
    return std::exp(-(distance - rho) / sigma);
}

SmoothDistance smooth_distance(std::span<const float> distances, std::size_t neighbours, bool local,
                               float mean) noexcept {
    SmoothDistance result;
    if (local) {
        const auto first = std::ranges::find_if(distances, [](float d) { return d > 0; });
        result.rho = first == distances.end() ? 0 : *first;
    }
    const double target = std::log2(static_cast<double>(neighbours)), rho = result.rho;
    double low = 0, high = std::numeric_limits<double>::infinity(), sigma = 1;
    for (int step = 0; step < kSteps; ++step) {
        const double sum = memberships(distances, rho, sigma);
        if (std::abs(sum - target) < kTolerance)
            break;
        if (sum > target) {
            high = sigma;
            sigma = (low + high) / 2;
        } else {
            low = sigma;
            sigma = std::isinf(high) ? 2 * sigma : (low + high) / 2;
        }
    }
    double own = 0;
    for (const float d : distances)
        own += d;
    own /= static_cast<double>(std::max<std::size_t>(1, distances.size()));
    const double bound = kLeastSigma * (result.rho > 0 || !local ? own : static_cast<double>(mean));
    result.sigma = static_cast<float>(std::max(sigma, bound));
    return result;
}

Result<FuzzyGraph> fuzzy_union(const KnnGraph& graph, std::size_t neighbours, float (*to_distance)(float),
                               const Control& control) {
    const std::size_t n = graph.size(), k = graph.k();
    ANNSCOPE_TRY(check_memory(n * k * 36 + n * 40, "The neighbourhoods of the map"));
    FuzzyGraph result;
    std::vector<double> sums(n);
    ANNSCOPE_TRY(parallel_for(n, 16 * kRows, control, [&](std::size_t b, std::size_t e, int) {
        for (std::size_t i = b; i < e; ++i)
            for (std::size_t j = 0; j < k; ++j)
                sums[i] += to_distance(graph.edge(i, j).distance);
    }));
    double total = 0;
    for (const double sum : sums)
        total += sum;
    result.mean_distance = static_cast<float>(total / static_cast<double>(std::max<std::size_t>(1, n * k)));
    Directed directed{k, std::vector<std::pair<std::uint32_t, float>>(n * k)};
    ANNSCOPE_TRY(parallel_for(n, kRows, control, [&](std::size_t b, std::size_t e, int) {
        std::vector<float> distances(k);
        for (std::size_t i = b; i < e; ++i) {
            for (std::size_t j = 0; j < k; ++j)
                distances[j] = to_distance(graph.edge(i, j).distance);
            const SmoothDistance smooth = smooth_distance(distances, neighbours, true, result.mean_distance);
            auto* out = directed.edges.data() + i * k;
            for (std::size_t j = 0; j < k; ++j)
                out[j] = {graph.edge(i, j).id, smooth.membership(distances[j])};
            std::sort(out, out + k);
        }
    }));
    const Reversed back = reversed(directed, n);
    ANNSCOPE_TRY(fill(directed, back, n, control, result));
    return result;
}

} // namespace annscope
