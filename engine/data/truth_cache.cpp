// SPDX-License-Identifier: Apache-2.0
// The file, little endian: "ANNTRUTH", u64 version, key (2 x u64), u64 queries, u64 k, i64 ids[queries x k],
// f32 distances[queries x k], ContentHash of all before it (2 x u64).
#include "data/truth_cache.h"

#include "data/output_file.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace annscope {
namespace {

namespace fs = std::filesystem;

constexpr char kMagic[8] = {'A', 'N', 'N', 'T', 'R', 'U', 'T', 'H'};
constexpr std::uint64_t kVersion = 1; // also raised when the exact search gives other numbers
constexpr std::uintmax_t kMostBytes = 512u << 20;

fs::path cache_folder() {
    if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && fs::path(xdg).is_absolute())
        return fs::path(xdg) / "annscope" / "truth";
    if (const char* home = std::getenv("HOME"); home && *home)
        return fs::path(home) / ".cache" / "annscope" / "truth";
    return {};
}

using Header = std::array<std::uint64_t, 6>;
Header header_of(const ContentHash& key, std::size_t queries, std::size_t k) {
    Header header{0, kVersion, key.high, key.low, queries, k};
    std::memcpy(header.data(), kMagic, sizeof kMagic);
    return header;
}

ContentHash checksum(const Header& header, const GroundTruth& truth) {
    ContentHash hash;
    hash.add(header.data(), sizeof header);
    hash.add(truth.ids.data(), truth.ids.size() * sizeof(Id));
    hash.add(truth.distances.data(), truth.distances.size() * sizeof(float));
    return hash;
}

/// Removes the files written longest ago until the rest fits.
void prune(const fs::path& folder) {
    struct File {
        fs::file_time_type time;
        std::uintmax_t bytes;
        fs::path path;
    };
    std::vector<File> files;
    std::uintmax_t total = 0;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code gone;
        const File file{entry->last_write_time(gone), entry->file_size(gone), entry->path()};
        if (gone || file.path.extension() != ".truth")
            continue;
        total += file.bytes;
        files.push_back(file);
    }
    std::ranges::sort(files, {}, &File::time);
    for (std::size_t i = 0; i + 1 < files.size() && total > kMostBytes; ++i) {
        fs::remove(files[i].path, error);
        total -= files[i].bytes;
    }
}

Status write(const fs::path& path, const Header& header, const GroundTruth& truth) {
    const ContentHash sum = checksum(header, truth);
    const std::array<std::uint64_t, 2> end{sum.high, sum.low};
    ANNSCOPE_ASSIGN(OutputFile file, OutputFile::create(path));
    ANNSCOPE_TRY(file.write(header.data(), sizeof header));
    ANNSCOPE_TRY(file.write(truth.ids.data(), truth.ids.size() * sizeof(Id)));
    ANNSCOPE_TRY(file.write(truth.distances.data(), truth.distances.size() * sizeof(float)));
    ANNSCOPE_TRY(file.write(end.data(), sizeof end));
    return file.commit();
}

} // namespace

Result<TruthCache> TruthCache::open(const VectorSet& base, const VectorSet& queries, Metric metric,
                                    std::size_t k, const Control& control) {
    ANNSCOPE_ASSIGN(const ContentHash base_hash, hash_of(base, control));
    ANNSCOPE_ASSIGN(const ContentHash query_hash, hash_of(queries, control));
    TruthCache cache;
    for (const std::uint64_t word : {base_hash.high, base_hash.low, query_hash.high, query_hash.low,
                                     static_cast<std::uint64_t>(metric), k})
        cache.m_key.add(word);
    cache.m_rows = base.size();
    cache.m_queries = queries.size();
    cache.m_k = k;
    if (const fs::path folder = cache_folder(); !folder.empty())
        cache.m_path = folder / (cache.m_key.hex() + ".truth");
    return cache;
}

std::optional<GroundTruth> TruthCache::load() const {
    const std::size_t values = m_queries * m_k;
    const std::size_t expected = sizeof(Header) + values * (sizeof(Id) + sizeof(float)) + sizeof(ContentHash);
    std::error_code error;
    if (m_path.empty() || fs::file_size(m_path, error) != expected || error)
        return std::nullopt;
    std::ifstream file(m_path, std::ios::binary);
    const auto read = [&file](void* out, std::size_t bytes) {
        return file.read(static_cast<char*>(out), static_cast<std::streamsize>(bytes)).good();
    };
    Header header{};
    std::array<std::uint64_t, 2> end{};
    GroundTruth truth{m_queries, m_k, std::vector<Id>(values), std::vector<float>(values)};
    if (!read(header.data(), sizeof header) || !read(truth.ids.data(), values * sizeof(Id)) ||
        !read(truth.distances.data(), values * sizeof(float)) || !read(end.data(), sizeof end))
        return std::nullopt;
    const ContentHash sum = checksum(header, truth);
    const bool in_range =
        std::ranges::all_of(truth.ids, [this](Id id) { return id >= 0 && id < static_cast<Id>(m_rows); });
    if (header != header_of(m_key, m_queries, m_k) || sum.high != end[0] || sum.low != end[1] || !in_range)
        return std::nullopt;
    return truth;
}

void TruthCache::store(const GroundTruth& truth) const {
    std::error_code error;
    if (m_path.empty())
        return;
    fs::create_directories(m_path.parent_path(), error);
    if (!error && write(m_path, header_of(m_key, m_queries, m_k), truth))
        prune(m_path.parent_path());
}

} // namespace annscope
