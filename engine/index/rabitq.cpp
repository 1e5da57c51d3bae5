// SPDX-License-Identifier: Apache-2.0
// RaBitQ codes: RaBitQ, RaBitQ4, RaBitQfs, and behind IVF{nlist},. Ours always lie in blocks and are scanned
// by tables, so that a name with and without fs is the same index.
#include "index/rabitq_codec.h"

#include "index/coarse_params.h"
#include "index/codes_index.h"

#include <array>

namespace annscope {
namespace {

constexpr std::array<std::string_view, 2> kNames{"RaBitQ", "RaBitQfs"};
constexpr std::array<std::string_view, 3> kFlatExamples{"RaBitQ3", "RaBitQfs", "RaBitQfs9"};
constexpr std::array<std::string_view, 7> kCellsExamples{
    "IMI2x2,RaBitQ4",  "IVF16(IVF4,Flat),RaBitQfs", "IVF16,RaBitQ4",         "IVF16,RaBitQfs",
    "IVF16,RaBitQfs2", "IVF16,RaBitQfs|groups=4",   "IVF16,RaBitQ4|groups=4"};

constexpr std::array<ParamInfo, 1> kFlatSearchParams{kEpsilonParam};
constexpr std::array<ParamInfo, 2> kIvfSearchParams{kNprobeParam, kEpsilonParam};

std::uint64_t bits_of(const SpecNode& code) noexcept {
    return code.numbers.empty() ? 1 : code.numbers.front();
}

Result<std::unique_ptr<ListCodec>> make_rabitq(const SpecNode& code, const CodecContext& context) {
    const std::uint64_t bits = bits_of(code);
    if (bits == 0 || bits > RabitqQuantizer::kMaxBits)
        return Error{ErrorCode::InvalidArgument,
                     "RaBitQ has 1 to 9 bits a dimension, not " + std::to_string(bits) + ".", code.column};
    return std::unique_ptr<ListCodec>(std::make_unique<RabitqCodec>(context, static_cast<unsigned>(bits)));
}

std::string explain_code(const SpecNode& code) {
    const std::uint64_t bits = bits_of(code);
    std::string text =
        "Rotates vectors at random and keeps 1 bit a dimension, the sign, in blocks that a query scores "
        "32 at a time by tables in registers";
    if (bits > 1)
        text += ", and " + std::to_string(bits - 1) +
                " more, read only where the signs' estimate, less its error bound, can be among the nearest";
    text += ". The estimates are unbiased, and a refinement ranks again what their bounds leave over.";
    return code.name == "RaBitQfs" ? text + " RaBitQ and RaBitQfs are built alike." : text;
}

std::string explain_cells(const SpecNode& root) {
    return "Divides the vectors into " + std::to_string(nlist_of(root)) +
           " cells; a query visits its nprobe nearest. " + explain_code(code_of(root));
}

/// Two rotations and a few passes over each vector.
double encode_work(const SpecNode& root, const SizeQuestion& question) {
    const double passes = bits_of(code_of(root)) > 1 ? 100 : 60;
    return static_cast<double>(question.n) * static_cast<double>(question.dim) * passes;
}

Result<std::unique_ptr<Index>> create_rabitq(const SpecNode& root, const BuildContext& context) {
    return create_codes(root, context, make_rabitq);
}

Result<std::unique_ptr<Index>> load_rabitq(ArchiveReader& reader) {
    return load_codes(reader, make_rabitq);
}

std::vector<MemoryPart> rabitq_size(const SpecNode& root, const SizeQuestion& question) {
    return codes_size(root, question, make_rabitq);
}

} // namespace

extern const Kind kRabitqKind, kIvfRabitqKind;

const Kind kRabitqKind{
    .name = "RaBitQ",
    .example = "RaBitQ",
    .build_params = {},
    .search_params = kFlatSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_flat_code(root, kNames); },
    .explain = explain_code,
    .size = rabitq_size,
    .build_work = encode_work,
    .create = create_rabitq,
    .load = load_rabitq,
    .distances = Distances::Estimates,
    .more_examples = kFlatExamples,
};

const Kind kIvfRabitqKind{
    .name = "IVF,RaBitQ",
    .example = "IVF16,RaBitQ",
    .build_params = kCoarseBuildParams,
    .search_params = kIvfSearchParams,
    .matches = [](const SpecNode& root) noexcept { return is_cells_code(root, kNames); },
    .explain = explain_cells,
    .size = rabitq_size,
    .build_work =
        [](const SpecNode& root, const SizeQuestion& question) {
            return coarse_work(root, question) + encode_work(root, question);
        },
    .create = create_rabitq,
    .load = load_rabitq,
    .distances = Distances::Estimates,
    .more_examples = kCellsExamples,
    .allows = coarse_allows,
};

} // namespace annscope
