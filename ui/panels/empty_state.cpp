// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/empty_state.h"

#include "ui/common/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace annscope::ui {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_heading(new QLabel(this)), m_text(new QLabel(this)),
      m_button(new QPushButton(this)) {
    QFont heading = font();
    heading.setPixelSize(kHeading);
    m_heading->setFont(heading);
    m_text->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* label : {m_heading, m_text}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setWordWrap(true);
        label->setMaximumWidth(440);
    }
    m_button->setProperty("primary", true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 16);
    layout->setSpacing(8);
    layout->addStretch(2);
    for (QWidget* widget : {static_cast<QWidget*>(m_heading), static_cast<QWidget*>(m_text)}) {
        auto* row = new QHBoxLayout;
        row->addStretch(1);
        row->addWidget(widget, 1000);
        row->addStretch(1);
        layout->addLayout(row);
    }
    layout->addSpacing(4);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::triggered);
}

void EmptyState::setTexts(const QString& heading, const QString& text, const QString& button) {
    m_heading->setText(heading);
    m_heading->setVisible(!heading.isEmpty());
    m_text->setText(text);
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
}

} // namespace annscope::ui
