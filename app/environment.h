// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace annscope {

/// Sets what OpenMP and OpenBLAS read when they are loaded, before main: a passive wait policy (spinning
/// threads cost up to 5 x on shared cores) and OpenBLAS's best kernels on processors that 0.3.21 does not
/// know. Variables the user set stay. If anything was set, the program starts itself again,
/// once. Call first in main.
void prepare_environment(char** argv);

} // namespace annscope
