// SPDX-License-Identifier: Apache-2.0
#include "quant/subspace_kmeans.h"

#include "core/parallel.h"
#include "core/random.h"
#include "simd/subspace.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace annscope {
namespace {

using Kernels = simd::SubspaceKernels;
constexpr std::size_t kPanel = Kernels::kPanel, kGroup = Kernels::kGroup;
/// Points of one task, at least, and tasks of one part, at most: each keeps sums of its own, so that the
/// result does not depend on who ran it.
constexpr std::size_t kChunk = 4096, kMaxChunks = 16;
/// Parts are trained together until their panels and sums take this.
constexpr std::uint64_t kMemory = 512u << 20;
/// Points per centroid, and at least, that the first centroids are drawn from.
constexpr std::size_t kSeedPoints = 8, kLeastSeedPoints = 2048;

std::size_t chunk_size(std::size_t points) noexcept {
    const std::size_t chunk = std::max(kChunk, (points + kMaxChunks - 1) / kMaxChunks);
    return (chunk + kPanel - 1) / kPanel * kPanel;
}

/// One part of the columns while it is trained; its values are about `centre`.
struct Part {
    std::vector<float> centre;
    AlignedBuffer<float> panels;        ///< per 64 points: dim x 64
    std::vector<std::uint16_t> nearest; ///< of each point
    std::vector<float> centroids;       ///< k x dim
    bool moving = true;
};

/// What the points of one chunk add to the centroids of one part.
struct Sums {
    std::vector<float> values; ///< k x dim
    std::vector<std::uint32_t> counts;
    bool changed = false;
};

class Trainer {
public:
    Trainer(VectorView rows, std::span<const std::uint32_t> sample, const SubspaceKmeans& options,
            float* centroids, const Control& control)
        : m_rows(rows), m_sample(sample), m_options(options), m_control(control), m_out(centroids),
          m_points(sample.empty() ? rows.rows() : sample.size()), m_dim(rows.cols() / options.parts),
          m_chunk(chunk_size(m_points)), m_chunks((m_points + m_chunk - 1) / m_chunk) {}

    Status run() {
        const std::uint64_t per_part =
            (static_cast<std::uint64_t>(m_points + kPanel) + m_chunks * m_options.k) * m_dim * sizeof(float);
        const std::size_t together =
            std::clamp<std::size_t>(static_cast<std::size_t>(kMemory / per_part), 1, m_options.parts);
        ANNSCOPE_TRY(check_memory(together * per_part, "training a product quantiser"));
        ANNSCOPE_TRY(find_means());
        for (m_first = 0; m_first < m_options.parts; m_first += together) {
            m_parts.clear();
            m_parts.resize(std::min(together, m_options.parts - m_first));
            m_sums.resize(m_parts.size() * m_chunks);
            m_codebook = SubspaceCodebook(m_parts.size(), m_options.k, m_dim);
            ANNSCOPE_TRY(begin());
            for (int iteration = 0; iteration < m_options.niter; ++iteration)
                ANNSCOPE_TRY(iterate(iteration));
            for (std::size_t p = 0; p < m_parts.size(); ++p)
                finish(p);
        }
        return {};
    }

private:
    const float* point(std::size_t i) const noexcept {
        return m_rows.row(m_sample.empty() ? i : m_sample[i]);
    }
    const float* panel(const Part& part, std::size_t i) const noexcept {
        return part.panels.data() + i / kPanel * kPanel * m_dim;
    }
    /// Value j of point i, about the centre.
    float value(const Part& part, std::size_t i, std::size_t j) const noexcept {
        return panel(part, i)[j * kPanel + i % kPanel];
    }

    Status begin() {
        for (std::size_t p = 0; p < m_parts.size(); ++p) {
            const float* mean = m_means.data() + (m_first + p) * m_dim;
            m_parts[p].centre.assign(mean, mean + m_dim);
            m_parts[p].panels = AlignedBuffer<float>((m_points + kPanel - 1) / kPanel * kPanel * m_dim);
            m_parts[p].nearest.assign(m_points, 0);
        }
        // 64 rows at a time are cut into all their parts, while they are in the cache.
        ANNSCOPE_TRY(parallel_for(m_points, kPanel, m_control, [&](std::size_t first, std::size_t end, int) {
            const std::size_t width = m_parts.size() * m_dim;
            std::vector<float> rows((end - first) * width);
            for (std::size_t i = first; i < end; ++i)
                std::copy_n(point(i) + m_first * m_dim, width, rows.data() + (i - first) * width);
            for (std::size_t p = 0; p < m_parts.size(); ++p)
                simd::subspace_kernels().pack(rows.data() + p * m_dim, width, end - first, m_dim,
                                              m_parts[p].centre.data(),
                                              m_parts[p].panels.data() + first * m_dim);
        }));
        return parallel_for(m_parts.size(), 1, m_control, [&](std::size_t p, std::size_t, int) { seed(p); });
    }

