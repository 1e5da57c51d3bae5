// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/alpha_build.h"

#include <QWidget>

#include <array>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QTableView;
class QToolButton;

namespace annscope::ui {

class ElidedLabel;
class PruneModel;
class StepPlayer;

/// RobustPrune of one node on both sides, candidate by candidate.
class PrunePage : public QWidget {
    Q_OBJECT
public:
    explicit PrunePage(QWidget* parent = nullptr);

    /// The step stays where it was if the node is the same, and goes to the end where it is another. A null
    /// side has nothing.
    void setPrunings(const std::array<AlphaPruningsPtr, 2>& prunings);
    const AlphaPruningsPtr& prunings(std::size_t side) const noexcept { return m_prunings[side]; }
    std::size_t which(std::size_t side) const;
    /// Candidates looked at on that side; one more than there are: the result.
    std::size_t step(std::size_t side) const;

    /// Between the sides, pixels.
    void setGap(int gap);

    StepPlayer* player() const noexcept { return m_player; }
    QComboBox* choice(std::size_t side) const noexcept { return m_sides[side].choice; }
    QTableView* table(std::size_t side) const noexcept { return m_sides[side].table; }
    QString verdict(std::size_t side) const;

signals:
    /// What the canvases show has changed.
    void changed();
    void closed();

protected:
    void resizeEvent(QResizeEvent*) override;

private:
    struct Side {
        QComboBox* choice = nullptr;
        ElidedLabel* verdict = nullptr;
        QTableView* table = nullptr;
        PruneModel* model = nullptr;
    };
    QWidget* createSide(std::size_t side);
    const NodePruning* pruning(std::size_t side) const;
    void choose(std::size_t side);
    void fillChoices(std::size_t side, bool keep);
    void usePrunings(bool toEnd);
    void showStep();

    std::array<AlphaPruningsPtr, 2> m_prunings;
    StepPlayer* m_player;
    QLabel* m_title;
    QHBoxLayout* m_row;
    QToolButton* m_close;
    std::array<Side, 2> m_sides;
};

} // namespace annscope::ui
