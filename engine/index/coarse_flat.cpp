// SPDX-License-Identifier: Apache-2.0
// The coarse quantiser that compares with all centroids.
#include "index/coarse_forms.h"
#include "index/coarse_params.h"
#include "index/codes_index.h"
#include "index/serialize.h"
#include "ivf/flat_coarse.h"
#include "quant/kmeans.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

class FlatCoarseQuantizer final : public CoarseQuantizer {
public:
    FlatCoarseQuantizer(const SpecNode& root, const BuildContext& context)
        : m_nlist(nlist_of(root)), m_context(context) {}

    std::size_t nlist() const noexcept override { return m_nlist; }
    bool trained() const noexcept override { return m_coarse.nlist() > 0; }
    Status train(const VectorSet& rows, const Control& control) override;
    Status assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                  const Control& control) const override {
        return m_coarse.assign(rows, cells, control);
    }
    Result<SearchStats> probe(const float* query, std::span<Neighbor> probes,
                              const SearchParams&) const override {
        m_coarse.probe(query, probes);
        SearchStats stats;
        stats.distances = m_nlist;
        return stats;
    }
    Result<SearchStats> probe_block(VectorView queries, std::size_t nprobe, std::span<Neighbor> probes,
                                    const SearchParams&) const override {
        m_coarse.probe_block(queries, nprobe, probes);
        SearchStats stats;
        stats.distances = queries.rows() * m_nlist;
        return stats;
    }
    const float* centroid(std::size_t cell, float*) const noexcept override {
        return m_coarse.centroids().row(cell);
    }
    VectorView centroids() const noexcept override { return m_coarse.centroids(); }
    Status save(ArchiveWriter& writer) const override {
        return writer.array("centroids", std::span(centroids().data(), m_nlist * m_context.dim));
    }
    void set(AlignedBuffer<float> centroids) {
        m_coarse = FlatCoarse(std::move(centroids), m_nlist, m_context.dim, m_context.metric);
    }

private:
    std::size_t m_nlist;
    BuildContext m_context;
    FlatCoarse m_coarse;
};

Status FlatCoarseQuantizer::train(const VectorSet& rows, const Control& control) {
    ANNSCOPE_ASSIGN(KmeansResult result, kmeans(rows, coarse_kmeans(m_nlist, m_context), control));
    set(std::move(result.centroids));
    return {};
}

Result<std::unique_ptr<CoarseQuantizer>> make_flat(const SpecNode& root, const BuildContext& context) {
    return std::unique_ptr<CoarseQuantizer>(std::make_unique<FlatCoarseQuantizer>(root, context));
}

Result<std::unique_ptr<CoarseQuantizer>> load_flat(ArchiveReader& reader, const SpecNode& root,
                                                   const BuildContext& context) {
    ANNSCOPE_ASSIGN(AlignedBuffer<float> centroids,
                    reader.array<float>("centroids", nlist_of(root) * reader.header().dim));
    return flat_coarse(root, context, std::move(centroids));
}

std::vector<MemoryPart> flat_coarse_size(const SpecNode& root, const SizeQuestion& question) {
    const std::uint64_t nlist = nlist_of(root);
    std::vector<MemoryPart> parts{{"centroids", nlist * question.dim * sizeof(float), "nlist * d * 4"}};
    if (const std::uint64_t sketch = CentroidSketch::bytes(nlist, question.dim))
        parts.push_back({"centroids as bytes", sketch, "nlist * (64 * ceil(d / 64) + 8)"});
    return parts;
}

double flat_coarse_work(const SpecNode& root, const SizeQuestion& question) {
    const double nlist = static_cast<double>(nlist_of(root)), n = static_cast<double>(question.n);
    const double dim = static_cast<double>(question.dim);
    return coarse_kmeans_work(nlist_of(root), question.build, n, dim) + n * nlist * dim;
}

} // namespace

std::unique_ptr<CoarseQuantizer> flat_coarse(const SpecNode& root, const BuildContext& context,
                                             AlignedBuffer<float> centroids) {
    auto coarse = std::make_unique<FlatCoarseQuantizer>(root, context);
    coarse->set(std::move(centroids));
    return coarse;
}

const CoarseForm kFlatCoarseForm{
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "IVF" && root.numbers.size() == 1 && root.suffix.empty() &&
                   root.children.size() == 1;
        },
    .make = make_flat,
    .load = load_flat,
    .size = flat_coarse_size,
    .work = flat_coarse_work,
};

} // namespace annscope
