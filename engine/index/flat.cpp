// SPDX-License-Identifier: Apache-2.0
// Exact search over all vectors.
#include "core/parallel.h"
#include "index/serialize.h"
#include "index/storage.h"
#include "ivf/list_scanner.h"

#include <algorithm>

namespace annscope {
namespace {

std::vector<MemoryPart> flat_size(const SpecNode&, const SizeQuestion& question) {
    const std::uint64_t width = element_size(question.storage);
    return {{"vectors", question.n * question.dim * width, "n * d * " + std::to_string(width)}};
}

class FlatIndex final : public Index {
public:
    explicit FlatIndex(const BuildContext& context) : m_dim(context.dim), m_metric(context.metric) {}
    FlatIndex(const BuildContext& context, VectorSet vectors) : FlatIndex(context) {
        m_vectors = std::move(vectors);
    }

    IndexInfo info() const override {
        IndexInfo info;
        info.spec = "Flat";
        info.metric = m_metric;
        info.dim = m_dim;
        info.size = m_vectors.size();
        info.storage = m_vectors.type();
        info.memory = flat_size({}, {m_vectors.size(), m_dim, m_vectors.type(), {}});
        info.trained = true;
        info.train_seconds = m_train_seconds;
        info.add_seconds = m_add_seconds;
        return info;
    }

    std::span<const ParamInfo> search_params() const noexcept override { return {}; }

    Status add(const VectorSet& vectors, const Control& control) override;

    Status reconstruct(Id id, std::span<float> out) const override {
        return reconstruct_stored(m_vectors, m_dim, "Flat", id, out);
    }
    Status save(ArchiveWriter& writer) const override {
        return m_vectors.empty() ? Status() : writer.vectors("vectors", m_vectors);
    }

protected:
    Result<SearchStats> search_one(const float* query, std::size_t k, const SearchParams&, SearchOutput out,
                                   PathTrace* trace) const override {
        NullTrace none;
        return trace ? scan(query, k, out, *trace) : scan(query, k, out, none);
    }

private:
    template<class Trace>
    SearchStats scan(const float* query, std::size_t k, SearchOutput out, Trace& trace) const {
        TopK best(std::min(k, m_vectors.size()));
        PreparedQuery prepared;
        prepared.prepare(query, m_dim, m_metric, m_vectors.type());
        if (!m_vectors.empty())
            with_typed_query(prepared, m_vectors, [&](const auto* q, const auto& rows, const auto& kernels) {
                scan_rows(q, rows, kernels, m_metric, nullptr, 0, best, trace);
            });
        best.drain(out.ids, out.distances);
        SearchStats stats;
        stats.distances = m_vectors.size();
        return stats;
    }

    std::size_t m_dim;
    Metric m_metric;
    VectorSet m_vectors;
};

Status FlatIndex::add(const VectorSet& vectors, const Control& control) {
    if (vectors.empty())
        return {};
    if (vectors.dim() != m_dim)
        return Error{ErrorCode::DimensionMismatch, "The vectors have " + std::to_string(vectors.dim()) +
                                                       " dimensions, the index Flat has " +
                                                       std::to_string(m_dim) + "."};
    control.begin("Adding vectors", vectors.size());
    ANNSCOPE_ASSIGN(StoredForm stored, stored_form(vectors, m_metric, false, control));
    if (m_vectors.empty()) {
        m_vectors = std::move(stored.vectors); // shared with the caller where nothing was converted
    } else {
        const VectorSet parts[] = {m_vectors, std::move(stored.vectors)};
        ANNSCOPE_ASSIGN(m_vectors, concatenated(parts, control));
    }
    control.advance(vectors.size());
    return {};
}

Result<std::unique_ptr<Index>> create_flat(const SpecNode&, const BuildContext& context) {
    return std::unique_ptr<Index>(std::make_unique<FlatIndex>(context));
}

Result<std::unique_ptr<Index>> load_flat(ArchiveReader& reader) {
    VectorSet vectors;
    if (reader.header().size > 0) {
        ANNSCOPE_ASSIGN(vectors, reader.vectors("vectors"));
    }
    return std::unique_ptr<Index>(std::make_unique<FlatIndex>(reader.context(), std::move(vectors)));
}

} // namespace

extern const Kind kFlatKind;
const Kind kFlatKind{
    .name = "Flat",
    .example = "Flat",
    .build_params = {},
    .search_params = {},
    .matches =
        [](const SpecNode& root) noexcept {
            return root.name == "Flat" && root.numbers.empty() && root.suffix.empty() &&
                   root.children.empty();
        },
    .explain = [](const SpecNode&) -> std::string {
        return "Compares the query with every vector: exact, needs no training, and its time grows with the "
               "number of vectors.";
    },
    .size = flat_size,
    .build_work = [](const SpecNode&, const SizeQuestion&) { return 0.0; },
    .create = create_flat,
    .load = load_flat,
    .shares_vectors = true,
};

} // namespace annscope
