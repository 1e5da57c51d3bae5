// SPDX-License-Identifier: Apache-2.0
// An inverted file over whole vectors: IVF{nlist},Flat.
#include "index/serialize.h"
#include "index/storage.h"
#include "ivf/coarse_quantizer.h"
#include "ivf/inverted_lists.h"
#include "ivf/list_scanner.h"
#include "quant/kmeans.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

constexpr std::uint64_t kMaxLists = 1u << 24;

constexpr std::array kBuildParams{
    ParamInfo{"niter", 1, 1000, 10, true, true,
              "Iterations of k-means over the training sample. More: cells that fit a little better, longer "
              "training."},
    ParamInfo{"kmeanspp", 0, 1, 0, true, false,
              "1: start from points chosen far apart (k-means++) instead of random ones. Longer start, "
              "sometimes better cells."},
    ParamInfo{"narrow", 0, 1, 1, true, false,
              "1: vectors of whole numbers in a byte's range are kept as bytes. The same answers from a "
              "quarter of the memory."},
};

constexpr ParamInfo kNprobe{
    "nprobe",
    1,
    kMaxLists,
    8,
    true,
    true,
    "Cells visited per query, nearest first. More: better recall, slower; all cells: exact."};
constexpr std::array kSearchParams{kNprobe};

std::uint64_t nlist_of(const SpecNode& root) noexcept {
    return root.numbers.front();
}

bool is_plain_flat(const SpecNode& node) noexcept {
    return node.name == "Flat" && node.numbers.empty() && node.suffix.empty() && node.children.empty();
}

std::vector<MemoryPart> ivf_size(const SpecNode& root, const SizeQuestion& question) {
    const std::uint64_t nlist = nlist_of(root), width = element_size(question.storage);
    std::vector<MemoryPart> parts{
        {"vectors", question.n * question.dim * width, "n * d * " + std::to_string(width)},
        {"ids", question.n * sizeof(std::uint32_t), "n * 4"},
        {"centroids", nlist * question.dim * sizeof(float), "nlist * d * 4"},
        {"list offsets", (nlist + 1) * sizeof(std::uint64_t), "(nlist + 1) * 8"},
    };
    if (const std::uint64_t sketch = CentroidSketch::bytes(nlist, question.dim))
        parts.push_back({"centroids as bytes", sketch, "nlist * d"});
    return parts;
}

double ivf_work(const SpecNode& root, const SizeQuestion& question) {
    const double nlist = static_cast<double>(nlist_of(root)), n = static_cast<double>(question.n);
    const double sample = std::min(n, nlist * 256);
    const double niter = value_or_default(question.build, kBuildParams[0]);
    return (sample * niter + n) * nlist * static_cast<double>(question.dim);
}

class IvfFlatIndex final : public Index, private CellsView {
public:
    IvfFlatIndex(const SpecNode& root, const BuildContext& context)
        : m_root(root), m_context(context), m_nlist(nlist_of(root)), m_lists(m_nlist) {
        ParamInfo nprobe = kNprobe;
        nprobe.max = static_cast<double>(m_nlist);
        nprobe.def = std::min(nprobe.def, nprobe.max);
        m_search_params = {nprobe};
    }
    IvfFlatIndex(const ArchiveReader& reader, CoarseQuantizer coarse, InvertedLists lists)
        : IvfFlatIndex(reader.spec(), reader.context()) {
        m_coarse = std::move(coarse);
        m_lists = std::move(lists);
    }

    IndexInfo info() const override;
    std::span<const ParamInfo> search_params() const noexcept override { return m_search_params; }
    Status train(const VectorSet& vectors, const Control& control) override;
    Status add(const VectorSet& vectors, const Control& control) override;
    Status save(ArchiveWriter& writer) const override;
    const CellsView* cells() const noexcept override { return trained() ? this : nullptr; }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        const auto nprobe = static_cast<std::size_t>(value_or_default(params, m_search_params.front()));
        NullTrace none;
        return trace ? scan(query, k, nprobe, out, *trace) : scan(query, k, nprobe, out, none);
    }

private:
    std::size_t nlist() const noexcept override { return m_nlist; }
    VectorView centroids() const noexcept override { return m_coarse.centroids(); }
    std::span<const std::uint32_t> ids(std::size_t cell) const noexcept override { return m_lists.ids(cell); }

    bool trained() const noexcept { return m_coarse.nlist() > 0; }
    std::string text() const { return "IVF" + std::to_string(m_nlist) + ",Flat"; }
    bool option(std::size_t i) const { return value_or_default(m_context.build, kBuildParams[i]) != 0; }
    Status check_dim(const VectorSet& vectors) const {
        if (vectors.dim() == m_context.dim)
            return {};
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                       " dimensions, the index " + text() + " has " +
                                                       std::to_string(m_context.dim) + "."};
    }

    template<class Trace>
    SearchStats scan(const float* query, std::size_t k, std::size_t nprobe, SearchOutput out,
                     Trace& trace) const;

    SpecNode m_root;
    BuildContext m_context;
    std::size_t m_nlist;
    std::array<ParamInfo, 1> m_search_params{kNprobe};
    CoarseQuantizer m_coarse;
    InvertedLists m_lists;
};

IndexInfo IvfFlatIndex::info() const {
    IndexInfo info;
    info.spec = text();
    info.metric = m_context.metric;
    info.dim = m_context.dim;
    info.size = m_lists.size();
    info.storage = m_lists.vectors().type();
    if (trained())
        info.memory = ivf_size(m_root, {info.size, info.dim, info.storage, m_context.build});
    info.trained = trained();
    info.train_seconds = m_train_seconds;
    info.add_seconds = m_add_seconds;
    return info;
}

