// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/health_panel.h"

#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/views/distribution_chart.h"
#include "ui/views/empty_state.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 24, kNumbers = 300, kMostNumbers = 440;

const char* iconOf(HealthFinding::Kind kind) {
    return kind == HealthFinding::Kind::Good    ? "check"
           : kind == HealthFinding::Kind::Fault ? "warning"
                                                : "info";
}

} // namespace

HealthPanel::HealthPanel(JobRunner* jobs, QWidget* parent)
    : QWidget(parent), m_jobs(jobs), m_pages(new QStackedWidget(this)), m_empty(new EmptyState(this)),
      m_summary(new ElidedLabel(this)), m_findings(new QWidget(this)),
      m_findingRows(new QVBoxLayout(m_findings)), m_repair(new QPushButton(tr("Repair"), this)),
      m_model(new HealthModel(this)), m_table(new QTableView(this)) {
    setObjectName(QStringLiteral("healthPanel"));
    setAccessibleName(tr("Health of the graph"));
    buildLayout();
    connect(m_empty, &EmptyState::clicked, this, [this] {
        if (m_built && m_built->index->graph())
            examine();
        else
            emit buildSuggested(QStringLiteral("Vamana32"));
    });
    connect(m_repair, &QPushButton::clicked, this, [this] {
        m_repair->setEnabled(false); // until the outcome is there
        emit repairRequested(m_built);
    });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &HealthPanel::showFindings);
    showEmpty();
}

void HealthPanel::buildLayout() {
    m_summary->setObjectName(QStringLiteral("healthSummary"));
    m_summary->setForegroundRole(QPalette::PlaceholderText);
    m_repair->setObjectName(QStringLiteral("healthRepair"));
    m_repair->setProperty("primary", true);
    m_repair->setToolTip(
        tr("Gives every unreachable node an edge from a near one that has room. The repaired graph "
           "becomes an index of its own beside this one; undo takes it away again"));
    auto* bar = new QHBoxLayout;
    bar->setContentsMargins(12, 4, 12, 0);
    bar->addWidget(m_summary, 1);
    m_findingRows->setContentsMargins(0, 0, 0, 0);
    m_findingRows->setSpacing(2);
    auto* told = new QHBoxLayout;
    told->setContentsMargins(12, 0, 12, 6);
    told->setSpacing(12);
    told->addWidget(m_findings, 1);
    told->addWidget(m_repair, 0, Qt::AlignTop);

    auto* grid = new QWidget(this);
    auto* charts = new QGridLayout(grid);
    charts->setContentsMargins(0, 0, 0, 0);
    charts->setSpacing(1);
    static constexpr const char* kNames[ChartCount]{"outDegrees", "inDegrees", "edgeLengths", "hops"};
    for (int i = 0; i < ChartCount; ++i) {
        auto* chart = m_charts[std::size_t(i)] = new DistributionChart(this);
        chart->setObjectName(QLatin1String(kNames[i]));
        charts->addWidget(chart, i / 2, i % 2);
    }
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(createNumbers());
    split->addWidget(grid);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    split->setSizes({kNumbers, 700});

    auto* page = new QWidget(this);
    auto* rows = new QVBoxLayout(page);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(4);
    rows->addLayout(bar);
    rows->addLayout(told);
    rows->addWidget(split, 1);
    m_pages->addWidget(m_empty);
    m_pages->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
}

QWidget* HealthPanel::createNumbers() {
    m_table->setObjectName(QStringLiteral("healthTable"));
    m_table->setAccessibleName(tr("Numbers of the graph's health"));
    m_table->setModel(m_model);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table, &QWidget::customContextMenuRequested, this, &HealthPanel::tableMenu);
    return m_table;
}

