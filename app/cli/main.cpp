// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/environment.h"

int main(int, char** argv) {
    annscope::prepare_environment(argv);
    return 0;
}
