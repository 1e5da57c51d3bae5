// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "faiss_index.h"
#include "index/serialize.h"

#include <array>
#include <map>
#include <string>
#include <vector>

namespace annscope::test {

using Sections = std::map<std::string, std::vector<std::byte>, std::less<>>;

/// An archive's sections in memory.
class SectionWriter final : public ArchiveWriter {
public:
    Status begin(std::string_view tag, std::uint64_t bytes) override {
        m_open = &(sections[std::string(tag)] = {});
        m_open->reserve(bytes);
        return {};
    }
    Status append(const void* data, std::size_t bytes) override {
        const auto* from = static_cast<const std::byte*>(data);
        if (bytes)
            m_open->insert(m_open->end(), from, from + bytes);
        return {};
    }

    Sections sections;

private:
    std::vector<std::byte>* m_open = nullptr;
};

/// Reads them as the archive of an index without vectors.
class SectionReader final : public ArchiveReader {
public:
    SectionReader(const Sections& sections, const IndexSpec& spec, const BuildContext& context)
        : m_sections(sections), m_spec(spec), m_context(context) {
        m_header.dim = context.dim;
        m_header.metric = context.metric;
        m_header.trained = true;
    }
    const IndexInfo& header() const override { return m_header; }
    const SpecNode& spec() const override { return m_spec.root; }
    const BuildContext& context() const override { return m_context; }
    Result<std::span<const std::byte>> section(std::string_view tag) override {
        const auto found = m_sections.find(tag);
        if (found == m_sections.end())
            return corrupt(tag, "it is missing");
        return std::span<const std::byte>(found->second);
    }

private:
    const Sections& m_sections;
    const IndexSpec& m_spec;
    const BuildContext& m_context;
    IndexInfo m_header;
};

/// What libfaiss trained, as the sections that our own index without vectors would be saved in.
inline void put_trained_parts(SectionWriter& out, const std::string& prefix, const FaissIndex& from) {
    const auto put = [&]<class T>(const std::string& tag, const std::vector<T>& values) {
        (void)out.array(prefix + tag, std::span<const T>(values));
    };
    const auto put_inner = [&](const std::string& name, const FaissIndex& inner) {
        put(name + "/shape", std::vector<std::uint64_t>{0, static_cast<std::uint64_t>(inner.d)});
        put_trained_parts(out, prefix + name + "/", inner);
    };
    for (std::size_t t = 0; t < from.chain.size(); ++t) {
        const std::string name = "transform " + std::to_string(t) + "/";
        put(name + "matrix", from.chain[t].matrix);
        put(name + "bias", from.chain[t].bias);
    }
    if (from.tag == "IxRF") {
        put_inner("base", *from.inner);
        return put_inner("refine", *from.refine);
    }
    if (from.inner)
        return put_inner("inner", *from.inner);
    if (from.coarse)
        put("centroids", from.coarse->vectors);
    if (from.pq.M > 0)
        put("codebook", from.pq.centroids);
    if (from.sq.d > 0)
        put("ranges", from.sq.trained);
    if (from.tag == "IwFl")
        (void)out.value(prefix + "element type", ElementType::F32);
    put("offsets", std::vector<std::uint64_t>((from.nlist ? from.nlist : 1) + 1));
    put("ids", std::vector<std::uint32_t>());
    put("codes", std::vector<std::uint8_t>());
}

/// Our index of these trained parts, without vectors. Errors: Unsupported (a kind that is not built yet).
inline Result<std::unique_ptr<Index>> with_trained_parts(const IndexSpec& spec, const FaissIndex& from) {
    const Kind* kind = find_kind(spec.root);
    if (!kind)
        return Error{ErrorCode::Unsupported, "not built yet"};
    SectionWriter parts;
    put_trained_parts(parts, "", from);
    BuildContext context;
    context.dim = static_cast<std::size_t>(from.d);
    context.metric = from.metric == 1 ? Metric::L2 : Metric::InnerProduct;
    SectionReader reader(parts.sections, spec, context);
    return kind->load(reader);
}

/// The index that holds codes, inside whatever stands around it, and the prefix of its sections.
inline const FaissIndex& coded(const FaissIndex& index, std::string* prefix = nullptr) {
    if (!index.inner)
        return index;
    if (prefix)
        *prefix += index.tag == "IxRF" ? "base/" : "inner/";
    return coded(*index.inner, prefix);
}

/// Codes by id, and the cell of each (0 without cells).
struct CodesById {
    std::size_t code_size = 0;
    std::vector<std::uint8_t> codes;
    std::vector<std::size_t> cells;

