// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/item_card.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"

#include <QAbstractItemView>
#include <QEvent>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

constexpr int kPad = 8, kGap = 10, kLine = 18, kSide = 112, kTextWidth = 220, kTextLines = 6;

QFont fontOf(int pixels, bool strong = false) {
    QFont font = QGuiApplication::font();
    font.setPixelSize(pixels);
    if (strong)
        font.setWeight(QFont::DemiBold);
    return font;
}

/// Small pictures by whole factors, so that every pixel is a square; large ones fit into the side.
QSize shownSize(const QSize& picture) {
    const int larger = std::max(picture.width(), picture.height());
    if (larger > kSide)
        return picture.scaled(kSide, kSide, Qt::KeepAspectRatio).expandedTo({1, 1});
    return picture * std::max(1, kSide / larger);
}

QRect textRect(const QString& text) {
    return QFontMetrics(fontOf(kText))
        .boundingRect(QRect(0, 0, kTextWidth, kTextLines * kLine), Qt::TextWordWrap | Qt::TextWrapAnywhere,
                      text)
        .intersected(QRect(0, 0, kTextWidth, kTextLines * kLine));
}

} // namespace

ItemCard::ItemCard(QWidget* view) : QWidget(view) {
    setObjectName(QStringLiteral("itemCard"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setFocusPolicy(Qt::NoFocus);
    hide();
    connect(&ThemeNotifier::instance(), &ThemeNotifier::changed, this, qOverload<>(&QWidget::update));
}

void ItemCard::setStore(ItemStore* store) {
    if (m_store == store)
        return;
    if (m_store)
        m_store->disconnect(this);
    m_store = store;
    if (!store)
        return;
    connect(store, &ItemStore::itemReady, this, &ItemCard::renew);
    connect(store, &ItemStore::changed, this, &ItemCard::renew);
    renew();
}

void ItemCard::showAt(const Content& content, QPointF at) {
    if (!content.key.valid())
        return clear();
    m_at = at;
    const bool same = m_content && m_content->key == content.key;
    m_content = content;
    if (same && m_item.state != ItemContent::State::Loading)
        place();
    else
        renew();
}

void ItemCard::renew() {
    if (!m_content)
        return;
    m_item = m_store ? m_store->item(m_content->key) : ItemContent();
    m_label = m_store ? m_store->label(m_content->key) : QString();
    place();
}

void ItemCard::place() {
    const QSize size = laidOut();
    const QRectF bounds = parentWidget()->rect();
    setGeometry(cardPlace(m_at, size, bounds.adjusted(4, 4, -4, -4)).toRect());
    raise();
    show();
    update();
}

void ItemCard::clear() {
    m_content.reset();
    m_item = {};
    hide();
}

QString ItemCard::heading() const {
    if (!m_content->heading.isEmpty())
        return m_content->heading;
    const QString number = formatCount(qulonglong(m_content->key.row));
    return m_content->key.query ? tr("query %1").arg(number) : tr("row %1").arg(number);
}

/// A picture lies left of the lines, a text below them.
QRect ItemCard::pictureRect() const {
    if (m_item.state == ItemContent::State::Loading)
        return {kPad, kPad, kSide, kSide};
    if (m_item.picture.isNull())
        return {};
    return {QPoint(kPad, kPad), shownSize(m_item.picture.size())};
}

QSize ItemCard::laidOut() const {
    const QFontMetrics strong(fontOf(kText, true)), plain(fontOf(kText));
    int width = strong.horizontalAdvance(heading());
    int height = kLine;
    if (!m_label.isEmpty()) {
        width = std::max(width, std::min(kTextWidth, plain.horizontalAdvance(m_label)));
        height += kLine;
    }
    for (const Card::Row& row : m_content->rows) {
        width = std::max(width, plain.horizontalAdvance(row.label) + 8 + strong.horizontalAdvance(row.value) +
                                    (row.extra.isEmpty() ? 0 : 6 + plain.horizontalAdvance(row.extra)));
        height += kLine;
    }
    if (!m_item.text.isEmpty()) {
        const QRect text = textRect(m_item.text);
        width = std::max(width, text.width());
        height += 4 + text.height();
    }
    const QRect picture = pictureRect();
    if (!picture.isEmpty()) {
        width += picture.width() + kGap;
        height = std::max(height, picture.height());
    }
    return {width + 2 * kPad, height + 2 * kPad};
}

void ItemCard::paintEvent(QPaintEvent*) {
    if (!m_content)
        return;
    const Palette& colors = ui::palette();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(mix(colors.line, colors.secondary, 0.35), 1));
    painter.setBrush(colors.panel);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);

    const QRect picture = pictureRect();
    int left = kPad;
    if (!picture.isEmpty()) {
        left = picture.right() + 1 + kGap;
        if (m_item.picture.isNull()) {
            painter.fillRect(picture, mix(colors.panel, colors.line, 0.4));
        } else {
            painter.setRenderHint(QPainter::SmoothPixmapTransform, m_item.picture.width() > picture.width());
            painter.drawImage(picture, m_item.picture);
        }
    }
    QRect line(left, kPad, width() - kPad - left, kLine);
    painter.setFont(fontOf(kText, true));
    painter.setPen(colors.text);
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, heading());
    painter.setFont(fontOf(kText));
    if (!m_label.isEmpty()) {
        line.translate(0, kLine);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                         QFontMetrics(painter.font()).elidedText(m_label, Qt::ElideRight, line.width()));
    }
    for (const Card::Row& row : m_content->rows) {
        line.translate(0, kLine);
        QRect used;
        painter.setFont(fontOf(kText));
        painter.setPen(colors.secondary);
        painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, row.label, &used);
        QRect rest = line;
        if (!row.label.isEmpty())
            rest.setLeft(used.right() + 8);
        painter.setFont(fontOf(kText, true));
        painter.setPen(colors.text);
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, row.value, &used);
        rest.setLeft(used.right() + 6);
        painter.setFont(fontOf(kText));
        painter.setPen(colors.secondary);
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, row.extra);
    }
    if (!m_item.text.isEmpty()) {
        const QRect text(left, line.bottom() + 5, width() - kPad - left, textRect(m_item.text).height());
        painter.setFont(fontOf(kText));
        painter.setPen(colors.text);
        painter.setClipRect(text);
        painter.drawText(text, Qt::TextWordWrap | Qt::TextWrapAnywhere, m_item.text);
    }
}

