// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"
#include "core/error.h"
#include "core/matrix_view.h"
#include "quant/subspace_kmeans.h"

#include <cstdint>
#include <span>

namespace annscope {

/// The defaults are those of Faiss (faiss/Clustering.h).
struct PqTraining {
    int niter = 25;
    std::size_t max_points_per_centroid = 256; ///< more rows are sampled down to this
    std::uint64_t seed = 1234;
};

/// Cuts a vector of dim values into M parts of dsub = dim / M and stores each as the number of the nearest of
/// ksub = 2^nbits centroids, learned by k-means per part. A code is M numbers of nbits, least significant bit
/// first, one after another: ceil(M nbits / 8) bytes, as in Faiss (formats.md 2.2).
/// Source: Jegou, Douze and Schmid, PAMI 2011. Const functions may run concurrently.
class ProductQuantizer {
public:
    static constexpr std::size_t kMaxBits = 16;

    ProductQuantizer() = default;
    /// Untrained. Errors: InvalidArgument (M does not divide dim; M or nbits out of range).
    static Result<ProductQuantizer> create(std::size_t dim, std::size_t M, std::size_t nbits);
    /// Trained elsewhere. centroids: M x ksub x dsub, as Faiss lays them out. Errors: as create; CorruptFile
    /// (another number of centroids, or values that are not finite).
    static Result<ProductQuantizer> from_centroids(std::size_t dim, std::size_t M, std::size_t nbits,
                                                   std::span<const float> centroids);

    std::size_t dim() const noexcept { return m_dim; }
    std::size_t M() const noexcept { return m_M; }
    std::size_t nbits() const noexcept { return m_nbits; }
    std::size_t ksub() const noexcept { return std::size_t{1} << m_nbits; }
    std::size_t dsub() const noexcept { return m_M == 0 ? 0 : m_dim / m_M; }
    std::size_t code_size() const noexcept { return (m_M * m_nbits + 7) / 8; } ///< bytes
    bool trained() const noexcept { return m_centroids.size() > 0; }
    /// M x ksub x dsub; empty while untrained.
    std::span<const float> centroids() const noexcept { return {m_centroids.data(), m_centroids.size()}; }
    /// The centroids of part m: ksub x dsub.
    VectorView centroids(std::size_t m) const noexcept {
        return {m_centroids.data() + m * ksub() * dsub(), ksub(), dsub()};
    }
    std::size_t table_size() const noexcept { return m_M * ksub(); } ///< floats of a query's table
    /// Bytes of the codebook's copy in the layout for searching and for tables; known before training.
    std::uint64_t search_memory() const noexcept;

    /// K-means per part on the rows (residuals, where the code is of residuals), all parts at once. The same
    /// for any number of threads. Phase: "Training the code". Cost: niter x rows x ksub x dim multiply-adds.
    /// Errors: InvalidArgument (fewer rows than ksub), DimensionMismatch, Cancelled.
    Status train(VectorView rows, const PqTraining& options, const Control& control);

    /// codes: rows x code_size bytes, written. The nearest centroid of each part, the lowest number of
    /// equals. Advances the progress by one per row. Cost: rows x ksub x dim multiply-adds. Errors:
    /// Cancelled.
    Status encode(VectorView rows, std::span<std::uint8_t> codes, const Control& control) const;
    /// On the calling thread. Fast from 64 rows on.
    void encode_block(VectorView rows, std::uint8_t* codes) const;
    /// out: dim values, those of the centroids of the code.
    void decode(const std::uint8_t* code, float* out) const noexcept;
    /// Mean over the rows of the squared distance to their code's centroids. Errors: Cancelled.
    Result<double> distortion(VectorView rows, const Control& control) const;

    /// table: M x ksub. Squared distances from the parts of the query to the centroids: the sum of the
    /// entries that a code names is the squared distance from the query to the decoded code.
    void l2_table(const float* query, float* table) const noexcept;
    /// The same with inner products (not negated).
    void ip_table(const float* query, float* table) const noexcept;
    /// The sum over the parts of the table's entries that the code names.
    float lookup(const float* table, const std::uint8_t* code) const noexcept;
    /// The same for n codes, code_size bytes apart; fast for 8 bits. out: n sums.
    void lookup(const float* table, const std::uint8_t* codes, std::size_t n, float* out) const noexcept;
    /// Squared distance between two decoded codes (the symmetric distance of the paper).
    float symmetric_l2(const std::uint8_t* a, const std::uint8_t* b) const noexcept;

private:
    void set_centroids(AlignedBuffer<float> centroids);

    std::size_t m_dim = 0, m_M = 0, m_nbits = 0;
    AlignedBuffer<float> m_centroids;
    SubspaceCodebook m_codebook; ///< the same for searching and for tables
};

/// Number m of a code of nbits a number, least significant bit first.
inline std::uint32_t code_number(const std::uint8_t* code, std::size_t m, std::size_t nbits) noexcept {
    if (nbits == 8)
        return code[m];
    std::size_t bit = m * nbits;
    std::uint32_t number = 0;
    for (std::size_t got = 0; got < nbits;) {
        const std::size_t take = 8 - bit % 8 < nbits - got ? 8 - bit % 8 : nbits - got;
        number |= (static_cast<std::uint32_t>(code[bit / 8]) >> (bit % 8) & ((1u << take) - 1)) << got;
        got += take;
        bit += take;
    }
    return number;
}

/// numbers: M of them below 2^nbits; code: ceil(M nbits / 8) bytes, written.
void pack_code(const std::uint32_t* numbers, std::size_t M, std::size_t nbits, std::uint8_t* code) noexcept;

} // namespace annscope
