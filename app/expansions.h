// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "data/query_expansion.h"
#include "ui/models/built_index.h"

#include <QHash>
#include <QObject>

#include <optional>

namespace annscope {

namespace ui {
class JobRunner;
}

/// Which data sets are expanded (data/query_expansion.h), and into what. The data sets themselves stay as
/// they are: what is expanded is only measured, and built from.
class Expansions : public QObject {
    Q_OBJECT
public:
    struct Entry {
        ExpansionOptions options;
        ui::DatasetPtr expanded; ///< null while it is made
        quint64 job = 0;
        quint64 turn = 0; ///< tells an answer that was asked for earlier, for the same options
    };

    explicit Expansions(ui::JobRunner* runner, QObject* parent = nullptr);

    /// Makes it in a job, in place of what is on.
    void switchOn(const ui::DatasetPtr& dataset, const ExpansionOptions& options);
    void switchOff(const ui::DatasetPtr& dataset);
    /// Forgets data sets that are closed.
    void keepOnly(const std::vector<ui::DatasetPtr>& open);

    std::optional<Entry> of(const ui::DatasetPtr& dataset) const;
    /// What to build from: the expanded data where its base is, else null.
    ui::DatasetPtr forBuild(const ui::DatasetPtr& dataset) const;
    /// What to measure an index of the data with: where queries alone are expanded, else null.
    ui::DatasetPtr forSweep(const ui::DatasetPtr& dataset) const;
    /// "IVF256,Flat, QE(10, α 3)"; DBA for the base, as the papers call it (database-side augmentation)
    QString title(const QString& index, const ui::DatasetPtr& dataset) const;

signals:
    void changed(const annscope::ui::DatasetPtr& dataset);
    void failed(const QString& what, const annscope::Error& error);

private:
    void arrived(const ui::DatasetPtr& dataset, quint64 turn, Result<Dataset> result);

    ui::JobRunner* m_runner;
    QHash<const Dataset*, Entry> m_entries;
    quint64 m_turn = 0;
};

} // namespace annscope
