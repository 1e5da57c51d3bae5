// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/support/arguments.h"

#include "data/format.h"
#include "data/ground_truth.h"
#include "data/synthetic.h"

#include <algorithm>
#include <charconv>

namespace annscope::bench {
namespace {

constexpr std::size_t kFileQueries = 2000;

Error wrong(std::string_view key, std::string_view value, std::string_view expected) {
    return {ErrorCode::ParseError, std::string(key) + " is followed by \"" + std::string(value) +
                                       "\", expected was " + std::string(expected) + "."};
}

Result<std::size_t> number(std::string_view key, std::string_view text, std::size_t least) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < least)
        return wrong(key, text, "a whole number of at least " + std::to_string(least));
    return value;
}

Status clusters(std::string_view text, Arguments& out) {
    const std::size_t comma = text.find(',');
    if (comma == text.npos)
        return wrong("--clusters", text, "N,DIM");
    ANNSCOPE_ASSIGN(out.cluster_rows, number("--clusters", text.substr(0, comma), 1));
    ANNSCOPE_ASSIGN(out.cluster_dim, number("--clusters", text.substr(comma + 1), 1));
    out.data.clear();
    return {};
}

/// The benchmark's own series where only its configuration is named.
SearchSeries series_of(const std::string& text, const std::vector<SearchSeries>& own) {
    const auto same = [&](const SearchSeries& series) {
        return parts_of(series.configuration).front() == text;
    };
    const auto found = std::ranges::find_if(own, same);
    return found == own.end() ? SearchSeries{text, 0} : *found;
}

Status take(std::string_view key, const char* value, const std::vector<SearchSeries>& own, Arguments& out) {
    if (key == "--data") {
        out.data = value;
        out.cluster_rows = 0;
    } else if (key == "--clusters") {
        return clusters(value, out);
    } else if (key == "--config") {
        if (parts_of(value).empty())
            return wrong(key, value, "a configuration");
        out.series.push_back(series_of(value, own));
    } else if (key == "--repeats") {
        ANNSCOPE_ASSIGN(out.repeats, number(key, value, 1));
    } else if (key == "--queries") {
        ANNSCOPE_ASSIGN(out.queries, number(key, value, 1));
    } else if (key == "--batches") {
        ANNSCOPE_ASSIGN(const std::size_t batches, number(key, value, 0));
        out.batches = batches != 0;
    } else if (key == "--keep") {
        out.keep = value;
    } else {
        return Error{ErrorCode::ParseError,
                     "\"" + std::string(key) +
                         "\" is none of --data FILE, --clusters N,DIM, --config SERIES, --repeats N, "
                         "--queries N, --batches 0|1, --keep DIR."};
    }
    return {};
}

Result<Dataset> generated(const Arguments& arguments) {
    ClusterOptions options;
    options.n = arguments.cluster_rows;
    options.dim = arguments.cluster_dim;
    if (arguments.queries > 0)
        options.queries = arguments.queries;
    ANNSCOPE_ASSIGN(Dataset data, generate_clusters(options, {}));
    data.name = "clusters " + std::to_string(options.n) + " x " + std::to_string(options.dim);
    return data;
}

Result<Dataset> read(const Arguments& arguments) {
    ANNSCOPE_ASSIGN(FileContents file, read_file(arguments.data, FileRole::Vectors, {}));
    Dataset data;
    data.name = arguments.data.stem().string();
    if (file.metric && *file.metric != Metric::L2)
        return Error{ErrorCode::InvalidArgument,
                     data.name + " is not for L2, which is what is compared here."};
    data.base = file.base.to_float();
    data.queries = file.queries.to_float();
    data.truth = std::move(file.truth);
    const std::size_t queries = arguments.queries > 0 ? arguments.queries : kFileQueries;
    if (queries < data.queries.size())
        data.queries = data.queries.slice(0, queries);
    return data;
}

} // namespace

Result<Arguments> parse_arguments(std::span<const char* const> texts, Arguments defaults) {
    const std::vector<SearchSeries> own = std::move(defaults.series);
    Arguments out = std::move(defaults);
    out.series.clear();
    for (std::size_t i = 0; i < texts.size(); i += 2) {
        if (i + 1 == texts.size())
            return Error{ErrorCode::ParseError, std::string(texts[i]) + " is followed by nothing."};
        ANNSCOPE_TRY(take(texts[i], texts[i + 1], own, out));
    }
    if (out.series.empty())
        out.series = own;
    return out;
}

std::vector<std::string> parts_of(const std::string& series) {
    std::vector<std::string> parts;
    for (std::size_t begin = 0; begin <= series.size();) {
        const std::size_t end = std::min(series.find('#', begin), series.size());
        const std::string_view part(series.data() + begin, end - begin);
        const std::size_t first = part.find_first_not_of(' ');
        if (first != part.npos)
            parts.emplace_back(part.substr(first, part.find_last_not_of(' ') + 1 - first));
        begin = end + 1;
    }
    return parts;
}

Result<ParameterSpace> grids_of(const std::string& series) {
    const std::vector<std::string> parts = parts_of(series);
    ParameterSpace space;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        ANNSCOPE_ASSIGN(auto grid, parse_grid(parts[i]));
        space.values.push_back(std::move(grid));
    }
    return space;
}

Result<Dataset> open_data(const Arguments& arguments, std::size_t k) {
    ANNSCOPE_ASSIGN(Dataset data, arguments.cluster_rows > 0 ? generated(arguments) : read(arguments));
    if (data.queries.empty())
        return Error{ErrorCode::InvalidArgument, data.name + " has no queries."};
    if (data.base.size() < k)
        return Error{ErrorCode::InvalidArgument,
                     data.name + " has fewer than " + std::to_string(k) + " vectors."};
    if (data.truth.k < k || data.truth.queries < data.queries.size()) {
        ANNSCOPE_ASSIGN(data.truth, exact_neighbours(data.base, data.queries, Metric::L2, k, {}));
    }
    return data;
}

} // namespace annscope::bench
