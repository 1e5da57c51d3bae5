// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "graph/layered_graph.h"
#include "graph/node_space.h"
#include "index/kind.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace annscope {

// What HNSW, NSG and Vamana have in common: a graph over vectors or codes, searched from its entry. A kind's
// file tells how its graph is made.

/// Which numbers nodes get once the graph is built; see NodeOrder.
inline constexpr ParamInfo kReorderParam{
    "reorder",
    0,
    2,
    0,
    true,
    false,
    "Places vectors that are near in the graph near in memory, once it is built: 1 by reverse Cuthill-McKee, "
    "2 by "
    "Gorder, 0 not at all. The same answers, on a million vectors some 3 to 7 % faster with 1 and 6 to 12 % "
    "with "
    "2, which takes longer to build; vectors are copied and numbered by 4 bytes each."};

struct GraphRecipe {
    std::string_view name;  ///< "Vamana"
    bool extension = false; ///< see Kind
    ParamInfo width;        ///< the search parameter: width of the list
    std::span<const ParamInfo> build_params;
    std::size_t smallest_degree, largest_degree; ///< of the number in the factory string
    std::string_view degree_name;                ///< "R", "M"

    std::size_t (*base_degree)(std::size_t degree) noexcept;
    /// Nodes of the upper layers over n; null where there are none. Their degree is the number itself.
    std::vector<std::size_t> (*layer_sizes)(std::size_t n, std::size_t degree) = nullptr;
    Result<LayeredGraph> (*build)(const NodeSpace& space, std::size_t degree, const BuildContext& context,
                                  const Control& control);
    /// The graph with added nodes, and held the ones that it has. space: of both.
    Result<LayeredGraph> (*grow)(const NodeSpace& space, const LayeredGraph& graph,
                                 std::span<const std::uint32_t> held, std::span<const std::uint32_t> added,
                                 std::size_t degree, const BuildContext& context, const Control& control);
    float (*alpha)(const BuildContext& context) noexcept; ///< of prunings when nodes are removed
    std::string (*explain)(const SpecNode& root);         ///< without what its code does
    double (*build_work)(const SpecNode& root, const SizeQuestion& question);
};

/// The number in HNSW32, and the code behind it, or null.
std::size_t graph_degree(const SpecNode& root) noexcept;
const SpecNode* graph_code(const SpecNode& root) noexcept;
/// {name, {degree}}, alone; or with a code such as SQ8 or PQ16.
bool is_plain_graph(const SpecNode& root, std::string_view name) noexcept;
bool is_coded_graph(const SpecNode& root, std::string_view name) noexcept;
/// " The vectors are kept in full ..." or what the code does.
std::string explain_graph_code(const SpecNode& root);

/// Bytes that a build reads of a vector in its walks, and in its prunings.
struct GraphBytes {
    double walked = 0, compared = 0;
};
GraphBytes graph_bytes(const SizeQuestion& question) noexcept;
/// How much more a vector costs than one of 100,000: longer walks, fewer of them in the cache.
double graph_growth(std::size_t n) noexcept;
/// Distances that a build computes, per vector: in walks, which wait for memory, and in prunings, which find
/// their rows in the cache.
struct GraphWork {
    double walked = 0, compared = 0;
};
/// Multiply-adds of them. Rows are rarely full, so a degree counts by its root, against the one that the
/// distances were counted at. A distance costs its start and its bytes.
double graph_work(const SpecNode& root, const SizeQuestion& question, GraphWork work,
                  double counted_degree) noexcept;

/// For a kind's create, load and size. recipe must outlive the index.
Result<std::unique_ptr<Index>> create_graph(const GraphRecipe& recipe, const SpecNode& root,
                                            const BuildContext& context);
Result<std::unique_ptr<Index>> load_graph(const GraphRecipe& recipe, ArchiveReader& reader);
std::vector<MemoryPart> graph_size(const GraphRecipe& recipe, const SpecNode& root,
                                   const SizeQuestion& question);

/// Whether rows of 32-bit numbers, stride_of(degree) each, are valid ones of Adjacency over n nodes; what is
/// wrong, or nothing.
std::string fault_in_rows(std::span<const std::uint32_t> ids, std::size_t n, std::size_t degree);

} // namespace annscope
