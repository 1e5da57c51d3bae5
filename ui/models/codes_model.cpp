// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/codes_model.h"

#include "ui/common/format.h"
#include "ui/common/palette.h"

#include <QColor>
#include <QCoreApplication>
#include <QFont>
#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace annscope::ui {
namespace {

struct ColumnInfo {
    const char *title, *key, *help;
};

constexpr std::array<ColumnInfo, CodesModel::ColumnCount> kColumns{{
    {QT_TRANSLATE_NOOP("Codes", "code"), "code",
     QT_TRANSLATE_NOOP("Codes", "Factory string. Double click: take it into the line above")},
    {QT_TRANSLATE_NOOP("Codes", "bytes"), "bytes_per_vector",
     QT_TRANSLATE_NOOP("Codes", "Bytes of a vector's code, without its id")},
    {QT_TRANSLATE_NOOP("Codes", "smaller"), "compression",
     QT_TRANSLATE_NOOP("Codes", "How many times smaller than the vectors in the data's own type")},
    {QT_TRANSLATE_NOOP("Codes", "distortion"), "relative_distortion",
     QT_TRANSLATE_NOOP("Codes", "Mean squared error of the decoded vectors, as a share of their variance. "
                                "Less is better")},
    {QT_TRANSLATE_NOOP("Codes", "recall"), "recall_before",
     QT_TRANSLATE_NOOP("Codes", "Recall@k by the codes alone, without re-ranking")},
    {QT_TRANSLATE_NOOP("Codes", "re-ranked"), "recall_after",
     QT_TRANSLATE_NOOP("Codes", "Recall@k after re-ranking k × k_factor candidates by the vectors, for the "
                                "k_factor above")},
    {QT_TRANSLATE_NOOP("Codes", "k_factor .90"), "k_factor_090",
     QT_TRANSLATE_NOOP("Codes", "The least k_factor with which re-ranking reaches a recall of 0.90")},
    {QT_TRANSLATE_NOOP("Codes", ".95"), "k_factor_095",
     QT_TRANSLATE_NOOP("Codes", "The least k_factor with which re-ranking reaches a recall of 0.95")},
    {QT_TRANSLATE_NOOP("Codes", ".99"), "k_factor_099",
     QT_TRANSLATE_NOOP("Codes", "The least k_factor with which re-ranking reaches a recall of 0.99")},
}};

QString translated(const char* text) {
    return QCoreApplication::translate("Codes", text);
}

double recallOf(CodesModel::Column column) {
    return column == CodesModel::Factor90 ? 0.90 : column == CodesModel::Factor95 ? 0.95 : 0.99;
}

} // namespace

CodesModel::CodesModel(QObject* parent) : QAbstractTableModel(parent) {}

void CodesModel::setCodes(const std::vector<ComparableCode>& codes, int own) {
    beginResetModel();
    m_rows.clear();
    for (const ComparableCode& code : codes)
        m_rows.push_back({code.root, code.bytes, nullptr, {}});
    m_own = own;
    endResetModel();
}

void CodesModel::changed(int row) {
    emit dataChanged(index(row, 0), index(row, ColumnCount - 1));
}

void CodesModel::setStudy(int row, const StudyPtr& study) {
    if (row < 0 || row >= rowCount())
        return;
    m_rows[std::size_t(row)].study = study;
    m_rows[std::size_t(row)].problem.clear();
    changed(row);
}

void CodesModel::setProblem(int row, const QString& sentence) {
    if (row < 0 || row >= rowCount())
        return;
    m_rows[std::size_t(row)].problem = sentence;
    changed(row);
}

void CodesModel::setFactor(double factor) {
    if (factor == m_factor)
        return;
    m_factor = factor;
    if (!m_rows.empty())
        emit dataChanged(index(0, After), index(rowCount() - 1, After));
}

QString CodesModel::codeText(int row) const {
    return QString::fromStdString(print(m_rows[std::size_t(row)].root));
}

int CodesModel::studied() const {
    return int(std::ranges::count_if(
        m_rows, [](const Row& row) { return row.study != nullptr || !row.problem.isEmpty(); }));
}

int CodesModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : int(m_rows.size());
}

int CodesModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant CodesModel::value(const Row& row, Column column) const {
    if (column == Code)
        return QString::fromStdString(print(row.root));
    if (column == Bytes)
        return row.bytes;
    if (!row.study)
        return {};
    const CodeStudy& study = *row.study;
    switch (column) {
    case Compression:
        return study.compression();
    case Distortion:
        return study.distortion && study.variance > 0 ? QVariant(*study.distortion / study.variance)
                                                      : QVariant();
    case Before:
        return study.recall_before();
    case After:
        return study.recall_after(m_factor);
    default:
        break;
    }
    const auto factor = study.factor_for(recallOf(column));
    return factor ? double(*factor) : std::numeric_limits<double>::infinity();
}

