// SPDX-License-Identifier: Apache-2.0
#include "graph/adjacency.h"
#include "spec/facts.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace annscope::spec {
namespace {

using Parts = std::vector<MemoryPart>;

std::string text(std::uint64_t number) {
    return std::to_string(number);
}

/// A product that stays at the largest number instead of wrapping.
std::uint64_t product(std::initializer_list<std::uint64_t> factors) noexcept {
    std::uint64_t result = 1;
    for (const std::uint64_t factor : factors) {
        if (factor != 0 && result > std::numeric_limits<std::uint64_t>::max() / 4 / factor)
            return std::numeric_limits<std::uint64_t>::max() / 4;
        result *= factor;
    }
    return result;
}

/// Codes of one vector and what they are decoded with.
struct Code {
    std::uint64_t bytes = 0;
    std::string formula;
    Parts tables;
    std::uint64_t block = 1; ///< vectors are padded to whole blocks (fast scan)
};

std::uint64_t norm_bits(std::string_view suffix) noexcept {
    if (suffix.ends_with("_Nfloat"))
        return 32;
    if (suffix.ends_with("qint8") || suffix.ends_with("2x4"))
        return 8;
    return suffix.ends_with("qint4") ? 4 : 0;
}

Code additive_code(const SpecNode& node, std::uint64_t dim) {
    const bool by_split = node.name.starts_with('P');
    const bool fast = node.suffix.starts_with("fs");
    std::uint64_t bits = 0, table = 0;
    for (std::size_t i = by_split ? 1 : 0; i + 1 < node.numbers.size(); i += 2) {
        const std::uint64_t m = node.numbers[i] * (by_split ? node.numbers[0] : 1),
                            nbits = node.numbers[i + 1];
        bits += m * nbits;
        table += product({node.numbers[i], std::uint64_t{1} << nbits, dim, 4});
        if (fast)
            break; // what follows is the block size
    }
    Code code;
    if (fast) {
        const std::uint64_t with_norm = bits / 4 + (norm_bits(node.suffix) == 8 ? 2 : 0);
        code.bytes = (with_norm + 1) / 2;
        code.block = node.numbers.back();
    } else {
        code.bytes = (bits + norm_bits(node.suffix) + 7) / 8;
    }
    code.formula = text(code.bytes);
    code.tables = {{"codebooks", table, "M * 2^bits * d * 4"}};
    return code;
}

Code scalar_code(const SpecNode& node, std::uint64_t dim) {
    const std::uint64_t bits = scalar_bits(node.name);
    Code code{(dim * bits + 7) / 8, "ceil(d * " + text(bits) + " / 8)", {}};
    if (node.name == "SQ8" || node.name == "SQ6" || node.name == "SQ4")
        code.tables = {{"ranges", 2 * dim * 4, "2 * d * 4"}};
    return code;
}

Code pq_code(const SpecNode& node, std::uint64_t dim) {
    const std::uint64_t m = node.numbers[0], nbits = node.numbers[1];
    Code code{(m * nbits + 7) / 8, "ceil(M * bits / 8)", {}};
    if (node.suffix.starts_with("fs")) {
        code.bytes = (m + 1) / 2;
        code.formula = "ceil(M / 2)";
        code.block = node.numbers[2];
    }
    code.tables = {{"codebooks", product({std::uint64_t{1} << nbits, dim, 4}), "2^bits * d * 4"}};
    return code;
}

std::optional<Code> code_of(const SpecNode& node, std::uint64_t dim) {
    if (node.name == "Flat" || node.name == "FlatDedup")
        return Code{dim * 4, "d * 4", {}};
    if (node.name == "PQ")
        return pq_code(node, dim);
    if (node.name == "PQR")
        return Code{node.numbers[0] + node.numbers[1],
                    "(M1 + M2)",
                    {{"codebooks", product({2, 256, dim, 4}), "2 * 256 * d * 4"}}};
    if (node.name.starts_with("SQtq") || node.name == "SQ0")
        return std::nullopt;
    if (scalar_bits(node.name))
        return scalar_code(node, dim);
    if (node.name == "RQ" || node.name == "LSQ" || node.name == "PRQ" || node.name == "PLSQ")
        return additive_code(node, dim);
    if (node.name == "RaBitQ" && node.numbers[0] == 1)
        return Code{(dim + 7) / 8 + 8, "(ceil(d / 8) + 8)", {}};
    if (node.name == "SH") {
        const std::uint64_t bits = node.children[0].numbers.empty() ? dim : node.children[0].numbers[0];
        return Code{
            (bits + 7) / 8, "ceil(bits / 8)", {{"rotation", product({dim, bits, 4}), "d * bits * 4"}}};
    }
    if (node.name == "LSH") {
        const std::uint64_t bits = node.numbers.empty() ? dim : node.numbers[0];
        Code code{(bits + 7) / 8, "ceil(bits / 8)", {}};
        if (node.suffix.starts_with("r"))
            code.tables.push_back({"rotation", product({dim, bits, 4}), "d * bits * 4"});
        if (node.suffix.ends_with("t"))
            code.tables.push_back({"thresholds", bits * 4, "bits * 4"});
        return code;
    }
    return std::nullopt;
}

void add_codes(Parts& parts, const Code& code, std::uint64_t n, std::string_view name) {
    const std::uint64_t rows = (n + code.block - 1) / code.block * code.block;
    parts.push_back({std::string(name), product({rows, code.bytes}), "n * " + code.formula});
    parts.insert(parts.end(), code.tables.begin(), code.tables.end());
}

bool append(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim);

/// Codes alone, as graphs keep them.
bool append_storage(Parts& parts, const SpecNode* code, std::uint64_t n, std::uint64_t dim) {
    if (!code) {
        parts.push_back({"vectors", product({n, dim, 4}), "n * d * 4"});
        return true;
    }
    if (code->name == "2Level" || code->name == "2LevelIMI") {
        const bool imi = code->name == "2LevelIMI";
        const std::uint64_t bits =
            imi ? 2 * code->numbers[0] : static_cast<std::uint64_t>(std::bit_width(code->numbers[0] - 1));
        const std::uint64_t centroids = imi ? std::uint64_t{1} << code->numbers[0] : code->numbers[0];
        parts.push_back({"codes", product({n, (bits + 7) / 8 + code->numbers[1]}), "n * (cell bytes + M)"});
        parts.push_back({"centroids", product({centroids, dim, 4}), "centroids * d * 4"});
        parts.push_back({"codebooks", product({256, dim, 4}), "256 * d * 4"});
        return true;
    }
    const std::optional<Code> known = code_of(*code, dim);
    if (known)
        add_codes(parts, *known, n, "codes");
    return known.has_value();
}

/// Levels are drawn at random: level l holds n / M^l vectors on average, each with M more links.
bool append_hnsw(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    const double m = static_cast<double>(node.numbers[0]);
    const double links = static_cast<double>(n) * (2 * m + m / (m - 1)) * 4;
    parts.push_back({"links", static_cast<std::uint64_t>(std::llround(std::min(links, 4e18))),
                     "n * (2M + M / (M - 1)) * 4, on average"});
    parts.push_back({"levels", n * 4 + (n + 1) * 8, "n * 4 + (n + 1) * 8"});
    return append_storage(parts, node.children.empty() ? nullptr : &node.children[0], n, dim);
}

bool append_ivf(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    const SpecNode& code = node.children[0];
    const std::optional<Code> known = code_of(code, dim);
    if (!known)
        return false;
    const std::uint64_t cells = cells_of(node);
    add_codes(parts, *known, n, code.name.starts_with("Flat") ? "vectors" : "codes");
    parts.push_back({"ids", n * 8, "n * 8"});
    parts.push_back({"list headers", product({cells, 48}), "nlist * 48"});
    // Faiss computes these tables in training for L2 while they are below 2 GiB.
    if (code.name == "PQ" && !code.suffix.starts_with("fs")) {
        const std::uint64_t table = product({cells, code.numbers[0], std::uint64_t{1} << code.numbers[1], 4});
        if (node.name == "IVF" && table < (std::uint64_t{1} << 31))
            parts.push_back({"look-up tables", table, "nlist * M * 2^bits * 4"});
    }
    if (node.name == "IMI") {
        parts.push_back(
            {"centroids", product({std::uint64_t{1} << node.numbers[1], dim, 4}), "2^bits * d * 4"});
        return true;
    }
    if (node.children.size() > 1)
        return append(parts, node.children[1], cells, dim);
    parts.push_back({"centroids", product({cells, dim, 4}), "nlist * d * 4"});
    return true;
}

bool append_residual(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    const std::uint64_t cells = cells_of(node);
    const Code code = pq_code(node.children[0], dim);
    const std::uint64_t cell_bytes = (static_cast<std::uint64_t>(std::bit_width(cells - 1)) + 7) / 8;
    const std::uint64_t table = node.numbers.size() > 1 ? std::uint64_t{1} << node.numbers[1] : cells;
    parts.push_back(
        {"codes", product({n, cell_bytes + code.bytes}), "n * (cell bytes + " + code.formula + ")"});
    parts.push_back({"centroids", product({table, dim, 4}), "centroids * d * 4"});
    parts.insert(parts.end(), code.tables.begin(), code.tables.end());
    return true;
}

bool append_chain(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i) {
        const SpecNode& transform = node.children[i];
        const std::uint64_t out = dim_after(transform, dim);
        if (transform.name == "PCA" || transform.name == "PCAW" || transform.name == "PCAR" ||
            transform.name == "PCAWR" || transform.name == "OPQ" || transform.name == "RR" ||
            transform.name == "ITQ")
            parts.push_back({transform.name + " matrix", product({dim, out, 4}), "d * d_out * 4"});
        dim = out;
    }
    return append(parts, node.children.back(), n, dim);
}

