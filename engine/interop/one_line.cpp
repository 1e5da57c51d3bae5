// SPDX-License-Identifier: Apache-2.0
#include "interop/exporter.h"
#include "spec/parser.h"

namespace annscope {
namespace {

Result<ExportResult> write(const ExportRequest& request) {
    return ExportResult{print(request.configuration) + "\n", {}};
}

} // namespace

extern const ExportTarget kOneLine;
const ExportTarget kOneLine{"annscope", "Annscope (one line)", ".txt", write};

} // namespace annscope