void HealthPanel::tableMenu(QPoint at) {
    QMenu menu(this);
    const auto copy = [&](const QString& title, auto text) {
        connect(menu.addAction(title), &QAction::triggered, this,
                [text] { QGuiApplication::clipboard()->setText(text()); });
    };
    copy(tr("Copy as &CSV"), [this] { return m_model->csv(); });
    copy(tr("Copy as &Markdown"), [this] { return m_model->markdown(); });
    if (const HealthPtr health = m_model->health(); health && !health->unreachable_ids.empty())
        copy(tr("Copy the &rows that cannot be found"), [health] {
            QString text;
            for (const Id id : health->unreachable_ids)
                text += QString::number(id) + u'\n';
            return text;
        });
    menu.exec(m_table->viewport()->mapToGlobal(at));
}

void HealthPanel::setIndex(BuiltIndexPtr built) {
    if (built == m_built)
        return;
    stop();
    m_built = std::move(built);
    m_model->setHealth(nullptr, nullptr);
    m_params = m_built ? m_built->configuration.search : SearchParams();
    showEmpty();
    if (seen())
        examine();
}

void HealthPanel::setSearchParams(const SearchParams& params, std::size_t k) {
    if (params == m_params && k == m_k)
        return;
    m_params = params;
    m_k = k;
    if (seen())
        examine();
}

void HealthPanel::setInFront(bool inFront) {
    m_inFront = inFront;
    if (seen())
        examine();
}

void HealthPanel::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (seen())
        examine();
}

void HealthPanel::stop() {
    if (m_job != 0)
        m_jobs->cancel(m_job);
    m_job = 0;
}

/// Shows what is known; else asks the worker. Where the graph was examined before, only searches are new.
void HealthPanel::examine() {
    if (!m_built || !m_built->index || !m_built->index->graph() || !m_built->dataset)
        return;
    const Known known = m_known.value(m_built->id);
    if (known.health && known.params == m_params && known.k == m_k) {
        if (m_model->health() != known.health)
            showHealth(known.health);
        return;
    }
    stop();
    if (known.health)
        showHealth(known.health); // the old searches until the new ones are there
    else
        showEmpty();
    HealthOptions options;
    options.params = m_params;
    options.k = m_k;
    const JobRunner::Work<HealthPtr> work = [built = m_built, old = known.health, options,
                                             most =
                                                 m_mostQueries](const Control& control) -> Result<HealthPtr> {
        const Workload workload = workload_of(built->measured(), most);
        if (!old) {
            ANNSCOPE_ASSIGN(IndexHealth health, examine_index(*built->index, workload, options, control));
            return std::make_shared<const IndexHealth>(std::move(health));
        }
        auto health = std::make_shared<IndexHealth>(*old);
        ANNSCOPE_ASSIGN(health->work,
                        examine_searches(*built->index, workload, options, old->unreachable_ids, control));
        return HealthPtr(std::move(health));
    };
    const auto done = [this, id = m_built->id, params = m_params, k = m_k](Result<HealthPtr> health) {
        if (health)
            m_known.insert(id, {*health, params, k});
        if (!m_built || m_built->id != id || params != m_params || k != m_k)
            return;
        m_job = 0;
        if (health)
            showHealth(*health);
        else
            complain(QString::fromStdString(health.error().message));
    };
    m_job = m_jobs->submit<HealthPtr>(Lane::Build, tr("Health of %1").arg(m_built->title), work, this, done);
}

HealthPtr HealthPanel::before() const {
    const auto original = m_built ? m_repairs.constFind(m_built->id) : m_repairs.constEnd();
    return original == m_repairs.constEnd() ? nullptr : m_known.value(*original).health;
}

void HealthPanel::showHealth(const HealthPtr& health) {
    m_model->setHealth(health, before());
    QHeaderView* header = m_table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->setMinimumWidth(std::min(header->length() + 24, kMostNumbers)); // its words before the charts
    header->setSectionResizeMode(HealthModel::Value, QHeaderView::Stretch);
    m_summary->setText(tr("%1 on %2: %3 nodes, %4 edges")
                           .arg(m_built->title, QString::fromStdString(m_built->dataset->name),
                                formatCount(health->graph.nodes), formatCount(health->graph.edges)));
    m_repair->setVisible(!health->graph.unreachable.empty() && !before());
    m_repair->setEnabled(true);
    showFindings();
    showCharts();
    m_pages->setCurrentIndex(1);
}

