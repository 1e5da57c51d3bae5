// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/node_space.h"
#include "graph/row_sketch.h"
#include "graph/scorer.h"
#include "index/code_scorer.h"
#include "index/list_codec.h"
#include "index/storage.h"

#include <memory>
#include <span>

namespace annscope {

class ArchiveWriter;
class ArchiveReader;

/// Whether float32 vectors that are kept whole are kept as bytes as well.
inline constexpr ParamInfo kSketchParam{"sketch",
                                        0,
                                        1,
                                        1,
                                        true,
                                        false,
                                        "1 keeps float32 vectors as bytes as well, a quarter more memory: a "
                                        "walk looks at them first and reads in full "
                                        "only what may be near. The same answers, faster; 0 does without."};

/// Bytes by part of vectors held in full.
std::vector<MemoryPart> full_vectors_memory(std::size_t n, std::size_t dim, ElementType storage,
                                            const ParamSet& build);

/// held, and row i of rows at places[i], behind them or in the place of one of them; size in all. Floats
/// where the two are not of one type. Errors: OutOfMemory, Cancelled.
Result<VectorSet> placed(const VectorSet& held, const VectorSet& rows, std::span<const std::uint32_t> places,
                         std::size_t size, const Control& control);

/// The vectors of a graph's nodes as the index holds them: in full, of any element type, or as codes of any
/// flat codec; and how a query is compared with them.
class GraphVectors {
public:
    /// What is held, as one piece that can be replaced as a whole.
    struct Content {
        VectorSet vectors;                       ///< in full
        std::shared_ptr<const RowSketch> sketch; ///< of them, where it is useful
        AlignedBuffer<std::uint8_t> codes;       ///< or as codes
        std::size_t size = 0;
    };

    /// codec: null to hold vectors in full.
    GraphVectors(const BuildContext& context, std::unique_ptr<ListCodec> codec);

    bool coded() const noexcept { return m_codec != nullptr; }
    std::size_t size() const noexcept { return m_content.size; }
    bool trained() const noexcept { return !m_codec || m_codec->trained(); }
    ElementType storage() const noexcept { return m_codec ? m_codec->storage() : m_content.vectors.type(); }
    Status train(const VectorSet& rows, const Control& control);

    /// What would be held with row i of rows (in stored form) at places[i], everything else as it is. size:
    /// of it all. Cost: a copy of all, except of the first rows held in full, which are shared. Errors:
    /// OutOfMemory, Cancelled, InvalidArgument (a row that the code cannot hold).
    Result<Content> with(const VectorSet& rows, std::span<const std::uint32_t> places, std::size_t size,
                         const Control& control) const;
    /// What would be held with what is at place order[i] of content at place i. Cost: a copy. Errors:
    /// OutOfMemory, Cancelled.
    Result<Content> reordered(Content content, std::span<const std::uint32_t> order,
                              const Control& control) const;
    void set(Content content) noexcept { m_content = std::move(content); }
    /// As vectors to build a graph over: shared, or decoded. Errors: OutOfMemory, Cancelled.
    Result<VectorSet> as_vectors(const Control& control) const;
    /// For building over vectors, of which content is made: with its sketch, or with one for the time of the
    /// build where content is codes.
    Result<NodeSpace> space_over(const VectorSet& vectors, const Content& content,
                                 const Control& control) const;
    /// Of as_vectors where vectors are held in full and it is useful; else null.
    std::shared_ptr<const RowSketch> sketch() const noexcept { return m_content.sketch; }
    /// The vector at a place, or what its code decodes to. out: dim floats.
    void decode(std::size_t place, float* out) const;

    std::vector<MemoryPart> memory(std::size_t n) const;
    Status save(ArchiveWriter& writer) const;
    /// n: places that the header tells. Errors: CorruptFile, OutOfMemory.
    Status load(ArchiveReader& reader, std::size_t n);

    /// A query's side of distances; one per thread. Belongs to what is held when it was made.
    class Query {
    public:
        explicit Query(const GraphVectors& vectors);
        /// For a walk: to the sketch where there is one. query: dim floats that live until the next one.
        Scorer prepare(const float* query);
        /// A walk's distances are rounded: what is found has to be ranked by exact().
        bool rounds() const noexcept;
        /// No vector at this distance for the walk is nearer than the result.
        float least(float distance) const noexcept;
        /// As they are reported, of the same query.
        Scorer exact() const;

    private:
        const GraphVectors& m_vectors;
        PreparedQuery m_prepared;
        SketchQuery m_sketch;
        std::unique_ptr<CodeScorer> m_codes;
    };

private:
    Result<Content> with_codes(const VectorSet& rows, std::span<const std::uint32_t> places, std::size_t size,
                               const Control& control) const;

    Status add_sketch(Content& content, const Control& control) const;

    BuildContext m_context;
    std::unique_ptr<ListCodec> m_codec;
    bool m_sketches;
    Content m_content;
};

} // namespace annscope
