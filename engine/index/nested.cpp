// SPDX-License-Identifier: Apache-2.0
#include "index/nested.h"

#include <array>

namespace annscope {
namespace {

using Shape = std::array<std::uint64_t, 2>; // vectors, dimensions

std::string tag_of(std::string_view prefix, std::string_view tag) {
    return std::string(prefix) + "/" + std::string(tag);
}

class NestedWriter final : public ArchiveWriter {
public:
    NestedWriter(ArchiveWriter& outer, std::string_view prefix) : m_outer(outer), m_prefix(prefix) {}
    Status begin(std::string_view tag, std::uint64_t bytes) override {
        return m_outer.begin(tag_of(m_prefix, tag), bytes);
    }
    Status append(const void* data, std::size_t bytes) override { return m_outer.append(data, bytes); }

private:
    ArchiveWriter& m_outer;
    std::string m_prefix;
};

class NestedReader final : public ArchiveReader {
public:
    NestedReader(ArchiveReader& outer, std::string_view prefix, const SpecNode& node,
                 const BuildContext& context, const Shape& shape)
        : m_outer(outer), m_prefix(prefix), m_node(node), m_context(context) {
        m_header.metric = context.metric;
        m_header.size = shape[0];
        m_header.dim = shape[1];
        m_header.trained = true;
    }
    const IndexInfo& header() const override { return m_header; }
    const SpecNode& spec() const override { return m_node; }
    const BuildContext& context() const override { return m_context; }
    Result<std::span<const std::byte>> section(std::string_view tag) override {
        return m_outer.section(tag_of(m_prefix, tag));
    }

private:
    ArchiveReader& m_outer;
    std::string m_prefix;
    const SpecNode& m_node;
    const BuildContext& m_context;
    IndexInfo m_header;
};

Error not_built(const SpecNode& node) {
    return {ErrorCode::Unsupported, "The part " + node.name + " is understood but not built yet.",
            node.column};
}

} // namespace

Result<std::unique_ptr<Index>> create_inner(const SpecNode& node, const BuildContext& context) {
    const Kind* kind = find_kind(node);
    if (!kind)
        return not_built(node);
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, kind->create(node, context));
    index->set_origin({std::string(kind->name), node, context});
    return index;
}

std::vector<MemoryPart> inner_size(const SpecNode& node, const SizeQuestion& question) {
    const Kind* kind = find_kind(node);
    return kind ? kind->size(node, question) : std::vector<MemoryPart>{};
}

double inner_build_work(const SpecNode& node, const SizeQuestion& question) {
    const Kind* kind = find_kind(node);
    return kind ? kind->build_work(node, question) : 0.0;
}

Status save_inner(ArchiveWriter& writer, std::string_view prefix, const Index& inner) {
    NestedWriter nested(writer, prefix);
    const IndexInfo info = inner.info();
    ANNSCOPE_TRY(nested.value("shape", Shape{info.size, info.dim}));
    return inner.save(nested);
}

Result<std::unique_ptr<Index>> load_inner(ArchiveReader& reader, std::string_view prefix,
                                          const SpecNode& node, const BuildContext& context) {
    const Kind* kind = find_kind(node);
    if (!kind)
        return not_built(node);
    const std::string tag = tag_of(prefix, "shape");
    ANNSCOPE_ASSIGN(const Shape shape, reader.value<Shape>(tag));
    if (shape[1] != context.dim)
        return reader.corrupt(tag, "its dimension is not what the index around it gives");
    NestedReader nested(reader, prefix, node, context, shape);
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, kind->load(nested));
    const IndexInfo made = index->info();
    if (made.size != shape[0] || made.dim != shape[1])
        return reader.corrupt(tag, "it does not agree with the sections that follow");
    index->set_origin({std::string(kind->name), node, context});
    return index;
}

} // namespace annscope
