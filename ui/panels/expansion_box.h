// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/query_expansion.h"

#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QSpinBox;

namespace annscope::ui {

/// Alpha query expansion as a switch: what is expanded, by how many neighbours, with which alpha. Shows what
/// it is told to show; asks for changes by its signals.
class ExpansionBox : public QWidget {
    Q_OBJECT
public:
    enum class State : quint8 { Off, Working, On };

    explicit ExpansionBox(QWidget* parent = nullptr);

    /// For the current data set. options: what is on or being made.
    void showState(State state, const std::optional<ExpansionOptions>& options, bool hasQueries,
                   std::size_t largestN);
    ExpansionOptions options() const;
    State state() const { return m_state; }

    QCheckBox* toggle() const { return m_toggle; }
    QSpinBox* neighbours() const { return m_n; }
    QDoubleSpinBox* alpha() const { return m_alpha; }
    QComboBox* what() const { return m_what; }
    QString text() const;

signals:
    void requested(const annscope::ExpansionOptions& options);
    void switchedOff();

protected:
    /// The wheel scrolls the panel, not a value that merely lies under the pointer.
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void edited();
    void showText();

    State m_state = State::Off;
    QCheckBox* m_toggle;
    QWidget* m_fields;
    QSpinBox* m_n;
    QDoubleSpinBox* m_alpha;
    QComboBox* m_what;
    QLabel* m_text;
};

} // namespace annscope::ui
