// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fake_runs.h"

#include "ui/common/theme.h"
#include "ui/models/filter_stack.h"
#include "ui/models/runs_model.h"
#include "ui/panels/curve_panel.h"
#include "ui/panels/ranking_view.h"

#include <QApplication>
#include <QMouseEvent>
#include <QTableView>
#include <QTest>
#include <QUndoStack>

#include <memory>

namespace annscope::test {

/// The curve with its ranking at recall 0.95, over three indexes.
struct CurveWindow {
    std::unique_ptr<QUndoStack> m_undo;
    std::unique_ptr<ui::RunsModel> m_model;
    std::unique_ptr<ui::Selection> m_selection;
    std::unique_ptr<ui::FilterStack> m_filters;
    std::unique_ptr<ui::CurvePanel> m_panel;
    ui::DatasetPtr m_data;
    QList<qint64> m_ids;

    void open() {
        applyTheme(*qApp, ui::Theme::Light);
        m_undo = std::make_unique<QUndoStack>();
        m_model = std::make_unique<ui::RunsModel>(m_undo.get());
        m_selection = std::make_unique<ui::Selection>();
        m_filters = std::make_unique<ui::FilterStack>(m_undo.get());
        m_data = fakeDataset(400);
        m_ids = m_model->appendBatch(fakeCurves(m_data));
        m_panel = std::make_unique<ui::CurvePanel>(m_model.get(), m_selection.get(), m_filters.get());
        m_panel->resize(900, 620);
        m_panel->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_panel.get()));
        chart()->setTargetRecall(0.95);
    }

    ui::ParetoChart* chart() const { return m_panel->chart(); }
    QWidget* view() const { return m_panel->chart()->viewport(); }
    ui::RankingView* ranking() const { return m_panel->ranking(); }
    QTableView* table() const { return m_panel->ranking()->table(); }
    /// On the line, away from points.
    QPoint linePoint() const {
        const ui::CurveMapping& mapping = chart()->mapping();
        const double x = mapping.toPixel({chart()->content().axis.toAxis(chart()->targetRecall()), 0}).x();
        for (double y = mapping.plot.bottom() - 30; y > mapping.plot.top(); y -= 5)
            if (nearestPoint(chart()->content(), mapping, {x, y}, 20) == ui::kNoPoint)
                return QPointF(x, y).toPoint();
        return QPointF(x, mapping.plot.center().y()).toPoint();
    }
    void moveTo(QPointF at, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers modifiers = {}) {
        QMouseEvent move(QEvent::MouseMove, at, view()->mapToGlobal(at), Qt::NoButton, button, modifiers);
        QApplication::sendEvent(view(), &move);
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(view(), Qt::LeftButton, modifiers, from);
        for (const double share : {0.3, 0.7, 1.0})
            moveTo(from + QPointF(to - from) * share, Qt::LeftButton, modifiers);
        QTest::mouseRelease(view(), Qt::LeftButton, modifiers, to);
    }
};

} // namespace annscope::test
