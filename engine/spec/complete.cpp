// SPDX-License-Identifier: Apache-2.0
#include "index/kind.h"
#include "spec/describe.h"
#include "spec/lexer.h"
#include "spec/parser.h"

#include <algorithm>
#include <cmath>

namespace annscope {
namespace {

/// What may stand at a place of the grammar.
enum class Expect { Index, IvfCode, HnswCode, GraphCode, ProductCode, SvsCode, Suffix, Hash };

struct Candidate {
    std::string text, help;
};

std::string text(std::size_t number) {
    return std::to_string(number);
}

/// The largest divisor of dim that is at most limit; fallback where dim is unknown.
std::size_t divisor(std::size_t dim, std::size_t limit, std::size_t fallback) {
    if (dim == 0)
        return fallback;
    for (std::size_t m = std::clamp<std::size_t>(limit, 1, dim); m > 1; --m)
        if (dim % m == 0)
            return m;
    return 1;
}

struct Shape {
    std::size_t n, dim;

    std::string nlist() const {
        const auto values = recommend_nlist(n);
        return text(values.empty() ? 1024 : static_cast<std::size_t>(values.front().value));
    }
    std::string pq() const { return "PQ" + text(divisor(dim, dim / 8, 16)); }
    std::string fast_pq() const { return "PQ" + text(divisor(dim, dim / 2, 32)) + "x4fs"; }
    std::string reduced() const { return text(dim == 0 ? 64 : std::max<std::size_t>(dim / 4, 1)); }
};

void add_scalar(std::vector<Candidate>& list) {
    list.push_back({"SQ8", "8 bits a dimension, a quarter of the memory"});
    list.push_back({"SQfp16", "half-precision numbers, half the memory"});
    list.push_back({"SQ6", "6 bits a dimension"});
    list.push_back({"SQ4", "4 bits a dimension"});
}

std::vector<Candidate> indexes(const Shape& shape) {
    const std::string ivf = "IVF" + shape.nlist();
    std::vector<Candidate> list{
        {"Flat", "exact search over all vectors"},
        {ivf + ",Flat", "cells around centroids; searches the nprobe nearest"},
        {"Vamana64", "one graph with long edges (DiskANN's); our own name, unknown to Faiss"},
        {"Vamana32", "the same with half the links: smaller, faster to build, a little less recall"},
        {"Vamana32,RaBitQfs",
         "the fastest: a graph whose neighbours' codes lie together; 2 to 3 times the bytes"},
        {"HNSW32", "graph of layers with 32 links a vector"},
        {ivf + "," + shape.pq(), "cells of product codes"},
        {ivf + "," + shape.fast_pq() + ",RFlat", "cells of 4-bit codes scanned by SIMD, then exact ranking"},
        {ivf + "_HNSW32,Flat", "cells whose centroids are found through a graph"},
        {shape.pq(), "product codes of all vectors"},
        {"NSG32", "navigating spreading-out graph"},
    };
    add_scalar(list);
    list.push_back({"PCA" + shape.reduced() + ",", "reduce dimensions first"});
    list.push_back(
        {"OPQ" + text(divisor(shape.dim, shape.dim / 8, 16)) + ",", "rotate for product codes first"});
    list.push_back({"L2norm,", "scale vectors to length 1 first"});
    list.push_back({"RR,", "rotate at random first"});
    list.push_back({"IMI2x10,", "cells made of two halves"});
    list.push_back({"RaBitQ", "1 bit a dimension"});
    list.push_back({"LSH", "sign bits"});
    list.push_back({"SVSVamana64", "Intel's Vamana graph"});
    list.push_back({"DiskANN64," + shape.pq(), "a Vamana graph on disk; our own name"});
    list.push_back({"IDMap,", "answers with ids of your own"});
    return list;
}

std::vector<Candidate> codes(Expect expect, const Shape& shape) {
    if (expect == Expect::SvsCode)
        return {{"LVQ4x8", "4 + 8 bits a dimension"},
                {"LVQ8x0", "8 bits a dimension"},
                {"LeanVec4x8", "reduced, then 4 + 8 bits"},
                {"FP16", "half precision"},
                {"SQ8", "8 bits a dimension"}};
    if (expect == Expect::ProductCode)
        return {{shape.pq(), "product codes"}};
    std::vector<Candidate> list;
    list.push_back({"Flat", "vectors in full: exact distances"});
    list.push_back({shape.pq(), "product codes of 8 bits a part"});
    if (expect == Expect::IvfCode) {
        list.push_back({shape.fast_pq(), "4-bit product codes scanned by SIMD"});
        list.push_back({shape.fast_pq() + ",RFlat", "the same, then exact ranking of the best"});
        list.push_back({"RaBitQ", "1 bit a dimension"});
        list.push_back({"FlatPanorama", "vectors in full, comparisons that stop early"});
        list.push_back({"ITQ64,SH", "spectral-hash bits"});
    }
    add_scalar(list);
    return list;
}

std::vector<Candidate> suffixes() {
    return {{"RFlat", "rank the best k x k_factor again by the vectors in full"},
            {"Refine(SQ8)", "rank the best again by 8-bit codes"},
            {"Refine(SQfp16)", "rank the best again by half-precision vectors"},
            {"IDMap", "answer with ids of your own"},
            {"IDMap2", "the same, and find vectors by id"}};
}

bool is_transform(std::string_view segment) noexcept {
    return segment.starts_with("PCA") || segment.starts_with("OPQ") || segment.starts_with("L2") ||
           segment.starts_with("ITQ") || segment.starts_with("Pad") || segment.starts_with("HR") ||
           (segment.starts_with("RR") &&
            segment.find_first_not_of("0123456789", 2) == std::string_view::npos);
}

/// What the segments before the current one, at its depth of parentheses, leave to be written.
Expect expected_after(const std::vector<std::string_view>& before) {
    Expect expect = Expect::Index;
    for (const std::string_view segment : before) {
        if (expect == Expect::IvfCode && (segment.starts_with("ITQ") || segment.starts_with("PCA")))
            expect = Expect::Hash;
        else if (expect != Expect::Index)
            expect = Expect::Suffix;
        else if (segment.starts_with("IVF") || segment.starts_with("IMI"))
            expect = Expect::IvfCode;
        else if (segment.starts_with("HNSW"))
            expect = Expect::HnswCode;
        else if (segment.starts_with("NSG") || segment.starts_with("Vamana"))
            expect = Expect::GraphCode;
        else if (segment.starts_with("DiskANN") || segment.starts_with("Residual"))
            expect = Expect::ProductCode;
        else if (segment.starts_with("SVSVamana") || segment.starts_with("SVSIVF"))
            expect = Expect::SvsCode;
        else if (!is_transform(segment) && !segment.starts_with("IDMap") && !segment.starts_with("MinMax"))
            expect = Expect::Suffix;
    }
    return expect;
}

/// The current segment begins here; the ones before it, from the innermost open parenthesis on.
std::size_t split_before(std::string_view head, std::vector<std::string_view>& before) {
    std::vector<std::vector<std::string_view>> open(1);
    std::vector<std::size_t> begins{0};
    for (std::size_t i = 0; i < head.size(); ++i) {
        if (head[i] == '(') {
            open.emplace_back();
            begins.push_back(i + 1);
        } else if (head[i] == ')' && open.size() > 1) {
            open.pop_back();
            begins.pop_back();
        } else if (head[i] == ',') {
            open.back().push_back(head.substr(begins.back(), i - begins.back()));
            begins.back() = i + 1;
        }
    }
    before = std::move(open.back());
    return begins.back();
}

bool begins_with(std::string_view word, std::string_view typed) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return typed.size() < word.size() &&
           std::ranges::equal(word.substr(0, typed.size()), typed, {}, lower, lower);
}

std::vector<Candidate> candidates(Expect expect, const Shape& shape) {
    switch (expect) {
    case Expect::Index:
        return indexes(shape);
    case Expect::Suffix:
        return suffixes();
    case Expect::Hash:
        return {{"SH", "spectral-hash bits"}};
    default:
        return codes(expect, shape);
    }
}

/// Whether what stands before and the candidate make an index that is built here.
Completion completion(std::string_view before, Candidate candidate, std::size_t begin) {
    const auto spec = parse_spec(std::string(before) + candidate.text);
    const bool supported = spec && find_kind(spec->root) != nullptr;
    return {std::move(candidate.text), std::move(candidate.help), supported, begin};
}

std::vector<Completion> complete_factory(std::string_view head, const Shape& shape) {
    std::vector<std::string_view> before;
    const std::size_t begin = split_before(head, before);
    const std::string_view typed = head.substr(begin);
    const Expect expect = expected_after(before);
    std::vector<Completion> list;
    for (Candidate& candidate : candidates(expect, shape))
        if (begins_with(candidate.text, typed))
            list.push_back(completion(head.substr(0, begin), std::move(candidate), begin));
    if (typed.empty() || expect != Expect::Index)
        return list;
    // A coarse quantiser or graph that was typed with its own number: what can follow it.
    std::vector<std::string_view> with_typed = before;
    with_typed.push_back(typed);
    const Expect next = expected_after(with_typed);
    const bool numbered = typed.back() >= '0' && typed.back() <= '9';
    if (!numbered || next == Expect::Index || next == Expect::Suffix)
        return list;
    for (const Candidate& candidate : candidates(next, shape)) {
        const std::string whole = std::string(typed) + "," + candidate.text;
        if (std::ranges::find(list, whole, &Completion::text) == list.end())
            list.push_back(completion(head.substr(0, begin), {whole, candidate.help}, begin));
    }
    return list;
}

std::string value_text(double value) {
    return to_string(ParamSet{{"v", value}}).substr(2);
}

/// The build part of a line, as far as it can be read.
ParamSet build_of(std::string_view line) {
    const std::size_t begin = std::min(line.find('|'), line.size() - 1) + 1;
    const auto params = parse_params(line.substr(begin, line.find('|', begin) - begin));
    return params ? *params : ParamSet();
}

/// Parameters of the kind that are not given yet.
std::vector<Completion> complete_params(std::string_view line, std::size_t part_begin, std::size_t cursor,
                                        bool build) {
    const auto spec = parse_spec(line.substr(0, line.find('|')));
    if (!spec)
        return {};
    const std::string_view part = line.substr(part_begin, cursor - part_begin);
    const std::size_t comma = part.rfind(',');
    const std::size_t begin = comma == std::string_view::npos ? 0 : comma + 1;
    const std::string_view typed = part.substr(begin);
    const std::string given =
        "," + std::string(line.substr(part_begin, line.find('|', part_begin) - part_begin));
    std::vector<Completion> list;
    const ParamSet given_build = build ? ParamSet() : build_of(line);
    for (const ParamInfo& info : build ? build_params(spec->root) : search_params(spec->root, given_build)) {
        const std::string name(info.name);
        const bool current = typed.starts_with(name + "=");
        if (typed.find('=') == std::string_view::npos && begins_with(name, typed) && !current &&
            given.find("," + name + "=") == std::string::npos)
            list.push_back(
                {name + "=" + value_text(info.def), std::string(info.help), true, part_begin + begin});
    }
    return list;
}

} // namespace

std::vector<Completion> complete(std::string_view line, std::size_t cursor, std::size_t n, std::size_t dim) {
    if (line.size() > spec::kMaxLength)
        return {};
    cursor = std::min(cursor, line.size());
    const std::string_view head = line.substr(0, cursor);
    const std::size_t first = head.find('|');
    if (first == std::string_view::npos)
        return complete_factory(head, {n, dim});
    const std::size_t second = head.find('|', first + 1);
    if (second == std::string_view::npos)
        return complete_params(line, first + 1, cursor, true);
    return complete_params(line, second + 1, cursor, false);
}

} // namespace annscope
