// SPDX-License-Identifier: Apache-2.0
// A second look at what another index found: X,RFlat by the vectors in full, X,Refine(Y) by a finer code.
#include "core/topk.h"
#include "index/borrowed_index.h"
#include "index/coarse_params.h"
#include "index/nested.h"
#include "index/refined_view.h"
#include "index/storage.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr ParamInfo kFactor{
    "k_factor",
    1,
    1000,
    1,
    false,
    true,
    "Candidates ranked again, as a multiple of k. More: better recall, slower; 1 only corrects distances."};
constexpr std::array kSearchParams{kFactor};
constexpr std::array kFlatBuildParams{kNarrowParam};

bool is_flat(const SpecNode& node) noexcept {
    return node.name == "Flat" && node.numbers.empty() && node.suffix.empty() && node.children.empty();
}

/// RFlat, or Refine(Flat), which is the same.
bool keeps_vectors(const SpecNode& root) noexcept {
    return root.name == "RFlat" || is_flat(root.children[1]);
}

std::vector<MemoryPart> second_size(const SpecNode& root, const SizeQuestion& question) {
    if (keeps_vectors(root)) {
        const std::uint64_t width = element_size(question.storage);
        return {{"vectors for ranking again", question.n * question.dim * width,
                 "n * d * " + std::to_string(width)}};
    }
    std::vector<MemoryPart> parts = inner_size(root.children[1], question);
    for (MemoryPart& part : parts)
        part.name += " for ranking again";
    return parts;
}

std::vector<MemoryPart> refine_size(const SpecNode& root, const SizeQuestion& question) {
    std::vector<MemoryPart> parts = inner_size(root.children.front(), question);
    std::ranges::move(second_size(root, question), std::back_inserter(parts));
    return parts;
}

/// What the base found for one query.
struct Candidates {
    std::span<const Id> ids;
    std::span<const float> distances;
};

class RefineIndex final : public Index {
public:
    RefineIndex(const SpecNode& root, const BuildContext& context, std::unique_ptr<Index> base,
                std::unique_ptr<Index> second, VectorSet vectors = {})
        : m_root(root), m_context(context), m_base(std::move(base)), m_second(std::move(second)),
          m_vectors(std::move(vectors)), m_size(m_base->info().size) {
        for (const ParamInfo& info : m_base->search_params())
            if (info.name != kFactor.name)
                m_search_params.push_back(info);
        m_search_params.push_back(kFactor);
    }

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override { return m_base->trained() && (!m_second || m_second->trained()); }
    std::span<const ParamInfo> search_params() const noexcept override { return m_search_params; }
    Status train(const VectorSet& vectors, const Control& control) override;
    Status add(const VectorSet& vectors, const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override;
    Status save(ArchiveWriter& writer) const override;
    std::size_t transformed_dim() const noexcept override { return m_base->transformed_dim(); }
    void transform(const float* row, float* out) const override { m_base->transform(row, out); }
    const GraphView* graph() const noexcept override { return m_base->graph(); }
    Status repair_graph(const Control& control) override { return m_base->repair_graph(control); }
    const CellsView* cells() const noexcept override { return m_base->cells(); }
    std::vector<std::uint32_t> cells_of_vectors() const override { return m_base->cells_of_vectors(); }
    Status rank_cells(const float* query, std::span<const std::uint32_t> which,
                      std::span<std::size_t> ranks) const override {
        return m_base->rank_cells(query, which, ranks);
    }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override;
    Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                     SearchOutput out, const Control& control) const override;
    std::size_t block_queries() const noexcept override { return block_queries_of(*m_base); }

private:
    std::size_t candidates_of(std::size_t k, const SearchParams& params) const noexcept {
        const double wanted = std::ceil(static_cast<double>(k) * value_or_default(params, kFactor));
        const auto all = static_cast<double>(m_size);
        return wanted < all ? static_cast<std::size_t>(wanted) : m_size;
    }
    Result<std::size_t> rank(const float* query, Candidates found, SearchOutput out, PathTrace* trace) const;
    Status exact_distances(const float* query, std::span<const Id> ids, std::span<float> out) const;
    void prefetch(Id id) const noexcept;
    SearchStats counted(SearchStats base, std::size_t ranked) const noexcept {
        (m_second ? base.codes : base.distances) += ranked;
        return base;
    }

