// SPDX-License-Identifier: Apache-2.0
#include "index/pq_codec.h"

#include "core/parallel.h"
#include "core/random.h"
#include "index/serialize.h"
#include "simd/kernels.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>

namespace annscope {
namespace {

constexpr std::size_t kBlock = 256; ///< rows encoded, or codes scanned, at a time

class PqScanner final : public ListScanner {
public:
    PqScanner(const PqCodec& codec, const ScanSource& source, PathTrace* trace)
        : m_codec(codec), m_source(source), m_trace(trace), m_table(codec.quantizer().table_size()) {}

    void begin(const float* query, std::size_t k) override {
        if (m_codec.l2() && !m_source.coarse)
            m_codec.quantizer().l2_table(query, m_table.data());
        else
            m_codec.quantizer().ip_table(query, m_table.data());
        m_best = TopK(k);
        m_pieces.clear();
    }

    void scan(const ListRef& list) override {
        for (std::size_t begin = 0; begin < list.count; begin += kBlock)
            add({list, begin, std::min(kBlock, list.count - begin)});
        if (m_trace)
            flush(); // before the next cell is told
    }

    void finish(std::span<Neighbor> out) override {
        flush();
        m_best.drain(out);
    }

private:
    /// Consecutive codes of a list.
    struct Piece {
        ListRef list;
        std::size_t begin = 0, count = 0;

        std::size_t first() const noexcept { return list.first + begin; }
        std::size_t end() const noexcept { return first() + count; }
    };

    /// Pieces that lie behind one another, or nearly so, are looked up together: groups inside cells have
    /// a few codes each.
    void add(const Piece& piece) {
        constexpr std::size_t kGap = 3; // codes that are cheaper to look up in vain than to begin anew
        if (!m_pieces.empty() &&
            !(piece.first() >= m_pieces.back().end() && piece.first() <= m_pieces.back().end() + kGap &&
              piece.end() <= m_pieces.front().first() + kBlock))
            flush();
        m_pieces.push_back(piece);
    }

    void flush() {
        if (m_pieces.empty())
            return;
        const ProductQuantizer& quantizer = m_codec.quantizer();
        const std::size_t first = m_pieces.front().first(), count = m_pieces.back().end() - first;
        std::array<float, kBlock> sums;
        quantizer.lookup(m_table.data(), m_source.codes + first * quantizer.code_size(), count, sums.data());
        for (const Piece& piece : m_pieces)
            take(piece, {sums.data() + (piece.first() - first), piece.count});
        m_pieces.clear();
    }

    void take(const Piece& piece, std::span<float> distances) {
        to_distances(piece.list, piece.first(), distances);
        for (std::size_t i = 0; i < distances.size(); ++i) {
            if (!m_trace && !(distances[i] <= m_best.bound()))
                continue;
            const Id id =
                piece.list.ids ? Id{piece.list.ids[piece.begin + i]} : static_cast<Id>(piece.first() + i);
            const bool kept = m_best.push(distances[i], id);
            if (m_trace)
                m_trace->consider(id, distances[i], kept);
        }
    }

    /// Sums of the table become distances.
    void to_distances(const ListRef& list, std::size_t first, std::span<float> sums) const noexcept {
        const float base = m_source.coarse ? list.distance : 0.0f;
        if (!m_codec.l2()) {
            for (float& sum : sums)
                sum = base - sum;
        } else if (m_source.coarse) {
            const float* terms = m_codec.terms(m_source.codes, m_source.size) + first;
            for (std::size_t i = 0; i < sums.size(); ++i)
                sums[i] = std::max(0.0f, base + (terms[i] - 2 * sums[i])); // rounding may go below
        }
    }

    const PqCodec& m_codec;
    const ScanSource m_source;
    PathTrace* const m_trace;
    AlignedBuffer<float> m_table;
    std::vector<Piece> m_pieces;
    TopK m_best{0};
};

/// Flat codes anywhere in the array, by one table a query.
class PqScorer final : public CodeScorer {
public:
    PqScorer(const ProductQuantizer& quantizer, bool l2, const std::uint8_t* codes)
        : m_quantizer(quantizer), m_l2(l2), m_codes(codes), m_table(quantizer.table_size()) {}

    void begin(const float* query) override {
        if (m_l2)
            m_quantizer.l2_table(query, m_table.data());
        else
            m_quantizer.ip_table(query, m_table.data());
    }
    void distances(const std::uint32_t* positions, std::size_t n, float* out) noexcept override {
        for (std::size_t i = 0; i < n; ++i) {
            m_quantizer.lookup(m_table.data(), m_codes + positions[i] * m_quantizer.code_size(), 1, out + i);
            if (!m_l2)
                out[i] = -out[i];
        }
    }

private:
    const ProductQuantizer& m_quantizer;
    bool m_l2;
    const std::uint8_t* m_codes;
    AlignedBuffer<float> m_table;
};

} // namespace

Status PqCodec::train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) {
    const PqTraining options{.seed = m_context.seed};
    const std::size_t most = m_quantizer.ksub() * options.max_points_per_centroid, dim = m_context.dim;
    ANNSCOPE_ASSIGN(ProductQuantizer quantizer,
                    ProductQuantizer::create(dim, m_quantizer.M(), m_quantizer.nbits()));
    const bool as_is = rows.type() == ElementType::F32 && !coarse;
    std::vector<std::uint32_t> sample;
    if (!as_is || rows.size() > most) {
        sample = random_sample(rows.size(), most, options.seed);
        std::ranges::sort(sample);
    }
    if (as_is && sample.empty()) {
        ANNSCOPE_TRY(quantizer.train(rows.view<float>(), options, control));
        m_quantizer = std::move(quantizer);
        return {};
    }
    ANNSCOPE_TRY(check_memory(std::uint64_t{2} * sample.size() * dim * sizeof(float), "training the code"));
    VectorSet chosen = VectorSet::adopt(rows.gather(sample), sample.size(), dim);
    if (coarse) {
        std::vector<std::uint32_t> cells(sample.size());
        control.begin("Assigning the sample", sample.size());
        ANNSCOPE_TRY(coarse->assign(chosen, cells, control));
        AlignedBuffer<float> residuals(sample.size() * dim);
        ANNSCOPE_TRY(
            parallel_for(sample.size(), kBlock, control, [&](std::size_t begin, std::size_t end, int) {
                std::vector<float> scratch(dim);
                for (std::size_t i = begin; i < end; ++i) {
                    const float *row = chosen.view<float>().row(i),
                                *centroid = coarse->centroid(cells[i], scratch.data());
                    std::transform(row, row + dim, centroid, residuals.data() + i * dim, std::minus<>());
                }
            }));
        chosen = VectorSet::adopt(std::move(residuals), sample.size(), dim);
    }
    ANNSCOPE_TRY(quantizer.train(chosen.view<float>(), options, control));
    m_quantizer = std::move(quantizer);
    return {};
}

