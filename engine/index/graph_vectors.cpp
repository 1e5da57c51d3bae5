// SPDX-License-Identifier: Apache-2.0
#include "index/graph_vectors.h"

#include "core/parallel.h"
#include "index/serialize.h"

#include <cstring>
#include <numeric>

namespace annscope {
namespace {

void score_codes(const Scorer& scorer, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
    static_cast<CodeScorer*>(scorer.context())->distances(ids, n, out);
}

void score_exactly(const Scorer& scorer, const std::uint32_t* ids, std::size_t n, float* out) noexcept {
    static_cast<CodeScorer*>(scorer.context())->exact(ids, n, out);
}

} // namespace

std::vector<MemoryPart> full_vectors_memory(std::size_t n, std::size_t dim, ElementType storage,
                                            const ParamSet& build) {
    const std::size_t element = element_size(storage);
    std::vector<MemoryPart> parts{{"vectors", n * dim * element, "n * d * " + std::to_string(element)}};
    if (value_or_default(build, kSketchParam) != 0 && RowSketch::useful(storage, dim))
        parts.push_back({"sketch", RowSketch::bytes_of(n, dim), "n * ceil(d / 64) * 64"});
    return parts;
}

Result<VectorSet> placed(const VectorSet& held, const VectorSet& rows, std::span<const std::uint32_t> places,
                         std::size_t size, const Control& control) {
    const VectorSet parts[] = {held, rows};
    ANNSCOPE_ASSIGN(VectorSet all, concatenated(parts, control));
    std::vector<std::uint32_t> order(size);
    std::iota(order.begin(), order.end(), 0u);
    bool moved = false;
    for (std::size_t i = 0; i < places.size(); ++i) {
        const auto from = static_cast<std::uint32_t>(held.size() + i);
        moved = moved || places[i] != from;
        order[places[i]] = from;
    }
    return moved ? all.select(order) : all;
}

GraphVectors::GraphVectors(const BuildContext& context, std::unique_ptr<ListCodec> codec)
    : m_context(context), m_codec(std::move(codec)),
      m_sketches(!m_codec && value_or_default(context.build, kSketchParam) != 0) {}

Status GraphVectors::add_sketch(Content& content, const Control& control) const {
    if (m_sketches) {
        ANNSCOPE_ASSIGN(content.sketch, RowSketch::for_walks(content.vectors, control));
    }
    return {};
}

Result<NodeSpace> GraphVectors::space_over(const VectorSet& vectors, const Content& content,
                                           const Control& control) const {
    std::shared_ptr<const RowSketch> sketch = content.sketch;
    if (m_codec && value_or_default(m_context.build, kSketchParam) != 0) {
        ANNSCOPE_ASSIGN(sketch, RowSketch::for_walks(vectors, control));
    }
    return NodeSpace::create(vectors, m_context.metric, control, std::move(sketch));
}

Status GraphVectors::train(const VectorSet& rows, const Control& control) {
    if (!m_codec)
        return {};
    if (m_context.metric != Metric::Cosine)
        return m_codec->train(rows, nullptr, control);
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(rows, m_context.metric, false, control));
    return m_codec->train(stored.vectors, nullptr, control);
}

Result<GraphVectors::Content> GraphVectors::with(const VectorSet& rows, std::span<const std::uint32_t> places,
                                                 std::size_t size, const Control& control) const {
    if (m_codec)
        return with_codes(rows, places, size, control);
    Content out;
    out.size = size;
    if (m_content.size == 0) {
        out.vectors = rows;
        ANNSCOPE_TRY(add_sketch(out, control));
        return out;
    }
    ANNSCOPE_ASSIGN(out.vectors, placed(m_content.vectors, rows, places, size, control));
    ANNSCOPE_TRY(add_sketch(out, control));
    return out;
}

Result<GraphVectors::Content> GraphVectors::with_codes(const VectorSet& rows,
                                                       std::span<const std::uint32_t> places,
                                                       std::size_t size, const Control& control) const {
    const std::size_t bytes = m_codec->array_bytes(size), code_size = m_codec->code_size();
    ANNSCOPE_TRY(check_memory(bytes + rows.size() * code_size, "the codes"));
    std::vector<std::uint32_t> which(rows.size());
    std::iota(which.begin(), which.end(), 0u);
    std::vector<std::uint8_t> fresh(rows.size() * code_size), code(code_size);
    control.begin("Encoding", rows.size());
    ANNSCOPE_TRY(m_codec->encode(rows, which, {}, nullptr, fresh, control));
    Content out;
    out.size = size;
    out.codes = AlignedBuffer<std::uint8_t>(bytes);
    std::memset(out.codes.data(), 0, bytes);
    for (std::size_t i = 0; i < m_content.size; ++i) {
        m_codec->fetch(m_content.codes.data(), m_content.size, i, code.data());
        m_codec->store(out.codes.data(), size, i, code.data());
    }
    for (std::size_t i = 0; i < places.size(); ++i)
        m_codec->store(out.codes.data(), size, places[i], fresh.data() + i * code_size);
    return out;
}