    const std::uint8_t* code(std::size_t id) const { return codes.data() + id * code_size; }
};

/// Those of a Faiss index of codes, fast-scan blocks unpacked.
inline CodesById codes_of(const FaissIndex& index) {
    const auto n = static_cast<std::size_t>(index.ntotal);
    CodesById out;
    out.code_size = index.pq.M ? index.pq.code_size() : index.sq.d ? index.sq.code_size : index.code_size;
    out.codes.resize(n * out.code_size);
    out.cells.resize(n);
    const auto put = [&](std::size_t id, const std::vector<std::uint8_t>& from, std::size_t i) {
        const auto to = out.codes.begin() + static_cast<std::ptrdiff_t>(id * out.code_size);
        if (index.block > 0) {
            const auto code = faiss_unpacked(from, index.M2, static_cast<std::size_t>(index.block), i);
            std::copy(code.begin(), code.end(), to);
        } else {
            std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(i * out.code_size), out.code_size, to);
        }
    };
    if (index.nlist == 0)
        for (std::size_t i = 0; i < n; ++i)
            put(i, index.codes, i);
    for (std::size_t cell = 0; cell < index.list_ids.size(); ++cell)
        for (std::size_t i = 0; i < index.list_ids[cell].size(); ++i) {
            const auto id = static_cast<std::size_t>(index.list_ids[cell][i]);
            put(id, index.list_codes[cell], i);
            out.cells[id] = cell;
        }
    return out;
}

/// Number i of a code of numbers of so many bits, least significant first.
inline std::uint32_t number_in(const std::uint8_t* code, std::size_t i, std::size_t bits) {
    std::uint32_t number = 0;
    for (std::size_t b = i * bits; b < (i + 1) * bits; ++b)
        number |= static_cast<std::uint32_t>(code[b / 8] >> (b % 8) & 1) << (b - i * bits);
    return number;
}

/// The vectors that the codes stand for, each dim of the index, by the definitions in formats.md 2.2.
inline std::vector<float> decoded(const FaissIndex& index, const CodesById& codes) {
    const auto d = static_cast<std::size_t>(index.d);
    std::vector<float> out(codes.cells.size() * d);
    for (std::size_t id = 0; id < codes.cells.size(); ++id) {
        const std::uint8_t* code = codes.code(id);
        for (std::size_t j = 0; j < d; ++j) {
            float value = 0;
            if (index.pq.M > 0) {
                const std::size_t dsub = d / index.pq.M, m = j / dsub;
                const std::size_t number = number_in(code, m, index.pq.nbits);
                value = index.pq.centroids[((m << index.pq.nbits) + number) * dsub + j % dsub];
            } else if (index.sq.d > 0) {
                const std::size_t bits = index.sq.type == 0   ? 8
                                         : index.sq.type == 1 ? 4
                                         : index.sq.type == 6 ? 6
                                                              : 16;
                const std::uint32_t number = number_in(code, j, bits);
                if (bits == 16) // fp16
                    value = half_to_float(Half{static_cast<std::uint16_t>(number)});
                else
                    value = index.sq.trained[j] + index.sq.trained[d + j] *
                                                      (static_cast<float>(number) + 0.5f) /
                                                      static_cast<float>((1u << bits) - 1);
            } else {
                std::memcpy(&value, code + j * sizeof(float), sizeof value);
            }
            const bool residual = index.by_residual && index.coarse;
            out[id * d + j] = value + (residual ? index.coarse->vectors[codes.cells[id] * d + j] : 0.0f);
        }
    }
    return out;
}

} // namespace annscope::test
