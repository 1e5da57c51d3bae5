// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/command_line.h"
#include "app/environment.h"
#include "app/headless.h"
#include "app/main_window.h"
#include "core/parallel.h"

#include <QApplication>

#include <cstdio>
#include <cstdlib>

namespace {

void print(std::FILE* stream, const QString& text) {
    std::fputs(qPrintable(text), stream);
}

bool displayExists() {
    return qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY") ||
           qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
}

int runHeadless(QApplication& application, const annscope::Arguments& arguments) {
    annscope::Settings settings; // the same pictures whatever was remembered
    settings.k = arguments.k;
    annscope::MainWindow window(settings, false);
    window.resize(arguments.size);
    window.show();
    annscope::Headless job(&window, arguments);
    QObject::connect(&job, &annscope::Headless::ended, &application, &QApplication::exit,
                     Qt::QueuedConnection);
    job.start();
    return QApplication::exec();
}

int runWindow(const annscope::Arguments& arguments, annscope::Settings settings) {
    if (arguments.kGiven)
        settings.k = arguments.k;
    annscope::MainWindow window(settings);
    window.show();
    window.start(arguments.data, arguments.configurations);
    return QApplication::exec();
}

} // namespace

int main(int argc, char** argv) {
    annscope::prepare_environment(argv);
    annscope::use_single_threaded_blas();
    QStringList words;
    for (int i = 1; i < argc; ++i)
        words << QString::fromLocal8Bit(argv[i]);
    auto parsed = annscope::parseArguments(words);
    if (!parsed) {
        print(stderr, QString::fromStdString(parsed.error().message) + QLatin1Char('\n'));
        return 2;
    }
    annscope::Arguments& arguments = *parsed;
    if (arguments.help || arguments.version) {
        print(stdout,
              arguments.help ? annscope::helpText() : QStringLiteral("annscope " ANNSCOPE_VERSION "\n"));
        return 0;
    }
    if (!arguments.headless && !displayExists()) {
        print(stderr, QStringLiteral("There is no display here, so the job runs without a window.\n"));
        arguments.headless = true;
    }
    if (arguments.headless)
        qputenv("QT_QPA_PLATFORM", "offscreen");

    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("annscope"));
    QApplication::setApplicationName(QStringLiteral("annscope"));
    QApplication::setApplicationVersion(QStringLiteral(ANNSCOPE_VERSION));
    QApplication::setApplicationDisplayName(QStringLiteral("Annscope"));
    QApplication::setDesktopFileName(QStringLiteral("io.github.annscope.Annscope"));
    const annscope::Settings settings = arguments.headless ? annscope::Settings{} : annscope::loadSettings();
    annscope::ui::applyTheme(
        application,
        arguments.theme.value_or(arguments.headless ? annscope::ui::Theme::Light : settings.theme));
    QApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/annscope.svg")));
    return arguments.headless ? runHeadless(application, arguments) : runWindow(arguments, settings);
}
