// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/dropped_files.h"

#include <QFileInfo>
#include <QRegularExpression>

namespace annscope::ui {
namespace {

enum class Role { Base, Queries, Truth };

Role roleOf(const QString& path) {
    static const QRegularExpression truth(QStringLiteral("truth|neighbou?r|(^|[^a-z])gt([^a-z]|$)"),
                                          QRegularExpression::CaseInsensitiveOption);
    static const QRegularExpression queries(QStringLiteral("quer(y|ies)|(^|[^a-z])test([^a-z]|$)"),
                                            QRegularExpression::CaseInsensitiveOption);
    const QFileInfo info(path);
    if (info.suffix().compare(QLatin1String("ivecs"), Qt::CaseInsensitive) == 0 ||
        truth.match(info.completeBaseName()).hasMatch())
        return Role::Truth;
    return queries.match(info.completeBaseName()).hasMatch() ? Role::Queries : Role::Base;
}

} // namespace

std::vector<OpenOptions> datasetsOf(const QStringList& paths) {
    QStringList byRole[3];
    for (const QString& path : paths)
        byRole[static_cast<int>(roleOf(path))] << path;
    std::vector<OpenOptions> result;
    const auto& [bases, queries, truths] = byRole;
    const bool oneSet = bases.size() == 1 && queries.size() <= 1 && truths.size() <= 1;
    if (oneSet && paths.size() > 1) {
        OpenOptions& options = result.emplace_back();
        options.base = bases[0].toStdString();
        if (!queries.isEmpty())
            options.queries = queries[0].toStdString();
        if (!truths.isEmpty())
            options.truth = truths[0].toStdString();
        return result;
    }
    for (const QString& path : paths)
        result.emplace_back().base = path.toStdString();
    return result;
}

} // namespace annscope::ui
