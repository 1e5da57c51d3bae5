// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/models/map_scene.h"

#include <QObject>

#include <functional>
#include <vector>

namespace annscope::ui {

/// Lays out the current data set in the plane, off the GUI thread, and shows the layout while it comes about.
/// Layouts are remembered for each data set and its options.
class MapStudy : public QObject {
    Q_OBJECT
public:
    using Project =
        std::function<Result<MapLayout>(const Dataset&, const MapOptions&, const Control&, MapPreview*)>;

    /// jobs must outlive this. project: what lays out; project_map unless a test has another.
    explicit MapStudy(JobRunner* jobs, QObject* parent = nullptr, Project project = project_map);

    /// Stops what is under way for another one. The map is then none until something is requested.
    void setData(const DatasetPtr& dataset);
    /// Shows the layout with these options: at once where it is known, else once it is done.
    void request(const MapOptions& options);
    void stop();

    bool busy() const noexcept { return m_job != 0; }
    quint64 job() const noexcept { return m_job; }
    /// What is to be shown: the finished map, a stage of it, or the last finished one of the data set until
    /// there is a stage; null: none.
    const MapScenePtr& scene() const noexcept { return m_scene; }
    bool known(const MapOptions& options) const { return find(options) != nullptr; }

signals:
    void sceneChanged();
    /// Work began or ended.
    void busyChanged();
    void failed(const QString& sentence);

private:
    struct Entry {
        std::weak_ptr<const Dataset> dataset;
        MapScenePtr scene;
    };
    MapScenePtr find(const MapOptions& options) const;
    void fallBack();
    void pollPreview();
    void drawUnmeasured();
    void show(MapScenePtr scene);
    void onDone(quint64 wish, const std::weak_ptr<const Dataset>& dataset, Result<MapScenePtr> scene);

    JobRunner* m_jobs;
    Project m_project;
    DatasetPtr m_dataset;
    MapOptions m_options;
    MapScenePtr m_scene, m_finished; ///< shown; the last one that was done
    quint64 m_job = 0, m_wish = 0;
    std::shared_ptr<MapPreview> m_preview;
    std::shared_ptr<const MapPreview::Frame> m_frame; ///< shown last
    LatestJob<MapScenePtr> m_stages;
    std::vector<Entry> m_known; ///< the newest last
};

/// Whether two make the same map.
bool sameMap(const MapOptions& a, const MapOptions& b) noexcept;

} // namespace annscope::ui
