// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/control.h"

#include <thread>

namespace annscope::cli {

/// Shows phase, percent and time left in one line of stderr while it lives, where stderr is a terminal.
class ProgressLine {
public:
    explicit ProgressLine(const Progress& progress);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

private:
    std::jthread m_thread;
};

} // namespace annscope::cli
