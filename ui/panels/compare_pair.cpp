// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/compare_pair.h"

#include "ui/common/format.h"
#include "ui/views/difference_histogram.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

QString signedDigits(double value, int decimals) {
    const QString text = numberLocale().toString(std::abs(value), 'f', decimals);
    return (value < 0 ? QStringLiteral("−") : QStringLiteral("+")) + text;
}

QString chanceText(double p) {
    return p < 0.001 ? QStringLiteral("p < 0.001") : QStringLiteral("p = ") + formatNumber(p);
}

} // namespace

QString pairSentence(const PairedRecall& pair, const QString& firstLetter, const QString& secondLetter) {
    const auto say = [](const char* text) { return QCoreApplication::translate("ComparePair", text); };
    if (pair.queries == 0)
        return say("No query that passes the filters was measured by both.");
    const double size = std::max({std::abs(pair.low), std::abs(pair.high), 1e-9});
    const int decimals = size < 0.01 ? 4 : 3;
    QString text = say("Mean recall %1 − %2: %3 (95 % interval %4 to %5).")
                       .arg(secondLetter, firstLetter, signedDigits(pair.mean_difference, decimals),
                            signedDigits(pair.low, decimals), signedDigits(pair.high, decimals));
    text += u' ';
    if (pair.wins.empty() && pair.losses.empty())
        return text + say("They find equally many for every query.");
    if (pair.low > 0 || pair.high < 0)
        text += say("%1 finds more.").arg(pair.low > 0 ? secondLetter : firstLetter);
    else
        text += say("These queries cannot tell them apart.");
    return text + u' ' +
           say("Sign test of %1 wins against %2 losses: %3.")
               .arg(formatCount(pair.wins.size()), formatCount(pair.losses.size()), chanceText(pair.sign_p));
}

ComparePair::ComparePair(QWidget* parent)
    : QWidget(parent), m_title(new QLabel(this)), m_sentence(new QLabel(this)), m_note(new QLabel(this)),
      m_wins(new QPushButton(this)), m_losses(new QPushButton(this)),
      m_histogram(new DifferenceHistogram(this)) {
    QFont bold = font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setWordWrap(true);
    m_sentence->setObjectName(QStringLiteral("pairSentence"));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* label : {m_sentence, m_note}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    m_wins->setObjectName(QStringLiteral("pairWins"));
    m_losses->setObjectName(QStringLiteral("pairLosses"));
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_losses);
    buttons->addStretch(1);
    buttons->addWidget(m_wins);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(4);
    layout->addWidget(m_title);
    layout->addLayout(buttons);
    layout->addWidget(m_histogram);
    layout->addWidget(m_sentence);
    layout->addWidget(m_note);
    connect(m_wins, &QPushButton::clicked, this, [this] { emit filterRequested(true); });
    connect(m_losses, &QPushButton::clicked, this, [this] { emit filterRequested(false); });
    connect(m_histogram, &DifferenceHistogram::sideClicked, this,
            [this](int side) { emit filterRequested(side > 0); });
    showPair(false);
}

void ComparePair::setRuns(const QString& first, const QString& second, const QString& firstLetter,
                          const QString& secondLetter) {
    m_first = firstLetter;
    m_second = secondLetter;
    m_title->setText(tr("%1 %2 against %3 %4").arg(secondLetter, second, firstLetter, first));
}

void ComparePair::setPair(const PairedRecall& pair, const QString& note, const QString& subtitle) {
    m_pair = pair;
    m_wins->setText(tr("%1 wins %2").arg(m_second, formatCount(pair.wins.size())));
    m_losses->setText(tr("%1 loses %2").arg(m_second, formatCount(pair.losses.size())));
    m_wins->setToolTip(tr("Queries for which %1 finds more true neighbours than %2. Click: every view shows "
                          "only these.")
                           .arg(m_second, m_first));
    m_losses->setToolTip(tr("Queries for which %1 finds fewer true neighbours than %2. Click: every view "
                            "shows only these.")
                             .arg(m_second, m_first));
    m_wins->setEnabled(!pair.wins.empty());
    m_losses->setEnabled(!pair.losses.empty());
    m_histogram->setPair(pair, tr("Wins and losses per query: %1").arg(m_title->text()), subtitle);
    m_sentence->setText(pairSentence(pair, m_first, m_second));
    m_sentence->setToolTip(tr("Interval: percentile bootstrap over queries, both runs on the same queries.\n"
                              "Sign test: exact, two-sided, equal queries take no part."));
    m_note->setText(note);
    showPair(pair.queries > 0);
}

void ComparePair::setReason(const QString& sentence) {
    m_pair.reset();
    m_sentence->setText(sentence);
    m_note->clear();
    showPair(false);
}

void ComparePair::showPair(bool shown) {
    m_wins->setVisible(shown);
    m_losses->setVisible(shown);
    m_histogram->setVisible(shown);
    m_note->setVisible(!m_note->text().isEmpty());
}

QString ComparePair::sentence() const {
    return m_sentence->text();
}

} // namespace annscope::ui
