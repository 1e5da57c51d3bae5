// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/topk.h"
#include "core/trace.h"
#include "index/coarse_quantizer.h"
#include "index/code_scorer.h"

#include <memory>
#include <span>
#include <stop_token>

namespace annscope {

class CodeLists;

/// A run of codes in the array of all codes: a list of an inverted file, or everything.
struct ListRef {
    std::size_t list = 0;
    float distance = 0;                 ///< of the query to the list's centroid, in the metric's convention
    std::size_t first = 0, count = 0;   ///< positions in the array
    const std::uint32_t* ids = nullptr; ///< of the run's codes; null: the id is the position
};

/// What a scanner reads from.
struct ScanSource {
    const CoarseQuantizer* coarse = nullptr; ///< null: a flat file of codes
    const std::uint8_t* codes = nullptr;     ///< the array of all codes
    std::size_t size = 0;                    ///< codes in it
    const SearchParams* params = nullptr;    ///< already checked; may hold names of others
    std::stop_token stop;                    ///< scan_block asks it between lists and gives up
};

/// One query's way through the lists. Use: begin, scan for each list, finish; then again.
class ListScanner {
public:
    virtual ~ListScanner() = default;
    /// query: dim floats that live until finish, of unit length for cosine.
    virtual void begin(const float* query, std::size_t k) = 0;
    /// Every code of a traced scan is told as considered, with its distance.
    virtual void scan(const ListRef& list) = 0;
    /// The k nearest of what was scanned, ascending as Neighbor orders them; the rest of out is empty ones.
    virtual void finish(std::span<Neighbor> out) = 0;
};

/// How vectors are held in an array of codes and compared with a query: what one kind of codes differs in
/// from another, flat or in an inverted file. Codes of all lists lie in one array, in cell order, so that a
/// list is a run of positions; a codec that packs codes in blocks shares a block between neighbouring lists.
/// Rows are of unit length where the metric is cosine, which then is the inner product.
class ListCodec {
public:
    virtual ~ListCodec() = default;

    /// Learns from rows. coarse: trained, or null for a flat file. After an error it is as it was.
    /// Errors: InvalidArgument (too few rows, with what to choose instead), OutOfMemory, Cancelled.
    virtual Status train(const VectorSet& rows, const CoarseQuantizer* coarse, const Control& control) = 0;
    virtual bool trained() const noexcept = 0;

    /// Bytes of one code as encode writes it; what keeps its own factors has them in here.
    virtual std::size_t code_size() const noexcept = 0;
    /// Bytes of an array of n codes, blocks padded. The array starts zeroed and 64-byte aligned.
    virtual std::size_t array_bytes(std::size_t n) const noexcept { return n * code_size(); }
    /// Positions that may share bytes: different blocks are stored to concurrently.
    virtual std::size_t block() const noexcept { return 1; }

    /// Row which[i] of rows belongs to lists[i] (lists is empty for a flat file). codes: code_size() bytes
    /// each. In parallel over control.threads; the progress is the caller's.
    virtual Status encode(const VectorSet& rows, std::span<const std::uint32_t> which,
                          std::span<const std::uint32_t> lists, const CoarseQuantizer* coarse,
                          std::span<std::uint8_t> codes, const Control& control) const = 0;
    /// Puts a code at a position of an array of n codes, or reads it back.
    virtual void store(std::uint8_t* array, std::size_t n, std::size_t position,
                       const std::uint8_t* code) const noexcept;
    virtual void fetch(const std::uint8_t* array, std::size_t n, std::size_t position,
                       std::uint8_t* code) const noexcept;
    /// The vector that a code stands for: dim floats.
    virtual void decode(const std::uint8_t* code, std::size_t list, const CoarseQuantizer* coarse,
                        float* out) const = 0;

    /// Distances from the query (see ListScanner::begin) to the codes at these positions of a flat file, with
    /// the bits of a scan. False, without them, where a codec can only decode.
    virtual bool compare(const ScanSource&, const float* /*query*/,
                         std::span<const std::uint32_t> /*positions*/, std::span<float> /*out*/) const {
        return false;
    }

    /// For graphs over codes: distances to codes anywhere in the array of a flat file. array: of n codes.
    /// Both must outlive it. Unless overridden, it decodes.
    virtual std::unique_ptr<CodeScorer> code_scorer(const std::uint8_t* array, std::size_t n, std::size_t dim,
                                                    Metric metric) const;
    /// Bytes from one code of the array to the next, where codes lie one behind the other; 0: they do not.
    virtual std::size_t code_stride() const noexcept { return 0; }

    /// trace: null, or what explain listens to.
    virtual std::unique_ptr<ListScanner> scanner(const ScanSource& source, PathTrace* trace) const = 0;
    /// Several queries; out: k each. The same bits as by scanner, one by one, which is also what it does
    /// unless overridden.
    virtual void scan_block(const ScanSource& source, const CodeLists& lists, VectorView queries,
                            const Visits& visits, std::size_t k, std::span<Neighbor> out) const;
    /// Queries worth giving to scan_block at once.
    virtual std::size_t block_queries() const noexcept { return 16; }

    /// Bytes by part for n vectors: codes, tables and what else is kept; known before training.
    virtual std::vector<MemoryPart> memory(std::size_t n) const = 0;
    /// Comparing a code is a full-precision distance to the vector itself.
    virtual bool exact() const noexcept { return false; }
    /// How vectors are held, for IndexInfo::storage.
    virtual ElementType storage() const noexcept { return ElementType::F32; }
    virtual std::span<const ParamInfo> search_params() const noexcept { return {}; }

    /// What train learned.
    virtual Status save(ArchiveWriter& writer) const = 0;
    virtual Status load(ArchiveReader& reader) = 0;

    /// Only what keeps vectors as they are: the rows in the form that it keeps (see stored_form), and the
    /// codec for rows of another element type than it was first given; null where it fits.
    virtual bool narrows() const noexcept { return false; }
    virtual std::unique_ptr<ListCodec> widened(const VectorSet& rows, bool empty) const;
};

/// What a codec is made for.
struct CodecContext {
    std::size_t dim = 0;
    Metric metric = Metric::L2;
    bool in_cells = false; ///< an inverted file: codes may be of residuals
    std::uint64_t seed = 1234;
    ElementType storage = ElementType::F32; ///< for size estimates: how vectors will be held
    const ParamSet* build = nullptr;
};

/// Makes the codec that a code's node such as {PQ, {16, 8}} names. Errors: InvalidArgument with the column.
using MakeCodec = Result<std::unique_ptr<ListCodec>> (*)(const SpecNode& code, const CodecContext& context);

} // namespace annscope
