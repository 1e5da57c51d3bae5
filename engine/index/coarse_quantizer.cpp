// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_quantizer.h"

#include "index/coarse_forms.h"

#include <algorithm>
#include <array>

namespace annscope {
namespace {

constexpr std::array kForms{
    &kFlatCoarseForm,
};

const CoarseForm* form_of(const SpecNode& root) noexcept {
    const auto found =
        std::ranges::find_if(kForms, [&](const CoarseForm* form) { return form->matches(root); });
    return found == kForms.end() ? nullptr : *found;
}

Error not_built(const SpecNode& root) {
    return {ErrorCode::Unsupported,
            "The coarse quantiser of " + print(root) + " is understood but not built yet.", root.column};
}

} // namespace

Result<SearchStats> CoarseQuantizer::probe_block(VectorView queries, std::size_t nprobe,
                                                 std::span<Neighbor> probes,
                                                 const SearchParams& params) const {
    SearchStats sum;
    for (std::size_t q = 0; q < queries.rows(); ++q) {
        ANNSCOPE_ASSIGN(const SearchStats stats,
                        probe(queries.row(q), probes.subspan(q * nprobe, nprobe), params));
        sum += stats;
    }
    return sum;
}

bool has_coarse(const SpecNode& root) noexcept {
    return form_of(root) != nullptr;
}

std::uint64_t nlist_of(const SpecNode& root) noexcept {
    if (root.name == "IMI")
        return std::uint64_t{1} << std::min<std::uint64_t>(2 * root.numbers.back(), 63);
    return root.numbers.empty() ? 0 : root.numbers.front();
}

Result<std::unique_ptr<CoarseQuantizer>> make_coarse(const SpecNode& root, const BuildContext& context) {
    const CoarseForm* form = form_of(root);
    if (!form)
        return not_built(root);
    const std::uint64_t nlist = nlist_of(root);
    if (nlist == 0 || nlist > kMaxLists)
        return Error{ErrorCode::InvalidArgument,
                     "An inverted file has 1 to " + std::to_string(kMaxLists) + " cells, not " +
                         std::to_string(nlist) + ".",
                     root.column};
    return form->make(root, context);
}

Result<std::unique_ptr<CoarseQuantizer>> load_coarse(ArchiveReader& reader, const SpecNode& root,
                                                     const BuildContext& context) {
    const CoarseForm* form = form_of(root);
    if (!form)
        return not_built(root);
    const std::uint64_t nlist = nlist_of(root);
    if (nlist == 0 || nlist > kMaxLists)
        return Error{ErrorCode::CorruptFile,
                     "The archive's header is damaged: " + std::to_string(nlist) + " cells are impossible."};
    return form->load(reader, root, context);
}

std::vector<MemoryPart> coarse_size(const SpecNode& root, const SizeQuestion& question) {
    const CoarseForm* form = form_of(root);
    std::vector<MemoryPart> parts{
        {"ids", question.n * sizeof(std::uint32_t), "n * 4"},
        {"list offsets", (nlist_of(root) + 1) * sizeof(std::uint64_t), "(nlist + 1) * 8"},
    };
    if (form)
        std::ranges::move(form->size(root, question), std::back_inserter(parts));
    return parts;
}

double coarse_work(const SpecNode& root, const SizeQuestion& question) {
    const CoarseForm* form = form_of(root);
    return form ? form->work(root, question) : 0.0;
}

} // namespace annscope
