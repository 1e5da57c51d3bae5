// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "graph/build_recording.h"

#include <QAbstractTableModel>

namespace annscope::ui {

/// The candidates of one pruning, from the nearest on, with what became of each. Those behind the step have
/// not been looked at yet.
class PruneModel : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Node, Distance, Verdict, ColumnCount };
    enum Role { SortRole = Qt::UserRole };

    explicit PruneModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    /// null: nothing. It must stay until the next call.
    void setPruning(const NodePruning* pruning);
    /// Candidates looked at.
    void setStep(std::size_t step);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    const NodePruning* m_pruning = nullptr;
    std::size_t m_step = 0;
};

/// "Kept", "out: node 17" and so on.
QString verdictText(const PruneStep& step);
/// A sentence with the numbers put into the rule, and one with its symbols, too.
QString verdictSentence(const PruneStep& step, float alpha);
QString verdictHelp(const PruneStep& step, float alpha);
/// Without the digits that float32 adds.
QString alphaText(float alpha);
/// "Pass 2, inserted".
QString pruningTitle(const NodePruning& pruning);

} // namespace annscope::ui
