// SPDX-License-Identifier: Apache-2.0
#include "index/serialize.h"

#include "index/archive_file.h"
#include "index/archive_header.h"

#include <algorithm>
#include <array>
#include <limits>

namespace annscope {
namespace {

using VectorsHead = std::array<std::uint64_t, 3>; // element type, rows, dim

/// The sections of a mapped archive. Their checksums are verified when they are asked for.
class MappedReader final : public ArchiveReader {
public:
    MappedReader(ArchiveFile file, ArchiveHeader header)
        : m_file(std::move(file)), m_header(std::move(header)) {}

    const IndexInfo& header() const override { return m_header.info; }
    const SpecNode& spec() const override { return m_header.origin.spec; }
    const BuildContext& context() const override { return m_header.origin.context; }
    Result<std::span<const std::byte>> section(std::string_view tag) override { return m_file.section(tag); }

    const IndexOrigin& origin() const noexcept { return m_header.origin; }

private:
    ArchiveFile m_file;
    ArchiveHeader m_header;
};

Result<ArchiveHeader> read_header(ArchiveFile& file) {
    ANNSCOPE_ASSIGN(const std::span<const std::byte> bytes, file.section(kHeaderTag));
    return parse_archive_header({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Error unknown_kind(const std::string& kind) {
    return {ErrorCode::Unsupported, "The archive holds an index of kind \"" + kind +
                                        "\", which this version of Annscope does not have."};
}

Result<std::unique_ptr<Index>> load(const std::filesystem::path& path, const Control& control) {
    ANNSCOPE_ASSIGN(ArchiveFile file, ArchiveFile::open(path, control));
    control.begin("Loading index", file.bytes());
    ANNSCOPE_ASSIGN(ArchiveHeader header, read_header(file));
    const Kind* kind = find_kind(std::string_view(header.origin.kind));
    if (!kind)
        return unknown_kind(header.origin.kind);
    if (!kind->matches(header.origin.spec))
        return Error{ErrorCode::CorruptFile, "The archive's header is damaged: its tree is not that of a " +
                                                 header.origin.kind + " index."};
    ANNSCOPE_TRY(
        check_params(header.origin.context.build, build_params(header.origin.spec), header.info.spec));
    MappedReader reader(std::move(file), std::move(header));
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, kind->load(reader));
    const IndexInfo made = index->info();
    const IndexInfo& said = reader.header();
    if (made.size != said.size || made.dim != said.dim || made.metric != said.metric)
        return Error{ErrorCode::CorruptFile, "The archive's header tells of " + std::to_string(said.size) +
                                                 " vectors of " + std::to_string(said.dim) +
                                                 " dimensions, its sections hold something else."};
    index->set_origin(reader.origin());
    index->set_build_seconds(said.train_seconds, said.add_seconds);
    return index;
}

/// Names the file in the errors of what is inside it.
Error at(const std::filesystem::path& path, Error error) {
    error.message = path.string() + ": " + error.message;
    return error;
}

} // namespace

Status ArchiveWriter::vectors(std::string_view tag, const VectorSet& set) {
    const VectorsHead head{static_cast<std::uint64_t>(set.type()), set.size(), set.dim()};
    ANNSCOPE_TRY(begin(tag, sizeof head + set.bytes()));
    ANNSCOPE_TRY(append(head.data(), sizeof head));
    if (set.empty())
        return {};
    if (set.stride() == set.dim())
        return append(set.row(0), set.bytes());
    for (std::size_t i = 0; i < set.size(); ++i)
        ANNSCOPE_TRY(append(set.row(i), set.dim() * element_size(set.type())));
    return {};
}

namespace {

template<class T>
VectorSet copy_rows(std::span<const std::byte> bytes, std::size_t rows, std::size_t dim) {
    AlignedBuffer<T> out(rows * dim);
    if (!bytes.empty())
        std::memcpy(static_cast<void*>(out.data()), bytes.data(), bytes.size());
    return VectorSet::adopt(std::move(out), rows, dim);
}

} // namespace

Result<VectorSet> ArchiveReader::vectors(std::string_view tag) {
    ANNSCOPE_ASSIGN(std::span<const std::byte> bytes, section(tag));
    VectorsHead head{};
    if (bytes.size() < sizeof head)
        return wrong_length(tag, bytes.size());
    std::memcpy(head.data(), bytes.data(), sizeof head);
    bytes = bytes.subspan(sizeof head);
    const auto [type_number, rows, dim] = head;
    if (type_number > static_cast<std::uint64_t>(ElementType::I8))
        return corrupt(tag, "its element type is unknown");
    const auto type = static_cast<ElementType>(type_number);
    if (dim == 0 || dim != header().dim)
        return corrupt(tag, "its dimension is not the header's");
    const std::uint64_t row_bytes = dim * element_size(type);
    if (rows > bytes.size() / row_bytes || bytes.size() != rows * row_bytes)
        return wrong_length(tag, bytes.size());
    ANNSCOPE_TRY(check_memory(bytes.size(), "The index's vectors"));
    switch (type) {
    case ElementType::F16:
        return copy_rows<Half>(bytes, rows, dim);
    case ElementType::U8:
        return copy_rows<std::uint8_t>(bytes, rows, dim);
    case ElementType::I8:
        return copy_rows<std::int8_t>(bytes, rows, dim);
    case ElementType::F32:
        break;
    }
    return copy_rows<float>(bytes, rows, dim);
}

Error ArchiveReader::corrupt(std::string_view tag, std::string_view what) const {
    return {ErrorCode::CorruptFile,
            "Section \"" + std::string(tag) + "\" of the archive is damaged: " + std::string(what) + "."};
}

Error ArchiveReader::wrong_length(std::string_view tag, std::size_t bytes) const {
    return corrupt(tag, std::to_string(bytes) + " bytes are not what its header makes them to be");
}

Result<ArchiveInfo> read_archive_info(const std::filesystem::path& path) {
    try {
        auto file = ArchiveFile::open(path, {});
        if (!file)
            return at(path, file.error());
        const auto header = read_header(*file);
        if (!header)
            return at(path, header.error());
        const IndexInfo& info = header->info;
        return ArchiveInfo{header->origin.kind, info.spec + "|" + to_string(header->origin.context.build),
                           info.metric, info.dim, info.size};
    } catch (...) {
        return at(path, current_exception_error());
    }
}

Status save_index(const Index& index, const std::filesystem::path& path, const Control& control) {
    ArchiveHeader header{index.origin(), index.info()};
    if (header.origin.kind.empty())
        return Error{ErrorCode::InvalidArgument,
                     "The index " + header.info.spec + " was not made by build_index and cannot be saved."};
    if (!header.info.trained)
        return Error{ErrorCode::NotTrained,
                     "The index " + header.info.spec + " has not been trained, there is nothing to save."};
    try {
        control.begin("Saving index", header.info.bytes());
        ANNSCOPE_ASSIGN(std::unique_ptr<ArchiveFileWriter> writer, ArchiveFileWriter::create(path, control));
        const std::string json = to_json(header);
        ANNSCOPE_TRY(writer->section(kHeaderTag, json.data(), json.size()));
        ANNSCOPE_TRY(index.save(*writer));
        return writer->finish();
    } catch (...) {
        return at(path, current_exception_error());
    }
}

Result<std::unique_ptr<Index>> load_index(const std::filesystem::path& path, const Control& control) {
    try {
        auto index = load(path, control);
        if (!index)
            return at(path, index.error());
        return index;
    } catch (...) {
        return at(path, current_exception_error());
    }
}

} // namespace annscope
