// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/control.h"
#include "data/vector_set.h"
#include "simd/kernels.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace annscope {

/// Base vectors as an index keeps them: of one element type, unit length for cosine.
/// Vectors of float32 that are whole numbers in a byte's range are kept as bytes: the distances are the same.
/// For cosine they become normalised float32.
struct StoredForm {
    VectorSet vectors;
    std::size_t zero_rows = 0; ///< cosine: rows of length zero
};
StoredForm stored_form(const VectorSet& vectors, Metric metric, bool narrow);
/// The same on all threads of the control, which may cancel it. Errors: OutOfMemory, Cancelled.
Result<StoredForm> stored_form(const VectorSet& vectors, Metric metric, bool narrow, const Control& control);
/// The element type stored_form would give, for estimates.
ElementType stored_type(const VectorSet& vectors, Metric metric, bool narrow);

/// All rows of all parts, in their order, densely, in storage of its own; float32 where the parts are not of
/// one type. The parts have one dimension. Errors: OutOfMemory, Cancelled.
Result<VectorSet> concatenated(std::span<const VectorSet> parts, const Control& control);

/// Index::reconstruct of an index that keeps whole vectors. index: its factory string.
Status reconstruct_stored(const VectorSet& vectors, std::size_t dim, std::string_view index, Id id,
                          std::span<float> out);

/// A query, converted once to what the kernels for the stored type need. Holds the conversion; reuse it per
/// thread.
class PreparedQuery {
public:
    /// Normalises for cosine. Where the base is bytes and every value of the query is a byte, integer kernels
    /// will be used.
    void prepare(const float* query, std::size_t dim, Metric metric, ElementType stored);

    const float* f32() const noexcept { return m_floats; }
    bool is_integer() const noexcept { return m_integer; }
    const std::uint8_t* u8() const noexcept { return m_bytes.data(); }
    const std::int8_t* i8() const noexcept { return reinterpret_cast<const std::int8_t*>(m_bytes.data()); }

private:
    const float* m_floats = nullptr;
    std::vector<float> m_owned;
    std::vector<std::uint8_t> m_bytes;
    bool m_integer = false;
};

/// Calls visitor(q, view, kernels) with the typed query pointer, the typed MatrixView of the base and the
/// DistanceKernels for that pair, so that a search is written once as a template.
template<class Visitor>
decltype(auto) with_typed_query(const PreparedQuery& query, const VectorSet& base, Visitor&& visitor) {
    using namespace simd;
    switch (base.type()) {
    case ElementType::F16:
        return visitor(query.f32(), base.view<Half>(), distance_kernels<float, Half>());
    case ElementType::U8:
        if (query.is_integer())
            return visitor(query.u8(), base.view<std::uint8_t>(),
                           distance_kernels<std::uint8_t, std::uint8_t>());
        return visitor(query.f32(), base.view<std::uint8_t>(), distance_kernels<float, std::uint8_t>());
    case ElementType::I8:
        if (query.is_integer())
            return visitor(query.i8(), base.view<std::int8_t>(),
                           distance_kernels<std::int8_t, std::int8_t>());
        return visitor(query.f32(), base.view<std::int8_t>(), distance_kernels<float, std::int8_t>());
    case ElementType::F32:
        break;
    }
    return visitor(query.f32(), base.view<float>(), distance_kernels<float, float>());
}

} // namespace annscope
