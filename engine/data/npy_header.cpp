// SPDX-License-Identifier: Apache-2.0
#include "data/npy_header.h"

#include <charconv>
#include <cstring>

namespace annscope::reader {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

/// Reads the one Python literal that a header is: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4),
/// }.
class DictParser {
public:
    DictParser(const std::filesystem::path& path, std::string_view text) : m_path(path), m_text(text) {}

    Result<NpyHeader> parse() {
        NpyHeader header;
        bool has_descr = false, has_order = false, has_shape = false;
        if (!take('{'))
            return broken("{");
        while (!take('}')) {
            std::string key;
            if (!string(key) || !take(':'))
                return broken("a key in quotes and a colon");
            if (key == "descr") {
                if (peek('[') || peek('('))
                    return unsupported(m_path,
                                       "the dtype is structured (several named fields); one number an "
                                       "element was expected.");
                has_descr = string(header.descr);
                if (!has_descr)
                    return broken("a dtype in quotes");
            } else if (key == "fortran_order") {
                has_order = boolean(header.fortran_order);
                if (!has_order)
                    return broken("True or False");
            } else if (key == "shape") {
                has_shape = tuple(header.shape);
                if (!has_shape)
                    return broken("a tuple of sizes");
            } else {
                return broken("descr, fortran_order or shape");
            }
            if (!take(',') && !peek('}'))
                return broken("a comma");
        }
        if (!has_descr || !has_order || !has_shape)
            return corrupt(m_path,
                           "the npy header lacks one of descr, fortran_order and shape, which are all "
                           "expected.");
        return header;
    }

private:
    Error broken(const char* expected) const {
        return corrupt(m_path, "the npy header cannot be understood at its byte " + std::to_string(m_at) +
                                   "; " + expected + " was expected.");
    }
    void skip_spaces() {
        while (m_at < m_text.size() && (m_text[m_at] == ' ' || m_text[m_at] == '\n' || m_text[m_at] == '\t'))
            ++m_at;
    }
    bool peek(char c) {
        skip_spaces();
        return m_at < m_text.size() && m_text[m_at] == c;
    }
    bool take(char c) {
        if (!peek(c))
            return false;
        ++m_at;
        return true;
    }
    bool word(std::string_view expected) {
        skip_spaces();
        if (!m_text.substr(m_at).starts_with(expected))
            return false;
        m_at += expected.size();
        return true;
    }
    bool string(std::string& out) {
        skip_spaces();
        if (m_at >= m_text.size() || (m_text[m_at] != '\'' && m_text[m_at] != '"'))
            return false;
        const auto end = m_text.find(m_text[m_at], m_at + 1);
        if (end == std::string_view::npos)
            return false;
        out = m_text.substr(m_at + 1, end - m_at - 1);
        m_at = end + 1;
        return true;
    }
    bool boolean(bool& out) {
        out = word("True");
        return out || word("False");
    }
    bool tuple(std::vector<std::uint64_t>& out) {
        constexpr std::size_t kMostDimensions = 64;
        if (!take('('))
            return false;
        while (!take(')')) {
            skip_spaces();
            std::uint64_t value = 0;
            const char* begin = m_text.data() + m_at;
            const auto [end, error] = std::from_chars(begin, m_text.data() + m_text.size(), value);
            if (error != std::errc() || out.size() == kMostDimensions)
                return false;
            m_at += static_cast<std::size_t>(end - begin);
            out.push_back(value);
            take('L'); // Python 2 wrote long integers so
            if (!take(',') && !peek(')'))
                return false;
        }
        return true;
    }

    const std::filesystem::path& m_path;
    std::string_view m_text;
    std::size_t m_at = 0;
};

} // namespace

Result<NpyHeader> parse_npy_header(const std::filesystem::path& path, std::span<const std::byte> file) {
    const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
    if (!text.starts_with(kMagic))
        return corrupt(path, "the file does not begin with numpy's signature (\\x93NUMPY).");
    const Error truncated = corrupt(path, "the file is truncated: it ends within the npy header.");
    if (text.size() < kMagic.size() + 2)
        return truncated;
    const auto major = static_cast<unsigned>(static_cast<unsigned char>(text[kMagic.size()]));
    if (major < 1 || major > 3)
        return unsupported(path, "the npy format version is " + std::to_string(major) +
                                     "; 1, 2 or 3 was expected.");
    const std::size_t length_bytes = major == 1 ? 2 : 4, length_at = kMagic.size() + 2;
    if (text.size() < length_at + length_bytes)
        return truncated;
    std::uint32_t length = 0;
    std::memcpy(&length, text.data() + length_at, length_bytes);
    const std::size_t begin = length_at + length_bytes;
    if (length > text.size() - begin)
        return corrupt(path, "the header is larger than the file: it says it has " + std::to_string(length) +
                                 " bytes, but only " + std::to_string(text.size() - begin) + " follow.");
    ANNSCOPE_ASSIGN(NpyHeader header, DictParser(path, text.substr(begin, length)).parse());
    header.data_offset = begin + length;
    return header;
}

} // namespace annscope::reader
