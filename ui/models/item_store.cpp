// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/item_store.h"

#include "ui/common/error_text.h"
#include "ui/jobs/job_runner.h"

#include <QImageReader>

#include <algorithm>
#include <utility>

namespace annscope::ui {
namespace {

constexpr int kCached = 512;
constexpr std::size_t kMostWishes = 64, kTogether = 8;
constexpr qsizetype kMostText = 2000;

QString shortened(const std::string& text) {
    QString result =
        QString::fromUtf8(text.data(), std::min<qsizetype>(qsizetype(text.size()), 4 * kMostText));
    if (result.size() > kMostText)
        result = result.left(kMostText) + QStringLiteral("…");
    return result;
}

QImage fromPixels(const Item& item) {
    const int width = int(item.shape.width), height = int(item.shape.height);
    const bool colour = item.shape.channels == 3;
    const QImage wrapped(item.pixels.data(), width, height, width * int(item.shape.channels),
                         colour ? QImage::Format_RGB888 : QImage::Format_Grayscale8);
    const int largest = ItemContent::kLargest;
    if (width > largest || height > largest)
        return wrapped.scaled(largest, largest, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return wrapped.copy();
}

ItemContent fromFile(const Item& item) {
    ItemContent content;
    content.state = ItemContent::State::Ready;
    const QString path = QString::fromStdString(item.text);
    QImageReader reader(path);
    reader.setAutoTransform(true);
    const int largest = ItemContent::kLargest;
    if (const QSize size = reader.size(); size.width() > largest || size.height() > largest)
        reader.setScaledSize(size.scaled(largest, largest, Qt::KeepAspectRatio));
    content.picture = reader.read();
    if (content.picture.isNull())
        content.text = path + QStringLiteral(": ") + reader.errorString();
    else if (content.picture.width() > largest || content.picture.height() > largest)
        content.picture =
            content.picture.scaled(largest, largest, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return content;
}

Item itemOf(const ItemSource& source, qint64 row, bool query) {
    const auto at = static_cast<std::size_t>(row);
    return query ? source.query(at) : source.base(at);
}

QString sentenceOf(const Error& error) {
    const ErrorText text = errorText(error);
    return text.detail.isEmpty() ? text.sentence : text.detail;
}

QString joined(const std::vector<std::string>& sentences) {
    QStringList lines;
    for (const std::string& sentence : sentences)
        lines << QString::fromStdString(sentence);
    return lines.join(QLatin1Char('\n'));
}

} // namespace

ItemContent contentOf(const Item& item) {
    ItemContent content;
    content.state = ItemContent::State::Ready;
    switch (item.kind) {
    case Item::Kind::Pixels:
        content.picture = fromPixels(item);
        break;
    case Item::Kind::Picture:
        return fromFile(item);
    case Item::Kind::Text:
        content.text = shortened(item.text);
        break;
    case Item::Kind::None:
        content.state = ItemContent::State::None;
        break;
    }
    return content;
}

ItemStore::ItemStore(JobRunner* runner, QObject* parent)
    : QObject(parent), m_runner(runner), m_cache(kCached) {}

QString ItemStore::nameOf(const DatasetPtr& dataset) {
    return QStringLiteral("%1|%2|%3")
        .arg(QString::fromStdString(dataset->source))
        .arg(dataset->base.size())
        .arg(dataset->held_out.size());
}

const ItemStore::Source* ItemStore::find(const DatasetPtr& dataset) const {
    if (!dataset)
        return nullptr;
    const auto found = m_sources.constFind(nameOf(dataset));
    return found == m_sources.constEnd() ? nullptr : &*found;
}

void ItemStore::meet(const DatasetPtr& dataset) {
    if (!dataset || std::exchange(m_sources[nameOf(dataset)].met, true) ||
        square_shapes(dataset->dim()).empty())
        return;
    m_runner->submit<std::optional<ItemSource>>(
        Lane::Interactive, tr("Are the rows pictures?"),
        [dataset](const Control&) -> Result<std::optional<ItemSource>> {
            const auto shape = guess_pixels(dataset->base);
            if (!shape)
                return std::optional<ItemSource>();
            ANNSCOPE_ASSIGN(ItemSource source, ItemSource::of_rows(*dataset, *shape));
            return std::optional(std::move(source));
        },
        this,
        [this, name = nameOf(dataset)](Result<std::optional<ItemSource>> guessed) {
            const Source& known = m_sources[name];
            if (guessed && *guessed && known.itemsRound == 0) // nobody chose meanwhile
                take(name, std::move(**guessed));
        });
}

void ItemStore::take(const QString& name, Result<ItemSource> opened) {
    Source& source = m_sources[name];
    source.itemsChoice.busy = false;
    if (opened) {
        ++source.version;
        source.itemsChoice = {QString::fromStdString(opened->description()), {}, joined(opened->warnings())};
        source.items = std::make_shared<const ItemSource>(std::move(*opened));
    } else {
        source.itemsChoice.problem = sentenceOf(opened.error());
    }
    emit changed();
}

void ItemStore::openItems(const DatasetPtr& dataset, const QString& path) {
    const QString name = nameOf(dataset);
    Source& source = m_sources[name];
    source.met = true;
    m_runner->cancel(source.itemsJob);
    source.itemsChoice.problem.clear();
    source.itemsChoice.busy = true;
    const int round = ++source.itemsRound;
    source.itemsJob = m_runner->submit<ItemSource>(
        Lane::Build, tr("Items of %1").arg(QString::fromStdString(dataset->name)),
        [dataset, path = path.toStdString()](const Control& control) {
            return ItemSource::open(path, *dataset, control);
        },
        this,
        [this, name, round](Result<ItemSource> opened) {
            Source& known = m_sources[name];
            if (round != known.itemsRound)
                return; // another file or none was chosen meanwhile
            if (opened || opened.error().code != ErrorCode::Cancelled)
                return take(name, std::move(opened));
            known.itemsChoice.busy = false;
            emit changed();
        });
    emit changed();
}

void ItemStore::showRowsAs(const DatasetPtr& dataset, const PixelShape& shape) {
    Source& source = m_sources[nameOf(dataset)];
    source.met = true;
    ++source.itemsRound;
    m_runner->cancel(source.itemsJob);
    take(nameOf(dataset), ItemSource::of_rows(*dataset, shape));
}

void ItemStore::removeItems(const DatasetPtr& dataset) {
    Source& source = m_sources[nameOf(dataset)];
    source.met = true;
    ++source.itemsRound;
    m_runner->cancel(source.itemsJob);
    ++source.version;
    source.items.reset();
    source.itemsChoice = {};
    emit changed();
}

void ItemStore::openLabels(const DatasetPtr& dataset, const QString& path) {
    const QString name = nameOf(dataset);
    Source& source = m_sources[name];
    m_runner->cancel(source.labelsJob);
    source.labelsChoice.problem.clear();
    source.labelsChoice.busy = true;
    const int round = ++source.labelsRound;
    source.labelsJob = m_runner->submit<Labels>(
        Lane::Build, tr("Labels of %1").arg(QString::fromStdString(dataset->name)),
        [dataset, path = path.toStdString()](const Control& control) {
            return open_labels(path, *dataset, control);
        },
        this,
        [this, name, round](Result<Labels> opened) {
            Source& known = m_sources[name];
            if (round != known.labelsRound)
                return;
            known.labelsChoice.busy = false;
            if (opened) {
                known.labelsChoice = {
                    QString::fromStdString(opened->description), {}, joined(opened->warnings)};
                known.labels = std::make_shared<const Labels>(std::move(*opened));
            } else if (opened.error().code != ErrorCode::Cancelled) {
                known.labelsChoice.problem = sentenceOf(opened.error());
            }
            emit changed();
        });
    emit changed();
}

void ItemStore::removeLabels(const DatasetPtr& dataset) {
    Source& source = m_sources[nameOf(dataset)];
    ++source.labelsRound;
    m_runner->cancel(source.labelsJob);
    source.labels.reset();
    source.labelsChoice = {};
    emit changed();
}

ItemStore::Choice ItemStore::items(const DatasetPtr& dataset) const {
    const Source* source = find(dataset);
    return source ? source->itemsChoice : Choice();
}

ItemStore::Choice ItemStore::labelFile(const DatasetPtr& dataset) const {
    const Source* source = find(dataset);
    return source ? source->labelsChoice : Choice();
}

bool ItemStore::hasItems(const DatasetPtr& dataset) const {
    const Source* source = find(dataset);
    return source && source->items;
}

std::shared_ptr<const Labels> ItemStore::labels(const DatasetPtr& dataset) const {
    const Source* source = find(dataset);
    return source ? source->labels : nullptr;
}

QString ItemStore::label(const ItemKey& key) const {
    const auto known = key.valid() ? labels(key.dataset) : nullptr;
    if (!known)
        return {};
    const auto& classes = key.query ? known->queries : known->base;
    const auto row = static_cast<std::size_t>(key.row);
    return row < classes.size() ? QString::fromStdString(known->names[classes[row]]) : QString();
}

ItemContent ItemStore::item(const ItemKey& key) {
    const Source* source = key.valid() ? find(key.dataset) : nullptr;
    if (!source || !source->items || (key.query && !source->items->has_queries()))
        return {};
    if (source->items->immediate())
        return contentOf(itemOf(*source->items, key.row, key.query));
    const QString name = QStringLiteral("%1|%2|%3%4")
                             .arg(nameOf(key.dataset))
                             .arg(source->version)
                             .arg(QLatin1Char(key.query ? 'q' : 'r'))
                             .arg(key.row);
    if (const ItemContent* known = m_cache.object(name))
        return *known;
    request(name, source->items, key);
    return {ItemContent::State::Loading, {}, {}};
}

void ItemStore::request(const QString& cacheName, const std::shared_ptr<const ItemSource>& source,
                        const ItemKey& key) {
    std::erase_if(m_wishes, [&](const Wish& wish) { return wish.name == cacheName; });
    if (m_wishes.size() >= kMostWishes)
        m_wishes.erase(m_wishes.begin());
    m_wishes.push_back({cacheName, source, key.row, key.query});
    if (!m_reading)
        readNext();
}

/// The newest wishes first: what the pointer has left behind can wait.
void ItemStore::readNext() {
    if (m_wishes.empty())
        return;
    m_reading = true;
    const auto count = std::ptrdiff_t(std::min(kTogether, m_wishes.size()));
    std::vector<Wish> batch(m_wishes.end() - count, m_wishes.end());
    m_wishes.erase(m_wishes.end() - count, m_wishes.end());
    std::ranges::reverse(batch);
    using Contents = std::vector<std::pair<QString, ItemContent>>;
    m_runner->submit<Contents>(
        Lane::Interactive, tr("Items"),
        [batch = std::move(batch)](const Control& control) -> Result<Contents> {
            Contents contents;
            for (const Wish& wish : batch) {
                if (control.cancel_requested())
                    break;
                contents.emplace_back(wish.name, contentOf(itemOf(*wish.source, wish.row, wish.query)));
            }
            return contents;
        },
        this,
        [this](Result<Contents> contents) {
            m_reading = false;
            if (contents) {
                for (auto& [name, content] : *contents)
                    m_cache.insert(name, new ItemContent(std::move(content)));
                emit itemReady();
            }
            readNext();
        });
}

} // namespace annscope::ui
