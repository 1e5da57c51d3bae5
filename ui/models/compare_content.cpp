// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/compare_content.h"

#include "data/recall.h"
#include "index/kind.h"
#include "ui/common/format.h"
#include "ui/models/run_text.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace annscope::ui {
namespace {

using Better = CompareLine::Better;
using CellOf = std::function<CompareCell(const Run&)>;

QString tr(const char* text) {
    return QCoreApplication::translate("Compare", text);
}

/// Builds the lines one after the other; what says nothing is left out.
class Lines {
public:
    explicit Lines(const std::vector<const Run*>& runs) : m_runs(runs) {}

    void heading(const QString& label) {
        closeHeading();
        CompareLine line;
        line.label = label;
        line.heading = true;
        line.cells.resize(m_runs.size());
        m_lines.push_back(std::move(line));
        m_heading = m_lines.size() - 1;
    }

    void add(const QString& label, const QString& help, Better better, const CellOf& cellOf) {
        CompareLine line;
        line.label = label;
        line.help = help;
        line.better = better;
        bool any = false;
        for (const Run* run : m_runs) {
            line.cells.push_back(cellOf(*run));
            any = any || line.cells.back().value.isValid();
        }
        if (!any)
            return;
        for (CompareCell& cell : line.cells) {
            line.differs = line.differs || cell.value != line.cells.front().value;
            if (!cell.value.isValid())
                cell.text = QStringLiteral("–");
        }
        markBest(line);
        m_lines[m_heading].differs = m_lines[m_heading].differs || line.differs;
        m_lines.push_back(std::move(line));
    }

    std::vector<CompareLine> take() {
        closeHeading();
        return std::move(m_lines);
    }

private:
    void closeHeading() {
        if (!m_lines.empty() && m_lines.back().heading)
            m_lines.pop_back();
    }
    static void markBest(CompareLine& line) {
        if (line.better == Better::Neither || !line.differs)
            return;
        double best = std::nan("");
        for (const CompareCell& cell : line.cells)
            if (const double value = cell.value.toDouble();
                cell.value.isValid() &&
                (std::isnan(best) || (line.better == Better::More ? value > best : value < best)))
                best = value;
        for (CompareCell& cell : line.cells)
            cell.best = cell.value.isValid() && cell.value.toDouble() == best;
    }

