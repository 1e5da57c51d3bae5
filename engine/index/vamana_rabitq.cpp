// SPDX-License-Identifier: Apache-2.0
#include "graph/graph_removal.h"
#include "graph/quantized_graph.h"
#include "graph/scratch_pool.h"
#include "index/coarse_params.h"
#include "index/graph_index.h"
#include "index/graph_vectors.h"
#include "index/node_ids.h"
#include "index/serialize.h"
#include "index/spec_defaults.h"
#include "index/storage.h"
#include "index/vamana_params.h"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace annscope {
namespace {

constexpr std::size_t kLanes = QuantizedLayout::kLanes, kLargestDegree = 1024;

constexpr std::array kBuildParams{kLbuildParam, kAlphaParam, kNarrowParam};
constexpr std::array kSearchParams{kLsearchParam};

std::vector<MemoryPart> memory_parts(std::size_t n, std::size_t dim, ElementType storage,
                                     std::size_t degree) {
    const QuantizedLayout layout(dim, storage, degree);
    const std::size_t starts = (QuantizedGraph::starts_of(n) + kLanes - 1) / kLanes;
    const std::size_t start_bytes = layout.code_bytes + kLanes * 3 * sizeof(float);
    const std::size_t code_dim = QuantizedLayout::code_dim(dim), wide = RandomRotation::padded_dim(code_dim);
    const std::string groups = "n * " + std::to_string(degree / kLanes);
    return {{"vectors", n * layout.codes,
             "n * ceil(d * " + std::to_string(element_size(storage)) + " / 64) * 64"},
            {"neighbours' codes", n * (layout.factors - layout.codes),
             groups + " * " + std::to_string(layout.code_bytes)},
            {"factors", n * (layout.ids - layout.factors), groups + " * 32 * 8"},
            {"graph", n * (layout.bytes - layout.ids), groups + " * 32 * 4"},
            {"starts", starts * start_bytes, std::to_string(starts) + " * " + std::to_string(start_bytes)},
            {"rotation", 4 * wide * sizeof(float), "4 * " + std::to_string(wide) + " * 4"},
            {"centre", code_dim * sizeof(float), std::to_string(code_dim) + " * 4"}};
}

class VamanaRabitqIndex final : public Index, public GraphView {
public:
    VamanaRabitqIndex(std::size_t degree, const BuildContext& context)
        : m_max_degree(degree), m_context(context) {}

