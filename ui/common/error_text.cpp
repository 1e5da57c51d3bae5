// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/common/error_text.h"

#include <QCoreApplication>

namespace annscope::ui {

QString errorSentence(ErrorCode code) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("ErrorText", text); };
    switch (code) {
    case ErrorCode::InvalidArgument:
        return tr("A value is out of the range that is possible here.");
    case ErrorCode::ParseError:
        return tr("The configuration line cannot be read.");
    case ErrorCode::Unsupported:
        return tr("This is understood, but not supported.");
    case ErrorCode::NotTrained:
        return tr("The index has no vectors to answer from yet.");
    case ErrorCode::DimensionMismatch:
        return tr("The dimensions do not fit together.");
    case ErrorCode::OutOfMemory:
        return tr("There is not enough memory.");
    case ErrorCode::Io:
        return tr("The file cannot be read or written.");
    case ErrorCode::CorruptFile:
        return tr("The file is damaged, or it is not what its name or header says.");
    case ErrorCode::Cancelled:
        return tr("The job was cancelled.");
    case ErrorCode::Internal:
        return tr("Something failed that should not. Please report it.");
    }
    return {};
}

ErrorText errorText(const Error& error) {
    return {errorSentence(error.code), QString::fromStdString(error.message)};
}

} // namespace annscope::ui
