// SPDX-License-Identifier: Apache-2.0
#include "simd/tables.h"

#include <cstdlib>
#include <string_view>

namespace annscope::simd {
namespace {

const Kernels& choose() noexcept {
    Isa wanted = supported(Isa::Avx512) ? Isa::Avx512 : supported(Isa::Avx2) ? Isa::Avx2 : Isa::Scalar;
    if (const char* forced = std::getenv("ANNSCOPE_SIMD")) {
        const std::string_view text = forced;
        for (const Isa isa : {Isa::Scalar, Isa::Avx2, Isa::Avx512})
            if (text == name(isa) && supported(isa))
                wanted = isa;
    }
    return kernels_for(wanted);
}

} // namespace

bool supported(Isa isa) noexcept {
    switch (isa) {
    case Isa::Scalar:
        return true;
#if defined(__x86_64__)
    case Isa::Avx2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("f16c") && __builtin_cpu_supports("bmi2");
    case Isa::Avx512:
        return supported(Isa::Avx2) && __builtin_cpu_supports("avx512f") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni");
#endif
    default:
        return false;
    }
}

const char* name(Isa isa) noexcept {
    switch (isa) {
    case Isa::Scalar:
        return "scalar";
    case Isa::Avx2:
        return "avx2";
    case Isa::Avx512:
        return "avx512";
    }
    return "?";
}

const Kernels& kernels_for(Isa isa) noexcept {
    switch (isa) {
#if defined(__x86_64__)
    case Isa::Avx2:
        return avx2_kernels();
    case Isa::Avx512:
        return avx512_kernels();
#endif
    default:
        return scalar_kernels();
    }
}

const Kernels& kernels() noexcept {
    static const Kernels& chosen = choose();
    return chosen;
}

} // namespace annscope::simd
