// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "index/index.h"
#include "tune/operating_point.h"

#include <string>

namespace annscope {

/// What a measured point is written with, in the CSV of both programs.
struct ReportRow {
    std::string configuration; ///< FACTORY|BUILD|SEARCH
    OperatingPoint point;
    IndexInfo index;
};

/// The columns, in their fixed order, without a line end: config,k,recall,recall_p5,qps,mean_us,...
std::string csv_header();
/// Counts are means per query; index_bytes is the sum of all parts. config is quoted, as it holds commas.
std::string csv_row(const ReportRow& row);
/// One object with the same names, plus params, memory by part, repeats and spread.
std::string json_row(const ReportRow& row);

} // namespace annscope
