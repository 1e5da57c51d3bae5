// SPDX-License-Identifier: Apache-2.0
#include "index/transform_spec.h"

#include "quant/hadamard.h"
#include "quant/itq.h"
#include "quant/l2norm.h"
#include "quant/opq_transform.h"
#include "quant/pad.h"
#include "quant/pca.h"
#include "quant/random_rotation.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

using Made = Result<std::unique_ptr<VectorTransform>>;

constexpr std::size_t kMostDimensions = 1u << 20; // of the grammar

bool is_pca(const SpecNode& node) noexcept {
    return node.name.starts_with("PCA");
}

std::size_t number_or(const SpecNode& node, std::size_t i, std::size_t fallback) {
    return i < node.numbers.size() ? static_cast<std::size_t>(node.numbers[i]) : fallback;
}

Error cannot(const SpecNode& node, std::string why) {
    std::string name = node.name;
    for (std::size_t i = 0; i < node.numbers.size(); ++i)
        name += (i > 0 ? "_" : "") + std::to_string(node.numbers[i]);
    return {ErrorCode::InvalidArgument, name + " " + std::move(why), node.column};
}

Error makes_more(const SpecNode& node, std::size_t dim, std::size_t out) {
    return cannot(node, "cannot make " + std::to_string(out) + " dimensions from " + std::to_string(dim) +
                            "; choose at most " + std::to_string(dim) + ".");
}

Made make_opq(const SpecNode& node, std::size_t dim) {
    const std::size_t M = number_or(node, 0, 1), out = number_or(node, 1, dim);
    if (M == 0 || out % M != 0) {
        const std::string parts = std::to_string(M == 0 ? 1 : M);
        const std::size_t more = M == 0 ? out : (out / M + 1) * M; // zeros are added, nothing is lost
        return cannot(node, "cuts " + std::to_string(out) + " dimensions into " + std::to_string(M) +
                                " equal parts, which they cannot be cut into; give a number of output "
                                "dimensions that M divides, as in OPQ" +
                                parts + "_" + std::to_string(more) + ".");
    }
    return Made(std::make_unique<OpqTransform>(dim, out, M));
}

} // namespace

bool is_transform(const SpecNode& node) noexcept {
    constexpr std::array<std::string_view, 10> kNames{"PCA", "PCAW", "PCAR", "PCAWR", "L2norm",
                                                      "RR",  "HR",   "ITQ",  "OPQ",   "Pad"};
    return node.children.empty() && std::ranges::find(kNames, node.name) != kNames.end();
}

Made make_transform(const SpecNode& node, std::size_t dim) {
    const std::size_t out = number_or(node, 0, dim);
    if (node.name == "L2norm")
        return Made(std::make_unique<L2NormTransform>(dim));
    if (node.name == "HR")
        return Made(std::make_unique<HadamardRotation>(
            dim, static_cast<std::uint32_t>(number_or(node, 0, HadamardRotation::kDefaultSeed))));
    if (out == 0 || out > kMostDimensions)
        return cannot(node,
                      "is not a number of dimensions; choose 1 to " + std::to_string(kMostDimensions) + ".");
    if (is_pca(node)) {
        if (out > dim)
            return makes_more(node, dim, out);
        const std::string_view options = std::string_view(node.name).substr(3);
        return Made(std::make_unique<Pca>(
            dim, out, Pca::Options{options.find('W') != options.npos, options.find('R') != options.npos}));
    }
    if (node.name == "RR")
        return Made(std::make_unique<RandomRotation>(dim, out));
    if (node.name == "ITQ") {
        if (out > dim)
            return makes_more(node, dim, out);
        return Made(std::make_unique<ItqTransform>(dim, out, !node.numbers.empty()));
    }
    if (node.name == "OPQ")
        return make_opq(node, dim);
    if (node.name == "Pad")
        return Made(std::make_unique<PadTransform>(dim, std::max(dim, out)));
    return Error{ErrorCode::Unsupported, node.name + " is not a transform.", node.column};
}

Result<TransformChain> make_chain(const SpecNode& root, std::size_t dim, Metric metric) {
    std::vector<std::unique_ptr<VectorTransform>> transforms;
    if (metric == Metric::Cosine && root.children.front().name != "L2norm")
        transforms.push_back(std::make_unique<L2NormTransform>(dim));
    for (std::size_t i = 0; i + 1 < root.children.size(); ++i) {
        ANNSCOPE_ASSIGN(std::unique_ptr<VectorTransform> transform, make_transform(root.children[i], dim));
        dim = transform->d_out();
        transforms.push_back(std::move(transform));
    }
    return TransformChain(std::move(transforms));
}

double training_work(const SpecNode& node, const VectorTransform& transform, std::size_t n) {
    const auto rows = static_cast<double>(std::min(n, transform.max_training_rows()));
    const auto d = static_cast<double>(transform.d_in()), out = static_cast<double>(transform.d_out());
    const double axes = rows * d * d / 2 + 9 * d * d * d;
    if (is_pca(node))
        return axes;
    if (node.name == "RR")
        return 4 * std::max(d, out) * d * out;
    if (node.name == "ITQ")
        return (node.numbers.empty() ? 0 : axes) +
               ItqTransform::kIterations * (2 * rows * out * out + 20 * out * out * out);
    if (node.name == "OPQ") // 50 rounds of a rotation, 4 iterations of k-means with 256 centroids, a product
        return 50 * (2 * rows * d * out + 4 * rows * 256 * out + 20 * out * out * out);
    return 0;
}

std::string transform_sentence(const SpecNode& node) {
    const std::string first = std::to_string(number_or(node, 0, 0));
    if (is_pca(node))
        return "projects vectors to their " + first + " principal axes" +
               (node.name.find('W', 3) != std::string::npos ? ", scaled to the same variance" : "") +
               (node.name.find('R', 3) != std::string::npos ? ", rotated at random" : "");
    if (node.name == "L2norm")
        return "scales vectors to unit length";
    if (node.name == "RR")
        return "rotates vectors at random" + (node.numbers.empty() ? "" : " to " + first + " dimensions");
    if (node.name == "HR")
        return "rotates vectors by a fast random rotation, in a power of two of dimensions";
    if (node.name == "ITQ")
        return "rotates vectors" + (node.numbers.empty() ? "" : " on their " + first + " principal axes") +
               " so that their signs tell most";
    if (node.name == "OPQ")
        return "rotates vectors so that " + first + " parts of them can be coded with the least loss";
    return "appends zeros up to " + first + " dimensions";
}

} // namespace annscope
