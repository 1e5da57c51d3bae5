// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/panels/query_panel.h"
#include "ui/views/cell_coloring.h"
#include "ui/views/cell_scene.h"
#include "ui/views/picture_export.h"

class QCheckBox;
class QComboBox;
class QTabBar;

namespace annscope::ui {

class CellChart;
class CellLoadBox;
class PolarView;
class VoronoiView;

/// The cells of the selected inverted-file index: how full they are, which ones a query scans, and what all
/// queries together cost. For vectors in the plane the cells themselves, else the distances in the scanned
/// cells.
class CellsPanel : public QueryPanel {
    Q_OBJECT
public:
    CellsPanel(JobRunner* jobs, Selection* selection, QWidget* parent = nullptr);

    void setSearchParams(const SearchParams& params, std::size_t k) override;
    void setFilters(FilterStack* filters) override;
    void setPlayerShown(bool shown) override;

    CellChart* chart() const noexcept { return m_chart; }
    VoronoiView* map() const noexcept { return m_map; }
    PolarView* polar() const noexcept { return m_polar; }
    CellLoadBox* load() const noexcept { return m_load; }
    bool ready() const override { return m_scene != nullptr; } ///< the picture is there
    /// Of the cells in the plane; without a plane, of the distances, once there is a query, else of the
    /// sizes; of the load while that is in view.
    TitledPicture picture() const;

protected:
    bool suits(const Index& index) const override { return index.cells() != nullptr; }
    void forget() override;
    void begin() override;
    void describeEmpty(EmptyState& empty) const override;
    void pathsChanged() override;
    void stepsChanged(std::size_t first, std::size_t second) override;

private:
    QHBoxLayout* buildBar();
    void buildLayout();
    void connectAll();
    void showScene(CellScenePtr scene);
    void showView();
    void showColors();
    void updateTexts();
    QString sizesText() const;
    QString probedText() const;

    CellScenePtr m_scene;
    quint64 m_sceneJob = 0;
    QStackedWidget* m_pictures;
    QTabBar* m_views; ///< one query, or the load of all
    QComboBox* m_color;
    QCheckBox *m_pointsBox, *m_queriesBox;
    QToolButton* m_fit;
    VoronoiView* m_map;
    PolarView* m_polar;
    CellLoadBox* m_load;
    CellChart* m_chart;
    QWidget* m_queryRow;
    bool m_playerShown = true;
};

} // namespace annscope::ui
