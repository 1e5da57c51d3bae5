// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tune/paired_recall.h"

#include <QWidget>

#include <optional>

class QLabel;
class QPushButton;

namespace annscope::ui {

class DifferenceHistogram;

/// One run against the first, query by query: who finds more for how many queries, and whether that can be
/// chance. Clicks ask for a filter of the queries that are won or lost.
class ComparePair : public QWidget {
    Q_OBJECT
public:
    explicit ComparePair(QWidget* parent = nullptr);

    /// first, second: short names; letters: "A", "B".
    void setRuns(const QString& first, const QString& second, const QString& firstLetter,
                 const QString& secondLetter);
    /// note: which queries these are.
    void setPair(const PairedRecall& pair, const QString& note, const QString& subtitle);
    /// Instead of numbers.
    void setReason(const QString& sentence);

    const std::optional<PairedRecall>& pair() const { return m_pair; }
    QString sentence() const;
    DifferenceHistogram* histogram() const { return m_histogram; }
    QPushButton* winsButton() const { return m_wins; }
    QPushButton* lossesButton() const { return m_losses; }

signals:
    /// wins: queries where the second run finds more.
    void filterRequested(bool wins);

private:
    void showPair(bool shown);

    QString m_first, m_second;
    std::optional<PairedRecall> m_pair;
    QLabel *m_title, *m_sentence, *m_note;
    QPushButton *m_wins, *m_losses;
    DifferenceHistogram* m_histogram;
};

/// "B finds 1.2 points more of the neighbours (95 % interval 0.9 to 1.5) ...": what the numbers of a pair
/// say, and whether the queries suffice to tell.
QString pairSentence(const PairedRecall& pair, const QString& firstLetter, const QString& secondLetter);

} // namespace annscope::ui
