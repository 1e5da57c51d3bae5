// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/compare_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/models/compare_model.h"
#include "ui/models/runs_model.h"
#include "ui/panels/compare_pair.h"
#include "ui/views/compare_curves.h"
#include "ui/views/empty_state.h"
#include "ui/views/memory_bars.h"

#include <QButtonGroup>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace annscope::ui {

ComparePanel::ComparePanel(JobRunner* jobs, RunsModel* runs, Selection* selection, FilterStack* filters,
                           QUndoStack* undo, QWidget* parent)
    : QWidget(parent), m_runs(runs), m_selection(selection), m_filters(filters),
      m_set(new CompareSet(runs, undo, this)), m_model(new CompareModel(this)),
      m_job(jobs, tr("Compare runs query by query"), this), m_pages(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_split(new QSplitter(Qt::Horizontal, this)),
      m_table(new QTableView(this)), m_which(new QButtonGroup(this)), m_count(new ElidedLabel(this)),
      m_memoryTitle(new QLabel(this)), m_curvesTitle(new QLabel(this)), m_memory(new MemoryBars(this)),
      m_curves(new CompareCurves(this)), m_pairRows(new QVBoxLayout) {
    setObjectName(QStringLiteral("comparePanel"));
    setAccessibleName(tr("Comparison of runs"));
    m_empty->setContent(
        tr("Runs side by side"),
        tr("Select two or more runs in the table and choose Compare, or right click a point of "
           "the curve: here is then what differs, their memory, and the queries that one "
           "answers better than the other."),
        tr("Show the runs"));
    createTable();
    m_split->addWidget(m_table);
    m_split->addWidget(createPictures());
    m_split->setChildrenCollapsible(false);
    auto* page = new QWidget;
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(createBar());
    rows->addWidget(m_split, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);

    connect(m_empty, &EmptyState::clicked, this, &ComparePanel::emptyTriggered);
    connect(m_set, &CompareSet::changed, this, &ComparePanel::refreshLater);
    connect(filters, &FilterStack::changed, this, &ComparePanel::refreshLater);
    connect(runs, &RunsModel::frontsChanged, this, [this] {
        if (seen() && !m_stale)
            m_curves->setRuns(*m_runs, this->runs(), subtitle(this->runs()));
    });
    connect(m_curves, &CompareCurves::hovered, selection, &Selection::setHoveredRun);
    connect(m_curves, &CompareCurves::clicked, selection, &Selection::setRun);
    connect(selection, &Selection::hoveredRunChanged, m_curves, &CompareCurves::setHovered);
    refresh();
}

void ComparePanel::setInFront(bool inFront) {
    m_inFront = inFront;
    if (seen() && m_stale)
        refresh();
}

void ComparePanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (seen() && m_stale)
        refresh();
}

void ComparePanel::setRecallScale(RecallScale scale) {
    m_curves->setRecallScale(scale);
}

std::vector<const Run*> ComparePanel::runs() const {
    std::vector<const Run*> shown;
    for (const qint64 id : m_set->runs())
        shown.push_back(m_runs->run(id));
    return shown;
}

qint64 ComparePanel::runOfColumn(int column) const {
    const QList<qint64> ids = m_set->runs();
    return column >= 0 && column < ids.size() ? ids[column] : -1;
}

/// Several changes of one moment, as of a deletion, are shown once.
void ComparePanel::refreshLater() {
    m_stale = true;
    m_ready = false;
    if (!std::exchange(m_queued, true))
        QTimer::singleShot(0, this, &ComparePanel::refresh);
}

void ComparePanel::refresh() {
    m_queued = false;
    const std::vector<const Run*> shown = runs();
    m_pages->setCurrentIndex(shown.empty() ? 0 : 1);
    if (!seen() && !shown.empty())
        return;
    m_stale = false;
    const QueryRowsPtr rows =
        shown.empty() || !shown.front()->index ? nullptr : m_filters->queries(shown.front()->index->dataset);
    m_model->setContent(compareContent(shown, rows), shown);
    fitColumns();
    m_count->setText(shown.size() == 1
                         ? tr("1 run; add another one")
                         : tr("%1 runs; bold: the best, and each query is set against A").arg(shown.size()));
    showPictures(shown);
    makePairs(shown);
    comparePairs(shown);
}

QString ComparePanel::subtitle(const std::vector<const Run*>& shown) const {
    QStringList lines;
    for (std::size_t i = 0; i < shown.size(); ++i)
        lines << compareLetter(i) + QStringLiteral(": ") + configurationText(*shown[i]);
    const QString name = shown.empty() || !shown.front()->index
                             ? QString()
                             : QString::fromStdString(shown.front()->index->dataset->name);
    return name + QStringLiteral("  ·  ") + lines.join(QStringLiteral("  "));
}

