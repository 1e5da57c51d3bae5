// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"

#include <QString>

namespace annscope::ui {

/// What a person reads about an error: a translated sentence, and the engine's own English sentence, which
/// names the file, the column, what was found and what was expected.
struct ErrorText {
    QString sentence;
    QString detail;
};

ErrorText errorText(const Error& error);
QString errorSentence(ErrorCode code);

} // namespace annscope::ui
