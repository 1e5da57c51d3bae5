// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index_spec.h"
#include "index/spec_defaults.h"
#include "spec/lexer.h"

#include <array>

// Shared by the files of the parser; not for others.
namespace annscope::spec {

inline constexpr std::uint64_t kMaxInt = 2147483647; // Faiss keeps most numbers of a factory string in an int
inline constexpr std::uint64_t kMaxDim = 1u << 20;
inline constexpr std::uint64_t kMaxDegree = 4096;
inline constexpr std::uint64_t kDefaultDegree = 32;

inline constexpr std::array<std::string_view, 17> kScalarQuantizers{
    "SQ0",        "SQ4",      "SQ8",      "SQ6",      "SQfp16",   "SQbf16",   "SQ8_direct_signed",
    "SQ8_direct", "SQtqmse1", "SQtqmse2", "SQtqmse3", "SQtqmse4", "SQtqmse8", "SQtq2",
    "SQtq3",      "SQtq4",    "SQtq5"};
inline constexpr std::array<std::string_view, 8> kNorms{"_Nnone",   "_Nfloat",  "_Nqint8",  "_Nqint4",
                                                        "_Ncqint8", "_Ncqint4", "_Nlsq2x4", "_Nrq2x4"};

/// Where a code stands; which codes are allowed depends on it.
enum class Place : unsigned {
    Basic = 1,
    Ivf = 2,
    Hnsw = 4,
    Nsg = 8,
    Residual = 16,
    Vamana = 32,
    DiskAnn = 64
};

using Segments = std::span<const Segment>;

/// An empty node where the scanner's segment began.
inline SpecNode node_at(const Scanner& scanner, std::string_view name) {
    return {std::string(name), {}, {}, {}, scanner.begin_column()};
}
/// The text that a run of segments was cut from.
Segment joined(Segments segments) noexcept;
bool is_plain(const SpecNode& node, std::string_view name) noexcept;
Error nothing_may_follow(Segments head, Segment segment);

/// A whole index, wrappers and all; depth: how deep it stands already.
Result<SpecNode> parse_index(Segments segments, int depth);
/// The same from the text between parentheses.
Result<SpecNode> parse_nested(Segment text, int depth);
/// One index that is wrapped in nothing.
Result<SpecNode> parse_basic(Segments segments, int depth);
/// One code in one segment. Errors: ParseError; names what is allowed at that place.
Result<SpecNode> parse_code(Segment segment, Place place);
/// The code of a Scalable Vector Search index.
Result<SpecNode> parse_svs_code(Segment segment);
/// PCA, OPQ and the like; nothing where the segment does not begin like one.
std::optional<Result<SpecNode>> parse_transform(Segment segment);
/// ITQ64,SH-1e10c and its like in an IVF.
Result<SpecNode> parse_spectral_hash(Segment transform, Segment hash);

} // namespace annscope::spec