    SpecNode m_root;
    BuildContext m_context;
    std::unique_ptr<Index> m_base;
    std::unique_ptr<Index> m_second; ///< null: m_vectors
    VectorSet m_vectors;
    std::size_t m_size;
    std::vector<ParamInfo> m_search_params;
};

IndexInfo RefineIndex::info() const {
    IndexInfo info = m_base->info();
    info.spec = print(m_root);
    info.size = m_size;
    info.trained = trained();
    if (!m_second)
        info.storage = m_vectors.type();
    if (info.trained) {
        const SizeQuestion question{m_size, m_context.dim, info.storage, m_context.build};
        std::ranges::move(second_size(m_root, question), std::back_inserter(info.memory));
    } else {
        info.memory.clear();
    }
    info.train_seconds = m_train_seconds;
    info.add_seconds = m_add_seconds;
    return info;
}

Status RefineIndex::train(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(m_base->train(vectors, control));
    return m_second ? m_second->train(vectors, control) : Status();
}

/// The base's add comes last: what can fail has been done, and nothing is kept where it fails.
Status RefineIndex::add(const VectorSet& vectors, const Control& control) {
    if (!trained())
        return Error{ErrorCode::NotTrained, "The index " + print(m_root) + " has not been trained."};
    if (vectors.empty())
        return {};
    if (vectors.dim() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                       " dimensions, the index " + print(m_root) + " has " +
                                                       std::to_string(m_context.dim) + "."};
    if (m_second) {
        ANNSCOPE_ASSIGN(const std::unique_ptr<PendingAdd> pending, m_second->prepare_add(vectors, control));
        ANNSCOPE_TRY(m_base->add(vectors, control));
        pending->commit();
        m_size += vectors.size();
        return {};
    }
    control.begin("Keeping vectors", vectors.size());
    const bool narrow = value_or_default(m_context.build, kNarrowParam) != 0;
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(vectors, m_context.metric, narrow, control));
    VectorSet kept = stored.vectors;
    // Rows of a mapped file would be read from the disk one by one.
    if (!m_vectors.empty() || kept.mapped()) {
        const VectorSet parts[] = {m_vectors, kept};
        ANNSCOPE_ASSIGN(kept, concatenated(std::span(parts).subspan(m_vectors.empty() ? 1 : 0), control));
    }
    ANNSCOPE_TRY(m_base->add(vectors, control));
    m_vectors = std::move(kept);
    m_size += vectors.size();
    return {};
}

Status RefineIndex::reconstruct(Id id, std::span<float> out) const {
    if (m_second)
        return m_second->reconstruct(id, out);
    if (id < 0 || id >= static_cast<Id>(m_size))
        return Error{ErrorCode::InvalidArgument, "The index " + print(m_root) + " has no vector " +
                                                     std::to_string(id) + "; it holds " +
                                                     std::to_string(m_size) + "."};
    if (out.size() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "A vector of the index " + print(m_root) + " has " +
                                                       std::to_string(m_context.dim) + " dimensions, not " +
                                                       std::to_string(out.size()) + "."};
    m_vectors.copy_row(static_cast<std::size_t>(id), out.data());
    return {};
}

Status RefineIndex::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(save_inner(writer, "base", *m_base));
    if (m_second)
        return save_inner(writer, "refine", *m_second);
    return m_vectors.empty() ? Status() : writer.vectors("vectors", m_vectors);
}

/// The start of a vector, from where the hardware's own prefetch goes on.
void RefineIndex::prefetch(Id id) const noexcept {
    constexpr std::size_t kLine = 64, kLines = 16;
    const auto* row = static_cast<const char*>(m_vectors.row(static_cast<std::size_t>(id)));
    const std::size_t bytes = std::min(m_context.dim * element_size(m_vectors.type()), kLines * kLine);
    for (std::size_t byte = 0; byte < bytes; byte += kLine)
        __builtin_prefetch(row + byte);
}

