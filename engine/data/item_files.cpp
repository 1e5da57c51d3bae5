// SPDX-License-Identifier: Apache-2.0
// Items that are files of their own or lines of one.
#include "data/item_files.h"

#include "data/mapped_file.h"
#include "data/reader.h"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace annscope {
namespace {

constexpr std::string_view kPictureSuffixes[] = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp",
                                                 ".pgm", ".ppm", ".pbm",  ".svg", ".tif", ".tiff"};

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// "2.png" before "10.png": runs of digits by their value, the rest by bytes.
bool in_name_order(std::string_view a, std::string_view b) noexcept {
    std::size_t i = 0, j = 0;
    while (i < a.size() && j < b.size()) {
        if (!is_digit(a[i]) || !is_digit(b[j])) {
            if (a[i] != b[j])
                return static_cast<unsigned char>(a[i]) < static_cast<unsigned char>(b[j]);
            ++i;
            ++j;
            continue;
        }
        const auto number = [](std::string_view text, std::size_t& at) {
            while (at < text.size() && text[at] == '0')
                ++at;
            const std::size_t begin = at;
            while (at < text.size() && is_digit(text[at]))
                ++at;
            return text.substr(begin, at - begin);
        };
        const std::string_view x = number(a, i), y = number(b, j);
        if (x.size() != y.size())
            return x.size() < y.size();
        if (x != y)
            return x < y;
    }
    return a.size() - i != b.size() - j ? a.size() - i < b.size() - j : a < b;
}

Item picture(const std::filesystem::path& path) {
    Item item;
    item.kind = Item::Kind::Picture;
    item.text = path.string();
    return item;
}

class Folder : public ItemSource::Entries {
public:
    Folder(std::filesystem::path path, std::vector<std::string> names)
        : m_path(std::move(path)), m_names(std::move(names)) {}
    std::size_t size() const override { return m_names.size(); }
    Item item(std::size_t entry) const override { return picture(m_path / m_names[entry]); }
    std::string description() const override {
        return format_count(m_names.size()) + " pictures of " + m_path.string();
    }

private:
    std::filesystem::path m_path;
    std::vector<std::string> m_names;
};

class List : public ItemSource::Entries {
public:
    List(std::filesystem::path path, std::shared_ptr<const MappedFile> file,
         std::vector<std::uint64_t> starts)
        : m_path(std::move(path)), m_file(std::move(file)), m_starts(std::move(starts)) {}
    std::size_t size() const override { return m_starts.size() - 1; }
    Item item(std::size_t entry) const override {
        std::string_view line = line_of(entry);
        while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
            line.remove_suffix(1);
        if (is_picture_path(line)) // an absolute path stays what it is
            return picture(m_path.parent_path() / std::string(line));
        Item item;
        item.kind = Item::Kind::Text;
        item.text = line;
        return item;
    }
    std::string description() const override { return format_count(size()) + " lines of " + m_path.string(); }

private:
    std::string_view line_of(std::size_t entry) const noexcept {
        const char* text = reinterpret_cast<const char*>(m_file->data());
        return {text + m_starts[entry], m_starts[entry + 1] - m_starts[entry]};
    }
    std::filesystem::path m_path;
    std::shared_ptr<const MappedFile> m_file;
    std::vector<std::uint64_t> m_starts; // and the end
};

} // namespace

bool is_picture_path(const std::filesystem::path& path) {
    std::string suffix = path.extension().string();
    std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    });
    return std::ranges::find(kPictureSuffixes, suffix) != std::end(kPictureSuffixes);
}

namespace item_files {

Result<EntriesPtr> open_folder(const std::filesystem::path& path, const Control& control) {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
        if (control.cancel_requested())
            return cancelled();
        if (is_picture_path(entry->path()))
            names.push_back(entry->path().filename().string());
    }
    if (error)
        return Error{ErrorCode::Io, path.string() + ": the folder cannot be read: " + error.message() + "."};
    if (names.empty())
        return reader::unsupported(path,
                                   "this is a folder without pictures; files like 1.png or 1.jpg, one for "
                                   "each row, were expected.");
    std::ranges::sort(names, in_name_order);
    return EntriesPtr(std::make_shared<Folder>(path, std::move(names)));
}

Result<EntriesPtr> open_list(const std::filesystem::path& path, const Control& control) {
    constexpr std::size_t kLook = 4096, kPerCheck = 1 << 20;
    ANNSCOPE_ASSIGN(std::shared_ptr<const MappedFile> file, MappedFile::open(path));
    const char* text = reinterpret_cast<const char*>(file->data());
    const std::size_t size = file->size();
    if (std::memchr(text, 0, std::min(size, kLook)))
        return reader::unsupported(path,
                                   "this is not a text; a list with one path or text a line, a folder of "
                                   "pictures, or pictures in idx, npy or HDF5 were expected.");
    std::vector<std::uint64_t> starts{std::string_view(text, size).starts_with("\xef\xbb\xbf") ? 3u : 0u};
    std::size_t checked = 0;
    while (starts.back() < size) {
        const std::size_t at = starts.back();
        const void* found = std::memchr(text + at, '\n', size - at);
        starts.push_back(found ? static_cast<std::size_t>(static_cast<const char*>(found) - text) + 1 : size);
        if (starts.back() - checked > kPerCheck) {
            checked = starts.back();
            if (control.cancel_requested())
                return cancelled();
        }
    }
    return EntriesPtr(std::make_shared<List>(path, std::move(file), std::move(starts)));
}

} // namespace item_files
} // namespace annscope
