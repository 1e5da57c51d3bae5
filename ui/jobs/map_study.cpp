// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/map_study.h"

#include <algorithm>

namespace annscope::ui {
namespace {

constexpr std::size_t kMostKnown = 8; ///< some megabytes each at 100,000 rows

} // namespace

bool sameMap(const MapOptions& a, const MapOptions& b) noexcept {
    const bool same = a.method == b.method && a.sample == b.sample && a.queries == b.queries &&
                      a.trustworthiness_k == b.trustworthiness_k &&
                      a.trustworthiness_rows == b.trustworthiness_rows && a.seed == b.seed;
    if (!same || a.method == MapOptions::Method::Pca)
        return same;
    return a.n_neighbors == b.n_neighbors && a.min_dist == b.min_dist && a.spread == b.spread &&
           a.epochs == b.epochs;
}

MapStudy::MapStudy(JobRunner* jobs, QObject* parent, Project project)
    : QObject(parent), m_jobs(jobs), m_project(std::move(project)),
      m_stages(jobs, tr("Draw a stage of the map"), this) {
    connect(jobs, &JobRunner::progressed, this, &MapStudy::pollPreview);
}

void MapStudy::setData(const DatasetPtr& dataset) {
    if (dataset == m_dataset)
        return;
    stop();
    m_dataset = dataset;
    std::erase_if(m_known, [](const Entry& entry) { return entry.dataset.expired(); });
    show(nullptr);
}

MapScenePtr MapStudy::find(const MapOptions& options) const {
    const auto found = std::ranges::find_if(m_known, [&](const Entry& entry) {
        return entry.dataset.lock() == m_dataset && sameMap(entry.scene->options, options);
    });
    return found == m_known.end() ? nullptr : found->scene;
}

/// A layout that was stopped half way is no map.
void MapStudy::fallBack() {
    if (m_scene && m_scene->moving())
        show(m_finished);
}

void MapStudy::show(MapScenePtr scene) {
    if (scene == m_scene)
        return;
    m_scene = std::move(scene);
    if (!m_scene || !m_scene->moving())
        m_finished = m_scene;
    emit sceneChanged();
}

void MapStudy::request(const MapOptions& options) {
    if (!m_dataset || m_dataset->base.empty() || (busy() && sameMap(options, m_options)))
        return;
    stop();
    m_options = options;
    if (const MapScenePtr scene = find(options))
        return show(scene);
    m_preview = std::make_shared<MapPreview>();
    const JobRunner::Work<MapScenePtr> work = [project = m_project, dataset = m_dataset, options,
                                               preview =
                                                   m_preview](const Control& control) -> Result<MapScenePtr> {
        ANNSCOPE_ASSIGN(const MapLayout layout, project(*dataset, options, control, preview.get()));
        return sceneOf(*dataset, layout, control);
    };
    const JobRunner::Done<MapScenePtr> done =
        [this, wish = m_wish, dataset = std::weak_ptr(m_dataset)](Result<MapScenePtr> scene) {
            onDone(wish, dataset, std::move(scene));
        };
    if (options.method == MapOptions::Method::Pca)
        drawUnmeasured();
    const bool umap = options.method == MapOptions::Method::Umap;
    m_job = m_jobs->submit<MapScenePtr>(Lane::Build, umap ? tr("Map by UMAP") : tr("Map by PCA"), work, this,
                                        done);
    emit busyChanged();
}

/// Axes are found at once; how far they can be trusted takes longer, and may have to wait for other jobs.
void MapStudy::drawUnmeasured() {
    MapOptions options = m_options;
    options.trustworthiness_rows = 0;
    m_stages.request(
        [project = m_project, dataset = m_dataset, options](const Control& control) -> Result<MapScenePtr> {
            ANNSCOPE_ASSIGN(const MapLayout layout, project(*dataset, options, control, nullptr));
            return sceneOf(*dataset, layout, control, true);
        },
        [this](Result<MapScenePtr> scene) {
            if (scene && busy())
                show(*scene);
        });
}

void MapStudy::onDone(quint64 wish, const std::weak_ptr<const Dataset>& dataset, Result<MapScenePtr> scene) {
    if (scene) {
        m_known.push_back({dataset, *scene});
        if (m_known.size() > kMostKnown)
            m_known.erase(m_known.begin());
    }
    if (wish != m_wish)
        return; // something else is wanted meanwhile
    m_job = 0;
    m_preview.reset();
    m_frame.reset();
    m_stages.drop();
    if (scene)
        show(*scene);
    else
        fallBack();
    emit busyChanged();
    if (!scene && scene.error().code != ErrorCode::Cancelled)
        emit failed(QString::fromStdString(scene.error().message));
}

void MapStudy::stop() {
    ++m_wish;
    m_preview.reset();
    m_frame.reset();
    m_stages.drop();
    if (m_job == 0)
        return;
    m_jobs->cancel(std::exchange(m_job, 0));
    fallBack();
    emit busyChanged();
}

void MapStudy::pollPreview() {
    if (!m_preview || m_stages.busy())
        return;
    const auto frame = m_preview->latest();
    if (!frame || frame == m_frame)
        return;
    m_frame = frame;
    m_stages.request([dataset = m_dataset, options = m_options,
                      frame](const Control& control) { return sceneOf(*dataset, options, *frame, control); },
                     [this](Result<MapScenePtr> scene) {
                         if (scene && busy())
                             show(*scene);
                     });
}

} // namespace annscope::ui
