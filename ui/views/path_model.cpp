// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/path_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_set>

namespace annscope::ui {

namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kTieTolerance = 1e-5; ///< as in recall: rounding of equal distances

} // namespace

double shownDistance(Metric metric, double distance) noexcept {
    switch (metric) {
    case Metric::L2:
        return std::sqrt(std::max(distance, 0.0));
    case Metric::InnerProduct:
        return -distance;
    case Metric::Cosine:
        return 1 + distance;
    }
    return distance;
}

void readTrace(const PathTrace& trace, PathModel& model) {
    static_cast<TraceSteps&>(model) = TraceSteps(trace, model.listSize, model.k);
}

void readAnswers(std::span<const Id> ids, std::span<const float> distances, const GroundTruth& truth,
                 PathModel& model, std::span<const float> exact) {
    const std::size_t k = std::min(model.k, truth.k);
    const double kth = k > 0 ? truth.distances[k - 1] : -kInfinity;
    const double limit = kth + kTieTolerance * std::abs(kth);
    const std::unordered_set<Id> known(truth.ids.begin(), truth.ids.begin() + static_cast<std::ptrdiff_t>(k));
    std::unordered_set<Id> answered;
    model.answers.clear();
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (ids[i] != kNoId && answered.insert(ids[i]).second)
            model.answers.push_back(
                {ids[i], distances[i],
                 (exact.empty() ? distances[i] : exact[i]) <= limit || known.contains(ids[i])});
    const auto hits = static_cast<std::size_t>(
        std::count_if(model.answers.begin(), model.answers.end(), [](const Answer& a) { return a.isTrue; }));
    model.recall = k > 0 ? static_cast<double>(std::min(hits, k)) / static_cast<double>(k) : 0;

    // A vector as far as the k-th may stand in for another one: only as many are missed as are not hit.
    std::size_t missing = k - std::min(hits, k);
    const std::vector<TraceLife> lives = model.follow(std::span(truth.ids).first(k));
    model.truth.clear();
    for (std::size_t i = 0; i < k; ++i) {
        TrueNeighbour neighbour;
        neighbour.id = truth.ids[i];
        neighbour.distance = truth.distances[i];
        neighbour.life = lives[i];
        if (!answered.contains(neighbour.id) && missing > 0) {
            --missing;
            neighbour.loss = neighbour.life.met >= 0 ? Loss::NotKept
                             : model.ivf()           ? Loss::NotProbed
                                                     : Loss::NotReached;
        }
        model.truth.push_back(neighbour);
    }
    // What is as near as the k-th counts, too; the sum is at most k.
    std::vector<Id> right(truth.ids.begin(), truth.ids.begin() + static_cast<std::ptrdiff_t>(k));
    for (const Answer& answer : model.answers)
        if (answer.isTrue)
            right.push_back(answer.id);
    model.found = model.found_by_step(right);
    for (std::uint32_t& found : model.found)
        found = std::min(found, static_cast<std::uint32_t>(k));
}

std::size_t PathModel::missed() const noexcept {
    return static_cast<std::size_t>(std::count_if(
        truth.begin(), truth.end(), [](const TrueNeighbour& t) { return t.loss != Loss::None; }));
}

bool PathModel::isTrueNeighbour(Id id) const noexcept {
    return std::any_of(truth.begin(), truth.end(), [id](const TrueNeighbour& t) { return t.id == id; });
}

} // namespace annscope::ui
