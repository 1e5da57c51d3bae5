// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "index/index.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace annscope::bench {

struct BuildTime {
    double seconds = 0, cpu_seconds = 0; ///< of all threads
};

/// Builds what a benchmark searches, or takes it from the folder where an earlier run kept it: a million
/// vectors take minutes. What is kept is told apart by the contents of the vectors, not by the program that
/// built it: after a change of a build, empty the folder.
class Shelf {
public:
    static constexpr std::uint64_t kSeed = 1234;

    /// folder: made where it is missing; empty: nothing is kept. base: float32, L2. Errors: Io.
    static Result<Shelf> open(const std::filesystem::path& folder, const VectorSet& base, int threads);

    struct Built {
        std::unique_ptr<Index> index;
        std::optional<BuildTime> time; ///< nothing where it was loaded
    };
    /// Errors: those of building, saving and loading; CorruptFile where the file holds something else.
    Result<Built> index(const Configuration& configuration) const;

    /// The same for an index that is not ours, in a file named after what it is.
    Result<std::optional<BuildTime>>
    other(std::string_view what, const std::function<Status()>& build,
          const std::function<Status(const std::filesystem::path&)>& save,
          const std::function<Status(const std::filesystem::path&)>& load) const;

    /// Empty where nothing is kept.
    std::filesystem::path path_of(std::string_view what) const;

private:
    Shelf(VectorSet base, int threads) : m_base(std::move(base)), m_threads(threads) {}
    Result<Built> load(const Configuration& configuration, const std::filesystem::path& path) const;

    std::filesystem::path m_folder;
    std::string m_contents; ///< hash of the vectors
    VectorSet m_base;
    int m_threads;
};

} // namespace annscope::bench
