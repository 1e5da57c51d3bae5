// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/hops_panel.h"

#include "index/kind.h"
#include "spec/parser.h"
#include "ui/common/elided_label.h"
#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/jobs/hops_study.h"
#include "ui/views/empty_state.h"
#include "ui/views/hops_chart.h"

#include <QButtonGroup>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>

namespace annscope::ui {
namespace {

constexpr int kRowHeight = 24, kChoices = 250;

} // namespace

HopsPanel::HopsPanel(JobRunner* jobs, QWidget* parent)
    : QWidget(parent), m_study(new HopsStudy(jobs, this)), m_pages(new QStackedWidget(this)),
      m_empty(new EmptyState(this)), m_list(new QPlainTextEdit(this)), m_compare(new QPushButton(this)),
      m_message(new QLabel(this)), m_sentence(new QLabel(this)), m_state(new ElidedLabel(this)),
      m_targets(new QButtonGroup(this)), m_hops(new QToolButton(this)), m_distances(new QToolButton(this)),
      m_chart(new HopsChart(this)), m_model(new HopsModel(this)), m_sorted(new QSortFilterProxyModel(this)),
      m_table(new QTableView(this)) {
    setObjectName(QStringLiteral("hopsPanel"));
    setAccessibleName(tr("Hops at equal recall"));
    m_empty->setContent(
        tr("Hops at equal recall"),
        tr("How many nodes must a search expand until it finds, say, 95 % of the true neighbours? "
           "Here HNSW, NSG and Vamana are compared over their degree, on your vectors. Open "
           "vectors first."),
        tr("Open vectors…"));
    createTable();
    auto* right = new QSplitter(Qt::Vertical, this);
    auto* top = new QWidget(this);
    auto* rows = new QVBoxLayout(top);
    rows->setContentsMargins(0, 4, 0, 0);
    rows->setSpacing(4);
    rows->addWidget(createBar());
    rows->addWidget(m_sentence);
    rows->addWidget(m_chart, 1);
    right->addWidget(top);
    right->addWidget(m_table);
    right->setStretchFactor(0, 3);
    right->setStretchFactor(1, 2);
    right->setChildrenCollapsible(false);
    auto* split = new QSplitter(Qt::Horizontal, this);
    split->addWidget(createChoices());
    split->addWidget(right);
    split->setStretchFactor(1, 1);
    split->setChildrenCollapsible(false);
    split->setSizes({kChoices, 800});
    m_pages->addWidget(m_empty);
    m_pages->addWidget(split);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    connectAll();
    m_list->setPlainText(defaultLines().join(u'\n'));
    refresh();
}

QStringList HopsPanel::defaultLines() {
    QStringList lines;
    for (const char* line :
         {"HNSW8", "HNSW16", "HNSW32", "NSG16", "NSG32", "NSG64", "Vamana16", "Vamana32", "Vamana64"})
        if (const auto configuration = parse_configuration(line);
            configuration && find_kind(configuration->spec.root))
            lines << QString::fromLatin1(line);
    return lines;
}

QWidget* HopsPanel::createChoices() {
    auto* box = new QWidget(this);
    auto* heading = new QLabel(tr("Graphs to compare"), box);
    heading->setBuddy(m_list);
    m_list->setObjectName(QStringLiteral("hopsList"));
    m_list->setAccessibleName(tr("Graphs to compare"));
    m_list->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_list->setTabChangesFocus(true);
    m_list->setToolTip(
        tr("One configuration a line: FACTORY|BUILD, e.g. HNSW16|efConstruction=200 or "
           "Vamana64|alpha=1.4. Those that differ in their degree alone become one line of the "
           "chart"));
    m_message->setObjectName(QStringLiteral("hopsMessage"));
    m_message->setWordWrap(true);
    m_compare->setObjectName(QStringLiteral("hopsCompare"));
    m_state->setObjectName(QStringLiteral("hopsState"));
    m_state->setForegroundRole(QPalette::PlaceholderText);
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(heading);
    layout->addWidget(m_list, 1);
    layout->addWidget(m_message);
    layout->addWidget(m_compare);
    layout->addWidget(m_state);
    box->setMinimumWidth(180);
    return box;
}

QWidget* HopsPanel::createBar() {
    auto* bar = new QWidget(this);
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(12, 0, 12, 0);
    layout->setSpacing(4);
    layout->addWidget(new QLabel(tr("Recall"), bar));
    for (const double recall : kHopsTargets) {
        auto* button = new QToolButton(bar);
        button->setText(QString::number(recall, 'f', 2));
        button->setCheckable(true);
        button->setChecked(recall == m_model->target());
        button->setToolTip(tr("Searches just wide enough for a recall of %1").arg(button->text()));
        m_targets->addButton(button, int(recall * 100 + 0.5));
        layout->addWidget(button);
    }
    layout->addSpacing(16);
    auto* costs = new QButtonGroup(this);
    const auto add = [&](QToolButton* button, const QString& text, const QString& tip) {
        button->setText(text);
        button->setToolTip(tip);
        button->setCheckable(true);
        costs->addButton(button);
        layout->addWidget(button);
    };
    add(m_hops, tr("Hops"),
        tr("Nodes that a query expands in the mean: what counts where each hop waits for memory "
           "or a disk"));
    add(m_distances, tr("Distances"),
        tr("Vectors or codes that a query is compared with in the mean: what counts "
           "where comparing is dear"));
    m_hops->setChecked(true);
    layout->addStretch(1);
    m_sentence->setObjectName(QStringLiteral("hopsSentence"));
    m_sentence->setWordWrap(true);
    m_sentence->setContentsMargins(12, 0, 12, 0);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return bar;
}

void HopsPanel::createTable() {
    m_sorted->setSourceModel(m_model);
    m_sorted->setSortRole(HopsModel::SortRole);
    m_table->setObjectName(QStringLiteral("hopsTable"));
    m_table->setAccessibleName(tr("Hops at equal recall"));
    m_table->setModel(m_sorted);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(-1, Qt::AscendingOrder); // as in the list until a person sorts
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setTabKeyNavigation(false);
    m_table->setMinimumHeight(3 * kRowHeight);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(kRowHeight);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    constexpr int kWidths[HopsModel::ColumnCount]{200, 88, 64, 84, 92, 68, 72, 72};
    for (int column = 0; column < HopsModel::ColumnCount; ++column)
        header->resizeSection(column, kWidths[column]);
    header->setSectionResizeMode(HopsModel::Config, QHeaderView::Stretch);
}

void HopsPanel::connectAll() {
    connect(m_empty, &EmptyState::clicked, this, &HopsPanel::emptyTriggered);
    connect(m_list, &QPlainTextEdit::textChanged, this, &HopsPanel::onListChanged);
    connect(m_compare, &QPushButton::clicked, this, &HopsPanel::compare);
    connect(m_targets, &QButtonGroup::idClicked, this, [this](int percent) {
        for (const double recall : kHopsTargets)
            if (int(recall * 100 + 0.5) == percent)
                m_model->setTarget(recall);
        m_chart->setTarget(m_model->target());
        showState();
    });
    connect(m_hops, &QToolButton::clicked, this, [this] { m_chart->setCost(HopsChart::Cost::Hops); });
    connect(m_distances, &QToolButton::clicked, this,
            [this] { m_chart->setCost(HopsChart::Cost::Distances); });
    connect(m_study, &HopsStudy::measured, this, [this](const HopsEntry& entry) {
        m_model->setEntry(entry);
        m_chart->setEntries(m_model->entries());
        showState();
    });
    connect(m_study, &HopsStudy::failed, this, [this](const QString& config, const QString& sentence) {
        m_model->setProblem(config, sentence);
        showState();
    });
    connect(m_study, &HopsStudy::finished, this, &HopsPanel::showState);
    connect(m_chart, &HopsChart::configClicked, this, [this](const QString& config) {
        for (int row = 0; row < m_sorted->rowCount(); ++row)
            if (m_sorted->index(row, HopsModel::Config).data().toString() == config)
                m_table->selectRow(row);
    });
    connect(m_table, &QTableView::activated, this, &HopsPanel::takeRow);
    connect(m_table, &QWidget::customContextMenuRequested, this, &HopsPanel::tableMenu);
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &HopsPanel::showState);
}

