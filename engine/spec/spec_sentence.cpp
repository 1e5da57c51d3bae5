// SPDX-License-Identifier: Apache-2.0
#include "spec/facts.h"
#include "spec/parser.h"

namespace annscope::spec {
namespace {

std::string number(const SpecNode& node, std::size_t i) {
    return i < node.numbers.size() ? std::to_string(node.numbers[i]) : std::string();
}

std::string code_phrase(const SpecNode& code) {
    const std::string& name = code.name;
    if (name == "Flat")
        return "the vectors in full";
    if (name == "FlatDedup")
        return "the vectors in full, equal ones once";
    if (name.ends_with("Panorama"))
        return "the vectors in full, in " + number(code, 0) + " levels so that most comparisons stop early";
    if (name == "PQ" && code.suffix.starts_with("fs"))
        return "product codes of " + number(code, 0) + " x 4 bits in blocks that SIMD registers scan" +
               (code.suffix == "fsr" ? ", of the difference to the cell's centroid" : "");
    if (name == "PQ")
        return "product codes: " + number(code, 0) + " parts of " + number(code, 1) + " bits each";
    if (name == "PQR")
        return "product codes of " + number(code, 0) + " bytes, refined by " + number(code, 1) +
               " more bytes";
    if (const unsigned bits = scalar_bits(name))
        return (name == "SQfp16"   ? std::string("half-precision numbers")
                : name == "SQbf16" ? std::string("bfloat16 numbers")
                                   : std::to_string(bits) + " bits a dimension") +
               " (" + name + ")";
    if (name == "SQ0")
        return "no codes (SQ0)";
    if (name == "RQ" || name == "RCQ")
        return "residual codes, each step coding what the one before left (" + print(code) + ")";
    if (name == "LSQ" || name == "LSCQ")
        return "local-search codes, sums of codebook entries (" + print(code) + ")";
    if (name == "PRQ" || name == "PLSQ")
        return "additive codes of " + number(code, 0) + " parts of the vector (" + print(code) + ")";
    if (name == "RaBitQ" || name == "RaBitQfs")
        return (code.numbers[0] == 1 ? "1 bit" : number(code, 0) + " bits") +
               " a dimension after a random rotation (" + name + ")";
    if (name == "EDEN")
        return "EDEN codes of a few bits a dimension";
    if (name == "SH")
        return "spectral-hash bits compared by Hamming distance";
    if (name == "LSH")
        return "sign bits compared by Hamming distance";
    if (name == "ZnLattice")
        return "points of a lattice on a sphere";
    if (name == "2Level" || name == "2LevelIMI")
        return "the nearest of some centroids and a product code of the rest";
    return print(code);
}

std::string transform_phrase(const SpecNode& transform) {
    const std::string& name = transform.name;
    if (name.starts_with("PCA"))
        return "reduces vectors to their " + number(transform, 0) + " principal dimensions" +
               (name.find('W') != std::string::npos ? ", whitened" : "") +
               (name.ends_with('R') ? ", then rotates them at random" : "");
    if (name == "L2norm")
        return "scales vectors to length 1";
    if (name == "RR")
        return "rotates vectors at random";
    if (name == "HR")
        return "rotates vectors by a random Hadamard transform";
    if (name == "ITQ")
        return "rotates vectors towards binary codes (ITQ)";
    if (name == "OPQ")
        return "rotates vectors so that " + number(transform, 0) + " product codes lose least (OPQ)" +
               (transform.numbers.size() > 1 ? ", to " + number(transform, 1) + " dimensions" : "");
    return "pads vectors with zeros to at least " + number(transform, 0) + " dimensions";
}

std::string clause(const SpecNode& node);

std::string graph_clause(const SpecNode& node) {
    std::string graph =
        node.name == "HNSW"
            ? "walks a graph of layers with " + number(node, 0) + " links a vector (twice that below)"
        : node.name == "NSG" ? "walks a navigating graph with at most " + number(node, 0) + " links a vector"
        : node.name == "DiskANN"
            ? "walks a Vamana graph on disk with at most " + number(node, 0) + " links a vector"
            : "walks a Vamana graph with at most " + number(node, 0) + " links a vector";
    return graph + ", and keeps " +
           (node.children.empty() ? "the vectors in full" : code_phrase(node.children[0]));
}

std::string ivf_clause(const SpecNode& node) {
    std::string text = "divides the vectors into " + std::to_string(cells_of(node)) + " cells";
    if (node.name == "IMI")
        text += " (2^" + number(node, 1) + " for each half of a vector)";
    if (node.children.size() > 1)
        text += ", finds a query's nprobe nearest cells through " + print(node.children[1]);
    else
        text += ", searches a query's nprobe nearest";
    return text + ", and keeps in them " + code_phrase(node.children[0]);
}

std::string chain_clause(const SpecNode& node) {
    std::string text;
    for (std::size_t i = 0; i + 1 < node.children.size(); ++i)
        text += (i ? ", then " : "") + transform_phrase(node.children[i]);
    return text + "; then " + clause(node.children.back());
}

/// "does this and that", without a subject and a full stop.
std::string clause(const SpecNode& node) {
    const std::string& name = node.name;
    if (name == "PreTransform")
        return chain_clause(node);
    if (name == "IDMap" || name == "IDMap2")
        return clause(node.children[0]) + "; answers with ids of your own" +
               (name == "IDMap2" ? ", and finds a vector by its id" : "");
    if (name == "MinMax" || name == "MinMaxFP16")
        return "scales each vector to the range 0 to 1 first; then " + clause(node.children[0]);
    if (name == "RFlat")
        return clause(node.children[0]) + "; then ranks the best k x k_factor again by the vectors in full";
    if (name == "Refine" || name == "RefinePanorama")
        return clause(node.children[0]) + "; then ranks the best k x k_factor again by " +
               print(node.children[1]);
    if (name == "IVF" || name == "IMI")
        return ivf_clause(node);
    if (name == "Residual")
        return "codes each vector as one of " + std::to_string(cells_of(node)) + " centroids and " +
               code_phrase(node.children[0]) + " of the rest";
    if (name == "HNSW" || name == "NSG" || name == "Vamana" || name == "DiskANN")
        return graph_clause(node);
    if (name == "SVSVamana" || name == "SVSIVF" || name == "SVSFlat")
        return "hands the work to Intel's Scalable Vector Search (" + print(node) + ")";
    if (name == "Flat")
        return "compares the query with every vector: exact";
    if (name == "RCQ" || name == "LSCQ")
        return "holds a table of centroids to be another index's coarse quantiser (" + print(node) + ")";
    return "compares the query with every vector through " + code_phrase(node);
}

} // namespace

std::string sentence(const SpecNode& root) {
    std::string text = clause(root);
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z')
        text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text + ".";
}

} // namespace annscope::spec
