// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "spec/describe.h"
#include "ui/models/built_index.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace annscope::ui {

class FactoryEdit;
class FlowLayout;
class JobRunner;
class ParamForm;

/// Type a configuration and see what it will be before it is built: its parts, a sentence, the exact size,
/// the estimated time, its build parameters as fields, and what speaks against it. Fields and line show the
/// same.
class BuildPanel : public QWidget {
    Q_OBJECT
public:
    explicit BuildPanel(QWidget* parent = nullptr);

    /// Where vectors are looked through for whether they fit into bytes; without one only the first are.
    void setRunner(JobRunner* runner) { m_runner = runner; }
    /// The first data set writes a line that suits it, unless there is one. nullptr: no data.
    void setDataset(const DatasetPtr& dataset);

    QString configurationLine() const;
    void setConfigurationLine(const QString& line);
    /// Lines that were built, oldest first, for the settings.
    QStringList history() const;
    void setHistory(const QStringList& lines);

    bool canBuild() const { return whyNot().isEmpty(); }
    /// Why the line cannot be built; empty: it can.
    QString whyNot() const;

    FactoryEdit* line() const { return m_line; }
    ParamForm* buildFields() const { return m_fields; }
    ParamForm* specFields() const { return m_specFields; }
    QPushButton* buildButton() const { return m_build; }
    /// All that is said about the line, for tests and screen readers.
    QString summary() const;

public slots:
    /// As the button does; also the panel's Ctrl+B. Does nothing while it cannot.
    void build();
    /// Puts the cursor into the line.
    void focusLine();

signals:
    void buildRequested(const QString& line);
    void canBuildChanged(bool can);

protected:
    bool event(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    void createWidgets();
    QWidget* createDescription();
    void refresh();
    void showError();
    void showDescription(const Configuration& configuration);
    void showChips(const QString& canonical);
    void showSize(const SpecDescription& description);
    void showFields(const Configuration& configuration);
    void showRecommendations(const Configuration& configuration);
    void makeRecommendations(const std::vector<Recommendation>& values);
    void showBuildState();
    void setBuildValue(const ParamInfo& info, double value);
    void setSpecNumber(double value);
    void findStorage();

    JobRunner* m_runner = nullptr;
    DatasetPtr m_dataset;
    ElementType m_lossless = ElementType::F32; ///< the narrowest type that loses nothing of the base
    std::optional<SpecDescription> m_description;
    bool m_couldBuild = false;

    FactoryEdit* m_line = nullptr;
    QWidget *m_chipRow = nullptr, *m_nlistRow = nullptr;
    std::vector<double> m_recommended; ///< of the chips there are
    FlowLayout *m_chips = nullptr, *m_nlistChips = nullptr;
    QLabel *m_message = nullptr, *m_size = nullptr, *m_parts = nullptr, *m_warnings = nullptr,
           *m_reason = nullptr, *m_nlistLabel = nullptr;
    ParamForm *m_specFields = nullptr, *m_fields = nullptr;
    QPushButton* m_build = nullptr;
};

} // namespace annscope::ui
