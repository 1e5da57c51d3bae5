// SPDX-License-Identifier: Apache-2.0
// Scalar codes: SQ8, SQ6, SQ4, SQfp16, SQbf16 and bytes as they are, alone and in an inverted file.
#include "core/parallel.h"
#include "core/random.h"
#include "index/coarse_params.h"
#include "index/codes_index.h"
#include "quant/sq_query.h"
#include "quant/sq_walk.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <numeric>
#include <optional>

namespace annscope {
namespace {

constexpr std::array<std::string_view, 7> kNames{
    "SQ8", "SQ6", "SQ4", "SQfp16", "SQbf16", "SQ8_direct", "SQ8_direct_signed"};
constexpr std::size_t kTrainingRows = 100000; // as Faiss: ranges of more rows are hardly wider

bool is_direct(SqType type) noexcept {
    return type == SqType::Direct || type == SqType::DirectSigned;
}

/// In an inverted file the codes are of residuals, except bytes as they are.
class SqCodec final : public ListCodec {
public:
    SqCodec(SqType type, const CodecContext& context)
        : m_quantizer(type, context.dim), m_l2(context.metric == Metric::L2),
          m_residuals(context.in_cells && !is_direct(type)), m_seed(context.seed) {
        if (m_quantizer.trained())
            m_filter = SqFilter(m_quantizer, m_residuals);
    }

    Status train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) override;
    bool trained() const noexcept override { return m_quantizer.trained(); }
    std::size_t code_size() const noexcept override {
        return m_quantizer.code_size() +
               (SqFilter::useful(m_quantizer.type(), dim()) ? SqFilter::kExtraBytes : 0);
    }
    Status encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                  std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                  std::span<std::uint8_t> codes, const Control& control) const override;
    void decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                float* out) const override;
    std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const override;
    bool compare(const ScanSource& source, const float* query, std::span<const std::uint32_t> positions,
                 std::span<float> out) const override;
    std::unique_ptr<CodeScorer> code_scorer(const std::uint8_t* array, std::size_t n, std::size_t dim,
                                            Metric metric) const override;
    std::size_t code_stride() const noexcept override { return code_size(); }
    std::vector<MemoryPart> memory(std::size_t n) const override;
    Status save(ArchiveWriter& writer) const override { return writer.array("ranges", m_quantizer.ranges()); }
    Status load(ArchiveReader& reader) override;

    const ScalarQuantizer& quantizer() const noexcept { return m_quantizer; }
    const SqFilter& filter() const noexcept { return m_filter; }
    bool l2() const noexcept { return m_l2; }
    bool residuals() const noexcept { return m_residuals; }
    std::size_t dim() const noexcept { return m_quantizer.dim(); }

private:
    /// Row i as it is encoded; scratch: dim floats.
    void row_to_encode(const VectorSet& rows, std::size_t i, std::size_t cell, const CoarseQuantizer* coarse,
                       float* out, float* scratch) const;

    ScalarQuantizer m_quantizer;
    SqFilter m_filter;
    bool m_l2, m_residuals;
    std::uint64_t m_seed;
};

void SqCodec::row_to_encode(const VectorSet& rows, std::size_t i, std::size_t cell,
                            const CoarseQuantizer* coarse, float* out, float* scratch) const {
    rows.copy_row(i, out);
    if (!m_residuals)
        return;
    const float* centroid = coarse->centroid(cell, scratch);
    for (std::size_t j = 0; j < dim(); ++j)
        out[j] -= centroid[j];
}

