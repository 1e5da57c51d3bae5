// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/expansion_box.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QSignalBlocker>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr int kMostNeighbours = 1000;
constexpr double kMostAlpha = 100;

} // namespace

ExpansionBox::ExpansionBox(QWidget* parent)
    : QWidget(parent), m_toggle(new QCheckBox(tr("Query expansion"), this)), m_fields(new QWidget(this)),
      m_n(new QSpinBox(m_fields)), m_alpha(new QDoubleSpinBox(m_fields)), m_what(new QComboBox(m_fields)),
      m_text(new QLabel(this)) {
    m_toggle->setToolTip(
        tr("Mixes the nearest base vectors into each query, weighed by similarity^alpha. Recall is "
           "still judged by the true neighbours of the original vectors. Curves and runs say QE(n, α); "
           "DBA(n, α) where the base is expanded."));
    m_n->setRange(1, kMostNeighbours);
    m_n->setPrefix(tr("n "));
    m_n->setAccessibleName(tr("Neighbours"));
    m_n->setToolTip(
        tr("n: nearest base vectors that are mixed in, 1 to 1,000. More: smoother, farther from what "
           "was asked."));
    m_alpha->setRange(0, kMostAlpha);
    m_alpha->setDecimals(1);
    m_alpha->setSingleStep(0.5);
    m_alpha->setPrefix(tr("alpha "));
    m_alpha->setAccessibleName(tr("Alpha"));
    m_alpha->setToolTip(
        tr("alpha: neighbours weigh similarity^alpha, 0 to 100. 0: all the same; more: the nearest "
           "count most."));
    m_what->addItem(tr("queries"), static_cast<int>(Expand::Queries));
    m_what->addItem(tr("base"), static_cast<int>(Expand::Base));
    m_what->addItem(tr("both"), static_cast<int>(Expand::Both));
    m_what->setAccessibleName(tr("What is expanded"));
    m_what->setToolTip(
        tr("Expanded queries show in the next sweep of any index. An expanded base needs a new build, "
           "and is the work of an exact search with every base vector."));
    m_text->setWordWrap(true);
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    const ExpansionOptions standard;
    m_n->setValue(static_cast<int>(standard.n));
    m_alpha->setValue(standard.alpha);

    for (QWidget* field : std::initializer_list<QWidget*>{m_n, m_alpha, m_what}) {
        field->setFocusPolicy(Qt::StrongFocus);
        field->installEventFilter(this);
    }

    auto* fields = new QHBoxLayout(m_fields);
    fields->setContentsMargins(0, 0, 0, 0);
    fields->setSpacing(4);
    fields->addWidget(m_what);
    fields->addWidget(m_n);
    fields->addWidget(m_alpha);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_toggle);
    layout->addWidget(m_fields);
    layout->addWidget(m_text);

    connect(m_toggle, &QCheckBox::clicked, this, [this](bool on) {
        if (on)
            emit requested(options());
        else
            emit switchedOff();
    });
    connect(m_n, &QSpinBox::editingFinished, this, &ExpansionBox::edited);
    connect(m_alpha, &QDoubleSpinBox::editingFinished, this, &ExpansionBox::edited);
    connect(m_what, &QComboBox::activated, this, &ExpansionBox::edited);
    showState(State::Off, std::nullopt, true, kMostNeighbours);
}

bool ExpansionBox::eventFilter(QObject* watched, QEvent* event) {
    const auto* field = qobject_cast<QWidget*>(watched);
    if (event->type() == QEvent::Wheel && field && !field->hasFocus()) {
        event->ignore();
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

ExpansionOptions ExpansionBox::options() const {
    return {static_cast<std::size_t>(m_n->value()), m_alpha->value(),
            static_cast<Expand>(m_what->currentData().toInt())};
}

/// What is on follows its fields; off, they wait for the switch.
void ExpansionBox::edited() {
    showText();
    if (m_state != State::Off)
        emit requested(options());
}

void ExpansionBox::showState(State state, const std::optional<ExpansionOptions>& options, bool hasQueries,
                             std::size_t largestN) {
    m_state = state;
    const QSignalBlocker quietN(m_n), quietAlpha(m_alpha), quietWhat(m_what);
    m_toggle->setChecked(state != State::Off);
    m_toggle->setEnabled(hasQueries && largestN > 0);
    m_fields->setVisible(state != State::Off);
    m_n->setMaximum(static_cast<int>(std::clamp<std::size_t>(largestN, 1, kMostNeighbours)));
    if (options) {
        m_n->setValue(static_cast<int>(options->n));
        m_alpha->setValue(options->alpha);
        m_what->setCurrentIndex(m_what->findData(static_cast<int>(options->what)));
    }
    showText();
}

void ExpansionBox::showText() {
    const bool base = options().what != Expand::Queries;
    m_text->setVisible(m_state != State::Off);
    m_text->setText(m_state == State::Working
                        ? tr("Being made, see Jobs. Recall is judged by the original true neighbours.")
                    : base
                        ? tr("On for what is built next. Recall is judged by the original true neighbours.")
                        : tr("On for the next sweep. Recall is judged by the original true neighbours."));
}

QString ExpansionBox::text() const {
    return m_state == State::Off ? QString() : m_text->text();
}

} // namespace annscope::ui
