// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"
#include "core/matrix_view.h"
#include "data/vector_set.h"

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace annscope {

/// What a transform keeps: size float32 numbers. values is empty until it is trained.
struct TransformArray {
    std::string_view name; ///< "matrix"
    std::size_t size = 0;
    std::string_view formula; ///< of its bytes: "d * d_out * 4"
    std::span<const float> values;
};

/// A map of vectors of d_in dimensions to d_out dimensions that stands before an index. Definitions are those
/// of Faiss, so that a matrix trained there gives the same here. Const members may run concurrently.
class VectorTransform {
public:
    virtual ~VectorTransform() = default;

    std::size_t d_in() const noexcept { return m_d_in; }
    std::size_t d_out() const noexcept { return m_d_out; }
    virtual std::string_view name() const noexcept = 0; ///< of the factory string: "PCAW"

    virtual bool trained() const noexcept { return true; }
    /// Rows that training looks at, at most: never more than Faiss does. 0: it looks at none.
    virtual std::size_t max_training_rows() const noexcept { return 0; }
    /// Learns from a sample, which the caller drew: dense rows of d_in, which training may change. The same
    /// for any number of threads. Errors: InvalidArgument (too few rows), OutOfMemory, Cancelled; the
    /// transform is then as it was.
    virtual Status train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                         const Control& control);

    /// One row, d_in to d_out floats. in and out do not overlap.
    virtual void apply(const float* in, float* out) const noexcept = 0;
    /// Many rows on one thread, out dense. Faster than one by one, and equal to it up to float32 rounding.
    virtual void apply_rows(VectorView in, float* out) const;
    /// Many rows on one thread, each exactly as apply gives it.
    virtual void apply_each(VectorView in, float* out) const noexcept;

    /// L2 distances are kept: the matrix has orthonormal columns.
    virtual bool isometry() const noexcept { return false; }
    /// Is there a reverse? It gives back what the transform kept: all for an isometry, the projection for a
    /// PCA of fewer dimensions, the direction for L2norm.
    virtual bool reversible() const noexcept { return false; }
    /// Zero goes to zero, and so a multiple of a vector in the direction of its image.
    virtual bool keeps_origin() const noexcept { return true; }
    /// d_out to d_in floats. Needs reversible() and trained().
    virtual void reverse(const float* in, float* out) const noexcept;

    /// What it keeps, in the order in which load takes it back; known before training.
    virtual std::vector<TransformArray> arrays() const { return {}; }
    /// arrays: as arrays() tells their sizes. Errors: CorruptFile (numbers that cannot be).
    virtual Status load(std::vector<AlignedBuffer<float>> arrays);

protected:
    VectorTransform(std::size_t d_in, std::size_t d_out) noexcept : m_d_in(d_in), m_d_out(d_out) {}

private:
    std::size_t m_d_in, m_d_out;
};

} // namespace annscope
