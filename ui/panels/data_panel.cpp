// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/data_panel.h"

#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/panels/data_text.h"
#include "ui/panels/expansion_box.h"
#include "ui/panels/item_box.h"
#include "ui/views/histogram_view.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr std::size_t kNormRows = 100'000, kNormBins = 48;

QLabel* secondaryLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace

DataPanel::DataPanel(JobRunner* runner, QWidget* parent)
    : QWidget(parent), m_runner(runner), m_pages(new QStackedWidget(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    m_pages->addWidget(createEmptyPage());
    m_pages->addWidget(createDataPage());
}

QWidget* DataPanel::createEmptyPage() {
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(12, 12, 12, 12);
    auto* text = secondaryLabel(
        tr("Drop vectors on the window, or open a file:\nHDF5, fvecs, bvecs, fbin, npy, csv."), page);
    text->setWordWrap(true);
    auto* open = new QPushButton(tr("Open vectors…"), page);
    open->setProperty("primary", true);
    auto* sample = new QPushButton(tr("Show the sample"), page);
    layout->addWidget(text);
    layout->addWidget(open);
    layout->addWidget(sample);
    layout->addStretch();
    connect(open, &QPushButton::clicked, this, &DataPanel::openRequested);
    connect(sample, &QPushButton::clicked, this, &DataPanel::sampleRequested);
    return page;
}

QLabel* DataPanel::addRow(QGridLayout* grid, const QString& name, const QString& help) {
    const int row = grid->rowCount();
    auto* value = new QLabel(this);
    value->setWordWrap(true);
    value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    value->setToolTip(help);
    grid->addWidget(secondaryLabel(name, this), row, 0, Qt::AlignTop);
    grid->addWidget(value, row, 1);
    return value;
}

QWidget* DataPanel::createDataPage() {
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(6);

    m_name = new QLabel(content);
    QFont heading = font();
    heading.setPixelSize(kHeading);
    m_name->setFont(heading);
    m_name->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_switcher = new QComboBox(content);
    m_switcher->setToolTip(tr("The data set that all views show"));
    m_switcher->setAccessibleName(tr("Data set"));
    m_switcher->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_close = new QToolButton(content);
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setIconSize({14, 14});
    m_close->setToolTip(tr("Close this data set and its indexes (can be undone)"));
    m_close->setAccessibleName(tr("Close this data set"));
    auto* title = new QHBoxLayout;
    title->addWidget(m_name, 1);
    title->addWidget(m_switcher, 1);
    title->addWidget(m_close);
    layout->addLayout(title);

    auto* grid = new QGridLayout;
    grid->setColumnStretch(1, 1);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    m_shape = addRow(grid, tr("vectors"), tr("n × d: how many vectors, and their dimension"));
    m_type = addRow(grid, tr("type"), tr("The type of a value, and what the base vectors occupy"));
    m_metric = new QComboBox(content);
    for (const Metric metric : {Metric::L2, Metric::InnerProduct, Metric::Cosine})
        m_metric->addItem(metricText(metric), static_cast<int>(metric));
    m_metric->setToolTip(
        tr("How near two vectors are. Another metric opens the data anew with it, with its own "
           "true neighbours, beside what is open now."));
    m_metric->setAccessibleName(tr("Metric"));
    const int row = grid->rowCount();
    grid->addWidget(secondaryLabel(tr("metric"), content), row, 0);
    grid->addWidget(m_metric, row, 1, Qt::AlignLeft);
    m_queries = addRow(grid, tr("queries"), tr("What recall and speed are measured with"));
    m_truth = addRow(grid, tr("truth"), tr("The exact nearest neighbours that recall is judged by"));
    m_normsText = addRow(grid, tr("norms"),
                         tr("The lengths of the base vectors. Where they differ much, L2, inner "
                            "product and cosine give different neighbours."));
    layout->addLayout(grid);
    m_histogram = new HistogramView(content);
    layout->addWidget(m_histogram);
    m_items = new ItemBox(content);
    layout->addWidget(m_items);
    m_expansion = new ExpansionBox(content);
    layout->addWidget(m_expansion);
    m_warnings = new QLabel(content);
    m_warnings->setWordWrap(true);
    m_warnings->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(m_warnings);
    layout->addStretch();

    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(content);

    connect(m_switcher, &QComboBox::activated, this,
            [this](int i) { emit currentRequested(m_datasets[static_cast<std::size_t>(i)]); });
    connect(m_metric, &QComboBox::activated, this, [this] {
        const auto metric = static_cast<Metric>(m_metric->currentData().toInt());
        if (m_current && metric != m_current->metric)
            emit metricRequested(metric);
    });
    connect(m_close, &QToolButton::clicked, this, &DataPanel::closeRequested);
    connect(
        m_expansion->toggle(), &QCheckBox::clicked, scroll,
        [this, scroll] { scroll->ensureWidgetVisible(m_expansion, 0, 8); }, Qt::QueuedConnection);
    return scroll;
}

void DataPanel::setDatasets(const std::vector<DatasetPtr>& datasets, const DatasetPtr& current) {
    m_datasets = datasets;
    m_current = current;
    m_norms.removeIf([&](const auto& entry) { // an address may come back as another data set
        return std::ranges::find(datasets, entry.key(), &DatasetPtr::get) == datasets.end();
    });
    m_switcher->clear();
    for (const DatasetPtr& dataset : datasets) {
        m_switcher->addItem(datasetTitle(*dataset, datasets));
        if (dataset == current)
            m_switcher->setCurrentIndex(m_switcher->count() - 1);
    }
    m_pages->setCurrentIndex(current ? 1 : 0);
    if (current)
        showDataset();
}

void DataPanel::showMetricOf(const DatasetPtr& dataset) {
    if (dataset)
        m_metric->setCurrentIndex(m_metric->findData(static_cast<int>(dataset->metric)));
}

void DataPanel::showDataset() {
    const Dataset& dataset = *m_current;
    const bool several = m_datasets.size() > 1;
    m_name->setVisible(!several);
    m_switcher->setVisible(several);
    m_name->setText(QString::fromStdString(dataset.name));
    m_name->setToolTip(QString::fromStdString(dataset.source));
    m_switcher->setToolTip(QString::fromStdString(dataset.source));
    m_shape->setText(formatShape(dataset.base.size(), dataset.base.dim()));
    m_type->setText(typeText(dataset));
    showMetricOf(m_current);
    m_items->setDataset(m_current);
    m_queries->setText(queriesText(dataset));
    m_truth->setText(truthText(dataset));
    QStringList warnings;
    for (const std::string& warning : dataset.warnings)
        warnings << QStringLiteral("⚠ ") + QString::fromStdString(warning);
    m_warnings->setText(warnings.join(QLatin1Char('\n')));
    m_warnings->setVisible(!warnings.isEmpty());
    const auto known = m_norms.constFind(m_current.get());
    if (known != m_norms.constEnd()) {
        showNorms(*known);
    } else {
        m_normsText->setText(tr("measuring"));
        m_histogram->hide();
        requestNorms();
    }
}

void DataPanel::requestNorms() {
    m_runner->submit<Norms>(
        Lane::Interactive, tr("Norms"),
        [dataset = m_current](const Control& control) {
            return computeNorms(dataset->base, kNormRows, kNormBins, control);
        },
        this,
        [this, dataset = m_current](Result<Norms> norms) {
            if (!norms)
                return;
            if (std::ranges::find(m_datasets, dataset) != m_datasets.end())
                m_norms.insert(dataset.get(), *norms);
            if (dataset == m_current)
                showNorms(*norms);
        });
}

void DataPanel::showNorms(const Norms& norms) {
    m_normsText->setText(normsText(norms));
    m_histogram->setVisible(!norms.constant());
    m_histogram->setHistogram(norms.histogram, tr("norm"));
}

QString DataPanel::summary() const {
    if (!m_current)
        return {};
    return QStringList{m_name->text(),    m_shape->text(), m_type->text(),      m_metric->currentText(),
                       m_queries->text(), m_truth->text(), m_normsText->text(), m_warnings->text()}
        .join(QLatin1Char('\n'));
}

} // namespace annscope::ui
