// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of opening data sets share.
#pragma once

#include "data/dataset.h"
#include "data/synthetic.h"

#include <QString>
#include <QTest>

#include <vector>

namespace annscope::test {

using Row = std::vector<float>;

inline std::vector<Row> rows_of(const VectorSet& vectors) {
    std::vector<Row> rows(vectors.size(), Row(vectors.dim()));
    for (std::size_t i = 0; i < vectors.size(); ++i)
        vectors.copy_row(i, rows[i].data());
    return rows;
}

inline Dataset clusters(std::size_t n, std::size_t dim, std::size_t queries) {
    ClusterOptions options;
    options.n = n;
    options.dim = dim;
    options.queries = queries;
    return std::move(generate_clusters(options, {})).value();
}

inline VectorSet with_value(const VectorSet& vectors, std::size_t row, std::size_t column, float value) {
    AlignedBuffer<float> floats(vectors.size() * vectors.dim());
    for (std::size_t i = 0; i < vectors.size(); ++i)
        vectors.copy_row(i, floats.data() + i * vectors.dim());
    floats[row * vectors.dim() + column] = value;
    return VectorSet::adopt(std::move(floats), vectors.size(), vectors.dim());
}

inline QString all_warnings(const Dataset& dataset) {
    QString text;
    for (const std::string& warning : dataset.warnings)
        text += QString::fromStdString(warning) + '\n';
    return text;
}

} // namespace annscope::test

/// Opens or fails the test with the error.
#define OPEN(variable, options)                                                                              \
    const auto variable##_result = open_dataset(options, {});                                                \
    QVERIFY2(variable##_result.ok(), variable##_result ? "" : variable##_result.error().message.c_str());    \
    const Dataset& variable = *variable##_result
