// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/query_panel.h"
#include "ui/views/graph_scene.h"
#include "ui/views/picture_export.h"

class QCheckBox;
class QComboBox;

namespace annscope::ui {

class GraphCanvas;

/// The graph of the selected index and a query's way through it.
class GraphPanel : public QueryPanel {
    Q_OBJECT
public:
    GraphPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    GraphCanvas* canvas() const noexcept { return m_canvas; }
    bool ready() const override; ///< the picture is there
    TitledPicture picture() const;

protected:
    bool suits(const Index& index) const override { return index.graph() != nullptr; }
    void forget() override;
    void begin() override;
    void describeEmpty(EmptyState& empty) const override;
    void pathsChanged() override;
    void stepsChanged(std::size_t first, std::size_t second) override;

private:
    void buildLayout();
    void connectAll();
    void showScene(GraphScenePtr scene);
    void fillLevels();
    void showLevel();
    QHBoxLayout* buildBar();
    void updateTexts();
    QString graphText() const;
    QString outcome() const;
    void zoomToQuery();

    quint64 m_sceneJob = 0;
    QCheckBox *m_edgesBox, *m_queriesBox;
    QToolButton *m_zoomToQuery, *m_fit;
    QComboBox* m_level;
    GraphCanvas* m_canvas;
};

} // namespace annscope::ui
