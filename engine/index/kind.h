// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"
#include "index/index_spec.h"

#include <memory>
#include <span>
#include <string>

namespace annscope {

class ArchiveReader;
class ListCodec;
struct CodecContext;

/// What the size of an index is computed from before it exists.
struct SizeQuestion {
    std::size_t n = 0, dim = 0;
    ElementType storage =
        ElementType::F32; ///< how vectors will be held: the data's type, or narrower when lossless
    ParamSet build;
    Metric metric = Metric::L2;
};

/// What the distances that an index reports are distances to.
enum class Distances : std::uint8_t {
    OfVectors,    ///< the vectors as they were given
    OfCodes,      ///< what the codes decode to, up to rounding
    OfTables,     ///< the same by tables of 8 bits: a few percent off
    Estimates,    ///< unbiased estimates of the distances to the vectors
    OfTransformed ///< the vectors after a transform that need not keep distances
};

/// One kind of index: a file in index/ defines one, registry.cpp lists it. The conformance suite runs over
/// all.
struct Kind {
    std::string_view name;    ///< what registry, archives and tests call it: "Flat", "IVF,Flat", "Vamana"
    std::string_view example; ///< a factory string that works on small data; the conformance suite builds it
    bool extension = false;   ///< our own grammar, unknown to Faiss
    std::span<const ParamInfo> build_params;
    std::span<const ParamInfo> search_params; ///< general ranges; an index narrows them

    bool (*matches)(const SpecNode& root) noexcept;
    /// A sentence or two for a person: what this index does and costs.
    std::string (*explain)(const SpecNode& root);
    /// Exact bytes by part after all vectors are added; equal to IndexInfo::memory.
    std::vector<MemoryPart> (*size)(const SpecNode& root, const SizeQuestion& question);
    /// Multiply-adds of building, for the time estimate.
    double (*build_work)(const SpecNode& root, const SizeQuestion& question);
    /// Errors: InvalidArgument (e.g. IVF0), with the node's column.
    Result<std::unique_ptr<Index>> (*create)(const SpecNode& root, const BuildContext& context);
    Result<std::unique_ptr<Index>> (*load)(ArchiveReader& reader);
    /// Keeps the rows it is given instead of copying them, unless the metric changes them.
    bool shares_vectors = false;
    Distances distances = Distances::OfVectors;
    /// More factory strings for the conformance suite, e.g. one per code that this kind knows.
    std::span<const std::string_view> more_examples = {};
    /// The nodes below root that are indexes of their own, whose parameters are root's as well; null: none.
    std::vector<const SpecNode*> (*inner)(const SpecNode& root) = nullptr;
    /// Kinds of flat codes: their codec, so that other indexes can hold such codes; null: none.
    Result<std::unique_ptr<ListCodec>> (*make_codec)(const SpecNode& code,
                                                     const CodecContext& context) = nullptr;
    /// Metrics that create accepts; null: all.
    bool (*allows)(const SpecNode& root, Metric metric) noexcept = nullptr;
};

/// All kinds, in the order in which they are tried. An explicit list: a self-registering object would be
/// dropped from a static library.
std::span<const Kind* const> kinds() noexcept;
/// nullptr where none is built yet.
const Kind* find_kind(const SpecNode& root) noexcept;
const Kind* find_kind(std::string_view name) noexcept;

/// What may be given for a tree: the parameters of its kind and of the indexes inside it, each name once, the
/// outer's before the inner's. Empty where the kind is not built yet. build: how it is built, by which some
/// search parameters exist.
std::vector<ParamInfo> build_params(const SpecNode& root);
std::vector<ParamInfo> search_params(const SpecNode& root, const ParamSet& build = {});

} // namespace annscope