Status RefineIndex::exact_distances(const float* query, std::span<const Id> ids, std::span<float> out) const {
    if (m_second)
        return m_second->compare(query, ids, out);
    constexpr std::size_t kAhead = 4; // vectors; the kernel fetches what follows
    for (const Id id : ids.first(std::min(kAhead, ids.size())))
        prefetch(id);
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, m_vectors.type());
    const std::vector<std::uint32_t> rows(ids.begin(), ids.end());
    with_typed_query(prepared, m_vectors, [&](const auto* q, const auto& view, const auto& kernels) {
        const auto gather = m_context.metric == Metric::L2 ? kernels.l2_gather : kernels.ip_gather;
        gather(q, view.data(), view.stride(), rows.data(), rows.size(), view.cols(), out.data());
    });
    if (m_context.metric != Metric::L2)
        for (float& distance : out)
            distance = -distance;
    return {};
}

/// Returns how many were ranked again.
Result<std::size_t> RefineIndex::rank(const float* query, Candidates found, SearchOutput out,
                                      PathTrace* trace) const {
    const auto end = std::ranges::find(found.ids, kNoId);
    const std::span<const Id> ids(found.ids.begin(), end);
    std::vector<float> distances(ids.size());
    ANNSCOPE_TRY(exact_distances(query, ids, distances));
    TopK best(std::min(out.ids.size(), ids.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (trace)
            trace->rerank(ids[i], found.distances[i], distances[i]);
        if (distances[i] <= best.bound())
            best.push(distances[i], ids[i]);
    }
    best.drain(out.ids, out.distances);
    return ids.size();
}

Result<SearchStats> RefineIndex::search_one(const float* query, std::size_t k, const SearchParams& params,
                                            SearchOutput out, PathTrace* trace) const {
    const std::size_t wanted = candidates_of(k, params);
    std::vector<Id> ids(wanted, kNoId);
    std::vector<float> distances(wanted);
    SearchStats stats;
    if (wanted > 0) {
        ANNSCOPE_ASSIGN(stats, search_inner(*m_base, query, wanted, params, {ids, distances}, trace));
    }
    ANNSCOPE_ASSIGN(const std::size_t ranked, rank(query, {ids, distances}, out, trace));
    return counted(stats, ranked);
}

Result<SearchStats> RefineIndex::search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                              SearchOutput out, const Control& control) const {
    const std::size_t wanted = candidates_of(k, params), rows = queries.rows();
    std::vector<Id> ids(rows * wanted, kNoId);
    std::vector<float> distances(ids.size());
    SearchStats stats;
    if (wanted > 0) {
        ANNSCOPE_ASSIGN(stats,
                        search_inner_block(*m_base, queries, wanted, params, {ids, distances}, control));
    }
    for (std::size_t q = 0; q < rows; ++q) {
        const Candidates found{std::span(ids).subspan(q * wanted, wanted),
                               std::span(distances).subspan(q * wanted, wanted)};
        const SearchOutput own{out.ids.subspan(q * k, k), out.distances.subspan(q * k, k)};
        ANNSCOPE_ASSIGN(const std::size_t ranked, rank(queries.row(q), found, own, nullptr));
        stats = counted(stats, ranked);
    }
    return stats;
}

Result<std::unique_ptr<Index>> create_refine(const SpecNode& root, const BuildContext& context) {
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> base, create_inner(root.children.front(), context));
    std::unique_ptr<Index> second;
    if (!keeps_vectors(root)) {
        ANNSCOPE_ASSIGN(second, create_inner(root.children[1], context));
        if (!second->can_refine())
            return Error{ErrorCode::Unsupported,
                         "Refine(" + print(root.children[1]) +
                             ") is not possible: what ranks again is a code such as SQ8, SQfp16 or PQ32, or "
                             "Flat.",
                         root.children[1].column};
    }
    return std::unique_ptr<Index>(
        std::make_unique<RefineIndex>(root, context, std::move(base), std::move(second)));
}

