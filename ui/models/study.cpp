// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/study.h"

#include "ui/common/format.h"

#include <QCoreApplication>

namespace annscope::ui {

QString studySource(const CodeStudy& study) {
    const auto tr = [](const char* text) { return QCoreApplication::translate("Study", text); };
    QString source = tr("%1 queries, %2 of %3 vectors, learned from %4 vectors in %5")
                         .arg(formatCount(study.queries), formatCount(study.rows), formatCount(study.total),
                              formatCount(study.train_rows), formatSeconds(study.seconds));
    if (study.rough)
        source += tr("\n~: a first look, roughly learned; a better one follows");
    if (study.rows < study.total)
        source += tr("\n~: on a sample ranks are coarse, and recall comes out somewhat too high");
    return source;
}

} // namespace annscope::ui
