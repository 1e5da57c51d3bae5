// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"
#include "quant/rotation.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace annscope {

/// What makes a distance of a code's inner product with a query: distance = offset + add + scale * product,
/// where the offset is the query's and its cell's; it is off by more than |q - centroid| * error * epsilon in
/// few cases.
struct RabitqFactors {
    float add = 0, scale = 0, error = 0;
};

/// The bound holds for a code and a query with the chance that a normal number is within +-epsilon: 94 %.
inline constexpr float kRabitqEpsilon = 1.9f;

/// RaBitQ: a vector's residual to its centroid, rotated at random, is kept as its signs and, with more than 1
/// bit, as the point of a grid of 2^bits steps a dimension that lies in its direction best. Estimates of its
/// distances are unbiased, with an error that shrinks with the dimension and halves with each bit; the
/// factors tell how large it is. Sources: Gao and Long, "RaBitQ", SIGMOD 2024; Gao et al., "Practical and
/// Asymptotically Optimal Quantization of High-Dimensional Vectors in Euclidean Space for ANN Search", SIGMOD
/// 2025.
///
/// A code: padded() / 8 bytes of signs (bit i: dimension i is not negative), its factors; with more bits:
/// factors of the whole code, then planes of the other bits (see simd/rabitq.h).
class RabitqQuantizer {
public:
    static constexpr unsigned kMaxBits = 9;

    RabitqQuantizer() = default;
    /// bits: 1 to kMaxBits a dimension. metric: cosine is the inner product of unit vectors.
    RabitqQuantizer(std::size_t dim, unsigned bits, Metric metric, std::uint64_t seed);

    /// Queries are rotated once, about this point (dim floats), whatever the centroids; the nearer it is to
    /// all of them, the finer are the tables. Codes belong to one centre.
    void set_centre(std::span<const float> centre) { m_centre.assign(centre.begin(), centre.end()); }
    const std::vector<float>& centre() const noexcept { return m_centre; }

    std::size_t dim() const noexcept { return m_rotation.dim(); }
    std::size_t padded() const noexcept { return m_rotation.padded(); }
    unsigned bits() const noexcept { return m_bits; }
    unsigned extra_bits() const noexcept { return m_bits - 1; }
    Metric metric() const noexcept { return m_metric; }
    const RandomRotation& rotation() const noexcept { return m_rotation; }

    std::size_t sign_bytes() const noexcept { return padded() / 8; }
    /// Of the second part of a code: factors and planes; 0 for 1 bit.
    std::size_t extra_bytes() const noexcept {
        return m_bits == 1 ? 0 : sizeof(RabitqFactors) + sign_bytes() * extra_bits();
    }
    std::size_t code_size() const noexcept { return sign_bytes() + sizeof(RabitqFactors) + extra_bytes(); }

    /// Buffers of one thread.
    struct Workspace {
        std::vector<float> residual, rotated, about_centre, sizes;
        std::vector<std::uint8_t> levels;
    };
    /// row and its centroid: dim floats; code: code_size() bytes. Cost: about 2 us for 784 dimensions and 1
    /// bit, 5 with more.
    void encode(const float* row, const float* centroid, Workspace& work, std::uint8_t* code) const;
    /// The code of 1 bit from what is rotated about the centre already: row, centroid: padded() floats.
    /// beside: the inner product of (row - centroid) with the centre, not rotated; used unless for L2. signs:
    /// sign_bytes(). Cost: about 0.1 us for 784 dimensions.
    RabitqFactors encode_rotated(const float* row, const float* centroid, float beside,
                                 std::uint8_t* signs) const noexcept;
    /// The point of the code's direction that is nearest to what was encoded. out: dim floats.
    void decode(const std::uint8_t* code, const float* centroid, float* out) const;

private:
    RabitqFactors factors(double norm, double dot, double cross, double squares,
                          double to_centroid) const noexcept;
    void encode_extra(Workspace& work, double norm, double to_centroid, std::uint8_t* out) const;

    RandomRotation m_rotation;
    unsigned m_bits = 1;
    Metric m_metric = Metric::L2;
    std::vector<float> m_centre;
};

/// The factor t for which the directions of a (all >= 0) and of min(floor(t * a), 2^extra_bits - 1) + 0.5 are
/// nearest, up to 1e-4 of their cosine's best: that is flat at its top, so grids that close in on it find it
/// with 30 vectorised passes, where an enumeration of every t at which a level changes takes d * 2^extra_bits
/// steps.
float rabitq_scale(const float* a, std::size_t padded, unsigned extra_bits) noexcept;

/// A query's side of the estimate.
class RabitqQuery {
public:
    /// query: dim floats, read now. Cost: a rotation and d / 4 tables.
    void prepare(const RabitqQuantizer& quantizer, const float* query);

    /// Tables of 16 bytes for each 4 dimensions; product with the signs = step() * their sum + lowest().
    const std::uint8_t* tables() const noexcept { return m_tables.data(); }
    float step() const noexcept { return m_step; }
    float lowest() const noexcept { return m_lowest; }
    /// Standard deviation of what rounding the tables adds to that product.
    float table_error() const noexcept { return m_table_error; }

    /// The product with the signs (+1, -1) from floats.
    float sign_product(const std::uint8_t* signs) const noexcept;
    /// The product with the whole code, given that with its signs. planes: behind the second factors.
    float product(float sign_product, const std::uint8_t* planes) const noexcept;

private:
    std::size_t m_padded = 0;
    unsigned m_extra_bits = 0;
    std::vector<float> m_difference, m_rotated;
    std::vector<std::uint8_t> m_tables;
    float m_step = 0, m_lowest = 0, m_table_error = 0, m_sum = 0;
};

} // namespace annscope
