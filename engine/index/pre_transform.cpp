// SPDX-License-Identifier: Apache-2.0
// Transforms of the vectors before another index, e.g. PCA64,IVF1024,Flat.
#include "index/nested.h"
#include "index/transform_spec.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace annscope {
namespace {

const SpecNode& inner_node(const SpecNode& root) noexcept {
    return root.children.back();
}

/// What is inside gets float32, so nothing there can be kept as bytes.
BuildContext inner_context(const BuildContext& context, std::size_t dim) {
    BuildContext inner = context;
    inner.dim = dim;
    inner.build.set("narrow", 0);
    return inner;
}

SizeQuestion inner_question(const SizeQuestion& question, std::size_t dim) {
    SizeQuestion inner = question;
    inner.dim = dim;
    inner.storage = ElementType::F32;
    inner.build.set("narrow", 0);
    return inner;
}

/// The parts of a chain; known before it is trained.
std::vector<MemoryPart> chain_size(const TransformChain& chain) {
    std::vector<MemoryPart> parts;
    for (std::size_t i = 0; i < chain.size(); ++i)
        for (const TransformArray& array : chain[i].arrays())
            parts.push_back({std::string(chain[i].name()) + " " + std::string(array.name),
                             array.size * sizeof(float), std::string(array.formula)});
    return parts;
}

/// Cells of the index inside, whose centroids are taken back to where the vectors came from.
class CellsBefore final : public CellsView {
public:
    CellsBefore(const TransformChain& chain, const Index& inner) : m_chain(chain), m_inner(inner) {}

    std::size_t nlist() const noexcept override { return m_inner.cells()->nlist(); }
    std::span<const std::uint32_t> ids(std::size_t cell) const noexcept override {
        return m_inner.cells()->ids(cell);
    }
    Status visited(const float* query, const SearchParams& params,
                   std::vector<CellVisit>& out) const override {
        std::vector<float> transformed(m_chain.d_out());
        m_chain.apply(query, transformed.data());
        return m_inner.cells()->visited(transformed.data(), params, out);
    }
    VectorView centroids() const noexcept override {
        const std::lock_guard lock(m_mutex);
        const VectorView after = m_inner.cells()->centroids();
        const std::size_t dim = m_chain.d_in();
        if (m_centroids.size() != after.rows() * dim) {
            m_centroids = AlignedBuffer<float>(after.rows() * dim);
            for (std::size_t i = 0; i < after.rows(); ++i)
                m_chain.reverse(after.row(i), m_centroids.data() + i * dim);
        }
        return {m_centroids.data(), after.rows(), dim};
    }

private:
    const TransformChain& m_chain;
    const Index& m_inner;
    mutable std::mutex m_mutex;
    mutable AlignedBuffer<float> m_centroids; ///< made when a view first asks
};

class PreTransformIndex final : public Index {
public:
    PreTransformIndex(const SpecNode& root, const BuildContext& context, TransformChain chain,
                      std::unique_ptr<Index> inner)
        : m_root(root), m_context(context), m_chain(std::move(chain)), m_inner(std::move(inner)),
          m_cells(m_chain, *m_inner) {}

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override { return m_chain.trained() && m_inner->trained(); }
    std::span<const ParamInfo> search_params() const noexcept override { return m_inner->search_params(); }
    Status train(const VectorSet& vectors, const Control& control) override;
    Status add(const VectorSet& vectors, const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override;
    Status save(ArchiveWriter& writer) const override;

    std::size_t transformed_dim() const noexcept override { return m_chain.d_out(); }
    void transform(const float* row, float* out) const override { m_chain.apply(row, out); }
    const GraphView* graph() const noexcept override { return m_inner->graph(); }
    Status repair_graph(const Control& control) override { return m_inner->repair_graph(control); }
    const CellsView* cells() const noexcept override {
        return m_inner->cells() && m_chain.reversible() ? &m_cells : nullptr;
    }
    std::vector<std::uint32_t> cells_of_vectors() const override { return m_inner->cells_of_vectors(); }
    Status rank_cells(const float* query, std::span<const std::uint32_t> which,
                      std::span<std::size_t> ranks) const override {
        std::vector<float> inside(m_chain.d_out());
        m_chain.apply(query, inside.data());
        return m_inner->rank_cells(inside.data(), which, ranks);
    }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        std::vector<float> transformed(m_chain.d_out());
        m_chain.apply(query, transformed.data());
        return search_inner(*m_inner, transformed.data(), k, params, out, trace);
    }
    Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                     SearchOutput out, const Control& control) const override {
        const std::size_t width = m_chain.d_out();
        std::vector<float> transformed(queries.rows() * width);
        m_chain.apply_each(queries, transformed.data());
        return search_inner_block(*m_inner, {transformed.data(), queries.rows(), width}, k, params, out,
                                  control);
    }
    std::size_t block_queries() const noexcept override { return block_queries_of(*m_inner); }

private:
    Status check_dim(std::size_t dim) const;
    Result<VectorSet> transformed(const VectorSet& vectors, const Control& control);
    /// Cosine forgets lengths inside: what is far from the origin by a bias cannot be taken back.
    bool can_reverse() const noexcept {
        return m_chain.reversible() && (m_context.metric != Metric::Cosine || m_chain.keeps_origin());
    }

