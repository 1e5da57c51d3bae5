// SPDX-License-Identifier: Apache-2.0
#include "graph/umap_layout.h"

#include "core/parallel.h"
#include "core/random.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::size_t kGroups = 12;
constexpr std::size_t kNodes = 64;  // of one block: below 1 ms
constexpr std::size_t kAlone = 512; // nodes of a group that one thread moves before a second one has begun
constexpr float kFarthest = 4;      // that one force moves a point, along each axis

/// A stream of chance for each node and epoch, whoever computes it.
Random stream(std::uint64_t seed, std::size_t epoch, std::size_t node) noexcept {
    return Random(Random(seed + 0x9e3779b97f4a7c15u * epoch)() ^ (node * 0xd1342543de82ef95u));
}

/// The gradients of the cross entropy between memberships in the data and in the plane.
class Forces {
public:
    Forces(const UmapCurve& curve, std::span<const float> xy)
        : m_a(static_cast<float>(curve.a)), m_b(static_cast<float>(curve.b)), m_xy(xy) {}

    void pull(float* at, std::uint32_t to, float rate) const noexcept {
        const float dx = at[0] - m_xy[2 * to], dy = at[1] - m_xy[2 * to + 1];
        const float d2 = dx * dx + dy * dy;
        if (!(d2 > 0))
            return;
        const float power = std::pow(d2, m_b);
        move(at, -2 * m_a * m_b * power / (d2 * (m_a * power + 1)), dx, dy, rate);
    }
    void push(float* at, std::uint32_t from, float rate) const noexcept {
        const float dx = at[0] - m_xy[2 * from], dy = at[1] - m_xy[2 * from + 1];
        const float d2 = dx * dx + dy * dy;
        if (d2 > 0)
            move(at, 2 * m_b / ((0.001f + d2) * (m_a * std::pow(d2, m_b) + 1)), dx, dy, rate);
    }

private:
    static void move(float* at, float strength, float dx, float dy, float rate) noexcept {
        at[0] += rate * std::clamp(strength * dx, -kFarthest, kFarthest);
        at[1] += rate * std::clamp(strength * dy, -kFarthest, kFarthest);
    }

    float m_a, m_b;
    std::span<const float> m_xy;
};

/// Does an edge that acts `share` times an epoch act in this one?
bool is_due(float share, std::size_t epoch) noexcept {
    return std::floor(static_cast<float>(epoch) * share) != std::floor(static_cast<float>(epoch + 1) * share);
}

class Optimiser {
public:
    Optimiser(const FuzzyGraph& graph, const UmapLayoutOptions& options, std::span<float> xy)
        : m_graph(graph), m_options(options), m_n(graph.size()), m_xy(xy), m_forces(options.curve, xy),
          m_moved(2 * (m_n / kGroups + 1)) {
        for (const float w : graph.weights)
            m_largest = std::max(m_largest, w);
    }

    Status epoch(std::size_t number, const Control& control) {
        if (control.cancel_requested())
            return cancelled();
        const float rate = static_cast<float>(
            m_options.rate * (1 - static_cast<double>(number) / static_cast<double>(m_options.epochs)));
        for (std::size_t group = 0; group < std::min(kGroups, m_n); ++group) {
            const std::size_t members = (m_n - group + kGroups - 1) / kGroups;
            const auto move_some = [&](std::size_t b, std::size_t e, int) {
                for (std::size_t i = b; i < e; ++i)
                    move(group + i * kGroups, number, rate, m_moved.data() + 2 * i);
            };
            if (members <= kAlone)
                move_some(0, members, 0);
            else
                ANNSCOPE_TRY(parallel_for(members, kNodes, control, move_some));
            for (std::size_t i = 0; i < members; ++i)
                std::copy_n(m_moved.data() + 2 * i, 2, m_xy.data() + 2 * (group + i * kGroups));
        }
        return {};
    }

private:
    void move(std::size_t node, std::size_t epoch, float rate, float* at) const noexcept {
        std::copy_n(m_xy.data() + 2 * node, 2, at);
        Random random = stream(m_options.seed, epoch, node);
        for (std::size_t i = m_graph.starts[node]; i < m_graph.starts[node + 1]; ++i) {
            const float share = m_graph.weights[i] / m_largest;
            if (share * static_cast<float>(m_options.epochs) < 1 || !is_due(share, epoch))
                continue;
            // The edge is in the lists of both ends, and each of the two entries moves both.
            m_forces.pull(at, m_graph.ids[i], rate);
            m_forces.pull(at, m_graph.ids[i], rate);
            for (std::size_t j = 0; j < m_options.negatives; ++j)
                if (const auto other = static_cast<std::uint32_t>(random.below(m_n)); other != node)
                    m_forces.push(at, other, rate);
        }
    }

