// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/types.h"

#include <cstddef>
#include <cstdint>
#include <memory>

namespace annscope {

class ListCodec;

/// Distances from one query after the other to codes anywhere in the array of a flat file of codes, as a walk
/// through a graph asks for them. One per thread.
class CodeScorer {
public:
    virtual ~CodeScorer() = default;
    /// query: dim floats that live until the next one, of unit length for cosine.
    virtual void begin(const float* query) = 0;
    /// out[i]: to the code at positions[i], in the metric's convention.
    virtual void distances(const std::uint32_t* positions, std::size_t n, float* out) noexcept = 0;

    /// The distances above are faster than right: what is reported comes from exact, and no code is nearer
    /// than least of what distances told of it.
    virtual bool rounds() const noexcept { return false; }
    virtual void exact(const std::uint32_t* positions, std::size_t n, float* out) noexcept {
        distances(positions, n, out);
    }
    virtual float least(float distance) const noexcept { return distance; }
};

/// For any codec: decodes each code. array: of n codes; both must outlive it.
std::unique_ptr<CodeScorer> decoding_scorer(const ListCodec& codec, const std::uint8_t* array, std::size_t n,
                                            std::size_t dim, Metric metric);

} // namespace annscope
