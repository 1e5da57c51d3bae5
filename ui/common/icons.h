// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>

namespace annscope::ui {

/// An icon of our stroke set, resources/icons/NAME.svg, tinted by the palette when it is painted: it follows
/// a change of theme by itself.
QIcon icon(const QString& name);
/// Makes ":/icons/..." known; icon() and applyTheme() do it by themselves.
void useResources();

} // namespace annscope::ui
