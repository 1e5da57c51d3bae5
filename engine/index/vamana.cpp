// SPDX-License-Identifier: Apache-2.0
#include "graph/beam_search.h"
#include "graph/scratch_pool.h"
#include "graph/vamana_builder.h"
#include "index/kind.h"
#include "index/serialize.h"
#include "index/storage.h"

#include <array>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

constexpr std::size_t kSmallestDegree = 2, kLargestDegree = 1024;
constexpr std::size_t kLargestSize = std::numeric_limits<std::int32_t>::max(); // search lists use 31 bits

constexpr ParamInfo kBuildWidth{
    "Lbuild",
    1,
    10000,
    100,
    true,
    true,
    "Width of the searches that find a node's neighbours; more: a better graph, a slower build."};
constexpr ParamInfo kAlpha{
    "alpha",
    1,
    4,
    1.2,
    false,
    false,
    "How much nearer a detour must be before an edge is dropped, in squared distance; more: longer and more "
    "edges, fewer hops."};
constexpr ParamInfo kNarrow{"narrow",
                            0,
                            1,
                            1,
                            true,
                            false,
                            "1 keeps float32 vectors of whole numbers in a byte's range as bytes: the same "
                            "distances, faster; 0 keeps them as they are."};
constexpr std::array kBuildParams{kBuildWidth, kAlpha, kNarrow};

constexpr ParamInfo kSearchWidth{
    "Lsearch",
    1,
    10000,
    50,
    true,
    true,
    "Width of the search list, k where it is smaller; more: better recall, slower."};
constexpr std::array kSearchParams{kSearchWidth};

std::size_t degree_of(const SpecNode& root) noexcept {
    return root.numbers[0];
}

std::vector<MemoryPart> memory_parts(std::size_t n, std::size_t dim, ElementType storage,
                                     std::size_t degree) {
    const std::size_t stride = Adjacency::stride_of(degree), element = element_size(storage);
    return {{"vectors", n * dim * element, "n * d * " + std::to_string(element)},
            {"graph", Adjacency::bytes_of(n, degree), "n * " + std::to_string(stride) + " * 4"}};
}

class VamanaIndex final : public Index, public GraphView {
public:
    VamanaIndex(std::size_t max_degree, const BuildContext& context)
        : m_max_degree(max_degree), m_context(context) {}

    static Result<std::unique_ptr<Index>> load(ArchiveReader& reader);

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override { return true; }
    std::span<const ParamInfo> search_params() const noexcept override { return kSearchParams; }
    Status add(const VectorSet& vectors, const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override {
        return reconstruct_stored(m_vectors, m_context.dim, info().spec, id, out);
    }
    Status save(ArchiveWriter& writer) const override;
    const GraphView* graph() const noexcept override { return this; }

    std::size_t size() const noexcept override { return m_vectors.size(); }
    std::size_t max_degree() const noexcept override { return m_max_degree; }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
        return m_graph.graph.neighbors(node);
    }
    std::uint32_t entry_point() const noexcept override { return m_graph.entry; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override;

private:
    struct QueryScratch {
        PreparedQuery query;
        SearchScratch search;
    };

    Status check_add(const VectorSet& vectors) const;

    std::size_t m_max_degree;
    BuildContext m_context;
    VectorSet m_vectors; // as stored
    VamanaGraph m_graph;
    mutable ScratchPool<QueryScratch> m_pool;
};

IndexInfo VamanaIndex::info() const {
    IndexInfo about;
    about.spec = "Vamana" + std::to_string(m_max_degree);
    about.metric = m_context.metric;
    about.dim = m_context.dim;
    about.size = m_vectors.size();
    about.storage = m_vectors.type();
    about.memory = memory_parts(about.size, about.dim, about.storage, m_max_degree);
    about.trained = true;
    about.train_seconds = m_train_seconds;
    about.add_seconds = m_add_seconds;
    return about;
}

Status VamanaIndex::check_add(const VectorSet& vectors) const {
    if (!m_vectors.empty())
        return Error{ErrorCode::Unsupported,
                     "A Vamana graph is built once from all vectors; this one holds " +
                         std::to_string(m_vectors.size()) + " already. Build a new index for more."};
    if (vectors.dim() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                       " dimensions, the index has " +
                                                       std::to_string(m_context.dim) + "."};
    if (vectors.size() > kLargestSize)
        return Error{ErrorCode::Unsupported, "A Vamana graph holds at most 2147483647 vectors; these are " +
                                                 std::to_string(vectors.size()) + "."};
    return {};
}

Status VamanaIndex::add(const VectorSet& vectors, const Control& control) {
    if (vectors.empty())
        return {};
    ANNSCOPE_TRY(check_add(vectors));
    const bool narrow = value_or_default(m_context.build, kNarrow) != 0;
    control.begin("Preparing vectors", 0);
    ANNSCOPE_ASSIGN(StoredForm stored, stored_form(vectors, m_context.metric, narrow, control));
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(stored.vectors, m_context.metric, control));
    const VamanaOptions options{
        m_max_degree, static_cast<std::size_t>(value_or_default(m_context.build, kBuildWidth)),
        static_cast<float>(value_or_default(m_context.build, kAlpha)), m_context.seed};
    ANNSCOPE_ASSIGN(m_graph, build_vamana(space, options, control));
    m_vectors = std::move(stored.vectors);
    return {};
}

