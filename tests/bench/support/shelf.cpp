// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/support/shelf.h"

#include "bench/support/stopwatch.h"
#include "data/content_hash.h"
#include "index/serialize.h"
#include "spec/builder.h"
#include "spec/parser.h"

#include <cctype>

namespace annscope::bench {
namespace {

Configuration without_search(Configuration configuration) {
    configuration.search = {};
    return configuration;
}

} // namespace

Result<Shelf> Shelf::open(const std::filesystem::path& folder, const VectorSet& base, int threads) {
    Shelf shelf(base, threads);
    if (folder.empty())
        return shelf;
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        return Error{ErrorCode::Io, folder.string() + " cannot be made: " + error.message() + "."};
    ANNSCOPE_ASSIGN(const ContentHash hash, hash_of(base, {}));
    shelf.m_folder = folder;
    shelf.m_contents = hash.hex();
    return shelf;
}

std::filesystem::path Shelf::path_of(std::string_view what) const {
    if (m_folder.empty())
        return {};
    std::string name = m_contents.substr(0, 16) + "-";
    for (const char c : what)
        name += std::isalnum(static_cast<unsigned char>(c)) || c == '=' || c == ',' || c == '.' ? c : '_';
    return m_folder / (name + ".index");
}

Result<Shelf::Built> Shelf::index(const Configuration& configuration) const {
    const std::filesystem::path path = path_of(print(without_search(configuration)));
    if (!path.empty() && std::filesystem::exists(path))
        return load(configuration, path);
    Control control;
    control.threads = m_threads;
    const Stopwatch watch(Stopwatch::Of::Process);
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index,
                    build_and_fill(configuration, m_base, Metric::L2, kSeed, control));
    const BuildTime time{watch.seconds(), watch.cpu_seconds()};
    if (!path.empty())
        ANNSCOPE_TRY(save_index(*index, path, {}));
    return Built{std::move(index), time};
}

Result<Shelf::Built> Shelf::load(const Configuration& configuration,
                                 const std::filesystem::path& path) const {
    ANNSCOPE_ASSIGN(const ArchiveInfo archive, read_archive_info(path));
    ANNSCOPE_ASSIGN(const Configuration held, parse_configuration(archive.config));
    if (held != without_search(configuration) || archive.size != m_base.size() || archive.dim != m_base.dim())
        return Error{ErrorCode::CorruptFile,
                     path.string() + " holds " + archive.config + " of " + std::to_string(archive.size) +
                         " x " + std::to_string(archive.dim) + ", expected was " +
                         print(without_search(configuration)) + " of " + std::to_string(m_base.size()) +
                         " x " + std::to_string(m_base.dim()) + "."};
    ANNSCOPE_ASSIGN(std::unique_ptr<Index> index, load_index(path, {}));
    return Built{std::move(index), std::nullopt};
}

Result<std::optional<BuildTime>>
Shelf::other(std::string_view what, const std::function<Status()>& build,
             const std::function<Status(const std::filesystem::path&)>& save,
             const std::function<Status(const std::filesystem::path&)>& load) const {
    const std::filesystem::path path = path_of(what);
    if (!path.empty() && std::filesystem::exists(path)) {
        ANNSCOPE_TRY(load(path));
        return std::optional<BuildTime>();
    }
    const Stopwatch watch(Stopwatch::Of::Process);
    ANNSCOPE_TRY(build());
    const BuildTime time{watch.seconds(), watch.cpu_seconds()};
    if (!path.empty()) {
        // A run that ends while it writes leaves nothing that looks whole.
        std::filesystem::path unfinished = path;
        unfinished += ".part";
        ANNSCOPE_TRY(save(unfinished));
        std::error_code error;
        std::filesystem::rename(unfinished, path, error);
        if (error)
            return Error{ErrorCode::Io, path.string() + " cannot be written: " + error.message() + "."};
    }
    return std::optional<BuildTime>(time);
}

} // namespace annscope::bench
