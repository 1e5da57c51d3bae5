// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/run.h"

#include <cmath>

namespace annscope::ui {

SeriesKey seriesOf(const Run& run) {
    return {run.index ? run.index->id : -1, run.point.k, run.point.threads};
}

QString configurationText(const Run& run) {
    return run.index ? configurationText(*run.index, run.point.params) : QString();
}

QString configurationText(const BuiltIndex& index, const SearchParams& params) {
    QString text = index.title;
    const std::string written = to_string(params);
    if (written.empty())
        return text;
    text += text.contains(u'|') ? QStringLiteral("|") : QStringLiteral("||");
    return text + QString::fromStdString(written);
}

QString paramsText(const Run& run) {
    return QString::fromStdString(to_string(run.point.params)).replace(u',', QStringLiteral(", "));
}

IndexFacts factsOf(const BuiltIndexPtr& index) {
    if (!index || !index->index)
        return {};
    const IndexInfo info = index->index->info();
    return {info.bytes(), info.train_seconds, info.add_seconds, info.size, info.dim, info.metric};
}

double recallMargin(const OperatingPoint& point) {
    const auto& values = point.recall_per_query;
    if (values.size() < 2)
        return 0;
    double sum = 0, squares = 0;
    for (const float value : values) {
        sum += value;
        squares += double(value) * double(value);
    }
    const double n = double(values.size());
    const double variance = std::max(0.0, (squares - sum * sum / n) / (n - 1));
    if (variance > 0)
        return 1.96 * std::sqrt(variance / n);
    // No query differs from another: the rule of three bounds the share of neighbours not seen missing.
    return 3 / (n * double(std::max<std::size_t>(point.k, 1)));
}

} // namespace annscope::ui
