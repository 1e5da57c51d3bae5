// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"
#include "data/dataset.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace annscope::cli {

/// What a sub-command does once the command line is understood. Errors become a sentence on stderr and exit
/// code 1.
using Run = std::function<Status(const Control&)>;

/// A wrong value on the command line: exit code 2.
inline Error usage_error(std::string message) {
    return {ErrorCode::InvalidArgument, "usage: " + std::move(message)};
}
bool is_usage_error(const Error& error) noexcept;

// Each adds itself to the application and sets run when it was chosen. One file per sub-command.
void add_info(CLI::App& app, Run& run);
void add_generate(CLI::App& app, Run& run);
void add_truth(CLI::App& app, Run& run);
void add_expand(CLI::App& app, Run& run);
void add_compress(CLI::App& app, Run& run);
void add_spec(CLI::App& app, Run& run);
void add_build(CLI::App& app, Run& run);
void add_change(CLI::App& app, Run& run);
void add_sweep(CLI::App& app, Run& run);
void add_explain(CLI::App& app, Run& run);
void add_loss(CLI::App& app, Run& run);
void add_map(CLI::App& app, Run& run);
void add_queries(CLI::App& app, Run& run);
void add_health(CLI::App& app, Run& run);
void add_cells(CLI::App& app, Run& run);
void add_hops(CLI::App& app, Run& run);
void add_export(CLI::App& app, Run& run);

/// The options with which every sub-command names its data: DATA, or --base --queries --truth; --metric.
class DataArguments {
public:
    void add_to(CLI::App& command);
    enum class Need { Vectors, Queries, Truth };
    /// Vectors: the files as they are. Queries: where there are none, some are held out. Truth: that too, and
    /// where there is no truth, it is computed.
    Result<Dataset> open(Need need, const Control& control) const;
    /// The one file that was named, empty where there are several.
    std::string only_file() const;
    std::uint64_t seed() const noexcept { return m_seed; }

private:
    std::string m_data, m_base, m_truth, m_metric;
    std::vector<std::string> m_queries; ///< a file, a count, or one of each
    std::size_t m_rows = 0;
    std::uint64_t m_seed = 1234;
};

/// For --config: FACTORY|BUILD|SEARCH. The error shows the line with a mark under the column.
std::string point_at(const std::string& line, const Error& error);

/// Writes text to path through a temporary file beside it. Errors: Io.
Status write_text(const std::string& path, const std::string& text);

} // namespace annscope::cli