Status PqCodec::encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                       std::span<const std::uint32_t> cells, const CoarseQuantizer* coarse,
                       std::span<std::uint8_t> codes, const Control& control) const {
    const std::size_t dim = m_context.dim, own = m_quantizer.code_size();
    return parallel_for(which.size(), kBlock, control, [&](std::size_t begin, std::size_t end, int) {
        std::vector<float> block((end - begin) * dim), scratch(dim), residual(dim);
        std::vector<std::uint8_t> packed((end - begin) * own);
        for (std::size_t i = begin; i < end; ++i) {
            float* row = block.data() + (i - begin) * dim;
            rows.copy_row(which[i], row);
            if (coarse)
                std::transform(row, row + dim, coarse->centroid(cells[i], scratch.data()), row,
                               std::minus<>());
        }
        m_quantizer.encode_block({block.data(), end - begin, dim}, packed.data());
        for (std::size_t i = begin; i < end; ++i) {
            std::uint8_t* out = codes.data() + i * code_size();
            std::memcpy(out, packed.data() + (i - begin) * own, own);
            if (!has_terms())
                continue;
            const float term = term_of(out, coarse->centroid(cells[i], scratch.data()), residual.data());
            std::memcpy(out + own, &term, sizeof term);
        }
    });
}

float PqCodec::term_of(const std::uint8_t* code, const float* centroid, float* scratch) const noexcept {
    m_quantizer.decode(code, scratch);
    return simd::kernels().norm_f32(scratch, m_context.dim) +
           2 * simd::kernels().f32.ip(centroid, scratch, m_context.dim);
}

void PqCodec::store(std::uint8_t* array, std::size_t n, std::size_t position,
                    const std::uint8_t* code) const noexcept {
    const std::size_t own = m_quantizer.code_size();
    std::memcpy(array + position * own, code, own);
    if (has_terms())
        std::memcpy(array + terms_at(n) + position * sizeof(float), code + own, sizeof(float));
}

void PqCodec::fetch(const std::uint8_t* array, std::size_t n, std::size_t position,
                    std::uint8_t* code) const noexcept {
    const std::size_t own = m_quantizer.code_size();
    std::memcpy(code, array + position * own, own);
    if (has_terms())
        std::memcpy(code + own, array + terms_at(n) + position * sizeof(float), sizeof(float));
}

void PqCodec::decode(const std::uint8_t* code, std::size_t cell, const CoarseQuantizer* coarse,
                     float* out) const {
    m_quantizer.decode(code, out);
    if (!coarse)
        return;
    std::vector<float> scratch(m_context.dim);
    const float* centroid = coarse->centroid(cell, scratch.data());
    std::transform(out, out + m_context.dim, centroid, out, std::plus<>());
}

std::unique_ptr<CodeScorer> PqCodec::code_scorer(const std::uint8_t* array, std::size_t, std::size_t,
                                                 Metric) const {
    return std::make_unique<PqScorer>(m_quantizer, l2(), array);
}

std::unique_ptr<ListScanner> PqCodec::scanner(const ScanSource& source, PathTrace* trace) const {
    return std::make_unique<PqScanner>(*this, source, trace);
}

std::vector<MemoryPart> PqCodec::memory(std::size_t n) const {
    const ProductQuantizer& pq = m_quantizer;
    std::vector<MemoryPart> parts{
        {"codes", n * pq.code_size(), "n * ceil(M * nbits / 8)"},
        {"codebook", pq.dim() * pq.ksub() * sizeof(float), "d * 2^nbits * 4"},
        {"codebook in groups", pq.search_memory(), "(d + M) * max(16, 2^nbits) * 4 + d * 4"},
    };
    if (has_terms())
        parts.insert(parts.begin() + 1,
                     {"terms", array_bytes(n) - n * pq.code_size(),
                      "n * 4 + ceil(n * ceil(M * nbits / 8) / 4) * 4 - n * ceil(M * nbits / 8)"});
    return parts;
}

Status PqCodec::save(ArchiveWriter& writer) const {
    return writer.array("codebook", m_quantizer.centroids());
}

Status PqCodec::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(const AlignedBuffer<float> centroids,
                    reader.array<float>("codebook", m_quantizer.dim() * m_quantizer.ksub()));
    ANNSCOPE_ASSIGN(m_quantizer,
                    ProductQuantizer::from_centroids(m_quantizer.dim(), m_quantizer.M(), m_quantizer.nbits(),
                                                     {centroids.data(), centroids.size()}));
    return {};
}

} // namespace annscope
