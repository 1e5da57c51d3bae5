// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/lab_code.h"

#include "index/kind.h"
#include "spec/facts.h"
#include "tune/code_study.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace annscope::ui {
namespace {

QString tr(const char* text) {
    return QCoreApplication::translate("LabCode", text);
}

/// What is studied, to be changed in place.
SpecNode& studied(SpecNode& root) {
    return const_cast<SpecNode&>(*code_under_study(root).code); // of a tree that is the caller's own
}

/// The node of the cells below the transforms, or null.
SpecNode* cellsOf(SpecNode& code) {
    SpecNode* node = &code;
    if (node->name == "PreTransform" && !node->children.empty())
        node = &node->children.back();
    return node->name == "IVF" && !node->children.empty() ? node : nullptr;
}

/// The code itself, below transforms and cells.
SpecNode& leafOf(SpecNode& code) {
    SpecNode* node = &code;
    if (node->name == "PreTransform" && !node->children.empty())
        node = &node->children.back();
    if ((node->name == "IVF" || node->name == "IMI") && !node->children.empty())
        node = &node->children.front();
    return *node;
}

/// The last transform of a kind of the code, or null.
SpecNode* transformOf(SpecNode& code, std::string_view begin) {
    if (code.name != "PreTransform")
        return nullptr;
    for (std::size_t i = code.children.size() - 1; i-- > 0;)
        if (code.children[i].name.starts_with(begin))
            return &code.children[i];
    return nullptr;
}

std::size_t dimOfCode(const SpecNode& code, std::size_t dim) {
    if (code.name == "PreTransform")
        for (std::size_t i = 0; i + 1 < code.children.size(); ++i)
            dim = spec::dim_after(code.children[i], dim);
    return dim;
}

std::vector<std::uint64_t> divisorsOf(std::size_t dim) {
    std::vector<std::uint64_t> values;
    for (std::uint64_t m = 1; m <= dim; ++m)
        if (dim % m == 0)
            values.push_back(m);
    return values;
}

std::vector<std::uint64_t> range(std::uint64_t first, std::uint64_t last) {
    std::vector<std::uint64_t> values;
    for (std::uint64_t value = first; value <= last; ++value)
        values.push_back(value);
    return values;
}

LabKnob knob(LabKnob::Kind kind, const QString& label, const QString& help, std::vector<std::uint64_t> values,
             std::uint64_t value) {
    const auto place = std::ranges::lower_bound(values, value);
    if (place == values.end() || *place != value)
        values.insert(place, value);
    return {kind, label, help, std::move(values), value};
}

std::uint64_t nearest(const std::vector<std::uint64_t>& values, double wanted) {
    return *std::ranges::min_element(values, {}, [wanted](std::uint64_t value) {
        return std::abs(std::log(static_cast<double>(value) / std::max(wanted, 0.5)));
    });
}

SpecNode leaf(const char* name, std::vector<std::uint64_t> numbers = {}, const char* suffix = "") {
    return {name, std::move(numbers), suffix, {}, 0};
}

bool built(const SpecNode& root) {
    return find_kind(root) != nullptr;
}

} // namespace

std::vector<LabKnob> labKnobs(const SpecNode& root, std::size_t n, std::size_t dim) {
    SpecNode tree = root;
    SpecNode& code = studied(tree);
    std::vector<LabKnob> knobs;
    if (SpecNode* pca = transformOf(code, "PCA"))
        knobs.push_back(knob(LabKnob::Dimensions, tr("PCA"),
                             tr("Dimensions that the PCA keeps. More: less is lost before the code."),
                             range(1, std::max<std::size_t>(dim, 1)), pca->numbers.front()));
    if (const SpecNode* cells = cellsOf(code)) {
        std::vector<std::uint64_t> sizes;
        for (std::uint64_t nlist = 16; nlist <= std::max<std::size_t>(n / 4, 16) && nlist <= 65536;
             nlist *= 2)
            sizes.push_back(nlist);
        knobs.push_back(knob(LabKnob::Nlist, tr("nlist"),
                             tr("Cells; codes are of what is left of a vector without its centroid. More: "
                                "smaller remainders, which the code keeps better."),
                             std::move(sizes), cells->numbers.front()));
    }
    const SpecNode& node = leafOf(code);
    if (node.name == "PQ" && node.numbers.size() > 1) {
        knobs.push_back(
            knob(LabKnob::M, tr("M"),
                 tr("Parts that a vector is cut into; M divides its dimensions. More: more bytes, "
                    "less lost."),
                 divisorsOf(dimOfCode(code, dim)), node.numbers[0]));
        if (!node.suffix.starts_with("fs"))
            knobs.push_back(
                knob(LabKnob::Bits, tr("bits"),
                     tr("Bits of a part: 2^bits centroids each, 4..12. More: more bytes, less lost, "
                        "a longer training."),
                     range(4, 12), node.numbers[1]));
    } else if (node.name.starts_with("RaBitQ") && !node.numbers.empty()) {
        knobs.push_back(knob(LabKnob::Bits, tr("bits"),
                             tr("Bits of a dimension, 1..9. More: more bytes, closer estimates."),
                             range(1, 9), node.numbers[0]));
    }
    return knobs;
}

SpecNode withKnob(SpecNode root, LabKnob::Kind kind, std::uint64_t value) {
    SpecNode& code = studied(root);
    SpecNode& node = leafOf(code);
    switch (kind) {
    case LabKnob::Nlist:
        if (SpecNode* cells = cellsOf(code))
            cells->numbers.front() = value;
        break;
    case LabKnob::M: {
        const std::uint64_t before = node.numbers[0];
        node.numbers[0] = value;
        if (SpecNode* rotation = transformOf(code, "OPQ"); rotation && rotation->numbers.front() == before)
            rotation->numbers.front() = value;
        break;
    }
    case LabKnob::Bits:
        node.numbers[node.name == "PQ" ? 1 : 0] = value;
        break;
    case LabKnob::Dimensions:
        if (SpecNode* pca = transformOf(code, "PCA"))
            pca->numbers.front() = value;
        break;
    }
    return root;
}

