// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/table_text.h"

#include <numeric>

namespace annscope::ui {
namespace {

QString quoted(QString text, TableFormat format) {
    switch (format) {
    case TableFormat::Tsv:
        return text.replace(u'\t', u' ').replace(u'\n', u' ');
    case TableFormat::Csv:
        if (text.contains(u',') || text.contains(u'"') || text.contains(u'\n'))
            return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
        return text;
    case TableFormat::Markdown:
        return text.replace(u'|', QStringLiteral("\\|")).replace(u'\n', u' ');
    }
    return text;
}

QString line(const QStringList& fields, TableFormat format) {
    QStringList texts;
    for (const QString& field : fields)
        texts << quoted(field, format);
    switch (format) {
    case TableFormat::Tsv:
        return texts.join(u'\t') + u'\n';
    case TableFormat::Csv:
        return texts.join(u',') + u'\n';
    case TableFormat::Markdown:
        break;
    }
    return QStringLiteral("| ") + texts.join(QStringLiteral(" | ")) + QStringLiteral(" |\n");
}

QString field(const QModelIndex& at, const TableText& options) {
    if (options.format != TableFormat::Markdown && options.numberRole >= 0) {
        const QVariant value = at.data(options.numberRole);
        if (value.userType() == QMetaType::Double)
            return QString::number(value.toDouble(), 'g', 9);
    }
    return at.data().toString();
}

} // namespace

QString tableText(const QAbstractItemModel& model, const TableText& options) {
    std::vector<int> rows = options.rows;
    if (rows.empty()) {
        rows.resize(std::size_t(model.rowCount()));
        std::iota(rows.begin(), rows.end(), 0);
    }
    QStringList heading;
    if (options.rowHeadings)
        heading << QString();
    for (int column = 0; column < model.columnCount(); ++column)
        heading << model.headerData(column, Qt::Horizontal).toString();
    QString text = line(heading, options.format);
    if (options.format == TableFormat::Markdown)
        text += u'|' + QStringLiteral(" --- |").repeated(heading.size()) + u'\n';
    for (const int row : rows) {
        QStringList fields;
        if (options.rowHeadings)
            fields << model.headerData(row, Qt::Vertical).toString();
        for (int column = 0; column < model.columnCount(); ++column)
            fields << field(model.index(row, column), options);
        text += line(fields, options.format);
    }
    return text;
}

} // namespace annscope::ui