Result<GraphVectors::Content> GraphVectors::reordered(Content content, std::span<const std::uint32_t> order,
                                                      const Control& control) const {
    Content out;
    out.size = content.size;
    if (!m_codec) {
        ANNSCOPE_TRY(check_memory(content.vectors.bytes(), "moving the vectors of the graph"));
        content.sketch.reset();
        out.vectors = content.vectors.select(order);
        ANNSCOPE_TRY(add_sketch(out, control));
        return out;
    }
    const std::size_t bytes = m_codec->array_bytes(out.size);
    ANNSCOPE_TRY(check_memory(bytes, "moving the codes of the graph"));
    out.codes = AlignedBuffer<std::uint8_t>(bytes);
    std::vector<std::uint8_t> code(m_codec->code_size());
    for (std::size_t i = 0; i < out.size; ++i) {
        if (i % 1024 == 0 && control.cancel_requested())
            return cancelled();
        m_codec->fetch(content.codes.data(), out.size, order[i], code.data());
        m_codec->store(out.codes.data(), out.size, i, code.data());
    }
    return out;
}

void GraphVectors::decode(std::size_t place, float* out) const {
    if (!m_codec) {
        m_content.vectors.copy_row(place, out);
        return;
    }
    std::vector<std::uint8_t> code(m_codec->code_size());
    m_codec->fetch(m_content.codes.data(), m_content.size, place, code.data());
    m_codec->decode(code.data(), 0, nullptr, out);
}

Result<VectorSet> GraphVectors::as_vectors(const Control& control) const {
    if (!m_codec)
        return m_content.vectors;
    const std::size_t n = m_content.size, dim = m_context.dim;
    ANNSCOPE_TRY(check_memory(n * dim * sizeof(float), "decoding the graph's vectors"));
    AlignedBuffer<float> out(n * dim);
    ANNSCOPE_TRY(parallel_for(n, 64, control, [&](std::size_t begin, std::size_t end, int) {
        for (std::size_t i = begin; i < end; ++i)
            decode(i, out.data() + i * dim);
    }));
    return VectorSet::adopt(std::move(out), n, dim);
}

std::vector<MemoryPart> GraphVectors::memory(std::size_t n) const {
    if (m_codec)
        return m_codec->memory(n);
    ParamSet build = m_context.build;
    if (n > 0 && !m_content.sketch)
        build.set("sketch", 0);
    return full_vectors_memory(n, m_context.dim, storage(), build);
}

Status GraphVectors::save(ArchiveWriter& writer) const {
    if (!m_codec)
        return m_content.size > 0 ? writer.vectors("vectors", m_content.vectors) : Status();
    ANNSCOPE_TRY(m_codec->save(writer));
    return writer.array("codes",
                        std::span<const std::uint8_t>(m_content.codes.data(), m_content.codes.size()));
}

Status GraphVectors::load(ArchiveReader& reader, std::size_t n) {
    Content content;
    content.size = n;
    if (m_codec) {
        ANNSCOPE_TRY(m_codec->load(reader));
        ANNSCOPE_ASSIGN(content.codes, reader.array<std::uint8_t>("codes", m_codec->array_bytes(n)));
    } else if (n > 0) {
        ANNSCOPE_ASSIGN(content.vectors, reader.vectors("vectors"));
        if (content.vectors.size() != n)
            return reader.corrupt("vectors", std::to_string(content.vectors.size()) + " rows, expected " +
                                                 std::to_string(n));
        if (m_context.metric == Metric::Cosine && content.vectors.type() != ElementType::F32)
            return reader.corrupt("vectors", "vectors for cosine must be float32");
        ANNSCOPE_TRY(add_sketch(content, {}));
    }
    m_content = std::move(content);
    return {};
}

GraphVectors::Query::Query(const GraphVectors& vectors) : m_vectors(vectors) {
    if (vectors.m_codec)
        m_codes = vectors.m_codec->code_scorer(vectors.m_content.codes.data(), vectors.size(),
                                               vectors.m_context.dim, vectors.m_context.metric);
}

Scorer GraphVectors::Query::prepare(const float* query) {
    const BuildContext& context = m_vectors.m_context;
    const VectorSet& vectors = m_vectors.m_content.vectors;
    if (m_codes) {
        m_prepared.prepare(query, context.dim, context.metric, ElementType::F32);
        m_codes->begin(m_prepared.f32());
        return Scorer(m_codes.get(), &score_codes, m_vectors.m_content.codes.data(),
                      m_vectors.m_codec->code_stride());
    }
    m_prepared.prepare(query, context.dim, context.metric, vectors.type());
    if (const RowSketch* sketch = m_vectors.m_content.sketch.get())
        return m_sketch.prepare(*sketch, m_prepared.f32(), context.metric);
    return exact();
}

bool GraphVectors::Query::rounds() const noexcept {
    return m_codes ? m_codes->rounds() : m_vectors.m_content.sketch != nullptr;
}

float GraphVectors::Query::least(float distance) const noexcept {
    return m_codes ? m_codes->least(distance) : m_sketch.least(distance);
}

Scorer GraphVectors::Query::exact() const {
    if (m_codes)
        return {m_codes.get(), &score_exactly, m_vectors.m_content.codes.data(),
                m_vectors.m_codec->code_stride()};
    const VectorSet& vectors = m_vectors.m_content.vectors;
    return with_typed_query(m_prepared, vectors, [&](const auto* q, const auto& view, const auto& kernels) {
        return Scorer(q, view, kernels, m_vectors.m_context.metric);
    });
}

} // namespace annscope