Status SqCodec::train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) {
    if (!m_quantizer.learns())
        return {};
    std::vector<std::uint32_t> sample(rows.size());
    std::vector<std::uint32_t> cells;
    if (m_residuals) {
        sample = random_sample(rows.size(), kTrainingRows, m_seed);
        control.begin("Training codes", sample.size());
        cells.resize(sample.size());
        if (sample.size() == rows.size()) {
            ANNSCOPE_TRY(coarse->assign(rows, cells, control));
            std::iota(sample.begin(), sample.end(), 0u);
        } else {
            const VectorSet some = VectorSet::adopt(rows.gather(sample), sample.size(), dim());
            ANNSCOPE_TRY(coarse->assign(some, cells, control));
        }
    } else {
        control.begin("Training codes", rows.size());
        std::iota(sample.begin(), sample.end(), 0u);
    }
    ScalarQuantizer quantizer(m_quantizer.type(), dim());
    ANNSCOPE_TRY(quantizer.train(
        sample.size(),
        [&](std::size_t i, float* out) {
            thread_local std::vector<float> scratch;
            scratch.resize(dim());
            row_to_encode(rows, sample[i], m_residuals ? cells[i] : 0, coarse, out, scratch.data());
        },
        control));
    m_quantizer = std::move(quantizer);
    m_filter = SqFilter(m_quantizer, m_residuals);
    return {};
}

Status SqCodec::encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                       std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                       std::span<std::uint8_t> codes, const Control& control) const {
    const std::size_t stride = code_size();
    std::atomic<bool> fits{true};
    ANNSCOPE_TRY(parallel_for(which.size(), 256, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> row(dim()), scratch(dim());
        for (std::size_t i = begin; i < end; ++i) {
            row_to_encode(rows, which[i], m_residuals ? cells[i] : 0, coarse, row.data(), scratch.data());
            std::uint8_t* const code = codes.data() + i * stride;
            if (!m_quantizer.holds(row.data()))
                fits.store(false, std::memory_order_relaxed);
            m_quantizer.encode(row.data(), code);
            if (!m_filter.empty())
                m_filter.annotate(m_quantizer, code);
        }
    }));
    return fits ? Status() : Status(m_quantizer.misfit());
}

void SqCodec::decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                     float* out) const {
    m_quantizer.decode(code, out);
    if (!m_residuals)
        return;
    std::vector<float> scratch(dim());
    const float* centroid = coarse->centroid(cell, scratch.data());
    for (std::size_t j = 0; j < dim(); ++j)
        out[j] += centroid[j];
}

bool SqCodec::compare(const ScanSource& source, const float* query, std::span<const std::uint32_t> positions,
                      std::span<float> out) const {
    const SqFilter none;
    SqQuery sq(m_quantizer, m_l2, none);
    sq.set(query);
    sq.enter(nullptr);
    sq.distances(source.codes, code_size(), positions.data(), positions.size(), out.data());
    return true;
}

std::vector<MemoryPart> SqCodec::memory(std::size_t n) const {
    constexpr std::array<std::string_view, 5> kFormulas{"n * d", "n * ceil(d * 6 / 8)", "n * ceil(d / 2)",
                                                        "n * d * 2", "n * d * 2"};
    const bool filtered = SqFilter::useful(m_quantizer.type(), dim());
    std::vector<MemoryPart> parts{{"codes", n * m_quantizer.code_size(),
                                   std::string(kFormulas[static_cast<std::size_t>(m_quantizer.form())])}};
    if (filtered)
        parts.push_back({"lengths of codes", n * SqFilter::kExtraBytes, "n * 8"});
    const std::uint64_t tables = (m_quantizer.learns() ? 4u : 2u) + (filtered ? 1u : 0u);
    parts.push_back(
        {"ranges", tables * dim() * sizeof(float), "d * " + std::to_string(tables * sizeof(float))});
    return parts;
}

Status SqCodec::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(const AlignedBuffer<float> ranges,
                    reader.array<float>("ranges", m_quantizer.learns() ? 2 * dim() : 0));
    auto quantizer =
        ScalarQuantizer::restore(m_quantizer.type(), dim(), std::span(ranges.data(), ranges.size()));
    if (!quantizer)
        return reader.corrupt("ranges", "they are not finite, or a width is negative");
    m_quantizer = std::move(*quantizer);
    m_filter = SqFilter(m_quantizer, m_residuals);
    return {};
}

