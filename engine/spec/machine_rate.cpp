// SPDX-License-Identifier: Apache-2.0
#include "core/timer.h"
#include "simd/kernels.h"
#include "spec/facts.h"

#include <algorithm>
#include <array>

namespace annscope::spec {

double multiply_adds_per_second() {
    static const double rate = [] {
        constexpr std::size_t kDim = 128, kRows = 64;
        static std::array<float, kDim*(kRows + 1)> data{};
        std::array<float, kRows> out{};
        double best = 0;
        const Timer total;
        do {
            constexpr int kRounds = 16;
            const Timer timer;
            for (int i = 0; i < kRounds; ++i)
                simd::kernels().f32.l2_rows(data.data(), data.data() + kDim, kDim, kRows, kDim, out.data());
            const double seconds = std::max(timer.seconds(), 1e-9);
            best = std::max(best, kDim * kRows * kRounds / seconds);
        } while (total.seconds() < 0.005);
        return best;
    }();
    return rate;
}

} // namespace annscope::spec
