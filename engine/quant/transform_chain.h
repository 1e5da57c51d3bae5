// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

#include <memory>

namespace annscope {

/// Transforms one after the other, the output of each the input of the next.
class TransformChain {
public:
    TransformChain() = default;
    /// At least one; their dimensions join.
    explicit TransformChain(std::vector<std::unique_ptr<VectorTransform>> transforms) noexcept
        : m_transforms(std::move(transforms)) {}

    std::size_t size() const noexcept { return m_transforms.size(); }
    VectorTransform& operator[](std::size_t i) noexcept { return *m_transforms[i]; }
    const VectorTransform& operator[](std::size_t i) const noexcept { return *m_transforms[i]; }
    std::size_t d_in() const noexcept { return m_transforms.front()->d_in(); }
    std::size_t d_out() const noexcept { return m_transforms.back()->d_out(); }
    bool trained() const noexcept;
    bool isometry() const noexcept;
    bool reversible() const noexcept;
    bool keeps_origin() const noexcept;

    /// Trains each that needs it on a sample of the rows as those before it give it. Errors:
    /// DimensionMismatch, InvalidArgument, OutOfMemory, Cancelled; what was not trained yet then still is
    /// not.
    Status train(const VectorSet& rows, std::uint64_t seed, const Control& control);

    /// One row; no allocation after a thread's first.
    void apply(const float* in, float* out) const;
    /// Rows of a query batch, each exactly as apply gives it, on the calling thread. out: dense.
    void apply_each(VectorView in, float* out) const;
    /// All rows in parallel, by blocks. Advances the progress by one a row. Errors: OutOfMemory, Cancelled.
    Result<VectorSet> apply(const VectorSet& rows, const Control& control) const;
    /// Needs reversible().
    void reverse(const float* in, float* out) const;

private:
    Result<AlignedBuffer<float>> sample_for(std::size_t transform, const VectorSet& rows, std::uint64_t seed,
                                            const Control& control) const;
    void apply_block(VectorView in, std::size_t transforms, float* out) const;
    std::size_t widest() const noexcept;

    std::vector<std::unique_ptr<VectorTransform>> m_transforms;
};

} // namespace annscope
