// SPDX-License-Identifier: Apache-2.0
#include "spec/grammar.h"

#include <algorithm>

namespace annscope::spec {
namespace {

constexpr unsigned bits(std::initializer_list<Place> places) {
    unsigned mask = 0;
    for (const Place place : places)
        mask |= static_cast<unsigned>(place);
    return mask;
}

/// _64 after a fast-scan or RaBitQ code.
Result<std::uint64_t> block_size(Scanner& scanner) {
    if (!(scanner.rest().starts_with("_") && scanner.at_digit(1)))
        return kDefaultBlock;
    scanner.accept("_");
    const int column = scanner.column();
    ANNSCOPE_ASSIGN(const std::uint64_t block, scanner.number("The block size bbs", 32, 1u << 20));
    if (block % 32 != 0)
        return parse_error(column, "The block size bbs of fast scan must be a multiple of 32, not " +
                                       std::to_string(block) + ".");
    return block;
}

/// The _N... at the end of an additive quantiser's code.
std::string norm(Scanner& scanner) {
    for (const std::string_view name : kNorms)
        if (scanner.accept_last(name))
            return std::string(name);
    return {};
}

/// What follows x4fs: r, the block size.
Status fast_scan_tail(Scanner& scanner, Place place, SpecNode& code) {
    code.suffix = "fs";
    if (place == Place::Ivf && scanner.accept("r"))
        code.suffix += "r";
    ANNSCOPE_ASSIGN(const std::uint64_t block, block_size(scanner));
    code.numbers.push_back(block);
    return {};
}

Error needs_four_bits(const Scanner& scanner, int column) {
    return parse_error(column, "Fast scan works on 4 bits a code only: expected x4fs, found " +
                                   quoted(scanner.text()) + ".");
}

Result<SpecNode> parse_pq(Scanner& scanner, Place place) {
    SpecNode code = node_at(scanner, "PQ");
    ANNSCOPE_ASSIGN(const std::uint64_t m, scanner.number("The number of sub-quantisers M", 1, kMaxDim));
    code.numbers = {m, 8};
    if (place == Place::Ivf && scanner.accept("+")) {
        ANNSCOPE_ASSIGN(const std::uint64_t refine, scanner.number("The number of refine bytes", 1, kMaxDim));
        code.name = "PQR";
        code.numbers[1] = refine;
        ANNSCOPE_TRY(scanner.end("nothing more"));
        return code;
    }
    if (scanner.accept("x")) {
        const int column = scanner.column();
        ANNSCOPE_ASSIGN(code.numbers[1], scanner.number("The bits of a code", 1, 24));
        if ((place == Place::Basic || place == Place::Ivf) && scanner.accept("fs")) {
            if (code.numbers[1] != 4)
                return needs_four_bits(scanner, column);
            ANNSCOPE_TRY(fast_scan_tail(scanner, place, code));
            ANNSCOPE_TRY(scanner.end(place == Place::Ivf ? "r, _ and a block size, or nothing more"
                                                         : "_ and a block size, or nothing more"));
            return code;
        }
    }
    if (place != Place::Residual && scanner.accept("np"))
        code.suffix = "np";
    ANNSCOPE_TRY(scanner.end(code.suffix.empty() ? "x and the bits of a code (as in PQ16x8), or nothing more"
                                                 : "nothing more"));
    return code;
}

/// The MxN(_MxN)* of RQ and LSQ. single: one pair only.
Status parse_pairs(Scanner& scanner, SpecNode& code, bool single) {
    do {
        ANNSCOPE_ASSIGN(const std::uint64_t m, scanner.number("The number of codebooks M", 1, 4096));
        if (!scanner.accept("x"))
            return parse_error(scanner.column(), "Expected x and the bits of a code after " +
                                                     quoted(scanner.consumed()) + ", as in RQ8x8.");
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number("The bits of a code", 1, 24));
        code.numbers.push_back(m);
        code.numbers.push_back(nbits);
    } while (!single && scanner.rest().starts_with("_") && scanner.at_digit(1) && scanner.accept("_"));
    return {};
}

Result<SpecNode> parse_additive(Scanner& scanner, Place place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    const bool coarse = name == "RCQ" || name == "LSCQ";
    const bool single = place == Place::Basic && name.starts_with("LS");
    const int column = scanner.column();
    ANNSCOPE_TRY(parse_pairs(scanner, code, single));
    if (!coarse && scanner.accept("fs")) {
        if (code.numbers.size() != 2 || code.numbers[1] != 4)
            return needs_four_bits(scanner, column);
        ANNSCOPE_TRY(fast_scan_tail(scanner, place, code));
    }
    std::uint64_t total = 0;
    for (std::size_t i = 0; i + 1 < code.numbers.size() && code.suffix.empty(); i += 2)
        total += code.numbers[i] * code.numbers[i + 1];
    if (coarse && total > 48)
        return parse_error(column, "A coarse quantiser of " + std::to_string(total) +
                                       " bits has too many cells; expected at most 48 bits.");
    code.suffix += norm(scanner);
    ANNSCOPE_TRY(scanner.end("a norm such as _Nqint8, or nothing more"));
    return code;
}

Result<SpecNode> parse_product_additive(Scanner& scanner, Place place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    ANNSCOPE_ASSIGN(const std::uint64_t splits, scanner.number("The number of splits", 1, 4096));
    code.numbers.push_back(splits);
    if (!scanner.accept("x"))
        return parse_error(scanner.column(), "Expected x and the codebooks of a split after " +
                                                 quoted(scanner.consumed()) + ", as in " + std::string(name) +
                                                 "4x2x8.");
    const int column = scanner.column();
    ANNSCOPE_TRY(parse_pairs(scanner, code, true));
    if (scanner.accept("fs")) {
        if (code.numbers[2] != 4)
            return needs_four_bits(scanner, column);
        ANNSCOPE_TRY(fast_scan_tail(scanner, place, code));
    }
    code.suffix += norm(scanner);
    ANNSCOPE_TRY(scanner.end("a norm such as _Nqint8, or nothing more"));
    return code;
}

/// FlatPanorama, FlatL2Panorama, FlatIPPanorama.
Result<SpecNode> parse_panorama(Scanner& scanner, Place place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    ANNSCOPE_ASSIGN(const std::uint64_t levels,
                    place == Place::Basic
                        ? scanner.number("The number of levels", 1, kMaxDim)
                        : scanner.number_or(kDefaultPanoramaLevels, "The number of levels", 1, kMaxDim));
    code.numbers.push_back(levels);
    if (place != Place::Hnsw) {
        code.numbers.push_back(kDefaultPanoramaBatch);
        if (scanner.accept("_")) {
            ANNSCOPE_ASSIGN(code.numbers[1], scanner.number("The batch size", 1, kMaxDim));
        }
    }
    ANNSCOPE_TRY(scanner.end(place == Place::Hnsw ? "nothing more" : "_ and a batch size, or nothing more"));
    return code;
}

Result<SpecNode> parse_lsh(Scanner& scanner, Place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    if (scanner.at_digit()) {
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number("The number of bits", 1, kMaxDim));
        code.numbers.push_back(nbits);
    }
    if (scanner.accept("r"))
        code.suffix += "r";
    if (scanner.accept("t"))
        code.suffix += "t";
    ANNSCOPE_TRY(scanner.end("r (rotate), t (train thresholds) or nothing more"));
    return code;
}

