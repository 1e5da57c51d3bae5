// SPDX-License-Identifier: Apache-2.0
// The only file with "#pragma omp".
#include "core/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#ifndef ANNSCOPE_JTHREAD
#include <omp.h>
#endif
#include <sched.h>

extern "C" void openblas_set_num_threads(int);

namespace annscope {
namespace {

thread_local bool t_inside_region = false;

/// Hands out blocks and keeps the first exception.
class BlockQueue {
public:
    BlockQueue(std::size_t n, std::size_t grain, const Control& control,
               const std::function<void(std::size_t, std::size_t, int)>& body)
        : m_n(n), m_grain(grain), m_control(control), m_body(body) {}

    void work(int thread) noexcept {
        const bool outer = std::exchange(t_inside_region, true);
        while (!m_failed.load(std::memory_order_relaxed) && !m_control.cancel_requested()) {
            const std::size_t begin = m_next.fetch_add(m_grain, std::memory_order_relaxed);
            if (begin >= m_n)
                break;
            try {
                m_body(begin, std::min(begin + m_grain, m_n), thread);
            } catch (...) {
                const std::lock_guard lock(m_mutex);
                if (!m_exception)
                    m_exception = std::current_exception();
                m_failed.store(true, std::memory_order_relaxed);
            }
        }
        t_inside_region = outer;
    }

    Status finish() {
        if (m_exception)
            std::rethrow_exception(m_exception);
        if (m_control.cancel_requested())
            return cancelled();
        return {};
    }

private:
    const std::size_t m_n, m_grain;
    const Control& m_control;
    const std::function<void(std::size_t, std::size_t, int)>& m_body;
    std::atomic<std::size_t> m_next{0};
    std::atomic<bool> m_failed{false};
    std::mutex m_mutex;
    std::exception_ptr m_exception;
};

} // namespace

int hardware_threads() noexcept {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return std::max(1, CPU_COUNT(&set));
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int effective_threads(const Control& control) noexcept {
    return control.threads > 0 ? control.threads : hardware_threads();
}

Status parallel_for(std::size_t n, std::size_t grain, const Control& control,
                    const std::function<void(std::size_t, std::size_t, int)>& body) {
    grain = std::max<std::size_t>(grain, 1);
    BlockQueue queue(n, grain, control, body);
    const std::size_t blocks = (n + grain - 1) / grain;
    const int threads =
        static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(effective_threads(control)), blocks));
    if (threads <= 1 || t_inside_region) {
        queue.work(0);
        return queue.finish();
    }
#ifdef ANNSCOPE_JTHREAD
    {
        std::vector<std::jthread> team;
        for (int t = 1; t < threads; ++t)
            team.emplace_back([&queue, t] { queue.work(t); });
        queue.work(0);
    }
#else
#pragma omp parallel num_threads(threads)
    queue.work(omp_get_thread_num());
#endif
    return queue.finish();
}

void use_single_threaded_blas() noexcept {
    openblas_set_num_threads(1);
}

} // namespace annscope
