// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/build_text.h"

#include "index/kind.h"
#include "spec/facts.h"
#include "spec/lexer.h"
#include "spec/parser.h"
#include "ui/common/format.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace annscope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("BuildText", text);
}

/// What one part does, told by the engine from the smallest whole index it occurs in.
QString chipHelp(const std::string& part) {
    for (const std::string& whole : {part, part + ",Flat", "Flat," + part})
        if (const auto spec = parse_spec(whole)) {
            const Kind* kind = find_kind(spec->root);
            return QString::fromStdString(kind ? kind->explain(spec->root) : spec::sentence(spec->root));
        }
    return {};
}

} // namespace

std::vector<SpecChip> specChips(const QString& canonical) {
    std::vector<SpecChip> chips;
    const std::string text = canonical.toStdString();
    const auto segments = spec::split({text, 0});
    if (!segments)
        return chips;
    for (const spec::Segment& segment : *segments) {
        const std::string part(segment.text);
        chips.push_back({QString::fromStdString(part), chipHelp(part)});
    }
    return chips;
}

QString sizeText(const SpecDescription& description) {
    QStringList parts;
    if (description.size)
        parts << formatBytes(description.size->bytes);
    if (description.supported && description.size)
        parts << (description.build_seconds < 1e-3 ? tr("built at once")
                                                   : formatSeconds(description.build_seconds, true));
    return parts.join(QStringLiteral(" · "));
}

QString partsText(const SizeEstimate& size) {
    QStringList parts;
    for (const MemoryPart& part : size.parts)
        parts << QStringLiteral("%1 %2").arg(QString::fromStdString(part.name), formatBytes(part.bytes));
    return parts.join(QStringLiteral(" + "));
}

QString partsHelp(const SizeEstimate& size) {
    QStringList lines;
    for (const MemoryPart& part : size.parts)
        lines << tr("%1: %2 bytes = %3")
                     .arg(QString::fromStdString(part.name), formatCount(part.bytes),
                          QString::fromStdString(part.formula));
    return lines.join(u'\n');
}

std::optional<ParamInfo> specNumber(const SpecNode& root, std::size_t n) {
    constexpr ParamInfo kCells{
        "nlist",
        1,
        1 << 20,
        1024,
        true,
        true,
        "Cells that the vectors are divided into. More: fewer vectors compared per cell, a "
        "longer training; fit nprobe to it."};
    constexpr ParamInfo kDegree{
        "R",
        2,
        512,
        64,
        true,
        true,
        "Most links of a vector in the graph. More: better recall, more memory, a longer build."};
    const Kind* kind = find_kind(root);
    if (!kind || root.numbers.size() != 1)
        return std::nullopt;
    if (root.name == "IVF") {
        ParamInfo info = kCells;
        if (n > 0)
            info.max = std::min(info.max, static_cast<double>(n));
        info.def = std::min(info.def, info.max);
        return info;
    }
    return root.name == "Vamana" ? std::optional(kDegree) : std::nullopt;
}

} // namespace annscope::ui
