// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/search_readouts.h"

#include "ui/common/format.h"
#include "ui/common/theme.h"
#include "ui/models/run_text.h"

#include <QGridLayout>
#include <QLabel>
#include <QProgressBar>
#include <QVBoxLayout>

namespace annscope::ui {
namespace {

constexpr int kBarSteps = 1000;

QString dash() {
    return QStringLiteral("–");
}

} // namespace

SearchReadouts::SearchReadouts(QWidget* parent)
    : QWidget(parent), m_grid(new QGridLayout), m_memory(new QLabel(this)), m_status(new QLabel(this)),
      m_bar(new QProgressBar(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    m_bar->setRange(0, kBarSteps);
    m_bar->setTextVisible(false);
    m_bar->setFixedHeight(6);
    QSizePolicy keepsRoom = m_bar->sizePolicy();
    keepsRoom.setRetainSizeWhenHidden(true);
    m_bar->setSizePolicy(keepsRoom);
    layout->addWidget(m_bar);
    m_grid->setHorizontalSpacing(12);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);
    addRow(QStringLiteral("recall"), tr("recall"), columnHelp(RunsModel::Recall));
    addRow(QStringLiteral("p5"), tr("p5 recall"), columnHelp(RunsModel::P5));
    addRow(QStringLiteral("qps"), tr("QPS"), columnHelp(RunsModel::Qps));
    addRow(QStringLiteral("latency"), tr("p50 / p99"),
           tr("Half, and 99 %, of the queries take at most this long."));
    addRow(QStringLiteral("distances"), tr("distances"), columnHelp(RunsModel::Distances));
    addRow(QStringLiteral("hops"), tr("hops"), columnHelp(RunsModel::Hops));
    addRow(QStringLiteral("lists"), tr("lists"), columnHelp(RunsModel::Lists));
    addRow(QStringLiteral("memory"), tr("memory"), columnHelp(RunsModel::Bytes));
    layout->addLayout(m_grid);
    m_memory->setForegroundRole(QPalette::PlaceholderText);
    m_memory->setWordWrap(true);
    layout->addWidget(m_memory);
    m_status->setForegroundRole(QPalette::PlaceholderText);
    m_status->setWordWrap(true);
    layout->addWidget(m_status);
    clear(0);
}

SearchReadouts::Row& SearchReadouts::addRow(const QString& key, const QString& label, const QString& help) {
    const int row = m_grid->rowCount();
    Row made{new QLabel(label, this), new QLabel(this), new QLabel(this)};
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    made.value->setFont(strong);
    made.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    made.value->setFocusPolicy(Qt::NoFocus);
    made.name->setForegroundRole(QPalette::PlaceholderText);
    made.extra->setForegroundRole(QPalette::PlaceholderText);
    for (QLabel* part : {made.name, made.value, made.extra})
        part->setToolTip(help);
    m_grid->addWidget(made.name, row, 0);
    auto* cell = new QHBoxLayout;
    cell->setSpacing(6);
    cell->addWidget(made.value);
    cell->addWidget(made.extra);
    cell->addStretch();
    m_grid->addLayout(cell, row, 1);
    return m_rows[key] = made;
}

void SearchReadouts::set(const char* key, const QString& value, const QString& extra) {
    Row& row = m_rows.at(QLatin1String(key));
    row.value->setText(value);
    row.value->setForegroundRole(QPalette::WindowText);
    row.extra->setText(extra);
}

void SearchReadouts::setCount(const char* key, std::uint64_t sum, const OperatingPoint& point) {
    const bool counted = sum > 0 && point.queries > 0;
    const Row& row = m_rows.at(QLatin1String(key));
    for (QLabel* part : {row.name, row.value, row.extra})
        part->setVisible(counted);
    set(key, counted ? formatMean(double(sum) / double(point.queries)) : dash(), tr("per query"));
}

void SearchReadouts::setPoint(const OperatingPoint& point, double recallMargin, std::size_t total) {
    m_rows.at(QStringLiteral("recall")).name->setText(tr("recall@%1").arg(point.k));
    const QString margin = QString::number(recallMargin, 'f', recallMargin < 0.0005 ? 5 : 3);
    set("recall", formatRecall(point.recall), recallMargin > 0 ? QStringLiteral("± ") + margin : QString());
    set("p5", formatRecall(point.recall_p5));
    set("qps", formatQps(point.qps),
        point.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(point.threads));
    set("latency", formatMicros(point.latency.p50) + QStringLiteral(" / ") + formatMicros(point.latency.p99));
    setCount("distances", point.stats.distances, point);
    setCount("hops", point.stats.hops, point);
    setCount("lists", point.stats.lists, point);
    const bool complete = point.queries >= total;
    m_bar->setVisible(!complete);
    m_bar->setValue(total == 0 ? 0 : int(double(point.queries) / double(total) * kBarSteps));
    m_status->setText(
        complete ? measuredBy(point)
                 : tr("%1 of %2 queries so far").arg(formatCount(point.queries), formatCount(total)));
}

void SearchReadouts::setStale() {
    for (auto& [key, row] : m_rows)
        if (key != QStringLiteral("memory"))
            row.value->setForegroundRole(QPalette::PlaceholderText);
    m_bar->setValue(0);
    m_bar->show();
    m_status->setText(tr("Measuring…"));
}

void SearchReadouts::clear(std::size_t k) {
    m_rows.at(QStringLiteral("recall")).name->setText(k == 0 ? tr("recall") : tr("recall@%1").arg(k));
    for (const char* key : {"recall", "p5", "qps", "latency"})
        set(key, dash());
    for (const char* key : {"distances", "hops", "lists"})
        setCount(key, 0, {});
    m_bar->hide();
    m_status->setText(tr("Not measured yet: move a slider."));
}

void SearchReadouts::setMemory(const BuiltIndexPtr& index) {
    if (!index || !index->index)
        return;
    const IndexInfo info = index->index->info();
    QStringList parts, formulas;
    for (const MemoryPart& part : info.memory) {
        const QString name = QString::fromStdString(part.name);
        parts << tr("%1 %2").arg(name, formatBytes(part.bytes));
        formulas << tr("%1: %2 bytes = %3")
                        .arg(name, formatCount(part.bytes), QString::fromStdString(part.formula));
    }
    set("memory", formatBytes(info.bytes()));
    const Row& row = m_rows.at(QStringLiteral("memory"));
    for (QLabel* label : {row.name, row.value, m_memory})
        label->setToolTip(formulas.join(u'\n'));
    m_memory->setText(parts.join(QStringLiteral(" + ")));
    m_memory->setVisible(parts.size() > 1);
}

QString SearchReadouts::text(const QString& name) const {
    const auto row = m_rows.find(name);
    if (row == m_rows.end())
        return name == QStringLiteral("status") ? m_status->text() : QString();
    return (row->second.value->text() + u' ' + row->second.extra->text()).trimmed();
}

} // namespace annscope::ui