    /// Of every column, in blocks whose sums are added in order.
    Status find_means() {
        const std::size_t dim = m_rows.cols(), blocks = (m_points + kChunk - 1) / kChunk;
        std::vector<double> sums(blocks * dim);
        ANNSCOPE_TRY(parallel_for(m_points, kChunk, m_control, [&](std::size_t first, std::size_t end, int) {
            double* sum = sums.data() + first / kChunk * dim;
            for (std::size_t i = first; i < end; ++i)
                for (std::size_t j = 0; j < dim; ++j)
                    sum[j] += static_cast<double>(point(i)[j]);
        }));
        m_means.resize(dim);
        for (std::size_t j = 0; j < dim; ++j) {
            double sum = 0;
            for (std::size_t block = 0; block < blocks; ++block)
                sum += sums[block * dim + j];
            m_means[j] = static_cast<float>(sum / static_cast<double>(m_points));
        }
        return {};
    }

    void seed(std::size_t p) {
        Part& part = m_parts[p];
        part.centroids.assign(m_options.k * m_dim, 0);
        if (m_options.warm) {
            const float* from = m_out + (m_first + p) * m_options.k * m_dim;
            for (std::size_t i = 0; i < part.centroids.size(); ++i)
                part.centroids[i] = from[i] - part.centre[i % m_dim];
        } else {
            choose(part, m_options.seed + m_first + p);
        }
        publish(p);
    }

    /// k points drawn by the k-means++ rule (Arthur and Vassilvitskii, SODA 2007) from some of the points: it
    /// ends several percent lower than k random points, for less than the cost of an iteration. Equal points
    /// only where there are too few others.
    void choose(Part& part, std::uint64_t seed) const {
        if (m_options.random_start) {
            const std::vector<std::uint32_t> drawn = random_sample(m_points, m_options.k, seed);
            for (std::size_t c = 0; c < m_options.k; ++c)
                place(part, c, drawn[c]);
            return;
        }
        const std::size_t n = std::min(m_points, std::max(m_options.k * kSeedPoints, kLeastSeedPoints));
        const std::vector<std::uint32_t> pool = random_sample(m_points, n, seed);
        const std::size_t blocks = (n + kPanel - 1) / kPanel;
        AlignedBuffer<float> points(blocks * kPanel * m_dim);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < m_dim; ++j)
                points[(i / kPanel * m_dim + j) * kPanel + i % kPanel] = value(part, pool[i], j);
        std::vector<float> error(blocks * kPanel); // to the nearest chosen one; zero behind the last point
        std::fill_n(error.begin(), n, std::numeric_limits<float>::infinity());
        std::vector<double> sums(blocks);
        Random random(seed);
        std::size_t next = random.below(n);
        for (std::size_t c = 0; c < m_options.k && !m_control.cancel_requested(); ++c) {
            place(part, c, pool[next]);
            double total = 0;
            for (std::size_t block = 0; block < blocks; ++block) {
                sums[block] = lower_errors(points.data() + block * kPanel * m_dim,
                                           part.centroids.data() + c * m_dim, error.data() + block * kPanel);
                total += sums[block];
            }
            next = total > 0 ? draw(error, sums, random.uniform() * total) : random.below(n);
        }
    }

    /// Takes a chosen point into account in the errors of a panel; returns their sum.
    double lower_errors(const float* panel, const float* chosen, float* error) const noexcept {
        float squares[kPanel] = {};
        for (std::size_t j = 0; j < m_dim; ++j)
            for (std::size_t q = 0; q < kPanel; ++q) {
                const float difference = panel[j * kPanel + q] - chosen[j];
                squares[q] += difference * difference;
            }
        double sum = 0;
        for (std::size_t q = 0; q < kPanel; ++q) {
            error[q] = std::min(error[q], squares[q]);
            sum += static_cast<double>(error[q]);
        }
        return sum;
    }

