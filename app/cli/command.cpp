// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <unistd.h>

namespace annscope::cli {

bool is_usage_error(const Error& error) noexcept {
    return error.message.starts_with("usage: ");
}

void DataArguments::add_to(CLI::App& command) {
    auto* data = command.add_option(
        "DATA", m_data,
        "File of vectors, with queries and true neighbours where it has them: HDF5 of ann-benchmarks, fvecs, "
        "bvecs, "
        "fbin, u8bin, i8bin, npy (or a folder of npy), csv; file.hdf5:/group/name picks a data set");
    command.add_option("--base", m_base, "File of the vectors, where they are not in DATA")->excludes(data);
    command
        .add_option("--queries", m_queries,
                    "File of the queries (without any, 1,000 rows are held out), or a number N: use the "
                    "first N queries only")
        ->allow_extra_args(false)
        ->type_name("FILE|N");
    command.add_option("--truth", m_truth, "File of the true neighbours; without any they are computed");
    command.add_option("--metric", m_metric, "l2, ip or cosine; wins over what the file says (default l2)");
    command.add_option("--rows", m_rows, "Use only the first N vectors")
        ->check(CLI::PositiveNumber)
        ->type_name("N");
    command.add_option("--seed", m_seed, "Seed for held-out queries (default 1234)");
}

Result<Dataset> DataArguments::open(Need need, const Control& control) const {
    if (m_data.empty() && m_base.empty())
        return usage_error("name the vectors: a file DATA, or --base FILE [--queries FILE] [--truth FILE].");
    OpenOptions options;
    options.base = m_data.empty() ? m_base : m_data;
    for (const std::string& text : m_queries) {
        const auto [end, error] =
            std::from_chars(text.data(), text.data() + text.size(), options.max_queries);
        if (end != text.data() + text.size())
            options.queries = text;
        else if (error != std::errc() || options.max_queries == 0)
            return usage_error("--queries " + text + ": the number of queries must be at least 1.");
    }
    options.truth = m_truth;
    if (!m_metric.empty()) {
        options.metric = parse_metric(m_metric);
        if (!options.metric)
            return usage_error("--metric is l2, ip or cosine, not \"" + m_metric + "\".");
    }
    options.max_rows = m_rows;
    options.seed = m_seed;
    options.compute_truth = need == Need::Truth;
    if (need == Need::Vectors)
        options.hold_out = 0;
    return open_dataset(options, control);
}

std::string DataArguments::only_file() const {
    return m_queries.empty() && m_truth.empty() ? (m_data.empty() ? m_base : m_data) : std::string();
}

std::string point_at(const std::string& line, const Error& error) {
    if (error.column < 0)
        return error.message;
    return error.message + "\n  " + line + "\n  " + std::string(static_cast<std::size_t>(error.column), ' ') +
           "^";
}

Status write_text(const std::string& path, const std::string& text) {
    const std::string temporary = path + ".part" + std::to_string(getpid());
    {
        std::ofstream file(temporary, std::ios::binary);
        file << text;
        file.flush();
        if (!file) {
            std::error_code ignored;
            std::filesystem::remove(temporary, ignored);
            return Error{ErrorCode::Io,
                         "Cannot write " + path + "; is the folder there, writable, and not full?"};
        }
    }
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) {
        std::error_code ignored;
        std::filesystem::remove(temporary, ignored);
        return Error{ErrorCode::Io, "Cannot write " + path + ": " + error.message() + "."};
    }
    return {};
}

} // namespace annscope::cli
