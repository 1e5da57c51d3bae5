// SPDX-License-Identifier: Apache-2.0
// IDMap and IDMap2 around an index. Ids are row numbers here, so there is nothing to map: they are accepted,
// so that a configuration can be used as it is in Faiss, and cost nothing.
#include "index/nested.h"

namespace annscope {
namespace {

class IdMapIndex final : public Index {
public:
    IdMapIndex(const SpecNode& root, std::unique_ptr<Index> inner)
        : m_root(root), m_inner(std::move(inner)) {}

    IndexInfo info() const override {
        IndexInfo info = m_inner->info();
        info.spec = print(m_root);
        info.train_seconds = m_train_seconds;
        info.add_seconds = m_add_seconds;
        return info;
    }
    std::size_t dim() const noexcept override { return m_inner->dim(); }
    bool trained() const noexcept override { return m_inner->trained(); }
    std::span<const ParamInfo> search_params() const noexcept override { return m_inner->search_params(); }
    Status train(const VectorSet& vectors, const Control& control) override {
        return m_inner->train(vectors, control);
    }
    Status add(const VectorSet& vectors, const Control& control) override {
        return m_inner->add(vectors, control);
    }
    Status reconstruct(Id id, std::span<float> out) const override { return m_inner->reconstruct(id, out); }
    Status save(ArchiveWriter& writer) const override { return save_inner(writer, "inner", *m_inner); }
    std::size_t transformed_dim() const noexcept override { return m_inner->transformed_dim(); }
    void transform(const float* row, float* out) const override { m_inner->transform(row, out); }
    const GraphView* graph() const noexcept override { return m_inner->graph(); }
    Status repair_graph(const Control& control) override { return m_inner->repair_graph(control); }
    const CellsView* cells() const noexcept override { return m_inner->cells(); }
    std::vector<std::uint32_t> cells_of_vectors() const override { return m_inner->cells_of_vectors(); }
    Status rank_cells(const float* query, std::span<const std::uint32_t> which,
                      std::span<std::size_t> ranks) const override {
        return m_inner->rank_cells(query, which, ranks);
    }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams& params,
                                   SearchOutput out, PathTrace* trace) const override {
        return search_inner(*m_inner, query, k, params, out, trace);
    }
    Result<SearchStats> search_block(VectorView queries, std::size_t k, const SearchParams& params,
                                     SearchOutput out, const Control& control) const override {
        return search_inner_block(*m_inner, queries, k, params, out, control);
    }
    std::size_t block_queries() const noexcept override { return block_queries_of(*m_inner); }

private:
    SpecNode m_root;
    std::unique_ptr<Index> m_inner;
};

bool matches(const SpecNode& root, std::string_view name) noexcept {
    return root.name == name && root.children.size() == 1 && find_kind(root.children.front()) != nullptr;
}

std::string explain_id_map(const SpecNode& root) {
    const Kind* kind = find_kind(root.children.front());
    return root.name +
           " answers with ids of your own in Faiss; here ids are row numbers, so it changes nothing." +
           (kind ? " Inside: " + kind->explain(root.children.front()) : "");
}

std::vector<MemoryPart> id_map_size(const SpecNode& root, const SizeQuestion& question) {
    return inner_size(root.children.front(), question);
}

double id_map_work(const SpecNode& root, const SizeQuestion& question) {
    return inner_build_work(root.children.front(), question);
}

Result<std::unique_ptr<Index>> create_id_map(const SpecNode& root, const BuildContext& context) {
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner, create_inner(root.children.front(), context));
    return std::unique_ptr<Index>(std::make_unique<IdMapIndex>(root, std::move(inner)));
}

Result<std::unique_ptr<Index>> load_id_map(ArchiveReader& reader) {
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> inner,
                    load_inner(reader, "inner", reader.spec().children.front(), reader.context()));
    return std::unique_ptr<Index>(std::make_unique<IdMapIndex>(reader.spec(), std::move(inner)));
}

std::vector<const SpecNode*> inner_of(const SpecNode& root) {
    return {&root.children.front()};
}

bool allows_inner(const SpecNode& root, Metric metric) noexcept {
    const Kind* kind = find_kind(root.children.front());
    return !kind || !kind->allows || kind->allows(root.children.front(), metric);
}

} // namespace

extern const Kind kIdMapKind;
const Kind kIdMapKind{
    .name = "IDMap",
    .example = "IVF16,Flat,IDMap",
    .build_params = {},
    .search_params = {},
    .matches = [](const SpecNode& root) noexcept { return matches(root, "IDMap"); },
    .explain = explain_id_map,
    .size = id_map_size,
    .build_work = id_map_work,
    .create = create_id_map,
    .load = load_id_map,
    .inner = inner_of,
    .allows = allows_inner,
};

extern const Kind kIdMap2Kind;
const Kind kIdMap2Kind{
    .name = "IDMap2",
    .example = "IVF16,Flat,IDMap2",
    .build_params = {},
    .search_params = {},
    .matches = [](const SpecNode& root) noexcept { return matches(root, "IDMap2"); },
    .explain = explain_id_map,
    .size = id_map_size,
    .build_work = id_map_work,
    .create = create_id_map,
    .load = load_id_map,
    .inner = inner_of,
    .allows = allows_inner,
};

} // namespace annscope