    /// The point at which the errors add up to `at`.
    static std::size_t draw(std::span<const float> error, std::span<const double> sums, double at) noexcept {
        std::size_t block = 0;
        for (std::size_t b = 0; b < sums.size(); ++b) {
            if (!(sums[b] > 0))
                continue;
            block = b;
            if (at < sums[b])
                break;
            at -= sums[b];
        }
        std::size_t found = block * kPanel;
        for (std::size_t i = found; i < (block + 1) * kPanel; ++i) {
            if (!(error[i] > 0))
                continue;
            found = i;
            at -= static_cast<double>(error[i]);
            if (at < 0)
                break;
        }
        return found;
    }

    void place(Part& part, std::size_t centroid, std::size_t point_number) const noexcept {
        for (std::size_t j = 0; j < m_dim; ++j)
            part.centroids[centroid * m_dim + j] = value(part, point_number, j);
    }

    void publish(std::size_t p) noexcept {
        const std::vector<float> none(m_dim, 0.0f);
        m_codebook.set(p, m_parts[p].centroids.data(), none.data());
    }

    Status iterate(int iteration) {
        ANNSCOPE_TRY(
            parallel_for(m_parts.size() * m_chunks, 1, m_control, [&](std::size_t task, std::size_t, int) {
                if (m_parts[task / m_chunks].moving)
                    assign(task / m_chunks, task % m_chunks, iteration == 0);
                m_control.advance(1);
            }));
        return parallel_for(m_parts.size(), 1, m_control, [&](std::size_t p, std::size_t, int) {
            if (m_parts[p].moving)
                move(p, m_options.seed + static_cast<std::uint64_t>(iteration + 1) * 15486557u);
        });
    }

    void assign(std::size_t p, std::size_t chunk, bool first) {
        Part& part = m_parts[p];
        Sums& sums = m_sums[p * m_chunks + chunk];
        sums.values.assign(m_options.k * m_dim, 0.0f);
        sums.counts.assign(m_options.k, 0);
        sums.changed = first;
        const std::size_t end = std::min(m_points, (chunk + 1) * m_chunk);
        for (std::size_t i = chunk * m_chunk; i < end && !m_control.cancel_requested(); i += kPanel) {
            const std::size_t n = std::min(kPanel, end - i);
            const float* points = panel(part, i);
            std::uint32_t index[kPanel];
            m_codebook.nearest(p, points, n, index);
            for (std::size_t q = 0; q < n; ++q) {
                const auto at = static_cast<std::uint16_t>(index[q]);
                sums.changed |= part.nearest[i + q] != at;
                part.nearest[i + q] = at;
                ++sums.counts[at];
                float* sum = sums.values.data() + at * m_dim;
                for (std::size_t j = 0; j < m_dim; ++j)
                    sum[j] += points[j * kPanel + q];
            }
        }
    }

    void move(std::size_t p, std::uint64_t seed) {
        Part& part = m_parts[p];
        const std::span<const Sums> sums(m_sums.data() + p * m_chunks, m_chunks);
        part.moving = std::ranges::any_of(sums, &Sums::changed);
        if (!part.moving)
            return;
        std::vector<std::uint32_t> empty;
        std::vector<double> total(m_dim);
        for (std::size_t c = 0; c < m_options.k; ++c) {
            std::fill(total.begin(), total.end(), 0.0);
            std::uint64_t count = 0;
            for (const Sums& s : sums) {
                count += s.counts[c];
                for (std::size_t j = 0; j < m_dim; ++j)
                    total[j] += static_cast<double>(s.values[c * m_dim + j]);
            }
            if (count == 0)
                empty.push_back(static_cast<std::uint32_t>(c));
            else
                for (std::size_t j = 0; j < m_dim; ++j)
                    part.centroids[c * m_dim + j] = static_cast<float>(total[j] / static_cast<double>(count));
        }
        if (!empty.empty())
            fill(part, empty, seed + m_first + p);
        publish(p);
    }

