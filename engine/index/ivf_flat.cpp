// SPDX-License-Identifier: Apache-2.0
// An inverted file over whole vectors: IVF{nlist},Flat.
#include "index/coarse_params.h"
#include "index/codes_index.h"
#include "index/storage.h"
#include "ivf/list_scanner.h"

#include "core/parallel.h"

#include <algorithm>
#include <cstring>

namespace annscope {
namespace {

constexpr std::array kBuildParams = with_param(kCoarseBuildParams, kNarrowParam);

/// Vectors as they are, of the narrowest type that loses nothing where asked for.
class FlatCodec final : public ListCodec {
public:
    FlatCodec(const CodecContext& context, ElementType type)
        : m_dim(context.dim), m_metric(context.metric), m_type(type),
          m_narrow(context.build && value_or_default(*context.build, kNarrowParam) != 0) {}

    Status train(const VectorSet&, const CoarseQuantizer*, const Control&) override { return {}; }
    bool trained() const noexcept override { return true; }
    std::size_t code_size() const noexcept override { return m_dim * element_size(m_type); }
    Status encode(const VectorSet& rows, std::span<const std::uint32_t> which, std::span<const std::uint32_t>,
                  const CoarseQuantizer*, std::span<std::uint8_t> codes,
                  const Control& control) const override;
    void decode(const std::uint8_t* code, std::size_t, const CoarseQuantizer*, float* out) const override {
        row_of(code, 1).copy_row(0, out);
    }
    std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const override;
    std::vector<MemoryPart> memory(std::size_t n) const override {
        return {{"vectors", n * code_size(), "n * d * " + std::to_string(element_size(m_type))}};
    }
    bool exact() const noexcept override { return true; }
    ElementType storage() const noexcept override { return m_type; }
    Status save(ArchiveWriter& writer) const override { return writer.value("element type", m_type); }
    Status load(ArchiveReader& reader) override;
    bool narrows() const noexcept override { return m_narrow; }
    std::unique_ptr<ListCodec> widened(const VectorSet& rows, bool empty) const override;

    /// Codes as rows of their type.
    VectorSet row_of(const std::uint8_t* codes, std::size_t count) const noexcept {
        return {nullptr, codes, m_type, count, m_dim, m_dim};
    }
    std::size_t dim() const noexcept { return m_dim; }
    Metric metric() const noexcept { return m_metric; }

private:
    std::size_t m_dim;
    Metric m_metric;
    ElementType m_type;
    bool m_narrow;
};

Status FlatCodec::encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                         std::span<const std::uint32_t>, const CoarseQuantizer*,
                         std::span<std::uint8_t> codes, const Control& control) const {
    const std::size_t bytes = code_size();
    return parallel_for(which.size(), 512, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(m_dim);
        for (std::size_t i = begin; i < end; ++i) {
            const void* from = row.data();
            if (rows.type() == m_type)
                from = rows.row(which[i]);
            else
                rows.copy_row(which[i], row.data()); // only float32 holds another type
            std::memcpy(codes.data() + i * bytes, from, bytes);
        }
    });
}

std::unique_ptr<ListCodec> FlatCodec::widened(const VectorSet& rows, bool empty) const {
    if (rows.type() == m_type || (!empty && m_type == ElementType::F32))
        return nullptr;
    auto codec = std::make_unique<FlatCodec>(*this);
    codec->m_type = empty ? rows.type() : ElementType::F32;
    return codec;
}

Status FlatCodec::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(const ElementType type, reader.value<ElementType>("element type"));
    if (type > ElementType::I8)
        return reader.corrupt("element type", "it is unknown");
    m_type = type;
    return {};
}

class FlatScanner final : public ListScanner {
public:
    FlatScanner(const FlatCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_source(source), m_trace(trace), m_best(0) {}

    void begin(const float* query, std::size_t k) override {
        // Unit vectors of cosine are prepared already: the inner product of them is the cosine.
        m_query.prepare(query, m_codec.dim(), Metric::InnerProduct, m_codec.storage());
        m_best = TopK(std::min(k, m_source.size));
    }
    void scan(const ListRef& list) override {
        if (list.count == 0)
            return;
        const VectorSet rows = m_codec.row_of(m_source.codes + list.first * m_codec.code_size(), list.count);
        with_typed_query(m_query, rows, [&](const auto* q, const auto& view, const auto& kernels) {
            NullTrace none;
            if (m_trace)
                scan_rows(q, view, kernels, m_codec.metric(), list.ids, 0, m_best, *m_trace);
            else
                scan_rows(q, view, kernels, m_codec.metric(), list.ids, 0, m_best, none);
        });
    }
    void finish(std::span<Neighbor> out) override { m_best.drain(out); }

private:
    const FlatCodec& m_codec;
    ScanSource m_source;
    PathTrace* m_trace;
    PreparedQuery m_query;
    TopK m_best;
};

std::unique_ptr<ListScanner> FlatCodec::scanner(const ScanSource& source, PathTrace* trace) const {
    return std::make_unique<FlatScanner>(*this, source, trace);
}

Result<std::unique_ptr<ListCodec>> make_codec(const SpecNode&, const CodecContext& context) {
    return std::unique_ptr<ListCodec>(std::make_unique<FlatCodec>(context, context.storage));
}

std::string explain(const SpecNode& root) {
    const std::string cells = "Divides the vectors into " + std::to_string(nlist_of(root)) + " cells ";
    const std::string end = ", then with every vector of its nprobe nearest cells.";
    if (root.name == "IMI")
        return cells +
               "made of two halves with centroids of their own, found by k-means; a query compares itself "
               "with the centroids of the halves" +
               end;
    if (const SpecNode* coarse = coarse_index_of(root))
        return cells + "around centroids found by k-means; a query asks the index " + print(*coarse) +
               " for the nearest centroids, and compares itself" + end.substr(6);
    return cells + "around centroids found by k-means; a query compares itself with all centroids" + end;
}

constexpr std::array<std::string_view, 6> kMoreExamples{"IMI2x2,Flat",         "IVF16(IVF4,Flat),Flat",
                                                        "IVF16_HNSW4,Flat",    "IVF16(IMI2x1,Flat),Flat",
                                                        "IVF16(Vamana8),Flat", "IVF16,Flat|groups=4"};

} // namespace

extern const Kind kIvfFlatKind;
const Kind kIvfFlatKind{
    .name = "IVF,Flat",
    .example = "IVF16,Flat",
    .build_params = kBuildParams,
    .search_params = kCellsSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            constexpr std::array<std::string_view, 1> kNames{"Flat"};
            return is_cells_code(root, kNames) && root.children.front().numbers.empty() &&
                   root.children.front().suffix.empty();
        },
    .explain = explain,
    .size = [](const SpecNode& root,
               const SizeQuestion& question) { return codes_size(root, question, make_codec); },
    .build_work = coarse_work,
    .create = [](const SpecNode& root,
                 const BuildContext& context) { return create_codes(root, context, make_codec); },
    .load = [](ArchiveReader& reader) { return load_codes(reader, make_codec); },
    .more_examples = kMoreExamples,
    .allows = coarse_allows,
};

} // namespace annscope
