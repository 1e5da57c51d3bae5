// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "data/dataset.h"
#include "ui/common/theme.h"

#include <QSize>
#include <QStringList>

#include <optional>

namespace annscope {

/// What the person asked for on the command line of annscope.
struct Arguments {
    bool help = false, version = false, headless = false;
    std::optional<OpenOptions> data; ///< none: the built-in sample
    QStringList configurations;
    QString save; ///< folder for pictures
    std::optional<ui::Theme> theme;
    QSize size{1280, 800};
    int k = 10;
    bool kGiven = false;
};

/// arguments: without the program's name. Configuration lines are parsed here, too. Errors: InvalidArgument
/// or ParseError; the message is for stderr, a caret below the line where a configuration is wrong.
Result<Arguments> parseArguments(const QStringList& arguments);
QString helpText();

} // namespace annscope
