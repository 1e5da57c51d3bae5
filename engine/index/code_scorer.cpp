// SPDX-License-Identifier: Apache-2.0
#include "index/code_scorer.h"

#include "index/list_codec.h"
#include "simd/kernels.h"

#include <vector>

namespace annscope {
namespace {

class DecodingScorer final : public CodeScorer {
public:
    DecodingScorer(const ListCodec& codec, const std::uint8_t* array, std::size_t n, std::size_t dim,
                   Metric metric)
        : m_codec(codec), m_array(array), m_n(n), m_l2(metric == Metric::L2), m_code(codec.code_size()),
          m_values(dim) {}

    void begin(const float* query) override { m_query = query; }
    void distances(const std::uint32_t* positions, std::size_t n, float* out) noexcept override {
        const auto& kernels = simd::kernels().f32;
        for (std::size_t i = 0; i < n; ++i) {
            m_codec.fetch(m_array, m_n, positions[i], m_code.data());
            m_codec.decode(m_code.data(), 0, nullptr, m_values.data());
            out[i] = m_l2 ? kernels.l2(m_query, m_values.data(), m_values.size())
                          : -kernels.ip(m_query, m_values.data(), m_values.size());
        }
    }

private:
    const ListCodec& m_codec;
    const std::uint8_t* m_array;
    std::size_t m_n;
    bool m_l2;
    std::vector<std::uint8_t> m_code;
    std::vector<float> m_values;
    const float* m_query = nullptr;
};

} // namespace

std::unique_ptr<CodeScorer> decoding_scorer(const ListCodec& codec, const std::uint8_t* array, std::size_t n,
                                            std::size_t dim, Metric metric) {
    return std::make_unique<DecodingScorer>(codec, array, n, dim, metric);
}

} // namespace annscope