Status IvfFlatIndex::train(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_dim(vectors));
    if (m_lists.size() > 0)
        return Error{ErrorCode::InvalidArgument,
                     "The index " + text() + " holds vectors and cannot be trained again."};
    KmeansOptions options;
    options.k = m_nlist;
    options.niter = static_cast<int>(value_or_default(m_context.build, kBuildParams[0]));
    options.seed = m_context.seed;
    options.plus_plus = option(1);
    options.spherical = m_context.metric != Metric::L2;
    options.unit_points = m_context.metric == Metric::Cosine;
    ANNSCOPE_ASSIGN(KmeansResult result, kmeans(vectors, options, control));
    m_coarse = CoarseQuantizer(std::move(result.centroids), m_nlist, m_context.dim, m_context.metric);
    return {};
}

Status IvfFlatIndex::add(const VectorSet& vectors, const Control& control) {
    if (!trained())
        return Error{ErrorCode::NotTrained, "The index " + text() + " has not been trained."};
    if (vectors.empty())
        return {};
    ANNSCOPE_TRY(check_dim(vectors));
    control.begin("Adding vectors", vectors.size());
    ANNSCOPE_ASSIGN(const StoredForm stored, stored_form(vectors, m_context.metric, option(2), control));
    std::vector<std::uint32_t> cells(vectors.size());
    ANNSCOPE_TRY(m_coarse.assign(stored.vectors, cells, control));
    ANNSCOPE_ASSIGN(m_lists, m_lists.with(stored.vectors, cells, control));
    return {};
}

template<class Trace>
SearchStats IvfFlatIndex::scan(const float* query, std::size_t k, std::size_t nprobe, SearchOutput out,
                               Trace& trace) const {
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, m_lists.vectors().type());
    std::vector<Neighbor> probes(nprobe);
    m_coarse.probe(prepared.f32(), probes);
    TopK best(std::min(k, m_lists.size()));
    SearchStats stats;
    stats.distances = m_nlist;
    const auto scan_lists = [&](const auto* q, const auto& rows, const auto& kernels) {
        for (const Neighbor& probe : probes) {
            const auto cell = static_cast<std::size_t>(probe.id);
            trace.probe_cell(probe.id, probe.distance);
            scan_rows(q, rows.rows(m_lists.begin_of(cell), m_lists.size_of(cell)), kernels, m_context.metric,
                      m_lists.ids(cell).data(), 0, best, trace);
            stats.codes += m_lists.size_of(cell);
        }
    };
    if (m_lists.size() > 0)
        with_typed_query(prepared, m_lists.vectors(), scan_lists);
    stats.lists = nprobe;
    stats.distances += stats.codes;
    best.drain(out.ids, out.distances);
    return stats;
}

Status IvfFlatIndex::save(ArchiveWriter& writer) const {
    const VectorView centroids = m_coarse.centroids();
    ANNSCOPE_TRY(writer.array("centroids", std::span(centroids.data(), m_nlist * m_context.dim)));
    ANNSCOPE_TRY(writer.array("offsets", m_lists.offsets()));
    ANNSCOPE_TRY(writer.array("ids", m_lists.all_ids()));
    if (m_lists.size() == 0)
        return {};
    return writer.vectors("vectors", m_lists.vectors());
}

Result<std::unique_ptr<Index>> create_ivf(const SpecNode& root, const BuildContext& context) {
    const std::uint64_t nlist = nlist_of(root);
    if (nlist == 0 || nlist > kMaxLists)
        return Error{ErrorCode::InvalidArgument,
                     "An inverted file has 1 to " + std::to_string(kMaxLists) + " cells, not " +
                         std::to_string(nlist) + ".",
                     root.column};
    return std::unique_ptr<Index>(std::make_unique<IvfFlatIndex>(root, context));
}

Result<std::unique_ptr<Index>> load_ivf(ArchiveReader& reader) {
    const std::uint64_t nlist = nlist_of(reader.spec());
    const IndexInfo& header = reader.header();
    if (nlist == 0 || nlist > kMaxLists)
        return reader.corrupt("header", "the number of cells is impossible");
    ANNSCOPE_ASSIGN(AlignedBuffer<float> centroids, reader.array<float>("centroids", nlist * header.dim));
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint64_t> offsets, reader.array<std::uint64_t>("offsets", nlist + 1));
    ANNSCOPE_ASSIGN(AlignedBuffer<std::uint32_t> ids, reader.array<std::uint32_t>("ids", header.size));
    VectorSet vectors;
    if (header.size > 0) {
        ANNSCOPE_ASSIGN(vectors, reader.vectors("vectors"));
    }
    ANNSCOPE_ASSIGN(InvertedLists lists,
                    InvertedLists::restore(std::move(offsets), std::move(ids), std::move(vectors)));
    CoarseQuantizer coarse(std::move(centroids), nlist, header.dim, header.metric);
    return std::unique_ptr<Index>(
        std::make_unique<IvfFlatIndex>(reader, std::move(coarse), std::move(lists)));
}

} // namespace

extern const Kind kIvfFlatKind;
const Kind kIvfFlatKind{
    .name = "IVF,Flat",
    .example = "IVF16,Flat",
    .build_params = kBuildParams,
    .search_params = kSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "IVF" && root.numbers.size() == 1 && root.suffix.empty() &&
                   root.children.size() == 1 && is_plain_flat(root.children.front());
        },
    .explain = [](const SpecNode& root) -> std::string {
        return "Divides the vectors into " + std::to_string(nlist_of(root)) +
               " cells around centroids found by k-means; a query compares itself with all centroids, then "
               "with every vector of its nprobe nearest cells.";
    },
    .size = ivf_size,
    .build_work = ivf_work,
    .create = create_ivf,
    .load = load_ivf,
};

} // namespace annscope
