// SPDX-License-Identifier: GPL-3.0-or-later
// What the map says in words.
#include "ui/common/format.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/map_panel.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"
#include "ui/views/step_text.h"

#include <QLabel>

#include <algorithm>

namespace annscope::ui {

QString mapSummary(const MapScene& scene) {
    if (scene.identity())
        return MapPanel::tr("The %1 as they are: two dimensions, nothing is distorted")
            .arg(scene.total == 1 ? MapPanel::tr("1 vector")
                                  : MapPanel::tr("%1 vectors").arg(formatCount(scene.total)));
    QStringList parts;
    if (scene.options.method == MapOptions::Method::Pca) {
        parts << MapPanel::tr("PCA");
        if (scene.varianceShare > 0)
            parts << MapPanel::tr("keeps %1 of the variance").arg(formatPercent(scene.varianceShare));
    } else {
        parts << MapPanel::tr("UMAP") << MapPanel::tr("%1 neighbours").arg(scene.options.n_neighbors);
    }
    if (scene.moving())
        parts << MapPanel::tr("epoch %1 of %2").arg(scene.epoch).arg(scene.epochs);
    else if (scene.stage())
        parts << MapPanel::tr("trustworthiness not measured yet");
    else if (scene.trustworthinessK > 0)
        parts << MapPanel::tr("trustworthiness@%1 %2")
                     .arg(scene.trustworthinessK)
                     .arg(formatRecall(scene.trustworthiness));
    const QString rows = scene.sampled() ? MapPanel::tr("sample of %1 of %2 vectors")
                                               .arg(formatCount(scene.rows.size()), formatCount(scene.total))
                                         : MapPanel::tr("%1 vectors").arg(formatCount(scene.total));
    return QStringLiteral("%1 (%2)").arg(parts.join(QStringLiteral(", ")), rows);
}

QString MapPanel::summary() const {
    return m_study->scene() ? mapSummary(*m_study->scene()) : QString();
}

QString MapPanel::trustTip() const {
    const MapScenePtr& scene = m_study->scene();
    if (!scene || scene->identity())
        return {};
    QString text = tr("A picture of %1 dimensions in two must distort: what lies together here need not be "
                      "near, and neighbours may lie apart.")
                       .arg(scene->dim);
    if (scene->trustworthinessK > 0)
        text +=
            QLatin1Char('\n') +
            tr("Trustworthiness@%1 says how many of the %1 nearest on the picture are near in the data, "
               "too:\n1 if all are; each that is not counts the more the farther it really is. Measured on "
               "%2 of the vectors\n(Venna and Kaski, 2001). Above 0.95 neighbourhoods can be read; below 0.8 "
               "only the broad shape.")
                .arg(scene->trustworthinessK)
                .arg(formatCount(scene->trustworthinessRows));
    return text;
}

bool MapPanel::lossFits() const {
    return m_loss && m_lossOf && m_lossOf == m_built;
}

QString MapPanel::outcome() const {
    const MapScenePtr& scene = m_canvas->scene();
    if (!scene)
        return {};
    if (const PathModelPtr& path = explainer()->path(); path && m_built && path->queryRow >= 0) {
        QString text = outcomeText(*path);
        text.front() = text.front().toUpper();
        std::size_t unseen = 0;
        for (const TrueNeighbour& neighbour : path->truth)
            unseen += scene->placeOf(neighbour.id) < 0 ? 1 : 0;
        if (unseen > 0)
            text += tr("; %1 of them not in the map's sample").arg(unseen);
        return text + QLatin1Char('.');
    }
    if (const MissCountsPtr& counts = m_canvas->misses(); counts && counts->total > 0)
        return tr("%1 of %2 vectors are missed, %3 times in all; the most often by %4.")
            .arg(formatCount(counts->rows.size()), formatCount(scene->total), formatCount(counts->total),
                 counts->most == 1 ? tr("one query") : tr("%1 queries").arg(formatCount(counts->most)));
    if (const QueryRowsPtr passing = m_filters->queries(m_dataset))
        return tr("%1 of %2 queries pass the filters; the others are dimmed.")
            .arg(formatCount(passing->size()), formatCount(m_dataset->queries.size()));
    if (scene->queries.empty())
        return tr("Click a vector to select it.");
    return m_built
               ? tr("Click a query to follow its search. Shift and a drag narrow all views to the queries "
                    "in the loop.")
               : tr("Shift and a drag narrow all views to the queries in the loop. With an index, a query's "
                    "search is shown here.");
}

QString MapPanel::rowText(qint64 row) const {
    QStringList lines{tr("vector %1").arg(formatCount(static_cast<qulonglong>(row)))};
    const MapScenePtr& scene = m_canvas->scene();
    const std::int64_t place = scene ? scene->placeOf(row) : -1;
    if (const MapColoringPtr& coloring = m_canvas->coloring(); coloring && place >= 0) {
        const std::uint32_t c = coloring->classOf(static_cast<std::size_t>(place));
        if (coloring->kind == MapColor::Cell && c < coloring->classes)
            lines << tr("%1, %2 vectors").arg(coloring->names[c], formatCount(coloring->members[c]));
    }
    if (m_labels && static_cast<std::size_t>(row) < m_labels->base.size())
        if (const std::uint32_t label = m_labels->base[static_cast<std::size_t>(row)];
            label < m_labels->names.size())
            lines << m_labels->names[label];
    if (const PathModelPtr& path = explainer()->path()) {
        const auto found = std::ranges::find(path->truth, row, &TrueNeighbour::id);
        if (found != path->truth.end())
            lines << tr("true neighbour %1 of query %2, %3")
                         .arg(found - path->truth.begin() + 1)
                         .arg(path->queryRow)
                         .arg(lossText(*path, *found));
    }
    if (const MissCountsPtr& counts = m_canvas->misses())
        lines << tr("missed by %1 queries").arg(formatCount(counts->of(static_cast<std::uint32_t>(row))));
    return lines.join(QLatin1Char('\n'));
}

QString MapPanel::queryText(qint64 query) const {
    QStringList lines{tr("query %1").arg(formatCount(static_cast<qulonglong>(query)))};
    const Run* run = m_runs->run(m_selection->run());
    if (run && run->index && run->index->dataset == m_dataset &&
        static_cast<std::size_t>(query) < run->point.recall_per_query.size())
        lines << tr("recall@%1 %2, %3")
                     .arg(run->point.k)
                     .arg(formatRecall(static_cast<double>(
                              run->point.recall_per_query[static_cast<std::size_t>(query)])),
                          configurationText(*run));
    if (!m_filters->passesQuery(m_dataset, query))
        lines << tr("does not pass the filters");
    lines << tr("Click to follow its search.");
    return lines.join(QLatin1Char('\n'));
}

TitledPicture MapPanel::picture() const {
    return m_canvas->picture();
}

void MapPanel::updateTexts() {
    m_summary->setText(summary());
    m_summary->setToolTip(trustTip());
    m_outcome->setText(outcome());
    if (!m_dataset)
        return;
    QStringList below{QString::fromStdString(m_dataset->name), summary()};
    if (m_built)
        below << (explainer()->path() ? configurationText(*m_built, explainer()->path()->params)
                                      : m_built->title);
    const qint64 query = m_selection->query();
    m_canvas->setPictureText(query >= 0 ? tr("Map of the data, query %1").arg(query) : tr("Map of the data"),
                             below.join(QStringLiteral("; ")), QStringLiteral("map"));
}

} // namespace annscope::ui
