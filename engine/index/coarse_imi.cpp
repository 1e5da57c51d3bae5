// SPDX-License-Identifier: Apache-2.0
// The inverted multi-index (Babenko and Lempitsky, CVPR 2012): a vector is cut into two halves, each with 2^b
// centroids of its own; a cell is a pair of them, so that there are 4^b cells for the price of 2^b centroids.
#include "index/coarse_forms.h"
#include "index/coarse_params.h"
#include "index/serialize.h"
#include "quant/kmeans.h"
#include "simd/kernels.h"

#include <algorithm>
#include <array>
#include <queue>

namespace annscope {
namespace {

std::uint64_t bits_of(const SpecNode& root) noexcept {
    return root.numbers.back();
}

/// Columns [first, first + count) of all rows; shares their storage, which must live longer.
VectorSet columns(const VectorSet& rows, std::size_t first, std::size_t count) {
    const auto* data = static_cast<const std::byte*>(rows.row(0)) + first * element_size(rows.type());
    return {nullptr, data, rows.type(), rows.size(), count, rows.stride()};
}

/// A pair of ranks in the two sorted halves. Order of a heap whose top is the nearest, the lowest cell of
/// equals.
struct Pair {
    float distance;
    std::uint32_t cell, first, second;
    friend bool operator<(const Pair& a, const Pair& b) noexcept {
        return a.distance > b.distance || (a.distance == b.distance && a.cell > b.cell);
    }
};

class ImiCoarseQuantizer final : public CoarseQuantizer {
public:
    ImiCoarseQuantizer(const SpecNode& root, const BuildContext& context)
        : m_bits(bits_of(root)), m_context(context) {}

    std::size_t nlist() const noexcept override { return per_half() * per_half(); }
    bool trained() const noexcept override { return m_centroids[0].size() > 0; }
    Status train(const VectorSet& rows, const Control& control) override;
    Status assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                  const Control& control) const override;
    Result<SearchStats> probe(const float* query, std::span<Neighbor> probes,
                              const SearchParams&) const override;
    const float* centroid(std::size_t cell, float* scratch) const noexcept override {
        const std::size_t first = cell & (per_half() - 1), second = cell >> m_bits;
        std::copy_n(m_centroids[0].data() + first * half_dim(), half_dim(), scratch);
        std::copy_n(m_centroids[1].data() + second * half_dim(), half_dim(), scratch + half_dim());
        return scratch;
    }
    Status rank(const float* query, std::span<const std::uint32_t> cells,
                std::span<std::size_t> ranks) const override;
    Status save(ArchiveWriter& writer) const override;
    Status load(ArchiveReader& reader);

private:
    std::size_t per_half() const noexcept { return std::size_t{1} << m_bits; }
    std::size_t half_dim() const noexcept { return m_context.dim / 2; }
    VectorView centroids_of(std::size_t half) const noexcept {
        return {m_centroids[half].data(), per_half(), half_dim()};
    }
    std::vector<Neighbor> nearest_in_half(const float* query, std::size_t half, std::size_t count) const;

    std::uint64_t m_bits;
    BuildContext m_context;
    std::array<AlignedBuffer<float>, 2> m_centroids; ///< per half: 2^b x dim / 2
};

Status ImiCoarseQuantizer::train(const VectorSet& rows, const Control& control) {
    std::array<AlignedBuffer<float>, 2> made;
    for (std::size_t half = 0; half < 2; ++half) {
        const VectorSet part = rows.empty()
                                   ? VectorSet(nullptr, nullptr, rows.type(), 0, half_dim(), half_dim())
                                   : columns(rows, half * half_dim(), half_dim());
        KmeansOptions options = coarse_kmeans(per_half(), m_context);
        options.seed += half; // two halves with the same centroids would be a coincidence
        ANNSCOPE_ASSIGN(KmeansResult result, kmeans(part, options, control));
        made[half] = std::move(result.centroids);
    }
    m_centroids = std::move(made);
    return {};
}

Status ImiCoarseQuantizer::assign(const VectorSet& rows, std::span<std::uint32_t> cells,
                                  const Control& control) const {
    if (rows.empty())
        return {};
    Control silent = control;
    silent.progress = nullptr;
    std::vector<std::uint32_t> second(rows.size());
    const auto first_sum =
        assign_nearest(columns(rows, 0, half_dim()), centroids_of(0), AssignBy::L2, cells, silent);
    if (!first_sum)
        return first_sum.error();
    const auto second_sum =
        assign_nearest(columns(rows, half_dim(), half_dim()), centroids_of(1), AssignBy::L2, second, control);
    if (!second_sum)
        return second_sum.error();
    for (std::size_t i = 0; i < cells.size(); ++i)
        cells[i] |= second[i] << m_bits;
    return {};
}

/// The count centroids of one half that are nearest to the query's, ascending.
std::vector<Neighbor> ImiCoarseQuantizer::nearest_in_half(const float* query, std::size_t half,
                                                          std::size_t count) const {
    std::vector<float> distances(per_half());
    simd::kernels().f32.l2_rows(query + half * half_dim(), m_centroids[half].data(), half_dim(), per_half(),
                                half_dim(), distances.data());
    std::vector<Neighbor> all(per_half());
    for (std::size_t i = 0; i < all.size(); ++i)
        all[i] = {distances[i], static_cast<Id>(i)};
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()));
    std::partial_sort(all.begin(), middle, all.end());
    all.erase(middle, all.end());
    return all;
}

