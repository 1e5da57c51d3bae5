// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/subject.h"

#include "app/cli/command.h"
#include "index/serialize.h"
#include "spec/builder.h"
#include "spec/parser.h"

namespace annscope::cli {

Result<Subject> load_subject(const std::string& file, const Dataset& dataset, const Control& control) {
    ANNSCOPE_ASSIGN(const ArchiveInfo about, read_archive_info(file));
    if (about.metric != dataset.metric)
        return Error{ErrorCode::InvalidArgument,
                     file + " was built for the metric " + std::string(name(about.metric)) +
                         ", the data is measured with " + std::string(name(dataset.metric)) +
                         "; give --metric " + std::string(name(about.metric)) + " or build the index anew."};
    if (about.size != dataset.base.size() || about.dim != dataset.base.dim())
        return Error{ErrorCode::DimensionMismatch,
                     file + " holds " + std::to_string(about.size) + " vectors of " +
                         std::to_string(about.dim) + " dimensions, the data " +
                         std::to_string(dataset.base.size()) + " of " + std::to_string(dataset.base.dim()) +
                         (dataset.queries_from == QueriesFrom::HeldOut
                              ? ", as some are held out for queries; name a file of queries with --queries."
                              : ".")};
    Subject subject;
    ANNSCOPE_ASSIGN(subject.configuration, parse_configuration(about.config));
    ANNSCOPE_ASSIGN(subject.index, load_index(file, control));
    return subject;
}

Result<Subject> subject_of(const std::string& line, const std::string& file, const Dataset& dataset,
                           const Control& control) {
    if (line.empty() && file.empty())
        return usage_error("name an index: --config FACTORY|BUILD|SEARCH, or --index FILE.");
    Subject subject;
    if (!line.empty()) {
        auto configuration = parse_configuration(line);
        if (!configuration)
            return usage_error(point_at(line, configuration.error()));
        subject.configuration = *std::move(configuration);
    }
    const SearchParams asked = subject.configuration.search;
    if (file.empty()) {
        ANNSCOPE_ASSIGN(subject.index,
                        build_and_fill(subject.configuration, dataset.base, dataset.metric, 1234, control));
        return subject;
    }
    ANNSCOPE_ASSIGN(subject, load_subject(file, dataset, control));
    subject.configuration.search = asked;
    return subject;
}

} // namespace annscope::cli
