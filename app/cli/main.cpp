// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command.h"
#include "app/cli/progress_line.h"
#include "app/environment.h"
#include "core/parallel.h"

#include <csignal>
#include <cstdio>
#include <thread>

#include <pthread.h>

namespace {

using namespace annscope;

constexpr int kOk = 0, kFailed = 1, kWrongUsage = 2, kInterrupted = 130;

/// Turns Ctrl-C into a request to stop: a thread waits for the signal, as a handler could not call
/// request_stop.
class InterruptWatch {
public:
    InterruptWatch() {
        sigemptyset(&m_signals);
        sigaddset(&m_signals, SIGINT);
        sigaddset(&m_signals, SIGTERM);
        sigaddset(&m_signals, SIGUSR2);                  // ends the watch
        pthread_sigmask(SIG_BLOCK, &m_signals, nullptr); // before any other thread starts
        m_thread = std::thread([this] {
            int signal = 0;
            while (sigwait(&m_signals, &signal) == 0 && signal != SIGUSR2)
                m_stop.request_stop();
        });
    }
    ~InterruptWatch() {
        pthread_kill(m_thread.native_handle(), SIGUSR2);
        m_thread.join();
    }
    std::stop_token token() const { return m_stop.get_token(); }

private:
    sigset_t m_signals{};
    std::stop_source m_stop;
    std::thread m_thread;
};

Status run_with_progress(const cli::Run& run, const std::stop_token& stop) {
    Progress progress;
    const cli::ProgressLine line(progress);
    try {
        return run(Control{stop, &progress, 0});
    } catch (...) {
        return current_exception_error();
    }
}

int report(const Status& status) {
    if (status)
        return kOk;
    const Error& error = status.error();
    if (error.code == ErrorCode::Cancelled) {
        std::fputs("annscope-cli: cancelled, nothing was written\n", stderr);
        return kInterrupted;
    }
    if (cli::is_usage_error(error)) {
        std::fprintf(stderr, "annscope-cli: %s\n", error.message.c_str() + 7);
        return kWrongUsage;
    }
    std::fprintf(stderr, "annscope-cli: %s\n", error.message.c_str());
    return kFailed;
}

} // namespace

int main(int argc, char** argv) {
    prepare_environment(argv);
    use_single_threaded_blas();

    CLI::App app{"Builds, measures and explains vector indexes. The same engine as the program annscope, "
                 "without a window.\n"
                 "A configuration is one line, FACTORY|BUILD|SEARCH, the last two optional:\n"
                 "  IVF1024,Flat||nprobe=16      Vamana64|Lbuild=125,alpha=1.2|Lsearch=50"};
    app.name("annscope-cli");
    app.set_version_flag("--version", "annscope-cli " ANNSCOPE_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 the job failed, 2 wrong usage, 130 interrupted.\n"
               "annscope-cli COMMAND --help tells more, for example:\n"
               "  annscope-cli generate clusters --n 20000 --dim 64 --queries 1000 -o sample.hdf5\n"
               "  annscope-cli sweep sample.hdf5 --config IVF256,Flat --grid nprobe=1,2,4,8,16,32");

    cli::Run run;
    cli::add_info(app, run);
    cli::add_generate(app, run);
    cli::add_truth(app, run);
    cli::add_expand(app, run);
    cli::add_compress(app, run);
    cli::add_spec(app, run);
    cli::add_build(app, run);
    cli::add_change(app, run);
    cli::add_sweep(app, run);
    cli::add_explain(app, run);
    cli::add_loss(app, run);
    cli::add_map(app, run);
    cli::add_queries(app, run);
    cli::add_health(app, run);
    cli::add_cells(app, run);
    cli::add_hops(app, run);
    cli::add_export(app, run);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? kOk : kWrongUsage;
    }
    const InterruptWatch watch;
    return report(run_with_progress(run, watch.token()));
}