    static Result<std::unique_ptr<Index>> load(ArchiveReader& reader);

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override { return true; }
    std::span<const ParamInfo> search_params() const noexcept override { return kSearchParams; }
    Status add(const VectorSet& vectors, const Control& control) override;
    Status remove(std::span<const Id> ids, const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override;
    Status save(ArchiveWriter& writer) const override;
    const GraphView* graph() const noexcept override { return this; }

    std::size_t size() const noexcept override { return m_graph.size(); }
    std::size_t max_degree() const noexcept override { return m_max_degree; }
    std::span<const std::uint32_t> neighbors(std::size_t node) const noexcept override {
        return m_graph.neighbors(node);
    }
    std::uint32_t entry_point() const noexcept override { return size() > 0 ? m_graph.entry() : 0; }
    Id id(std::size_t node) const noexcept override { return m_ids[node]; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override;

private:
    struct QueryScratch {
        PreparedQuery query;
        QuantizedGraph::Scratch search;
        std::vector<Candidate> best;
    };

    static void tell_exact(PathTrace& trace, std::size_t told);
    std::string spec() const { return "Vamana" + std::to_string(m_max_degree) + ",RaBitQfs"; }
    Status check_add(const VectorSet& vectors) const;
    LayeredGraph links() const;
    Status replace(const VectorSet& vectors, const LayeredGraph& graph, NodeIds ids, const Control& control);

    std::size_t m_max_degree;
    BuildContext m_context;
    QuantizedGraph m_graph;
    NodeIds m_ids;
    mutable ScratchPool<QueryScratch> m_pool;
};

IndexInfo VamanaRabitqIndex::info() const {
    IndexInfo about;
    about.spec = spec();
    about.metric = m_context.metric;
    about.dim = m_context.dim;
    about.size = m_ids.live();
    about.storage = m_graph.vectors().type();
    if (size() > 0)
        about.memory = memory_parts(size(), about.dim, about.storage, m_max_degree);
    if (!m_ids.plain())
        about.memory.push_back(ids_memory(size()));
    about.trained = true;
    about.train_seconds = m_train_seconds;
    about.add_seconds = m_add_seconds;
    return about;
}

Status VamanaRabitqIndex::check_add(const VectorSet& vectors) const {
    if (vectors.dim() == m_context.dim)
        return {};
    return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                   " dimensions, the index has " +
                                                   std::to_string(m_context.dim) + "."};
}

/// The graph without its codes, to change it.
LayeredGraph VamanaRabitqIndex::links() const {
    LayeredGraph graph{Adjacency(size(), m_max_degree), m_graph.entry(), {}};
    for (std::size_t node = 0; node < size(); ++node)
        graph.base.assign(node, m_graph.neighbors(node));
    return graph;
}

Status VamanaRabitqIndex::replace(const VectorSet& vectors, const LayeredGraph& graph, NodeIds ids,
                                  const Control& control) {
    ANNSCOPE_ASSIGN(m_graph, QuantizedGraph::create(vectors, graph.base, graph.entry, ids.live_nodes(),
                                                    m_max_degree, m_context.metric, m_context.seed, control));
    m_ids = std::move(ids);
    return {};
}

Status VamanaRabitqIndex::add(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_add(vectors));
    if (vectors.empty())
        return {};
    const bool narrow = value_or_default(m_context.build, kNarrowParam) != 0;
    control.begin("Preparing vectors", 0);
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(vectors, m_context.metric, narrow, control));
    ANNSCOPE_ASSIGN(const NodeIds::Room room, m_ids.room_for(vectors.size()));
    VectorSet all = stored.vectors;
    if (size() > 0) {
        ANNSCOPE_ASSIGN(all, placed(m_graph.vectors(), stored.vectors, room.added, room.nodes, control));
    }
    ANNSCOPE_ASSIGN(std::shared_ptr<const RowSketch> sketch, RowSketch::for_walks(all, control));
    ANNSCOPE_ASSIGN(const NodeSpace space,
                    NodeSpace::create(all, m_context.metric, control, std::move(sketch)));
    const VamanaOptions options = vamana_options(m_max_degree, m_context);
    if (size() == 0) {
        ANNSCOPE_ASSIGN(const LayeredGraph graph, build_vamana(space, options, control));
        return replace(all, graph, m_ids.with_first(vectors.size(), {}), control);
    }
    ANNSCOPE_ASSIGN(const LayeredGraph graph,
                    grow_vamana(space, links(), room.held, room.added, options, control));
    return replace(all, graph, m_ids.with(room), control);
}

Status VamanaRabitqIndex::remove(std::span<const Id> ids, const Control& control) {
    ANNSCOPE_ASSIGN(const std::vector<bool> gone, m_ids.gone_with(ids, spec()));
    NodeIds left = m_ids.without(gone);
    if (left.live() == m_ids.live())
        return {};
    if (left.live() == 0) {
        m_graph = {};
        m_ids = std::move(left);
        return {};
    }
    ANNSCOPE_ASSIGN(const NodeSpace space, NodeSpace::create(m_graph.vectors(), m_context.metric, control));
    RemovalOptions options;
    options.alpha = vamana_options(m_max_degree, m_context).alpha;
    ANNSCOPE_ASSIGN(const LayeredGraph graph, remove_nodes(space, links(), gone, options, control));
    return replace(m_graph.vectors(), graph, std::move(left), control);
}

Status VamanaRabitqIndex::reconstruct(Id id, std::span<float> out) const {
    const auto node = m_ids.node_of(id);
    return reconstruct_stored(m_graph.vectors(), m_context.dim, spec(), node ? Id{*node} : kNoId, out);
}

/// Nodes are walked to by estimates; the exact distances of the expanded ones decide about the answer, which
/// is a re-ranking in all but time. told: events before this search.
void VamanaRabitqIndex::tell_exact(PathTrace& trace, std::size_t told) {
    std::unordered_map<Id, float> estimates;
    const std::size_t end = trace.events.size();
    for (std::size_t i = told; i < end; ++i) {
        const TraceEvent event = trace.events[i];
        if (event.kind == TraceEvent::Kind::Consider)
            estimates[event.id] = event.distance;
        else if (event.kind == TraceEvent::Kind::Expand)
            trace.rerank(event.id, estimates[event.id], event.distance);
    }
}

