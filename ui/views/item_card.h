// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/item_store.h"
#include "ui/views/run_card.h"

#include <QPointer>
#include <QWidget>

#include <functional>
#include <optional>

class QAbstractItemView;

namespace annscope::ui {

/// The card beside the item under the pointer: its picture or text, what it is, its label, and what the view
/// adds, such as a distance. A child of the view that lets the mouse through. Make one in the view's
/// constructor; the window gives all of them the store.
class ItemCard : public QWidget {
    Q_OBJECT
public:
    struct Content {
        ItemKey key;
        QList<Card::Row> rows; ///< below the heading, e.g. {"distance", "12.4"}
        QString heading;       ///< empty: "row 412" or "query 412"
    };

    explicit ItemCard(QWidget* view);

    void setStore(ItemStore* store);
    ItemStore* store() const noexcept { return m_store; }
    /// at: in the view's coordinates. Moves with the pointer at no cost where the content stays.
    void showAt(const Content& content, QPointF at);
    /// True where the store knows a picture or a text of it; views whose tooltips say enough ask first.
    bool knows(const ItemKey& key) const { return m_store && key.valid() && m_store->hasItems(key.dataset); }
    void clear();
    const std::optional<Content>& content() const noexcept { return m_content; }

protected:
    void paintEvent(QPaintEvent*) override;

private:
    void renew();
    void place();
    QString heading() const;
    QSize laidOut() const;
    QRect pictureRect() const;

    QPointer<ItemStore> m_store;
    std::optional<Content> m_content;
    ItemContent m_item;
    QString m_label;
    QPointF m_at;
};

/// The card over a view that tells by signals what is under the pointer. Follows the pointer, and takes the
/// place of the view's tooltip while it is shown.
class ItemCardOver : public QObject {
    Q_OBJECT
public:
    explicit ItemCardOver(QWidget* view);
    ItemCard* card() const noexcept { return m_card; }
    /// What is under the pointer now; an invalid key, or one the store knows nothing of: no card.
    void point(const ItemCard::Content& content);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    ItemCard* m_card;
    QPointF m_at;
};

/// Shows the card over a table while the pointer is on a row. contentOf: of a cell; an invalid key: nothing.
class ItemCardForTable : public QObject {
    Q_OBJECT
public:
    using ContentOf = std::function<ItemCard::Content(const QModelIndex&)>;
    ItemCardForTable(QAbstractItemView* table, ContentOf contentOf);
    ItemCard* card() const noexcept { return m_card; }

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    QAbstractItemView* m_table;
    ItemCard* m_card;
    ContentOf m_contentOf;
};

} // namespace annscope::ui
