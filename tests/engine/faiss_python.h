// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>

#include <optional>

namespace annscope::test {

/// What a script prints under the system's Python with input on stdin; nothing where it fails, for example
/// because there is no faiss. error: what it said.
inline std::optional<QString> run_python(const QString& script, const QString& input = {},
                                         QString* error = nullptr) {
    QProcess python;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("OMP_NUM_THREADS"),
                       QStringLiteral("1")); // many threads wait for each other
    python.setProcessEnvironment(environment);
    python.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), script});
    if (!python.waitForStarted())
        return std::nullopt;
    python.write(input.toUtf8());
    python.closeWriteChannel();
    const bool finished = python.waitForFinished(60000);
    if (error)
        *error = QString::fromUtf8(python.readAllStandardError());
    if (!finished || python.exitStatus() != QProcess::NormalExit || python.exitCode() != 0)
        return std::nullopt;
    return QString::fromUtf8(python.readAllStandardOutput());
}

inline bool have_faiss() {
    static const bool have = run_python(QStringLiteral("import faiss, numpy")).has_value();
    return have;
}

} // namespace annscope::test
