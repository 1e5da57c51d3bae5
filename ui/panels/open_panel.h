// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/dataset.h"

#include <QWidget>

class QGridLayout;
class QComboBox;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace annscope::ui {

/// Opening with choices: base, queries and truth from up to three files, the metric, how many rows. A window
/// of its own that blocks nothing.
class OpenPanel : public QWidget {
    Q_OBJECT
public:
    explicit OpenPanel(QWidget* parent = nullptr);

    OpenOptions options() const;
    void setBase(const QString& path);

    QLineEdit* baseField() const { return m_base; }
    QLineEdit* queriesField() const { return m_queries; }
    QLineEdit* truthField() const { return m_truth; }
    QComboBox* metricField() const { return m_metric; }
    QPushButton* openButton() const { return m_open; }

signals:
    void openRequested(const annscope::OpenOptions& options);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QLineEdit* addFile(QGridLayout* grid, const QString& name, const QString& placeholder,
                       const QString& help, bool folders);
    void chooseFile(QLineEdit* field);

    QLineEdit *m_base, *m_queries, *m_truth;
    QComboBox* m_metric;
    QSpinBox *m_rows, *m_holdOut;
    QPushButton* m_open;
};

/// What the file dialog offers.
QString vectorFileFilter();

} // namespace annscope::ui
