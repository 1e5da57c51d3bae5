// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/health_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QColor>
#include <QCoreApplication>
#include <QStringList>

#include <algorithm>
#include <functional>
#include <optional>

namespace annscope::ui {
namespace {

/// A row of the table: how it is told, and where its number comes from.
struct Measure {
    const char *key, *title, *help;
    std::function<std::optional<double>(const IndexHealth&)> value;
    std::function<QString(double, const IndexHealth&)> text;
};

double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

QString count(double value, const IndexHealth&) {
    return formatCount(qulonglong(value));
}

QString smallShare(double value) {
    return formatPercent(value, value == 0 || value == 1 ? 0 : value < 0.001 ? 3 : value < 0.1 ? 2 : 1);
}

QString countOfNodes(double value, const IndexHealth& health) {
    return value == 0 ? QStringLiteral("0")
                      : QStringLiteral("%1 (%2)").arg(formatCount(qulonglong(value)),
                                                      smallShare(share(value, double(health.graph.nodes))));
}

QString mean(double value, const IndexHealth&) {
    return formatMean(value);
}

std::optional<double> whereSearched(const IndexHealth& health, double value) {
    return health.work.hops.empty() ? std::nullopt : std::optional(value);
}

std::optional<double> whereJudged(const IndexHealth& health, double value) {
    return health.work.judged ? std::optional(value) : std::nullopt;
}

const std::vector<Measure>& linkQuantities() {
    static const std::vector<Measure> all{
        {"nodes", QT_TRANSLATE_NOOP("Health", "Nodes"), QT_TRANSLATE_NOOP("Health", "Vectors in the graph"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.nodes)); }, count},
        {"edges", QT_TRANSLATE_NOOP("Health", "Edges"),
         QT_TRANSLATE_NOOP("Health", "Directed edges between the nodes of the base layer"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.edges)); }, count},
        {"unreachable", QT_TRANSLATE_NOOP("Health", "Unreachable nodes"),
         QT_TRANSLATE_NOOP("Health",
                           "Nodes that no walk along the edges from the entry arrives at: no search "
                           "can ever find them. A repair connects them"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.unreachable.size())); },
         countOfNodes},
        {"highest_recall", QT_TRANSLATE_NOOP("Health", "Highest possible recall"),
         QT_TRANSLATE_NOOP("Health", "Share of the queries' true neighbours that can be reached at all: no "
                                     "search parameter leads beyond it"),
         [](const IndexHealth& h) { return whereJudged(h, h.work.highest_recall()); },
         [](double v, const IndexHealth&) { return formatRecall(v); }},
        {"components", QT_TRANSLATE_NOOP("Health", "Components"),
         QT_TRANSLATE_NOOP("Health",
                           "Strongly connected components: sets of nodes of which each reaches each "
                           "other. With one, a search can go back from anywhere"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.components.count)); }, count},
        {"largest_component", QT_TRANSLATE_NOOP("Health", "Largest component"),
         QT_TRANSLATE_NOOP("Health", "Nodes in the largest strongly connected component"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.components.largest())); },
         [](double v, const IndexHealth& h) {
             return QStringLiteral("%1 (%2)").arg(formatCount(qulonglong(v)),
                                                  smallShare(share(v, double(h.graph.nodes))));
         }},
        {"no_in_edges", QT_TRANSLATE_NOOP("Health", "Nodes without in-edges"),
         QT_TRANSLATE_NOOP("Health", "Nodes to which no edge leads: in-degree 0. Only the entry can be found "
                                     "without one"),
         [](const IndexHealth& h) { return std::optional(double(h.graph.without_in_edges())); },
         countOfNodes},
        {"mean_degree", QT_TRANSLATE_NOOP("Health", "Mean degree"),
         QT_TRANSLATE_NOOP("Health", "Edges out of a node in the mean, and how many the index allows"),
         [](const IndexHealth& h) { return std::optional(h.graph.mean_degree()); },
         [](double v, const IndexHealth& h) {
             return QCoreApplication::translate("Health", "%1 of %2")
                 .arg(formatMean(v), formatCount(h.max_degree));
         }},
        {"most_in_edges", QT_TRANSLATE_NOOP("Health", "Largest in-degree"),
         QT_TRANSLATE_NOOP("Health",
                           "Edges into the node with the most of them: a hub, met by most searches"),
         [](const IndexHealth& h) {
             return std::optional(double(h.graph.in_degrees.empty() ? 0 : h.graph.in_degrees.size() - 1));
         },
         count},
        {"reciprocity", QT_TRANSLATE_NOOP("Health", "Reciprocal edges"),
         QT_TRANSLATE_NOOP("Health",
                           "Share of the edges whose reverse is an edge, too. Pruning takes reverse "
                           "edges away: few are no fault"),
         [](const IndexHealth& h) { return std::optional(h.graph.reciprocity()); },
         [](double v, const IndexHealth&) { return formatPercent(v, 1); }},
        {"median_length", QT_TRANSLATE_NOOP("Health", "Median edge length"),
         QT_TRANSLATE_NOOP("Health",
                           "Euclidean distance between the ends of an edge; half of all are shorter"),
         [](const IndexHealth& h) {
             return h.lengths.sorted.empty() ? std::nullopt : std::optional(double(h.lengths.quantile(0.5)));
         },
         [](double v, const IndexHealth&) { return formatNumber(v); }}};
    return all;
}

