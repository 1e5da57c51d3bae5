// SPDX-License-Identifier: GPL-3.0-or-later
// The queries panel and the filters of all views.
#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/models/queries_model.h"
#include "ui/panels/queries_panel.h"
#include "ui/views/query_histogram.h"

#include <QLabel>
#include <QToolButton>

namespace annscope::ui {

/// What others leave stands out of the bars; a filter of its own is the brush where it is one.
void QueriesPanel::showBrush(QueryHistogram* histogram, const QueryBinsPtr& bins, const QString& source) {
    const Filter* own = m_filters->find(source);
    const bool here = own && own->queries && own->dataset == m_dataset;
    std::optional<BinRange> range;
    if (here && bins) {
        range = bins->rangeOf(*own->queries);
        // As it was drawn: empty bins at its ends belong to it, too.
        if (const auto drawn = histogram->brush();
            drawn && drawn->second < bins->size() && bins->rowsIn(*drawn) == *own->queries)
            range = drawn;
    }
    histogram->setBrush(range);
    const QueryRowsPtr rows = m_filters->queries(m_dataset, range ? source : QString());
    QueryHistogram::Content content = histogram->content();
    content.passing = bins && rows ? bins->countsOf(rows) : std::vector<std::uint32_t>();
    histogram->setContent(std::move(content));
}

void QueriesPanel::showFilters() {
    if (!m_dataset)
        return;
    showBrush(m_recall, m_recallBins, kRecallSource);
    showBrush(m_difficulty, m_difficultyBins, kDifficultySource);
    m_model->setPassing(m_filters->queries(m_dataset));
    const StudiedQueriesPtr studied = m_study->known();
    const Filter* own = m_filters->find(kDifficultySource);
    m_outside->setEnabled(studied && !studied->outside->empty());
    m_outside->setChecked(studied && own && own->queries && own->dataset == m_dataset &&
                          !studied->outside->empty() && *own->queries == *studied->outside);
    showSummary();
}

void QueriesPanel::showSummary() {
    const QueryRowsPtr rows = m_filters->queries(m_dataset);
    const std::size_t all = m_dataset->queries.size();
    QString text = about();
    const Run* run = shownRun();
    if (run) {
        const double margin = recallMargin(run->point);
        text += tr(": recall@%1 %2%3, 5th percentile %4")
                    .arg(run->point.k)
                    .arg(formatRecall(run->point.recall),
                         margin > 0 ? tr(" ± %1").arg(formatNumber(margin)) : QString(),
                         formatNumber(run->point.recall_p5));
    }
    m_summary->setText(text);
    QString count =
        rows ? tr("%1 of %2 queries pass the filters").arg(formatCount(rows->size()), formatCount(all))
             : tr("%1 queries").arg(formatCount(all));
    if (rows && run && !rows->empty()) {
        double sum = 0;
        std::size_t measured = 0;
        for (const std::uint32_t row : *rows)
            if (row < run->point.recall_per_query.size()) {
                sum += double(run->point.recall_per_query[row]);
                ++measured;
            }
        if (measured > 0)
            count += tr(", mean recall %1").arg(formatRecall(sum / double(measured)));
    }
    m_count->setText(count);
}

} // namespace annscope::ui
