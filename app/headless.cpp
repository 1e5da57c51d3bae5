// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/headless.h"

#include "app/main_window.h"
#include "spec/parser.h"
#include "ui/common/format.h"

#include <QDir>
#include <QPainter>
#include <QTimer>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

namespace annscope {
namespace {

constexpr int kSettleMs = 300;
constexpr double kScale = 2; ///< pixels of a picture per pixel of the window
constexpr double kViewScale =
    1.5; ///< views are saved from a window this much larger, so that they are worth a page

void say(std::FILE* stream, const QString& text) {
    std::fprintf(stream, "%s\n", qPrintable(text));
    std::fflush(stream);
}

QImage pictureOf(QWidget* widget) {
    QImage image(widget->size() * kScale, QImage::Format_RGB32);
    image.setDevicePixelRatio(kScale);
    image.fill(widget->palette().color(QPalette::Window));
    widget->render(&image);
    return image;
}

} // namespace

QStringList defaultConfigurations(std::size_t n, std::size_t dim) {
    // 8 sqrt(n) cells, as a power of two, in the middle of Faiss's recommended 4 to 16 sqrt(n).
    const auto wanted = static_cast<std::size_t>(8 * std::sqrt(static_cast<double>(n)));
    const std::size_t cells =
        std::clamp<std::size_t>(std::bit_floor(wanted), 1, std::max<std::size_t>(1, n / 39));
    return {QStringLiteral("IVF%1,Flat").arg(cells),
            dim <= 2 ? QStringLiteral("Vamana16") : QStringLiteral("Vamana32")};
}

Headless::Headless(MainWindow* window, const Arguments& arguments, QObject* parent)
    : QObject(parent), m_window(window), m_arguments(arguments) {
    const Workflow* workflow = window->workflow();
    connect(workflow, &Workflow::opened, this, [](const DatasetPtr& data) {
        say(stderr,
            QStringLiteral("Opened %1: %2, %3 queries.")
                .arg(QString::fromStdString(data->name), ui::formatShape(data->base.size(), data->dim()),
                     ui::formatCount(data->queries.size())));
        for (const std::string& warning : data->warnings)
            say(stderr, QStringLiteral("Warning: ") + QString::fromStdString(warning));
    });
    connect(workflow, &Workflow::built, this, [](const BuiltIndexPtr& index) {
        const IndexInfo info = index->index->info();
        say(stderr, QStringLiteral("Built %1 in %2, %3.")
                        .arg(index->title, ui::formatSeconds(info.train_seconds + info.add_seconds),
                             ui::formatBytes(info.bytes())));
    });
    connect(workflow, &Workflow::swept, this, [](const BuiltIndexPtr& index) {
        say(stderr, QStringLiteral("Measured %1.").arg(index->title));
    });
    connect(workflow, &Workflow::failed, this, [this](const QString& what, const Error& error) {
        m_failed = true;
        say(stderr, QStringLiteral("%1: %2").arg(what, QString::fromStdString(error.message)));
    });
    connect(window->jobs(), &ui::JobRunner::progressed, this, &Headless::onJobsChanged);
}

void Headless::start() {
    const QStringList& configurations = m_arguments.configurations;
    if (m_arguments.data && configurations.isEmpty()) // chosen once the size is known
        connect(
            m_window->workflow(), &Workflow::opened, this,
            [this](const DatasetPtr& data) {
                for (const QString& line : defaultConfigurations(data->base.size(), data->dim()))
                    if (const auto configuration = parse_configuration(line.toStdString()))
                        m_window->workflow()->build(*configuration, data);
            },
            Qt::SingleShotConnection);
    m_window->start(m_arguments.data, configurations);
}

void Headless::onJobsChanged() {
    if (m_finishing || !m_window->jobs()->active().empty())
        return;
    // Views ask for their own work when they are told of results; they get a moment to do so.
    m_finishing = true;
    QTimer::singleShot(100, this, [this] {
        m_finishing = false;
        if (m_window->jobs()->active().empty()) {
            disconnect(m_window->jobs(), nullptr, this, nullptr);
            finish();
        }
    });
}

void Headless::finish() {
    if (m_window->session()->indexes().empty()) {
        emit ended(1);
        return;
    }
    m_folder = m_arguments.save.isEmpty() ? QStringLiteral("annscope-pictures") : m_arguments.save;
    if (!QDir().mkpath(m_folder)) {
        say(stderr, QStringLiteral("The folder %1 cannot be made.").arg(m_folder));
        emit ended(1);
        return;
    }
    m_window->showExample();
    m_size = m_window->size();
    m_window->resize(m_size * kViewScale);
    saveView(0);
}

/// One view after the other: each comes to the front, is laid out and does its own work, and is saved then.
void Headless::saveView(std::size_t view) {
    static constexpr std::array kViews{"cells", "cell-sizes", "graph", "curve"};
    if (view == kViews.size())
        return saveWindow();
    m_window->bringUp(kViews[view]);
    QTimer::singleShot(kSettleMs, this, [this, view] {
        if (!m_window->jobs()->active().empty()) // still being prepared
            return saveView(view);
        if (const QImage image = m_window->picture(kViews[view], kScale); !image.isNull())
            m_failed = !save(QString::fromLatin1(kViews[view]), image) || m_failed;
        saveView(view + 1);
    });
}

void Headless::saveWindow() {
    m_window->resize(m_size);
    QTimer::singleShot(kSettleMs, this, [this] {
        if (!m_window->jobs()->active().empty())
            return saveWindow();
        m_failed = !save(QStringLiteral("window"), pictureOf(m_window)) || m_failed;
        emit ended(m_failed ? 1 : 0);
    });
}

bool Headless::save(const QString& name, const QImage& image) {
    const QString path = QDir(m_folder).absoluteFilePath(name + QStringLiteral(".png"));
    if (!image.save(path)) {
        say(stderr, QStringLiteral("%1 cannot be written.").arg(path));
        return false;
    }
    say(stdout, path);
    return true;
}

} // namespace annscope
