// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/runs_filter.h"

#include "ui/models/filter_stack.h"
#include "ui/models/run_text.h"

#include <QRegularExpression>

#include <cmath>
#include <limits>

namespace annscope::ui {
namespace {

std::optional<RunsModel::Column> columnNamed(const QString& name) {
    static const QHash<QString, RunsModel::Column> kAliases{
        {QStringLiteral("memory"), RunsModel::Bytes},  {QStringLiteral("p5_recall"), RunsModel::P5},
        {QStringLiteral("recall_p5"), RunsModel::P5},  {QStringLiteral("index_bytes"), RunsModel::Bytes},
        {QStringLiteral("mean_us"), RunsModel::Mean},  {QStringLiteral("p50_us"), RunsModel::P50},
        {QStringLiteral("p95_us"), RunsModel::P95},    {QStringLiteral("p99_us"), RunsModel::P99},
        {QStringLiteral("train_s"), RunsModel::Train}, {QStringLiteral("add_s"), RunsModel::Add},
    };
    for (int column = 0; column < RunsModel::ColumnCount; ++column)
        if (columnKey(RunsModel::Column(column)) == name)
            return RunsModel::Column(column);
    if (const auto found = kAliases.find(name); found != kAliases.end())
        return *found;
    return std::nullopt;
}

bool isTime(const std::optional<RunsModel::Column>& column) {
    return column && *column >= RunsModel::Mean && *column <= RunsModel::P99;
}

/// "10k", "95%", "1.5ms" (microseconds for latencies, seconds otherwise), "2 GB".
std::optional<double> parseNumber(const QString& text, const std::optional<RunsModel::Column>& column) {
    static const QRegularExpression kNumber(
        QStringLiteral(R"(^([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([a-zA-Zµ%]*)$)"));
    const auto match = kNumber.match(text);
    if (!match.hasMatch())
        return std::nullopt;
    const double value = match.captured(1).toDouble();
    const QString unit = match.captured(2);
    const double second = isTime(column) ? 1e6 : 1.0;
    static const QHash<QString, double> kFactors{{QString(), 1},
                                                 {QStringLiteral("k"), 1e3},
                                                 {QStringLiteral("K"), 1e3},
                                                 {QStringLiteral("M"), 1e6},
                                                 {QStringLiteral("G"), 1e9},
                                                 {QStringLiteral("kB"), 1e3},
                                                 {QStringLiteral("MB"), 1e6},
                                                 {QStringLiteral("GB"), 1e9},
                                                 {QStringLiteral("B"), 1},
                                                 {QStringLiteral("%"), 0.01}};
    if (const auto found = kFactors.find(unit); found != kFactors.end())
        return value * *found;
    if (unit == QStringLiteral("us") || unit == QStringLiteral("µs"))
        return value * second * 1e-6;
    if (unit == QStringLiteral("ms"))
        return value * second * 1e-3;
    if (unit == QStringLiteral("s"))
        return value * second;
    return std::nullopt;
}

FilterTerm::Op operatorOf(const QString& text) {
    using Op = FilterTerm::Op;
    static const QHash<QString, Op> kOperators{
        {QStringLiteral("<"), Op::Less},     {QStringLiteral("<="), Op::LessEqual},
        {QStringLiteral(">"), Op::Greater},  {QStringLiteral(">="), Op::GreaterEqual},
        {QStringLiteral("="), Op::Equal},    {QStringLiteral("=="), Op::Equal},
        {QStringLiteral("!="), Op::NotEqual}};
    return kOperators.value(text, Op::Equal);
}

bool compare(double value, FilterTerm::Op op, double limit) {
    using Op = FilterTerm::Op;
    const bool same = std::abs(value - limit) <= 1e-9 * std::max(1.0, std::abs(limit));
    switch (op) {
    case Op::Less:
        return value < limit && !same;
    case Op::LessEqual:
        return value <= limit || same;
    case Op::Greater:
        return value > limit && !same;
    case Op::GreaterEqual:
        return value >= limit || same;
    case Op::NotEqual:
        return !same;
    default:
        return same;
    }
}

QString tr(const char* text) {
    return RunsFilter::tr(text);
}

void addComparison(FilterLine& line, const QRegularExpressionMatch& match) {
    FilterTerm term;
    term.text = match.captured(1);
    term.column = columnNamed(term.text.toLower());
    term.op = operatorOf(match.captured(2));
    const QString value = match.captured(3);
    if (term.column && isTextColumn(*term.column)) {
        line.error = tr("“%1” is a text; write a part of it by itself.").arg(term.text);
        return;
    }
    const auto number = parseNumber(value, term.column);
    if (!number) {
        line.error =
            value.isEmpty()
                ? tr("A number is missing after “%1 %2”.").arg(term.text, match.captured(2))
                : tr("“%1” is not a number; %2 is compared with one, as in %2>0.9.").arg(value, term.text);
        return;
    }
    term.number = *number;
    line.terms.push_back(term);
}

} // namespace

FilterLine parseFilter(const QString& text) {
    static const QRegularExpression kComparison(
        QStringLiteral(R"(([A-Za-z_][A-Za-z0-9_]*)\s*(<=|>=|==|!=|<|>|=)\s*([^\s<>=!]*)|(\S+))"));
    static const QStringList kFlags{QStringLiteral("front"), QStringLiteral("overall"),
                                    QStringLiteral("pinned"), QStringLiteral("hidden")};
    FilterLine line;
    auto matches = kComparison.globalMatch(text);
    while (matches.hasNext()) {
        const auto match = matches.next();
        QString word = match.captured(4);
        if (word.isEmpty()) {
            addComparison(line, match);
            continue;
        }
        FilterTerm term;
        term.negated = word.size() > 1 && word.startsWith(u'-');
        if (term.negated)
            word.remove(0, 1);
        if (word.startsWith(QStringLiteral("is:"))) {
            term.op = FilterTerm::Op::Is;
            word.remove(0, 3);
            if (!kFlags.contains(word)) {
                line.error = tr("is: knows %1.").arg(kFlags.join(QStringLiteral(", ")));
                continue;
            }
        }
        term.text = word;
        line.terms.push_back(term);
    }
    return line;
}

RunsFilter::RunsFilter(RunsModel* model, QObject* parent) : QSortFilterProxyModel(parent), m_model(model) {
    setSortRole(RunsModel::SortRole);
    setDynamicSortFilter(true);
    setSourceModel(model);
    connect(model, &RunsModel::frontsChanged, this, [this] {
        const auto needsFronts = [](const FilterTerm& term) { return term.op == FilterTerm::Op::Is; };
        if (std::ranges::any_of(m_line.terms, needsFronts))
            invalidateFilter();
    });
}

void RunsFilter::setText(const QString& text) {
    m_line = parseFilter(text);
    const auto unknown = [this](const FilterTerm& term) {
        if (term.column || term.op == FilterTerm::Op::Contains || term.op == FilterTerm::Op::Is)
            return false;
        return std::ranges::none_of(m_model->runs(), [&](const Run& run) {
            return run.point.params.contains(term.text.toStdString());
        });
    };
    for (const FilterTerm& term : m_line.terms)
        if (m_line.error.isEmpty() && unknown(term))
            m_line.error = tr("No run has “%1”. Columns: recall, p5, qps, mean, p50, p95, p99, distances, "
                              "hops, lists, codes, bytes, threads, k, train, add; or a search parameter.")
                               .arg(term.text);
    invalidateFilter();
}

void RunsFilter::setFilters(const FilterStack* filters) {
    m_filters = filters;
    connect(filters, &FilterStack::changed, this, [this] { invalidateFilter(); });
    invalidateFilter();
}

bool RunsFilter::matches(const Run& run, const FilterTerm& term) const {
    if (term.op == FilterTerm::Op::Contains)
        return configurationText(run).contains(term.text, Qt::CaseInsensitive) ||
               runText(run, RunsModel::Data).contains(term.text, Qt::CaseInsensitive);
    if (term.op == FilterTerm::Op::Is) {
        if (term.text == QStringLiteral("pinned"))
            return run.pinned;
        if (term.text == QStringLiteral("hidden"))
            return run.hidden;
        return term.text == QStringLiteral("front") ? m_model->onFront(run.id)
                                                    : m_model->onOverallFront(run.id);
    }
    if (term.column)
        return compare(runValue(run, *term.column).toDouble(), term.op, term.number);
    const double value =
        run.point.params.get(term.text.toStdString(), std::numeric_limits<double>::quiet_NaN());
    return !std::isnan(value) && compare(value, term.op, term.number);
}

bool RunsFilter::filterAcceptsRow(int row, const QModelIndex&) const {
    const Run& run = m_model->runs()[std::size_t(row)];
    if (m_filters && !m_filters->passesRun(run.id))
        return false;
    return std::ranges::all_of(m_line.terms,
                               [&](const FilterTerm& term) { return matches(run, term) != term.negated; });
}

bool RunsFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const Run& a = m_model->runs()[std::size_t(left.row())];
    const Run& b = m_model->runs()[std::size_t(right.row())];
    if (a.pinned != b.pinned)
        return a.pinned == (sortOrder() == Qt::AscendingOrder);
    const auto column = RunsModel::Column(left.column());
    const QVariant x = runValue(a, column), y = runValue(b, column);
    if (column == RunsModel::Measured)
        return a.time < b.time;
    if (column == RunsModel::Params) // nprobe=8 before nprobe=16
        return a.point.params.values() < b.point.params.values();
    return isTextColumn(column) ? QString::localeAwareCompare(x.toString(), y.toString()) < 0
                                : x.toDouble() < y.toDouble();
}

} // namespace annscope::ui