/// Runs of one index share a bar.
void ComparePanel::showPictures(const std::vector<const Run*>& shown) {
    std::vector<MemoryBars::Bar> bars;
    std::vector<const BuiltIndex*> indexes;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const BuiltIndex* index = shown[i]->index.get();
        if (!index || !index->index)
            continue;
        const auto known = std::ranges::find(indexes, index);
        if (known != indexes.end()) {
            QString& name = bars[std::size_t(known - indexes.begin())].name;
            name.insert(name.indexOf(QStringLiteral("  ")), u' ' + compareLetter(i));
            continue;
        }
        MemoryBars::Bar bar{compareLetter(i) + QStringLiteral("  ") + index->title, index->series, {}};
        for (const MemoryPart& part : index->index->info().memory)
            if (part.bytes > 0)
                bar.parts.push_back(
                    {QString::fromStdString(part.name), part.bytes, QString::fromStdString(part.formula)});
        bars.push_back(std::move(bar));
        indexes.push_back(index);
    }
    m_memory->setBars(std::move(bars), subtitle(shown));
    m_curves->setRuns(*m_runs, shown, subtitle(shown));
}

void ComparePanel::makePairs(const std::vector<const Run*>& shown) {
    const std::size_t count = shown.size() < 2 ? 0 : shown.size() - 1;
    while (m_pairs.size() > count) {
        m_pairs.back()->deleteLater();
        m_pairs.back()->hide();
        m_pairs.pop_back();
    }
    while (m_pairs.size() < count) {
        auto* pair = new ComparePair(this);
        const std::size_t place = m_pairs.size();
        connect(pair, &ComparePair::filterRequested, this,
                [this, place](bool wins) { filterBy(place, wins); });
        m_pairRows->addWidget(pair);
        m_pairs.push_back(pair);
    }
    // The numbers of other runs must not stand below these names.
    if (std::exchange(m_paired, m_set->runs()) != m_set->runs())
        for (ComparePair* pair : m_pairs)
            pair->setReason(tr("Comparing…"));
    const QStringList names = compareNames(shown);
    for (std::size_t i = 0; i < count; ++i)
        m_pairs[i]->setRuns(names[0], names[qsizetype(i + 1)], compareLetter(0), compareLetter(i + 1));
}

void ComparePanel::comparePairs(const std::vector<const Run*>& shown) {
    m_job.drop();
    m_ready = true;
    std::vector<Asked> asked;
    for (std::size_t i = 0; i < m_pairs.size(); ++i) {
        const Run &first = *shown[0], &second = *shown[i + 1];
        if (const QString reason = whyNotPaired(first, second); !reason.isEmpty())
            m_pairs[i]->setReason(reason);
        else
            asked.push_back({i, first.point.recall_per_query, second.point.recall_per_query});
    }
    if (asked.empty())
        return;
    m_ready = false;
    const QueryRowsPtr rows = m_filters->queries(shown.front()->index->dataset);
    m_job.request(
        [asked = std::move(asked), rows](const Control& control) -> Result<Pairs> {
            Pairs pairs;
            for (const Asked& each : asked) {
                ANNSCOPE_ASSIGN(PairedRecall pair,
                                compare_recall(each.first, each.second, rows.get(), {}, control));
                pairs.emplace_back(each.pair, std::move(pair));
            }
            return pairs;
        },
        [this](Result<Pairs> pairs) {
            const std::vector<const Run*> now = runs();
            if (!pairs || now.size() != m_pairs.size() + 1)
                return;
            for (const auto& [place, pair] : *pairs)
                m_pairs[place]->setPair(pair, pairNote(*now[0], *now[place + 1], pair), subtitle(now));
            m_ready = true;
        });
}

/// Which queries these are, where they are not simply all.
QString ComparePanel::pairNote(const Run& first, const Run& second, const PairedRecall& pair) const {
    QStringList notes;
    const std::size_t a = first.point.recall_per_query.size(), b = second.point.recall_per_query.size();
    if (a != b)
        notes << tr("Only the first %1 queries, which both measured.").arg(formatCount(std::min(a, b)));
    if (pair.queries < std::min(a, b))
        notes << tr("%1 of %2 queries pass the filters.")
                     .arg(formatCount(pair.queries), formatCount(std::min(a, b)));
    if (notes.isEmpty())
        notes << tr("%1 queries.").arg(formatCount(pair.queries));
    return notes.join(u' ');
}

void ComparePanel::filterBy(std::size_t place, bool wins) {
    const std::vector<const Run*> shown = runs();
    if (place >= m_pairs.size() || !m_pairs[place]->pair() || place + 1 >= shown.size())
        return;
    const PairedRecall& pair = *m_pairs[place]->pair();
    const QStringList names = compareNames(shown);
    Filter filter;
    filter.source = QStringLiteral("compare");
    filter.text =
        (wins ? tr("%1 beats %2") : tr("%1 loses to %2")).arg(names[qsizetype(place + 1)], names[0]);
    filter.dataset = shown.front()->index->dataset;
    filter.queries = std::make_shared<const QueryRows>(wins ? pair.wins : pair.losses);
    m_filters->set(std::move(filter));
}

} // namespace annscope::ui
