// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/header_bar.h"

#include "ui/common/format.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/jobs/jobs_model.h"

#include <QAction>
#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QProgressBar>
#include <QSpinBox>
#include <QToolButton>

namespace annscope::ui {
namespace {

/// Steps by thousandths above 0.9, where they matter, and shows no more digits than were given.
class RecallField : public QDoubleSpinBox {
public:
    using QDoubleSpinBox::QDoubleSpinBox;
    void stepBy(int steps) override {
        setSingleStep(value() > 0.985 || (value() > 0.98 && steps > 0) ? 0.001 : 0.01);
        QDoubleSpinBox::stepBy(steps);
    }
    QString textFromValue(double value) const override { return locale().toString(value, 'g', 4); }
};

} // namespace

HeaderBar::HeaderBar(JobRunner* runner, const QList<QAction*>& actions, QWidget* parent)
    : QWidget(parent), m_runner(runner), m_k(new QSpinBox(this)), m_target(new RecallField(this)),
      m_title(new QLabel(this)), m_state(new QLabel(this)), m_bar(new QProgressBar(this)),
      m_cancel(new QToolButton(this)) {
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(8, 4, 8, 4);
    layout->setSpacing(4);
    for (QAction* action : actions) {
        auto* button = new QToolButton(this);
        button->setDefaultAction(action);
        button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
        button->setIconSize({16, 16});
        button->setFocusPolicy(Qt::TabFocus);
        layout->addWidget(button);
    }
    layout->addSpacing(12);
    auto* label = new QLabel(tr("&k"), this);
    label->setBuddy(m_k);
    label->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(label);
    m_k->setRange(1, 100);
    m_k->setValue(10);
    m_k->setKeyboardTracking(false);
    m_k->setToolTip(tr("k: neighbours asked for per query, and the k of recall@k. The next sweep uses it."));
    m_k->setAccessibleName(tr("k, neighbours per query"));
    layout->addWidget(m_k);
    layout->addSpacing(12);
    addTarget(layout);
    layout->addStretch();

    m_title->setMaximumWidth(360);
    m_state->setForegroundRole(QPalette::PlaceholderText);
    m_bar->setTextVisible(false);
    m_bar->setFixedWidth(120);
    m_bar->setRange(0, 1000);
    m_cancel->setIcon(icon(QStringLiteral("close")));
    m_cancel->setIconSize({14, 14});
    m_cancel->setToolTip(tr("Cancel this job"));
    m_cancel->setAccessibleName(tr("Cancel the running job"));
    for (QWidget* widget : std::initializer_list<QWidget*>{m_title, m_state, m_bar, m_cancel}) {
        layout->addWidget(widget);
        widget->hide();
    }

    connect(m_k, &QSpinBox::valueChanged, this, &HeaderBar::kChanged);
    connect(m_target, &QDoubleSpinBox::valueChanged, this, &HeaderBar::targetRecallChanged);
    connect(m_cancel, &QToolButton::clicked, this, [this] { m_runner->cancel(m_shown); });
    connect(runner, &JobRunner::progressed, this, &HeaderBar::showJob);
}

void HeaderBar::addTarget(QHBoxLayout* layout) {
    auto* label = new QLabel(tr("&recall ≥"), this);
    label->setBuddy(m_target);
    label->setForegroundRole(QPalette::PlaceholderText);
    layout->addWidget(label);
    m_target->setDecimals(4);
    m_target->setRange(0, 1);
    m_target->setSpecialValueText(tr("any"));
    m_target->setKeyboardTracking(false);
    m_target->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.9999")) +
                              44); // and its arrows
    m_target->setToolTip(tr("Recall to reach, 0..1: the curve shows where each index reaches it and how fast "
                            "it is there. 0: no target."));
    m_target->setAccessibleName(tr("Recall to reach"));
    layout->addWidget(m_target);
}

double HeaderBar::targetRecall() const {
    return m_target->value();
}

void HeaderBar::setTargetRecall(double recall) {
    m_target->setValue(recall);
}

int HeaderBar::k() const {
    return m_k->value();
}

void HeaderBar::setK(int k) {
    m_k->setValue(k);
}

void HeaderBar::setLargestK(int k) {
    m_k->setMaximum(k > 0 ? k : 100);
}

QString HeaderBar::jobText() const {
    return m_shown ? m_title->text() + QLatin1Char(' ') + m_state->text() : QString();
}

void HeaderBar::showJob() {
    int waiting = 0;
    std::optional<JobStatus> shown;
    for (const JobStatus& job : m_runner->active()) {
        if (job.lane == Lane::Interactive || job.ended())
            continue;
        if (!shown)
            shown = job;
        else
            ++waiting;
    }
    m_shown = shown ? shown->id : 0;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_title, m_state, m_bar, m_cancel})
        widget->setVisible(shown.has_value());
    if (!shown)
        return;
    m_title->setText(fontMetrics().elidedText(shown->title, Qt::ElideMiddle, m_title->maximumWidth()));
    m_title->setToolTip(shown->title);
    QStringList state{stateText(*shown)};
    if (shown->fraction >= 0 && !shown->cancelling)
        state << formatPercent(shown->fraction);
    if (shown->secondsLeft >= 0 && shown->seconds > 0.5 && !shown->cancelling)
        state << formatTimeLeft(shown->secondsLeft);
    if (waiting > 0)
        state << tr("%n waiting", nullptr, waiting);
    m_state->setText(state.join(QStringLiteral(" · ")));
    m_bar->setValue(shown->fraction >= 0 ? static_cast<int>(shown->fraction * 1000) : 0);
    m_cancel->setEnabled(!shown->cancelling);
}

void HeaderBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(ui::palette().line);
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

} // namespace annscope::ui
