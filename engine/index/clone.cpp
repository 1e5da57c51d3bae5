// SPDX-License-Identifier: Apache-2.0
#include "index/clone.h"

#include "index/kind.h"
#include "index/serialize.h"

#include <algorithm>
#include <map>
#include <utility>

namespace annscope {
namespace {

constexpr std::size_t kChunk = std::size_t{4} << 20; // bytes between two looks at the stop token

using Sections = std::map<std::string, AlignedBuffer<std::byte>, std::less<>>;

class MemoryWriter final : public ArchiveWriter {
public:
    explicit MemoryWriter(const Control& control) : m_control(control) {}

    Status begin(std::string_view tag, std::uint64_t bytes) override {
        const auto [at, fresh] = m_sections.emplace(tag, AlignedBuffer<std::byte>(bytes));
        if (!fresh)
            return Error{ErrorCode::Internal, "Section \"" + std::string(tag) + "\" is there twice."};
        m_open = {at->second.data(), at->second.size()};
        return {};
    }
    Status append(const void* data, std::size_t bytes) override {
        if (bytes > m_open.size())
            return Error{ErrorCode::Internal, "A section got more bytes than were announced."};
        const auto* from = static_cast<const std::byte*>(data);
        for (std::size_t done = 0; done < bytes; done += kChunk) {
            if (m_control.cancel_requested())
                return cancelled();
            const std::size_t count = std::min(kChunk, bytes - done);
            std::copy_n(from + done, count, m_open.data() + done);
            m_control.advance(count);
        }
        m_open = m_open.subspan(bytes);
        return {};
    }

    Sections take() { return std::move(m_sections); }

private:
    const Control& m_control;
    Sections m_sections;
    std::span<std::byte> m_open;
};

class MemoryReader final : public ArchiveReader {
public:
    MemoryReader(Sections sections, IndexInfo info, IndexOrigin origin, const Control& control)
        : m_sections(std::move(sections)), m_info(std::move(info)), m_origin(std::move(origin)),
          m_control(control) {}

    const IndexInfo& header() const override { return m_info; }
    const SpecNode& spec() const override { return m_origin.spec; }
    const BuildContext& context() const override { return m_origin.context; }
    Result<std::span<const std::byte>> section(std::string_view tag) override {
        if (m_control.cancel_requested())
            return cancelled();
        const auto found = m_sections.find(tag);
        if (found == m_sections.end())
            return corrupt(tag, "it is missing");
        m_control.advance(found->second.size());
        return std::span<const std::byte>(found->second.data(), found->second.size());
    }

private:
    Sections m_sections;
    IndexInfo m_info;
    IndexOrigin m_origin;
    const Control& m_control;
};

} // namespace

Result<std::unique_ptr<Index>> clone_index(const Index& index, const Control& control) {
    const IndexInfo info = index.info();
    const Kind* kind = find_kind(std::string_view(index.origin().kind));
    if (!kind)
        return Error{ErrorCode::InvalidArgument,
                     "The index " + info.spec + " was not made by build_index and cannot be copied."};
    if (!info.trained)
        return Error{ErrorCode::NotTrained,
                     "The index " + info.spec + " has not been trained, there is nothing to copy."};
    ANNSCOPE_TRY(check_memory(2 * info.bytes(), "A copy of " + info.spec));
    control.begin("Copying index", 2 * info.bytes());
    MemoryWriter writer(control);
    ANNSCOPE_TRY(index.save(writer));
    MemoryReader reader(writer.take(), info, index.origin(), control);
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> copy, kind->load(reader));
    copy->set_origin(index.origin());
    copy->set_build_seconds(info.train_seconds, info.add_seconds);
    return copy;
}

} // namespace annscope