Result<SpecNode> parse_lattice(Scanner& scanner, Place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    ANNSCOPE_ASSIGN(const std::uint64_t nsq, scanner.number("The number of sub-vectors", 1, kMaxDim));
    if (!scanner.accept("x"))
        return parse_error(scanner.column(), "Expected x and the squared radius, as in ZnLattice4x10_6.");
    ANNSCOPE_ASSIGN(const std::uint64_t radius, scanner.number("The squared radius r2", 1, 65536));
    if (!scanner.accept("_"))
        return parse_error(scanner.column(), "Expected _ and the scale bits, as in ZnLattice4x10_6.");
    ANNSCOPE_ASSIGN(const std::uint64_t scale, scanner.number("The scale bits", 1, 32));
    code.numbers = {nsq, radius, scale};
    ANNSCOPE_TRY(scanner.end("nothing more"));
    return code;
}

Result<SpecNode> parse_rabitq(Scanner& scanner, Place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number_or(1, "The bits a dimension", 1, 9));
    code.numbers.push_back(nbits);
    if (name == "RaBitQfs") {
        ANNSCOPE_ASSIGN(const std::uint64_t block, block_size(scanner));
        code.numbers.push_back(block);
    }
    ANNSCOPE_TRY(scanner.end(name == "RaBitQfs" ? "_ and a block size, or nothing more" : "nothing more"));
    return code;
}

