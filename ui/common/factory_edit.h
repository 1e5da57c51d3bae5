// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "index/index_spec.h"

#include <QLineEdit>
#include <QStringList>

#include <optional>

class QCompleter;

namespace annscope::ui {

class CompletionModel;

/// The line in which a configuration is typed, FACTORY|BUILD|SEARCH. Parsed at every key; a fault is
/// underlined where it is; what could follow is offered below (Ctrl+Space shows it at any time). Up and Down
/// walk through the lines that were built before.
class FactoryEdit : public QLineEdit {
    Q_OBJECT
public:
    explicit FactoryEdit(QWidget* parent = nullptr);

    /// What the offered numbers should fit; 0: unknown.
    void setShape(std::size_t n, std::size_t dim);
    /// Replaces the text in a way that Undo takes back. The cursor stays where it can.
    void replaceText(const QString& text);
    void remember(const QString& line);
    const QStringList& history() const { return m_history; }
    void setHistory(const QStringList& lines);

    /// Nothing while the line is empty or faulty.
    const std::optional<Configuration>& configuration() const { return m_configuration; }
    /// Nothing while the line is empty or right.
    const std::optional<Error>& error() const { return m_error; }
    /// Where the fault is in the text, in characters; -1: none.
    int errorColumn() const { return m_errorColumn; }
    /// What is underlined, in widget coordinates; empty: nothing.
    QRect errorRect() const;

    CompletionModel* completions() const { return m_completions; }
    bool completionsShown() const;
    void showCompletions();

signals:
    /// After every change of the text, once configuration() and error() tell of it.
    void parsed();

protected:
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void parse();
    void offer(bool always);
    void accept(const QModelIndex& index);
    void walkHistory(int step);
    bool runWindowCommand(const QKeyEvent& event);

    QCompleter* m_completer;
    CompletionModel* m_completions;
    std::size_t m_n = 0, m_dim = 0;
    std::optional<Configuration> m_configuration;
    std::optional<Error> m_error;
    int m_errorColumn = -1;
    QStringList m_history;
    int m_historyAt = -1; ///< -1: the line being typed
    QString m_draft;      ///< what was being typed when walking began
};

} // namespace annscope::ui