/// Wrappers around one index, and refinement.
bool append_wrapper(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    if (!append(parts, node.children[0], n, dim))
        return false;
    if (node.name == "IDMap" || node.name == "IDMap2")
        parts.push_back({"id map", n * 8, "n * 8"});
    if (node.name == "IDMap2")
        parts.push_back({"id to row", n * 40, "n * 40, about (a hash table)"});
    if (node.name == "MinMax" || node.name == "MinMaxFP16")
        parts.push_back(
            {"row ranges", n * (node.name == "MinMax" ? 8 : 4), node.name == "MinMax" ? "n * 8" : "n * 4"});
    if (node.name == "RFlat")
        parts.push_back({"vectors for refinement", product({n, dim, 4}), "n * d * 4"});
    if (node.children.size() > 1) {
        Parts refine;
        if (!append(refine, node.children[1], n, dim))
            return false;
        for (MemoryPart& part : refine) {
            part.name += " for refinement";
            parts.push_back(std::move(part));
        }
    }
    return true;
}

bool append(Parts& parts, const SpecNode& node, std::uint64_t n, std::uint64_t dim) {
    const std::string& name = node.name;
    if (name == "PreTransform")
        return append_chain(parts, node, n, dim);
    if (name == "IDMap" || name == "IDMap2" || name == "MinMax" || name == "MinMaxFP16" || name == "RFlat" ||
        name == "Refine" || name == "RefinePanorama")
        return append_wrapper(parts, node, n, dim);
    if (name == "IVF" || name == "IMI")
        return append_ivf(parts, node, n, dim);
    if (name == "Residual")
        return append_residual(parts, node, n, dim);
    if (name == "HNSW")
        return append_hnsw(parts, node, n, dim);
    if (name == "NSG") {
        parts.push_back({"links", product({n, node.numbers[0], 4}), "n * R * 4"});
        return append_storage(parts, node.children.empty() ? nullptr : &node.children[0], n, dim);
    }
    if (name == "Vamana") {
        const std::size_t degree = node.numbers[0];
        parts.push_back(
            {"graph", Adjacency::bytes_of(n, degree), "n * " + text(Adjacency::stride_of(degree)) + " * 4"});
        return append_storage(parts, node.children.empty() ? nullptr : &node.children[0], n, dim);
    }
    if (name.starts_with("SVS") || name == "DiskANN")
        return false;
    if (name == "RCQ" || name == "LSCQ") {
        parts.push_back({"codebooks", additive_code(node, dim).tables[0].bytes, "M * 2^bits * d * 4"});
        return true;
    }
    const std::optional<Code> code = code_of(node, dim);
    if (code)
        add_codes(parts, *code, n, name == "Flat" ? "vectors" : "codes");
    return code.has_value();
}

} // namespace