Result<SpecNode> parse_eden(Scanner& scanner, Place, std::string_view name) {
    SpecNode code = node_at(scanner, name);
    if (scanner.at_digit()) {
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number("The bits a dimension", 1, 8));
        code.numbers.push_back(nbits);
    }
    if (scanner.accept("BIASED"))
        code.suffix = "BIASED";
    else if (scanner.accept("BIAS"))
        code.suffix = "BIAS";
    ANNSCOPE_TRY(scanner.end("BIAS or nothing more"));
    return code;
}

/// 64+PQ8 and 2x6+PQ8, the two-level codes of HNSW.
Result<SpecNode> parse_two_level(Scanner& scanner) {
    const bool imi = scanner.rest().starts_with("2x");
    SpecNode code = node_at(scanner, imi ? "2LevelIMI" : "2Level");
    if (imi)
        scanner.accept("2x");
    ANNSCOPE_ASSIGN(const std::uint64_t first, imi ? scanner.number("The bits of each half", 1, 16)
                                                   : scanner.number("The number of centroids", 1, kMaxInt));
    if (!scanner.accept("+PQ"))
        return parse_error(scanner.column(),
                           "Expected +PQ after " + quoted(scanner.consumed()) + ", as in HNSW32,64+PQ8.");
    ANNSCOPE_ASSIGN(const std::uint64_t m, scanner.number("The number of sub-quantisers M", 1, kMaxDim));
    code.numbers = {first, m};
    ANNSCOPE_TRY(scanner.end("nothing more"));
    return code;
}

Result<SpecNode> parse_pq_row(Scanner& scanner, Place place, std::string_view) {
    return parse_pq(scanner, place);
}

struct Row {
    std::string_view name;
    unsigned places;
    Result<SpecNode> (*parse)(Scanner& scanner, Place place, std::string_view name);
};

/// A name that begins with another stands before it.
constexpr std::array kRows{
    Row{"FlatPanorama", bits({Place::Hnsw, Place::Ivf}), parse_panorama},
    Row{"FlatL2Panorama", bits({Place::Basic}), parse_panorama},
    Row{"FlatIPPanorama", bits({Place::Basic}), parse_panorama},
    Row{"LSH", bits({Place::Basic}), parse_lsh},
    Row{"ZnLattice", bits({Place::Basic}), parse_lattice},
    Row{"PQ",
        bits({Place::Basic, Place::Ivf, Place::Hnsw, Place::Nsg, Place::Residual, Place::Vamana,
              Place::DiskAnn}),
        parse_pq_row},
    Row{"RQ", bits({Place::Basic, Place::Ivf}), parse_additive},
    Row{"LSQ", bits({Place::Basic, Place::Ivf}), parse_additive},
    Row{"RCQ", bits({Place::Basic}), parse_additive},
    Row{"LSCQ", bits({Place::Basic}), parse_additive},
    Row{"PRQ", bits({Place::Basic, Place::Ivf}), parse_product_additive},
    Row{"PLSQ", bits({Place::Basic, Place::Ivf}), parse_product_additive},
    Row{"RaBitQfs", bits({Place::Basic, Place::Ivf, Place::Vamana}), parse_rabitq},
    Row{"RaBitQ", bits({Place::Basic, Place::Ivf}), parse_rabitq},
    Row{"EDEN", bits({Place::Basic, Place::Ivf}), parse_eden},
};