QString CodesModel::text(const Row& row, Column column) const {
    const QVariant raw = value(row, column);
    if (column == Code)
        return raw.toString();
    if (!raw.isValid())
        return row.study || !row.problem.isEmpty() ? QStringLiteral("–") : QStringLiteral("…");
    const double number = raw.toDouble();
    const QString about = row.study && row.study->estimated() ? QStringLiteral("~") : QString();
    switch (column) {
    case Bytes:
        return formatMean(number);
    case Compression:
        return QStringLiteral("%1 ×").arg(formatNumber(number));
    case Distortion:
        return about + formatPercent(number, number < 0.001 ? 3 : number < 0.1 ? 2 : 1);
    case Before:
    case After:
        return about + formatRecall(number);
    default:
        return std::isfinite(number) ? about + formatCount(qulonglong(number)) : tr("never");
    }
}

QString CodesModel::help(const Row& row, Column column) const {
    if (!row.problem.isEmpty())
        return row.problem;
    const QString about = translated(kColumns[std::size_t(column)].help);
    if (!row.study)
        return column == Code || column == Bytes ? about : tr("%1. Not studied yet.").arg(about);
    if (column == Distortion && !row.study->distortion)
        return QString::fromStdString(row.study->no_distortion);
    return about + QStringLiteral(".\n") + studySource(*row.study);
}

QVariant CodesModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const Row& row = m_rows[std::size_t(index.row())];
    const auto column = Column(index.column());
    switch (role) {
    case Qt::DisplayRole:
        return text(row, column);
    case Qt::ToolTipRole:
        return help(row, column);
    case SortRole:
        // What is not known sorts last in ascending order.
        return value(row, column).isValid() ? value(row, column)
                                            : QVariant(std::numeric_limits<double>::infinity());
    case OwnRole:
        return index.row() == m_own;
    case Qt::TextAlignmentRole:
        return int((column == Code ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::FontRole:
        if (index.row() == m_own) {
            QFont font;
            font.setBold(true);
            return font;
        }
        return {};
    case Qt::ForegroundRole:
        return !row.problem.isEmpty() || (!row.study && column > Bytes) ? QVariant(ui::palette().secondary)
                                                                        : QVariant();
    default:
        return {};
    }
}

QVariant CodesModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= ColumnCount)
        return {};
    if (role == Qt::DisplayRole)
        return translated(kColumns[std::size_t(section)].title);
    if (role == Qt::ToolTipRole)
        return translated(kColumns[std::size_t(section)].help);
    if (role == Qt::TextAlignmentRole)
        return int((section == Code ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    return {};
}

QString CodesModel::csv(const std::vector<int>& rows) const {
    QStringList lines{QString()};
    for (const ColumnInfo& column : kColumns)
        lines[0] += QLatin1String(lines[0].isEmpty() ? "" : ",") + QLatin1String(column.key);
    for (const int row : rows) {
        QStringList fields;
        for (int column = 0; column < ColumnCount; ++column) {
            const QVariant raw = value(m_rows[std::size_t(row)], Column(column));
            if (column == Code)
                fields << QStringLiteral("\"%1\"").arg(raw.toString()); // factory strings hold commas
            else
                fields << (raw.isValid() && std::isfinite(raw.toDouble())
                               ? QString::number(raw.toDouble(), 'g', 9)
                               : QString());
        }
        lines << fields.join(u',');
    }
    return lines.join(u'\n') + u'\n';
}

QString CodesModel::markdown(const std::vector<int>& rows) const {
    QString out = QStringLiteral("|"), rule = QStringLiteral("|");
    for (int column = 0; column < ColumnCount; ++column) {
        out += QStringLiteral(" %1 |").arg(translated(kColumns[std::size_t(column)].title));
        rule += column == Code ? QStringLiteral("---|") : QStringLiteral("---:|");
    }
    out += u'\n' + rule + u'\n';
    for (const int row : rows) {
        out += u'|';
        for (int column = 0; column < ColumnCount; ++column)
            out += QStringLiteral(" %1 |").arg(text(m_rows[std::size_t(row)], Column(column)));
        out += u'\n';
    }
    return out;
}

} // namespace annscope::ui
