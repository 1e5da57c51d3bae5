// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/lab_study.h"
#include "ui/panels/lab_code.h"

#include <QTimer>
#include <QWidget>

#include <array>
#include <vector>

class QLabel;
class QPushButton;
class QSortFilterProxyModel;
class QStackedWidget;
class QTabWidget;
class QTableView;
class QToolButton;

namespace annscope::ui {

class ChoiceSpin;
class CodesModel;
class DistanceDensity;
class EmptyState;
class FactoryEdit;
class LabMemory;
class LabReadouts;
class ParamSlider;
class RerankCurve;

/// The code laboratory: what a code costs on the open vectors, live as it is changed. Studies only while it
/// is on the screen.
class LabPanel : public QWidget {
    Q_OBJECT
public:
    explicit LabPanel(JobRunner* jobs, QWidget* parent = nullptr);

    /// null: no data.
    void setData(const DatasetPtr& dataset, std::size_t k);
    void setCode(const QString& line);
    QString codeLine() const;
    /// The line for the Build panel: the code, re-ranked where k_factor is above 1 and that is built.
    QString buildLine() const;

    FactoryEdit* line() const { return m_line; }
    QPushButton* buildButton() const { return m_build; }
    QToolButton* familyButton(LabFamily family) const { return m_families[std::size_t(family)]; }
    QToolButton* cellsButton() const { return m_cells; }
    ChoiceSpin* knob(LabKnob::Kind kind) const;
    ParamSlider* factorSlider() const { return m_factor; }
    LabReadouts* readouts() const { return m_readouts; }
    DistanceDensity* density() const { return m_density; }
    RerankCurve* curve() const { return m_curve; }
    CodesModel* codes() const { return m_codes; }
    QTableView* table() const { return m_table; }
    LabMemory* memory() const { return m_memory; }
    QString message() const;
    LabStudy* study() const { return m_study; }
    StudyPtr shown() const { return m_shown; }
    bool finished() const { return m_finished; }

    /// A dock behind another tab counts as visible in Qt; it is told here that nobody sees it.
    void setInFront(bool inFront);

signals:
    /// Take this to the Build panel.
    void buildRequested(const QString& line);
    void emptyTriggered();

protected:
    void showEvent(QShowEvent*) override;
    void hideEvent(QHideEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    bool seen() const { return m_inFront && isVisible(); }
    void suspend();
    void createWidgets();
    QWidget* createCodeBar();
    QWidget* createPictures();
    QWidget* createTables();
    void createTable();
    void connectAll();
    void onParsed();
    void showKnobs();
    void refresh();
    void begin();
    void showStudy(const StudyPtr& study);
    void showFactor(double factor);
    void showState();
    void fitWidths();
    void showPictureTexts();
    void complain(const QString& sentence);
    void replaceCode(const SpecNode& root);
    void takeRow(const QModelIndex& index);
    void tableMenu(QPoint at);
    std::vector<int> shownRows() const;
    const SpecNode* root() const;

    DatasetPtr m_dataset;
    std::size_t m_k = 10;
    StudyPtr m_shown;
    bool m_finished = true, m_stale = true, m_inFront = true;
    LabStudy* m_study;
    QTimer m_typing;

    QStackedWidget* m_pages;
    EmptyState* m_empty;
    FactoryEdit* m_line;
    QPushButton* m_build;
    std::array<QToolButton*, kLabFamilies> m_families{};
    QToolButton* m_cells = nullptr;
    QWidget* m_knobRow = nullptr;
    struct KnobField {
        QWidget* box = nullptr;
        ChoiceSpin* spin = nullptr;
    };
    std::array<KnobField, 4> m_knobs{};
    QLabel *m_message, *m_state;
    QString m_stateText;
    LabReadouts* m_readouts;
    ParamSlider* m_factor;
    DistanceDensity* m_density;
    RerankCurve* m_curve;
    QTabWidget* m_tabs;
    CodesModel* m_codes;
    QSortFilterProxyModel* m_sorted;
    QTableView* m_table;
    LabMemory* m_memory;
};

} // namespace annscope::ui