    /// Moves the empty centroids to points drawn in proportion to their squared errors.
    void fill(Part& part, std::span<const std::uint32_t> empty, std::uint64_t seed) const {
        std::vector<double> until(m_points);
        double total = 0;
        for (std::size_t i = 0; i < m_points; ++i) {
            const float* centroid = part.centroids.data() + part.nearest[i] * m_dim;
            for (std::size_t j = 0; j < m_dim; ++j) {
                const auto difference = static_cast<double>(value(part, i, j) - centroid[j]);
                total += difference * difference;
            }
            until[i] = total;
        }
        Random random(seed);
        for (const std::uint32_t c : empty) {
            if (!(total > 0))
                return;
            const auto at = std::upper_bound(until.begin(), until.end(), random.uniform() * total);
            place(part, c, std::min<std::size_t>(static_cast<std::size_t>(at - until.begin()), m_points - 1));
        }
    }

    void finish(std::size_t p) const noexcept {
        const Part& part = m_parts[p];
        float* to = m_out + (m_first + p) * m_options.k * m_dim;
        for (std::size_t i = 0; i < part.centroids.size(); ++i)
            to[i] = part.centroids[i] + part.centre[i % m_dim];
    }

    const VectorView m_rows;
    const std::span<const std::uint32_t> m_sample;
    const SubspaceKmeans& m_options;
    const Control& m_control;
    float* const m_out;
    const std::size_t m_points, m_dim, m_chunk, m_chunks;
    std::size_t m_first = 0;    ///< part number of m_parts[0]
    std::vector<float> m_means; ///< of the columns
    std::vector<Part> m_parts;
    std::vector<Sums> m_sums; ///< parts x chunks
    SubspaceCodebook m_codebook;
};

} // namespace

SubspaceCodebook::SubspaceCodebook(std::size_t parts, std::size_t k, std::size_t dim)
    : m_k(k), m_dim(dim), m_padded(Kernels::groups(k) * kGroup), m_part(m_padded * dim),
      m_centres(parts * dim), m_centroids(parts * m_part), m_half_norms(parts * m_padded) {
    std::ranges::fill(m_half_norms, std::numeric_limits<float>::infinity());
}

std::uint64_t SubspaceCodebook::bytes(std::size_t parts, std::size_t k, std::size_t dim) noexcept {
    return parts * (dim + Kernels::groups(k) * kGroup * (dim + 1)) * sizeof(float);
}

void SubspaceCodebook::set(std::size_t m, const float* centroids, const float* centre) noexcept {
    std::copy_n(centre, m_dim, m_centres.data() + m * m_dim);
    float* groups = m_centroids.data() + m * m_part;
    for (std::size_t c = 0; c < m_k; ++c) {
        double norm = 0;
        for (std::size_t j = 0; j < m_dim; ++j) {
            const float v = centroids[c * m_dim + j] - centre[j];
            groups[(c / kGroup * m_dim + j) * kGroup + c % kGroup] = v;
            norm += static_cast<double>(v) * static_cast<double>(v);
        }
        m_half_norms[m * m_padded + c] = static_cast<float>(0.5 * norm);
    }
}

/// A line divided by many centroids is too fine for half_norm - x c, which is off by some 1e-7 of the squared
/// range; in two dimensions already as many centroids lie further apart.
void SubspaceCodebook::nearest(std::size_t m, const float* panel, std::size_t n,
                               std::uint32_t* index) const noexcept {
    constexpr std::size_t kFine = 256;
    float best[kPanel];
    if (m_dim > 1 || m_k <= kFine) {
        simd::subspace_kernels().nearest(panel, n, m_dim, centroids(m), half_norms(m), m_k, index, best);
        return;
    }
    std::fill_n(best, kPanel, std::numeric_limits<float>::infinity());
    std::fill_n(index, kPanel, 0u);
    const float* values = centroids(m);
    for (std::size_t c = 0; c < m_k; ++c)
        for (std::size_t q = 0; q < kPanel; ++q) {
            const float distance = std::abs(panel[q] - values[c]);
            const bool nearer = distance < best[q];
            best[q] = nearer ? distance : best[q];
            index[q] = nearer ? static_cast<std::uint32_t>(c) : index[q];
        }
}

Status subspace_kmeans(VectorView rows, std::span<const std::uint32_t> sample, const SubspaceKmeans& options,
                       float* centroids, const Control& control) {
    assert(options.k <= 65536 && rows.cols() % options.parts == 0);
    return Trainer(rows, sample, options, centroids, control).run();
}

std::uint64_t subspace_kmeans_steps(std::size_t points, const SubspaceKmeans& options) noexcept {
    const std::size_t chunk = chunk_size(points);
    return static_cast<std::uint64_t>(options.niter) * options.parts * ((points + chunk - 1) / chunk);
}

} // namespace annscope
