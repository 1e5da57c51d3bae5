// SPDX-License-Identifier: Apache-2.0
#include "index/codes_index.h"

#include "index/coarse_params.h"
#include "index/serialize.h"
#include "index/storage.h"

#include <algorithm>
#include <mutex>
#include <optional>

namespace annscope {
namespace {

bool in_cells(const SpecNode& root) noexcept {
    return root.name == "IVF" || root.name == "IMI";
}

std::size_t lists_of(const CoarseQuantizer& coarse) noexcept {
    return coarse.nlist() * coarse.lists_per_cell();
}

class CodesIndex final : public Index, private CellsView {
public:
    CodesIndex(const SpecNode& root, const BuildContext& context, std::unique_ptr<CoarseQuantizer> coarse,
               std::unique_ptr<ListCodec> codec)
        : m_root(root), m_context(context), m_coarse(std::move(coarse)), m_codec(std::move(codec)),
          m_lists(m_coarse ? lists_of(*m_coarse) : 0) {
        if (m_coarse) {
            ParamInfo nprobe = kNprobeParam;
            nprobe.max = static_cast<double>(m_coarse->nlist());
            nprobe.def = std::min(nprobe.def, nprobe.max);
            m_search_params.push_back(nprobe);
            std::ranges::copy(m_coarse->search_params(), std::back_inserter(m_search_params));
        }
        std::ranges::copy(m_codec->search_params(), std::back_inserter(m_search_params));
    }

    IndexInfo info() const override;
    std::size_t dim() const noexcept override { return m_context.dim; }
    bool trained() const noexcept override {
        return m_codec->trained() && (!m_coarse || m_coarse->trained());
    }
    std::span<const ParamInfo> search_params() const noexcept override { return m_search_params; }
    Status train(const VectorSet& vectors, const Control& control) override;
    Status add(const VectorSet& vectors, const Control& control) override;
    Result<std::unique_ptr<PendingAdd>> prepare_add(const VectorSet& vectors,
                                                    const Control& control) override;
    Status reconstruct(Id id, std::span<float> out) const override;
    Status compare(const float* query, std::span<const Id> ids, std::span<float> out) const override;
    bool can_refine() const noexcept override { return true; }
    Status save(ArchiveWriter& writer) const override;
    Status load(ArchiveReader& reader);
    const CellsView* cells() const noexcept override {
        return m_coarse && trained() && !m_coarse->centroids().empty() ? this : nullptr;
    }
    std::vector<std::uint32_t> cells_of_vectors() const override;
    Status rank_cells(const float* query, std::span<const std::uint32_t> cells,
                      std::span<std::size_t> ranks) const override;

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override;
    Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                     SearchOutput out, const Control& control) const override;
    std::size_t block_queries() const noexcept override { return m_codec->block_queries(); }

private:
    struct Pending;

    std::size_t nlist() const noexcept override { return m_coarse->nlist(); }
    VectorView centroids() const noexcept override { return m_coarse->centroids(); }
    std::span<const std::uint32_t> ids(std::size_t cell) const noexcept override {
        const std::size_t lists = m_coarse->lists_per_cell();
        return m_lists.ids(cell * lists, lists);
    }
    Status visited(const float* query, const SearchParams& params,
                   std::vector<CellVisit>& out) const override;

    std::string text() const { return print(m_root); }
    Status check_dim(const VectorSet& vectors) const;
    std::size_t nprobe_of(const SearchParams& params) const noexcept {
        return m_coarse ? static_cast<std::size_t>(value_or_default(params, m_search_params.front())) : 1;
    }
    ScanSource source(const SearchParams& params) const noexcept {
        return {m_coarse.get(), m_lists.codes(), m_lists.size(), &params, {}};
    }
    /// What each query visits; a flat file is one list. queries: of unit length for cosine.
    Result<SearchStats> visit(VectorView queries, const SearchParams& params, Visits& visits) const;
    SearchStats count(const Visits& visits, std::size_t queries) const noexcept;

    SpecNode m_root;
    BuildContext m_context;
    std::unique_ptr<CoarseQuantizer> m_coarse; ///< null: a flat file of codes
    std::unique_ptr<ListCodec> m_codec;
    CodeLists m_lists;
    std::vector<ParamInfo> m_search_params;

