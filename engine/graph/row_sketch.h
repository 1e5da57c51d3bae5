// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/buffer.h"
#include "core/control.h"
#include "core/types.h"
#include "data/vector_set.h"
#include "graph/scorer.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace annscope {

/// Float rows rounded to bytes on one grid around the middle of the data. A walk through a graph reads these,
/// a quarter of the memory traffic, and what it finds is compared in full: what rounding moved is known, so
/// nothing near is lost by it.
class RowSketch {
public:
    RowSketch() = default;
    /// Cost: two passes. Errors: OutOfMemory, Cancelled.
    static Result<RowSketch> create(const VectorSet& rows, const Control& control);

    /// Of rows where a walk over it pays and goes where one over the rows would go; else null. Errors:
    /// OutOfMemory, Cancelled.
    static Result<std::shared_ptr<const RowSketch>> for_walks(const VectorSet& rows, const Control& control);

    /// Rounding moves rows by little in comparison with how far apart neighbours are, so that a walk over the
    /// sketch goes where a walk over the rows goes. It does not where a few values are far larger than the
    /// others. Looks at a sample.
    bool precise(const VectorSet& rows) const;

    /// Worth its while where rows are floats that fill several cache lines.
    static bool useful(ElementType type, std::size_t dim) noexcept;
    static std::uint64_t bytes_of(std::size_t n, std::size_t dim) noexcept;

    std::size_t dim() const noexcept { return m_middle.size(); }
    std::size_t stride() const noexcept { return m_stride; }
    const std::uint8_t* codes() const noexcept { return m_codes.data(); }
    /// The farthest that rounding moved a row.
    float error() const noexcept { return m_error; }

private:
    friend class SketchQuery;

    std::size_t m_stride = 0;
    AlignedBuffer<std::uint8_t> m_codes; ///< c stands for middle + (c - 127.5) step
    std::vector<float> m_middle;
    float m_step = 1;
    float m_error = 0;
    float m_reach = 0; ///< the longest of all codes around 127.5, in steps
};

/// One query's side: distances to the rounded rows. Reusable; one per thread.
class SketchQuery {
public:
    /// query: dim floats, read now. metric: L2, or the inner product. The scorer lives as long as this, and
    /// until the next.
    Scorer prepare(const RowSketch& sketch, const float* query, Metric metric);
    /// Squared distances between rows lifted by one more coordinate (see NodeSpace). lifts: one a row; lift:
    /// the query's; length: the squared length of all.
    Scorer prepare_lifted(const RowSketch& sketch, const float* query, const float* lifts, float lift,
                          float length);
    /// No row at this distance from the query in the sketch is nearer than the result; for the scorers of
    /// prepare.
    float least(float distance) const noexcept;

private:
    Scorer set(const RowSketch& sketch, const float* query);
    static void score(const Scorer& scorer, const std::uint32_t* ids, std::size_t n, float* out) noexcept;
    void distances(const std::uint32_t* ids, std::size_t n, float* out) noexcept;

    const RowSketch* m_sketch = nullptr;
    bool m_l2 = true;
    std::vector<float> m_weights;
    std::vector<std::int8_t> m_coarse, m_fine;
    std::vector<std::int32_t> m_products, m_squares;
    float m_per_coarse = 0, m_per_fine = 0;
    float m_offset = 0; ///< of the inner product
    float m_norm = 0;   ///< squared length of the query, around the middle for L2
    float m_noise = 0;  ///< what rounding weights and sums may do to an inner product
    const float* m_lifts = nullptr;
    float m_lift = 0, m_length = 0;
};

} // namespace annscope
