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
};

/// For any codec: decodes each code. array: of n codes; both must outlive it.
std::unique_ptr<CodeScorer> decoding_scorer(const ListCodec& codec, const std::uint8_t* array, std::size_t n,
                                            std::size_t dim, Metric metric);

} // namespace annscope