Result<SearchStats> VamanaIndex::search_one(const float* query, std::size_t k, const SearchParams& params,
                                            SearchOutput out, PathTrace* trace) const {
    std::size_t found = 0;
    SearchCounts counts;
    if (!m_vectors.empty()) {
        const auto scratch = m_pool.take();
        const auto width = static_cast<std::size_t>(value_or_default(params, kSearchWidth));
        const std::size_t list = std::min(std::max(width, k), m_vectors.size());
        scratch->query.prepare(query, m_context.dim, m_context.metric, m_vectors.type());
        const Scorer scorer = with_typed_query(scratch->query, m_vectors,
                                               [&](const auto* q, const auto& view, const auto& kernels) {
                                                   return Scorer(q, view, kernels, m_context.metric);
                                               });
        const auto run = [&](auto& to) {
            return beam_search(m_graph.graph.rows(), size(), scorer, m_graph.entry, list, scratch->search,
                               to);
        };
        NullTrace nothing;
        counts = trace ? run(*trace) : run(nothing);
        found = std::min(k, scratch->search.list.size());
        scratch->search.list.copy_to(out.ids.data(), out.distances.data(), found);
    }
    for (std::size_t i = found; i < k; ++i) {
        out.ids[i] = kNoId;
        out.distances[i] = std::numeric_limits<float>::infinity();
    }
    SearchStats stats;
    stats.distances = counts.distances;
    stats.hops = counts.hops;
    return stats;
}

Status VamanaIndex::save(ArchiveWriter& writer) const {
    if (m_vectors.empty())
        return {};
    ANNSCOPE_TRY(writer.vectors("vectors", m_vectors));
    ANNSCOPE_TRY(writer.array("graph", m_graph.graph.ids()));
    return writer.value("entry", m_graph.entry);
}

/// What is wrong with rows from a file; empty: nothing. Every row must be a valid one of Adjacency.
std::string fault_in_rows(std::span<const std::uint32_t> ids, std::size_t n, std::size_t degree) {
    const std::size_t stride = Adjacency::stride_of(degree);
    for (std::size_t node = 0; node < n; ++node) {
        bool ended = false;
        for (std::size_t i = 0; i < stride; ++i) {
            const std::uint32_t id = ids[node * stride + i];
            if (id != kNoNode && (id >= n || ended || i >= degree))
                return "entry " + std::to_string(i) + " of node " + std::to_string(node) + " is " +
                       std::to_string(id) + " among " + std::to_string(n) + " nodes of at most " +
                       std::to_string(degree) + " neighbours";
            ended = ended || id == kNoNode;
        }
    }
    return {};
}

