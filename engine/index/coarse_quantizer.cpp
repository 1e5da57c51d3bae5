// SPDX-License-Identifier: Apache-2.0
#include "index/coarse_quantizer.h"

#include "index/coarse_forms.h"
#include "index/coarse_grouped.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <mutex>
#include <set>
#include <string>

namespace annscope {
namespace {

constexpr std::array kForms{
    &kFlatCoarseForm,
    &kImiCoarseForm,
    &kIndexCoarseForm,
};

const CoarseForm* form_of(const SpecNode& root) noexcept {
    const auto found =
        std::ranges::find_if(kForms, [&](const CoarseForm* form) { return form->matches(root); });
    return found == kForms.end() ? nullptr : *found;
}

Error not_built(const SpecNode& root) {
    const SpecNode* inner = coarse_index_of(root);
    const std::string nlist = std::to_string(nlist_of(root));
    if (!inner)
        return {ErrorCode::Unsupported, print(root) + " is understood but not built yet.", root.column};
    return {ErrorCode::Unsupported,
            "The coarse quantiser " + print(*inner) + " of IVF" + nlist +
                " is understood but not built yet; choose IVF" + nlist +
                " alone, which compares with all centroids, or an index that is built, such as IVF" + nlist +
                "(IVF" +
                std::to_string(std::max<std::uint64_t>(
                    1, static_cast<std::uint64_t>(std::sqrt(static_cast<double>(nlist_of(root)))))) +
                ",Flat) or IVF" + nlist + "(Vamana32).",
            inner->column};
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

Status CoarseQuantizer::rank(const float* query, std::span<const std::uint32_t> cells,
                             std::span<std::size_t> ranks) const {
    std::vector<Neighbor> order(nlist());
    ANNSCOPE_ASSIGN(const SearchStats stats, probe(query, order, {}));
    static_cast<void>(stats);
    ranks_among(std::span<const Neighbor>(order), cells, ranks);
    return {};
}

Result<SearchStats> CoarseQuantizer::visit(VectorView queries, std::size_t nprobe, const SearchParams& params,
                                           std::span<const std::uint64_t>, Visits& visits) const {
    visits.reset(queries.rows(), nprobe);
    return probe_block(queries, nprobe, visits.cells(), params);
}

bool has_coarse(const SpecNode& root) noexcept {
    return form_of(root) != nullptr;
}

bool coarse_allows(const SpecNode& root, Metric metric) noexcept {
    const CoarseForm* form = form_of(root);
    return !form || !form->allows || form->allows(root, metric);
}

const SpecNode* coarse_index_of(const SpecNode& root) noexcept {
    return root.name == "IVF" && root.children.size() == 2 ? &root.children[1] : nullptr;
}

std::optional<Error> missing_coarse(const SpecNode& root) {
    const SpecNode* inner = coarse_index_of(root);
    if (inner && !find_kind(*inner)) {
        const auto deeper = missing_coarse(*inner);
        return deeper ? deeper : not_built(root);
    }
    for (const SpecNode& child : root.children)
        if (auto error = missing_coarse(child))
            return error;
    return std::nullopt;
}

ParamInfo quantizer_param(const ParamInfo& info) {
    // Names and sentences live as long as the program: parameters refer to them.
    static std::mutex mutex;
    static std::set<std::string, std::less<>> texts;
    ParamInfo outer = info;
    const std::lock_guard lock(mutex);
    outer.name = *texts.insert("quantizer_" + std::string(info.name)).first;
    outer.help = *texts.insert("Of the index over the centroids: " + std::string(info.help)).first;
    return outer;
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
    if (groups_of(context.build) == 0)
        return form->make(root, context);
    ANNSCOPE_TRY(check_groups(root, context));
    ANNSCOPE_ASSIGN(std::unique_ptr<CoarseQuantizer> inner, form->make(root, without_groups(context)));
    return grouped(std::move(inner), context);
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
    if (groups_of(context.build) == 0)
        return form->load(reader, root, context);
    if (!check_groups(root, context))
        return Error{ErrorCode::CorruptFile,
                     "The archive's header is damaged: so many groups in cells are impossible."};
    ANNSCOPE_ASSIGN(std::unique_ptr<CoarseQuantizer> inner,
                    form->load(reader, root, without_groups(context)));
    return load_grouped(reader, std::move(inner), context);
}

std::vector<MemoryPart> coarse_size(const SpecNode& root, const SizeQuestion& question) {
    const CoarseForm* form = form_of(root);
    const std::uint64_t nlist = nlist_of(root), groups = groups_of(question.build);
    const std::string lists = groups == 0 ? "nlist" : "nlist * " + std::to_string(groups);
    std::vector<MemoryPart> parts{
        {"ids", question.n * sizeof(std::uint32_t), "n * 4"},
        {"list offsets", (nlist * std::max<std::uint64_t>(groups, 1) + 1) * sizeof(std::uint64_t),
         "(" + lists + " + 1) * 8"},
    };
    SizeQuestion inner = question;
    inner.build = without_groups(question.build);
    if (form)
        std::ranges::move(form->size(root, inner), std::back_inserter(parts));
    if (groups > 0)
        std::ranges::move(groups_size(nlist, groups), std::back_inserter(parts));
    return parts;
}

double coarse_work(const SpecNode& root, const SizeQuestion& question) {
    const CoarseForm* form = form_of(root);
    if (!form)
        return 0.0;
    SizeQuestion inner = question;
    inner.build = without_groups(question.build);
    const std::size_t groups = groups_of(question.build);
    return form->work(root, inner) + (groups > 0 ? groups_work(nlist_of(root), groups, question) : 0);
}

} // namespace annscope
