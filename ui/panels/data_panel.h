// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/norms.h"

#include <QHash>
#include <QWidget>

class QComboBox;
class QGridLayout;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace annscope::ui {

class ExpansionBox;
class HistogramView;
class ItemBox;
class JobRunner;

/// What is loaded: size, type, metric, queries, truth and where they came from, the lengths of the vectors,
/// and what is odd about them. Switches between several open data sets.
class DataPanel : public QWidget {
    Q_OBJECT
public:
    explicit DataPanel(JobRunner* runner, QWidget* parent = nullptr);

    void setDatasets(const std::vector<DatasetPtr>& datasets, const DatasetPtr& current);
    /// A metric change is under way or failed: the combo shows the data's metric again.
    void showMetricOf(const DatasetPtr& dataset);

    const HistogramView* histogram() const { return m_histogram; }
    QComboBox* metricField() const { return m_metric; }
    ExpansionBox* expansion() const { return m_expansion; }
    ItemBox* items() const { return m_items; }
    QComboBox* switcher() const { return m_switcher; }
    /// All that is shown as lines of text, for tests and screen readers.
    QString summary() const;

signals:
    void openRequested();
    void sampleRequested();
    void currentRequested(const annscope::ui::DatasetPtr& dataset);
    void metricRequested(annscope::Metric metric);
    void closeRequested();

private:
    QWidget* createEmptyPage();
    QWidget* createDataPage();
    QLabel* addRow(QGridLayout* grid, const QString& name, const QString& help);
    void showDataset();
    void showNorms(const Norms& norms);
    void requestNorms();

    JobRunner* m_runner;
    std::vector<DatasetPtr> m_datasets;
    DatasetPtr m_current;
    QHash<const Dataset*, Norms> m_norms;

    QStackedWidget* m_pages;
    QComboBox *m_switcher, *m_metric;
    QLabel *m_name, *m_shape, *m_type, *m_queries, *m_truth, *m_normsText, *m_warnings;
    HistogramView* m_histogram;
    ExpansionBox* m_expansion;
    ItemBox* m_items;
    QToolButton* m_close;
};

} // namespace annscope::ui