Result<std::unique_ptr<Index>> VamanaIndex::load(ArchiveReader& reader) {
    const std::size_t n = reader.header().size, degree = degree_of(reader.spec());
    if (degree < kSmallestDegree || degree > kLargestDegree)
        return reader.corrupt("header", "a degree of " + std::to_string(degree));
    auto index = std::make_unique<VamanaIndex>(degree, reader.context());
    if (n == 0)
        return std::unique_ptr<Index>(std::move(index));
    ANNSCOPE_ASSIGN(VectorSet vectors, reader.vectors("vectors"));
    if (n > kLargestSize || vectors.size() != n)
        return reader.corrupt("vectors",
                              std::to_string(vectors.size()) + " rows, expected " + std::to_string(n));
    if (reader.context().metric == Metric::Cosine && vectors.type() != ElementType::F32)
        return reader.corrupt("vectors", "vectors for cosine must be float32");
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint32_t> ids,
                    reader.array<std::uint32_t>("graph", n * Adjacency::stride_of(degree)));
    if (const std::string fault = fault_in_rows({ids.data(), ids.size()}, n, degree); !fault.empty())
        return reader.corrupt("graph", fault);
    ANNSCOPE_ASSIGN(const std::uint32_t entry, reader.value<std::uint32_t>("entry"));
    if (entry >= n)
        return reader.corrupt("entry", "node " + std::to_string(entry) + " of " + std::to_string(n));
    index->m_vectors = std::move(vectors);
    index->m_graph = {Adjacency(n, degree, std::move(ids)), entry};
    return std::unique_ptr<Index>(std::move(index));
}

bool matches(const SpecNode& root) noexcept {
    return root.name == "Vamana" && root.numbers.size() == 1 && root.suffix.empty() && root.children.empty();
}

std::string explain(const SpecNode& root) {
    return "A Vamana graph (DiskANN's): each vector links to at most " + std::to_string(degree_of(root)) +
           " others, and a search walks from the middle of the data towards the query, keeping the Lsearch "
           "nearest found. The vectors are kept in full; answers are exact distances.";
}

std::vector<MemoryPart> size_of(const SpecNode& root, const SizeQuestion& question) {
    return memory_parts(question.n, question.dim, question.storage, degree_of(root));
}

/// Fitted to builds of 60,000 x 784 (bytes and float32) and 200,000 x 128: about 12 Lbuild distances of
/// searches a node, which wait for memory, and twice as many of prunings, which find their rows in the cache.
/// Rows are rarely full, so the degree counts by its root. A distance costs its start and its bytes.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kBuildWidth);
    const double fullness = std::sqrt(static_cast<double>(degree_of(root)) / 64);
    const auto bytes = static_cast<double>(question.dim * element_size(question.storage));
    const double search = 12 * (720 + 1.1 * bytes), prune = 25 * (180 + 0.3 * bytes);
    return static_cast<double>(question.n) * width * fullness * (search + prune);
}

Result<std::unique_ptr<Index>> create(const SpecNode& root, const BuildContext& context) {
    if (degree_of(root) < kSmallestDegree || degree_of(root) > kLargestDegree)
        return Error{ErrorCode::InvalidArgument,
                     "The R of Vamana" + std::to_string(degree_of(root)) +
                         " is the number of links of a vector; it must be from 2 to " +
                         std::to_string(kLargestDegree) + ".",
                     root.column};
    if (context.dim == 0)
        return Error{ErrorCode::InvalidArgument, "A Vamana index needs vectors of at least 1 dimension.",
                     root.column};
    return std::unique_ptr<Index>(std::make_unique<VamanaIndex>(degree_of(root), context));
}

} // namespace

extern const Kind kVamanaKind;
const Kind kVamanaKind{
    .name = "Vamana",
    .example = "Vamana32",
    .extension = true,
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = matches,
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = &VamanaIndex::load,
    .shares_vectors = true,
};

} // namespace annscope
