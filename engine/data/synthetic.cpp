// SPDX-License-Identifier: Apache-2.0
#include "data/synthetic.h"

#include "core/parallel.h"
#include "core/random.h"
#include "data/normal_source.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace annscope {
namespace {

constexpr std::size_t kBlockRows =
    64; // rows that share one random stream: part of the definition of the data
enum Stream : std::uint64_t { kSubspace, kCentres, kBase, kQueries };

/// An independent generator for each part of the data, so that threads can fill parts in any order.
Random stream_of(std::uint64_t seed, Stream stream, std::uint64_t block) noexcept {
    Random outer(seed);
    Random inner(outer() ^ (static_cast<std::uint64_t>(stream) << 56) ^ block);
    return Random(inner());
}

Status check_shape(std::size_t n, std::size_t dim, std::size_t queries) {
    if (n == 0 || dim == 0)
        return Error{ErrorCode::InvalidArgument,
                     "A generated data set needs at least one vector and one dimension."};
    const std::uint64_t values = (static_cast<std::uint64_t>(n) + queries) * dim;
    if (n > (std::uint64_t{1} << 40) || queries > (std::uint64_t{1} << 40) || dim > (1u << 20))
        return Error{ErrorCode::InvalidArgument,
                     "A generated data set has at most 2^40 vectors and 2^20 dimensions."};
    return check_memory(values * sizeof(float), "The generated data set");
}

/// fill(random, row, out) for all rows, in parallel by blocks.
template<class Fill>
Result<VectorSet> generate_rows(std::size_t n, std::size_t dim, std::uint64_t seed, Stream stream,
                                const Control& control, const Fill& fill) {
    AlignedBuffer<float> rows(n * dim);
    ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        NormalSource source(stream_of(seed, stream, begin / kBlockRows));
        for (std::size_t i = begin; i < end; ++i)
            fill(source, rows.data() + i * dim);
        control.advance(end - begin);
    }));
    return VectorSet::adopt(std::move(rows), n, dim);
}

class Mixture {
public:
    static Result<Mixture> make(const ClusterOptions& options, std::size_t components,
                                const Control& control) {
        Mixture mixture;
        mixture.m_dim = options.dim;
        mixture.m_rank = std::min(options.intrinsic_dim, options.dim);
        mixture.m_noise = static_cast<float>(options.noise);
        ANNSCOPE_TRY(mixture.draw_subspace(options.seed, control));
        mixture.draw_components(options, components);
        return mixture;
    }

    /// One draw: B (centre + z) + noise.
    void sample(NormalSource& source, float* point, float* out) const noexcept {
        const auto chosen =
            std::ranges::upper_bound(m_cumulative, source.random().uniform() * m_cumulative.back());
        const auto component =
            std::min(static_cast<std::size_t>(chosen - m_cumulative.begin()), m_cumulative.size() - 1);
        source.fill(point, m_rank);
        source.fill(out, m_dim);
        const float* centre = m_centres.data() + component * m_rank;
        for (std::size_t j = 0; j < m_dim; ++j)
            out[j] *= m_noise;
        for (std::size_t t = 0; t < m_rank; ++t) {
            const float z = centre[t] + point[t];
            if (m_basis.size() == 0) {
                out[t] += z;
                continue;
            }
            const float* axis = m_basis.data() + t * m_dim;
            for (std::size_t j = 0; j < m_dim; ++j)
                out[j] += z * axis[j];
        }
    }
    std::size_t rank() const noexcept { return m_rank; }

private:
    /// m_rank orthonormal rows by modified Gram-Schmidt. The full space needs none: the mixture is isotropic.
    Status draw_subspace(std::uint64_t seed, const Control& control) {
        if (m_rank == m_dim)
            return {};
        std::vector<double> rows(m_rank * m_dim);
        NormalSource source(stream_of(seed, kSubspace, 0));
        for (std::size_t t = 0; t < m_rank; ++t) {
            if (control.cancel_requested())
                return cancelled();
            double* row = rows.data() + t * m_dim;
            for (std::size_t j = 0; j < m_dim; ++j)
                row[j] = source.next();
            for (std::size_t s = 0; s < t; ++s) {
                const double* other = rows.data() + s * m_dim;
                const double along = dot(row, other);
                for (std::size_t j = 0; j < m_dim; ++j)
                    row[j] -= along * other[j];
            }
            const double scale = 1.0 / std::sqrt(dot(row, row));
            for (std::size_t j = 0; j < m_dim; ++j)
                row[j] *= scale;
        }
        m_basis.assign(rows.begin(), rows.end());
        return {};
    }

    void draw_components(const ClusterOptions& options, std::size_t components) {
        m_cumulative.resize(components);
        double sum = 0;
        for (std::size_t c = 0; c < components; ++c)
            m_cumulative[c] = sum += std::pow(static_cast<double>(c + 1), -options.weight_power);
        m_centres.resize(components * m_rank);
        NormalSource source(stream_of(options.seed, kCentres, 0));
        source.fill(m_centres.data(), m_centres.size());
        for (float& x : m_centres)
            x *= static_cast<float>(options.spread);
    }

