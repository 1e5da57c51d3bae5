// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

namespace annscope {

/// Seconds of wall clock since construction or restart().
class Timer {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    }
    void restart() { m_start = std::chrono::steady_clock::now(); }

private:
    std::chrono::steady_clock::time_point m_start = std::chrono::steady_clock::now();
};

} // namespace annscope