    const FuzzyGraph& m_graph;
    const UmapLayoutOptions& m_options;
    const std::size_t m_n;
    std::span<float> m_xy;
    Forces m_forces;
    std::vector<float> m_moved; // of the group at work
    float m_largest = 0;
};

void place(const NewPoints& points, std::size_t point, std::size_t nodes, const Forces& forces,
           std::span<const float> xy, const UmapLayoutOptions& options, float* at) {
    const std::uint32_t* ids = points.ids.data() + point * points.width;
    const float* weights = points.weights.data() + point * points.width;
    float sum = 0, largest = 0;
    at[0] = at[1] = 0;
    for (std::size_t i = 0; i < points.width; ++i) {
        if (!(weights[i] > 0))
            continue;
        sum += weights[i];
        largest = std::max(largest, weights[i]);
        at[0] += weights[i] * xy[2 * ids[i]];
        at[1] += weights[i] * xy[2 * ids[i] + 1];
    }
    if (!(sum > 0))
        return;
    at[0] /= sum;
    at[1] /= sum;
    for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
        const float rate = static_cast<float>(
            options.rate * (1 - static_cast<double>(epoch) / static_cast<double>(options.epochs)));
        Random random = stream(options.seed, epoch, point);
        for (std::size_t i = 0; i < points.width; ++i) {
            if (!is_due(weights[i] / largest, epoch))
                continue;
            forces.pull(at, ids[i], rate);
            for (std::size_t j = 0; j < options.negatives; ++j)
                forces.push(at, static_cast<std::uint32_t>(random.below(nodes)), rate);
        }
    }
}

} // namespace

UmapCurve fit_umap_curve(double min_dist, double spread) noexcept {
    constexpr int kSamples = 300, kSteps = 200;
    UmapCurve curve;
    double damping = 1e-3, best = -1;
    // Levenberg and Marquardt on (log a, b), which keeps a positive
    const auto error_of = [&](const UmapCurve& c, double* gradient, double* hessian) {
        double error = 0;
        for (int i = 0; i < kSamples; ++i) {
            const double x = 3 * spread * i / (kSamples - 1);
            const double wanted = x < min_dist ? 1 : std::exp(-(x - min_dist) / spread);
            const double power = x > 0 ? std::pow(x, 2 * c.b) : 0, y = 1 / (1 + c.a * power);
            const double residual = y - wanted;
            error += residual * residual;
            const double by_log_a = -y * y * c.a * power,
                         by_b = x > 0 ? -y * y * c.a * power * 2 * std::log(x) : 0;
            gradient[0] += by_log_a * residual;
            gradient[1] += by_b * residual;
            hessian[0] += by_log_a * by_log_a;
            hessian[1] += by_log_a * by_b;
            hessian[2] += by_b * by_b;
        }
        return error;
    };
    double gradient[2]{}, hessian[3]{};
    best = error_of(curve, gradient, hessian);
    for (int step = 0; step < kSteps && damping < 1e12; ++step) {
        const double p = hessian[0] * (1 + damping), q = hessian[1], r = hessian[2] * (1 + damping);
        const double determinant = p * r - q * q;
        if (!(determinant > 0))
            break;
        const UmapCurve next{curve.a * std::exp(-(r * gradient[0] - q * gradient[1]) / determinant),
                             curve.b - (p * gradient[1] - q * gradient[0]) / determinant};
        double next_gradient[2]{}, next_hessian[3]{};
        const double error = error_of(next, next_gradient, next_hessian);
        if (error < best) {
            best = error;
            curve = next;
            std::copy_n(next_gradient, 2, gradient);
            std::copy_n(next_hessian, 3, hessian);
            damping /= 10;
        } else {
            damping *= 10;
        }
    }
    return curve;
}

Status optimise_layout(const FuzzyGraph& graph, const UmapLayoutOptions& options, const Control& control,
                       const AfterEpoch& after_epoch, std::span<float> xy) {
    control.begin("Laying out", options.epochs);
    Optimiser optimiser(graph, options, xy);
    for (std::size_t epoch = 0; epoch < options.epochs; ++epoch) {
        ANNSCOPE_TRY(optimiser.epoch(epoch, control));
        control.advance();
        if (after_epoch)
            after_epoch(epoch + 1);
    }
    return {};
}

Result<std::vector<float>> place_points(const NewPoints& points, std::span<const float> xy,
                                        const UmapLayoutOptions& options, const Control& control) {
    control.begin("Placing queries", points.count);
    std::vector<float> result(2 * points.count);
    const Forces forces(options.curve, xy);
    ANNSCOPE_TRY(parallel_for(points.count, 8, control, [&](std::size_t b, std::size_t e, int) {
        for (std::size_t i = b; i < e; ++i)
            place(points, i, xy.size() / 2, forces, xy, options, result.data() + 2 * i);
        control.advance(e - b);
    }));
    return result;
}

} // namespace annscope
