// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/environment.h"

#include <QApplication>

int main(int argc, char** argv) {
    annscope::prepare_environment(argv);
    QApplication application(argc, argv);
    return 0;
}