    mutable std::mutex m_places_mutex;
    mutable std::vector<CodeLists::Place> m_places; ///< made when the first vector is asked for
};

IndexInfo CodesIndex::info() const {
    IndexInfo info;
    info.spec = text();
    info.metric = m_context.metric;
    info.dim = m_context.dim;
    info.size = m_lists.size();
    info.storage = m_codec->storage();
    info.trained = trained();
    if (info.trained) {
        info.memory = m_codec->memory(info.size);
        if (m_coarse) {
            const SizeQuestion question{info.size, info.dim, info.storage, m_context.build, info.metric};
            std::ranges::move(coarse_size(m_root, question), std::back_inserter(info.memory));
        }
    }
    info.train_seconds = m_train_seconds;
    info.add_seconds = m_add_seconds;
    return info;
}

Status CodesIndex::check_dim(const VectorSet& vectors) const {
    if (vectors.dim() == m_context.dim)
        return {};
    return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                   " dimensions, the index " + text() + " has " +
                                                   std::to_string(m_context.dim) + "."};
}

Status CodesIndex::train(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_TRY(check_dim(vectors));
    if (m_lists.size() > 0)
        return Error{ErrorCode::InvalidArgument,
                     "The index " + text() + " holds vectors and cannot be trained again."};
    ANNSCOPE_ASSIGN(const StoredForm rows, stored_form(vectors, m_context.metric, false, control));
    if (m_coarse)
        ANNSCOPE_TRY(m_coarse->train(rows.vectors, control));
    return m_codec->train(rows.vectors, m_coarse.get(), control);
}

struct CodesIndex::Pending final : PendingAdd {
    explicit Pending(CodesIndex& owner) : index(owner) {}
    void commit() noexcept override {
        if (lists)
            index.m_lists = std::move(*lists);
        if (codec)
            index.m_codec = std::move(codec);
        index.m_places.clear();
    }

    CodesIndex& index;
    std::optional<CodeLists> lists;   ///< none where there was nothing to add
    std::unique_ptr<ListCodec> codec; ///< null: the one that the index has
};

Result<std::unique_ptr<PendingAdd>> CodesIndex::prepare_add(const VectorSet& vectors,
                                                            const Control& control) {
    if (!trained())
        return Error{ErrorCode::NotTrained, "The index " + text() + " has not been trained."};
    auto pending = std::make_unique<Pending>(*this);
    if (vectors.empty())
        return std::unique_ptr<PendingAdd>(std::move(pending));
    ANNSCOPE_TRY(check_dim(vectors));
    control.begin("Adding vectors", vectors.size() * (m_coarse ? 2 : 1));
    ANNSCOPE_ASSIGN(const StoredForm rows,
                    stored_form(vectors, m_context.metric, m_codec->narrows(), control));
    std::vector<std::uint32_t> cells(m_coarse ? vectors.size() : 0);
    if (m_coarse)
        ANNSCOPE_TRY(m_coarse->assign(rows.vectors, cells, control));
    pending->codec = m_codec->widened(rows.vectors, m_lists.size() == 0);
    const ListCodec& codec = pending->codec ? *pending->codec : *m_codec;
    ANNSCOPE_ASSIGN(pending->lists,
                    m_lists.with(codec, *m_codec, rows.vectors, cells, m_coarse.get(), control));
    return std::unique_ptr<PendingAdd>(std::move(pending));
}

Status CodesIndex::add(const VectorSet& vectors, const Control& control) {
    ANNSCOPE_ASSIGN(const std::unique_ptr<PendingAdd> pending, prepare_add(vectors, control));
    pending->commit();
    return {};
}

Status CodesIndex::reconstruct(Id id, std::span<float> out) const {
    if (id < 0 || id >= static_cast<Id>(m_lists.size()))
        return Error{ErrorCode::InvalidArgument, "The index " + text() + " has no vector " +
                                                     std::to_string(id) + "; it holds " +
                                                     std::to_string(m_lists.size()) + "."};
    if (out.size() != m_context.dim)
        return Error{ErrorCode::DimensionMismatch, "A vector of the index " + text() + " has " +
                                                       std::to_string(m_context.dim) + " dimensions, not " +
                                                       std::to_string(out.size()) + "."};
    CodeLists::Place place;
    {
        const std::lock_guard lock(m_places_mutex);
        if (m_places.empty())
            m_places = m_lists.places();
        place = m_places[static_cast<std::size_t>(id)];
    }
    std::vector<std::uint8_t> code(m_codec->code_size());
    m_codec->fetch(m_lists.codes(), m_lists.size(), place.position, code.data());
    m_codec->decode(code.data(), place.cell, m_coarse.get(), out.data());
    return {};
}

