// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/lab_memory.h"

#include "ui/common/format.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QFrame>
#include <QGridLayout>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QStringList>

namespace annscope::ui {
namespace {

bool isDigit(QChar c) {
    return c >= u'0' && c <= u'9';
}

/// The end of a number, a name, or a group in parentheses that begins at i.
qsizetype operandEnd(const QString& text, qsizetype i) {
    if (i < text.size() && text[i] == u'(') {
        int depth = 0;
        for (; i < text.size(); ++i) {
            depth += text[i] == u'(' ? 1 : text[i] == u')' ? -1 : 0;
            if (depth == 0)
                return i + 1;
        }
        return i;
    }
    while (i < text.size() && (text[i].isLetterOrNumber() || text[i] == u'_'))
        ++i;
    return i;
}

QString wordHtml(const QString& word) {
    if (isDigit(word.front()))
        return formatCount(word.toULongLong());
    return word == QStringLiteral("ceil") ? word : QStringLiteral("<i>%1</i>").arg(word.toHtmlEscaped());
}

QString exactBytes(std::uint64_t bytes) {
    return LabMemory::tr("%1 B").arg(formatCount(bytes));
}

} // namespace

QString formulaHtml(const std::string& formula) {
    const QString text = QString::fromStdString(formula);
    QString html;
    for (qsizetype i = 0; i < text.size();) {
        const QChar c = text[i];
        if (c.isLetterOrNumber()) {
            const qsizetype end = operandEnd(text, i);
            html += wordHtml(text.mid(i, end - i));
            i = end;
        } else if (c == u'^') {
            const qsizetype end = operandEnd(text, i + 1);
            html +=
                QStringLiteral("<sup>%1</sup>").arg(formulaHtml(text.mid(i + 1, end - i - 1).toStdString()));
            i = end;
        } else {
            html += c == u'*' ? QStringLiteral("×") : QString(c).toHtmlEscaped();
            ++i;
        }
    }
    return html;
}

LabMemory::LabMemory(QWidget* parent) : QWidget(parent), m_heading(new QLabel(this)) {
    setObjectName(QStringLiteral("labMemory"));
    setAccessibleName(tr("Memory part by part"));
    m_heading->setWordWrap(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 8, 12, 8);
    layout->setSpacing(8);
    layout->addWidget(m_heading);
    layout->addStretch();
    clear();
}

void LabMemory::clear() {
    delete m_table;
    m_table = nullptr;
    m_summary.clear();
    m_heading->setText(tr("The memory of the code, part by part, as formulas with the numbers put in."));
}

QLabel* LabMemory::cell(int row, int column, const QString& text, Qt::Alignment alignment, bool quiet) {
    auto* label = new QLabel(text, m_table);
    label->setTextFormat(Qt::RichText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (quiet)
        label->setForegroundRole(QPalette::PlaceholderText);
    static_cast<QGridLayout*>(m_table->layout())->addWidget(label, row, column, alignment | Qt::AlignTop);
    return label;
}

void LabMemory::setParts(const QString& configuration, const std::vector<CountedPart>& parts,
                         std::size_t vectors, double own) {
    clear();
    m_heading->setText(
        tr("<b>%1</b> over %2 vectors").arg(configuration.toHtmlEscaped(), formatCount(vectors)));
    m_table = new QWidget(this);
    auto* grid = new QGridLayout(m_table);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(20);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(2, 1);
    QStringList lines{configuration};
    std::uint64_t total = 0;
    int row = 0;
    for (const CountedPart& counted : parts) {
        const MemoryPart& part = counted.part;
        total += part.bytes;
        const QString name = QString::fromStdString(part.name);
        cell(row, 0, name.toHtmlEscaped(), Qt::AlignLeft);
        cell(row, 1, formulaHtml(part.formula), Qt::AlignLeft, true);
        QLabel* numbers = cell(
            row, 2, counted.counted.empty() ? QString() : QStringLiteral("= ") + formulaHtml(counted.counted),
            {}); // as wide as there is room
        numbers->setAlignment(Qt::AlignLeft | Qt::AlignTop);
        numbers->setWordWrap(true);
        cell(row, 3, exactBytes(part.bytes), Qt::AlignRight);
        cell(row, 4, formatBytes(part.bytes), Qt::AlignRight, true);
        lines << tr("%1: %2 = %3%4")
                     .arg(name, QString::fromStdString(part.formula),
                          counted.counted.empty()
                              ? QString()
                              : QString::fromStdString(counted.counted) + QStringLiteral(" = "),
                          exactBytes(part.bytes));
        ++row;
    }
    auto* rule = new QFrame(m_table);
    rule->setFrameShape(QFrame::HLine);
    rule->setForegroundRole(QPalette::Mid);
    grid->addWidget(rule, row++, 0, 1, 5);
    const double each = vectors > 0 ? double(total) / double(vectors) : 0;
    cell(row, 0, tr("<b>together</b>"), Qt::AlignLeft);
    cell(row, 1, tr("%1 B a vector; as given, %2 B").arg(formatMean(each), formatMean(own)), Qt::AlignLeft,
         true);
    cell(row, 3, QStringLiteral("<b>%1</b>").arg(exactBytes(total)), Qt::AlignRight);
    cell(row, 4, formatBytes(total), Qt::AlignRight, true);
    lines << tr("together: %1").arg(exactBytes(total));
    m_summary = lines.join(u'\n');
    setAccessibleDescription(m_summary);
    static_cast<QVBoxLayout*>(layout())->insertWidget(1, m_table);
}

void LabMemory::contextMenuEvent(QContextMenuEvent* event) {
    QMenu menu(this);
    QAction* copy = menu.addAction(tr("&Copy"));
    copy->setEnabled(!m_summary.isEmpty());
    connect(copy, &QAction::triggered, this, [this] { QGuiApplication::clipboard()->setText(m_summary); });
    menu.exec(event->globalPos());
}

} // namespace annscope::ui
