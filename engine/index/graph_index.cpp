// SPDX-License-Identifier: Apache-2.0
#include "index/graph_index.h"

#include "graph/descend.h"
#include "index/graph_index_class.h"
#include "index/serialize.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace annscope {

std::vector<MemoryPart> graph_parts(const GraphRecipe& recipe, std::size_t degree, std::size_t n,
                                    std::span<const std::size_t> layers) {
    const std::size_t base = recipe.base_degree(degree);
    std::vector<MemoryPart> parts{{"graph", Adjacency::bytes_of(n, base),
                                   "n * " + std::to_string(Adjacency::stride_of(base)) + " * 4"}};
    if (recipe.layer_sizes) {
        std::uint64_t bytes = 0;
        std::string sizes;
        for (const std::size_t size : layers) {
            bytes += UpperLayer::bytes_of(size, degree);
            sizes += (sizes.empty() ? "(" : " + ") + std::to_string(size);
        }
        if (bytes > 0)
            parts.push_back({"upper layers", bytes,
                             sizes + ") * (2 + " + std::to_string(Adjacency::stride_of(degree)) + ") * 4"});
    }
    return parts;
}

IndexInfo GraphIndex::info() const {
    IndexInfo about;
    about.spec = print(m_root);
    about.metric = m_context.metric;
    about.dim = m_context.dim;
    about.size = live();
    about.storage = m_vectors.storage();
    about.trained = trained();
    if (about.trained) {
        std::vector<std::size_t> layers;
        for (const UpperLayer& layer : m_graph.upper)
            layers.push_back(layer.size());
        about.memory = m_vectors.memory(size());
        std::ranges::move(graph_parts(m_recipe, degree(), size(), layers), std::back_inserter(about.memory));
        if (!m_ids.plain())
            about.memory.push_back(ids_memory(size()));
    }
    about.train_seconds = m_train_seconds;
    about.add_seconds = m_add_seconds;
    return about;
}

Status GraphIndex::reconstruct(Id id, std::span<float> out) const {
    const auto node = m_ids.node_of(id);
    if (!node)
        return Error{ErrorCode::InvalidArgument, "The index " + print(m_root) + " has no vector " +
                                                     std::to_string(id) + "; it holds " +
                                                     std::to_string(live()) + "."};
    if (out.size() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "A vector of the index " + print(m_root) + " has " +
                                                       std::to_string(m_context.dim) + " dimensions, not " +
                                                       std::to_string(out.size()) + "."};
    m_vectors.decode(*node, out.data());
    return {};
}

template<SearchTrace Trace>
SearchCounts GraphIndex::walk(const Scorer& scorer, std::size_t width, SearchScratch& scratch,
                              Trace& trace) const {
    SearchCounts counts;
    std::uint32_t start = m_graph.entry;
    if (!m_graph.upper.empty()) {
        const std::uint32_t rank = descend(m_graph.upper, scorer, scratch, counts, trace);
        start = m_graph.upper.front().below[rank];
        trace.enter_level(0);
    }
    const SearchCounts base = beam_search(m_graph.base.rows(), size(), scorer, start, width, scratch, trace);
    return {counts.distances + base.distances, counts.hops + base.hops};
}

