// SPDX-License-Identifier: Apache-2.0
#include "spec/grammar.h"

namespace annscope::spec {
namespace {

/// HNSW32, HNSW32,SQ8, HNSW32_SQ8; NSG and Vamana alike.
Result<SpecNode> parse_graph(std::string_view name, Segments segments, Place place) {
    Scanner scanner(segments.front());
    scanner.accept(name);
    SpecNode node{std::string(name), {}, {}, {}, scanner.begin_column()};
    const bool faiss = place == Place::Hnsw || place == Place::Nsg;
    const std::string_view what = place == Place::Hnsw ? "The number of links M" : "The degree R";
    const std::uint64_t min = place == Place::Hnsw ? 2 : 1;
    ANNSCOPE_ASSIGN(const std::uint64_t degree, faiss
                                                    ? scanner.number_or(kDefaultDegree, what, min, kMaxDegree)
                                                    : scanner.number(what, min, kMaxDegree));
    node.numbers.push_back(degree);
    std::optional<Segment> code;
    Segments used = segments.first(1);
    if (faiss && scanner.accept("_"))
        code = segments.front().from(scanner.consumed().size());
    else
        ANNSCOPE_TRY(scanner.end("a comma and a code, or nothing more"));
    if (!code && segments.size() > 1) {
        code = segments[1];
        used = segments.first(2);
    }
    if (segments.size() > used.size())
        return nothing_may_follow(used, segments[used.size()]);
    if (place == Place::DiskAnn && !code)
        return parse_error(scanner.column(), "DiskANN needs a comma and a product quantiser after it, as in "
                                             "DiskANN64,PQ32.");
    if (!code || (faiss && code->text.empty())) // Faiss reads an empty code as Flat
        return node;
    ANNSCOPE_ASSIGN(SpecNode child, parse_code(*code, place));
    if (!is_plain(child, "Flat"))
        node.children.push_back(std::move(child));
    return node;
}

Result<SpecNode> parse_svs(Segments segments) {
    Scanner scanner(segments.front());
    SpecNode node{"SVSFlat", {}, {}, {}, scanner.begin_column()};
    std::size_t used = 1;
    if (!scanner.accept("SVSFlat")) {
        const bool graph = scanner.accept("SVSVamana");
        if (!graph && !scanner.accept("SVSIVF")) {
            scanner.accept("SVS");
            return parse_error(scanner.column(), "Expected Flat, Vamana or IVF after \"SVS\".");
        }
        node.name = graph ? "SVSVamana" : "SVSIVF";
        ANNSCOPE_ASSIGN(
            const std::uint64_t number,
            scanner.number(graph ? "The degree R" : "The number of cells", 1, graph ? kMaxDegree : kMaxInt));
        node.numbers.push_back(number);
        if (segments.size() > 1) {
            used = 2;
        }
    }
    ANNSCOPE_TRY(scanner.end(used == 2 || node.name != "SVSFlat" ? "a comma and a code, or nothing more"
                                                                 : "nothing more"));
    if (used == 2) {
        ANNSCOPE_ASSIGN(SpecNode code, parse_svs_code(segments[1]));
        node.children.push_back(std::move(code));
    }
    if (segments.size() > used)
        return nothing_may_follow(segments.first(used), segments[used]);
    return node;
}

/// nlist of IVF, with k and M.
Result<std::uint64_t> parse_nlist(Scanner& scanner) {
    const int column = scanner.column();
    ANNSCOPE_ASSIGN(std::uint64_t nlist, scanner.number("nlist", 1, kMaxInt));
    if (scanner.accept("k"))
        nlist *= 1024;
    else if (scanner.accept("M"))
        nlist *= 1024 * 1024;
    if (nlist > kMaxInt)
        return parse_error(column, "nlist must be at most " + std::to_string(kMaxInt) + ", not " +
                                       std::to_string(nlist) + ".");
    return nlist;
}

/// What follows nlist: nothing (flat), _HNSW32, _NSG32, _SVSVamana32_SQ8, or an index in parentheses.
Result<std::optional<SpecNode>> parse_coarse(Segment segment, Scanner& scanner, int depth) {
    const Segment rest = segment.from(scanner.consumed().size());
    if (rest.text.empty())
        return std::optional<SpecNode>();
    if (const auto inner = inside_parentheses(rest, "")) {
        ANNSCOPE_ASSIGN(SpecNode coarse, parse_nested(*inner, depth));
        if (is_plain(coarse, "Flat"))
            return std::optional<SpecNode>();
        return std::optional<SpecNode>(std::move(coarse));
    }
    SpecNode coarse{{}, {}, {}, {}, rest.column + 1};
    if (scanner.accept("_HNSW")) {
        coarse.name = "HNSW";
        ANNSCOPE_ASSIGN(const std::uint64_t m,
                        scanner.number_or(kDefaultDegree, "The number of links M", 2, kMaxDegree));
        coarse.numbers.push_back(m);
    } else if (scanner.accept("_NSG")) {
        coarse.name = "NSG";
        ANNSCOPE_ASSIGN(const std::uint64_t degree, scanner.number("The degree R", 1, kMaxDegree));
        coarse.numbers.push_back(degree);
    } else if (scanner.accept("_SVSVamana")) {
        coarse.name = "SVSVamana";
        if (scanner.at_digit()) {
            ANNSCOPE_ASSIGN(const std::uint64_t degree, scanner.number("The degree R", 1, kMaxDegree));
            coarse.numbers.push_back(degree);
        }
        for (const std::string_view type : {"_SQ8", "_FP16", "_FP32"})
            if (scanner.accept(type))
                coarse.suffix = type;
    } else {
        return parse_error(scanner.column(),
                           "Expected a comma and a code after " + quoted(scanner.consumed()) +
                               ", or a coarse quantiser such as _HNSW32 or (IVF64,Flat); found " +
                               quoted(rest.text) + ".");
    }
    ANNSCOPE_TRY(scanner.end("a comma and a code"));
    return std::optional<SpecNode>(std::move(coarse));
}

/// The code of an IVF or IMI: one segment, or two for spectral hashing.
Status parse_ivf_code(Segments segments, SpecNode& node) {
    const Segment head = segments.front();
    if (segments.size() == 1)
        return parse_error(head.end_column(), std::string(head.text) +
                                                  " needs a code: expected a comma and a code after it, such "
                                                  "as Flat, SQ8 or PQ16.");
    const std::string_view text = segments[1].text;
    const bool hash = text.starts_with("ITQ") || text.starts_with("PCA");
    if (hash && segments.size() == 2)
        return parse_error(segments[1].end_column(), "Expected a comma and SH after " + quoted(text) +
                                                         " in an IVF, as in IVF1024,ITQ64,SH. (A transform "
                                                         "of the vectors stands before IVF.)");
    ANNSCOPE_ASSIGN(
        SpecNode code, hash ? parse_spectral_hash(segments[1], segments[2]) : [&]() -> Result<SpecNode> {
            if (const auto transform = parse_transform(segments[1]); transform && transform->ok())
                return nothing_may_follow(segments.first(1), segments[1]);
            return parse_code(segments[1], Place::Ivf);
        }());
    const std::size_t used = hash ? 3 : 2;
    if (segments.size() > used)
        return nothing_may_follow(segments.first(used), segments[used]);
    node.children.push_back(std::move(code));
    return {};
}

Result<SpecNode> parse_ivf(Segments segments, int depth) {
    const Segment head = segments.front();
    Scanner scanner(head);
    SpecNode node{"IVF", {}, {}, {}, head.column};
    std::optional<SpecNode> coarse;
    if (scanner.accept("IMI")) {
        node.name = "IMI";
        if (!scanner.accept("2x"))
            return parse_error(scanner.column(),
                               "Expected 2x and the bits of each half after \"IMI\", as in IMI2x10.");
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number("The bits of each half", 1, 16));
        node.numbers = {2, nbits};
        ANNSCOPE_TRY(scanner.end("a comma and a code"));
    } else {
        scanner.accept("IVF");
        ANNSCOPE_ASSIGN(const std::uint64_t nlist, parse_nlist(scanner));
        node.numbers.push_back(nlist);
        ANNSCOPE_ASSIGN(coarse, parse_coarse(head, scanner, depth));
    }
    ANNSCOPE_TRY(parse_ivf_code(segments, node));
    if (coarse)
        node.children.push_back(std::move(*coarse));
    return node;
}

Result<SpecNode> parse_residual(Segments segments) {
    const Segment head = segments.front();
    Scanner scanner(head);
    scanner.accept("Residual");
    SpecNode node{"Residual", {}, {}, {}, head.column};
    const int column = scanner.column();
    ANNSCOPE_ASSIGN(const std::uint64_t first, scanner.number("The number of centroids", 1, kMaxInt));
    node.numbers.push_back(first);
    if (scanner.accept("x")) {
        ANNSCOPE_ASSIGN(const std::uint64_t nbits, scanner.number("The bits of a part", 1, 24));
        node.numbers.push_back(nbits);
        if (first * nbits > 48)
            return parse_error(column, "M x bits of a Residual quantiser must be at most 48, not " +
                                           std::to_string(first * nbits) + ".");
    }
    ANNSCOPE_TRY(scanner.end("a comma and a code"));
    if (segments.size() == 1)
        return parse_error(head.end_column(),
                           std::string(head.text) +
                               " needs a comma and a product quantiser after it, such as PQ16.");
    ANNSCOPE_ASSIGN(SpecNode code, parse_code(segments[1], Place::Residual));
    node.children.push_back(std::move(code));
    if (segments.size() > 2)
        return nothing_may_follow(segments.first(2), segments[2]);
    return node;
}

bool is_binary(std::string_view text) noexcept {
    return text == "BFlat" || text.starts_with("BIVF") || text.starts_with("BHNSW") ||
           text.starts_with("BHash");
}

} // namespace

Result<SpecNode> parse_basic(Segments segments, int depth) {
    const Segment head = segments.front();
    const std::string_view text = head.text;
    if (is_binary(text))
        return Error{ErrorCode::Unsupported,
                     quoted(text) + " is a binary index of Faiss; Annscope works on vectors of numbers.",
                     head.column};
    if (text.starts_with("HNSW"))
        return parse_graph("HNSW", segments, Place::Hnsw);
    if (text.starts_with("NSG"))
        return parse_graph("NSG", segments, Place::Nsg);
    if (text.starts_with("Vamana"))
        return parse_graph("Vamana", segments, Place::Vamana);
    if (text.starts_with("DiskANN"))
        return parse_graph("DiskANN", segments, Place::DiskAnn);
    if (text.starts_with("SVS"))
        return parse_svs(segments);
    if (text.starts_with("IVF") || text.starts_with("IMI"))
        return parse_ivf(segments, depth);
    if (text.starts_with("Residual"))
        return parse_residual(segments);
    ANNSCOPE_ASSIGN(SpecNode node, parse_code(head, Place::Basic));
    if (segments.size() > 1)
        return nothing_may_follow(segments.first(1), segments[1]);
    return node;
}

} // namespace annscope::spec
