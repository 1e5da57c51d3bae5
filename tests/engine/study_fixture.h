// SPDX-License-Identifier: GPL-3.0-or-later
// Small data sets and samples for the tests of code studies.
#pragma once

#include "index_fixture.h"

#include "spec/parser.h"
#include "tune/study_sample.h"

namespace annscope::study {

inline constexpr std::size_t kRows = 600, kDim = 12, kQueries = 20, kK = 5;

inline Dataset data_of(Metric metric, ElementType type = ElementType::F32, std::size_t rows = kRows) {
    Dataset data;
    data.base = test::random_set(type, rows, kDim, 1);
    data.queries = test::random_set(ElementType::F32, kQueries, kDim, 2);
    data.metric = metric;
    return data;
}

inline StudyOptions options_of(std::size_t rows, std::uint64_t seed = 5) {
    StudyOptions options;
    options.k = kK;
    options.rows = rows;
    options.train_rows = rows;
    options.queries = kQueries;
    options.random_pairs = 4;
    options.seed = seed;
    return options;
}

inline SpecNode parsed(const char* text) {
    return parse_spec(text).value().root;
}

} // namespace annscope::study
