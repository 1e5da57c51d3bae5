// SPDX-License-Identifier: Apache-2.0
#include "interop/faiss_mapping.h"

namespace annscope {
namespace {

using namespace interop;

std::string ivf_expression(const FaissMapping& mapping) {
    std::string index = "index";
    for (const std::string& wrapper : mapping.wrappers) {
        if (index != "index")
            index = "faiss.downcast_index(" + index + ")";
        index += wrapper == "Refine" ? ".base_index" : ".index";
    }
    return "faiss.extract_index_ivf(" + index + ")";
}

/// What the fields of the NSG are set on.
std::string nsg_lines(const FaissMapping& mapping) {
    if (!mapping.nsg_wrapped)
        return "graph = index\n";
    return "graph = index\n"
           "while not hasattr(graph, \"nsg\"):  # what it is wrapped in\n"
           "    graph = faiss.downcast_index(graph.base_index if hasattr(graph, \"base_index\") else "
           "graph.index)\n";
}

std::string field_lines(const FaissMapping::Fields& fields) {
    std::string text;
    for (const auto& [field, value] : fields)
        text += "graph." + field + " = " + value + "\n";
    return text;
}

std::string build_lines(const FaissMapping& mapping) {
    std::string text;
    if (mapping.niter > 0)
        text += ivf_expression(mapping) + ".cp.niter = " + std::to_string(mapping.niter) + "\n";
    if (!mapping.construction.empty())
        text += "faiss.ParameterSpace().set_index_parameters(index, \"" + mapping.construction + "\")\n";
    for (const auto& [field, value] : mapping.svs_fields)
        text += "index." + field + " = " + value + "\n";
    if (mapping.nsg)
        text += nsg_lines(mapping) + field_lines(mapping.nsg_build);
    return text;
}

Result<ExportResult> write(const ExportRequest& request) {
    ANNSCOPE_ASSIGN(const FaissMapping mapping, map_to_faiss(request));
    std::string text = "# " + headline(request) + "\n" + comment_lines(mapping.notes, "# ");
    text += "import faiss\n"
            "import numpy as np\n"
            "\n"
            "d = " +
            std::to_string(request.dim) +
            "\n"
            "k = " +
            std::to_string(request.k) +
            "\n"
            "xb = np.ascontiguousarray(np.load(\"base.npy\"), dtype=\"float32\")  # n x d\n"
            "xq = np.ascontiguousarray(np.load(\"queries.npy\"), dtype=\"float32\")  # queries x d\n"
            "assert xb.shape[1] == d and xq.shape[1] == d\n";
    if (mapping.normalize)
        text += "faiss.normalize_L2(xb)\n"
                "faiss.normalize_L2(xq)\n";
    text += "\nindex = faiss.index_factory(d, \"" + mapping.factory + "\", " +
            (mapping.inner_product ? "faiss.METRIC_INNER_PRODUCT" : "faiss.METRIC_L2") + ")\n";
    if (mapping.svs)
        text += "# without SVS, and without the three settings below:\n"
                "# index = faiss.index_factory(d, \"" +
                mapping.alternative + "\", " +
                (mapping.inner_product ? "faiss.METRIC_INNER_PRODUCT" : "faiss.METRIC_L2") + ")\n";
    text += build_lines(mapping);
    text += "index.train(xb)\n";
    text += mapping.needs_ids ? "index.add_with_ids(xb, np.arange(len(xb)))  # your own ids\n"
                              : "index.add(xb)\n";
    if (!mapping.search.empty())
        text += "faiss.ParameterSpace().set_index_parameters(index, \"" + mapping.search + "\")\n";
    text += field_lines(mapping.nsg_search);
    text += "D, I = index.search(xq, k)\n"
            "faiss.write_index(index, \"index.faiss\")\n";
    return ExportResult{std::move(text), mapping.notes};
}

} // namespace

extern const ExportTarget kFaissPython;
const ExportTarget kFaissPython{"faiss-python", "Faiss (Python)", ".py", write};

} // namespace annscope
