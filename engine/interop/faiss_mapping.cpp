// SPDX-License-Identifier: Apache-2.0
#include "interop/faiss_mapping.h"

#include "index/kind.h"
#include "spec/describe.h"
#include "spec/parser.h"

#include <algorithm>
#include <array>
#include <sstream>

namespace annscope::interop {
namespace {

bool is_refine(const SpecNode& node) noexcept {
    return node.name == "RFlat" || node.name == "Refine" || node.name == "RefinePanorama";
}

bool any_node(const SpecNode& node, bool (*test)(const SpecNode&)) {
    return test(node) ||
           std::ranges::any_of(node.children, [&](const SpecNode& child) { return any_node(child, test); });
}

/// SVS's name of a code of ours, or nothing.
std::string svs_code(const SpecNode& code) {
    if (code.name == "SQ8")
        return "SQ8";
    return code.name == "SQfp16" ? "FP16" : "";
}

/// Vamana becomes SVSVamana in the whole tree.
void rename_vamana(SpecNode& node, FaissMapping& mapping) {
    for (SpecNode& child : node.children)
        rename_vamana(child, mapping);
    if (node.name != "Vamana")
        return;
    node.name = "SVSVamana";
    mapping.svs = true;
    if (node.children.empty())
        return;
    const std::string code = svs_code(node.children[0]);
    if (code.empty())
        mapping.notes.push_back("The code " + print(node.children[0]) +
                                " has no counterpart in SVSVamana; the vectors are kept in full.");
    node.children.clear();
    if (!code.empty())
        node.children.push_back({code, {}, {}, {}, 0});
}

void rename_to_nsg(SpecNode& node) {
    for (SpecNode& child : node.children)
        rename_to_nsg(child);
    if (node.name == "SVSVamana") {
        node.name = "NSG";
        node.children.clear();
    }
}

void add_svs_notes(FaissMapping& mapping, const SpecNode& faiss_root, Metric metric) {
    SpecNode nsg = faiss_root;
    rename_to_nsg(nsg);
    mapping.alternative = print(nsg);
    mapping.notes.push_back("Vamana is Annscope's own name. " + mapping.factory +
                            " needs Faiss 1.14 or newer built with FAISS_ENABLE_SVS; " + mapping.alternative +
                            " is the nearest graph in any other Faiss, not the same one.");
    if (metric != Metric::L2)
        mapping.notes.push_back("For inner product SVS wants an alpha of at most 1, so that is written.");
}

/// Faiss's name of a search parameter; empty where it has none.
std::string search_name(const std::string& name, bool refined) {
    constexpr std::array<std::string_view, 8> kSame{"nprobe",
                                                    "efSearch",
                                                    "ht",
                                                    "max_codes",
                                                    "k_factor_rf",
                                                    "prune_headroom",
                                                    "quantizer_efSearch",
                                                    "quantizer_nprobe"};
    if (name == "k_factor")
        return refined ? "k_factor_rf" : "k_factor";
    return std::ranges::find(kSame, name) != kSame.end() ? name : "";
}

/// Every value in effect: given, or the kind's default, because Faiss's defaults differ (nprobe is 1 there).
ParamSet effective(const ParamSet& given, std::span<const ParamInfo> declared) {
    ParamSet all;
    for (const ParamInfo& info : declared)
        all.set(info.name, value_or_default(given, info));
    for (const auto& [name, value] : given.values())
        all.set(name, value);
    return all;
}

void append_setting(std::string& settings, const std::string& name, double value) {
    settings += (settings.empty() ? "" : ",") + name + "=" + number_text(value);
}

void map_search(const ExportRequest& request, FaissMapping& mapping) {
    const Configuration& configuration = request.configuration;
    const bool refined = any_node(configuration.spec.root, is_refine);
    const auto declared = search_params(configuration.spec.root, configuration.build);
    const ParamSet values = effective(configuration.search, declared);
    for (const auto& [name, value] : values.values()) {
        double faiss_value = value;
        if (name == "nprobe" && configuration.spec.root.name == "IVF")
            faiss_value = std::min(value, static_cast<double>(configuration.spec.root.numbers[0]));
        if (const std::string faiss = search_name(name, refined); !faiss.empty())
            append_setting(mapping.search, faiss, faiss_value);
        else if (name == "Lsearch" && mapping.svs)
            mapping.svs_fields.emplace_back("search_window_size", number_text(value));
        else if (name == "Lsearch" && mapping.nsg)
            mapping.nsg_search.emplace_back("nsg.search_L", number_text(value));
        else if (name == "group_share")
            continue; // the note about the groups says it
        else
            mapping.notes.push_back("The search parameter " + name + "=" + number_text(value) +
                                    " has no counterpart in Faiss.");
    }
}

/// The parameters of our NSG under the names of IndexNSG; false where it is none of them.
bool map_nsg_build(const std::string& name, double value, FaissMapping& mapping) {
    constexpr double kMorePool = 50; // Faiss's own nndescent_L is GK + 50, and it must not be below GK
    FaissMapping::Fields& fields = mapping.nsg_build;
    if (name == "Lbuild") {
        fields.emplace_back("nsg.L", number_text(value));
    } else if (name == "GK") {
        fields.emplace_back("GK", number_text(value));
        fields.emplace_back("nndescent_L", number_text(value + kMorePool));
    } else if (name == "nndescent_iter" && value > 0) {
        fields.emplace_back("build_type", "1");
        fields.emplace_back(name, number_text(value));
    } else if (name == "nndescent_iter") {
        fields.emplace_back("build_type", "0");
        mapping.notes.push_back("nndescent_iter=0 takes neighbours from random projections, which Faiss does "
                                "not have: build_type 0 is written, which finds the exact ones, slowly.");
    } else {
        return false;
    }
    return true;
}

bool is_nsg(const SpecNode& node) noexcept {
    return node.name == "NSG";
}

void find_nsg(const SpecNode& root, FaissMapping& mapping) {
    mapping.nsg =
        any_node(root, is_nsg) && !any_node(root, [](const SpecNode& node) { return node.name == "IVF"; });
    mapping.nsg_wrapped = mapping.nsg && (!is_nsg(root) || mapping.factory != print(root));
}

void map_build(const ExportRequest& request, FaissMapping& mapping) {
    const ParamSet& given = request.configuration.build;
    const bool all = mapping.svs || mapping.nsg;
    const ParamSet values =
        effective(given, all ? build_params(request.configuration.spec.root) : std::vector<ParamInfo>());
    for (const auto& [name, value] : values.values()) {
        const std::string text = name + "=" + number_text(value);
        if (mapping.nsg && map_nsg_build(name, value, mapping))
            continue;
        if (name == "niter")
            mapping.niter = static_cast<int>(value);
        else if (name == "efConstruction" || name == "quantizer_efConstruction")
            append_setting(mapping.construction, name, value);
        else if (name == "Lbuild" && mapping.svs)
            mapping.svs_fields.emplace_back("construction_window_size", number_text(value));
        else if (name == "alpha" && mapping.svs)
            mapping.svs_fields.emplace_back(
                "alpha", number_text(request.metric == Metric::L2 ? value : std::min(value, 1.0)));
        else if (name == "narrow" && given.contains(name))
            mapping.notes.push_back(
                text + " has no counterpart: Faiss keeps Flat vectors as float32. The answers are the same.");
        else if (name == "init" && value != 0)
            mapping.notes.push_back(
                text +
                " is not written: only Faiss 1.15 has k-means++ (cp.init_method), none has k-means||.");
        else if (name == "groups" && value != 0)
            mapping.notes.push_back(
                text + " is Annscope's extension, which Faiss does not have: what is written is the inverted "
                       "file without groups inside its cells. Its recall is another at the same nprobe, so "
                       "measure it without groups.");
        else if (name == "sample_share" || name == "minibatch" || name == "balance" || name == "two_level")
            mapping.notes.push_back(text +
                                    " is not written: Faiss trains with Lloyd's iterations on at most 256 "
                                    "vectors a cell.");
        else if (name != "narrow" && name != "init" && name != "groups")
            mapping.notes.push_back("The build parameter " + text + " has no counterpart in Faiss.");
    }
    if (!mapping.svs_fields.empty())
        mapping.notes.push_back(
            "alpha, Lbuild and Lsearch are written as the fields of SVS nearest to them; SVS builds "
            "its graph in its own way, so measure again.");
}

void find_wrappers(const SpecNode& root, FaissMapping& mapping) {
    const SpecNode* node = &root;
    while (!node->children.empty()) {
        if (is_refine(*node))
            mapping.wrappers.push_back("Refine");
        else if (node->name == "IDMap" || node->name == "IDMap2")
            mapping.wrappers.push_back("IDMap");
        else
            return;
        node = &node->children[0];
    }
}

/// Cosine is inner product of unit vectors.
void map_metric(const ExportRequest& request, SpecNode& root, FaissMapping& mapping) {
    mapping.inner_product = request.metric != Metric::L2;
    if (request.metric != Metric::Cosine)
        return;
    const bool has_norm = root.name == "PreTransform" && root.children[0].name == "L2norm";
    mapping.normalize = mapping.svs || any_node(root, is_refine);
    if (mapping.normalize) {
        mapping.notes.push_back(
            "Cosine is written as inner product of vectors normalised before they are handed to Faiss.");
        return;
    }
    mapping.notes.push_back(
        "Cosine is written as L2norm and inner product; distances are then cosines, larger is nearer.");
    if (!has_norm)
        mapping.factory = "L2norm," + mapping.factory;
}

} // namespace

Result<FaissMapping> map_to_faiss(const ExportRequest& request) {
    if (request.dim == 0)
        return Error{ErrorCode::InvalidArgument, "An export for Faiss needs the number of dimensions."};
    if (request.k == 0)
        return Error{ErrorCode::InvalidArgument, "k must be at least 1."};
    SpecNode root = request.configuration.spec.root;
    if (any_node(root, [](const SpecNode& node) { return node.name == "DiskANN"; }))
        return Error{ErrorCode::Unsupported,
                     print(root) + " has no counterpart in Faiss, which has no graph on disk."};
    FaissMapping mapping;
    rename_vamana(root, mapping);
    mapping.factory = print(root);
    mapping.needs_ids =
        any_node(root, [](const SpecNode& node) { return node.name == "IDMap" || node.name == "IDMap2"; });
    find_wrappers(root, mapping);
    map_metric(request, root, mapping);
    if (mapping.svs)
        add_svs_notes(mapping, root, request.metric);
    find_nsg(root, mapping);
    map_build(request, mapping);
    map_search(request, mapping);
    if (!mapping.svs)
        for (std::string& warning : describe({{root}, {}, {}}, 0, request.dim, request.metric).warnings)
            mapping.notes.push_back(std::move(warning));
    return mapping;
}

std::string number_text(double value) {
    return to_string(ParamSet{{"v", value}}).substr(2);
}

std::string headline(const ExportRequest& request) {
    return print(request.configuration) + " (" + std::string(name(request.metric)) + ", " +
           std::to_string(request.dim) + " dimensions), written by Annscope";
}

std::string comment_lines(const std::vector<std::string>& notes, const std::string& prefix) {
    constexpr std::size_t kWidth = 100;
    std::string text;
    for (const std::string& note : notes) {
        std::istringstream words(note);
        std::string line = prefix + "-", word;
        while (words >> word) {
            if (line.size() + 1 + word.size() > kWidth) {
                text += line + "\n";
                line = prefix + " ";
            }
            line += " " + word;
        }
        text += line + "\n";
    }
    return text;
}

} // namespace annscope::interop