/// The k best of what a walk found, by their distances in full. Those beyond the first k are measured only
/// where their distance may be below the k-th. Returns how many were.
std::size_t GraphIndex::rank(QueryScratch& scratch, std::size_t k, PathTrace* trace) const {
    const SearchList& list = scratch.search.list;
    const Scorer exact = scratch.query->exact();
    const std::size_t lines = std::min<std::size_t>((exact.row_bytes() + 63) / 64, kPrefetchLines);
    auto& ids = scratch.search.ids;
    auto& distances = scratch.search.distances;
    ids.resize(std::max(ids.size(), list.size()));
    distances.resize(ids.size());
    scratch.best.clear();
    std::size_t count = 0, measured = 0;
    const auto measure = [&] {
        for (std::size_t i = 0; i < count; ++i)
            exact.prefetch(ids[i], lines);
        exact(ids.data(), count, distances.data());
        for (std::size_t i = 0; i < count; ++i) {
            if (trace)
                trace->rerank(ids[i], list[measured + i].distance, distances[i]);
            scratch.best.push_back({distances[i], ids[i]});
        }
        measured += count;
        count = 0;
    };
    for (std::size_t i = 0; i < std::min(k, list.size()); ++i)
        ids[count++] = list[i].id;
    measure();
    if (measured < list.size()) {
        const float kth = std::max_element(scratch.best.begin(), scratch.best.end())->distance;
        for (std::size_t i = measured; i < list.size() && scratch.query->least(list[i].distance) <= kth; ++i)
            ids[count++] = list[i].id;
        measure();
    }
    std::sort(scratch.best.begin(), scratch.best.end());
    return measured;
}

Result<SearchStats> GraphIndex::search_one(const float* query, std::size_t k, const SearchParams& params,
                                           SearchOutput out, PathTrace* trace) const {
    std::size_t found = 0, ranked = 0;
    SearchCounts counts;
    if (live() > 0) {
        const auto scratch = m_pool->take();
        if (!scratch->query)
            scratch->query.emplace(m_vectors);
        const auto width = static_cast<std::size_t>(value_or_default(params, m_recipe.width));
        const std::size_t list = std::min(std::max(width, k), live());
        const Scorer scorer = scratch->query->prepare(query);
        NullTrace nothing;
        const std::size_t told = trace ? trace->events.size() : 0;
        counts = trace ? walk(scorer, list, scratch->search, *trace)
                       : walk(scorer, list, scratch->search, nothing);
        auto& best = scratch->best;
        if (scratch->query->rounds()) {
            ranked = rank(*scratch, k, trace);
        } else {
            best.clear();
            for (std::size_t i = 0; i < std::min(k, scratch->search.list.size()); ++i)
                best.push_back(scratch->search.list[i]);
        }
        if (trace)
            m_ids.rename(std::span(trace->events).subspan(told));
        found = std::min(k, best.size());
        m_ids.answer(std::span(best).first(found), out);
    }
    for (std::size_t i = found; i < k; ++i) {
        out.ids[i] = kNoId;
        out.distances[i] = std::numeric_limits<float>::infinity();
    }
    SearchStats stats;
    (m_vectors.coded() || ranked > 0 ? stats.codes : stats.distances) = counts.distances;
    (m_vectors.coded() ? stats.codes : stats.distances) += ranked;
    stats.hops = counts.hops;
    return stats;
}

namespace {

/// Errors: InvalidArgument.
Status check_degree(const GraphRecipe& recipe, const SpecNode& root, const BuildContext& context) {
    const std::size_t degree = graph_degree(root);
    if (degree < recipe.smallest_degree || degree > recipe.largest_degree)
        return Error{ErrorCode::InvalidArgument,
                     "The " + std::string(recipe.degree_name) + " of " + std::string(recipe.name) +
                         std::to_string(degree) + " is the number of links of a vector; it must be from " +
                         std::to_string(recipe.smallest_degree) + " to " +
                         std::to_string(recipe.largest_degree) + ".",
                     root.column};
    if (context.dim == 0)
        return Error{ErrorCode::InvalidArgument,
                     "A " + std::string(recipe.name) + " index needs vectors of at least 1 dimension.",
                     root.column};
    return {};
}

Result<std::unique_ptr<ListCodec>> make_graph_codec(const SpecNode& root, const BuildContext& context,
                                                    ElementType storage) {
    const SpecNode* code = graph_code(root);
    if (!code)
        return std::unique_ptr<ListCodec>();
    return find_kind(*code)->make_codec(
        *code, {context.dim, context.metric, false, context.seed, storage, &context.build});
}

Result<std::unique_ptr<GraphIndex>> make_graph(const GraphRecipe& recipe, const SpecNode& root,
                                               const BuildContext& context) {
    ANNSCOPE_TRY(check_degree(recipe, root, context));
    ANNSCOPE_ASSIGN(std::unique_ptr<ListCodec> codec, make_graph_codec(root, context, ElementType::F32));
    return std::make_unique<GraphIndex>(recipe, root, context, std::move(codec));
}

} // namespace

