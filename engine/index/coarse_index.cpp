// SPDX-License-Identifier: Apache-2.0
// Any index over the centroids as coarse quantiser, e.g. IVF65536(IVF256,Flat),Flat: which cells a query
// visits and which cell a vector belongs to is asked of that index, so that both cost less than a look at all
// centroids.
#include "index/coarse_forms.h"
#include "index/coarse_params.h"
#include "index/nested.h"
#include "quant/kmeans.h"
#include "simd/kernels.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

constexpr std::string_view kPrefix = "quantizer_";
constexpr std::string_view kTag = "coarse";

const SpecNode& inner_node(const SpecNode& root) noexcept {
    return root.children[1];
}

/// What the index over the centroids is made for: centroids are kept as they are, never as bytes.
BuildContext inner_context(const BuildContext& context) {
    BuildContext inner = context;
    inner.build.set("narrow", 0);
    return inner;
}

class IndexCoarseQuantizer final : public CoarseQuantizer {
public:
    IndexCoarseQuantizer(const SpecNode& root, const BuildContext& context, std::unique_ptr<Index> inner)
        : m_node(inner_node(root)), m_nlist(nlist_of(root)), m_context(context), m_inner(std::move(inner)) {
        for (const ParamInfo& info : m_inner->search_params())
            m_params.push_back(quantizer_param(info));
    }

    std::size_t nlist() const noexcept override { return m_nlist; }
    bool trained() const noexcept override { return m_centroids.size() > 0; }
    Status train(const VectorSet& rows, const Control& control) override;
    Status assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                  const Control& control) const override;
    Result<SearchStats> probe(const float* query, std::span<Neighbor> probes,
                              const SearchParams& params) const override {
        return probe_block({query, 1, m_context.dim}, probes.size(), probes, params);
    }
    Result<SearchStats> probe_block(VectorView queries, std::size_t nprobe, std::span<Neighbor> probes,
                                    const SearchParams& params) const override;
    Status rank(const float* query, std::span<const std::uint32_t> cells,
                std::span<std::size_t> ranks) const override {
        std::vector<Neighbor> all(m_nlist);
        for (std::size_t cell = 0; cell < m_nlist; ++cell)
            all[cell].id = static_cast<Id>(cell);
        measure(query, all);
        ranks_among(std::span<const Neighbor>(all), cells, ranks);
        return {};
    }
    const float* centroid(std::size_t cell, float*) const noexcept override { return centroids().row(cell); }
    VectorView centroids() const noexcept override { return {m_centroids.data(), m_nlist, m_context.dim}; }
    std::span<const ParamInfo> search_params() const noexcept override { return m_params; }
    Status save(ArchiveWriter& writer) const override {
        ANNSCOPE_TRY(writer.array("centroids", std::span(m_centroids.data(), m_centroids.size())));
        return save_inner(writer, kTag, *m_inner);
    }
    void set(AlignedBuffer<float> centroids) { m_centroids = std::move(centroids); }

private:
    SearchParams inner_params(const SearchParams& params) const;
    void measure(const float* query, std::span<Neighbor> probes) const;
    Status assign_block(VectorView rows, std::span<std::uint32_t> cells, const Control& control) const;

    SpecNode m_node;
    std::size_t m_nlist;
    BuildContext m_context;
    std::unique_ptr<Index> m_inner;
    AlignedBuffer<float> m_centroids;
    std::vector<ParamInfo> m_params;
};

Status IndexCoarseQuantizer::train(const VectorSet& rows, const Control& control) {
    ANNSCOPE_ASSIGN(KmeansResult result, kmeans(rows, coarse_kmeans(m_nlist, m_context), control));
    const VectorSet centroids = VectorSet::copy(VectorView(result.centroids.data(), m_nlist, m_context.dim));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> made, create_inner(m_node, inner_context(m_context)));
    const auto fill = [&]() -> Status {
        ANNSCOPE_TRY(made->train(centroids, control));
        return made->add(centroids, control);
    };
    if (const Status filled = fill(); !filled) {
        Error error = filled.error();
        if (error.code != ErrorCode::Cancelled)
            error.message =
                "In the coarse quantiser, over " + std::to_string(m_nlist) + " centroids: " + error.message;
        return error;
    }
    m_inner = std::move(made);
    m_centroids = std::move(result.centroids);
    return {};
}

SearchParams IndexCoarseQuantizer::inner_params(const SearchParams& params) const {
    SearchParams inner;
    for (const auto& [name, value] : params.values())
        if (name.starts_with(kPrefix))
            inner.set(name.substr(kPrefix.size()), value);
    return inner;
}

/// Exact distances, where the index may have told those of codes, and the order that they give.
void IndexCoarseQuantizer::measure(const float* query, std::span<Neighbor> probes) const {
    const auto& kernels = simd::kernels().f32;
    for (Neighbor& probe : probes) {
        if (probe.id == kNoId) {
            probe.distance = std::numeric_limits<float>::infinity();
            continue;
        }
        const float* centre = centroids().row(static_cast<std::size_t>(probe.id));
        probe.distance = m_context.metric == Metric::L2 ? kernels.l2(query, centre, m_context.dim)
                                                        : -kernels.ip(query, centre, m_context.dim);
    }
    std::ranges::sort(probes, [](const Neighbor& a, const Neighbor& b) {
        return (a.id == kNoId) != (b.id == kNoId) ? b.id == kNoId : a < b;
    });
}

