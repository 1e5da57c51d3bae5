// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/cell_load_box.h"

#include "tune/sweep.h"
#include "ui/common/format.h"
#include "ui/models/filter_stack.h"
#include "ui/models/run.h"
#include "ui/models/selection.h"
#include "ui/views/cell_load_view.h"

#include <QBoxLayout>
#include <QLabel>

#include <algorithm>
#include <span>

namespace annscope::ui {

namespace {

QString source() {
    return QStringLiteral("cells");
}

} // namespace

CellLoadBox::CellLoadBox(JobRunner* jobs, Selection* selection, QWidget* parent)
    : QWidget(parent), m_selection(selection), m_job(jobs, tr("Count visits of the cells"), this),
      m_sentence(new QLabel(this)), m_figures(new QLabel(this)), m_view(new CellLoadView(this)) {
    setObjectName(QStringLiteral("cellLoadBox"));
    m_sentence->setObjectName(QStringLiteral("cellLoadSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_figures->setObjectName(QStringLiteral("cellLoadFigures"));
    m_figures->setWordWrap(true);
    m_figures->setForegroundRole(QPalette::PlaceholderText);
    m_figures->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_figures->setToolTip(tr(
        "The imbalance factor is nlist × Σ x² / (Σ x)²: 1 where all cells are equal; of the vectors in the "
        "cells, and of the codes that the queries scan there.\nA visit is for nothing where none of the "
        "query's true neighbours lies in the cell."));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    auto* texts = new QVBoxLayout;
    texts->setContentsMargins(8, 2, 8, 0);
    texts->setSpacing(0);
    texts->addWidget(m_sentence);
    texts->addWidget(m_figures);
    layout->addLayout(texts);
    layout->addWidget(m_view, 1);
    connect(m_view, &CellLoadView::cellClicked, this, &CellLoadBox::chooseCell);
    connect(m_view, &CellLoadView::cellHovered, selection, &Selection::setHoveredCell);
    connect(selection, &Selection::hoveredCellChanged, m_view, &CellLoadView::setHoveredCell);
    connect(selection, &Selection::cellChanged, m_view, &CellLoadView::setSelectedCell);
    showTexts();
}

void CellLoadBox::setIndex(BuiltIndexPtr built) {
    m_built = std::move(built);
    m_job.drop();
    m_load.reset();
    m_view->setLoad(nullptr);
    m_toNarrow = -1;
    emit loadChanged();
    changed();
}

void CellLoadBox::setSearchParams(const SearchParams& params, std::size_t k) {
    if (params == m_params && k == m_k)
        return;
    m_params = params;
    m_k = k;
    changed();
}

void CellLoadBox::setFilters(FilterStack* filters) {
    m_filters = filters;
    connect(filters, &FilterStack::changed, this, [this] {
        const QueryRowsPtr now = rows();
        if (m_built && (!now != !m_rows || (now && *now != *m_rows)))
            changed();
    });
}

void CellLoadBox::setWanted(bool wanted) {
    m_wanted = wanted;
    if (m_wanted && m_stale)
        count();
}

void CellLoadBox::showEvent(QShowEvent*) {
    if (m_stale)
        count();
}

void CellLoadBox::changed() {
    m_stale = m_built != nullptr;
    if (m_stale && (isVisible() || m_wanted || m_toNarrow >= 0))
        count();
    else
        showTexts();
}

/// Null: all. Of all filters but the own one: choosing another cell must not be narrowed by the last.
QueryRowsPtr CellLoadBox::rows() const {
    return m_filters && m_built ? m_filters->queries(m_built->dataset, source()) : nullptr;
}

QString CellLoadBox::filterText() const {
    QStringList texts;
    if (m_filters)
        for (const Filter& filter : m_filters->filters())
            if (filter.queries && filter.dataset == m_built->dataset && filter.source != source())
                texts << filter.text;
    return texts.join(QStringLiteral(" > "));
}

void CellLoadBox::count() {
    m_stale = false;
    const QString filtered = filterText();
    m_rows = rows();
    if (m_rows && m_rows->empty()) {
        m_job.drop();
        m_load.reset();
        m_view->setLoad(nullptr);
        m_sentence->setText(tr("No query passes the filters."));
        m_figures->clear();
        emit loadChanged();
        return;
    }
    // Parameters of another kind are left out: the defaults hold until its own arrive.
    SearchParams known;
    for (const ParamInfo& info : m_built->index->search_params())
        if (const double value = m_params.get(info.name, info.def);
            m_params.contains(info.name) && value >= info.min && value <= info.max)
            known.set(std::string(info.name), value);
    const auto work = [built = m_built, known, rows = m_rows,
                       k = m_k](const Control& control) -> Result<CellLoadPtr> {
        const Workload workload = workload_of(built->measured());
        const CellLoadOptions options{std::min(k, workload.truth.k),
                                      rows ? std::span<const std::uint32_t>(*rows)
                                           : std::span<const std::uint32_t>()};
        ANNSCOPE_ASSIGN(CellLoad load, measure_cell_load(*built->index, workload, known, options, control));
        return CellLoadPtr(std::make_shared<const CellLoad>(std::move(load)));
    };
    m_job.request(work, [this, filtered](Result<CellLoadPtr> load) { take(std::move(load), filtered); });
    showTexts();
}

void CellLoadBox::take(Result<CellLoadPtr> load, const QString& filtered) {
    m_load = load ? *load : nullptr;
    m_filtered = filtered;
    m_view->setLoad(m_load);
    if (load)
        showTexts();
    else
        m_sentence->setText(QString::fromStdString(load.error().message));
    emit loadChanged();
    if (const qint64 cell = std::exchange(m_toNarrow, -1); cell >= 0 && m_load)
        narrow(cell);
}

void CellLoadBox::chooseCell(qint64 cell) {
    const bool again = m_filters && m_built && cell >= 0 && m_filters->cell(m_built->id) == cell &&
                       m_selection->cell() == cell;
    m_selection->setCell(again ? -1 : cell);
    m_toNarrow = -1;
    if (!m_filters || !m_built)
        return;
    if (cell < 0 || again)
        return m_filters->remove(source());
    if (m_load && !busy())
        return narrow(cell);
    m_toNarrow = cell;
    if (m_stale)
        count();
}

void CellLoadBox::narrow(qint64 cell) {
    if (!m_filters || static_cast<std::size_t>(cell) >= m_load->size.size())
        return;
    const auto queries = m_load->queries_of(static_cast<std::size_t>(cell));
    Filter filter;
    filter.source = source();
    filter.text = tr("cell %1").arg(formatCount(static_cast<qulonglong>(cell)));
    filter.dataset = m_built->dataset;
    filter.queries = std::make_shared<const QueryRows>(queries.begin(), queries.end());
    filter.cell = cell;
    filter.index = m_built->id;
    m_filters->set(std::move(filter));
}

void CellLoadBox::showTexts() {
    if (!m_load) {
        m_sentence->setText(m_built ? tr("Counting how often the queries visit each cell ...") : QString());
        m_figures->clear();
        return;
    }
    const CellLoad& load = *m_load;
    m_sentence->setText(QString::fromStdString(load.sentence()));
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return formatPercent(whole ? static_cast<double>(part) / static_cast<double>(whole) : 0);
    };
    QString text =
        tr("nprobe %1, %2 queries: imbalance factor %3 of the vectors, %4 of the scan")
            .arg(formatCount(load.nprobe), formatCount(load.queries),
                 QString::number(load.size_imbalance, 'f', 2), QString::number(load.load_imbalance, 'f', 2));
    if (load.k > 0)
        text += tr("; %1 of the visits for nothing; %2 of the true neighbours lie in visited cells")
                    .arg(share(load.total_wasted, load.total_probes),
                         share(load.total_hits, load.total_hits + load.total_missed));
    if (!m_filtered.isEmpty())
        text = tr("%1 (%2)").arg(text, m_filtered);
    m_figures->setText(text + QLatin1Char('.'));
    m_view->setPictureText(
        tr("Cells under the query load"),
        tr("%1 on %2, %3").arg(m_built->title, QString::fromStdString(m_built->dataset->name), text));
}

} // namespace annscope::ui