ItemCardOver::ItemCardOver(QWidget* view) : QObject(view), m_card(new ItemCard(view)) {
    view->installEventFilter(this);
}

void ItemCardOver::point(const ItemCard::Content& content) {
    if (m_card->knows(content.key))
        m_card->showAt(content, m_at);
    else
        m_card->clear();
}

bool ItemCardOver::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseMove:
        m_at = static_cast<QMouseEvent*>(event)->position();
        if (static_cast<QMouseEvent*>(event)->buttons() != Qt::NoButton)
            m_card->clear();
        else if (m_card->content())
            m_card->showAt(ItemCard::Content(*m_card->content()), m_at);
        break;
    case QEvent::Leave:
        m_card->clear();
        break;
    case QEvent::ToolTip:
        if (m_card->isVisible())
            return true; // one of the two is enough
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

ItemCardForTable::ItemCardForTable(QAbstractItemView* table, ContentOf contentOf)
    : QObject(table), m_table(table), m_card(new ItemCard(table->viewport())),
      m_contentOf(std::move(contentOf)) {
    table->setMouseTracking(true);
    table->viewport()->installEventFilter(this);
}

bool ItemCardForTable::eventFilter(QObject* watched, QEvent* event) {
    switch (event->type()) {
    case QEvent::MouseMove: {
        const QPointF at = static_cast<QMouseEvent*>(event)->position();
        const QModelIndex index = m_table->indexAt(at.toPoint());
        const ItemCard::Content content = index.isValid() ? m_contentOf(index) : ItemCard::Content();
        if (m_card->knows(content.key))
            m_card->showAt(content, at);
        else
            m_card->clear();
        break;
    }
    case QEvent::Leave:
    case QEvent::Wheel:
    case QEvent::MouseButtonPress:
        m_card->clear();
        break;
    case QEvent::ToolTip:
        if (m_card->isVisible())
            return true; // one of the two is enough
        break;
    default:
        break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace annscope::ui