    SpecNode m_root;
    BuildContext m_context;
    TransformChain m_chain;
    std::unique_ptr<Index> m_inner;
    CellsBefore m_cells;
    VectorSet m_seen, m_seen_transformed; ///< what train made, for an add of the same rows
};

IndexInfo PreTransformIndex::info() const {
    const IndexInfo inside = m_inner->info();
    IndexInfo info;
    info.spec = print(m_root);
    info.metric = m_context.metric;
    info.dim = m_context.dim;
    info.size = inside.size;
    info.storage = inside.storage;
    info.memory = chain_size(m_chain);
    info.memory.insert(info.memory.end(), inside.memory.begin(), inside.memory.end());
    info.trained = trained();
    info.train_seconds = m_train_seconds;
    info.add_seconds = m_add_seconds;
    return info;
}

Status PreTransformIndex::check_dim(std::size_t dim) const {
    if (dim == m_context.dim)
        return {};
    return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(dim) +
                                                   " dimensions, the index " + print(m_root) + " has " +
                                                   std::to_string(m_context.dim) + "."};
}

Result<VectorSet> PreTransformIndex::transformed(const VectorSet& vectors, const Control& control) {
    const bool seen = !vectors.empty() && !m_seen.empty() && vectors.row(0) == m_seen.row(0) &&
                      vectors.size() == m_seen.size() && vectors.stride() == m_seen.stride() &&
                      vectors.type() == m_seen.type();
    if (seen)
        return m_seen_transformed;
    control.begin("Transforming vectors", vectors.size());
    return m_chain.apply(vectors, control);
}

Status PreTransformIndex::train(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_dim(vectors.dim()));
    ANNSCOPE_TRY(m_chain.train(vectors, m_context.seed, control));
    if (m_inner->trained())
        return {};
    ANNSCOPE_ASSIGN(const VectorSet rows, transformed(vectors, control));
    ANNSCOPE_TRY(m_inner->train(rows, control));
    m_seen = vectors;
    m_seen_transformed = rows;
    return {};
}

Status PreTransformIndex::add(const VectorSet& vectors, const Control& control) {
    if (!trained())
        return Error{ErrorCode::NotTrained, "The index " + print(m_root) + " has not been trained."};
    if (vectors.empty())
        return {};
    ANNSCOPE_TRY(check_dim(vectors.dim()));
    ANNSCOPE_ASSIGN(const VectorSet rows, transformed(vectors, control));
    m_seen = m_seen_transformed = {};
    return m_inner->add(rows, control);
}

Status PreTransformIndex::reconstruct(Id id, std::span<float> out) const {
    if (!can_reverse())
        return Error{ErrorCode::Unsupported,
                     "The index " + print(m_root) +
                         " cannot give its vectors back: its transform has no reverse" +
                         (m_chain.reversible() ? " under cosine." : ".")};
    ANNSCOPE_TRY(check_dim(out.size()));
    std::vector<float> inside(m_chain.d_out());
    ANNSCOPE_TRY(m_inner->reconstruct(id, inside));
    m_chain.reverse(inside.data(), out.data());
    if (m_context.metric == Metric::Cosine)
        normalize(out.data(), out.size());
    return {};
}

std::string tag_of(std::size_t transform, std::string_view array) {
    return "transform " + std::to_string(transform) + "/" + std::string(array);
}

