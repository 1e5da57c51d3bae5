// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/table_export.h"

#include <QAbstractItemModel>
#include <QAction>
#include <QClipboard>
#include <QFileDialog>
#include <QGuiApplication>
#include <QMessageBox>
#include <QSaveFile>
#include <QTableView>

#include <functional>

namespace annscope::ui {

namespace {

QString tableAs(const QAbstractItemModel& model, QChar separator,
                const std::function<QString(QString)>& written) {
    QString text;
    const auto line = [&](const std::function<QVariant(int)>& cell) {
        for (int c = 0; c < model.columnCount(); ++c)
            text += (c > 0 ? QString(separator) : QString()) + written(cell(c).toString());
        text += QLatin1Char('\n');
    };
    line([&](int c) { return model.headerData(c, Qt::Horizontal); });
    for (int r = 0; r < model.rowCount(); ++r)
        line([&](int c) { return model.index(r, c).data(); });
    return text;
}

void saveCsv(QTableView* table, const QString& fileName) {
    const QString title = QObject::tr("Save table");
    const QString path = QFileDialog::getSaveFileName(table, title, fileName + QStringLiteral(".csv"),
                                                      QObject::tr("CSV (*.csv)"));
    if (path.isEmpty())
        return;
    QSaveFile file(path);
    const QByteArray text = tableAsCsv(*table->model()).toUtf8();
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        QMessageBox::warning(table, title,
                             QObject::tr("%1 was not written: %2").arg(path, file.errorString()));
}

} // namespace

QString tableAsTsv(const QAbstractItemModel& model) {
    return tableAs(model, QLatin1Char('\t'), [](QString cell) {
        return cell.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' '));
    });
}

QString tableAsCsv(const QAbstractItemModel& model) {
    return tableAs(model, QLatin1Char(','), [](QString cell) {
        const bool quoted = cell.contains(QLatin1Char(',')) || cell.contains(QLatin1Char('"')) ||
                            cell.contains(QLatin1Char('\n'));
        cell.replace(QLatin1Char('"'), QStringLiteral("\"\""));
        return quoted ? QLatin1Char('"') + cell + QLatin1Char('"') : cell;
    });
}

void addTableExport(QTableView* table, const QString& fileName) {
    auto* copy = new QAction(QObject::tr("&Copy table"), table);
    copy->setObjectName(QStringLiteral("copyTable"));
    copy->setShortcut(QKeySequence::Copy);
    copy->setShortcutContext(Qt::WidgetShortcut);
    QObject::connect(copy, &QAction::triggered, table,
                     [table] { QGuiApplication::clipboard()->setText(tableAsTsv(*table->model())); });
    auto* save = new QAction(QObject::tr("&Save as CSV…"), table);
    save->setObjectName(QStringLiteral("saveTable"));
    QObject::connect(save, &QAction::triggered, table, [table, fileName] { saveCsv(table, fileName); });
    table->addActions({copy, save});
    table->setContextMenuPolicy(Qt::ActionsContextMenu);
}

} // namespace annscope::ui
