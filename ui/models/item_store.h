// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/items.h"
#include "data/labels.h"
#include "ui/models/built_index.h"

#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>

#include <optional>
#include <vector>

namespace annscope::ui {

class JobRunner;

/// A row of the base or a query of a data set.
struct ItemKey {
    DatasetPtr dataset;
    qint64 row = -1;
    bool query = false;

    bool valid() const noexcept { return dataset && row >= 0; }
    friend bool operator==(const ItemKey&, const ItemKey&) = default;
};

/// What is known of an item now.
struct ItemContent {
    enum class State : quint8 { None, Loading, Ready };
    State state = State::None;
    QImage picture; ///< at most kLargest a side; small pictures as they are
    QString text;   ///< the text, or what is wrong with the picture
    static constexpr int kLargest = 256;
};

/// The pictures, texts and labels that go with the data sets of the session: chosen by the person, or guessed
/// where the rows themselves are pictures. Lives as long as the session; data sets of the same source share
/// what was chosen. Everything is for the GUI thread; files are read and decoded on the runner's lanes.
class ItemStore : public QObject {
    Q_OBJECT
public:
    explicit ItemStore(JobRunner* runner, QObject* parent = nullptr);

    /// Looks once whether the rows are pictures. Call it for every data set that is opened.
    void meet(const DatasetPtr& dataset);

    void openItems(const DatasetPtr& dataset, const QString& path);
    void showRowsAs(const DatasetPtr& dataset, const PixelShape& shape);
    void removeItems(const DatasetPtr& dataset);
    void openLabels(const DatasetPtr& dataset, const QString& path);
    void removeLabels(const DatasetPtr& dataset);

    /// What is chosen for a data set, as sentences for its panel. problem: of the last try.
    struct Choice {
        QString description, problem, warning;
        bool busy = false;
    };
    Choice items(const DatasetPtr& dataset) const;
    Choice labelFile(const DatasetPtr& dataset) const;

    bool hasItems(const DatasetPtr& dataset) const;
    /// Null: there are none. The pointer changes when they do.
    std::shared_ptr<const Labels> labels(const DatasetPtr& dataset) const;
    /// The label's name; empty: none.
    QString label(const ItemKey& key) const;
    /// At once where it is cheap or cached; else Loading, and itemReady follows.
    ItemContent item(const ItemKey& key);

signals:
    /// Items that were Loading are Ready.
    void itemReady();
    /// Other items or labels for a data set, or a problem with them.
    void changed();

private:
    struct Source {
        std::shared_ptr<const ItemSource> items;
        std::shared_ptr<const Labels> labels;
        Choice itemsChoice, labelsChoice;
        quint64 itemsJob = 0, labelsJob = 0;
        int itemsRound = 0, labelsRound = 0; ///< a choice that a newer one has overtaken does not count
        int version = 0;                     ///< of the items, for the cache
        bool met = false;
    };
    static QString nameOf(const DatasetPtr& dataset);
    const Source* find(const DatasetPtr& dataset) const;
    void take(const QString& name, Result<ItemSource> source);
    void request(const QString& cacheName, const std::shared_ptr<const ItemSource>& source,
                 const ItemKey& key);
    void readNext();

    JobRunner* m_runner;
    QHash<QString, Source> m_sources;
    QCache<QString, ItemContent> m_cache;
    struct Wish {
        QString name;
        std::shared_ptr<const ItemSource> source;
        qint64 row;
        bool query;
    };
    std::vector<Wish> m_wishes; ///< the newest last
    bool m_reading = false;
};

/// The picture of an item that holds pixels, or read from its file, made smaller where it is large. May be
/// called from any thread.
ItemContent contentOf(const Item& item);

} // namespace annscope::ui
