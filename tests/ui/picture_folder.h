// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/format.h"
#include "data/synthetic.h"
#include "spec/builder.h"
#include "spec/parser.h"
#include "test_data.h"
#include "ui/models/built_index.h"

#include <QDir>
#include <QString>

namespace annscope::test {

/// Where a person who looks at the pictures of the tests wants them; empty: nowhere.
inline QString pictureFolder() {
    return qEnvironmentVariable("ANNSCOPE_PICTURES");
}

/// An index of real vectors; file empty: of the built-in points. Null where the data is missing.
inline ui::BuiltIndexPtr builtOf(const QString& file, const QString& factory) {
    Dataset dataset;
    if (file.isEmpty()) {
        dataset = sample_points({}).value();
        dataset.name = "sample";
    } else {
        auto contents = read_file(data_folder() / file.toStdString(), FileRole::Vectors, {});
        if (!contents)
            return nullptr;
        dataset.base = contents->base;
        dataset.queries = contents->queries;
        dataset.metric = contents->metric.value_or(Metric::L2);
        dataset.name = (data_folder() / file.toStdString()).stem().string();
    }
    auto built = std::make_shared<ui::BuiltIndex>();
    built->title = factory;
    built->configuration = parse_configuration(factory.toStdString()).value();
    built->index = build_and_fill(built->configuration, dataset.base, dataset.metric, 1, {}).value();
    built->dataset = std::make_shared<const Dataset>(std::move(dataset));
    return built;
}

} // namespace annscope::test
