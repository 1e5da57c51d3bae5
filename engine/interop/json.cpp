// SPDX-License-Identifier: Apache-2.0
#include "index/kind.h"
#include "interop/faiss_mapping.h"
#include "spec/parser.h"

#include <nlohmann/json.hpp>

#include <cmath>

namespace annscope {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) {
    if (value == std::floor(value) && std::abs(value) < 9e15)
        return static_cast<std::int64_t>(value);
    return value;
}

/// Given values and, for a kind built here, the defaults in effect.
Json params(const ParamSet& given, std::span<const ParamInfo> declared) {
    Json object = Json::object();
    for (const ParamInfo& info : declared)
        object[std::string(info.name)] = number(value_or_default(given, info));
    for (const auto& [name, value] : given.values())
        object[name] = number(value);
    return object;
}

Json tree(const SpecNode& node) {
    Json object{{"name", node.name}};
    if (!node.numbers.empty())
        object["numbers"] = node.numbers;
    if (!node.suffix.empty())
        object["suffix"] = node.suffix;
    for (const SpecNode& child : node.children)
        object["children"].push_back(tree(child));
    return object;
}

Result<ExportResult> write(const ExportRequest& request) {
    const Configuration& configuration = request.configuration;
    const Kind* kind = find_kind(configuration.spec.root);
    Json object{
        {"config", print(configuration)},
        {"factory", print(configuration.spec)},
        {"metric", name(request.metric)},
        {"dim", request.dim},
        {"k", request.k},
        {"build", params(configuration.build, build_params(configuration.spec.root))},
        {"search", params(configuration.search, search_params(configuration.spec.root, configuration.build))},
        {"extension", kind && kind->extension},
        {"tree", tree(configuration.spec.root)}};
    ExportResult result;
    if (const auto mapping = interop::map_to_faiss(request)) {
        object["faiss"] = {{"factory", mapping->factory},
                           {"metric", mapping->inner_product ? "METRIC_INNER_PRODUCT" : "METRIC_L2"},
                           {"normalize", mapping->normalize},
                           {"search", mapping->search}};
        result.notes = mapping->notes;
        object["notes"] = mapping->notes;
    }
    result.text = object.dump(2) + "\n";
    return result;
}

} // namespace

extern const ExportTarget kJson;
const ExportTarget kJson{"json", "JSON", ".json", write};

} // namespace annscope
