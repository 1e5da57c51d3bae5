// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/types.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QPlainTextEdit;
class QPushButton;

namespace annscope::ui {

/// A configuration written for another system: choose which, read it and what does not map, copy or save it.
class ExportPanel : public QWidget {
    Q_OBJECT
public:
    explicit ExportPanel(QWidget* parent = nullptr);

    /// An empty line: nothing is chosen yet.
    void setConfiguration(const QString& line, std::size_t dim, Metric metric, std::size_t k);

    QString text() const;
    QString notes() const;
    QComboBox* targets() const { return m_targets; }
    QPushButton* copyButton() const { return m_copy; }
    QPushButton* saveButton() const { return m_save; }

public slots:
    void copy();
    /// Asks for a file; a failure is told in the panel.
    void saveAs();
    /// False, and told in the panel, where the file cannot be written.
    bool saveTo(const QString& path);
    void focusText();

signals:
    void saved(const QString& path);

private:
    void refresh();
    void showMessage(const QString& text, bool fault);

    QString m_line;
    std::size_t m_dim = 0, m_k = 10;
    Metric m_metric = Metric::L2;

    QComboBox* m_targets;
    QPlainTextEdit* m_text;
    QLabel *m_notes, *m_message;
    QPushButton *m_copy, *m_save;
};

} // namespace annscope::ui