void HopsPanel::setData(const DatasetPtr& dataset, std::size_t k, std::size_t most) {
    if (dataset == m_dataset && k == m_k && most == m_most)
        return;
    m_dataset = dataset;
    m_k = k;
    m_most = most;
    m_study->setData(dataset, k, most);
    refresh();
}

void HopsPanel::setIndexes(const std::vector<BuiltIndexPtr>& open) {
    m_study->setIndexes(open);
}

QToolButton* HopsPanel::targetButton(double recall) const {
    return qobject_cast<QToolButton*>(m_targets->button(int(recall * 100 + 0.5)));
}

QString HopsPanel::message() const {
    return m_message->text();
}

QString HopsPanel::sentence() const {
    return m_sentence->text();
}

/// What is wrong in the list is told below it while it is typed.
void HopsPanel::onListChanged() {
    m_lines.clear();
    QString problem;
    const QStringList lines = m_list->toPlainText().split(u'\n');
    for (int i = 0; i < int(lines.size()); ++i) {
        const QString line = lines[i].trimmed();
        if (line.isEmpty())
            continue;
        const auto config = HopsStudy::canonical(line);
        if (config)
            m_lines << *config;
        else if (problem.isEmpty())
            problem = tr("Line %1: %2").arg(i + 1).arg(QString::fromStdString(config.error().message));
    }
    m_message->setText(problem);
    m_valid = problem.isEmpty() && !m_lines.isEmpty();
    if (problem.isEmpty() && m_dataset)
        showRows();
    showState();
}

