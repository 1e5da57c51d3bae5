// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/command_line.h"

#include <QImage>
#include <QObject>

namespace annscope {

class MainWindow;

/// The main job without a screen: opens, builds and sweeps as the window does, then saves what the window
/// shows. Errors go to stderr as sentences, the pictures' paths to stdout.
class Headless : public QObject {
    Q_OBJECT
public:
    Headless(MainWindow* window, const Arguments& arguments, QObject* parent = nullptr);

    /// Returns at once; ended comes later.
    void start();

signals:
    void ended(int exitCode);

private:
    void onJobsChanged();
    void finish();
    void saveView(std::size_t view);
    void saveWindow();
    bool save(const QString& name, const QImage& image);

    MainWindow* m_window;
    const Arguments m_arguments;
    QString m_folder;
    QSize m_size; ///< of the window as it is saved
    bool m_failed = false, m_finishing = false;
};

/// The configuration lines for a data set of that size when none were asked for.
QStringList defaultConfigurations(std::size_t n, std::size_t dim);

} // namespace annscope
