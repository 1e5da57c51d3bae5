// SPDX-License-Identifier: Apache-2.0
// Product codes: PQ16, PQ16x10, and behind IVF{nlist},. The suffix np means the same: codebooks are never
// reordered for polysemous search here.
#include "index/pq_codec.h"

#include "index/coarse_params.h"
#include "index/codes_index.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

constexpr std::array<std::string_view, 1> kNames{"PQ"};
constexpr std::array<std::string_view, 2> kFlatExamples{"PQ4x3", "PQ4x5np"};
constexpr std::array<std::string_view, 6> kCellsExamples{
    "IMI2x2,PQ4x4",  "IVF16(IVF4,Flat),PQ4x4", "IVF16,PQ4x3",
    "IVF16,PQ4x5np", "IVF16,PQ4x4|groups=4",   "IVF16_HNSW4,PQ4x4|groups=4"};

std::size_t parts_of(const SpecNode& code) noexcept {
    return code.numbers.empty() ? 0 : static_cast<std::size_t>(code.numbers[0]);
}

std::size_t bits_of(const SpecNode& code) noexcept {
    return code.numbers.size() < 2 ? 8 : static_cast<std::size_t>(code.numbers[1]);
}

bool scans_by_look_up(const SpecNode& code) noexcept {
    return code.suffix.empty() || code.suffix == "np";
}

Result<std::unique_ptr<ListCodec>> make_pq(const SpecNode& code, const CodecContext& context) {
    auto quantizer = ProductQuantizer::create(context.dim, parts_of(code), bits_of(code));
    if (!quantizer) {
        Error error = quantizer.error();
        error.column = code.column;
        return error;
    }
    return std::unique_ptr<ListCodec>(std::make_unique<PqCodec>(context, std::move(quantizer).value()));
}

std::string explain_code(const SpecNode& code, const char* what) {
    const std::string M = std::to_string(parts_of(code)), bits = std::to_string(bits_of(code));
    return "Cuts " + std::string(what) + " into " + M +
           " parts and keeps of each the number of the nearest of " +
           std::to_string(std::uint64_t{1} << std::min<std::size_t>(bits_of(code), 32)) +
           " learned centroids: " + std::to_string((parts_of(code) * bits_of(code) + 7) / 8) +
           " bytes a vector. A query adds up " + M + " looked-up terms for a vector.";
}

std::string explain_flat(const SpecNode& root) {
    return explain_code(root, "each vector");
}

std::string explain_cells(const SpecNode& root) {
    return "Divides the vectors into " + std::to_string(nlist_of(root)) +
           " cells; a query visits its nprobe nearest. " +
           explain_code(code_of(root), "each vector's difference from its cell's centroid");
}

/// Training on at most 256 rows a centroid, then the search for the nearest centroids of all rows.
double code_work(const SpecNode& root, const SizeQuestion& question) {
    const SpecNode& code = code_of(root);
    const double centroids =
        static_cast<double>(std::uint64_t{1} << std::min<std::size_t>(bits_of(code), 32));
    const double n = static_cast<double>(question.n), sample = std::min(n, 256 * centroids);
    return (PqTraining{}.niter * sample + n) * centroids * static_cast<double>(question.dim);
}

Result<std::unique_ptr<Index>> create_pq(const SpecNode& root, const BuildContext& context) {
    return create_codes(root, context, make_pq);
}

Result<std::unique_ptr<Index>> load_pq(ArchiveReader& reader) {
    return load_codes(reader, make_pq);
}

std::vector<MemoryPart> pq_size(const SpecNode& root, const SizeQuestion& question) {
    return codes_size(root, question, make_pq);
}

} // namespace

extern const Kind kPqKind, kIvfPqKind;

const Kind kPqKind{
    .name = "PQ",
    .example = "PQ4x4",
    .build_params = {},
    .search_params = {},
    .matches =
        [](const SpecNode& root) noexcept { return is_flat_code(root, kNames) && scans_by_look_up(root); },
    .explain = explain_flat,
    .size = pq_size,
    .build_work = code_work,
    .create = create_pq,
    .load = load_pq,
    .distances = Distances::OfCodes,
    .more_examples = kFlatExamples,
    .make_codec = make_pq,
};

const Kind kIvfPqKind{
    .name = "IVF,PQ",
    .example = "IVF16,PQ4x4",
    .build_params = kCoarseBuildParams,
    .search_params = kCellsSearchParams,
    .matches =
        [](const SpecNode& root) noexcept {
            return is_cells_code(root, kNames) && scans_by_look_up(code_of(root));
        },
    .explain = explain_cells,
    .size = pq_size,
    .build_work =
        [](const SpecNode& root, const SizeQuestion& question) {
            return coarse_work(root, question) + code_work(root, question);
        },
    .create = create_pq,
    .load = load_pq,
    .distances = Distances::OfCodes,
    .more_examples = kCellsExamples,
    .allows = coarse_allows,
};

} // namespace annscope