Result<SearchStats> VamanaRabitqIndex::search_one(const float* query, std::size_t k,
                                                  const SearchParams& params, SearchOutput out,
                                                  PathTrace* trace) const {
    std::size_t found = 0;
    QuantizedCounts counts;
    if (size() > 0) {
        const auto scratch = m_pool.take();
        const auto width = static_cast<std::size_t>(value_or_default(params, kLsearchParam));
        const std::size_t live = m_ids.live();
        const std::size_t wanted = std::min(k, live), list = std::min(std::max(width, k), live);
        const std::size_t told = trace ? trace->events.size() : 0;
        scratch->query.prepare(query, m_context.dim, m_context.metric, m_graph.vectors().type());
        const Scorer scorer = with_typed_query(scratch->query, m_graph.vectors(),
                                               [&](const auto* q, const auto& view, const auto& kernels) {
                                                   return Scorer(q, view, kernels, m_context.metric);
                                               });
        NullTrace nothing;
        const auto run = [&](auto& to) {
            return m_graph.search(scorer, scratch->query.f32(), wanted, list, scratch->search, to);
        };
        counts = trace ? run(*trace) : run(nothing);
        if (trace) {
            tell_exact(*trace, told);
            m_ids.rename(std::span(trace->events).subspan(told));
        }
        found = scratch->search.found.size();
        for (std::size_t i = 0; i < found; ++i)
            scratch->best.push_back(scratch->search.found[i]);
        m_ids.answer(scratch->best, out);
        scratch->best.clear();
    }
    for (std::size_t i = found; i < k; ++i) {
        out.ids[i] = kNoId;
        out.distances[i] = std::numeric_limits<float>::infinity();
    }
    SearchStats stats;
    stats.distances = counts.distances;
    stats.hops = counts.hops;
    stats.codes = counts.codes;
    return stats;
}

Status VamanaRabitqIndex::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(m_ids.save(writer));
    if (size() == 0)
        return {};
    const QuantizedGraph::Parts& parts = m_graph.parts();
    const auto write = [&writer]<class T>(std::string_view tag, const AlignedBuffer<T>& values) {
        return writer.array(tag, std::span<const T>(values.data(), values.size()));
    };
    ANNSCOPE_TRY(writer.value("element", static_cast<std::uint32_t>(m_graph.vectors().type())));
    ANNSCOPE_TRY(write("blocks", parts.blocks));
    ANNSCOPE_TRY(write("centre", parts.centre));
    ANNSCOPE_TRY(write("starts", parts.starts));
    ANNSCOPE_TRY(write("start_codes", parts.start_codes));
    return write("start_factors", parts.start_factors);
}

/// What is wrong with numbers from a file, each of a node with a vector or, behind the last of a row, of
/// none.
std::string fault_in(std::span<const std::uint32_t> row, const std::vector<bool>& gone) {
    bool ended = false;
    for (const std::uint32_t id : row) {
        if (id != kNoNode && (id >= gone.size() || ended))
            return "the number " + std::to_string(id) + " among " + std::to_string(gone.size()) + " nodes";
        if (id != kNoNode && gone[id])
            return "the number " + std::to_string(id) + " of a vector that was removed";
        ended = ended || id == kNoNode;
    }
    return {};
}

Result<QuantizedGraph::Parts> read_parts(ArchiveReader& reader, const QuantizedLayout& layout,
                                         std::size_t n) {
    const std::size_t lanes = (QuantizedGraph::starts_of(n) + kLanes - 1) / kLanes * kLanes;
    QuantizedGraph::Parts parts;
    if (n > std::numeric_limits<std::size_t>::max() / layout.bytes)
        return reader.corrupt("header", std::to_string(n) + " vectors");
    ANNSCOPE_ASSIGN(parts.blocks, reader.array<std::byte>("blocks", n * layout.bytes));
    ANNSCOPE_ASSIGN(parts.centre,
                    reader.array<float>("centre", QuantizedLayout::code_dim(reader.context().dim)));
    ANNSCOPE_ASSIGN(parts.starts, reader.array<std::uint32_t>("starts", lanes));
    ANNSCOPE_ASSIGN(parts.start_codes,
                    reader.array<std::uint8_t>("start_codes", lanes / kLanes * layout.code_bytes));
    ANNSCOPE_ASSIGN(parts.start_factors, reader.array<float>("start_factors", lanes * 2));
    return parts;
}

Status check_degree(std::size_t degree, int column) {
    if (degree >= kLanes && degree <= kLargestDegree && degree % kLanes == 0)
        return {};
    return Error{ErrorCode::InvalidArgument,
                 "The R of Vamana" + std::to_string(degree) +
                     ",RaBitQfs is the number of links of a vector, whose codes are compared 32 at a time; "
                     "it must be a multiple of 32 up to " +
                     std::to_string(kLargestDegree) + ".",
                 column};
}

