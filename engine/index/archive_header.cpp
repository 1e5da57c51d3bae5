// SPDX-License-Identifier: Apache-2.0
#include "index/archive_header.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace annscope {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32; // a factory string nests a handful of levels
constexpr std::size_t kMaxDim = std::size_t{1} << 24;

Error wrong(std::string_view field) {
    return {ErrorCode::CorruptFile,
            "The archive's header is damaged: \"" + std::string(field) + "\" is missing or impossible."};
}

Json tree(const SpecNode& node) {
    Json children = Json::array();
    for (const SpecNode& child : node.children)
        children.push_back(tree(child));
    return {{"name", node.name},
            {"numbers", node.numbers},
            {"suffix", node.suffix},
            {"children", std::move(children)},
            {"column", node.column}};
}

const Json* field(const Json& object, const char* key) {
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
}

bool read(const Json& object, const char* key, std::string& out) {
    const Json* value = field(object, key);
    if (!value || !value->is_string())
        return false;
    out = value->get<std::string>();
    return true;
}

bool read(const Json& object, const char* key, std::uint64_t& out) {
    const Json* value = field(object, key);
    if (!value || !value->is_number_unsigned())
        return false;
    out = value->get<std::uint64_t>();
    return true;
}

bool read(const Json& object, const char* key, double& out) {
    const Json* value = field(object, key);
    if (!value || !value->is_number())
        return false;
    out = value->get<double>();
    return std::isfinite(out);
}

bool read_node(const Json& json, SpecNode& node, int depth) {
    if (depth > kMaxDepth || !json.is_object() || !read(json, "name", node.name) ||
        !read(json, "suffix", node.suffix))
        return false;
    const Json *numbers = field(json, "numbers"), *children = field(json, "children"),
               *column = field(json, "column");
    if (!numbers || !numbers->is_array() || !children || !children->is_array() || !column ||
        !column->is_number_unsigned())
        return false;
    node.column = static_cast<int>(std::min<std::uint64_t>(column->get<std::uint64_t>(), 1u << 20));
    for (const Json& number : *numbers) {
        if (!number.is_number_unsigned())
            return false;
        node.numbers.push_back(number.get<std::uint64_t>());
    }
    return std::ranges::all_of(*children, [&](const Json& child) {
        return read_node(child, node.children.emplace_back(), depth + 1);
    });
}

bool read_params(const Json& json, ParamSet& params) {
    if (!json.is_array())
        return false;
    for (const Json& pair : json) {
        if (!pair.is_array() || pair.size() != 2 || !pair[0].is_string() || !pair[1].is_number())
            return false;
        params.set(pair[0].get<std::string>(), pair[1].get<double>());
    }
    return true;
}

bool read_storage(const std::string& text, ElementType& out) {
    for (const ElementType type : {ElementType::F32, ElementType::F16, ElementType::U8, ElementType::I8})
        if (text == name(type)) {
            out = type;
            return true;
        }
    return false;
}

} // namespace

std::string to_json(const ArchiveHeader& header) {
    const IndexInfo& info = header.info;
    Json build = Json::array();
    for (const auto& [key, value] : header.origin.context.build.values())
        build.push_back({key, value});
    const Json json{
        {"kind", header.origin.kind},
        {"factory", info.spec},
        {"tree", tree(header.origin.spec)},
        {"build", std::move(build)},
        {"seed", header.origin.context.seed},
        {"metric", name(info.metric)},
        {"dim", info.dim},
        {"size", info.size},
        {"storage", name(info.storage)},
        {"train_seconds", info.train_seconds},
        {"add_seconds", info.add_seconds},
        {"program", "annscope " ANNSCOPE_VERSION},
    };
    return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

Result<ArchiveHeader> parse_archive_header(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object())
        return wrong("header");
    ArchiveHeader header;
    IndexOrigin& origin = header.origin;
    IndexInfo& info = header.info;
    std::string metric, storage;
    std::uint64_t dim = 0, size = 0;

    if (!read(json, "kind", origin.kind))
        return wrong("kind");
    if (!read(json, "factory", info.spec))
        return wrong("factory");
    if (const Json* root = field(json, "tree"); !root || !read_node(*root, origin.spec, 0))
        return wrong("tree");
    if (const Json* build = field(json, "build"); !build || !read_params(*build, origin.context.build))
        return wrong("build");
    if (!read(json, "seed", origin.context.seed))
        return wrong("seed");
    if (!read(json, "metric", metric) || !parse_metric(metric))
        return wrong("metric");
    if (!read(json, "dim", dim) || dim == 0 || dim > kMaxDim)
        return wrong("dim");
    if (!read(json, "size", size) || size > std::numeric_limits<std::uint64_t>::max() / 4 / dim)
        return wrong("size");
    if (!read(json, "storage", storage) || !read_storage(storage, info.storage))
        return wrong("storage");
    if (!read(json, "train_seconds", info.train_seconds) || !read(json, "add_seconds", info.add_seconds))
        return wrong("seconds");
    info.metric = origin.context.metric = *parse_metric(metric);
    info.dim = origin.context.dim = dim;
    info.size = size;
    info.trained = true;
    return header;
}

} // namespace annscope
