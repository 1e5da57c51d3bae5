// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/models/health_model.h"

#include <QHash>
#include <QWidget>

#include <array>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;
class QVBoxLayout;

namespace annscope::ui {

class DistributionChart;
class ElidedLabel;
class EmptyState;
class JobRunner;

/// The health of the graph in the selected index: what can be found, its components, degrees and edges, what
/// searches cost; a repair beside what was before it. Examines only while it is on the screen.
class HealthPanel : public QWidget {
    Q_OBJECT
public:
    enum Chart { OutDegree, InDegree, EdgeLength, Hops, ChartCount };

    explicit HealthPanel(JobRunner* jobs, QWidget* parent = nullptr);

    void setIndex(BuiltIndexPtr built); ///< null: none
    void setSearchParams(const SearchParams& params, std::size_t k);
    void setK(std::size_t k) { setSearchParams(m_params, k); }
    /// Queries that are searched; 0: all.
    void setMostQueries(std::size_t count) { m_mostQueries = count; }
    /// The first is a repair of the second: their numbers stand side by side.
    void setRepairOf(qint64 repaired, qint64 original) { m_repairs.insert(repaired, original); }
    /// A dock behind another tab counts as visible in Qt; it is told here that nobody sees it.
    void setInFront(bool inFront);

    bool ready() const { return m_model->health() != nullptr; }
    HealthModel* model() const { return m_model; }
    QTableView* table() const { return m_table; }
    DistributionChart* chart(Chart which) const { return m_charts[which]; }
    QPushButton* repairButton() const { return m_repair; }
    /// All sentences, one a line.
    QString findings() const;

signals:
    /// The button of the empty view: build this.
    void buildSuggested(const QString& factory);
    void repairRequested(const annscope::ui::BuiltIndexPtr& index);

protected:
    void showEvent(QShowEvent*) override;

private:
    struct Known {
        HealthPtr health;
        SearchParams params;
        std::size_t k = 0;
    };
    void buildLayout();
    QWidget* createNumbers();
    void tableMenu(QPoint at);
    bool seen() const { return m_inFront && isVisible(); }
    void examine();
    void stop();
    void showHealth(const HealthPtr& health);
    void showEmpty();
    void complain(const QString& sentence);
    void showFindings();
    void showCharts();
    HealthPtr before() const;

    JobRunner* m_jobs;
    BuiltIndexPtr m_built;
    SearchParams m_params;
    std::size_t m_k = 10, m_mostQueries = 1000;
    bool m_inFront = true;
    quint64 m_job = 0;
    QHash<qint64, Known> m_known;    ///< by index
    QHash<qint64, qint64> m_repairs; ///< repaired to original

    QStackedWidget* m_pages;
    EmptyState* m_empty;
    ElidedLabel* m_summary;
    QWidget* m_findings;
    QVBoxLayout* m_findingRows;
    QPushButton* m_repair;
    HealthModel* m_model;
    QTableView* m_table;
    std::array<DistributionChart*, ChartCount> m_charts{};
};

} // namespace annscope::ui