const std::vector<Measure>& searchQuantities() {
    static const std::vector<Measure> all{
        {"hops", QT_TRANSLATE_NOOP("Health", "Hops a query"),
         QT_TRANSLATE_NOOP("Health", "Nodes expanded by a search, in the mean over the queries"),
         [](const IndexHealth& h) { return whereSearched(h, h.work.mean_hops()); }, mean},
        {"distances", QT_TRANSLATE_NOOP("Health", "Distances a query"),
         QT_TRANSLATE_NOOP("Health",
                           "Vectors or codes compared with the query, in the mean over the queries"),
         [](const IndexHealth& h) { return whereSearched(h, h.work.mean_distances()); }, mean},
        {"recall", QT_TRANSLATE_NOOP("Health", "Recall"),
         QT_TRANSLATE_NOOP("Health", "Share of the true neighbours that these searches found"),
         [](const IndexHealth& h) { return whereJudged(h, h.work.recall); },
         [](double v, const IndexHealth&) { return formatRecall(v); }}};
    return all;
}

QString translated(const char* text) {
    return QCoreApplication::translate("Health", text);
}

QString nodesText(std::size_t nodes) {
    return nodes == 1 ? translated("1 node") : translated("%1 nodes").arg(formatCount(nodes));
}

/// Sizes of the components, the largest first: "Sizes: 254, 3 (2 times), 1 (40 times)".
QString sizesText(const Components& parts) {
    constexpr std::size_t kMost = 12;
    QStringList sizes;
    for (std::size_t i = 0; i < std::min(parts.sizes.size(), kMost); ++i) {
        const ComponentSize& each = parts.sizes[i];
        sizes << (each.count == 1
                      ? formatCount(each.size)
                      : translated("%1 (%2 times)").arg(formatCount(each.size), formatCount(each.count)));
    }
    if (parts.sizes.size() > kMost)
        sizes << QStringLiteral("…");
    return translated(".\nSizes: %1").arg(sizes.join(QLatin1String(", ")));
}

HealthFinding reachFinding(const IndexHealth& health, const IndexHealth* before) {
    const GraphHealth& graph = health.graph;
    using Kind = HealthFinding::Kind;
    if (graph.unreachable.empty()) {
        const std::size_t gained = before ? before->graph.unreachable.size() : 0;
        return {Kind::Good, gained > 0
                                ? translated("The repair connected %1: all %2 can now be reached from the "
                                             "entry, so every vector can be found.")
                                      .arg(nodesText(gained), formatCount(graph.nodes))
                                : translated("All %1 nodes can be reached from the entry: every vector "
                                             "can be found.")
                                      .arg(formatCount(graph.nodes))};
    }
    QString text = translated(graph.unreachable.size() == 1
                                  ? "%1 (%2) cannot be reached from the entry: it can never be found."
                                  : "%1 (%2) cannot be reached from the entry: they can never be found.")
                       .arg(nodesText(graph.unreachable.size()),
                            smallShare(share(double(graph.unreachable.size()), double(graph.nodes))));
    if (health.work.hidden > 0)
        text += QLatin1Char(' ') + translated("No search parameter leads to more than %1 of recall here.")
                                       .arg(formatRecall(health.work.highest_recall()));
    text += QLatin1Char(' ') +
            (before ? translated("The repair found no room for more edges; build with a larger degree.")
                    : translated("Repair connects them."));
    return {Kind::Fault, text};
}

std::optional<HealthFinding> componentFinding(const IndexHealth& health) {
    const Components& parts = health.graph.components;
    const std::size_t beyond = health.graph.nodes - parts.largest();
    if (parts.count <= 1 || beyond == health.graph.unreachable.size())
        return std::nullopt;
    return HealthFinding{
        HealthFinding::Kind::Note,
        translated("%1 strongly connected components, %2 of the nodes in the largest: from the "
                   "others a search cannot go back.")
            .arg(formatCount(parts.count),
                 smallShare(share(double(parts.largest()), double(health.graph.nodes))))};
}

std::optional<HealthFinding> workFinding(const IndexHealth& health) {
    const SearchWork& work = health.work;
    if (work.hops.empty())
        return std::nullopt;
    QString text = translated("A query takes %1 hops and %2 distances in the mean")
                       .arg(formatMean(work.mean_hops()), formatMean(work.mean_distances()));
    if (work.judged)
        text += translated(", for a recall@%1 of %2").arg(work.k).arg(formatRecall(work.recall));
    const QString params = QString::fromStdString(to_string(work.params));
    text += QStringLiteral(" (%1%2).")
                .arg(params.isEmpty() ? QString() : params + QStringLiteral(", "),
                     translated("%1 queries").arg(formatCount(work.hops.size())));
    return HealthFinding{HealthFinding::Kind::Note, text};
}

} // namespace

