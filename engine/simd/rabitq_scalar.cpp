// SPDX-License-Identifier: Apache-2.0
#include "simd/rabitq.h"

#include <cmath>
#include <cstring>

namespace annscope::simd {
namespace {

void score(const float* a, std::size_t d, float t, float top, float* dot, float* squares) noexcept {
    float products = 0, norm = 0;
    for (std::size_t i = 0; i < d; ++i) {
        const float m = std::fmin(std::floor(t * a[i]), top) + 0.5f;
        products += m * a[i];
        norm += m * m;
    }
    *dot = products;
    *squares = norm;
}

float dot_planes(const std::uint8_t* words, std::size_t planes, const float* x, std::size_t d) noexcept {
    float sums[8] = {};
    for (std::size_t i = 0; i < d; i += 16)
        for (std::size_t p = 0; p < planes; ++p, words += 2) {
            std::uint16_t word;
            std::memcpy(&word, words, sizeof word);
            for (std::size_t j = 0; j < 16; ++j)
                if (word >> j & 1)
                    sums[p] += x[i + j];
        }
    float sum = 0;
    for (std::size_t p = planes; p-- > 0;)
        sum = 2 * sum + sums[p];
    return sum;
}

void sign_tables(const float* x, std::size_t d, float top, std::uint8_t* tables, float* step,
                 float* lowest) noexcept {
    float largest = 0, total = 0;
    for (std::size_t i = 0; i < d; i += 4) {
        const float sum = std::fabs(x[i]) + std::fabs(x[i + 1]) + std::fabs(x[i + 2]) + std::fabs(x[i + 3]);
        largest = std::fmax(largest, sum);
        total += sum;
    }
    *step = 2 * largest / top;
    *lowest = -total;
    const float factor = largest > 0 ? 2 / *step : 0;
    for (std::size_t i = 0; i < d; i += 4, tables += 16)
        for (unsigned index = 0; index < 16; ++index) {
            float above =
                0; // a term that agrees with its dimension's sign is twice its size above the lowest sum
            for (unsigned j = 0; j < 4; ++j)
                if ((index >> j & 1) == (x[i + j] > 0 ? 1u : 0u))
                    above += std::fabs(x[i + j]);
            tables[index] = static_cast<std::uint8_t>(std::nearbyint(above * factor));
        }
}

std::uint32_t estimate(const RabitqBlock& block, float limit, float* estimates) noexcept {
    const float *add = block.factors, *scale = add + 32, *error = scale + 32;
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < 32; ++i) {
        const float product = block.step * static_cast<float>(block.sums[i]) + block.lowest;
        estimates[i] = block.offset + add[i] + scale[i] * product;
        const float lower = estimates[i] - block.reach * error[i] + block.table_error * scale[i];
        mask |= static_cast<std::uint32_t>(lower <= limit) << i;
    }
    return mask;
}

std::size_t nearer(const RabitqNeighbors& block, float limit, float* estimates, std::uint32_t* ids) noexcept {
    std::size_t count = 0;
    for (unsigned i = 0; i < 32; ++i) {
        const float product = block.step * static_cast<float>(block.sums[i]) + block.lowest;
        const float estimate = block.offset + block.factors[i] + block.factors[32 + i] * product;
        if (estimate < limit) {
            estimates[count] = estimate;
            ids[count++] = block.ids[i];
        }
    }
    return count;
}

RabitqSums sign_code(const float* row, const float* centroid, std::size_t d, std::uint8_t* signs) noexcept {
    RabitqSums sums;
    for (std::size_t i = 0; i < d; ++i) {
        const float c = centroid[i], r = row[i] - c;
        const bool plus = r >= 0;
        if (i % 8 == 0)
            signs[i / 8] = 0;
        signs[i / 8] = static_cast<std::uint8_t>(signs[i / 8] | (plus ? 1u : 0u) << i % 8);
        sums.squares += r * r;
        sums.sizes += std::fabs(r);
        sums.cross += plus ? c : -c;
        sums.product += r * c;
    }
    return sums;
}

} // namespace

const RabitqKernels& rabitq_scalar() noexcept {
    static constexpr RabitqKernels kTable{Isa::Scalar, score,  dot_planes, sign_tables,
                                          estimate,    nearer, sign_code};
    return kTable;
}

const RabitqKernels& rabitq_kernels(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return rabitq_avx2();
    case Isa::Avx512:
        return rabitq_avx512();
#endif
    default:
        return rabitq_scalar();
    }
}

const RabitqKernels& rabitq_kernels() noexcept {
    static const RabitqKernels& chosen = rabitq_kernels(kernels().isa);
    return chosen;
}

} // namespace annscope::simd
