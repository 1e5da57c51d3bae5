// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"

#include <string>
#include <string_view>

namespace annscope {

/// The first section of an archive: what the index is, without its data.
struct ArchiveHeader {
    IndexOrigin origin;
    IndexInfo info; ///< memory is not stored
};

std::string to_json(const ArchiveHeader& header);
/// Every field is checked for presence, type and range. Errors: CorruptFile; the message says which field.
Result<ArchiveHeader> parse_archive_header(std::string_view json);

} // namespace annscope
