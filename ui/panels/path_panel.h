// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/query_panel.h"

namespace annscope::ui {

/// A query's way through the selected index, of whatever kind: the player alone. Graph, cells and map show
/// the same step in their pictures.
class PathPanel : public QueryPanel {
    Q_OBJECT
public:
    PathPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

protected:
    bool suits(const Index&) const override { return true; }
    void begin() override { showPage(); }
    void describeEmpty(EmptyState& empty) const override;
    void pathsChanged() override;
    void stepsChanged(std::size_t, std::size_t) override {}
    bool ready() const override { return m_built != nullptr; }
};

} // namespace annscope::ui