Result<std::unique_ptr<Index>> VamanaRabitqIndex::load(ArchiveReader& reader) {
    const std::size_t degree = graph_degree(reader.spec());
    const BuildContext& context = reader.context();
    if (const Status status = check_degree(degree, -1); !status)
        return reader.corrupt("header", status.error().message);
    auto index = std::make_unique<VamanaRabitqIndex>(degree, context);
    ANNSCOPE_ASSIGN(index->m_ids, NodeIds::load(reader));
    const std::size_t n = index->m_ids.nodes();
    if (n == 0)
        return std::unique_ptr<Index>(std::move(index));
    ANNSCOPE_ASSIGN(const std::uint32_t element, reader.value<std::uint32_t>("element"));
    const auto type = static_cast<ElementType>(element);
    if (element > static_cast<std::uint32_t>(ElementType::I8) ||
        (context.metric == Metric::Cosine && type != ElementType::F32))
        return reader.corrupt("element", "vectors of a type that cannot be");
    ANNSCOPE_ASSIGN(QuantizedGraph::Parts parts,
                    read_parts(reader, QuantizedLayout(context.dim, type, degree), n));
    const std::vector<bool> gone = index->m_ids.gone();
    if (const std::string fault = fault_in({parts.starts.data(), parts.starts.size()}, gone);
        !fault.empty() || parts.starts[0] == kNoNode)
        return reader.corrupt("starts", fault.empty() ? "no node" : fault);
    index->m_graph =
        QuantizedGraph::restore(std::move(parts), n, context.dim, type, degree, context.metric, context.seed);
    for (std::size_t node = 0; node < n; ++node)
        if (const std::string fault = fault_in(index->m_graph.lanes(node), gone); !fault.empty())
            return reader.corrupt("blocks", fault + " beside node " + std::to_string(node));
    return std::unique_ptr<Index>(std::move(index));
}

bool matches(const SpecNode& root) noexcept {
    if (root.name != "Vamana" || root.numbers.size() != 1 || !root.suffix.empty() ||
        root.children.size() != 1)
        return false;
    const SpecNode& code = root.children.front();
    return code.name == "RaBitQfs" && code.suffix.empty() && code.children.empty() &&
           code.numbers == std::vector<std::uint64_t>{1, spec::kDefaultBlock};
}

std::string explain(const SpecNode& root) {
    return "A quantised Vamana graph (as NGT-QG and SymphonyQG): each vector lies in one block with the "
           "1-bit codes of up to " +
           std::to_string(graph_degree(root)) +
           " neighbours, whose distances a search estimates all at once; only the vectors that it goes "
           "through are compared exactly, and they are the answers. The fastest kind, at 2 to 3 times the "
           "bytes of the vectors.";
}

std::vector<MemoryPart> size_of(const SpecNode& root, const SizeQuestion& question) {
    return memory_parts(question.n, question.dim, question.storage, graph_degree(root));
}

/// As of Vamana, and a pass over the edges that codes them.
double build_work(const SpecNode& root, const SizeQuestion& question) {
    const double width = value_or_default(question.build, kLbuildParam);
    const double codes =
        static_cast<double>(question.n * graph_degree(root)) * 4 * static_cast<double>(question.dim);
    return graph_work(root, question, {12 * width, 25 * width}, 64) + codes;
}

Result<std::unique_ptr<Index>> create(const SpecNode& root, const BuildContext& context) {
    ANNSCOPE_TRY(check_degree(graph_degree(root), root.column));
    if (context.dim == 0)
        return Error{ErrorCode::InvalidArgument, "A Vamana index needs vectors of at least 1 dimension.",
                     root.column};
    return std::unique_ptr<Index>(std::make_unique<VamanaRabitqIndex>(graph_degree(root), context));
}

constexpr std::array<std::string_view, 1> kMoreDegrees{"Vamana64,RaBitQfs"};

} // namespace

extern const Kind kVamanaRabitqKind;
const Kind kVamanaRabitqKind{
    .name = "Vamana,RaBitQfs",
    .example = "Vamana32,RaBitQfs",
    .extension = true,
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches = matches,
    .explain = explain,
    .size = size_of,
    .build_work = build_work,
    .create = create,
    .load = &VamanaRabitqIndex::load,
    .more_examples = kMoreDegrees,
};

} // namespace annscope