class SqScanner final : public ListScanner {
public:
    SqScanner(const SqCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_source(source), m_trace(trace),
          m_query(codec.quantizer(), codec.l2(), codec.filter()), m_best(0) {}

    void begin(const float* query, std::size_t k) override {
        m_query.set(query);
        if (!m_codec.residuals())
            m_query.enter(nullptr);
        m_best = TopK(std::min(k, m_source.size));
    }
    void scan(const ListRef& list) override;
    void finish(std::span<Neighbor> out) override { m_best.drain(out); }

private:
    static constexpr std::size_t kFirst = 32; ///< compared before there is a k-th distance to filter by

    void consider(const ListRef& list, std::size_t at, float distance) {
        const Id id = list.ids ? Id{list.ids[at]} : static_cast<Id>(list.first + at);
        const bool kept = m_best.push(distance, id);
        if (m_trace)
            m_trace->consider(id, distance, kept);
    }

    const SqCodec& m_codec;
    ScanSource m_source;
    PathTrace* m_trace;
    SqQuery m_query;
    TopK m_best;
    std::vector<float> m_scratch; ///< of a centroid that its quantiser does not keep
};

void SqScanner::scan(const ListRef& list) {
    if (list.count == 0)
        return;
    if (m_codec.residuals()) {
        m_scratch.resize(m_codec.dim());
        m_query.enter(m_source.coarse->centroid(list.list, m_scratch.data()));
    }
    const std::size_t stride = m_codec.code_size();
    const std::uint8_t* const codes = m_source.codes + list.first * stride;
    std::array<float, SqQuery::kBlock> distances;
    std::array<std::uint32_t, SqQuery::kBlock> kept;
    for (std::size_t begin = 0; begin < list.count;) {
        const bool filtered =
            m_query.filters() && !m_trace && m_best.bound() < std::numeric_limits<float>::infinity();
        const std::size_t most = m_query.filters() && !filtered ? kFirst : SqQuery::kBlock;
        const std::size_t count = std::min(most, list.count - begin);
        const std::uint8_t* const block = codes + begin * stride;
        if (filtered) {
            const std::size_t some = m_query.filter(block, stride, count, m_best.bound(), kept.data());
            m_query.distances(block, stride, kept.data(), some, distances.data());
            for (std::size_t i = 0; i < some; ++i)
                if (distances[i] <= m_best.bound())
                    consider(list, begin + kept[i], distances[i]);
        } else {
            m_query.distances(block, stride, count, distances.data());
            for (std::size_t i = 0; i < count; ++i)
                if (m_trace || distances[i] <= m_best.bound())
                    consider(list, begin + i, distances[i]);
        }
        begin += count;
    }
}

/// Codes in any order: by whole numbers where these can be used, else by floats.
class SqScorer final : public CodeScorer {
public:
    SqScorer(const SqCodec& codec, const std::uint8_t* codes)
        : m_codes(codes), m_stride(codec.code_size()),
          m_query(codec.quantizer(), codec.l2(), codec.filter()) {
        if (SqWalk::useful(codec.quantizer(), codec.filter()))
            m_walk.emplace(codec.quantizer(), codec.l2(), codec.filter());
    }