std::size_t graph_degree(const SpecNode& root) noexcept {
    return root.numbers[0];
}

const SpecNode* graph_code(const SpecNode& root) noexcept {
    return root.children.empty() ? nullptr : &root.children.front();
}

bool is_plain_graph(const SpecNode& root, std::string_view name) noexcept {
    return root.name == name && root.numbers.size() == 1 && root.suffix.empty() && root.children.empty();
}

bool is_coded_graph(const SpecNode& root, std::string_view name) noexcept {
    if (root.name != name || root.numbers.size() != 1 || !root.suffix.empty() || root.children.size() != 1)
        return false;
    const Kind* code = find_kind(root.children.front());
    return code && code->make_codec && (code->name == "SQ" || code->name == "PQ");
}

std::string explain_graph_code(const SpecNode& root) {
    if (const SpecNode* code = graph_code(root))
        return " Codes stand for the vectors: " + find_kind(*code)->explain(*code) +
               " The graph is made from the vectors in full; ,RFlat behind it ranks what was found by them.";
    return " The vectors are kept in full; answers are exact distances.";
}

GraphBytes graph_bytes(const SizeQuestion& question) noexcept {
    const auto bytes = static_cast<double>(question.dim * element_size(question.storage));
    const bool sketched = value_or_default(question.build, kSketchParam) != 0 &&
                          RowSketch::useful(question.storage, question.dim);
    return {sketched ? static_cast<double>(question.dim) : bytes, bytes};
}

double graph_growth(std::size_t n) noexcept {
    return std::max(std::pow(static_cast<double>(n) / 1e5, 0.25), 0.5);
}

double graph_work(const SpecNode& root, const SizeQuestion& question, GraphWork work,
                  double counted_degree) noexcept {
    const double fullness = std::sqrt(static_cast<double>(graph_degree(root)) / counted_degree);
    const GraphBytes bytes = graph_bytes(question);
    return static_cast<double>(question.n) * graph_growth(question.n) * fullness *
           (work.walked * (720 + 1.1 * bytes.walked) + work.compared * (180 + 0.3 * bytes.compared));
}

Result<std::unique_ptr<Index>> create_graph(const GraphRecipe& recipe, const SpecNode& root,
                                            const BuildContext& context) {
    ANNSCOPE_ASSIGN(std::unique_ptr<GraphIndex> index, make_graph(recipe, root, context));
    return std::unique_ptr<Index>(std::move(index));
}

Result<std::unique_ptr<Index>> load_graph(const GraphRecipe& recipe, ArchiveReader& reader) {
    auto index = make_graph(recipe, reader.spec(), reader.context());
    if (!index)
        return reader.corrupt("header", index.error().message);
    ANNSCOPE_TRY((*index)->load(reader));
    return std::unique_ptr<Index>(std::move(*index));
}

std::vector<MemoryPart> graph_size(const GraphRecipe& recipe, const SpecNode& root,
                                   const SizeQuestion& question) {
    const std::size_t n = question.n, degree = graph_degree(root);
    BuildContext context;
    context.dim = question.dim;
    context.metric = question.metric;
    context.build = question.build;
    const auto codec = make_graph_codec(root, context, question.storage);
    if (!codec)
        return {};
    std::vector<MemoryPart> parts =
        *codec ? (*codec)->memory(n) : full_vectors_memory(n, question.dim, question.storage, question.build);
    std::vector<std::size_t> layers;
    if (recipe.layer_sizes)
        layers = recipe.layer_sizes(n, degree);
    std::ranges::move(graph_parts(recipe, degree, n, layers), std::back_inserter(parts));
    if (value_or_default(question.build, kReorderParam) != 0)
        parts.push_back(ids_memory(n));
    return parts;
}

} // namespace annscope
