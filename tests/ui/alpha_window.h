// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/job_runner.h"
#include "ui/panels/alpha_lab.h"
#include "ui/panels/alpha_side.h"
#include "ui/views/alpha_canvas.h"

#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <cmath>

namespace annscope::test {

inline constexpr int kAlphaPatience = 20000;

/// The alpha laboratory as a person finds it.
struct AlphaWindow {
    ui::JobRunner jobs;
    QUndoStack undo;
    ui::AlphaLab lab{&jobs, &undo};

    explicit AlphaWindow(QSize size = {1000, 700}) {
        lab.resize(size);
        lab.show();
        settle();
    }
    bool settle() {
        return QTest::qWaitFor(
            [this] {
                const ui::AlphaPairPtr& pair = lab.pair();
                const bool shown = lab.points()->size() == 0
                                       ? !pair
                                       : pair && pair->sides[0]->points == lab.points()->points() &&
                                             pair->sides[0]->settings == lab.side(0)->settings() &&
                                             pair->sides[1]->settings == lab.side(1)->settings();
                return shown && lab.settled();
            },
            kAlphaPatience);
    }
    ui::AlphaCanvas* canvas(std::size_t side) { return lab.side(side)->canvas(); }
    QPoint pixel(std::size_t point, std::size_t side = 0) { return canvas(side)->pixelOf(point).toPoint(); }
    /// A place on the canvas that is far from every point and from the query.
    QPoint emptyPlace() {
        for (int y = 20; y < canvas(0)->height() - 20; y += 5)
            for (int x = 20; x < canvas(0)->width() - 20; x += 5) {
                double nearest = 1e9;
                const auto look = [&](QPointF p) {
                    nearest = std::min(nearest, std::hypot(p.x() - x, p.y() - y));
                };
                for (std::size_t i = 0; i < lab.points()->size(); ++i)
                    look(canvas(0)->pixelOf(i));
                look(canvas(0)->view().toScreen(lab.query()));
                if (nearest > 15)
                    return {x, y};
            }
        return {};
    }
    /// Of a point that no other point and not the query is near to.
    std::size_t lonelyPoint() {
        std::size_t best = 0;
        double widest = 0;
        for (std::size_t i = 0; i < lab.points()->size(); ++i) {
            const QPointF p = canvas(0)->pixelOf(i);
            const QPointF q = canvas(0)->view().toScreen(lab.query()) - p;
            double nearest = std::hypot(q.x(), q.y());
            for (std::size_t j = 0; j < lab.points()->size(); ++j)
                if (const QPointF d = canvas(0)->pixelOf(j) - p; j != i)
                    nearest = std::min(nearest, std::hypot(d.x(), d.y()));
            if (nearest > widest) {
                widest = nearest;
                best = i;
            }
        }
        return best;
    }
    void drag(std::size_t side, QPoint from, QPoint to) {
        QTest::mousePress(canvas(side), Qt::LeftButton, {}, from);
        for (int i = 1; i <= 8; ++i)
            QTest::mouseMove(canvas(side), from + (to - from) * i / 8);
        QTest::mouseRelease(canvas(side), Qt::LeftButton, {}, to);
    }
    void click(const char* tool) {
        auto* button = lab.findChild<QToolButton*>(QString::fromLatin1(tool));
        QVERIFY(button);
        QTest::mouseClick(button, Qt::LeftButton);
    }
};

} // namespace annscope::test
