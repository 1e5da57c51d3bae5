// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/data_text.h"

#include "ui/common/format.h"

#include <QCoreApplication>

#include <algorithm>

namespace annscope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("DataPanel", text);
}

} // namespace

QString metricText(Metric metric) {
    switch (metric) {
    case Metric::L2:
        return tr("L2");
    case Metric::InnerProduct:
        return tr("inner product");
    case Metric::Cosine:
        return tr("cosine");
    }
    return {};
}

QString datasetTitle(const Dataset& dataset, const std::vector<DatasetPtr>& among) {
    const auto name = QString::fromStdString(dataset.name);
    const auto same =
        std::ranges::count_if(among, [&](const DatasetPtr& d) { return d->name == dataset.name; });
    return same > 1 ? tr("%1 (%2)").arg(name, metricText(dataset.metric)) : name;
}

QString typeText(const Dataset& dataset) {
    const auto type = QString::fromUtf8(name(dataset.base.type()).data());
    const QString bytes = formatBytes(dataset.base.bytes());
    return dataset.base.mapped() ? tr("%1, %2 mapped from the file").arg(type, bytes)
                                 : tr("%1, %2 in memory").arg(type, bytes);
}

QString queriesText(const Dataset& dataset) {
    const QString count = formatCount(dataset.queries.size());
    switch (dataset.queries_from) {
    case QueriesFrom::None:
        return tr("none");
    case QueriesFrom::File:
        return tr("%1 from the file").arg(count);
    case QueriesFrom::HeldOut:
        return tr("%1 held out of the base, as the file has none").arg(count);
    case QueriesFrom::Generated:
        return tr("%1 generated").arg(count);
    }
    return {};
}

QString truthText(const Dataset& dataset) {
    if (dataset.truth.empty())
        return tr("none: recall cannot be told");
    const QString k = formatCount(dataset.truth.k);
    switch (dataset.truth_from) {
    case TruthFrom::File:
        return tr("%1 per query, from the file").arg(k);
    case TruthFrom::Cache:
        return tr("%1 per query, computed earlier").arg(k);
    case TruthFrom::Computed:
    case TruthFrom::None:
        break;
    }
    return tr("%1 per query, computed exactly").arg(k);
}

QString normsText(const Norms& norms) {
    if (norms.counted == 0)
        return tr("no vectors");
    QString text = norms.constant() ? tr("all %1").arg(formatNumber(norms.mean))
                                    : tr("mean %1").arg(formatNumber(norms.mean));
    if (norms.sampled)
        text = tr("%1 (of %2 sampled)").arg(text, formatCount(norms.counted));
    if (norms.zero > 0)
        text = tr("%1, %2 of length 0").arg(text, formatCount(norms.zero));
    return text;
}

} // namespace annscope::ui
