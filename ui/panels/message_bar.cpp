// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/message_bar.h"

#include "ui/common/error_text.h"
#include "ui/common/icons.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

constexpr int kLongDetail = 240; ///< characters; longer ones start folded

} // namespace

MessageBar::MessageBar(QWidget* parent)
    : QWidget(parent), m_icon(new QLabel(this)), m_sentence(new QLabel(this)), m_detail(new QLabel(this)),
      m_fold(new QToolButton(this)), m_close(new QToolButton(this)), m_action(new QPushButton(this)) {
    for (QLabel* label : {m_sentence, m_detail}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    }
    m_sentence->setObjectName(QStringLiteral("messageSentence"));
    m_detail->setObjectName(QStringLiteral("messageDetail"));
    m_fold->setText(tr("Details"));
    m_fold->setCheckable(true);
    m_close->setIcon(icon(QStringLiteral("close")));
    m_close->setToolTip(tr("Close this message (Esc)"));
    m_close->setAccessibleName(tr("Close"));

    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_sentence);
    texts->addWidget(m_detail);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(12, 8, 8, 8);
    layout->setSpacing(8);
    layout->addWidget(m_icon, 0, Qt::AlignTop);
    layout->addLayout(texts, 1);
    layout->addWidget(m_action, 0, Qt::AlignTop);
    layout->addWidget(m_fold, 0, Qt::AlignTop);
    layout->addWidget(m_close, 0, Qt::AlignTop);

    connect(m_fold, &QToolButton::toggled, this, &MessageBar::setDetailVisible);
    connect(m_close, &QToolButton::clicked, this, &MessageBar::dismiss);
    connect(m_action, &QPushButton::clicked, this, [this] {
        const auto run = std::exchange(m_run, {});
        dismiss();
        if (run)
            run();
    });
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, &MessageBar::updateIcon);
    hide();
}

void MessageBar::showError(const QString& what, const Error& error) {
    const ErrorText text = errorText(error);
    showMessage(Kind::Error, what.isEmpty() ? text.sentence : tr("%1: %2").arg(what, text.sentence),
                text.detail);
}

void MessageBar::showMessage(Kind kind, const QString& sentence, const QString& detail) {
    m_kind = kind;
    m_run = {};
    m_action->hide();
    m_sentence->setText(sentence);
    m_detail->setText(detail);
    m_fold->setVisible(!detail.isEmpty());
    m_fold->setChecked(!detail.isEmpty() && detail.size() <= kLongDetail);
    setDetailVisible(m_fold->isChecked());
    updateIcon();
    show();
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void MessageBar::showWithAction(Kind kind, const QString& sentence, const QString& actionText,
                                std::function<void()> action) {
    showMessage(kind, sentence);
    m_action->setText(actionText);
    m_action->show();
    m_run = std::move(action);
}

void MessageBar::dismiss() {
    m_run = {};
    hide();
}

QString MessageBar::sentence() const {
    return m_sentence->text();
}

QString MessageBar::detail() const {
    return m_detail->text();
}

void MessageBar::setDetailVisible(bool visible) {
    m_detail->setVisible(visible);
}

void MessageBar::updateIcon() {
    const QString name = m_kind == Kind::Error     ? QStringLiteral("error")
                         : m_kind == Kind::Warning ? QStringLiteral("warning")
                                                   : QStringLiteral("info");
    m_icon->setPixmap(icon(name).pixmap(16, 16));
    update();
}

void MessageBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Palette& c = ui::palette();
    const QColor edge = m_kind == Kind::Info ? c.accent : m_kind == Kind::Error ? c.fault : c.missed;
    painter.fillRect(rect(), mix(c.panel, edge, 0.08));
    painter.fillRect(QRect(0, 0, 3, height()), edge);
    painter.setPen(c.line);
    painter.drawLine(0, height() - 1, width(), height() - 1);
}

void MessageBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QWidget::keyPressEvent(event);
}

} // namespace annscope::ui