    const std::vector<const Run*>& m_runs;
    std::vector<CompareLine> m_lines;
    std::size_t m_heading = 0;
};

CompareCell cellOf(const Run& run, RunsModel::Column column) {
    CompareCell cell{runText(run, column), runTooltip(run, column), runValue(run, column), false};
    if (cell.value.toString().isEmpty() || (!isTextColumn(column) && cell.value.toDouble() <= 0 &&
                                            column != RunsModel::Recall && column != RunsModel::P5))
        cell.value = QVariant();
    return cell;
}

void addColumn(Lines& lines, RunsModel::Column column, Better better) {
    lines.add(columnTitle(column), columnHelp(column), better,
              [column](const Run& run) { return cellOf(run, column); });
}

CompareCell paramCell(const ParamSet& given, const std::vector<ParamInfo>& declared,
                      const std::string& name) {
    const auto info =
        std::ranges::find(declared, name, [](const ParamInfo& i) { return std::string(i.name); });
    if (given.contains(name)) {
        const double value = given.get(name, 0);
        return {formatParameter(value), {}, value, false};
    }
    if (info == declared.end())
        return {};
    return {formatParameter(info->def), tr("The default"), info->def, false};
}

using Declared = std::function<std::vector<ParamInfo>(const Run&)>;
using Given = std::function<const ParamSet*(const Run&)>;

void addParams(Lines& lines, const std::vector<const Run*>& runs, const Declared& declared,
               const Given& given) {
    std::vector<std::pair<std::string, std::string>> names; ///< with their help
    const auto note = [&](const std::string& name, std::string_view help) {
        if (std::ranges::find(names, name, &std::pair<std::string, std::string>::first) == names.end())
            names.emplace_back(name, help);
    };
    for (const Run* run : runs) {
        for (const ParamInfo& info : declared(*run))
            note(std::string(info.name), info.help);
        for (const auto& [name, value] : given(*run)->values())
            note(name, {});
    }
    for (const auto& [name, help] : names)
        lines.add(QString::fromStdString(name), QString::fromStdString(help), Better::Neither,
                  [&, n = name](const Run& run) { return paramCell(*given(run), declared(run), n); });
}

std::vector<float> recallsOf(const Run& run, const QueryRowsPtr& rows) {
    const std::vector<float>& all = run.point.recall_per_query;
    if (!rows)
        return all;
    std::vector<float> some;
    for (const std::uint32_t row : *rows)
        if (row < all.size())
            some.push_back(all[row]);
    return some;
}

/// What a run says of the queries that pass the filters; 0 queries: nothing.
Run narrowed(const Run& run, const QueryRowsPtr& rows) {
    Run copy;
    copy.index = run.index;
    copy.point.k = run.point.k;
    const RecallSummary summary = summarize_recall(recallsOf(run, rows));
    copy.point.queries = summary.per_query.size();
    copy.point.recall = summary.mean;
    copy.point.recall_p5 = summary.p5;
    copy.point.recall_per_query = summary.per_query;
    return copy;
}

/// Over the queries that pass the filters, where there are filters.
void addRecall(Lines& lines, const std::vector<const Run*>& runs, const QueryRowsPtr& rows) {
    std::map<const Run*, Run> some;
    if (rows)
        for (const Run* run : runs)
            some.emplace(run, narrowed(*run, rows));
    const auto judged = [&](const Run& run) -> const Run& { return rows ? some.at(&run) : run; };
    const auto cell = [&](const Run& run, RunsModel::Column column) {
        return judged(run).point.queries == 0 ? CompareCell() : cellOf(judged(run), column);
    };
    const QString of = rows ? tr(" (filtered queries)") : QString();
    lines.add(columnTitle(RunsModel::Recall) + of, columnHelp(RunsModel::Recall), Better::More,
              [&](const Run& run) {
                  CompareCell recall = cell(run, RunsModel::Recall);
                  const double margin = recallMargin(judged(run).point);
                  if (recall.value.isValid() && margin > 0)
                      recall.text +=
                          QStringLiteral(" ± ") + QString::number(margin, 'f', margin < 0.0005 ? 4 : 3);
                  return recall;
              });
    lines.add(columnTitle(RunsModel::P5) + of, columnHelp(RunsModel::P5), Better::More,
              [&](const Run& run) { return cell(run, RunsModel::P5); });
    lines.add(tr("queries"), tr("Queries that were measured, or of these the ones that pass the filters."),
              Better::Neither, [&](const Run& run) {
                  const std::size_t count = judged(run).point.queries;
                  return CompareCell{formatCount(count), {}, double(count), false};
              });
}

void addMemory(Lines& lines, const std::vector<const Run*>& runs) {
    lines.heading(tr("Memory"));
    addColumn(lines, RunsModel::Bytes, Better::Less);
    std::vector<std::string> names;
    std::vector<IndexInfo> infos;
    for (const Run* run : runs) {
        infos.push_back(run->index && run->index->index ? run->index->index->info() : IndexInfo());
        for (const MemoryPart& part : infos.back().memory)
            if (std::ranges::find(names, part.name) == names.end())
                names.push_back(part.name);
    }
    for (const std::string& name : names) {
        std::size_t at = 0; // cells are asked for in the order of the runs
        lines.add(
            QString::fromStdString(name), tr("Bytes of this part of the index."), Better::Less,
            [&](const Run&) {
                const IndexInfo& info = infos[at++];
                const auto part = std::ranges::find(info.memory, name, &MemoryPart::name);
                if (part == info.memory.end() || part->bytes == 0)
                    return CompareCell();
                return CompareCell{
                    formatBytes(part->bytes),
                    tr("%1 bytes = %2").arg(formatCount(part->bytes), QString::fromStdString(part->formula)),
                    double(part->bytes), false};
            });
    }
}

void addConfiguration(Lines& lines, const std::vector<const Run*>& runs) {
    lines.heading(tr("Configuration"));
    lines.add(tr("index"), tr("Factory string; what not all have is highlighted."), Better::Neither,
              [](const Run& run) {
                  const QString factory = run.index ? run.index->title.section(u'|', 0, 0) : QString();
                  return CompareCell{factory, run.index ? run.index->title : QString(),
                                     factory.isEmpty() ? QVariant() : QVariant(factory), false};
              });
    static const ParamSet kNone;
    addParams(
        lines, runs,
        [](const Run& run) {
            return run.index ? build_params(run.index->configuration.spec.root) : std::vector<ParamInfo>();
        },
        [](const Run& run) { return run.index ? &run.index->configuration.build : &kNone; });
    lines.heading(tr("Search"));
    addParams(
        lines, runs,
        [](const Run& run) {
            const auto declared = run.index && run.index->index ? run.index->index->search_params()
                                                                : std::span<const ParamInfo>();
            return std::vector<ParamInfo>(declared.begin(), declared.end());
        },
        [](const Run& run) { return &run.point.params; });
    addColumn(lines, RunsModel::K, Better::Neither);
    addColumn(lines, RunsModel::Threads, Better::Neither);
    addColumn(lines, RunsModel::Data, Better::Neither);
}

} // namespace

