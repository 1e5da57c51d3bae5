// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/built_index.h"
#include "ui/views/path_pair.h"

#include <QWidget>

#include <optional>
#include <vector>

class QComboBox;
class QSpinBox;

namespace annscope::ui {

class JobRunner;
class QueryExplainer;

/// Chooses what a query's path is laid over: the same index with another value of a search parameter, or
/// another index of the same vectors, of whatever kind. Searches the same query there.
class PathComparison : public QWidget {
    Q_OBJECT
public:
    /// first: whose queries are followed.
    PathComparison(JobRunner* jobs, QueryExplainer* first, QWidget* parent = nullptr);

    /// The index of the first path, null: none. Ends a comparison with an index that cannot be compared.
    void setIndex(BuiltIndexPtr built);
    /// All indexes of the session; those of the same vectors are offered.
    void setIndexes(const std::vector<BuiltIndexPtr>& indexes);
    void setSearchParams(const SearchParams& params, std::size_t k);
    /// What to show now: one path or two of the same query. Null while one is on its way.
    std::optional<PathPair> paths() const;

signals:
    /// A path that paths() waited for came, or the choice changed.
    void changed();

private:
    struct Setting {
        BuiltIndexPtr built;
        SearchParams params;
    };
    const ParamInfo* info() const; ///< of m_parameter in the second index, null: none
    void fillChoices();
    void choose(int item);
    /// parameter: what the second path has otherwise, empty: what decides most.
    void compareWith(BuiltIndexPtr second, const QString& parameter = {});
    void showWidth();
    void applyParams();
    QString name(const Setting& one, const Setting& other) const;

    QueryExplainer *m_first, *m_second;
    BuiltIndexPtr m_index, m_other; ///< m_other: compared with, null: nothing
    QString m_parameter;            ///< of the second index, that the field sets; empty: it has none
    std::vector<BuiltIndexPtr> m_offered;
    SearchParams m_params;
    std::size_t m_k = 10;
    QComboBox* m_choice;
    QSpinBox* m_width; ///< the value of m_parameter
};

} // namespace annscope::ui