void HealthPanel::showFindings() {
    while (QLayoutItem* item = m_findingRows->takeAt(0)) {
        if (item->layout()) {
            while (QLayoutItem* inner = item->layout()->takeAt(0)) {
                delete inner->widget();
                delete inner;
            }
        }
        delete item;
    }
    if (!m_model->health())
        return;
    for (const HealthFinding& finding : healthFindings(*m_model->health(), m_model->before().get())) {
        auto* row = new QHBoxLayout;
        row->setSpacing(6);
        auto* mark = new QLabel(m_findings);
        mark->setPixmap(icon(QLatin1String(iconOf(finding.kind))).pixmap(16, 16));
        auto* text = new QLabel(finding.text, m_findings);
        text->setObjectName(QStringLiteral("healthFinding"));
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        if (finding.kind == HealthFinding::Kind::Fault) {
            QPalette colors = text->palette();
            colors.setColor(QPalette::WindowText, ui::palette().fault);
            text->setPalette(colors);
        }
        row->addWidget(mark, 0, Qt::AlignTop);
        row->addWidget(text, 1);
        m_findingRows->addLayout(row);
    }
}

QString HealthPanel::findings() const {
    QStringList lines;
    if (m_model->health())
        for (const HealthFinding& finding : healthFindings(*m_model->health(), m_model->before().get()))
            lines << finding.text;
    return lines.join(u'\n');
}

void HealthPanel::showCharts() {
    const IndexHealth& health = *m_model->health();
    const QString about =
        QStringLiteral("%1, %2").arg(m_built->title, QString::fromStdString(m_built->dataset->name));
    const auto set = [&](Chart which, Distribution d, const QString& title, const QString& unit,
                         const QString& counted, const QString& file) {
        d.title = title;
        d.unit = unit;
        d.counted = counted;
        m_charts[which]->setDistribution(std::move(d));
        m_charts[which]->setPictureText(about, file);
    };
    set(OutDegree, distributionOfCounts(health.graph.out_degrees), tr("Out-degree"),
        tr("edges out of a node"), tr("nodes"), QStringLiteral("out-degrees"));
    set(InDegree, distributionOfCounts(health.graph.in_degrees), tr("In-degree"), tr("edges into a node"),
        tr("nodes"), QStringLiteral("in-degrees"));
    set(EdgeLength, distributionOfValues(health.lengths.sorted), tr("Edge length"),
        health.lengths.sampled() ? tr("Euclidean distance (a sample of the edges)")
                                 : tr("Euclidean distance"),
        tr("edges"), QStringLiteral("edge-lengths"));
    set(Hops, distributionOfNumbers(health.work.hops), tr("Hops"), tr("nodes expanded by a query"),
        tr("queries"), QStringLiteral("hops"));
}

void HealthPanel::showEmpty() {
    m_pages->setCurrentIndex(0);
    const QString what =
        tr("Here you will see whether every vector can be found, how the graph hangs together, its "
           "degrees and edge lengths, and what a search in it costs.");
    if (!m_built)
        m_empty->setContent(tr("Health of a graph"),
                            what + QLatin1Char(' ') +
                                tr("Build an index with a graph first: HNSW, NSG or Vamana."),
                            tr("Build Vamana32"));
    else if (!m_built->index || !m_built->index->graph())
        m_empty->setContent(tr("This index has no graph"),
                            tr("%1 does not walk along edges.").arg(m_built->title) + QLatin1Char(' ') + what,
                            tr("Build Vamana32"));
    else
        m_empty->setContent(tr("Examining the graph ..."), m_built->title, {});
}

void HealthPanel::complain(const QString& sentence) {
    m_pages->setCurrentIndex(0);
    m_empty->setContent(tr("The graph was not examined"), sentence, tr("Examine"));
}

} // namespace annscope::ui
