// SPDX-License-Identifier: Apache-2.0
#include "interop/faiss_mapping.h"

namespace annscope {
namespace {

using namespace interop;

std::string ivf_expression(const FaissMapping& mapping) {
    std::string index = "index.get()";
    for (const std::string& wrapper : mapping.wrappers)
        index = wrapper == "Refine" ? "dynamic_cast<faiss::IndexRefine&>(*" + index + ").base_index"
                                    : "dynamic_cast<faiss::IndexIDMap&>(*" + index + ").index";
    return "faiss::ivflib::extract_index_ivf(" + index + ")";
}

std::string includes(const FaissMapping& mapping) {
    std::string text = "#include <faiss/AutoTune.h>\n";
    if (mapping.niter > 0) {
        text += "#include <faiss/IVFlib.h>\n";
        for (const std::string& wrapper : mapping.wrappers)
            text +=
                wrapper == "Refine" ? "#include <faiss/IndexRefine.h>\n" : "#include <faiss/MetaIndexes.h>\n";
        text += "#include <faiss/IndexIVF.h>\n";
    }
    if (mapping.nsg)
        text += "#include <faiss/IndexNSG.h>\n"
                "#include <faiss/IndexPreTransform.h>\n"
                "#include <faiss/IndexRefine.h>\n"
                "#include <faiss/MetaIndexes.h>\n";
    text += "#include <faiss/Index.h>\n"
            "#include <faiss/index_factory.h>\n"
            "#include <faiss/index_io.h>\n";
    if (mapping.normalize)
        text += "#include <faiss/utils/distances.h>\n";
    return text + "\n#include <cstdint>\n"
                  "#include <memory>\n"
                  "#include <numeric>\n"
                  "#include <vector>\n";
}

std::string nsg_function() {
    return "/// The graph inside what it is wrapped in.\n"
           "faiss::IndexNSG& nsg_of(faiss::Index& index) {\n"
           "    if (auto* graph = dynamic_cast<faiss::IndexNSG*>(&index))\n"
           "        return *graph;\n"
           "    if (auto* outer = dynamic_cast<faiss::IndexRefine*>(&index))\n"
           "        return nsg_of(*outer->base_index);\n"
           "    if (auto* outer = dynamic_cast<faiss::IndexPreTransform*>(&index))\n"
           "        return nsg_of(*outer->index);\n"
           "    return nsg_of(*dynamic_cast<faiss::IndexIDMap&>(index).index);\n"
           "}\n\n";
}

std::string field_lines(const FaissMapping::Fields& fields, const std::string& index) {
    std::string text;
    for (const auto& [field, value] : fields)
        text += "    nsg_of(" + index + ")." + field + " = " + value + ";\n";
    return text;
}

std::string build_lines(const FaissMapping& mapping) {
    std::string text;
    if (mapping.niter > 0)
        text += "    " + ivf_expression(mapping) + "->cp.niter = " + std::to_string(mapping.niter) + ";\n";
    if (!mapping.construction.empty())
        text += "    faiss::ParameterSpace().set_index_parameters(index.get(), \"" + mapping.construction +
                "\");\n";
    for (const auto& [field, value] : mapping.svs_fields)
        text += "    // of IndexSVSVamana: " + field + " = " + value + "\n";
    text += field_lines(mapping.nsg_build, "*index");
    return text;
}

std::string build_function(const FaissMapping& mapping, const std::string& metric) {
    const std::string base = mapping.normalize ? "std::vector<float> xb" : "const float* xb";
    const std::string data = mapping.normalize ? "xb.data()" : "xb";
    std::string text = "/// nb vectors of d floats, row after row.\n"
                       "std::unique_ptr<faiss::Index> build(std::int64_t nb, " +
                       base + ") {\n";
    if (mapping.normalize)
        text += "    faiss::fvec_renorm_L2(d, nb, xb.data());\n";
    text += "    std::unique_ptr<faiss::Index> index(faiss::index_factory(d, \"" + mapping.factory + "\", " +
            metric + "));\n";
    if (mapping.svs)
        text += "    // without SVS: \"" + mapping.alternative + "\"\n";
    text += build_lines(mapping);
    text += "    index->train(nb, " + data + ");\n";
    if (mapping.needs_ids)
        text += "    std::vector<std::int64_t> ids(nb); // your own ids\n"
                "    std::iota(ids.begin(), ids.end(), 0);\n"
                "    index->add_with_ids(nb, " +
                data + ", ids.data());\n";
    else
        text += "    index->add(nb, " + data + ");\n";
    return text + "    faiss::write_index(index.get(), \"index.faiss\");\n"
                  "    return index;\n"
                  "}\n";
}

std::string search_function(const FaissMapping& mapping) {
    const std::string queries = mapping.normalize ? "std::vector<float> xq" : "const float* xq";
    std::string text = "/// nq queries; distances and labels: nq x k.\n"
                       "void search(faiss::Index& index, std::int64_t nq, " +
                       queries + ", float* distances, std::int64_t* labels) {\n";
    if (mapping.normalize)
        text += "    faiss::fvec_renorm_L2(d, nq, xq.data());\n";
    if (!mapping.search.empty())
        text += "    faiss::ParameterSpace().set_index_parameters(&index, \"" + mapping.search + "\");\n";
    text += field_lines(mapping.nsg_search, "index");
    return text + "    index.search(nq, " + (mapping.normalize ? "xq.data()" : "xq") +
           ", k, distances, labels);\n}\n";
}

Result<ExportResult> write(const ExportRequest& request) {
    ANNSCOPE_ASSIGN(const FaissMapping mapping, map_to_faiss(request));
    const std::string metric = mapping.inner_product ? "faiss::METRIC_INNER_PRODUCT" : "faiss::METRIC_L2";
    std::string text = "// " + headline(request) + "\n" + comment_lines(mapping.notes, "// ");
    text += includes(mapping) + "\n";
    text += "constexpr int d = " + std::to_string(request.dim) +
            ";\n"
            "constexpr std::int64_t k = " +
            std::to_string(request.k) + ";\n\n";
    if (mapping.nsg)
        text += nsg_function();
    text += build_function(mapping, metric) + "\n" + search_function(mapping);
    return ExportResult{std::move(text), mapping.notes};
}

} // namespace

extern const ExportTarget kFaissCpp;
const ExportTarget kFaissCpp{"faiss-cpp", "Faiss (C++)", ".cpp", write};

} // namespace annscope