Result<SearchStats> IndexCoarseQuantizer::probe_block(VectorView queries, std::size_t nprobe,
                                                      std::span<Neighbor> probes,
                                                      const SearchParams& params) const {
    std::vector<Id> ids(probes.size());
    std::vector<float> distances(probes.size());
    Control alone;
    alone.threads = 1;
    ANNSCOPE_ASSIGN(const SearchStats found,
                    m_inner->search(queries, nprobe, inner_params(params), {ids, distances}, alone));
    SearchStats stats;
    stats.distances = found.distances;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        const std::span<Neighbor> own = probes.subspan(q * nprobe, nprobe);
        for (std::size_t i = 0; i < nprobe; ++i)
            own[i].id = ids[q * nprobe + i];
        measure(queries.row(q), own);
    }
    return stats;
}

Status IndexCoarseQuantizer::assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                                    const Control& control) const {
    constexpr std::size_t kBlock = 4096;
    AlignedBuffer<float> block(std::min(kBlock, rows.size()) * m_context.dim);
    for (std::size_t begin = 0; begin < rows.size(); begin += kBlock) {
        const std::size_t count = std::min(kBlock, rows.size() - begin);
        for (std::size_t i = 0; i < count; ++i)
            rows.copy_row(begin + i, block.data() + i * m_context.dim);
        ANNSCOPE_TRY(
            assign_block({block.data(), count, m_context.dim}, cells.subspan(begin, count), control));
        control.advance(count);
    }
    return {};
}

Status IndexCoarseQuantizer::assign_block(VectorView rows, std::span<std::uint32_t> cells,
                                          const Control& control) const {
    Control silent = control;
    silent.progress = nullptr;
    std::vector<Id> ids(rows.rows());
    std::vector<float> distances(rows.rows());
    const auto found = m_inner->search(rows, 1, {}, {ids, distances}, silent);
    if (!found)
        return found.error();
    const AssignBy by = m_context.metric == Metric::L2 ? AssignBy::L2 : AssignBy::InnerProduct;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (ids[i] != kNoId) {
            cells[i] = static_cast<std::uint32_t>(ids[i]);
            continue;
        }
        // It looked into empty cells of its own only.
        const VectorSet one({}, rows.row(i), ElementType::F32, 1, m_context.dim, m_context.dim);
        const auto sum = assign_nearest(one, centroids(), by, cells.subspan(i, 1), silent);
        if (!sum)
            return sum.error();
    }
    return {};
}

Result<std::unique_ptr<CoarseQuantizer>> make_index_coarse(const SpecNode& root,
                                                           const BuildContext& context) {
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner, create_inner(inner_node(root), inner_context(context)));
    return std::unique_ptr<CoarseQuantizer>(
        std::make_unique<IndexCoarseQuantizer>(root, context, std::move(inner)));
}

Result<std::unique_ptr<CoarseQuantizer>> load_index_coarse(ArchiveReader& reader, const SpecNode& root,
                                                           const BuildContext& context) {
    const std::uint64_t nlist = nlist_of(root);
    ANNSCOPE_ASSIGN(AlignedBuffer<float> centroids, reader.array<float>("centroids", nlist * context.dim));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner,
                    load_inner(reader, kTag, inner_node(root), inner_context(context)));
    if (inner->info().size != nlist)
        return reader.corrupt(kTag, "it does not hold one vector per cell");
    auto coarse = std::make_unique<IndexCoarseQuantizer>(root, context, std::move(inner));
    coarse->set(std::move(centroids));
    return std::unique_ptr<CoarseQuantizer>(std::move(coarse));
}

/// The names of the formula as seen from outside: the vectors inside are the cells.
std::string renamed(const std::string& formula) {
    std::string out;
    for (std::size_t at = 0; at < formula.size();) {
        std::size_t end = at;
        while (end < formula.size() &&
               (std::isalnum(static_cast<unsigned char>(formula[end])) || formula[end] == '_'))
            ++end;
        const std::string word = formula.substr(at, end - at);
        if (end == at)
            out += formula[end++];
        else
            out += word == "n" ? "nlist" : word == "nlist" ? "nlist_of_quantizer" : word;
        at = end;
    }
    return out;
}

std::vector<MemoryPart> index_coarse_size(const SpecNode& root, const SizeQuestion& question) {
    const std::uint64_t nlist = nlist_of(root);
    std::vector<MemoryPart> parts{{"centroids", nlist * question.dim * sizeof(float), "nlist * d * 4"}};
    for (MemoryPart& part :
         inner_size(inner_node(root), {nlist, question.dim, ElementType::F32, question.build}))
        parts.push_back({"coarse " + part.name, part.bytes, renamed(part.formula)});
    return parts;
}

double index_coarse_work(const SpecNode& root, const SizeQuestion& question) {
    const double nlist = static_cast<double>(nlist_of(root)), n = static_cast<double>(question.n);
    const double dim = static_cast<double>(question.dim);
    // A search of one neighbour looks at some multiple of sqrt(nlist) centroids in any index worth using
    // here.
    return coarse_kmeans_work(nlist_of(root), question.build, n, dim) +
           inner_build_work(inner_node(root),
                            {nlist_of(root), question.dim, ElementType::F32, question.build}) +
           n * std::min(nlist, 8 * std::sqrt(nlist)) * dim;
}

} // namespace

const CoarseForm kIndexCoarseForm{
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "IVF" && root.numbers.size() == 1 && root.suffix.empty() &&
                   root.children.size() == 2 && find_kind(inner_node(root)) != nullptr;
        },
    .make = make_index_coarse,
    .load = load_index_coarse,
    .size = index_coarse_size,
    .work = index_coarse_work,
    .allows =
        [](const SpecNode& root, Metric metric) noexcept {
            const Kind* kind = find_kind(inner_node(root));
            return !kind || !kind->allows || kind->allows(inner_node(root), metric);
        },
};

} // namespace annscope
