// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "fake_index.h"
#include "picture_folder.h"
#include "ui/common/palette.h"
#include "ui/common/theme.h"
#include "ui/jobs/job_runner.h"
#include "ui/models/loss_text.h"
#include "ui/models/path_step.h"
#include "ui/models/runs_model.h"
#include "ui/models/selection.h"
#include "ui/panels/map_panel.h"
#include "ui/views/empty_state.h"
#include "ui/views/map_canvas.h"
#include "ui/views/query_explainer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>

#include <atomic>
#include <map>
#include <thread>

namespace annscope::test {

using namespace annscope::ui;

/// Vectors in the plane with two more coordinates that are zero, in four cells by quadrant; queries beside
/// every 17th.
inline BuiltIndexPtr fourCells(std::size_t n, std::size_t queries) {
    auto index = std::make_shared<FakeIndex>();
    std::vector<std::vector<float>> rows, asked;
    std::uint64_t state = 7;
    const auto random = [&state] {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return static_cast<float>(state >> 40) / 16777216.0f;
    };
    index->lists.assign(4, {});
    for (std::size_t i = 0; i < n; ++i) {
        const std::size_t cell = i % 4;
        const float x = (cell % 2 ? 3.0f : 0.0f) + random(), y = (cell / 2 ? 3.0f : 0.0f) + random();
        rows.push_back({x, y, 0, 0});
        index->lists[cell].push_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t q = 0; q < queries; ++q) {
        asked.push_back(rows[q * 17 % n]);
        asked.back()[0] += 0.02f;
    }
    index->base = vectorsOf(rows);
    index->centers =
        vectorsOf({{0.5f, 0.5f, 0, 0}, {3.5f, 0.5f, 0, 0}, {0.5f, 3.5f, 0, 0}, {3.5f, 3.5f, 0, 0}});
    return built(index, asked.empty() ? VectorSet() : vectorsOf(asked));
}

inline std::vector<float> firstTwo(const VectorSet& vectors) {
    std::vector<float> xy;
    for (std::size_t i = 0; i < vectors.size(); ++i) {
        const auto row = vectors.view<float>()[i];
        xy.insert(xy.end(), {row[0], row[1]});
    }
    return xy;
}

/// Counts what it was asked; UMAP waits half way until it may go on, the measuring of PCA as well.
struct FakeProjector {
    std::atomic<int> asked{0};
    std::atomic<bool> wait{false}, waitToMeasure{false};

    Result<MapLayout> operator()(const Dataset& dataset, const MapOptions& options, const Control& control,
                                 MapPreview* preview) {
        if (options.trustworthiness_rows > 0)
            ++asked;
        MapLayout layout;
        layout.options = options;
        for (std::uint32_t i = 0; i < dataset.base.size(); ++i)
            layout.rows.push_back(i);
        layout.xy = firstTwo(dataset.base);
        layout.query_xy = firstTwo(dataset.queries);
        if (options.method == MapOptions::Method::Umap)
            for (float& x : layout.xy)
                x *= 2;
        layout.trustworthiness = options.method == MapOptions::Method::Umap ? 0.97 : 0.9;
        layout.trustworthiness_k = 12;
        layout.trustworthiness_rows = 1000;
        layout.variance_share = 0.5;
        control.begin("Laying out", 10);
        if (preview && options.method == MapOptions::Method::Umap && wait) {
            auto frame = std::make_shared<MapPreview::Frame>();
            frame->rows = std::make_shared<const std::vector<std::uint32_t>>(layout.rows);
            frame->xy = layout.xy;
            for (float& x : frame->xy)
                x *= 0.5f;
            frame->epoch = 3;
            frame->epochs = 10;
            control.advance(3);
            preview->publish(frame);
        }
        while (wait && options.method == MapOptions::Method::Umap) {
            if (control.cancel_requested())
                return cancelled();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        while (waitToMeasure && options.method == MapOptions::Method::Pca &&
               options.trustworthiness_rows > 0) {
            if (control.cancel_requested())
                return cancelled();
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return layout;
    }
};

struct Window {
    FakeProjector projector;
    JobRunner jobs;
    QUndoStack undo;
    RunsModel runs{&undo};
    Selection selection;
    FilterStack filters{&undo};
    MapPanel panel;
    BuiltIndexPtr built;

    explicit Window(std::size_t n = 400, std::size_t queries = 12, QSize size = {800, 700})
        : panel(&jobs, &runs, &selection, &filters, nullptr,
                [this](const Dataset& d, const MapOptions& o, const Control& c, MapPreview* p) {
                    return projector(d, o, c, p);
                }) {
        panel.resize(size);
        panel.show();
        if (n == 0)
            return;
        built = fourCells(n, queries);
        panel.setData(built->dataset);
        panel.setIndex(built);
        panel.setSearchParams({{"nprobe", 1}}, 10);
        panel.setInFront(true);
    }
    MapCanvas* canvas() { return panel.canvas(); }
    QPoint at(const Point2& p) { return canvas()->view().toScreen(p).toPoint(); }
    QPoint atRow(qint64 row) { return at(*canvas()->scene()->at(row)); }
    QPoint atQuery(qint64 query) { return at(*canvas()->scene()->query(query)); }
    template<class T>
    T* find(const char* name) {
        return panel.findChild<T*>(QString::fromLatin1(name));
    }
    void choose(QComboBox* box, int data) {
        box->setCurrentIndex(box->findData(data));
        emit box->activated(box->currentIndex());
    }
    QImage image() { return canvas()->grab().toImage().convertToFormat(QImage::Format_RGB32); }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers) {
        QTest::mousePress(canvas(), Qt::LeftButton, modifiers, from);
        for (int i = 1; i <= 4; ++i) {
            const QPoint on = from + (to - from) * i / 4;
            QMouseEvent move(QEvent::MouseMove, on, canvas()->mapToGlobal(on), Qt::NoButton, Qt::LeftButton,
                             modifiers);
            QApplication::sendEvent(canvas(), &move);
        }
        QTest::mouseRelease(canvas(), Qt::LeftButton, modifiers, to);
    }
};

/// Whether a pixel near the place has about that colour.
inline bool hasColor(const QImage& image, QPoint at, const QColor& wanted, int reach = 3,
                     int tolerance = 60) {
    for (int dy = -reach; dy <= reach; ++dy)
        for (int dx = -reach; dx <= reach; ++dx) {
            const QPoint p = at + QPoint(dx, dy);
            if (!image.rect().contains(p))
                continue;
            const QColor c = image.pixelColor(p);
            if (std::abs(c.red() - wanted.red()) + std::abs(c.green() - wanted.green()) +
                    std::abs(c.blue() - wanted.blue()) <
                tolerance)
                return true;
        }
    return false;
}

inline LossPtr fakeLoss() {
    auto report = std::make_shared<LossReport>();
    report->k = 10;
    report->queries = 12;
    const auto miss = [&](std::uint32_t query, Id id, LossReason reason) {
        Miss m;
        m.query = query;
        m.id = id;
        m.reason = reason;
        report->misses.push_back(m);
    };
    miss(0, 5, LossReason::CellNotProbed);
    miss(0, 9, LossReason::Tie);
    miss(1, 5, LossReason::CodeBelowCut);
    miss(1, 6, LossReason::CellNotProbed);
    miss(2, 5, LossReason::CellNotProbed);
    return report;
}

} // namespace annscope::test