std::size_t dim_after(const SpecNode& transform, std::size_t dim) noexcept {
    const std::string& name = transform.name;
    if (name == "HR")
        return std::bit_ceil(std::max<std::size_t>(dim, 1));
    if (name == "Pad")
        return std::max<std::size_t>(dim, transform.numbers[0]);
    if (name == "OPQ")
        return transform.numbers.size() > 1 ? transform.numbers[1] : dim;
    if (name == "L2norm" || transform.numbers.empty())
        return dim;
    return transform.numbers[0];
}

unsigned scalar_bits(std::string_view name) noexcept {
    if (!name.starts_with("SQ"))
        return 0;
    if (name == "SQfp16" || name == "SQbf16")
        return 16;
    if (name.starts_with("SQ8"))
        return 8;
    const char last = name.back();
    return last >= '0' && last <= '9' ? static_cast<unsigned>(last - '0') : 0;
}

std::uint64_t cells_of(const SpecNode& node) noexcept {
    if (node.name == "IVF")
        return node.numbers[0];
    if (node.name == "IMI")
        return std::uint64_t{1} << (2 * node.numbers[1]);
    if (node.name == "Residual")
        return node.numbers.size() > 1 ? std::uint64_t{1} << (node.numbers[0] * node.numbers[1])
                                       : node.numbers[0];
    return 0;
}

std::optional<std::vector<MemoryPart>> faiss_size(const SpecNode& root, std::size_t n, std::size_t dim) {
    Parts parts;
    if (!append(parts, root, n, dim))
        return std::nullopt;
    return parts;
}

} // namespace annscope::spec
