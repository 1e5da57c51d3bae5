// SPDX-License-Identifier: Apache-2.0
#include "graph/trustworthiness.h"

#include "core/buffer.h"
#include "core/parallel.h"
#include "core/random.h"

#include <algorithm>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kTogether = 8; // rows whose distances are found in one pass over the data
constexpr std::size_t kChunk = 256;  // rows of the data that stay in the cache meanwhile
constexpr std::size_t kFew = 64;     // up to so many ranks are counted one by one

struct Scratch {
    explicit Scratch(std::size_t n) : in_data(kTogether * n), in_plane(n) { order.reserve(n); }
    AlignedBuffer<float> in_data;   // distances, kTogether x n
    AlignedBuffer<double> in_plane; // n
    std::vector<double> order;
    std::vector<float> sorted;
    std::vector<std::uint32_t> tied;
};

class Measure {
public:
    Measure(const NodeSpace& space, std::span<const float> xy, std::size_t k, const Control& control)
        : m_space(space), m_xy(xy), m_k(k), m_n(space.size()), m_control(control), m_ids(m_n) {
        std::iota(m_ids.begin(), m_ids.end(), 0u);
    }

    /// Of each of the given rows: the ranks beyond k of those that intrude, added up.
    void penalties(std::span<const std::uint32_t> rows, Scratch& scratch, double* out) const {
        measure_in_data(rows, scratch);
        for (std::size_t i = 0; i < rows.size() && !m_control.cancel_requested(); ++i)
            out[i] = penalty(rows[i], scratch.in_data.data() + i * m_n, scratch);
    }

private:
    void measure_in_data(std::span<const std::uint32_t> rows, Scratch& scratch) const {
        std::vector<float> values[kTogether];
        Scorer scorers[kTogether];
        for (std::size_t i = 0; i < rows.size(); ++i)
            scorers[i] = m_space.from(rows[i], values[i]);
        for (std::size_t at = 0; at < m_n && !m_control.cancel_requested(); at += kChunk)
            for (std::size_t i = 0; i < rows.size(); ++i)
                scorers[i](m_ids.data() + at, std::min(kChunk, m_n - at),
                           scratch.in_data.data() + i * m_n + at);
    }

    double penalty(std::uint32_t row, const float* in_data, Scratch& scratch) const {
        double* in_plane = scratch.in_plane.data();
        scratch.order.clear();
        for (std::size_t j = 0; j < m_n; ++j) {
            const double dx = double{m_xy[2 * j]} - m_xy[2 * row],
                         dy = double{m_xy[2 * j + 1]} - m_xy[2 * row + 1];
            in_plane[j] = dx * dx + dy * dy;
            if (j != row)
                scratch.order.push_back(in_plane[j]);
        }
        const auto kth = scratch.order.begin() + static_cast<std::ptrdiff_t>(m_k - 1);
        std::nth_element(scratch.order.begin(), kth, scratch.order.end());
        std::vector<std::uint32_t> nearer;
        scratch.tied.clear();
        for (std::size_t j = 0; j < m_n; ++j)
            if (j != row && in_plane[j] <= *kth)
                (in_plane[j] < *kth ? nearer : scratch.tied).push_back(static_cast<std::uint32_t>(j));
        const bool count = nearer.size() + scratch.tied.size() <= kFew;
        if (!count) {
            scratch.sorted.assign(in_data, in_data + m_n);
            scratch.sorted.erase(scratch.sorted.begin() + row);
            std::ranges::sort(scratch.sorted);
        }
        const auto beyond = [&](std::uint32_t j) {
            const std::size_t before =
                count ? nearer_than(in_data, row, in_data[j])
                      : static_cast<std::size_t>(std::ranges::lower_bound(scratch.sorted, in_data[j]) -
                                                 scratch.sorted.begin());
            return before >= m_k ? static_cast<double>(before + 1 - m_k) : 0.0;
        };
        double sum = 0, of_tied = 0;
        for (const std::uint32_t j : nearer)
            sum += beyond(j);
        for (const std::uint32_t j : scratch.tied)
            of_tied += beyond(j);
        return sum +
               of_tied * static_cast<double>(m_k - nearer.size()) / static_cast<double>(scratch.tied.size());
    }

    /// Rows nearer to `row` than d, itself not counted.
    std::size_t nearer_than(const float* in_data, std::uint32_t row, float d) const {
        std::size_t count = 0;
        for (std::size_t j = 0; j < m_n; ++j)
            count += in_data[j] < d;
        return count - (in_data[row] < d ? 1 : 0);
    }

    const NodeSpace& m_space;
    std::span<const float> m_xy;
    const std::size_t m_k, m_n;
    const Control& m_control;
    std::vector<std::uint32_t> m_ids;
};

} // namespace

Result<Trustworthiness> trustworthiness(const NodeSpace& space, std::span<const float> xy, std::size_t k,
                                        std::size_t sample, std::uint64_t seed, const Control& control) {
    const std::size_t n = space.size();
    if (xy.size() != 2 * n)
        return Error{ErrorCode::DimensionMismatch, "A layout of " + format_count(xy.size() / 2) +
                                                       " points cannot be one of " + format_count(n) +
                                                       " rows."};
    Trustworthiness result;
    result.k = n < 3 ? 0 : std::min(k, (n - 1) / 2);
    result.rows = std::min(sample, n);
    if (result.k == 0 || result.rows == 0)
        return Trustworthiness{};
    const auto threads = static_cast<std::size_t>(effective_threads(control));
    ANNSCOPE_TRY(check_memory(threads * n * (kTogether + 5) * sizeof(float) + 2 * n * sizeof(std::uint32_t),
                              "Measuring the trustworthiness"));
    const std::vector<std::uint32_t> rows = random_sample(n, result.rows, seed);
    control.begin("Trustworthiness", rows.size());
    const Measure measure(space, xy, result.k, control);
    std::vector<double> penalties(rows.size());
    std::vector<std::unique_ptr<Scratch>> scratch(threads);
    ANNSCOPE_TRY(parallel_for(rows.size(), kTogether, control, [&](std::size_t b, std::size_t e, int thread) {
        auto& own = scratch[static_cast<std::size_t>(thread)];
        if (!own)
            own = std::make_unique<Scratch>(n);
        measure.penalties(std::span(rows).subspan(b, e - b), *own, penalties.data() + b);
        control.advance(e - b);
    }));
    const double sum = std::accumulate(penalties.begin(), penalties.end(), 0.0);
    const double m = static_cast<double>(rows.size()), kk = static_cast<double>(result.k);
    result.value = 1 - 2 * sum / (m * kk * (2 * static_cast<double>(n) - 3 * kk - 1));
    return result;
}

} // namespace annscope
