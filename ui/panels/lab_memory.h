// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/code_study.h"

#include <QWidget>

#include <vector>

class QGridLayout;
class QLabel;

namespace annscope::ui {

/// A formula for a person: times signs, powers raised, numbers in groups, names in italics.
QString formulaHtml(const std::string& formula);

/// The memory of an index, part by part, as formulas with the numbers put in: what there is to learn of why a
/// code has its size.
class LabMemory : public QWidget {
    Q_OBJECT
public:
    explicit LabMemory(QWidget* parent = nullptr);

    /// vectors: how many there are; own: bytes of one in the data's own type.
    void setParts(const QString& configuration, const std::vector<CountedPart>& parts, std::size_t vectors,
                  double own);
    void clear();
    /// All that it says, for the clipboard, tests and screen readers.
    QString summary() const { return m_summary; }

protected:
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    QLabel* cell(int row, int column, const QString& text, Qt::Alignment alignment, bool quiet = false);

    QLabel* m_heading;
    QWidget* m_table = nullptr;
    QString m_summary;
};

} // namespace annscope::ui