Status PreTransformIndex::save(ArchiveWriter& writer) const {
    for (std::size_t i = 0; i < m_chain.size(); ++i)
        for (const TransformArray& array : m_chain[i].arrays())
            ANNSCOPE_TRY(writer.array(tag_of(i, array.name), array.values));
    return save_inner(writer, "inner", *m_inner);
}

Result<std::unique_ptr<Index>> create_pre_transform(const SpecNode& root, const BuildContext& context) {
    ANNSCOPE_ASSIGN(TransformChain chain, make_chain(root, context.dim, context.metric));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner,
                    create_inner(inner_node(root), inner_context(context, chain.d_out())));
    return std::unique_ptr<Index>(
        std::make_unique<PreTransformIndex>(root, context, std::move(chain), std::move(inner)));
}

Result<std::unique_ptr<Index>> load_pre_transform(ArchiveReader& reader) {
    const SpecNode& root = reader.spec();
    const BuildContext& context = reader.context();
    ANNSCOPE_ASSIGN(TransformChain chain, make_chain(root, context.dim, context.metric));
    for (std::size_t i = 0; i < chain.size(); ++i) {
        std::vector<AlignedBuffer<float>> arrays;
        for (const TransformArray& array : chain[i].arrays()) {
            ANNSCOPE_ASSIGN(AlignedBuffer<float> values,
                            reader.array<float>(tag_of(i, array.name), array.size));
            arrays.push_back(std::move(values));
        }
        ANNSCOPE_TRY(chain[i].load(std::move(arrays)));
    }
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner,
                    load_inner(reader, "inner", inner_node(root), inner_context(context, chain.d_out())));
    return std::unique_ptr<Index>(
        std::make_unique<PreTransformIndex>(root, context, std::move(chain), std::move(inner)));
}

std::vector<MemoryPart> pre_transform_size(const SpecNode& root, const SizeQuestion& question) {
    const auto chain = make_chain(root, question.dim, Metric::L2);
    if (!chain)
        return {};
    std::vector<MemoryPart> parts = chain_size(*chain);
    std::ranges::move(inner_size(inner_node(root), inner_question(question, chain->d_out())),
                      std::back_inserter(parts));
    return parts;
}

double pre_transform_work(const SpecNode& root, const SizeQuestion& question) {
    double work = 0;
    std::size_t dim = question.dim;
    for (std::size_t i = 0; i + 1 < root.children.size(); ++i) {
        const auto transform = make_transform(root.children[i], dim);
        if (!transform)
            return 0;
        work += training_work(root.children[i], **transform, question.n);
        for (const TransformArray& array : (*transform)->arrays())
            work += static_cast<double>(question.n) * static_cast<double>(array.size);
        dim = (*transform)->d_out();
    }
    return work + inner_build_work(inner_node(root), inner_question(question, dim));
}

std::string explain_pre_transform(const SpecNode& root) {
    std::string text;
    for (std::size_t i = 0; i + 1 < root.children.size(); ++i)
        text += (i == 0                          ? "First "
                 : i + 2 == root.children.size() ? ", and then "
                                                 : ", then ") +
                transform_sentence(root.children[i]);
    const Kind* kind = find_kind(inner_node(root));
    return text + "; distances are those between the transformed vectors." +
           (kind ? " Of these: " + kind->explain(inner_node(root)) : "");
}

constexpr std::array<std::string_view, 3> kMoreExamples{"RR,IVF16,Flat", "PCAW9,Pad14,HR,Flat",
                                                        "L2norm,ITQ,Flat"};

} // namespace

extern const Kind kPreTransformKind;
const Kind kPreTransformKind{
    .name = "PreTransform",
    .example = "PCA8,Flat",
    .build_params = {},
    .search_params = {},
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "PreTransform" && root.children.size() >= 2 &&
                   std::all_of(root.children.begin(), root.children.end() - 1, is_transform) &&
                   find_kind(inner_node(root)) != nullptr;
        },
    .explain = explain_pre_transform,
    .size = pre_transform_size,
    .build_work = pre_transform_work,
    .create = create_pre_transform,
    .load = load_pre_transform,
    .distances = Distances::OfTransformed,
    .more_examples = kMoreExamples,
    .inner = [](const SpecNode& root) { return std::vector<const SpecNode*>{&inner_node(root)}; },
    .allows =
        [](const SpecNode& root, Metric metric) noexcept {
            const Kind* kind = find_kind(inner_node(root));
            return !kind || !kind->allows || kind->allows(inner_node(root), metric);
        },
};

} // namespace annscope
