// SPDX-License-Identifier: Apache-2.0
// Product codes of 4 bits scored in registers: PQ{M}x4fs, and IVF{nlist},PQ{M}x4fs[r].
#include "index/coarse_params.h"
#include "index/codes_index.h"
#include "index/fastscan_query.h"

#include "core/parallel.h"
#include "core/random.h"
#include "graph/scratch_pool.h"
#include "quant/product_quantizer.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

constexpr std::size_t kBits = 4;
constexpr std::size_t kSample = 256 * kFastScanCentroids; // rows that k-means of the code uses, as in Faiss
constexpr int kIterations = 25;

class FastScanCodec final : public ListCodec {
public:
    FastScanCodec(const CodecContext& context, ProductQuantizer pq, const SpecNode& code)
        : m_dim(context.dim), m_l2(context.metric == Metric::L2), m_residual(code.suffix == "fsr"),
          m_in_cells(context.in_cells), m_seed(context.seed), m_padding(code.numbers[2]), m_layout(pq.M()),
          m_pq(std::move(pq)) {}

    Status train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) override;
    bool trained() const noexcept override { return m_pq.trained(); }
    std::size_t code_size() const noexcept override { return m_layout.code_size(); }
    std::size_t array_bytes(std::size_t n) const noexcept override {
        return m_layout.bytes((n + m_padding - 1) / m_padding * m_padding);
    }
    std::size_t block() const noexcept override { return simd::kFastScanBlock; }
    Status encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                  std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                  std::span<std::uint8_t> codes, const Control& control) const override;
    void store(std::uint8_t* array, std::size_t, std::size_t position,
               const std::uint8_t* code) const noexcept override {
        m_layout.store(array, position, code);
    }
    void fetch(const std::uint8_t* array, std::size_t, std::size_t position,
               std::uint8_t* code) const noexcept override {
        m_layout.fetch(array, position, code);
    }
    void decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                float* out) const override;
    std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const override;
    void scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                    const Visits& visits, std::size_t k, std::span<Neighbor> out) const override;
    std::size_t block_queries() const noexcept override {
        return m_in_cells ? std::clamp<std::size_t>(kBatchBytes / m_layout.table_bytes(), 16, 256) : 16;
    }
    std::vector<MemoryPart> memory(std::size_t n) const override;
    Status save(ArchiveWriter& writer) const override { return writer.array("codebook", m_pq.centroids()); }
    Status load(ArchiveReader& reader) override;

    const FastScanLayout& layout() const noexcept { return m_layout; }
    QueryScan::Setting setting(const ScanSource& source, ScanScratch& scratch) const noexcept {
        return {&m_codebook, m_l2, m_residual, source.coarse, &scratch.tables, &scratch.top};
    }
    ScratchPool<ScanScratch>& pool() const noexcept { return m_pool; }

private:
    static constexpr std::size_t kBatchBytes = 512 << 10; // tables of a block of queries, in the second cache

    void set(ProductQuantizer pq) {
        m_codebook = FastScanCodebook(pq.centroids(), pq.M(), pq.dsub());
        m_pq = std::move(pq);
    }
    /// rows less their cells' centroids; one cell a row.
    void subtract(std::span<float> rows, std::span<const std::uint32_t> cells,
                  const CoarseQuantizer& coarse) const;

    std::size_t m_dim;
    bool m_l2, m_residual, m_in_cells;
    std::uint64_t m_seed;
    std::size_t m_padding;
    FastScanLayout m_layout;
    ProductQuantizer m_pq;
    FastScanCodebook m_codebook;
    mutable ScratchPool<ScanScratch> m_pool;
};

void FastScanCodec::subtract(std::span<float> rows, std::span<const std::uint32_t> cells,
                             const CoarseQuantizer& coarse) const {
    std::vector<float> scratch(m_dim);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const float* centroid = coarse.centroid(cells[i], scratch.data());
        for (std::size_t j = 0; j < m_dim; ++j)
            rows[i * m_dim + j] -= centroid[j];
    }
}

Status FastScanCodec::train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) {
    std::vector<std::uint32_t> which = random_sample(rows.size(), std::min(rows.size(), kSample), m_seed);
    std::sort(which.begin(), which.end());
    AlignedBuffer<float> sample = rows.gather(which);
    const std::size_t n = which.size();
    if (m_residual && coarse) {
        std::vector<std::uint32_t> cells(n);
        const VectorView view(sample.data(), n, m_dim);
        ANNSCOPE_TRY(coarse->assign(VectorSet(nullptr, view.data(), ElementType::F32, n, m_dim, m_dim), cells,
                                    control));
        subtract({sample.data(), sample.size()}, cells, *coarse);
    }
    ANNSCOPE_ASSIGN(ProductQuantizer pq, ProductQuantizer::create(m_dim, m_layout.M(), kBits));
    PqTraining options;
    options.niter = kIterations;
    options.seed = m_seed;
    ANNSCOPE_TRY(pq.train(VectorView(sample.data(), n, m_dim), options, control));
    set(std::move(pq));
    return {};
}

