// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "interop/exporter.h"

#include <string>
#include <utility>
#include <vector>

namespace annscope::interop {

/// A configuration in Faiss's terms, for the two languages it is written in.
struct FaissMapping {
    std::string factory;
    bool inner_product = false;
    bool normalize = false; ///< vectors must be normalised by the caller: a prefix would not reach refinement
    bool needs_ids = false; ///< IDMap: add_with_ids
    bool svs = false;       ///< a Vamana graph, written as SVSVamana
    std::string alternative;           ///< a factory string for a Faiss without SVS
    std::string construction;          ///< ParameterSpace text to set before add, e.g. "efConstruction=200"
    std::string search;                ///< ParameterSpace text, e.g. "nprobe=16,k_factor_rf=4"
    int niter = 0;                     ///< k-means iterations; 0: Faiss's own
    std::vector<std::string> wrappers; ///< from the outside to the IVF: "IDMap", "Refine"
    using Fields = std::vector<std::pair<std::string, std::string>>;
    Fields svs_fields;            ///< fields of IndexSVSVamana and values
    bool nsg = false;             ///< an IndexNSG, perhaps behind wrappers and transforms
    bool nsg_wrapped = false;     ///< it is behind some
    Fields nsg_build, nsg_search; ///< fields of IndexNSG, to set before add and before search
    std::vector<std::string> notes;
};

/// Errors: InvalidArgument (dim or k is 0), Unsupported (DiskANN: Faiss has nothing like it).
Result<FaissMapping> map_to_faiss(const ExportRequest& request);

/// 1024 or 1.2, without needless digits.
std::string number_text(double value);
/// The line a configuration came from and what it was for, as every exported text begins.
std::string headline(const ExportRequest& request);
/// prefix before every line of the notes, wrapped at a readable width.
std::string comment_lines(const std::vector<std::string>& notes, const std::string& prefix);

} // namespace annscope::interop