QString familyName(LabFamily family) {
    switch (family) {
    case LabFamily::Sq8:
        return QStringLiteral("SQ8");
    case LabFamily::Sq4:
        return QStringLiteral("SQ4");
    case LabFamily::Pq:
        return QStringLiteral("PQ");
    case LabFamily::PqFastScan:
        return QStringLiteral("PQ fast scan");
    case LabFamily::Opq:
        return QStringLiteral("OPQ");
    case LabFamily::RaBitQ:
        return QStringLiteral("RaBitQ");
    }
    return {};
}

QString familyHelp(LabFamily family) {
    switch (family) {
    case LabFamily::Sq8:
        return tr(
            "Scalar: each value as one of 256 steps between its least and its largest. d bytes a vector.");
    case LabFamily::Sq4:
        return tr("Scalar: each value as one of 16 steps. d / 2 bytes a vector.");
    case LabFamily::Pq:
        return tr(
            "Product: the vector is cut into M parts, each replaced by the nearest of 2^bits centroids. "
            "M * bits / 8 bytes a vector.");
    case LabFamily::PqFastScan:
        return tr(
            "Product with 16 centroids a part and tables in registers: the fastest to scan, M / 2 bytes "
            "a vector; its distances are rounded to 8 bits a part.");
    case LabFamily::Opq:
        return tr("Product after a learned rotation that spreads what the parts lose.");
    case LabFamily::RaBitQ:
        return tr("A few bits a dimension after a random rotation, with estimates of the distance that are "
                  "right on average and a bound of their error.");
    }
    return {};
}

std::optional<LabFamily> familyOf(const SpecNode& root) {
    SpecNode tree = root;
    SpecNode& code = studied(tree);
    const SpecNode& node = leafOf(code);
    if (node.name == "SQ8")
        return LabFamily::Sq8;
    if (node.name == "SQ4")
        return LabFamily::Sq4;
    if (node.name.starts_with("RaBitQ"))
        return LabFamily::RaBitQ;
    if (node.name != "PQ")
        return std::nullopt;
    if (transformOf(code, "OPQ"))
        return LabFamily::Opq;
    return node.suffix.starts_with("fs") ? LabFamily::PqFastScan : LabFamily::Pq;
}

SpecNode withFamily(const SpecNode& root, LabFamily family, std::size_t dim, double bytes) {
    constexpr std::uint64_t kBlock = 32;
    const std::vector<std::uint64_t> parts = divisorsOf(std::max<std::size_t>(dim, 1));
    SpecNode node;
    std::optional<SpecNode> rotation;
    switch (family) {
    case LabFamily::Sq8:
        node = leaf("SQ8");
        break;
    case LabFamily::Sq4:
        node = leaf("SQ4");
        break;
    case LabFamily::Pq:
        node = leaf("PQ", {nearest(parts, bytes), 8});
        break;
    case LabFamily::PqFastScan:
        node = leaf("PQ", {nearest(parts, bytes * 2), 4, kBlock}, "fs");
        break;
    case LabFamily::Opq:
        node = leaf("PQ", {nearest(parts, bytes), 8});
        rotation = leaf("OPQ", {node.numbers[0]});
        break;
    case LabFamily::RaBitQ:
        node =
            leaf("RaBitQ",
                 {static_cast<std::uint64_t>(std::clamp(
                     std::round(bytes * 8 / static_cast<double>(std::max<std::size_t>(dim, 1))), 1.0, 9.0))});
        break;
    }
    SpecNode tree = root;
    SpecNode& code = studied(tree);
    SpecNode inner = std::move(node);
    if (const SpecNode* cells = cellsOf(code)) {
        SpecNode around = *cells;
        around.children.front() = std::move(inner);
        inner = std::move(around);
    }
    code = rotation ? SpecNode{"PreTransform", {}, {}, {*rotation, std::move(inner)}, 0} : std::move(inner);
    return tree;
}

bool hasCells(const SpecNode& root) {
    SpecNode tree = root;
    return cellsOf(studied(tree)) != nullptr;
}

SpecNode withCells(const SpecNode& root, std::uint64_t nlist) {
    SpecNode tree = root;
    SpecNode& code = studied(tree);
    SpecNode& place = code.name == "PreTransform" && !code.children.empty() ? code.children.back() : code;
    if (SpecNode* cells = cellsOf(code)) {
        if (nlist > 0) {
            cells->numbers.front() = nlist;
        } else {
            SpecNode inner = std::move(cells->children.front());
            place = std::move(inner);
        }
    } else if (nlist > 0) {
        SpecNode inner = std::move(place);
        place = SpecNode{"IVF", {nlist}, {}, {std::move(inner)}, 0};
    }
    return tree;
}

SpecNode withoutRefinement(const SpecNode& root) {
    const CodeUnderStudy under = code_under_study(root);
    return under.refined ? *under.code : root;
}

SpecNode firstCode(std::size_t dim) {
    const double eighth = static_cast<double>(dim) / 8;
    for (const LabFamily family : {LabFamily::Pq, LabFamily::Sq8, LabFamily::PqFastScan, LabFamily::RaBitQ})
        if (const SpecNode code = withFamily(leaf("Flat"), family, dim, std::max(eighth, 1.0)); built(code))
            return code;
    return leaf("Flat");
}

} // namespace annscope::ui
