// SPDX-License-Identifier: Apache-2.0
#include "spec/describe.h"

#include "core/parallel.h"
#include "index/kind.h"
#include "spec/builder.h"
#include "spec/facts.h"
#include "spec/parser.h"

#include <algorithm>

namespace annscope {
namespace {

/// Share of the measured rate that a build reaches on all cores.
constexpr double kBuildEfficiency = 0.6;

SizeEstimate add_up(std::vector<MemoryPart> parts) {
    SizeEstimate size{std::move(parts), 0};
    for (const MemoryPart& part : size.parts)
        size.bytes += part.bytes;
    return size;
}

/// Why build_and_fill would refuse, as far as it can be known without the vectors.
std::string problem_of(const Configuration& configuration, const Kind* kind, std::size_t n, std::size_t dim,
                       Metric metric) {
    const SpecNode& root = configuration.spec.root;
    const std::uint64_t cells = spec::cells_of(root);
    constexpr std::uint64_t kCreateAtOnce = 1u << 20; // an empty index of more cells is not made just to ask
    if (kind && cells > 0 && n > 0 && cells > n)
        return std::to_string(cells) + " cells cannot be learned from " + std::to_string(n) + " vectors.";
    if (kind && cells > kCreateAtOnce)
        return {};
    const auto index =
        build_index(configuration.spec, {std::max<std::size_t>(dim, 1), metric, configuration.build, 0});
    return index ? std::string() : index.error().message;
}

void add_version(SpecDescription& description, const SpecNode& root) {
    if (description.extension) {
        description.warnings.push_back(
            print(root) + " is Annscope's own extension of the grammar; Faiss does not understand it.");
        return;
    }
    const spec::Since since = spec::since(root);
    description.since = since.version;
    if (spec::older(spec::kDebianFaiss, since.version))
        description.warnings.push_back(since.part + " needs Faiss " + std::string(since.version) +
                                       " or newer; Debian 12's Faiss " + std::string(spec::kDebianFaiss) +
                                       " does not understand it.");
}

bool has_extension(const SpecNode& node) noexcept {
    return node.name == "Vamana" || node.name == "DiskANN" ||
           std::ranges::any_of(node.children, has_extension);
}

/// Groups inside cells are told by the build, not by the factory string.
void add_groups(SpecDescription& description, const Configuration& configuration) {
    const double groups = configuration.build.get("groups", 0);
    if (!(groups >= 1) || spec::cells_of(configuration.spec.root) == 0)
        return;
    description.sentence += " Inside each cell the vectors lie in " +
                            std::to_string(static_cast<std::uint64_t>(groups)) +
                            " groups towards its nearest other centroids, to which residuals are taken; a "
                            "query scans the nearest group_share of those in its cells.";
    description.warnings.push_back("groups=" + std::to_string(static_cast<std::uint64_t>(groups)) +
                                   " is Annscope's own extension; Faiss has no groups inside cells.");
}

void check_search_values(SpecDescription& description, const Configuration& configuration) {
    const std::uint64_t cells = spec::cells_of(configuration.spec.root);
    const double nprobe = configuration.search.get("nprobe", 0);
    if (cells > 0 && nprobe > static_cast<double>(cells))
        description.warnings.push_back("nprobe is larger than the number of cells, " + std::to_string(cells) +
                                       ": all of them will be searched.");
}

} // namespace

ElementType held_as(const Configuration& configuration, Metric metric, ElementType type,
                    ElementType lossless) {
    if (metric == Metric::Cosine)
        return ElementType::F32;
    const Kind* kind = find_kind(configuration.spec.root);
    if (!kind)
        return type;
    const std::vector<ParamInfo> params = build_params(configuration.spec.root);
    const auto narrow = std::ranges::find(params, "narrow", &ParamInfo::name);
    const bool narrows = narrow != params.end() && value_or_default(configuration.build, *narrow) != 0;
    return narrows ? lossless : type;
}

SpecDescription describe(const Configuration& configuration, std::size_t n, std::size_t dim, Metric metric,
                         ElementType storage) {
    const SpecNode& root = configuration.spec.root;
    const Kind* kind = find_kind(root);
    SpecDescription description;
    description.canonical = print(root);
    description.supported = kind != nullptr;
    description.extension = has_extension(root);
    description.sentence = kind ? kind->explain(root) : spec::sentence(root);
    description.problem = problem_of(configuration, kind, n, dim, metric);
    description.warnings = spec::warnings(root, n, dim, metric);
    add_version(description, root);
    check_search_values(description, configuration);
    add_groups(description, configuration);
    if (n == 0 || dim == 0)
        return description;
    if (kind) {
        const SizeQuestion question{n, dim, storage, configuration.build, metric};
        description.size = add_up(kind->size(root, question));
        const double rate = spec::multiply_adds_per_second() * hardware_threads() * kBuildEfficiency;
        description.build_seconds = kind->build_work(root, question) / rate;
    } else if (auto parts = spec::faiss_size(root, n, dim)) {
        description.size = add_up(std::move(*parts));
    }
    return description;
}

} // namespace annscope