    void begin(const float* query) override {
        m_query.set(query);
        m_query.enter(nullptr);
        if (m_walk)
            m_walk->set(query);
    }
    void distances(const std::uint32_t* positions, std::size_t n, float* out) noexcept override {
        if (m_walk)
            m_walk->distances(m_codes, m_stride, positions, n, out);
        else
            exact(positions, n, out);
    }
    bool rounds() const noexcept override { return m_walk.has_value(); }
    void exact(const std::uint32_t* positions, std::size_t n, float* out) noexcept override {
        m_query.distances(m_codes, m_stride, positions, n, out);
    }
    float least(float distance) const noexcept override { return distance - m_walk->noise(); }

private:
    const std::uint8_t* m_codes;
    std::size_t m_stride;
    SqQuery m_query;
    std::optional<SqWalk> m_walk;
};

std::unique_ptr<CodeScorer> SqCodec::code_scorer(const std::uint8_t* array, std::size_t, std::size_t,
                                                 Metric) const {
    return std::make_unique<SqScorer>(*this, array);
}

std::unique_ptr<ListScanner> SqCodec::scanner(const ScanSource& source, PathTrace* trace) const {
    return std::make_unique<SqScanner>(*this, source, trace);
}

Result<std::unique_ptr<ListCodec>> make_codec(const SpecNode& code, const CodecContext& context) {
    const auto type = parse_sq_type(code.name);
    if (!type)
        return Error{ErrorCode::Unsupported, "The code " + code.name + " is not built yet.", code.column};
    return std::unique_ptr<ListCodec>(std::make_unique<SqCodec>(*type, context));
}

std::string explain_code(const SpecNode& code) {
    const auto type = parse_sq_type(code.name);
    switch (type.value_or(SqType::Bits8)) {
    case SqType::Half:
        return "every number as a half-precision float, half the memory";
    case SqType::BFloat16:
        return "every number as a bfloat16, half the memory and two or three digits";
    case SqType::Direct:
        return "whole numbers from 0 to 255 as bytes, which loses nothing";
    case SqType::DirectSigned:
        return "whole numbers from -128 to 127 as bytes, which loses nothing";
    case SqType::Bits8:
    case SqType::Bits6:
    case SqType::Bits4:
        break;
    }
    return "every number as one of " +
           std::string(code.name == "SQ8"   ? "256"
                       : code.name == "SQ6" ? "64"
                                            : "16") +
           " steps between the smallest and the largest of its dimension";
}

constexpr std::array<std::string_view, 4> kMoreFlat{"SQ6", "SQ4", "SQfp16", "SQbf16"};
constexpr std::array<std::string_view, 7> kMoreCells{
    "IMI2x2,SQ8",   "IVF16(IVF4,Flat),SQ8", "IVF16,SQ6",         "IVF16,SQ4",
    "IVF16,SQfp16", "IVF16,SQbf16",         "IVF16,SQ4|groups=4"};

} // namespace

extern const Kind kSqKind;
const Kind kSqKind{
    .name = "SQ",
    .example = "SQ8",
    .build_params = {},
    .search_params = {},
    .matches = [](const SpecNode& root) noexcept { return is_flat_code(root, kNames); },
    .explain = [](const SpecNode& root) -> std::string {
        return "Keeps " + explain_code(root) + "; a query is compared with all codes.";
    },
    .size = [](const SpecNode& root,
               const SizeQuestion& question) { return codes_size(root, question, make_codec); },
    .build_work =
        [](const SpecNode&, const SizeQuestion& question) {
            return 2.0 * static_cast<double>(question.n) * static_cast<double>(question.dim);
        },
    .create = [](const SpecNode& root,
                 const BuildContext& context) { return create_codes(root, context, make_codec); },
    .load = [](ArchiveReader& reader) { return load_codes(reader, make_codec); },
    .distances = Distances::OfCodes,
    .more_examples = kMoreFlat,
    .make_codec = make_codec,
};

extern const Kind kIvfSqKind;
const Kind kIvfSqKind{
    .name = "IVF,SQ",
    .example = "IVF16,SQ8",
    .build_params = kCoarseBuildParams,
    .search_params = kCellsSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_cells_code(root, kNames); },
    .explain = [](const SpecNode& root) -> std::string {
        return "Divides the vectors into " + std::to_string(nlist_of(root)) + " cells and keeps " +
               explain_code(code_of(root)) +
               ", of what is left after the cell's centroid is taken away; a query is compared with the "
               "codes "
               "of its nprobe nearest cells.";
    },
    .size = [](const SpecNode& root,
               const SizeQuestion& question) { return codes_size(root, question, make_codec); },
    .build_work = coarse_work,
    .create = [](const SpecNode& root,
                 const BuildContext& context) { return create_codes(root, context, make_codec); },
    .load = [](ArchiveReader& reader) { return load_codes(reader, make_codec); },
    .distances = Distances::OfCodes,
    .more_examples = kMoreCells,
    .allows = coarse_allows,
};

} // namespace annscope