Status FastScanCodec::encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                             std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                             std::span<std::uint8_t> codes, const Control& control) const {
    constexpr std::size_t kGrain = 256;
    return parallel_for(which.size(), kGrain, control, [&](std::size_t begin, std::size_t end, int) {
        const std::size_t count = end - begin;
        std::vector<float> block(count * m_dim);
        for (std::size_t i = 0; i < count; ++i)
            rows.copy_row(which[begin + i], block.data() + i * m_dim);
        if (m_residual && coarse)
            subtract(block, cells.subspan(begin, count), *coarse);
        m_pq.encode_block(VectorView(block.data(), count, m_dim), codes.data() + begin * code_size());
    });
}

void FastScanCodec::decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                           float* out) const {
    m_pq.decode(code, out);
    if (!m_residual || !coarse)
        return;
    std::vector<float> scratch(m_dim);
    const float* centroid = coarse->centroid(cell, scratch.data());
    for (std::size_t j = 0; j < m_dim; ++j)
        out[j] += centroid[j];
}

class FastScanner final : public ListScanner {
public:
    FastScanner(const FastScanCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_source(source), m_trace(trace), m_scratch(codec.pool().take()) {}

    void begin(const float* query, std::size_t k) override {
        m_scratch->queries.front().begin(m_codec.setting(m_source, *m_scratch), query,
                                         std::min(k, m_source.size));
    }
    void scan(const ListRef& list) override {
        QueryScan* query = &m_scratch->queries.front();
        query->enter(list);
        scan_list(m_codec.layout(), m_source.codes, list, {&query, 1}, *m_scratch, m_trace);
    }
    void finish(std::span<Neighbor> out) override { m_scratch->queries.front().finish(out); }

private:
    const FastScanCodec& m_codec;
    ScanSource m_source;
    PathTrace* m_trace;
    ScratchPool<ScanScratch>::Loan m_scratch;
};

std::unique_ptr<ListScanner> FastScanCodec::scanner(const ScanSource& source, PathTrace* trace) const {
    return std::make_unique<FastScanner>(*this, source, trace);
}

/// List by list: the queries that visit one share the reading and unpacking of its codes.
void FastScanCodec::scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                               const Visits& lists_of, std::size_t k, std::span<Neighbor> out) const {
    const auto scratch = m_pool.take();
    const std::size_t rows = queries.rows();
    if (scratch->queries.size() < rows)
        scratch->queries.resize(rows);
    auto& visits = scratch->visits;
    visits.clear();
    for (std::uint32_t q = 0; q < rows; ++q) {
        scratch->queries[q].begin(setting(source, *scratch), queries.row(q), std::min(k, source.size));
        for (const Neighbor& list : lists_of.lists(q))
            if (list.id != kNoId)
                visits.push_back({static_cast<std::uint32_t>(list.id), q});
    }
    std::sort(visits.begin(), visits.end());
    for (std::size_t i = 0; i < visits.size() && !source.stop.stop_requested();) {
        const std::size_t cell = visits[i][0];
        const ListRef list = lists.list(cell, 0);
        std::array<QueryScan*, simd::kFastScanBatch> together{};
        std::size_t count = 0;
        for (; i < visits.size() && visits[i][0] == cell && count < together.size(); ++i) {
            together[count] = &scratch->queries[visits[i][1]];
            together[count++]->enter(list);
        }
        scan_list(m_layout, source.codes, list, {together.data(), count}, *scratch, nullptr);
    }
    for (std::size_t q = 0; q < rows; ++q)
        scratch->queries[q].finish(out.subspan(q * k, k));
}

std::vector<MemoryPart> FastScanCodec::memory(std::size_t n) const {
    const std::size_t M = m_layout.M(), dsub = m_dim / M;
    const std::string block = std::to_string(m_padding);
    const std::uint64_t lanes = (M + simd::kFastScanLanes - 1) / simd::kFastScanLanes * simd::kFastScanLanes;
    return {{"codes", array_bytes(n), "ceil(n / " + block + ") * " + block + " * ceil(M / 2)"},
            {"codebook", m_dim * kFastScanCentroids * sizeof(float), "16 * d * 4"},
            {"codebook for encoding", SubspaceCodebook::bytes(M, kFastScanCentroids, dsub),
             "16 * d * 4 + d * 4 + M * 16 * 4"},
            {"codebook for tables", lanes * kFastScanCentroids * dsub * sizeof(float),
             "ceil(M / 16) * 16 * 16 * d / M * 4"}};
}