bool allowed(const Row& row, Place place) noexcept {
    return (row.places & static_cast<unsigned>(place)) != 0;
}

std::string_view suggestions(Place place) noexcept {
    switch (place) {
    case Place::Basic:
        return "an index such as Flat, IVF1024,Flat, HNSW32 or Vamana64";
    case Place::Ivf:
        return "a code such as Flat, SQ8, PQ16 or PQ32x4fs";
    case Place::Hnsw:
        return "a code such as Flat, SQ8, PQ16 or 64+PQ8";
    case Place::Nsg:
    case Place::Vamana:
        return "a code such as Flat, SQ8 or PQ16";
    case Place::Residual:
    case Place::DiskAnn:
        return "a product quantiser such as PQ16";
    }
    return "a code";
}

bool same_letters(std::string_view a, std::string_view b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::ranges::equal(a, b, {}, lower, lower);
}

/// A name with the right letters in the wrong case, or one that begins with what was typed.
std::string did_you_mean(std::string_view text, Place place) {
    const auto matches = [text](std::string_view name) {
        return text.size() >= name.size()
                   ? same_letters(text.substr(0, name.size()), name)
                   : text.size() >= 2 && same_letters(name.substr(0, text.size()), text);
    };
    std::vector<std::string_view> names;
    if (place == Place::Basic)
        names = {"MinMaxFP16", "MinMax", "IVF",     "IMI",      "HNSW",
                 "NSG",        "Vamana", "DiskANN", "Residual", "SVSVamana"};
    if (place != Place::Residual && place != Place::DiskAnn) {
        names.push_back("Flat");
        names.insert(names.end(), kScalarQuantizers.begin(), kScalarQuantizers.end());
    }
    for (const Row& row : kRows)
        if (allowed(row, place))
            names.push_back(row.name);
    const auto found = std::ranges::find_if(names, matches);
    return found == names.end() ? "" : " Did you mean " + std::string(*found) + "?";
}

Error unknown_code(Segment segment, Place place) {
    const std::string expected = "Expected " + std::string(suggestions(place));
    if (segment.text.empty())
        return parse_error(segment.column, expected + (place == Place::Basic ? "." : " after the comma."));
    return parse_error(segment.column, expected + ", found " + quoted(segment.text) + "." +
                                           did_you_mean(segment.text, place));
}

} // namespace

Result<SpecNode> parse_code(Segment segment, Place place) {
    Scanner scanner(segment);
    const bool has_plain = place != Place::Residual && place != Place::DiskAnn;
    if (has_plain && (segment.text == "Flat" || (place == Place::Ivf && segment.text == "FlatDedup") ||
                      std::ranges::find(kScalarQuantizers, segment.text) != kScalarQuantizers.end()))
        return node_at(scanner, segment.text);
    if (place == Place::Hnsw && scanner.at_digit())
        return parse_two_level(scanner);
    for (const Row& row : kRows)
        if (allowed(row, place) && scanner.accept(row.name))
            return row.parse(scanner, place, row.name);
    if (has_plain && scanner.accept("Flat"))
        return parse_error(scanner.column(), "Expected a comma or nothing more after \"Flat\", found " +
                                                 quoted(scanner.rest()) + ".");
    if (has_plain && scanner.accept("SQ")) {
        std::string names;
        for (const std::string_view name : kScalarQuantizers)
            names += (names.empty() ? "" : ", ") + std::string(name.substr(2));
        return parse_error(scanner.column(),
                           "Expected one of " + names + " after \"SQ\"" +
                               (scanner.done() ? "." : ", found " + quoted(scanner.rest()) + "."));
    }
    return unknown_code(segment, place);
}

} // namespace annscope::spec
