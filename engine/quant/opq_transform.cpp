// SPDX-License-Identifier: Apache-2.0
#include "quant/opq_transform.h"

#include "quant/opq.h"

#include <algorithm>

namespace annscope {

Status OpqTransform::train(AlignedBuffer<float> sample, std::size_t rows, std::uint64_t seed,
                           const Control& control) {
    if (d_out() <= d_in()) {
        ANNSCOPE_ASSIGN(AlignedBuffer<float> matrix,
                        train_opq({sample.data(), rows, d_in()}, m_M, d_out(), seed, control));
        set(std::move(matrix), {});
        return {};
    }
    AlignedBuffer<float> padded(rows * d_out());
    for (std::size_t i = 0; i < rows; ++i)
        std::copy_n(sample.data() + i * d_in(), d_in(), padded.data() + i * d_out());
    sample = {};
    ANNSCOPE_ASSIGN(const AlignedBuffer<float> square,
                    train_opq({padded.data(), rows, d_out()}, m_M, d_out(), seed, control));
    AlignedBuffer<float> matrix(d_out() * d_in());
    for (std::size_t i = 0; i < d_out(); ++i)
        std::copy_n(square.data() + i * d_out(), d_in(), matrix.data() + i * d_in());
    set(std::move(matrix), {});
    return {};
}

} // namespace annscope