Status FastScanCodec::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(AlignedBuffer<float> centroids,
                    reader.array<float>("codebook", m_dim * kFastScanCentroids));
    ANNSCOPE_ASSIGN(
        ProductQuantizer pq,
        ProductQuantizer::from_centroids(m_dim, m_layout.M(), kBits, {centroids.data(), centroids.size()}));
    set(std::move(pq));
    return {};
}

Result<std::unique_ptr<ListCodec>> make_codec(const SpecNode& code, const CodecContext& context) {
    auto pq = ProductQuantizer::create(context.dim, code.numbers[0], kBits);
    if (!pq) {
        Error error = pq.error();
        error.column = code.column;
        return error;
    }
    return std::unique_ptr<ListCodec>(std::make_unique<FastScanCodec>(context, std::move(pq).value(), code));
}

double code_work(const SpecNode&, const SizeQuestion& question) {
    const double n = static_cast<double>(question.n), dim = static_cast<double>(question.dim);
    const double sample = std::min(n, static_cast<double>(kSample));
    return (sample * kIterations + n) * static_cast<double>(kFastScanCentroids) * dim;
}

std::string code_sentence(const SpecNode& code) {
    const std::string M = std::to_string(code.numbers[0]);
    return "as the numbers of the nearest of 16 centroids in each of " + M + " parts, half a byte a part" +
           (code.suffix == "fsr" ? ", of its difference to the cell's centroid" : "") +
           "; 32 codes at a time are compared by tables of bytes that lie in registers.";
}

bool is_fast(const SpecNode& code) noexcept {
    return code.numbers.size() == 3 && code.numbers[1] == kBits;
}

constexpr std::array<std::string_view, 1> kNames{"PQ"};
// Blocks of 64, residuals.
constexpr std::array<std::string_view, 6> kMoreExamples{
    "IMI2x2,PQ6x4fsr", "IVF16(IVF4,Flat),PQ12x4fs", "IVF16,PQ12x4fs_64",
    "IVF16,PQ6x4fsr",  "IVF16,PQ12x4fs|groups=4",   "IVF16,PQ6x4fsr|groups=4"};

} // namespace

extern const Kind kPqFastScanKind;
const Kind kPqFastScanKind{
    .name = "PQfs",
    .example = "PQ12x4fs",
    .build_params = {},
    .search_params = {},
    .matches =
        [](const SpecNode& root) noexcept {
            return is_flat_code(root, kNames) && is_fast(root) && root.suffix == "fs";
        },
    .explain = [](const SpecNode& root) -> std::string {
        return "Keeps each vector " + code_sentence(root) + " A query compares itself with every code.";
    },
    .size = [](const SpecNode& root,
               const SizeQuestion& question) { return codes_size(root, question, make_codec); },
    .build_work = code_work,
    .create = [](const SpecNode& root,
                 const BuildContext& context) { return create_codes(root, context, make_codec); },
    .load = [](ArchiveReader& reader) { return load_codes(reader, make_codec); },
    .distances = Distances::OfTables,
};

extern const Kind kIvfPqFastScanKind;
const Kind kIvfPqFastScanKind{
    .name = "IVF,PQfs",
    .example = "IVF16,PQ12x4fs",
    .build_params = kCoarseBuildParams,
    .search_params = kCellsSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            if (!is_cells_code(root, kNames))
                return false;
            const SpecNode& code = root.children.front();
            return is_fast(code) && (code.suffix == "fs" || code.suffix == "fsr");
        },
    .explain = [](const SpecNode& root) -> std::string {
        return "Divides the vectors into " + std::to_string(nlist_of(root)) +
               " cells around centroids found by k-means and keeps each " + code_sentence(code_of(root)) +
               " A query visits its nprobe nearest cells.";
    },
    .size = [](const SpecNode& root,
               const SizeQuestion& question) { return codes_size(root, question, make_codec); },
    .build_work =
        [](const SpecNode& root, const SizeQuestion& question) {
            return coarse_work(root, question) + code_work(root, question);
        },
    .create = [](const SpecNode& root,
                 const BuildContext& context) { return create_codes(root, context, make_codec); },
    .load = [](ArchiveReader& reader) { return load_codes(reader, make_codec); },
    .distances = Distances::OfTables,
    .more_examples = kMoreExamples,
    .allows = coarse_allows,
};

} // namespace annscope