Result<std::unique_ptr<Index>> load_refine(ArchiveReader& reader) {
    const SpecNode& root = reader.spec();
    const std::size_t size = reader.header().size;
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> base,
                    load_inner(reader, "base", root.children.front(), reader.context()));
    if (base->info().size != size)
        return reader.corrupt("base", "it holds another number of vectors than the header tells");
    std::unique_ptr<Index> second;
    VectorSet vectors;
    if (!keeps_vectors(root)) {
        ANNSCOPE_ASSIGN(second, load_inner(reader, "refine", root.children[1], reader.context()));
        if (second->info().size != size || !second->can_refine())
            return reader.corrupt("refine", "it does not fit the index whose answers it ranks");
    } else if (size > 0) {
        ANNSCOPE_ASSIGN(vectors, reader.vectors("vectors"));
        if (vectors.size() != size)
            return reader.corrupt("vectors", "there are more or fewer than the header tells");
    }
    return std::unique_ptr<Index>(std::make_unique<RefineIndex>(root, reader.context(), std::move(base),
                                                                std::move(second), std::move(vectors)));
}

double refine_work(const SpecNode& root, const SizeQuestion& question) {
    const double base = inner_build_work(root.children.front(), question);
    return keeps_vectors(root) ? base : base + inner_build_work(root.children[1], question);
}

/// What is inside limits the metrics.
bool inner_allows(const SpecNode& root, Metric metric) noexcept {
    return std::ranges::all_of(root.children, [metric](const SpecNode& node) {
        const Kind* kind = find_kind(node);
        return !kind || !kind->allows || kind->allows(node, metric);
    });
}

constexpr std::array<std::string_view, 5> kMoreFlat{"IMI2x2,RaBitQfs,RFlat", "IVF16,SQ8,RFlat",
                                                    "IVF16,Flat,RFlat", "HNSW16,SQ4,RFlat",
                                                    "Vamana32,PQ4x4,RFlat"};
constexpr std::array<std::string_view, 4> kMoreCodes{"SQ4,Refine(SQfp16)", "SQ4,Refine(Flat)",
                                                     "IVF16,SQ4,Refine(SQ6)", "IVF16,SQ8,Refine(IVF4,SQ8)"};

} // namespace

Result<std::unique_ptr<Index>> refined_view(const Index& base, const VectorSet& vectors,
                                            const Control& control) {
    const IndexInfo info = base.info();
    if (vectors.dim() != info.dim || vectors.size() != info.size)
        return Error{ErrorCode::DimensionMismatch, info.spec + " does not hold these vectors."};
    ANNSCOPE_ASSIGN(StoredForm stored, stored_form(vectors, info.metric, true, control));
    const BuildContext context{info.dim, info.metric, base.origin().context.build};
    return std::unique_ptr<Index>(std::make_unique<RefineIndex>(
        SpecNode{"RFlat", {}, "", {base.origin().spec}}, context, std::make_unique<BorrowedIndex>(base),
        nullptr, std::move(stored.vectors)));
}

extern const Kind kRefineFlatKind;
const Kind kRefineFlatKind{
    .name = "RFlat",
    .example = "SQ4,RFlat",
    .build_params = kFlatBuildParams,
    .search_params = kSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "RFlat" && root.children.size() == 1 && find_kind(root.children.front());
        },
    .explain = [](const SpecNode& root) -> std::string {
        return print(root.children.front()) +
               " finds k * k_factor candidates, which are ranked again by their exact distances: the vectors "
               "are kept in full beside it.";
    },
    .size = refine_size,
    .build_work = refine_work,
    .create = create_refine,
    .load = load_refine,
    .more_examples = kMoreFlat,
    .inner = [](const SpecNode& root) -> std::vector<const SpecNode*> { return {&root.children.front()}; },
    .allows = inner_allows,
};

extern const Kind kRefineKind;
const Kind kRefineKind{
    .name = "Refine",
    .example = "SQ4,Refine(SQ8)",
    .build_params = kFlatBuildParams,
    .search_params = kSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "Refine" && root.children.size() == 2 && find_kind(root.children[0]) &&
                   find_kind(root.children[1]);
        },
    .explain = [](const SpecNode& root) -> std::string {
        return print(root.children.front()) + " finds k * k_factor candidates, which are ranked again by " +
               print(root.children[1]) + ", which is kept beside it.";
    },
    .size = refine_size,
    .build_work = refine_work,
    .create = create_refine,
    .load = load_refine,
    .distances = Distances::OfCodes,
    .more_examples = kMoreCodes,
    .inner = [](const SpecNode& root) -> std::vector<const SpecNode*> {
        return {&root.children[0], &root.children[1]};
    },
    .allows = inner_allows,
};

} // namespace annscope
