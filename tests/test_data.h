// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace annscope::test {

/// Folder of real vectors: ANNSCOPE_DATA, else ../shared/data beside the checkout (or beside the folder it
/// lies in). Empty where there is none; a test then skips: QSKIP("no real data here, set ANNSCOPE_DATA").
inline std::filesystem::path data_folder() {
    if (const char* folder = std::getenv("ANNSCOPE_DATA"))
        return folder;
    for (const char* relative : {"../shared/data", "../../shared/data"}) {
        const auto folder = std::filesystem::path(ANNSCOPE_SOURCE_DIR) / relative;
        if (std::filesystem::exists(folder))
            return std::filesystem::weakly_canonical(folder);
    }
    return {};
}

} // namespace annscope::test