std::vector<HealthFinding> healthFindings(const IndexHealth& health, const IndexHealth* before) {
    std::vector<HealthFinding> findings;
    if (health.graph.nodes == 0)
        return {{HealthFinding::Kind::Note, translated("The index holds no vectors yet.")}};
    findings.push_back(reachFinding(health, before));
    if (auto finding = componentFinding(health))
        findings.push_back(*std::move(finding));
    if (auto finding = workFinding(health))
        findings.push_back(*std::move(finding));
    return findings;
}

HealthModel::HealthModel(QObject* parent) : QAbstractTableModel(parent) {}

void HealthModel::setHealth(const HealthPtr& health, const HealthPtr& before) {
    beginResetModel();
    m_health = health;
    m_before = health ? before : nullptr;
    m_rows.clear();
    if (m_health)
        fill();
    endResetModel();
}

void HealthModel::fill() {
    const auto add = [this](const Measure& quantity) {
        const auto value = quantity.value(*m_health);
        if (!value)
            return;
        Row row{QString::fromLatin1(quantity.key),
                translated(quantity.title),
                translated(quantity.help),
                *value,
                {},
                quantity.text(*value, *m_health),
                {},
                false};
        if (const auto old = m_before ? quantity.value(*m_before) : std::nullopt) {
            row.before = *old;
            row.textBefore = quantity.text(*old, *m_before);
        }
        row.fault = row.key == QLatin1String("unreachable") && *value > 0;
        if (row.key == QLatin1String("components"))
            row.help += sizesText(m_health->graph.components);
        m_rows.push_back(std::move(row));
    };
    for (const Measure& quantity : linkQuantities())
        add(quantity);
    const auto levelText = [](const LevelHealth& level) {
        return translated("%1, degree %2").arg(formatCount(level.nodes), formatMean(level.mean_degree())) +
               (level.unreachable > 0 ? translated(", %1 unreachable").arg(formatCount(level.unreachable))
                                      : QString());
    };
    for (std::size_t l = 1; l < m_health->levels.size(); ++l) {
        const LevelHealth& level = m_health->levels[l];
        Row row{QStringLiteral("level_%1").arg(l),
                translated("Level %1").arg(l),
                translated("Nodes of this layer of the hierarchy, and their edges within it"),
                double(level.nodes),
                {},
                levelText(level),
                {},
                level.unreachable > 0};
        if (m_before && l < m_before->levels.size()) {
            row.before = double(m_before->levels[l].nodes);
            row.textBefore = levelText(m_before->levels[l]);
        }
        m_rows.push_back(std::move(row));
    }
    for (const Measure& quantity : searchQuantities())
        add(quantity);
}

int HealthModel::rowOf(const QString& key) const {
    for (int row = 0; row < rowCount(); ++row)
        if (m_rows[std::size_t(row)].key == key)
            return row;
    return -1;
}

int HealthModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int HealthModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : m_before ? ColumnCount : Before;
}

QVariant HealthModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        return index.column() == Quantity ? row.title : index.column() == Value ? row.text : row.textBefore;
    case Qt::ToolTipRole:
        return row.help;
    case RawRole:
        return index.column() == Quantity ? QVariant(row.title)
               : index.column() == Value  ? row.value
                                          : row.before;
    case KeyRole:
        return row.key;
    case Qt::TextAlignmentRole:
        return int((index.column() == Quantity ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ForegroundRole:
        if (index.column() == Value && row.fault)
            return ui::palette().fault;
        return index.column() == Value ? QVariant() : QVariant(ui::palette().secondary);
    default:
        return {};
    }
}

QVariant HealthModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    if (role == Qt::DisplayRole)
        return section == Quantity ? tr("Graph")
               : section == Value  ? (m_before ? tr("repaired") : tr("now"))
                                   : tr("before");
    if (role == Qt::TextAlignmentRole)
        return int((section == Quantity ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return {};
}

QString HealthModel::csv() const {
    const auto number = [](const QVariant& v) {
        return v.isValid() ? QString::number(v.toDouble(), 'g', 12) : QString();
    };
    QStringList lines{m_before ? QStringLiteral("quantity,repaired,before")
                               : QStringLiteral("quantity,value")};
    for (const Row& row : m_rows)
        lines << (m_before ? QStringLiteral("%1,%2,%3").arg(row.key, number(row.value), number(row.before))
                           : QStringLiteral("%1,%2").arg(row.key, number(row.value)));
    return lines.join(u'\n') + u'\n';
}

QString HealthModel::markdown() const {
    QString out = QStringLiteral("|"), rule = QStringLiteral("|");
    for (int column = 0; column < columnCount(); ++column) {
        out += QStringLiteral(" %1 |").arg(headerData(column, Qt::Horizontal).toString());
        rule += column == Quantity ? QStringLiteral("---|") : QStringLiteral("---:|");
    }
    out += u'\n' + rule + u'\n';
    for (int row = 0; row < rowCount(); ++row) {
        out += u'|';
        for (int column = 0; column < columnCount(); ++column)
            out += QStringLiteral(" %1 |").arg(index(row, column).data().toString());
        out += u'\n';
    }
    return out;
}

} // namespace annscope::ui
