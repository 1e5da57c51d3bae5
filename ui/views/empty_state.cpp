// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/empty_state.h"

#include "ui/common/theme.h"

#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace annscope::ui {

EmptyState::EmptyState(QWidget* parent)
    : QWidget(parent), m_heading(new QLabel(this)), m_text(new QLabel(this)),
      m_button(new QPushButton(this)) {
    QFont font = this->font();
    font.setPixelSize(kHeading);
    m_heading->setFont(font);
    m_heading->setAlignment(Qt::AlignCenter);
    m_text->setAlignment(Qt::AlignCenter);
    m_text->setWordWrap(true);
    m_text->setMaximumWidth(440);
    m_text->setForegroundRole(QPalette::PlaceholderText);
    m_button->setProperty("primary", true);
    m_button->setObjectName(QStringLiteral("emptyStateButton"));
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(12);
    layout->addStretch(2);
    layout->addWidget(m_heading, 0, Qt::AlignHCenter);
    // An aligned label would not get the height that its wrapped lines need.
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_text, 1000);
    row->addStretch(1);
    layout->addLayout(row);
    layout->addWidget(m_button, 0, Qt::AlignHCenter);
    layout->addStretch(3);
    connect(m_button, &QPushButton::clicked, this, &EmptyState::clicked);
}

void EmptyState::setContent(const QString& heading, const QString& text, const QString& button) {
    m_heading->setText(heading);
    m_heading->setVisible(!heading.isEmpty());
    m_text->setText(text);
    m_button->setText(button);
    m_button->setVisible(!button.isEmpty());
}

} // namespace annscope::ui
