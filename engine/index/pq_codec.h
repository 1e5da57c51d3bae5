// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/list_codec.h"
#include "quant/product_quantizer.h"

namespace annscope {

/// Product codes, in cells of the residual to the centroid. A query makes one table of inner products with
/// the codebook, whatever it visits: with a vector's centroid c and decoded residual r,
///     |q - c - r|^2 = |q - c|^2 + (|r|^2 + 2 <c, r>) - 2 <q, r>,
/// of which the coarse quantiser found the first term and the second depends on the vector alone. That one is
/// kept as a float beside each code: 4 bytes a vector, where Faiss's precomputed tables take
/// nlist * M * 2^nbits * 4 bytes and still make a table of M * 2^nbits sums for every cell that is visited,
/// which for cells of some hundred vectors is more work than scanning them. The inner product needs none.
/// The array: the codes, then the terms.
class PqCodec final : public ListCodec {
public:
    PqCodec(const CodecContext& context, ProductQuantizer quantizer)
        : m_context(context), m_quantizer(std::move(quantizer)) {}

    Status train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) override;
    bool trained() const noexcept override { return m_quantizer.trained(); }
    std::size_t code_size() const noexcept override {
        return m_quantizer.code_size() + (has_terms() ? sizeof(float) : 0);
    }
    std::size_t array_bytes(std::size_t n) const noexcept override {
        return has_terms() ? terms_at(n) + n * sizeof(float) : n * m_quantizer.code_size();
    }
    Status encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                  std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                  std::span<std::uint8_t> codes, const Control& control) const override;
    void store(std::uint8_t* array, std::size_t n, std::size_t position,
               const std::uint8_t* code) const noexcept override;
    void fetch(const std::uint8_t* array, std::size_t n, std::size_t position,
               std::uint8_t* code) const noexcept override;
    void decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                float* out) const override;
    std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const override;
    std::unique_ptr<CodeScorer> code_scorer(const std::uint8_t* array, std::size_t n, std::size_t dim,
                                            Metric metric) const override;
    std::size_t code_stride() const noexcept override { return m_quantizer.code_size(); }
    std::vector<MemoryPart> memory(std::size_t n) const override;
    Status save(ArchiveWriter& writer) const override;
    Status load(ArchiveReader& reader) override;

    const ProductQuantizer& quantizer() const noexcept { return m_quantizer; }
    bool has_terms() const noexcept { return m_context.in_cells && m_context.metric == Metric::L2; }
    bool l2() const noexcept { return m_context.metric == Metric::L2; }
    const float* terms(const std::uint8_t* array, std::size_t n) const noexcept {
        return reinterpret_cast<const float*>(array + terms_at(n));
    }

private:
    std::size_t terms_at(std::size_t n) const noexcept {
        return (n * m_quantizer.code_size() + sizeof(float) - 1) / sizeof(float) * sizeof(float);
    }
    /// |r|^2 + 2 <c, r> of a code's residual; scratch: dim floats.
    float term_of(const std::uint8_t* code, const float* centroid, float* scratch) const noexcept;

    CodecContext m_context;
    ProductQuantizer m_quantizer;
};

} // namespace annscope
