// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/kind.h"

#include <optional>
#include <string>
#include <vector>

namespace annscope {

struct SizeEstimate {
    std::vector<MemoryPart> parts; ///< exact, with formulas; empty where dim or n is unknown
    std::uint64_t bytes = 0;
};

/// What can be said of a factory string before anything is built, whether or not the kind is built here.
struct SpecDescription {
    std::string canonical;
    bool supported = false;            ///< built here
    std::string problem;               ///< why it cannot be built from these vectors; empty: it can
    bool extension = false;            ///< not a Faiss string
    std::string sentence;              ///< what the index does, for a person
    std::optional<SizeEstimate> size;  ///< where n and dim are given and all parts are known; of Faiss's
                                       ///< index where the kind is not built here
    double build_seconds = 0;          ///< estimate for this machine; 0: unknown
    std::vector<std::string> warnings; ///< metric ignored in Faiss, nlist too large for n, d not divisible,
                                       ///< too new for Debian's Faiss, ...
    std::string since;                 ///< Faiss version that first understood it
};

/// n or dim 0: unknown. storage: how vectors would be held. Cost: microseconds, and 5 ms once to measure the
/// machine.
SpecDescription describe(const Configuration& configuration, std::size_t n, std::size_t dim, Metric metric,
                         ElementType storage = ElementType::F32);

/// How an index of this configuration would hold vectors of a type; lossless: the narrowest type that loses
/// nothing of them (data/vector_set.h). For describe and Kind::size.
ElementType held_as(const Configuration& configuration, Metric metric, ElementType type,
                    ElementType lossless);

/// What could stand at the cursor of a configuration line: text replaces [begin, cursor).
struct Completion {
    std::string text;
    std::string help;      ///< what it is, in a few words
    bool supported = true; ///< what stands before it and it make an index that is built here
    std::size_t begin = 0;
};
/// Values fit n vectors of dim dimensions (0: unknown). Cost: microseconds; call it per key stroke.
std::vector<Completion> complete(std::string_view line, std::size_t cursor, std::size_t n, std::size_t dim);

/// Recommended values with reasons, e.g. nlist: 4 sqrt(n) .. 16 sqrt(n), N/39 with nprobe = nlist^0.3.
struct Recommendation {
    std::string label; ///< "4 sqrt(n)"
    double value = 0;
    std::string reason;
};
std::vector<Recommendation> recommend_nlist(std::size_t n);

} // namespace annscope