void HopsPanel::compare() {
    if (m_study->busy())
        return m_study->stop();
    showRows();
    m_study->request(m_lines);
    showState();
}

void HopsPanel::refresh() {
    m_pages->setCurrentIndex(m_dataset ? 1 : 0);
    m_model->clear();
    onListChanged();
}

/// The rows of the list, with what is known of them.
void HopsPanel::showRows() {
    m_model->setConfigurations(m_lines);
    for (const HopsEntry& entry : m_study->known())
        if (m_lines.contains(QString::fromStdString(entry.config)))
            m_model->setEntry(entry);
    m_chart->setEntries(m_model->entries());
    m_chart->setPictureText(tr("%1, recall@%2").arg(QString::fromStdString(m_dataset->name)).arg(m_k));
}

void HopsPanel::showState() {
    QPalette colors = QWidget::palette();
    colors.setColor(QPalette::WindowText, ui::palette().fault);
    m_message->setPalette(colors);
    m_message->setVisible(!m_message->text().isEmpty());
    const bool busy = m_study->busy();
    qsizetype missing = 0;
    for (const QString& line : m_lines)
        missing += !m_model->isKnown(line);
    m_compare->setText(busy ? tr("Cancel") : tr("Compare hops…"));
    m_compare->setProperty("primary", !busy);
    m_compare->setEnabled(busy || (m_valid && m_dataset));
    m_compare->setToolTip(
        busy ? tr("Stops; what is measured already stays")
             : tr("Builds the graphs that are not open, one after the other, and searches them at "
                  "the width that just reaches each recall"));
    m_state->setText(busy          ? tr("%1 of %2 graphs").arg(m_lines.size() - missing).arg(m_lines.size())
                     : missing > 0 ? (missing == 1 ? tr("1 graph to build or measure")
                                                   : tr("%1 graphs to build or measure").arg(missing))
                                   : tr("All are measured"));
    const QString told = hopsSentence(*m_model);
    m_sentence->setText(!told.isEmpty() ? told
                        : busy          ? tr("The first points will be here soon.")
                               : tr("Compare hops… measures the graphs of the list on the open vectors."));
}

void HopsPanel::takeRow(const QModelIndex& index) {
    if (const int row = m_sorted->mapToSource(index).row(); row >= 0)
        emit buildRequested(m_model->config(row));
}

/// The selected rows as they are sorted; all where none is.
std::vector<int> HopsPanel::shownRows() const {
    std::vector<int> rows;
    const QItemSelectionModel* selection = m_table->selectionModel();
    for (int row = 0; row < m_sorted->rowCount(); ++row)
        if (!selection->hasSelection() || selection->isRowSelected(row, {}))
            rows.push_back(m_sorted->mapToSource(m_sorted->index(row, 0)).row());
    return rows;
}

void HopsPanel::tableMenu(QPoint at) {
    const QModelIndex index = m_table->indexAt(at);
    QMenu menu(this);
    QAction* take = menu.addAction(tr("Take to &Build"));
    take->setEnabled(index.isValid());
    connect(take, &QAction::triggered, this, [this, index] { takeRow(index); });
    menu.addSeparator();
    connect(menu.addAction(tr("Copy as &CSV")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_model->csv(shownRows())); });
    connect(menu.addAction(tr("Copy as &Markdown")), &QAction::triggered, this,
            [this] { QGuiApplication::clipboard()->setText(m_model->markdown(shownRows())); });
    menu.exec(m_table->viewport()->mapToGlobal(at));
}

} // namespace annscope::ui
