// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/path_comparison.h"

#include "ui/jobs/job_runner.h"
#include "ui/views/query_explainer.h"
#include "ui/views/query_job.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QSignalBlocker>
#include <QSpinBox>

#include <algorithm>
#include <utility>

namespace annscope::ui {

namespace {

constexpr qint64 kNothing = -1;

double listOf(const BuiltIndex& built, const SearchParams& params) {
    const ParamInfo* info = listParam(*built.index);
    return info ? value_or_default(params, *info) : 0;
}

/// The parameters for another index: its list under its own name.
SearchParams withList(const BuiltIndex& built, const SearchParams& params, int list) {
    SearchParams own = params;
    own.erase("Lsearch");
    own.erase("efSearch");
    if (const ParamInfo* info = listParam(*built.index))
        own.set(std::string(info->name), list);
    return own;
}

/// The build parameters of one index that another has not, or has otherwise.
QString differentBuild(const BuiltIndex& one, const BuiltIndex& other) {
    ParamSet different;
    for (const auto& [name, value] : one.configuration.build.values())
        if (!other.configuration.build.contains(name) || other.configuration.build.get(name, value) != value)
            different.set(name, value);
    return QString::fromStdString(to_string(different));
}

} // namespace

PathComparison::PathComparison(JobRunner* jobs, QueryExplainer* first, QWidget* parent)
    : QWidget(parent), m_first(first), m_second(new QueryExplainer(jobs, this)),
      m_choice(new QComboBox(this)), m_width(new QSpinBox(this)) {
    setObjectName(QStringLiteral("pathComparison"));
    m_choice->setObjectName(QStringLiteral("compareWith"));
    m_choice->setAccessibleName(tr("Compare the path with"));
    m_choice->setToolTip(tr("Lays a second path of the same query over the first: of this index with another "
                            "list,\nor of another graph of the same vectors."));
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choice->setMinimumContentsLength(11);
    m_width->setObjectName(QStringLiteral("compareList"));
    m_width->setKeyboardTracking(false);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_choice);
    layout->addWidget(m_width);

    connect(m_choice, &QComboBox::activated, this, &PathComparison::choose);
    connect(m_width, &QSpinBox::valueChanged, this, &PathComparison::applyParams);
    connect(m_first, &QueryExplainer::asked, this, [this] {
        if (m_other)
            m_second->explainAs(*m_first);
    });
    connect(m_second, &QueryExplainer::pathChanged, this, &PathComparison::changed);
    fillChoices();
    showWidth();
}

void PathComparison::fillChoices() {
    const QSignalBlocker blocker(m_choice);
    m_choice->clear();
    m_choice->addItem(m_other ? tr("No comparison") : tr("Compare with…"), kNothing);
    if (m_index && listParam(*m_index->index))
        m_choice->addItem(tr("Another list"), m_index->id);
    for (const BuiltIndexPtr& built : m_offered)
        if (m_index && built != m_index && built->dataset == m_index->dataset && built->index->graph())
            m_choice->addItem(built->title, built->id);
    m_choice->setCurrentIndex(std::max(m_choice->findData(m_other ? m_other->id : kNothing), 0));
    m_choice->setEnabled(m_choice->count() > 1);
}

void PathComparison::setIndex(BuiltIndexPtr built) {
    if (built == m_index)
        return;
    // "This index, other list" goes on with the new one.
    const bool same = m_other && m_other == m_index;
    m_index = std::move(built);
    if (m_other &&
        (!m_index || (same && !listParam(*m_index->index)) || m_other->dataset != m_index->dataset))
        compareWith(nullptr);
    else if (same)
        compareWith(m_index);
    fillChoices();
}

void PathComparison::setIndexes(const std::vector<BuiltIndexPtr>& indexes) {
    m_offered = indexes;
    if (m_other && std::ranges::find(indexes, m_other) == indexes.end() && m_other != m_index)
        compareWith(nullptr);
    fillChoices();
}

void PathComparison::setSearchParams(const SearchParams& params, std::size_t k) {
    m_params = params;
    m_k = k;
    applyParams();
}

void PathComparison::choose(int item) {
    const qint64 id = m_choice->itemData(item).toLongLong();
    if (m_index && id == m_index->id)
        return compareWith(m_index);
    const auto found = std::ranges::find(m_offered, id, [](const BuiltIndexPtr& built) { return built->id; });
    compareWith(found == m_offered.end() ? nullptr : *found);
}

void PathComparison::compareWith(BuiltIndexPtr second) {
    m_other = std::move(second);
    if (m_other && listParam(*m_other->index)) {
        // Twice the list shows what a wider one gives; another index is compared at the same list.
        const double list = listOf(*m_index, m_params) * (m_other == m_index ? 2 : 1);
        const ParamInfo& info = *listParam(*m_other->index);
        const QSignalBlocker blocker(m_width);
        m_width->setRange(static_cast<int>(info.min), static_cast<int>(info.max));
        m_width->setValue(static_cast<int>(list));
    }
    fillChoices();
    showWidth();
    m_second->setIndex(m_other);
    applyParams();
    if (m_other)
        m_second->explainAs(*m_first);
    emit changed();
}

void PathComparison::showWidth() {
    const ParamInfo* info = m_other ? listParam(*m_other->index) : nullptr;
    m_width->setVisible(info != nullptr);
    if (!info)
        return;
    const QString parameter = QString::fromUtf8(info->name.data(), static_cast<qsizetype>(info->name.size()));
    m_width->setPrefix(parameter + QLatin1Char(' '));
    m_width->setAccessibleName(tr("%1 of the second path").arg(parameter));
    m_width->setToolTip(tr("%1 of the second path, %2..%3").arg(parameter).arg(info->min).arg(info->max));
}

void PathComparison::applyParams() {
    if (m_other)
        m_second->setSearchParams(withList(*m_other, m_params, m_width->value()), m_k);
}

QString PathComparison::name(const Setting& one, const Setting& other) const {
    const ParamInfo* info = listParam(*one.built->index);
    const QString list =
        info ? QStringLiteral("%1 %2")
                   .arg(QString::fromUtf8(info->name.data(), static_cast<qsizetype>(info->name.size())))
                   .arg(listOf(*one.built, one.params))
             : QString();
    if (one.built == other.built)
        return list;
    QString what = QString::fromStdString(print(one.built->configuration.spec));
    if (print(other.built->configuration.spec) == what.toStdString()) {
        const QString build = differentBuild(*one.built, *other.built);
        what = build.isEmpty() ? what : build;
    }
    return listOf(*one.built, one.params) == listOf(*other.built, other.params)
               ? what
               : what + QLatin1Char(' ') + list;
}

std::optional<PathPair> PathComparison::paths() const {
    const PathModelPtr& first = m_first->path();
    if (!m_other || !first)
        return PathPair{NamedPath{first, {}}, {}};
    if (m_first->busy() || m_second->busy())
        return std::nullopt;
    const PathModelPtr& second = m_second->path();
    if (!second || second->query != first->query || second->steps.empty() || first->steps.empty())
        return PathPair{NamedPath{first, {}}, {}};
    const Setting a{m_index, first->params}, b{m_other, second->params};
    return PathPair{NamedPath{first, name(a, b)}, NamedPath{second, name(b, a)}};
}

} // namespace annscope::ui