Status CodesIndex::compare(const float* query, std::span<const Id> ids, std::span<float> out) const {
    if (m_coarse)
        return Index::compare(query, ids, out);
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, ElementType::F32);
    const std::vector<std::uint32_t> positions(ids.begin(), ids.end());
    return m_codec->compare(source({}), prepared.f32(), positions, out) ? Status()
                                                                        : Index::compare(query, ids, out);
}

std::vector<std::uint32_t> CodesIndex::cells_of_vectors() const {
    std::vector<std::uint32_t> cells(m_coarse ? m_lists.size() : 0);
    for (std::size_t list = 0; m_coarse && list < m_lists.nlist(); ++list)
        for (const std::uint32_t id : m_lists.ids(list))
            cells[id] = static_cast<std::uint32_t>(list / m_coarse->lists_per_cell());
    return cells;
}

Status CodesIndex::rank_cells(const float* query, std::span<const std::uint32_t> cells,
                              std::span<std::size_t> ranks) const {
    if (!m_coarse)
        return Index::rank_cells(query, cells, ranks);
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, ElementType::F32);
    return m_coarse->rank(prepared.f32(), cells, ranks);
}

Result<SearchStats> CodesIndex::visit(VectorView queries, const SearchParams& params, Visits& visits) const {
    if (m_coarse)
        return m_coarse->visit(queries, nprobe_of(params), params, m_lists.begins(), visits);
    visits.reset(queries.rows(), 1);
    return SearchStats{};
}

SearchStats CodesIndex::count(const Visits& visits, std::size_t queries) const noexcept {
    SearchStats stats;
    for (std::size_t q = 0; q < queries; ++q) {
        for (const Neighbor& list : visits.lists(q))
            if (list.id != kNoId)
                stats.codes += m_lists.size_of(static_cast<std::size_t>(list.id));
        if (m_coarse)
            for (const Neighbor& cell : visits.cells(q))
                stats.lists += cell.id != kNoId;
    }
    stats.distances = m_codec->exact() ? stats.codes : 0;
    return stats;
}

Status CodesIndex::visited(const float* query, const SearchParams& params,
                           std::vector<CellVisit>& out) const {
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, ElementType::F32);
    Visits visits;
    ANNSCOPE_TRY(visit({prepared.f32(), 1, m_context.dim}, params, visits));
    out.clear();
    const auto per_cell = static_cast<Id>(m_coarse->lists_per_cell());
    const std::span<const Neighbor> lists = visits.lists(0);
    auto list = lists.begin();
    for (const Neighbor& cell : visits.cells(0)) {
        if (cell.id == kNoId)
            break;
        std::size_t codes = 0;
        for (; list != lists.end() && list->id / per_cell == cell.id; ++list)
            codes += m_lists.size_of(static_cast<std::size_t>(list->id));
        out.push_back(
            {static_cast<std::uint32_t>(cell.id), static_cast<std::uint32_t>(codes), cell.distance});
    }
    return {};
}

Result<SearchStats> CodesIndex::search_one(const float* query, std::size_t k, const SearchParams& params,
                                           SearchOutput out, PathTrace* trace) const {
    PreparedQuery prepared;
    prepared.prepare(query, m_context.dim, m_context.metric, ElementType::F32);
    Visits visits;
    ANNSCOPE_ASSIGN(SearchStats stats, visit({prepared.f32(), 1, m_context.dim}, params, visits));
    const std::unique_ptr<ListScanner> scan = m_codec->scanner(source(params), trace);
    scan->begin(prepared.f32(), k);
    const std::span<const Neighbor> lists = visits.lists(0);
    const auto per_cell = m_coarse ? static_cast<Id>(m_coarse->lists_per_cell()) : 1;
    auto list = lists.begin();
    for (const Neighbor& cell : visits.cells(0)) {
        if (cell.id == kNoId)
            break;
        if (trace && m_coarse)
            trace->probe_cell(cell.id, cell.distance);
        const Id first = cell.id * per_cell;
        for (; list != lists.end() && list->id >= first && list->id < first + per_cell; ++list)
            scan->scan(m_lists.list(static_cast<std::size_t>(list->id), list->distance));
    }
    std::vector<Neighbor> found(k);
    scan->finish(found);
    for (std::size_t i = 0; i < k; ++i) {
        out.ids[i] = found[i].id;
        out.distances[i] = found[i].distance;
    }
    stats += count(visits, 1);
    return stats;
}

