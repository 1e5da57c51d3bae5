// SPDX-License-Identifier: Apache-2.0
#include "spec/parser.h"

#include "spec/grammar.h"

namespace annscope {
namespace spec {
namespace {

SpecNode wrap(std::string_view name, Segment segment, std::vector<SpecNode> children) {
    return {std::string(name), {}, {}, std::move(children), segment.column};
}

/// Faiss looks for ",Refine(" from the right, so that one inside the parentheses is cut there. Nothing that
/// it would misread is accepted.
Status check_refine_nesting(Segments segments, std::string_view name, Segment inner) {
    const Segment whole = joined(segments);
    for (const std::string_view word : {",Refine(", ",RefinePanorama("}) {
        const bool panorama = word != ",Refine(";
        if (!panorama && name == "RefinePanorama")
            continue;
        const Segment where = panorama && name == "Refine" ? whole : inner;
        if (const std::size_t at = where.text.find(word); at != std::string_view::npos)
            return parse_error(where.column + static_cast<int>(at) + 1,
                               "Faiss cannot read " + std::string(word.substr(1, word.size() - 2)) +
                                   "(...) inside a string that ends with " + std::string(name) +
                                   "(...): it cuts the string at the wrong one.");
    }
    return {};
}

/// RFlat, Refine(...) and RefinePanorama(...) at the end; nothing where there is none.
std::optional<Result<SpecNode>> parse_refine(Segments segments, int depth) {
    const Segment last = segments.back();
    const Segments head = segments.first(segments.size() - 1);
    std::optional<Segment> inner;
    std::string_view name = "RFlat";
    if (last.text != name)
        for (const std::string_view candidate : {"RefinePanorama", "Refine"})
            if (!inner && (inner = inside_parentheses(last, candidate)))
                name = candidate;
    if (last.text != "RFlat" && !inner)
        return std::nullopt;
    const auto parse = [&]() -> Result<SpecNode> {
        if (inner)
            ANNSCOPE_TRY(check_refine_nesting(segments, name, *inner));
        ANNSCOPE_ASSIGN(SpecNode base, parse_index(head, depth));
        SpecNode node = wrap(name, last, {});
        node.children.push_back(std::move(base));
        if (inner) {
            ANNSCOPE_ASSIGN(SpecNode refine, parse_nested(*inner, depth));
            node.children.push_back(std::move(refine));
        }
        return node;
    };
    return parse();
}

/// IDMap and IDMap2, written before or after; nothing where there is none.
std::optional<Result<SpecNode>> parse_id_map(Segments segments, int depth) {
    for (const std::string_view name : {"IDMap2", "IDMap"}) {
        const bool suffix = segments.back().text == name;
        if (!suffix && segments.front().text != name)
            continue;
        const Segment segment = suffix ? segments.back() : segments.front();
        Result<SpecNode> inner =
            parse_index(suffix ? segments.first(segments.size() - 1) : segments.subspan(1), depth);
        if (!inner)
            return inner;
        return Result<SpecNode>(wrap(name, segment, {std::move(*inner)}));
    }
    return std::nullopt;
}

Result<SpecNode> parse_transforms(SpecNode first, Segments segments, int depth) {
    SpecNode chain = wrap("PreTransform", segments.front(), {});
    chain.children.push_back(std::move(first));
    segments = segments.subspan(1);
    while (!segments.empty()) {
        auto next = parse_transform(segments.front());
        if (!next)
            break;
        ANNSCOPE_ASSIGN(SpecNode transform, std::move(*next));
        chain.children.push_back(std::move(transform));
        segments = segments.subspan(1);
        if (segments.empty())
            return parse_error(chain.children.back().column,
                               chain.children.back().name +
                                   " is a transform: expected a comma and an index after "
                                   "it, as in PCA64,Flat.");
    }
    ANNSCOPE_ASSIGN(SpecNode index, parse_index(segments, depth));
    chain.children.push_back(std::move(index));
    return chain;
}

std::optional<Result<SpecNode>> parse_min_max(Segments segments, int depth) {
    const Segment head = segments.front();
    if (head.text != "MinMax" && head.text != "MinMaxFP16")
        return std::nullopt;
    if (segments.size() == 1)
        return Result<SpecNode>(parse_error(
            head.end_column(), std::string(head.text) + " needs a comma and an index after it, as in " +
                                   std::string(head.text) + ",SQ8."));
    const Segment rest = joined(segments.subspan(1));
    if (const std::size_t at = rest.text.find('('); at != std::string_view::npos)
        return Result<SpecNode>(parse_error(rest.column + static_cast<int>(at),
                                            "Faiss cannot read parentheses after " + std::string(head.text) +
                                                ": expected an index without them."));
    Result<SpecNode> inner = parse_index(segments.subspan(1), depth);
    if (!inner)
        return inner;
    return Result<SpecNode>(wrap(head.text, head, {std::move(*inner)}));
}

} // namespace

Segment joined(Segments segments) noexcept {
    const char* begin = segments.front().text.data();
    const char* end = segments.back().text.data() + segments.back().text.size();
    return {{begin, static_cast<std::size_t>(end - begin)}, segments.front().column};
}

Result<SpecNode> parse_nested(Segment text, int depth) {
    ANNSCOPE_ASSIGN(const std::vector<Segment> segments, split(text));
    return parse_index(segments, depth);
}

Error nothing_may_follow(Segments head, Segment segment) {
    const std::string after = " after " + quoted(joined(head).text);
    if (const auto transform = parse_transform(segment); transform && transform->ok())
        return parse_error(segment.column, "A transform stands before an index: write " +
                                               std::string(segment.text) + " first.");
    return parse_error(segment.column,
                       "Expected RFlat, Refine(...) or IDMap" + after +
                           (segment.text.empty() ? "." : ", found " + quoted(segment.text) + "."));
}

bool is_plain(const SpecNode& node, std::string_view name) noexcept {
    return node.name == name && node.numbers.empty() && node.children.empty();
}

/// In the order of Faiss's own tests: IDMap2, IDMap, refinement, transforms, then one index.
Result<SpecNode> parse_index(Segments segments, int depth) {
    const Segment head = segments.front();
    if (depth >= kMaxDepth)
        return parse_error(head.column,
                           "The factory string is nested more than " + std::to_string(kMaxDepth) + " deep.");
    if (segments.size() > 1) {
        if (auto mapped = parse_id_map(segments, depth + 1))
            return std::move(*mapped);
        if (auto refined = parse_refine(segments, depth + 1))
            return std::move(*refined);
    }
    if (auto transform = parse_transform(head)) {
        ANNSCOPE_ASSIGN(SpecNode first, std::move(*transform));
        if (segments.size() == 1)
            return parse_error(head.end_column(),
                               std::string(head.text) +
                                   " is a transform: expected a comma and an index after it, as in " +
                                   std::string(head.text) + ",Flat.");
        return parse_transforms(std::move(first), segments, depth + 1);
    }
    for (const std::string_view name : {"IDMap", "IDMap2", "RFlat"})
        if (head.text == name)
            return parse_error(head.column, std::string(name) + " needs an index before it, as in Flat," +
                                                std::string(name) + ".");
    if (head.text.starts_with("Refine"))
        return parse_error(head.column, "Refine(...) needs an index before it, as in PQ16,Refine(SQ8).");
    if (auto min_max = parse_min_max(segments, depth + 1))
        return std::move(*min_max);
    return parse_basic(segments, depth + 1);
}

} // namespace spec

Result<IndexSpec> parse_spec(std::string_view text) {
    if (text.empty())
        return spec::parse_error(
            0, "The factory string is empty; expected an index such as Flat, IVF1024,Flat, HNSW32 "
               "or Vamana64.");
    ANNSCOPE_ASSIGN(SpecNode root, spec::parse_nested({text, 0}, 0));
    return IndexSpec{std::move(root)};
}

} // namespace annscope