std::vector<CompareLine> compareContent(const std::vector<const Run*>& runs, const QueryRowsPtr& rows) {
    Lines lines(runs);
    addConfiguration(lines, runs);
    lines.heading(tr("Accuracy"));
    addRecall(lines, runs, rows);
    lines.heading(tr("Speed"));
    addColumn(lines, RunsModel::Qps, Better::More);
    for (const auto column : {RunsModel::Mean, RunsModel::P50, RunsModel::P95, RunsModel::P99})
        addColumn(lines, column, Better::Less);
    lines.heading(tr("Work per query"));
    for (const auto column : {RunsModel::Distances, RunsModel::Hops, RunsModel::Lists, RunsModel::Codes})
        addColumn(lines, column, Better::Less);
    addMemory(lines, runs);
    lines.heading(tr("Build"));
    addColumn(lines, RunsModel::Train, Better::Less);
    addColumn(lines, RunsModel::Add, Better::Less);
    return lines.take();
}

QStringList compareNames(const std::vector<const Run*>& runs) {
    QStringList names;
    for (const Run* run : runs)
        names << (run->index ? run->index->title.section(u'|', 0, 0) : QString());
    const auto extend = [&](auto more) {
        const QStringList before = names;
        for (qsizetype i = 0; i < names.size(); ++i)
            if (before.count(before[i]) > 1)
                if (const QString text = more(*runs[std::size_t(i)]); !text.isEmpty())
                    names[i] += u' ' + text;
    };
    extend([](const Run& run) { return run.index ? run.index->title.section(u'|', 1) : QString(); });
    extend([](const Run& run) { return paramsText(run); });
    extend([](const Run& run) { return QStringLiteral("k=%1").arg(run.point.k); });
    extend([](const Run& run) { return tr("%1 threads").arg(run.point.threads); });
    return names;
}

QString compareLetter(std::size_t position) {
    return QString(QChar(u'A' + char16_t(position)));
}

QString whyNotPaired(const Run& first, const Run& second) {
    if (!first.index || !second.index || first.index->dataset != second.index->dataset)
        return tr("They were measured on different data, so no query has an answer of both.");
    if (first.point.k != second.point.k)
        return tr("Recall@%1 and recall@%2 cannot be set against each other: measure both with the same k.")
            .arg(first.point.k)
            .arg(second.point.k);
    if (first.point.recall_per_query.empty() || second.point.recall_per_query.empty())
        return tr("The recalls of single queries were not kept.");
    return {};
}

} // namespace annscope::ui
