// SPDX-License-Identifier: Apache-2.0
#include "quant/transform_chain.h"

#include "core/parallel.h"
#include "core/random.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string>

namespace annscope {
namespace {

constexpr std::size_t kBlockRows = 256;

/// Two buffers that take turns.
struct Scratch {
    std::array<std::vector<float>, 2> rows;
    float* next(std::size_t turn, std::size_t floats) {
        std::vector<float>& buffer = rows[turn % 2];
        if (buffer.size() < floats)
            buffer.resize(floats);
        return buffer.data();
    }
};

} // namespace

bool TransformChain::trained() const noexcept {
    return std::ranges::all_of(m_transforms, [](const auto& t) { return t->trained(); });
}

bool TransformChain::isometry() const noexcept {
    return std::ranges::all_of(m_transforms, [](const auto& t) { return t->isometry(); });
}

bool TransformChain::reversible() const noexcept {
    return std::ranges::all_of(m_transforms, [](const auto& t) { return t->reversible(); });
}

bool TransformChain::keeps_origin() const noexcept {
    return std::ranges::all_of(m_transforms, [](const auto& t) { return t->keeps_origin(); });
}

std::size_t TransformChain::widest() const noexcept {
    std::size_t most = d_in();
    for (const auto& transform : m_transforms)
        most = std::max(most, transform->d_out());
    return most;
}

Result<AlignedBuffer<float>> TransformChain::sample_for(std::size_t transform, const VectorSet& rows,
                                                        std::uint64_t seed, const Control& control) const {
    const std::size_t n = std::min(m_transforms[transform]->max_training_rows(), rows.size());
    const std::size_t dim = m_transforms[transform]->d_in();
    ANNSCOPE_TRY(check_memory(n * dim * sizeof(float),
                              "The training sample of " + std::string(m_transforms[transform]->name())));
    std::vector<std::uint32_t> order(n);
    if (n < rows.size())
        order = random_sample(rows.size(), n, seed);
    else
        std::iota(order.begin(), order.end(), 0u);
    AlignedBuffer<float> sample(n * dim);
    ANNSCOPE_TRY(parallel_for(n, kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> block((end - begin) * d_in());
        for (std::size_t i = begin; i < end; ++i)
            rows.copy_row(order[i], block.data() + (i - begin) * d_in());
        apply_block({block.data(), end - begin, d_in()}, transform, sample.data() + begin * dim);
    }));
    return sample;
}

Status TransformChain::train(const VectorSet& rows, std::uint64_t seed, const Control& control) {
    if (rows.dim() != d_in())
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(rows.dim()) +
                                                       " dimensions, the transform takes " +
                                                       std::to_string(d_in()) + "."};
    use_single_threaded_blas();
    for (std::size_t i = 0; i < m_transforms.size(); ++i) {
        if (m_transforms[i]->trained())
            continue;
        ANNSCOPE_ASSIGN(AlignedBuffer<float> sample, sample_for(i, rows, seed, control));
        const std::size_t count = sample.size() / m_transforms[i]->d_in();
        ANNSCOPE_TRY(m_transforms[i]->train(std::move(sample), count, seed, control));
    }
    return {};
}

void TransformChain::apply(const float* in, float* out) const {
    thread_local Scratch scratch;
    for (std::size_t i = 0; i < m_transforms.size(); ++i) {
        float* to = i + 1 == m_transforms.size() ? out : scratch.next(i, widest());
        m_transforms[i]->apply(in, to);
        in = to;
    }
}

void TransformChain::apply_each(VectorView in, float* out) const {
    thread_local Scratch scratch;
    for (std::size_t i = 0; i < m_transforms.size(); ++i) {
        float* to = i + 1 == m_transforms.size() ? out : scratch.next(i, in.rows() * widest());
        m_transforms[i]->apply_each(in, to);
        in = {to, in.rows(), m_transforms[i]->d_out()};
    }
}

void TransformChain::apply_block(VectorView in, std::size_t transforms, float* out) const {
    if (transforms == 0) {
        for (std::size_t i = 0; i < in.rows(); ++i)
            std::copy_n(in.row(i), in.cols(), out + i * in.cols());
        return;
    }
    thread_local Scratch scratch;
    for (std::size_t i = 0; i < transforms; ++i) {
        float* to = i + 1 == transforms ? out : scratch.next(i, in.rows() * widest());
        m_transforms[i]->apply_rows(in, to);
        in = {to, in.rows(), m_transforms[i]->d_out()};
    }
}

Result<VectorSet> TransformChain::apply(const VectorSet& rows, const Control& control) const {
    const std::size_t width = d_out();
    ANNSCOPE_TRY(check_memory(rows.size() * width * sizeof(float), "The transformed vectors"));
    use_single_threaded_blas();
    AlignedBuffer<float> out(rows.size() * width);
    ANNSCOPE_TRY(parallel_for(rows.size(), kBlockRows, control, [&](std::size_t begin, std::size_t end, int) {
        float* to = out.data() + begin * width;
        if (rows.type() == ElementType::F32) {
            apply_block(rows.view<float>().rows(begin, end - begin), m_transforms.size(), to);
        } else {
            std::vector<float> block((end - begin) * d_in());
            for (std::size_t i = begin; i < end; ++i)
                rows.copy_row(i, block.data() + (i - begin) * d_in());
            apply_block({block.data(), end - begin, d_in()}, m_transforms.size(), to);
        }
        control.advance(end - begin);
    }));
    return VectorSet::adopt(std::move(out), rows.size(), width);
}

void TransformChain::reverse(const float* in, float* out) const {
    thread_local Scratch scratch;
    for (std::size_t i = m_transforms.size(); i-- > 0;) {
        float* to = i == 0 ? out : scratch.next(i, widest());
        m_transforms[i]->reverse(in, to);
        in = to;
    }
}

} // namespace annscope