Result<SearchStats> CodesIndex::search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                             SearchOutput out, const Control& control) const {
    const std::size_t rows = queries.rows();
    std::vector<float> unit;
    if (m_context.metric == Metric::Cosine) {
        unit.resize(rows * m_context.dim);
        for (std::size_t q = 0; q < rows; ++q) {
            std::copy_n(queries.row(q), m_context.dim, unit.data() + q * m_context.dim);
            normalize(unit.data() + q * m_context.dim, m_context.dim);
        }
        queries = {unit.data(), rows, m_context.dim};
    }
    Visits visits;
    ANNSCOPE_ASSIGN(SearchStats stats, visit(queries, params, visits));
    std::vector<Neighbor> found(rows * k);
    ScanSource from = source(params);
    from.stop = control.stop;
    m_codec->scan_block(from, m_lists, queries, visits, k, found);
    if (control.cancel_requested())
        return cancelled();
    for (std::size_t i = 0; i < found.size(); ++i) {
        out.ids[i] = found[i].id;
        out.distances[i] = found[i].distance;
    }
    stats += count(visits, rows);
    return stats;
}

Status CodesIndex::save(ArchiveWriter& writer) const {
    if (m_coarse)
        ANNSCOPE_TRY(m_coarse->save(writer));
    ANNSCOPE_TRY(m_codec->save(writer));
    return m_lists.save(writer);
}

Status CodesIndex::load(ArchiveReader& reader) {
    ANNSCOPE_TRY(m_codec->load(reader));
    ANNSCOPE_ASSIGN(
        m_lists, CodeLists::load(reader, *m_codec, m_coarse ? lists_of(*m_coarse) : 0, reader.header().size));
    return {};
}

CodecContext codec_context(const SpecNode& root, const BuildContext& context) {
    return {context.dim, context.metric, in_cells(root), context.seed, ElementType::F32, &context.build};
}

bool names_code(const SpecNode& node, std::span<const std::string_view> names) noexcept {
    return std::ranges::find(names, node.name) != names.end();
}

} // namespace

bool is_flat_code(const SpecNode& root, std::span<const std::string_view> names) noexcept {
    return names_code(root, names) && root.children.empty();
}

bool is_cells_code(const SpecNode& root, std::span<const std::string_view> names) noexcept {
    return in_cells(root) && has_coarse(root) && !root.children.empty() &&
           names_code(root.children.front(), names) && root.children.front().children.empty();
}

const SpecNode& code_of(const SpecNode& root) noexcept {
    return in_cells(root) ? root.children.front() : root;
}

Result<std::unique_ptr<Index>> create_codes(const SpecNode& root, const BuildContext& context,
                                            MakeCodec make_codec) {
    std::unique_ptr<CoarseQuantizer> coarse;
    if (in_cells(root)) {
        ANNSCOPE_ASSIGN(coarse, make_coarse(root, context));
    }
    ANNSCOPE_ASSIGN(std::unique_ptr<ListCodec> codec,
                    make_codec(code_of(root), codec_context(root, context)));
    return codes_index(root, context, std::move(coarse), std::move(codec));
}

Result<std::unique_ptr<Index>> load_codes(ArchiveReader& reader, MakeCodec make_codec) {
    const SpecNode& root = reader.spec();
    std::unique_ptr<CoarseQuantizer> coarse;
    if (in_cells(root)) {
        ANNSCOPE_ASSIGN(coarse, load_coarse(reader, root, reader.context()));
    }
    ANNSCOPE_ASSIGN(std::unique_ptr<ListCodec> codec,
                    make_codec(code_of(root), codec_context(root, reader.context())));
    auto index = std::make_unique<CodesIndex>(root, reader.context(), std::move(coarse), std::move(codec));
    ANNSCOPE_TRY(index->load(reader));
    return std::unique_ptr<Index>(std::move(index));
}

std::vector<MemoryPart> codes_size(const SpecNode& root, const SizeQuestion& question, MakeCodec make_codec) {
    CodecContext context{question.dim, question.metric, in_cells(root), 0, question.storage, &question.build};
    const auto codec = make_codec(code_of(root), context);
    if (!codec)
        return {};
    std::vector<MemoryPart> parts = (*codec)->memory(question.n);
    if (in_cells(root))
        std::ranges::move(coarse_size(root, question), std::back_inserter(parts));
    return parts;
}

std::unique_ptr<Index> codes_index(const SpecNode& root, const BuildContext& context,
                                   std::unique_ptr<CoarseQuantizer> coarse,
                                   std::unique_ptr<ListCodec> codec) {
    return std::make_unique<CodesIndex>(root, context, std::move(coarse), std::move(codec));
}

} // namespace annscope
