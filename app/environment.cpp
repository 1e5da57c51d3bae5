// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/environment.h"

#include <cstdlib>
#include <unistd.h>

namespace annscope {

void prepare_environment(char** argv) {
    constexpr const char* kDone = "ANNSCOPE_ENVIRONMENT";
    if (std::getenv(kDone)) {
        unsetenv(kDone); // not for the programs we start
        return;
    }
    bool changed = false;
    if (!std::getenv("OMP_WAIT_POLICY"))
        changed |= setenv("OMP_WAIT_POLICY", "passive", 0) == 0;
#if defined(__x86_64__)
    // OpenBLAS 0.3.21 knows no processor newer than itself: there it falls back to Haswell's kernels (AMD) or
    // even to SSE3's (Intel), a half or a fifth of the speed.
    if (!std::getenv("OPENBLAS_CORETYPE") && __builtin_cpu_supports("avx512vl"))
        changed |= setenv("OPENBLAS_CORETYPE", "SkylakeX", 0) == 0;
    else if (!std::getenv("OPENBLAS_CORETYPE") && __builtin_cpu_supports("avx2") &&
             __builtin_cpu_supports("fma"))
        changed |= setenv("OPENBLAS_CORETYPE", "Haswell", 0) == 0;
#endif
    if (!changed)
        return;
    setenv(kDone, "1", 1);
    execv("/proc/self/exe", argv);
    unsetenv(kDone); // exec failed: go on as we are, slower
}

} // namespace annscope
