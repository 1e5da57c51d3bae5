// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/label_layout.h"

#include <algorithm>
#include <numeric>

namespace annscope::ui {
namespace {

/// Isotonic regression (pool adjacent violators): the nearest non-decreasing sequence.
std::vector<double> nonDecreasing(const std::vector<double>& wanted) {
    struct Block {
        double sum;
        std::size_t count;
        double mean() const { return sum / double(count); }
    };
    std::vector<Block> blocks;
    for (const double value : wanted) {
        blocks.push_back({value, 1});
        while (blocks.size() > 1 && blocks[blocks.size() - 2].mean() > blocks.back().mean()) {
            blocks[blocks.size() - 2].sum += blocks.back().sum;
            blocks[blocks.size() - 2].count += blocks.back().count;
            blocks.pop_back();
        }
    }
    std::vector<double> result;
    for (const Block& block : blocks)
        result.insert(result.end(), block.count, block.mean());
    return result;
}

/// One column: tops[i] >= tops[i - 1] + height[i - 1] + gap.
bool spreadColumn(std::vector<QRectF*>& column, double top, double bottom, double gap) {
    std::ranges::sort(column, {}, [](const QRectF* box) { return box->center().y(); });
    std::vector<double> wanted, before;
    double used = 0;
    for (const QRectF* box : column) {
        before.push_back(used);
        wanted.push_back(box->top() - used);
        used += box->height() + gap;
    }
    const double room = bottom - top - (used - gap);
    if (room < 0)
        return false;
    const std::vector<double> tops = nonDecreasing(wanted);
    for (std::size_t i = 0; i < column.size(); ++i)
        column[i]->moveTop(std::clamp(tops[i], top, top + room) + before[i]);
    return true;
}

} // namespace

bool spreadVertically(std::vector<QRectF>& boxes, double top, double bottom, double gap) {
    std::vector<QRectF> moved = boxes;
    std::vector<QRectF*> byLeft;
    for (QRectF& box : moved)
        byLeft.push_back(&box);
    std::ranges::sort(byLeft, {}, [](const QRectF* box) { return box->left(); });
    std::vector<QRectF*> column;
    double right = 0;
    for (QRectF* box : byLeft) {
        if (!column.empty() && box->left() >= right) {
            if (!spreadColumn(column, top, bottom, gap))
                return false;
            column.clear();
        }
        right = column.empty() ? box->right() : std::max(right, box->right());
        column.push_back(box);
    }
    if (!column.empty() && !spreadColumn(column, top, bottom, gap))
        return false;
    boxes = std::move(moved);
    return true;
}

} // namespace annscope::ui
