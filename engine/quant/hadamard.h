// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "quant/transform.h"

namespace annscope {

/// HR{seed}: a pseudo-random rotation of d log d operations and 3 d numbers: zeros up to the next power of
/// two, then three times random signs and a Walsh-Hadamard transform (Yu et al., NeurIPS 2016; Kac's walk).
/// The signs are those that Faiss draws from the seed.
class HadamardRotation final : public VectorTransform {
public:
    static constexpr std::uint32_t kDefaultSeed = 12345;
    explicit HadamardRotation(std::size_t d_in, std::uint32_t seed = kDefaultSeed);

    std::string_view name() const noexcept override { return "HR"; }
    void apply(const float* in, float* out) const noexcept override;
    bool isometry() const noexcept override { return true; }
    bool reversible() const noexcept override { return true; }
    void reverse(const float* in, float* out) const noexcept override;
    std::vector<TransformArray> arrays() const override;
    Status load(std::vector<AlignedBuffer<float>> arrays) override;

private:
    AlignedBuffer<float> m_signs; ///< 3 x d_out, each 1 or -1
};

} // namespace annscope