    double dot(const double* a, const double* b) const noexcept {
        double sum = 0;
        for (std::size_t j = 0; j < m_dim; ++j)
            sum += a[j] * b[j];
        return sum;
    }

    std::size_t m_dim = 0, m_rank = 0;
    float m_noise = 0;
    std::vector<float> m_basis;   // rank x dim; empty: the identity
    std::vector<float> m_centres; // components x rank
    std::vector<double> m_cumulative;
};

Status check_options(const ClusterOptions& options) {
    ANNSCOPE_TRY(check_shape(options.n, options.dim, options.queries));
    const auto invalid = [](const char* what) { return Error{ErrorCode::InvalidArgument, what}; };
    if (options.intrinsic_dim == 0)
        return invalid("The intrinsic dimension of clustered data must be at least 1.");
    if (options.components > options.n)
        return invalid("Clustered data cannot have more components than vectors.");
    if (!(options.spread >= 0 && options.spread < 1e15) || !(options.noise >= 0 && options.noise < 1e15))
        return invalid("Spread and noise of clustered data must be between 0 and 1e15.");
    if (!(std::abs(options.weight_power) <= 16))
        return invalid("The power of the components' weights must be between -16 and 16.");
    return {};
}

std::string describe(const char* kind, std::size_t n, std::size_t dim, std::size_t queries,
                     std::uint64_t seed) {
    char text[160];
    std::snprintf(text, sizeof text, "generated: %s, n=%zu, dim=%zu, queries=%zu, seed=%llu", kind, n, dim,
                  queries, static_cast<unsigned long long>(seed));
    return text;
}

Dataset assemble(const char* kind, VectorSet base, VectorSet queries, std::uint64_t seed) {
    Dataset dataset;
    dataset.name = kind;
    dataset.source = describe(kind, base.size(), base.dim(), queries.size(), seed);
    dataset.queries_from = queries.empty() ? QueriesFrom::None : QueriesFrom::Generated;
    dataset.base = std::move(base);
    dataset.queries = std::move(queries);
    return dataset;
}

} // namespace

Result<Dataset> generate_uniform(const UniformOptions& options, const Control& control) {
    ANNSCOPE_TRY(check_shape(options.n, options.dim, options.queries));
    control.begin("Generating", options.n + options.queries);
    const auto fill = [dim = options.dim](NormalSource& source, float* out) {
        for (std::size_t j = 0; j < dim; ++j) // 24 bits: every value is a float below 1
            out[j] = static_cast<float>(source.random()() >> 40) * 0x1p-24f;
    };
    ANNSCOPE_ASSIGN(auto base, generate_rows(options.n, options.dim, options.seed, kBase, control, fill));
    ANNSCOPE_ASSIGN(auto queries,
                    generate_rows(options.queries, options.dim, options.seed, kQueries, control, fill));
    return assemble("uniform", std::move(base), std::move(queries), options.seed);
}

Result<Dataset> generate_clusters(const ClusterOptions& options, const Control& control) {
    ANNSCOPE_TRY(check_options(options));
    control.begin("Generating", options.n + options.queries);
    const std::size_t components =
        options.components ? options.components : std::max<std::size_t>(1, options.n / 500);
    ANNSCOPE_ASSIGN(const auto mixture, Mixture::make(options, components, control));
    const auto fill = [&mixture](NormalSource& source, float* out) {
        thread_local std::vector<float> point;
        point.resize(mixture.rank());
        mixture.sample(source, point.data(), out);
    };
    ANNSCOPE_ASSIGN(auto base, generate_rows(options.n, options.dim, options.seed, kBase, control, fill));
    ANNSCOPE_ASSIGN(auto queries,
                    generate_rows(options.queries, options.dim, options.seed, kQueries, control, fill));
    return assemble("clusters", std::move(base), std::move(queries), options.seed);
}

Result<Dataset> sample_points(const Control& control) {
    ClusterOptions options;
    options.n = 200;
    options.dim = options.intrinsic_dim = 2;
    options.queries = 40;
    options.seed = 7;
    options.components = 6;
    options.weight_power = 0.3;
    options.spread = 4;
    options.noise = 0;
    ANNSCOPE_ASSIGN(Dataset dataset, generate_clusters(options, control));
    dataset.name = "sample-points";
    dataset.source = "built-in sample: 200 points in the plane";
    return dataset;
}

Result<Dataset> sample_vectors(const Control& control) {
    ANNSCOPE_ASSIGN(Dataset dataset, generate_clusters(ClusterOptions{}, control));
    dataset.name = "sample-vectors";
    dataset.source = "built-in sample: 20,000 clustered vectors of 64 dimensions";
    return dataset;
}

} // namespace annscope
