// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_params.h"

#include "quant/training_effort.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

enum Param : std::size_t { Niter, Init, SampleShare, Minibatch, Balance, TwoLevels };

double value(const ParamSet& build, Param param) noexcept {
    return value_or_default(build, kCoarseBuildParams[param]);
}

KmeansOptions options_of(std::size_t k, const ParamSet& build) noexcept {
    KmeansOptions options;
    options.k = k;
    options.niter = static_cast<int>(value(build, Niter));
    options.start = static_cast<KmeansStart>(static_cast<int>(value(build, Init)));
    options.sample_share = value(build, SampleShare);
    options.minibatch = value(build, Minibatch) != 0;
    options.balance = value(build, Balance);
    const int levels = static_cast<int>(value(build, TwoLevels));
    options.two_level = levels == 0 ? TwoLevel::Never : levels == 1 ? TwoLevel::Always : TwoLevel::Auto;
    return options;
}

} // namespace

KmeansOptions coarse_kmeans(std::size_t k, const BuildContext& context) {
    KmeansOptions options = options_of(k, context.build);
    options.seed = context.seed;
    if (training_effort() == TrainingEffort::Rough) {
        constexpr int kRough = 3;
        options.niter = std::min(options.niter, kRough);
    }
    options.spherical = context.metric != Metric::L2;
    return options;
}

double coarse_kmeans_work(std::size_t k, const ParamSet& build, double n, double dim) noexcept {
    const KmeansOptions options = options_of(std::max<std::size_t>(k, 1), build);
    const double sample = static_cast<double>(training_size(static_cast<std::size_t>(n), options));
    const bool two_levels =
        options.two_level == TwoLevel::Always || (options.two_level == TwoLevel::Auto && k > kTwoLevelFrom);
    const double compared = two_levels ? 2 * std::sqrt(static_cast<double>(k)) : static_cast<double>(k);
    const double passes = options.minibatch ? std::min(options.niter, 5) : options.niter;
    return sample * passes * compared * dim;
}

} // namespace annscope