/// The multi-sequence algorithm (Babenko and Lempitsky, section 3): pairs leave a heap in the order of their
/// distance; each lets in its right neighbour, and, from the first column, the one below, so that every pair
/// enters once.
Result<SearchStats> ImiCoarseQuantizer::probe(const float* query, std::span<Neighbor> probes,
                                              const SearchParams&) const {
    // Among the first probes.size() pairs, no rank is beyond that.
    const std::vector<Neighbor> first = nearest_in_half(query, 0, probes.size());
    const std::vector<Neighbor> second = nearest_in_half(query, 1, probes.size());
    std::priority_queue<Pair> heap;
    const auto enter = [&](std::size_t i, std::size_t j) {
        if (i < first.size() && j < second.size())
            heap.push({first[i].distance + second[j].distance,
                       static_cast<std::uint32_t>(first[i].id | (second[j].id << m_bits)),
                       static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j)});
    };
    enter(0, 0);
    for (Neighbor& probe : probes) {
        const Pair nearest = heap.top();
        heap.pop();
        probe = {nearest.distance, Id{nearest.cell}};
        enter(nearest.first, nearest.second + 1);
        if (nearest.second == 0)
            enter(nearest.first + 1, 0);
    }
    std::sort(probes.begin(),
              probes.end()); // equal distances by number: pairs of one distance may enter late
    SearchStats stats;
    stats.distances = per_half();
    return stats;
}

/// Pairs before a cell are counted half by half: there may be millions of cells.
Status ImiCoarseQuantizer::rank(const float* query, std::span<const std::uint32_t> cells,
                                std::span<std::size_t> ranks) const {
    const std::vector<Neighbor> first = nearest_in_half(query, 0, per_half());
    const std::vector<Neighbor> second = nearest_in_half(query, 1, per_half());
    const auto distance_of = [](const std::vector<Neighbor>& half, std::size_t id) {
        return std::ranges::find(half, static_cast<Id>(id), &Neighbor::id)->distance;
    };
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const float own =
            distance_of(first, cells[i] & (per_half() - 1)) + distance_of(second, cells[i] >> m_bits);
        ranks[i] = 1;
        for (const Neighbor& a : first) {
            const auto equal = std::ranges::lower_bound(
                second, own, {}, [&](const Neighbor& b) { return a.distance + b.distance; });
            ranks[i] += static_cast<std::size_t>(equal - second.begin());
            for (auto b = equal; b != second.end() && a.distance + b->distance == own; ++b)
                ranks[i] += (static_cast<std::uint64_t>(a.id) | static_cast<std::uint64_t>(b->id) << m_bits) <
                            cells[i];
        }
    }
    return {};
}

Status ImiCoarseQuantizer::save(ArchiveWriter& writer) const {
    ANNSCOPE_TRY(writer.array("first half", std::span(m_centroids[0].data(), m_centroids[0].size())));
    return writer.array("second half", std::span(m_centroids[1].data(), m_centroids[1].size()));
}

Status ImiCoarseQuantizer::load(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(m_centroids[0], reader.array<float>("first half", per_half() * half_dim()));
    ANNSCOPE_ASSIGN(m_centroids[1], reader.array<float>("second half", per_half() * half_dim()));
    return {};
}

Status check(const SpecNode& root, const BuildContext& context) {
    if (root.numbers.front() != 2)
        return Error{ErrorCode::Unsupported,
                     "An inverted multi-index has two halves: IMI2x" + std::to_string(bits_of(root)) + ".",
                     root.column};
    if (context.metric != Metric::L2)
        return Error{
            ErrorCode::InvalidArgument,
            "An inverted multi-index adds the squared distances of two halves, so it needs the metric "
            "L2; choose IVF for inner products and cosine.",
            root.column};
    if (context.dim % 2 != 0)
        return Error{ErrorCode::InvalidArgument,
                     "An inverted multi-index cuts vectors into two halves; " + std::to_string(context.dim) +
                         " dimensions are odd. Choose IVF, or put Pad" + std::to_string(context.dim + 1) +
                         " before it.",
                     root.column};
    return {};
}

Result<std::unique_ptr<CoarseQuantizer>> make_imi(const SpecNode& root, const BuildContext& context) {
    ANNSCOPE_TRY(check(root, context));
    return std::unique_ptr<CoarseQuantizer>(std::make_unique<ImiCoarseQuantizer>(root, context));
}

Result<std::unique_ptr<CoarseQuantizer>> load_imi(ArchiveReader& reader, const SpecNode& root,
                                                  const BuildContext& context) {
    if (!check(root, context))
        return reader.corrupt("header", "no inverted multi-index is possible with it");
    auto coarse = std::make_unique<ImiCoarseQuantizer>(root, context);
    ANNSCOPE_TRY(coarse->load(reader));
    return std::unique_ptr<CoarseQuantizer>(std::move(coarse));
}

} // namespace

const CoarseForm kImiCoarseForm{
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "IMI" && root.numbers.size() == 2 && root.children.size() == 1;
        },
    .make = make_imi,
    .load = load_imi,
    .size = [](const SpecNode& root, const SizeQuestion& question) -> std::vector<MemoryPart> {
        const std::uint64_t each = std::uint64_t{1} << std::min<std::uint64_t>(bits_of(root), 31);
        return {{"centroids", each * question.dim * sizeof(float), "2^bits * d * 4"}};
    },
    .work =
        [](const SpecNode& root, const SizeQuestion& question) {
            const std::size_t each = std::size_t{1} << std::min<std::uint64_t>(bits_of(root), 31);
            const double n = static_cast<double>(question.n), dim = static_cast<double>(question.dim);
            return coarse_kmeans_work(each, question.build, n, dim) + n * static_cast<double>(each) * dim;
        },
    .allows = [](const SpecNode&, Metric metric) noexcept { return metric == Metric::L2; },
};

} // namespace annscope
